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
#include "tests/query/oracle/oracle_run.h"

namespace footfall::oracle {
namespace {

using query::Cell;
using query::ColumnType;
using query::Table;

int64_t Duration(const Json* json) {
  return json->is_int() ? json->as_int() : base::ParseDuration(json->as_string()).value();
}

// One person's existing events against the steps.
class Attempts {
 public:
  Attempts(const Run& run, std::vector<const Event*> events)
      : run_(run), events_(std::move(events)) {
    const Json& funnel = *run.definition;
    steps_ = funnel.Find("steps")->as_array();
    window_ms_ = Duration(funnel.Find("window"));
    order_ = funnel.Find("order") == nullptr ? "sequential"
                                             : funnel.Find("order")->as_string();
  }

  bool Matches(size_t step, size_t position) const {
    return Holds(steps_[step].Find("where"), ScopeOf(run_, *events_[position]));
  }

  // The positions of the best attempt, by step; of "any" those that serve the steps.
  std::vector<size_t> Best() {
    for (size_t length = steps_.size(); length > 0; --length) {
      for (size_t start = 0; start < events_.size(); ++start) {
        std::vector<size_t> chain;
        failed_.clear();
        if (order_ == "any" ? Window(start, length, &chain)
                            : Matches(0, start) && Extend(start, length, {start}, &chain))
          return chain;
      }
    }
    return {};
  }

  // The values of the field at the first and at the last event that matches step 1.
  std::optional<size_t> FirstStart() const {
    for (size_t i = 0; i < events_.size(); ++i) {
      if (Matches(0, i)) return i;
    }
    return std::nullopt;
  }
  std::optional<size_t> LastStart() const {
    for (size_t i = events_.size(); i-- > 0;) {
      if (Matches(0, i)) return i;
    }
    return std::nullopt;
  }
  const Event& event(size_t position) const { return *events_[position]; }

 private:
  bool Excluded(size_t position) const {
    const Json* exclude = run_.definition->Find("exclude");
    return exclude != nullptr && Holds(exclude, ScopeOf(run_, *events_[position]));
  }
  // Whether an excluded event lies strictly between the two.
  bool Interrupted(size_t from, size_t to) const {
    for (size_t i = from + 1; i < to; ++i) {
      if (Excluded(i)) return true;
    }
    return false;
  }

  // Makes `chain` longer by the earliest events that let it reach `length`.
  bool Extend(size_t start, size_t length, std::vector<size_t> so_far,
              std::vector<size_t>* chain) {
    if (so_far.size() == length) {
      *chain = so_far;
      return true;
    }
    const size_t last = so_far.back();
    // What can follow depends on nothing else but the start.
    if (failed_.contains({so_far.size(), last})) return false;
    for (size_t next = last + 1; next < events_.size(); ++next) {
      if (order_ == "strict" && next > last + 1) break;
      const int64_t time_ms = events_[next]->time_ms;
      const Json* within = steps_[so_far.size()].Find("within");
      const bool fits =
          time_ms - events_[start]->time_ms <= window_ms_ &&
          (within == nullptr || time_ms - events_[last]->time_ms <= Duration(within)) &&
          Matches(so_far.size(), next) && !Interrupted(start, next);
      if (!fits) continue;
      so_far.push_back(next);
      if (Extend(start, length, so_far, chain)) return true;
      so_far.pop_back();
    }
    failed_.insert({so_far.size(), last});
    return false;
  }

  // Whether steps 1 to `length` are matched in a window that begins with `start`.
  bool Window(size_t start, size_t length, std::vector<size_t>* chain) const {
    for (size_t step = 0; step < length; ++step) {
      size_t at = start;
      while (at < events_.size() && !Matches(step, at)) ++at;
      if (at == events_.size() ||
          events_[at]->time_ms - events_[start]->time_ms > window_ms_ ||
          Interrupted(start, at)) {
        return false;
      }
      chain->push_back(at);
    }
    return std::find(chain->begin(), chain->end(), start) != chain->end();
  }

  const Run& run_;
  const std::vector<const Event*> events_;
  Json::Array steps_;
  int64_t window_ms_ = 0;
  std::string order_;
  std::set<std::pair<size_t, size_t>> failed_;  // Length and last position.
};

struct Member {
  const Person* person = nullptr;
  std::vector<int64_t> times;  // Of the best attempt.
  Json value;                  // To break down by.
};

std::vector<Member> Members(const Run& run) {
  const Json& funnel = *run.definition;
  std::vector<Member> members;
  for (const auto& person : run.people) {
    Attempts attempts(run, Existing(run, *person));
    const std::vector<size_t> best = attempts.Best();
    if (best.empty()) continue;
    Member& member = members.emplace_back();
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

Table Listed(const Run& run, const std::vector<Member>& members) {
  const Json* break_down = run.definition->Find("break_down");
  const size_t steps = run.definition->Find("steps")->as_array().size();
  Table table;
  table.columns.push_back({.name = "person", .type = ColumnType::kString});
  if (break_down != nullptr) {
    const std::string field = break_down->Find("field")->as_string();
    Values values(field);
    if (IsTime(field)) values.SetTime();
    for (const Member& member : members) values.Add(member.value);
    table.columns.push_back(values.Take());
  }
  query::Column reached{.name = "steps", .type = ColumnType::kInt64};
  std::vector<query::Column> times;
  for (size_t i = 1; i <= steps; ++i) {
    times.push_back({.name = base::Cat("time_", i), .type = ColumnType::kTimestamp});
  }
  for (const Member& member : members) {
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
  const std::vector<Member> members = Members(run);
  if (funnel.Find("members") != nullptr && funnel.Find("members")->as_bool()) {
    return Listed(run, members);
  }
  // By value, the missing one under "-".
  std::map<std::string, std::vector<const Member*>> groups;
  if (break_down == nullptr) groups[""];
  for (const Member& member : members) {
    groups[break_down == nullptr    ? ""
           : member.value.is_null() ? "-"
                                    : base::Cat("=", *TextOf(member.value))]
        .push_back(&member);
  }
  std::vector<std::pair<std::string, std::vector<const Member*>>> order(groups.begin(),
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
      for (const Member* member : group) {
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
    for (const Member& member : members) values.Meet(member.value);
    table.columns.push_back(values.Take());
  }
  for (query::Column* column :
       {&number, &name, &people, &of_first, &of_previous, &median, &p90}) {
    table.columns.push_back(*column);
  }
  return table;
}

}  // namespace footfall::oracle
