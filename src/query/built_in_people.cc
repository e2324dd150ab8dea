#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "query/built_in.h"
#include "query/people_columns.h"
#include "query/session_index.h"

namespace footfall::query {
namespace {

constexpr int64_t kDayMs = 86'400'000;

struct Logins {
  int64_t first_ms = INT64_MAX;
  int64_t last_ms = INT64_MIN;
  int64_t recent = 0;
};

// Local days as offsets that are never negative, to share a word with a person.
constexpr int64_t kDayBias = 1'000'000;

// A person and a day on which they were active.
uint64_t PersonDay(uint32_t person, int64_t day) {
  return uint64_t{person} << 32 | static_cast<uint32_t>(day + kDayBias);
}
uint32_t PersonOf(uint64_t person_day) { return static_cast<uint32_t>(person_day >> 32); }
int64_t DayOf(uint64_t person_day) {
  return static_cast<int64_t>(person_day & UINT32_MAX) - kDayBias;
}

// For each of the days, rising, the number of people active in the `window` days that end
// with it. `active` is sorted by person and day.
std::vector<int64_t> Trailing(const std::vector<uint64_t>& active,
                              const std::vector<int64_t>& days, int64_t window) {
  // An activity covers the days up to the person's next one, at most `window` of them.
  std::vector<int64_t> starts;
  std::vector<int64_t> ends;
  for (size_t i = 0; i < active.size(); ++i) {
    const int64_t day = DayOf(active[i]);
    int64_t end = day + window;
    if (i + 1 < active.size() && PersonOf(active[i + 1]) == PersonOf(active[i])) {
      end = std::min(end, DayOf(active[i + 1]));
    }
    starts.push_back(day);
    ends.push_back(end);
  }
  std::sort(starts.begin(), starts.end());
  std::sort(ends.begin(), ends.end());
  std::vector<int64_t> counts;
  size_t started = 0;
  size_t ended = 0;
  for (const int64_t day : days) {
    while (started < starts.size() && starts[started] <= day) ++started;
    while (ended < ends.size() && ends[ended] <= day) ++ended;
    counts.push_back(static_cast<int64_t>(started - ended));
  }
  return counts;
}

Cell TimeCell(const std::optional<int64_t>& time_ms) {
  return time_ms.has_value() ? Cell(*time_ms) : Cell();
}

Cell TextCell(const std::string& text) { return text.empty() ? Cell() : Text(text); }

}  // namespace

absl::StatusOr<Table> RunLogins(Execution& execution, const LoginsPlan& plan) {
  std::vector<Logins> logins;
  const Range& range = execution.range();
  const int64_t now_ms = execution.now_ms();
  const auto add = [&](uint32_t person, int64_t time_ms) {
    if (!range.Contains(time_ms)) return;
    if (person >= logins.size()) logins.resize(person + 1);
    Logins& of = logins[person];
    of.first_ms = std::min(of.first_ms, time_ms);
    of.last_ms = std::max(of.last_ms, time_ms);
    of.recent += time_ms >= now_ms - 30 * kDayMs && time_ms <= now_ms;
  };
  if (plan.login_event.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(execution.Scan(
        range.from_ms, range.to_ms, [&] { return logins.capacity() * sizeof(Logins); },
        [&](const store::StoredEvent& stored) {
          if (stored.event.name.data() != nullptr &&
              stored.event.name == *plan.login_event) {
            add(execution.PersonIndex(stored.person), stored.event.time_ms);
          }
          return absl::OkStatus();
        }));
  } else {
    ValuePool pool;
    SessionIndex sessions;
    FOOTFALL_RETURN_IF_ERROR(sessions.Build(execution, pool));
    for (const Session& session : sessions.sessions())
      add(session.person, session.start_ms);
  }

  absl::flat_hash_map<uint64_t, uint32_t> by_code;
  for (uint32_t i = 0; i < logins.size(); ++i) {
    if (logins[i].first_ms <= logins[i].last_ms) {
      by_code.emplace(execution.person_codes()[i], i);
    }
  }
  Table table{.columns = {{"person", ColumnType::kString, {}},
                          {"first_login", ColumnType::kTimestamp, {}},
                          {"last_login", ColumnType::kTimestamp, {}},
                          {"logins_last_30_days", ColumnType::kInt64, {}}}};
  std::vector<Column>& columns = table.columns;
  FOOTFALL_RETURN_IF_ERROR(
      execution.Hold(logins.capacity() * sizeof(Logins) + HashBytes(by_code) +
                     by_code.size() * columns.size() * sizeof(Cell)));
  PeopleColumns people(plan.attributes, execution.snapshot().settings().account_property);
  FOOTFALL_RETURN_IF_ERROR(
      execution.snapshot().VisitPeople([&](const model::Person& person) {
        const auto found = by_code.find(person.code);
        if (found == by_code.end()) return absl::OkStatus();
        const Logins& of = logins[found->second];
        columns[0].cells.emplace_back(person.DisplayId());
        columns[1].cells.emplace_back(of.first_ms);
        columns[2].cells.emplace_back(of.last_ms);
        columns[3].cells.emplace_back(of.recent);
        people.Add(person);
        return execution.Check(people.bytes());
      }));
  people.MoveTo(table);
  SortTable(table, {{.column = 0}});
  return table;
}

absl::StatusOr<Table> RunUsers(Execution& execution, const UsersPlan& plan) {
  const Range& range = execution.range();
  const bool bounded = range.from_ms != INT64_MIN || range.to_ms != INT64_MAX;
  absl::flat_hash_set<uint64_t> active;
  if (bounded) {
    FOOTFALL_RETURN_IF_ERROR(execution.Scan(
        range.from_ms, range.to_ms, [&] { return HashBytes(active); },
        [&](const store::StoredEvent& stored) {
          active.insert(stored.person);
          return absl::OkStatus();
        }));
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(HashBytes(active)));
  }
  Table table{.columns = {{"person", ColumnType::kString, {}},
                          {"identified", ColumnType::kBool, {}},
                          {"account", ColumnType::kString, {}},
                          {"first_seen", ColumnType::kTimestamp, {}},
                          {"last_seen", ColumnType::kTimestamp, {}},
                          {"sessions", ColumnType::kInt64, {}},
                          {"total_duration_ms", ColumnType::kInt64, {}},
                          {"avg_duration_ms", ColumnType::kInt64, {}},
                          {"avg_between_sessions_ms", ColumnType::kInt64, {}},
                          {"events", ColumnType::kInt64, {}},
                          {"country", ColumnType::kString, {}},
                          {"region", ColumnType::kString, {}},
                          {"city", ColumnType::kString, {}},
                          {"browser", ColumnType::kString, {}},
                          {"browser_version", ColumnType::kString, {}},
                          {"os", ColumnType::kString, {}}}};
  const std::string& account_property = execution.snapshot().settings().account_property;
  PeopleColumns people(plan.attributes, account_property);
  uint64_t bytes = 0;
  FOOTFALL_RETURN_IF_ERROR(
      execution.snapshot().VisitPeople([&](const model::Person& person) {
        if (bounded && !active.contains(person.code)) return absl::OkStatus();
        size_t at = 0;
        const auto put = [&](Cell cell) {
          table.columns[at++].cells.push_back(std::move(cell));
        };
        put(person.DisplayId());
        put(person.identified);
        put(TextCell(model::AccountOf(person, account_property)));
        put(TimeCell(person.first_seen_ms));
        put(TimeCell(person.last_seen_ms));
        put(static_cast<int64_t>(person.sessions));
        put(person.total_duration_ms);
        put(ToCell(model::AverageDuration(person)));
        put(ToCell(model::AverageBetween(person)));
        put(static_cast<int64_t>(person.events));
        put(TextCell(person.country));
        put(TextCell(person.region));
        put(TextCell(person.city));
        put(TextCell(person.browser));
        put(TextCell(person.browser_version));
        put(TextCell(person.os));
        people.Add(person);
        bytes += at * sizeof(Cell);
        return execution.Check(bytes + people.bytes());
      }));
  people.MoveTo(table);
  SortTable(table, {{.column = 0}});
  return table;
}

