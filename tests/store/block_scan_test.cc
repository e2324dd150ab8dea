// Scans of runs: what is read and what is left out, order, answers of headers, errors.
#include <thread>

#include "base/simd.h"
#include "tests/store/run_test_util.h"

namespace footfall::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr int64_t kDayMs = int64_t{24} * 60 * 60 * 1000;
constexpr int64_t kMondayMs = 1'763'942'400'000;  // 2025-11-24, the start of a week.

class BlockScanTest : public ::testing::Test {
 protected:
  std::shared_ptr<TestRun> AddRun(const std::vector<ModelEvent>& events,
                                  size_t chunk_rows = 1000) {
    auto run =
        std::make_shared<TestRun>(RowsOf(events, *dictionaries_, takes_), chunk_rows,
                                  base::Cat("run ", parts_.runs.size() + 1));
    run->CountReads();
    parts_.runs.push_back(run);
    return run;
  }

  std::unique_ptr<BlockScan> Scan(const BlockRequest& request = {}) {
    parts_.dictionaries = dictionaries_;
    auto scan = ScanRuns(parts_, request);
    EXPECT_TRUE(scan.ok()) << scan.status();
    return *std::move(scan);
  }

  // Per part "person:name,name person:name".
  std::vector<std::string> NamesOfParts(BlockRequest request = {}) {
    request.columns = {{ColumnKind::kName, ""}};
    const std::unique_ptr<BlockScan> scan = Scan(request);
    const std::unique_ptr<Block> block = scan->NewBlock();
    std::vector<std::string> parts;
    for (size_t part = 0; part < scan->parts(); ++part) {
      const absl::Status status = scan->Read(part, block.get(), &stats_);
      EXPECT_TRUE(status.ok()) << status;
      const auto column = block->Column(0);
      EXPECT_TRUE(column.ok()) << column.status();
      if (!status.ok() || !column.ok()) return parts;
      std::string& text = parts.emplace_back();
      for (size_t i = 0; i < block->people().size(); ++i) {
        text += base::Cat(text.empty() ? "" : " ", block->people()[i], ":");
        for (uint32_t row = block->begins()[i]; row < block->begins()[i + 1]; ++row) {
          text += row > block->begins()[i] ? "," : "";
          text += (*column)->values[(*column)->codes8[row]].text;
        }
      }
    }
    return parts;
  }

  std::shared_ptr<Dictionaries> dictionaries_ =
      std::make_shared<Dictionaries>(size_t{1} << 24);
  RunScanParts parts_;
  TakesString takes_;
  BlockStats stats_;
};

TEST_F(BlockScanTest, PartsOfOneRunAreItsChunks) {
  AddRun({EventOf(1, 10, "a"), EventOf(1, 20, "b"), EventOf(2, 5, "c"),
          EventOf(4, 7, "d"), EventOf(9, 1, "e")},
         2);
  EXPECT_THAT(NamesOfParts(), ElementsAre("1:a,b", "2:c 4:d", "9:e"));
  EXPECT_EQ(stats_.chunks_read, 3u);
  EXPECT_EQ(stats_.chunks_pruned, 0u);
  EXPECT_EQ(stats_.rows_read, 5u);
}

