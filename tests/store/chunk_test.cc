// Chunks: rows come back whole, columns as the query engine reads them, damage is told.
#include "store/chunk/chunk.h"

#include <bit>
#include <numeric>
#include <set>

#include "base/simd.h"
#include "store/chunk/chunk_columns.h"
#include "store/chunk/chunk_decoder.h"
#include "store/chunk/chunk_format.h"
#include "tests/store/chunk_test_util.h"

namespace footfall::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr int64_t kStart = 1'700'000'000'000;  // 2023-11-14T22:13:20Z.

Rows DecodeAll(const std::vector<EncodedChunk>& chunks) {
  Rows rows;
  for (const EncodedChunk& chunk : chunks) {
    MapReader reader(chunk);
    EXPECT_TRUE(DecodeChunk(SummaryOf(chunk), reader, 1 + rows.size(), &rows).ok());
  }
  return rows;
}

// One event more.
void Add(Batch::Rep& batch, std::string_view person, int64_t time_ms,
         std::string_view name, std::span<const model::Property> properties = {}) {
  model::Event event;
  event.person = person;
  event.time_ms = time_ms;
  event.name = name;
  event.properties = properties;
  batch.Add(event);
}

std::string TextAt(const BlockColumn& column, size_t row) {
  if (column.form == BlockColumn::Form::kMissing) return "-";
  const uint32_t code = column.form == BlockColumn::Form::kCodes8 ? column.codes8[row]
                                                                  : column.codes32[row];
  const model::Value& value = column.values[code];
  switch (value.kind) {
    case model::Value::Kind::kMissing:
      return "-";
    case model::Value::Kind::kBool:
      return value.boolean ? "true" : "false";
    case model::Value::Kind::kInt:
      return std::to_string(value.integer);
    case model::Value::Kind::kDouble:
      return base::FormatDouble(value.number);
    default:
      return std::string(value.text);
  }
}

std::vector<std::string> Texts(ChunkColumns& columns, const ColumnId& id, size_t rows) {
  const auto column = columns.Column(id);
  EXPECT_TRUE(column.ok()) << column.status();
  std::vector<std::string> texts;
  for (size_t i = 0; i < rows; ++i) texts.push_back(TextAt(**column, i));
  return texts;
}

TEST(ChunkTest, RandomRowsComeBackWhole) {
  for (const uint64_t seed : {1, 2, 3}) {
    for (const size_t count : {1, 2, 130, 3000}) {
      ChunkFixture fixture;
      fixture.AddRandom(count, seed);
      fixture.rows.Sort();
      const std::vector<std::string> expected = fixture.Describe(fixture.rows);
      for (const Packing packing : {Packing::kQuick, Packing::kSmall}) {
        const std::vector<EncodedChunk> chunks = EncodeAll(fixture.rows, packing);
        EXPECT_EQ(SummaryOf(chunks[0]).quick, packing == Packing::kQuick);
        const Rows back = DecodeAll(chunks);
        ASSERT_EQ(fixture.Describe(back), expected);
        for (size_t i = 0; i < back.size(); ++i) {
          ASSERT_EQ(back.key(i).owner, fixture.rows.key(i).owner);
          ASSERT_EQ(back.key(i).arrival, i + 1);
        }
      }
    }
  }
}

TEST(ChunkTest, ChunksWrittenLikeTheOnesBeforeComeBackWhole) {
  for (const Packing packing : {Packing::kQuick, Packing::kSmall}) {
    ChunkMemory memory;
    size_t bytes = 0;
    size_t smallest = 0;
    for (uint64_t seed = 0; seed < 40; ++seed) {
      ChunkFixture fixture;
      // Every fifth is unlike the others.
      fixture.AddRandom(seed % 5 == 0 ? 3 : 2000, seed);
      fixture.rows.Filter([](const Rows::Key& key) { return key.activity(); });
      if (fixture.rows.size() == 0) continue;
      fixture.rows.Sort();
      const std::vector<std::string> expected = fixture.Describe(fixture.rows);
      std::vector<EncodedChunk> chunks;
      chunks.push_back(
          EncodeChunk(fixture.rows, 0, fixture.rows.size(), packing, &memory));
      ASSERT_EQ(fixture.Describe(DecodeAll(chunks)), expected) << seed;
      for (const auto& [column, value] : chunks[0]) bytes += value.size();
      for (const auto& [column, value] :
           EncodeChunk(fixture.rows, 0, fixture.rows.size(), packing)) {
        smallest += value.size();
      }
    }
    EXPECT_LT(bytes, smallest + smallest / 50);
  }
}