absl::StatusOr<Table> RunActiveUsers(Execution& execution) {
  const Range& range = execution.range();
  Bucketer bucketer(base::Bucket::kDay, execution.plan().zone);
  // All activity before the end of the range, and that in range.
  absl::flat_hash_set<uint64_t> seen;
  absl::flat_hash_set<uint64_t> seen_in_range;
  FOOTFALL_RETURN_IF_ERROR(execution.Scan(
      INT64_MIN, range.to_ms, [&] { return HashBytes(seen) + HashBytes(seen_in_range); },
      [&](const store::StoredEvent& stored) {
        const int64_t time_ms = stored.event.time_ms;
        const uint64_t person_day =
            PersonDay(execution.PersonIndex(stored.person), bucketer.BucketOf(time_ms));
        seen.insert(person_day);
        if (range.Contains(time_ms)) seen_in_range.insert(person_day);
        return absl::OkStatus();
      }));
  FOOTFALL_RETURN_IF_ERROR(execution.Hold(HashBytes(seen) + HashBytes(seen_in_range) +
                                          seen.size() * 3 * sizeof(uint64_t) +
                                          seen_in_range.size() * sizeof(uint64_t)));
  std::vector<uint64_t> active(seen.begin(), seen.end());
  std::sort(active.begin(), active.end());
  std::vector<int64_t> in_range;
  for (const uint64_t person_day : seen_in_range) in_range.push_back(DayOf(person_day));
  std::sort(in_range.begin(), in_range.end());
  std::vector<int64_t> first_days;
  for (size_t i = 0; i < active.size(); ++i) {
    const bool first = i == 0 || PersonOf(active[i - 1]) != PersonOf(active[i]);
    if (first && seen_in_range.contains(active[i]))
      first_days.push_back(DayOf(active[i]));
  }
  std::sort(first_days.begin(), first_days.end());
  std::vector<int64_t> days = in_range;
  days.erase(std::unique(days.begin(), days.end()), days.end());
  const std::vector<int64_t> week = Trailing(active, days, 7);
  const std::vector<int64_t> month = Trailing(active, days, 30);

  Table table{.columns = {{"day", ColumnType::kDate, {}},
                          {"dau", ColumnType::kInt64, {}},
                          {"wau", ColumnType::kInt64, {}},
                          {"mau", ColumnType::kInt64, {}},
                          {"new_people", ColumnType::kInt64, {}}}};
  const auto count = [](const std::vector<int64_t>& sorted, int64_t day) {
    const auto [begin, end] = std::equal_range(sorted.begin(), sorted.end(), day);
    return static_cast<int64_t>(end - begin);
  };
  for (size_t i = 0; i < days.size(); ++i) {
    table.columns[0].cells.emplace_back(days[i]);
    table.columns[1].cells.emplace_back(count(in_range, days[i]));
    table.columns[2].cells.emplace_back(week[i]);
    table.columns[3].cells.emplace_back(month[i]);
    table.columns[4].cells.emplace_back(count(first_days, days[i]));
  }
  return table;
}

}  // namespace footfall::query
