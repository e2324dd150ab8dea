#include "tests/query/oracle/live_store.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "query/execute.h"
#include "report/definition.h"
#include "report/result.h"
#include "tests/query/oracle/built_in_body.h"

namespace footfall::oracle {
namespace {

model::EventType TypeOf(std::string_view name) {
  size_t i = 0;
  while (model::kEventTypeNames[i] != name) ++i;
  return static_cast<model::EventType>(i);
}

// A view of a member that is a string; null data when there is none.
std::string_view View(const Json* object, std::string_view key) {
  const Json* value = object == nullptr ? nullptr : object->Find(key);
  return value == nullptr ? std::string_view() : std::string_view(value->as_string());
}

// Properties of an event, with the texts that nested ones need.
class Properties {
 public:
  explicit Properties(const Json& event) {
    const Json* properties = event.Find("properties");
    if (properties == nullptr) return;
    for (const auto& [key, value] : properties->as_object()) {
      list_.push_back({key, ToValue(value)});
    }
  }
  const std::vector<model::Property>& list() const { return list_; }

 private:
  model::Value ToValue(const Json& value) {
    if (value.is_bool()) return model::Value::Bool(value.as_bool());
    if (value.is_int()) return model::Value::Int(value.as_int());
    if (value.is_double()) return model::Value::Double(value.as_double());
    if (value.is_string()) return model::Value::String(value.as_string());
    return model::Value::Json(texts_.emplace_back(value.Dump()));
  }

  std::deque<std::string> texts_;
  std::vector<model::Property> list_;
};

void AddTo(store::Batch& batch, const Json& json) {
  model::Event event;
  event.type = TypeOf(View(&json, "type"));
  event.time_ms = json.Find("time")->as_int();
  event.seq = json.Find("seq") == nullptr ? 0 : json.Find("seq")->as_int();
  event.person = View(&json, "person");
  event.anonymous = View(&json, "anonymous");
  event.session = View(&json, "session");
  event.app = View(&json, "app");
  event.environment = View(&json, "environment");
  event.name = View(&json, "name");
  event.url = View(&json, "url");
  event.title = View(&json, "title");
  if (const Json* element = json.Find("element")) {
    event.has_element = true;
    event.element = {.tag = View(element, "tag"),
                     .id = View(element, "id"),
                     .css_class = View(element, "class"),
                     .text = View(element, "text"),
                     .label = View(element, "label")};
  }
  const Json* context = json.Find("context");
  event.context = {.country = View(context, "country"),
                   .city = View(context, "city"),
                   .browser = View(context, "browser"),
                   .os = View(context, "os"),
                   .device = View(context, "device")};
  if (context != nullptr && context->Find("https") != nullptr) {
    event.context.https = context->Find("https")->as_bool();
  }
  const Properties properties(json);
  event.properties = properties.list();
  batch.Add(event);
}

std::string Milliseconds(int64_t duration) {
  return duration == 0 ? "none" : base::Cat(duration, "ms");
}

absl::Status Wrong(const std::string& what) { return absl::InternalError(what); }

}  // namespace

LiveStore::LiveStore(const Scenario& scenario)
    : settings_(scenario.settings),
      seal_events_(scenario.seal_events),
      memory_budget_bytes_(scenario.memory_budget_bytes),
      now_ms_(scenario.now_ms) {
  world_.settings = settings_;
}

absl::Status LiveStore::Open() {
  store::Options options;
  options.memory_budget_bytes = memory_budget_bytes_;
  const bool is_new = store_ == nullptr;
  store_.reset();
  FOOTFALL_ASSIGN_OR_RETURN(store_,
                            store::EventStore::Open(directory_ / "store", options));
  if (!is_new) return absl::OkStatus();
  for (const auto& [key, value] :
       {std::pair("retention_days", std::to_string(settings_.retention_days)),
        std::pair("session_gap", Milliseconds(settings_.session_gap_ms)),
        std::pair("session_max", Milliseconds(settings_.session_max_ms)),
        std::pair("account_property", settings_.account_property),
        std::pair("seal_events", std::to_string(seal_events_))}) {
    FOOTFALL_RETURN_IF_ERROR(store_->SetSetting(key, value));
  }
  return absl::OkStatus();
}

absl::Status LiveStore::Append(const std::vector<Json>& events) {
  store::Batch batch;
  uint64_t accepted = 0;
  for (const Json& event : events) {
    AddTo(batch, event);
    accepted += world_.Append(event);
  }
  FOOTFALL_ASSIGN_OR_RETURN(const store::AppendResult result,
                            store_->Append(batch, now_ms_));
  if (result.accepted == accepted) return absl::OkStatus();
  return Wrong(
      base::Cat("the store accepted ", result.accepted, " events, the world ", accepted));
}

absl::Status LiveStore::Forget(const std::string& person) {
  const uint64_t before = world_.events().size();
  world_.Forget(person);
  const uint64_t removed = before - world_.events().size();
  const absl::StatusOr<uint64_t> answer = store_->ForgetPerson(person);
  if (absl::IsNotFound(answer.status()) && removed == 0) return absl::OkStatus();
  FOOTFALL_RETURN_IF_ERROR(answer.status());
  // Compaction may have removed expired events before.
  if (*answer == removed || settings_.retention_days > 0) return absl::OkStatus();
  return Wrong(base::Cat("forgetting ", person, " removed ", *answer,
                         " events instead of ", removed));
}

absl::Status LiveStore::Apply(const Step& step) {
  if (store_ == nullptr) FOOTFALL_RETURN_IF_ERROR(Open());
  switch (step.kind) {
    case Step::Kind::kAppend:
      return Append(step.events);
    case Step::Kind::kSeal:
      return store_->Seal({}).status();
    case Step::Kind::kMerge:
      return store_->Seal({.merge = true}).status();
    case Step::Kind::kCompact:
      world_.Compact(now_ms_);
      return store_->Compact(now_ms_, nullptr).status();
    case Step::Kind::kReopen:
      FOOTFALL_RETURN_IF_ERROR(store_->Close());
      return Open();
    case Step::Kind::kForget:
      return Forget(step.person);
  }
  return absl::OkStatus();
}

absl::StatusOr<query::QueryResult> LiveStore::Ask(const query::Plan& plan,
                                                  int threads) const {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, store_->TakeSnapshot());
  return query::Execute(*snapshot, plan, {.now_ms = now_ms_, .threads = threads});
}

