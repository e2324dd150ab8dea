// Fields and rules, read from the JSON that people write.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/strings.h"
#include "base/time.h"
#include "prove/prove_run.h"
#include "re2/re2.h"

namespace footfall::prove {
namespace {

Json Member(const Json* object, std::string_view key) {
  const Json* value = object == nullptr ? nullptr : object->Find(key);
  return value == nullptr ? Json() : *value;
}

// A text that is missing when it is empty.
Json NonEmpty(const Json& value) {
  return value.is_string() && value.as_string().empty() ? Json() : value;
}

// Follows a dotted path; the longest key that has a value comes first.
Json Follow(const Json& object, const std::string& path) {
  const Json whole = Member(&object, path);
  if (!whole.is_null()) return whole;
  for (size_t dot = path.rfind('.'); dot != std::string::npos && dot > 0;
       dot = path.rfind('.', dot - 1)) {
    const Json* child = object.Find(path.substr(0, dot));
    if (child == nullptr || !child->is_object()) continue;
    const Json found = Follow(*child, path.substr(dot + 1));
    if (!found.is_null()) return found;
  }
  return Json();
}

// "https://user@host:port/path?query#part" or a path alone.
Json UrlPart(const Json& url, bool want_host) {
  if (!url.is_string()) return Json();
  static const re2::RE2 absolute(
      R"(([^/?#]*)://(?:[^/?#]*@)?(\[[^/?#]*\]|[^/?#:]*)(?::[^/?#]*)?(/[^?#]*)?(?:[?#].*)?)");
  static const re2::RE2 relative(R"(([^?#]*)(?:[?#].*)?)");
  std::string scheme, host, path;
  if (re2::RE2::FullMatch(url.as_string(), absolute, &scheme, &host, &path)) {
    if (path.empty()) path += '/';
  } else {
    host.clear();
    re2::RE2::FullMatch(url.as_string(), relative, &path);
  }
  return NonEmpty(Json(want_host ? host : path));
}

Json ReadEvent(const std::string& field, const Json& event) {
  if (field == "app" || field == "environment") return Member(&event, field);
  const size_t dot = field.find('.');
  const std::string part = field.substr(0, dot);
  const std::string key = field.substr(dot + 1);
  if (part == "event") {
    if (key == "host") return UrlPart(Member(&event, "url"), true);
    if (key == "path") return UrlPart(Member(&event, "url"), false);
    return Member(&event, key);
  }
  if (part == "element" || part == "context") {
    return NonEmpty(Member(event.Find(part), key));
  }
  const Json* properties = event.Find("properties");
  return properties == nullptr ? Json() : Follow(*properties, key);
}

// 0 when equal, exact also between integers and doubles.
int CompareNumbers(const Json& a, const Json& b) {
  const auto wide = [](const Json& n) {
    return n.is_int() ? static_cast<long double>(n.as_int())
                      : static_cast<long double>(n.as_double());
  };
  return wide(a) < wide(b) ? -1 : wide(a) > wide(b);
}

struct Date {
  bool is_day = false;
  int64_t value = 0;
};

std::optional<Date> ParseDate(const std::string& text) {
  if (text.size() == 10) {
    const auto day = base::ParseDate(text);
    return day.ok() ? std::optional(Date{true, *day}) : std::nullopt;
  }
  const auto time = base::ParseTime(text, absl::UTCTimeZone());
  return time.ok() ? std::optional(Date{false, *time}) : std::nullopt;
}

// As days where one of them is a day, else as instants.
int CompareDates(Date a, Date b, absl::TimeZone zone) {
  if (a.is_day && !b.is_day) b.value = base::LocalDay(b.value, zone);
  if (b.is_day && !a.is_day) a.value = base::LocalDay(a.value, zone);
  return a.value < b.value ? -1 : a.value > b.value;
}

// Compiled once for all events.
const re2::RE2& PatternOf(const std::string& text, const Run& run) {
  std::shared_ptr<const re2::RE2>& pattern = run.patterns[text];
  if (pattern == nullptr) pattern = std::make_shared<const re2::RE2>(text);
  return *pattern;
}

int64_t DurationOf(const Json& json) {
  return json.is_int() ? json.as_int() * base::kDayMs
                       : base::ParseDuration(json.as_string()).value();
}

bool HoldsDate(const std::string& op, const Json& operand, const std::string& field,
               const Json& value, const Scope& scope) {
  std::optional<Date> date;
  if (IsTime(field) && value.is_int()) date = Date{false, value.as_int()};
  if (value.is_string()) date = ParseDate(value.as_string());
  if (!date.has_value()) return false;
  const absl::TimeZone zone = scope.run->zone;
  const auto compare = [&](const Date& other) {
    return CompareDates(*date, other, zone);
  };
  if (op == "within") {
    const int64_t now_ms = scope.run->now_ms;
    return compare({false, now_ms - DurationOf(operand)}) >= 0 &&
           compare({false, now_ms}) <= 0;
  }
  if (op == "between") {
    return compare(*ParseDate(operand.as_array()[0].as_string())) >= 0 &&
           compare(*ParseDate(operand.as_array()[1].as_string())) <= 0;
  }
  const int compared = compare(*ParseDate(operand.as_string()));
  return op == "on" ? compared == 0 : op == "before" ? compared < 0 : compared > 0;
}

bool HoldsNumber(const std::string& op, const Json& operand, const Json& value) {
  if (op == "between") {
    return CompareNumbers(value, operand.as_array()[0]) >= 0 &&
           CompareNumbers(value, operand.as_array()[1]) <= 0;
  }
  const int compared = CompareNumbers(value, operand);
  if (op == "=") return compared == 0;
  if (op == "!=") return compared != 0;
  if (op == "<") return compared < 0;
  if (op == "<=") return compared <= 0;
  return op == ">" ? compared > 0 : compared >= 0;
}

bool HoldsCondition(const Json& rule, const Scope& scope) {
  const std::string field = rule.Find("field")->as_string();
  const std::string op = rule.Find("op")->as_string();
  const Json operand = Member(&rule, "value");
  const bool fold = Member(&rule, "ignore_case") == Json(true);
  const Json value = Read(field, scope);
  const bool is_number = value.is_number() && !IsTime(field);

  if (op == "is_set") return !value.is_null();
  if (op == "is_not_set") return value.is_null();
  const auto folded = [fold](const std::string& text) {
    return fold ? base::FoldCase(text) : text;
  };
  const auto equals = [&](const Json& one) {
    if (one.is_string()) {
      return value.is_string() && folded(value.as_string()) == folded(one.as_string());
    }
    if (one.is_bool()) return value == one;
    return is_number && CompareNumbers(value, one) == 0;
  };
  const auto among = [&] {
    return std::any_of(operand.as_array().begin(), operand.as_array().end(), equals);
  };
  if (op == "is") return equals(operand);
  if (op == "is_not") return !equals(operand);
  if (op == "in") return among();
  if (op == "not_in") return !among();
  if (op == "contains" || op == "not_contains" || op == "starts_with" ||
      op == "ends_with") {
    bool holds = false;
    if (value.is_string()) {
      const std::string text = folded(value.as_string());
      const std::string part = folded(operand.as_string());
      holds = op == "starts_with" ? text.starts_with(part)
              : op == "ends_with" ? text.ends_with(part)
                                  : text.find(part) != std::string::npos;
    }
    return op == "not_contains" ? !holds : holds;
  }
  if (op == "matches") {
    const std::string pattern = (fold ? "(?i)" : "") + operand.as_string();
    return value.is_string() &&
           re2::RE2::PartialMatch(value.as_string(), PatternOf(pattern, *scope.run));
  }
  const bool is_date = op == "on" || op == "before" || op == "after" || op == "within" ||
                       (op == "between" && operand.as_array()[0].is_string());
  if (is_date) return HoldsDate(op, operand, field, value, scope);
  if (!is_number) return op == "!=";
  return HoldsNumber(op, operand, value);
}

// How often the person did something.
bool CountDid(const Json& did, const Scope& scope) {
  const Run& run = *scope.run;
  int64_t count = 0;
  for (const Event& event : scope.person->events) {
    if (const Json* within = did.Find("within")) {
      if (event.time_ms < run.now_ms - DurationOf(*within)) continue;
      if (event.time_ms > run.now_ms) continue;
    }
    count += Holds(did.Find("where"), ScopeOf(run, event));
  }
  const Json* wanted = did.Find("count");
  if (wanted == nullptr) return count >= 1;
  return HoldsNumber(wanted->Find("op")->as_string(), *wanted->Find("value"),
                     Json(count));
}

bool HoldsDid(const Json& did, const Scope& scope) {
  if (scope.person == nullptr) return false;
  const std::pair<const Json*, const Person*> key(&did, scope.person);
  const auto known = scope.run->did.find(key);
  if (known != scope.run->did.end()) return known->second;
  return scope.run->did[key] = CountDid(did, scope);
}

}  // namespace

bool IsTime(const std::string& field) {
  return field == "person.first_seen" || field == "person.last_seen" ||
         field == "session.start";
}

Json Read(const std::string& field, const Scope& scope) {
  if (field == "account" || field == "person.account") {
    return scope.person == nullptr ? Json() : NonEmpty(Json(scope.person->account));
  }
  if (field.starts_with("person.")) {
    if (scope.person == nullptr) return Json();
    const auto found = scope.person->fields.find(field.substr(7));
    return found == scope.person->fields.end() ? Json() : found->second;
  }
  if (field.starts_with("session.")) {
    if (scope.session == nullptr) return Json();
    const Session& session = *scope.session;
    if (field == "session.id") return Json(session.id);
    if (field == "session.start") return Json(session.start_ms);
    if (field == "session.duration") return Json(session.end_ms - session.start_ms);
    return Json(static_cast<int64_t>(session.events.size()));
  }
  return scope.event == nullptr ? Json() : ReadEvent(field, *scope.event->json);
}

bool Holds(const Json* rule, const Scope& scope) {
  if (rule == nullptr) return true;
  if (const Json* all = rule->Find("all")) {
    return std::all_of(all->as_array().begin(), all->as_array().end(),
                       [&](const Json& one) { return Holds(&one, scope); });
  }
  if (const Json* any = rule->Find("any")) {
    return std::any_of(any->as_array().begin(), any->as_array().end(),
                       [&](const Json& one) { return Holds(&one, scope); });
  }
  if (const Json* inner = rule->Find("not")) return !Holds(inner, scope);
  if (const Json* did = rule->Find("did")) return HoldsDid(*did, scope);
  return HoldsCondition(*rule, scope);
}

}  // namespace footfall::prove
