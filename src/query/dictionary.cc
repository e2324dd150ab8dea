#include "query/dictionary.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/strings.h"
#include "query/value_pool.h"
#include "store/block.h"

namespace footfall::query {
namespace {

using model::Value;

constexpr size_t kPieceBytes = size_t{1} << 14;

template <typename T>
void AppendBytes(std::string& key, T content) {
  key.append(reinterpret_cast<const char*>(&content), sizeof(content));
}

}  // namespace

std::string_view TextArena::Keep(std::string_view text) {
  while (piece_ < pieces_.size() && pieces_[piece_].size - used_ < text.size()) {
    ++piece_;
    used_ = 0;
  }
  if (piece_ == pieces_.size()) {
    const size_t size = std::max(kPieceBytes, text.size());
    pieces_.push_back({std::make_unique<char[]>(size), size});
    bytes_ += size;
  }
  char* const at = pieces_[piece_].data.get() + used_;
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  used_ += text.size();
  return {at, text.size()};
}

void TextArena::Clear() {
  piece_ = 0;
  used_ = 0;
}

void Dictionary::Clear() {
  codes_.clear();
  arena_.Clear();
  values_.assign(1, Value::Missing());
  value_ids_.assign(1, store::kNoValueId);
}

uint32_t Dictionary::CodeOf(const Value& value) {
  key_.assign(1, static_cast<char>(value.kind));
  switch (value.kind) {
    case Value::Kind::kMissing:
      return 0;
    case Value::Kind::kBool:
      AppendBytes(key_, value.boolean);
      break;
    case Value::Kind::kInt:
      AppendBytes(key_, value.integer);
      break;
    case Value::Kind::kDouble:
      AppendBytes(key_, value.number);
      break;
    case Value::Kind::kString:
    case Value::Kind::kJson:
      key_ += value.text;
      break;
  }
  const auto found = codes_.find(base::Abs(key_));
  if (found != codes_.end()) return found->second;
  const uint32_t code = static_cast<uint32_t>(values_.size());
  const std::string_view kept = arena_.Keep(key_);
  codes_.emplace(base::Abs(kept), code);
  values_.push_back(value);
  if (value.kind == Value::Kind::kString || value.kind == Value::Kind::kJson) {
    values_.back().text = kept.substr(1);
  }
  value_ids_.push_back(store::kNoValueId);
  return code;
}

uint64_t Dictionary::bytes() const {
  return values_.capacity() * sizeof(Value) + value_ids_.capacity() * sizeof(uint32_t) +
         HashBytes(codes_) + arena_.bytes();
}

}  // namespace footfall::query
