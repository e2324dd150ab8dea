// Redaction goes through these phases; each step of one is an atom, so that a crash
// anywhere leaves the progress row telling where to go on:
//   log     chunks and then records are rewritten, some at a time, while others append in
//           between
//   people  the states are computed anew from the log, when events went or changed what
//           people are described by
//   files   what the files still hold of the old bytes goes
#include "store/redact.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "base/strings.h"
#include "store/redact_progress.h"

namespace footfall::store {
namespace {

// Appending waits for one slice at most: so many events, or bytes rewritten.
constexpr uint64_t kSliceEvents = 10'000;
constexpr size_t kSliceBytes = 4 << 20;

// Whether what people have of `before` as attributes is another in `after`.
bool DescribesOthers(const model::Event& before, const model::Event& after) {
  if (before.type == model::EventType::kIdentify) return true;
  const auto old_fields = ContextFields(before.context);
  const auto new_fields = ContextFields(after.context);
  return !std::equal(old_fields.begin(), old_fields.begin() + kLatestFields,
                     new_fields.begin(), [](auto* a, auto* b) { return *a == *b; });
}

}  // namespace

// The rows of one slice of the log, and what they do to the counts.
struct EventStore::Impl::RedactedSlice {
  explicit RedactedSlice(const Rocks* rocks) : lookup(rocks, nullptr) {}

  rocksdb::WriteBatch rows;
  CodeLookup lookup;
  Batch::Rep batch;
  std::vector<uint64_t> arrivals;
  std::vector<std::string> names;
  uint64_t examined = 0;
  uint64_t removed = 0;
  absl::flat_hash_map<uint64_t, uint64_t> dropped;  // Activity by person.
  absl::flat_hash_set<uint64_t> unlinked;           // Anonymous codes.
};

absl::StatusOr<RedactReport> EventStore::Impl::Redact(const RedactOptions& options,
                                                      Redactor& redactor) {
  std::shared_lock<std::shared_mutex> open;
  if (options.dry_run) {
    FOOTFALL_RETURN_IF_ERROR(Enter(&open));
    return CountRedaction(options, redactor);
  }
  FOOTFALL_RETURN_IF_ERROR(EnterToWrite(&open));
  const std::unique_lock alone(redact_mutex_, std::try_to_lock);
  if (!alone.owns_lock()) {
    return absl::FailedPreconditionError("the store is being redacted already");
  }
  const std::unique_lock building(build_mutex_);
  FOOTFALL_ASSIGN_OR_RETURN(Redaction redaction, BeginRedaction(options.key));
  using Phase = Redaction::Phase;
  while (redaction.phase == Phase::kLog) {
    if (!base::Cancel::Check(options.cancel).ok()) return redaction.Report(false);
    FOOTFALL_ASSIGN_OR_RETURN(const bool sealed, RedactNextChunk(redaction, redactor));
    if (sealed) continue;
    if (redaction.next < redaction.end) {
      FOOTFALL_RETURN_IF_ERROR(RedactSlice(redaction, redactor));
    } else {
      FOOTFALL_RETURN_IF_ERROR(EndLogPhase(redaction, redactor));
    }
  }
  if (!base::Cancel::Check(options.cancel).ok()) return redaction.Report(false);
  FOOTFALL_RETURN_IF_ERROR(EraseRedacted(redaction));
  return redaction.Report(true);
}

// What a redaction would do to the events that are stored now.
absl::StatusOr<RedactReport> EventStore::Impl::CountRedaction(
    const RedactOptions& options, Redactor& redactor) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> snapshot,
                            TakeSnapshotInside());
  RedactReport report;
  const auto& stored = static_cast<const StoreSnapshot&>(*snapshot);
  const auto& parts = stored.parts();
  FOOTFALL_ASSIGN_OR_RETURN(const StoredRuns* runs, stored.Runs());
  const RecordScan scan{.rocks = parts.rocks.get(),
                        .dictionaries = parts.dictionaries.get(),
                        .snapshot = parts.snapshot,
                        .runs = runs,
                        .cancel = options.cancel};
  std::vector<std::string> names;
  const auto ignore = [](const model::Event&) {};
  const absl::Status scanned =
      ScanRecords(scan, [&](const Place& place, LogRecord& record) -> absl::Status {
        NameByCode(record, &names);
        const absl::Status visited = record.Visit(
            [&](const EventDecoder::Decoded& decoded, uint64_t) -> absl::Status {
              FOOTFALL_ASSIGN_OR_RETURN(
                  const Redactor::Fate fate,
                  redactor.Redact(decoded.event, ignore, report.rules));
              ++report.examined;
              report.changed += fate == Redactor::Fate::kChanged;
              report.dropped += fate == Redactor::Fate::kDropped;
              return absl::OkStatus();
            });
        if (!place.sealed()) report.records_done = place.record;
        return At(place, visited);
      });
  report.done = scanned.ok();
  auto last = parts.rocks->Iterate(kLog, parts.snapshot);
  last->SeekToLast();
  if (last->Valid()) report.records = Reader(ToView(last->key())).Fixed64();
  if (scanned.ok() || !base::Cancel::Check(options.cancel).ok()) return report;
  return scanned;
}

