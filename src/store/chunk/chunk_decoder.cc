#include "store/chunk/chunk_decoder.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "base/status.h"
#include "base/strings.h"
#include "store/chunk/bit_packing.h"
#include "store/chunk/number_compare.h"

namespace footfall::store {
namespace {

absl::Status Damaged(std::string_view what) {
  return base::MakeError(absl::StatusCode::kDataLoss, what);
}
absl::Status CutShort() { return Damaged("is cut short"); }

absl::Status At(uint32_t column, const absl::Status& status) {
  if (status.ok() || status.code() != absl::StatusCode::kDataLoss) return status;
  const std::string message = base::MessageOf(status);
  if (message.starts_with("column ")) return status;
  return Damaged(base::Cat("column ", NameOfColumn(column), " is damaged: ", message));
}

size_t WordsFor(size_t bits) { return (bits + 63) / 64; }

}  // namespace

std::string NameOfColumn(uint32_t column) {
  constexpr std::string_view kNames[] = {
      "header", "people",   "time",    "type",        "name",
      "url",    "title",    "app",     "environment", "key",
      "value",  "element",  "context", "session",     "id",
      "seq",    "identity", "weeks",   "order",       "other properties"};
  if (column < std::size(kNames)) return std::string(kNames[column]);
  if (column >= kChunkProperty) return base::Cat("property ", column - kChunkProperty);
  return base::Cat("number ", column);
}

// What columns may lean on: only on those before them, so that damage cannot make a
// circle.
class ChunkDecoder::Hints : public HintSource {
 public:
  Hints(ChunkDecoder& decoder, uint32_t column) : decoder_(decoder), column_(column) {}

  absl::Status Load(Hint hint, HintColumn* column) override {
    if (hint == Hint::kPause) return LoadPauses(column);
    const uint32_t number = hint == Hint::kName ? kChunkName : kChunkUrl;
    // Types come after names although their number is lower.
    const bool before = column_ == kChunkType || number < column_;
    if (!before || !decoder_.Has(number)) {
      return Damaged("it leans on a column that it must not");
    }
    FOOTFALL_ASSIGN_OR_RETURN(const ValueColumn* values, decoder_.Values(number));
    const LocalCodes& codes = values->codes;
    column->end = codes.end;
    column->codes = codes.wide() ? codes.words.data() : nullptr;
    column->bytes = codes.wide() ? nullptr : codes.bytes.data();
    return absl::OkStatus();
  }

 private:
  absl::Status LoadPauses(HintColumn* column) {
    std::vector<uint8_t>& pauses = decoder_.pauses_;
    if (!decoder_.pauses_ready_) {
      FOOTFALL_RETURN_IF_ERROR(decoder_.ReadPeople());
      FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, decoder_.Times());
      pauses.resize(decoder_.rows());
      uint8_t* const out = pauses.data();
      for (size_t i = 1; i < pauses.size(); ++i) {
        out[i] = static_cast<uint64_t>(times[i]) - static_cast<uint64_t>(times[i - 1]) >=
                 static_cast<uint64_t>(kPauseMs);
      }
      for (size_t p = 0; p < decoder_.people_.size(); ++p) {
        pauses[decoder_.begins_[p]] = 1;
      }
      decoder_.pauses_ready_ = true;
    }
    column->bytes = pauses.data();
    column->end = 2;
    return absl::OkStatus();
  }

  ChunkDecoder& decoder_;
  const uint32_t column_;
};

void ChunkDecoder::Open(const ChunkSummary* summary, ChunkReader* reader) {
  summary_ = summary;
  reader_ = reader;
  bytes_read_ = 0;
  people_.clear();
  begins_.clear();
  times_open_ = false;
  for (auto& [column, cached] : values_) cached->valid = false;
  others_read_ = false;
  other_values_.clear();
  elements_.valid = false;
  contexts_.valid = false;
  pauses_ready_ = false;
}

