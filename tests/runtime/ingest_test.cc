#include "runtime/ingest.h"

#include <string>
#include <vector>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "tests/runtime/temp_store.h"

namespace footfall::runtime {
namespace {

constexpr int64_t kNow = 1763712000000;
constexpr int64_t kDayMs = 86'400'000;

std::string Track(int64_t time_ms, const std::string& person, const std::string& extra) {
  return base::Cat("{\"time\":", time_ms, ",\"person\":\"", person,
                   "\",\"type\":\"track\",\"name\":\"n\"", extra, "}\n");
}

std::unique_ptr<Ingest> Begin(TempStore& temp, size_t batch_events_max = 10'000) {
  IngestOptions options;
  options.now_ms = kNow;
  options.source = "a.ndjson";
  options.batch_events_max = batch_events_max;
  return Ingest::New(temp.instance, options).value();
}

int64_t Count(const base::Json& result, std::string_view key) {
  return result.Find(key)->as_int();
}

TEST(IngestTest, EachInputIsCountedOnce) {
  TempStore temp;
  const std::unique_ptr<Ingest> ingest = Begin(temp);
  ASSERT_TRUE(
      ingest
          ->Write(Track(kNow, "a", ",\"id\":\"1\"") + Track(kNow, "a", ",\"id\":\"1\"") +
                  "{\"time\":1}\n" +
                  "{\"time\":1763712000000,\"person\":\"a\",\"type\":\"click\"}\n" +
                  Track(kNow, "b", ""))
          .ok());
  ASSERT_TRUE(ingest->Finish().ok());
  const base::Json result = ingest->Result();
  EXPECT_EQ(Count(result, "accepted"), 2);
  EXPECT_EQ(Count(result, "duplicates"), 1);
  EXPECT_EQ(Count(result, "rejected"), 1);
  EXPECT_EQ(Count(result, "dropped_level"), 1);
  EXPECT_EQ(Count(result, "dropped_policy"), 0);
  EXPECT_EQ(ingest->acknowledged(), 2u);
}

TEST(IngestTest, TimesOutsideRetentionAndTheNextDayAreRejected) {
  TempStore temp;
  const std::unique_ptr<Ingest> ingest = Begin(temp);
  ASSERT_TRUE(ingest
                  ->Write(Track(kNow - 365 * kDayMs, "a", "") +
                          Track(kNow - 365 * kDayMs - 1, "a", "") +
                          Track(kNow + kDayMs, "a", "") +
                          Track(kNow + kDayMs + 1, "a", ""))
                  .ok());
  ASSERT_TRUE(ingest->Finish().ok());
  const base::Json result = ingest->Result();
  EXPECT_EQ(Count(result, "accepted"), 2);
  const base::Json::Array& errors = result.Find("errors")->as_array();
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].Find("index")->as_int(), 1);
  EXPECT_EQ(errors[1].Find("index")->as_int(), 3);
  for (const base::Json& error : errors) {
    EXPECT_EQ(error.Find("path")->as_string(), "time");
    EXPECT_EQ(error.Find("file")->as_string(), "a.ndjson");
  }
}

TEST(IngestTest, RejectionsOfFilterAndStoreComeInInputOrder) {
  TempStore temp;
  const std::unique_ptr<Ingest> ingest = Begin(temp);
  const std::string alias =
      "{\"time\":1763712000000,\"type\":\"alias\",\"anonymous\":\"x\",";
  ASSERT_TRUE(ingest
                  ->Write(alias + "\"person\":\"a\"}\n" + alias + "\"person\":\"b\"}\n" +
                          "nonsense\n" + alias + "\"person\":\"a\"}\n")
                  .ok());
  ASSERT_TRUE(ingest->Finish().ok());
  const base::Json result = ingest->Result();
  EXPECT_EQ(Count(result, "accepted"), 2);
  EXPECT_EQ(Count(result, "rejected"), 2);
  const base::Json::Array& errors = result.Find("errors")->as_array();
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].Find("line")->as_int(), 2);
  EXPECT_EQ(errors[0].Find("path")->as_string(), "anonymous");
  EXPECT_EQ(errors[1].Find("line")->as_int(), 3);
}

