// Cuts the events of a block's people into sessions.
#ifndef FOOTFALL_QUERY_BLOCK_SESSIONS_H_
#define FOOTFALL_QUERY_BLOCK_SESSIONS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "model/session.h"
#include "query/block_view.h"
#include "store/block.h"

namespace footfall::query {

// Not thread-safe.
class SessionCutter {
 public:
  explicit SessionCutter(const model::SessionRule& rule) : rule_(rule) {}

  // `begins` and `times` are the block's. `host_ids` is the column of session ids; null
  // when they do not count. `of_row` is only filled when `rows_too`.
  void Cut(std::span<const uint32_t> begins, const int64_t* times,
           const store::BlockColumn* host_ids, bool rows_too, BlockSessions* out);
  uint64_t bytes() const;

 private:
  void CutByTime(std::span<const uint32_t> begins, const int64_t* times,
                 BlockSessions* out);
  void CutLongRuns(const int64_t* times, std::vector<BlockSessions::Span>* spans);
  void CutById(std::span<const uint32_t> begins, const int64_t* times,
               const store::BlockColumn& host_ids, bool rows_too, BlockSessions* out);

  model::SessionRule rule_;
  std::vector<BlockSessions::Span> cut_;
  std::vector<uint64_t> starts_;   // The rows that come after a gap.
  std::vector<uint32_t> of_code_;  // The last session with each host id.
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_BLOCK_SESSIONS_H_