absl::Status LiveStore::Check() const {
  FOOTFALL_ASSIGN_OR_RETURN(const store::CheckReport report, store_->Check(nullptr));
  if (!report.problems.empty()) {
    return Wrong(base::Cat(report.problems[0].where, ": ", report.problems[0].what));
  }
  std::map<std::string, uint64_t> expected;
  for (const World::Stored& stored : world_.events()) {
    const std::string id = world_.OwnerOf(stored.event);
    expected[id] = world_.CodeOf(id);
  }
  std::map<std::string, uint64_t> actual;
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, store_->TakeSnapshot());
  FOOTFALL_RETURN_IF_ERROR(snapshot->VisitPeople([&](const model::Person& person) {
    actual[person.DisplayId()] = person.code;
    return absl::OkStatus();
  }));
  if (actual.size() != expected.size()) {
    return Wrong(base::Cat(actual.size(), " people instead of ", expected.size()));
  }
  for (const auto& [id, code] : expected) {
    if (!actual.contains(id)) return Wrong(base::Cat("no person ", id));
    // Ties between people go by codes: what matters is their order.
    for (const auto& [other, other_code] : expected) {
      if ((code < other_code) != (actual[id] < actual[other])) {
        return Wrong(base::Cat("the codes of ", id, " and ", other, " are swapped"));
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<query::Plan> MakePlan(const Json& definition, int64_t now_ms) {
  const std::optional<PlanBody> built_in = BuiltInBody(definition);
  Json parsed = definition;
  if (built_in.has_value()) {
    // What it has in common with a list of sessions goes the same way.
    std::erase_if(parsed.as_object(),
                  [](const auto& member) { return !IsCommonKey(member.first); });
    parsed.Set("kind", "sessions");
  }
  FOOTFALL_ASSIGN_OR_RETURN(report::Definition made, report::ParseDefinition(parsed));
  report::RunOptions options;
  options.now_ms = now_ms;
  report::Result ignored;
  query::Plan plan = std::move(made.plan);
  FOOTFALL_RETURN_IF_ERROR(
      report::ResolveRange(made.range, made.timezone, options, &plan, &ignored));
  if (built_in.has_value()) plan.body = *built_in;
  return plan;
}

}  // namespace footfall::oracle
