// Looking at a store as a whole: verification, statistics, copies.
#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/file.h"
#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "rocksdb/utilities/checkpoint.h"
#include "store/imported.h"
#include "store/store_impl.h"

namespace footfall::store {
namespace {

constexpr size_t kProblemsMax = 100;
constexpr int kFilesTries = 20;

void Report(CheckReport& report, std::string where, std::string what) {
  if (report.problems.size() < kProblemsMax) {
    report.problems.push_back({std::move(where), std::move(what)});
  }
}

bool IsActivity(model::EventType type) {
  return type != model::EventType::kIdentify && type != model::EventType::kAlias;
}

// Reads every record; damage does not stop it. Counts each person's events in `activity`.
absl::Status CheckLog(const StoreSnapshot::Parts& parts, const Counters& counters,
                      const base::Cancel* cancel, CheckReport& report,
                      absl::flat_hash_map<uint64_t, uint64_t>& activity) {
  CodeLookup lookup(parts.rocks.get(), parts.snapshot);
  auto rows = parts.rocks->Iterate(kLog, parts.snapshot, /*fill_cache=*/false, 1 << 20);
  uint64_t last_arrival = 0;
  LogRecord record;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(cancel));
    const uint64_t number = Reader(ToView(rows->key())).Fixed64();
    const std::string where = base::Cat("log record ", number);
    ++report.records;
    absl::Status status = record.Parse(ToView(rows->value()));
    if (status.ok()) status = record.Resolve(*parts.dictionaries);
    if (!status.ok()) {
      Report(report, where, base::MessageOf(status));
      continue;
    }
    lookup.Trim();
    for (const uint64_t code : record.people()) {
      if (code == 0) continue;
      if (const auto id = lookup.Id(code); !id.ok()) {
        Report(report, where, base::MessageOf(id.status()));
      }
    }
    const RecordHeader& header = record.header();
    status = record.Visit([&](const EventDecoder::Decoded& decoded, uint64_t arrival) {
      ++report.events;
      if (arrival <= last_arrival || arrival >= counters.next_arrival) {
        return absl::DataLossError("is damaged: its arrivals are out of order");
      }
      last_arrival = arrival;
      if (decoded.event.time_ms < header.min_time_ms ||
          decoded.event.time_ms > header.max_time_ms) {
        return absl::DataLossError("is damaged: an event is outside its range of time");
      }
      if (!IsActivity(decoded.event.type)) return absl::OkStatus();
      const std::vector<uint64_t>& people = record.people();
      uint64_t person = 0;
      if (decoded.person != UINT32_MAX) {
        person = people[decoded.person];
      } else if (decoded.anonymous != UINT32_MAX) {
        auto linked = lookup.PersonOf(people[decoded.anonymous]);
        if (!linked.ok()) return linked.status();
        person = *linked;
      }
      if (person != 0) ++activity[person];
      return absl::OkStatus();
    });
    if (!status.ok()) Report(report, where, base::MessageOf(status));
  }
  if (!rows->status().ok()) {
    Report(report, "log", base::MessageOf(FromRocks(rows->status())));
  }
  return absl::OkStatus();
}

// What is wrong with the rows of a chunk; empty when nothing is.
std::string CheckRows(const Rows& rows, const ChunkSummary& summary) {
  if (rows.size() != summary.rows) return "it has another number of events than it says";
  for (size_t i = 0; i < rows.size(); ++i) {
    const Rows::Key key = rows.key(i);
    if (key.activity() != summary.activity) return "it holds events of another kind";
    if (key.time_ms < summary.min_time_ms || key.time_ms > summary.max_time_ms) {
      return "an event is outside its range of time";
    }
    if (key.owner < summary.first_person || key.owner > summary.last_person) {
      return "an event is outside its range of people";
    }
    if (i == 0) continue;
    const Rows::Key before = rows.key(i - 1);
    if (std::tie(before.owner, before.time_ms, before.seq) >
        std::tie(key.owner, key.time_ms, key.seq)) {
      return "its events are out of order";
    }
  }
  return "";
}