// The redaction that is stored under the key, or a new one.
absl::StatusOr<EventStore::Impl::Redaction> EventStore::Impl::BeginRedaction(
    std::string_view key) {
  const Exclusive exclusive(this);
  FOOTFALL_RETURN_IF_ERROR(Heal());
  Redaction redaction;
  const Hash128 hash = HashBytes(key_, key);
  redaction.row_key = kRedactPrefix;
  PutFixed64(redaction.row_key, hash.high);
  PutFixed64(redaction.row_key, hash.low);
  FOOTFALL_ASSIGN_OR_RETURN(const auto row, rocks_->Get(kMeta, redaction.row_key));
  if (!row.has_value()) {
    redaction.end = counters_.next_record;
  } else if (!redaction.Decode(*row)) {
    return DamagedProgress();
  }
  return redaction;
}

// Redacts the events of one record into the slice's batch. Answers whether that changed
// any of them.
absl::StatusOr<bool> EventStore::Impl::RedactEvents(const Place& place, LogRecord& record,
                                                    Redactor& redactor,
                                                    Redaction& redaction,
                                                    RedactedSlice& slice) {
  NameByCode(record, &slice.names);
  slice.batch.Clear();
  slice.arrivals.clear();
  slice.lookup.Trim();
  const std::vector<uint64_t>& people = record.people();
  RedactReport& report = redaction.report;
  const uint64_t touched_before = report.changed + report.dropped;
  const auto drop = [&](const EventDecoder::Decoded& decoded) -> absl::Status {
    ++report.dropped;
    ++slice.removed;
    redaction.people_stale = true;
    const bool anonymous = decoded.anonymous != UINT32_MAX;
    if (IsLink(decoded.event)) {
      if (anonymous) slice.unlinked.insert(people[decoded.anonymous]);
      return absl::OkStatus();
    }
    if (decoded.person != UINT32_MAX) {
      ++slice.dropped[people[decoded.person]];
    } else if (anonymous) {
      FOOTFALL_ASSIGN_OR_RETURN(const uint64_t person,
                                slice.lookup.PersonOf(people[decoded.anonymous]));
      ++slice.dropped[person];
    }
    return absl::OkStatus();
  };
  const absl::Status visited = record.Visit(
      [&](const EventDecoder::Decoded& decoded, uint64_t arrival) -> absl::Status {
        const auto replace = [&](const model::Event& event) {
          redaction.people_stale |= DescribesOthers(decoded.event, event);
          slice.batch.Add(event);
        };
        FOOTFALL_ASSIGN_OR_RETURN(const Redactor::Fate fate,
                                  redactor.Redact(decoded.event, replace, report.rules));
        ++report.examined;
        if (fate == Redactor::Fate::kDropped) return drop(decoded);
        if (fate == Redactor::Fate::kChanged) ++report.changed;
        if (fate == Redactor::Fate::kSame) slice.batch.Add(decoded.event);
        slice.arrivals.push_back(arrival);
        return absl::OkStatus();
      });
  FOOTFALL_RETURN_IF_ERROR(At(place, visited));
  slice.examined += record.header().events;
  return report.changed + report.dropped > touched_before;
}

// What the events of the slice's batch are stored as.
std::string EventStore::Impl::EncodeRedacted(const RedactedSlice& slice,
                                             int64_t ingest_ms) {
  return EncodeRewritten(slice.batch, slice.arrivals, ingest_ms,
                         [this](uint32_t dictionary, std::string_view text) {
                           return dictionaries_->CodeOf(dictionary, text);
                         });
}

absl::Status EventStore::Impl::RedactRecord(uint64_t number, LogRecord& record,
                                            Redactor& redactor, Redaction& redaction,
                                            RedactedSlice& slice) {
  FOOTFALL_ASSIGN_OR_RETURN(
      const bool changed,
      RedactEvents(Place{.record = number}, record, redactor, redaction, slice));
  if (!changed) return absl::OkStatus();
  rocksdb::ColumnFamilyHandle* const family = rocks_->family(kLog);
  if (slice.batch.facts.empty()) {
    slice.rows.Delete(family, ToSlice(RecordKey(number)));
    return absl::OkStatus();
  }
  slice.rows.Put(family, ToSlice(RecordKey(number)),
                 ToSlice(EncodeRedacted(slice, record.header().ingest_ms)));
  return absl::OkStatus();
}

