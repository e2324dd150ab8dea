#include "store/identity_table.h"

#include <map>
#include <random>

#include "gtest/gtest.h"

namespace footfall::store {
namespace {

Hash128 HashOf(uint64_t number) {
  HashKey key{};
  return HashBytes(key, std::to_string(number));
}

TEST(IdentityTableTest, HoldsWhatItWasTold) {
  IdentityTable table;
  Identity identity;
  EXPECT_FALSE(table.Find(HashOf(1), &identity));
  table.Erase(HashOf(1));
  table.Put(HashOf(1), {});
  EXPECT_FALSE(table.Find(HashOf(1), &identity));
  table.Put(HashOf(1), {.code = uint64_t{1} << 40});
  EXPECT_FALSE(table.Find(HashOf(1), &identity));
  EXPECT_EQ(table.size(), 0u);

  table.Put(HashOf(1), {.code = (uint64_t{1} << 40) - 1, .link = UINT64_MAX});
  ASSERT_TRUE(table.Find(HashOf(1), &identity));
  EXPECT_EQ(identity.code, (uint64_t{1} << 40) - 1);
  EXPECT_EQ(identity.link, UINT64_MAX);
  table.Put(HashOf(1), {.code = 7});
  ASSERT_TRUE(table.Find(HashOf(1), &identity));
  EXPECT_EQ(identity.code, 7u);
  EXPECT_EQ(identity.link, 0u);
  EXPECT_EQ(table.size(), 1u);
}

// Hashes of one home, so that they stand in a row and wrap around at the end.
TEST(IdentityTableTest, TellsApartWhatStandsInARow) {
  for (const uint64_t low : {uint64_t{0}, UINT64_MAX}) {
    for (uint64_t erased = 1; erased <= 20; ++erased) {
      IdentityTable table;
      for (uint64_t i = 1; i <= 20; ++i) {
        // The lowest bit of the upper half is not kept.
        table.Put({.high = i << 1, .low = low}, {.code = i, .link = i * 2});
      }
      table.Erase({.high = erased << 1, .low = low});
      EXPECT_EQ(table.size(), 19u);
      for (uint64_t i = 1; i <= 20; ++i) {
        Identity identity;
        ASSERT_EQ(table.Find({.high = i << 1, .low = low}, &identity), i != erased);
        if (i == erased) continue;
        EXPECT_EQ(identity.code, i);
        EXPECT_EQ(identity.link, i * 2);
      }
    }
  }
}

TEST(IdentityTableTest, AgreesWithAMap) {
  std::mt19937_64 random(7);
  for (const uint64_t numbers : {50, 1'000, 30'000}) {
    IdentityTable table;
    std::map<uint64_t, Identity> expected;
    for (int i = 0; i < 100'000; ++i) {
      const uint64_t number = random() % numbers;
      if (random() % 3 == 0) {
        table.Erase(HashOf(number));
        expected.erase(number);
      } else {
        // Codes are not shared, and their links belong to them.
        const Identity identity{.code = number + 1,
                                .link = random() % 2 == 0 ? 0 : random() % numbers + 1};
        table.Put(HashOf(number), identity);
        expected[number] = identity;
      }
    }
    ASSERT_EQ(table.size(), expected.size());
    for (uint64_t number = 0; number < numbers; ++number) {
      Identity identity;
      const auto at = expected.find(number);
      ASSERT_EQ(table.Find(HashOf(number), &identity), at != expected.end()) << number;
      if (at == expected.end()) continue;
      EXPECT_EQ(identity.code, at->second.code) << number;
      EXPECT_EQ(identity.link, at->second.link) << number;
    }
  }
}

TEST(IdentityTableTest, KeepsWhatIsUsed) {
  constexpr uint64_t kNumbers = 20'000;
  constexpr size_t kMost = 5'000;
  IdentityTable table;
  for (uint64_t i = 0; i < kNumbers; ++i)
    table.Put(HashOf(i), {.code = i + 1, .link = 9});
  const size_t bytes = table.bytes();
  int pauses = 0;
  table.Shrink(kNumbers, [&] { ++pauses; });
  EXPECT_EQ(table.size(), kNumbers);
  EXPECT_GT(pauses, 4);
  Identity identity;
  for (uint64_t i = 0; i < kNumbers; i += 5) {
    ASSERT_TRUE(table.Find(HashOf(i), &identity));
  }
  // One of the others is asked for while the table shrinks.
  table.Shrink(kMost, [&] { EXPECT_TRUE(table.Find(HashOf(1), &identity)); });
  EXPECT_EQ(table.size(), kMost);
  EXPECT_LT(table.bytes(), bytes / 2);
  for (uint64_t i = 0; i < kNumbers; i += 5) {
    ASSERT_TRUE(table.Find(HashOf(i), &identity)) << i;
    EXPECT_EQ(identity.code, i + 1);
    EXPECT_EQ(identity.link, 9u);
  }
  // All are used by now; the room decides.
  table.Shrink(10, [] {});
  EXPECT_EQ(table.size(), 10u);
  table.Shrink(0, [] {});
  EXPECT_EQ(table.size(), 0u);
  table.Put(HashOf(1), {.code = 2});
  EXPECT_TRUE(table.Find(HashOf(1), &identity));
}

// Or the kept ones would crowd in a part of the table.
TEST(IdentityTableTest, KeepsSomeOfAllParts) {
  constexpr uint64_t kNumbers = 20'000;
  for (const bool all_used : {true, false}) {
    IdentityTable table;
    for (uint64_t i = 0; i < kNumbers; ++i) table.Put(HashOf(i), {.code = i + 1});
    if (!all_used) table.Shrink(kNumbers, [] {});
    table.Shrink(kNumbers / 4, [] {});
    ASSERT_EQ(table.size(), kNumbers / 4);
    size_t low = 0;
    size_t kept = 0;
    Identity identity;
    for (uint64_t i = 0; i < kNumbers; ++i) {
      if (!table.Find(HashOf(i), &identity)) continue;
      EXPECT_EQ(identity.code, i + 1);
      ++kept;
      low += HashOf(i).low >> 63 == 0;
    }
    EXPECT_EQ(kept, table.size());
    EXPECT_GT(low, kept * 45 / 100);
    EXPECT_LT(low, kept * 55 / 100);
  }
}

}  // namespace
}  // namespace footfall::store
