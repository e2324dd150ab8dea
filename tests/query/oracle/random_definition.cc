// Random definitions of every kind.
#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "base/time.h"
#include "tests/query/oracle/random_scenario.h"

namespace footfall::oracle {
namespace {

constexpr int64_t kHour = 3'600'000;

class DefinitionMaker {
 public:
  DefinitionMaker(Random& random, const Scenario& scenario)
      : random_(random), scenario_(scenario) {}

  Json Segment() { return SegmentRule(); }

  Json Make() {
    definition_ = Json::MakeObject();
    Set("version", Json(1));
    Set("name", Json("random"));
    const std::string kind = random_.Name(
        {"table",          "table",    "table",       "table",       "table",
         "funnel",         "funnel",   "funnel",      "retention",   "paths",
         "sessions",       "sessions", "logins",      "page-views",  "users",
         "active-users",   "nps",      "onboarding",  "courses",     "accounts",
         "tracked-events", "content",  "rage-clicks", "dead-clicks", "page-times"});
    Set("kind", Json(kind));
    SetRange();
    if (random_.Chance(60)) {
      Set("timezone",
          Json(random_.Name({"Europe/Paris", "America/St_Johns", "Africa/Cairo",
                             "America/New_York", "Asia/Kathmandu", "Pacific/Auckland",
                             "Australia/Lord_Howe"})));
    }
    if (kind == "table" && random_.Chance(20)) {
      SetSimpleTable();
      return definition_;
    }
    if (random_.Chance(40)) Set("where", Rule(2));
    if (random_.Chance(20)) Set("segment", SegmentRule());
    if (random_.Chance(15)) SetSession();
    if (kind == "table") SetTable(true);
    if (kind == "sessions" && random_.Chance(70)) SetTable(false);
    if (kind == "funnel") SetFunnel();
    if (kind == "retention") SetRetention();
    if (kind == "paths") SetPaths();
    if (kind == "logins" && random_.Chance(50)) Set("login_event", Json(EventName()));
    SetBuiltIn(kind);
    if ((kind == "logins" || kind == "users" || kind == "nps" || kind == "onboarding" ||
         kind == "courses") &&
        random_.Chance(40)) {
      // The report nps has a column score of its own.
      Set("attributes", Json(Json::Array{Json("crm/tier"), Json("email"), Json("seats"),
                                         Json(kind == "nps" ? "vip" : "score")}));
    }
    return definition_;
  }

 private:
  void Set(const char* key, Json value) { definition_.Set(key, std::move(value)); }

  int64_t Instant() {
    int64_t time_ms = scenario_.start_ms + random_.Below(scenario_.span_ms);
    if (random_.Chance(60)) time_ms -= time_ms % kHour;
    return time_ms;
  }

  void SetRange() {
    if (random_.Chance(40)) return;
    Json range = Json::MakeObject();
    if (random_.Chance(25)) {
      range.Set("last", random_.Name({"1h", "36h", "7d", "30d"}));
    } else {
      int64_t from = Instant();
      int64_t to = Instant();
      if (from > to) std::swap(from, to);
      if (from == to) ++to;
      const bool days = to - from > 2 * 24 * kHour && random_.Chance(50);
      const auto text = [&](int64_t time_ms) {
        return days ? base::FormatDate(base::LocalDay(time_ms, absl::UTCTimeZone()))
                    : base::FormatTime(time_ms);
      };
      const int64_t bounds = random_.Below(5);
      if (bounds != 1) range.Set("from", text(from));
      if (bounds != 2) range.Set("to", text(to));
    }
    Set("range", range);
  }

  void SetSession() {
    Json session = Json::MakeObject();
    session.Set("by", "gap");
    if (random_.Chance(60)) session.Set("gap", random_.Name({"1m", "30m", "3h"}));
    if (random_.Chance(50)) {
      session.Set("max", random_.Chance(50) ? Json() : Json("45m"));
    }
    Set("session", session);
  }

  // -- Rules.

  std::string EventName() {
    return random_.Name({"a", "a", "b", "b", "c", "d", "e", "none"});
  }

  static Json Condition(const std::string& field, const std::string& op) {
    Json condition = Json::MakeObject();
    condition.Set("field", field);
    condition.Set("op", op);
    return condition;
  }
  static Json Condition(const std::string& field, const std::string& op, Json value) {
    Json condition = Condition(field, op);
    condition.Set("value", std::move(value));
    return condition;
  }

