#include "store/chunk/chunk_columns.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "base/strings.h"
#include "store/batch.h"
#include "store/chunk/bit_packing.h"
#include "store/chunk/chunk_decoder.h"

namespace footfall::store {
namespace {

using model::Value;

// A column as a block has it, and the memory that it is in.
struct BuiltColumn {
  ColumnId id;
  uint64_t opened = 0;  // Of which call of Open.
  BlockColumn column;
  std::vector<Value> values;
  std::vector<uint32_t> value_ids;
  std::vector<uint8_t> codes8;
  std::vector<uint32_t> codes32;
  std::string texts;
};

// Collects the values of a column, so that each is there once.
class Distinct {
 public:
  // `column` is named by errors.
  Distinct(const Dictionaries& dictionaries, uint32_t column, BuiltColumn& out)
      : dictionaries_(dictionaries), column_(column), out_(out) {
    out_.values.assign(1, Value::Missing());
    out_.value_ids.assign(1, kNoValueId);
  }

  // The number of a value that is not the same as another one.
  uint32_t Add(const ValueRef& ref) {
    if (ref.value.is_missing()) return 0;
    const bool is_text = ref.value.is_string() || ref.value.kind == Value::Kind::kJson;
    out_.values.push_back(ref.value);
    out_.value_ids.push_back(is_text ? ref.text.code : kNoValueId);
    if (is_text && ref.text.code == Dictionaries::kNone) {
      out_.values.back().text = ref.text.text;
      any_in_full_ = true;
    }
    return static_cast<uint32_t>(out_.values.size() - 1);
  }
  // The number of a text that may be there already.
  uint32_t Text(const TextRef& text) {
    if (text.code == Dictionaries::kNone) {
      return Add({.value = Value::String({}), .text = text});
    }
    const auto [found, added] = by_code_.try_emplace(text.code, 0);
    if (added) found->second = Add({.value = Value::String({}), .text = text});
    return found->second;
  }

  // Looks the texts up. The numbers in `table` change where the same text stands with and
  // without a code. DATA_LOSS for a code that no dictionary has.
  absl::Status Finish(std::vector<uint32_t>& table) {
    static_assert(kNoValueId == Dictionaries::kNone);
    std::vector<std::string_view> texts(out_.values.size());
    if (!dictionaries_.Resolve(out_.value_ids, &texts)) {
      return base::MakeError(absl::StatusCode::kDataLoss,
                             base::Cat("column ", NameOfColumn(column_),
                                       " is damaged: it names a string that no "
                                       "dictionary has"));
    }
    for (size_t i = 1; i < texts.size(); ++i) {
      if (out_.value_ids[i] != kNoValueId) out_.values[i].text = texts[i];
    }
    if (any_in_full_) Unite(table);
    return absl::OkStatus();
  }

 private:
  void Unite(std::vector<uint32_t>& table) {
    absl::flat_hash_map<std::pair<uint8_t, absl::string_view>, uint32_t> numbers;
    std::vector<uint32_t> united(out_.values.size(), 0);
    uint32_t end = 1;
    for (uint32_t i = 1; i < united.size(); ++i) {
      const Value& value = out_.values[i];
      const bool is_text = value.is_string() || value.kind == Value::Kind::kJson;
      united[i] = end;
      if (is_text) {
        const auto kind = static_cast<uint8_t>(value.kind);
        united[i] = numbers.try_emplace({kind, base::Abs(value.text)}, end).first->second;
      }
      uint32_t& id = out_.value_ids[united[i]];
      id = united[i] == end ? out_.value_ids[i] : std::min(id, out_.value_ids[i]);
      out_.values[united[i]] = value;
      end = std::max(end, united[i] + 1);
    }
    out_.values.resize(end);
    out_.value_ids.resize(end);
    for (uint32_t& number : table) number = united[number];
  }

