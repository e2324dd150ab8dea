// Consecutive input on one field: it becomes one event, and an allowed value is held back
// until the field is left.
#ifndef FOOTFALL_CAPTURE_SESSION_RUNS_H_
#define FOOTFALL_CAPTURE_SESSION_RUNS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "capture/filter.h"
#include "model/event.h"

namespace footfall::capture {

// A deep copy of an event whose value may still change. Its memory is overwritten before
// it is given back.
class HeldEvent {
 public:
  explicit HeldEvent(const model::Event& event);
  HeldEvent(const HeldEvent&) = delete;
  HeldEvent& operator=(const HeldEvent&) = delete;
  ~HeldEvent();

  // Replaces both values; absent ones stay absent.
  void SetValues(std::string_view value, std::string_view element_value,
                 std::string_view element_text);
  void MaskValues();
  const model::Event& event() const { return event_; }
  size_t bytes() const;

 private:
  std::string_view Keep(std::string_view text);

  model::Event event_;
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t used_ = 0;
  std::vector<model::PathEntry> path_;
  std::vector<model::Property> properties_;
  std::string value_;
  std::string element_value_;
  std::string element_text_;
};

// The field that a session is typing into.
struct Run {
  enum class Kind : uint8_t {
    kMasked,     // The first event was let through; the others add nothing.
    kHeld,       // `held` waits for the field to be left.
    kSensitive,  // Everything is dropped; remembered so that it is counted once.
  };
  Kind kind = Kind::kMasked;
  uint64_t field = 0;
  uint64_t order = 0;      // Of the first event, over all sessions.
  InputPosition position;  // Of the first event.
  std::unique_ptr<HeldEvent> held;
};

// The runs of all sessions. Not thread-safe.
class SessionRuns {
 public:
  // More sessions typing at once, or more bytes held, than this make the oldest give way.
  static constexpr size_t kRunsMax = 65536;
  static constexpr size_t kHeldBytesMax = size_t{16} << 20;

  Run* Find(uint64_t session);
  Run& Start(uint64_t session, Run run);
  // Removes the run and returns it; null when there is none.
  std::unique_ptr<Run> Take(uint64_t session);
  bool empty() const { return runs_.empty(); }
  // The session of the run that must give way, if bounds are passed.
  bool Overflows(uint64_t* session) const;
  // All runs with their sessions, in the order of their first events; empties the table.
  std::vector<std::pair<uint64_t, Run>> TakeAll();
  // To be called when a held event changed its size.
  void Resized(size_t before, size_t after) { held_bytes_ += after - before; }

 private:
  std::unordered_map<uint64_t, Run> runs_;
  // The sessions by the order of their runs: all, and those that hold an event.
  std::map<uint64_t, uint64_t> by_order_;
  std::map<uint64_t, uint64_t> held_by_order_;
  size_t held_bytes_ = 0;
  uint64_t next_order_ = 0;
};

// The runs without a held event that were not over when their stream ended. A host may
// hand in every event in a stream of its own, and the number of events on a field must
// not tell how much was typed there. Bounded: the oldest go first. Thread-safe.
class RunMemory {
 public:
  static constexpr size_t kRunsMax = 65536;

  void Keep(uint64_t session, Run::Kind kind, uint64_t field);
  // Removes the session's run and hands it over; false when there is none.
  bool Take(uint64_t session, Run* run);
  bool empty() const { return size_.load(std::memory_order_acquire) == 0; }

 private:
  struct Kept {
    Run::Kind kind;
    uint64_t field;
    uint64_t order;
  };
  std::mutex mutex_;
  std::atomic<size_t> size_{0};
  std::unordered_map<uint64_t, Kept> runs_;
  std::map<uint64_t, uint64_t> by_order_;
  uint64_t next_order_ = 0;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_SESSION_RUNS_H_
