#include <memory>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/operators/operators.h"
#include "query/operators/table_aggregates.h"
#include "query/operators/table_groups.h"
#include "query/operators/table_result.h"
#include "query/session_rows.h"

namespace footfall::query {
namespace {

// What a table asks blocks for.
struct TableNeeds {
  // Rows are events, or sessions as their first events. The latter are those that
  // ChooseSessions answers for `where`.
  bool of_sessions = false;
  std::optional<RuleRef> where;
  std::vector<FieldRef> keys;
  std::vector<AggregateNeeds> columns;
};

class TablePartial : public Partial {
 public:
  TablePartial(const Plan& plan, const TablePlan& body, const TableNeeds& needs)
      : needs_(needs), groups_(plan, body.rows, needs.keys, pool_) {
    for (size_t i = 0; i < body.columns.size(); ++i) {
      const AggregateColumn& column = body.columns[i];
      aggregates_.push_back(column.aggregate == Aggregate::kRatio
                                ? nullptr
                                : MakeTableAggregate(column, needs.columns[i], pool_));
      counts_sessions_ |= column.aggregate == Aggregate::kCountSessions;
    }
  }

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* existing, ExistingRows(view));
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* grouped, groups_.Group(view, existing));
    const GroupedRows rows{.view = &view,
                           .groups = &groups_,
                           .rows = grouped,
                           .first_person = people_,
                           .first_session = sessions_};
    for (const auto& aggregate : aggregates_) {
      if (aggregate != nullptr) FOOTFALL_RETURN_IF_ERROR(aggregate->Add(rows));
    }
    people_ += static_cast<uint32_t>(view.people());
    if (counts_sessions_) {
      FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.Sessions());
      sessions_ += static_cast<uint32_t>(sessions->spans.size());
    }
    return absl::OkStatus();
  }

  absl::Status Merge(Partial& partial) override {
    TablePartial& other = static_cast<TablePartial&>(partial);
    const std::vector<uint32_t> id_of = pool_.Absorb(other.pool_);
    const std::vector<uint32_t> group_of = groups_.Merge(other.groups_, id_of);
    for (size_t i = 0; i < aggregates_.size(); ++i) {
      if (aggregates_[i] == nullptr) continue;
      aggregates_[i]->Merge(*other.aggregates_[i], group_of, id_of);
      other.aggregates_[i].reset();
    }
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    uint64_t bytes = pool_.bytes() + groups_.bytes();
    for (const auto& aggregate : aggregates_) {
      if (aggregate != nullptr) bytes += aggregate->bytes();
    }
    return bytes;
  }

  TableGroups& groups() { return groups_; }
  const ValuePool& pool() const { return pool_; }
  absl::StatusOr<Column> Finish(size_t column, size_t groups) {
    absl::StatusOr<Column> finished = aggregates_[column]->Finish(groups);
    aggregates_[column].reset();
    return finished;
  }

 private:
  absl::StatusOr<const uint64_t*> ExistingRows(BlockView& view) {
    if (!needs_.of_sessions) return view.Existing(needs_.where);
    FOOTFALL_RETURN_IF_ERROR(ChooseFirstRows(view, needs_.where, &first_rows_));
    return first_rows_.data();
  }

  const TableNeeds& needs_;
  ValuePool pool_;
  TableGroups groups_;
  std::vector<std::unique_ptr<TableAggregate>> aggregates_;
  bool counts_sessions_ = false;
  // The people and sessions of the blocks so far.
  uint32_t people_ = 0;
  uint32_t sessions_ = 0;
  std::vector<uint64_t> first_rows_;
};

class TableOperator : public Operator {
 public:
  TableOperator(const Plan& plan, TablePlan body, bool of_sessions, Needs& needs)
      : plan_(plan), body_(std::move(body)) {
    needs_.of_sessions = of_sessions;
    if (of_sessions) needs.AddSessions();
    if (body_.where.has_value()) needs_.where = needs.AddRule(*body_.where);
    needs_.keys = NeedsOf(body_.rows, needs);
    for (const AggregateColumn& column : body_.columns) {
      needs_.columns.push_back(NeedsOf(column, needs));
    }
  }

  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<TablePartial>(plan_, body_, needs_);
  }

  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    TablePartial& partial = static_cast<TablePartial&>(all);
    QueryResult result;
    FOOTFALL_ASSIGN_OR_RETURN(result.rows,
                              WriteTable(
                                  execution, body_, partial.groups(), partial.pool(),
                                  [&] { return partial.bytes(); },
                                  [&](size_t column, size_t groups) {
                                    return partial.Finish(column, groups);
                                  }));
    return result;
  }

 private:
  const Plan& plan_;
  const TablePlan body_;
  TableNeeds needs_;
};

}  // namespace

std::unique_ptr<Operator> MakeTable(const Plan& plan, const TablePlan& body,
                                    Needs& needs) {
  return std::make_unique<TableOperator>(plan, body, /*of_sessions=*/false, needs);
}

std::unique_ptr<Operator> MakeSessionTable(const Plan& plan, const SessionsPlan& body,
                                           Needs& needs) {
  TablePlan table{.where = body.where,
                  .rows = body.rows,
                  .columns = body.columns,
                  .order_by = body.order_by,
                  .limit = body.limit};
  return std::make_unique<TableOperator>(plan, std::move(table), /*of_sessions=*/true,
                                         needs);
}

}  // namespace footfall::query
