#include "store/run_block.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/status.h"

namespace footfall::store {
namespace {

constexpr int64_t kWeekMs = int64_t{7} * 24 * 60 * 60 * 1000;
// Monday 1969-12-29, from which weeks are counted.
constexpr int64_t kFirstWeekMs = int64_t{-3} * 24 * 60 * 60 * 1000;
constexpr int64_t kMaskWeeks = 64;

// A chunk much bigger than usual is one person's; its buffers are not kept.
constexpr size_t kReusableRows = 4 * kChunkRows;

constexpr BlockColumn kMissingColumn;

int64_t WeekOf(int64_t time_ms) {
  const int64_t since = time_ms - kFirstWeekMs;
  return since / kWeekMs - (since % kWeekMs < 0 ? 1 : 0);
}
bool StartsWeek(int64_t time_ms) { return (time_ms - kFirstWeekMs) % kWeekMs == 0; }

}  // namespace

RunBlock::RunBlock(const RunScanContext* context)
    : context_(context),
      unions_(context->columns.size()),
      columns_(context->columns.size(), nullptr) {}

absl::Status RunBlock::Read(const ScanPart& part, BlockStats* stats) {
  stats_ = stats;
  whole_ = nullptr;
  rows_ = 0;
  people_ = {};
  begins_ = {};
  times_ = nullptr;
  std::fill(columns_.begin(), columns_.end(), nullptr);
  FOOTFALL_RETURN_IF_ERROR(OpenChunks(part));
  FOOTFALL_RETURN_IF_ERROR(part.whole ? ReadWhole() : ReadMerged(part));
  CountBytes();
  stats_->rows_read += rows_;
  return absl::OkStatus();
}

// Opens the chunks of a part; those that the part before had as well stay open.
absl::Status RunBlock::OpenChunks(const ScanPart& part) {
  std::swap(open_, before_);
  open_.clear();
  sources_.clear();
  for (const ChunkRef& ref : part.chunks) {
    const auto same = std::find_if(
        before_.begin(), before_.end(),
        [&ref](const auto& chunk) { return chunk != nullptr && chunk->ref() == ref; });
    open_.push_back(same != before_.end() ? std::move(*same) : nullptr);
  }
  for (std::unique_ptr<OpenChunk>& chunk : before_) {
    if (chunk != nullptr && chunk->summary().rows <= kReusableRows) {
      closed_.push_back(std::move(chunk));
    }
  }
  before_.clear();
  for (size_t i = 0; i < open_.size(); ++i) {
    if (open_[i] == nullptr) FOOTFALL_RETURN_IF_ERROR(OpenAnew(i, part.chunks[i]));
    sources_.push_back(open_[i].get());
  }
  return absl::OkStatus();
}

absl::Status RunBlock::OpenAnew(size_t index, const ChunkRef& ref) {
  std::unique_ptr<OpenChunk> chunk;
  if (closed_.empty()) {
    chunk = std::make_unique<OpenChunk>();
  } else {
    chunk = std::move(closed_.back());
    closed_.pop_back();
  }
  const absl::Status status =
      chunk->Open(ref, context_->runs[ref.run].get(), context_->dictionaries.get());
  if (!status.ok()) {
    open_.clear();
    return status;
  }
  ++stats_->chunks_read;
  open_[index] = std::move(chunk);
  return absl::OkStatus();
}

absl::Status RunBlock::ReadWhole() {
  whole_ = sources_[0];
  used_.assign(1, true);
  FOOTFALL_ASSIGN_OR_RETURN(const ChunkColumns::People people, whole_->ReadPeople());
  people_ = people.codes;
  begins_ = people.begins;
  rows_ = begins_.back();
  return absl::OkStatus();
}

absl::Status RunBlock::ReadMerged(const ScanPart& part) {
  const ScanBounds& bounds = context_->bounds;
  FOOTFALL_RETURN_IF_ERROR(merge_.Merge(
      sources_, {.first_person = part.first_person,
                 .last_person = part.last_person,
                 .from_ms = bounds.from_ms,
                 .to_ms = bounds.to_ms,
                 .expired_before_ms = bounds.expired_before_ms,
                 .moved = bounds.MovedIn(part.first_person, part.last_person)}));
  people_ = merge_.people();
  begins_ = merge_.begins();
  rows_ = merge_.rows();
  used_.assign(sources_.size(), false);
  for (const RowRange& range : merge_.ranges()) used_[range.source] = true;
  if (merge_.ranges().size() == 1) {
    OpenChunk* const only = sources_[merge_.ranges()[0].source];
    if (rows_ == only->summary().rows) whole_ = only;
  }
  return absl::OkStatus();
}

void RunBlock::CountBytes() {
  for (OpenChunk* chunk : sources_) stats_->bytes_read += chunk->TakeBytesRead();
}

absl::StatusOr<const int64_t*> RunBlock::Times() {
  if (times_ != nullptr) return times_;
  if (whole_ != nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(times_, whole_->Times());
  } else {
    source_times_.assign(sources_.size(), {});
    for (size_t i = 0; i < sources_.size(); ++i) {
      if (!used_[i]) continue;
      source_times_[i].rows = sources_[i]->summary().rows;
      FOOTFALL_ASSIGN_OR_RETURN(source_times_[i].values, sources_[i]->Times());
    }
    int64_t* const out = time_buffer_.Make(rows_);
    GatherRows<int64_t>(merge_.ranges(), source_times_, out);
    times_ = out;
  }
  CountBytes();
  return times_;
}

absl::StatusOr<const int64_t*> RunBlock::TimesWhere(const uint64_t* rows) {
  if (times_ != nullptr) return times_;
  if (whole_ != nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* const times, whole_->TimesWhere(rows));
    CountBytes();
    return times;
  }
  source_masks_.resize(sources_.size());
  for (size_t i = 0; i < sources_.size(); ++i) {
    source_masks_[i].assign(used_[i] ? sources_[i]->summary().rows / 64 + 1 : 0, 0);
  }
  size_t row = 0;
  for (const RowRange& range : merge_.ranges()) {
    CopyBits(rows, row, range.rows, source_masks_[range.source].data(), range.first);
    row += range.rows;
  }
  source_times_.assign(sources_.size(), {});
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (!used_[i]) continue;
    FOOTFALL_ASSIGN_OR_RETURN(source_times_[i].values,
                              sources_[i]->TimesWhere(source_masks_[i].data()));
  }
  GatherTimesWhere(rows);
  CountBytes();
  return time_buffer_.data();
}

