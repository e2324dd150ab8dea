#include "store/people.h"

#include <algorithm>

#include "base/strings.h"
#include "store/coding.h"
#include "store/event_coding.h"
#include "store/meta.h"

namespace footfall::store {
namespace {

// What must be replayed after a kill, or by a reader in another process, stays under this
// many events.
constexpr uint64_t kEventsBehindMax = 1'000'000;

std::string CodedKey(char prefix, uint64_t code) {
  std::string key(1, prefix);
  PutFixed64(key, code);
  return key;
}

}  // namespace

std::string IdKey(const Hash128& hash) {
  std::string key = "i";
  PutFixed64(key, hash.high);
  PutFixed64(key, hash.low);
  return key;
}
std::string CodeKey(uint64_t code) { return CodedKey(kCodePrefix, code); }
std::string LinkKey(uint64_t code) { return CodedKey('l', code); }
std::string StateKey(uint64_t code) { return CodedKey(kStatePrefix, code); }
std::string StaleKey(uint64_t code) { return CodedKey(kStalePrefix, code); }
uint64_t CodeOfKey(std::string_view key) {
  return key.size() == 9 ? Reader(key.substr(1)).Fixed64() : 0;
}

std::string EncodeIdentity(const Identity& identity) {
  std::string row;
  PutVarint(row, identity.code);
  PutVarint(row, identity.link);
  return row;
}
bool DecodeIdentity(std::string_view row, Identity* identity) {
  Reader reader(row);
  identity->code = reader.Varint();
  identity->link = reader.Varint();
  return reader.ok() && reader.done() && identity->code != 0;
}
std::string EncodeIdRow(uint32_t kind, std::string_view id) {
  std::string row(1, static_cast<char>(kind));
  row += id;
  return row;
}
std::pair<uint32_t, std::string_view> DecodeIdRow(std::string_view row) {
  if (row.empty()) return {kPersonId, {}};
  return {static_cast<uint8_t>(row[0]), row.substr(1)};
}

absl::StatusOr<Identity> People::Find(const Hash128& hash) {
  Identity identity;
  if (Look(hash, &identity)) return identity;
  auto row = rocks_->Get(kPeople, IdKey(hash));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return identity;
  if (!DecodeIdentity(**row, &identity)) {
    return absl::DataLossError("the store is damaged: an identifier cannot be read");
  }
  Remember(hash, identity);
  return identity;
}

void People::Remember(const Hash128& hash, const Identity& identity) {
  const ReaderGate::Writing writing(gate_);
  identities_.Put(hash, identity);
}

void People::Forget(const Hash128& hash) {
  const ReaderGate::Writing writing(gate_);
  identities_.Erase(hash);
}

bool People::Look(const Hash128& hash, Identity* identity) {
  const ReaderGate::Reading reading(gate_);
  return identities_.Find(hash, identity);
}

bool People::Describe(uint64_t code, bool sessions, model::Person* person,
                      Described* described) const {
  const ReaderGate::Reading reading(gate_);
  const auto known = states_.find(code);
  if (known == states_.end() || known->second == nullptr) return false;
  const Entry& entry = *known->second;
  *described = {.exists = entry.exists, .stale = entry.state.stale};
  if (entry.exists) {
    entry.state.DescribeAttributes(texts_, person);
    if (sessions) entry.state.DescribeSessions(person);
  }
  return true;
}

absl::Status People::LoadState(uint64_t code, bool is_new) {
  if (const auto known = states_.find(code); known != states_.end()) {
    known->second->used = true;
    return absl::OkStatus();
  }
  auto entry = std::make_unique<Entry>();
  absl::StatusOr<std::optional<std::string>> row = std::nullopt;
  if (!is_new) row = rocks_->Get(kPeople, StateKey(code));
  if (!row.ok()) return row.status();
  const ReaderGate::Writing writing(gate_);
  if (row->has_value()) {
    entry->exists = true;
    if (!entry->state.Decode(**row, &texts_)) {
      return absl::DataLossError(
          base::Cat("the store is damaged: person ", code, " cannot be read"));
    }
    entry->was_stale = entry->state.stale;
  }
  entry->used = true;
  Measure(*entry);
  states_[code] = std::move(entry);
  return absl::OkStatus();
}

void People::Measure(Entry& entry) {
  const size_t now = entry.state.bytes() + sizeof(Entry) - sizeof(PersonState) + 32;
  bytes_ += now - entry.bytes;
  entry.bytes = now;
}

absl::Status People::Load(const Batch::Rep& batch, const std::vector<uint32_t>& kept,
                          const std::vector<Identity>& identities,
                          uint64_t first_new_code) {
  std::vector<bool> done(identities.size());
  const auto load = [&](uint32_t index, bool linked_too) -> absl::Status {
    if (index == StringTable::kNone || (done[index] && !linked_too)) {
      return absl::OkStatus();
    }
    done[index] = true;
    const Identity& identity = identities[index];
    if (linked_too && identity.link != 0) {
      if (absl::Status status = LoadState(identity.code, identity.code >= first_new_code);
          !status.ok()) {
        return status;
      }
    }
    const uint64_t person = identity.person();
    return person == 0 ? absl::OkStatus() : LoadState(person, person >= first_new_code);
  };
  for (const uint32_t i : kept) {
    const EventFacts& facts = batch.facts[i];
    const bool links = facts.type == model::EventType::kAlias ||
                       facts.type == model::EventType::kIdentify;
    if (facts.person != StringTable::kNone) {
      if (absl::Status status = load(facts.person, false); !status.ok()) return status;
    }
    if (facts.person == StringTable::kNone || links) {
      if (absl::Status status = load(facts.anonymous, links); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

People::Entry& People::Change(uint64_t code) {
  std::unique_ptr<Entry>& slot = states_[code];
  if (slot == nullptr) slot = std::make_unique<Entry>();
  slot->exists = true;
  slot->used = true;
  if (!slot->changed) ++changed_;
  slot->changed = true;
  return *slot;
}

void People::Apply(const Batch::Rep& batch, const std::vector<uint32_t>& kept,
                   const std::vector<Identity>& identities, uint64_t first_arrival,
                   const std::vector<uint64_t>* arrivals,
                   const model::SessionRule& rule) {
  // What is the same for many events of the batch is looked up once.
  std::vector<Entry*> entries(identities.size(), nullptr);
  std::vector<uint64_t> sessions(batch.strings.size(), 0);
  std::vector<uint32_t> texts(batch.strings.size(), StringTable::kNone);
  std::vector<std::string_view> strings, ids;

  ReaderGate::Writing writing(gate_);
  for (size_t n = 0; n < kept.size(); ++n) {
    writing.GiveWay();
    const EventFacts& facts = batch.facts[kept[n]];
    const EventOrder order{facts.time_ms, facts.seq,
                           arrivals == nullptr ? first_arrival + n : (*arrivals)[n]};
    const uint32_t index =
        facts.person != StringTable::kNone ? facts.person : facts.anonymous;
    if (index == StringTable::kNone || identities[index].person() == 0) continue;
    Entry*& entry = entries[index];
    if (entry == nullptr) entry = &Change(identities[index].person());

    const bool identify = facts.type == model::EventType::kIdentify;
    if (identify || facts.type == model::EventType::kAlias) {
      if (facts.person != StringTable::kNone && facts.anonymous != StringTable::kNone) {
        const uint64_t code = identities[facts.anonymous].code;
        auto& linked = entry->state.anonymous;
        if (std::find(linked.begin(), linked.end(), code) == linked.end()) {
          linked.push_back(code);
          Entry& anonymous = Change(code);
          if (&anonymous != entry) {
            entry->state.Merge(anonymous.state, rule);
            anonymous.state = PersonState();
            anonymous.exists = false;
          }
        }
      }
      if (!identify) continue;
      if (strings.empty()) {
        for (size_t i = 0; i < batch.strings.size(); ++i) {
          strings.push_back(batch.strings[i].text());
        }
        ids.resize(batch.people.size());
      }
      EventDecoder decoder(
          {.base_time_ms = batch.base_time_ms, .strings = &strings, .people = &ids});
      Reader reader(batch.encoded(facts));
      EventDecoder::Decoded decoded;
      if (decoder.Next(reader, decoded)) entry->state.Identify(order, decoded.event);
      continue;
    }

    uint64_t session = 0;
    if (facts.session != StringTable::kNone) {
      uint64_t& hash = sessions[facts.session];
      if (hash == 0) hash = HashSession(key_, batch.strings[facts.session].text());
      session = hash;
    }
    entry->state.AddActivity(order, session, rule);
    for (uint32_t i = 0; i < kLatestFields; ++i) {
      const uint32_t string = facts.latest[i];
      if (string == StringTable::kNone) continue;
      if (!entry->state.latest.IsOlder(i, order)) continue;
      uint32_t& text = texts[string];
      if (text == StringTable::kNone) {
        text = texts_.Intern(i, batch.strings[string].text());
      }
      entry->state.latest.Set(i, order, text);
    }
  }
  applied_since_flush_ += kept.size();
  for (Entry* entry : entries) {
    if (entry != nullptr) Measure(*entry);
  }
}

absl::Status People::RebuildRuns(const Batch::Rep& batch,
                                 const std::vector<Identity>& identities,
                                 const model::SessionRule& rule) {
  for (const EventFacts& facts : batch.facts) {
    const uint32_t index =
        facts.person != StringTable::kNone ? facts.person : facts.anonymous;
    if (facts.session != StringTable::kNone || index == StringTable::kNone ||
        facts.type == model::EventType::kIdentify ||
        facts.type == model::EventType::kAlias || identities[index].person() == 0) {
      continue;
    }
    const uint64_t code = identities[index].person();
    if (absl::Status status = LoadState(code); !status.ok()) return status;
    const ReaderGate::Writing writing(gate_);
    Entry& entry = Change(code);
    entry.state.AddToRuns(facts.time_ms, rule);
    Measure(entry);
    ++applied_since_flush_;
  }
  return absl::OkStatus();
}

absl::Status People::ReplaceRuns(uint64_t code, const std::vector<SessionSpan>& runs,
                                 int64_t horizon_ms) {
  if (absl::Status status = LoadState(code); !status.ok()) return status;
  const ReaderGate::Writing writing(gate_);
  Entry& entry = Change(code);
  std::erase_if(entry.state.runs, [horizon_ms](const SessionSpan& run) {
    return run.end_ms >= horizon_ms;
  });
  entry.state.runs.insert(entry.state.runs.end(), runs.begin(), runs.end());
  entry.state.stale = false;
  Measure(entry);
  return absl::OkStatus();
}

bool People::ShouldFlush() const {
  return bytes() > bytes_max_ || applied_since_flush_ > kEventsBehindMax;
}

absl::Status People::Flush(uint64_t through, uint64_t sealed) {
  rocksdb::WriteBatch batch;
  rocksdb::ColumnFamilyHandle* const family = rocks_->family(kPeople);
  // Rows in order go into a memtable much faster.
  std::vector<std::pair<uint64_t, const Entry*>> changed;
  changed.reserve(changed_);
  for (const auto& [code, entry] : states_) {
    if (entry->changed) changed.emplace_back(code, entry.get());
  }
  std::sort(changed.begin(), changed.end());
  for (const auto& [code, entry] : changed) {
    if (entry->exists) {
      batch.Put(family, ToSlice(StateKey(code)), ToSlice(entry->state.Encode(texts_)));
    } else {
      batch.Delete(family, ToSlice(StateKey(code)));
    }
    const bool stale = entry->exists && entry->state.stale;
    if (stale && !entry->was_stale) batch.Put(family, ToSlice(StaleKey(code)), "");
    if (!stale && entry->was_stale) batch.Delete(family, ToSlice(StaleKey(code)));
  }
  std::string row;
  PutVarint(row, through);
  batch.Put(rocks_->family(kMeta), kPeopleThroughKey, ToSlice(row));
  if (sealed > 0) {
    row.clear();
    PutVarint(row, sealed);
    batch.Put(rocks_->family(kMeta), kPeopleSealedKey, ToSlice(row));
  }
  if (absl::Status status = rocks_->Write(&batch, false); !status.ok()) return status;

  // Who was not used since the last flush goes first, then others at random, so that
  // memory that is too small costs in proportion and not everything at once.
  const size_t room = bytes_max_ / 4 * 3;
  ShrinkIdentities();
  ReaderGate::Writing writing(gate_);
  for (const bool others : {false, true}) {
    for (auto at = states_.begin(); at != states_.end();) {
      writing.GiveWay();
      Entry& entry = *at->second;
      if (!entry.exists || (bytes() > room && (others || !entry.used))) {
        bytes_ -= entry.bytes;
        states_.erase(at++);
        continue;
      }
      entry.was_stale = entry.state.stale;
      entry.changed = false;
      if (others) entry.used = false;
      ++at;
    }
  }
  changed_ = 0;
  applied_since_flush_ = 0;
  // Texts that no state has any more.
  if (bytes() > room) Clear();
  return absl::OkStatus();
}

// An identifier spares a read of the store in a twentieth of the memory that a state
// takes to do so: half of all memory may hold identifiers.
void People::ShrinkIdentities() {
  const size_t bytes = identities_.bytes();
  const size_t room = bytes_max_ / 2;
  if (bytes <= room) return;
  const size_t kept = identities_.size() * (room / 4 * 3) / bytes;
  ReaderGate::Writing writing(gate_);
  identities_.Shrink(kept, [&writing] { writing.GiveWay(); });
}

StateOverlay People::Overlay() const {
  StateOverlay overlay;
  for (const auto& [code, entry] : states_) {
    if (!entry->changed) continue;
    overlay[code] = entry->exists ? entry->state.Encode(texts_) : std::string();
  }
  return overlay;
}

void People::Reset() {
  const ReaderGate::Writing writing(gate_);
  Clear();
}

void People::Clear() {
  identities_.Clear();
  states_.clear();
  texts_ = StringTable();
  bytes_ = 0;
  changed_ = 0;
  applied_since_flush_ = 0;
}

}  // namespace footfall::store