bool ChunkDecoder::Has(uint32_t column) const {
  const auto found = std::lower_bound(summary_->columns.begin(), summary_->columns.end(),
                                      std::pair<uint32_t, uint32_t>(column, 0));
  return found != summary_->columns.end() && found->first == column;
}

absl::StatusOr<std::string_view> ChunkDecoder::Read(uint32_t column) {
  const auto found = std::lower_bound(summary_->columns.begin(), summary_->columns.end(),
                                      std::pair<uint32_t, uint32_t>(column, 0));
  if (found == summary_->columns.end() || found->first != column) {
    return At(column, Damaged("it is missing"));
  }
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, reader_->Read(column));
  if (value.size() != found->second) {
    return At(column, Damaged("its size is not what the header says"));
  }
  bytes_read_ += value.size();
  return value;
}

absl::Status ChunkDecoder::ReadCodes(Reader& reader, uint32_t end, Hints& hints,
                                     LocalCodes* codes) {
  codes->end = end;
  if (codes->wide()) {
    codes->words.resize(rows());
    return DecodeCodes(reader, rows(), end, hints, unpacker_, codes->words.data());
  }
  codes->bytes.resize(rows());
  return DecodeCodes(reader, rows(), end, hints, unpacker_, codes->bytes.data());
}

absl::Status ChunkDecoder::ReadPeople() {
  if (!people_.empty()) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, Read(kChunkPeople));
  Reader reader(value);
  std::vector<int64_t> steps(summary_->people);
  std::vector<int64_t> counts(summary_->people);
  FOOTFALL_RETURN_IF_ERROR(
      At(kChunkPeople, DecodeIntegers(reader, steps.size(), unpacker_, steps.data())));
  FOOTFALL_RETURN_IF_ERROR(
      At(kChunkPeople, DecodeIntegers(reader, counts.size(), unpacker_, counts.data())));
  std::vector<uint64_t> people(steps.size());
  begins_.resize(steps.size() + 1);
  uint64_t person = summary_->first_person;
  uint64_t row = 0;
  for (size_t p = 0; p < steps.size(); ++p) {
    const uint64_t before = person;
    person += static_cast<uint64_t>(steps[p]);
    if (p > 0 && person <= before) return At(kChunkPeople, Damaged("codes do not rise"));
    if (counts[p] < 1 || static_cast<uint64_t>(counts[p]) > rows() - row) {
      return At(kChunkPeople, Damaged("it has another number of rows"));
    }
    people[p] = person;
    begins_[p] = static_cast<uint32_t>(row);
    row += static_cast<uint64_t>(counts[p]);
  }
  begins_.back() = static_cast<uint32_t>(row);
  if (row != rows() || person != summary_->last_person) {
    return At(kChunkPeople, Damaged("it has another number of rows"));
  }
  people_ = std::move(people);
  return absl::OkStatus();
}

absl::Status ChunkDecoder::OpenTimes() {
  if (times_open_) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, Read(kChunkTime));
  FOOTFALL_RETURN_IF_ERROR(At(kChunkTime, time_reader_.Open(value, rows())));
  times_.resize(rows());
  groups_read_.assign(WordsFor(time_reader_.groups()), 0);
  times_open_ = true;
  return absl::OkStatus();
}

absl::StatusOr<const int64_t*> ChunkDecoder::Times() {
  FOOTFALL_RETURN_IF_ERROR(OpenTimes());
  for (size_t group = 0; group < time_reader_.groups(); ++group) {
    uint64_t& word = groups_read_[group / 64];
    const uint64_t bit = uint64_t{1} << group % 64;
    if (word & bit) continue;
    FOOTFALL_RETURN_IF_ERROR(
        At(kChunkTime, time_reader_.ReadGroup(group, times_.data())));
    word |= bit;
  }
  return times_.data();
}