void RunBlock::GatherTimesWhere(const uint64_t* rows) {
  int64_t* const out = time_buffer_.Make(rows_);
  size_t row = 0;
  for (const RowRange& range : merge_.ranges()) {
    const int64_t* const times = source_times_[range.source].values + range.first;
    for (size_t i = 0; i < range.rows; i += 64) {
      uint64_t bits = BitsAt(rows, row + i, std::min<size_t>(64, range.rows - i));
      for (; bits != 0; bits &= bits - 1) {
        const size_t at = i + static_cast<size_t>(std::countr_zero(bits));
        out[row + at] = times[at];
      }
    }
    row += range.rows;
  }
}

absl::StatusOr<const BlockColumn*> RunBlock::Column(size_t index) {
  if (columns_[index] != nullptr) return columns_[index];
  if (whole_ != nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(columns_[index], whole_->Column(context_->columns[index]));
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(columns_[index], UniteColumn(index));
  }
  CountBytes();
  return columns_[index];
}

absl::StatusOr<std::optional<RowsInRanges>> RunBlock::RowsIn(size_t index,
                                                             const NumberRanges& ranges) {
  if (whole_ == nullptr || columns_[index] != nullptr) {
    return std::optional<RowsInRanges>();
  }
  auto rows = whole_->RowsIn(context_->columns[index], ranges);
  CountBytes();
  return rows;
}

