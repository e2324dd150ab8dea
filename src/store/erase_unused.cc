// Taking away what nothing that is stored mentions any more.
#include <algorithm>

#include "base/status.h"
#include "store/imported.h"
#include "store/store_impl.h"

namespace footfall::store {

// Codes and hashes of the ids about which no state, link or attribute is stored: events
// of others name them, or none do any more. Rising.
absl::StatusOr<std::vector<std::pair<uint64_t, Hash128>>>
EventStore::Impl::StatelessPeople() {
  std::vector<std::pair<uint64_t, Hash128>> found;
  auto states = rocks_->Iterate(kPeople, nullptr, /*fill_cache=*/false);
  states->Seek(std::string(1, kStatePrefix));
  auto ids = rocks_->Iterate(kPeople, nullptr, /*fill_cache=*/false);
  for (ids->Seek(std::string(1, kCodePrefix));
       ids->Valid() && ids->key()[0] == kCodePrefix; ids->Next()) {
    const uint64_t code = CodeOfKey(ToView(ids->key()));
    while (states->Valid() && ToView(states->key()) < StateKey(code)) states->Next();
    FOOTFALL_RETURN_IF_ERROR(FromRocks(states->status()));
    if (states->Valid() && ToView(states->key()) == StateKey(code)) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const auto link, rocks_->Get(kPeople, LinkKey(code)));
    if (link.has_value()) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const auto imported,
                              rocks_->Get(kPeople, ImportedKey(code)));
    if (imported.has_value()) continue;
    const auto [kind, text] = DecodeIdRow(ToView(ids->value()));
    found.emplace_back(code, HashIdentifier(key_, kind, text));
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(ids->status()));
  return found;
}

// Erases what no record mentions any more: strings of the dictionaries, and ids of which
// nothing else is stored. The states must have been flushed.
absl::Status EventStore::Impl::EraseUnused(const base::Cancel* cancel) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto stateless, StatelessPeople());
  std::vector<bool> mentioned(stateless.size());
  std::vector<bool> used(dictionaries_->size());
  FOOTFALL_ASSIGN_OR_RETURN(const StoredRuns runs,
                            OpenRuns(rocks_, nullptr, runs_, *run_cache_));
  const RecordScan scan{.rocks = rocks_.get(),
                        .dictionaries = dictionaries_.get(),
                        .runs = &runs,
                        .cancel = cancel};
  FOOTFALL_RETURN_IF_ERROR(
      ScanRecords(scan, [&](const Place&, LogRecord& record) -> absl::Status {
        for (const uint32_t code : record.codes()) {
          if (code != Dictionaries::kNone) used[code] = true;
        }
        for (const uint64_t code : record.people()) {
          const auto at =
              std::lower_bound(stateless.begin(), stateless.end(), code,
                               [](const auto& id, uint64_t c) { return id.first < c; });
          if (at != stateless.end() && at->first == code) {
            mentioned[static_cast<size_t>(at - stateless.begin())] = true;
          }
        }
        return absl::OkStatus();
      }));

  rocksdb::WriteBatch rows;
  bool strings = false;
  // A record that mentions a value mentions its key, too.
  for (uint32_t code = 0; code < used.size(); ++code) {
    if (used[code] || dictionaries_->erased(code)) continue;
    strings = true;
    std::string key;
    PutFixed32(key, code);
    rows.Put(rocks_->family(kDictionary), ToSlice(key),
             ToSlice(Dictionaries::ErasedRow()));
  }
  if (strings) {
    FOOTFALL_ASSIGN_OR_RETURN(const auto before, rocks_->Get(kMeta, kErasuresKey));
    std::string erasures;
    PutVarint(erasures, (before.has_value() ? Reader(*before).Varint() : 0) + 1);
    rows.Put(rocks_->family(kMeta), kErasuresKey, ToSlice(erasures));
  }
  for (size_t i = 0; i < stateless.size(); ++i) {
    if (mentioned[i]) continue;
    people_->Forget(stateless[i].second);
    rows.Delete(rocks_->family(kPeople), ToSlice(IdKey(stateless[i].second)));
    rows.Delete(rocks_->family(kPeople), ToSlice(CodeKey(stateless[i].first)));
  }
  const bool erased = rows.Count() > 0;
  std::string removed;
  PutVarint(removed, counters_.removed);
  rows.Put(rocks_->family(kMeta), kErasedAfterKey, ToSlice(removed));
  if (absl::Status status = rocks_->Write(&rows, true); !status.ok()) {
    write_failed_ = true;
    return status;
  }
  if (!erased) return absl::OkStatus();
  // Snapshots go on with the dictionaries that they have.
  if (strings) dictionaries_ = dictionaries_->Without(used);
  ++version_;
  return absl::OkStatus();
}

// The same when data retention has removed events since. Forgetting and redaction end
// with it by themselves.
absl::Status EventStore::Impl::EraseUnusedIfRemoved(const base::Cancel* cancel) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto row, rocks_->Get(kMeta, kErasedAfterKey));
  const uint64_t removed = row.has_value() ? Reader(*row).Varint() : 0;
  return removed == counters_.removed ? absl::OkStatus() : EraseUnused(cancel);
}

}  // namespace footfall::store