absl::StatusOr<const int64_t*> ChunkDecoder::TimesWhere(const uint64_t* rows_wanted) {
  static_assert(kTimeGroup == 128);
  FOOTFALL_RETURN_IF_ERROR(OpenTimes());
  const size_t words = WordsFor(rows());
  for (size_t group = 0; group < time_reader_.groups(); ++group) {
    const size_t first = 2 * group;
    const uint64_t second = first + 1 < words ? rows_wanted[first + 1] : 0;
    if ((rows_wanted[first] | second) == 0) continue;
    uint64_t& word = groups_read_[group / 64];
    const uint64_t bit = uint64_t{1} << group % 64;
    if (word & bit) continue;
    FOOTFALL_RETURN_IF_ERROR(
        At(kChunkTime, time_reader_.ReadGroup(group, times_.data())));
    word |= bit;
  }
  return times_.data();
}

absl::Status ChunkDecoder::ReadEntries(Reader& reader, std::string* bytes, size_t* count,
                                       std::string_view* entries) {
  const uint64_t stored = reader.Varint();
  if (!reader.ok() || !unpacker_.Get(reader, bytes, entries)) return CutShort();
  // Each takes a byte at least.
  if (stored > entries->size()) return CutShort();
  // What the reader answered may be gone with its next call.
  if (entries->data() != bytes->data()) {
    bytes->assign(*entries);
    *entries = *bytes;
  }
  *count = static_cast<size_t>(stored);
  return absl::OkStatus();
}

absl::Status ChunkDecoder::ReadTexts(uint32_t number, Reader& reader,
                                     ValueColumn* column) {
  column->form = ValueForm::kDictionary;
  size_t count = 0;
  std::string_view bytes;
  FOOTFALL_RETURN_IF_ERROR(ReadEntries(reader, &column->entry_bytes, &count, &bytes));
  column->entries.resize(count);
  Reader entries(bytes);
  TextRefReader texts;
  for (ValueRef& entry : column->entries) {
    entry.value = model::Value::String({});
    entry.text = texts.Get(entries, 0);
  }
  if (!entries.ok() || !texts.ok() || !entries.done()) return CutShort();
  Hints hints(*this, number);
  return ReadCodes(reader, static_cast<uint32_t>(count + 1), hints, &column->codes);
}

absl::Status ChunkDecoder::ReadProperty(Reader& reader, ValueColumn* column) {
  column->form = static_cast<ValueForm>(reader.Byte());
  if (column->form == ValueForm::kIntegers || column->form == ValueForm::kDoubles) {
    return ReadNumbers(reader, column);
  }
  if (column->form != ValueForm::kDictionary) return Damaged("its form is unknown");
  size_t count = 0;
  std::string_view bytes;
  FOOTFALL_RETURN_IF_ERROR(ReadEntries(reader, &column->entry_bytes, &count, &bytes));
  column->entries.resize(count);
  Reader entries(bytes);
  TextRefReader texts;
  for (ValueRef& entry : column->entries) {
    if (!GetValueRef(entries, texts, &entry)) return CutShort();
  }
  if (!entries.done()) return CutShort();
  Hints hints(*this, kChunkProperty);
  return ReadCodes(reader, static_cast<uint32_t>(count + 1), hints, &column->codes);
}

// Which rows have a number, and how many that are.
absl::Status ChunkDecoder::ReadPresent(Reader& reader, ValueColumn* column,
                                       size_t* count) {
  Hints hints(*this, kChunkProperty);
  FOOTFALL_RETURN_IF_ERROR(ReadCodes(reader, 2, hints, &column->codes));
  const std::vector<uint8_t>& present = column->codes.bytes;
  // Flags are summed in bytes as long as those cannot overflow.
  *count = 0;
  for (size_t begin = 0; begin < present.size(); begin += 255) {
    const size_t end = std::min<size_t>(begin + 255, present.size());
    *count += std::accumulate(present.begin() + begin, present.begin() + end, uint8_t{0});
  }
  column->present.clear();
  if (*count == rows()) return absl::OkStatus();
  column->present.resize(WordsFor(rows()), 0);
  for (size_t row = 0; row < rows(); ++row) {
    column->present[row / 64] |= uint64_t{present[row]} << row % 64;
  }
  return absl::OkStatus();
}

