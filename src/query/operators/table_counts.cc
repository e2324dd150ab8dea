#include "query/operators/table_counts.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "query/pool_ids.h"
#include "query/predicate.h"

namespace footfall::query {
namespace {

// An integer per group.
class Counting : public TableAggregate {
 public:
  explicit Counting(const AggregateNeeds& needs) : needs_(needs) {}

  void Merge(TableAggregate& other, const std::vector<uint32_t>& group_of,
             const std::vector<uint32_t>&) override {
    const std::vector<int64_t>& counts = static_cast<Counting&>(other).counts_;
    for (uint32_t i = 0; i < counts.size(); ++i) {
      StateOf(counts_, group_of[i]) += counts[i];
    }
  }
  uint64_t bytes() const override {
    return counts_.capacity() * sizeof(int64_t) + mask_.capacity() * sizeof(uint64_t);
  }
  absl::StatusOr<Column> Finish(size_t groups) override {
    counts_.resize(groups);
    Column column{.type = ColumnType::kInt64};
    column.cells.assign(counts_.begin(), counts_.end());
    return column;
  }

 protected:
  // Grows the counts for all groups there are.
  absl::StatusOr<const uint64_t*> Start(const GroupedRows& rows) {
    if (counts_.size() < rows.groups->size()) counts_.resize(rows.groups->size());
    return RowsOf(rows, needs_, &mask_);
  }

  AggregateNeeds needs_;
  std::vector<int64_t> counts_;
  std::vector<uint64_t> mask_;
};

class Count : public Counting {
 public:
  using Counting::Counting;
  absl::Status Add(const GroupedRows& rows) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* mask, Start(rows));
    rows.groups->Count(mask, &counts_);
    return absl::OkStatus();
  }
};

// Nobody else's block has a person, so that it is enough to know, of each group, who was
// counted last.
class CountPeople : public Counting {
 public:
  using Counting::Counting;
  absl::Status Add(const GroupedRows& rows) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* mask, Start(rows));
    const std::span<const uint32_t> begins = rows.view->begins();
    const uint32_t* groups = rows.groups->RowGroups();
    if (groups == nullptr) {
      for (size_t i = 0; i + 1 < begins.size(); ++i) {
        counts_[0] += CountRows(mask, begins[i], begins[i + 1]) > 0;
      }
      return absl::OkStatus();
    }
    mask = rows.groups->RunStarts(mask);
    last_.resize(counts_.size(), UINT32_MAX);
    for (size_t i = 0; i + 1 < begins.size(); ++i) {
      const uint32_t person = rows.first_person + static_cast<uint32_t>(i);
      ForEachRow(mask, begins[i], begins[i + 1], [&](size_t row) {
        uint32_t& last = last_[groups[row]];
        counts_[groups[row]] += last != person;
        last = person;
      });
    }
    return absl::OkStatus();
  }
  uint64_t bytes() const override {
    return Counting::bytes() + last_.capacity() * sizeof(uint32_t);
  }

 private:
  std::vector<uint32_t> last_;
};

class CountSessions : public Counting {
 public:
  using Counting::Counting;
  absl::Status Add(const GroupedRows& rows) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* mask, Start(rows));
    FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, rows.view->Sessions());
    last_.resize(counts_.size(), UINT32_MAX);
    const uint32_t* groups = rows.groups->RowGroups();
    const std::span<const uint32_t> begins = rows.view->begins();
    for (size_t i = 0; i + 1 < begins.size(); ++i) {
      AddPerson(rows, groups, mask, *sessions, begins[i], begins[i + 1]);
    }
    return absl::OkStatus();
  }
  uint64_t bytes() const override {
    return Counting::bytes() + last_.capacity() * sizeof(uint32_t);
  }

 private:
  void AddPerson(const GroupedRows& rows, const uint32_t* groups, const uint64_t* mask,
                 const BlockSessions& sessions, size_t begin, size_t end) {
    const Range& range = rows.view->plan().range;
    const auto first = sessions.of_row.begin() + begin;
    const auto last = sessions.of_row.begin() + end;
    const bool in_turn = std::is_sorted(first, last);
    met_.clear();
    ForEachRow(mask, begin, end, [&](size_t row) {
      const uint32_t session = sessions.of_row[row];
      if (!range.Contains(sessions.spans[session].start_ms)) return;
      const uint32_t group = GroupAt(groups, row);
      if (in_turn) {
        uint32_t& of_group = last_[group];
        counts_[group] += of_group != rows.first_session + session;
        of_group = rows.first_session + session;
      } else {
        met_.emplace_back(group, session);
      }
    });
    // Sessions that overlap can come back to a group.
    std::sort(met_.begin(), met_.end());
    met_.erase(std::unique(met_.begin(), met_.end()), met_.end());
    for (const auto& [group, session] : met_) ++counts_[group];
  }

  std::vector<uint32_t> last_;
  std::vector<std::pair<uint32_t, uint32_t>> met_;
};

