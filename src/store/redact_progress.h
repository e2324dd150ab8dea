// How far a redaction has come.
#ifndef FOOTFALL_STORE_REDACT_PROGRESS_H_
#define FOOTFALL_STORE_REDACT_PROGRESS_H_

#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "store/store_impl.h"

namespace footfall::store {

// With its row in kMeta.
struct EventStore::Impl::Redaction {
  enum class Phase : uint8_t { kLog = 0, kPeople = 1, kFiles = 2 };

  std::string row_key;
  Phase phase = Phase::kLog;
  // kLog: chunks from this one on, by run and number, and then log records from `next` to
  // before `end` are still to be gone through. Nothing is sealed or merged meanwhile.
  uint64_t next_run = 0;
  uint32_t next_chunk = 0;
  // kPeople: codes of people from `next` on.
  uint64_t next = 1;
  uint64_t end = 1;
  bool people_stale = false;
  bool states_changed = false;
  RedactReport report;

  bool touched() const { return report.changed + report.dropped > 0 || states_changed; }

  std::string Encode() const {
    std::string row(1, static_cast<char>(phase));
    row.push_back(static_cast<char>((people_stale ? 1 : 0) | (states_changed ? 2 : 0)));
    for (const uint64_t value :
         {next, end, report.examined, report.changed, report.dropped}) {
      PutVarint(row, value);
    }
    PutVarint(row, report.rules.size());
    for (const auto& [rule, count] : report.rules) {
      PutBytes(row, rule);
      PutVarint(row, count);
    }
    PutVarint(row, next_run);
    PutVarint(row, next_chunk);
    return row;
  }
  bool Decode(std::string_view row) {
    Reader reader(row);
    const uint8_t stored_phase = reader.Byte();
    const uint8_t flags = reader.Byte();
    phase = static_cast<Phase>(stored_phase);
    people_stale = (flags & 1) != 0;
    states_changed = (flags & 2) != 0;
    for (uint64_t* value :
         {&next, &end, &report.examined, &report.changed, &report.dropped}) {
      *value = reader.Varint();
    }
    for (size_t left = reader.Count(); left > 0 && reader.ok(); --left) {
      const std::string rule(reader.Bytes());
      report.rules[rule] = reader.Varint();
    }
    // Rows of format version 1 end here; their stores had no runs.
    if (!reader.done()) {
      next_run = reader.Varint();
      next_chunk = static_cast<uint32_t>(reader.Varint());
    }
    return stored_phase <= static_cast<uint8_t>(Phase::kFiles) && reader.ok() &&
           reader.done();
  }

  RedactReport Report(bool done) const {
    RedactReport out = report;
    out.done = done;
    out.records = end - 1;
    out.records_done = phase == Phase::kLog ? next - 1 : end - 1;
    return out;
  }
};

inline std::string UnlinkKey(uint64_t anonymous_code) {
  std::string key(kUnlinkPrefix);
  PutFixed64(key, anonymous_code);
  return key;
}

inline bool IsLink(const model::Event& event) {
  return event.type == model::EventType::kIdentify ||
         event.type == model::EventType::kAlias;
}

inline absl::Status DamagedState(uint64_t code) {
  return absl::DataLossError(
      base::Cat("the store is damaged: person ", code, " cannot be read"));
}

inline absl::Status DamagedProgress() {
  return absl::DataLossError(
      "the store is damaged: the progress of a redaction cannot be read");
}

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_REDACT_PROGRESS_H_
