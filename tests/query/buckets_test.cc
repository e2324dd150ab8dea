// Buckets of time against the calendar itself.
#include "query/buckets.h"

#include <algorithm>
#include <optional>
#include <random>
#include <vector>

#include "base/simd.h"
#include "gtest/gtest.h"

namespace footfall::query {
namespace {

int64_t Expected(int64_t time_ms, base::Bucket bucket, absl::TimeZone zone) {
  if (bucket == base::Bucket::kHour) return base::HourStart(time_ms, zone);
  const int64_t day = base::LocalDay(time_ms, zone);
  return bucket == base::Bucket::kWeek    ? base::WeekOf(day)
         : bucket == base::Bucket::kMonth ? base::MonthOf(day)
                                          : day;
}

constexpr base::Bucket kBuckets[] = {base::Bucket::kHour, base::Bucket::kDay,
                                     base::Bucket::kWeek, base::Bucket::kMonth};

// Zones with changes by an hour and by half of one, with days that do not exist, and with
// seconds in an old offset.
constexpr const char* kZones[] = {
    "UTC",          "Europe/Paris",   "America/St_Johns", "Australia/Lord_Howe",
    "Pacific/Apia", "Asia/Kathmandu", "Africa/Monrovia",  "America/Sao_Paulo"};

TEST(BucketsTest, AgreeWithTheCalendar) {
  std::mt19937_64 random(5);
  for (const char* name : kZones) {
    const absl::TimeZone zone = base::LoadTimeZone(name).value();
    for (const base::Bucket bucket : kBuckets) {
      Bucketer bucketer(bucket, zone);
      for (int i = 0; i < 5000; ++i) {
        // Between 1960 and 2100, and every other one near to a change of clocks of 2025.
        int64_t time_ms =
            static_cast<int64_t>(random() % 4'400'000'000'000) - 300'000'000'000;
        if (i % 2 == 0) {
          time_ms = 1'743'300'000'000 + static_cast<int64_t>(random() % 30'000'000) -
                    15'000'000;
        }
        ASSERT_EQ(bucketer.BucketOf(time_ms), Expected(time_ms, bucket, zone))
            << name << " " << time_ms;
      }
    }
  }
}

TEST(BucketsTest, ManyAtOnceAgreeWithOneByOne) {
  std::mt19937_64 random(6);
  for (const char* name : kZones) {
    const absl::TimeZone zone = base::LoadTimeZone(name).value();
    for (const base::Bucket bucket : kBuckets) {
      Bucketer bucketer(bucket, zone);
      for (int round = 0; round < 40; ++round) {
        base::SetSimd(static_cast<base::SimdLevel>(round % 3));
        // Spans from hours to years, from 1960 on.
        const int64_t start_ms =
            static_cast<int64_t>(random() % 2'100'000'000'000) - 300'000'000'000;
        const int64_t span_ms = int64_t{10'000'000} << (random() % 15);
        std::vector<int64_t> times;
        const size_t count = 1 + random() % 1200;
        for (size_t i = 0; i < count; ++i) {
          times.push_back(start_ms + static_cast<int64_t>(random() % span_ms));
        }
        const auto [first, last] = std::minmax_element(times.begin(), times.end());
        std::vector<uint32_t> above(count);
        const std::optional<int64_t> base =
            bucketer.IndexesAbove(times.data(), count, *first, *last, above.data());
        EXPECT_EQ(base.has_value(), bucket != base::Bucket::kHour &&
                                        *last - *first <= int64_t{3000} * 86'400'000);
        if (!base.has_value()) continue;
        for (size_t i = 0; i < count; ++i) {
          ASSERT_EQ(bucketer.ValueOf(*base + above[i]), Expected(times[i], bucket, zone))
              << name << " " << times[i];
        }
      }
    }
  }
  base::SetSimd(base::SupportedSimd());
}

TEST(BucketsTest, IndexesGrowWithTime) {
  const absl::TimeZone zone = base::LoadTimeZone("Australia/Lord_Howe").value();
  for (const base::Bucket bucket : kBuckets) {
    Bucketer bucketer(bucket, zone);
    int64_t last = bucketer.IndexOf(1'740'000'000'000);
    for (int64_t time_ms = 1'740'000'000'000; time_ms < 1'750'000'000'000;
         time_ms += 600'000) {
      const int64_t index = bucketer.IndexOf(time_ms);
      EXPECT_GE(index, last);
      EXPECT_EQ(bucketer.IndexOf(time_ms) == last,
                bucketer.BucketOf(time_ms) == bucketer.ValueOf(last));
      last = index;
    }
  }
}

TEST(BucketsTest, NextIsTheBucketAfter) {
  for (const char* name : kZones) {
    const absl::TimeZone zone = base::LoadTimeZone(name).value();
    for (const base::Bucket bucket : kBuckets) {
      Bucketer bucketer(bucket, zone);
      const int64_t start_ms = 1'740'000'000'000;
      int64_t expected = bucketer.BucketOf(start_ms);
      int64_t current = expected;
      for (int64_t time_ms = start_ms; time_ms < 1'750'000'000'000; time_ms += 900'000) {
        const int64_t here = Expected(time_ms, bucket, zone);
        if (here == current) continue;
        expected = bucketer.Next(current);
        ASSERT_EQ(here, expected) << name << " " << time_ms;
        current = here;
      }
    }
  }
}

}  // namespace
}  // namespace footfall::query
