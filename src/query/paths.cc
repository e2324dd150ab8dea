#include <algorithm>
#include <bit>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "query/operators.h"
#include "query/pool_ids.h"

namespace footfall::query {
namespace {

constexpr std::string_view kEnd = "$end";

struct Spec {
  const PathsPlan& plan;
  std::optional<RuleRef> where;
  RuleRef anchor = 0;
  FieldRef by = 0;
};

// How often one value followed another. Values are ids of a pool, over 0.
class PairCounts {
 public:
  void Add(uint32_t from, uint32_t to, uint64_t count = 1) {
    if ((from | to) >= kFew) {
      others_[uint64_t{from} << 32 | to] += count;
      return;
    }
    if (few_.empty()) few_.resize(kFew * kFew);
    few_[from * kFew + to] += count;
  }
  // Calls `visit(from, to, count)` for each pair, in no order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (uint32_t i = 0; i < few_.size(); ++i) {
      if (few_[i] > 0) visit(i / kFew, i % kFew, few_[i]);
    }
    for (const auto& [pair, count] : others_) {
      visit(static_cast<uint32_t>(pair >> 32), static_cast<uint32_t>(pair), count);
    }
  }
  size_t size() const {
    return others_.size() + few_.size() - std::count(few_.begin(), few_.end(), 0);
  }
  uint64_t bytes() const {
    return few_.capacity() * sizeof(uint64_t) + HashBytes(others_);
  }

 private:
  static constexpr uint32_t kFew = 128;

  // Most fields have few values, and the first ids are met most.
  std::vector<uint64_t> few_;
  absl::flat_hash_map<uint64_t, uint64_t> others_;
};

// Calls `visit(row)` for each set bit, falling.
template <typename Visit>
void ForEachRowBackwards(const uint64_t* mask, size_t words, Visit visit) {
  for (size_t at = words; at-- > 0;) {
    for (uint64_t word = mask[at]; word != 0;) {
      const int bit = std::bit_width(word) - 1;
      word ^= uint64_t{1} << bit;
      visit(at * 64 + bit);
    }
  }
}

