#include "store/rows.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "base/strings.h"
#include "store/coding.h"
#include "store/dictionary.h"
#include "store/rows_rep.h"

namespace footfall::store {
namespace {

// What an entry of a hash map takes, about.
constexpr size_t kMapBytes = 24;

std::string_view BytesOf(const std::vector<uint32_t>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()),
          numbers.size() * sizeof(uint32_t)};
}

}  // namespace

uint32_t TextIds::OfCode(uint32_t code) {
  const auto [found, added] =
      by_code_.try_emplace(code, static_cast<uint32_t>(entries_.size() + 1));
  if (added) entries_.push_back({code, 0});
  return found->second;
}

uint32_t TextIds::OfText(std::string_view text) {
  const uint32_t index = texts_.Intern(0, text);
  if (index == by_text_.size()) {
    entries_.push_back({Dictionaries::kNone, index});
    by_text_.push_back(static_cast<uint32_t>(entries_.size()));
  }
  return by_text_[index];
}

size_t TextIds::bytes() const {
  return entries_.capacity() * sizeof(Entry) + by_code_.size() * kMapBytes +
         texts_.bytes() + by_text_.capacity() * sizeof(uint32_t);
}

void TextIds::Clear() {
  entries_.clear();
  by_code_.clear();
  texts_.Clear();
  by_text_.clear();
}

uint32_t TupleIds::Of(const std::vector<uint32_t>& tuple) {
  const absl::string_view bytes = base::Abs(BytesOf(tuple));
  const auto found = ids_.find(bytes);
  if (found != ids_.end()) return found->second;
  pool_.insert(pool_.end(), tuple.begin(), tuple.end());
  const auto id = static_cast<uint32_t>(begins_.size());
  begins_.push_back(static_cast<uint32_t>(pool_.size()));
  ids_.emplace(std::string(bytes), id);
  return id;
}

size_t TupleIds::bytes() const {
  return (pool_.capacity() * 2 + begins_.capacity()) * sizeof(uint32_t) +
         ids_.size() * 3 * kMapBytes;
}

void TupleIds::Clear() {
  pool_.clear();
  begins_.assign(1, 0);
  ids_.clear();
}

uint32_t ShapeIds::With(uint32_t shape, uint32_t key) {
  const auto [found, added] = longer_.try_emplace(uint64_t{shape} << 32 | key,
                                                  static_cast<uint32_t>(shapes_.size()));
  if (added) shapes_.push_back({shape, key, shapes_[shape].length + 1});
  return found->second;
}

std::vector<uint32_t> ShapeIds::Keys(uint32_t shape) const {
  std::vector<uint32_t> keys(shapes_[shape].length);
  for (; shape != 0; shape = shapes_[shape].before) {
    keys[shapes_[shape].length - 1] = shapes_[shape].key;
  }
  return keys;
}

size_t ShapeIds::bytes() const {
  return shapes_.capacity() * sizeof(Shape) + longer_.size() * kMapBytes;
}

void ShapeIds::Clear() {
  shapes_.resize(1);
  longer_.clear();
}

uint32_t Rows::Rep::IdentityOf(const Identity& identity) {
  const auto [found, added] =
      identity_ids.try_emplace(identity, static_cast<uint32_t>(identities.size()));
  if (added) identities.push_back(identity);
  return found->second;
}

uint32_t Rows::Rep::IntegerCell(int64_t value) {
  const uint64_t zigzag = ZigZag(value);
  if (zigzag < uint64_t{1} << (32 - kValueTagBits)) {
    return MakeCell(kTagSmall, static_cast<uint32_t>(zigzag));
  }
  wide.push_back(static_cast<uint64_t>(value));
  return MakeCell(kTagInteger, static_cast<uint32_t>(wide.size() - 1));
}

uint32_t Rows::Rep::DoubleCell(double value) {
  wide.push_back(std::bit_cast<uint64_t>(value));
  return MakeCell(kTagDouble, static_cast<uint32_t>(wide.size() - 1));
}

