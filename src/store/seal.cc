// Sealing: events move from the log into runs of chunks, and runs are merged. Runs are
// built while others may append; one atomic write then makes them part of the store and
// takes away what they replace. What a crash leaves behind before that is removed when
// the store is opened.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/file.h"
#include "base/status.h"
#include "base/strings.h"
#include "store/run_builder.h"
#include "store/store_impl.h"

namespace footfall::store {
namespace {

// So many runs of a span that are about as large become one.
constexpr size_t kMergeRuns = 8;
// Each run that is merged holds a decoded chunk of about 3 MB in memory. More than these
// are merged in several steps.
constexpr size_t kMergeSources = 32;

constexpr const char* kSealingDirectory = "/sealing";

using Spans = std::map<std::pair<int64_t, int64_t>, std::vector<RunRow>>;

// Runs by their span of time.
Spans BySpan(const std::vector<RunRow>& runs) {
  Spans spans;
  for (const RunRow& run : runs) spans[{run.from_ms, run.to_ms}].push_back(run);
  return spans;
}

// Runs that are of one size step have events within a factor of kMergeRuns.
int StepOf(const RunRow& run) {
  int step = 0;
  for (uint64_t events = run.events; events > kSealEvents; events /= kMergeRuns) ++step;
  return step;
}

// The last ones of `runs` that are of no larger step.
std::vector<RunRow> NewestUpTo(int step, const std::vector<RunRow>& runs) {
  auto first = runs.end();
  while (first != runs.begin() && StepOf(*(first - 1)) <= step) --first;
  return {first, runs.end()};
}

}  // namespace

absl::Status EventStore::Impl::LoadRuns() {
  FOOTFALL_ASSIGN_OR_RETURN(runs_, ReadRuns(*rocks_, nullptr));
  FOOTFALL_ASSIGN_OR_RETURN(const auto next, rocks_->Get(kMeta, kNextRunKey));
  next_run_ = next.has_value() ? Reader(*next).Varint() : 1;
  unsealed_ = counters_.events;
  for (const RunRow& run : runs_) unsealed_ -= std::min(unsealed_, run.events);
  // All people of now may be in runs.
  sealed_people_ = runs_.empty() ? 0 : counters_.next_person;
  auto records = rocks_->Iterate(kLog);
  records->SeekToFirst();
  if (records->Valid()) {
    RecordHeader header;
    FOOTFALL_RETURN_IF_ERROR(LogRecord::ParseHeader(ToView(records->value()), &header));
    unsealed_since_ms_ = header.ingest_ms;
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(records->status()));
  // What sealing has left behind that was cut short.
  base::RemoveTree(path_ + kSealingDirectory);
  FOOTFALL_RETURN_IF_ERROR(RemoveUnknownRuns());
  return RemoveDropped();
}

// Removes chunks that were never, or are no longer, part of the store.
absl::Status EventStore::Impl::RemoveUnknownRuns() {
  std::vector<uint64_t> unknown;
  auto rows = rocks_->Iterate(kChunks);
  for (rows->SeekToFirst(); rows->Valid();) {
    const uint64_t number = Reader(ToView(rows->key())).Fixed64();
    const bool known =
        std::any_of(runs_.begin(), runs_.end(),
                    [number](const RunRow& run) { return run.number == number; });
    if (!known) unknown.push_back(number);
    rows->Seek(ToSlice(RunEnd(number)));
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
  rows.reset();
  for (const uint64_t run : unknown) {
    FOOTFALL_RETURN_IF_ERROR(
        rocks_->RemoveRange(kChunks, ChunkKey(run, 0, 0), RunEnd(run)));
  }
  return absl::OkStatus();
}

absl::Status EventStore::Impl::RemoveDropped() {
  std::vector<uint64_t> dropped;
  {
    auto rows = rocks_->Iterate(kMeta);
    for (rows->Seek(ToSlice(kDropPrefix));
         rows->Valid() && rows->key().starts_with(ToSlice(kDropPrefix)); rows->Next()) {
      dropped.push_back(Reader(ToView(rows->key()).substr(kDropPrefix.size())).Fixed64());
    }
    FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
  }
  if (dropped.empty()) return absl::OkStatus();
  // Files go without regard to who reads them.
  if (alive_.use_count() > 1) return absl::OkStatus();
  for (const uint64_t run : dropped) {
    FOOTFALL_RETURN_IF_ERROR(
        rocks_->RemoveRange(kChunks, ChunkKey(run, 0, 0), RunEnd(run)));
    rocksdb::WriteBatch done;
    done.Delete(rocks_->family(kMeta), ToSlice(NumberedKey(kDropPrefix, run)));
    FOOTFALL_RETURN_IF_ERROR(rocks_->Write(&done, false));
  }
  return absl::OkStatus();
}

// One atomic change of the list of runs.
absl::Status EventStore::Impl::TakeOverRuns(BuiltRuns built, int64_t expired_before_ms) {
  rocksdb::ColumnFamilyHandle* const meta = rocks_->family(kMeta);
  rocksdb::WriteBatch rows;
  std::vector<RunRow> runs = runs_;
  for (const RunRow& run : built.replaced) {
    std::erase_if(runs, [&run](const RunRow& row) { return row.number == run.number; });
    rows.Delete(meta, ToSlice(NumberedKey(kRunPrefix, run.number)));
    rows.Put(meta, ToSlice(NumberedKey(kDropPrefix, run.number)), "");
  }
  uint64_t events = 0;
  std::vector<std::string> files;
  for (const auto& writer : built.writers) {
    const RunRow& row = writer->row();
    next_run_ = std::max(next_run_, row.number + 1);
    if (writer->empty()) continue;
    events += row.events;
    files.insert(files.end(), writer->files().begin(), writer->files().end());
    rows.Put(meta, ToSlice(NumberedKey(kRunPrefix, row.number)), ToSlice(row.Encode()));
    runs.push_back(row);
  }
  if (built.last_record > 0) {
    rows.DeleteRange(rocks_->family(kLog), ToSlice(RecordKey(0)),
                     ToSlice(RecordKey(built.last_record + 1)));
  }
  Counters counters = counters_;
  counters.events -= built.events_before - events;
  counters.removed += built.events_before - events;
  counters.horizon_ms = std::max(counters.horizon_ms, expired_before_ms);
  std::string next;
  PutVarint(next, next_run_);
  rows.Put(meta, kNextRunKey, ToSlice(next));
  rows.Put(meta, kCountersKey, ToSlice(counters.Encode()));
  if (!files.empty()) FOOTFALL_RETURN_IF_ERROR(rocks_->AddFiles(kChunks, files));
  base::RemoveTree(path_ + kSealingDirectory);
  FOOTFALL_RETURN_IF_ERROR(WriteSynced(rows));
  counters_ = counters;
  ++epoch_;
  if (observer_ != nullptr && built.events_before != events) observer_->Changed();
  if (built.last_record > 0) unsealed_ -= std::min(unsealed_, built.events_before);
  std::sort(runs.begin(), runs.end(), [](const RunRow& a, const RunRow& b) {
    return std::tie(a.first_arrival, a.number) < std::tie(b.first_arrival, b.number);
  });
  runs_ = std::move(runs);
  run_cache_->Keep(runs_);
  return absl::OkStatus();
}

absl::StatusOr<BuildContext> EventStore::Impl::NewBuild(Packing packing,
                                                        const base::Cancel* cancel) {
  const std::string directory = path_ + kSealingDirectory;
  base::RemoveTree(directory);  // What was given up.
  FOOTFALL_RETURN_IF_ERROR(base::MakeDirectory(directory));
  return BuildContext{.rocks = rocks_,
                      .run_cache = run_cache_,
                      .directory = directory,
                      .next_run = next_run_,
                      .retention_days = settings().retention_days,
                      .packing = packing,
                      .cancel = cancel};
}

absl::Status EventStore::Impl::PrepareSealing() {
  // What is derived from the log must not need it any more.
  const uint64_t through = counters_.next_record - 1;
  FOOTFALL_RETURN_IF_ERROR(people_->Flush(through));
  FOOTFALL_RETURN_IF_ERROR(ids_->Spill(through));
  // Ids that are linked from now on may have rows in the runs.
  sealed_people_ = counters_.next_person;
  return absl::OkStatus();
}

// Seals all of the log. Who merges afterwards says so.
absl::Status EventStore::Impl::SealLog(bool merge, const base::Cancel* cancel,
                                       SealReport* report) {
  if (unsealed_ == 0) return absl::OkStatus();
  // One run that stays alone is not packed again.
  const bool only = merge && runs_.empty() && unsealed_ <= kSealEvents;
  const Packing packing = only ? Packing::kSmall : Packing::kQuick;
  FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(cancel));
  FOOTFALL_RETURN_IF_ERROR(PrepareSealing());
  while (unsealed_ > 0) {
    FOOTFALL_ASSIGN_OR_RETURN(const BuildContext context, NewBuild(packing, cancel));
    FOOTFALL_ASSIGN_OR_RETURN(BuiltRuns built, BuildFromLog(context));
    if (built.events_before == 0) {
      return absl::DataLossError("the store is damaged: its log lacks events");
    }
    const uint64_t events = built.events_before;
    FOOTFALL_RETURN_IF_ERROR(TakeOverRuns(std::move(built), 0));
    report->events_sealed += events;
  }
  return absl::OkStatus();
}

absl::Status EventStore::Impl::MergeInto(const std::vector<RunRow>& inputs,
                                         Packing packing, int64_t expired_before_ms,
                                         const base::Cancel* cancel) {
  FOOTFALL_ASSIGN_OR_RETURN(const BuildContext context, NewBuild(packing, cancel));
  FOOTFALL_ASSIGN_OR_RETURN(BuiltRuns built,
                            BuildFromRuns(context, inputs, expired_before_ms));
  return TakeOverRuns(std::move(built), expired_before_ms);
}

// Whether rows of the run belong to another person by now, or have expired.
absl::StatusOr<bool> EventStore::Impl::NeedsRewriting(const RunRow& row,
                                                      const Owners& owners,
                                                      int64_t expired_before_ms) {
  if (row.min_time_ms < expired_before_ms) return true;
  if (owners.empty()) return false;
  FOOTFALL_ASSIGN_OR_RETURN(const StoredRuns run,
                            OpenRuns(rocks_, nullptr, {row}, *run_cache_));
  Rows rows;
  for (const bool activity : {true, false}) {
    FOOTFALL_RETURN_IF_ERROR(AppendMisplaced(run, owners, activity, &rows));
  }
  return rows.size() > 0;
}

// Gives the rows of ids whose link is taken back to these ids again.
absl::Status EventStore::Impl::RewriteUnlinked(
    const absl::flat_hash_set<uint64_t>& codes) {
  Owners owners{.unlinked = codes};
  const std::vector<RunRow> runs = runs_;
  for (const RunRow& run : runs) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool needed, NeedsRewriting(run, owners, INT64_MIN));
    if (!needed) continue;
    FOOTFALL_ASSIGN_OR_RETURN(BuildContext context, NewBuild(Packing::kSmall, nullptr));
    context.unlinked = codes;
    FOOTFALL_ASSIGN_OR_RETURN(BuiltRuns built, BuildFromRuns(context, {run}, INT64_MIN));
    FOOTFALL_RETURN_IF_ERROR(TakeOverRuns(std::move(built), 0));
  }
  return absl::OkStatus();
}

