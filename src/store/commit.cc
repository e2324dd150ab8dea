// Appending: concurrent callers form a group that one of them encodes and writes.
#include <algorithm>
#include <numeric>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "base/strings.h"
#include "store/log_record.h"
#include "store/store_impl.h"

namespace footfall::store {
namespace {

// Bounds on a group, so that no caller waits for long on the work of others.
constexpr size_t kGroupWritersMax = 256;
constexpr size_t kGroupEventsMax = 50'000;

bool IsLink(const EventFacts& facts) {
  return (facts.type == model::EventType::kAlias ||
          facts.type == model::EventType::kIdentify) &&
         facts.person != StringTable::kNone && facts.anonymous != StringTable::kNone;
}

// The kept events as a batch of their own, in which people are named by their codes.
absl::Status PartOf(const Batch::Rep& batch, const std::vector<uint32_t>& kept,
                    const std::vector<uint64_t>& people, Batch::Rep* part) {
  std::vector<std::string_view> strings;
  for (size_t i = 0; i < batch.strings.size(); ++i) {
    strings.push_back(batch.strings[i].text());
  }
  std::vector<std::string> codes;
  for (const uint64_t code : people) codes.push_back(std::to_string(code));
  const std::vector<std::string_view> names(codes.begin(), codes.end());
  EventDecoder decoder(
      {.base_time_ms = batch.base_time_ms, .strings = &strings, .people = &names});
  EventDecoder::Decoded decoded;
  for (const uint32_t i : kept) {
    Reader reader(batch.encoded(batch.facts[i]));
    if (!decoder.Next(reader, decoded)) {
      return absl::InternalError("an event of a batch cannot be read back");
    }
    part->Add(decoded.event);
  }
  return absl::OkStatus();
}

}  // namespace

// What a group changes in memory and how to undo it.
struct EventStore::Impl::Group {
  struct Planned {
    std::vector<uint32_t> kept;
    std::vector<Identity> identities;  // Per entry of the batch's people.
    uint64_t first_arrival = 0;
  };

