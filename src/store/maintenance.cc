// Rewriting what is stored: data retention, forgetting a person, a changed session rule.
#include <algorithm>
#include <numeric>

#include "base/file.h"
#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "store/imported.h"
#include "store/store_impl.h"

namespace footfall::store {
namespace {

// Rewritten rows are written in atoms of about this size.
constexpr size_t kRewriteBytes = 4 << 20;

// Of documents about records that an integration has written to other systems.
constexpr std::string_view kPushedKind = "pushed";

std::string ForgetKey(uint64_t code) {
  std::string key(kForgetPrefix);
  PutFixed64(key, code);
  return key;
}

// Keys and values of the rows of kMeta that begin with `prefix`.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> RowsOf(
    const Rocks& rocks, const std::string& prefix) {
  std::vector<std::pair<std::string, std::string>> found;
  auto rows = rocks.Iterate(kMeta);
  for (rows->Seek(ToSlice(prefix));
       rows->Valid() && rows->key().starts_with(ToSlice(prefix)); rows->Next()) {
    found.emplace_back(ToView(rows->key()), ToView(rows->value()));
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
  return found;
}

}  // namespace

std::string EncodeRewritten(
    const Batch::Rep& batch, const std::vector<uint64_t>& arrivals, int64_t ingest_ms,
    absl::FunctionRef<uint32_t(uint32_t dictionary, std::string_view text)> code_of) {
  std::vector<uint32_t> kept(batch.facts.size());
  std::iota(kept.begin(), kept.end(), 0);
  return EncodeRecord({.batch = batch,
                       .codes = CodeStrings(batch.strings, code_of),
                       .people = CodesOf(batch),
                       .kept = kept,
                       .arrivals = &arrivals,
                       .first_arrival = arrivals.front(),
                       .ingest_ms = ingest_ms});
}

// Which events go. What is kept of a record is encoded anew, so that no string stays
// behind that only the others used.
struct EventStore::Impl::Rewrite {
  std::function<bool(const RecordHeader&)> wanted;
  // Whether a record has to be looked into at all.
  std::function<bool(const LogRecord&)> touches;
  enum class Fate { kKeep, kKeepWithoutAnonymous, kDrop };
  std::function<absl::StatusOr<Fate>(const LogRecord&, const EventDecoder::Decoded&)>
      fate;
  // The same for rows of chunks, which are left alone without it.
  std::function<Fate(const Rows::Key&)> fate_of_row;
  int64_t horizon_ms = 0;
  const base::Cancel* cancel = nullptr;
};

absl::StatusOr<uint64_t> EventStore::Impl::RewriteLog(const Rewrite& rewrite) {
  const RecordScan scan{.rocks = rocks_.get(),
                        .dictionaries = dictionaries_.get(),
                        .cancel = rewrite.cancel,
                        .wanted = rewrite.wanted};
  uint64_t removed = 0;
  uint64_t pending = 0;
  rocksdb::WriteBatch rows;
  const auto write = [&]() -> absl::Status {
    if (rows.Count() == 0) return absl::OkStatus();
    Counters counters = counters_;
    counters.events -= pending;
    counters.removed += pending;
    counters.horizon_ms = std::max(counters.horizon_ms, rewrite.horizon_ms);
    rows.Put(rocks_->family(kMeta), kCountersKey, ToSlice(counters.Encode()));
    if (absl::Status status = rocks_->Write(&rows, true); !status.ok()) {
      write_failed_ = true;
      return status;
    }
    counters_ = counters;
    EventsChanged();
    removed += pending;
    pending = 0;
    rows.Clear();
    ++version_;
    return absl::OkStatus();
  };

  Batch::Rep batch;
  std::vector<uint64_t> arrivals;
  std::vector<std::string> names;
  const absl::Status scanned =
      ScanRecords(scan, [&](const Place& place, LogRecord& record) -> absl::Status {
        if (rewrite.touches && !rewrite.touches(record)) return absl::OkStatus();
        NameByCode(record, &names);
        batch.Clear();
        arrivals.clear();
        bool changed = false;
        const absl::Status visited = record.Visit(
            [&](const EventDecoder::Decoded& decoded, uint64_t arrival) -> absl::Status {
              FOOTFALL_ASSIGN_OR_RETURN(const auto fate, rewrite.fate(record, decoded));
              changed = changed || fate != Rewrite::Fate::kKeep;
              if (fate == Rewrite::Fate::kDrop) return absl::OkStatus();
              model::Event event = decoded.event;
              if (fate == Rewrite::Fate::kKeepWithoutAnonymous) event.anonymous = {};
              batch.Add(event);
              arrivals.push_back(arrival);
              return absl::OkStatus();
            });
        FOOTFALL_RETURN_IF_ERROR(At(place, visited));
        if (!changed) return absl::OkStatus();
        pending += record.header().events - batch.facts.size();
        if (batch.facts.empty()) {
          rows.Delete(rocks_->family(kLog), ToSlice(RecordKey(place.record)));
        } else {
          const std::string value =
              EncodeRewritten(batch, arrivals, record.header().ingest_ms,
                              [this](uint32_t dictionary, std::string_view text) {
                                return dictionaries_->Find(dictionary, text);
                              });
          rows.Put(rocks_->family(kLog), ToSlice(RecordKey(place.record)),
                   ToSlice(value));
        }
        return rows.GetDataSize() > kRewriteBytes ? write() : absl::OkStatus();
      });
  if (!scanned.ok()) return scanned;
  FOOTFALL_RETURN_IF_ERROR(write());
  return removed;
}

absl::StatusOr<uint64_t> EventStore::Impl::RewriteChunks(const Rewrite& rewrite) {
  FOOTFALL_ASSIGN_OR_RETURN(const StoredRuns runs,
                            OpenRuns(rocks_, nullptr, runs_, *run_cache_));
  uint64_t removed = 0;
  for (const auto& run : runs) {
    RunRow row = run->row();
    for (size_t i = 0; i < run->summaries().size(); ++i) {
      FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(rewrite.cancel));
      Rows rows;
      FOOTFALL_RETURN_IF_ERROR(run->Decode(i, &rows));
      const size_t before = rows.size();
      bool changed = false;
      rows.Filter([&](const Rows::Key& key) {
        const Rewrite::Fate fate = rewrite.fate_of_row(key);
        changed = changed || fate != Rewrite::Fate::kKeep;
        return fate != Rewrite::Fate::kDrop;
      });
      if (!changed) continue;
      rows.ForgetAnonymous([&](const Rows::Key& key) {
        return rewrite.fate_of_row(key) == Rewrite::Fate::kKeepWithoutAnonymous;
      });
      rocksdb::WriteBatch batch;
      FOOTFALL_RETURN_IF_ERROR(PutChunk(*run, i, rows, &row, &batch));
      Counters counters = counters_;
      counters.events -= before - rows.size();
      counters.removed += before - rows.size();
      batch.Put(rocks_->family(kMeta), kCountersKey, ToSlice(counters.Encode()));
      FOOTFALL_RETURN_IF_ERROR(WriteSynced(batch));
      counters_ = counters;
      EventsChanged();
      TakeOver(row);
      removed += before - rows.size();
      // What the file held before.
      FOOTFALL_RETURN_IF_ERROR(EraseOldChunk(row, run->number_of(i)));
    }
  }
  return removed;
}

