#include <cerrno>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "report/arrow_ipc.h"
#include "report/export.h"
#include "tests/report/arrow/failing_allocator.h"
#include "tests/report/arrow/sample_tables.h"

namespace footfall::report {
namespace {

using query::Cell;
using query::Column;
using query::ColumnType;
using query::Table;
using testing::ElementsAre;

std::shared_ptr<const Result> OfTable(Table table) {
  Result result;
  result.rows = std::move(table);
  return std::make_shared<const Result>(std::move(result));
}

bool BitAt(const void* bits, int64_t at) {
  return (static_cast<const uint8_t*>(bits)[at / 8] >> at % 8 & 1) != 0;
}

template <typename T>
T ValueAt(const void* data, int64_t at) {
  T value;
  std::memcpy(&value, static_cast<const char*>(data) + at * int64_t{sizeof(T)},
              sizeof(T));
  return value;
}

// Reads one value out of a column's buffers, as the format string says it is laid out.
Cell ReadCell(const ArrowArray& array, const std::string& format, int64_t row) {
  if (array.buffers[0] != nullptr && !BitAt(array.buffers[0], row)) return {};
  const void* data = array.buffers[1];
  if (format == "u") {
    const auto begin = ValueAt<int32_t>(data, row);
    const auto end = ValueAt<int32_t>(data, row + 1);
    return std::string(static_cast<const char*>(array.buffers[2]) + begin,
                       static_cast<size_t>(end - begin));
  }
  if (format == "l" || format == "tsm:UTC") return ValueAt<int64_t>(data, row);
  if (format == "g") return ValueAt<double>(data, row);
  if (format == "b") return BitAt(data, row);
  if (format == "tdD") return int64_t{ValueAt<int32_t>(data, row)};
  ADD_FAILURE() << "unknown format " << format;
  return {};
}

std::vector<std::string> Formats(const ArrowSchema& schema) {
  std::vector<std::string> formats;
  for (int64_t i = 0; i < schema.n_children; ++i) {
    formats.emplace_back(schema.children[i]->format);
  }
  return formats;
}

// Checks every field, buffer and value of a batch against rows [begin, ...) of `table`.
void CheckBatch(const ArrowArray& batch, const ArrowSchema& schema, const Table& table,
                size_t begin) {
  EXPECT_EQ(batch.null_count, 0);
  EXPECT_EQ(batch.offset, 0);
  EXPECT_EQ(batch.dictionary, nullptr);
  ASSERT_EQ(batch.n_buffers, 1);
  EXPECT_EQ(batch.buffers[0], nullptr);
  ASSERT_EQ(batch.n_children, static_cast<int64_t>(table.columns.size()));
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const ArrowArray& array = *batch.children[i];
    const Column& column = table.columns[i];
    const std::string format = schema.children[i]->format;
    EXPECT_EQ(array.length, batch.length);
    EXPECT_EQ(array.offset, 0);
    EXPECT_EQ(array.n_children, 0);
    EXPECT_EQ(array.children, nullptr);
    EXPECT_EQ(array.dictionary, nullptr);
    ASSERT_EQ(array.n_buffers, format == "u" ? 3 : 2);
    for (int64_t b = 1; b < array.n_buffers; ++b) {
      ASSERT_NE(array.buffers[b], nullptr);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(array.buffers[b]) % 8, 0u);
    }
    EXPECT_EQ(array.buffers[0] == nullptr, array.null_count == 0);
    int64_t missing = 0;
    for (int64_t row = 0; row < array.length; ++row) {
      const Cell& expected = column.cells[begin + static_cast<size_t>(row)];
      if (expected.index() == 0) ++missing;
      ASSERT_EQ(ReadCell(array, format, row), expected) << column.name << " " << row;
    }
    EXPECT_EQ(array.null_count, missing) << column.name;
  }
}

// Reads the whole stream and returns the lengths of its batches.
std::vector<int64_t> ReadStream(const std::shared_ptr<const Result>& result) {
  ArrowArrayStream stream;
  ExportStream(result, &stream);
  ArrowSchema schema;
  EXPECT_EQ(stream.get_schema(&stream, &schema), 0);
  std::vector<int64_t> lengths;
  size_t row = 0;
  while (true) {
    ArrowArray batch;
    EXPECT_EQ(stream.get_next(&stream, &batch), 0);
    if (batch.release == nullptr) break;
    lengths.push_back(batch.length);
    CheckBatch(batch, schema, result->rows, row);
    row += static_cast<size_t>(batch.length);
    batch.release(&batch);
  }
  EXPECT_EQ(row, result->rows.row_count());
  EXPECT_EQ(stream.get_last_error(&stream), nullptr);
  schema.release(&schema);
  stream.release(&stream);
  return lengths;
}

