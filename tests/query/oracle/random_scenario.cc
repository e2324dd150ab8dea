#include "tests/query/oracle/random_scenario.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "base/time.h"

namespace footfall::oracle {
namespace {

constexpr int64_t kSecond = 1000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

// What the events of one scenario have in common.
struct Shape {
  int64_t people = 5;
  int64_t anonymous = 4;
  int64_t step_ms = kMinute;  // Times are multiples of it, so that they tie.
  int64_t bursts = 0;         // Times gather around so many instants; 0: they do not.
  int host_sessions = 30;     // Of 100 events.
  int untidy = 30;            // Of 100 values that are of a kind of their own.
  bool is_ordered = true;     // But for a few late ones.
  bool is_lean = false;       // Events have few members.
};

class EventMaker {
 public:
  EventMaker(Random& random, const Scenario& scenario, const Shape& shape)
      : random_(random), scenario_(scenario), shape_(shape) {
    for (int64_t i = 0; i < shape.bursts; ++i) {
      bursts_.push_back(random.Below(scenario.span_ms));
    }
  }

  Json Make() {
    Json event = Json::MakeObject();
    event.Set("time", Json(Time()));
    if (random_.Chance(20)) event.Set("seq", Json(random_.Below(5) - 1));
    if (random_.Chance(3)) {
      SetIdentity(event);
      return event;
    }
    event.Set("type", random_.Name({"track", "track", "track", "page_view", "page_view",
                                    "click", "content", "input", "submit"}));
    SetPerson(event);
    if (random_.Chance(90)) event.Set("name", Name());
    if (shape_.is_lean) {
      Json properties = Json::MakeObject();
      properties.Set("n", Json(random_.Below(1000)));
      event.Set("properties", properties);
      if (*event.Find("type") == Json("click")) SetElement(event);
      if (*event.Find("type") == Json("content")) SetGuidance(event);
      return event;
    }
    if (random_.Chance(shape_.host_sessions)) {
      event.Set("session",
                random_.Chance(3) ? Long("session ", 2) : random_.Numbered("s", 6));
    }
    if (random_.Chance(60)) event.Set("app", random_.Name({"crm", "shop", "wiki", ""}));
    if (random_.Chance(30))
      event.Set("environment", random_.Name({"production", "test"}));
    if (random_.Chance(60)) event.Set("url", Url());
    if (random_.Chance(40)) event.Set("title", random_.Numbered("Title ", 4));
    if (random_.Chance(30)) SetElement(event);
    if (random_.Chance(50)) SetContext(event);
    if (random_.Chance(80)) SetProperties(event);
    if (*event.Find("type") == Json("content") && random_.Chance(85)) SetGuidance(event);
    return event;
  }

 private:
  int64_t Time() {
    int64_t offset = bursts_.empty() ? random_.Below(scenario_.span_ms)
                                     : random_.OneOf(bursts_) + random_.Below(2 * kHour);
    offset -= offset % shape_.step_ms;
    return scenario_.start_ms + offset;
  }

  std::string PersonId() {
    const int64_t i = random_.Below(shape_.people);
    // Some are e-mail addresses, which name an account.
    return i % 3 == 0   ? base::Cat("p", i, "@a.example")
           : i % 3 == 1 ? base::Cat("p", i, "@B.example")
                        : base::Cat("p", i);
  }
  std::string AnonymousId() {
    return random_.Numbered("a", std::max<int64_t>(1, shape_.anonymous));
  }

  void SetPerson(Json& event) {
    if (shape_.anonymous > 0 && random_.Chance(35)) {
      event.Set("anonymous", AnonymousId());
      if (random_.Chance(80)) return;
    }
    event.Set("person", PersonId());
  }

  void SetIdentity(Json& event) {
    const bool alias = shape_.anonymous > 0 && random_.Chance(40);
    event.Set("type", alias ? "alias" : "identify");
    event.Set("person", PersonId());
    if (alias || (shape_.anonymous > 0 && random_.Chance(30))) {
      event.Set("anonymous", AnonymousId());
    }
    if (alias) return;
    Json properties = Json::MakeObject();
    if (random_.Chance(60)) {
      properties.Set("crm/tier", random_.Name({"gold", "premium", "silver"}));
    }
    if (random_.Chance(40)) properties.Set("seats", Json(random_.Below(50)));
    if (random_.Chance(30)) properties.Set("vip", Json(random_.Chance(50)));
    if (random_.Chance(20)) properties.Set("score", Number());
    if (random_.Chance(20)) properties.Set("email", random_.Numbered("x@c.example", 2));
    event.Set("properties", properties);
  }