  const Dictionaries& dictionaries_;
  const uint32_t column_;
  BuiltColumn& out_;
  bool any_in_full_ = false;
  absl::flat_hash_map<uint32_t, uint32_t> by_code_;
};

// Rows of `codes` by what `table` makes of them, as indexes into the values.
void MapCodes(const LocalCodes& codes, size_t rows, const std::vector<uint32_t>& table,
              BuiltColumn& out) {
  const bool wide = out.values.size() > 256;
  if (!wide) {
    out.codes8.resize(rows);
    if (codes.wide()) {
      for (size_t i = 0; i < rows; ++i) {
        out.codes8[i] = static_cast<uint8_t>(table[codes.words[i]]);
      }
    } else {
      std::array<uint8_t, 256> bytes = {};
      for (size_t i = 0; i < table.size(); ++i) bytes[i] = static_cast<uint8_t>(table[i]);
      MapBytes(codes.bytes.data(), rows, bytes.data(), out.codes8.data());
    }
    out.column.form = BlockColumn::Form::kCodes8;
    out.column.codes8 = out.codes8.data();
    return;
  }
  out.codes32.resize(rows);
  for (size_t i = 0; i < rows; ++i) out.codes32[i] = table[codes[i]];
  out.column.form = BlockColumn::Form::kCodes32;
  out.column.codes32 = out.codes32.data();
}

// The rows as they are stored, when that is what the table says.
void UseCodes(const LocalCodes& codes, size_t rows, const std::vector<uint32_t>& table,
              BuiltColumn& out) {
  bool same = out.values.size() == codes.end;
  for (uint32_t i = 0; same && i < table.size(); ++i) same = table[i] == i;
  if (!same) return MapCodes(codes, rows, table, out);
  if (codes.wide()) {
    out.column.form = BlockColumn::Form::kCodes32;
    out.column.codes32 = codes.words.data();
  } else {
    out.column.form = BlockColumn::Form::kCodes8;
    out.column.codes8 = codes.bytes.data();
  }
}

}  // namespace

struct ChunkColumns::Rep {
  absl::Status Build(const ColumnId& id, BuiltColumn& out);
  absl::Status BuildValues(const ValueColumn& values, uint32_t column, BuiltColumn& out);
  absl::Status BuildTypes(BuiltColumn& out);
  absl::Status BuildTuple(uint32_t column, size_t field, BuiltColumn& out);
  absl::Status BuildHttps(BuiltColumn& out);
  absl::Status BuildSessions(bool with_texts, BuiltColumn& out);
  absl::Status BuildProperty(std::string_view key, BuiltColumn& out);
  absl::Status BuildUnited(const ValueColumn& coded, const ValueColumn& in_full,
                           uint32_t column, BuiltColumn& out);