TEST(ArrowStream, SchemaNamesTheTypes) {
  ArrowArrayStream stream;
  ExportStream(SampleResult(0), &stream);
  ArrowSchema schema;
  ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
  EXPECT_STREQ(schema.format, "+s");
  EXPECT_STREQ(schema.name, "");
  EXPECT_EQ(schema.metadata, nullptr);
  EXPECT_EQ(schema.flags, 0);
  EXPECT_EQ(schema.dictionary, nullptr);
  EXPECT_THAT(Formats(schema),
              ElementsAre("u", "l", "g", "b", "tsm:UTC", "tdD", "l", "u", "b"));
  for (int64_t i = 0; i < schema.n_children; ++i) {
    EXPECT_EQ(schema.children[i]->flags, ARROW_FLAG_NULLABLE);
    EXPECT_EQ(schema.children[i]->n_children, 0);
  }
  EXPECT_STREQ(schema.children[0]->name, "text");
  EXPECT_STREQ(schema.children[8]->name, "naïve 名");
  schema.release(&schema);
  stream.release(&stream);
}

TEST(ArrowStream, HoldsEveryValue) {
  EXPECT_THAT(ReadStream(SampleResult(0)), ElementsAre());
  EXPECT_THAT(ReadStream(SampleResult(1)), ElementsAre(1));
  EXPECT_THAT(ReadStream(SampleResult(8)), ElementsAre(8));
  EXPECT_THAT(ReadStream(SampleResult(65)), ElementsAre(65));
  EXPECT_THAT(ReadStream(OfTable({})), ElementsAre());
}