TEST(IngestTest, ErrorsBeyondTheHundredthAreCounted) {
  TempStore temp;
  const std::unique_ptr<Ingest> ingest = Begin(temp);
  std::string input;
  for (int i = 0; i < 130; ++i) input += "nonsense\n";
  ASSERT_TRUE(ingest->Write(input).ok());
  ASSERT_TRUE(ingest->Finish().ok());
  EXPECT_EQ(ingest->Result().Find("errors")->as_array().size(), 100u);
  EXPECT_EQ(Count(ingest->Result(), "errors_omitted"), 30);
  EXPECT_EQ(Count(ingest->Result(), "rejected"), 130);
}

TEST(IngestTest, FullBatchesAreDurableBeforeFinish) {
  TempStore temp;
  const std::unique_ptr<Ingest> ingest = Begin(temp, 10);
  for (int i = 0; i < 25; ++i) {
    ASSERT_TRUE(ingest->Write(Track(kNow + i, "a", "")).ok());
  }
  EXPECT_EQ(ingest->acknowledged(), 20u);
  EXPECT_EQ(temp.instance->store().metrics().events_accepted, 20u);
  ASSERT_TRUE(ingest->Write("nonsense\n").ok());
  EXPECT_EQ(temp.instance->ingest_metrics().rejected, 1u);
  ASSERT_TRUE(ingest->Finish().ok());
  EXPECT_EQ(temp.instance->store().metrics().events_accepted, 25u);
  EXPECT_EQ(temp.instance->ingest_metrics().rejected, 1u);
}

TEST(IngestTest, WithoutFinishTheLastBatchIsDropped) {
  TempStore temp;
  { ASSERT_TRUE(Begin(temp, 10)->Write(Track(kNow, "a", "")).ok()); }
  EXPECT_EQ(temp.instance->store().metrics().events_accepted, 0u);
}

TEST(IngestTest, CancelledStreamTakesNothingMore) {
  TempStore temp;
  IngestOptions options;
  options.now_ms = kNow;
  const auto cancel = std::make_shared<base::Cancel>();
  options.cancel = cancel;
  const std::unique_ptr<Ingest> ingest = Ingest::New(temp.instance, options).value();
  ASSERT_TRUE(ingest->Write(Track(kNow, "a", "")).ok());
  cancel->Request();
  EXPECT_TRUE(absl::IsCancelled(ingest->Write(Track(kNow, "a", ""))));
  EXPECT_TRUE(absl::IsCancelled(ingest->Finish()));
  EXPECT_TRUE(absl::IsFailedPrecondition(ingest->Finish()));
  EXPECT_EQ(ingest->acknowledged(), 0u);
}

TEST(IngestTest, AClosedStoreIsReportedByWrite) {
  TempStore temp;
  const std::unique_ptr<Ingest> ingest = Begin(temp, 1);
  ASSERT_TRUE(temp.instance->store().Close().ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(ingest->Write(Track(kNow, "a", ""))));
  EXPECT_TRUE(absl::IsFailedPrecondition(ingest->Finish()));
}

TEST(IngestTest, AFieldThatWasAPasswordStaysSensitiveInLaterStreams) {
  TempStore temp;
  ASSERT_TRUE(temp.instance->store().SetSetting("level", "interactions").ok());
  const auto input = [](const char* type) {
    return base::Cat("{\"time\":1763712000000,\"person\":\"a\",\"session\":\"s\",",
                     "\"type\":\"input\",\"url\":\"https://a.example/f\",",
                     "\"element\":{\"tag\":\"input\",\"id\":\"f1\",\"type\":\"", type,
                     "\"}}\n");
  };
  const std::unique_ptr<Ingest> first = Begin(temp);
  ASSERT_TRUE(first->Write(input("password")).ok());
  ASSERT_TRUE(first->Finish().ok());
  EXPECT_EQ(Count(first->Result(), "dropped_policy"), 1);
  const std::unique_ptr<Ingest> second = Begin(temp);
  ASSERT_TRUE(second->Write(input("text")).ok());
  ASSERT_TRUE(second->Finish().ok());
  EXPECT_EQ(Count(second->Result(), "dropped_policy"), 1);
  EXPECT_EQ(Count(second->Result(), "accepted"), 0);
}

}  // namespace
}  // namespace footfall::runtime
