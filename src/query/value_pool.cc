#include "query/value_pool.h"

#include <charconv>
#include <utility>

#include "base/strings.h"

namespace footfall::query {
namespace {

using model::Value;

constexpr unsigned Bit(Value::Kind kind) { return 1u << static_cast<unsigned>(kind); }

std::string CellText(const Cell& cell) {
  if (const bool* v = std::get_if<bool>(&cell)) return *v ? "true" : "false";
  if (const int64_t* v = std::get_if<int64_t>(&cell)) return std::to_string(*v);
  if (const double* v = std::get_if<double>(&cell)) return base::FormatDouble(*v);
  return std::string(std::get<Text>(cell).view());
}

// The number whose text it is, which the pool wrote itself.
template <typename Number>
Number ParseAs(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Value::Kind KindOf(const Cell& cell) {
  if (std::holds_alternative<bool>(cell)) return Value::Kind::kBool;
  if (std::holds_alternative<int64_t>(cell)) return Value::Kind::kInt;
  if (std::holds_alternative<double>(cell)) return Value::Kind::kDouble;
  return Value::Kind::kString;
}

}  // namespace

ColumnType KindMask::type() const {
  if (bits_ == Bit(Value::Kind::kBool)) return ColumnType::kBool;
  if (bits_ == Bit(Value::Kind::kInt)) return ColumnType::kInt64;
  const unsigned numbers = Bit(Value::Kind::kInt) | Bit(Value::Kind::kDouble);
  return bits_ != 0 && (bits_ & ~numbers) == 0 ? ColumnType::kDouble
                                               : ColumnType::kString;
}

uint32_t ValuePool::Intern(std::string_view text) {
  const auto found = ids_.find(base::Abs(text));
  if (found != ids_.end()) return found->second;
  texts_.emplace_back(text);
  text_bytes_ += Text::HeapBytes(text.size());
  const uint32_t id = static_cast<uint32_t>(texts_.size());
  ids_.emplace(base::Abs(texts_.back().view()), id);
  return id;
}

uint32_t ValuePool::Intern(const Value& value, KindMask* kinds) {
  uint32_t id = 0;
  switch (value.kind) {
    case Value::Kind::kMissing:
    case Value::Kind::kJson:
      return 0;
    case Value::Kind::kString:
      id = Intern(value.text);
      break;
    case Value::Kind::kBool:
      id = Intern(value.boolean ? "true" : "false");
      break;
    case Value::Kind::kDouble:
      id = Intern(base::FormatDouble(value.number));
      break;
    case Value::Kind::kInt: {
      // Saves formatting the numbers met before.
      const auto found = integers_.find(value.integer);
      if (found != integers_.end()) {
        id = found->second;
      } else {
        id = Intern(std::to_string(value.integer));
        integers_.emplace(value.integer, id);
      }
      break;
    }
  }
  kinds->Add(value.kind);
  return id;
}

std::vector<uint32_t> ValuePool::Absorb(const ValuePool& other) {
  std::vector<uint32_t> ids{0};
  ids.reserve(other.texts_.size() + 1);
  for (const Text& theirs : other.texts_) {
    const auto found = ids_.find(base::Abs(theirs.view()));
    if (found != ids_.end()) {
      ids.push_back(found->second);
      continue;
    }
    texts_.push_back(theirs);
    text_bytes_ += Text::HeapBytes(theirs.view().size());
    ids.push_back(static_cast<uint32_t>(texts_.size()));
    ids_.emplace(base::Abs(texts_.back().view()), ids.back());
  }
  return ids;
}

Cell ValuePool::ToCell(uint32_t id, ColumnType type) const {
  if (id == 0) return std::monostate();
  const std::string_view value = text(id).view();
  switch (type) {
    case ColumnType::kBool:
      return value == "true";
    case ColumnType::kInt64:
    case ColumnType::kTimestamp:
    case ColumnType::kDate:
      return ParseAs<int64_t>(value);
    case ColumnType::kDouble:
      return ParseAs<double>(value);
    case ColumnType::kString:
      break;
  }
  return text(id);
}

uint64_t ValuePool::bytes() const {
  return texts_.capacity() * sizeof(Text) + text_bytes_ + HashBytes(ids_) +
         HashBytes(integers_);
}

Column UnifyColumn(std::string name, std::vector<Cell> cells) {
  KindMask kinds;
  for (const Cell& cell : cells) {
    if (!std::holds_alternative<std::monostate>(cell)) kinds.Add(KindOf(cell));
  }
  Column column{.name = std::move(name), .type = kinds.type(), .cells = std::move(cells)};
  for (Cell& cell : column.cells) {
    if (std::holds_alternative<std::monostate>(cell)) continue;
    if (column.type == ColumnType::kString) {
      cell = CellText(cell);
    } else if (const int64_t* v = std::get_if<int64_t>(&cell);
               v != nullptr && column.type == ColumnType::kDouble) {
      cell = static_cast<double>(*v);
    }
  }
  return column;
}

}  // namespace footfall::query