// Pairs of a group and a value; one set for all groups keeps small groups cheap.
class CountDistinct : public TableAggregate {
 public:
  CountDistinct(const AggregateNeeds& needs, ValuePool& pool)
      : needs_(needs), ids_(pool) {}

  absl::Status Add(const GroupedRows& rows) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* mask, RowsOf(rows, needs_, &mask_));
    FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* column,
                              rows.view->Codes(*needs_.of));
    if (column->form == store::BlockColumn::Form::kMissing) return absl::OkStatus();
    ids_.StartBlock(*column);
    // The group that a value was last seen in: saves most look-ups.
    last_group_.assign(column->values.size(), UINT32_MAX);
    const uint32_t* groups = rows.groups->RowGroups();
    ForEachRow(mask, 0, rows.view->rows(), [&](size_t row) {
      const uint32_t code = CodeAt(*column, row);
      const uint32_t group = GroupAt(groups, row);
      if (last_group_[code] == group) return;
      last_group_[code] = group;
      const uint32_t id = ids_.Of(code);
      if (id != 0) seen_.insert(uint64_t{group} << 32 | id);
    });
    return absl::OkStatus();
  }
  void Merge(TableAggregate& other, const std::vector<uint32_t>& group_of,
             const std::vector<uint32_t>& id_of) override {
    auto& theirs = static_cast<CountDistinct&>(other).seen_;
    for (const uint64_t pair : theirs) {
      seen_.insert(uint64_t{group_of[pair >> 32]} << 32 | id_of[pair & UINT32_MAX]);
    }
    theirs = {};
  }
  uint64_t bytes() const override {
    return HashBytes(seen_) + ids_.bytes() + last_group_.capacity() * sizeof(uint32_t) +
           mask_.capacity() * sizeof(uint64_t);
  }
  absl::StatusOr<Column> Finish(size_t groups) override {
    std::vector<int64_t> counts(groups);
    for (const uint64_t pair : seen_) ++counts[pair >> 32];
    Column column{.type = ColumnType::kInt64};
    column.cells.assign(counts.begin(), counts.end());
    return column;
  }

 private:
  AggregateNeeds needs_;
  PoolIds ids_;
  absl::flat_hash_set<uint64_t> seen_;
  std::vector<uint32_t> last_group_;
  std::vector<uint64_t> mask_;
};

}  // namespace

absl::StatusOr<const uint64_t*> RowsOf(const GroupedRows& rows,
                                       const AggregateNeeds& needs,
                                       std::vector<uint64_t>* buffer) {
  if (!needs.where.has_value()) return rows.rows;
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* matches, rows.view->Matches(*needs.where));
  const size_t words = MaskWords(rows.view->rows());
  buffer->resize(std::max<size_t>(words, 1));
  for (size_t i = 0; i < words; ++i) (*buffer)[i] = rows.rows[i] & matches[i];
  return buffer->data();
}

std::unique_ptr<TableAggregate> MakeCount(const AggregateNeeds& needs) {
  return std::make_unique<Count>(needs);
}
std::unique_ptr<TableAggregate> MakeCountPeople(const AggregateNeeds& needs) {
  return std::make_unique<CountPeople>(needs);
}
std::unique_ptr<TableAggregate> MakeCountSessions(const AggregateNeeds& needs) {
  return std::make_unique<CountSessions>(needs);
}
std::unique_ptr<TableAggregate> MakeCountDistinct(const AggregateNeeds& needs,
                                                  ValuePool& pool) {
  return std::make_unique<CountDistinct>(needs, pool);
}

}  // namespace footfall::query
