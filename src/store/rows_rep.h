// The inside of Rows. Cells are 32-bit numbers into tables that all rows share.
#ifndef FOOTFALL_STORE_ROWS_REP_H_
#define FOOTFALL_STORE_ROWS_REP_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/event.h"
#include "store/batch.h"
#include "store/chunk/packed_text.h"
#include "store/event_coding.h"
#include "store/rows.h"
#include "store/string_table.h"

namespace footfall::store {

// A column that most rows have nothing in: without memory while it is all zeros.
template <typename T>
class SparseColumn {
 public:
  // Of the next row, which is number `row`.
  void Add(size_t row, T value) {
    if (cells_.empty()) {
      if (value == T{}) return;
      cells_.resize(row);
    }
    cells_.push_back(value);
  }
  // Of the next rows, the first of which is number `row`.
  void Append(size_t row, size_t count, std::vector<T>&& cells) {
    if (cells.empty()) {
      if (!cells_.empty()) cells_.resize(row + count);
    } else if (row == 0) {
      cells_ = std::move(cells);
    } else {
      cells_.resize(row);
      cells_.insert(cells_.end(), cells.begin(), cells.end());
    }
  }
  // Adds `count` rows of zeros, the first of which is number `row`, to be filled in.
  T* Grow(size_t row, size_t count) {
    cells_.resize(row + count);
    return cells_.data() + row;
  }
  T operator[](size_t row) const { return cells_.empty() ? T{} : cells_[row]; }
  bool empty() const { return cells_.empty(); }
  size_t bytes() const { return cells_.capacity() * sizeof(T); }
  void Clear() { cells_.clear(); }
  // Keeps the rows in `rows`, in that order.
  void Select(const std::vector<uint32_t>& rows) {
    if (cells_.empty()) return;
    std::vector<T> cells(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) cells[i] = cells_[rows[i]];
    cells_ = std::move(cells);
  }

 private:
  std::vector<T> cells_;
};

// Strings of events by dictionary code, or in full for those without. Ids begin with 1; 0
// stands for an absent string.
class TextIds {
 public:
  uint32_t OfCode(uint32_t code);
  uint32_t OfText(std::string_view text);

  // Ids are below it.
  size_t end() const { return entries_.size() + 1; }
  // Dictionaries::kNone for one in full.
  uint32_t code(uint32_t id) const { return entries_[id - 1].code; }
  std::string_view text(uint32_t id) const {
    return texts_[entries_[id - 1].text].text();
  }
  size_t bytes() const;
  void Clear();

 private:
  struct Entry {
    uint32_t code;
    uint32_t text;  // In texts_.
  };
  std::vector<Entry> entries_;
  absl::flat_hash_map<uint32_t, uint32_t> by_code_;
  StringTable texts_;
  std::vector<uint32_t> by_text_;
};

// Tuples of numbers, from 1; 0 stands for an absent one.
class TupleIds {
 public:
  uint32_t Of(const std::vector<uint32_t>& tuple);
  size_t end() const { return begins_.size(); }
  const uint32_t* begin_of(uint32_t id) const { return &pool_[begins_[id - 1]]; }
  const uint32_t* end_of(uint32_t id) const { return pool_.data() + begins_[id]; }
  size_t bytes() const;
  void Clear();

 private:
  std::vector<uint32_t> pool_;
  std::vector<uint32_t> begins_ = {0};
  absl::flat_hash_map<std::string, uint32_t> ids_;
};

// Which properties an event has, in their order: a path from 0, which has none.
class ShapeIds {
 public:
  uint32_t With(uint32_t shape, uint32_t key);
  size_t end() const { return shapes_.size(); }
  uint32_t length(uint32_t shape) const { return shapes_[shape].length; }
  // Text ids.
  std::vector<uint32_t> Keys(uint32_t shape) const;
  size_t bytes() const;
  void Clear();

