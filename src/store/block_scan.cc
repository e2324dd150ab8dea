// Scans of runs: BlockScan over parts, and what chunk headers answer alone.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/time.h"
#include "store/run.h"
#include "store/run_block.h"
#include "store/scan_parts.h"

namespace footfall::store {
namespace {

using NameCounts = std::vector<std::pair<uint32_t, uint64_t>>;
using DayCounts = std::vector<std::pair<int64_t, uint64_t>>;

// Whether all people of a chunk or run are in the scan, as they stand there.
template <typename Summary>
bool HasAllPeople(const ScanBounds& bounds, const Summary& summary) {
  return bounds.HasAllPeopleOf(summary) &&
         bounds.MovedIn(summary.first_person, summary.last_person).empty();
}

// Adds what summaries, whose order is by first person, say of days; false when some of
// it cannot be told.
template <typename Summary>
bool AddDays(const ScanBounds& bounds, std::span<const Summary* const> summaries,
             std::map<int64_t, uint64_t>* people) {
  const Summary* before = nullptr;
  for (const Summary* summary : summaries) {
    const bool has_people_alone =
        before == nullptr || before->last_person < summary->first_person;
    const bool has_whole_days =
        (summary->min_time_ms >= bounds.from_ms || bounds.from_ms % base::kDayMs == 0) &&
        (summary->max_time_ms < bounds.to_ms || bounds.to_ms % base::kDayMs == 0);
    if (!has_people_alone || !has_whole_days) return false;
    before = summary;
    const int64_t first =
        summary->min_time_ms >= bounds.from_ms ? INT64_MIN : base::DayOf(bounds.from_ms);
    const int64_t end =
        summary->max_time_ms < bounds.to_ms ? INT64_MAX : base::DayOf(bounds.to_ms);
    auto day = std::lower_bound(
        summary->days.begin(), summary->days.end(), first,
        [](const auto& entry, int64_t wanted) { return entry.first < wanted; });
    for (; day != summary->days.end() && day->first < end; ++day) {
      (*people)[day->first] += day->second;
    }
  }
  return true;
}

template <typename Summary>
void SortByFirstPerson(std::vector<const Summary*>& summaries) {
  std::sort(summaries.begin(), summaries.end(), [](const Summary* a, const Summary* b) {
    return a->first_person < b->first_person;
  });
}

class RunScan : public BlockScan {
 public:
  explicit RunScan(RunScanContext context)
      : context_(std::move(context)),
        parts_(CutIntoParts(context_.runs, context_.bounds)) {}

  size_t parts() const override { return parts_.parts.size(); }

  std::unique_ptr<Block> NewBlock() const override {
    return std::make_unique<RunBlock>(&context_);
  }

  absl::Status Read(size_t part, Block* block, BlockStats* stats) const override {
    if (part == 0) stats->chunks_pruned += parts_.chunks_pruned;
    return static_cast<RunBlock*>(block)->Read(parts_.parts[part], stats);
  }

  absl::StatusOr<std::optional<NameCounts>> CountsByName() const override;
  absl::StatusOr<std::optional<DayCounts>> PeopleByDay() const override;

  std::string_view TextOf(uint32_t value_id) const override {
    return context_.dictionaries->Text(value_id);
  }

 private:
  // The runs with people and times in bounds; absent when one has people that are not.
  std::optional<std::vector<const RunTotal*>> WholeRuns() const;
  // The same of chunks.
  std::optional<std::vector<ChunkRef>> WholeChunks() const;
  std::optional<NameCounts> CountsByNameOfRuns() const;
  const ChunkSummary& SummaryOf(const ChunkRef& ref) const {
    return context_.runs[ref.run]->chunks()[ref.chunk];
  }
  absl::StatusOr<bool> AllNamesHaveIds(const ChunkRef& ref) const;

