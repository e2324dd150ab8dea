// What people did, remembered so that conditions on behaviour are answered without
// reading events.
//
// A condition is read from the store once, for everybody; from then on every event that
// is appended is added to what is remembered. Of each person only the times of the latest
// matching events are kept, as many as the condition's count can ask for.
#ifndef FOOTFALL_RUNTIME_DID_MEMORY_H_
#define FOOTFALL_RUNTIME_DID_MEMORY_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "model/rule.h"
#include "model/rule_node.h"
#include "runtime/time_lists.h"
#include "store/event_store.h"
#include "store/reader_gate.h"

namespace footfall::runtime {

// Thread-safe. Observes the store that is given to Holds.
class DidMemory : public store::EventObserver {
 public:
  // What `did` asks of events; shared by all conditions that ask the same.
  class Matches;

  // The matches of a condition, given as JSON (what stands under "did") and parsed; null
  // for one that cannot be remembered: what it asks of events depends on the present or
  // on the person, or its count is over 1,000.
  absl::StatusOr<std::shared_ptr<Matches>> Remember(const base::Json& json,
                                                    const model::RuleNode& did);

  // Whether `did` holds for the person with the code, as of now; events that data
  // retention has expired do not count. Reads the matches first when they are not known.
  // Absent when it cannot be told from what is remembered.
  absl::StatusOr<std::optional<bool>> Holds(store::EventStore& store, Matches& matches,
                                            const model::RuleNode& did, uint64_t person,
                                            int64_t now_ms, int64_t retention_days);

  // Memory held, at most half of what one query may take.
  size_t bytes() const;

  bool Watches() const override { return watched_.load() > 0; }
  void Appended(const Moment& moment, uint64_t person,
                const model::Event& event) override;
  void Linked(const Moment& moment, uint64_t anonymous, uint64_t person) override;
  void Changed() override;

 private:
  enum class State { kUnknown, kReading, kKnown, kTooLarge };

  // OK when they are known afterwards, or too large to be.
  absl::Status Read(store::EventStore& store, Matches& matches);
  void Begin(size_t bytes_max, Matches& matches);
  // Answers the version of the snapshot that was read.
  absl::StatusOr<uint64_t> Gather(store::EventStore& store, Matches& matches,
                                  bool* too_large);
  bool IsSettled(const Matches& matches) const;

  // The following with the gate held.
  void SetState(Matches& matches, State state);
  // Lets go of others, least recently used first; false when that is not enough.
  bool MakeRoom(const Matches& keep);
  size_t BytesOfAll() const;

  mutable store::ReaderGate gate_;
  std::map<std::string, std::shared_ptr<Matches>> all_;  // By what they ask.
  std::atomic<int> watched_{0};                          // Being read or known.
  std::atomic<uint64_t> uses_{0};
  size_t bytes_max_ = 0;
  std::mutex read_mutex_;  // Held by the one who reads matches; taken before the gate.
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_DID_MEMORY_H_
