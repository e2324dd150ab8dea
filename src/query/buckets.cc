#include "query/buckets.h"

#include <algorithm>

#include "base/time.h"

namespace footfall::query {
namespace {

// Since 1970 all offsets of zones, and with them the starts of hours, are whole halves of
// a minute.
constexpr int64_t kHourUnitMs = 30'000;
constexpr int32_t kUnknownMonth = INT32_MIN;
constexpr size_t kMonthDaysMax = 1'000'000;

const absl::CivilDay kEpoch(1970, 1, 1);

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0); }

int64_t ComputeMonth(int64_t day) {
  return absl::CivilMonth(kEpoch + day) - absl::CivilMonth(kEpoch);
}

// When a change of clocks takes place.
int64_t InstantOf(const absl::TimeZone::CivilTransition& change, absl::TimeZone zone) {
  // The earlier of the two clock readings is one that was skipped or that came twice.
  return absl::ToUnixMillis(zone.At(std::min(change.from, change.to)).trans);
}

}  // namespace

void ZoneOffsets::Find(int64_t time_ms) {
  const auto after = std::upper_bound(
      known_.begin(), known_.end(), time_ms,
      [](int64_t time, const Stretch& stretch) { return time < stretch.begin_ms; });
  if (after != known_.begin() && time_ms < (after - 1)->end_ms) {
    current_ = *(after - 1);
    return;
  }
  const absl::Time time = absl::FromUnixMillis(time_ms);
  Stretch found{.begin_ms = INT64_MIN,
                .end_ms = INT64_MAX,
                .offset_ms = zone_.At(time).offset * int64_t{1000}};
  absl::TimeZone::CivilTransition change;
  if (zone_.NextTransition(time, &change)) found.end_ms = InstantOf(change, zone_);
  // The last change up to this time; changes are at whole seconds, and fractions of one
  // are not looked at.
  const absl::Time next_second = absl::FromUnixSeconds(FloorDiv(time_ms, 1000) + 1);
  if (zone_.PrevTransition(next_second, &change)) {
    found.begin_ms = InstantOf(change, zone_);
  }
  current_ = found;
  known_.insert(after, found);
}

int64_t ZoneOffsets::Changes(int64_t from_ms, int64_t to_ms,
                             std::vector<ClockChange>* changes) {
  changes->clear();
  const int64_t first = OffsetMs(from_ms);
  int64_t offset_ms = first;
  while (current_.end_ms <= to_ms) {
    const int64_t at_ms = current_.end_ms;
    const int64_t next_ms = OffsetMs(at_ms);
    changes->push_back({.at_ms = at_ms, .by_ms = next_ms - offset_ms});
    offset_ms = next_ms;
  }
  return first;
}

std::optional<int64_t> Bucketer::IndexesAbove(const int64_t* times, size_t rows,
                                              int64_t first_ms, int64_t last_ms,
                                              uint32_t* above) {
  // Far apart times take more changes of clocks, and more bits, than pay.
  if (bucket_ == base::Bucket::kHour || last_ms - first_ms > base::kDayMs * 3000) {
    return std::nullopt;
  }
  const int64_t offset_ms = offsets_.Changes(first_ms, last_ms, &changes_);
  // Clocks that go back may lead to the day before.
  const int64_t first_day = FloorDiv(first_ms + offset_ms, base::kDayMs) - 1;
  ActiveKernels().days(times, rows, offset_ms - first_day * base::kDayMs, changes_.data(),
                       changes_.size(), above);
  if (bucket_ == base::Bucket::kDay) return first_day;
  if (bucket_ == base::Bucket::kWeek) {
    const int64_t first_week = FloorDiv(first_day + 3, 7);
    const uint32_t into_week = static_cast<uint32_t>(first_day + 3 - first_week * 7);
    for (size_t i = 0; i < rows; ++i) above[i] = (above[i] + into_week) / 7;
    return first_week;
  }
  const int64_t first_month = MonthIndex(first_day);
  const int64_t last_day = first_day + (last_ms - first_ms) / base::kDayMs + 4;
  for (int64_t day = first_day; day <= last_day; ++day) MonthIndex(day);
  const int32_t* months = month_of_day_.data() + (first_day - first_day_);
  for (size_t i = 0; i < rows; ++i) {
    above[i] = static_cast<uint32_t>(months[above[i]] - first_month);
  }
  return first_month;
}

int64_t Bucketer::IndexOf(int64_t time_ms) {
  if (bucket_ == base::Bucket::kHour) return FloorDiv(HourStart(time_ms), kHourUnitMs);
  const int64_t day = FloorDiv(time_ms + offsets_.OffsetMs(time_ms), base::kDayMs);
  if (bucket_ == base::Bucket::kDay) return day;
  // 1970-01-01 was a Thursday, three days after a Monday.
  return bucket_ == base::Bucket::kWeek ? FloorDiv(day + 3, 7) : MonthIndex(day);
}

int64_t Bucketer::IndexUntil(int64_t time_ms, int64_t* until_ms) {
  const int64_t index = IndexOf(time_ms);
  // While the offset stays, local time goes on evenly up to the end of the bucket.
  const int64_t end_ms =
      bucket_ == base::Bucket::kHour
          ? HourStart(time_ms) + base::kHourMs
          : ValueOf(index + 1) * base::kDayMs - offsets_.OffsetMs(time_ms);
  *until_ms = std::min(end_ms, offsets_.EndMs(time_ms));
  return index;
}

int64_t Bucketer::HourStart(int64_t time_ms) {
  const int64_t offset_ms = offsets_.OffsetMs(time_ms);
  return FloorDiv(time_ms + offset_ms, base::kHourMs) * base::kHourMs - offset_ms;
}

int64_t Bucketer::ValueOf(int64_t index) const {
  switch (bucket_) {
    case base::Bucket::kHour:
      return index * kHourUnitMs;
    case base::Bucket::kDay:
      return index;
    case base::Bucket::kWeek:
      return index * 7 - 3;
    case base::Bucket::kMonth:
      break;
  }
  return absl::CivilDay(absl::CivilMonth(kEpoch) + index) - kEpoch;
}

int64_t Bucketer::Next(int64_t value) {
  switch (bucket_) {
    case base::Bucket::kDay:
      return value + 1;
    case base::Bucket::kWeek:
      return value + 7;
    case base::Bucket::kMonth:
      // 31 days after the first of a month are in the next one.
      return base::MonthOf(value + 31);
    case base::Bucket::kHour:
      break;
  }
  const int64_t next = BucketOf(value + base::kHourMs);
  return next > value ? next : value + base::kHourMs;
}

int64_t Bucketer::MonthIndex(int64_t day) {
  if (month_of_day_.empty()) first_day_ = day;
  if (day < first_day_) {
    if (static_cast<size_t>(first_day_ - day) + month_of_day_.size() > kMonthDaysMax) {
      return ComputeMonth(day);
    }
    month_of_day_.insert(month_of_day_.begin(), first_day_ - day, kUnknownMonth);
    first_day_ = day;
  }
  const size_t at = static_cast<size_t>(day - first_day_);
  if (at >= kMonthDaysMax) return ComputeMonth(day);
  if (at >= month_of_day_.size()) month_of_day_.resize(at + 1, kUnknownMonth);
  if (month_of_day_[at] == kUnknownMonth) {
    month_of_day_[at] = static_cast<int32_t>(ComputeMonth(day));
  }
  return month_of_day_[at];
}

}  // namespace footfall::query
