// Clicks counted by page and element.
#ifndef FOOTFALL_QUERY_OPERATORS_CLICK_GROUPS_H_
#define FOOTFALL_QUERY_OPERATORS_CLICK_GROUPS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/block_view.h"
#include "query/operators/event_rows.h"
#include "query/plan.h"
#include "query/pool_ids.h"
#include "query/table.h"
#include "query/value_pool.h"

namespace footfall::query {

class Execution;

// What is asked of blocks about clicks.
struct ClickNeeds {
  ClickNeeds(const std::optional<model::Rule>& rule, const std::optional<ClickList>& list,
             Needs& needs);

  std::optional<RuleRef> where;
  // Of clicks that are listed.
  std::optional<ClickList> members;
  std::optional<EventNeeds> events;
  RuleRef is_click = 0;
  FieldRef url = 0;
  std::array<FieldRef, 5> element{};  // Tag, id, class, text, label.
};

// A click of a block. Page and element are ids of the groups' pool; 0 is none.
struct Click {
  uint32_t page = 0;
  uint32_t element = 0;
  uint32_t session = 0;
  uint32_t row = 0;

  auto Place() const { return std::tie(page, element, session, row); }
};

// Not thread-safe.
class ClickGroups {
 public:
  // `needs` must outlive the groups.
  explicit ClickGroups(const ClickNeeds& needs);

  // Turns to a block, of which the clicks that are added are rows of `clicks`.
  absl::Status StartBlock(BlockView& view, const uint64_t* clicks);
  // To be called after the last click of the block.
  absl::Status FinishBlock(BlockView& view) { return listed_.FinishBlock(view); }
  // A row as a click; its element is 0 when it has none.
  Click At(size_t row);
  int64_t TimeOf(const Click& click) const { return times_[click.row]; }

  // Counts a click. Those of a block come in the order of Place().
  void Add(const Click& click);
  // Counts a burst at that place.
  void AddBurst(const Click& click);

  void Merge(ClickGroups& other);
  uint64_t bytes() const;

  // page, element, bursts (unless all are single clicks), clicks, people, sessions,
  // first_time, last_time; by falling bursts or clicks, then page and element. Where
  // clicks are listed, these.
  absl::StatusOr<Table> ToTable(Execution& execution, bool with_bursts);

 private:
  struct Group {
    int64_t bursts = 0;
    int64_t clicks = 0;
    int64_t people = 0;
    int64_t sessions = 0;
    int64_t first_ms = INT64_MAX;
    int64_t last_ms = INT64_MIN;
    // The last person and session that were counted, from 1 on.
    uint64_t person = 0;
    uint64_t session = 0;
  };
  using Key = std::pair<uint32_t, uint32_t>;  // Page and element.
  using ElementCodes = std::array<uint32_t, 5>;

  uint32_t ElementAt(size_t row);
  void List(const Click& click, bool is_burst);

  const ClickNeeds& needs_;
  ValuePool pool_;
  PoolIds pages_;
  absl::flat_hash_map<Key, Group> groups_;
  EventList listed_;
  Key listed_key_;
  uint64_t people_before_ = 0;
  uint64_t sessions_before_ = 0;

  // Of the block at hand.
  const uint64_t* in_range_ = nullptr;
  const int64_t* times_ = nullptr;
  const BlockSessions* sessions_ = nullptr;
  const store::BlockColumn* url_ = nullptr;
  std::array<const store::BlockColumn*, 5> parts_{};
  absl::flat_hash_map<ElementCodes, uint32_t> elements_;
  uint64_t people_ = 0;
  uint64_t session_count_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATORS_CLICK_GROUPS_H_