absl::Status EventStore::Impl::PutChunk(const StoredRun& run, size_t index,
                                        const Rows& rows, RunRow* row,
                                        rocksdb::WriteBatch* batch) {
  rocksdb::ColumnFamilyHandle* const family = rocks_->family(kChunks);
  const ChunkSummary& summary = run.summaries()[index];
  const uint32_t number = run.number_of(index);
  const auto key = [&](uint32_t column) { return ChunkKey(row->number, number, column); };
  for (const auto& [column, bytes] : summary.columns) {
    batch->Delete(family, ToSlice(key(column)));
  }
  batch->Delete(family, ToSlice(key(kChunkHeader)));
  if (rows.size() > 0) {
    for (const auto& [column, value] : EncodeChunk(rows, 0, rows.size())) {
      batch->Put(family, ToSlice(key(column)), ToSlice(value));
    }
  } else {
    row->gone.insert(std::lower_bound(row->gone.begin(), row->gone.end(), number),
                     number);
  }
  row->events -= summary.rows - rows.size();
  ++row->version;
  batch->Put(rocks_->family(kMeta), ToSlice(NumberedKey(kRunPrefix, row->number)),
             ToSlice(row->Encode()));
  return absl::OkStatus();
}

void EventStore::Impl::TakeOver(const RunRow& row) {
  for (RunRow& run : runs_) {
    if (run.number == row.number) run = row;
  }
  run_cache_->Keep(runs_);
}