// Redacts the next chunk; false when all have been gone through.
absl::StatusOr<bool> EventStore::Impl::RedactNextChunk(Redaction& redaction,
                                                       Redactor& redactor) {
  const Exclusive exclusive(this);
  FOOTFALL_RETURN_IF_ERROR(Heal());
  const RunRow* found = nullptr;
  for (const RunRow& run : runs_) {
    const bool later = run.number >= redaction.next_run;
    if (later && (found == nullptr || run.number < found->number)) found = &run;
  }
  if (found == nullptr) return false;
  RunRow row = *found;
  FOOTFALL_ASSIGN_OR_RETURN(const StoredRuns runs,
                            OpenRuns(rocks_, nullptr, {row}, *run_cache_));
  const StoredRun& run = *runs.front();
  Redaction next = redaction;
  size_t index = 0;
  if (row.number == next.next_run) {
    while (index < run.summaries().size() && run.number_of(index) < next.next_chunk) {
      ++index;
    }
  }
  const bool last = index + 1 >= run.summaries().size();
  next.next_run = last ? row.number + 1 : row.number;
  next.next_chunk = last ? 0 : run.number_of(index + 1);
  RedactedSlice slice(rocks_.get());
  const size_t strings = dictionaries_->size();
  absl::Status status;
  if (index < run.summaries().size()) {
    status = RedactChunk(run, index, redactor, next, &row, slice);
  }
  if (status.ok()) status = WriteSlice(next, strings, slice);
  if (!status.ok()) {
    dictionaries_->Truncate(strings);
    return status;
  }
  if (row.version != run.row().version) TakeOver(row);
  redaction = std::move(next);
  return true;
}

// Redacts a chunk into the rows of the slice, and `row`.
absl::Status EventStore::Impl::RedactChunk(const StoredRun& run, size_t index,
                                           Redactor& redactor, Redaction& redaction,
                                           RunRow* row, RedactedSlice& slice) {
  const Place place{.run = row->number, .chunk = run.number_of(index)};
  Rows rows;
  FOOTFALL_RETURN_IF_ERROR(run.Decode(index, &rows));
  // Rows stay where they are, whoever their anonymous id was linked to since.
  absl::flat_hash_map<uint64_t, uint64_t> owners;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Rows::Key key = rows.key(i);
    if (key.person == 0) owners[key.stream] = key.owner;
  }
  const auto owner_of = [&owners](uint64_t stream) -> absl::StatusOr<uint64_t> {
    return owners.at(stream);
  };
  Rows redacted;
  LogRecord record;
  bool any = false;
  for (size_t begin = 0; begin < rows.size(); begin += kSliceEvents) {
    const size_t end = std::min(begin + kSliceEvents, rows.size());
    const std::string before = rows.ToRecord(begin, end, rows.key(begin).arrival);
    FOOTFALL_RETURN_IF_ERROR(At(place, record.Parse(before)));
    FOOTFALL_RETURN_IF_ERROR(At(place, record.Resolve(*dictionaries_)));
    FOOTFALL_ASSIGN_OR_RETURN(const bool changed,
                              RedactEvents(place, record, redactor, redaction, slice));
    any = any || changed;
    if (!changed) {
      redacted.Append(rows, begin, end);
    } else if (!slice.batch.facts.empty()) {
      const std::string after = EncodeRedacted(slice, record.header().ingest_ms);
      FOOTFALL_RETURN_IF_ERROR(At(place, record.Parse(after)));
      FOOTFALL_RETURN_IF_ERROR(
          At(place, redacted.Append(record, INT64_MIN, INT64_MAX, owner_of)));
    }
  }
  return any ? PutChunk(run, index, redacted, row, &slice.rows) : absl::OkStatus();
}

// Goes through the next records and writes what became of them, with the progress.
absl::Status EventStore::Impl::RedactSlice(Redaction& redaction, Redactor& redactor) {
  const Exclusive exclusive(this);
  FOOTFALL_RETURN_IF_ERROR(Heal());
  Redaction next = redaction;
  RedactedSlice slice(rocks_.get());
  const size_t strings = dictionaries_->size();
  const RecordScan scan{
      .rocks = rocks_.get(), .dictionaries = dictionaries_.get(), .from = next.next};
  next.next = next.end;
  bool full = false;
  absl::Status status =
      ScanRecords(scan, [&](const Place& place, LogRecord& record) -> absl::Status {
        const uint64_t number = place.record;
        full = number >= next.end || slice.examined >= kSliceEvents ||
               slice.rows.GetDataSize() >= kSliceBytes;
        if (!full) return RedactRecord(number, record, redactor, next, slice);
        next.next = std::min(number, next.end);
        return absl::CancelledError();
      });
  if (full) status = absl::OkStatus();
  if (status.ok()) status = WriteSlice(next, strings, slice);
  if (!status.ok()) {
    dictionaries_->Truncate(strings);
    return status;
  }
  unsealed_ -= std::min(unsealed_, slice.removed);
  redaction = std::move(next);
  return absl::OkStatus();
}

