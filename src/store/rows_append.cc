// Rows and log records: the one read into the other and back.
#include <algorithm>
#include <optional>
#include <string>

#include "base/status.h"
#include "base/strings.h"
#include "store/coding.h"
#include "store/dictionary.h"
#include "store/rows.h"
#include "store/rows_rep.h"

namespace footfall::store {
namespace {

using Kind = model::Value::Kind;

// Reads the events of one record. Strings, elements and contexts that a record names
// again and again are looked up once.
class RecordReader {
 public:
  RecordReader(const LogRecord& record, Rows::Rep& rep)
      : record_(record),
        rep_(rep),
        reader_(record.encoded_events()),
        texts_(record.codes().size(), 0),
        sessions_(record.codes().size(), 0) {}

  const std::vector<uint64_t>& people() const { return record_.people(); }
  bool done() const { return reader_.done(); }

  // Reads the next event, of which people are left to the caller. False when the bytes
  // are not a valid event.
  bool Next(Rows::Rep::Cells& cells);
  // Of the event read last, as indexes into people(); kNobody for none.
  static constexpr uint32_t kNobody = UINT32_MAX;
  uint32_t person() const { return person_; }
  uint32_t anonymous() const { return anonymous_; }

 private:
  uint32_t String() {
    const uint64_t index = reader_.Varint();
    if (index < texts_.size()) return static_cast<uint32_t>(index);
    ok_ = false;
    return 0;
  }
  uint32_t Text(TextIds& ids, std::vector<uint32_t>& known) {
    const uint32_t index = String();
    if (!ok_) return 0;
    if (known[index] != 0) return known[index];
    const uint32_t code = record_.codes()[index];
    known[index] =
        code == Dictionaries::kNone ? ids.OfText(record_.text(index)) : ids.OfCode(code);
    return known[index];
  }
  uint32_t Text() { return Text(rep_.texts, texts_); }
  uint32_t Session() {
    const uint32_t id = Text(rep_.sessions, sessions_);
    // They are in no dictionary.
    if (id != 0 && rep_.sessions.code(id) != Dictionaries::kNone) ok_ = false;
    return id;
  }
  uint32_t Person() {
    const uint64_t index = reader_.Varint();
    if (index < people().size()) return static_cast<uint32_t>(index);
    ok_ = false;
    return kNobody;
  }
  uint32_t Context();
  uint32_t Element();
  uint32_t Value();
  // The id of a tuple that has just been skipped, by its bytes; `read` reads it again
  // from its start.
  template <typename Read>
  uint32_t Known(const Reader& start,
                 absl::flat_hash_map<absl::string_view, uint32_t>& known,
                 const Read& read) {
    const std::string_view bytes = start.rest().substr(0, start.left() - reader_.left());
    const auto found = known.find(base::Abs(bytes));
    if (found != known.end()) return found->second;
    reader_ = start;
    const uint32_t id = read();
    known.emplace(base::Abs(bytes), id);
    return id;
  }
  void ReadContext();
  void ReadElement();

