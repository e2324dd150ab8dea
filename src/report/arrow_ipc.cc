#include "report/arrow_ipc.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string_view>

#include "flatbuffers/flatbuffers.h"
#include "report/export_cell.h"

namespace footfall::report {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using query::Cell;
using query::Column;
using query::ColumnType;
using query::Table;

void SetBit(std::vector<uint8_t>& bits, size_t at) {
  bits[at / 8] = static_cast<uint8_t>(bits[at / 8] | 1u << at % 8);
}

template <typename T>
void StoreAt(std::vector<uint8_t>& data, size_t index, T value) {
  std::memcpy(data.data() + index * sizeof(T), &value, sizeof(T));
}

// A string that 32-bit offsets cannot address has no place in the utf8 type. No event can
// carry one: they are limited to far less.
bool FitsOffsets(std::string_view text) {
  return text.size() <= size_t{std::numeric_limits<int32_t>::max()};
}

size_t ValueBytes(ColumnType type, size_t rows) {
  switch (type) {
    case ColumnType::kString:
      return 0;
    case ColumnType::kBool:
      return (rows + 7) / 8;
    case ColumnType::kDate:
      return rows * sizeof(int32_t);
    case ColumnType::kInt64:
    case ColumnType::kDouble:
    case ColumnType::kTimestamp:
      break;
  }
  return rows * sizeof(int64_t);
}

// What follows are the tables of Arrow's Schema.fbs and Message.fbs. A field's number is
// its position there; in a vtable it stands at 4 + 2 * number.
constexpr flatbuffers::voffset_t Slot(int field) {
  return static_cast<flatbuffers::voffset_t>(4 + 2 * field);
}

constexpr int16_t kMetadataV5 = 4;

// Members of the unions MessageHeader and Type.
constexpr uint8_t kHeaderSchema = 1;
constexpr uint8_t kHeaderRecordBatch = 3;
constexpr uint8_t kTypeInt = 2;
constexpr uint8_t kTypeFloatingPoint = 3;
constexpr uint8_t kTypeUtf8 = 5;
constexpr uint8_t kTypeBool = 6;
constexpr uint8_t kTypeDate = 8;
constexpr uint8_t kTypeTimestamp = 10;

struct FieldNode {
  int64_t length;
  int64_t null_count;
};

struct BufferPlace {
  int64_t offset;
  int64_t length;
};

// Where a batch lies in a file: its message with the prefix, and its body after that.
struct Block {
  int64_t offset;
  int32_t metadata_length;
  int32_t padding;
  int64_t body_length;
};

using AnyTable = Offset<flatbuffers::Table>;

AnyTable EndTable(FlatBufferBuilder& builder, flatbuffers::uoffset_t start) {
  return AnyTable(builder.EndTable(start));
}

uint8_t TypeNumber(ColumnType type) {
  switch (type) {
    case ColumnType::kString:
      return kTypeUtf8;
    case ColumnType::kDouble:
      return kTypeFloatingPoint;
    case ColumnType::kBool:
      return kTypeBool;
    case ColumnType::kTimestamp:
      return kTypeTimestamp;
    case ColumnType::kDate:
      return kTypeDate;
    case ColumnType::kInt64:
      break;
  }
  return kTypeInt;
}

AnyTable AddType(FlatBufferBuilder& builder, ColumnType type) {
  if (type == ColumnType::kTimestamp) {
    const auto zone = builder.CreateString("UTC", 3);
    const auto start = builder.StartTable();
    builder.AddElement<int16_t>(Slot(0), 1, 0);  // MILLISECOND
    builder.AddOffset(Slot(1), zone);
    return EndTable(builder, start);
  }
  const auto start = builder.StartTable();
  if (type == ColumnType::kInt64) {
    builder.AddElement<int32_t>(Slot(0), 64, 0);  // bitWidth
    builder.AddElement<uint8_t>(Slot(1), 1, 0);   // is_signed
  } else if (type == ColumnType::kDouble) {
    builder.AddElement<int16_t>(Slot(0), 2, 0);  // DOUBLE
  } else if (type == ColumnType::kDate) {
    builder.AddElement<int16_t>(Slot(0), 0, 1);  // DAY, where MILLISECOND is the default
  }
  return EndTable(builder, start);
}

AnyTable AddField(FlatBufferBuilder& builder, const Column& column) {
  const auto name = builder.CreateString(column.name.data(), column.name.size());
  const AnyTable type = AddType(builder, column.type);
  // Some readers want the list of children even where there can be none.
  const auto children = builder.CreateVector(std::vector<AnyTable>());
  const auto start = builder.StartTable();
  builder.AddOffset(Slot(0), name);
  builder.AddElement<uint8_t>(Slot(1), 1, 0);  // nullable
  builder.AddElement<uint8_t>(Slot(2), TypeNumber(column.type), 0);
  builder.AddOffset(Slot(3), type);
  builder.AddOffset(Slot(5), children);
  return EndTable(builder, start);
}

void AppendInt32(std::string& out, int32_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    out += static_cast<char>(static_cast<uint32_t>(value) >> shift);
  }
}