absl::Status EventStore::Impl::EraseOldChunk(const RunRow& run, uint32_t chunk) {
  FOOTFALL_RETURN_IF_ERROR(rocks_->Flush());
  return rocks_->CompactRange(kChunks, ChunkKey(run.number, chunk, 0),
                              ChunkKey(run.number, chunk + 1, 0));
}

absl::StatusOr<uint64_t> EventStore::Impl::ForgetPerson(std::string_view id,
                                                        Forgotten* forgotten) {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(EnterToWrite(&open));
  // Found while nobody writes, so that no id is linked to the person meanwhile.
  const Exclusive exclusive(this);
  FOOTFALL_RETURN_IF_ERROR(Heal());
  // The snapshot is not held any longer: it keeps alive what it shows.
  FOOTFALL_ASSIGN_OR_RETURN(model::Person person, SnapshotOfWriter()->FindPerson(id));
  std::string codes;
  PutVarint(codes, person.code);
  for (const std::string& anonymous : person.anonymous_ids) {
    FOOTFALL_ASSIGN_OR_RETURN(
        const Identity identity,
        people_->Find(HashIdentifier(key_, kAnonymousId, anonymous)));
    PutVarint(codes, identity.code);
  }
  // From here on a crash does not undo it: opening the store goes on where it stopped.
  FOOTFALL_RETURN_IF_ERROR(rocks_->Put(kMeta, ForgetKey(person.code), codes));
  const Hash128 hash =
      HashIdentifier(key_, person.identified ? kPersonId : kAnonymousId, person.id);
  FOOTFALL_ASSIGN_OR_RETURN(
      const auto pushed, RowsOf(*rocks_, DocumentKey(kPushedKind, PersonPrefix(hash))));
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t events, FinishForgetting(codes));
  if (forgotten == nullptr) return events;
  *forgotten = {.person = std::move(person), .events = events};
  for (const auto& [key, text] : pushed) forgotten->pushed.push_back(text);
  return events;
}

absl::StatusOr<uint64_t> EventStore::Impl::FinishForgetting(std::string_view codes_row) {
  std::vector<uint64_t> codes;
  for (Reader reader(codes_row); !reader.done() && reader.ok();) {
    codes.push_back(reader.Varint());
  }
  if (codes.empty()) return absl::DataLossError("the store is damaged: nobody to forget");
  // Nothing about them may be written behind later.
  FOOTFALL_RETURN_IF_ERROR(people_->Flush(counters_.next_record - 1));
  people_->Reset();
  const auto theirs = [&codes](uint64_t code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
  };
  Rewrite rewrite;
  rewrite.touches = [&](const LogRecord& record) {
    return std::any_of(record.people().begin(), record.people().end(), theirs);
  };
  rewrite.fate =
      [&](const LogRecord& record,
          const EventDecoder::Decoded& decoded) -> absl::StatusOr<Rewrite::Fate> {
    const std::vector<uint64_t>& people = record.people();
    const bool anonymous =
        decoded.anonymous != UINT32_MAX && theirs(people[decoded.anonymous]);
    if (decoded.person != UINT32_MAX) {
      if (theirs(people[decoded.person])) return Rewrite::Fate::kDrop;
      return anonymous ? Rewrite::Fate::kKeepWithoutAnonymous : Rewrite::Fate::kKeep;
    }
    return anonymous ? Rewrite::Fate::kDrop : Rewrite::Fate::kKeep;
  };
  rewrite.fate_of_row = [&](const Rows::Key& key) {
    const bool anonymous = key.anonymous != 0 && theirs(key.anonymous);
    if (key.person != 0) {
      if (theirs(key.person)) return Rewrite::Fate::kDrop;
      return anonymous ? Rewrite::Fate::kKeepWithoutAnonymous : Rewrite::Fate::kKeep;
    }
    return anonymous ? Rewrite::Fate::kDrop : Rewrite::Fate::kKeep;
  };
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t from_log, RewriteLog(rewrite));
  unsealed_ -= std::min(unsealed_, from_log);
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t from_chunks, RewriteChunks(rewrite));
  const uint64_t removed = from_log + from_chunks;
  FOOTFALL_RETURN_IF_ERROR(EraseUnused(nullptr));

  rocksdb::WriteBatch rows;
  rocksdb::ColumnFamilyHandle* const family = rocks_->family(kPeople);
  for (const uint64_t code : codes) {
    FOOTFALL_ASSIGN_OR_RETURN(const auto row, rocks_->Get(kPeople, CodeKey(code)));
    if (row.has_value()) {
      const auto [kind, text] = DecodeIdRow(*row);
      const Hash128 hash = HashIdentifier(key_, kind, text);
      rows.Delete(family, ToSlice(IdKey(hash)));
      FOOTFALL_ASSIGN_OR_RETURN(
          const auto pushed,
          RowsOf(*rocks_, DocumentKey(kPushedKind, PersonPrefix(hash))));
      for (const auto& [key, value] : pushed) {
        rows.Delete(rocks_->family(kMeta), ToSlice(key));
      }
    }
    for (const std::string& key : {CodeKey(code), LinkKey(code), StateKey(code),
                                   StaleKey(code), ImportedKey(code)}) {
      rows.Delete(family, ToSlice(key));
    }
    rows.Delete(rocks_->family(kMeta), ToSlice(NumberedKey(kMovedPrefix, code)));
  }
  if (absl::Status status = rocks_->Write(&rows, true); !status.ok()) {
    write_failed_ = true;
    return status;
  }
  ++version_;
  last_snapshot_.reset();
  // Deleted rows stay in the files until they are rewritten, and in the write-ahead log
  // until what it protects has been.
  FOOTFALL_RETURN_IF_ERROR(rocks_->Flush());
  for (const Family rewritten : {kMeta, kLog, kDictionary, kPeople}) {
    FOOTFALL_RETURN_IF_ERROR(rocks_->CompactAll(rewritten));
  }
  // Only now is it done, so that a crash before leaves no bytes behind for good.
  rocksdb::WriteBatch done;
  done.Delete(rocks_->family(kMeta), ToSlice(ForgetKey(codes.front())));
  const absl::Status status = rocks_->Write(&done, true);
  write_failed_ = !status.ok();
  if (!status.ok()) return status;
  return removed;
}

