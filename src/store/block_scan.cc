// Scans of runs: BlockScan over parts, and what chunk headers answer alone.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "store/run.h"
#include "store/run_block.h"
#include "store/scan_parts.h"

namespace footfall::store {
namespace {

constexpr int64_t kDayMs = int64_t{24} * 60 * 60 * 1000;

int64_t DayOf(int64_t time_ms) {
  return time_ms / kDayMs - (time_ms % kDayMs < 0 ? 1 : 0);
}

using NameCounts = std::vector<std::pair<uint32_t, uint64_t>>;
using DayCounts = std::vector<std::pair<int64_t, uint64_t>>;

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
  // The chunks with people and times in bounds; absent when some people of theirs are
  // not in the scan.
  std::optional<std::vector<ChunkRef>> WholeChunks() const;
  const ChunkSummary& SummaryOf(const ChunkRef& ref) const {
    return context_.runs[ref.run]->chunks()[ref.chunk];
  }
  absl::StatusOr<bool> AllNamesHaveIds(const ChunkRef& ref) const;

  const RunScanContext context_;
  const ScanParts parts_;
};

std::optional<std::vector<ChunkRef>> RunScan::WholeChunks() const {
  const ScanBounds& bounds = context_.bounds;
  std::vector<ChunkRef> chunks;
  for (uint32_t r = 0; r < context_.runs.size(); ++r) {
    for (uint32_t c = 0; c < context_.runs[r]->chunks().size(); ++c) {
      const ChunkSummary& chunk = SummaryOf({r, c});
      if (!bounds.HasPeopleOf(chunk) || !bounds.HasTimesOf(chunk)) continue;
      if (!bounds.HasAllPeopleOf(chunk) ||
          !bounds.MovedIn(chunk.first_person, chunk.last_person).empty()) {
        return std::nullopt;
      }
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

absl::StatusOr<std::optional<NameCounts>> RunScan::CountsByName() const {
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
  std::optional<std::vector<ChunkRef>> chunks = WholeChunks();
  if (!chunks.has_value()) return std::optional<DayCounts>();
  std::sort(chunks->begin(), chunks->end(), [this](const ChunkRef& a, const ChunkRef& b) {
    return SummaryOf(a).first_person < SummaryOf(b).first_person;
  });
  const ScanBounds& bounds = context_.bounds;
  std::map<int64_t, uint64_t> people;
  const ChunkSummary* before = nullptr;
  for (const ChunkRef& ref : *chunks) {
    const ChunkSummary& chunk = SummaryOf(ref);
    const bool has_people_alone =
        before == nullptr || before->last_person < chunk.first_person;
    const bool has_whole_days =
        (chunk.min_time_ms >= bounds.from_ms || bounds.from_ms % kDayMs == 0) &&
        (chunk.max_time_ms < bounds.to_ms || bounds.to_ms % kDayMs == 0);
    if (!has_people_alone || !has_whole_days) return std::optional<DayCounts>();
    before = &chunk;
    for (const auto& [day, count] : chunk.days) {
      const bool in_range =
          (chunk.min_time_ms >= bounds.from_ms || day >= DayOf(bounds.from_ms)) &&
          (chunk.max_time_ms < bounds.to_ms || day < DayOf(bounds.to_ms));
      if (in_range) people[day] += count;
    }
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
