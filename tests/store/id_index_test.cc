#include "store/id_index.h"

#include <algorithm>

#include "store/coding.h"
#include "tests/store/store_test_util.h"

namespace footfall::store {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

// The least number of hashes that are kept in memory.
constexpr int kMemory = 4096;
constexpr size_t kSmall = 64 << 10;  // Filters for about 19,000 hashes.

// Hash number `i` of a day; spread over all bits, as a keyed hash is.
Hash128 HashOf(int day, int i) {
  const auto mix = [](uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  };
  const uint64_t number = static_cast<uint64_t>(day) * 1'000'000'007u + i + 1u;
  return {mix(number * 0x9e3779b97f4a7c15u), mix(number * 0xd1342543de82ef95u)};
}

class IdIndexTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto rocks =
        Rocks::Open(dir_ / "db", Rocks::Access::kWrite, true, Budget(16 << 20), nullptr);
    ASSERT_TRUE(rocks.ok()) << rocks.status();
    rocks_ = *rocks;
  }

  std::unique_ptr<IdIndex> Load(size_t bytes_max = kSmall) {
    auto index = std::make_unique<IdIndex>(rocks_, bytes_max);
    const absl::Status status = index->Load();
    EXPECT_TRUE(status.ok()) << status;
    return index;
  }

  // Inserts hashes [from, to) of the day, as many at a time as a batch would have.
  static void Fill(IdIndex& index, int day, int from, int to) {
    for (int i = from; i < to; i += 1000) {
      const int end = std::min(i + 1000, to);
      const absl::Status status =
          index.Prepare(static_cast<size_t>(end - i), day, static_cast<uint64_t>(end));
      ASSERT_TRUE(status.ok()) << status;
      for (int j = i; j < end; ++j) ASSERT_TRUE(index.Insert(HashOf(day, j))) << j;
    }
  }

  // How many of the hashes [from, to) are in runs of days from `first_day` on or in
  // memory. Those in memory are told by inserting, which is then taken back.
  static int Count(IdIndex& index, int day, int from, int to, int64_t first_day = 0) {
    std::vector<Hash128> hashes;
    for (int i = from; i < to; ++i) hashes.push_back(HashOf(day, i));
    std::vector<bool> found;
    const absl::Status status = index.FindInRuns(hashes, first_day, &found);
    EXPECT_TRUE(status.ok()) << status;
    int count = 0;
    for (size_t i = 0; i < hashes.size(); ++i) {
      const size_t size = index.size();
      const bool in_memory = !index.Insert(hashes[i]);
      index.Truncate(size);
      EXPECT_FALSE(found[i] && in_memory);
      count += found[i] || in_memory ? 1 : 0;
    }
    return count;
  }

  static std::vector<std::string> Problems(const IdIndex& index) {
    std::vector<std::string> problems;
    EXPECT_TRUE(index.CheckRuns(&problems).ok());
    return problems;
  }

  const TempDir dir_;
  std::shared_ptr<Rocks> rocks_;
};

TEST_F(IdIndexTest, MemoryAloneFindsAndTakesBack) {
  auto index = Load();
  Fill(*index, 20, 0, 3000);
  EXPECT_EQ(index->size(), 3000u);
  EXPECT_EQ(index->runs(), 0u);
  EXPECT_EQ(Count(*index, 20, 0, 3000), 3000);
  EXPECT_EQ(Count(*index, 20, 3000, 6000), 0);
  index->Truncate(1000);
  EXPECT_EQ(Count(*index, 20, 0, 3000), 1000);
  Fill(*index, 20, 1000, 3000);
  EXPECT_EQ(index->size(), 3000u);
}

TEST_F(IdIndexTest, ABatchLargerThanMemoryFits) {
  auto index = Load();
  ASSERT_TRUE(index->Prepare(5 * kMemory, 20, 1).ok());
  for (int i = 0; i < 5 * kMemory; ++i) ASSERT_TRUE(index->Insert(HashOf(20, i)));
  for (int i = 0; i < 5 * kMemory; ++i) ASSERT_FALSE(index->Insert(HashOf(20, i)));
  ASSERT_TRUE(index->Spill(1).ok());
  EXPECT_EQ(index->size(), 0u);
  EXPECT_EQ(Count(*index, 20, 0, 5 * kMemory), 5 * kMemory);
}

TEST_F(IdIndexTest, FullMemoryBecomesRunsThatComeBack) {
  auto index = Load();
  Fill(*index, 20, 0, 4 * kMemory);
  EXPECT_GE(index->runs(), 3u);
  EXPECT_EQ(Count(*index, 20, 0, 4 * kMemory), 4 * kMemory);
  EXPECT_EQ(Count(*index, 21, 0, 4 * kMemory), 0);
  EXPECT_THAT(Problems(*index), IsEmpty());
  // What is in memory is not yet stored; a saved one comes back.
  const size_t in_memory = index->size();
  ASSERT_GT(in_memory, 0u);
  EXPECT_EQ(Count(*Load(), 20, 0, 4 * kMemory),
            4 * kMemory - static_cast<int>(in_memory));
  ASSERT_TRUE(index->Save(9).ok());
  auto again = Load();
  EXPECT_EQ(again->size(), in_memory);
  EXPECT_EQ(again->day(), 20);
  EXPECT_EQ(again->runs(), index->runs());
  EXPECT_EQ(Count(*again, 20, 0, 4 * kMemory), 4 * kMemory);
  EXPECT_EQ(Count(*again, 21, 0, 4 * kMemory), 0);
}