TEST(ChunkTest, RowsOfEveryKindOfIdentityComeBack) {
  ChunkFixture fixture;
  Batch::Rep batch;
  for (int i = 0; i < 40; ++i) {
    model::Event event;
    const std::string person = std::to_string(1 + i % 2);
    const std::string anonymous = std::to_string(100 + i % 4);
    if (i % 3 != 0) event.person = person;
    if (i % 3 != 1) event.anonymous = anonymous;
    event.time_ms = kStart + i;
    batch.Add(event);
  }
  fixture.links = {{100, 1}, {101, 2}};
  fixture.Append(batch);
  fixture.rows.Sort();
  const auto chunks = EncodeAll(fixture.rows);
  const Rows back = DecodeAll(chunks);
  ASSERT_EQ(back.size(), 40u);
  ChunkColumns columns;
  MapReader reader(chunks[0]);
  const ChunkSummary summary = SummaryOf(chunks[0]);
  columns.Open(&summary, &reader, &fixture.dictionaries);
  const auto streams = columns.Streams();
  ASSERT_TRUE(streams.ok());
  for (size_t i = 0; i < back.size(); ++i) {
    const Rows::Key key = back.key(i);
    const Rows::Key expected = fixture.rows.key(i);
    EXPECT_EQ(key.owner, expected.owner);
    EXPECT_EQ(key.person, expected.person);
    EXPECT_EQ(key.anonymous, expected.anonymous);
    EXPECT_EQ((*streams)[i], expected.stream);
  }
}

TEST(ChunkTest, ChunksEndWithAPersonAndWhereActivityEnds) {
  ChunkFixture fixture;
  Batch::Rep batch;
  for (int person = 1; person <= 3; ++person) {
    for (size_t i = 0; i < kChunkRows / 2 + 1; ++i) {
      Add(batch, std::to_string(person), kStart + static_cast<int64_t>(i), "n");
    }
  }
  model::Event identify;
  identify.type = model::EventType::kIdentify;
  identify.person = "1";
  batch.Add(identify);
  fixture.Append(batch);
  fixture.rows.Sort();
  const size_t each = kChunkRows / 2 + 1;
  EXPECT_THAT(CutIntoChunks(fixture.rows), ElementsAre(2 * each, 3 * each, 3 * each + 1));
  const auto chunks = EncodeAll(fixture.rows);
  EXPECT_TRUE(SummaryOf(chunks[0]).activity);
  EXPECT_EQ(SummaryOf(chunks[0]).people, 2u);
  EXPECT_EQ(SummaryOf(chunks[1]).first_person, 3u);
  EXPECT_FALSE(SummaryOf(chunks[2]).activity);
  EXPECT_THAT(CutIntoChunks(fixture.rows, Packing::kQuick),
              ElementsAre(each, 2 * each, 3 * each, 3 * each + 1));
  EXPECT_THAT(CutIntoChunks(Rows()), ElementsAre());
}

TEST(ChunkTest, TheHeaderSaysWhatTheChunkHolds) {
  ChunkFixture fixture;
  Batch::Rep batch;
  constexpr int64_t kDayMs = 86'400'000;
  Add(batch, "5", 3 * kDayMs, "a");
  Add(batch, "5", 3 * kDayMs + 1, "b");
  Add(batch, "5", 4 * kDayMs, "a");
  Add(batch, "9", 3 * kDayMs + 2, "inline name");
  Add(batch, "9", -1, {});
  fixture.Append(batch);
  fixture.rows.Sort();
  const auto chunks = EncodeAll(fixture.rows);
  ASSERT_EQ(chunks.size(), 1u);
  const ChunkSummary summary = SummaryOf(chunks[0]);
  EXPECT_TRUE(summary.activity);
  EXPECT_EQ(summary.rows, 5u);
  EXPECT_EQ(summary.people, 2u);
  EXPECT_EQ(summary.first_person, 5u);
  EXPECT_EQ(summary.last_person, 9u);
  EXPECT_EQ(summary.min_time_ms, -1);
  EXPECT_EQ(summary.max_time_ms, 4 * kDayMs);
  EXPECT_THAT(summary.names,
              ElementsAre(Pair(fixture.dictionaries.Find(kFieldName, "a"), 2u),
                          Pair(fixture.dictionaries.Find(kFieldName, "b"), 1u),
                          Pair(kNoValueId, 2u)));
  EXPECT_THAT(summary.days, ElementsAre(Pair(-1, 1u), Pair(3, 2u), Pair(4, 1u)));
  ASSERT_EQ(summary.columns.size(), chunks[0].size() - 1);
  for (size_t i = 0; i < summary.columns.size(); ++i) {
    EXPECT_EQ(summary.columns[i].first, chunks[0][i + 1].first);
    EXPECT_EQ(summary.columns[i].second, chunks[0][i + 1].second.size());
  }
  // Columns that say nothing are not there.
  for (const auto& [column, size] : summary.columns) {
    EXPECT_TRUE(column == kChunkPeople || column == kChunkTime || column == kChunkType ||
                column == kChunkName || column == kChunkWeeks)
        << column;
  }
}