void PadTo8(std::string& out) { out.append(-out.size() % 8, '\0'); }

// Ends the message with `header` and appends it, encapsulated: marker, size, metadata to
// a multiple of 8 bytes. The body is for the caller to append.
void AppendMessage(std::string& out, FlatBufferBuilder& builder, uint8_t header_type,
                   AnyTable header, int64_t body_bytes) {
  const auto start = builder.StartTable();
  builder.AddElement<int16_t>(Slot(0), kMetadataV5, 0);
  builder.AddElement<uint8_t>(Slot(1), header_type, 0);
  builder.AddOffset(Slot(2), header);
  builder.AddElement<int64_t>(Slot(3), body_bytes, 0);
  builder.Finish(EndTable(builder, start));
  const size_t bytes = builder.GetSize();
  AppendInt32(out, -1);
  AppendInt32(out, static_cast<int32_t>((bytes + 7) / 8 * 8));
  out.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), bytes);
  PadTo8(out);
}

AnyTable AddSchema(FlatBufferBuilder& builder, const Table& table) {
  std::vector<AnyTable> fields;
  for (const Column& column : table.columns) fields.push_back(AddField(builder, column));
  const auto field_list = builder.CreateVector(fields);
  const auto start = builder.StartTable();
  constexpr bool kBigEndian = std::endian::native == std::endian::big;
  builder.AddElement<int16_t>(Slot(0), kBigEndian ? 1 : 0, 0);
  builder.AddOffset(Slot(1), field_list);
  return EndTable(builder, start);
}

void AppendSchema(std::string& out, const Table& table) {
  FlatBufferBuilder builder;
  AppendMessage(out, builder, kHeaderSchema, AddSchema(builder, table), 0);
}

// Appends the batch and answers where it lies in `out`.
Block AppendBatch(std::string& out, const Table& table, size_t begin, size_t end) {
  const auto rows = static_cast<int64_t>(end - begin);
  std::string body;
  std::vector<FieldNode> nodes;
  std::vector<BufferPlace> places;
  const auto add = [&](const void* data, size_t bytes) {
    places.push_back({static_cast<int64_t>(body.size()), static_cast<int64_t>(bytes)});
    body.append(static_cast<const char*>(data), bytes);
    PadTo8(body);
  };
  for (const Column& column : table.columns) {
    const ArrowColumn laid_out = MakeArrowColumn(column, begin, end);
    nodes.push_back({rows, laid_out.null_count});
    add(laid_out.validity.data(), laid_out.validity.size());
    if (column.type == ColumnType::kString) {
      add(laid_out.offsets.data(), laid_out.offsets.size() * sizeof(int32_t));
    }
    add(laid_out.data.data(), laid_out.data.size());
  }

  FlatBufferBuilder builder;
  const auto node_list = builder.CreateVectorOfStructs(nodes);
  const auto place_list = builder.CreateVectorOfStructs(places);
  const auto start = builder.StartTable();
  builder.AddElement<int64_t>(Slot(0), rows, 0);
  builder.AddOffset(Slot(1), node_list);
  builder.AddOffset(Slot(2), place_list);
  const size_t message = out.size();
  AppendMessage(out, builder, kHeaderRecordBatch, EndTable(builder, start),
                static_cast<int64_t>(body.size()));
  const Block block = {static_cast<int64_t>(message),
                       static_cast<int32_t>(out.size() - message), 0,
                       static_cast<int64_t>(body.size())};
  out += body;
  return block;
}