// Takes over the rows of the slice and `next` in one atom. `strings` is how many the
// dictionaries had before.
absl::Status EventStore::Impl::WriteSlice(const Redaction& next, size_t strings,
                                          RedactedSlice& slice) {
  rocksdb::WriteBatch& rows = slice.rows;
  rocksdb::ColumnFamilyHandle* const meta = rocks_->family(kMeta);
  if (slice.removed > 0) {
    // From here on the rows are the states.
    FOOTFALL_RETURN_IF_ERROR(people_->Flush(counters_.next_record - 1));
    people_->Reset();
  }
  StringTable texts;
  for (const auto& [code, events] : slice.dropped) {
    FOOTFALL_ASSIGN_OR_RETURN(const auto row, rocks_->Get(kPeople, StateKey(code)));
    if (!row.has_value()) continue;
    PersonState state;
    if (!state.Decode(*row, &texts)) return DamagedState(code);
    state.events -= std::min(state.events, events);
    rows.Put(rocks_->family(kPeople), ToSlice(StateKey(code)),
             ToSlice(state.Encode(texts)));
  }
  for (const uint64_t code : slice.unlinked) {
    rows.Put(meta, ToSlice(UnlinkKey(code)), "");
  }
  for (size_t code = strings; code < dictionaries_->size(); ++code) {
    std::string key;
    PutFixed32(key, static_cast<uint32_t>(code));
    rows.Put(rocks_->family(kDictionary), ToSlice(key),
             ToSlice(dictionaries_->Row(static_cast<uint32_t>(code))));
  }
  Counters counters = counters_;
  counters.events -= slice.removed;
  counters.removed += slice.removed;
  rows.Put(meta, kCountersKey, ToSlice(counters.Encode()));
  rows.Put(meta, ToSlice(next.row_key), ToSlice(next.Encode()));
  FOOTFALL_RETURN_IF_ERROR(WriteSynced(rows));
  counters_ = counters;
  EventsChanged();
  return absl::OkStatus();
}

absl::Status EventStore::Impl::WriteSynced(rocksdb::WriteBatch& rows) {
  const absl::Status status = rocks_->Write(&rows, true);
  write_failed_ = !status.ok();
  if (status.ok()) ++version_;
  return status;
}

// Turns to the people and, when nothing changed for them, to the files.
absl::Status EventStore::Impl::EndLogPhase(Redaction& redaction, Redactor& redactor) {
  const Exclusive exclusive(this);
  FOOTFALL_RETURN_IF_ERROR(Heal());
  const int64_t horizon_ms = counters_.horizon_ms;
  if (horizon_ms != 0) FOOTFALL_RETURN_IF_ERROR(RedactStates(redaction, redactor));
  if (redaction.people_stale) return StartPeoplePhase(redaction);
  redaction.phase = Redaction::Phase::kFiles;
  if (!redaction.touched()) return absl::OkStatus();
  rocksdb::WriteBatch rows;
  rows.Put(rocks_->family(kMeta), ToSlice(redaction.row_key),
           ToSlice(redaction.Encode()));
  return WriteSynced(rows);
}

// Deleted and replaced rows stay in the files until they are rewritten, and in the
// write-ahead log until what it protects has been.
absl::Status EventStore::Impl::EraseRedacted(const Redaction& redaction) {
  if (redaction.touched()) {
    {
      const Exclusive exclusive(this);
      FOOTFALL_RETURN_IF_ERROR(Heal());
      FOOTFALL_RETURN_IF_ERROR(people_->Flush(counters_.next_record - 1));
      FOOTFALL_RETURN_IF_ERROR(EraseUnused(nullptr));
      last_snapshot_.reset();
    }
    // Others append and read meanwhile.
    FOOTFALL_RETURN_IF_ERROR(rocks_->Flush());
    for (const Family rewritten : {kLog, kDictionary, kPeople, kChunks}) {
      FOOTFALL_RETURN_IF_ERROR(rocks_->CompactAll(rewritten));
    }
  }
  const Exclusive exclusive(this);
  FOOTFALL_RETURN_IF_ERROR(Heal());
  // Only now is it done, so that a crash before leaves no bytes behind for good.
  rocksdb::WriteBatch done;
  done.Delete(rocks_->family(kMeta), ToSlice(redaction.row_key));
  return WriteSynced(done);
}

}  // namespace footfall::store
