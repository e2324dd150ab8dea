#include "store/id_pages.h"

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "store/people.h"
#include "tests/store/store_test_util.h"

namespace footfall::store {
namespace {

using Found = std::vector<std::tuple<uint64_t, bool, std::string>>;

class IdPagesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto rocks =
        Rocks::Open(dir_ / "db", Rocks::Access::kWrite, true, Budget(16 << 20), nullptr);
    ASSERT_TRUE(rocks.ok()) << rocks.status();
    rocks_ = *rocks;
    // Some pages are full, some have gaps, some are not there at all.
    for (uint64_t code = 1; code < 3'000; ++code) Put(code);
    for (uint64_t code = 5'000; code < 9'000; code += 333) Put(code);
    Put(uint64_t{1} << 40);
    ASSERT_TRUE(rocks_->Write(&rows_, false).ok());
    rows_.Clear();
    snapshot_ = rocks_->db()->GetSnapshot();
  }
  void TearDown() override { rocks_->db()->ReleaseSnapshot(snapshot_); }

  void Put(uint64_t code) {
    const bool identified = code % 5 != 0;
    const std::string id = "id " + std::to_string(code * 7);
    const std::string row = EncodeIdRow(identified ? kPersonId : kAnonymousId, id);
    rows_.Put(rocks_->family(kPeople), ToSlice(CodeKey(code)), ToSlice(row));
    all_.emplace_back(code, identified, id);
  }

  std::unique_ptr<IdPages> Pages(uint64_t bytes_max) {
    return std::make_unique<IdPages>(rocks_, snapshot_, bytes_max);
  }
  static Found Visit(IdPages& pages, uint64_t first, uint64_t end) {
    Found found;
    const absl::Status status =
        pages.Visit(first, end, [&](uint64_t code, bool identified, std::string_view id) {
          found.emplace_back(code, identified, std::string(id));
          return absl::OkStatus();
        });
    EXPECT_TRUE(status.ok()) << status;
    return found;
  }
  Found Between(uint64_t first, uint64_t end) const {
    Found found;
    std::copy_if(all_.begin(), all_.end(), std::back_inserter(found),
                 [&](const auto& entry) {
                   return std::get<0>(entry) >= first && std::get<0>(entry) < end;
                 });
    return found;
  }

  TempDir dir_;
  std::shared_ptr<Rocks> rocks_;
  rocksdb::WriteBatch rows_;
  const rocksdb::Snapshot* snapshot_ = nullptr;
  Found all_;
};

TEST_F(IdPagesTest, ShowsTheIdsBetweenCodesAtFirstAndAgain) {
  const std::pair<uint64_t, uint64_t> ranges[] = {
      {0, UINT64_MAX},     {1, 2},         {0, 1},         {1'000, 1'048},
      {1'023, 1'025},      {2'999, 5'001}, {3'000, 5'000}, {6'000, 7'000},
      {8'999, UINT64_MAX}, {9'000, 10'000}};
  for (const uint64_t bytes_max : {uint64_t{0}, uint64_t{30'000}, uint64_t{1} << 20}) {
    for (const auto& [first, end] : ranges) {
      auto pages = Pages(bytes_max);
      EXPECT_EQ(Visit(*pages, first, end), Between(first, end)) << first << " " << end;
      EXPECT_EQ(Visit(*pages, first, end), Between(first, end)) << first << " " << end;
      EXPECT_EQ(Visit(*pages, 0, UINT64_MAX), all_);
    }
  }
}

TEST_F(IdPagesTest, StopsWithTheVisitorsError) {
  auto pages = Pages(1 << 20);
  int seen = 0;
  const auto visit = [&](uint64_t, bool, std::string_view) {
    return ++seen == 1'500 ? absl::CancelledError("enough") : absl::OkStatus();
  };
  EXPECT_EQ(pages->Visit(0, UINT64_MAX, visit).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(seen, 1'500);
  EXPECT_EQ(Visit(*pages, 0, UINT64_MAX), all_);
}

TEST_F(IdPagesTest, WhatItRemembersIsOfItsSnapshot) {
  auto pages = Pages(1 << 20);
  EXPECT_EQ(Visit(*pages, 0, 100), Between(0, 100));
  const Found before = all_;
  rows_.Delete(rocks_->family(kPeople), ToSlice(CodeKey(7)));
  Put(4'000);
  ASSERT_TRUE(rocks_->Write(&rows_, false).ok());
  EXPECT_EQ(Visit(*pages, 0, UINT64_MAX), before);
}

TEST_F(IdPagesTest, TheCacheMakesRoomForWhatIsRemembered) {
  const uint64_t free = rocks_->cache_capacity();
  EXPECT_EQ(free, Budget(16 << 20).cache * 2);
  rocks_->HoldForQueries(int64_t{5} << 20);
  const uint64_t less = rocks_->cache_capacity();
  EXPECT_EQ(less, Budget(16 << 20).cache_and_queries() - (5 << 20));
  rocks_->HoldForQueries(int64_t{100} << 20);
  EXPECT_EQ(rocks_->cache_capacity(), Budget(16 << 20).cache);
  rocks_->HoldForQueries(-(int64_t{105} << 20));
  EXPECT_EQ(rocks_->cache_capacity(), free);
}

}  // namespace
}  // namespace footfall::store
