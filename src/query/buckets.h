// Buckets of time of the local calendar.
#ifndef FOOTFALL_QUERY_BUCKETS_H_
#define FOOTFALL_QUERY_BUCKETS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "base/time.h"
#include "query/kernels.h"

namespace footfall::query {

// The offsets of a zone from UTC, remembered by the stretches of time in which they are
// constant. Not thread-safe.
class ZoneOffsets {
 public:
  explicit ZoneOffsets(absl::TimeZone zone) : zone_(zone) {}

  // The offset at `from_ms`, and the changes after it up to `to_ms`.
  int64_t Changes(int64_t from_ms, int64_t to_ms, std::vector<ClockChange>* changes);

  int64_t OffsetMs(int64_t time_ms) {
    if (time_ms < current_.begin_ms || time_ms >= current_.end_ms) Find(time_ms);
    return current_.offset_ms;
  }
  // Where the stretch of time with that offset ends.
  int64_t EndMs(int64_t time_ms) {
    OffsetMs(time_ms);
    return current_.end_ms;
  }

 private:
  struct Stretch {
    int64_t begin_ms = 0;
    int64_t end_ms = 0;
    int64_t offset_ms = 0;
  };

  void Find(int64_t time_ms);

  absl::TimeZone zone_;
  Stretch current_;
  std::vector<Stretch> known_;  // By begin.
};

// Maps instants to buckets. A bucket has a value, as reports show it: the first instant
// of an hour in ms, else the first day since 1970-01-01; and an index, which grows with
// it. Those of days, weeks and months leave none out. Not thread-safe.
class Bucketer {
 public:
  Bucketer(base::Bucket bucket, absl::TimeZone zone) : bucket_(bucket), offsets_(zone) {}

  int64_t IndexOf(int64_t time_ms);
  // The same; times from `time_ms` on and before `until_ms` have that index too.
  int64_t IndexUntil(int64_t time_ms, int64_t* until_ms);
  int64_t ValueOf(int64_t index) const;
  // The indexes of many times, which lie from `first_ms` to `last_ms`, above that of an
  // index that is returned. Absent when it is no quicker than one by one.
  std::optional<int64_t> IndexesAbove(const int64_t* times, size_t rows, int64_t first_ms,
                                      int64_t last_ms, uint32_t* above);
  int64_t BucketOf(int64_t time_ms) { return ValueOf(IndexOf(time_ms)); }
  // The value of the bucket that follows one with this value.
  int64_t Next(int64_t value);

 private:
  int64_t HourStart(int64_t time_ms);
  int64_t MonthIndex(int64_t day);

  base::Bucket bucket_;
  ZoneOffsets offsets_;
  // Months since 1970-01 by day, from first_day_ on; filled as days are asked for.
  int64_t first_day_ = 0;
  std::vector<int32_t> month_of_day_;
  std::vector<ClockChange> changes_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_BUCKETS_H_