absl::Status ChunkDecoder::ReadNumbers(Reader& reader, ValueColumn* column) {
  size_t count = 0;
  FOOTFALL_RETURN_IF_ERROR(ReadPresent(reader, column, &count));
  const std::vector<uint8_t>& present = column->codes.bytes;
  const auto spread = [&]<typename T>(std::vector<T>& numbers) {
    if (count == rows()) return;
    // From the end, so that none is overwritten before it is moved.
    size_t from = count;
    for (size_t row = rows(); row-- > 0;) {
      numbers[row] = present[row] != 0 ? numbers[--from] : T{};
    }
  };
  if (column->form == ValueForm::kIntegers) {
    column->integers.resize(rows());
    FOOTFALL_RETURN_IF_ERROR(
        DecodeIntegers(reader, count, unpacker_, column->integers.data()));
    spread(column->integers);
  } else {
    column->doubles.resize(rows());
    FOOTFALL_RETURN_IF_ERROR(
        DecodeDoubles(reader, count, unpacker_, column->doubles.data()));
    spread(column->doubles);
  }
  return absl::OkStatus();
}

ChunkDecoder::Cached<ValueColumn>& ChunkDecoder::SlotOf(uint32_t column) {
  std::unique_ptr<Cached<ValueColumn>>& slot = values_[column];
  if (slot == nullptr) slot = std::make_unique<Cached<ValueColumn>>();
  return *slot;
}

absl::Status ChunkDecoder::ReadValues(uint32_t column, std::string_view value,
                                      ValueColumn* values) {
  Reader reader(value);
  return At(column, column >= kChunkProperty ? ReadProperty(reader, values)
                                             : ReadTexts(column, reader, values));
}

absl::StatusOr<const ValueColumn*> ChunkDecoder::Values(uint32_t column) {
  // Reading may add other slots: the one of this column stays where it is.
  Cached<ValueColumn>& cached = SlotOf(column);
  if (cached.valid) return &cached.column;
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, Read(column));
  FOOTFALL_RETURN_IF_ERROR(ReadValues(column, value, &cached.column));
  cached.valid = true;
  return &cached.column;
}

absl::StatusOr<std::optional<RowsInRanges>> ChunkDecoder::FindRows(
    Reader& reader, const NumberRanges& ranges, ValueColumn* column) {
  const auto form = static_cast<ValueForm>(reader.Byte());
  if (form != ValueForm::kIntegers && form != ValueForm::kDoubles) {
    return std::optional<RowsInRanges>();
  }
  size_t count = 0;
  FOOTFALL_RETURN_IF_ERROR(ReadPresent(reader, column, &count));
  const size_t words = std::max<size_t>(WordsFor(rows()), 1);
  found_.assign(words, 0);
  FOOTFALL_ASSIGN_OR_RETURN(
      const bool found,
      form == ValueForm::kIntegers
          ? AddIntegersIn(reader, count, ranges.integers, unpacker_, found_.data())
          : AddDoublesIn(reader, count, ranges.doubles, unpacker_, found_.data()));
  if (!found) return std::optional<RowsInRanges>();
  if (column->present.empty()) return RowsInRanges{.rows = found_.data()};
  found_rows_.resize(words);
  SpreadBits(found_.data(), column->present.data(), WordsFor(rows()), found_rows_.data());
  return RowsInRanges{.rows = found_rows_.data(), .present = column->present.data()};
}

absl::StatusOr<std::optional<RowsInRanges>> ChunkDecoder::RowsIn(
    uint32_t column, const NumberRanges& ranges) {
  Cached<ValueColumn>& cached = SlotOf(column);
  if (cached.valid) return std::optional<RowsInRanges>();
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, Read(column));
  Reader reader(value);
  auto rows = FindRows(reader, ranges, &cached.column);
  if (!rows.ok()) return At(column, rows.status());
  if (rows->has_value()) return rows;
  FOOTFALL_RETURN_IF_ERROR(ReadValues(column, value, &cached.column));
  cached.valid = true;
  return std::optional<RowsInRanges>();
}