  ChunkDecoder chunk;
  const Dictionaries* dictionaries = nullptr;
  uint64_t opened = 0;
  std::vector<std::unique_ptr<BuiltColumn>> built;
  SessionColumn sessions;
  bool session_codes_read = false;
  bool session_texts_read = false;
  LocalCodes type_codes;
  std::vector<int64_t> seqs;
  std::vector<uint64_t> streams;
  std::vector<uint64_t> weeks;
};

ChunkColumns::ChunkColumns() : rep_(std::make_unique<Rep>()) {}
ChunkColumns::~ChunkColumns() = default;
ChunkColumns::ChunkColumns(ChunkColumns&&) noexcept = default;
ChunkColumns& ChunkColumns::operator=(ChunkColumns&&) noexcept = default;

void ChunkColumns::Open(const ChunkSummary* summary, ChunkReader* reader,
                        const Dictionaries* dictionaries) {
  rep_->chunk.Open(summary, reader);
  rep_->dictionaries = dictionaries;
  ++rep_->opened;
  rep_->session_codes_read = false;
  rep_->session_texts_read = false;
}

uint64_t ChunkColumns::bytes_read() const { return rep_->chunk.bytes_read(); }

absl::StatusOr<ChunkColumns::People> ChunkColumns::ReadPeople() {
  FOOTFALL_RETURN_IF_ERROR(rep_->chunk.ReadPeople());
  return People{.codes = rep_->chunk.people(), .begins = rep_->chunk.begins()};
}

absl::StatusOr<const int64_t*> ChunkColumns::Times() { return rep_->chunk.Times(); }

absl::StatusOr<const int64_t*> ChunkColumns::TimesWhere(const uint64_t* rows) {
  return rep_->chunk.TimesWhere(rows);
}

absl::StatusOr<const int64_t*> ChunkColumns::Seqs() {
  if (!rep_->chunk.Has(kChunkSeq)) return nullptr;
  FOOTFALL_RETURN_IF_ERROR(rep_->chunk.ReadSeqs(&rep_->seqs));
  return rep_->seqs.data();
}

absl::StatusOr<const uint64_t*> ChunkColumns::Streams() {
  ChunkDecoder& chunk = rep_->chunk;
  if (!chunk.Has(kChunkIdentity)) return nullptr;
  FOOTFALL_RETURN_IF_ERROR(chunk.ReadPeople());
  IdentityColumn column;
  FOOTFALL_RETURN_IF_ERROR(chunk.ReadIdentities(&column));
  rep_->streams.resize(chunk.rows());
  for (size_t p = 0; p < chunk.people().size(); ++p) {
    for (uint32_t row = chunk.begins()[p]; row < chunk.begins()[p + 1]; ++row) {
      const uint32_t code = column.codes[row];
      uint64_t stream = chunk.people()[p];
      if (code >= kFirstIdentity) {
        const auto& [person, anonymous] = column.people[code - kFirstIdentity];
        stream = person != 0 ? person : anonymous;
      }
      rep_->streams[row] = stream;
    }
  }
  return rep_->streams.data();
}

absl::StatusOr<std::optional<Block::Weeks>> ChunkColumns::ActiveWeeks() {
  if (!rep_->chunk.Has(kChunkWeeks)) return std::nullopt;
  Block::Weeks weeks;
  FOOTFALL_RETURN_IF_ERROR(rep_->chunk.ReadWeeks(&weeks.first_week, &rep_->weeks));
  weeks.masks = rep_->weeks.data();
  return weeks;
}

absl::StatusOr<const BlockColumn*> ChunkColumns::Column(const ColumnId& id) {
  BuiltColumn* built = nullptr;
  for (const auto& known : rep_->built) {
    if (known->id == id) built = known.get();
  }
  if (built == nullptr) {
    built = rep_->built.emplace_back(std::make_unique<BuiltColumn>()).get();
    built->id = id;
  }
  if (built->opened == rep_->opened) return &built->column;
  built->column = {};
  FOOTFALL_RETURN_IF_ERROR(rep_->Build(id, *built));
  built->opened = rep_->opened;
  return &built->column;
}

absl::StatusOr<std::optional<RowsInRanges>> ChunkColumns::RowsIn(
    const ColumnId& id, const NumberRanges& ranges) {
  ChunkDecoder& chunk = rep_->chunk;
  // Keys in full may be those of further numbers.
  if (id.kind != ColumnKind::kProperty || chunk.Has(kChunkOtherProperties)) {
    return std::optional<RowsInRanges>();
  }
  const uint32_t code = rep_->dictionaries->Find(kFieldPropertyKey, id.key);
  if (code == Dictionaries::kNone || !chunk.Has(kChunkProperty + code)) {
    return std::optional<RowsInRanges>();
  }
  return chunk.RowsIn(kChunkProperty + code, ranges);
}

absl::Status ChunkColumns::Rep::Build(const ColumnId& id, BuiltColumn& out) {
  const auto kind = id.kind;
  if (kind == ColumnKind::kType) return BuildTypes(out);
  if (kind <= ColumnKind::kValue) {
    const auto field =
        static_cast<uint32_t>(kind) - static_cast<uint32_t>(ColumnKind::kName);
    const uint32_t column = kChunkName + field;
    if (!chunk.Has(column)) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(const ValueColumn* values, chunk.Values(column));
    return BuildValues(*values, column, out);
  }
  const auto offset = [kind](ColumnKind first) {
    return static_cast<size_t>(kind) - static_cast<size_t>(first);
  };
  if (kind <= ColumnKind::kElementAutocomplete) {
    return BuildTuple(kChunkElement, offset(ColumnKind::kElementTag), out);
  }
  if (kind <= ColumnKind::kContextDevice) {
    return BuildTuple(kChunkContext, offset(ColumnKind::kContextCountry), out);
  }
  switch (kind) {
    case ColumnKind::kContextHttps:
      return BuildHttps(out);
    case ColumnKind::kSession:
      return BuildSessions(true, out);
    case ColumnKind::kSessionCode:
      return BuildSessions(false, out);
    default:
      return BuildProperty(id.key, out);
  }
}

absl::Status ChunkColumns::Rep::BuildValues(const ValueColumn& values, uint32_t column,
                                            BuiltColumn& out) {
  if (values.form != ValueForm::kDictionary) {
    const bool integers = values.form == ValueForm::kIntegers;
    out.column.form =
        integers ? BlockColumn::Form::kIntegers : BlockColumn::Form::kDoubles;
    out.column.integers = integers ? values.integers.data() : nullptr;
    out.column.doubles = integers ? nullptr : values.doubles.data();
    out.column.present = values.present.empty() ? nullptr : values.present.data();
    return absl::OkStatus();
  }
  Distinct distinct(*dictionaries, column, out);
  std::vector<uint32_t> table = {0};
  for (const ValueRef& entry : values.entries) table.push_back(distinct.Add(entry));
  FOOTFALL_RETURN_IF_ERROR(distinct.Finish(table));
  UseCodes(values.codes, chunk.rows(), table, out);
  out.column.values = out.values;
  out.column.value_ids = out.value_ids;
  return absl::OkStatus();
}

absl::Status ChunkColumns::Rep::BuildTypes(BuiltColumn& out) {
  std::vector<uint8_t> entries;
  FOOTFALL_RETURN_IF_ERROR(chunk.ReadTypes(&type_codes, &entries));
  Distinct distinct(*dictionaries, kChunkType, out);
  std::vector<uint32_t> table = {0};
  for (const uint8_t entry : entries) {
    const auto type = static_cast<model::EventType>(entry);
    table.push_back(
        distinct.Add({.value = Value::String({}),
                      .text = {Dictionaries::kNone, model::EventTypeName(type)}}));
  }
  FOOTFALL_RETURN_IF_ERROR(distinct.Finish(table));
  UseCodes(type_codes, chunk.rows(), table, out);
  out.column.values = out.values;
  out.column.value_ids = out.value_ids;
  return absl::OkStatus();
}

absl::Status ChunkColumns::Rep::BuildTuple(uint32_t column, size_t field,
                                           BuiltColumn& out) {
  if (!chunk.Has(column)) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(const TupleColumn* tuples, chunk.Tuples(column));
  Distinct distinct(*dictionaries, column, out);
  std::vector<uint32_t> table = {0};
  for (const TupleRef& tuple : tuples->entries) {
    const bool present = (tuple.mask & 1u << field) != 0;
    table.push_back(present ? distinct.Text(tuple.texts[field]) : 0);
  }
  FOOTFALL_RETURN_IF_ERROR(distinct.Finish(table));
  // The field may be in no tuple.
  if (out.values.size() == 1) return absl::OkStatus();
  UseCodes(tuples->codes, chunk.rows(), table, out);
  out.column.values = out.values;
  out.column.value_ids = out.value_ids;
  return absl::OkStatus();
}

absl::Status ChunkColumns::Rep::BuildHttps(BuiltColumn& out) {
  if (!chunk.Has(kChunkContext)) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(const TupleColumn* tuples, chunk.Tuples(kChunkContext));
  constexpr uint32_t kKnown = 1u << kContextFields;
  constexpr uint32_t kHttps = 2u << kContextFields;
  out.values = {Value::Missing(), Value::Bool(false), Value::Bool(true)};
  out.value_ids.assign(out.values.size(), kNoValueId);
  std::vector<uint32_t> table = {0};
  bool any = false;
  for (const TupleRef& tuple : tuples->entries) {
    table.push_back((tuple.mask & kKnown) == 0 ? 0 : (tuple.mask & kHttps) == 0 ? 1 : 2);
    any = any || table.back() != 0;
  }
  if (!any) return absl::OkStatus();
  UseCodes(tuples->codes, chunk.rows(), table, out);
  out.column.values = out.values;
  out.column.value_ids = out.value_ids;
  return absl::OkStatus();
}

absl::Status ChunkColumns::Rep::BuildSessions(bool with_texts, BuiltColumn& out) {
  if (!chunk.Has(kChunkSession)) return absl::OkStatus();
  if (!session_codes_read || (with_texts && !session_texts_read)) {
    FOOTFALL_RETURN_IF_ERROR(chunk.ReadSessions(with_texts, &sessions));
    session_codes_read = true;
    session_texts_read = session_texts_read || with_texts;
  }
  const LocalCodes& codes = sessions.codes;
  out.values.assign(codes.end, Value::Missing());
  out.value_ids.assign(codes.end, kNoValueId);
  if (with_texts) {
    // Room for all, so that nothing moves.
    const TextList& texts = sessions.texts;
    out.texts.resize(texts.size() * kUuidChars);
    char* at = out.texts.data();
    for (size_t i = 0; i < texts.size(); ++i) {
      std::string_view text = texts.bytes(i);
      if (texts.kind(i) == TextKind::kHex16) {
        UnpackHex16(text.data(), at);
        text = {at, kHex16Chars};
        at += kHex16Chars;
      } else if (texts.kind(i) == TextKind::kUuid) {
        UnpackUuid(text.data(), at);
        text = {at, kUuidChars};
        at += kUuidChars;
      }
      out.values[i + 1] = Value::String(text);
    }
  }
  if (codes.wide()) {
    out.column.form = BlockColumn::Form::kCodes32;
    out.column.codes32 = codes.words.data();
  } else {
    out.column.form = BlockColumn::Form::kCodes8;
    out.column.codes8 = codes.bytes.data();
  }
  out.column.values = out.values;
  out.column.value_ids = out.value_ids;
  return absl::OkStatus();
}

// Keys may stand with and without a code, since dictionaries take what they have room
// for: rows have the property in either column.
absl::Status ChunkColumns::Rep::BuildUnited(const ValueColumn& coded,
                                            const ValueColumn& in_full, uint32_t column,
                                            BuiltColumn& out) {
  Distinct distinct(*dictionaries, column, out);
  std::vector<uint32_t> table = {0};
  absl::flat_hash_map<std::pair<uint8_t, uint64_t>, uint32_t> plain;
  const auto add = [&](const ValueRef& ref) -> uint32_t {
    const Value& value = ref.value;
    if (value.is_string()) {
      table.push_back(distinct.Text(ref.text));
    } else if (value.kind == Value::Kind::kJson || value.is_missing()) {
      table.push_back(distinct.Add(ref));
    } else {
      const uint64_t bits = value.kind == Value::Kind::kDouble
                                ? std::bit_cast<uint64_t>(value.number)
                                : static_cast<uint64_t>(value.integer) + value.boolean;
      const auto [found, added] =
          plain.try_emplace({static_cast<uint8_t>(value.kind), bits}, 0);
      if (added) found->second = distinct.Add(ref);
      table.push_back(found->second);
    }
    return static_cast<uint32_t>(table.size() - 1);
  };
  LocalCodes united;
  united.end = UINT32_MAX;  // In words.
  united.words.assign(chunk.rows(), 0);
  for (const ValueColumn* values : {&coded, &in_full}) {
    std::vector<uint32_t> places = {0};
    for (const ValueRef& entry : values->entries) {
      if (values->form == ValueForm::kDictionary) places.push_back(add(entry));
    }
    for (size_t row = 0; row < chunk.rows(); ++row) {
      const uint32_t code = values->codes[row];
      if (code == 0) continue;
      if (values->form == ValueForm::kDictionary) {
        united.words[row] = places[code];
      } else if (values->form == ValueForm::kIntegers) {
        united.words[row] = add({.value = Value::Int(values->integers[row])});
      } else {
        united.words[row] = add({.value = Value::Double(values->doubles[row])});
      }
    }
  }
  FOOTFALL_RETURN_IF_ERROR(distinct.Finish(table));
  MapCodes(united, chunk.rows(), table, out);
  out.column.values = out.values;
  out.column.value_ids = out.value_ids;
  return absl::OkStatus();
}

absl::Status ChunkColumns::Rep::BuildProperty(std::string_view key, BuiltColumn& out) {
  const uint32_t code = dictionaries->Find(kFieldPropertyKey, key);
  const ValueColumn* coded = nullptr;
  const ValueColumn* in_full = nullptr;
  if (code != Dictionaries::kNone && chunk.Has(kChunkProperty + code)) {
    FOOTFALL_ASSIGN_OR_RETURN(coded, chunk.Values(kChunkProperty + code));
  }
  if (chunk.Has(kChunkOtherProperties)) {
    FOOTFALL_ASSIGN_OR_RETURN(in_full, chunk.OtherValues(key));
  }
  if (coded != nullptr && in_full != nullptr) {
    return BuildUnited(*coded, *in_full, kChunkProperty + code, out);
  }
  if (coded != nullptr) return BuildValues(*coded, kChunkProperty + code, out);
  if (in_full == nullptr) return absl::OkStatus();
  return BuildValues(*in_full, kChunkOtherProperties, out);
}

}  // namespace footfall::store