// Reads every chunk as CheckLog reads records.
absl::Status CheckRuns(const StoreSnapshot::Parts& parts, const MovedIds& moved,
                       const base::Cancel* cancel, CheckReport& report,
                       absl::flat_hash_map<uint64_t, uint64_t>& activity) {
  for (const RunRow& row : parts.runs) {
    const auto run = StoredRun::Load(parts.rocks, parts.snapshot, row, nullptr);
    if (!run.ok()) {
      Report(report, base::Cat("run ", row.number), base::MessageOf(run.status()));
      continue;
    }
    ++report.runs;
    uint64_t last_person = 0;
    for (size_t i = 0; i < (*run)->summaries().size(); ++i) {
      FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(cancel));
      ++report.chunks;
      const ChunkSummary& summary = (*run)->summaries()[i];
      const std::string where =
          base::Cat("run ", row.number, " chunk ", (*run)->number_of(i));
      Rows rows;
      if (const absl::Status status = (*run)->Decode(i, &rows); !status.ok()) {
        Report(report, where, base::MessageOf(status));
        continue;
      }
      report.events += rows.size();
      if (std::string wrong = CheckRows(rows, summary); !wrong.empty()) {
        Report(report, where, std::move(wrong));
      }
      const bool first_of_kind =
          i == 0 || (*run)->summaries()[i - 1].activity != summary.activity;
      if (!first_of_kind && summary.first_person <= last_person) {
        Report(report, where, "it has people of the chunk before");
      }
      last_person = summary.last_person;
      if (!summary.activity) continue;
      for (size_t j = 0; j < rows.size(); ++j) {
        const uint64_t owner = rows.key(j).owner;
        const auto linked = moved.find(owner);
        ++activity[linked == moved.end() ? owner : linked->second];
      }
    }
  }
  return absl::OkStatus();
}

// The rows must be what was read when the store was opened, or written since.
absl::Status CheckDictionaries(const StoreSnapshot::Parts& parts,
                               const base::Cancel* cancel, CheckReport& report) {
  auto rows = parts.rocks->Iterate(kDictionary, parts.snapshot, /*fill_cache=*/false);
  uint32_t code = 0;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next(), ++code) {
    FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(cancel));
    if (Reader(ToView(rows->key())).Fixed32() != code ||
        code >= parts.dictionaries->size() ||
        parts.dictionaries->Row(code) != ToView(rows->value())) {
      Report(report, base::Cat("dictionary code ", code), "is damaged");
      return absl::OkStatus();
    }
  }
  if (!rows->status().ok()) {
    Report(report, "dictionary", base::MessageOf(FromRocks(rows->status())));
  }
  return absl::OkStatus();
}

absl::Status CheckPeople(const StoreSnapshot& snapshot, const Counters& counters,
                         const base::Cancel* cancel, CheckReport& report,
                         absl::flat_hash_map<uint64_t, uint64_t>& activity) {
  const absl::Status status = snapshot.VisitPeople([&](const model::Person& person) {
    ++report.people;
    const auto found = activity.find(person.code);
    const uint64_t counted = found == activity.end() ? 0 : found->second;
    // What data retention has taken is still counted.
    if (person.events < counted || (counters.removed == 0 && person.events != counted)) {
      Report(
          report, base::Cat("person ", person.code),
          base::Cat(person.events, " events are counted, and ", counted, " are stored"));
    }
    if (found != activity.end()) activity.erase(found);
    return base::Cancel::Check(cancel);
  });
  if (status.code() == absl::StatusCode::kCancelled ||
      status.code() == absl::StatusCode::kDeadlineExceeded) {
    return status;
  }
  if (!status.ok()) {
    Report(report, "people", base::MessageOf(status));
    return absl::OkStatus();
  }
  for (const auto& [code, events] : activity) {
    Report(report, base::Cat("person ", code),
           base::Cat(events, " events are stored, but nothing about the person"));
  }
  return absl::OkStatus();
}