// Appends schema, batches and end of stream; answers where the batches lie.
std::vector<Block> AppendStream(std::string& out, const Table& table) {
  std::vector<Block> blocks;
  AppendSchema(out, table);
  for (size_t row = 0; row < table.row_count();) {
    const size_t end = ArrowBatchEnd(table, row);
    blocks.push_back(AppendBatch(out, table, row, end));
    row = end;
  }
  AppendInt32(out, -1);
  AppendInt32(out, 0);
  return blocks;
}

}  // namespace

size_t ArrowBatchEnd(const Table& table, size_t begin) {
  const size_t last = std::min(table.row_count(), begin + kArrowBatchRows);
  size_t text_bytes = 0;
  for (size_t row = begin; row < last; ++row) {
    for (const Column& column : table.columns) {
      const auto* text = std::get_if<query::Text>(&column.cells[row]);
      if (text != nullptr) text_bytes += text->view().size();
    }
    if (text_bytes > kArrowBatchTextBytes && row > begin) return row;
  }
  return last;
}

ArrowColumn MakeArrowColumn(const Column& column, size_t begin, size_t end) {
  const size_t rows = end - begin;
  ArrowColumn out;
  out.validity.resize((rows + 7) / 8);
  out.data.resize(ValueBytes(column.type, rows));
  if (column.type == ColumnType::kString) out.offsets.reserve(rows + 1);
  for (size_t i = 0; i < rows; ++i) {
    const Cell& cell = column.cells[begin + i];
    const auto* text = std::get_if<query::Text>(&cell);
    const bool present =
        !IsMissing(cell, column.type) && (text == nullptr || FitsOffsets(text->view()));
    if (column.type == ColumnType::kString) {
      out.offsets.push_back(static_cast<int32_t>(out.data.size()));
    }
    if (!present) {
      ++out.null_count;
      continue;
    }
    SetBit(out.validity, i);
    switch (column.type) {
      case ColumnType::kString:
        out.data.insert(out.data.end(), text->view().begin(), text->view().end());
        break;
      case ColumnType::kBool:
        if (std::get<bool>(cell)) SetBit(out.data, i);
        break;
      case ColumnType::kDouble:
        StoreAt(out.data, i, DoubleOf(cell));
        break;
      case ColumnType::kDate:
        StoreAt(out.data, i, static_cast<int32_t>(std::get<int64_t>(cell)));
        break;
      case ColumnType::kInt64:
      case ColumnType::kTimestamp:
        StoreAt(out.data, i, std::get<int64_t>(cell));
        break;
    }
  }
  if (column.type == ColumnType::kString) {
    out.offsets.push_back(static_cast<int32_t>(out.data.size()));
  }
  if (out.null_count == 0) out.validity.clear();
  return out;
}

std::string ArrowIpcStream(const Table& table) {
  std::string out;
  AppendStream(out, table);
  return out;
}

std::string ArrowIpcFile(const Table& table) {
  constexpr std::string_view kMagic = "ARROW1";
  std::string out(kMagic);
  PadTo8(out);
  const std::vector<Block> blocks = AppendStream(out, table);
  FlatBufferBuilder builder;
  const AnyTable schema = AddSchema(builder, table);
  const auto dictionaries = builder.CreateVectorOfStructs(std::vector<Block>());
  const auto batches = builder.CreateVectorOfStructs(blocks);
  const auto start = builder.StartTable();
  builder.AddElement<int16_t>(Slot(0), kMetadataV5, 0);
  builder.AddOffset(Slot(1), schema);
  builder.AddOffset(Slot(2), dictionaries);
  builder.AddOffset(Slot(3), batches);
  builder.Finish(EndTable(builder, start));
  out.append(reinterpret_cast<const char*>(builder.GetBufferPointer()),
             builder.GetSize());
  AppendInt32(out, static_cast<int32_t>(builder.GetSize()));
  return out.append(kMagic);
}

}  // namespace footfall::report
