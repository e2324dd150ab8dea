// Rows: what a log record says comes back, in the order that rows are sorted by.
#include "store/rows.h"

#include <random>

#include "store/log_record.h"
#include "store/rows_gather.h"
#include "tests/store/chunk_test_util.h"

namespace footfall::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RowsTest, EverythingThatARecordSaysComesBack) {
  ChunkFixture fixture;
  const std::vector<std::string> before = fixture.AddRandom(500, 7);
  EXPECT_EQ(fixture.rows.size(), 500u);
  EXPECT_EQ(fixture.Describe(fixture.rows), before);
}

TEST(RowsTest, OnlyEventsInTheRangeOfTimeAreTaken) {
  ChunkFixture fixture;
  Batch::Rep batch;
  for (const int64_t time_ms : {99, 100, 199, 200}) {
    model::Event event;
    event.person = "p";
    event.id = "id";
    event.time_ms = time_ms;
    batch.Add(event);
  }
  fixture.Append(batch, 100, 200);
  ASSERT_EQ(fixture.rows.size(), 2u);
  EXPECT_EQ(fixture.rows.key(0).time_ms, 100);
  EXPECT_EQ(fixture.rows.key(1).time_ms, 199);
}

TEST(RowsTest, RowsAreSortedByAllTheirKeys) {
  ChunkFixture fixture;
  Batch::Rep batch;
  const auto add = [&batch](const char* person, const char* anonymous, int64_t time_ms,
                            int64_t seq, model::EventType type, const char* name) {
    model::Event event;
    if (person != nullptr) event.person = person;
    if (anonymous != nullptr) event.anonymous = anonymous;
    event.time_ms = time_ms;
    event.seq = seq;
    event.type = type;
    event.name = name;
    batch.Add(event);
  };
  using model::EventType;
  add("1", nullptr, 5, 0, EventType::kIdentify, "identify");
  add("2", nullptr, 1, 0, EventType::kTrack, "later person");
  add("1", nullptr, 7, 0, EventType::kTrack, "own");
  add(nullptr, "10", 7, 0, EventType::kTrack, "linked 10");
  add(nullptr, "11", 7, 0, EventType::kTrack, "linked 11");
  add("1", nullptr, 7, 0, EventType::kTrack, "own again");
  add("1", nullptr, 7, -1, EventType::kTrack, "lower seq");
  add("1", nullptr, 6, 9, EventType::kTrack, "earlier");
  fixture.links = {{10, 1}, {11, 1}};
  fixture.Append(batch);
  fixture.rows.Sort();
  EXPECT_THAT(fixture.Names(fixture.rows),
              ElementsAre("earlier", "lower seq", "linked 10", "linked 11", "own",
                          "own again", "later person", "identify"));
  const Rows::Key key = fixture.rows.key(2);
  EXPECT_EQ(key.owner, 1u);
  EXPECT_EQ(key.stream, 10u);
  EXPECT_EQ(key.person, 0u);
  EXPECT_EQ(key.anonymous, 10u);
  EXPECT_TRUE(key.activity());
  EXPECT_FALSE(fixture.rows.key(7).activity());
}

TEST(RowsTest, SortingManyRowsOfOnePersonThatComeBackwards) {
  ChunkFixture fixture;
  Batch::Rep batch;
  for (int i = 0; i < 5000; ++i) {
    model::Event event;
    event.person = "1";
    event.time_ms = 5000 - i;
    batch.Add(event);
  }
  fixture.Append(batch);
  fixture.rows.Sort();
  for (size_t i = 0; i < 5000; ++i) {
    ASSERT_EQ(fixture.rows.key(i).time_ms, static_cast<int64_t>(i + 1));
  }
}