TEST_F(BlockScanTest, ColumnsAreReadWhenAskedForAndOnce) {
  const auto run = AddRun({EventOf(1, 10, "a"), EventOf(1, 20, "b")});
  const auto bytes_of = [&run](uint32_t wanted) {
    uint64_t bytes = 0;
    for (const auto& [column, size] : run->chunks()[0].columns) {
      if (column == wanted) bytes = size;
    }
    return bytes;
  };
  const std::unique_ptr<BlockScan> scan = Scan({.columns = {{ColumnKind::kUrl, ""}}});
  const std::unique_ptr<Block> block = scan->NewBlock();
  ASSERT_TRUE(scan->Read(0, block.get(), &stats_).ok());
  EXPECT_EQ(run->reads(0, kChunkPeople), 1u);
  EXPECT_EQ(run->reads(0, kChunkTime), 0u);
  EXPECT_EQ(stats_.bytes_read, bytes_of(kChunkPeople));
  ASSERT_TRUE(block->Times().ok());
  ASSERT_TRUE(block->Times().ok());
  EXPECT_EQ(run->reads(0, kChunkTime), 1u);
  EXPECT_EQ(stats_.bytes_read, bytes_of(kChunkPeople) + bytes_of(kChunkTime));
  const auto column = block->Column(0);
  ASSERT_TRUE(column.ok()) << column.status();
  EXPECT_EQ((*column)->form, BlockColumn::Form::kMissing);
}

TEST_F(BlockScanTest, ChunksWithoutPeopleOrTimesInRangeAreNotRead) {
  AddRun({EventOf(1, 100, "a"), EventOf(2, 200, "b"), EventOf(3, 300, "c"),
          EventOf(4, 400, "d"), EventOf(5, 500, "e")},
         1);
  EXPECT_THAT(NamesOfParts({.from_ms = 200, .to_ms = 400}), ElementsAre("2:b", "3:c"));
  EXPECT_EQ(stats_.chunks_read, 2u);
  EXPECT_EQ(stats_.chunks_pruned, 3u);
  stats_ = {};
  EXPECT_THAT(NamesOfParts({.first_person = 2, .end_person = 4}),
              ElementsAre("2:b", "3:c"));
  EXPECT_EQ(stats_.chunks_read, 2u);
  EXPECT_EQ(stats_.chunks_pruned, 3u);
}

TEST_F(BlockScanTest, NothingToReadIsOneEmptyPart) {
  EXPECT_EQ(Scan()->parts(), 0u);
  AddRun({EventOf(1, 100, "a"), EventOf(2, 200, "b")}, 1);
  for (const BlockRequest& request :
       {BlockRequest{.from_ms = 300}, BlockRequest{.to_ms = 100},
        BlockRequest{.from_ms = 150, .to_ms = 120}, BlockRequest{.first_person = 3},
        BlockRequest{.end_person = 0}}) {
    const std::unique_ptr<BlockScan> scan = Scan(request);
    ASSERT_EQ(scan->parts(), 1u);
    const std::unique_ptr<Block> block = scan->NewBlock();
    BlockStats stats;
    ASSERT_TRUE(scan->Read(0, block.get(), &stats).ok());
    EXPECT_EQ(block->rows(), 0u);
    EXPECT_TRUE(block->people().empty());
    EXPECT_THAT(block->begins(), ElementsAre(0u));
    EXPECT_EQ(stats.chunks_pruned, 2u);
    EXPECT_EQ(stats.chunks_read, 0u);
    EXPECT_TRUE(block->Times().ok());
  }
}

TEST_F(BlockScanTest, PeopleOfAChunkOutsideTheRequestAreLeftOut) {
  AddRun(
      {EventOf(1, 1, "a"), EventOf(2, 1, "b"), EventOf(3, 1, "c"), EventOf(4, 1, "d")});
  EXPECT_THAT(NamesOfParts({.first_person = 2, .end_person = 4}), ElementsAre("2:b 3:c"));
}

TEST_F(BlockScanTest, PeopleComeWithTheirEventsOutsideTheTimes) {
  AddRun({EventOf(1, 100, "old"), EventOf(2, 100, "old")});
  AddRun({EventOf(1, 200, "new")});
  // Person 2 has no chunk with events in range, and person 1 has all events.
  EXPECT_THAT(NamesOfParts({.from_ms = 150}), ElementsAre("1:old,new"));
}

