// Log records: one value per group of committed events.
#ifndef FOOTFALL_STORE_LOG_RECORD_H_
#define FOOTFALL_STORE_LOG_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "store/batch.h"
#include "store/dictionary.h"
#include "store/event_coding.h"

namespace footfall::store {

inline constexpr uint8_t kLogRecordVersion = 1;

struct RecordHeader {
  uint64_t events = 0;
  uint64_t first_arrival = 0;
  int64_t ingest_ms = 0;
  int64_t min_time_ms = 0;
  int64_t max_time_ms = 0;
};

// What a record is made of. All references are borrowed.
struct RecordParts {
  const Batch::Rep& batch;
  // Per entry of batch.strings its dictionary code, or Dictionaries::kNone.
  const std::vector<uint32_t>& codes;
  // Per entry of batch.people its code; 0 for one that no kept event names.
  const std::vector<uint64_t>& people;
  // Indexes of the events to keep, rising, and the arrivals of the kept ones when they
  // are not first_arrival, first_arrival + 1, ...
  const std::vector<uint32_t>& kept;
  const std::vector<uint64_t>* arrivals = nullptr;
  uint64_t first_arrival = 0;
  int64_t ingest_ms = 0;
};
std::string EncodeRecord(const RecordParts& parts);

// The same out of parts that are encoded already. Arrivals are consecutive.
struct EncodedRecordParts {
  RecordHeader header;
  int64_t base_time_ms = 0;  // What the times in `events` are relative to.
  // Dictionary codes, or Dictionaries::kNone and the text.
  std::vector<std::pair<uint32_t, std::string_view>> strings;
  std::vector<uint64_t> people;
  std::string events;
};
std::string AssembleRecord(const EncodedRecordParts& parts);

// The dictionary code of each string of a batch, as `code_of` (dictionary, text) answers;
// Dictionaries::kNone for what no dictionary takes.
std::vector<uint32_t> CodeStrings(
    const StringTable& strings,
    absl::FunctionRef<uint32_t(uint32_t dictionary, std::string_view text)> code_of);

// A record read back. Borrows the value that it was parsed from.
class LogRecord {
 public:
  // Verifies the checksum and reads header and tables. DATA_LOSS, without saying which
  // record.
  absl::Status Parse(std::string_view value);
  // Reads only the header and verifies nothing else.
  static absl::Status ParseHeader(std::string_view value, RecordHeader* header);

  const RecordHeader& header() const { return header_; }
  const std::vector<uint64_t>& people() const { return people_; }
  // Per string its dictionary code, or Dictionaries::kNone.
  const std::vector<uint32_t>& codes() const { return codes_; }

  // Replaces codes by text. DATA_LOSS when a code is in no dictionary.
  absl::Status Resolve(const Dictionaries& dictionaries);
  // Names person `index`; the bytes must live as long as the record. Without it the
  // person's id reads as absent.
  void SetPersonId(size_t index, std::string_view id) { ids_[index] = id; }

  // The parts that the events are made of, for reading them without their texts: the text
  // of a string without a code (with one only after Resolve), the events as FORMAT.md has
  // them, what their times are relative to, and the arrival of an event.
  std::string_view text(size_t string) const { return strings_[string]; }
  std::string_view encoded_events() const { return events_; }
  int64_t base_time_ms() const { return base_time_ms_; }
  uint64_t arrival(size_t event) const {
    return arrivals_.empty() ? header_.first_arrival + event : arrivals_[event];
  }

  // Visits the events in order, with their arrivals. Requires Resolve.
  absl::Status Visit(
      absl::FunctionRef<absl::Status(const EventDecoder::Decoded&, uint64_t arrival)>
          visit) const;

 private:
  RecordHeader header_;
  int64_t base_time_ms_ = 0;
  std::vector<uint32_t> codes_;
  std::vector<std::string_view> strings_;
  std::vector<uint64_t> people_;
  std::vector<std::string_view> ids_;
  std::vector<uint64_t> arrivals_;  // Empty when they are consecutive.
  std::string_view events_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_LOG_RECORD_H_