TEST(RowsTest, FilterKeepsTheOrderAndReownMoves) {
  ChunkFixture fixture;
  fixture.AddRandom(400, 11);
  fixture.rows.Sort();
  std::vector<std::string> expected;
  const std::vector<std::string> all = fixture.Describe(fixture.rows);
  for (size_t i = 0; i < all.size(); ++i) {
    if (fixture.rows.key(i).owner % 2 == 0) expected.push_back(all[i]);
  }
  ASSERT_GT(expected.size(), 10u);
  ASSERT_LT(expected.size(), all.size());
  fixture.rows.Filter([](const Rows::Key& key) { return key.owner % 2 == 0; });
  EXPECT_EQ(fixture.Describe(fixture.rows), expected);
  fixture.rows.Reown([](const Rows::Key&) { return uint64_t{1000}; });
  EXPECT_EQ(fixture.Describe(fixture.rows), expected);
  for (size_t i = 0; i < fixture.rows.size(); ++i) {
    ASSERT_EQ(fixture.rows.key(i).owner, 1000u);
  }
}

TEST(RowsTest, AnonymousIdsOfPeopleAreForgottenAndNoOthers) {
  ChunkFixture fixture;
  Batch::Rep batch;
  for (const auto& [person, anonymous] :
       {std::pair("1", "10"), std::pair("1", "11"), std::pair("", "10")}) {
    model::Event event;
    if (*person != 0) event.person = person;
    event.anonymous = anonymous;
    batch.Add(event);
  }
  fixture.Append(batch);
  fixture.rows.ForgetAnonymous([](const Rows::Key& key) { return key.anonymous == 10; });
  EXPECT_EQ(fixture.rows.key(0).anonymous, 0u);
  EXPECT_EQ(fixture.rows.key(0).person, 1u);
  EXPECT_EQ(fixture.rows.key(1).anonymous, 11u);
  EXPECT_EQ(fixture.rows.key(2).anonymous, 10u);
  EXPECT_EQ(fixture.rows.key(2).stream, 10u);
}

TEST(RowsTest, RowsOfOthersAreTakenOver) {
  ChunkFixture fixture;
  fixture.AddRandom(300, 3);
  fixture.rows.Sort();
  const std::vector<std::string> all = fixture.Describe(fixture.rows);
  Rows other;
  other.Append(fixture.rows, 100, 300);
  other.Append(fixture.rows, 0, 100);
  std::vector<std::string> expected(all.begin() + 100, all.end());
  expected.insert(expected.end(), all.begin(), all.begin() + 100);
  EXPECT_EQ(fixture.Describe(other), expected);
  EXPECT_EQ(other.key(0).arrival, fixture.rows.key(100).arrival);
  EXPECT_EQ(other.key(0).owner, fixture.rows.key(100).owner);
}

TEST(RowsTest, RowsOfSeveralAreGatheredPieceByPiece) {
  ChunkFixture fixture;
  fixture.AddRandom(300, 3);
  fixture.rows.Sort();
  const std::vector<std::string> all = fixture.Describe(fixture.rows);
  Rows first, second, third;
  first.Append(fixture.rows, 0, 100);
  second.Append(fixture.rows, 100, 200);
  third.Append(fixture.rows, 200, 300);
  std::vector<std::string> expected;
  const auto expect = [&](size_t begin, size_t end) {
    expected.insert(expected.end(), all.begin() + static_cast<ptrdiff_t>(begin),
                    all.begin() + static_cast<ptrdiff_t>(end));
  };

  Rows out;
  RowsGather gather(&out);
  gather.SetSource(0, first);
  gather.SetSource(1, second);
  gather.Append(std::vector<RowRange>{{0, 0, 40}, {1, 10, 1}, {0, 40, 60}});
  // Another source takes the place of the first.
  gather.SetSource(0, third);
  gather.Append(std::vector<RowRange>{{0, 5, 95}, {1, 50, 50}});
  expect(0, 40);
  expect(110, 111);
  expect(40, 100);
  expect(205, 300);
  expect(150, 200);
  EXPECT_EQ(fixture.Describe(out), expected);
  EXPECT_EQ(out.key(40).arrival, fixture.rows.key(110).arrival);

  gather.Clear();
  EXPECT_EQ(out.size(), 0u);
  gather.Append(std::vector<RowRange>{{1, 0, 100}, {0, 0, 100}});
  expected.clear();
  expect(100, 300);
  EXPECT_EQ(fixture.Describe(out), expected);
}