  Json NameIs(const std::string& name) {
    return Condition("event.name", "is", Json(name));
  }

  std::string TextField() {
    return random_.Name({"event.name",
                         "event.name",
                         "event.name",
                         "event.type",
                         "event.url",
                         "event.title",
                         "event.host",
                         "event.path",
                         "element.tag",
                         "element.id",
                         "element.text",
                         "element.label",
                         "properties.plan",
                         "properties.plan",
                         "properties.mix",
                         "properties.many",
                         "properties.obj.a.b",
                         "properties.obj.a.c.d",
                         "properties.obj",
                         "context.country",
                         "context.browser",
                         "context.city",
                         "app",
                         "environment",
                         "account",
                         "person.id",
                         "person.country",
                         "person.crm/tier",
                         "session.id",
                         "properties.none",
                         "properties.n"});
  }
  std::string NumberField() {
    return random_.Name({"properties.n", "properties.n", "properties.d", "properties.num",
                         "properties.mix", "properties.obj.a.b", "properties.rare3",
                         "properties.key.with.dots", "properties.big", "person.events",
                         "person.sessions", "person.seats", "person.score",
                         "person.total_duration_ms", "person.avg_between_sessions_ms",
                         "session.duration", "session.events", "properties.plan"});
  }

  Json TextCondition(const std::string& field) {
    const std::string text = random_.Name({"a",           "b",
                                           "c",           "A",
                                           "pro",         "free",
                                           "team",        "",
                                           "FR",          "Firefox",
                                           "p1",          "/p",
                                           "app.example", "https://app.example/p1",
                                           "text",        "1",
                                           "true",        "click",
                                           "page_view",   "gold",
                                           "Save",        "button",
                                           "crm",         "x",
                                           "än",          "value 1",
                                           "unique",      "Title 2"});
    Json condition;
    switch (random_.Below(9)) {
      case 0:
        return Condition(field, "is_set");
      case 1:
        return Condition(field, "is_not_set");
      case 2:
        return Condition(
            field, "matches",
            Json(random_.Name({"^[a-c]$", "p[12]", "^$", "(?i)FR|pro", "x+ ?", "\\d"})));
      case 3:
        condition = Condition(
            field, random_.Name({"in", "not_in"}),
            Json(Json::Array{Json(text), Json("a"), Json(1), Json(2.5), Json(true)}));
        break;
      case 4:
      case 5:
        condition = Condition(
            field, random_.Name({"contains", "not_contains", "starts_with", "ends_with"}),
            text);
        break;
      default:
        condition = Condition(field, random_.Name({"is", "is", "is_not"}), text);
        break;
    }
    if (random_.Chance(15)) condition.Set("ignore_case", Json(true));
    return condition;
  }

  Json NumberCondition(const std::string& field) {
    const auto number = [&] {
      return random_.Chance(70) ? Json(random_.Of<int64_t>({0, 1, 5, 10, 20, 3'600'000}))
                                : Json(random_.Of<double>({2.5, 1.0, -0.125, 20.5}));
    };
    if (random_.Chance(15)) {
      Json bounds = Json::MakeArray();
      for (int i = 0; i < 2; ++i) bounds.Push(number());
      return Condition(field, "between", std::move(bounds));
    }
    return Condition(field, random_.Name({"=", "!=", "<", "<=", ">", ">="}), number());
  }

  Json DateCondition() {
    const std::string field = random_.Name(
        {"properties.day", "person.first_seen", "person.last_seen", "session.start"});
    const std::string date =
        random_.Chance(50)
            ? base::FormatDate(base::LocalDay(Instant(), absl::UTCTimeZone()))
            : base::FormatTime(Instant());
    const std::string op = random_.Name({"on", "before", "after", "between", "within"});
    if (op == "within") return Condition(field, op, Json(1 + random_.Below(20)));
    if (op != "between") return Condition(field, op, Json(date));
    return Condition(field, op,
                     Json(Json::Array{Json(date), Json(base::FormatTime(Instant()))}));
  }

  Json AnyCondition() {
    const int64_t kind = random_.Below(10);
    if (kind < 3) return NameIs(EventName());
    if (kind < 6) return TextCondition(TextField());
    if (kind < 8) return NumberCondition(NumberField());
    if (kind < 9) return DateCondition();
    return Condition(random_.Name({"properties.flag", "context.https", "properties.mix",
                                   "person.identified", "person.vip"}),
                     random_.Name({"is", "is_not"}), Json(random_.Chance(50)));
  }

