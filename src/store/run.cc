#include "store/run.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace footfall::store {
namespace {

class MemoryReader : public ChunkReader {
 public:
  explicit MemoryReader(const EncodedChunk* chunk) : chunk_(chunk) {}

  absl::StatusOr<std::string_view> Read(uint32_t column) override {
    const auto found = std::lower_bound(
        chunk_->begin(), chunk_->end(), column,
        [](const auto& entry, uint32_t wanted) { return entry.first < wanted; });
    if (found == chunk_->end() || found->first != column) {
      return absl::DataLossError(base::Cat("column ", column, " is missing"));
    }
    return std::string_view(found->second);
  }

 private:
  const EncodedChunk* chunk_;
};

class MemoryRun : public Run {
 public:
  explicit MemoryRun(Rows rows) {
    rows.Sort();
    size_t begin = 0;
    for (const size_t end : CutIntoChunks(rows)) {
      EncodedChunk chunk = EncodeChunk(rows, begin, end, Packing::kQuick);
      begin = end;
      ChunkSummary summary = ParseChunkHeader(chunk.front().second).value();
      if (!summary.activity) continue;
      summaries_.push_back(std::move(summary));
      chunks_.push_back(std::move(chunk));
    }
  }

  std::span<const ChunkSummary> chunks() const override { return summaries_; }
  absl::StatusOr<std::unique_ptr<ChunkReader>> Open(size_t index) const override {
    return std::unique_ptr<ChunkReader>(std::make_unique<MemoryReader>(&chunks_[index]));
  }

 private:
  std::vector<ChunkSummary> summaries_;
  std::vector<EncodedChunk> chunks_;
};

RunTotal Sum(std::span<const ChunkSummary> chunks) {
  RunTotal total;
  std::map<uint32_t, uint64_t> names;
  std::map<int64_t, uint64_t> days;
  for (const ChunkSummary& chunk : chunks) {
    total.first_person = std::min(total.first_person, chunk.first_person);
    total.last_person = std::max(total.last_person, chunk.last_person);
    total.min_time_ms = std::min(total.min_time_ms, chunk.min_time_ms);
    total.max_time_ms = std::max(total.max_time_ms, chunk.max_time_ms);
    for (const auto& [id, events] : chunk.names) names[id] += events;
    for (const auto& [day, people] : chunk.days) days[day] += people;
  }
  total.names.assign(names.begin(), names.end());
  total.days.assign(days.begin(), days.end());
  return total;
}

}  // namespace

const RunTotal& Run::total() const {
  std::call_once(total_made_, [this] { total_ = Sum(chunks()); });
  return total_;
}

std::shared_ptr<const Run> MakeMemoryRun(Rows rows) {
  return std::make_shared<MemoryRun>(std::move(rows));
}

}  // namespace footfall::store