TEST(RowsTest, GatheringGivesUpTablesThatHaveGrown) {
  ChunkFixture fixture;
  Batch::Rep batch;
  for (int i = 0; i < 3000; ++i) {
    const std::string url = base::Cat(std::string(4000, 'u'), i);
    model::Event event;
    event.person = "1";
    event.time_ms = i;
    event.url = url;
    batch.Add(event);
  }
  fixture.Append(batch);
  fixture.rows.Sort();
  const std::vector<std::string> all = fixture.Describe(fixture.rows);
  Rows source;
  source.Append(fixture.rows, 0, 3000);
  Rows out;
  RowsGather gather(&out);
  gather.SetSource(0, source);
  const std::vector<RowRange> everything = {{0, 0, 3000}};
  gather.Append(everything);
  EXPECT_EQ(fixture.Describe(out), all);
  const size_t full = out.bytes();
  ASSERT_GT(full, size_t{12'000'000});
  gather.Clear();
  EXPECT_LT(out.bytes(), full / 4);
  gather.Append(everything);
  EXPECT_EQ(fixture.Describe(out), all);
}

TEST(RowsTest, PeopleAreListedWithTheirRows) {
  ChunkFixture fixture;
  Batch::Rep batch;
  for (const char* person : {"7", "3", "7", "5", "7"}) {
    model::Event event;
    event.person = person;
    batch.Add(event);
  }
  fixture.Append(batch);
  fixture.rows.Sort();
  Rows sorted;
  sorted.Append(fixture.rows, 0, 5);
  std::vector<uint64_t> owners;
  std::vector<uint32_t> begins;
  sorted.ListPeople(&owners, &begins);
  EXPECT_THAT(owners, ElementsAre(3, 5, 7));
  EXPECT_THAT(begins, ElementsAre(0, 1, 2, 5));
}

TEST(RowsTest, MemoryIsCountedAndGivenUp) {
  ChunkFixture fixture;
  EXPECT_EQ(fixture.rows.size(), 0u);
  const size_t empty = fixture.rows.bytes();
  fixture.AddRandom(2000, 5);
  EXPECT_GT(fixture.rows.bytes(), empty + 2000 * 40);
  fixture.rows.Clear();
  EXPECT_EQ(fixture.rows.size(), 0u);
  const std::vector<std::string> again = fixture.AddRandom(50, 6);
  EXPECT_EQ(fixture.Describe(fixture.rows), again);
}

TEST(RowsTest, AnOwnerThatCannotBeToldIsAnError) {
  ChunkFixture fixture;
  Batch::Rep batch;
  model::Event event;
  event.anonymous = "10";
  batch.Add(event);
  const std::string value = fixture.Record(batch);
  LogRecord record;
  ASSERT_TRUE(record.Parse(value).ok());
  const absl::Status status = fixture.rows.Append(
      record, INT64_MIN, INT64_MAX, [](uint64_t) -> absl::StatusOr<uint64_t> {
        return absl::InternalError("no owner");
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
}

TEST(RowsTest, ARecordWithBytesTooManyOrTooFewIsDamaged) {
  ChunkFixture fixture;
  EncodedRecordParts parts;
  parts.header.events = 1;
  parts.people = {1};
  // A track event of person 0, and then the same cut short.
  parts.events = std::string("\x07\x04\x00\x00", 4);
  EXPECT_TRUE(fixture.AppendValue(AssembleRecord(parts)).ok());
  parts.events += 'x';
  EXPECT_THAT(base::MessageOf(fixture.AppendValue(AssembleRecord(parts))),
              HasSubstr("bytes follow its last event"));
  parts.events.resize(3);
  EXPECT_THAT(base::MessageOf(fixture.AppendValue(AssembleRecord(parts))),
              HasSubstr("event 0 cannot be read"));
  parts.events = std::string("\x07\x04\x00\x01", 4);  // A person that is not there.
  EXPECT_EQ(fixture.AppendValue(AssembleRecord(parts)).code(),
            absl::StatusCode::kDataLoss);
  parts.events = std::string("\x0b\x04\x00\x00", 4);  // An unknown type.
  EXPECT_EQ(fixture.AppendValue(AssembleRecord(parts)).code(),
            absl::StatusCode::kDataLoss);
  parts.events = std::string("\x07\x00\x00", 3);  // Of nobody.
  EXPECT_EQ(fixture.AppendValue(AssembleRecord(parts)).code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace footfall::store
