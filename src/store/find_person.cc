// One person as of now, for callers that cannot wait for a snapshot.
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "store/event_coding.h"
#include "store/imported.h"
#include "store/store_impl.h"

namespace footfall::store {
namespace {

absl::Status DamagedPerson(uint64_t code) {
  return absl::DataLossError(
      base::Cat("the store is damaged: person ", code, " cannot be read"));
}

absl::StatusOr<bool> IsKnown(const absl::StatusOr<model::Person>& found,
                             model::Person* person) {
  if (absl::IsNotFound(found.status())) return false;
  FOOTFALL_RETURN_IF_ERROR(found.status());
  *person = *found;
  return true;
}

}  // namespace

absl::StatusOr<bool> EventStore::Impl::FindPerson(std::string_view id,
                                                  const PersonParts& parts,
                                                  model::Person* person) {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(Enter(&open));
  if (!read_only_) {
    const uint64_t rebuilds = people_rebuilds_.load();
    FOOTFALL_ASSIGN_OR_RETURN(const Found found, FindBesideWriter(id, parts, person));
    // States that are computed anew show what never was.
    const bool steady = rebuilds % 2 == 0 && rebuilds == people_rebuilds_.load();
    if (steady && found != Found::kUncertain) return found == Found::kYes;
  }
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, TakeSnapshotInside());
  return IsKnown(snapshot->FindPerson(id), person);
}

absl::StatusOr<Identity> EventStore::Impl::IdentityBesideWriter(std::string_view id) {
  const auto look_up = [&](uint32_t kind,
                           std::string_view text) -> absl::StatusOr<Identity> {
    const Hash128 hash = HashIdentifier(key_, kind, text);
    Identity identity;
    if (people_->Look(hash, &identity)) return identity;
    FOOTFALL_ASSIGN_OR_RETURN(const auto row, rocks_->Get(kPeople, IdKey(hash)));
    if (row.has_value() && !DecodeIdentity(*row, &identity)) return DamagedPerson(0);
    return identity;
  };
  FOOTFALL_ASSIGN_OR_RETURN(Identity identity, look_up(kPersonId, id));
  if (identity.code != 0 || !id.starts_with(model::kAnonymousPrefix)) return identity;
  return look_up(kAnonymousId, id.substr(model::kAnonymousPrefix.size()));
}

absl::StatusOr<EventStore::Impl::Found> EventStore::Impl::FindBesideWriter(
    std::string_view id, const PersonParts& parts, model::Person* person) {
  *person = model::Person();
  FOOTFALL_ASSIGN_OR_RETURN(const Identity identity, IdentityBesideWriter(id));
  const uint64_t code = identity.person();
  if (code == 0) return Found::kNo;
  person->code = code;

  People::Described state;
  if (!people_->Describe(code, parts.sessions, person, &state)) {
    // What is not in memory is stored as it is.
    FOOTFALL_ASSIGN_OR_RETURN(const auto row, rocks_->Get(kPeople, StateKey(code)));
    if (row.has_value()) {
      StringTable texts;
      PersonState stored;
      if (!stored.Decode(*row, &texts)) return DamagedPerson(code);
      state = {.exists = true, .stale = stored.stale};
      stored.DescribeAttributes(texts, person);
      if (parts.sessions) stored.DescribeSessions(person);
    }
  }
  if (state.stale && parts.sessions) return Found::kUncertain;
  bool exists = state.exists;
  if (parts.imported || !exists) {
    FOOTFALL_ASSIGN_OR_RETURN(const auto row, rocks_->Get(kPeople, ImportedKey(code)));
    if (row.has_value() && !DecodeImported(*row, &person->imported)) {
      return DamagedPerson(code);
    }
    exists = exists || row.has_value();
  }
  if (!exists) return Found::kNo;
  if (identity.link == 0 && !id.starts_with(model::kAnonymousPrefix)) {
    person->id = std::string(id);
    person->identified = true;
    return Found::kYes;
  }
  FOOTFALL_ASSIGN_OR_RETURN(const auto row, rocks_->Get(kPeople, CodeKey(code)));
  // Forgotten between the two.
  if (!row.has_value()) return Found::kUncertain;
  const auto [kind, text] = DecodeIdRow(*row);
  person->id = std::string(text);
  person->identified = kind == kPersonId;
  return Found::kYes;
}

// Shows the observer the kept events of a batch that has just been written.
void EventStore::Impl::ShowObserver(const Batch::Rep& batch,
                                    const std::vector<uint32_t>& kept,
                                    const std::vector<Identity>& identities,
                                    int64_t now_ms) {
  std::vector<std::string_view> strings;
  strings.reserve(batch.strings.size());
  for (size_t i = 0; i < batch.strings.size(); ++i) {
    strings.push_back(batch.strings[i].text());
  }
  const std::vector<std::string_view> ids(batch.people.size());
  EventDecoder decoder(
      {.base_time_ms = batch.base_time_ms, .strings = &strings, .people = &ids});
  EventDecoder::Decoded decoded;
  const EventObserver::Moment moment{.version = version_, .now_ms = now_ms};
  for (const uint32_t i : kept) {
    const EventFacts& facts = batch.facts[i];
    const uint32_t index =
        facts.person != StringTable::kNone ? facts.person : facts.anonymous;
    if (index == StringTable::kNone) continue;
    if (facts.type == model::EventType::kIdentify ||
        facts.type == model::EventType::kAlias) {
      if (facts.person != StringTable::kNone && facts.anonymous != StringTable::kNone) {
        observer_->Linked(moment, identities[facts.anonymous].code,
                          identities[facts.person].person());
      }
      continue;
    }
    Reader reader(batch.encoded(facts));
    if (decoder.Next(reader, decoded)) {
      observer_->Appended(moment, identities[index].person(), decoded.event);
    }
  }
}

}  // namespace footfall::store
