// What the store keeps of a person beside the events: enough to hold all computed
// attributes exactly while events arrive late.
#ifndef FOOTFALL_STORE_PERSON_STATE_H_
#define FOOTFALL_STORE_PERSON_STATE_H_

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/event.h"
#include "model/person.h"
#include "model/session.h"
#include "store/batch.h"
#include "store/string_table.h"

namespace footfall::store {

// The order of a person's events.
struct EventOrder {
  int64_t time_ms = 0;
  int64_t seq = 0;
  uint64_t arrival = 0;
  auto operator<=>(const EventOrder&) const = default;
};

// A session with a host id, or a run of events without one (`id` 0).
struct SessionSpan {
  uint64_t id = 0;  // Keyed hash of the host's session id.
  int64_t start_ms = 0;
  int64_t end_ms = 0;
};

// The value of each context field in the latest event that has it. Mostly one event has
// all of them, so the orders are kept apart.
class LatestFields {
 public:
  LatestFields() { texts_.fill(StringTable::kNone); }
  // Index of the text in the table of the states, or StringTable::kNone.
  uint32_t text(size_t field) const { return texts_[field]; }
  const EventOrder& order(size_t field) const { return orders_[at_[field]]; }
  // Whether an event at `order` would replace the field.
  bool IsOlder(size_t field, const EventOrder& than) const {
    return texts_[field] == StringTable::kNone || order(field) < than;
  }
  void Set(size_t field, const EventOrder& order, uint32_t text);
  size_t bytes() const { return orders_.capacity() * sizeof(EventOrder); }

 private:
  std::array<uint32_t, kLatestFields> texts_;
  std::array<uint8_t, kLatestFields> at_{};  // In orders_, where a text is set.
  std::vector<EventOrder> orders_;           // At most one per field.
};

// The texts of PersonState::latest are in a table shared by many states.
struct PersonState {
  struct Attribute {
    std::string key;
    EventOrder order;
    model::AttributeValue value;
  };

  std::vector<uint64_t> anonymous;  // Codes, in order of linking.
  uint64_t events = 0;
  int64_t first_seen_ms = 0;  // Both valid when events > 0.
  int64_t last_seen_ms = 0;
  LatestFields latest;
  std::vector<Attribute> attributes;  // Sorted by key.
  std::vector<SessionSpan> sessions;  // With a host id, in no order.
  std::vector<SessionSpan> runs;      // Sorted by start.
  // The runs are not what cutting the events would give: they must be computed anew.
  bool stale = false;

  // Counts an event at `order`; `session` is the hash of its host session id, 0 without.
  void AddActivity(const EventOrder& order, uint64_t session,
                   const model::SessionRule& rule);
  // The part of AddActivity for an event without a session.
  void AddToRuns(int64_t time_ms, const model::SessionRule& rule);
  // Takes over the properties of an identify event.
  void Identify(const EventOrder& order, const model::Event& event);
  // Takes over all that `other`, an anonymous id just linked to this person, holds.
  void Merge(const PersonState& other, const model::SessionRule& rule);

  // The row in the store. Decode interns into `texts`; false for a damaged row.
  std::string Encode(const StringTable& texts) const;
  bool Decode(std::string_view row, StringTable* texts);

  // Fills the computed and host attributes of `person`, not its identifiers; those of
  // sessions are computed from all of them.
  void Describe(const StringTable& texts, model::Person* person) const {
    DescribeAttributes(texts, person);
    DescribeSessions(person);
  }
  void DescribeAttributes(const StringTable& texts, model::Person* person) const;
  void DescribeSessions(model::Person* person) const;

  size_t bytes() const;

 private:
  void AddToSessions(const SessionSpan& span);
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_PERSON_STATE_H_
