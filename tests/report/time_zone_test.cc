// Buckets and bounds over changes of the clock.
#include "gtest/gtest.h"
#include "tests/report/run_text.h"

namespace footfall::report {
namespace {

FakeSnapshot EventsAt(const Texts& times) {
  FakeSnapshot snapshot;
  for (const std::string& time : times) {
    snapshot.Add({.person = "ana", .time_ms = At(time)});
  }
  return snapshot;
}

std::string Rows(const std::string& bucket, const std::string& zone) {
  return R"(,"rows":[{"time":")" + bucket + R"("}],"timezone":")" + zone + "\"";
}

TEST(TimeZoneTest, TheDayThatLosesAnHour) {
  // Paris, 30 March 2025: 23:00 UTC to 22:00 UTC, 23 hours.
  const FakeSnapshot snapshot = EventsAt(
      {"2025-03-29T22:59:59.999Z", "2025-03-29T23:00:00Z", "2025-03-30T00:59:59Z",
       "2025-03-30T01:00:00Z", "2025-03-30T21:59:59.999Z", "2025-03-30T22:00:00Z"});
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount, Rows("day", "Europe/Paris"))),
            (Texts{"2025-03-29 1", "2025-03-30 4", "2025-03-31 1"}));
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount, Rows("week", "Europe/Paris"))),
            (Texts{"2025-03-24 5", "2025-03-31 1"}));
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount,
                            Rows("hour", "Europe/Paris") +
                                R"(,"fill":true,"range":{"from":"2025-03-30",
                                   "to":"2025-03-31"})"))
                .size(),
            23u);
}

TEST(TimeZoneTest, TheHourThatComesTwiceIsTwoRows) {
  // Paris, 26 October 2025: 02:00 to 03:00 local at 00:00 and again at 01:00 UTC.
  const FakeSnapshot snapshot =
      EventsAt({"2025-10-26T00:30:00Z", "2025-10-26T01:30:00Z", "2025-10-26T01:59:59Z",
                "2025-10-26T02:00:00Z", "2025-10-25T22:00:00Z", "2025-10-26T22:59:59Z",
                "2025-10-26T23:00:00Z"});
  const absl::StatusOr<Result> hours =
      RunText(snapshot, kCount, Rows("hour", "Europe/Paris"));
  EXPECT_EQ(Header(hours->rows), "hour:timestamp n:int64");
  EXPECT_EQ(Lines(hours->rows),
            (Texts{"2025-10-25T22:00:00.000Z 1", "2025-10-26T00:00:00.000Z 1",
                   "2025-10-26T01:00:00.000Z 2", "2025-10-26T02:00:00.000Z 1",
                   "2025-10-26T22:00:00.000Z 1", "2025-10-26T23:00:00.000Z 1"}));
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount, Rows("day", "Europe/Paris"))),
            (Texts{"2025-10-26 6", "2025-10-27 1"}));
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount,
                            Rows("hour", "Europe/Paris") +
                                R"(,"fill":true,"range":{"from":"2025-10-26",
                                   "to":"2025-10-27"})"))
                .size(),
            25u);
}

TEST(TimeZoneTest, ADayWithoutMidnight) {
  // Sao Paulo, 4 November 2018: the day began at 01:00 local, 03:00 UTC.
  const FakeSnapshot snapshot =
      EventsAt({"2018-11-04T02:59:59Z", "2018-11-04T03:00:00Z"});
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount, Rows("day", "America/Sao_Paulo"))),
            (Texts{"2018-11-03 1", "2018-11-04 1"}));
  EXPECT_EQ(LinesOf(RunText(
                snapshot, kCount,
                R"(,"timezone":"America/Sao_Paulo","range":{"from":"2018-11-04"})")),
            (Texts{"1"}));
}

TEST(TimeZoneTest, AClockSetBackOverMidnight) {
  // St. John's, 7 November 2010: at 00:01, 02:31 UTC, it was 23:01 of the day before
  // again.
  const FakeSnapshot snapshot =
      EventsAt({"2010-11-07T02:29:59Z", "2010-11-07T02:30:30Z", "2010-11-07T02:31:00Z",
                "2010-11-07T02:59:00Z", "2010-11-07T03:30:00Z", "2010-11-07T02:30:59Z"});
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount, Rows("day", "America/St_Johns"))),
            (Texts{"2010-11-06 3", "2010-11-07 3"}));
}

TEST(TimeZoneTest, HoursOfZonesThatAreOffByHalf) {
  const FakeSnapshot snapshot =
      EventsAt({"2025-11-21T08:29:00Z", "2025-11-21T08:30:00Z"});
  EXPECT_EQ(LinesOf(RunText(snapshot, kCount, Rows("hour", "Asia/Kolkata"))),
            (Texts{"2025-11-21T07:30:00.000Z 1", "2025-11-21T08:30:00.000Z 1"}));
}

TEST(TimeZoneTest, MonthsAreLocal) {
  const FakeSnapshot snapshot =
      EventsAt({"2025-11-30T22:59:59Z", "2025-11-30T23:00:00Z"});
  const absl::StatusOr<Result> result =
      RunText(snapshot, kCount, Rows("month", "Europe/Paris"));
  EXPECT_EQ(Header(result->rows), "month:date n:int64");
  EXPECT_EQ(Lines(result->rows), (Texts{"2025-11-01 1", "2025-12-01 1"}));
}

}  // namespace
}  // namespace footfall::report
