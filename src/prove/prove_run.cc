// People with their events in order, their sessions, and what is computed of them.
#include "prove/prove_run.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"

namespace footfall::prove {
namespace {

constexpr std::string_view kAnonymous = "anonymous:";

std::string Text(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value != nullptr && value->is_string() ? value->as_string() : "";
}

int64_t Integer(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr ? 0 : value->as_int();
}

bool IsIdentity(const Json& event) {
  return Text(event, "type") == "identify" || Text(event, "type") == "alias";
}

bool IsLink(const Json& event) {
  return IsIdentity(event) && event.Find("person") != nullptr &&
         event.Find("anonymous") != nullptr;
}

std::string DomainOf(const std::string& text) {
  const size_t at = text.rfind('@');
  if (at == std::string::npos || at == 0 || at + 1 == text.size()) return "";
  return base::FoldCase(text.substr(at + 1));
}

std::string AccountOf(const Person& person, const std::string& property) {
  const auto attribute = [&person](const std::string& key) -> std::string {
    const auto found = person.fields.find(key);
    return found != person.fields.end() && found->second.is_string()
               ? found->second.as_string()
               : "";
  };
  if (!property.empty() && !attribute(property).empty()) return attribute(property);
  if (!person.identified) return "";
  const std::string domain = DomainOf(person.id);
  return domain.empty() ? DomainOf(attribute("email")) : domain;
}

// Sessions of events in order. Runs are cut among the events without a host's id.
void MakeSessions(Person& person, bool use_host_ids, int64_t gap_ms, int64_t max_ms) {
  person.sessions.clear();
  std::map<std::string, Session*> by_host_id;
  Session* run = nullptr;
  for (Event& event : person.events) {
    const std::string host_id = use_host_ids ? Text(*event.json, "session") : "";
    Session* session = host_id.empty() ? run : by_host_id[host_id];
    if (host_id.empty() && run != nullptr &&
        (event.time_ms - run->end_ms > gap_ms ||
         (max_ms > 0 && event.time_ms - run->start_ms >= max_ms))) {
      session = nullptr;
    }
    if (session == nullptr) {
      session = &person.sessions.emplace_back();
      session->has_host_id = !host_id.empty();
      session->start_ms = event.time_ms;
      session->id = host_id.empty()
                        ? base::Cat(person.id, "/", base::FormatTime(event.time_ms))
                        : host_id;
      (host_id.empty() ? run : by_host_id[host_id]) = session;
    }
    session->end_ms = event.time_ms;
    session->events.push_back(&event);
    event.session = session;
  }
}

// To the nearest, halves upwards.
int64_t RoundedQuotient(int64_t sum, int64_t count) {
  return (2 * sum + count) / (2 * count);
}

// Gives a field the value of an event; those of later ones come later.
void SetLatest(const std::string& key, const Json& value, const Event& event,
               Person& person) {
  person.fields[key] = value;
  Person::Latest& latest = person.latest[key];
  if (std::tie(latest.time_ms, latest.seq) != std::tie(event.time_ms, event.seq)) {
    latest = {.time_ms = event.time_ms, .seq = event.seq};
  }
  latest.values.push_back(value);
}

// What the store computes of a person from all events ever, expired ones included.
void Describe(Person& person, const std::vector<Event>& identities) {
  std::map<std::string, Json>& fields = person.fields;
  // Attributes and surroundings go by arrival where times tie, whatever the stream.
  const auto by_arrival = [](const Event* a, const Event* b) {
    return std::tie(a->time_ms, a->seq, a->arrival) <
           std::tie(b->time_ms, b->seq, b->arrival);
  };
  std::vector<const Event*> order;
  for (const Event& event : identities) order.push_back(&event);
  std::sort(order.begin(), order.end(), by_arrival);
  for (const Event* event : order) {
    const Json* properties = event->json->Find("properties");
    if (Text(*event->json, "type") != "identify" || properties == nullptr) continue;
    for (const auto& [key, value] : properties->as_object()) {
      if (TextOf(value).has_value()) SetLatest(key, value, *event, person);
    }
  }
  fields["id"] = Json(person.id);
  fields["identified"] = Json(person.identified);
  fields["events"] = Json(static_cast<int64_t>(person.events.size()));
  fields["sessions"] = Json(static_cast<int64_t>(person.sessions.size()));
  for (const char* key :
       {"first_seen", "last_seen", "avg_duration_ms", "avg_between_sessions_ms",
        "country", "region", "city", "browser", "browser_version", "os", "account"}) {
    fields.erase(key);
    person.latest.erase(key);
  }
  order.clear();
  for (const Event& event : person.events) order.push_back(&event);
  std::sort(order.begin(), order.end(), by_arrival);
  for (const Event* event : order) {
    const Json* context = event->json->Find("context");
    if (context == nullptr) continue;
    for (const char* key :
         {"country", "region", "city", "browser", "browser_version", "os"}) {
      const std::string text = Text(*context, key);
      if (!text.empty()) SetLatest(key, Json(text), *event, person);
    }
  }
  if (!person.events.empty()) {
    fields["first_seen"] = Json(person.events.front().time_ms);
    fields["last_seen"] = Json(person.events.back().time_ms);
  }
  std::vector<std::pair<int64_t, int64_t>> spans;
  for (const Session& session : person.sessions) {
    spans.emplace_back(session.start_ms, session.end_ms);
  }
  std::sort(spans.begin(), spans.end());
  int64_t duration = 0;
  int64_t between = 0;
  for (size_t i = 0; i < spans.size(); ++i) {
    duration += spans[i].second - spans[i].first;
    if (i > 0) between += std::max<int64_t>(0, spans[i].first - spans[i - 1].second);
  }
  const int64_t count = static_cast<int64_t>(spans.size());
  fields["total_duration_ms"] = Json(duration);
  if (count > 0) fields["avg_duration_ms"] = Json(RoundedQuotient(duration, count));
  if (count > 1) {
    fields["avg_between_sessions_ms"] = Json(RoundedQuotient(between, count - 1));
  }
}

// Puts what the store knows of a person in the place of what events do not tell any more.
void TakeKnown(const World& world, Person& person) {
  const auto found = world.known().find(person.id);
  if (found == world.known().end()) return;
  const World::Known& known = found->second;
  for (const auto& [key, value] : known.host) person.fields.try_emplace(key, value);
  for (const auto* values : {&known.host, &known.computed}) {
    for (const auto& [key, value] : *values) {
      const std::vector<Json>& tied = person.latest[key].values;
      if (std::find(tied.begin(), tied.end(), value) != tied.end()) {
        person.fields[key] = value;
      }
    }
  }
  for (const auto& [key, value] : known.imported) person.fields[key] = value;
  if (known.events <= static_cast<int64_t>(person.events.size())) return;
  person.from_store = true;
  for (const auto& [key, value] : known.computed) person.fields[key] = value;
}

absl::Status ReadRange(const Json& definition, Run& run) {
  if (const Json* zone = definition.Find("timezone")) {
    FOOTFALL_ASSIGN_OR_RETURN(run.zone, base::LoadTimeZone(zone->as_string()));
  }
  const Json* range = definition.Find("range");
  if (range == nullptr) return absl::OkStatus();
  if (const Json* last = range->Find("last")) {
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t last_ms,
                              base::ParseDuration(last->as_string()));
    run.from_ms = run.now_ms - last_ms;
    run.to_ms = run.now_ms + 1;
  }
  for (const auto& [key, bound] :
       {std::pair("from", &run.from_ms), std::pair("to", &run.to_ms)}) {
    const Json* value = range->Find(key);
    if (value == nullptr) continue;
    if (value->is_int()) {
      *bound = value->as_int();
    } else {
      FOOTFALL_ASSIGN_OR_RETURN(*bound, base::ParseTime(value->as_string(), run.zone));
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool World::Append(const Json& event) {
  const std::string person = Text(event, "person");
  const std::string anonymous = Text(event, "anonymous");
  if (IsLink(event) && links_.contains(anonymous) && links_[anonymous] != person) {
    return false;
  }
  if (event.Find("person") != nullptr && codes_.try_emplace(person, next_code_).second) {
    ++next_code_;
  }
  if (event.Find("anonymous") != nullptr &&
      codes_.try_emplace(base::Cat(kAnonymous, anonymous), next_code_).second) {
    ++next_code_;
  }
  if (IsLink(event)) links_[anonymous] = person;
  events_.push_back({event, next_arrival_++});
  return true;
}

void World::Forget(const std::string& name) {
  // A linked anonymous id names its person.
  std::string id = name;
  if (id.starts_with(kAnonymous)) {
    const auto link = links_.find(id.substr(kAnonymous.size()));
    if (link != links_.end()) id = link->second;
  }
  std::erase_if(events_, [&](const Stored& s) { return OwnerOf(s.event) == id; });
  std::erase_if(codes_, [&](const auto& entry) {
    const std::string& of = entry.first;
    if (of == id) return true;
    if (!of.starts_with(kAnonymous)) return false;
    const auto link = links_.find(of.substr(kAnonymous.size()));
    return link != links_.end() && link->second == id;
  });
  std::erase_if(links_, [&](const auto& link) { return link.second == id; });
  ForgetUnused();
}

void World::Compact(int64_t now_ms) {
  if (settings.retention_days == 0) return;
  compacted_before_ms_ = now_ms - settings.retention_days * base::kDayMs;
  ForgetUnused();
}

void World::ForgetUnused() {
  std::set<std::string> used;
  for (const Stored& stored : events_) {
    const Json& event = stored.event;
    if (event.Find("person") == nullptr ||
        event.Find("time")->as_int() >= compacted_before_ms_) {
      used.insert(Text(event, "anonymous"));
    }
  }
  std::erase_if(codes_, [&](const auto& entry) {
    if (!entry.first.starts_with(kAnonymous)) return false;
    const std::string anonymous = entry.first.substr(kAnonymous.size());
    return !used.contains(anonymous) && !links_.contains(anonymous);
  });
}

std::string World::OwnerOf(const Json& event) const {
  if (event.Find("person") != nullptr) return Text(event, "person");
  const std::string anonymous = Text(event, "anonymous");
  const auto link = links_.find(anonymous);
  return link == links_.end() ? base::Cat(kAnonymous, anonymous) : link->second;
}

uint64_t World::CodeOf(const std::string& id) const {
  const auto found = codes_.find(id);
  return found == codes_.end() ? 0 : found->second;
}

absl::StatusOr<Run> Prepare(const World& world, const Json& definition, int64_t now_ms) {
  Run run{.world = &world, .definition = &definition, .now_ms = now_ms};
  FOOTFALL_RETURN_IF_ERROR(ReadRange(definition, run));
  std::map<uint64_t, std::unique_ptr<Person>> people;
  std::map<uint64_t, std::vector<Event>> identities;
  const auto person_of = [&](const std::string& id) -> Person* {
    const uint64_t code = world.CodeOf(id);
    std::unique_ptr<Person>& person = people[code];
    if (person == nullptr) {
      person = std::make_unique<Person>();
      person->id = id;
      person->code = code;
      person->identified = !id.starts_with(kAnonymous);
    }
    return person.get();
  };
  for (const auto& [id, known] : world.known()) person_of(id);
  for (const World::Stored& stored : world.events()) {
    const Json& json = stored.event;
    Person* person = person_of(world.OwnerOf(json));
    Event event{.json = &json,
                .time_ms = json.Find("time")->as_int(),
                .seq = Integer(json, "seq"),
                .stream = UINT64_MAX,
                .arrival = stored.arrival,
                .person = person};
    if (json.Find("person") == nullptr && person->identified) {
      event.stream = world.CodeOf(base::Cat(kAnonymous, Text(json, "anonymous")));
    }
    (IsIdentity(json) ? identities[person->code] : person->events).push_back(event);
  }
  const Settings& settings = world.settings;
  int64_t gap_ms = settings.session_gap_ms;
  int64_t max_ms = settings.session_max_ms;
  const Json* session = definition.Find("session");
  if (session != nullptr) {
    if (const Json* gap = session->Find("gap")) {
      FOOTFALL_ASSIGN_OR_RETURN(gap_ms, base::ParseDuration(gap->as_string()));
    }
    if (const Json* max = session->Find("max")) {
      if (max->is_null()) {
        max_ms = 0;
      } else {
        FOOTFALL_ASSIGN_OR_RETURN(max_ms, base::ParseDuration(max->as_string()));
      }
    }
  }
  const int64_t expired_before = settings.retention_days > 0
                                     ? now_ms - settings.retention_days * base::kDayMs
                                     : INT64_MIN;
  for (auto& [code, person] : people) {
    std::sort(person->events.begin(), person->events.end(),
              [](const Event& a, const Event& b) {
                return std::tie(a.time_ms, a.seq, a.stream, a.arrival) <
                       std::tie(b.time_ms, b.seq, b.stream, b.arrival);
              });
    MakeSessions(*person, true, settings.session_gap_ms, settings.session_max_ms);
    Describe(*person, identities[code]);
    TakeKnown(world, *person);
    person->account = AccountOf(*person, settings.account_property);
    std::erase_if(person->events,
                  [&](const Event& event) { return event.time_ms < expired_before; });
    MakeSessions(*person, session == nullptr, gap_ms, max_ms);
    run.people.push_back(std::move(person));
  }
  for (const std::unique_ptr<Person>& person : run.people) {
    person->in_segment =
        Holds(definition.Find("segment"), {.run = &run, .person = person.get()});
  }
  return run;
}

Scope ScopeOf(const Run& run, const Event& event) {
  return {.run = &run, .person = event.person, .event = &event, .session = event.session};
}

std::vector<const Event*> Existing(const Run& run, const Person& person) {
  std::vector<const Event*> existing;
  if (!person.in_segment) return existing;
  for (const Event& event : person.events) {
    if (run.InRange(event.time_ms) &&
        Holds(run.definition->Find("where"), ScopeOf(run, event))) {
      existing.push_back(&event);
    }
  }
  return existing;
}

bool TestPerson(const World& world, const std::string& id, const Json& rule,
                int64_t now_ms) {
  const Json definition = Json::MakeObject();
  const absl::StatusOr<Run> run = Prepare(world, definition, now_ms);
  for (const std::unique_ptr<Person>& person : run->people) {
    if (person->id == id) return Holds(&rule, {.run = &*run, .person = person.get()});
  }
  return false;
}

absl::StatusOr<query::Table> AnswerRun(const Run& run) {
  const std::string kind = Text(*run.definition, "kind");
  if (kind == "table") return AnswerTable(run);
  if (kind == "sessions") return AnswerSessions(run);
  if (kind == "funnel") return AnswerFunnel(run);
  if (kind == "retention") return AnswerRetention(run);
  if (kind == "paths") return AnswerPaths(run);
  if (kind == "logins") return AnswerLogins(run);
  if (kind == "page-views") return AnswerPageViews(run);
  if (kind == "users") return AnswerUsers(run);
  if (kind == "active-users") return AnswerActiveUsers(run);
  if (kind == "nps") return AnswerNps(run);
  if (kind == "onboarding") return AnswerOnboarding(run);
  if (kind == "courses") return AnswerCourses(run);
  if (kind == "content") return AnswerContent(run);
  if (kind == "accounts") return AnswerAccounts(run);
  if (kind == "tracked-events") return AnswerTrackedEvents(run);
  if (kind == "rage-clicks") return AnswerRageClicks(run);
  if (kind == "dead-clicks") return AnswerDeadClicks(run);
  if (kind == "page-times") return AnswerPageTimes(run);
  return absl::InvalidArgumentError(base::Cat("no such kind: ", kind));
}

std::optional<query::Table> TotalOf(const Run& run) {
  const std::string kind = Text(*run.definition, "kind");
  if (kind == "nps") return NpsTotal(run);
  if (kind == "onboarding") return OnboardingTotal(run);
  return std::nullopt;
}

absl::StatusOr<query::Table> Answer(const World& world, const Json& definition,
                                    int64_t now_ms) {
  FOOTFALL_ASSIGN_OR_RETURN(const Run run, Prepare(world, definition, now_ms));
  return AnswerRun(run);
}

absl::StatusOr<std::optional<query::Table>> AnswerTotal(const World& world,
                                                        const Json& definition,
                                                        int64_t now_ms) {
  FOOTFALL_ASSIGN_OR_RETURN(const Run run, Prepare(world, definition, now_ms));
  return TotalOf(run);
}

}  // namespace footfall::prove
