#include "store/chunk/chunk_entries.h"

#include <bit>

namespace footfall::store {
namespace {

using Kind = model::Value::Kind;

constexpr uint8_t kTrueBit = 0x10;
constexpr uint32_t kTupleMask = 0x3ff;
// The slots of a path follow those of the fields.
constexpr size_t kPathSlot = kElementFields;

}  // namespace

void TextRefWriter::Put(const TextRef& text, size_t slot, std::string& out) {
  if (text.code == Dictionaries::kNone) {
    PutVarint(out, 0);
    PutBytes(out, text.text);
    return;
  }
  PutVarint(out, ZigZag(int64_t{text.code} - last_[slot]) + 1);
  last_[slot] = text.code;
}

TextRef TextRefReader::Get(Reader& reader, size_t slot) {
  const uint64_t tag = reader.Varint();
  if (tag == 0) return {Dictionaries::kNone, reader.Bytes()};
  const auto code = static_cast<int64_t>(static_cast<uint64_t>(last_[slot]) +
                                         static_cast<uint64_t>(UnZigZag(tag - 1)));
  if (code < 0 || code >= int64_t{Dictionaries::kNone}) {
    ok_ = false;
    return {0, {}};
  }
  last_[slot] = code;
  return {static_cast<uint32_t>(code), {}};
}

void PutValueRef(const ValueRef& ref, TextRefWriter& texts, std::string& out) {
  const model::Value& value = ref.value;
  out.push_back(
      static_cast<char>(static_cast<int>(value.kind) | (value.boolean ? kTrueBit : 0)));
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kBool:
      break;
    case Kind::kInt:
      PutZigZag(out, value.integer);
      break;
    case Kind::kDouble:
      PutDouble(out, value.number);
      break;
    case Kind::kString:
    case Kind::kJson:
      texts.Put(ref.text, 0, out);
      break;
  }
}

bool GetValueRef(Reader& reader, TextRefReader& texts, ValueRef* ref) {
  *ref = {};
  const uint8_t tag = reader.Byte();
  switch (static_cast<Kind>(tag & 0x0f)) {
    case Kind::kMissing:
      break;
    case Kind::kBool:
      ref->value = model::Value::Bool((tag & kTrueBit) != 0);
      break;
    case Kind::kInt:
      ref->value = model::Value::Int(reader.SignedVarint());
      break;
    case Kind::kDouble:
      ref->value = model::Value::Double(reader.Double());
      break;
    case Kind::kString:
      ref->value = model::Value::String({});
      ref->text = texts.Get(reader, 0);
      break;
    case Kind::kJson:
      ref->value = model::Value::Json({});
      ref->text = texts.Get(reader, 0);
      break;
    default:
      return false;
  }
  return reader.ok() && texts.ok();
}

void PutTupleRef(const TupleRef& tuple, int fields, bool is_element, TextRefWriter& texts,
                 std::string& out) {
  PutVarint(out, tuple.mask);
  for (int i = 0; i < fields; ++i) {
    const auto slot = static_cast<size_t>(i);
    if (tuple.mask & 1u << i) texts.Put(tuple.texts[slot], slot, out);
  }
  if (!is_element || !(tuple.mask & 1u << fields)) return;
  PutVarint(out, tuple.path.size());
  for (const TupleRef::PathEntry& entry : tuple.path) {
    out.push_back(static_cast<char>(entry.mask));
    for (size_t k = 0; k < 3; ++k) {
      if (entry.mask & 1u << k) texts.Put(entry.texts[k], kPathSlot + k, out);
    }
  }
}

bool GetTupleRef(Reader& reader, int fields, bool is_element, TextRefReader& texts,
                 TupleRef* tuple) {
  *tuple = {};
  tuple->mask = static_cast<uint32_t>(reader.Varint()) & kTupleMask;
  for (int i = 0; i < fields; ++i) {
    const auto slot = static_cast<size_t>(i);
    if (tuple->mask & 1u << i) tuple->texts[slot] = texts.Get(reader, slot);
  }
  if (is_element && (tuple->mask & 1u << fields)) {
    const size_t count = reader.Count();
    for (size_t i = 0; i < count && reader.ok(); ++i) {
      TupleRef::PathEntry& entry = tuple->path.emplace_back();
      entry.mask = reader.Byte() & 7u;
      for (size_t k = 0; k < 3; ++k) {
        if (entry.mask & 1u << k) entry.texts[k] = texts.Get(reader, kPathSlot + k);
      }
    }
  }
  return reader.ok() && texts.ok();
}

}  // namespace footfall::store