uint32_t Rows::Rep::AddId(std::string_view id) {
  char bytes[kUuidBytes];
  const TextKind kind = PackText(id, bytes);
  if (kind == TextKind::kHex16) return AddPackedId(kind, {bytes, kHex16Bytes});
  if (kind == TextKind::kUuid) return AddPackedId(kind, {bytes, kUuidBytes});
  return AddPackedId(kind, id);
}

uint32_t Rows::Rep::AddPackedId(TextKind kind, std::string_view bytes) {
  if (kind == TextKind::kAbsent) return 0;
  const auto begin = static_cast<uint32_t>(ids.size() + 1);
  ids.push_back(static_cast<char>(kind));
  if (kind == TextKind::kText) {
    char length[kVarintMax];
    ids.insert(ids.end(), length, WriteVarint(length, bytes.size()));
  }
  ids.insert(ids.end(), bytes.begin(), bytes.end());
  return begin;
}

TextKind Rows::Rep::PackedId(size_t row, std::string_view* bytes) const {
  const uint32_t begin = row_ids[row];
  if (begin == 0) return TextKind::kAbsent;
  const char* const at = &ids[begin - 1];
  const auto kind = static_cast<TextKind>(*at);
  if (kind == TextKind::kHex16) {
    *bytes = {at + 1, kHex16Bytes};
  } else if (kind == TextKind::kUuid) {
    *bytes = {at + 1, kUuidBytes};
  } else {
    *bytes =
        Reader({at + 1, static_cast<size_t>(ids.data() + ids.size() - at - 1)}).Bytes();
  }
  return kind;
}

std::string_view Rows::Rep::Id(size_t row, char (&scratch)[kUuidChars]) const {
  std::string_view bytes;
  switch (PackedId(row, &bytes)) {
    case TextKind::kHex16:
      UnpackHex16(bytes.data(), scratch);
      return {scratch, kHex16Chars};
    case TextKind::kUuid:
      UnpackUuid(bytes.data(), scratch);
      return {scratch, kUuidChars};
    default:
      return bytes;
  }
}

void Rows::Rep::Add(const Cells& cells) {
  const size_t row = size();
  if (!order.empty()) order.push_back(static_cast<uint32_t>(row));
  times.push_back(cells.time_ms);
  arrivals.push_back(cells.arrival);
  types.push_back(static_cast<uint8_t>(cells.type));
  row_identities.push_back(cells.identity);
  for (size_t i = 0; i < kTextFields; ++i) fields[i].Add(row, cells.fields[i]);
  row_elements.Add(row, cells.element);
  row_contexts.Add(row, cells.context);
  row_sessions.Add(row, cells.session);
  row_shapes.Add(row, cells.shape);
  first_values.Add(row, cells.shape == 0 ? 0 : static_cast<uint32_t>(values.size()));
  values.insert(values.end(), cells.values.begin(), cells.values.end());
  row_ids.Add(row, cells.id);
  seqs.Add(row, cells.seq);
}

Rows::Key Rows::Rep::KeyAt(size_t row) const {
  const Identity& identity = identities[row_identities[row]];
  return {.owner = identity.owner,
          .stream = identity.stream(),
          .time_ms = times[row],
          .seq = seqs[row],
          .arrival = arrivals[row],
          .type = static_cast<model::EventType>(types[row]),
          .person = identity.person,
          .anonymous = identity.anonymous};
}

void Rows::Rep::Select(const std::vector<uint32_t>& rows) {
  const auto select = [&rows]<typename T>(std::vector<T>& column) {
    std::vector<T> selected(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) selected[i] = column[rows[i]];
    column = std::move(selected);
  };
  select(times);
  select(arrivals);
  select(types);
  select(row_identities);
  for (auto& field : fields) field.Select(rows);
  for (auto* column : {&row_elements, &row_contexts, &row_sessions, &row_shapes,
                       &first_values, &row_ids}) {
    column->Select(rows);
  }
  seqs.Select(rows);
  order.clear();
}