// Computes stale runs while the events are still there.
absl::Status EventStore::Impl::SettleStaleRuns(const base::Cancel* cancel) {
  FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(cancel));
  FOOTFALL_RETURN_IF_ERROR(people_->Flush(counters_.next_record - 1));
  const auto snapshot = MakeSnapshot(rocks_, rocks_->db()->GetSnapshot(), {});
  const auto& stored = static_cast<const StoreSnapshot&>(*snapshot);
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<uint64_t> stale, stored.StalePeople());
  for (const uint64_t code : stale) {
    FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(cancel));
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<SessionSpan> runs,
                              stored.FreshRuns(code));
    FOOTFALL_RETURN_IF_ERROR(people_->ReplaceRuns(code, runs, counters_.horizon_ms));
    if (people_->ShouldFlush()) {
      FOOTFALL_RETURN_IF_ERROR(people_->Flush(counters_.next_record - 1));
    }
  }
  return people_->Flush(counters_.next_record - 1);
}

absl::StatusOr<CompactReport> EventStore::Impl::Compact(int64_t now_ms,
                                                        const base::Cancel* cancel) {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(EnterToWrite(&open));
  const std::unique_lock alone(build_mutex_);
  const Exclusive exclusive(this);
  FOOTFALL_RETURN_IF_ERROR(Heal());
  FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(cancel));
  CompactReport report;
  report.bytes_before = base::DirectoryBytes(path_);
  FOOTFALL_RETURN_IF_ERROR(SettleStaleRuns(cancel));
  const Settings now = settings();
  if (now.retention_days > 0) {
    const int64_t cutoff_ms = now_ms - now.retention_days * base::kDayMs;
    Rewrite rewrite;
    rewrite.cancel = cancel;
    rewrite.horizon_ms = cutoff_ms;
    rewrite.wanted = [cutoff_ms](const RecordHeader& header) {
      return header.min_time_ms < cutoff_ms;
    };
    rewrite.fate = [cutoff_ms](const LogRecord&, const EventDecoder::Decoded& decoded)
        -> absl::StatusOr<Rewrite::Fate> {
      return decoded.event.time_ms < cutoff_ms ? Rewrite::Fate::kDrop
                                               : Rewrite::Fate::kKeep;
    };
    FOOTFALL_ASSIGN_OR_RETURN(report.events_removed, RewriteLog(rewrite));
    unsealed_ -= std::min(unsealed_, report.events_removed);
  }
  const uint64_t removed_before = counters_.removed;
  FOOTFALL_ASSIGN_OR_RETURN(const bool redacting, HasRows(kRedactPrefix));
  if (!redacting) {
    SealReport sealed;
    FOOTFALL_RETURN_IF_ERROR(SealLog(true, cancel, &sealed));
    FOOTFALL_RETURN_IF_ERROR(MergeAllRuns(
        now.retention_days > 0 ? now_ms - now.retention_days * base::kDayMs : INT64_MIN,
        cancel, &sealed));
  }
  report.events_removed += counters_.removed - removed_before;
  FOOTFALL_RETURN_IF_ERROR(EraseUnusedIfRemoved(cancel));
  FOOTFALL_RETURN_IF_ERROR(ids_->Drop(base::DayOf(now_ms) - now.dedup_window_days));
  FOOTFALL_RETURN_IF_ERROR(rocks_->Flush());
  for (const Family family : {kMeta, kLog, kDictionary, kPeople, kIds}) {
    FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(cancel));
    FOOTFALL_RETURN_IF_ERROR(rocks_->CompactAll(family));
  }
  FOOTFALL_RETURN_IF_ERROR(RemoveDropped());
  report.bytes_after = base::DirectoryBytes(path_);
  return report;
}

