// Reading chunks as rows, and their headers.
#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include "base/status.h"
#include "base/strings.h"
#include "store/chunk/chunk.h"
#include "store/chunk/chunk_decoder.h"
#include "store/rows_rep.h"

namespace footfall::store {
namespace {

absl::Status DamagedHeader() {
  return absl::DataLossError("column header is damaged: it is cut short");
}

uint32_t Clamp32(uint64_t value) {
  return static_cast<uint32_t>(std::min<uint64_t>(value, UINT32_MAX));
}

class RowDecoder {
 public:
  RowDecoder(const ChunkSummary& summary, ChunkReader& reader, Rows::Rep& rep)
      : rep_(rep) {
    chunk_.Open(&summary, &reader);
  }

  absl::Status Run(uint64_t first_arrival);

 private:
  using Ids = std::vector<uint32_t>;
  // Properties of a row: the number of the column, and the cell.
  struct Entry {
    uint32_t column;
    uint32_t cell;
  };

  uint32_t Text(const TextRef& text) {
    return text.code == Dictionaries::kNone ? rep_.texts.OfText(text.text)
                                            : rep_.texts.OfCode(text.code);
  }
  absl::Status Identities();
  absl::Status Types();
  absl::Status Fields();
  absl::Status Tuples(uint32_t column, int fields, TupleIds& ids, Ids* cells);
  absl::Status Sessions();
  absl::Status Properties();
  void Append(const int64_t* times, uint64_t first_arrival);
  void Collect(const ValueColumn& values,
               std::vector<std::pair<uint32_t, uint32_t>>* cells);
  uint32_t CellOf(const ValueRef& value);

