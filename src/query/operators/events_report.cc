// Listing events.
#include <memory>
#include <optional>

#include "base/status.h"
#include "query/operators/event_rows.h"
#include "query/operators/operators.h"

namespace footfall::query {
namespace {

class EventsPartial : public Partial {
 public:
  EventsPartial(std::optional<RuleRef> where, const EventNeeds& needs)
      : where_(where), rows_(needs) {}

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* existing, view.Existing(where_));
    return rows_.Add(view, existing);
  }
  absl::Status Merge(Partial& other) override {
    rows_.Append(static_cast<EventsPartial&>(other).rows_);
    return absl::OkStatus();
  }
  uint64_t bytes() const override { return rows_.bytes(); }

  EventRows& rows() { return rows_; }

 private:
  const std::optional<RuleRef> where_;
  EventRows rows_;
};

class EventsOperator : public Operator {
 public:
  EventsOperator(const EventsPlan& body, Needs& needs) : needs_(needs) {
    if (body.where.has_value()) where_ = needs.AddRule(*body.where);
  }
  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<EventsPartial>(where_, needs_);
  }
  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    QueryResult result;
    FOOTFALL_ASSIGN_OR_RETURN(result.rows,
                              static_cast<EventsPartial&>(all).rows().ToTable(execution));
    return result;
  }

 private:
  const EventNeeds needs_;
  std::optional<RuleRef> where_;
};

}  // namespace

std::unique_ptr<Operator> MakeEvents(const EventsPlan& body, Needs& needs) {
  return std::make_unique<EventsOperator>(body, needs);
}

}  // namespace footfall::query