TEST(ChunkTest, WeeksBeginOnMondayAndAreLeftOutWhenThereAreTooMany) {
  constexpr int64_t kDayMs = 86'400'000;
  for (const int64_t weeks : {63, 64}) {
    ChunkFixture fixture;
    Batch::Rep batch;
    // The Sunday and the Monday after 1970-01-01, a Thursday.
    Add(batch, "1", 4 * kDayMs - 1, "a");
    Add(batch, "1", 4 * kDayMs, "a");
    Add(batch, "2", -3 * kDayMs + weeks * 7 * kDayMs, "a");
    fixture.Append(batch);
    fixture.rows.Sort();
    const auto chunks = EncodeAll(fixture.rows);
    const ChunkSummary summary = SummaryOf(chunks[0]);
    MapReader reader(chunks[0]);
    ChunkColumns columns;
    columns.Open(&summary, &reader, &fixture.dictionaries);
    const auto read = columns.ActiveWeeks();
    ASSERT_TRUE(read.ok());
    ASSERT_EQ(read->has_value(), weeks == 63);
    if (weeks > 63) continue;
    EXPECT_EQ((*read)->first_week, 0);
    EXPECT_EQ((*read)->masks[0], 3u);
    EXPECT_EQ((*read)->masks[1], uint64_t{1} << 63);
  }
}