TEST_F(BlockScanTest, TiesGoBySeqThenStreamThenRun) {
  const auto event = [](uint64_t person, uint64_t anonymous, int64_t seq,
                        std::string name) {
    ModelEvent e = EventOf(person, 50, std::move(name));
    e.owner = 10;
    e.anonymous = anonymous;
    e.seq = seq;
    return e;
  };
  AddRun({event(10, 0, 0, "own1"), event(0, 30, 0, "s30"), event(10, 0, -1, "least"),
          event(10, 0, 0, "own2")});
  AddRun({event(0, 3, 0, "s3"), event(10, 3, 0, "own3"), event(0, 30, 0, "s30later"),
          event(0, 3, 1, "greatest")});
  EXPECT_THAT(NamesOfParts(),
              ElementsAre("10:least,s3,s30,s30later,own1,own2,own3,greatest"));
}

TEST_F(BlockScanTest, RunsAreMergedByPersonAndTime) {
  AddRun({EventOf(1, 10, "a1"), EventOf(1, 30, "a3"), EventOf(3, 10, "c1"),
          EventOf(5, 10, "e1"), EventOf(5, 50, "e5"), EventOf(5, 60, "e6")},
         2);
  AddRun({EventOf(1, 20, "a2"), EventOf(1, 40, "a4"), EventOf(2, 10, "b1"),
          EventOf(5, 5, "e0"), EventOf(7, 1, "g1")});
  AddRun({EventOf(1, 25, "a25"), EventOf(5, 7, "e05")});
  EXPECT_THAT(NamesOfParts(),
              ElementsAre("1:a1,a2,a25,a3,a4", "2:b1 3:c1 5:e0,e05,e1,e5,e6", "7:g1"));
}

TEST_F(BlockScanTest, MovedPeopleAreLeftOutWhereverTheyStand) {
  ModelEvent moved = EventOf(0, 10, "moved");
  moved.anonymous = 2;
  moved.owner = 2;
  AddRun({EventOf(1, 5, "a"), moved, EventOf(3, 5, "c")});
  moved.owner = 3;
  AddRun({moved});
  EXPECT_THAT(NamesOfParts(), ElementsAre("1:a 2:moved 3:c,moved"));
  parts_.moved = std::make_shared<absl::flat_hash_map<uint64_t, uint64_t>>(
      absl::flat_hash_map<uint64_t, uint64_t>{{2, 3}});
  EXPECT_THAT(NamesOfParts(), ElementsAre("1:a 3:c,moved"));
}

TEST_F(BlockScanTest, ExpiredEventsAreLeftOut) {
  AddRun({EventOf(1, 10, "a1"), EventOf(1, 20, "a2"), EventOf(2, 10, "b"),
          EventOf(3, 30, "c")});
  AddRun({EventOf(1, 15, "late"), EventOf(1, 25, "a3")});
  parts_.expired_before_ms = 20;
  EXPECT_THAT(NamesOfParts(), ElementsAre("1:a2,a3 3:c"));
  parts_.expired_before_ms = 31;
  EXPECT_THAT(NamesOfParts(), ElementsAre(""));
}

TEST_F(BlockScanTest, AChunkOfSeveralPartsIsDecodedOnce) {
  std::vector<ModelEvent> events;
  for (uint64_t person = 1; person <= 20; ++person) {
    events.push_back(EventOf(person, 10, "x"));
    events.push_back(EventOf(person, 20, "y"));
  }
  const auto big = AddRun(events, 4);
  const auto small = AddRun({EventOf(1, 15, "first"), EventOf(20, 15, "last")});
  EXPECT_EQ(NamesOfParts().size(), 10u);
  EXPECT_EQ(small->reads(0, kChunkPeople), 1u);
  EXPECT_EQ(small->reads(0, kChunkTime), 1u);
  for (const auto& [column, bytes] : small->chunks()[0].columns) {
    EXPECT_LE(small->reads(0, column), 1u) << column;
  }
  EXPECT_EQ(stats_.chunks_read, 11u);
  EXPECT_EQ(big->reads(4, kChunkPeople), 1u);
}