TEST_F(IdIndexTest, RunsOfADayBecomeOne) {
  auto index = Load(1 << 20);  // Memory for 17,476 hashes.
  constexpr int kHashes = 250'000;
  Fill(*index, 20, 0, kHashes);
  // Eight are merged as soon as they are there.
  EXPECT_LE(index->runs(), 8u);
  EXPECT_GE(index->runs(), 2u);
  EXPECT_EQ(Count(*index, 20, 0, kHashes), kHashes);
  ASSERT_TRUE(index->Prepare(1, 21, 1).ok());
  EXPECT_EQ(index->runs(), 1u);
  EXPECT_EQ(index->size(), 0u);
  EXPECT_EQ(Count(*index, 20, 0, kHashes), kHashes);
  EXPECT_EQ(Count(*index, 20, kHashes, 2 * kHashes), 0);
  EXPECT_THAT(Problems(*index), IsEmpty());
  auto again = Load(1 << 20);
  EXPECT_EQ(again->runs(), 1u);
  EXPECT_EQ(Count(*again, 20, 0, kHashes), kHashes);
  // No block of the runs before is left.
  int blocks = 0;
  auto rows = rocks_->Iterate(kIds);
  for (rows->Seek("b"); rows->Valid() && rows->key()[0] == 'b'; rows->Next()) ++blocks;
  EXPECT_EQ(blocks, (kHashes + 511) / 512);
}

TEST_F(IdIndexTest, WithoutRoomForFiltersNothingIsMissedOrMadeUp) {
  auto index = Load();
  for (int day = 20; day < 26; ++day) {
    Fill(*index, day, 0, 5 * kMemory);
    EXPECT_LT(index->bytes(), 4 * kSmall);
  }
  ASSERT_TRUE(index->Prepare(1, 26, 1).ok());
  EXPECT_EQ(index->runs(), 6u);
  for (const bool reloaded : {false, true}) {
    if (reloaded) index = Load();
    for (int day = 20; day < 26; ++day) {
      EXPECT_EQ(Count(*index, day, 0, 5 * kMemory), 5 * kMemory) << day;
      // Without a filter each of them is looked for in a block; with one, some are.
      EXPECT_EQ(Count(*index, day, 5 * kMemory, 30 * kMemory), 0) << day;
    }
  }
  // More memory at the next opening does not ask for filters that were never made.
  auto large = Load(8 << 20);
  EXPECT_EQ(Count(*large, 20, 0, 5 * kMemory), 5 * kMemory);
  EXPECT_EQ(Count(*large, 20, 5 * kMemory, 6 * kMemory), 0);
}

TEST_F(IdIndexTest, RunsWithoutFiltersBecomeFew) {
  auto index = Load();
  Fill(*index, 20, 0, 60 * kMemory);
  EXPECT_LE(index->runs(), 16u);
  EXPECT_EQ(Count(*index, 20, 0, 60 * kMemory), 60 * kMemory);
  EXPECT_EQ(Count(*index, 20, 60 * kMemory, 80 * kMemory), 0);
  EXPECT_LT(index->bytes(), 4 * kSmall);
  EXPECT_THAT(Problems(*index), IsEmpty());
}

TEST_F(IdIndexTest, DaysOutsideTheWindowAreNotSeenAndGo) {
  auto index = Load();
  for (int day = 20; day < 23; ++day) Fill(*index, day, 0, 2000);
  ASSERT_TRUE(index->Prepare(1, 23, 1).ok());
  EXPECT_EQ(index->runs(), 3u);
  EXPECT_EQ(Count(*index, 20, 0, 2000, 20), 2000);
  EXPECT_EQ(Count(*index, 20, 0, 2000, 21), 0);
  EXPECT_EQ(Count(*index, 21, 0, 2000, 21), 2000);
  ASSERT_TRUE(index->Drop(22).ok());
  EXPECT_EQ(index->runs(), 1u);
  EXPECT_EQ(Count(*index, 21, 0, 2000), 0);
  EXPECT_EQ(Count(*index, 22, 0, 2000), 2000);
  auto again = Load();
  EXPECT_EQ(again->runs(), 1u);
  EXPECT_EQ(Count(*again, 22, 0, 2000), 2000);
  // A clock that goes back keeps the day.
  ASSERT_TRUE(again->Prepare(1, 5, 1).ok());
  EXPECT_GE(again->day(), 22);
}

TEST_F(IdIndexTest, DamageIsTold) {
  auto index = Load();
  Fill(*index, 20, 0, 2000);
  ASSERT_TRUE(index->Spill(1).ok());
  std::string block = "b";
  PutFixed32(block, 20);
  PutFixed32(block, 0);
  PutFixed32(block, 1);
  const auto before = rocks_->Get(kIds, block);
  ASSERT_TRUE(before.ok() && before->has_value());
  ASSERT_TRUE(rocks_->Put(kIds, block, (**before).substr(0, 17)).ok());
  EXPECT_THAT(Problems(*index), Not(IsEmpty()));
  std::vector<Hash128> hashes;
  for (int i = 0; i < 2000; ++i) hashes.push_back(HashOf(20, i));
  std::vector<bool> found;
  EXPECT_EQ(index->FindInRuns(hashes, 0, &found).code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(rocks_->Put(kIds, "r" + block.substr(1, 8), "\xff").ok());
  EXPECT_EQ(IdIndex(rocks_, kSmall).Load().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace footfall::store
