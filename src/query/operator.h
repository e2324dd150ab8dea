// The frame of the embedded executor: operators, fed block by block by any number of
// workers.
#ifndef FOOTFALL_QUERY_OPERATOR_H_
#define FOOTFALL_QUERY_OPERATOR_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status.h"
#include "query/block_view.h"
#include "query/context.h"
#include "query/execute.h"

namespace footfall::query {

// What one worker has gathered. Used by one thread at a time.
class Partial {
 public:
  virtual ~Partial() = default;
  // Takes in a block: all events of some people, whom no other block has.
  virtual absl::Status Add(BlockView& view) = 0;
  // Takes in what another worker has gathered, of the same operator; leaves it empty.
  virtual absl::Status Merge(Partial& other) = 0;
  // Memory held, roughly.
  virtual uint64_t bytes() const = 0;
};

// One run of a plan's body. Its constructor names to Needs what blocks have to show. What
// is gathered must not depend on which worker got which block.
class Operator {
 public:
  virtual ~Operator() = default;
  virtual std::unique_ptr<Partial> NewPartial() const = 0;
  // The answer, from everything gathered.
  virtual absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) = 0;
};

// One whose partials are made of a Spec, what needs and plan say, and become its table.
template <typename Spec, typename Gathered>
class SpecOperator : public Operator {
 public:
  std::unique_ptr<Partial> NewPartial() const final {
    return std::make_unique<Gathered>(spec_);
  }
  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) final {
    QueryResult result;
    FOOTFALL_ASSIGN_OR_RETURN(result.rows,
                              static_cast<Gathered&>(all).ToTable(execution));
    return result;
  }

 protected:
  explicit SpecOperator(Spec spec = {}) : spec_(std::move(spec)) {}

  Spec spec_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATOR_H_