TEST_F(BlockScanTest, FormsOfColumnsAreUnited) {
  const auto with = [](uint64_t person, int64_t time_ms, const char* key, Cell cell) {
    ModelEvent event = EventOf(person, time_ms, "x");
    event.properties = {{key, std::move(cell)}};
    return event;
  };
  const auto many = [&with](const char* key, auto value_of) {
    std::vector<ModelEvent> events;
    for (int64_t i = 0; i < 70000; ++i) events.push_back(with(1, i, key, value_of(i)));
    return events;
  };
  const auto form_of = [this](const char* key, std::vector<Cell>* last) {
    const std::unique_ptr<BlockScan> scan =
        Scan({.columns = {{ColumnKind::kProperty, key}}});
    const std::unique_ptr<Block> block = scan->NewBlock();
    EXPECT_TRUE(scan->Read(0, block.get(), &stats_).ok());
    const BlockColumn& column = **block->Column(0);
    last->clear();
    for (const size_t row : {size_t{5}, block->rows() - 2, block->rows() - 1}) {
      const bool present =
          column.present == nullptr || (column.present[row / 64] >> (row % 64) & 1) != 0;
      if (column.form == BlockColumn::Form::kIntegers) {
        last->push_back(present ? Cell::Int(column.integers[row]) : Cell());
      } else if (column.form == BlockColumn::Form::kDoubles) {
        last->push_back(present ? Cell::Of(model::Value::Double(column.doubles[row]))
                                : Cell());
      } else {
        const uint32_t code = column.form == BlockColumn::Form::kCodes8
                                  ? column.codes8[row]
                                  : column.codes32[row];
        last->push_back(Cell::Of(column.values[code]));
      }
    }
    return column.form;
  };
  const auto integer = [](int64_t i) { return Cell::Int(i * 1000003); };
  std::vector<Cell> last;

  AddRun(many("int", integer));
  AddRun({with(1, 1'000'000, "int", Cell::Int(7)), EventOf(1, 1'000'001, "x")});
  EXPECT_EQ(form_of("int", &last), BlockColumn::Form::kIntegers);
  EXPECT_THAT(last, ElementsAre(Cell::Int(5 * 1000003), Cell::Int(7), Cell()));

  AddRun({with(1, 2'000'000, "int", Cell::Text("seven"))});
  EXPECT_EQ(form_of("int", &last), BlockColumn::Form::kCodes32);
  EXPECT_THAT(last, ElementsAre(Cell::Int(5 * 1000003), Cell(), Cell::Text("seven")));

  parts_.runs.clear();
  AddRun(many("double", [](int64_t i) {
    return Cell::Of(model::Value::Double(static_cast<double>(i) * 1.25 + 0.1));
  }));
  AddRun({EventOf(1, 1'000'000, "x"),
          with(1, 1'000'001, "double", Cell::Of(model::Value::Double(0.5)))});
  EXPECT_EQ(form_of("double", &last), BlockColumn::Form::kDoubles);
  EXPECT_THAT(last, ElementsAre(Cell::Of(model::Value::Double(6.35)), Cell(),
                                Cell::Of(model::Value::Double(0.5))));
}