class PathsPartial : public Partial {
 public:
  explicit PathsPartial(const Spec& spec)
      : spec_(spec),
        ids_(pool_),
        end_(pool_.Intern(kEnd)),
        counts_(static_cast<size_t>(spec.plan.steps)) {}

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* existing, view.Existing(spec_.where));
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* anchors, view.Matches(spec_.anchor));
    const size_t words = MaskWords(view.rows());
    anchors_.resize(words);
    uint64_t any = 0;
    for (size_t i = 0; i < words; ++i) {
      anchors_[i] = existing[i] & anchors[i];
      any |= anchors_[i];
    }
    if (any == 0) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.Sessions());
    FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* values, view.Codes(spec_.by));
    ids_.StartBlock(*values);
    FindAnchors(*sessions, *values, view.rows());
    const auto follow = [&](size_t row) { Follow(row, *sessions, *values); };
    if (spec_.plan.before) {
      ForEachRowBackwards(existing, words, follow);
    } else {
      ForEachRow(existing, 0, view.rows(), follow);
    }
    for (Path& path : paths_) {
      if (path.last != 0 && path.length < counts_.size()) Lead(path, end_);
    }
    return absl::OkStatus();
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<PathsPartial&>(other);
    const std::vector<uint32_t> ids = pool_.Absorb(from.pool_);
    for (size_t step = 0; step < counts_.size(); ++step) {
      from.counts_[step].ForEach([&](uint32_t a, uint32_t b, uint64_t count) {
        counts_[step].Add(ids[a], ids[b], count);
      });
      from.counts_[step] = {};
    }
    from.pool_ = {};
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    uint64_t bytes = pool_.bytes() + ids_.bytes() + paths_.capacity() * sizeof(Path) +
                     anchors_.capacity() * sizeof(uint64_t);
    for (const PairCounts& counts : counts_) bytes += counts.bytes();
    return bytes;
  }

  absl::StatusOr<Table> ToTable(Execution& execution) const {
    uint64_t rows = 0;
    for (const PairCounts& counts : counts_) rows += counts.size();
    FOOTFALL_RETURN_IF_ERROR(
        execution.Hold(bytes() + rows * (sizeof(Pair) + 4 * sizeof(Cell))));
    Column step{"step", ColumnType::kInt64, {}};
    Column from{"from", ColumnType::kString, {}};
    Column to{"to", ColumnType::kString, {}};
    Column sessions{"sessions", ColumnType::kInt64, {}};
    for (size_t i = 0; i < counts_.size(); ++i) {
      for (const Pair& pair : Sorted(counts_[i])) {
        step.cells.emplace_back(static_cast<int64_t>(i + 1));
        from.cells.emplace_back(pool_.text(pair.from));
        to.cells.emplace_back(pool_.text(pair.to));
        sessions.cells.emplace_back(static_cast<int64_t>(pair.count));
      }
    }
    Table table;
    for (Column* column : {&step, &from, &to, &sessions}) {
      table.columns.push_back(std::move(*column));
    }
    return table;
  }

 private:
  static constexpr uint32_t kNoRow = UINT32_MAX;

  // How far a session's path has been followed.
  struct Path {
    uint32_t anchor = kNoRow;
    uint32_t last = 0;  // The value it is at; 0 when there is no path.
    uint32_t length = 0;
  };
  struct Pair {
    uint32_t from = 0;
    uint32_t to = 0;
    uint64_t count = 0;
  };

  void FindAnchors(const BlockSessions& sessions, const store::BlockColumn& values,
                   size_t rows) {
    paths_.assign(sessions.spans.size(), Path());
    ForEachRow(anchors_.data(), 0, rows, [&](size_t row) {
      Path& path = paths_[sessions.of_row[row]];
      if (path.anchor != kNoRow) return;
      path.anchor = static_cast<uint32_t>(row);
      path.last = ids_.Of(CodeAt(values, row));
    });
  }

  void Follow(size_t row, const BlockSessions& sessions,
              const store::BlockColumn& values) {
    Path& path = paths_[sessions.of_row[row]];
    if (path.last == 0 || path.length == counts_.size()) return;
    if (spec_.plan.before ? row >= path.anchor : row <= path.anchor) return;
    const uint32_t value = ids_.Of(CodeAt(values, row));
    if (value != 0 && value != path.last) Lead(path, value);
  }

  // The path goes on to `value`.
  void Lead(Path& path, uint32_t value) {
    counts_[path.length++].Add(path.last, value);
    path.last = value;
  }

  std::vector<Pair> Sorted(const PairCounts& counts) const {
    std::vector<Pair> pairs;
    counts.ForEach([&](uint32_t from, uint32_t to, uint64_t count) {
      pairs.push_back({.from = from, .to = to, .count = count});
    });
    std::sort(pairs.begin(), pairs.end(), [&](const Pair& a, const Pair& b) {
      if (a.count != b.count) return a.count > b.count;
      if (a.from != b.from) {
        return pool_.text(a.from).view() < pool_.text(b.from).view();
      }
      return a.to != b.to && pool_.text(a.to).view() < pool_.text(b.to).view();
    });
    return pairs;
  }

  const Spec& spec_;
  ValuePool pool_;
  PoolIds ids_;
  const uint32_t end_;
  std::vector<PairCounts> counts_;  // By step.
  std::vector<Path> paths_;         // By session of the block.
  std::vector<uint64_t> anchors_;
};

class PathsOperator : public Operator {
 public:
  PathsOperator(const PathsPlan& plan, Needs& needs) : spec_{.plan = plan} {
    if (plan.where.has_value()) spec_.where = needs.AddRule(*plan.where);
    spec_.anchor = needs.AddRule(plan.anchor);
    spec_.by = needs.AddField(plan.by);
    needs.AddSessions();
  }
  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<PathsPartial>(spec_);
  }
  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    QueryResult result;
    FOOTFALL_ASSIGN_OR_RETURN(result.rows,
                              static_cast<PathsPartial&>(all).ToTable(execution));
    return result;
  }

 private:
  Spec spec_;
};

}  // namespace

std::unique_ptr<Operator> MakePaths(const Plan&, const PathsPlan& body, Needs& needs) {
  return std::make_unique<PathsOperator>(body, needs);
}

}  // namespace footfall::query