  static bool NamesSession(const Json& rule) {
    return rule.Dump().find("\"session.") != std::string::npos;
  }

  Json Did() {
    Json did = Json::MakeObject();
    if (random_.Chance(85)) {
      Json where = random_.Chance(60) ? NameIs(EventName()) : Rule(1, false);
      while (NamesSession(where)) where = Rule(1, false);
      did.Set("where", where);
    }
    if (random_.Chance(50)) {
      Json count = Json::MakeObject();
      count.Set("op", random_.Name({">", ">=", "<", "<=", "=", "!="}));
      count.Set("value", Json(random_.Below(4)));
      did.Set("count", count);
    }
    if (random_.Chance(40)) did.Set("within", random_.Name({"1h", "2d", "9d", "30d"}));
    Json rule = Json::MakeObject();
    rule.Set("did", did);
    return rule;
  }

  Json Rule(int depth, bool with_did = true) {
    Json rule = Json::MakeObject();
    const int64_t kind = depth == 0 ? 9 : random_.Below(10);
    if (kind < 3) {
      Json list = Json::MakeArray();
      for (int64_t i = 1 + random_.Below(3); i > 0; --i) {
        list.Push(Rule(depth - 1, with_did));
      }
      return rule.Set(kind == 0 ? "all" : "any", list);
    }
    if (kind == 3) return rule.Set("not", Rule(depth - 1, with_did));
    if (kind == 4 && with_did) return Did();
    return AnyCondition();
  }

  // Names no field of an event outside `did`.
  Json SegmentRule() {
    Json rule = Json::MakeObject();
    switch (random_.Below(5)) {
      case 0:
        return rule.Set("not", SegmentRule());
      case 1:
        return rule.Set("any", Json(Json::Array{SegmentRule(), SegmentRule()}));
      case 2:
        return TextCondition(random_.Name({"person.id", "person.country",
                                           "person.crm/tier", "account", "person.none"}));
      case 3:
        return NumberCondition(
            random_.Name({"person.events", "person.sessions", "person.seats"}));
      default:
        return Did();
    }
  }

  // -- Tables.

  std::string KeyField() {
    return random_.Chance(70)
               ? TextField()
               : random_.Name({"properties.n", "properties.num", "properties.flag",
                               "properties.d", "session.start", "person.first_seen",
                               "person.events", "context.https", "session.events"});
  }

  void SetRows() {
    Json rows = Json::MakeArray();
    std::vector<std::string> names;
    for (int64_t i = random_.Of({0, 1, 1, 1, 2, 2, 3}); i > 0; --i) {
      Json row = Json::MakeObject();
      std::string name;
      if (const int64_t kind = random_.Below(10); kind < 2) {
        name = random_.Name({"person", "account", "session"});
        row = Json(name);
      } else if (kind < 5) {
        name = random_.Name({"hour", "day", "day", "week", "month"});
        row.Set("time", name);
      } else {
        name = KeyField();
        row.Set("field", name);
      }
      // Integers beyond 2^53 would tie as doubles.
      const bool taken = std::find(names.begin(), names.end(), name) != names.end();
      if (taken || name == "properties.big") continue;
      names.push_back(name);
      rows.Push(row);
    }
    if (!rows.as_array().empty() || random_.Chance(50)) Set("rows", rows);
  }

  // What may be answered without reading events.
  void SetSimpleTable() {
    Json row = Json::MakeObject();
    const int64_t kind = random_.Below(4);
    if (kind == 0) row.Set("field", "event.name");
    if (kind == 1) row.Set("time", random_.Name({"day", "week"}));
    if (kind == 2) row = Json("person");
    if (kind < 3) Set("rows", Json(Json::Array{row}));
    Json column = Json::MakeObject();
    column.Set("name", "c");
    column.Set("agg", random_.Name({"count", "count_people", "count_sessions"}));
    Set("columns", Json(Json::Array{column}));
    if (random_.Chance(30)) Set("where", NameIs(EventName()));
  }