rocksdb::Status VerifyFiles(const Snapshot& snapshot) {
  return static_cast<const StoreSnapshot&>(snapshot).parts().rocks->db()->VerifyChecksum();
}

}  // namespace

absl::StatusOr<CheckReport> EventStore::Impl::Check(const base::Cancel* cancel) {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(Enter(&open));
  FOOTFALL_ASSIGN_OR_RETURN(auto taken, TakeSnapshotInside());
  rocksdb::Status files = VerifyFiles(*taken);
  // RocksDB opens each file anew, by its name. One that a reader has open may have been
  // deleted by the writer, which leaves other files to look at.
  for (int i = 0; read_only_ && !files.ok() && i < kFilesTries; ++i) {
    FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(cancel));
    FOOTFALL_ASSIGN_OR_RETURN(auto later, TakeSnapshotInside());
    if (later == taken) break;
    taken = std::move(later);
    files = VerifyFiles(*taken);
  }
  const auto& snapshot = static_cast<const StoreSnapshot&>(*taken);
  const StoreSnapshot::Parts& parts = snapshot.parts();
  CheckReport report;
  FOOTFALL_ASSIGN_OR_RETURN(const auto row,
                            parts.rocks->Get(kMeta, kCountersKey, parts.snapshot));
  Counters counters;
  if (!row.has_value() || !counters.Decode(*row)) {
    Report(report, "meta", "the counters cannot be read");
    return report;
  }
  if (!files.ok()) Report(report, "files", base::MessageOf(FromRocks(files)));
  absl::flat_hash_map<uint64_t, uint64_t> activity;
  FOOTFALL_RETURN_IF_ERROR(CheckDictionaries(parts, cancel, report));
  FOOTFALL_ASSIGN_OR_RETURN(const MovedIds moved,
                            ReadMoved(*parts.rocks, parts.snapshot));
  FOOTFALL_RETURN_IF_ERROR(CheckRuns(parts, moved, cancel, report, activity));
  FOOTFALL_RETURN_IF_ERROR(CheckLog(parts, counters, cancel, report, activity));
  if (report.events != counters.events) {
    Report(report, "events",
           base::Cat("there are ", report.events, ", and should be ", counters.events));
  }
  FOOTFALL_RETURN_IF_ERROR(CheckPeople(snapshot, counters, cancel, report, activity));
  FOOTFALL_RETURN_IF_ERROR(CheckImported(*parts.rocks, parts.snapshot, cancel, report));
  if (!read_only_) {
    const Exclusive exclusive(this);
    std::vector<std::string> problems;
    FOOTFALL_RETURN_IF_ERROR(ids_->CheckRuns(&problems));
    for (std::string& problem : problems) {
      Report(report, "index of event ids", std::move(problem));
    }
  }
  return report;
}