  const LogRecord& record_;
  Rows::Rep& rep_;
  Reader reader_;
  bool ok_ = true;
  uint32_t person_ = kNobody;
  uint32_t anonymous_ = kNobody;
  // Of the record's strings, the ids that they have here; 0 for not yet known.
  std::vector<uint32_t> texts_;
  std::vector<uint32_t> sessions_;
  std::vector<uint32_t> tuple_;
  // By their encoded bytes.
  absl::flat_hash_map<absl::string_view, uint32_t> elements_;
  absl::flat_hash_map<absl::string_view, uint32_t> contexts_;
};

bool RecordReader::Next(Rows::Rep::Cells& cells) {
  cells = {.values = std::move(cells.values)};
  cells.values.clear();
  const uint8_t type = reader_.Byte();
  if (type >= model::kEventTypeCount) return false;
  cells.type = static_cast<model::EventType>(type);
  const uint64_t flags = reader_.Varint();
  cells.time_ms = static_cast<int64_t>(static_cast<uint64_t>(record_.base_time_ms()) +
                                       static_cast<uint64_t>(reader_.SignedVarint()));
  if (flags & kHasSeq) cells.seq = reader_.SignedVarint();
  std::string_view id;
  if (flags & kHasId) id = reader_.Bytes();
  person_ = flags & kHasPerson ? Person() : kNobody;
  anonymous_ = flags & kHasAnonymous ? Person() : kNobody;
  if (flags & kHasSession) cells.session = Session();
  for (size_t i = 0; i < kTextFields; ++i) {
    if (flags & (kHasName << i)) cells.fields[i] = Text();
  }
  if (flags & kHasContext) cells.context = Context();
  if (flags & kHasElement) cells.element = Element();
  if (flags & kHasProperties) {
    const size_t count = reader_.Count();
    for (size_t i = 0; i < count && ok_ && reader_.ok(); ++i) {
      cells.shape = rep_.shapes.With(cells.shape, Text());
      cells.values.push_back(Value());
    }
  }
  if (!ok_ || !reader_.ok()) return false;
  cells.id = rep_.AddId(id);
  return true;
}

uint32_t RecordReader::Context() {
  const Reader start = reader_;
  const uint64_t mask = reader_.Varint();
  for (int i = 0; i < kContextFields; ++i) {
    if (mask & 1u << i) reader_.Varint();
  }
  return Known(start, contexts_, [this] {
    ReadContext();
    return ok_ ? rep_.contexts.Of(tuple_) : 0;
  });
}

void RecordReader::ReadContext() {
  const uint64_t mask = reader_.Varint();
  tuple_.assign(1, static_cast<uint32_t>(mask & 0x3ff));
  for (int i = 0; i < kContextFields; ++i) {
    if (mask & 1u << i) tuple_.push_back(Text());
  }
}

uint32_t RecordReader::Element() {
  const Reader start = reader_;
  const uint64_t mask = reader_.Varint();
  for (int i = 0; i < kElementFields; ++i) {
    if (mask & 1u << i) reader_.Varint();
  }
  if (mask & 1u << kElementFields) {
    for (size_t count = reader_.Count(); count > 0 && reader_.ok(); --count) {
      const uint8_t present = reader_.Byte();
      for (int k = 0; k < 3; ++k) {
        if (present & 1u << k) reader_.Varint();
      }
    }
  }
  return Known(start, elements_, [this] {
    ReadElement();
    return ok_ ? rep_.elements.Of(tuple_) : 0;
  });
}

void RecordReader::ReadElement() {
  const uint64_t mask = reader_.Varint();
  tuple_.assign(1, static_cast<uint32_t>(mask & 0x3ff));
  for (int i = 0; i < kElementFields; ++i) {
    if (mask & 1u << i) tuple_.push_back(Text());
  }
  if (!(mask & 1u << kElementFields)) return;
  const size_t count = reader_.Count();
  tuple_.push_back(static_cast<uint32_t>(count));
  for (size_t i = 0; i < count && ok_ && reader_.ok(); ++i) {
    const uint32_t present = reader_.Byte() & 7u;
    tuple_.push_back(present);
    for (int k = 0; k < 3; ++k) {
      if (present & 1u << k) tuple_.push_back(Text());
    }
  }
}

uint32_t RecordReader::Value() {
  const uint8_t tag = reader_.Byte();
  switch (static_cast<Kind>(tag & 0x0f)) {
    case Kind::kMissing:
      return MakeCell(kTagConstant, kNullValue);
    case Kind::kBool:
      return MakeCell(kTagConstant, (tag & 0x10) != 0 ? kTrue : kFalse);
    case Kind::kInt:
      return rep_.IntegerCell(reader_.SignedVarint());
    case Kind::kDouble:
      return rep_.DoubleCell(reader_.Double());
    case Kind::kString:
      return MakeCell(kTagText, Text());
    case Kind::kJson:
      return MakeCell(kTagJson, Text());
  }
  ok_ = false;
  return 0;
}

absl::Status DamagedEvent(size_t event) {
  return absl::DataLossError(base::Cat("is damaged: event ", event, " cannot be read"));
}

// Writes rows as the events of a record, and what those name.
class RecordWriter {
 public:
  explicit RecordWriter(const Rows::Rep& rep) : rep_(rep) {}

  void Add(size_t row);
  EncodedRecordParts parts;