absl::Status ChunkDecoder::ReadOthers() {
  if (others_read_) return absl::OkStatus();
  others_.clear();
  if (Has(kChunkOtherProperties)) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, Read(kChunkOtherProperties));
    Reader reader(value);
    const size_t count = reader.Count();
    for (size_t i = 0; i < count && reader.ok(); ++i) {
      const std::string_view key = reader.Bytes();
      others_.emplace_back(key, reader.Bytes());
    }
    if (!reader.ok()) return At(kChunkOtherProperties, CutShort());
  }
  others_read_ = true;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string_view>> ChunkDecoder::OtherKeys() {
  FOOTFALL_RETURN_IF_ERROR(ReadOthers());
  std::vector<std::string_view> keys;
  for (const auto& [key, column] : others_) keys.push_back(key);
  return keys;
}

absl::StatusOr<const ValueColumn*> ChunkDecoder::OtherValues(std::string_view key) {
  FOOTFALL_RETURN_IF_ERROR(ReadOthers());
  for (const auto& [other, column] : others_) {
    if (other != key) continue;
    std::unique_ptr<ValueColumn>& values = other_values_[other];
    if (values != nullptr) return values.get();
    auto read = std::make_unique<ValueColumn>();
    Reader reader(column);
    FOOTFALL_RETURN_IF_ERROR(At(kChunkOtherProperties, ReadProperty(reader, read.get())));
    values = std::move(read);
    return values.get();
  }
  return nullptr;
}

absl::Status ChunkDecoder::ReadTypes(LocalCodes* codes, std::vector<uint8_t>* entries) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, Read(kChunkType));
  Reader reader(value);
  const std::string_view bytes = reader.Bytes();
  if (!reader.ok() || bytes.size() > model::kEventTypeCount) {
    return At(kChunkType, CutShort());
  }
  entries->assign(bytes.begin(), bytes.end());
  for (const uint8_t type : *entries) {
    if (type >= model::kEventTypeCount) {
      return At(kChunkType, Damaged("a type is unknown"));
    }
  }
  Hints hints(*this, kChunkType);
  return At(kChunkType,
            ReadCodes(reader, static_cast<uint32_t>(bytes.size() + 1), hints, codes));
}

absl::StatusOr<const TupleColumn*> ChunkDecoder::Tuples(uint32_t column) {
  const bool is_element = column == kChunkElement;
  Cached<TupleColumn>& cached = is_element ? elements_ : contexts_;
  if (cached.valid) return &cached.column;
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, Read(column));
  const auto read = [&]() -> absl::Status {
    Reader reader(value);
    size_t count = 0;
    std::string_view bytes;
    FOOTFALL_RETURN_IF_ERROR(
        ReadEntries(reader, &cached.column.entry_bytes, &count, &bytes));
    cached.column.entries.resize(count);
    Reader entries(bytes);
    TextRefReader texts;
    for (TupleRef& entry : cached.column.entries) {
      if (!GetTupleRef(entries, is_element ? kElementFields : kContextFields, is_element,
                       texts, &entry)) {
        return CutShort();
      }
    }
    if (!entries.done()) return CutShort();
    Hints hints(*this, column);
    return ReadCodes(reader, static_cast<uint32_t>(count + 1), hints,
                     &cached.column.codes);
  };
  FOOTFALL_RETURN_IF_ERROR(At(column, read()));
  cached.valid = true;
  return &cached.column;
}

absl::Status ChunkDecoder::ReadSessions(bool with_texts, SessionColumn* sessions) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, Read(kChunkSession));
  Reader reader(value);
  const uint64_t count = reader.Varint();
  if (!reader.ok() || count > rows()) return At(kChunkSession, CutShort());
  Hints hints(*this, kChunkSession);
  FOOTFALL_RETURN_IF_ERROR(
      At(kChunkSession,
         ReadCodes(reader, static_cast<uint32_t>(count + 1), hints, &sessions->codes)));
  if (!with_texts) return absl::OkStatus();
  return At(kChunkSession,
            sessions->texts.Decode(reader, static_cast<size_t>(count), unpacker_));
}

