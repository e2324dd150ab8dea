// Damaged chunks: every reader answers DATA_LOSS, or something, but never crashes.
#include <random>

#include "store/chunk/chunk.h"
#include "store/chunk/chunk_columns.h"
#include "store/chunk/chunk_decoder.h"
#include "tests/store/chunk_test_util.h"

namespace footfall::store {
namespace {

using ::testing::HasSubstr;

// Reads everything in both ways. What comes of it does not matter, except that errors are
// of the right kind and name a column.
void ReadEverything(const EncodedChunk& chunk, const ChunkSummary& summary,
                    const Dictionaries& dictionaries, size_t* errors) {
  MapReader reader(chunk);
  ChunkColumns columns;
  columns.Open(&summary, &reader, &dictionaries);
  const auto expect = [&](const absl::Status& status) {
    if (status.ok()) return;
    ++*errors;
    ASSERT_EQ(status.code(), absl::StatusCode::kDataLoss);
    ASSERT_THAT(base::MessageOf(status), HasSubstr("column"));
  };
  expect(columns.ReadPeople().status());
  expect(columns.Times().status());
  expect(columns.Seqs().status());
  expect(columns.Streams().status());
  expect(columns.ActiveWeeks().status());
  for (int kind = 0; kind < static_cast<int>(ColumnKind::kProperty); ++kind) {
    expect(columns.Column({static_cast<ColumnKind>(kind)}).status());
  }
  for (const char* key : {"plan", "amount", "price", "mixed", "inline key"}) {
    expect(columns.Column({ColumnKind::kProperty, key}).status());
  }
  Rows rows;
  expect(DecodeChunk(summary, reader, 1, &rows));
}

TEST(ChunkDamageTest, DamageIsSurvivedInEveryColumn) {
  ChunkFixture fixture;
  fixture.AddRandom(700, 31);
  fixture.rows.Filter([](const Rows::Key& key) { return key.activity(); });
  fixture.rows.Sort();
  const EncodedChunk chunk = EncodeAll(fixture.rows)[0];
  const ChunkSummary whole = SummaryOf(chunk);
  size_t errors = 0;
  ReadEverything(chunk, whole, fixture.dictionaries, &errors);
  ASSERT_EQ(errors, 0u);
  std::mt19937_64 random(1);
  for (size_t column = 1; column < chunk.size(); ++column) {
    const std::string& value = chunk[column].second;
    const auto attempt = [&](const std::string& damaged) {
      EncodedChunk copy = chunk;
      copy[column].second = damaged;
      ChunkSummary summary = whole;
      // As if the header agreed, so that the column itself has to be checked.
      summary.columns[column - 1].second = static_cast<uint32_t>(damaged.size());
      ReadEverything(copy, summary, fixture.dictionaries, &errors);
    };
    errors = 0;
    attempt(value.substr(0, value.size() / 2));
    EXPECT_GT(errors, 0u) << "column " << chunk[column].first << " cut in half";
    for (int i = 0; i < 12; ++i) {
      attempt(value.substr(0, random() % value.size()));
      std::string flipped = value;
      // Most of what is read with trust stands at the beginning.
      const size_t at =
          random() % std::min<size_t>(value.size(), i % 2 == 0 ? 16 : SIZE_MAX);
      flipped[at] = static_cast<char>(flipped[at] ^ 1 << random() % 8);
      attempt(flipped);
    }
    // With a size that the header does not know, it is not even looked at.
    EncodedChunk copy = chunk;
    copy[column].second += 'x';
    MapReader reader(copy);
    Rows rows;
    if (chunk[column].first == kChunkWeeks) continue;  // Rows do not need it.
    const absl::Status status = DecodeChunk(whole, reader, 1, &rows);
    EXPECT_THAT(base::MessageOf(status),
                HasSubstr("its size is not what the header says"))
        << chunk[column].first;
    EXPECT_THAT(base::MessageOf(status), HasSubstr(NameOfColumn(chunk[column].first)));
  }
}

TEST(ChunkDamageTest, DamageIsSurvivedInTheHeader) {
  ChunkFixture fixture;
  fixture.AddRandom(300, 37);
  fixture.rows.Sort();
  const EncodedChunk chunk = EncodeAll(fixture.rows)[0];
  const std::string& header = chunk[0].second;
  for (size_t size = 0; size < header.size(); ++size) {
    EXPECT_EQ(ParseChunkHeader(header.substr(0, size)).status().code(),
              absl::StatusCode::kDataLoss);
  }
  EXPECT_FALSE(ParseChunkHeader(header + "x").ok());
  std::string newer = header;
  newer[0] = 2;
  EXPECT_THAT(base::MessageOf(ParseChunkHeader(newer).status()), HasSubstr("version"));
  size_t refused = 0;
  for (size_t i = 0; i < header.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = header;
      flipped[i] = static_cast<char>(flipped[i] ^ 1 << bit);
      const auto summary = ParseChunkHeader(flipped);
      if (!summary.ok()) {
        ++refused;
        continue;
      }
      // Nobody is led to ask for more memory than the column of times could fill.
      EXPECT_LE(summary->rows, 128u * 4000);
    }
  }
  EXPECT_GT(refused, header.size());
}

}  // namespace
}  // namespace footfall::store
