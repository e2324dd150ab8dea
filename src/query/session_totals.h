// Totals over all sessions: how many there are and how they are distributed.
#ifndef FOOTFALL_QUERY_SESSION_TOTALS_H_
#define FOOTFALL_QUERY_SESSION_TOTALS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "query/operator.h"
#include "query/plan.h"

namespace footfall::query {

// Numbers from 0 on in little memory, for exact percentiles.
class NumberBag {
 public:
  void Add(int64_t number) {
    if (number <= UINT32_MAX) {
      small_.push_back(static_cast<uint32_t>(number));
    } else {
      large_.push_back(number);
    }
  }
  // Takes all of `other`, which is empty afterwards.
  void Append(NumberBag& other);
  size_t size() const { return small_.size() + large_.size(); }
  // The number before which `rank` others come; requires rank < size().
  int64_t At(size_t rank);
  uint64_t bytes() const {
    return small_.capacity() * sizeof(uint32_t) + large_.capacity() * sizeof(int64_t);
  }

 private:
  std::vector<uint32_t> small_;
  std::vector<int64_t> large_;
};

// Whether a plan asks only for one row of counts, extremes and percentiles of the length
// and the number of events of sessions, so that nothing but the times of events is read.
bool IsSessionTotals(const SessionsPlan& plan);

// Requires IsSessionTotals(body), which must outlive the operator.
std::unique_ptr<Operator> MakeSessionTotals(const SessionsPlan& body, Needs& needs);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_SESSION_TOTALS_H_
