// A block as operators see it: masks of rules, sessions, people and fields, each computed
// when it is first asked for.
#ifndef FOOTFALL_QUERY_BLOCK_VIEW_H_
#define FOOTFALL_QUERY_BLOCK_VIEW_H_

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/field.h"
#include "model/person.h"
#include "model/rule.h"
#include "query/execute.h"
#include "query/plan.h"
#include "store/block.h"
#include "store/event_store.h"

namespace footfall::query {

// Numbers of what was named to Needs.
using RuleRef = size_t;
using FieldRef = size_t;

// Collects, before a scan, the rules and fields that an operator will ask for. The same
// field or column named twice is read once. Not thread-safe.
class Needs {
 public:
  Needs();
  ~Needs();

  // The rule is copied. Brings along whatever its conditions read.
  RuleRef AddRule(const model::Rule& rule);
  // Brings along people or sessions for the fields that are theirs.
  FieldRef AddField(const model::Field& field);
  // BlockView::Sessions or SessionSpans will be called.
  void AddSessions();
  // BlockView::SessionId will be called.
  void AddSessionIds();
  // BlockView::PersonAt will be called.
  void AddPeople();
  // BlockView::PersonName will be called.
  void AddPersonNames();
  // BlockView::AccountAt will be called.
  void AddAccounts();
  // Blocks have to show also people without an event in the plan's range.
  void AddPeopleOutOfRange();

  struct Rep;  // Known to the view and to the driver alone.
  Rep& rep() { return *rep_; }
  const Rep& rep() const { return *rep_; }

 private:
  std::unique_ptr<Rep> rep_;
};

// Row masks have a bit per row, in words of 64; bits beyond the last row are 0.
constexpr size_t MaskWords(size_t rows) { return (rows + 63) / 64; }
inline bool TestBit(const uint64_t* mask, size_t row) {
  return mask[row / 64] >> (row % 64) & 1;
}
inline void SetBit(uint64_t* mask, size_t row) {
  mask[row / 64] |= uint64_t{1} << (row % 64);
}

// Calls `visit(row)` for each set bit in [begin, end), rising.
template <typename Visit>
void ForEachRow(const uint64_t* mask, size_t begin, size_t end, Visit visit) {
  for (size_t at = begin; at < end;) {
    const size_t base = at / 64 * 64;
    uint64_t word = mask[at / 64] & ~uint64_t{0} << (at % 64);
    if (end - base < 64) word &= (uint64_t{1} << (end - base)) - 1;
    if (word == ~uint64_t{0}) {
      for (size_t row = base; row < base + 64; ++row) visit(row);
    } else {
      for (; word != 0; word &= word - 1) visit(base + std::countr_zero(word));
    }
    at = base + 64;
  }
}

// The sessions of a block's people, out of all their events. Numbered from 0 on by
// person, then by first event. A session belongs to the range that holds its start.
struct BlockSessions {
  struct Span {
    uint32_t person = 0;  // Index into the block's people.
    uint32_t first_row = 0;
    uint32_t events = 0;
    uint32_t host_code = 0;  // Of the column of session ids; 0 for a run without an id.
    int64_t start_ms = 0;
    int64_t end_ms = 0;
  };
  std::vector<Span> spans;
  // Rows of one session need not be neighbours. Empty from SessionSpans.
  std::vector<uint32_t> of_row;
};

// The code of a cell of a column of codes; 0 is missing, also in a column of none.
inline uint32_t CodeAt(const store::BlockColumn& column, size_t row) {
  switch (column.form) {
    case store::BlockColumn::Form::kCodes8:
      return column.codes8[row];
    case store::BlockColumn::Form::kCodes32:
      return column.codes32[row];
    default:
      return 0;
  }
}

// Used by one thread. All that it hands out stays valid until the next block.
class BlockView {
 public:
  // `needs`, `plan` and `snapshot` must outlive the view. `needs` does not change any
  // more.
  BlockView(const Needs& needs, const Plan& plan, const store::Snapshot& snapshot,
            int64_t now_ms);
  ~BlockView();
  BlockView(const BlockView&) = delete;
  BlockView& operator=(const BlockView&) = delete;

  // Shows `block`, which has just been read by a scan of the needs' request.
  void Reset(store::Block* block);

  size_t rows() const { return begins_.empty() ? 0 : begins_.back(); }
  size_t people() const { return codes_.size(); }
  std::span<const uint64_t> codes() const { return codes_; }    // Of the people, rising.
  std::span<const uint32_t> begins() const { return begins_; }  // people() + 1 entries.
  store::Block& block() { return *block_; }
  const Plan& plan() const;
  int64_t now_ms() const;

  // Per row, in ms since 1970 UTC.
  absl::StatusOr<const int64_t*> Times();
  // Only rows with a set bit are filled.
  absl::StatusOr<const int64_t*> TimesWhere(const uint64_t* rows);

  // The rows in the plan's range whose person is in the plan's segment.
  absl::StatusOr<const uint64_t*> InRange();
  // The rows for which a rule holds, anywhere in time.
  absl::StatusOr<const uint64_t*> Matches(RuleRef rule);
  // InRange and Matches of `where`, if any: the rows that exist for an operator.
  absl::StatusOr<const uint64_t*> Existing(std::optional<RuleRef> where);
  // A bit per person: those in the plan's segment, all when it has none.
  absl::StatusOr<const uint64_t*> InSegment();

  // A field as a column: of events, else with the person's or session's value repeated.
  // session.id is that of SessionId. Values may be Json.
  absl::StatusOr<const store::BlockColumn*> Column(FieldRef field);
  // The same, never in a form of numbers: kMissing, kCodes8 or kCodes32.
  absl::StatusOr<const store::BlockColumn*> Codes(FieldRef field);
  // One cell of a column.
  static model::Value ValueAt(const store::BlockColumn& column, size_t row);

  absl::StatusOr<const BlockSessions*> Sessions();
  // The same without `of_row`, for those who only want to know when sessions were.
  absl::StatusOr<const BlockSessions*> SessionSpans();
  // The id as reports print it: the host's, or the person and the start for a run. After
  // Sessions or SessionSpans.
  absl::StatusOr<std::string_view> SessionId(size_t session);

  // nullptr for one that is unknown.
  absl::StatusOr<const model::Person*> PersonAt(size_t person);
  // The id as reports print it; empty for one that is unknown.
  absl::StatusOr<std::string_view> PersonName(size_t person);
  // Empty when there is none.
  absl::StatusOr<std::string_view> AccountAt(size_t person);

  // Memory held, roughly, without the block's.
  uint64_t bytes() const;

  // What the view's work took since it was made, added to `stats`.
  void AddTimes(QueryStats* stats) const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
  store::Block* block_ = nullptr;
  std::span<const uint64_t> codes_;
  std::span<const uint32_t> begins_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_BLOCK_VIEW_H_
