// Events in columns and dictionary codes, on their way between log records and chunks.
#ifndef FOOTFALL_STORE_ROWS_H_
#define FOOTFALL_STORE_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/event.h"
#include "store/log_record.h"

namespace footfall::store {

// Everything that a log record says of its events, so that both forms can be made from
// each other. Not thread-safe.
//
// An event has a stream: the code of the person it names, else of the anonymous id. And
// it has an owner, the person that the stream belongs to: under that it is sorted.
class Rows {
 public:
  Rows();
  ~Rows();
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;

  // Appends the events of a parsed record (no Resolve needed) with a time in
  // [from_ms, to_ms); `owner_of` answers the owner of an anonymous stream, while a person
  // is their own. DATA_LOSS for a damaged record.
  absl::Status Append(
      const LogRecord& record, int64_t from_ms, int64_t to_ms,
      absl::FunctionRef<absl::StatusOr<uint64_t>(uint64_t stream)> owner_of);
  // Appends rows of others, as they are.
  void Append(const Rows& other, size_t begin, size_t end);

  size_t size() const;
  size_t bytes() const;  // Memory held.
  void Clear();

  // What rows are sorted and chosen by.
  struct Key {
    uint64_t owner = 0;
    uint64_t stream = 0;
    int64_t time_ms = 0;
    int64_t seq = 0;
    uint64_t arrival = 0;
    model::EventType type = model::EventType::kTrack;
    uint64_t person = 0;     // Code, 0 for none.
    uint64_t anonymous = 0;  // Code, 0 for none.
    bool activity() const {
      return type != model::EventType::kIdentify && type != model::EventType::kAlias;
    }
  };
  Key key(size_t row) const;
  // Of rows that stand in their order, the owners, and where the rows of each begin, with
  // the end of all rows behind them.
  void ListPeople(std::vector<uint64_t>* owners, std::vector<uint32_t>* begins) const;

  // Sorts by: identity events (identify, alias) after activity; owner; time; seq; stream,
  // the owner's own after the others by their codes; arrival.
  void Sort();
  // Keeps the rows for which `keep` holds, in their order.
  void Filter(absl::FunctionRef<bool(const Key&)> keep);
  // Gives rows other owners.
  void Reown(absl::FunctionRef<uint64_t(const Key&)> owner_of);
  // Forgets which anonymous id rows of a person name, where `forget` holds.
  void ForgetAnonymous(absl::FunctionRef<bool(const Key&)> forget);

  // Rows [begin, end) as a log record with arrivals `first_arrival` and following, for
  // what works on records.
  std::string ToRecord(size_t begin, size_t end, uint64_t first_arrival) const;

  struct Rep;  // Known to the chunk's coding alone.
  Rep& rep() { return *rep_; }
  const Rep& rep() const { return *rep_; }

 private:
  std::unique_ptr<Rep> rep_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_ROWS_H_