// Makes one run of the newest runs of each span, up to those of a size step.
absl::Status EventStore::Impl::MergeSpans(int step, int64_t expired_before_ms,
                                          const base::Cancel* cancel,
                                          SealReport* report) {
  const Spans spans = BySpan(runs_);
  for (const auto& [span, runs] : spans) {
    const std::vector<RunRow> newest = NewestUpTo(step, runs);
    if (newest.size() < 2) continue;
    FOOTFALL_RETURN_IF_ERROR(
        MergeInto(newest, Packing::kQuick, expired_before_ms, cancel));
    report->runs_merged += newest.size();
  }
  return absl::OkStatus();
}

// Makes one run of all runs, whatever their spans: a query then reads each person in one
// place, which takes half the time of merging the pieces.
absl::Status EventStore::Impl::MergeAllRuns(int64_t expired_before_ms,
                                            const base::Cancel* cancel,
                                            SealReport* report) {
  int last_step = 0;
  for (const RunRow& run : runs_) last_step = std::max(last_step, StepOf(run));
  // Small ones first, so that most events are packed only once.
  for (int step = 0; step <= last_step && runs_.size() > kMergeSources; ++step) {
    FOOTFALL_RETURN_IF_ERROR(MergeSpans(step, expired_before_ms, cancel, report));
  }
  // All that there was may have expired.
  if (runs_.empty()) return absl::OkStatus();
  Owners owners;
  FOOTFALL_ASSIGN_OR_RETURN(owners.moved, ReadMoved(*rocks_, nullptr));
  bool needed = runs_.size() > 1;
  if (!needed) {
    FOOTFALL_ASSIGN_OR_RETURN(const StoredRuns only,
                              OpenRuns(rocks_, nullptr, runs_, *run_cache_));
    needed = only[0]->quick();
  }
  if (!needed) {
    FOOTFALL_ASSIGN_OR_RETURN(needed,
                              NeedsRewriting(runs_[0], owners, expired_before_ms));
  }
  if (needed) {
    report->runs_merged += runs_.size();
    const std::vector<RunRow> inputs = runs_;
    FOOTFALL_RETURN_IF_ERROR(
        MergeInto(inputs, Packing::kSmall, expired_before_ms, cancel));
  }
  if (owners.moved.empty()) return absl::OkStatus();
  // No run holds rows of theirs under their own codes any more.
  rocksdb::WriteBatch rows;
  for (const auto& [code, person] : owners.moved) {
    rows.Delete(rocks_->family(kMeta), ToSlice(NumberedKey(kMovedPrefix, code)));
  }
  return WriteSynced(rows);
}