  std::string Name() {
    if (random_.Chance(2)) return Long("a long name ", 3);
    if (random_.Chance(2)) return random_.Name({"", "A", "Ärger", "$end"});
    return random_.Name({"a", "a", "b", "b", "c", "c", "d", "e"});
  }

  // A text beyond what dictionaries take, of `n` different ones.
  std::string Long(const char* prefix, int64_t n) {
    const int64_t i = random_.Below(n);
    return base::Cat(prefix, i, " ",
                     std::string(static_cast<size_t>(250 + i * 200), 'x'));
  }

  std::string Url() {
    const std::string page = random_.Numbered("/p", 4);
    switch (random_.Below(12)) {
      case 0:
        return page;
      case 1:
        return base::Cat("https://App.example:8443", page, "?tab=", random_.Below(3));
      case 2:
        return base::Cat("https://app.example", page, "#part");
      case 3:
        return "https://other.example";
      case 4:
        return "";
      case 5:
        return base::Cat("https://app.example/", Long("deep/", 2));
      default:
        return base::Cat("https://app.example", page);
    }
  }

  void SetElement(Json& event) {
    Json element = Json::MakeObject();
    element.Set("tag", random_.Name({"button", "a", "input", ""}));
    if (random_.Chance(50)) element.Set("id", random_.Numbered("id-", 4));
    if (random_.Chance(30)) element.Set("class", random_.Name({"wide", "btn primary"}));
    if (random_.Chance(30)) element.Set("text", random_.Name({"Save", "Cancel", ""}));
    if (random_.Chance(10)) element.Set("label", Long("label ", 2));
    event.Set("element", element);
  }

  void SetContext(Json& event) {
    Json context = Json::MakeObject();
    if (random_.Chance(70)) context.Set("country", random_.Name({"FR", "DE", "US", ""}));
    if (random_.Chance(20)) context.Set("city", random_.Name({"Paris", "Köln"}));
    if (random_.Chance(50)) context.Set("browser", random_.Name({"Firefox", "Chrome"}));
    if (random_.Chance(20)) context.Set("os", random_.Name({"Linux", "macOS"}));
    if (random_.Chance(20)) context.Set("device", random_.Name({"phone", "desk"}));
    if (random_.Chance(30)) context.Set("https", Json(random_.Chance(70)));
    event.Set("context", context);
  }

  Json Number() {
    if (random_.Chance(50)) return Json(random_.Below(40) - 10);
    // Eighths, whose sums are exact in any order; some are whole.
    return Json(static_cast<double>(random_.Below(400) - 100) / 8);
  }

  Json Mixed() {
    switch (random_.Below(7)) {
      case 0:
        return Json(random_.Chance(50));
      case 1:
        return Json(random_.Name({"1", "true", "text", "", "2.5", "Text"}));
      case 2:
        return Json(random_.Chance(50) ? Json::MakeArray() : Nested());
      case 3:
        return Json(Long("v", 3));
      case 4:
        return Json(random_.Of<double>({1.0, 2.5, -0.0, 1e300, 1e-300}));
      default:
        return Number();
    }
  }

  Json Nested() {
    Json inner = Json::MakeObject();
    // Text does not tell a whole double from an integer.
    const Json number = random_.Chance(60)
                            ? Json(random_.Below(40) - 10)
                            : Json(static_cast<double>(random_.Below(400)) / 8 + 0.0625);
    inner.Set("b", random_.Chance(70) ? number : Json(random_.Name({"x", "y"})));
    if (random_.Chance(30)) inner.Set("list", Json(Json::Array{Json(1), Json("two")}));
    if (random_.Chance(30)) inner.Set("c.d", Json(random_.Name({"dotted", "keys"})));
    Json outer = Json::MakeObject();
    outer.Set("a", inner);
    if (random_.Chance(20)) outer.Set("a.b", Json("longest key first"));
    return outer;
  }

