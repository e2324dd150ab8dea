// Times of rows in groups of 128, each of which can be read alone.
#ifndef FOOTFALL_STORE_CHUNK_TIME_ARRAY_H_
#define FOOTFALL_STORE_CHUNK_TIME_ARRAY_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace footfall::store {

inline constexpr size_t kTimeGroup = 128;
// What the directory has of a group.
inline constexpr size_t kTimeGroupBytes = 4;

void EncodeTimes(std::span<const int64_t> times, std::string& out);

// Reads what EncodeTimes wrote, which must live as long. Reusable.
class TimeReader {
 public:
  // DATA_LOSS.
  absl::Status Open(std::string_view bytes, size_t count);
  size_t groups() const { return groups_.size(); }
  // Fills the rows of the group in `out`, which has room for all rows.
  absl::Status ReadGroup(size_t group, int64_t* out) const;

 private:
  struct Group {
    uint8_t width = 0;
    uint8_t exceptions = 0;
    uint32_t begin = 0;
    uint32_t size = 0;
  };
  std::string_view bytes_;
  size_t count_ = 0;
  int64_t least_ = 0;
  int range_bits_ = 0;
  std::vector<Group> groups_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_TIME_ARRAY_H_
