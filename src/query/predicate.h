// Compiled rules: masks of the rows of a block for which they hold.
#ifndef FOOTFALL_QUERY_PREDICATE_H_
#define FOOTFALL_QUERY_PREDICATE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/needs.h"
#include "store/block.h"

namespace footfall::query {

// What rules are evaluated on, as the view shows it.
class RuleSource {
 public:
  virtual ~RuleSource() = default;
  virtual size_t rows() const = 0;
  virtual std::span<const uint32_t> begins() const = 0;
  virtual absl::StatusOr<const int64_t*> Times() = 0;
  // Of the request.
  virtual absl::StatusOr<const store::BlockColumn*> BlockColumnAt(size_t column) = 0;
  virtual absl::StatusOr<std::optional<store::RowsInRanges>> BlockRowsIn(
      size_t column, const store::NumberRanges& ranges) = 0;
  virtual absl::StatusOr<const store::BlockColumn*> Column(FieldRef field) = 0;
  virtual absl::StatusOr<const BlockSessions*> Sessions() = 0;
  virtual absl::StatusOr<std::string_view> SessionId(size_t session) = 0;
  // A bit per person.
  virtual absl::StatusOr<const uint64_t*> PersonHolds(size_t person_condition) = 0;
};

// A condition on a column is evaluated once per distinct value, one on people once per
// person, one on sessions once per session. Not thread-safe.
class Predicates {
 public:
  Predicates(const Needs::Rep& needs, absl::TimeZone zone, int64_t now_ms);

  // Forgets the masks of the last block, but no verdict on values.
  void StartBlock();
  absl::StatusOr<const uint64_t*> Matches(RuleRef rule, RuleSource& source);
  uint64_t bytes() const;

 private:
  struct NodeState {
    std::vector<uint64_t> mask;
    // Per source column, by value id: 0 unknown, 1 no, 2 yes.
    std::vector<std::vector<uint8_t>> verdicts;
  };

  absl::Status Evaluate(const NeededNode& node, RuleSource& source);
  absl::Status Combine(const NeededNode& node, RuleSource& source);
  absl::Status Did(const NeededNode& node, RuleSource& source);
  absl::Status OnEvents(const NeededNode& node, RuleSource& source);
  absl::Status OnSessions(const NeededNode& node, RuleSource& source);
  void OnCodes(const NeededNode& node, size_t source_index, const FieldSourceColumn& from,
               const store::BlockColumn& column, size_t rows);
  void OnNumbers(const NeededNode& node, const store::BlockColumn& column, size_t rows);
  absl::StatusOr<bool> OnStoredNumbers(const NeededNode& node, const NeededField& field,
                                       RuleSource& source);
  void SettleNumbers(const NeededNode& node, bool outside, const uint64_t* present,
                     size_t rows);
  bool Holds(const NeededNode& node, const model::Value& value) const;
  // Whether it holds for value `code` of a column.
  bool Verdict(const NeededNode& node, const FieldSourceColumn& from,
               const store::BlockColumn& column, size_t code,
               std::vector<uint8_t>* verdicts);
  std::vector<uint64_t>& MaskOf(const NeededNode& node) {
    return state_[node.number].mask;
  }

  const Needs::Rep& needs_;
  absl::TimeZone zone_;
  int64_t now_ms_;
  std::vector<NodeState> state_;
  std::vector<bool> done_;  // Rules of this block.
  std::vector<uint8_t> table_;
  std::vector<uint64_t> extra_;
  model::FieldSource scratch_;
};

// Writes a mask whose rows are all set, or none.
void FillMask(uint64_t* mask, size_t rows, bool set);
// Sets or clears the rows from `begin` on and before `end`.
void FillRows(uint64_t* mask, size_t begin, size_t end, bool set);
// The number of set rows from `begin` on and before `end`.
uint64_t CountRows(const uint64_t* mask, size_t begin, size_t end);
// Repeats a bit per person over the person's rows.
void SpreadPeople(const uint64_t* people, std::span<const uint32_t> begins,
                  uint64_t* mask);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PREDICATE_H_