  void SetProperties(Json& event) {
    Json properties = Json::MakeObject();
    if (random_.Chance(70)) {
      properties.Set(
          "n", random_.Chance(shape_.untidy / 6) ? Mixed() : Json(random_.Below(30)));
    }
    if (random_.Chance(40)) {
      properties.Set("d", Json(static_cast<double>(random_.Below(800)) / 8));
    }
    if (random_.Chance(50)) {
      properties.Set("plan", random_.Name({"free", "pro", "team", ""}));
    }
    if (random_.Chance(shape_.untidy)) properties.Set("mix", Mixed());
    if (random_.Chance(30)) properties.Set("num", Number());
    if (random_.Chance(20)) properties.Set("flag", Json(random_.Chance(50)));
    if (random_.Chance(20)) properties.Set("obj", Nested());
    if (random_.Chance(15)) {
      properties.Set("day", random_.Name({"2025-11-21", "2025-10-26", "2025-02-30",
                                          "soon", "2025-11-20T23:30:00Z"}));
    }
    if (random_.Chance(10)) properties.Set("key.with.dots", Number());
    if (random_.Chance(4)) {
      properties.Set("big", Json(random_.Of<int64_t>(
                                {INT64_MAX, INT64_MIN, -1, INT64_MAX - 1, 1ll << 53})));
    }
    if (random_.Chance(25)) {
      properties.Set("many", random_.Chance(50) ? random_.Numbered("value ", 500)
                                                : Long("unique ", 400));
    }
    if (random_.Chance(10)) properties.Set(random_.Numbered("rare", 30), Number());
    event.Set("properties", properties);
  }

  // What guidance says: tasks, courses, quizzes, answers to surveys.
  void SetGuidance(Json& event) {
    event.Set("name",
              random_.Name({"task.completed", "task.completed", "task.started", "task",
                            "survey.submitted", "survey.submitted", "survey.shown",
                            "course.started", "course.completed", "lesson.completed",
                            "lesson.completed", "quiz.submitted", "walkthrough.started",
                            "walkthrough.completed", "tasks.completed"}));
    Json properties = Json::MakeObject();
    if (random_.Chance(93)) {
      properties.Set("content_id",
                     random_.Chance(97) ? Json(random_.Numbered("c", 5)) : Mixed());
    }
    if (random_.Chance(50)) properties.Set("content_name", random_.Numbered("Name ", 3));
    if (random_.Chance(30)) properties.Set("course_id", random_.Numbered("c", 4));
    if (random_.Chance(80)) {
      properties.Set("score", random_.Chance(80)   ? Json(random_.Below(12))
                              : random_.Chance(50) ? Mixed()
                                                   : Json(7.0));
    }
    if (random_.Chance(40)) {
      properties.Set("comment",
                     random_.Chance(80) ? Json(random_.Name({"Nice", ""})) : Mixed());
    }
    event.Set("properties", properties);
  }

  Random& random_;
  const Scenario& scenario_;
  const Shape& shape_;
  std::vector<int64_t> bursts_;
};

std::vector<Json> RandomEvents(Random& random, const Scenario& scenario,
                               const Shape& shape, int64_t count) {
  EventMaker maker(random, scenario, shape);
  std::vector<Json> events;
  for (int64_t i = 0; i < count; ++i) events.push_back(maker.Make());
  if (!shape.is_ordered) return events;
  std::stable_sort(events.begin(), events.end(), [](const Json& a, const Json& b) {
    return a.Find("time")->as_int() < b.Find("time")->as_int();
  });
  for (int64_t late = count / 10; late > 0; --late) {
    std::swap(events[static_cast<size_t>(random.Below(count))],
              events[static_cast<size_t>(random.Below(count))]);
  }
  return events;
}

// With long runs of x, which long texts end with, told by their length.
std::string Shortened(const std::string& text) {
  std::string shortened;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_not_of('x', at), text.size());
    if (end - at > 20) {
      shortened += base::Cat("<", end - at, " x>");
      at = end;
    } else {
      shortened += text[at++];
    }
  }
  return shortened;
}

