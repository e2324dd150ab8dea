// Funnels: every chain of events is tried, in order of positions.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "prove/attempts.h"
#include "prove/prove_run.h"

namespace footfall::prove {
namespace {

using query::Cell;
using query::ColumnType;
using query::Table;

struct Entry {
  const Person* person = nullptr;
  std::vector<int64_t> times;  // Of the best attempt.
  Json value;                  // To break down by.
};

std::vector<Entry> Members(const Run& run) {
  const Json& funnel = *run.definition;
  std::vector<Entry> members;
  for (const auto& person : run.people) {
    Attempts attempts(run, Existing(run, *person));
    const std::vector<size_t> best = attempts.Best();
    if (best.empty()) continue;
    Entry& member = members.emplace_back();
    member.person = person.get();
    for (const size_t position : best) {
      member.times.push_back(attempts.event(position).time_ms);
    }
    const Json* break_down = funnel.Find("break_down");
    if (break_down == nullptr) continue;
    const Json* attribution = funnel.Find("attribution");
    size_t at = *attempts.FirstStart();
    if (attribution != nullptr && *attribution == Json("best")) at = best[0];
    if (attribution != nullptr && *attribution == Json("last")) {
      at = *attempts.LastStart();
    }
    member.value =
        Read(break_down->Find("field")->as_string(), ScopeOf(run, attempts.event(at)));
    if (!TextOf(member.value).has_value()) member.value = Json();
  }
  return members;
}

bool IsAny(const Run& run) {
  const Json* order = run.definition->Find("order");
  return order != nullptr && *order == Json("any");
}

// Nearest rank; missing without values.
Cell PercentileCell(std::vector<int64_t> values, double percent) {
  if (values.empty()) return Cell();
  std::sort(values.begin(), values.end());
  return Percentile(values, percent);
}

Cell Share(int64_t part, int64_t whole) {
  return whole == 0 ? Cell()
                    : Cell(static_cast<double>(part) / static_cast<double>(whole));
}

Table Listed(const Run& run, const std::vector<Entry>& members) {
  const Json* break_down = run.definition->Find("break_down");
  const size_t steps = run.definition->Find("steps")->as_array().size();
  Table table;
  table.columns.push_back({.name = "person", .type = ColumnType::kString});
  if (break_down != nullptr) {
    const std::string field = break_down->Find("field")->as_string();
    Values values(field);
    if (IsTime(field)) values.SetTime();
    for (const Entry& member : members) values.Add(member.value);
    table.columns.push_back(values.Take());
  }
  query::Column reached{.name = "steps", .type = ColumnType::kInt64};
  std::vector<query::Column> times;
  for (size_t i = 1; i <= steps; ++i) {
    times.push_back({.name = base::Cat("time_", i), .type = ColumnType::kTimestamp});
  }
  for (const Entry& member : members) {
    table.columns[0].cells.emplace_back(query::Text(member.person->id));
    reached.cells.emplace_back(static_cast<int64_t>(member.times.size()));
    for (size_t i = 0; i < steps; ++i) {
      times[i].cells.push_back(
          i < member.times.size() && !IsAny(run) ? Cell(member.times[i]) : Cell());
    }
  }
  table.columns.push_back(reached);
  table.columns.insert(table.columns.end(), times.begin(), times.end());
  SortRows(table, {{0, false}});
  return table;
}

}  // namespace

Table AnswerFunnel(const Run& run) {
  const Json& funnel = *run.definition;
  const Json::Array& steps = funnel.Find("steps")->as_array();
  const Json* break_down = funnel.Find("break_down");
  const std::vector<Entry> members = Members(run);
  if (funnel.Find("members") != nullptr && funnel.Find("members")->as_bool()) {
    return Listed(run, members);
  }
  // By value, the missing one under "-".
  std::map<std::string, std::vector<const Entry*>> groups;
  if (break_down == nullptr) groups[""];
  for (const Entry& member : members) {
    groups[break_down == nullptr    ? ""
           : member.value.is_null() ? "-"
                                    : base::Cat("=", *TextOf(member.value))]
        .push_back(&member);
  }
  std::vector<std::pair<std::string, std::vector<const Entry*>>> order(groups.begin(),
                                                                       groups.end());
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    if (a.second.size() != b.second.size()) return a.second.size() > b.second.size();
    if ((a.first == "-") != (b.first == "-")) return b.first == "-";
    return a.first < b.first;
  });

  Table table;
  const std::string field =
      break_down == nullptr ? "" : break_down->Find("field")->as_string();
  Values values(field);
  if (IsTime(field)) values.SetTime();
  query::Column number{.name = "step", .type = ColumnType::kInt64};
  query::Column name{.name = "name", .type = ColumnType::kString};
  query::Column people{.name = "people", .type = ColumnType::kInt64};
  query::Column of_first{.name = "share_of_first", .type = ColumnType::kDouble};
  query::Column of_previous{.name = "share_of_previous", .type = ColumnType::kDouble};
  query::Column median{.name = "median_ms", .type = ColumnType::kInt64};
  query::Column p90{.name = "p90_ms", .type = ColumnType::kInt64};
  for (const auto& [key, group] : order) {
    const int64_t first = static_cast<int64_t>(group.size());
    int64_t previous = first;
    for (size_t step = 0; step < steps.size(); ++step) {
      int64_t reached = 0;
      std::vector<int64_t> durations;
      for (const Entry* member : group) {
        if (member->times.size() <= step) continue;
        ++reached;
        if (step > 0 && !IsAny(run)) {
          durations.push_back(member->times[step] - member->times[step - 1]);
        }
      }
      values.Add(group.empty() ? Json() : group[0]->value);
      number.cells.emplace_back(static_cast<int64_t>(step + 1));
      const Json* step_name = steps[step].Find("name");
      name.cells.emplace_back(query::Text(step_name->as_string()));
      people.cells.emplace_back(reached);
      of_first.cells.push_back(Share(reached, first));
      of_previous.cells.push_back(Share(reached, previous));
      median.cells.push_back(PercentileCell(durations, 50));
      p90.cells.push_back(PercentileCell(durations, 90));
      previous = reached;
    }
  }
  if (break_down != nullptr) {
    // Values that differ in kind and not in text are one group.
    for (const Entry& member : members) values.Meet(member.value);
    table.columns.push_back(values.Take());
  }
  for (query::Column* column :
       {&number, &name, &people, &of_first, &of_previous, &median, &p90}) {
    table.columns.push_back(*column);
  }
  return table;
}

}  // namespace footfall::prove