 private:
  uint64_t TextIndex(uint32_t id) { return Index(rep_.texts, id, texts_); }
  uint64_t Index(const TextIds& ids, uint32_t id,
                 absl::flat_hash_map<uint32_t, uint64_t>& indexes) {
    const auto [found, added] = indexes.try_emplace(id, parts.strings.size());
    if (added) {
      const uint32_t code = ids.code(id);
      parts.strings.emplace_back(
          code, code == Dictionaries::kNone ? ids.text(id) : std::string_view());
    }
    return found->second;
  }
  void PutPerson(uint64_t code) {
    const auto [found, added] = people_.try_emplace(code, parts.people.size());
    if (added) parts.people.push_back(code);
    PutVarint(parts.events, found->second);
  }
  void PutTuple(const uint32_t* tuple, int fields, bool path);
  void PutProperties(size_t row);

  const Rows::Rep& rep_;
  absl::flat_hash_map<uint32_t, uint64_t> texts_;
  absl::flat_hash_map<uint32_t, uint64_t> sessions_;
  absl::flat_hash_map<uint64_t, uint64_t> people_;
};

void RecordWriter::Add(size_t row) {
  std::string& out = parts.events;
  const Rows::Rep::Identity& identity = rep_.identities[rep_.row_identities[row]];
  RecordHeader& header = parts.header;
  const int64_t time_ms = rep_.times[row];
  if (header.events == 0) {
    parts.base_time_ms = header.min_time_ms = header.max_time_ms = time_ms;
  }
  ++header.events;
  header.min_time_ms = std::min(header.min_time_ms, time_ms);
  header.max_time_ms = std::max(header.max_time_ms, time_ms);

  uint32_t flags = 0;
  if (rep_.row_ids[row] != 0) flags |= kHasId;
  if (rep_.seqs[row] != 0) flags |= kHasSeq;
  if (identity.person != 0) flags |= kHasPerson;
  if (identity.anonymous != 0) flags |= kHasAnonymous;
  if (rep_.row_sessions[row] != 0) flags |= kHasSession;
  if (rep_.row_contexts[row] != 0) flags |= kHasContext;
  if (rep_.row_elements[row] != 0) flags |= kHasElement;
  if (rep_.row_shapes[row] != 0) flags |= kHasProperties;
  for (size_t i = 0; i < kTextFields; ++i) {
    if (rep_.fields[i][row] != 0) flags |= kHasName << i;
  }
  out.push_back(static_cast<char>(rep_.types[row]));
  PutVarint(out, flags);
  PutZigZag(out, static_cast<int64_t>(static_cast<uint64_t>(time_ms) -
                                      static_cast<uint64_t>(parts.base_time_ms)));
  if (flags & kHasSeq) PutZigZag(out, rep_.seqs[row]);
  if (flags & kHasId) {
    char scratch[kUuidChars];
    PutBytes(out, rep_.Id(row, scratch));
  }
  if (flags & kHasPerson) PutPerson(identity.person);
  if (flags & kHasAnonymous) PutPerson(identity.anonymous);
  if (flags & kHasSession) {
    PutVarint(out, Index(rep_.sessions, rep_.row_sessions[row], sessions_));
  }
  for (const auto& field : rep_.fields) {
    if (field[row] != 0) PutVarint(out, TextIndex(field[row]));
  }
  if (flags & kHasContext) {
    PutTuple(rep_.contexts.begin_of(rep_.row_contexts[row]), kContextFields, false);
  }
  if (flags & kHasElement) {
    PutTuple(rep_.elements.begin_of(rep_.row_elements[row]), kElementFields, true);
  }
  if (flags & kHasProperties) PutProperties(row);
}

void RecordWriter::PutTuple(const uint32_t* tuple, int fields, bool path) {
  std::string& out = parts.events;
  const uint32_t mask = *tuple++;
  PutVarint(out, mask);
  for (int i = 0; i < fields; ++i) {
    if (mask & 1u << i) PutVarint(out, TextIndex(*tuple++));
  }
  if (!path || !(mask & 1u << fields)) return;
  const uint32_t count = *tuple++;
  PutVarint(out, count);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t present = *tuple++;
    out.push_back(static_cast<char>(present));
    for (int k = 0; k < 3; ++k) {
      if (present & 1u << k) PutVarint(out, TextIndex(*tuple++));
    }
  }
}

void RecordWriter::PutProperties(size_t row) {
  std::string& out = parts.events;
  const std::vector<uint32_t> keys = rep_.shapes.Keys(rep_.row_shapes[row]);
  PutVarint(out, keys.size());
  const auto put_kind = [&out](Kind kind, int extra = 0) {
    out.push_back(static_cast<char>(static_cast<int>(kind) | extra));
  };
  for (size_t i = 0; i < keys.size(); ++i) {
    PutVarint(out, TextIndex(keys[i]));
    const uint32_t cell = rep_.values[rep_.first_values[row] + i];
    const uint32_t payload = PayloadOf(cell);
    switch (TagOf(cell)) {
      case kTagConstant:
        if (payload == kNullValue) {
          put_kind(Kind::kMissing);
        } else {
          put_kind(Kind::kBool, payload == kTrue ? 0x10 : 0);
        }
        break;
      case kTagSmall:
        put_kind(Kind::kInt);
        PutVarint(out, payload);
        break;
      case kTagInteger:
        put_kind(Kind::kInt);
        PutZigZag(out, static_cast<int64_t>(rep_.wide[payload]));
        break;
      case kTagDouble:
        put_kind(Kind::kDouble);
        PutFixed64(out, rep_.wide[payload]);
        break;
      case kTagText:
      case kTagJson:
        put_kind(TagOf(cell) == kTagText ? Kind::kString : Kind::kJson);
        PutVarint(out, TextIndex(payload));
        break;
    }
  }
}

}  // namespace