TEST_F(BlockScanTest, NumbersAreFoundWhereTheyStand) {
  std::vector<ModelEvent> events;
  for (int64_t i = 0; i < 3'000; ++i) {
    ModelEvent event = EventOf(1, i, "x");
    if (i % 7 != 0) event.properties.emplace_back("all", Cell::Int(i * i % 40'009));
    event.properties.emplace_back(
        "price",
        Cell::Of(model::Value::Double(static_cast<double>(i * 17 % 2'999) / 100)));
    event.properties.emplace_back("few", Cell::Int(i % 3));
    events.push_back(std::move(event));
  }
  AddRun(events, 10'000);
  const BlockRequest request{.columns = {{ColumnKind::kProperty, "all"},
                                         {ColumnKind::kProperty, "price"},
                                         {ColumnKind::kProperty, "few"},
                                         {ColumnKind::kProperty, "unknown"},
                                         {ColumnKind::kName, ""}}};
  const NumberRanges ranges{.integers = {{1'000, 20'000}, {-5, 4}},
                            .doubles = {{0.5, 12.34}}};
  const auto bit = [](const uint64_t* mask, size_t row) {
    return (mask[row / 64] >> (row % 64) & 1) != 0;
  };
  for (const base::SimdLevel level :
       {base::SimdLevel::kPlain, base::SimdLevel::kAvx2, base::SimdLevel::kAvx512}) {
    base::SetSimd(level);
    const std::unique_ptr<BlockScan> scan = Scan(request);
    const std::unique_ptr<Block> block = scan->NewBlock();
    ASSERT_TRUE(scan->Read(0, block.get(), &stats_).ok());
    const auto all = block->RowsIn(0, ranges);
    ASSERT_TRUE(all.ok() && all->has_value()) << all.status();
    for (size_t row = 0; row < 3'000; ++row) {
      const auto number = static_cast<int64_t>(row * row % 40'009);
      const bool inside =
          (number >= 1'000 && number <= 20'000) || (number >= -5 && number <= 4);
      ASSERT_EQ(bit((*all)->present, row), row % 7 != 0) << row;
      ASSERT_EQ(bit((*all)->rows, row), row % 7 != 0 && inside) << row;
    }
    const auto price = block->RowsIn(1, ranges);
    ASSERT_TRUE(price.ok() && price->has_value()) << price.status();
    EXPECT_EQ((*price)->present, nullptr);
    for (size_t row = 0; row < 3'000; ++row) {
      const size_t cents = row * 17 % 2'999;
      ASSERT_EQ(bit((*price)->rows, row), cents >= 50 && cents <= 1'234) << row;
    }
    // Columns of few numbers, of none, and those that have been read.
    for (const size_t column : {size_t{2}, size_t{3}, size_t{4}}) {
      const auto rows = block->RowsIn(column, ranges);
      ASSERT_TRUE(rows.ok()) << rows.status();
      EXPECT_FALSE(rows->has_value()) << column;
    }
    const auto column = block->Column(0);
    ASSERT_TRUE(column.ok()) << column.status();
    EXPECT_EQ((*column)->integers[2'999], 2'999 * 2'999 % 40'009);
    EXPECT_FALSE(block->RowsIn(0, ranges)->has_value());
  }
  base::SetSimd(base::SimdLevel::kAvx512);
  AddRun({EventOf(1, 1'500, "x")});
  const std::unique_ptr<BlockScan> scan = Scan(request);
  const std::unique_ptr<Block> block = scan->NewBlock();
  ASSERT_TRUE(scan->Read(0, block.get(), &stats_).ok());
  EXPECT_FALSE(block->RowsIn(0, ranges)->has_value());
}

TEST_F(BlockScanTest, TextsWithAndWithoutDictionaryAreOneValue) {
  takes_ = [](uint32_t, std::string_view) { return false; };
  AddRun({EventOf(1, 1, "same"), EventOf(1, 2, "plain")});
  takes_ = nullptr;
  AddRun({EventOf(1, 3, "same"), EventOf(1, 4, "known")});
  const std::unique_ptr<BlockScan> scan = Scan({.columns = {{ColumnKind::kName, ""}}});
  const std::unique_ptr<Block> block = scan->NewBlock();
  ASSERT_TRUE(scan->Read(0, block.get(), &stats_).ok());
  const BlockColumn& column = **block->Column(0);
  ASSERT_EQ(column.form, BlockColumn::Form::kCodes8);
  EXPECT_EQ(column.values.size(), 4u);  // The missing one is the first.
  const uint8_t* const codes = column.codes8;
  EXPECT_EQ(codes[0], codes[2]);
  EXPECT_EQ(scan->TextOf(column.value_ids[codes[0]]), "same");
  EXPECT_EQ(column.value_ids[codes[1]], kNoValueId);
  EXPECT_EQ(column.values[codes[1]].text, "plain");
  EXPECT_EQ(scan->TextOf(column.value_ids[codes[3]]), "known");
}

TEST_F(BlockScanTest, HeadersCountByName) {
  ModelEvent nameless = EventOf(2, kMondayMs, "");
  nameless.texts[0].reset();
  AddRun({EventOf(1, kMondayMs, "a"), EventOf(1, kMondayMs + 5, "b"),
          EventOf(2, kMondayMs + 1, "a"), nameless});
  AddRun({EventOf(1, kMondayMs + 9, "a")});
  const uint32_t a = dictionaries_->Find(kFieldName, "a");
  const uint32_t b = dictionaries_->Find(kFieldName, "b");
  const auto counts = [this](const BlockRequest& request) {
    const auto result = Scan(request)->CountsByName();
    EXPECT_TRUE(result.ok()) << result.status();
    return *result;
  };
  const auto all = counts({});
  ASSERT_TRUE(all.has_value());
  EXPECT_THAT(*all, ElementsAre(Pair(a, 3), Pair(b, 1), Pair(kNoValueId, 1)));
  // The first chunk has no event in range, the other one nothing else.
  const auto late = counts({.from_ms = kMondayMs + 6});
  ASSERT_TRUE(late.has_value());
  EXPECT_THAT(*late, ElementsAre(Pair(a, 1)));
  EXPECT_FALSE(counts({.from_ms = kMondayMs + 1}).has_value());
  EXPECT_FALSE(counts({.to_ms = kMondayMs + 2}).has_value());
  EXPECT_FALSE(counts({.first_person = 2}).has_value());
  EXPECT_FALSE(counts({.end_person = 2}).has_value());
  EXPECT_TRUE(counts({.first_person = 1, .end_person = 3}).has_value());

  RunScanParts before = parts_;
  parts_.expired_before_ms = kMondayMs + 1;
  EXPECT_FALSE(counts({}).has_value());
  parts_ = before;
  parts_.moved = std::make_shared<absl::flat_hash_map<uint64_t, uint64_t>>(
      absl::flat_hash_map<uint64_t, uint64_t>{{2, 1}});
  EXPECT_FALSE(counts({}).has_value());
  parts_ = before;
  takes_ = [](uint32_t, std::string_view text) { return text != "c"; };
  AddRun({EventOf(1, kMondayMs + 20, "c")});
  EXPECT_FALSE(counts({}).has_value());
  EXPECT_TRUE(counts({.to_ms = kMondayMs + 10}).has_value());
}

TEST_F(BlockScanTest, HeadersCountPeopleByDay) {
  AddRun({EventOf(1, kMondayMs, "a"), EventOf(1, kMondayMs + 1, "a"),
          EventOf(1, kMondayMs + kDayMs, "a"), EventOf(2, kMondayMs + 5, "a"),
          EventOf(3, kMondayMs + 2 * kDayMs, "a")},
         2);
  const int64_t day = kMondayMs / kDayMs;
  const auto days = [this](const BlockRequest& request) {
    const auto result = Scan(request)->PeopleByDay();
    EXPECT_TRUE(result.ok()) << result.status();
    return *result;
  };
  const auto all = days({});
  ASSERT_TRUE(all.has_value());
  EXPECT_THAT(*all, ElementsAre(Pair(day, 2), Pair(day + 1, 1), Pair(day + 2, 1)));
  const auto some =
      days({.from_ms = kMondayMs + kDayMs, .to_ms = kMondayMs + 2 * kDayMs});
  ASSERT_TRUE(some.has_value());
  EXPECT_THAT(*some, ElementsAre(Pair(day + 1, 1)));
  EXPECT_FALSE(days({.from_ms = kMondayMs + 1}).has_value());
  EXPECT_FALSE(days({.to_ms = kMondayMs + 6}).has_value());
  EXPECT_FALSE(days({.first_person = 2, .end_person = 3}).has_value());
  // The same person may stand in another run.
  AddRun({EventOf(3, kMondayMs, "a")});
  EXPECT_FALSE(days({}).has_value());
}

TEST_F(BlockScanTest, WeeksOfRunsAreUnited) {
  const int64_t week = 7 * kDayMs;
  AddRun({EventOf(1, kMondayMs, "a"), EventOf(2, kMondayMs + 3 * week, "a")});
  AddRun({EventOf(1, kMondayMs - 2 * week, "a"), EventOf(1, kMondayMs + week, "a")});
  const auto weeks = [this](const BlockRequest& request) {
    const std::unique_ptr<BlockScan> scan = Scan(request);
    const std::unique_ptr<Block> block = scan->NewBlock();
    EXPECT_TRUE(scan->Read(0, block.get(), &stats_).ok());
    const auto result = block->ActiveWeeks();
    EXPECT_TRUE(result.ok()) << result.status();
    std::vector<std::pair<int64_t, int64_t>> seen;  // Person, weeks after kMondayMs.
    if (!result->has_value()) return std::optional<decltype(seen)>();
    for (size_t i = 0; i < block->people().size(); ++i) {
      for (int64_t k = 0; k < 64; ++k) {
        if (((*result)->masks[i] >> k & 1) == 0) continue;
        const int64_t since_1969 = (kMondayMs + 3 * kDayMs) / week;
        seen.emplace_back(block->people()[i], (*result)->first_week + k - since_1969);
      }
    }
    return std::optional(seen);
  };
  EXPECT_THAT(weeks({}), testing::Optional(ElementsAre(Pair(1, -2), Pair(1, 0),
                                                       Pair(1, 1), Pair(2, 3))));
  EXPECT_THAT(weeks({.from_ms = kMondayMs, .to_ms = kMondayMs + 3 * week}),
              testing::Optional(ElementsAre(Pair(1, 0), Pair(1, 1))));
  EXPECT_FALSE(weeks({.from_ms = kMondayMs - 1}).has_value());
  parts_.expired_before_ms = kMondayMs + 5;
  EXPECT_FALSE(weeks({}).has_value());
  parts_.expired_before_ms = INT64_MIN;
  AddRun({EventOf(1, kMondayMs + 62 * week, "a")});
  EXPECT_FALSE(weeks({}).has_value());
}

TEST_F(BlockScanTest, DamageNamesRunAndChunk) {
  AddRun({EventOf(1, 1, "a"), EventOf(2, 1, "b")}, 1);
  const auto second = AddRun({EventOf(1, 1, "a"), EventOf(2, 1, "b")}, 1);
  const std::unique_ptr<BlockScan> scan = Scan({.columns = {{ColumnKind::kName, ""}}});
  const auto expect_damage = [](const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(base::MessageOf(status), HasSubstr("run 2 chunk 1"));
  };
  // The header stands for the whole chunk. Times are needed to merge.
  for (const uint32_t column : {kChunkHeader, kChunkPeople, kChunkTime, kChunkName}) {
    SCOPED_TRACE(column);
    second->Lose(1, column);
    const std::unique_ptr<Block> block = scan->NewBlock();
    ASSERT_TRUE(scan->Read(0, block.get(), &stats_).ok());
    const absl::Status status = scan->Read(1, block.get(), &stats_);
    if (column == kChunkName) {
      ASSERT_TRUE(status.ok()) << status;
      expect_damage(block->Column(0).status());
      EXPECT_TRUE(block->Times().ok());
    } else {
      expect_damage(status);
      EXPECT_EQ(block->rows(), 0u);
    }
    // Another part is not concerned.
    ASSERT_TRUE(scan->Read(0, block.get(), &stats_).ok());
    EXPECT_EQ(block->rows(), 2u);
    EXPECT_TRUE(block->Column(0).ok());
  }
  second->Lose(1, kChunkName);
  ModelEvent nameless = EventOf(9, 1, "");
  nameless.texts[0].reset();
  const auto third = AddRun({nameless, EventOf(9, 2, "c")});
  third->Lose(0, kChunkName);
  const absl::Status status = Scan()->CountsByName().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(base::MessageOf(status), HasSubstr("run 3 chunk 0"));
}

TEST_F(BlockScanTest, PeopleOfManyRowsAreMerged) {
  constexpr int64_t kRows = 150'000;
  std::vector<ModelEvent> even;
  std::vector<ModelEvent> odd;
  for (int64_t i = 0; i < kRows; ++i) {
    // Stretches of one run, and then rows in turns.
    const bool first = i < kRows / 2 ? i / 1000 % 2 == 0 : i % 2 == 0;
    (first ? even : odd).push_back(EventOf(7, i, i % 3 == 0 ? "three" : "other"));
  }
  AddRun(even);
  AddRun(odd);
  const std::unique_ptr<BlockScan> scan = Scan({.columns = {{ColumnKind::kName, ""}}});
  const std::unique_ptr<Block> block = scan->NewBlock();
  ASSERT_EQ(scan->parts(), 1u);
  ASSERT_TRUE(scan->Read(0, block.get(), &stats_).ok());
  ASSERT_EQ(block->rows(), static_cast<size_t>(kRows));
  EXPECT_THAT(block->people(), ElementsAre(7u));
  const int64_t* const times = *block->Times();
  const BlockColumn& names = **block->Column(0);
  for (int64_t i = 0; i < kRows; ++i) {
    ASSERT_EQ(times[i], i);
    ASSERT_EQ(names.values[names.codes8[i]].text, i % 3 == 0 ? "three" : "other");
  }
}

TEST_F(BlockScanTest, BlocksAreReadInThreads) {
  for (int r = 0; r < 3; ++r) {
    std::vector<ModelEvent> events;
    for (uint64_t person = 1; person <= 300; ++person) {
      for (int i = 0; i < 5; ++i) events.push_back(EventOf(person, 100 * r + i, "x"));
    }
    parts_.runs.push_back(std::make_shared<TestRun>(RowsOf(events, *dictionaries_), 50));
  }
  const std::unique_ptr<BlockScan> scan = Scan({.columns = {{ColumnKind::kName, ""}}});
  std::vector<int64_t> sums(4);
  std::vector<std::thread> threads;
  for (int64_t& sum : sums) {
    threads.emplace_back([&scan, &sum] {
      const std::unique_ptr<Block> block = scan->NewBlock();
      BlockStats stats;
      for (size_t part = 0; part < scan->parts(); ++part) {
        if (!scan->Read(part, block.get(), &stats).ok()) return;
        const int64_t* const times = *block->Times();
        const BlockColumn& names = **block->Column(0);
        for (size_t row = 0; row < block->rows(); ++row) {
          sum += times[row] * (names.codes8[row] == 0 ? 0 : 1);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(sums, testing::Each(300 * (3 * 10 + 5 * (0 + 100 + 200))));
}

TEST_F(BlockScanTest, ARunInMemoryHasActivityOnly) {
  ModelEvent identify = EventOf(2, 5, "identify");
  identify.type = model::EventType::kIdentify;
  parts_.runs.push_back(MakeMemoryRun(
      RowsOf({EventOf(3, 9, "c"), identify, EventOf(1, 8, "b"), EventOf(1, 7, "a")},
             *dictionaries_)));
  EXPECT_THAT(NamesOfParts(), ElementsAre("1:a,b 3:c"));
  EXPECT_THAT(parts_.runs[0]->chunks(), testing::SizeIs(1));
  EXPECT_TRUE(MakeMemoryRun(Rows())->chunks().empty());
}

}  // namespace
}  // namespace footfall::store