  Rows::Rep& rep_;
  ChunkDecoder chunk_;
  Ids identities_;
  std::vector<uint8_t> types_;
  Ids fields_[kTextFields];
  Ids elements_;
  Ids contexts_;
  Ids sessions_;
  std::vector<int64_t> seqs_;
  TextList ids_;
  bool has_ids_ = false;
  // Of row i those from entry_begins_[i] on.
  std::vector<Entry> entries_;
  Ids entry_begins_;
  Ids shapes_;
};

absl::Status RowDecoder::Identities() {
  FOOTFALL_RETURN_IF_ERROR(chunk_.ReadPeople());
  IdentityColumn column;
  if (chunk_.Has(kChunkIdentity)) {
    FOOTFALL_RETURN_IF_ERROR(chunk_.ReadIdentities(&column));
  }
  identities_.resize(chunk_.rows());
  for (size_t p = 0; p < chunk_.people().size(); ++p) {
    const uint64_t owner = chunk_.people()[p];
    uint32_t last_code = UINT32_MAX;
    uint32_t last = 0;
    for (uint32_t row = chunk_.begins()[p]; row < chunk_.begins()[p + 1]; ++row) {
      const uint32_t code = column.codes.empty() ? kOwnerAsPerson : column.codes[row];
      if (code != last_code) {
        Rows::Rep::Identity identity{.owner = owner};
        if (code == kOwnerAsPerson) {
          identity.person = owner;
        } else if (code == kOwnerAsAnonymous) {
          identity.anonymous = owner;
        } else {
          identity.person = column.people[code - kFirstIdentity].first;
          identity.anonymous = column.people[code - kFirstIdentity].second;
        }
        last = rep_.IdentityOf(identity);
        last_code = code;
      }
      identities_[row] = last;
    }
  }
  return absl::OkStatus();
}

absl::Status RowDecoder::Types() {
  LocalCodes codes;
  std::vector<uint8_t> entries;
  FOOTFALL_RETURN_IF_ERROR(chunk_.ReadTypes(&codes, &entries));
  types_.resize(chunk_.rows());
  for (size_t row = 0; row < types_.size(); ++row) {
    if (codes[row] == 0) {
      return absl::DataLossError("column type is damaged: an event has none");
    }
    types_[row] = entries[codes[row] - 1];
  }
  return absl::OkStatus();
}

absl::Status RowDecoder::Fields() {
  for (size_t field = 0; field < kTextFields; ++field) {
    const auto number = static_cast<uint32_t>(kChunkName + field);
    if (!chunk_.Has(number)) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const ValueColumn* column, chunk_.Values(number));
    Ids texts = {0};
    for (const ValueRef& entry : column->entries) texts.push_back(Text(entry.text));
    fields_[field].resize(chunk_.rows());
    for (size_t row = 0; row < chunk_.rows(); ++row) {
      fields_[field][row] = texts[column->codes[row]];
    }
  }
  return absl::OkStatus();
}

absl::Status RowDecoder::Tuples(uint32_t column, int fields, TupleIds& ids, Ids* cells) {
  if (!chunk_.Has(column)) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(const TupleColumn* tuples, chunk_.Tuples(column));
  Ids tuple_ids = {0};
  Ids tuple;
  for (const TupleRef& entry : tuples->entries) {
    tuple.assign(1, entry.mask);
    for (size_t i = 0; i < static_cast<size_t>(fields); ++i) {
      if (entry.mask & 1u << i) tuple.push_back(Text(entry.texts[i]));
    }
    if (column == kChunkElement && (entry.mask & 1u << fields)) {
      tuple.push_back(static_cast<uint32_t>(entry.path.size()));
      for (const TupleRef::PathEntry& path : entry.path) {
        tuple.push_back(path.mask);
        for (size_t k = 0; k < 3; ++k) {
          if (path.mask & 1u << k) tuple.push_back(Text(path.texts[k]));
        }
      }
    }
    tuple_ids.push_back(ids.Of(tuple));
  }
  cells->resize(chunk_.rows());
  for (size_t row = 0; row < chunk_.rows(); ++row) {
    (*cells)[row] = tuple_ids[tuples->codes[row]];
  }
  return absl::OkStatus();
}

absl::Status RowDecoder::Sessions() {
  if (!chunk_.Has(kChunkSession)) return absl::OkStatus();
  SessionColumn column;
  FOOTFALL_RETURN_IF_ERROR(chunk_.ReadSessions(true, &column));
  Ids ids = {0};
  char scratch[kUuidChars];
  for (size_t i = 0; i < column.texts.size(); ++i) {
    const std::string_view bytes = column.texts.bytes(i);
    switch (column.texts.kind(i)) {
      case TextKind::kHex16:
        UnpackHex16(bytes.data(), scratch);
        ids.push_back(rep_.sessions.OfText({scratch, kHex16Chars}));
        break;
      case TextKind::kUuid:
        UnpackUuid(bytes.data(), scratch);
        ids.push_back(rep_.sessions.OfText({scratch, kUuidChars}));
        break;
      default:
        ids.push_back(rep_.sessions.OfText(bytes));
    }
  }
  sessions_.resize(chunk_.rows());
  for (size_t row = 0; row < chunk_.rows(); ++row) {
    sessions_[row] = ids[column.codes[row]];
  }
  return absl::OkStatus();
}

uint32_t RowDecoder::CellOf(const ValueRef& ref) {
  using Kind = model::Value::Kind;
  switch (ref.value.kind) {
    case Kind::kMissing:
      return MakeCell(kTagConstant, kNullValue);
    case Kind::kBool:
      return MakeCell(kTagConstant, ref.value.boolean ? kTrue : kFalse);
    case Kind::kInt:
      return rep_.IntegerCell(ref.value.integer);
    case Kind::kDouble:
      return rep_.DoubleCell(ref.value.number);
    case Kind::kString:
      return MakeCell(kTagText, Text(ref.text));
    case Kind::kJson:
      return MakeCell(kTagJson, Text(ref.text));
  }
  return 0;
}

// The cells of the rows that have the property.
void RowDecoder::Collect(const ValueColumn& values,
                         std::vector<std::pair<uint32_t, uint32_t>>* cells) {
  const auto rows = static_cast<uint32_t>(chunk_.rows());
  Ids of_code = {0};
  if (values.form == ValueForm::kDictionary) {
    for (const ValueRef& entry : values.entries) of_code.push_back(CellOf(entry));
  }
  for (uint32_t row = 0; row < rows; ++row) {
    const uint32_t code = values.codes[row];
    if (code == 0) continue;
    uint32_t cell = 0;
    if (values.form == ValueForm::kIntegers) {
      cell = rep_.IntegerCell(values.integers[row]);
    } else if (values.form == ValueForm::kDoubles) {
      cell = rep_.DoubleCell(values.doubles[row]);
    } else {
      cell = of_code[code];
    }
    cells->emplace_back(row, cell);
    ++entry_begins_[row + 1];
  }
}

absl::Status RowDecoder::Properties() {
  std::vector<uint32_t> keys;
  std::vector<std::vector<std::pair<uint32_t, uint32_t>>> lists;
  entry_begins_.assign(chunk_.rows() + 1, 0);
  shapes_.assign(chunk_.rows(), 0);
  const bool ordered = chunk_.Has(kChunkOrder);
  for (const auto& [number, size] : chunk_.summary().columns) {
    if (number < kChunkProperty) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const ValueColumn* values, chunk_.Values(number));
    keys.push_back(rep_.texts.OfCode(number - kChunkProperty));
    Collect(*values, &lists.emplace_back());
    chunk_.Drop(number);
  }
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<std::string_view> others,
                            chunk_.OtherKeys());
  for (const std::string_view key : others) {
    FOOTFALL_ASSIGN_OR_RETURN(const ValueColumn* values, chunk_.OtherValues(key));
    keys.push_back(rep_.texts.OfText(key));
    Collect(*values, &lists.emplace_back());
  }
  for (size_t row = 0; row < chunk_.rows(); ++row) {
    entry_begins_[row + 1] += entry_begins_[row];
  }
  entries_.resize(entry_begins_.back());
  Ids next(entry_begins_.begin(), entry_begins_.end() - 1);
  for (uint32_t column = 0; column < lists.size(); ++column) {
    for (const auto& [row, cell] : lists[column]) {
      entries_[next[row]++] = {column, cell};
      if (!ordered) shapes_[row] = rep_.shapes.With(shapes_[row], keys[column]);
    }
    lists[column] = {};
  }
  if (!ordered) return absl::OkStatus();
  LocalCodes codes;
  std::vector<std::vector<uint32_t>> orders;
  FOOTFALL_RETURN_IF_ERROR(chunk_.ReadOrders(&codes, &orders));
  Ids shapes = {0};
  const auto damaged = [] {
    return absl::DataLossError("column order is damaged: it names other properties");
  };
  for (const std::vector<uint32_t>& order : orders) {
    uint32_t shape = 0;
    for (const uint32_t column : order) {
      if (column >= keys.size()) return damaged();
      shape = rep_.shapes.With(shape, keys[column]);
    }
    shapes.push_back(shape);
  }
  std::vector<Entry> in_order;
  for (size_t row = 0; row < chunk_.rows(); ++row) {
    const auto begin = entries_.begin() + entry_begins_[row];
    const auto end = entries_.begin() + entry_begins_[row + 1];
    if (codes[row] == 0 && begin == end) continue;
    if (codes[row] == 0) return damaged();
    const std::vector<uint32_t>& order = orders[codes[row] - 1];
    if (static_cast<size_t>(end - begin) != order.size()) return damaged();
    in_order.clear();
    for (const uint32_t column : order) {
      // They stand by column.
      const auto found = std::lower_bound(
          begin, end, column,
          [](const Entry& entry, uint32_t wanted) { return entry.column < wanted; });
      if (found == end || found->column != column) return damaged();
      in_order.push_back(*found);
    }
    std::copy(in_order.begin(), in_order.end(), begin);
    shapes_[row] = shapes[codes[row]];
  }
  return absl::OkStatus();
}