absl::Status Rows::Append(
    const LogRecord& record, int64_t from_ms, int64_t to_ms,
    absl::FunctionRef<absl::StatusOr<uint64_t>(uint64_t stream)> owner_of) {
  RecordReader reader(record, *rep_);
  const std::vector<uint64_t>& people = record.people();
  Rep::Cells cells;
  // Identities of those who are named alone, by their places in the record.
  std::vector<uint32_t> as_person(people.size(), UINT32_MAX);
  std::vector<uint32_t> as_anonymous(people.size(), UINT32_MAX);
  const auto code_at = [&people](uint32_t index) {
    return index == RecordReader::kNobody ? 0 : people[index];
  };
  const auto identify = [&](uint32_t person, uint32_t anonymous,
                            uint32_t* identity) -> absl::Status {
    Rep::Identity found{.person = code_at(person), .anonymous = code_at(anonymous)};
    found.owner = found.person;
    if (found.person == 0) {
      FOOTFALL_ASSIGN_OR_RETURN(found.owner, owner_of(found.anonymous));
    }
    *identity = rep_->IdentityOf(found);
    return absl::OkStatus();
  };
  for (size_t i = 0; i < record.header().events; ++i) {
    const size_t ids = rep_->ids.size();
    if (!reader.Next(cells)) return DamagedEvent(i);
    if (cells.time_ms < from_ms || cells.time_ms >= to_ms) {
      rep_->ids.resize(ids);
      continue;
    }
    const uint32_t person = reader.person();
    const uint32_t anonymous = reader.anonymous();
    if (code_at(person) == 0 && code_at(anonymous) == 0) return DamagedEvent(i);
    uint32_t both = UINT32_MAX;
    uint32_t& identity = anonymous == RecordReader::kNobody ? as_person[person]
                         : person == RecordReader::kNobody  ? as_anonymous[anonymous]
                                                            : both;
    if (identity == UINT32_MAX) {
      FOOTFALL_RETURN_IF_ERROR(identify(person, anonymous, &identity));
    }
    cells.identity = identity;
    cells.arrival = record.arrival(i);
    rep_->Add(cells);
  }
  if (!reader.done()) {
    return absl::DataLossError("is damaged: bytes follow its last event");
  }
  return absl::OkStatus();
}

std::string Rows::ToRecord(size_t begin, size_t end, uint64_t first_arrival) const {
  RecordWriter writer(*rep_);
  for (size_t i = begin; i < end; ++i) writer.Add(rep_->at(i));
  writer.parts.header.first_arrival = first_arrival;
  return AssembleRecord(writer.parts);
}

}  // namespace footfall::store