// Counts all runs anew after the rule has changed. Ingest waits for it.
absl::Status EventStore::Impl::RebuildSessions() {
  const PeopleRebuild rebuild(this);
  const uint64_t through = counters_.next_record - 1;
  FOOTFALL_RETURN_IF_ERROR(people_->Flush(through));
  people_->Reset();
  StringTable texts;
  rocksdb::WriteBatch rows;
  auto states = rocks_->Iterate(kPeople);
  for (states->Seek(std::string(1, kStatePrefix));
       states->Valid() && states->key()[0] == kStatePrefix; states->Next()) {
    PersonState state;
    const uint64_t code = CodeOfKey(ToView(states->key()));
    if (!state.Decode(ToView(states->value()), &texts)) {
      return absl::DataLossError(
          base::Cat("the store is damaged: person ", code, " cannot be read"));
    }
    // Runs that data retention took the events of cannot be counted again.
    std::erase_if(state.runs, [this](const SessionSpan& run) {
      return run.end_ms >= counters_.horizon_ms;
    });
    state.stale = false;
    rows.Put(rocks_->family(kPeople), states->key(), ToSlice(state.Encode(texts)));
    rows.Delete(rocks_->family(kPeople), ToSlice(StaleKey(code)));
    texts.Clear();
    if (rows.GetDataSize() > kRewriteBytes) {
      FOOTFALL_RETURN_IF_ERROR(rocks_->Write(&rows, false));
      rows.Clear();
    }
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(states->status()));
  FOOTFALL_RETURN_IF_ERROR(rocks_->Write(&rows, false));

  FOOTFALL_ASSIGN_OR_RETURN(const StoredRuns runs,
                            OpenRuns(rocks_, nullptr, runs_, *run_cache_));
  const RecordScan scan{
      .rocks = rocks_.get(), .dictionaries = dictionaries_.get(), .runs = &runs};
  CodeLookup lookup(rocks_.get(), nullptr);
  const model::SessionRule rule = settings().session;
  Batch::Rep batch;
  std::vector<uint64_t> arrivals;
  std::vector<std::string> names;
  const absl::Status scanned =
      ScanRecords(scan, [&](const Place& place, LogRecord& record) -> absl::Status {
        lookup.Trim();
        NameByCode(record, &names);
        FOOTFALL_RETURN_IF_ERROR(At(place, ToBatch(record, &batch, &arrivals)));
        FOOTFALL_ASSIGN_OR_RETURN(const std::vector<Identity> identities,
                                  IdentitiesOf(batch, lookup));
        FOOTFALL_RETURN_IF_ERROR(people_->RebuildRuns(batch, identities, rule));
        return people_->ShouldFlush() ? people_->Flush(through) : absl::OkStatus();
      });
  if (!scanned.ok()) return scanned;
  FOOTFALL_RETURN_IF_ERROR(people_->Flush(through));
  rocksdb::WriteBatch done;
  done.Delete(rocks_->family(kMeta), kRebuildKey);
  ++version_;
  return rocks_->Write(&done, true);
}

}  // namespace footfall::store