 private:
  struct Shape {
    uint32_t before;
    uint32_t key;
    uint32_t length;
  };
  std::vector<Shape> shapes_ = {{0, 0, 0}};
  absl::flat_hash_map<uint64_t, uint32_t> longer_;
};

// The value of a property in 32 bits: a tag in the low three, and what it says above.
enum ValueTag : uint32_t {
  kTagConstant = 0,  // ValueConstant.
  kTagSmall = 1,     // Integer, zigzag.
  kTagText = 2,      // Text id.
  kTagJson = 3,      // Text id.
  kTagInteger = 4,   // Index into Rep::wide.
  kTagDouble = 5,
};
enum ValueConstant : uint32_t { kNoValue = 0, kNullValue = 1, kFalse = 2, kTrue = 3 };
inline constexpr int kValueTagBits = 3;
constexpr uint32_t MakeCell(ValueTag tag, uint32_t payload) {
  return payload << kValueTagBits | tag;
}
constexpr ValueTag TagOf(uint32_t cell) {
  return static_cast<ValueTag>(cell & ((1u << kValueTagBits) - 1));
}
constexpr uint32_t PayloadOf(uint32_t cell) { return cell >> kValueTagBits; }

struct Rows::Rep {
  struct Identity {
    uint64_t person = 0;
    uint64_t anonymous = 0;
    uint64_t owner = 0;
    uint64_t stream() const { return person != 0 ? person : anonymous; }
    bool operator==(const Identity&) const = default;
    template <typename H>
    friend H AbslHashValue(H h, const Identity& identity) {
      return H::combine(std::move(h), identity.person, identity.anonymous,
                        identity.owner);
    }
  };
  // One row before it is added.
  struct Cells {
    int64_t time_ms = 0;
    int64_t seq = 0;
    uint64_t arrival = 0;
    model::EventType type = model::EventType::kTrack;
    uint32_t identity = 0;
    uint32_t session = 0;
    std::array<uint32_t, kTextFields> fields = {};
    uint32_t element = 0;
    uint32_t context = 0;
    uint32_t shape = 0;
    uint32_t id = 0;  // What AddId answered.
    std::vector<uint32_t> values;
  };

  uint32_t IdentityOf(const Identity& identity);
  uint32_t IntegerCell(int64_t value);
  uint32_t DoubleCell(double value);
  uint32_t AddId(std::string_view id);
  uint32_t AddPackedId(TextKind kind, std::string_view bytes);
  // What AddPackedId was given for a row.
  TextKind PackedId(size_t row, std::string_view* bytes) const;
  // The id of a row, whose bytes `scratch` may hold. Null data for none.
  std::string_view Id(size_t row, char (&scratch)[kUuidChars]) const;
  void Add(const Cells& cells);

  size_t size() const { return times.size(); }
  // Where row `i`, by the order of Sort, is in the columns.
  uint32_t at(size_t i) const {
    return order.empty() ? static_cast<uint32_t>(i) : order[i];
  }
  Key KeyAt(size_t physical) const;
  void Select(const std::vector<uint32_t>& physical);
  size_t bytes() const;
  void Clear();
  // Keeps the tables of what rows of many people have in common.
  void ClearRows();

  // Tables.
  TextIds texts;
  TextIds sessions;
  TupleIds elements;  // Mask, fields, count of path entries, per entry bits and texts.
  TupleIds contexts;  // Mask, fields.
  ShapeIds shapes;
  std::vector<Identity> identities;
  absl::flat_hash_map<Identity, uint32_t> identity_ids;
  std::vector<uint64_t> wide;    // Integers and bits of doubles.
  std::vector<uint32_t> values;  // Of properties, row by row.
  std::vector<char> ids;         // Per id its kind, a length if it is a text, its bytes.

  // Columns.
  std::vector<int64_t> times;
  std::vector<uint64_t> arrivals;
  std::vector<uint8_t> types;
  std::vector<uint32_t> row_identities;
  std::array<SparseColumn<uint32_t>, kTextFields> fields;
  SparseColumn<uint32_t> row_elements;
  SparseColumn<uint32_t> row_contexts;
  SparseColumn<uint32_t> row_sessions;
  SparseColumn<uint32_t> row_shapes;
  SparseColumn<uint32_t> first_values;  // In `values`.
  SparseColumn<uint32_t> row_ids;       // Offset in `ids` plus one.
  SparseColumn<int64_t> seqs;

  std::vector<uint32_t> order;  // Empty: as they stand.
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_ROWS_REP_H_