absl::StatusOr<const BlockColumn*> RunBlock::UniteColumn(size_t index) {
  // Which sessions of different chunks are the same one, only their ids can tell.
  const bool codes_only = context_->columns[index].kind == ColumnKind::kSessionCode;
  const ColumnId id = codes_only ? ColumnId{.kind = ColumnKind::kSession, .key = {}}
                                 : context_->columns[index];
  source_columns_.assign(sources_.size(), {&kMissingColumn, 0});
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (!used_[i]) continue;
    source_columns_[i].rows = sources_[i]->summary().rows;
    FOOTFALL_ASSIGN_OR_RETURN(source_columns_[i].column, sources_[i]->Column(id));
  }
  ColumnUnion& all = unions_[index];
  const BlockColumn& column = all.Unite(source_columns_, merge_.ranges(), rows_);
  return codes_only ? &all.WithoutValues() : &column;
}

// Whether the weeks that chunks keep say which weeks are in range: it has to begin and
// end with weeks, where there are events.
bool RunBlock::KnowsWeeks() const {
  const ScanBounds& bounds = context_->bounds;
  return std::all_of(sources_.begin(), sources_.end(), [&bounds](const OpenChunk* chunk) {
    const ChunkSummary& summary = chunk->summary();
    return !bounds.HasTimesOf(summary) ||
           ((summary.min_time_ms >= bounds.from_ms || StartsWeek(bounds.from_ms)) &&
            (summary.max_time_ms < bounds.to_ms || StartsWeek(bounds.to_ms)));
  });
}

absl::StatusOr<std::optional<Block::Weeks>> RunBlock::ActiveWeeks() {
  if (!KnowsWeeks()) return std::optional<Weeks>();
  const bool as_stored =
      whole_ != nullptr && context_->bounds.HasAllTimesOf(whole_->summary());
  auto weeks = as_stored ? whole_->ActiveWeeks() : UniteWeeks();
  CountBytes();
  return weeks;
}

// The weeks of all sources, without those out of range.
absl::StatusOr<std::optional<Block::Weeks>> RunBlock::UniteWeeks() {
  const ScanBounds& bounds = context_->bounds;
  int64_t first = INT64_MAX;
  int64_t last = INT64_MIN;
  const auto has_weeks = [this, &bounds](size_t source) {
    return used_[source] && bounds.HasTimesOf(sources_[source]->summary());
  };
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (!has_weeks(i)) continue;
    const ChunkSummary& summary = sources_[i]->summary();
    first = std::min(first, WeekOf(std::max(summary.min_time_ms, bounds.from_ms)));
    last = std::max(last, WeekOf(std::min(summary.max_time_ms, bounds.to_ms - 1)));
  }
  if (first > last) return std::optional<Weeks>(Weeks());
  if (last - first >= kMaskWeeks) return std::optional<Weeks>();

  uint64_t* const masks = weeks_.Make(people_.size());
  std::fill_n(masks, people_.size(), 0);
  const uint64_t in_range = ~uint64_t{0} >> (kMaskWeeks - 1 - (last - first));
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (!has_weeks(i)) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const std::optional<Weeks> weeks,
                              sources_[i]->ActiveWeeks());
    if (!weeks.has_value()) return std::optional<Weeks>();
    FOOTFALL_ASSIGN_OR_RETURN(const ChunkColumns::People people,
                              sources_[i]->ReadPeople());
    AddWeeks(people.codes, *weeks, first, masks);
  }
  for (size_t i = 0; i < people_.size(); ++i) masks[i] &= in_range;
  return std::optional<Weeks>(Weeks{.first_week = first, .masks = masks});
}

// Adds the weeks of a source's people to masks that begin with week `first`.
void RunBlock::AddWeeks(std::span<const uint64_t> codes, const Weeks& weeks,
                        int64_t first, uint64_t* masks) const {
  const int64_t shift = weeks.first_week - first;
  if (shift <= -kMaskWeeks || shift >= kMaskWeeks) return;
  size_t at = 0;
  for (size_t i = 0; i < codes.size() && at < people_.size(); ++i) {
    while (at < people_.size() && people_[at] < codes[i]) ++at;
    if (at == people_.size() || people_[at] != codes[i]) continue;
    masks[at] |= shift >= 0 ? weeks.masks[i] << shift : weeks.masks[i] >> -shift;
  }
}

}  // namespace footfall::store
