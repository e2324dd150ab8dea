// Consecutive input on one field: it becomes one event, and an allowed value is held back
// until the field is left.
#ifndef FOOTFALL_CAPTURE_SESSION_RUNS_H_
#define FOOTFALL_CAPTURE_SESSION_RUNS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
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
  // All runs with a held event, in the order of their first events; empties the table.
  std::vector<Run> TakeHeld();
  // To be called when a held event changed its size.
  void Resized(size_t before, size_t after) { held_bytes_ += after - before; }

 private:
  std::unordered_map<uint64_t, Run> runs_;
  size_t held_bytes_ = 0;
  uint64_t next_order_ = 0;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_SESSION_RUNS_H_
