#include "query/sort_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace footfall::query {
namespace {

template <typename T>
int Order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

bool IsMissing(const Cell& cell) { return std::holds_alternative<std::monostate>(cell); }

// A row with the beginning of its first cell, as a number that sorts as the cell does.
// Most comparisons end there, without looking at cells.
struct Entry {
  uint64_t key = 0;
  uint32_t row = 0;
};

uint64_t BytesAt(std::string_view text, size_t at) {
  if (at + 8 <= text.size()) {
    uint64_t key;
    std::memcpy(&key, text.data() + at, sizeof(key));
    return std::endian::native == std::endian::little ? __builtin_bswap64(key) : key;
  }
  uint64_t key = 0;
  for (size_t i = at; i < at + 8; ++i) {
    key = key << 8 | (i < text.size() ? static_cast<uint8_t>(text[i]) : 0);
  }
  return key;
}

size_t CommonPrefix(std::string_view a, std::string_view b) {
  const auto [end, unused] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<size_t>(end - a.begin());
}

uint64_t KeyOf(const Cell& cell, size_t prefix) {
  constexpr uint64_t kSign = uint64_t{1} << 63;
  if (const bool* v = std::get_if<bool>(&cell)) return *v;
  if (const int64_t* v = std::get_if<int64_t>(&cell)) {
    return static_cast<uint64_t>(*v) ^ kSign;
  }
  if (const double* v = std::get_if<double>(&cell)) {
    // Negative ones sort against their bits; both zeros are one.
    const uint64_t bits = std::bit_cast<uint64_t>(*v + 0.0);
    return (bits & kSign) != 0 ? ~bits : bits | kSign;
  }
  return BytesAt(std::get<Text>(cell).view(), prefix);
}

// Sorts by keys alone, byte by byte from the lowest on; equal ones stay as they are.
void RadixSort(std::vector<Entry>& entries) {
  uint64_t differing = 0;
  for (const Entry& entry : entries) differing |= entry.key ^ entries[0].key;
  std::vector<Entry> sorted(entries.size());
  for (int shift = 0; shift < 64; shift += 8) {
    if ((differing >> shift & 0xff) == 0) continue;
    std::array<size_t, 256> begins{};
    for (const Entry& entry : entries) ++begins[entry.key >> shift & 0xff];
    size_t begin = 0;
    for (size_t& count : begins) begin += std::exchange(count, begin);
    for (const Entry& entry : entries) {
      sorted[begins[entry.key >> shift & 0xff]++] = entry;
    }
    entries.swap(sorted);
  }
}

class Sorter {
 public:
  Sorter(const Table& table, const std::vector<OrderBy>& order)
      : table_(table), order_(order) {}

  // The numbers of the first rows.
  std::vector<uint32_t> Run(size_t limit) {
    std::vector<Entry> present;
    std::vector<Entry> missing;
    Split(present, missing);
    // Equal keys tell all of a number, but only the beginning of a text.
    Sort(present, is_text_ ? 0 : 1, limit);
    Sort(missing, 1, limit - std::min(limit, present.size()));
    std::vector<uint32_t> rows;
    rows.reserve(std::min(limit, table_.row_count()));
    for (const std::vector<Entry>* part : {&present, &missing}) {
      for (const Entry& entry : *part) {
        if (rows.size() < limit) rows.push_back(entry.row);
      }
    }
    return rows;
  }

 private:
  // The entries of the rows that have a first cell, and of the others.
  void Split(std::vector<Entry>& present, std::vector<Entry>& missing) {
    const std::vector<Cell>& cells = table_.columns[order_[0].column].cells;
    const Text* first = nullptr;
    size_t prefix = 0;
    for (const Cell& cell : cells) {
      const Text* text = std::get_if<Text>(&cell);
      if (text == nullptr) continue;
      if (first == nullptr) prefix = text->view().size();
      if (first == nullptr) first = text;
      prefix =
          std::min(prefix, CommonPrefix(first->view().substr(0, prefix), text->view()));
    }
    is_text_ = first != nullptr;
    prefix_ = prefix;
    flip_ = order_[0].descending ? ~uint64_t{0} : 0;
    present.reserve(cells.size());
    for (uint32_t row = 0; row < cells.size(); ++row) {
      if (IsMissing(cells[row])) {
        missing.push_back({.row = row});
      } else {
        present.push_back({.key = KeyOf(cells[row], prefix) ^ flip_, .row = row});
      }
    }
  }