  rocksdb::WriteBatch rows;
  std::vector<Planned> planned;  // Per writer.
  std::vector<std::pair<Hash128, Identity>> identities_before;
  Counters counters;
  size_t dictionary_size = 0;
  size_t ids_size = 0;
  uint64_t log_bytes = 0;
};

absl::StatusOr<AppendResult> EventStore::Impl::Append(const Batch& batch,
                                                      int64_t now_ms) {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(EnterToWrite(&open));
  if (batch.size() == 0) return AppendResult();

  Writer writer;
  writer.batch = batch.rep_.get();
  writer.now_ms = now_ms;
  for (const EventFacts& facts : writer.batch->facts) {
    if (facts.has_id) {
      writer.id_hashes.push_back(HashBytes(key_, writer.batch->id(facts)));
    }
  }
  const StringTable& people = writer.batch->people;
  for (size_t i = 0; i < people.size(); ++i) {
    writer.person_hashes.push_back(
        HashIdentifier(key_, people[i].space, people[i].text()));
  }

  std::vector<Writer*> group;
  {
    std::unique_lock lock(queue_mutex_);
    queue_.push_back(&writer);
    while (!writer.done && queue_.front() != &writer) writer.turn.wait(lock);
    if (!writer.done) {
      size_t events = 0;
      for (Writer* other : queue_) {
        if (other->batch == nullptr || group.size() == kGroupWritersMax) break;
        events += other->batch->facts.size();
        if (!group.empty() && events > kGroupEventsMax) break;
        group.push_back(other);
      }
    }
  }
  if (!group.empty()) {
    Commit(group);
    const bool seal = ShouldSeal(now_ms);
    {
      const std::unique_lock lock(queue_mutex_);
      for (Writer* other : group) {
        queue_.pop_front();
        if (other == &writer) continue;
        other->done = true;
        other->turn.notify_one();
      }
      if (!queue_.empty()) queue_.front()->turn.notify_one();
    }
    if (seal) {
      // The others of the group have their answers already.
      const Exclusive exclusive(this);
      SealWhenDue(now_ms);
    }
  }
  if (!writer.status.ok()) return writer.status;
  events_accepted_ += writer.result.accepted;
  events_duplicate_ += writer.result.duplicates;
  return std::move(writer.result);
}

void EventStore::Impl::Commit(const std::vector<Writer*>& writers) {
  held_snapshot_.reset();
  Group group;
  group.counters = counters_;
  group.dictionary_size = dictionaries_->size();
  absl::Status status = Heal();
  if (status.ok()) status = MakeRoom(writers);
  group.ids_size = ids_->size();
  for (size_t i = 0; i < writers.size() && status.ok(); ++i) {
    group.planned.emplace_back();
    status = Plan(*writers[i], group);
  }
  if (status.ok()) status = WriteGroup(group);
  if (status.ok()) {
    const model::SessionRule rule = settings().session;
    for (size_t i = 0; i < writers.size(); ++i) {
      const Group::Planned& planned = group.planned[i];
      people_->Apply(*writers[i]->batch, planned.kept, planned.identities,
                     planned.first_arrival, nullptr, rule);
      if (observer_ != nullptr && observer_->Watches()) {
        ShowObserver(*writers[i]->batch, planned.kept, planned.identities,
                     writers[i]->now_ms);
      }
    }
    view_bytes_ = people_->bytes() + ids_->bytes() + dictionaries_->bytes();
    if (unsealed_ == 0) unsealed_since_ms_ = writers.front()->now_ms;
    unsealed_ += counters_.events - group.counters.events;
    return;
  }
  counters_ = group.counters;
  dictionaries_->Truncate(group.dictionary_size);
  ids_->Truncate(group.ids_size);
  for (auto at = group.identities_before.rbegin(); at != group.identities_before.rend();
       ++at) {
    if (at->second.code == 0) {
      people_->Forget(at->first);
    } else {
      people_->Remember(at->first, at->second);
    }
  }
  for (Writer* writer : writers) {
    writer->status = status;
    writer->result = AppendResult();
  }
}

// Writes behind what memory has no room for.
absl::Status EventStore::Impl::MakeRoom(const std::vector<Writer*>& writers) {
  const uint64_t through = counters_.next_record - 1;
  if (people_->ShouldFlush()) {
    FOOTFALL_RETURN_IF_ERROR(people_->Flush(through));
    // Events without ids must not make the next opening look for ids in them.
    if (ids_->size() == 0) FOOTFALL_RETURN_IF_ERROR(ids_->Mark(through));
  }
  size_t ids = 0;
  int64_t day = INT64_MIN;
  for (const Writer* writer : writers) {
    ids += writer->id_hashes.size();
    day = std::max(day, base::DayOf(writer->now_ms));
  }
  if (ids == 0) return absl::OkStatus();
  const bool new_day = day > ids_->day();
  FOOTFALL_RETURN_IF_ERROR(ids_->Prepare(ids, day, through));
  if (new_day) {
    FOOTFALL_RETURN_IF_ERROR(ids_->Drop(day - settings().dedup_window_days));
  }
  return absl::OkStatus();
}

// Decides which events of the batch are kept, and adds its rows to the group.
absl::Status EventStore::Impl::Plan(Writer& writer, Group& group) {
  const Batch::Rep& batch = *writer.batch;
  Group::Planned& planned = group.planned.back();
  std::vector<Identity>& identities = planned.identities;
  identities.resize(batch.people.size());
  for (size_t i = 0; i < identities.size(); ++i) {
    FOOTFALL_ASSIGN_OR_RETURN(identities[i], people_->Find(writer.person_hashes[i]));
  }
  const int64_t window = settings().dedup_window_days;
  absl::flat_hash_set<Hash128> in_batch;  // Without a window, all that is told apart.
  std::vector<bool> in_runs;
  if (window > 0) {
    FOOTFALL_RETURN_IF_ERROR(ids_->FindInRuns(
        writer.id_hashes, base::DayOf(writer.now_ms) - window, &in_runs));
  }

  std::vector<uint64_t> people(identities.size(), 0);
  const auto use = [&](uint32_t index) {
    if (index == StringTable::kNone || people[index] != 0) return;
    Identity& identity = identities[index];
    if (identity.code == 0) {
      const Hash128& hash = writer.person_hashes[index];
      const StringTable::Entry& entry = batch.people[index];
      group.identities_before.emplace_back(hash, identity);
      identity.code = counters_.next_person++;
      people_->Remember(hash, identity);
      group.rows.Put(rocks_->family(kPeople), ToSlice(IdKey(hash)),
                     ToSlice(EncodeIdentity(identity)));
      group.rows.Put(rocks_->family(kPeople), ToSlice(CodeKey(identity.code)),
                     ToSlice(EncodeIdRow(entry.space, entry.text())));
    }
    people[index] = identity.code;
  };

  planned.kept.reserve(batch.facts.size());
  size_t next_id = 0;
  for (uint32_t i = 0; i < batch.facts.size(); ++i) {
    const EventFacts& facts = batch.facts[i];
    const size_t id = facts.has_id ? next_id++ : SIZE_MAX;
    const bool link = IsLink(facts);
    if (link) {
      const Identity& person = identities[facts.person];
      const Identity& anonymous = identities[facts.anonymous];
      if (anonymous.link != 0 && anonymous.link != person.code) {
        writer.result.rejections.push_back(
            {i, "anonymous", "is already linked to another person"});
        continue;
      }
    }
    if (facts.has_id &&
        (window == 0 ? !in_batch.insert(writer.id_hashes[id]).second
                     : in_runs[id] || !ids_->Insert(writer.id_hashes[id]))) {
      ++writer.result.duplicates;
      continue;
    }
    use(facts.person);
    use(facts.anonymous);
    if (link && identities[facts.anonymous].link == 0) {
      Identity& anonymous = identities[facts.anonymous];
      const Hash128& hash = writer.person_hashes[facts.anonymous];
      group.identities_before.emplace_back(hash, anonymous);
      anonymous.link = identities[facts.person].code;
      people_->Remember(hash, anonymous);
      group.rows.Put(rocks_->family(kPeople), ToSlice(IdKey(hash)),
                     ToSlice(EncodeIdentity(anonymous)));
      std::string row;
      PutVarint(row, anonymous.link);
      group.rows.Put(rocks_->family(kPeople), ToSlice(LinkKey(anonymous.code)),
                     ToSlice(row));
      if (anonymous.code < sealed_people_) {
        group.rows.Put(rocks_->family(kMeta),
                       ToSlice(NumberedKey(kMovedPrefix, anonymous.code)), ToSlice(row));
      }
    }
    planned.kept.push_back(i);
  }
  writer.result.accepted = planned.kept.size();
  if (planned.kept.empty()) return absl::OkStatus();

  // A record holds no string that only a dropped event has: erasing the people of the
  // record would miss it.
  const bool whole = planned.kept.size() == batch.facts.size();
  Batch::Rep part;
  if (!whole) FOOTFALL_RETURN_IF_ERROR(PartOf(batch, planned.kept, people, &part));
  const Batch::Rep& stored = whole ? batch : part;
  std::vector<uint32_t> all(stored.facts.size());
  std::iota(all.begin(), all.end(), 0);
  const std::vector<uint32_t> codes =
      CodeStrings(stored.strings, [this](uint32_t dictionary, std::string_view text) {
        return dictionaries_->CodeOf(dictionary, text);
      });
  planned.first_arrival = counters_.next_arrival;
  const std::string record = EncodeRecord({.batch = stored,
                                           .codes = codes,
                                           .people = whole ? people : CodesOf(part),
                                           .kept = all,
                                           .first_arrival = planned.first_arrival,
                                           .ingest_ms = writer.now_ms});
  group.rows.Put(rocks_->family(kLog), ToSlice(RecordKey(counters_.next_record)),
                 ToSlice(record));
  RecordHeader header;
  FOOTFALL_RETURN_IF_ERROR(LogRecord::ParseHeader(record, &header));
  const bool first = counters_.next_arrival == 1;
  counters_.min_time_ms =
      first ? header.min_time_ms : std::min(counters_.min_time_ms, header.min_time_ms);
  counters_.max_time_ms =
      first ? header.max_time_ms : std::max(counters_.max_time_ms, header.max_time_ms);
  ++counters_.next_record;
  counters_.next_arrival += planned.kept.size();
  counters_.events += planned.kept.size();
  return people_->Load(batch, planned.kept, identities, group.counters.next_person);
}

absl::Status EventStore::Impl::WriteGroup(Group& group) {
  if (counters_.next_record == group.counters.next_record) return absl::OkStatus();
  for (size_t code = group.dictionary_size; code < dictionaries_->size(); ++code) {
    std::string key;
    PutFixed32(key, static_cast<uint32_t>(code));
    group.rows.Put(rocks_->family(kDictionary), ToSlice(key),
                   ToSlice(dictionaries_->Row(static_cast<uint32_t>(code))));
  }
  group.rows.Put(rocks_->family(kMeta), kCountersKey, ToSlice(counters_.Encode()));
  if (absl::Status status = rocks_->Write(&group.rows, true); !status.ok()) {
    write_failed_ = true;
    Log(LogSeverity::kError,
        base::Cat("a batch could not be written: ", base::MessageOf(status)));
    return status;
  }
  ++version_;
  ++batches_committed_;
  log_bytes_written_ += group.rows.GetDataSize();
  return absl::OkStatus();
}

// After a failed write RocksDB refuses all others until it is told to go on. It can go on
// after "no space left"; after a quota or a limit on the size of files it takes the disk
// for broken, and the store has to be opened again.
absl::Status EventStore::Impl::Heal() {
  // Does nothing unless something failed, be it in a thread of RocksDB's.
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rocks_->db()->Resume()));
  write_failed_ = false;
  return people_behind_ ? CatchUpPeople() : absl::OkStatus();
}

}  // namespace footfall::store
