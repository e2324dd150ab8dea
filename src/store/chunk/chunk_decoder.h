// One chunk's columns as they are stored: local codes and what they stand for.
#ifndef FOOTFALL_STORE_CHUNK_CHUNK_DECODER_H_
#define FOOTFALL_STORE_CHUNK_CHUNK_DECODER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/chunk/chunk.h"
#include "store/chunk/chunk_entries.h"
#include "store/chunk/chunk_format.h"
#include "store/chunk/code_array.h"
#include "store/chunk/number_array.h"
#include "store/chunk/time_array.h"

namespace footfall::store {

// A row's code is 0 for a missing value, else 1 + an index into the entries.
struct LocalCodes {
  uint32_t end = 1;  // Codes are below it.
  // Up to 256 of them are in bytes, more in words.
  bool wide() const { return end > 256; }
  std::vector<uint8_t> bytes;
  std::vector<uint32_t> words;
  uint32_t operator[](size_t row) const { return wide() ? words[row] : bytes[row]; }
};

struct ValueColumn {
  ValueForm form = ValueForm::kDictionary;
  // kDictionary.
  LocalCodes codes;
  std::vector<ValueRef> entries;
  std::string entry_bytes;  // Of texts in full.
  // Of the others: per row whether it has a number; null when all have. And the numbers,
  // which are arbitrary where there is none.
  std::vector<uint64_t> present;
  std::vector<int64_t> integers;
  std::vector<double> doubles;
};

struct TupleColumn {
  LocalCodes codes;
  std::vector<TupleRef> entries;
  std::string entry_bytes;
};

struct SessionColumn {
  LocalCodes codes;
  TextList texts;
};

struct IdentityColumn {
  std::vector<uint32_t> codes;  // As chunk_format.h has them.
  // From kFirstIdentity on.
  std::vector<std::pair<uint64_t, uint64_t>> people;  // Person, anonymous; 0 for none.
};

// Reusable. What is read holds until Open. DATA_LOSS names the column. Not thread-safe.
class ChunkDecoder {
 public:
  // Both must live until the next Open.
  void Open(const ChunkSummary* summary, ChunkReader* reader);

  const ChunkSummary& summary() const { return *summary_; }
  size_t rows() const { return summary_->rows; }
  bool Has(uint32_t column) const;
  uint64_t bytes_read() const { return bytes_read_; }

  absl::Status ReadPeople();
  const std::vector<uint64_t>& people() const { return people_; }
  const std::vector<uint32_t>& begins() const { return begins_; }

  absl::StatusOr<const int64_t*> Times();
  absl::StatusOr<const int64_t*> TimesWhere(const uint64_t* rows);

  // Of columns that the chunk has. The text fields and properties.
  absl::StatusOr<const ValueColumn*> Values(uint32_t column);
  // The rows whose number in a column is in one of the ranges, until the next call, found
  // without reading the column; absent when it has been read, or has to be.
  absl::StatusOr<std::optional<RowsInRanges>> RowsIn(uint32_t column,
                                                     const NumberRanges& ranges);
  // Gives the memory of a column back that is not read again.
  void Drop(uint32_t column) { values_.erase(column); }
  // A property without a column of its own; null when there is none. Keys hold until
  // Open.
  absl::StatusOr<const ValueColumn*> OtherValues(std::string_view key);
  absl::StatusOr<std::vector<std::string_view>> OtherKeys();
  // Entries are the numbers of types.
  absl::Status ReadTypes(LocalCodes* codes, std::vector<uint8_t>* entries);
  // kChunkElement or kChunkContext.
  absl::StatusOr<const TupleColumn*> Tuples(uint32_t column);
  absl::Status ReadSessions(bool with_texts, SessionColumn* sessions);
  absl::Status ReadIds(TextList* ids);
  absl::Status ReadSeqs(std::vector<int64_t>* seqs);
  absl::Status ReadIdentities(IdentityColumn* identities);
  absl::Status ReadWeeks(int64_t* first_week, std::vector<uint64_t>* masks);
  // Per row a code: 0 or 1 + an index into `orders`, which are lists of indexes into the
  // property columns.
  absl::Status ReadOrders(LocalCodes* codes, std::vector<std::vector<uint32_t>>* orders);

 private:
  class Hints;
  friend class Hints;
  template <typename T>
  struct Cached {
    T column;
    bool valid = false;
  };

  absl::StatusOr<std::string_view> Read(uint32_t column);
  absl::Status ReadCodes(Reader& reader, uint32_t end, Hints& hints, LocalCodes* codes);
  absl::Status ReadEntries(Reader& reader, std::string* bytes, size_t* count,
                           std::string_view* entries);
  absl::Status ReadTexts(uint32_t number, Reader& reader, ValueColumn* column);
  absl::Status ReadProperty(Reader& reader, ValueColumn* column);
  absl::Status ReadNumbers(Reader& reader, ValueColumn* column);
  absl::Status ReadPresent(Reader& reader, ValueColumn* column, size_t* count);
  absl::StatusOr<std::optional<RowsInRanges>> FindRows(Reader& reader,
                                                       const NumberRanges& ranges,
                                                       ValueColumn* column);
  Cached<ValueColumn>& SlotOf(uint32_t column);
  absl::Status ReadValues(uint32_t column, std::string_view value, ValueColumn* values);
  absl::Status ReadOthers();
  absl::Status OpenTimes();

  const ChunkSummary* summary_ = nullptr;
  ChunkReader* reader_ = nullptr;
  BlockUnpacker unpacker_;
  uint64_t bytes_read_ = 0;
  std::vector<uint64_t> people_;
  std::vector<uint32_t> begins_;
  TimeReader time_reader_;
  bool times_open_ = false;
  std::vector<uint64_t> groups_read_;
  std::vector<int64_t> times_;
  absl::flat_hash_map<uint32_t, std::unique_ptr<Cached<ValueColumn>>> values_;
  std::vector<uint64_t> found_;
  std::vector<uint64_t> found_rows_;
  bool others_read_ = false;
  std::vector<std::pair<std::string, std::string>> others_;  // Keys and columns.
  absl::flat_hash_map<std::string, std::unique_ptr<ValueColumn>> other_values_;
  Cached<TupleColumn> elements_;
  Cached<TupleColumn> contexts_;
  std::vector<uint8_t> pauses_;
  bool pauses_ready_ = false;
};

// "url", "property 17": what errors call a column.
std::string NameOfColumn(uint32_t column);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_CHUNK_CHUNK_DECODER_H_