size_t Rows::Rep::bytes() const {
  size_t bytes = texts.bytes() + sessions.bytes() + elements.bytes() + contexts.bytes() +
                 shapes.bytes() + identities.capacity() * sizeof(Identity) +
                 identity_ids.size() * 2 * kMapBytes + ids.capacity() +
                 (wide.capacity() + times.capacity() + arrivals.capacity()) * 8 +
                 (values.capacity() + row_identities.capacity() + order.capacity()) * 4 +
                 types.capacity() + seqs.bytes();
  for (const auto& field : fields) bytes += field.bytes();
  for (const auto* column : {&row_elements, &row_contexts, &row_sessions, &row_shapes,
                             &first_values, &row_ids}) {
    bytes += column->bytes();
  }
  return bytes;
}

void Rows::Rep::Clear() {
  texts.Clear();
  elements.Clear();
  contexts.Clear();
  shapes.Clear();
  ClearRows();
}

void Rows::Rep::ClearRows() {
  sessions.Clear();
  identities.clear();
  identity_ids.clear();
  wide.clear();
  values.clear();
  ids.clear();
  times.clear();
  arrivals.clear();
  types.clear();
  row_identities.clear();
  for (auto& field : fields) field.Clear();
  for (auto* column : {&row_elements, &row_contexts, &row_sessions, &row_shapes,
                       &first_values, &row_ids}) {
    column->Clear();
  }
  seqs.Clear();
  order.clear();
}

Rows::Rows() : rep_(std::make_unique<Rep>()) {}
Rows::~Rows() = default;
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;

size_t Rows::size() const { return rep_->size(); }
size_t Rows::bytes() const { return rep_->bytes(); }
void Rows::Clear() { rep_->Clear(); }
Rows::Key Rows::key(size_t row) const { return rep_->KeyAt(rep_->at(row)); }

void Rows::ListPeople(std::vector<uint64_t>* owners,
                      std::vector<uint32_t>* begins) const {
  owners->clear();
  begins->clear();
  for (size_t row = 0; row < size(); ++row) {
    const uint64_t owner = rep_->identities[rep_->row_identities[row]].owner;
    if (!owners->empty() && owners->back() == owner) continue;
    owners->push_back(owner);
    begins->push_back(static_cast<uint32_t>(row));
  }
  begins->push_back(static_cast<uint32_t>(size()));
}

void Rows::Filter(absl::FunctionRef<bool(const Key&)> keep) {
  std::vector<uint32_t> kept;
  for (size_t i = 0; i < size(); ++i) {
    const uint32_t row = rep_->at(i);
    if (keep(rep_->KeyAt(row))) kept.push_back(row);
  }
  if (kept.size() < size()) rep_->Select(kept);
}

void Rows::Reown(absl::FunctionRef<uint64_t(const Key&)> owner_of) {
  for (size_t row = 0; row < size(); ++row) {
    Rep::Identity identity = rep_->identities[rep_->row_identities[row]];
    const uint64_t owner = owner_of(rep_->KeyAt(row));
    if (owner == identity.owner) continue;
    identity.owner = owner;
    rep_->row_identities[row] = rep_->IdentityOf(identity);
  }
}

void Rows::ForgetAnonymous(absl::FunctionRef<bool(const Key&)> forget) {
  for (size_t row = 0; row < size(); ++row) {
    Rep::Identity identity = rep_->identities[rep_->row_identities[row]];
    if (identity.person == 0 || identity.anonymous == 0) continue;
    if (!forget(rep_->KeyAt(row))) continue;
    identity.anonymous = 0;
    rep_->row_identities[row] = rep_->IdentityOf(identity);
  }
}

}  // namespace footfall::store
