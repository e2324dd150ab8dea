#include "query/session_totals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "base/status.h"
#include "query/context.h"
#include "query/operators/table_aggregates.h"
#include "query/session_rows.h"

namespace footfall::query {
namespace {

// The number in `numbers` before which `rank` others come: by its high half, then, among
// those that share it, by its low half.
uint32_t Select(const std::vector<uint32_t>& numbers, size_t rank) {
  std::vector<uint32_t> counts(1 << 16);
  const auto find = [&] {
    uint32_t half = 0;
    while (rank >= counts[half]) rank -= counts[half++];
    return half;
  };
  for (const uint32_t number : numbers) ++counts[number >> 16];
  const uint32_t high = find();
  std::fill(counts.begin(), counts.end(), 0);
  for (const uint32_t number : numbers) {
    if (number >> 16 == high) ++counts[number & 0xffff];
  }
  return high << 16 | find();
}

bool IsOf(const AggregateColumn& column, model::FieldKind kind) {
  return column.of.has_value() && column.of->kind() == kind;
}

bool ReadsNumbers(const AggregateColumn& column) {
  return column.aggregate == Aggregate::kPercentile ||
         column.aggregate == Aggregate::kMin || column.aggregate == Aggregate::kMax;
}

struct Spec {
  const SessionsPlan& plan;
  std::optional<RuleRef> where;
  bool durations = false;
  bool events = false;
};

class TotalsPartial : public Partial {
 public:
  explicit TotalsPartial(const Spec& spec) : spec_(spec) {}

  absl::Status Add(BlockView& view) override {
    FOOTFALL_RETURN_IF_ERROR(ChooseSessions(view, spec_.where, &chosen_));
    FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.SessionSpans());
    ForEachRow(chosen_.data(), 0, sessions->spans.size(), [&](size_t i) {
      const BlockSessions::Span& span = sessions->spans[i];
      ++count_;
      if (spec_.durations) durations_.Add(span.end_ms - span.start_ms);
      if (spec_.events) events_.Add(span.events);
    });
    return absl::OkStatus();
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<TotalsPartial&>(other);
    count_ += std::exchange(from.count_, 0);
    durations_.Append(from.durations_);
    events_.Append(from.events_);
    return absl::OkStatus();
  }

  uint64_t bytes() const override { return durations_.bytes() + events_.bytes(); }

  Table ToTable() {
    Table table;
    for (const AggregateColumn& column : spec_.plan.columns) {
      Column made{.name = column.name, .type = ColumnType::kInt64, .cells = {}};
      made.cells.push_back(CellOf(column));
      table.columns.push_back(std::move(made));
    }
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const AggregateColumn& ratio = spec_.plan.columns[i];
      if (ratio.aggregate != Aggregate::kRatio) continue;
      Column made =
          DivideColumns(table.columns[ratio.numerator], table.columns[ratio.denominator]);
      made.name = ratio.name;
      table.columns[i] = std::move(made);
    }
    SortTable(table, {}, spec_.plan.limit.value_or(UINT64_MAX));
    return table;
  }

 private:
  Cell CellOf(const AggregateColumn& column) {
    if (column.aggregate == Aggregate::kRatio) return Cell();
    if (!ReadsNumbers(column)) return count_;
    NumberBag& numbers =
        IsOf(column, model::FieldKind::kSessionDuration) ? durations_ : events_;
    if (numbers.size() == 0) return Cell();
    if (column.aggregate == Aggregate::kMin) return numbers.At(0);
    if (column.aggregate == Aggregate::kMax) return numbers.At(numbers.size() - 1);
    const double rank =
        std::ceil(static_cast<double>(numbers.size()) * column.percent / 100.0);
    return numbers.At(std::clamp(static_cast<size_t>(rank), size_t{1}, numbers.size()) -
                      1);
  }

  const Spec& spec_;
  std::vector<uint64_t> chosen_;
  int64_t count_ = 0;
  NumberBag durations_;
  NumberBag events_;
};

class TotalsOperator : public Operator {
 public:
  TotalsOperator(const SessionsPlan& plan, Needs& needs)
      : spec_{.plan = plan, .where = {}} {
    if (plan.where.has_value()) spec_.where = needs.AddRule(*plan.where);
    needs.AddSessions();
    for (const AggregateColumn& column : plan.columns) {
      spec_.durations |= IsOf(column, model::FieldKind::kSessionDuration);
      spec_.events |= IsOf(column, model::FieldKind::kSessionEvents);
    }
  }
  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<TotalsPartial>(spec_);
  }
  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    auto& totals = static_cast<TotalsPartial&>(all);
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(totals.bytes()));
    QueryResult result;
    result.rows = totals.ToTable();
    return result;
  }

 private:
  Spec spec_;
};

}  // namespace

void NumberBag::Append(NumberBag& other) {
  small_.insert(small_.end(), other.small_.begin(), other.small_.end());
  large_.insert(large_.end(), other.large_.begin(), other.large_.end());
  other = {};
}

int64_t NumberBag::At(size_t rank) {
  if (rank < small_.size()) return Select(small_, rank);
  const auto nth = large_.begin() + static_cast<ptrdiff_t>(rank - small_.size());
  std::nth_element(large_.begin(), nth, large_.end());
  return *nth;
}

bool IsSessionTotals(const SessionsPlan& plan) {
  if (!plan.rows.empty() || plan.columns.empty()) return false;
  return std::all_of(plan.columns.begin(), plan.columns.end(),
                     [](const AggregateColumn& column) {
                       if (column.where.has_value()) return false;
                       if (ReadsNumbers(column)) {
                         return IsOf(column, model::FieldKind::kSessionDuration) ||
                                IsOf(column, model::FieldKind::kSessionEvents);
                       }
                       return column.aggregate == Aggregate::kCount ||
                              column.aggregate == Aggregate::kCountSessions ||
                              column.aggregate == Aggregate::kRatio;
                     });
}

std::unique_ptr<Operator> MakeSessionTotals(const SessionsPlan& body, Needs& needs) {
  return std::make_unique<TotalsOperator>(body, needs);
}

}  // namespace footfall::query
