// Rows of a list of single events, as an EventsPlan has them.
#ifndef FOOTFALL_QUERY_OPERATORS_EVENT_ROWS_H_
#define FOOTFALL_QUERY_OPERATORS_EVENT_ROWS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/block_view.h"
#include "query/pool_ids.h"
#include "query/table.h"
#include "query/value_pool.h"

namespace footfall::query {

class Execution;

// What is asked of blocks about events that are listed.
struct EventNeeds {
  explicit EventNeeds(Needs& needs);

  std::array<FieldRef, 3> fields{};  // Type, name, url.
};

// Not thread-safe.
class EventRows {
 public:
  // With `with_starts` there is a column more: when the event's session began. `needs`
  // must outlive the rows.
  explicit EventRows(const EventNeeds& needs, bool with_starts = false);

  // Adds the rows of a block that have their bit set in `mask`; those of people whom the
  // store does not know are left out.
  absl::Status Add(BlockView& view, const uint64_t* mask);
  // Moves the rows of `other` to the end.
  void Append(EventRows& other);
  uint64_t bytes() const;

  // time, person, session, type, name, url [, start], by time, then person.
  absl::StatusOr<Table> ToTable(Execution& execution);

 private:
  absl::Status PutName(BlockView& view, size_t person, std::optional<Text>* name);
  absl::Status PutRow(BlockView& view, size_t row, const Text& person);

  const EventNeeds& needs_;
  Table table_;
  ValuePool pool_;
  std::array<PoolIds, 3> ids_;
  uint64_t text_bytes_ = 0;

  // Of the block at hand.
  const int64_t* times_ = nullptr;
  const BlockSessions* sessions_ = nullptr;
  std::array<const store::BlockColumn*, 3> columns_{};
};

// The events that an operator counts, where it is asked to list them instead, with the
// starts of their sessions. Does nothing where it is not asked. Not thread-safe.
class EventList {
 public:
  // `needs`, which are absent where nothing is listed, must outlive the list.
  explicit EventList(const std::optional<EventNeeds>& needs) {
    if (needs.has_value()) rows_.emplace(*needs, /*with_starts=*/true);
  }
  bool is_wanted() const { return rows_.has_value(); }

  void StartBlock(const BlockView& view) {
    if (is_wanted()) mask_.assign(MaskWords(view.rows()), 0);
  }
  void Add(size_t row) {
    if (is_wanted()) SetBit(mask_.data(), row);
  }
  absl::Status FinishBlock(BlockView& view) {
    return is_wanted() ? rows_->Add(view, mask_.data()) : absl::OkStatus();
  }
  void Append(EventList& other) {
    if (is_wanted()) rows_->Append(*other.rows_);
  }
  uint64_t bytes() const { return is_wanted() ? rows_->bytes() : 0; }
  // Requires that it is wanted.
  absl::StatusOr<Table> ToTable(Execution& execution) {
    return rows_->ToTable(execution);
  }

 private:
  std::optional<EventRows> rows_;
  std::vector<uint64_t> mask_;  // Of the block at hand.
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_OPERATORS_EVENT_ROWS_H_