// Makes rows of what has been read.
void RowDecoder::Append(const int64_t* times, uint64_t first_arrival) {
  const size_t row = rep_.size();
  const size_t count = chunk_.rows();
  if (!rep_.order.empty()) {
    rep_.order.resize(row + count);
    std::iota(rep_.order.begin() + static_cast<ptrdiff_t>(row), rep_.order.end(),
              static_cast<uint32_t>(row));
  }
  rep_.times.insert(rep_.times.end(), times, times + count);
  rep_.arrivals.resize(row + count);
  std::iota(rep_.arrivals.begin() + static_cast<ptrdiff_t>(row), rep_.arrivals.end(),
            first_arrival);
  rep_.types.insert(rep_.types.end(), types_.begin(), types_.end());
  rep_.row_identities.insert(rep_.row_identities.end(), identities_.begin(),
                             identities_.end());
  for (size_t i = 0; i < kTextFields; ++i) {
    rep_.fields[i].Append(row, count, std::move(fields_[i]));
  }
  rep_.row_elements.Append(row, count, std::move(elements_));
  rep_.row_contexts.Append(row, count, std::move(contexts_));
  rep_.row_sessions.Append(row, count, std::move(sessions_));
  rep_.seqs.Append(row, count, std::move(seqs_));
  const auto first_value = static_cast<uint32_t>(rep_.values.size());
  rep_.values.reserve(first_value + entries_.size());
  for (const Entry& entry : entries_) rep_.values.push_back(entry.cell);
  for (uint32_t& begin : entry_begins_) begin += first_value;
  entry_begins_.pop_back();
  if (entries_.empty()) {
    entry_begins_.clear();
    shapes_.clear();
  }
  rep_.first_values.Append(row, count, std::move(entry_begins_));
  rep_.row_shapes.Append(row, count, std::move(shapes_));
  Ids ids;
  if (has_ids_) ids.reserve(count);
  for (size_t i = 0; has_ids_ && i < count; ++i) {
    ids.push_back(rep_.AddPackedId(ids_.kind(i), ids_.bytes(i)));
  }
  rep_.row_ids.Append(row, count, std::move(ids));
}

