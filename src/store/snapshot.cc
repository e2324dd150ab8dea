#include "store/snapshot.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "store/coding.h"
#include "store/imported.h"
#include "store/meta.h"
#include "store/rows.h"
#include "store/run.h"

namespace footfall::store {
namespace {

constexpr size_t kIdsRemembered = 1 << 18;
constexpr size_t kReadahead = 1 << 20;
// The part of a query's memory that remembered ids may take.
constexpr uint64_t kIdPagesShare = 8;
// Rows of a chunk that are made into one record.
constexpr size_t kRecordRows = 50'000;
// Rows of the log that are made into one run in memory.
constexpr uint64_t kTailRows = 500'000;
// Allowed per event in a slice of stale people: its time, at worst a run of its own, and
// as much again for what vectors hold in reserve.
constexpr uint64_t kFreshEventBytes = 64;

absl::Status DamagedPerson(uint64_t code) {
  return absl::DataLossError(
      base::Cat("the store is damaged: person ", code, " cannot be read"));
}

}  // namespace

std::string Place::ToString() const {
  return sealed() ? base::Cat("run ", run, " chunk ", chunk)
                  : base::Cat("log record ", record);
}

absl::Status At(const Place& place, const absl::Status& status) {
  if (status.code() != absl::StatusCode::kDataLoss) return status;
  return base::MakeError(absl::StatusCode::kDataLoss,
                         base::Cat(place.ToString(), " ", base::MessageOf(status)));
}

namespace {

using RecordVisitor =
    absl::FunctionRef<absl::Status(const Place& place, LogRecord& parsed)>;

absl::Status VisitRecord(const RecordScan& scan, const Place& place,
                         std::string_view value, LogRecord& record, RecordVisitor visit) {
  FOOTFALL_RETURN_IF_ERROR(At(place, record.Parse(value)));
  FOOTFALL_RETURN_IF_ERROR(At(place, record.Resolve(*scan.dictionaries)));
  return visit(place, record);
}

absl::Status ScanRun(const RecordScan& scan, const StoredRun& run, RecordVisitor visit) {
  LogRecord record;
  for (size_t i = 0; i < run.summaries().size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(scan.cancel));
    const ChunkSummary& chunk = run.summaries()[i];
    if (scan.wanted && !scan.wanted({.events = chunk.rows,
                                     .min_time_ms = chunk.min_time_ms,
                                     .max_time_ms = chunk.max_time_ms})) {
      continue;
    }
    const Place place{.run = run.row().number, .chunk = run.number_of(i)};
    Rows rows;
    FOOTFALL_RETURN_IF_ERROR(run.Decode(i, &rows));
    if (scan.stats != nullptr) {
      ++scan.stats->records_read;
      scan.stats->events_read += rows.size();
    }
    for (size_t begin = 0; begin < rows.size(); begin += kRecordRows) {
      const std::string value = rows.ToRecord(
          begin, std::min(begin + kRecordRows, rows.size()), rows.key(begin).arrival);
      FOOTFALL_RETURN_IF_ERROR(VisitRecord(scan, place, value, record, visit));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ScanRecords(const RecordScan& scan, RecordVisitor visit) {
  if (scan.runs != nullptr) {
    for (const auto& run : *scan.runs) {
      FOOTFALL_RETURN_IF_ERROR(ScanRun(scan, *run, visit));
    }
  }
  auto rows = scan.rocks->Iterate(kLog, scan.snapshot, /*fill_cache=*/false, kReadahead);
  LogRecord record;
  for (rows->Seek(ToSlice(RecordKey(scan.from))); rows->Valid(); rows->Next()) {
    FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(scan.cancel));
    const Place place{.record = Reader(ToView(rows->key())).Fixed64()};
    const std::string_view value = ToView(rows->value());
    RecordHeader header;
    FOOTFALL_RETURN_IF_ERROR(At(place, LogRecord::ParseHeader(value, &header)));
    if (scan.wanted && !scan.wanted(header)) continue;
    if (scan.stats != nullptr) {
      ++scan.stats->records_read;
      scan.stats->events_read += header.events;
      scan.stats->bytes_read += value.size();
    }
    FOOTFALL_RETURN_IF_ERROR(VisitRecord(scan, place, value, record, visit));
  }
  return FromRocks(rows->status());
}

absl::StatusOr<StoredRuns> OpenRuns(const std::shared_ptr<Rocks>& rocks,
                                    const rocksdb::Snapshot* snapshot,
                                    const std::vector<RunRow>& rows, RunCache& cache) {
  StoredRuns runs;
  for (const RunRow& row : rows) {
    FOOTFALL_ASSIGN_OR_RETURN(auto run,
                              StoredRun::Load(rocks, snapshot, row, cache.Find(row)));
    cache.Put(row, run->shared_summaries());
    runs.push_back(std::move(run));
  }
  return runs;
}

absl::StatusOr<MovedIds> ReadMoved(const Rocks& rocks,
                                   const rocksdb::Snapshot* snapshot) {
  MovedIds moved;
  auto rows = rocks.Iterate(kMeta, snapshot);
  for (rows->Seek(ToSlice(kMovedPrefix));
       rows->Valid() && rows->key().starts_with(ToSlice(kMovedPrefix)); rows->Next()) {
    Reader key(ToView(rows->key()).substr(kMovedPrefix.size()));
    Reader value(ToView(rows->value()));
    moved[key.Fixed64()] = value.Varint();
    if (!key.ok() || !value.ok()) {
      return absl::DataLossError("the store is damaged: a moved id cannot be read");
    }
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
  return moved;
}

uint64_t Owners::OwnerOf(const Rows::Key& key) const {
  if (key.person == 0 && unlinked.contains(key.stream)) return key.stream;
  const auto linked = moved.find(key.owner);
  return linked == moved.end() ? key.owner : linked->second;
}

absl::Status AppendMisplaced(const StoredRuns& runs, const Owners& owners, bool activity,
                             Rows* rows) {
  if (owners.empty()) return absl::OkStatus();
  std::vector<uint64_t> codes;
  for (const auto& [code, person] : owners.moved) codes.push_back(code);
  std::sort(codes.begin(), codes.end());
  // Rows of a linked id may stand anywhere, others under their own code.
  const auto may_have = [&](const ChunkSummary& chunk) {
    const auto first = std::lower_bound(codes.begin(), codes.end(), chunk.first_person);
    return !owners.unlinked.empty() ||
           (first != codes.end() && *first <= chunk.last_person);
  };
  for (const auto& run : runs) {
    for (size_t i = 0; i < run->summaries().size(); ++i) {
      const ChunkSummary& chunk = run->summaries()[i];
      if (chunk.activity != activity || !may_have(chunk)) continue;
      Rows found;
      FOOTFALL_RETURN_IF_ERROR(run->Decode(i, &found));
      found.Filter([&](const Rows::Key& key) { return owners.Misplaced(key); });
      found.Reown([&](const Rows::Key& key) { return owners.OwnerOf(key); });
      rows->Append(found, 0, found.size());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> CodeLookup::Id(uint64_t code) {
  const auto [at, added] = ids_.try_emplace(code);
  if (!added) return std::string_view(at->second);
  auto row = rocks_->Get(kPeople, CodeKey(code), snapshot_);
  if (row.ok() && row->has_value()) {
    at->second = std::string(DecodeIdRow(**row).second);
    return std::string_view(at->second);
  }
  ids_.erase(at);
  return row.ok() ? absl::DataLossError(
                        base::Cat("names person ", code, ", who is not stored"))
                  : row.status();
}

absl::StatusOr<uint64_t> CodeLookup::PersonOf(uint64_t code) {
  const auto known = links_.find(code);
  if (known != links_.end()) return known->second;
  auto row = rocks_->Get(kPeople, LinkKey(code), snapshot_);
  if (!row.ok()) return row.status();
  const uint64_t person = row->has_value() ? Reader(**row).Varint() : code;
  links_[code] = person;
  return person;
}

void CodeLookup::Trim() {
  if (ids_.size() > kIdsRemembered) ids_.clear();
  if (links_.size() > kIdsRemembered) links_.clear();
}

StoreSnapshot::StoreSnapshot(Parts parts)
    : parts_(std::move(parts)),
      ids_(parts_.rocks, parts_.snapshot,
           parts_.settings.report_memory_bytes / kIdPagesShare) {}

StoreSnapshot::~StoreSnapshot() {
  if (parts_.snapshot != nullptr) parts_.rocks->db()->ReleaseSnapshot(parts_.snapshot);
}

absl::Status StoreSnapshot::Scan(
    const ScanOptions& options, ScanStats* stats,
    absl::FunctionRef<absl::Status(const StoredEvent&)> visit) const {
  int64_t from_ms = options.from_ms;
  if (options.now_ms != INT64_MIN && parts_.settings.retention_days > 0) {
    from_ms =
        std::max(from_ms, options.now_ms - parts_.settings.retention_days * base::kDayMs);
  }
  const int64_t to_ms = options.to_ms;
  CodeLookup lookup(parts_.rocks.get(), parts_.snapshot);
  FOOTFALL_ASSIGN_OR_RETURN(const StoredRuns* runs, Runs());
  RecordScan scan{.rocks = parts_.rocks.get(),
                  .dictionaries = parts_.dictionaries.get(),
                  .snapshot = parts_.snapshot,
                  .runs = runs,
                  .cancel = options.cancel,
                  .wanted =
                      [from_ms, to_ms](const RecordHeader& header) {
                        return header.max_time_ms >= from_ms &&
                               header.min_time_ms < to_ms;
                      },
                  .stats = stats};
  StoredEvent stored;
  return ScanRecords(scan, [&](const Place& place, LogRecord& record) -> absl::Status {
    lookup.Trim();
    const std::vector<uint64_t>& people = record.people();
    for (size_t i = 0; i < people.size(); ++i) {
      if (people[i] == 0) continue;
      auto id = lookup.Id(people[i]);
      if (!id.ok()) return At(place, id.status());
      record.SetPersonId(i, *id);
    }
    absl::Status from_visitor;
    const absl::Status status = record.Visit(
        [&](const EventDecoder::Decoded& decoded, uint64_t arrival) -> absl::Status {
          if (decoded.event.time_ms < from_ms || decoded.event.time_ms >= to_ms) {
            return absl::OkStatus();
          }
          if (decoded.person != UINT32_MAX) {
            stored.person = people[decoded.person];
          } else if (decoded.anonymous != UINT32_MAX) {
            auto person = lookup.PersonOf(people[decoded.anonymous]);
            if (!person.ok()) return person.status();
            stored.person = *person;
          } else {
            stored.person = 0;
          }
          stored.event = decoded.event;
          stored.arrival = arrival;
          return from_visitor = visit(stored);
        });
    return from_visitor.ok() ? At(place, status) : from_visitor;
  });
}

absl::StatusOr<const StoredRuns*> StoreSnapshot::Runs() const {
  const std::unique_lock lock(runs_mutex_);
  if (!runs_open_) {
    FOOTFALL_ASSIGN_OR_RETURN(
        runs_, OpenRuns(parts_.rocks, parts_.snapshot, parts_.runs, *parts_.run_cache));
    runs_open_ = true;
  }
  return &runs_;
}

absl::Status StoreSnapshot::BuildTail() const {
  const std::unique_lock lock(tail_mutex_);
  if (tail_built_) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(const StoredRuns* runs, Runs());
  Owners owners;
  FOOTFALL_ASSIGN_OR_RETURN(owners.moved, ReadMoved(*parts_.rocks, parts_.snapshot));
  Rows rows;
  const auto end_run = [&rows](std::vector<std::shared_ptr<const Run>>& out) {
    if (rows.size() == 0) return;
    rows.Sort();
    out.push_back(MakeMemoryRun(std::move(rows)));
    rows = Rows();
  };
  // They arrived before whatever else there is of their streams.
  std::vector<std::shared_ptr<const Run>> misplaced;
  FOOTFALL_RETURN_IF_ERROR(AppendMisplaced(*runs, owners, /*activity=*/true, &rows));
  end_run(misplaced);
  std::vector<std::shared_ptr<const Run>> tail;
  CodeLookup lookup(parts_.rocks.get(), parts_.snapshot);
  LogRecord record;
  auto records = parts_.rocks->Iterate(kLog, parts_.snapshot, false, kReadahead);
  for (records->SeekToFirst(); records->Valid(); records->Next()) {
    const Place place{.record = Reader(ToView(records->key())).Fixed64()};
    FOOTFALL_RETURN_IF_ERROR(At(place, record.Parse(ToView(records->value()))));
    lookup.Trim();
    FOOTFALL_RETURN_IF_ERROR(
        At(place, rows.Append(record, INT64_MIN, INT64_MAX, [&](uint64_t anonymous) {
          return lookup.PersonOf(anonymous);
        })));
    if (rows.size() >= kTailRows) end_run(tail);
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(records->status()));
  end_run(tail);
  misplaced_ = std::move(misplaced);
  tail_ = std::move(tail);
  moved_ = std::make_shared<const MovedIds>(std::move(owners.moved));
  tail_built_ = true;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<BlockScan>> StoreSnapshot::ScanBlocks(
    const BlockRequest& request) const {
  FOOTFALL_ASSIGN_OR_RETURN(const StoredRuns* runs, Runs());
  FOOTFALL_RETURN_IF_ERROR(BuildTail());
  RunScanParts parts;
  parts.runs = misplaced_;
  parts.runs.insert(parts.runs.end(), runs->begin(), runs->end());
  parts.runs.insert(parts.runs.end(), tail_.begin(), tail_.end());
  parts.dictionaries = parts_.dictionaries;
  parts.moved = moved_;
  if (request.now_ms != INT64_MIN && parts_.settings.retention_days > 0) {
    parts.expired_before_ms =
        request.now_ms - parts_.settings.retention_days * base::kDayMs;
  }
  return ScanRuns(parts, request);
}

absl::Status StoreSnapshot::ListStale() const {
  if (stale_listed_) return absl::OkStatus();
  std::map<uint64_t, uint64_t> events;  // By code.
  StringTable texts;
  PersonState state;
  auto rows = parts_.rocks->Iterate(kPeople, parts_.snapshot);
  for (rows->Seek(std::string(1, kStalePrefix));
       rows->Valid() && rows->key()[0] == kStalePrefix; rows->Next()) {
    const uint64_t code = CodeOfKey(ToView(rows->key()));
    if (parts_.overlay.contains(code)) continue;
    FOOTFALL_ASSIGN_OR_RETURN(
        const auto row, parts_.rocks->Get(kPeople, StateKey(code), parts_.snapshot));
    if (!row.has_value() || !state.Decode(*row, &texts)) return DamagedPerson(code);
    events[code] = state.events;
    texts.Clear();
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
  for (const auto& [code, row] : parts_.overlay) {
    if (row.empty()) continue;
    if (!state.Decode(row, &texts)) return DamagedPerson(code);
    if (state.stale) events[code] = state.events;
    texts.Clear();
  }
  const uint64_t slice_max = parts_.settings.report_memory_bytes / kFreshEventBytes;
  uint64_t in_slice = 0;
  stale_.reserve(events.size());
  for (const auto& [code, count] : events) {
    size_t slice = stale_.empty() ? 0 : stale_.back().slice;
    if (in_slice > 0 && in_slice + count > slice_max) {
      ++slice;
      in_slice = 0;
    }
    in_slice += count;
    stale_.push_back({code, slice});
  }
  stale_listed_ = true;
  return absl::OkStatus();
}

absl::Status StoreSnapshot::ComputeSlice(size_t slice) const {
  if (fresh_slice_ == slice) return absl::OkStatus();
  fresh_slice_ = SIZE_MAX;
  fresh_runs_.clear();
  absl::flat_hash_map<uint64_t, std::vector<int64_t>> times;
  for (const Stale& stale : stale_) {
    if (stale.slice == slice) times[stale.code];
  }
  FOOTFALL_RETURN_IF_ERROR(
      Scan({}, nullptr, [&times](const StoredEvent& stored) -> absl::Status {
        if (stored.event.session.data() != nullptr ||
            stored.event.type == model::EventType::kIdentify ||
            stored.event.type == model::EventType::kAlias) {
          return absl::OkStatus();
        }
        const auto at = times.find(stored.person);
        if (at != times.end()) at->second.push_back(stored.event.time_ms);
        return absl::OkStatus();
      }));
  for (auto& [code, list] : times) {
    std::sort(list.begin(), list.end());
    std::vector<SessionSpan>& runs = fresh_runs_[code];
    model::RunCutter cutter(parts_.settings.session);
    for (const int64_t time : list) {
      if (cutter.StartsRun(time)) runs.push_back({0, time, time});
      runs.back().end_ms = time;
    }
    list = {};
  }
  fresh_slice_ = slice;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<uint64_t>> StoreSnapshot::StalePeople() const {
  const std::unique_lock lock(fresh_mutex_);
  FOOTFALL_RETURN_IF_ERROR(ListStale());
  std::vector<uint64_t> codes;
  codes.reserve(stale_.size());
  for (const Stale& stale : stale_) codes.push_back(stale.code);
  return codes;
}

absl::StatusOr<std::vector<SessionSpan>> StoreSnapshot::FreshRuns(uint64_t code) const {
  const std::unique_lock lock(fresh_mutex_);
  FOOTFALL_RETURN_IF_ERROR(ListStale());
  const auto stale =
      std::lower_bound(stale_.begin(), stale_.end(), code,
                       [](const Stale& s, uint64_t wanted) { return s.code < wanted; });
  if (stale == stale_.end() || stale->code != code) return std::vector<SessionSpan>();
  FOOTFALL_RETURN_IF_ERROR(ComputeSlice(stale->slice));
  return fresh_runs_[code];
}

absl::StatusOr<model::Person> StoreSnapshot::Describe(uint64_t code,
                                                      const PersonRows& rows) const {
  StringTable texts;
  PersonState state;
  if (!rows.state.empty() && !state.Decode(rows.state, &texts)) {
    return DamagedPerson(code);
  }
  if (state.stale) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<SessionSpan> runs, FreshRuns(code));
    // What data retention has taken the events of stays as it was.
    std::erase_if(state.runs, [this](const SessionSpan& run) {
      return run.end_ms >= parts_.horizon_ms;
    });
    state.runs.insert(state.runs.end(), runs.begin(), runs.end());
  }
  model::Person person;
  person.code = code;
  const auto [kind, id] = DecodeIdRow(rows.id);
  person.id = std::string(id);
  person.identified = kind == kPersonId;
  for (const uint64_t anonymous : state.anonymous) {
    FOOTFALL_ASSIGN_OR_RETURN(
        auto row, parts_.rocks->Get(kPeople, CodeKey(anonymous), parts_.snapshot));
    if (!row.has_value()) return DamagedPerson(anonymous);
    person.anonymous_ids.emplace_back(DecodeIdRow(*row).second);
  }
  state.Describe(texts, &person);
  if (!rows.imported.empty() && !DecodeImported(rows.imported, &person.imported)) {
    return DamagedPerson(code);
  }
  return person;
}

absl::Status StoreSnapshot::VisitPeopleBetween(
    uint64_t first, uint64_t end,
    absl::FunctionRef<absl::Status(const model::Person&)> visit) const {
  auto rows = parts_.rocks->Iterate(kPeople, parts_.snapshot);
  auto ids = parts_.rocks->Iterate(kPeople, parts_.snapshot);
  auto imported = parts_.rocks->Iterate(kPeople, parts_.snapshot);
  rows->Seek(StateKey(first));
  ids->Seek(CodeKey(first));
  imported->Seek(ImportedKey(first));
  auto changed = parts_.overlay.lower_bound(first);
  const auto code_at = [](const rocksdb::Iterator& at, char prefix) {
    const bool has = at.Valid() && at.key()[0] == prefix;
    return has ? CodeOfKey(ToView(at.key())) : UINT64_MAX;
  };
  while (true) {
    const uint64_t row_code = code_at(*rows, kStatePrefix);
    const uint64_t imported_code = code_at(*imported, kImportedPrefix);
    const uint64_t changed_code =
        changed != parts_.overlay.end() ? changed->first : UINT64_MAX;
    const uint64_t code = std::min({row_code, changed_code, imported_code});
    if (code >= end || code == UINT64_MAX) break;
    PersonRows person_rows;
    if (changed_code == code) {
      person_rows.state = changed->second;
    } else if (row_code == code) {
      person_rows.state = ToView(rows->value());
    }
    if (imported_code == code) person_rows.imported = ToView(imported->value());
    if (!person_rows.state.empty() || !person_rows.imported.empty()) {
      while (ids->Valid() && ids->key()[0] == kCodePrefix &&
             CodeOfKey(ToView(ids->key())) < code) {
        ids->Next();
      }
      if (!ids->Valid() || ToView(ids->key()) != CodeKey(code)) {
        FOOTFALL_RETURN_IF_ERROR(FromRocks(ids->status()));
        return DamagedPerson(code);
      }
      person_rows.id = ToView(ids->value());
      FOOTFALL_ASSIGN_OR_RETURN(const model::Person person, Describe(code, person_rows));
      FOOTFALL_RETURN_IF_ERROR(visit(person));
    }
    if (row_code == code) rows->Next();
    if (changed_code == code) ++changed;
    if (imported_code == code) imported->Next();
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(ids->status()));
  FOOTFALL_RETURN_IF_ERROR(FromRocks(imported->status()));
  return FromRocks(rows->status());
}

absl::Status StoreSnapshot::VisitIds(
    uint64_t first, uint64_t end,
    absl::FunctionRef<absl::Status(uint64_t code, bool identified, std::string_view id)>
        visit) const {
  return ids_.Visit(first, end, visit);
}

absl::StatusOr<model::Person> StoreSnapshot::FindPerson(std::string_view id) const {
  Identity identity;
  const auto look_up = [&](uint32_t kind, std::string_view text) -> absl::Status {
    FOOTFALL_ASSIGN_OR_RETURN(
        auto row,
        parts_.rocks->Get(kPeople, IdKey(HashIdentifier(parts_.key, kind, text)),
                          parts_.snapshot));
    if (row.has_value() && !DecodeIdentity(*row, &identity)) return DamagedPerson(0);
    return absl::OkStatus();
  };
  FOOTFALL_RETURN_IF_ERROR(look_up(kPersonId, id));
  if (identity.code == 0 && id.starts_with(model::kAnonymousPrefix)) {
    FOOTFALL_RETURN_IF_ERROR(
        look_up(kAnonymousId, id.substr(model::kAnonymousPrefix.size())));
  }
  const uint64_t code = identity.person();
  const absl::Status unknown = absl::NotFoundError("no such person is stored");
  if (code == 0) return unknown;
  std::string state;
  if (const auto changed = parts_.overlay.find(code); changed != parts_.overlay.end()) {
    state = changed->second;
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(
        auto row, parts_.rocks->Get(kPeople, StateKey(code), parts_.snapshot));
    if (row.has_value()) state = std::move(*row);
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      const auto imported,
      parts_.rocks->Get(kPeople, ImportedKey(code), parts_.snapshot));
  if (state.empty() && !imported.has_value()) return unknown;
  FOOTFALL_ASSIGN_OR_RETURN(auto id_row,
                            parts_.rocks->Get(kPeople, CodeKey(code), parts_.snapshot));
  if (!id_row.has_value()) return DamagedPerson(code);
  return Describe(code, {.id = *id_row,
                         .state = state,
                         .imported = imported.has_value() ? std::string_view(*imported)
                                                          : std::string_view()});
}

}  // namespace footfall::store