const char* NameOf(Step::Kind kind) {
  constexpr const char* kNames[] = {"append",  "seal",   "merge",
                                    "compact", "reopen", "forget"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace

Step RandomMaintenance(Random& random) {
  using enum Step::Kind;
  return {.kind = random.Of({kSeal, kSeal, kSeal, kMerge, kReopen, kCompact})};
}

Scenario RandomScenario(Random& random) {
  Scenario scenario;
  // Around changes of the clock in Europe, America and Egypt, and far from any.
  scenario.start_ms = base::ParseTime(random.Of({"2025-10-24", "2025-10-30", "2025-03-27",
                                                 "2025-04-23", "2025-07-01"}),
                                      absl::UTCTimeZone())
                          .value();
  scenario.span_ms =
      random.Of({3 * kHour, 2 * kDay, 5 * kDay, 20 * kDay, 20 * kDay, 70 * kDay});
  scenario.now_ms = scenario.start_ms + scenario.span_ms * random.Of({3, 4, 4, 5}) / 4 +
                    random.Below(kDay);
  if (random.Chance(30)) {
    scenario.settings.retention_days = 1 + random.Below(scenario.span_ms / kDay + 2);
  }
  if (random.Chance(25)) {
    scenario.settings.session_gap_ms = random.Of({5, 60, 240}) * kMinute;
  }
  if (random.Chance(25)) {
    scenario.settings.session_max_ms = random.Of({0, 10, 90}) * kMinute;
  }
  if (random.Chance(30)) scenario.settings.account_property = "crm/tier";
  if (random.Chance(40))
    scenario.seal_events = 10 + static_cast<uint64_t>(random.Below(60));

  Shape shape;
  shape.people = random.Of({1, 3, 6, 12, 30});
  shape.anonymous = random.Of({0, 2, 5});
  shape.step_ms = random.Of({int64_t{1}, kSecond, kMinute, 10 * kMinute, kHour});
  shape.bursts = random.Of({0, 2, 6});
  shape.host_sessions = random.Of({0, 30, 70});
  shape.untidy = random.Of({0, 30, 60});
  shape.is_ordered = random.Chance(70);
  const int64_t count = random.Chance(10) ? 800 : 10 + random.Below(250);
  std::vector<Json> events = RandomEvents(random, scenario, shape, count);
  for (size_t at = 0; at < events.size();) {
    const size_t size =
        std::min<size_t>(events.size() - at, static_cast<size_t>(1 + random.Below(80)));
    const auto begin = events.begin() + static_cast<int64_t>(at);
    const std::vector<Json> batch(begin, begin + static_cast<int64_t>(size));
    scenario.steps.push_back({.kind = Step::Kind::kAppend, .events = batch});
    at += size;
    if (random.Chance(45)) scenario.steps.push_back(RandomMaintenance(random));
    if (!random.Chance(7)) continue;
    const Json& event = random.OneOf(batch);
    const Json* person = event.Find("person");
    scenario.steps.push_back(
        {.kind = Step::Kind::kForget,
         .person = person != nullptr
                       ? person->as_string()
                       : base::Cat("anonymous:", event.Find("anonymous")->as_string())});
  }
  return scenario;
}

Scenario BigScenario(Random& random) {
  Scenario scenario;
  scenario.start_ms = base::ParseTime("2025-10-01", absl::UTCTimeZone()).value();
  scenario.span_ms = 40 * kDay;
  scenario.now_ms = scenario.start_ms + scenario.span_ms;
  Shape shape;
  shape.people = 1500;
  shape.anonymous = 100;
  shape.step_ms = kMinute;
  shape.is_lean = true;
  std::vector<Json> events = RandomEvents(random, scenario, shape, 90'000);
  const auto part = [&](size_t from, size_t to) {
    return Step{.kind = Step::Kind::kAppend,
                .events = {events.begin() + static_cast<int64_t>(from),
                           events.begin() + static_cast<int64_t>(to)}};
  };
  scenario.steps.push_back(part(0, 70'000));
  scenario.steps.push_back({.kind = Step::Kind::kSeal});
  scenario.steps.push_back(part(70'000, 80'000));
  scenario.steps.push_back({.kind = Step::Kind::kSeal});
  scenario.steps.push_back(part(80'000, 90'000));
  return scenario;
}

std::string ToText(const Scenario& scenario) {
  std::string text = base::Cat(
      "now ", scenario.now_ms, ", retention_days ", scenario.settings.retention_days,
      ", gap ", scenario.settings.session_gap_ms, ", max ",
      scenario.settings.session_max_ms, ", account_property '",
      scenario.settings.account_property, "', seal_events ", scenario.seal_events, "\n");
  for (const Step& step : scenario.steps) {
    text += base::Cat("-- ", NameOf(step.kind), " ", step.person, "\n");
    for (const Json& event : step.events) text += Shortened(event.Dump()) + "\n";
  }
  return text;
}

}  // namespace footfall::oracle