absl::StatusOr<base::Json> EventStore::Impl::Stats() {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(Enter(&open));
  FOOTFALL_ASSIGN_OR_RETURN(const auto taken, TakeSnapshotInside());
  const auto& snapshot = static_cast<const StoreSnapshot&>(*taken);
  const StoreSnapshot::Parts& parts = snapshot.parts();
  FOOTFALL_ASSIGN_OR_RETURN(const auto row,
                            parts.rocks->Get(kMeta, kCountersKey, parts.snapshot));
  Counters counters;
  if (!row.has_value() || !counters.Decode(*row)) {
    return absl::DataLossError("the store is damaged: the counters cannot be read");
  }
  uint64_t people = 0;
  uint64_t identified = 0;
  uint64_t sessions = 0;
  FOOTFALL_RETURN_IF_ERROR(snapshot.VisitPeople([&](const model::Person& person) {
    ++people;
    identified += person.identified ? 1 : 0;
    sessions += person.sessions;
    return absl::OkStatus();
  }));
  base::Json stats = base::Json::MakeObject();
  stats.Set("format_version", uint64_t{kFormatVersion});
  stats.Set("events", counters.events);
  stats.Set("events_removed", counters.removed);
  stats.Set("people", people);
  stats.Set("people_identified", identified);
  stats.Set("sessions", sessions);
  const bool any = counters.next_arrival > 1;
  stats.Set("first_time",
            any ? base::Json(base::FormatTime(counters.min_time_ms)) : base::Json());
  stats.Set("last_time",
            any ? base::Json(base::FormatTime(counters.max_time_ms)) : base::Json());
  uint64_t sealed = 0;
  uint64_t sealed_bytes = 0;
  for (const RunRow& run : parts.runs) {
    sealed += run.events;
    sealed_bytes += run.bytes;
  }
  stats.Set("log_records", counters.next_record - 1);
  stats.Set("events_sealed", sealed);
  stats.Set("runs", static_cast<uint64_t>(parts.runs.size()));
  stats.Set("chunk_bytes", sealed_bytes);
  stats.Set("bytes_on_disk", base::DirectoryBytes(path_));
  base::Json dictionaries = base::Json::MakeObject();
  dictionaries.Set("strings", static_cast<uint64_t>(parts.dictionaries->strings()));
  dictionaries.Set("bytes", static_cast<uint64_t>(parts.dictionaries->bytes()));
  stats.Set("dictionaries", std::move(dictionaries));
  return stats;
}

absl::Status EventStore::Impl::Backup(const std::string& path) {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(EnterToWrite(&open));
  FOOTFALL_ASSIGN_OR_RETURN(const base::PathKind kind, base::KindOf(path));
  if (kind != base::PathKind::kAbsent) {
    return base::MakeError(absl::StatusCode::kAlreadyExists,
                           base::Cat(path, ": exists already"));
  }
  const std::string parent = base::ParentOf(path);
  FOOTFALL_RETURN_IF_ERROR(base::CheckWritable(parent));
  rocksdb::Checkpoint* raw = nullptr;
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rocksdb::Checkpoint::Create(rocks_->db(), &raw)));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  FOOTFALL_RETURN_IF_ERROR(FromRocks(checkpoint->CreateCheckpoint(path)));
  return base::SyncDirectory(parent);
}

absl::Status EventStore::Restore(const std::string& backup_path,
                                 const std::string& path) {
  FOOTFALL_ASSIGN_OR_RETURN(const base::PathKind kind, base::KindOf(path));
  if (kind != base::PathKind::kAbsent) {
    return base::MakeError(absl::StatusCode::kAlreadyExists,
                           base::Cat(path, ": exists already"));
  }
  {
    Options options;
    options.mode = OpenMode::kReadOnly;
    FOOTFALL_ASSIGN_OR_RETURN(const std::unique_ptr<EventStore> backup,
                              Open(backup_path, options));
    FOOTFALL_ASSIGN_OR_RETURN(const CheckReport report, backup->Check(nullptr));
    if (!report.problems.empty()) {
      const CheckReport::Problem& problem = report.problems.front();
      return base::MakeError(absl::StatusCode::kDataLoss,
                             base::Cat(backup_path, ": the backup is damaged: ",
                                       problem.where, ": ", problem.what));
    }
  }
  const std::string parent = base::ParentOf(path);
  const std::string partial = base::Cat(path, ".partial-", base::ProcessId());
  FOOTFALL_RETURN_IF_ERROR(base::MakeDirectory(partial));
  const auto copy = [&]() -> absl::Status {
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                              base::ListDirectory(backup_path));
    for (const std::string& name : names) {
      if (name == "LOCK") continue;
      FOOTFALL_RETURN_IF_ERROR(
          base::CopyFile(backup_path + "/" + name, partial + "/" + name));
    }
    FOOTFALL_RETURN_IF_ERROR(base::SyncDirectory(partial));
    FOOTFALL_RETURN_IF_ERROR(base::Rename(partial, path));
    return base::SyncDirectory(parent);
  };
  const absl::Status status = copy();
  if (!status.ok()) base::RemoveTree(partial);
  return status;
}

}  // namespace footfall::store
