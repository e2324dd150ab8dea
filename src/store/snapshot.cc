#include "store/snapshot.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "store/coding.h"
#include "store/meta.h"

namespace footfall::store {
namespace {

constexpr size_t kIdsRemembered = 1 << 18;
constexpr size_t kReadahead = 1 << 20;
// Allowed per event in a slice of stale people: its time, at worst a run of its own, and
// as much again for what vectors hold in reserve.
constexpr uint64_t kFreshEventBytes = 64;
constexpr std::string_view kAnonymousPrefix = "anonymous:";
constexpr int64_t kDayMs = 24 * 60 * 60 * 1000;

absl::Status DamagedPerson(uint64_t code) {
  return absl::DataLossError(
      base::Cat("the store is damaged: person ", code, " cannot be read"));
}

}  // namespace

absl::Status AtRecord(uint64_t number, const absl::Status& status) {
  if (status.code() != absl::StatusCode::kDataLoss) return status;
  return base::MakeError(absl::StatusCode::kDataLoss,
                         base::Cat("log record ", number, " ", base::MessageOf(status)));
}

absl::Status ScanRecords(
    const RecordScan& scan,
    absl::FunctionRef<absl::Status(uint64_t record, LogRecord& parsed)> visit) {
  auto rows = scan.rocks->Iterate(kLog, scan.snapshot, /*fill_cache=*/false, kReadahead);
  LogRecord record;
  for (rows->Seek(ToSlice(RecordKey(scan.from))); rows->Valid(); rows->Next()) {
    FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(scan.cancel));
    const uint64_t number = Reader(ToView(rows->key())).Fixed64();
    const std::string_view value = ToView(rows->value());
    if (scan.wanted) {
      RecordHeader header;
      FOOTFALL_RETURN_IF_ERROR(AtRecord(number, LogRecord::ParseHeader(value, &header)));
      if (!scan.wanted(header)) continue;
    }
    FOOTFALL_RETURN_IF_ERROR(AtRecord(number, record.Parse(value)));
    FOOTFALL_RETURN_IF_ERROR(AtRecord(number, record.Resolve(*scan.dictionaries)));
    if (scan.stats != nullptr) {
      ++scan.stats->records_read;
      scan.stats->events_read += record.header().events;
      scan.stats->bytes_read += value.size();
    }
    FOOTFALL_RETURN_IF_ERROR(visit(number, record));
  }
  return FromRocks(rows->status());
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

StoreSnapshot::~StoreSnapshot() {
  if (parts_.snapshot != nullptr) parts_.rocks->db()->ReleaseSnapshot(parts_.snapshot);
}

absl::Status StoreSnapshot::Scan(
    const ScanOptions& options, ScanStats* stats,
    absl::FunctionRef<absl::Status(const StoredEvent&)> visit) const {
  int64_t from_ms = options.from_ms;
  if (options.now_ms != INT64_MIN && parts_.settings.retention_days > 0) {
    from_ms = std::max(from_ms, options.now_ms - parts_.settings.retention_days * kDayMs);
  }
  const int64_t to_ms = options.to_ms;
  CodeLookup lookup(parts_.rocks.get(), parts_.snapshot);
  RecordScan scan{.rocks = parts_.rocks.get(),
                  .dictionaries = parts_.dictionaries.get(),
                  .snapshot = parts_.snapshot,
                  .cancel = options.cancel,
                  .wanted =
                      [from_ms, to_ms](const RecordHeader& header) {
                        return header.max_time_ms >= from_ms &&
                               header.min_time_ms < to_ms;
                      },
                  .stats = stats};
  StoredEvent stored;
  return ScanRecords(scan, [&](uint64_t number, LogRecord& record) -> absl::Status {
    lookup.Trim();
    const std::vector<uint64_t>& people = record.people();
    for (size_t i = 0; i < people.size(); ++i) {
      if (people[i] == 0) continue;
      auto id = lookup.Id(people[i]);
      if (!id.ok()) return AtRecord(number, id.status());
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
    return from_visitor.ok() ? AtRecord(number, status) : from_visitor;
  });
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
                                                      std::string_view state_row,
                                                      std::string_view id_row) const {
  StringTable texts;
  PersonState state;
  if (!state.Decode(state_row, &texts)) return DamagedPerson(code);
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
  const auto [kind, id] = DecodeIdRow(id_row);
  person.id = std::string(id);
  person.identified = kind == kPersonId;
  for (const uint64_t anonymous : state.anonymous) {
    FOOTFALL_ASSIGN_OR_RETURN(
        auto row, parts_.rocks->Get(kPeople, CodeKey(anonymous), parts_.snapshot));
    if (!row.has_value()) return DamagedPerson(anonymous);
    person.anonymous_ids.emplace_back(DecodeIdRow(*row).second);
  }
  state.Describe(texts, &person);
  return person;
}

absl::Status StoreSnapshot::VisitPeople(
    absl::FunctionRef<absl::Status(const model::Person&)> visit) const {
  auto rows = parts_.rocks->Iterate(kPeople, parts_.snapshot);
  auto ids = parts_.rocks->Iterate(kPeople, parts_.snapshot);
  rows->Seek(std::string(1, kStatePrefix));
  ids->Seek(std::string(1, kCodePrefix));
  auto changed = parts_.overlay.begin();
  while (true) {
    const bool has_row = rows->Valid() && rows->key()[0] == kStatePrefix;
    const bool has_changed = changed != parts_.overlay.end();
    if (!has_row && !has_changed) break;
    const uint64_t row_code = has_row ? CodeOfKey(ToView(rows->key())) : UINT64_MAX;
    const uint64_t changed_code = has_changed ? changed->first : UINT64_MAX;
    const uint64_t code = std::min(row_code, changed_code);
    const std::string_view state =
        changed_code == code ? std::string_view(changed->second) : ToView(rows->value());
    if (!state.empty()) {
      while (ids->Valid() && ids->key()[0] == kCodePrefix &&
             CodeOfKey(ToView(ids->key())) < code) {
        ids->Next();
      }
      if (!ids->Valid() || ToView(ids->key()) != CodeKey(code)) {
        FOOTFALL_RETURN_IF_ERROR(FromRocks(ids->status()));
        return DamagedPerson(code);
      }
      FOOTFALL_ASSIGN_OR_RETURN(const model::Person person,
                                Describe(code, state, ToView(ids->value())));
      FOOTFALL_RETURN_IF_ERROR(visit(person));
    }
    if (row_code == code) rows->Next();
    if (changed_code == code) ++changed;
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(ids->status()));
  return FromRocks(rows->status());
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
  if (identity.code == 0 && id.substr(0, kAnonymousPrefix.size()) == kAnonymousPrefix) {
    FOOTFALL_RETURN_IF_ERROR(look_up(kAnonymousId, id.substr(kAnonymousPrefix.size())));
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
  if (state.empty()) return unknown;
  FOOTFALL_ASSIGN_OR_RETURN(auto id_row,
                            parts_.rocks->Get(kPeople, CodeKey(code), parts_.snapshot));
  if (!id_row.has_value()) return DamagedPerson(code);
  return Describe(code, state, *id_row);
}

}  // namespace footfall::store