// The newest runs of a span that are many of about one size.
std::vector<RunRow> EventStore::Impl::RunsToMerge() const {
  for (const auto& [span, runs] : BySpan(runs_)) {
    std::vector<RunRow> newest = NewestUpTo(StepOf(runs.back()), runs);
    if (newest.size() >= kMergeRuns) return newest;
  }
  return {};
}

absl::Status EventStore::Impl::MergeManyRuns(const base::Cancel* cancel,
                                             SealReport* report) {
  while (true) {
    const std::vector<RunRow> inputs = RunsToMerge();
    if (inputs.empty()) return absl::OkStatus();
    FOOTFALL_RETURN_IF_ERROR(MergeInto(inputs, Packing::kQuick, INT64_MIN, cancel));
    report->runs_merged += inputs.size();
  }
}

absl::StatusOr<bool> EventStore::Impl::HasRows(std::string_view prefix) const {
  auto rows = rocks_->Iterate(kMeta);
  rows->Seek(ToSlice(prefix));
  const bool found = rows->Valid() && rows->key().starts_with(ToSlice(prefix));
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
  return found;
}

// Whether appending should seal what the log holds.
bool EventStore::Impl::ShouldSeal(int64_t now_ms) const {
  const Settings now = settings();
  if (now.seal_events == 0 || unsealed_ == 0) return false;
  return unsealed_ >= sealing_failed_at_ + static_cast<uint64_t>(now.seal_events) ||
         now_ms - unsealed_since_ms_ >= now.seal_after_ms;
}