TEST(ArrowStream, CutsBatchesByRows) {
  EXPECT_THAT(ReadStream(SampleResult(65'536)), ElementsAre(65'536));
  EXPECT_THAT(ReadStream(SampleResult(65'537)), ElementsAre(65'536, 1));
  EXPECT_THAT(ReadStream(SampleResult(150'000)), ElementsAre(65'536, 65'536, 18'928));
}

TEST(ArrowStream, CutsBatchesByText) {
  const std::string third(kArrowBatchTextBytes / 3, 'x');
  const std::string more(kArrowBatchTextBytes + 1, 'y');
  // Three thirds fit; what exceeds the bound alone is a batch of its own.
  const auto result = OfTable(
      {{{"text", ColumnType::kString, {third, third, third, third, more, "z", Cell()}}}});
  EXPECT_THAT(ReadStream(result), ElementsAre(3, 1, 1, 2));
}

TEST(ArrowStream, NumbersThatAreNoneAreMissing) {
  ArrowArrayStream stream;
  ExportStream(
      OfTable({{{"d", ColumnType::kDouble, {std::nan(""), int64_t{3}, INFINITY}}}}),
      &stream);
  ArrowArray batch;
  ASSERT_EQ(stream.get_next(&stream, &batch), 0);
  const ArrowArray& array = *batch.children[0];
  EXPECT_EQ(array.null_count, 2);
  EXPECT_EQ(*static_cast<const uint8_t*>(array.buffers[0]), 0b010);
  EXPECT_EQ(ValueAt<double>(array.buffers[1], 0), 0);
  EXPECT_EQ(ValueAt<double>(array.buffers[1], 1), 3);
  batch.release(&batch);
  stream.release(&stream);
}

TEST(ArrowStream, EverythingOutlivesTheStreamAndTheResult) {
  auto result = SampleResult(20);
  const Table table = result->rows;
  std::weak_ptr<const Result> watch = result;
  ArrowArrayStream stream;
  ExportStream(std::move(result), &stream);
  EXPECT_FALSE(watch.expired());
  ArrowSchema schema;
  ArrowArray batch;
  ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
  ASSERT_EQ(stream.get_next(&stream, &batch), 0);
  stream.release(&stream);
  EXPECT_TRUE(watch.expired());
  CheckBatch(batch, schema, table, 0);
  batch.release(&batch);
  schema.release(&schema);
}

TEST(ArrowStream, ReleaseMarksAndMayBeRepeated) {
  ArrowArrayStream stream;
  ExportStream(SampleResult(3), &stream);
  ArrowSchema schema;
  ArrowArray batch;
  ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
  ASSERT_EQ(stream.get_next(&stream, &batch), 0);
  const auto release_schema = schema.release;
  const auto release_batch = batch.release;
  const auto release_stream = stream.release;
  for (int i = 0; i < 2; ++i) {
    release_schema(&schema);
    EXPECT_EQ(schema.release, nullptr);
    release_batch(&batch);
    EXPECT_EQ(batch.release, nullptr);
    release_stream(&stream);
    EXPECT_EQ(stream.release, nullptr);
  }
}

TEST(ArrowStream, ReleaseFreesEverything) {
  const auto result = SampleResult(20);
  const int before = live_allocations;
  ArrowArrayStream stream;
  ExportStream(result, &stream);
  ArrowSchema schema;
  ArrowArray batch;
  ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
  ASSERT_EQ(stream.get_next(&stream, &batch), 0);
  EXPECT_GT(live_allocations, before);
  schema.release(&schema);
  batch.release(&batch);
  stream.release(&stream);
  EXPECT_EQ(live_allocations, before);
}

// The interface lets a consumer take a child for itself: it copies the structure and
// clears the release callback of the one it took it from.
template <typename T>
T MoveOut(T* child) {
  T moved = *child;
  child->release = nullptr;
  return moved;
}

TEST(ArrowStream, ChildrenMovedOutLiveOnTheirOwn) {
  for (const bool parent_first : {true, false}) {
    const auto result = SampleResult(20);
    ArrowArrayStream stream;
    ExportStream(result, &stream);
    ArrowSchema schema;
    ArrowArray batch;
    ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
    ASSERT_EQ(stream.get_next(&stream, &batch), 0);
    ArrowArray text = MoveOut(batch.children[0]);
    ArrowArray day = MoveOut(batch.children[5]);
    ArrowSchema text_schema = MoveOut(schema.children[0]);
    text.release(batch.children[0]);  // What was taken is not the old place's any more.
    if (parent_first) {
      batch.release(&batch);
      schema.release(&schema);
    }
    stream.release(&stream);
    EXPECT_STREQ(text_schema.name, "text");
    for (int64_t row = 0; row < 20; ++row) {
      const auto at = static_cast<size_t>(row);
      EXPECT_EQ(ReadCell(text, "u", row), result->rows.columns[0].cells[at]);
      EXPECT_EQ(ReadCell(day, "tdD", row), result->rows.columns[5].cells[at]);
    }
    day.release(&day);
    text.release(&text);
    text_schema.release(&text_schema);
    EXPECT_EQ(text.release, nullptr);
    if (!parent_first) {
      batch.release(&batch);
      schema.release(&schema);
    }
  }
}

TEST(ArrowStream, AChildReleasedEarlyIsNotReleasedAgain) {
  ArrowArrayStream stream;
  ExportStream(SampleResult(3), &stream);
  ArrowArray batch;
  ASSERT_EQ(stream.get_next(&stream, &batch), 0);
  batch.children[1]->release(batch.children[1]);
  EXPECT_EQ(batch.children[1]->release, nullptr);
  batch.release(&batch);
  stream.release(&stream);
}

TEST(ArrowStream, TheStructureItselfMayMove) {
  auto first = std::make_unique<ArrowArrayStream>();
  ExportStream(SampleResult(3), first.get());
  ArrowArrayStream second = *first;
  first.reset();
  ArrowArray batch;
  ASSERT_EQ(second.get_next(&second, &batch), 0);
  EXPECT_EQ(batch.length, 3);
  ArrowArray moved = MoveOut(&batch);
  moved.release(&moved);
  second.release(&second);
}

TEST(ArrowStream, TheEndRepeats) {
  ArrowArrayStream stream;
  ExportStream(SampleResult(1), &stream);
  ArrowArray batch;
  ASSERT_EQ(stream.get_next(&stream, &batch), 0);
  batch.release(&batch);
  for (int i = 0; i < 2; ++i) {
    std::memset(&batch, 0xff, sizeof(batch));
    ASSERT_EQ(stream.get_next(&stream, &batch), 0);
    EXPECT_EQ(batch.release, nullptr);
  }
  stream.release(&stream);
}

// Fails each allocation of `call` in turn until it succeeds; the number of failures.
int FailEveryAllocation(ArrowArrayStream* stream, const std::function<int()>& call) {
  for (int allowed = 0;; ++allowed) {
    allocations_left = allowed;
    const int code = call();
    allocations_left = -1;
    if (code == 0) {
      EXPECT_EQ(stream->get_last_error(stream), nullptr);
      return allowed;
    }
    EXPECT_EQ(code, ENOMEM);
    EXPECT_STREQ(stream->get_last_error(stream), "out of memory");
  }
}

TEST(ArrowStream, ReportsWantOfMemoryAndGoesOnAfterIt) {
  const auto result = SampleResult(20);
  ArrowArrayStream stream;
  ExportStream(result, &stream);
  ArrowSchema schema;
  ArrowArray batch;
  // A name and the array of children at least; a validity and a data buffer each at
  // least.
  EXPECT_GE(
      FailEveryAllocation(&stream, [&] { return stream.get_schema(&stream, &schema); }),
      9);
  EXPECT_GE(
      FailEveryAllocation(&stream, [&] { return stream.get_next(&stream, &batch); }), 18);
  ASSERT_EQ(batch.length, 20);
  CheckBatch(batch, schema, result->rows, 0);
  batch.release(&batch);
  schema.release(&schema);
  stream.release(&stream);
}

}  // namespace
}  // namespace footfall::report