absl::Status RowDecoder::Run(uint64_t first_arrival) {
  FOOTFALL_RETURN_IF_ERROR(Identities());
  FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, chunk_.Times());
  FOOTFALL_RETURN_IF_ERROR(Types());
  FOOTFALL_RETURN_IF_ERROR(Fields());
  FOOTFALL_RETURN_IF_ERROR(
      Tuples(kChunkElement, kElementFields, rep_.elements, &elements_));
  FOOTFALL_RETURN_IF_ERROR(
      Tuples(kChunkContext, kContextFields, rep_.contexts, &contexts_));
  FOOTFALL_RETURN_IF_ERROR(Sessions());
  has_ids_ = chunk_.Has(kChunkId);
  if (has_ids_) FOOTFALL_RETURN_IF_ERROR(chunk_.ReadIds(&ids_));
  if (chunk_.Has(kChunkSeq)) FOOTFALL_RETURN_IF_ERROR(chunk_.ReadSeqs(&seqs_));
  FOOTFALL_RETURN_IF_ERROR(Properties());
  Append(times, first_arrival);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ChunkSummary> ParseChunkHeader(std::string_view header) {
  Reader reader(header);
  ChunkSummary summary;
  if (reader.Byte() != kChunkVersion) {
    return absl::DataLossError("column header is damaged: its version is unknown");
  }
  const uint8_t flags = reader.Byte();
  summary.activity = (flags & kChunkActivity) != 0;
  summary.quick = (flags & kChunkQuick) != 0;
  const uint64_t rows = reader.Varint();
  const uint64_t people = reader.Varint();
  summary.first_person = reader.Varint();
  summary.last_person = summary.first_person + reader.Varint();
  summary.min_time_ms = reader.SignedVarint();
  summary.max_time_ms =
      static_cast<int64_t>(static_cast<uint64_t>(summary.min_time_ms) + reader.Varint());
  summary.names.resize(reader.Count());
  for (auto& [code, count] : summary.names) {
    const uint64_t stored = reader.Varint();
    code = stored == 0 ? kNoValueId : Clamp32(stored - 1);
    count = Clamp32(reader.Varint());
  }
  summary.days.resize(reader.Count());
  int64_t day = 0;
  for (auto& [number, count] : summary.days) {
    day = static_cast<int64_t>(static_cast<uint64_t>(day) +
                               static_cast<uint64_t>(reader.SignedVarint()));
    number = static_cast<int32_t>(std::clamp<int64_t>(
        day, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()));
    count = Clamp32(reader.Varint());
  }
  summary.columns.resize(reader.Count());
  uint64_t column = 0;
  uint64_t time_bytes = 0;
  bool rising = true;
  for (auto& [number, size] : summary.columns) {
    const uint64_t step = reader.Varint();
    column += step;
    rising = rising && step > 0 && column <= UINT32_MAX;
    number = static_cast<uint32_t>(column);
    size = Clamp32(reader.Varint());
    if (number == kChunkTime) time_bytes = size;
  }
  if (!reader.ok() || !reader.done()) return DamagedHeader();
  // No chunk of so many rows has times in fewer bytes: what follows may trust the number.
  const uint64_t groups = rows / kTimeGroup;
  if (!rising || rows == 0 || rows > UINT32_MAX || people == 0 || people > rows ||
      groups * kTimeGroupBytes > time_bytes) {
    return absl::DataLossError("column header is damaged: it contradicts itself");
  }
  summary.rows = static_cast<uint32_t>(rows);
  summary.people = static_cast<uint32_t>(people);
  return summary;
}

absl::Status DecodeChunk(const ChunkSummary& summary, ChunkReader& reader,
                         uint64_t first_arrival, Rows* rows) {
  return RowDecoder(summary, reader, rows->rep()).Run(first_arrival);
}

}  // namespace footfall::store
