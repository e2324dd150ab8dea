// Opening: for writing, and as a reader beside a writer of another process.
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>

#include "base/file.h"
#include "base/status.h"
#include "base/strings.h"
#include "store/settings.h"
#include "store/store_impl.h"

namespace footfall::store {
namespace {

constexpr int kReaderTries = 20;

// Reads a varint row of kMeta, 0 when it is absent.
absl::StatusOr<uint64_t> ReadMark(const Rocks& rocks, const char* key) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto row, rocks.Get(kMeta, key));
  return row.has_value() ? Reader(*row).Varint() : 0;
}

absl::Status MissingRow(std::string_view key) {
  return absl::DataLossError(base::Cat("the store is damaged: it has no '", key,
                                       "', or one that cannot be read"));
}

}  // namespace

void NameByCode(LogRecord& record, std::vector<std::string>* names) {
  const std::vector<uint64_t>& people = record.people();
  names->resize(people.size());
  for (size_t i = 0; i < people.size(); ++i) {
    if (people[i] == 0) continue;
    (*names)[i] = std::to_string(people[i]);
    record.SetPersonId(i, (*names)[i]);
  }
}

absl::Status ToBatch(const LogRecord& record, Batch::Rep* batch,
                     std::vector<uint64_t>* arrivals) {
  batch->Clear();
  arrivals->clear();
  return record.Visit([&](const EventDecoder::Decoded& decoded, uint64_t arrival) {
    batch->Add(decoded.event);
    arrivals->push_back(arrival);
    return absl::OkStatus();
  });
}

std::vector<uint64_t> CodesOf(const Batch::Rep& batch) {
  std::vector<uint64_t> codes(batch.people.size(), 0);
  for (size_t i = 0; i < codes.size(); ++i) {
    const std::string_view text = batch.people[i].text();
    std::from_chars(text.data(), text.data() + text.size(), codes[i]);
  }
  return codes;
}

absl::StatusOr<std::vector<Identity>> IdentitiesOf(const Batch::Rep& batch,
                                                   CodeLookup& lookup) {
  std::vector<Identity> identities;
  const std::vector<uint64_t> codes = CodesOf(batch);
  for (size_t i = 0; i < codes.size(); ++i) {
    Identity identity{codes[i], 0};
    if (batch.people[i].space == kAnonymousId) {
      FOOTFALL_ASSIGN_OR_RETURN(const uint64_t person, lookup.PersonOf(codes[i]));
      if (person != codes[i]) identity.link = person;
    }
    identities.push_back(identity);
  }
  return identities;
}

absl::Status EventStore::Impl::CreateMeta(const Rocks& rocks) {
  randombytes_buf(key_.data(), key_.size());
  std::string format;
  PutVarint(format, kFormatVersion);
  rocksdb::WriteBatch batch;
  rocksdb::ColumnFamilyHandle* const family = rocks.family(kMeta);
  batch.Put(family, kFormatKey, ToSlice(format));
  batch.Put(family, kHashKeyKey,
            ToSlice({reinterpret_cast<const char*>(key_.data()), key_.size()}));
  batch.Put(family, kCountersKey, ToSlice(Counters().Encode()));
  return rocks.Write(&batch, true);
}

absl::Status EventStore::Impl::CheckMade(const Rocks& rocks) const {
  FOOTFALL_ASSIGN_OR_RETURN(const auto format, rocks.Get(kMeta, kFormatKey));
  if (format.has_value()) return absl::OkStatus();
  // The row is among the first ones to be written, in one atom.
  for (const Family family : {kMeta, kLog, kDictionary, kPeople}) {
    auto rows = rocks.Iterate(family);
    rows->SeekToFirst();
    if (rows->Valid()) return MissingRow(kFormatKey);
    FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
  }
  return base::MakeError(
      absl::StatusCode::kNotFound,
      base::Cat(path_, ": there is no store yet: it is still being created"));
}

