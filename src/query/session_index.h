// The sessions of all stored events.
#ifndef FOOTFALL_QUERY_SESSION_INDEX_H_
#define FOOTFALL_QUERY_SESSION_INDEX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "query/context.h"

namespace footfall::query {

struct Session {
  uint32_t person = 0;   // Execution::PersonIndex.
  uint32_t host_id = 0;  // In the pool; 0 for a run of events without an id.
  uint32_t events = 0;
  int64_t start_ms = 0;
  int64_t end_ms = 0;
};

// Events are known by their position: the number of events that a scan without bounds
// hands out before them.
class SessionIndex {
 public:
  // Scans all events; ids of sessions go to `pool`.
  absl::Status Build(Execution& execution, ValuePool& pool);

  // By person, then by the order of their first events.
  const std::vector<Session>& sessions() const { return sessions_; }
  uint32_t SessionOf(size_t position) const { return session_of_[position]; }
  // Grows with the event order of each person.
  uint32_t RankOf(size_t position) const { return rank_of_[position]; }

  // The id as reports print it: the host's, or the person and the start for a run.
  static Text DisplayId(const Session& session, const Text& person,
                        const ValuePool& pool);

 private:
  std::vector<Session> sessions_;
  std::vector<uint32_t> session_of_;
  std::vector<uint32_t> rank_of_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_SESSION_INDEX_H_
