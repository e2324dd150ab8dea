#include <algorithm>
#include <bit>
#include <iterator>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "query/operators/operators.h"
#include "query/pool_ids.h"
#include "query/sort_table.h"

namespace footfall::query {
namespace {

constexpr std::string_view kEndOfPath = "$end";

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
  uint64_t Of(uint32_t from, uint32_t to) const {
    if ((from | to) < kFew) return few_.empty() ? 0 : few_[from * kFew + to];
    const auto found = others_.find(uint64_t{from} << 32 | to);
    return found == others_.end() ? 0 : found->second;
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

// One step of one session.
struct Taken {
  uint32_t step = 0;  // From 0.
  uint32_t from = 0;
  uint32_t to = 0;
  uint32_t session = 0;  // Of the block.
};

class PathsPartial : public Partial {
 public:
  explicit PathsPartial(const Spec& spec)
      : spec_(spec),
        ids_(pool_),
        end_(pool_.Intern(kEndOfPath)),
        counts_(static_cast<size_t>(spec.plan.steps)),
        people_(spec.plan.people ? counts_.size() : 0),
        takes_notes_(spec.plan.people || spec.plan.members.has_value()),
        sessions_{.columns = {{"session", ColumnType::kString, {}},
                              {"person", ColumnType::kString, {}},
                              {"start", ColumnType::kTimestamp, {}}}} {}

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
    if (spec_.plan.people) CountPeople(*sessions);
    return spec_.plan.members.has_value() ? ListSessions(view, *sessions)
                                          : absl::OkStatus();
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
    for (size_t step = 0; step < people_.size(); ++step) {
      from.people_[step].ForEach([&](uint32_t a, uint32_t b, uint64_t count) {
        people_[step].Add(ids[a], ids[b], count);
      });
      from.people_[step] = {};
    }
    for (size_t i = 0; i < sessions_.columns.size(); ++i) {
      std::vector<Cell>& cells = from.sessions_.columns[i].cells;
      std::move(cells.begin(), cells.end(),
                std::back_inserter(sessions_.columns[i].cells));
      cells = {};
    }
    text_bytes_ += std::exchange(from.text_bytes_, 0);
    from.pool_ = {};
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    uint64_t bytes = pool_.bytes() + ids_.bytes() + paths_.capacity() * sizeof(Path) +
                     anchors_.capacity() * sizeof(uint64_t);
    for (const PairCounts& counts : counts_) bytes += counts.bytes();
    for (const PairCounts& counts : people_) bytes += counts.bytes();
    return bytes + notes_.capacity() * sizeof(Taken) + text_bytes_ +
           sessions_.columns[0].cells.capacity() * 3 * sizeof(Cell);
  }

  absl::StatusOr<Table> ToTable(Execution& execution) {
    if (spec_.plan.members.has_value()) {
      FOOTFALL_RETURN_IF_ERROR(
          execution.Hold(bytes() + sessions_.row_count() * sizeof(Cell)));
      SortTable(sessions_, {{.column = 1}, {.column = 2}, {.column = 0}});
      return std::move(sessions_);
    }
    uint64_t rows = 0;
    for (const PairCounts& counts : counts_) rows += counts.size();
    FOOTFALL_RETURN_IF_ERROR(
        execution.Hold(bytes() + rows * (sizeof(Pair) + 5 * sizeof(Cell))));
    Column step{"step", ColumnType::kInt64, {}};
    Column from{"from", ColumnType::kString, {}};
    Column to{"to", ColumnType::kString, {}};
    Column sessions{"sessions", ColumnType::kInt64, {}};
    Column people{"people", ColumnType::kInt64, {}};
    for (size_t i = 0; i < counts_.size(); ++i) {
      for (const Pair& pair : Sorted(counts_[i])) {
        step.cells.emplace_back(static_cast<int64_t>(i + 1));
        from.cells.emplace_back(pool_.text(pair.from));
        to.cells.emplace_back(pool_.text(pair.to));
        sessions.cells.emplace_back(static_cast<int64_t>(pair.count));
        if (people_.empty()) continue;
        people.cells.emplace_back(
            static_cast<int64_t>(people_[i].Of(pair.from, pair.to)));
      }
    }
    Table table;
    for (Column* column : {&step, &from, &to, &sessions}) {
      table.columns.push_back(std::move(*column));
    }
    if (!people_.empty()) table.columns.push_back(std::move(people));
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
    notes_.clear();
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
    if (takes_notes_) {
      notes_.push_back({.step = path.length,
                        .from = path.last,
                        .to = value,
                        .session = static_cast<uint32_t>(&path - paths_.data())});
    }
    counts_[path.length++].Add(path.last, value);
    path.last = value;
  }

  // Adds each person of the block to the steps that their sessions take.
  void CountPeople(const BlockSessions& sessions) {
    const auto person_of = [&](const Taken& taken) {
      return sessions.spans[taken.session].person;
    };
    const auto key = [&](const Taken& taken) {
      return std::tuple(taken.step, taken.from, taken.to, person_of(taken));
    };
    std::sort(notes_.begin(), notes_.end(),
              [&](const Taken& a, const Taken& b) { return key(a) < key(b); });
    for (size_t i = 0; i < notes_.size(); ++i) {
      const Taken& taken = notes_[i];
      if (i > 0 && key(notes_[i - 1]) == key(taken)) continue;
      people_[taken.step].Add(taken.from, taken.to);
    }
  }

  // Adds the sessions of the block that take the step asked for.
  absl::Status ListSessions(BlockView& view, const BlockSessions& sessions) {
    const PathStep& wanted = *spec_.plan.members;
    for (const Taken& taken : notes_) {
      if (static_cast<int>(taken.step) + 1 != wanted.step ||
          pool_.text(taken.from).view() != wanted.from ||
          pool_.text(taken.to).view() != wanted.to) {
        continue;
      }
      const BlockSessions::Span& span = sessions.spans[taken.session];
      FOOTFALL_ASSIGN_OR_RETURN(const std::string_view person,
                                view.PersonName(span.person));
      FOOTFALL_ASSIGN_OR_RETURN(const std::string_view session,
                                view.SessionId(taken.session));
      text_bytes_ += Text::HeapBytes(person.size()) + Text::HeapBytes(session.size());
      sessions_.columns[0].cells.emplace_back(Text(session));
      sessions_.columns[1].cells.emplace_back(Text(person));
      sessions_.columns[2].cells.emplace_back(span.start_ms);
    }
    return absl::OkStatus();
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
  std::vector<PairCounts> people_;  // The same, of people.
  const bool takes_notes_;
  std::vector<Taken> notes_;  // Of the block.
  Table sessions_;            // Those of PathsPlan::members.
  uint64_t text_bytes_ = 0;
  std::vector<Path> paths_;  // By session of the block.
  std::vector<uint64_t> anchors_;
};

class PathsOperator : public SpecOperator<Spec, PathsPartial> {
 public:
  PathsOperator(const PathsPlan& plan, Needs& needs) : SpecOperator({.plan = plan}) {
    if (plan.where.has_value()) spec_.where = needs.AddRule(*plan.where);
    spec_.anchor = needs.AddRule(plan.anchor);
    spec_.by = needs.AddField(plan.by);
    needs.AddSessions();
    if (!plan.members.has_value()) return;
    needs.AddSessionIds();
    needs.AddPersonNames();
  }
};

}  // namespace

std::unique_ptr<Operator> MakePaths(const Plan&, const PathsPlan& body, Needs& needs) {
  return std::make_unique<PathsOperator>(body, needs);
}

}  // namespace footfall::query