absl::Status EventStore::Impl::LoadMeta(Rocks& rocks) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto format, rocks.Get(kMeta, kFormatKey));
  if (!format.has_value()) return MissingRow(kFormatKey);
  if (const uint64_t version = Reader(*format).Varint();
      version != kFormatVersion && version != kFormatWithoutChunks) {
    return base::MakeError(
        absl::StatusCode::kFailedPrecondition,
        base::Cat(path_, ": the store has format version ", version,
                  ", and this library reads up to version ", uint64_t{kFormatVersion}));
  }
  FOOTFALL_ASSIGN_OR_RETURN(const auto key, rocks.Get(kMeta, kHashKeyKey));
  if (!key.has_value() || key->size() != key_.size()) return MissingRow(kHashKeyKey);
  std::copy(key->begin(), key->end(), key_.begin());
  FOOTFALL_ASSIGN_OR_RETURN(const auto counters, rocks.Get(kMeta, kCountersKey));
  if (!counters.has_value() || !counters_.Decode(*counters)) {
    return MissingRow(kCountersKey);
  }
  Settings settings;
  auto rows = rocks.Iterate(kMeta);
  for (rows->Seek(ToSlice(kSettingPrefix));
       rows->Valid() && rows->key().starts_with(ToSlice(kSettingPrefix)); rows->Next()) {
    const std::string_view name = ToView(rows->key()).substr(kSettingPrefix.size());
    if (!ApplySetting(name, ToView(rows->value()), &settings).ok()) {
      return MissingRow(ToView(rows->key()));
    }
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
  if (options_.memory_budget_bytes == 0 &&
      Budget(settings.memory_budget_bytes) != budget_) {
    budget_ = Budget(settings.memory_budget_bytes);
    FOOTFALL_RETURN_IF_ERROR(rocks.SetBudget(budget_));
  }
  settings.report_memory_bytes = budget_.queries;
  const std::unique_lock lock(settings_mutex_);
  settings_ = std::move(settings);
  return absl::OkStatus();
}

absl::Status EventStore::Impl::LoadDictionaries(const Rocks& rocks) {
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t erasures, ReadMark(rocks, kErasuresKey));
  if (dictionaries_ == nullptr || erasures != reader_erasures_) {
    dictionaries_ = std::make_shared<Dictionaries>(budget_.dictionaries);
    reader_erasures_ = erasures;
  }
  auto code = static_cast<uint32_t>(dictionaries_->size());
  std::string start;
  PutFixed32(start, code);
  auto rows = rocks.Iterate(kDictionary, nullptr, /*fill_cache=*/false);
  for (rows->Seek(ToSlice(start)); rows->Valid(); rows->Next(), ++code) {
    if (Reader(ToView(rows->key())).Fixed32() != code) {
      return absl::DataLossError(
          base::Cat("the store is damaged: dictionary code ", code, " is missing"));
    }
    FOOTFALL_RETURN_IF_ERROR(dictionaries_->Load(code, ToView(rows->value())));
  }
  return FromRocks(rows->status());
}

