// One person's events against the steps of a funnel.
#ifndef FOOTFALL_PROVE_ATTEMPTS_H_
#define FOOTFALL_PROVE_ATTEMPTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "prove/prove_run.h"

namespace footfall::prove {

// A duration of a definition, in ms.
int64_t DurationMs(const Json& json);

// `events` are those that exist for the run, in order; both must outlive it. Every chain
// is tried, in order of positions.
class Attempts {
 public:
  Attempts(const Run& run, std::vector<const Event*> events);

  // The positions of the best attempt, by step; of "any" those that serve the steps.
  std::vector<size_t> Best();
  // The length of the longest chain that begins at a position; not of "any".
  size_t LongestFrom(size_t start);

  // The first and the last event that matches step 1.
  std::optional<size_t> FirstStart() const;
  std::optional<size_t> LastStart() const;
  const Event& event(size_t position) const { return *events_[position]; }
  size_t size() const { return events_.size(); }

  bool Matches(size_t step, size_t position) const { return matches_[step][position]; }
  // An excluded event strictly between the two, if there is one.
  std::optional<size_t> Interruption(size_t from, size_t to) const;
  int64_t window_ms() const { return window_ms_; }
  const std::string& order() const { return order_; }

 private:
  // No chain is longer: the next step matches nothing at all.
  size_t LengthMax() const;
  // Makes `chain` longer by the earliest events that let it reach `length`.
  bool Extend(size_t start, size_t length, std::vector<size_t> so_far,
              std::vector<size_t>* chain);
  // Whether steps 1 to `length` are matched in a window that begins with `start`.
  bool Window(size_t start, size_t length, std::vector<size_t>* chain) const;

  const Run& run_;
  const std::vector<const Event*> events_;
  Json::Array steps_;
  std::vector<std::vector<bool>> matches_;  // By step and position.
  std::vector<bool> excluded_;              // By position.
  int64_t window_ms_ = 0;
  std::string order_;
  std::set<std::pair<size_t, size_t>> failed_;  // Length and last position.
};

}  // namespace footfall::prove

#endif  // FOOTFALL_PROVE_ATTEMPTS_H_
