// People as a view of the log: identifiers, links and states, held in memory and written
// behind.
#ifndef FOOTFALL_STORE_PEOPLE_H_
#define FOOTFALL_STORE_PEOPLE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/session.h"
#include "store/batch.h"
#include "store/hashing.h"
#include "store/identity_table.h"
#include "store/person_state.h"
#include "store/reader_gate.h"
#include "store/rocks.h"

namespace footfall::store {

// Rows of the family kPeople.
std::string IdKey(const Hash128& hash);        // -> code, link.
std::string CodeKey(uint64_t code);            // -> kind, id.
std::string LinkKey(uint64_t anonymous_code);  // -> code of the person.
std::string StateKey(uint64_t code);           // -> PersonState.
std::string StaleKey(uint64_t code);           // -> nothing; the state is stale.
inline constexpr char kStatePrefix = 'p';
inline constexpr char kCodePrefix = 'c';
inline constexpr char kStalePrefix = 's';
uint64_t CodeOfKey(std::string_view key);

std::string EncodeIdentity(const Identity& identity);
bool DecodeIdentity(std::string_view row, Identity* identity);

// Kind (kPersonId, kAnonymousId) and id of a kCodePrefix row.
std::string EncodeIdRow(uint32_t kind, std::string_view id);
std::pair<uint32_t, std::string_view> DecodeIdRow(std::string_view row);

// Encoded states by code that differ from the rows of the store; empty: no such person.
using StateOverlay = std::map<uint64_t, std::string>;

// The store calls it from one writer at a time; Look and Describe may be called by any
// thread beside that.
class People {
 public:
  People(std::shared_ptr<Rocks> rocks, const HashKey& key, size_t bytes_max)
      : rocks_(std::move(rocks)), key_(key), bytes_max_(bytes_max) {}

  // Identifiers; Remember replaces what a look-up answers from now on.
  absl::StatusOr<Identity> Find(const Hash128& hash);
  void Remember(const Hash128& hash, const Identity& identity);
  void Forget(const Hash128& hash);

  // What is in memory, for whoever reads beside the writer: who an identifier stands for,
  // and a state. False when it is not there, so that what is stored holds. Of a state
  // that no longer exists `exists` is false.
  bool Look(const Hash128& hash, Identity* identity);
  struct Described {
    bool exists = false;
    bool stale = false;  // The sessions are not what the events give.
  };
  bool Describe(uint64_t code, bool sessions, model::Person* person,
                Described* described) const;

  // Brings the states that applying these events touches into memory, so that Apply
  // cannot fail. `identities` has one entry per entry of batch.people; codes from
  // `first_new_code` on are known to have no state yet.
  absl::Status Load(const Batch::Rep& batch, const std::vector<uint32_t>& kept,
                    const std::vector<Identity>& identities, uint64_t first_new_code);
  // Takes the events in. `arrivals` has one entry per kept event, or is null for
  // consecutive ones from `first_arrival`.
  void Apply(const Batch::Rep& batch, const std::vector<uint32_t>& kept,
             const std::vector<Identity>& identities, uint64_t first_arrival,
             const std::vector<uint64_t>* arrivals, const model::SessionRule& rule);

  // Counts the events without a session id of an old record in the runs only, for people
  // whose runs were taken away because the rule has changed.
  absl::Status RebuildRuns(const Batch::Rep& batch,
                           const std::vector<Identity>& identities,
                           const model::SessionRule& rule);
  // Replaces the stale runs of a person, from the horizon of data retention on.
  absl::Status ReplaceRuns(uint64_t code, const std::vector<SessionSpan>& runs,
                           int64_t horizon_ms);

  // Writes all changed states, with `through`, the last log record they include, in one
  // atom; then drops what the budget has no room for. While they are computed from
  // nothing `through` is 0 and `sealed` how many records made of chunks they include.
  absl::Status Flush(uint64_t through, uint64_t sealed = 0);
  // The changed states, as Flush would write them.
  StateOverlay Overlay() const;
  // Whether changed states take so much memory that they should be written.
  bool ShouldFlush() const;
  size_t changed() const { return changed_; }
  // Forgets everything in memory, changes included.
  void Reset();

  size_t bytes() const { return bytes_ + identities_.bytes() + texts_.bytes(); }

 private:
  struct Entry {
    PersonState state;
    size_t bytes = 0;
    bool exists = false;
    bool changed = false;
    bool was_stale = false;  // A kStalePrefix row is stored.
    bool used = false;       // Since the last flush.
  };

  absl::Status LoadState(uint64_t code, bool is_new = false);
  void ShrinkIdentities();
  // The following with the gate held.
  void Clear();
  Entry& Change(uint64_t code);
  void Measure(Entry& entry);

  std::shared_ptr<Rocks> rocks_;
  const HashKey key_;
  const size_t bytes_max_;
  // Held while states_ or texts_ change, and whenever identities_ is touched.
  mutable ReaderGate gate_;
  IdentityTable identities_;
  absl::flat_hash_map<uint64_t, std::unique_ptr<Entry>> states_;
  StringTable texts_;
  size_t bytes_ = 0;
  size_t changed_ = 0;
  uint64_t applied_since_flush_ = 0;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_PEOPLE_H_