absl::Status EventStore::Impl::Replay(const std::shared_ptr<Rocks>& rocks,
                                      uint64_t people_through, People* people,
                                      uint64_t ids_through, IdIndex* ids,
                                      bool may_write) {
  if (ids == nullptr) ids_through = UINT64_MAX;
  CodeLookup lookup(rocks.get(), nullptr);
  // What is sealed is in the states, unless they are computed from nothing.
  StoredRuns runs;
  uint64_t sealed_through = 0;
  uint64_t sealed = 0;
  if (people_through == 0) {
    FOOTFALL_ASSIGN_OR_RETURN(runs, OpenRuns(rocks, nullptr, runs_, *run_cache_));
    FOOTFALL_ASSIGN_OR_RETURN(sealed_through, ReadMark(*rocks, kPeopleSealedKey));
  }
  const RecordScan scan{.rocks = rocks.get(),
                        .dictionaries = dictionaries_.get(),
                        .runs = &runs,
                        .from = std::min(people_through, ids_through) + 1};
  const model::SessionRule rule = settings().session;
  Batch::Rep batch;
  std::vector<uint64_t> arrivals;
  std::vector<std::string> names;
  return ScanRecords(scan, [&](const Place& place, LogRecord& record) -> absl::Status {
    const uint64_t number = place.record;
    lookup.Trim();
    NameByCode(record, &names);
    FOOTFALL_RETURN_IF_ERROR(At(place, ToBatch(record, &batch, &arrivals)));
    if (!place.sealed() && number > ids_through) {
      std::vector<Hash128> hashes;
      for (const EventFacts& facts : batch.facts) {
        if (facts.has_id) hashes.push_back(HashBytes(key_, batch.id(facts)));
      }
      if (!hashes.empty()) {
        FOOTFALL_RETURN_IF_ERROR(ids->Prepare(
            hashes.size(), base::DayOf(record.header().ingest_ms), number - 1));
        for (const Hash128& hash : hashes) ids->Insert(hash);
      }
    }
    if (place.sealed() ? sealed++ < sealed_through : number <= people_through) {
      return absl::OkStatus();
    }
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<Identity> identities,
                              IdentitiesOf(batch, lookup));
    std::vector<uint32_t> kept(batch.facts.size());
    for (uint32_t i = 0; i < kept.size(); ++i) kept[i] = i;
    FOOTFALL_RETURN_IF_ERROR(people->Load(batch, kept, identities, UINT64_MAX));
    people->Apply(batch, kept, identities, 0, &arrivals, rule);
    if (may_write && people->ShouldFlush()) return people->Flush(number, sealed);
    return absl::OkStatus();
  });
}

absl::Status EventStore::Impl::CatchUpPeople() {
  const PeopleRebuild rebuild(this);
  FOOTFALL_RETURN_IF_ERROR(FinishRedactedPeople().status());
  people_->Reset();
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t through, ReadMark(*rocks_, kPeopleThroughKey));
  FOOTFALL_RETURN_IF_ERROR(Replay(rocks_, through, people_.get(), UINT64_MAX, nullptr,
                                  /*may_write=*/true));
  FOOTFALL_RETURN_IF_ERROR(people_->Flush(counters_.next_record - 1));
  people_behind_ = false;
  ++version_;
  return absl::OkStatus();
}

// From here on the store has chunks, or may get some.
absl::Status EventStore::Impl::RaiseFormat() {
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t version, ReadMark(*rocks_, kFormatKey));
  if (version == kFormatVersion) return absl::OkStatus();
  std::string row;
  PutVarint(row, kFormatVersion);
  return rocks_->Put(kMeta, kFormatKey, row);
}

absl::Status EventStore::Impl::OpenWriter(bool create) {
  FOOTFALL_ASSIGN_OR_RETURN(
      rocks_, Rocks::Open(path_, Rocks::Access::kWrite, create, budget_, options_.log));
  if (const absl::Status made = CheckMade(*rocks_); !made.ok()) {
    if (!create || made.code() != absl::StatusCode::kNotFound) return made;
    FOOTFALL_RETURN_IF_ERROR(CreateMeta(*rocks_));
  }
  FOOTFALL_RETURN_IF_ERROR(LoadMeta(*rocks_));
  FOOTFALL_RETURN_IF_ERROR(RaiseFormat());
  FOOTFALL_RETURN_IF_ERROR(LoadDictionaries(*rocks_));
  FOOTFALL_RETURN_IF_ERROR(LoadRuns());
  people_ = std::make_unique<People>(rocks_, key_, budget_.people);
  ids_ = std::make_unique<IdIndex>(rocks_, budget_.ids);
  FOOTFALL_RETURN_IF_ERROR(ids_->Load());
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t people, ReadMark(*rocks_, kPeopleThroughKey));
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t ids, ReadMark(*rocks_, kIdsThroughKey));
  FOOTFALL_RETURN_IF_ERROR(
      Replay(rocks_, people, people_.get(), ids, ids_.get(), /*may_write=*/true));
  auto rows = rocks_->Iterate(kMeta);
  std::vector<std::string> unfinished;
  for (rows->Seek(ToSlice(kForgetPrefix));
       rows->Valid() && rows->key().starts_with(ToSlice(kForgetPrefix)); rows->Next()) {
    unfinished.emplace_back(ToView(rows->value()));
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
  for (const std::string& codes : unfinished) {
    FOOTFALL_RETURN_IF_ERROR(FinishForgetting(codes).status());
  }
  FOOTFALL_ASSIGN_OR_RETURN(people_behind_, FinishRedactedPeople());
  if (people_behind_) FOOTFALL_RETURN_IF_ERROR(CatchUpPeople());
  view_bytes_ = people_->bytes() + ids_->bytes() + dictionaries_->bytes();
  FOOTFALL_ASSIGN_OR_RETURN(const auto rebuild, rocks_->Get(kMeta, kRebuildKey));
  if (rebuild.has_value()) FOOTFALL_RETURN_IF_ERROR(RebuildSessions());
  // A store of an earlier version has all of its events in the log.
  if (options_.background_sealing) StartBackground();
  SealWhenDue(unsealed_since_ms_);
  return absl::OkStatus();
}

