#include <algorithm>
#include <bit>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/block_rows.h"
#include "query/context.h"
#include "query/operators/operators.h"

namespace footfall::query {
namespace {

struct Counts {
  int64_t events = 0;
  int64_t people = 0;
  int64_t sessions = 0;
  int64_t first_ms = INT64_MAX;
  int64_t last_ms = INT64_MIN;
};

class TrackedPartial : public Partial {
 public:
  TrackedPartial(const std::vector<RuleRef>& rules, std::optional<RuleRef> where)
      : rules_(rules), where_(where), counts_(rules.size()) {}

  absl::Status Add(BlockView& view) override {
    for (size_t i = 0; i < rules_.size(); ++i) {
      FOOTFALL_RETURN_IF_ERROR(AddRule(view, rules_[i], counts_[i]));
    }
    return absl::OkStatus();
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<TrackedPartial&>(other);
    for (size_t i = 0; i < counts_.size(); ++i) {
      const Counts counts = std::exchange(from.counts_[i], Counts());
      counts_[i].events += counts.events;
      counts_[i].people += counts.people;
      counts_[i].sessions += counts.sessions;
      counts_[i].first_ms = std::min(counts_[i].first_ms, counts.first_ms);
      counts_[i].last_ms = std::max(counts_[i].last_ms, counts.last_ms);
    }
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return counts_.capacity() * sizeof(Counts) + met_.capacity() * sizeof(uint64_t);
  }

  const std::vector<Counts>& counts() const { return counts_; }

 private:
  absl::Status AddRule(BlockView& view, RuleRef rule, Counts& counts) {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* rows,
                              ExistingBoth(view, rule, where_, &mask_));
    if (!AnyRow(rows, 0, view.rows())) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* in_range, view.InRange());
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.TimesWhere(rows));
    FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.Sessions());
    met_.assign(MaskWords(sessions->spans.size()), 0);
    for (size_t person = 0; person < view.people(); ++person) {
      const size_t begin = view.begins()[person];
      const size_t end = view.begins()[person + 1];
      counts.people += AnyRow(rows, begin, end);
      ForEachRow(rows, begin, end, [&](size_t row) {
        ++counts.events;
        counts.first_ms = std::min(counts.first_ms, times[row]);
        counts.last_ms = std::max(counts.last_ms, times[row]);
        // The first event's place is that of the session's start.
        const uint32_t session = sessions->of_row[row];
        if (TestBit(in_range, sessions->spans[session].first_row)) {
          SetBit(met_.data(), session);
        }
      });
    }
    for (const uint64_t word : met_) counts.sessions += std::popcount(word);
    return absl::OkStatus();
  }

  const std::vector<RuleRef>& rules_;
  const std::optional<RuleRef> where_;
  std::vector<Counts> counts_;
  std::vector<uint64_t> mask_;
  std::vector<uint64_t> met_;  // Sessions of the block and rule at hand.
};

class TrackedOperator : public Operator {
 public:
  TrackedOperator(const TrackedEventsPlan& plan, Needs& needs) : plan_(plan) {
    if (plan.where.has_value()) where_ = needs.AddRule(*plan.where);
    for (const TrackedEvent& event : plan.events) {
      rules_.push_back(needs.AddRule(event.where));
    }
    needs.AddSessions();
  }
  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<TrackedPartial>(rules_, where_);
  }
  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    const std::vector<Counts>& counts = static_cast<TrackedPartial&>(all).counts();
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(counts.size() * 6 * sizeof(Cell)));
    Table table{.columns = {{"name", ColumnType::kString, {}},
                            {"events", ColumnType::kInt64, {}},
                            {"people", ColumnType::kInt64, {}},
                            {"sessions", ColumnType::kInt64, {}},
                            {"first_time", ColumnType::kTimestamp, {}},
                            {"last_time", ColumnType::kTimestamp, {}}}};
    for (size_t i = 0; i < counts.size(); ++i) {
      const bool none = counts[i].events == 0;
      table.columns[0].cells.emplace_back(Text(plan_.events[i].name));
      table.columns[1].cells.emplace_back(counts[i].events);
      table.columns[2].cells.emplace_back(counts[i].people);
      table.columns[3].cells.emplace_back(counts[i].sessions);
      table.columns[4].cells.push_back(none ? Cell() : Cell(counts[i].first_ms));
      table.columns[5].cells.push_back(none ? Cell() : Cell(counts[i].last_ms));
    }
    QueryResult result;
    result.rows = std::move(table);
    return result;
  }

 private:
  const TrackedEventsPlan& plan_;
  std::vector<RuleRef> rules_;
  std::optional<RuleRef> where_;
};

}  // namespace

std::unique_ptr<Operator> MakeTrackedEvents(const TrackedEventsPlan& body, Needs& needs) {
  return std::make_unique<TrackedOperator>(body, needs);
}

}  // namespace footfall::query