// Seals from within appending, whose answer does not depend on it.
void EventStore::Impl::SealWhenDue(int64_t now_ms) {
  if (!ShouldSeal(now_ms)) return;
  if (background_.joinable()) {
    background_aged_ = true;
    unsealed_since_ms_ = now_ms;
    return WakeBackground();
  }
  const auto seal = [this]() -> absl::Status {
    FOOTFALL_ASSIGN_OR_RETURN(const bool redacting, HasRows(kRedactPrefix));
    if (redacting) return absl::OkStatus();
    SealReport report;
    FOOTFALL_RETURN_IF_ERROR(SealLog(false, nullptr, &report));
    FOOTFALL_RETURN_IF_ERROR(MergeManyRuns(nullptr, &report));
    return RemoveDropped();
  };
  if (const absl::Status status = seal(); !status.ok()) {
    Log(LogSeverity::kError,
        base::Cat("events could not be sealed: ", base::MessageOf(status)));
  }
  // What failed is tried again after as many more events.
  sealing_failed_at_ = unsealed_;
  unsealed_since_ms_ = now_ms;
}

absl::StatusOr<SealReport> EventStore::Impl::Seal(const SealOptions& options) {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(EnterToWrite(&open));
  const std::unique_lock alone(build_mutex_);
  const Exclusive exclusive(this);
  FOOTFALL_RETURN_IF_ERROR(Heal());
  FOOTFALL_ASSIGN_OR_RETURN(const bool redacting, HasRows(kRedactPrefix));
  if (redacting) {
    return absl::FailedPreconditionError(
        "a redaction is unfinished; end it before events are sealed");
  }
  SealReport report;
  FOOTFALL_RETURN_IF_ERROR(SealLog(options.merge, options.cancel, &report));
  if (options.merge) {
    FOOTFALL_RETURN_IF_ERROR(MergeAllRuns(INT64_MIN, options.cancel, &report));
  } else {
    FOOTFALL_RETURN_IF_ERROR(MergeManyRuns(options.cancel, &report));
  }
  FOOTFALL_RETURN_IF_ERROR(RemoveDropped());
  return report;
}

}  // namespace footfall::store
