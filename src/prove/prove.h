// A second opinion on reports: plain loops over sorted vectors of events, written from
// the documentation of the formats and sharing no code with the engine. Slow on purpose.
//
// Where the documentation leaves room, it is read so:
// - A person's events are in order of (time, seq, stream, arrival). A stream is what one
//   id sent: those of linked anonymous ids come by their codes, the person's own last.
//   Between people, `first` and `last` go by time, then by the person's code.
// - Data retention: events before now - retention days do not exist, also for sessions
// and
//   `did`. What is computed of people stays.
// - `did`: events at both ends of [now - within, now] count; without `within` all do.
// - Keys and values group by their text; a nested value is missing. A column of values
//   takes the narrowest type of what it met: bool, int64, double, else string.
// - Funnel: an event that matches `exclude` may itself be the first or the last of a
//   chain. `any`: the window begins with an event that is the first match of one of the
//   steps, steps are served by their first match from there on, and `best` is the event
//   that serves step 1. The event whose value breaks down counts as missing when nested.
//   The share of the step before is 1 for step 1; shares of nobody are missing.
// - Retention: for k = 0 an event returns from the start event on, the start event
//   included; whoever starts has come in bucket 0 only by an event matching `return`.
// - Paths: the events in range that satisfy `where` exist, grouped by the session that
//   they are in, wherever that began. An event without a value of `by` is passed over,
//   and so is a session whose anchor has none. In the direction `before`, `from` is still
//   the value nearer to the anchor.
// - Sessions: `where` may hold for any event of the session, also for one out of range.
#ifndef FOOTFALL_PROVE_PROVE_H_
#define FOOTFALL_PROVE_PROVE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/json.h"
#include "query/table.h"

namespace footfall::prove {

using base::Json;

struct Settings {
  int64_t retention_days = 0;  // 0: unlimited.
  int64_t session_gap_ms = 30 * 60 * 1000;
  int64_t session_max_ms = 12 * 60 * 60 * 1000;  // 0: no limit.
  std::string account_property;
};

// Everything a store has been given. Events are in the public format, with `time` in ms.
class World {
 public:
  Settings settings;

  // Takes an event in; false for a link that is refused.
  bool Append(const Json& event);
  // Erases a person by the id that reports print, or by a linked "anonymous:ID".
  void Forget(const std::string& name);
  // What compaction does to numbers: an anonymous id that only expired events of people
  // mention is met anew. Everything else stays, since expired events are left out anyway.
  void Compact(int64_t now_ms);

  struct Stored {
    Json event;
    uint64_t arrival = 0;
  };
  // What a store says of a person, by the part of "person.*" after the dot. It stands for
  // what cannot be computed any more: from events that data retention has removed, and
  // from integrations.
  struct Known {
    int64_t events = 0;
    std::map<std::string, Json> computed;
    std::map<std::string, Json> host;
    std::map<std::string, Json> imported;
  };

  // For whoever takes over what a store holds: numbers, links, people and events as they
  // are there.
  void SetCode(const std::string& id, uint64_t code) { codes_[id] = code; }
  void SetLink(const std::string& anonymous, const std::string& person) {
    links_[anonymous] = person;
  }
  void SetKnown(const std::string& id, Known known) { known_[id] = std::move(known); }
  void AddStored(Json event, uint64_t arrival) {
    events_.push_back({std::move(event), arrival});
  }
  const std::vector<Stored>& events() const { return events_; }
  // The id, as reports print it, of whom an event belongs to.
  std::string OwnerOf(const Json& event) const;
  // The number that a store gives to a person or, by "anonymous:ID", to an anonymous id.
  uint64_t CodeOf(const std::string& id) const;
  const std::map<std::string, Known>& known() const { return known_; }

 private:
  void ForgetUnused();

  std::vector<Stored> events_;
  int64_t compacted_before_ms_ = INT64_MIN;
  uint64_t next_arrival_ = 1;
  uint64_t next_code_ = 1;
  std::map<std::string, uint64_t> codes_;
  std::map<std::string, std::string> links_;  // From anonymous id to person.
  std::map<std::string, Known> known_;        // By the id that reports print.
};

// The answer to a definition of version 1, in which bounds of the range may also be
// numbers of ms. `segment` is the segment's rule itself. Beside the kinds of definitions
// there are those of the built-in reports with the members that DefinitionOf gives them,
// such as "logins" ("login_event", "attributes") and "page-views"; a funnel with
// "members" true lists people, and "sessions" without columns lists sessions.
// OUT_OF_RANGE for sums that do not fit.
absl::StatusOr<query::Table> Answer(const World& world, const Json& definition,
                                    int64_t now_ms);

// The total row of such a definition; nothing for kinds without one.
absl::StatusOr<std::optional<query::Table>> AnswerTotal(const World& world,
                                                        const Json& definition,
                                                        int64_t now_ms);

// Whether a rule holds for a person as of now, without an event.
bool TestPerson(const World& world, const std::string& id, const Json& rule,
                int64_t now_ms);

// Empty when the tables are equal, doubles within 1e-9; else what differs first. Rows
// that tie in everything they are sorted by may change places: `any_order` says that
// there may be some.
std::string Difference(const query::Table& actual, const query::Table& expected,
                       bool any_order = false);

// Columns and rows as lines.
std::string ToText(const query::Table& table);

}  // namespace footfall::prove

#endif  // FOOTFALL_PROVE_PROVE_H_