TEST(ChunkTest, EveryColumnReadsAsTheRowsSay) {
  ChunkFixture fixture;
  fixture.AddRandom(2000, 17);
  fixture.rows.Filter([](const Rows::Key& key) { return key.activity(); });
  fixture.rows.Sort();
  const auto chunks = EncodeAll(fixture.rows);
  ASSERT_EQ(chunks.size(), 1u);
  const ChunkSummary summary = SummaryOf(chunks[0]);
  MapReader reader(chunks[0]);
  ChunkColumns columns;
  const size_t rows = fixture.rows.size();
  const std::string value = fixture.rows.ToRecord(0, rows, 1);
  LogRecord record;
  ASSERT_TRUE(record.Parse(value).ok());
  ASSERT_TRUE(record.Resolve(fixture.dictionaries).ok());
  using Texts = std::vector<std::string>;
  std::map<std::string, Texts> expected;
  const auto put = [&expected](const std::string& column, std::string_view text,
                               bool present) {
    expected[column].push_back(present ? std::string(text) : "-");
  };
  ASSERT_TRUE(record
                  .Visit([&](const EventDecoder::Decoded& decoded, uint64_t) {
                    const model::Event& event = decoded.event;
                    put("type", model::EventTypeName(event.type), true);
                    int k = 1;
                    for (const std::string_view* text : TextFields(event)) {
                      put(base::Cat("field ", k++), *text, text->data() != nullptr);
                    }
                    k = 8;
                    for (const std::string_view* text : ElementFields(event.element)) {
                      put(base::Cat("field ", k++), *text, !text->empty());
                    }
                    for (const std::string_view* text : ContextFields(event.context)) {
                      put(base::Cat("field ", k++), *text, !text->empty());
                    }
                    put("https",
                        event.context.https.has_value() && *event.context.https ? "true"
                                                                                : "false",
                        event.context.https.has_value());
                    put("session", event.session, event.session.data() != nullptr);
                    for (const char* key : {"plan", "count", "flag", "nothing", "json",
                                            "mixed", "inline key", "unknown"}) {
                      std::string text = "-";
                      for (const model::Property& property : event.properties) {
                        if (property.key != key) continue;
                        BlockColumn column;
                        const uint8_t code = 0;
                        column.form = BlockColumn::Form::kCodes8;
                        column.codes8 = &code;
                        column.values = {&property.value, 1};
                        text = TextAt(column, 0);
                      }
                      expected[key].push_back(text);
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  for (int round = 0; round < 2; ++round) {  // Opened again, it uses its memory again.
    columns.Open(&summary, &reader, &fixture.dictionaries);
    const auto expect = [&](const std::string& name, const ColumnId& id) {
      EXPECT_EQ(store::Texts(columns, id, rows), expected[name]) << name;
    };
    expect("type", {ColumnKind::kType});
    for (int k = 1; k <= 24; ++k) {
      expect(base::Cat("field ", k), {static_cast<ColumnKind>(k)});
    }
    expect("https", {ColumnKind::kContextHttps});
    expect("session", {ColumnKind::kSession});
    for (const char* key :
         {"plan", "count", "flag", "nothing", "json", "mixed", "inline key", "unknown"}) {
      expect(key, {ColumnKind::kProperty, key});
    }
    EXPECT_GT(columns.bytes_read(), 1000u);
  }
  // Codes of sessions alone tell the same ones apart, without texts.
  columns.Open(&summary, &reader, &fixture.dictionaries);
  const auto codes = columns.Column({ColumnKind::kSessionCode});
  ASSERT_TRUE(codes.ok());
  std::map<uint32_t, std::string> texts;
  for (size_t i = 0; i < rows; ++i) {
    const uint32_t code = (*codes)->form == BlockColumn::Form::kCodes8
                              ? (*codes)->codes8[i]
                              : (*codes)->codes32[i];
    EXPECT_TRUE((*codes)->values[code].is_missing());
    const auto [found, added] = texts.try_emplace(code, expected["session"][i]);
    EXPECT_EQ(found->second, expected["session"][i]);
  }
  EXPECT_EQ(texts[0], "-");
}

TEST(ChunkTest, ValuesAreDistinctAndKnowTheirCodes) {
  ChunkFixture fixture;
  fixture.AddRandom(1500, 23);
  fixture.rows.Filter([](const Rows::Key& key) { return key.activity(); });
  fixture.rows.Sort();
  const auto chunks = EncodeAll(fixture.rows);
  const ChunkSummary summary = SummaryOf(chunks[0]);
  MapReader reader(chunks[0]);
  ChunkColumns columns;
  columns.Open(&summary, &reader, &fixture.dictionaries);
  for (const ColumnKind kind : {ColumnKind::kName, ColumnKind::kElementTag,
                                ColumnKind::kContextCountry, ColumnKind::kUrl}) {
    const auto column = columns.Column({kind});
    ASSERT_TRUE(column.ok());
    ASSERT_EQ((*column)->values.size(), (*column)->value_ids.size());
    EXPECT_TRUE((*column)->values[0].is_missing());
    EXPECT_EQ((*column)->value_ids[0], kNoValueId);
    std::set<std::string_view> texts;
    for (size_t i = 1; i < (*column)->values.size(); ++i) {
      const std::string_view text = (*column)->values[i].text;
      EXPECT_TRUE(texts.insert(text).second) << text;
      const uint32_t id = (*column)->value_ids[i];
      EXPECT_EQ(id == kNoValueId, text.starts_with("inline")) << text;
      if (id != kNoValueId) {
        EXPECT_EQ(fixture.dictionaries.Text(id), text);
      }
    }
  }
}

TEST(ChunkTest, ManyDifferentNumbersAreReadAsNumbers) {
  ChunkFixture fixture;
  Batch::Rep batch;
  std::mt19937_64 random(5);
  std::vector<int64_t> integers;
  std::vector<double> doubles, prices;
  for (int i = 0; i < 4000; ++i) {
    integers.push_back(static_cast<int64_t>(random() >> (random() % 64)) *
                       (i % 2 == 0 ? 1 : -1));
    doubles.push_back(static_cast<double>(random()) / 3e9);
    prices.push_back(static_cast<double>(random() % 100'000) / 100);
    std::vector<model::Property> properties = {
        {"double", model::Value::Double(doubles.back())},
        {"price", model::Value::Double(prices.back())}};
    if (i % 3 != 0) properties.push_back({"integer", model::Value::Int(integers.back())});
    Add(batch, "1", kStart + i, i % 3 == 0 ? "without" : "with", properties);
  }
  fixture.Append(batch);
  fixture.rows.Sort();
  const auto chunks = EncodeAll(fixture.rows);
  const ChunkSummary summary = SummaryOf(chunks[0]);
  MapReader reader(chunks[0]);
  ChunkColumns columns;
  columns.Open(&summary, &reader, &fixture.dictionaries);
  const auto integer = columns.Column({ColumnKind::kProperty, "integer"});
  const auto number = columns.Column({ColumnKind::kProperty, "double"});
  const auto price = columns.Column({ColumnKind::kProperty, "price"});
  ASSERT_TRUE(integer.ok() && number.ok() && price.ok());
  ASSERT_EQ((*integer)->form, BlockColumn::Form::kIntegers);
  ASSERT_EQ((*number)->form, BlockColumn::Form::kDoubles);
  ASSERT_EQ((*price)->form, BlockColumn::Form::kDoubles);
  EXPECT_EQ((*number)->present, nullptr);
  for (size_t i = 0; i < 4000; ++i) {
    const bool present = ((*integer)->present[i / 64] >> i % 64 & 1) != 0;
    ASSERT_EQ(present, i % 3 != 0);
    if (present) {
      ASSERT_EQ((*integer)->integers[i], integers[i]);
    }
    ASSERT_EQ(std::bit_cast<uint64_t>((*number)->doubles[i]),
              std::bit_cast<uint64_t>(doubles[i]));
    ASSERT_EQ(std::bit_cast<uint64_t>((*price)->doubles[i]),
              std::bit_cast<uint64_t>(prices[i]));
  }
  // Prices are kept as cents.
  const uint32_t column =
      kChunkProperty + fixture.dictionaries.Find(kFieldPropertyKey, "price");
  for (const auto& [number_of, size] : summary.columns) {
    if (number_of == column) {
      EXPECT_LT(size, 4000u * 5 / 2);
    }
  }
  const Rows back = DecodeAll(chunks);
  EXPECT_EQ(fixture.Describe(back), fixture.Describe(fixture.rows));
}

TEST(ChunkTest, TimesOfSomeRowsAreReadAlone) {
  ChunkFixture fixture;
  Batch::Rep batch;
  std::mt19937_64 random(3);
  for (int person = 1; person <= 40; ++person) {
    int64_t time_ms = kStart - static_cast<int64_t>(random() % 100'000'000'000);
    for (uint64_t i = 1 + random() % 200; i > 0; --i) {
      time_ms += static_cast<int64_t>(random() >> (30 + random() % 30));
      Add(batch, std::to_string(person), time_ms, "n");
    }
  }
  fixture.Append(batch);
  fixture.rows.Sort();
  const auto chunks = EncodeAll(fixture.rows);
  ASSERT_EQ(chunks.size(), 1u);
  const size_t rows = fixture.rows.size();
  const ChunkSummary summary = SummaryOf(chunks[0]);
  MapReader reader(chunks[0]);
  for (const base::SimdLevel level :
       {base::SimdLevel::kPlain, base::SimdLevel::kAvx2, base::SimdLevel::kAvx512}) {
    base::SetSimd(level);
    ChunkColumns columns;
    columns.Open(&summary, &reader, &fixture.dictionaries);
    std::vector<uint64_t> wanted((rows + 63) / 64, 0);
    for (const size_t row : {size_t{5}, size_t{700}, rows - 1}) {
      wanted[row / 64] |= uint64_t{1} << row % 64;
    }
    const auto some = columns.TimesWhere(wanted.data());
    ASSERT_TRUE(some.ok());
    for (const size_t row : {size_t{0}, size_t{5}, size_t{700}, rows - 1}) {
      EXPECT_EQ((*some)[row], fixture.rows.key(row).time_ms);
    }
    const auto all = columns.Times();
    ASSERT_TRUE(all.ok());
    EXPECT_EQ(*all, *some);
    for (size_t row = 0; row < rows; ++row) {
      ASSERT_EQ((*all)[row], fixture.rows.key(row).time_ms) << row;
    }
    EXPECT_EQ(*columns.Seqs(), nullptr);
    EXPECT_EQ(*columns.Streams(), nullptr);
  }
  base::SetSimd(base::SimdLevel::kAvx512);
}

TEST(ChunkTest, ExtremeTimesComeBack) {
  ChunkFixture fixture;
  Batch::Rep batch;
  Add(batch, "1", INT64_MIN / 2, "a");
  Add(batch, "1", 0, "a");
  Add(batch, "1", INT64_MAX / 2, "a");
  Add(batch, "2", -5, "a");
  fixture.Append(batch);
  fixture.rows.Sort();
  const Rows back = DecodeAll(EncodeAll(fixture.rows));
  ASSERT_EQ(back.size(), 4u);
  EXPECT_EQ(back.key(0).time_ms, INT64_MIN / 2);
  EXPECT_EQ(back.key(2).time_ms, INT64_MAX / 2);
  EXPECT_EQ(back.key(3).time_ms, -5);
}

TEST(ChunkTest, ATextWithAndWithoutACodeIsOneValue) {
  ChunkFixture fixture;
  Batch::Rep batch;
  Add(batch, "1", kStart, "same");
  fixture.Append(batch);
  EncodedRecordParts parts;
  parts.header.events = 1;
  parts.people = {1};
  parts.strings = {{Dictionaries::kNone, "same"}};
  parts.events = std::string("\x07\x84\x02\x00\x00\x00", 6);  // Person and name.
  ASSERT_TRUE(fixture.AppendValue(AssembleRecord(parts)).ok());
  fixture.rows.Sort();
  const auto chunks = EncodeAll(fixture.rows);
  const ChunkSummary summary = SummaryOf(chunks[0]);
  MapReader reader(chunks[0]);
  ChunkColumns columns;
  columns.Open(&summary, &reader, &fixture.dictionaries);
  const auto column = columns.Column({ColumnKind::kName});
  ASSERT_TRUE(column.ok());
  ASSERT_EQ((*column)->values.size(), 2u);
  EXPECT_EQ((*column)->value_ids[1], fixture.dictionaries.Find(kFieldName, "same"));
  EXPECT_THAT(Texts(columns, {ColumnKind::kName}, 2), ElementsAre("same", "same"));
}

TEST(ChunkTest, AKeyWithAndWithoutACodeIsOneProperty) {
  ChunkFixture fixture;
  Batch::Rep batch;
  const model::Property coded = {"key", model::Value::Int(7)};
  Add(batch, "1", kStart, {}, {&coded, 1});
  fixture.Append(batch);
  EncodedRecordParts parts;
  parts.header.events = 2;
  parts.base_time_ms = kStart + 1;
  parts.people = {1};
  parts.strings = {{Dictionaries::kNone, "key"}};
  // With the integers 7 and 8.
  parts.events = std::string("\x07\x44\x00\x00\x01\x00\x02\x0e", 8) +
                 std::string("\x07\x44\x00\x00\x01\x00\x02\x10", 8);
  ASSERT_TRUE(fixture.AppendValue(AssembleRecord(parts)).ok());
  fixture.rows.Sort();
  const auto chunks = EncodeAll(fixture.rows);
  const ChunkSummary summary = SummaryOf(chunks[0]);
  MapReader reader(chunks[0]);
  ChunkColumns columns;
  columns.Open(&summary, &reader, &fixture.dictionaries);
  EXPECT_THAT(Texts(columns, {ColumnKind::kProperty, "key"}, 3),
              ElementsAre("7", "7", "8"));
  const auto column = columns.Column({ColumnKind::kProperty, "key"});
  ASSERT_TRUE(column.ok());
  EXPECT_EQ((*column)->values.size(), 3u);
}

TEST(ChunkTest, ACodeThatNoDictionaryHasIsDamage) {
  ChunkFixture fixture;
  Batch::Rep batch;
  Add(batch, "1", kStart, "known");
  fixture.Append(batch);
  const auto chunks = EncodeAll(fixture.rows);
  const ChunkSummary summary = SummaryOf(chunks[0]);
  MapReader reader(chunks[0]);
  ChunkColumns columns;
  const Dictionaries empty(size_t{1} << 20);
  columns.Open(&summary, &reader, &empty);
  const auto column = columns.Column({ColumnKind::kName});
  EXPECT_EQ(column.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(base::MessageOf(column.status()), HasSubstr("no dictionary has"));
}

}  // namespace
}  // namespace footfall::store
