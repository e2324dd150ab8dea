// Writing one chunk. Known to its own source files alone.
#ifndef FOOTFALL_STORE_CHUNK_CHUNK_ENCODER_H_
#define FOOTFALL_STORE_CHUNK_CHUNK_ENCODER_H_

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "store/chunk/chunk.h"
#include "store/chunk/chunk_entries.h"
#include "store/chunk/chunk_format.h"
#include "store/chunk/code_array.h"
#include "store/chunk/code_statistics.h"
#include "store/chunk/packed_block.h"
#include "store/rows_rep.h"

namespace footfall::store {

// Cells of rows as codes: 0 for none, else 1 + an index into `cells`.
struct CellCodes {
  Codes codes;
  Codes cells;
  uint32_t end() const { return static_cast<uint32_t>(cells.size()) + 1; }
};

// Orders the distinct cells by `before`; when codes take more than a byte, the frequent
// ones go first.
template <typename Before>
void OrderCells(Codes& cells, const Before& before, const Codes& count_of) {
  const bool by_count = cells.size() > 255;
  std::sort(cells.begin(), cells.end(), [&](uint32_t a, uint32_t b) {
    const int size_a = by_count ? std::bit_width(count_of[a]) : 0;
    const int size_b = by_count ? std::bit_width(count_of[b]) : 0;
    return size_a != size_b ? size_a > size_b : before(a, b);
  });
}

template <typename Before>
CellCodes Localize(Codes cells, size_t cells_end, const Before& before) {
  CellCodes local;
  Codes counts(cells_end, 0);
  for (const uint32_t cell : cells) {
    if (counts[cell]++ == 0 && cell != 0) local.cells.push_back(cell);
  }
  OrderCells(local.cells, before, counts);
  Codes& code_of = counts;
  code_of[0] = 0;
  for (size_t i = 0; i < local.cells.size(); ++i) {
    code_of[local.cells[i]] = static_cast<uint32_t>(i + 1);
  }
  for (uint32_t& cell : cells) cell = code_of[cell];
  local.codes = std::move(cells);
  return local;
}

// Texts of a dictionary by code, the others after them.
inline uint64_t TextKey(const TextIds& texts, uint32_t id) {
  return uint64_t{texts.code(id)} << 32 | id;
}

// The order of tuples whose masks have `fields` bits for texts: neighbours have much in
// common.
inline bool TupleBefore(const TextIds& texts, const TupleIds& tuples, int fields,
                        uint32_t a, uint32_t b) {
  const uint32_t* const begin = tuples.begin_of(a);
  const auto [at, other] =
      std::mismatch(begin, tuples.end_of(a), tuples.begin_of(b), tuples.end_of(b));
  if (at == tuples.end_of(a)) return other != tuples.end_of(b);
  if (other == tuples.end_of(b)) return false;
  // A path, which follows the texts, has numbers of other meaning as well.
  const int count = std::popcount(*begin & ((1u << fields) - 1));
  if (at == begin || at - begin > count) return *at < *other;
  return TextKey(texts, *at) < TextKey(texts, *other);
}

inline TextRef RefOf(const TextIds& texts, uint32_t id) {
  const uint32_t code = texts.code(id);
  if (code != Dictionaries::kNone) return {code, {}};
  return {code, texts.text(id)};
}

struct ChunkMemory::Rep {
  std::map<uint32_t, FormMemory> columns;
};

class ChunkEncoder {
 public:
  ChunkEncoder(const Rows::Rep& rep, size_t begin, size_t end, Packing packing,
               ChunkMemory* memory)
      : rep_(rep), packing_(packing), memory_(memory) {
    rows_.resize(end - begin);
    for (size_t i = begin; i < end; ++i) rows_[i - begin] = rep.at(i);
  }

  EncodedChunk Run();

 private:
  template <typename Column>
  Codes Gather(const Column& column) const {
    Codes cells(rows_.size());
    for (size_t i = 0; i < rows_.size(); ++i) cells[i] = column[rows_[i]];
    return cells;
  }
  const Rows::Rep::Identity& IdentityOf(size_t i) const {
    return rep_.identities[rep_.row_identities[rows_[i]]];
  }
  // Makes a column known that others may lean on.
  void SetHint(Hint hint, const Codes& codes, uint32_t end) {
    if (packing_ == Packing::kSmall) hints_[hint] = {codes.data(), end};
  }
  FormMemory* MemoryOf(uint32_t column) {
    return memory_ == nullptr ? nullptr : &memory_->rep_->columns[column];
  }
  void Add(uint32_t column, std::string value) {
    if (!value.empty()) columns_.emplace_back(column, std::move(value));
  }

  void People();
  void Times();
  void Weeks();
  void Types();
  void Field(size_t field);
  void Sessions();
  void Ids();
  void Seqs();
  void Identities();
  void Tuples(uint32_t column, const TupleIds& ids, const SparseColumn<uint32_t>& cells,
              int fields);
  void Properties();
  void Order(const absl::flat_hash_map<uint32_t, uint32_t>& places);
  std::string Property(const std::vector<std::pair<uint32_t, uint32_t>>& cells,
                       FormMemory* memory);
  std::string PropertyNumbers(const std::vector<std::pair<uint32_t, uint32_t>>& cells,
                              ValueTag tag, FormMemory* memory);
  ValueRef RefOfValue(uint32_t cell) const;
  std::string Header() const;

  const Rows::Rep& rep_;
  const Packing packing_;
  ChunkMemory* const memory_;
  Codes rows_;  // Where they are in the columns.
  BlockPacker packer_;
  EncodedChunk columns_;

  bool activity_ = true;
  std::vector<uint64_t> people_;
  Codes begins_;
  std::vector<int64_t> times_;
  Codes pauses_;
  CellCodes names_;
  CellCodes urls_;
  CodeHints hints_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_CHUNK_ENCODER_H_