absl::Status ChunkDecoder::ReadIds(TextList* ids) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, Read(kChunkId));
  Reader reader(value);
  return At(kChunkId, ids->Decode(reader, rows(), unpacker_));
}

absl::Status ChunkDecoder::ReadSeqs(std::vector<int64_t>* seqs) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, Read(kChunkSeq));
  Reader reader(value);
  seqs->resize(rows());
  return At(kChunkSeq, DecodeIntegers(reader, rows(), unpacker_, seqs->data()));
}

absl::Status ChunkDecoder::ReadIdentities(IdentityColumn* identities) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, Read(kChunkIdentity));
  Reader reader(value);
  const uint64_t count = reader.Varint();
  if (!reader.ok() || count > rows()) return At(kChunkIdentity, CutShort());
  std::vector<int64_t> people(static_cast<size_t>(count));
  std::vector<int64_t> anonymous(people.size());
  const auto read = [&]() -> absl::Status {
    FOOTFALL_RETURN_IF_ERROR(
        DecodeIntegers(reader, people.size(), unpacker_, people.data()));
    FOOTFALL_RETURN_IF_ERROR(
        DecodeIntegers(reader, anonymous.size(), unpacker_, anonymous.data()));
    identities->codes.resize(rows());
    Hints hints(*this, kChunkIdentity);
    return DecodeCodes(reader, rows(), static_cast<uint32_t>(kFirstIdentity + count),
                       hints, unpacker_, identities->codes.data());
  };
  FOOTFALL_RETURN_IF_ERROR(At(kChunkIdentity, read()));
  identities->people.resize(people.size());
  std::pair<uint64_t, uint64_t> last;
  for (size_t i = 0; i < people.size(); ++i) {
    last.first += static_cast<uint64_t>(people[i]);
    last.second += static_cast<uint64_t>(anonymous[i]);
    if (last.first == 0 && last.second == 0) {
      return At(kChunkIdentity, Damaged("an event names nobody"));
    }
    identities->people[i] = last;
  }
  return absl::OkStatus();
}

absl::Status ChunkDecoder::ReadWeeks(int64_t* first_week, std::vector<uint64_t>* masks) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, Read(kChunkWeeks));
  Reader reader(value);
  *first_week = reader.SignedVarint();
  const int planes = reader.Byte();
  if (!reader.ok() || planes > 8) return At(kChunkWeeks, CutShort());
  masks->assign(summary_->people, 0);
  std::string plane(masks->size(), '\0');
  for (int k = 0; k < planes; ++k) {
    if (!unpacker_.GetInto(reader, plane.data(), plane.size())) {
      return At(kChunkWeeks, CutShort());
    }
    for (size_t p = 0; p < plane.size(); ++p) {
      (*masks)[p] |= uint64_t{static_cast<uint8_t>(plane[p])} << (8 * k);
    }
  }
  return absl::OkStatus();
}

absl::Status ChunkDecoder::ReadOrders(LocalCodes* codes,
                                      std::vector<std::vector<uint32_t>>* orders) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view value, Read(kChunkOrder));
  Reader reader(value);
  std::string buffer;
  size_t count = 0;
  std::string_view bytes;
  FOOTFALL_RETURN_IF_ERROR(At(kChunkOrder, ReadEntries(reader, &buffer, &count, &bytes)));
  Reader entries(bytes);
  orders->assign(count, {});
  for (std::vector<uint32_t>& order : *orders) {
    order.resize(entries.Count());
    for (uint32_t& place : order) {
      place = static_cast<uint32_t>(std::min<uint64_t>(entries.Varint(), UINT32_MAX));
    }
  }
  if (!entries.ok() || !entries.done()) return At(kChunkOrder, CutShort());
  Hints hints(*this, kChunkOrder);
  return At(kChunkOrder,
            ReadCodes(reader, static_cast<uint32_t>(count + 1), hints, codes));
}

}  // namespace footfall::store