  Json Column(int64_t number) {
    Json column = Json::MakeObject();
    column.Set("name", base::Cat("c", number));
    const std::string agg =
        random_.Name({"count", "count", "count_people", "count_people", "count_sessions",
                      "count_distinct", "sum", "min", "max", "avg", "median",
                      "percentile", "first", "last", "first_time", "last_time"});
    column.Set("agg", agg);
    if (agg == "percentile") {
      column.Set("p", Json(random_.Of<int64_t>({1, 10, 25, 50, 75, 90, 99, 100})));
    }
    if (agg == "sum" || agg == "avg" || agg == "median" || agg == "percentile") {
      column.Set("of", NumberField());
    }
    if (agg == "min" || agg == "max") {
      column.Set("of", random_.Chance(85)
                           ? NumberField()
                           : random_.Name({"session.start", "person.first_seen"}));
    }
    if (agg == "first" || agg == "last" || agg == "count_distinct") {
      column.Set("of", random_.Chance(60) ? TextField() : NumberField());
    }
    if (random_.Chance(25)) column.Set("where", Rule(1));
    return column;
  }

  void SetTable(bool of_events) {
    SetRows();
    Json columns = Json::MakeArray();
    for (int64_t i = 1 + random_.Below(5); i > 0; --i) columns.Push(Column(i));
    Json ratio = Json::MakeObject();
    const auto is_number = [](const Json& column) {
      const std::string agg = column.Find("agg")->as_string();
      const Json* of = column.Find("of");
      const bool is_time = of != nullptr && (*of == Json("session.start") ||
                                             *of == Json("person.first_seen"));
      return agg.find("first") == std::string::npos &&
             agg.find("last") == std::string::npos && !is_time;
    };
    const Json& above = random_.OneOf(columns.as_array());
    const Json& below = random_.OneOf(columns.as_array());
    if (random_.Chance(30) && is_number(above) && is_number(below)) {
      ratio.Set("name", "ratio");
      ratio.Set("agg", "ratio");
      ratio.Set("numerator", *above.Find("name"));
      ratio.Set("denominator", *below.Find("name"));
      columns.Push(ratio);
    }
    Set("columns", columns);
    if (random_.Chance(30)) {
      Json by = Json::MakeObject();
      by.Set("column", *random_.OneOf(columns.as_array()).Find("name"));
      if (random_.Chance(60)) by.Set("desc", Json(random_.Chance(70)));
      Set("order_by", Json(Json::Array{by}));
    }
    const std::string rows =
        definition_.Find("rows") == nullptr ? "" : definition_.Find("rows")->Dump();
    // Sessions of two people may have one id, and which of such rows is cut is open.
    if (random_.Chance(25) && rows.find("\"session\"") == std::string::npos) {
      Set("limit", Json(1 + random_.Below(10)));
    }
    const size_t time = rows.find("\"time\"");
    if (of_events && random_.Chance(40) && time != std::string::npos &&
        rows.find("\"time\"", time + 1) == std::string::npos) {
      Set("fill", Json(true));
    }
  }

  // -- Behaviour.

  void SetFunnel() {
    const std::string order = random_.Name({"sequential", "sequential", "strict", "any"});
    Json steps = Json::MakeArray();
    const int64_t count = 2 + random_.Below(4);
    for (int64_t i = 0; i < count; ++i) {
      Json step = Json::MakeObject();
      step.Set("name", base::Cat("step ", i + 1));
      step.Set("where", random_.Chance(75) ? NameIs(EventName()) : Rule(1));
      if (order != "any" && i > 0 && random_.Chance(20)) {
        step.Set("within", random_.Name({"1m", "1h", "1d"}));
      }
      steps.Push(step);
    }
    Set("steps", steps);
    Set("window", Json(random_.Name({"5m", "1h", "12h", "7d", "365d"})));
    if (order != "sequential" || random_.Chance(50)) Set("order", Json(order));
    if (random_.Chance(30)) {
      Set("exclude", random_.Chance(70) ? NameIs(EventName()) : Rule(1));
    }
    if (random_.Chance(50)) {
      Json break_down = Json::MakeObject();
      break_down.Set("field", KeyField());
      Set("break_down", break_down);
      if (random_.Chance(70)) {
        Set("attribution", Json(random_.Name({"first", "best", "last"})));
      }
    }
    if (random_.Chance(40)) Set("members", Json(true));
  }

  void SetRetention() {
    Set("bucket", Json(random_.Name({"day", "week", "month"})));
    Set("periods", Json(1 + random_.Below(9)));
    if (random_.Chance(70))
      Set("start", random_.Chance(70) ? NameIs(EventName()) : Rule(1));
    if (random_.Chance(60))
      Set("return", random_.Chance(70) ? NameIs(EventName()) : Rule(1));
  }

