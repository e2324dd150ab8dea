#include "store/scan_parts.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace footfall::store {
namespace {

// A part does not get much bigger than this, unless a single person is.
constexpr uint64_t kPartRows = 4 * kChunkRows;

struct Chunk {
  ChunkRef ref;
  const ChunkSummary* summary = nullptr;
};

// Chunks with rows to read, by run, then by person.
std::vector<Chunk> ChunksOf(std::span<const std::shared_ptr<const Run>> runs,
                            const ScanBounds& bounds) {
  std::vector<Chunk> chunks;
  for (uint32_t r = 0; r < runs.size(); ++r) {
    const std::span<const ChunkSummary> summaries = runs[r]->chunks();
    for (uint32_t c = 0; c < summaries.size(); ++c) {
      const ChunkSummary& summary = summaries[c];
      if (bounds.HasPeopleOf(summary) &&
          summary.max_time_ms >= bounds.expired_before_ms) {
        chunks.push_back({{r, c}, &summary});
      }
    }
  }
  return chunks;
}

uint32_t BiggestRun(std::span<const Chunk> chunks) {
  uint32_t biggest = 0;
  uint64_t most = 0;
  uint64_t rows = 0;
  for (size_t i = 0; i < chunks.size(); ++i) {
    rows = i > 0 && chunks[i].ref.run == chunks[i - 1].ref.run ? rows : 0;
    rows += chunks[i].summary->rows;
    if (rows > most) {
      most = rows;
      biggest = chunks[i].ref.run;
    }
  }
  return biggest;
}

// The last persons of parts, rising.
std::vector<uint64_t> LastPersons(std::vector<Chunk> chunks, uint64_t end_person) {
  const uint32_t biggest = BiggestRun(chunks);
  std::sort(chunks.begin(), chunks.end(), [](const Chunk& a, const Chunk& b) {
    return a.summary->last_person < b.summary->last_person;
  });
  std::vector<uint64_t> last_persons;
  uint64_t rows = 0;  // Of chunks that ended since the last cut.
  for (size_t i = 0; i < chunks.size(); ++i) {
    const uint64_t last = std::min(chunks[i].summary->last_person, end_person - 1);
    rows += chunks[i].summary->rows;
    if (chunks[i].ref.run != biggest && rows < kPartRows && i + 1 < chunks.size())
      continue;
    if (last_persons.empty() || last_persons.back() < last) last_persons.push_back(last);
    rows = 0;
  }
  return last_persons;
}

// Takes away the chunks without events in range, unless people may have others that are.
void PruneChunks(std::span<const std::shared_ptr<const Run>> runs,
                 const ScanBounds& bounds, std::vector<ChunkRef>* refs) {
  const auto summary_of = [runs](const ChunkRef& ref) -> const ChunkSummary& {
    return runs[ref.run]->chunks()[ref.chunk];
  };
  std::vector<ChunkRef> kept;
  for (const ChunkRef& ref : *refs) {
    const ChunkSummary& summary = summary_of(ref);
    const bool needed =
        bounds.HasTimesOf(summary) ||
        std::any_of(refs->begin(), refs->end(), [&](const ChunkRef& other) {
          const ChunkSummary& in_range = summary_of(other);
          return bounds.HasTimesOf(in_range) &&
                 in_range.first_person <= summary.last_person &&
                 summary.first_person <= in_range.last_person;
        });
    if (needed) kept.push_back(ref);
  }
  *refs = std::move(kept);
}

bool IsWhole(const ScanPart& part, std::span<const std::shared_ptr<const Run>> runs,
             const ScanBounds& bounds) {
  if (part.chunks.size() != 1) return false;
  const ChunkSummary& chunk = runs[part.chunks[0].run]->chunks()[part.chunks[0].chunk];
  return bounds.HasAllPeopleOf(chunk) && chunk.first_person >= part.first_person &&
         chunk.last_person <= part.last_person &&
         chunk.min_time_ms >= bounds.expired_before_ms &&
         bounds.MovedIn(chunk.first_person, chunk.last_person).empty();
}

}  // namespace

std::span<const uint64_t> ScanBounds::MovedIn(uint64_t first, uint64_t last) const {
  const auto begin = std::lower_bound(moved.begin(), moved.end(), first);
  return {begin, std::upper_bound(begin, moved.end(), last)};
}

ScanParts CutIntoParts(std::span<const std::shared_ptr<const Run>> runs,
                       const ScanBounds& bounds) {
  uint64_t all_chunks = 0;
  for (const auto& run : runs) all_chunks += run->chunks().size();
  const std::vector<Chunk> chunks = ChunksOf(runs, bounds);

  ScanParts result;
  uint64_t first = bounds.first_person;
  for (const uint64_t last : LastPersons(chunks, bounds.end_person)) {
    ScanPart& part = result.parts.emplace_back();
    part.first_person = first;
    part.last_person = last;
    first = last + 1;
  }
  for (const Chunk& chunk : chunks) {
    auto part = std::partition_point(result.parts.begin(), result.parts.end(),
                                     [&chunk](const ScanPart& p) {
                                       return p.last_person < chunk.summary->first_person;
                                     });
    for (; part != result.parts.end() && part->first_person <= chunk.summary->last_person;
         ++part) {
      part->chunks.push_back(chunk.ref);
    }
  }

  std::vector<ChunkRef> read;
  for (ScanPart& part : result.parts) {
    PruneChunks(runs, bounds, &part.chunks);
    part.whole = IsWhole(part, runs, bounds);
    read.insert(read.end(), part.chunks.begin(), part.chunks.end());
  }
  std::erase_if(result.parts, [](const ScanPart& part) { return part.chunks.empty(); });
  const auto by_run = [](const ChunkRef& a, const ChunkRef& b) {
    return std::tie(a.run, a.chunk) < std::tie(b.run, b.chunk);
  };
  std::sort(read.begin(), read.end(), by_run);
  const auto distinct = std::unique(read.begin(), read.end()) - read.begin();
  result.chunks_pruned = all_chunks - static_cast<uint64_t>(distinct);
  if (result.parts.empty() && all_chunks > 0) result.parts.emplace_back();
  return result;
}

}  // namespace footfall::store
