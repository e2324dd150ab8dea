// Aggregates over groups of events, fed one event at a time in any order.
#ifndef FOOTFALL_QUERY_AGGREGATE_H_
#define FOOTFALL_QUERY_AGGREGATE_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "model/field.h"
#include "query/plan.h"
#include "query/table.h"
#include "query/value_pool.h"

namespace footfall::query {

// What an aggregate sees of an event.
struct AggregateInput {
  const model::FieldSource* source = nullptr;
  int64_t seq = 0;
  uint64_t arrival = 0;
  uint32_t person = 0;
  // The session's number; kNoSession when it does not belong to the range.
  uint32_t session = 0;
};

inline constexpr uint32_t kNoSession = UINT32_MAX;

class Aggregator {
 public:
  virtual ~Aggregator() = default;

  // Groups are numbered from 0 on without gaps, but need not all be fed.
  virtual void Add(uint32_t group, const AggregateInput& input) = 0;
  virtual uint64_t bytes() const = 0;
  // The column, without its name, with a cell for each of `groups` groups. Called once.
  // OUT_OF_RANGE for a sum that does not fit.
  virtual absl::StatusOr<Column> Finish(size_t groups) = 0;
};

// `column` is not a ratio; it and `pool` must outlive the aggregator.
std::unique_ptr<Aggregator> MakeAggregator(const AggregateColumn& column,
                                           ValuePool& pool);

// Divides two finished columns; missing where the denominator is missing or 0, or a side
// is no number.
Column DivideColumns(const Column& numerator, const Column& denominator);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_AGGREGATE_H_