  // Sorts entries by their keys, then by the columns of the order from `from` on.
  void Sort(std::vector<Entry>& entries, size_t from, size_t limit) const {
    const auto before = [&](const Entry& a, const Entry& b) {
      if (a.key != b.key) return a.key < b.key;
      return IsBefore(a.row, b.row, from);
    };
    if (limit < entries.size()) {
      std::partial_sort(entries.begin(), entries.begin() + limit, entries.end(), before);
      entries.resize(limit);
      return;
    }
    if (entries.size() < 2) return;
    RadixSort(entries);
    for (auto begin = entries.begin(); begin != entries.end();) {
      const auto end = std::find_if(begin, entries.end(), [&](const Entry& entry) {
        return entry.key != begin->key;
      });
      if (end - begin > 1) {
        if (from == 0) TakeNextBytes(begin, end);
        std::sort(begin, end, before);
      }
      begin = end;
    }
  }

  // Entries of texts that begin alike get the bytes after that for their keys.
  void TakeNextBytes(std::vector<Entry>::iterator begin,
                     std::vector<Entry>::iterator end) const {
    const std::vector<Cell>& cells = table_.columns[order_[0].column].cells;
    for (auto entry = begin; entry != end; ++entry) {
      const std::string_view text = std::get<Text>(cells[entry->row]).view();
      entry->key = BytesAt(text, prefix_ + sizeof(entry->key)) ^ flip_;
    }
  }

  bool IsBefore(uint32_t a, uint32_t b, size_t from) const {
    for (size_t i = from; i < order_.size(); ++i) {
      const std::vector<Cell>& cells = table_.columns[order_[i].column].cells;
      int compared = CompareCells(cells[a], cells[b]);
      const bool missing = IsMissing(cells[a]) || IsMissing(cells[b]);
      if (order_[i].descending && !missing) compared = -compared;
      if (compared != 0) return compared < 0;
    }
    return a < b;
  }

  const Table& table_;
  const std::vector<OrderBy>& order_;
  bool is_text_ = false;
  size_t prefix_ = 0;  // Of all texts.
  uint64_t flip_ = 0;  // Turns keys around for a falling order.
};

}  // namespace

int CompareCells(const Cell& a, const Cell& b) {
  if (IsMissing(a) || IsMissing(b)) return IsMissing(a) - IsMissing(b);
  if (const bool* v = std::get_if<bool>(&a)) return Order(*v, std::get<bool>(b));
  if (const int64_t* v = std::get_if<int64_t>(&a)) return Order(*v, std::get<int64_t>(b));
  if (const double* v = std::get_if<double>(&a)) return Order(*v, std::get<double>(b));
  return std::get<Text>(a).view().compare(std::get<Text>(b).view());
}

std::vector<uint32_t> RowsInOrder(const Table& table, const std::vector<OrderBy>& order,
                                  uint64_t limit) {
  return Sorter(table, order).Run(std::min<uint64_t>(limit, table.row_count()));
}

void TakeRows(Column& column, const std::vector<uint32_t>& rows) {
  std::vector<Cell> cells;
  cells.reserve(rows.size());
  for (const uint32_t row : rows) cells.push_back(std::move(column.cells[row]));
  column.cells = std::move(cells);
}

void SortTable(Table& table, const std::vector<OrderBy>& order, uint64_t limit) {
  if (order.empty()) {
    for (Column& column : table.columns) {
      if (column.cells.size() > limit) column.cells.resize(limit);
    }
    return;
  }
  const std::vector<uint32_t> rows = RowsInOrder(table, order, limit);
  for (Column& column : table.columns) TakeRows(column, rows);
}

}  // namespace footfall::query