  void SetPaths() {
    Set("anchor", random_.Chance(70) ? NameIs(EventName()) : Rule(1));
    Set("steps", Json(1 + random_.Below(6)));
    if (random_.Chance(50)) Set("direction", Json(random_.Name({"after", "before"})));
    if (random_.Chance(50)) Set("by", Json(TextField()));
  }

  // -- Content and clicks.

  static Json Named(const std::string& id) {
    Json item = Json::MakeObject();
    item.Set("id", id);
    item.Set("name", "The " + id);
    return item;
  }

  // Some of the content that events are about, and some that none is.
  Json Ids(int64_t most) {
    Json ids = Json::MakeArray();
    for (int64_t i = 0; i < most; ++i) {
      if (random_.Chance(70)) ids.Push(base::Cat("c", i));
    }
    return ids;
  }

  void SetCourses() {
    Json courses = Json::MakeArray();
    for (int64_t i = random_.Below(3); i > 0; --i) {
      Json course = Named(base::Cat("c", i));
      // An id is in one course only.
      Json lessons = Json::MakeArray();
      for (int64_t k = 0; k < 6; ++k) {
        if (k % 3 == i && random_.Chance(80)) lessons.Push(base::Cat("c", k));
      }
      course.Set("lessons", lessons);
      if (random_.Chance(60)) {
        course.Set("quiz", base::Cat("c", i + 1));
        course.Set("quiz_name", random_.Name({"Quiz", "Test"}));
      }
      courses.Push(course);
    }
    Set("courses", courses);
  }

  void SetContent() {
    Json catalogue = Json::MakeArray();
    for (const char* kind : {"task", "course", "survey"}) {
      const Json ids = Ids(3);
      for (const Json& id : ids.as_array()) {
        Json content = Named(id.as_string());
        content.Set("kind", kind);
        catalogue.Push(content);
      }
    }
    if (random_.Chance(70)) Set("catalogue", catalogue);
    if (random_.Chance(40)) Set("in_catalogue", Json(random_.Chance(50)));
  }

  void SetTrackedEvents() {
    Json events = Json::MakeArray();
    for (int64_t i = random_.Below(4); i > 0; --i) {
      Json event = Json::MakeObject();
      event.Set("name", base::Cat("tracked-", i));
      event.Set("where", random_.Chance(40) ? NameIs(EventName()) : Rule(2));
      events.Push(event);
    }
    Set("events", events);
  }

  void SetBuiltIn(const std::string& kind) {
    if (kind == "nps" && random_.Chance(40)) {
      Set("survey", Json(base::Cat("c", random_.Below(4))));
    }
    if (kind == "onboarding" && random_.Chance(60)) Set("tasks", Ids(5));
    if (kind == "courses" && random_.Chance(70)) SetCourses();
    if (kind == "content") SetContent();
    if (kind == "tracked-events") SetTrackedEvents();
    if (kind == "rage-clicks") Set("clicks", Json(2 + random_.Below(3)));
    if (kind == "rage-clicks" || kind == "dead-clicks") {
      Set("within_ms", Json(random_.Of<int64_t>({1000, 60'000, 600'000, 6 * kHour})));
    }
  }

  Random& random_;
  const Scenario& scenario_;
  Json definition_;
};

bool LosesEvents(const Scenario& scenario) {
  return scenario.settings.retention_days > 0 &&
         std::any_of(scenario.steps.begin(), scenario.steps.end(),
                     [](const Step& step) { return step.kind == Step::Kind::kCompact; });
}

}  // namespace

Json RandomDefinition(Random& random, const Scenario& scenario) {
  const bool loses_events = LosesEvents(scenario);
  Json definition;
  bool is_sound = false;
  while (!is_sound) {
    definition = DefinitionMaker(random, scenario).Make();
    const std::string text = definition.Dump();
    // Sessions whose events were removed cannot be counted again when late events come.
    is_sound = !loses_events || (text.find("person.sessions") == std::string::npos &&
                                 text.find("person.total") == std::string::npos &&
                                 text.find("person.avg") == std::string::npos &&
                                 text.find("\"accounts\"") == std::string::npos &&
                                 text.find("\"users\"") == std::string::npos);
  }
  return definition;
}

Json RandomSegmentRule(Random& random, const Scenario& scenario) {
  Json rule = DefinitionMaker(random, scenario).Segment();
  // As above.
  while (LosesEvents(scenario) &&
         rule.Dump().find("person.sessions") != std::string::npos) {
    rule = DefinitionMaker(random, scenario).Segment();
  }
  return rule;
}

}  // namespace footfall::oracle