  const RunScanContext context_;
  const ScanParts parts_;
};

std::optional<std::vector<const RunTotal*>> RunScan::WholeRuns() const {
  const ScanBounds& bounds = context_.bounds;
  std::vector<const RunTotal*> totals;
  for (const std::shared_ptr<const Run>& run : context_.runs) {
    const RunTotal& total = run->total();
    if (!bounds.HasPeopleOf(total) || !bounds.HasTimesOf(total)) continue;
    if (!HasAllPeople(bounds, total)) return std::nullopt;
    totals.push_back(&total);
  }
  return totals;
}

std::optional<std::vector<ChunkRef>> RunScan::WholeChunks() const {
  const ScanBounds& bounds = context_.bounds;
  std::vector<ChunkRef> chunks;
  for (uint32_t r = 0; r < context_.runs.size(); ++r) {
    for (uint32_t c = 0; c < context_.runs[r]->chunks().size(); ++c) {
      const ChunkSummary& chunk = SummaryOf({r, c});
      if (!bounds.HasPeopleOf(chunk) || !bounds.HasTimesOf(chunk)) continue;
      if (!HasAllPeople(bounds, chunk)) return std::nullopt;
      chunks.push_back({r, c});
    }
  }
  return chunks;
}

// Whether every event of the chunk without the id of a name has no name.
absl::StatusOr<bool> RunScan::AllNamesHaveIds(const ChunkRef& ref) const {
  OpenChunk chunk;
  FOOTFALL_RETURN_IF_ERROR(
      chunk.Open(ref, context_.runs[ref.run].get(), context_.dictionaries.get()));
  FOOTFALL_ASSIGN_OR_RETURN(const BlockColumn* const names,
                            chunk.Column({.kind = ColumnKind::kName, .key = {}}));
  for (size_t i = 1; i < names->values.size(); ++i) {
    if (names->value_ids[i] == kNoValueId) return false;
  }
  return true;
}

std::optional<NameCounts> RunScan::CountsByNameOfRuns() const {
  const std::optional<std::vector<const RunTotal*>> totals = WholeRuns();
  if (!totals.has_value()) return std::nullopt;
  std::map<uint32_t, uint64_t> counts;
  for (const RunTotal* total : *totals) {
    if (!context_.bounds.HasAllTimesOf(*total)) return std::nullopt;
    for (const auto& [id, events] : total->names) {
      if (id == kNoValueId) return std::nullopt;
      counts[id] += events;
    }
  }
  return NameCounts(counts.begin(), counts.end());
}

absl::StatusOr<std::optional<NameCounts>> RunScan::CountsByName() const {
  if (std::optional<NameCounts> of_runs = CountsByNameOfRuns(); of_runs.has_value()) {
    return of_runs;
  }
  const std::optional<std::vector<ChunkRef>> chunks = WholeChunks();
  if (!chunks.has_value()) return std::optional<NameCounts>();
  std::map<uint32_t, uint64_t> counts;
  for (const ChunkRef& ref : *chunks) {
    const ChunkSummary& chunk = SummaryOf(ref);
    if (!context_.bounds.HasAllTimesOf(chunk)) return std::optional<NameCounts>();
    for (const auto& [id, events] : chunk.names) {
      if (id == kNoValueId) {
        FOOTFALL_ASSIGN_OR_RETURN(const bool known, AllNamesHaveIds(ref));
        if (!known) return std::optional<NameCounts>();
      }
      counts[id] += events;
    }
  }
  return std::optional<NameCounts>(NameCounts(counts.begin(), counts.end()));
}

absl::StatusOr<std::optional<DayCounts>> RunScan::PeopleByDay() const {
  std::map<int64_t, uint64_t> people;
  if (auto totals = WholeRuns(); totals.has_value()) {
    SortByFirstPerson(*totals);
    if (AddDays<RunTotal>(context_.bounds, *totals, &people)) {
      return std::optional<DayCounts>(DayCounts(people.begin(), people.end()));
    }
  }
  const std::optional<std::vector<ChunkRef>> chunks = WholeChunks();
  if (!chunks.has_value()) return std::optional<DayCounts>();
  std::vector<const ChunkSummary*> summaries;
  for (const ChunkRef& ref : *chunks) summaries.push_back(&SummaryOf(ref));
  SortByFirstPerson(summaries);
  people.clear();
  if (!AddDays<ChunkSummary>(context_.bounds, summaries, &people)) {
    return std::optional<DayCounts>();
  }
  return std::optional<DayCounts>(DayCounts(people.begin(), people.end()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<BlockScan>> ScanRuns(const RunScanParts& parts,
                                                    const BlockRequest& request) {
  RunScanContext context;
  context.runs = parts.runs;
  context.dictionaries = parts.dictionaries;
  context.columns = request.columns;
  ScanBounds& bounds = context.bounds;
  bounds.first_person = request.first_person;
  bounds.end_person = request.end_person;
  bounds.from_ms = std::max(request.from_ms, parts.expired_before_ms);
  bounds.to_ms = request.to_ms;
  bounds.expired_before_ms = parts.expired_before_ms;
  if (parts.moved != nullptr) {
    for (const auto& [code, owner] : *parts.moved) bounds.moved.push_back(code);
    std::sort(bounds.moved.begin(), bounds.moved.end());
  }
  return std::unique_ptr<BlockScan>(std::make_unique<RunScan>(std::move(context)));
}

}  // namespace footfall::store