absl::Status EventStore::Impl::OpenReader() { return TakeReaderSnapshot().status(); }

// Names and sizes of the files that tell whether the writer has written since.
std::string EventStore::Impl::FilesSignature(bool manifest_only) const {
  std::string signature;
  const auto names = base::ListDirectory(path_);
  if (!names.ok()) return signature;
  for (const std::string& name : *names) {
    const bool manifest = name.rfind("MANIFEST-", 0) == 0;
    const bool wal = name.size() > 4 && name.compare(name.size() - 4, 4, ".log") == 0;
    if (!manifest && (manifest_only || !wal)) continue;
    signature += base::Cat(name, " ", base::FileBytes(path_ + "/" + name), "\n");
  }
  return signature;
}

// A reader opens the database anew, read-only, whenever the files have changed: what is
// open does not change any more, which a secondary instance (that has no snapshots) does
// not offer. Files that the writer deletes meanwhile stay readable as they are all open.
absl::StatusOr<std::shared_ptr<const Snapshot>> EventStore::Impl::TakeReaderSnapshot() {
  const std::unique_lock lock(reader_mutex_);
  absl::Status status = absl::InternalError("unreachable");
  for (int i = 0; i < kReaderTries; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(i));
    const std::string signature = FilesSignature(false);
    if (reader_snapshot_ != nullptr && signature == reader_signature_) {
      return reader_snapshot_;
    }
    const std::string manifest = FilesSignature(true);
    auto rocks = Rocks::Open(path_, Rocks::Access::kRead, false, budget_, options_.log);
    status = rocks.status();
    // When the writer moved on between the reading of the list of files and of the files,
    // some may be missing without that being noticed.
    if (manifest != FilesSignature(true)) {
      status =
          absl::UnavailableError("the store changes too fast for a reader to catch up");
      continue;
    }
    if (!status.ok()) return status;
    FOOTFALL_RETURN_IF_ERROR(CheckMade(**rocks));
    for (const Family family : {kLog, kDictionary, kPeople}) {
      if ((*rocks)->has(family)) continue;
      return absl::DataLossError("the store is damaged: a part of it is missing");
    }
    FOOTFALL_RETURN_IF_ERROR(LoadMeta(**rocks));
    FOOTFALL_RETURN_IF_ERROR(LoadDictionaries(**rocks));
    FOOTFALL_ASSIGN_OR_RETURN(runs_, ReadRuns(**rocks, nullptr));
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t through,
                              ReadMark(**rocks, kPeopleThroughKey));
    People people(*rocks, key_, budget_.people);
    FOOTFALL_RETURN_IF_ERROR(
        Replay(*rocks, through, &people, 0, nullptr, /*may_write=*/false));
    reader_snapshot_ = MakeSnapshot(*rocks, nullptr, people.Overlay());
    reader_signature_ = signature;
    rocks_ = *rocks;
    return reader_snapshot_;
  }
  return status;
}

}  // namespace footfall::store
