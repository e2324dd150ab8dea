// Rows of the family kMeta.
#ifndef FOOTFALL_STORE_META_H_
#define FOOTFALL_STORE_META_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/coding.h"

namespace footfall::store {

inline constexpr const char* kFormatKey = "format";
inline constexpr const char* kHashKeyKey = "hash_key";
inline constexpr const char* kCountersKey = "counters";
inline constexpr const char* kPeopleThroughKey = "people_through";
inline constexpr const char* kPeopleSealedKey = "people_sealed";
inline constexpr const char* kIdsThroughKey = "ids_through";
inline constexpr const char* kErasuresKey = "erasures";
inline constexpr const char* kErasedAfterKey = "erased_after";
inline constexpr const char* kRebuildKey = "rebuild_sessions";
inline constexpr std::string_view kSettingPrefix = "setting/";
inline constexpr std::string_view kDocumentPrefix = "document/";
inline constexpr std::string_view kForgetPrefix = "forget/";
inline constexpr std::string_view kRedactPrefix = "redact/";
inline constexpr std::string_view kUnlinkPrefix = "unlink/";
inline constexpr std::string_view kUnlinkEnd = "unlink0";  // After all with the prefix.

// Written with every log record.
struct Counters {
  uint64_t next_record = 1;
  uint64_t next_arrival = 1;
  uint64_t next_person = 1;
  uint64_t events = 0;  // Stored now.
  // Of all events ever stored; both 0 before the first.
  int64_t min_time_ms = 0;
  int64_t max_time_ms = 0;
  uint64_t removed = 0;    // Events that data retention or forgetting took away.
  int64_t horizon_ms = 0;  // Data retention has removed events before it.

  std::string Encode() const {
    std::string row;
    for (const uint64_t value : {next_record, next_arrival, next_person, events}) {
      PutVarint(row, value);
    }
    PutZigZag(row, min_time_ms);
    PutZigZag(row, max_time_ms);
    PutVarint(row, removed);
    PutZigZag(row, horizon_ms);
    return row;
  }
  bool Decode(std::string_view row) {
    Reader reader(row);
    next_record = reader.Varint();
    next_arrival = reader.Varint();
    next_person = reader.Varint();
    events = reader.Varint();
    min_time_ms = reader.SignedVarint();
    max_time_ms = reader.SignedVarint();
    removed = reader.Varint();
    horizon_ms = reader.SignedVarint();
    return reader.ok() && reader.done();
  }
};

inline std::string RecordKey(uint64_t record) {
  std::string key;
  PutFixed64(key, record);
  return key;
}

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_META_H_
