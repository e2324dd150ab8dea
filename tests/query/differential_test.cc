// Random table plans against plain loops over the same events.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "query/execute.h"
#include "tests/query/fake_snapshot.h"
#include "tests/query/table_text.h"

namespace footfall::query {
namespace {

constexpr int64_t kMinute = 60'000;
const int64_t kStart = At("2025-10-20T00:00:00Z");
constexpr int64_t kSpan = int64_t{14} * 24 * 60 * kMinute;

FakeSnapshot RandomEvents(std::mt19937& random, int count) {
  FakeSnapshot snapshot;
  for (int i = 0; i < count; ++i) {
    FakeEvent event;
    event.person = base::Cat("p", random() % 8, random() % 2 ? "@a.example" : "");
    // Few distinct minutes, so that times tie.
    event.time_ms = kStart + static_cast<int64_t>(random() % (kSpan / kMinute)) * kMinute;
    event.seq = static_cast<int64_t>(random() % 3);
    if (random() % 20 == 0) event.type = model::EventType::kIdentify;
    if (random() % 3 == 0) event.session = base::Cat("s", random() % 5);
    if (random() % 4 != 0) event.name = base::Cat("n", random() % 3);
    switch (random() % 5) {
      case 0:
        event.properties["x"] = static_cast<int64_t>(random() % 100) - 50;
        break;
      case 1:
        event.properties["x"] = static_cast<double>(random() % 1000) / 8;
        break;
      case 2:
        event.properties["x"] = std::string("text");
        break;
      case 3:
        event.properties["x"] = static_cast<int64_t>(random() % 5);
        break;
      default:
        break;
    }
    snapshot.Add(event);
  }
  return snapshot;
}

struct OracleEvent {
  const FakeEvent* event;
  int64_t arrival;
  std::string session;  // With the person, so that it is unique.
  int64_t session_start;
};

// Events in event order with their sessions, by the words of the specification.
std::vector<OracleEvent> Sessionised(const FakeSnapshot& snapshot) {
  std::vector<OracleEvent> events;
  int64_t arrival = 0;
  for (const FakeEvent& event : snapshot.events()) {
    if (event.type != model::EventType::kIdentify)
      events.push_back({&event, arrival, "", 0});
    ++arrival;
  }
  std::sort(events.begin(), events.end(), [](const OracleEvent& a, const OracleEvent& b) {
    return std::tuple(a.event->time_ms, a.event->seq, a.arrival) <
           std::tuple(b.event->time_ms, b.event->seq, b.arrival);
  });
  std::map<std::string, std::pair<int64_t, int64_t>> run_of;  // Start and last time.
  std::map<std::string, int64_t> start_of;
  for (OracleEvent& one : events) {
    const FakeEvent& event = *one.event;
    if (event.session.has_value()) {
      one.session = event.person + "|" + *event.session;
    } else {
      auto [it, added] = run_of.try_emplace(event.person, event.time_ms, event.time_ms);
      auto& [start, last] = it->second;
      if (event.time_ms - last > 30 * kMinute || event.time_ms - start >= 720 * kMinute) {
        start = event.time_ms;
      }
      last = event.time_ms;
      one.session = base::Cat(event.person, "#", start);
    }
    one.session_start = start_of.try_emplace(one.session, event.time_ms).first->second;
  }
  // Events of different people at one instant come by the people's codes.
  const auto code_of = [&](const OracleEvent& one) {
    return snapshot.FindPerson(one.event->person)->code;
  };
  std::stable_sort(events.begin(), events.end(),
                   [&](const OracleEvent& a, const OracleEvent& b) {
                     return std::tuple(a.event->time_ms, code_of(a)) <
                            std::tuple(b.event->time_ms, code_of(b));
                   });
  return events;
}

std::optional<double> NumberOf(const FakeEvent& event) {
  const auto found = event.properties.find("x");
  if (found == event.properties.end()) return std::nullopt;
  if (const auto* v = std::get_if<int64_t>(&found->second))
    return static_cast<double>(*v);
  if (const auto* v = std::get_if<double>(&found->second)) return *v;
  return std::nullopt;
}

std::string TextOf(const FakeEvent& event) {
  const auto found = event.properties.find("x");
  if (found == event.properties.end()) return "-";
  if (const auto* v = std::get_if<std::string>(&found->second)) return *v;
  return base::FormatDouble(*NumberOf(event));
}

std::string NumberText(std::optional<double> value) {
  return value.has_value() ? base::FormatDouble(*value) : "-";
}

// What the columns of the plan below say of one group.
std::string Aggregated(const std::vector<OracleEvent>& group, const Range& range) {
  std::set<std::string> people, sessions, values;
  std::vector<double> numbers;
  std::string first = "-", last = "-";
  int64_t named = 0;
  for (const OracleEvent& one : group) {
    people.insert(one.event->person);
    if (range.Contains(one.session_start)) sessions.insert(one.session);
    const std::string text = TextOf(*one.event);
    if (text != "-") values.insert(text);
    if (const auto number = NumberOf(*one.event)) numbers.push_back(*number);
    if (first == "-") first = text;
    if (text != "-") last = text;
    named += one.event->name == "n1";
  }
  std::sort(numbers.begin(), numbers.end());
  const auto rank = [&](double p) -> std::optional<double> {
    if (numbers.empty()) return std::nullopt;
    return numbers[static_cast<size_t>(
                       std::ceil(static_cast<double>(numbers.size()) * p / 100)) -
                   1];
  };
  const double sum = std::accumulate(numbers.begin(), numbers.end(), 0.0);
  const size_t n = numbers.size();
  // All numbers are eighths, so that sums are exact in any order.
  return base::Cat(
      group.size(), " ", people.size(), " ", sessions.size(), " ", values.size(), " ",
      base::FormatDouble(sum), " ", n ? NumberText(numbers.front()) : "-", " ",
      n ? NumberText(numbers.back()) : "-", " ",
      n ? NumberText(static_cast<double>(static_cast<long double>(sum) / n)) : "-", " ",
      NumberText(rank(50)), " ", NumberText(rank(90)), " ", first, " ", last, " ",
      base::FormatTime(group.front().event->time_ms), " ",
      base::FormatTime(group.back().event->time_ms), " ", named, " ",
      NumberText(static_cast<double>(named) / static_cast<double>(group.size())));
}

std::vector<AggregateColumn> AllAggregates() {
  const model::Field x = model::Field::Parse("properties.x").value();
  const model::Rule named =
      model::Rule::Parse(
          base::Json::Parse(R"({"field":"event.name","op":"is","value":"n1"})").value())
          .value();
  return {{.name = "count", .aggregate = Aggregate::kCount},
          {.name = "people", .aggregate = Aggregate::kCountPeople},
          {.name = "sessions", .aggregate = Aggregate::kCountSessions},
          {.name = "values", .aggregate = Aggregate::kCountDistinct, .of = x},
          {.name = "sum", .aggregate = Aggregate::kSum, .of = x},
          {.name = "min", .aggregate = Aggregate::kMin, .of = x},
          {.name = "max", .aggregate = Aggregate::kMax, .of = x},
          {.name = "avg", .aggregate = Aggregate::kAvg, .of = x},
          {.name = "median", .aggregate = Aggregate::kPercentile, .of = x},
          {.name = "p90", .aggregate = Aggregate::kPercentile, .of = x, .percent = 90},
          {.name = "first", .aggregate = Aggregate::kFirst, .of = x},
          {.name = "last", .aggregate = Aggregate::kLast, .of = x},
          {.name = "first_time", .aggregate = Aggregate::kFirstTime},
          {.name = "last_time", .aggregate = Aggregate::kLastTime},
          {.name = "named", .aggregate = Aggregate::kCount, .where = named},
          {.name = "ratio",
           .aggregate = Aggregate::kRatio,
           .numerator = 14,
           .denominator = 0}};
}

// The keys a plan may have, with what the oracle takes for them.
struct KeyCase {
  RowKey row;
  std::string (*text)(const FakeEvent&, absl::TimeZone);
};

std::vector<KeyCase> KeyCases() {
  const auto time = [](base::Bucket bucket) {
    return RowKey{.kind = RowKey::Kind::kTime, .name = "time", .bucket = bucket};
  };
  return {
      {{.kind = RowKey::Kind::kPerson, .name = "person"},
       [](const FakeEvent& event, absl::TimeZone) { return event.person; }},
      {{.kind = RowKey::Kind::kAccount, .name = "account"},
       [](const FakeEvent& event, absl::TimeZone) -> std::string {
         return event.person.ends_with("@a.example") ? "a.example" : "-";
       }},
      {{.kind = RowKey::Kind::kField,
        .name = "event.name",
        .field = model::Field::Parse("event.name").value()},
       [](const FakeEvent& event, absl::TimeZone) { return event.name.value_or("-"); }},
      {time(base::Bucket::kDay),
       [](const FakeEvent& event, absl::TimeZone zone) {
         return base::FormatDate(base::LocalDay(event.time_ms, zone));
       }},
      {time(base::Bucket::kHour),
       [](const FakeEvent& event, absl::TimeZone zone) {
         return base::FormatTime(base::HourStart(event.time_ms, zone));
       }},
      {time(base::Bucket::kWeek), [](const FakeEvent& event, absl::TimeZone zone) {
         return base::FormatDate(base::WeekOf(base::LocalDay(event.time_ms, zone)));
       }}};
}

TEST(DifferentialTest, TablesEqualPlainLoops) {
  std::mt19937 random(20251121);
  for (int round = 0; round < 200; ++round) {
    FakeSnapshot snapshot = RandomEvents(random, 20 + random() % 400);
    snapshot.block_style() = {.part_rows = 1 + random() % 100,
                              .numbers = random() % 2 == 0,
                              .wide_codes = random() % 2 == 0};
    Plan plan;
    plan.zone =
        base::LoadTimeZone(round % 2 ? "Europe/Paris" : "America/St_Johns").value();
    if (round % 3 != 0) {
      plan.range.from_ms = kStart + static_cast<int64_t>(random() % kSpan) / 2;
      plan.range.to_ms = plan.range.from_ms + static_cast<int64_t>(random() % kSpan) / 2;
    }
    std::vector<KeyCase> keys = KeyCases();
    std::shuffle(keys.begin(), keys.end(), random);
    keys.resize(random() % 3);
    if (keys.size() == 2 && keys[0].row.name == keys[1].row.name) keys.pop_back();
    TablePlan table;
    for (const KeyCase& key : keys) table.rows.push_back(key.row);
    table.columns = AllAggregates();
    plan.body = table;

    std::map<std::vector<std::string>, std::vector<OracleEvent>> groups;
    for (const OracleEvent& one : Sessionised(snapshot)) {
      if (!plan.range.Contains(one.event->time_ms)) continue;
      std::vector<std::string> key;
      for (const KeyCase& part : keys) {
        // Missing parts sort last: "~" comes after the other texts.
        const std::string text = part.text(*one.event, plan.zone);
        key.push_back(text == "-" ? "~" : text);
      }
      groups[key].push_back(one);
    }
    std::vector<std::string> expected;
    for (const auto& [key, group] : groups) {
      std::string line;
      for (const std::string& part : key) line += (part == "~" ? "-" : part) + " ";
      expected.push_back(line + Aggregated(group, plan.range));
    }
    const absl::StatusOr<QueryResult> result =
        Execute(snapshot, plan, {.threads = 1 << (round % 3)});
    ASSERT_TRUE(result.ok()) << result.status();
    if (keys.empty() && expected.empty()) {
      EXPECT_EQ(Lines(result->rows),
                std::vector<std::string>{"0 0 0 0 0 - - - - - - - - - 0 -"});
    } else {
      EXPECT_EQ(Lines(result->rows), expected) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace footfall::query
