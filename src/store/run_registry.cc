#include "store/run_registry.h"

#include <algorithm>
#include <tuple>

#include "base/status.h"
#include "base/strings.h"

namespace footfall::store {
namespace {

constexpr uint8_t kRunRowVersion = 1;

}  // namespace

std::string RunRow::Encode() const {
  std::string row(1, static_cast<char>(kRunRowVersion));
  for (const uint64_t value : {version, uint64_t{chunks}, uint64_t{identity_chunks},
                               events, bytes, first_arrival}) {
    PutVarint(row, value);
  }
  PutZigZag(row, from_ms);
  PutZigZag(row, to_ms);
  PutZigZag(row, min_time_ms);
  PutZigZag(row, max_time_ms);
  PutVarint(row, gone.size());
  for (const uint32_t chunk : gone) PutVarint(row, chunk);
  return row;
}

bool RunRow::Decode(std::string_view row) {
  Reader reader(row);
  if (reader.Byte() != kRunRowVersion) return false;
  version = reader.Varint();
  chunks = static_cast<uint32_t>(reader.Varint());
  identity_chunks = static_cast<uint32_t>(reader.Varint());
  events = reader.Varint();
  bytes = reader.Varint();
  first_arrival = reader.Varint();
  from_ms = reader.SignedVarint();
  to_ms = reader.SignedVarint();
  min_time_ms = reader.SignedVarint();
  max_time_ms = reader.SignedVarint();
  gone.resize(reader.Count());
  for (uint32_t& chunk : gone) chunk = static_cast<uint32_t>(reader.Varint());
  return reader.ok() && reader.done();
}

std::string NumberedKey(std::string_view prefix, uint64_t number) {
  std::string key(prefix);
  PutFixed64(key, number);
  return key;
}

absl::StatusOr<std::vector<RunRow>> ReadRuns(const Rocks& rocks,
                                             const rocksdb::Snapshot* snapshot) {
  std::vector<RunRow> runs;
  auto rows = rocks.Iterate(kMeta, snapshot);
  for (rows->Seek(ToSlice(kRunPrefix));
       rows->Valid() && rows->key().starts_with(ToSlice(kRunPrefix)); rows->Next()) {
    RunRow run;
    run.number = Reader(ToView(rows->key()).substr(kRunPrefix.size())).Fixed64();
    if (!run.Decode(ToView(rows->value()))) {
      return absl::DataLossError(base::Cat("the store is damaged: the row of run ",
                                           run.number, " cannot be read"));
    }
    runs.push_back(run);
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
  std::sort(runs.begin(), runs.end(), [](const RunRow& a, const RunRow& b) {
    return std::tie(a.first_arrival, a.number) < std::tie(b.first_arrival, b.number);
  });
  return runs;
}

std::string ChunkKey(uint64_t run, uint32_t chunk, uint32_t column) {
  std::string key;
  PutFixed64(key, run);
  PutFixed32(key, chunk);
  PutFixed32(key, column);
  return key;
}

std::string RunEnd(uint64_t run) { return ChunkKey(run + 1, 0, 0); }

}  // namespace footfall::store
