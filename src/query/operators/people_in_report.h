// Which people a report about all of them has, whether events of theirs are stored or
// not.
#ifndef FOOTFALL_QUERY_OPERATORS_PEOPLE_IN_REPORT_H_
#define FOOTFALL_QUERY_OPERATORS_PEOPLE_IN_REPORT_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "query/context.h"
#include "query/operator.h"
#include "query/plan.h"

namespace footfall::query {

// What the events of people say: a bounded range and `where` leave those with an event in
// range that satisfies it, a segment those in it.
class PeopleInReport : public Partial {
 public:
  // With `active_for_ms` it is also found out who is active: has an event that satisfies
  // `where` in that time up to now, both ends included, also where that is not in range.
  PeopleInReport(const Plan& plan, std::optional<RuleRef> where,
                 std::optional<int64_t> active_for_ms)
      : plan_(plan), where_(where), active_for_ms_(active_for_ms) {}

  absl::Status Add(BlockView& view) override;
  absl::Status Merge(Partial& other) override;
  uint64_t bytes() const override { return people_.capacity() * sizeof(Entry); }

  // Visits the people of the report by rising code. `account` is empty for none.
  absl::Status Visit(
      Execution& execution,
      absl::FunctionRef<absl::Status(const model::Person& person,
                                     std::string_view account, bool is_active)>
          visit);

 private:
  struct Entry {
    uint64_t code = 0;
    bool is_wanted = false;
    bool is_active = false;
  };

  // Whether only people with some event are in the report.
  bool NeedsEvent() const {
    return where_.has_value() || plan_.range.from_ms != INT64_MIN ||
           plan_.range.to_ms != INT64_MAX;
  }
  // Whether somebody of whom no event is stored is in the report.
  bool IsWantedWithoutEvents(const model::Person& person, std::string_view account,
                             int64_t now_ms) const;

  const Plan& plan_;
  const std::optional<RuleRef> where_;
  const std::optional<int64_t> active_for_ms_;
  std::vector<Entry> people_;  // Those with events.
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATORS_PEOPLE_IN_REPORT_H_
