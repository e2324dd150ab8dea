// The smallest group that reports may speak of, where a store sets one: rows of fewer
// people are suppressed, and nothing lists people.
#ifndef FOOTFALL_REPORT_GROUP_SIZE_H_
#define FOOTFALL_REPORT_GROUP_SIZE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/plan.h"
#include "report/result.h"
#include "store/event_store.h"

namespace footfall::report {

// FAILED_PRECONDITION when the setting group_size_min is over 0: `what`, such as "lists
// of people", is not given out then.
absl::Status RefusePeople(const store::Settings& settings, std::string_view what);

// Adds to a plan the columns that tell how many people a row and a cell are made of, and
// takes from its answer what is made of too few.
class GroupGuard {
 public:
  // FAILED_PRECONDITION for a report that lists people or their sessions, or that shows
  // single values of somebody's (first, last). Of one with a total the total remains.
  static absl::StatusOr<GroupGuard> Make(int64_t group_size_min, query::Plan* plan);

  // Takes away the rows of fewer people and, if those are fewer together, the next
  // smallest ones until they are not: else a total would tell of them. Empties cells that
  // are made of fewer people. Says how many rows are gone.
  void Apply(Result* result) const;

 private:
  friend struct Guarding;

  // A cell that is made of other people than its row.
  struct CellRule {
    std::string column;
    std::string people;  // The column that counts them, perhaps itself.
  };

  explicit GroupGuard(int64_t group_size_min) : min_(group_size_min) {}
  void EmptyCells(query::Table* table) const;
  // Answers how many rows it took away.
  uint64_t RemoveRows(std::string_view people, bool rows_add_up,
                      query::Table* table) const;

  int64_t min_ = 0;
  bool only_total_ = false;
  std::string people_;        // The column of the people of a row; empty without one.
  bool rows_add_up_ = false;  // To a total that somebody may know.
  std::vector<CellRule> cells_;
  size_t hidden_columns_ = 0;  // At the end of the answer.
};

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_GROUP_SIZE_H_
