// The part of redaction that brings the states of people in line with their events.
#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "base/strings.h"
#include "store/redact_progress.h"

namespace footfall::store {
namespace {

// People whose events are counted in memory at a time.
constexpr uint64_t kSliceCodes = 1 << 18;
// Rewritten states are written in atoms of about this size.
constexpr size_t kAtomBytes = 4 << 20;

// Leaves of `state` what comes from events that data retention has removed, of which the
// person had `expired`.
void KeepExpired(uint64_t expired, int64_t horizon_ms, PersonState& state) {
  const int64_t last_ms = horizon_ms - 1;
  const auto cut = [&](std::vector<SessionSpan>& spans) {
    std::erase_if(spans, [&](const SessionSpan& span) {
      return expired == 0 || span.start_ms > last_ms;
    });
    for (SessionSpan& span : spans) span.end_ms = std::min(span.end_ms, last_ms);
  };
  cut(state.sessions);
  cut(state.runs);
  state.events = expired;
  state.first_seen_ms = expired == 0 ? 0 : std::min(state.first_seen_ms, last_ms);
  state.last_seen_ms = expired == 0 ? 0 : std::min(state.last_seen_ms, last_ms);
  std::erase_if(state.attributes, [horizon_ms](const PersonState::Attribute& attribute) {
    return attribute.order.time_ms >= horizon_ms;
  });
  LatestFields latest;
  for (size_t i = 0; i < kLatestFields; ++i) {
    const uint32_t text = state.latest.text(i);
    if (text == StringTable::kNone || state.latest.order(i).time_ms >= horizon_ms) {
      continue;
    }
    latest.Set(i, state.latest.order(i), text);
  }
  state.latest = latest;
}

bool IsEmpty(const PersonState& state) {
  for (size_t i = 0; i < kLatestFields; ++i) {
    if (state.latest.text(i) != StringTable::kNone) return false;
  }
  return state.events == 0 && state.anonymous.empty() && state.attributes.empty();
}

model::Value ToValue(const model::AttributeValue& value) {
  if (const bool* boolean = std::get_if<bool>(&value)) {
    return model::Value::Bool(*boolean);
  }
  if (const int64_t* integer = std::get_if<int64_t>(&value)) {
    return model::Value::Int(*integer);
  }
  if (const double* number = std::get_if<double>(&value)) {
    return model::Value::Double(*number);
  }
  return model::Value::String(std::get<std::string>(value));
}

// The part of a person's state that came from texts of events, as an event.
absl::StatusOr<bool> RedactState(Redactor& redactor, StringTable& texts,
                                 PersonState& state) {
  model::Event event;
  event.type = model::EventType::kIdentify;
  event.person = "0";
  std::vector<model::Property> properties;
  for (const PersonState::Attribute& attribute : state.attributes) {
    properties.push_back({attribute.key, ToValue(attribute.value)});
  }
  event.properties = properties;
  const auto fields = ContextFields(event.context);
  for (size_t i = 0; i < kLatestFields; ++i) {
    const uint32_t text = state.latest.text(i);
    if (text != StringTable::kNone) *fields[i] = texts[text].text();
  }
  std::vector<PersonState::Attribute> attributes;
  LatestFields latest;
  RuleTotals uncounted;
  const auto replace = [&](const model::Event& cleaned) {
    for (PersonState::Attribute& attribute : state.attributes) {
      PersonState one;
      for (const model::Property& property : cleaned.properties) {
        if (property.key != attribute.key) continue;
        model::Event single;
        single.properties = {&property, 1};
        one.Identify(attribute.order, single);
      }
      for (PersonState::Attribute& kept : one.attributes) {
        attributes.push_back(std::move(kept));
      }
    }
    const auto cleaned_fields = ContextFields(cleaned.context);
    for (uint32_t i = 0; i < kLatestFields; ++i) {
      if (cleaned_fields[i]->empty()) continue;
      latest.Set(i, state.latest.order(i), texts.Intern(i, *cleaned_fields[i]));
    }
  };
  FOOTFALL_ASSIGN_OR_RETURN(const Redactor::Fate fate,
                            redactor.Redact(event, replace, uncounted));
  if (fate == Redactor::Fate::kSame) return false;
  state.attributes = std::move(attributes);
  state.latest = latest;
  return true;
}

}  // namespace

// Redacts what people have from events that data retention has removed. Doing it again
// changes nothing.
absl::Status EventStore::Impl::RedactStates(Redaction& redaction, Redactor& redactor) {
  FOOTFALL_RETURN_IF_ERROR(people_->Flush(counters_.next_record - 1));
  people_->Reset();
  rocksdb::WriteBatch rows;
  const auto write = [&]() -> absl::Status {
    if (rows.Count() == 0) return absl::OkStatus();
    redaction.states_changed = true;
    rows.Put(rocks_->family(kMeta), ToSlice(redaction.row_key),
             ToSlice(redaction.Encode()));
    FOOTFALL_RETURN_IF_ERROR(WriteSynced(rows));
    rows.Clear();
    return absl::OkStatus();
  };
  StringTable texts;
  auto states = rocks_->Iterate(kPeople, nullptr, /*fill_cache=*/false);
  for (states->Seek(std::string(1, kStatePrefix));
       states->Valid() && states->key()[0] == kStatePrefix; states->Next()) {
    texts.Clear();
    PersonState state;
    if (!state.Decode(ToView(states->value()), &texts)) {
      return DamagedState(CodeOfKey(ToView(states->key())));
    }
    FOOTFALL_ASSIGN_OR_RETURN(const bool changed, RedactState(redactor, texts, state));
    if (!changed) continue;
    rows.Put(rocks_->family(kPeople), states->key(), ToSlice(state.Encode(texts)));
    if (rows.GetDataSize() > kAtomBytes) FOOTFALL_RETURN_IF_ERROR(write());
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(states->status()));
  return write();
}

// Takes links away of which no event is left, and then the states: those that come from
// stored events alone are computed anew from nothing.
absl::Status EventStore::Impl::StartPeoplePhase(Redaction& redaction) {
  const PeopleRebuild rebuild(this);
  const bool expired = counters_.horizon_ms != 0;
  // Runs of sessions are computed while their events are known.
  if (expired) FOOTFALL_RETURN_IF_ERROR(SettleStaleRuns(nullptr));
  FOOTFALL_RETURN_IF_ERROR(people_->Flush(counters_.next_record - 1));
  FOOTFALL_ASSIGN_OR_RETURN(const absl::flat_hash_set<uint64_t> unlinked, FindUnlinked());
  FOOTFALL_RETURN_IF_ERROR(RewriteUnlinked(unlinked));
  rocksdb::WriteBatch rows;
  FOOTFALL_RETURN_IF_ERROR(Unlink(unlinked, rows));
  Redaction next = redaction;
  next.phase = Redaction::Phase::kPeople;
  next.next = 1;
  if (!expired) {
    next.phase = Redaction::Phase::kFiles;
    rocksdb::ColumnFamilyHandle* const family = rocks_->family(kPeople);
    for (const char prefix : {kStatePrefix, kStalePrefix}) {
      const std::string begin(1, prefix);
      rows.DeleteRange(family, begin, std::string(1, static_cast<char>(prefix + 1)));
    }
    PutPeopleThrough(0, rows);
  }
  rows.Put(rocks_->family(kMeta), ToSlice(next.row_key), ToSlice(next.Encode()));
  FOOTFALL_RETURN_IF_ERROR(WriteSynced(rows));
  people_behind_ = true;
  FOOTFALL_RETURN_IF_ERROR(CatchUpPeople());
  redaction = std::move(next);
  redaction.phase = Redaction::Phase::kFiles;
  return absl::OkStatus();
}

// Anonymous ids whose link was said by events that were dropped, and by no other.
absl::StatusOr<absl::flat_hash_set<uint64_t>> EventStore::Impl::FindUnlinked() {
  absl::flat_hash_set<uint64_t> codes;
  auto marks = rocks_->Iterate(kMeta);
  for (marks->Seek(ToSlice(kUnlinkPrefix));
       marks->Valid() && marks->key().starts_with(ToSlice(kUnlinkPrefix));
       marks->Next()) {
    codes.insert(Reader(ToView(marks->key()).substr(kUnlinkPrefix.size())).Fixed64());
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(marks->status()));
  if (codes.empty()) return codes;
  FOOTFALL_ASSIGN_OR_RETURN(const StoredRuns runs,
                            OpenRuns(rocks_, nullptr, runs_, *run_cache_));
  const RecordScan scan{
      .rocks = rocks_.get(), .dictionaries = dictionaries_.get(), .runs = &runs};
  FOOTFALL_RETURN_IF_ERROR(
      ScanRecords(scan, [&](const Place& place, LogRecord& record) -> absl::Status {
        return At(place,
                  record.Visit([&](const EventDecoder::Decoded& decoded, uint64_t) {
                    if (IsLink(decoded.event) && decoded.person != UINT32_MAX &&
                        decoded.anonymous != UINT32_MAX) {
                      codes.erase(record.people()[decoded.anonymous]);
                    }
                    return absl::OkStatus();
                  }));
      }));
  return codes;
}

// Adds the rows that take these links away, and the marks of all that were doubtful.
absl::Status EventStore::Impl::Unlink(const absl::flat_hash_set<uint64_t>& codes,
                                      rocksdb::WriteBatch& rows) {
  rows.DeleteRange(rocks_->family(kMeta), ToSlice(kUnlinkPrefix), ToSlice(kUnlinkEnd));
  for (const uint64_t code : codes) {
    rows.Delete(rocks_->family(kPeople), ToSlice(LinkKey(code)));
    rows.Delete(rocks_->family(kMeta), ToSlice(NumberedKey(kMovedPrefix, code)));
    FOOTFALL_ASSIGN_OR_RETURN(const auto id, rocks_->Get(kPeople, CodeKey(code)));
    if (!id.has_value()) continue;  // Forgotten meanwhile.
    const auto [kind, text] = DecodeIdRow(*id);
    rows.Put(rocks_->family(kPeople), ToSlice(IdKey(HashIdentifier(key_, kind, text))),
             ToSlice(EncodeIdentity({code, 0})));
  }
  return absl::OkStatus();
}

void EventStore::Impl::PutPeopleThrough(uint64_t record,
                                        rocksdb::WriteBatch& rows) const {
  std::string row;
  PutVarint(row, record);
  rows.Put(rocks_->family(kMeta), kPeopleThroughKey, ToSlice(row));
  rows.Delete(rocks_->family(kMeta), kPeopleSealedKey);
}

// Takes out of the next states what comes from stored events.
absl::Status EventStore::Impl::KeepExpiredStates(Redaction& redaction) {
  const uint64_t first = redaction.next;
  const uint64_t end = std::min(first + kSliceCodes, counters_.next_person);
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<uint64_t> stored,
                            CountActivity(first, end));
  rocksdb::ColumnFamilyHandle* const family = rocks_->family(kPeople);
  rocksdb::WriteBatch rows;
  StringTable texts;
  auto states = rocks_->Iterate(kPeople, nullptr, /*fill_cache=*/false);
  for (states->Seek(StateKey(first));
       states->Valid() && ToView(states->key()) < StateKey(end); states->Next()) {
    texts.Clear();
    const uint64_t code = CodeOfKey(ToView(states->key()));
    PersonState state;
    if (!state.Decode(ToView(states->value()), &texts)) return DamagedState(code);
    const uint64_t now = stored[code - first];
    KeepExpired(state.events - std::min(state.events, now), counters_.horizon_ms, state);
    std::vector<uint64_t> linked;
    for (const uint64_t anonymous : state.anonymous) {
      FOOTFALL_ASSIGN_OR_RETURN(const auto link,
                                rocks_->Get(kPeople, LinkKey(anonymous)));
      if (link.has_value()) linked.push_back(anonymous);
    }
    state.anonymous = std::move(linked);
    if (IsEmpty(state)) {
      rows.Delete(family, states->key());
    } else {
      rows.Put(family, states->key(), ToSlice(state.Encode(texts)));
    }
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(states->status()));
  Redaction next = redaction;
  next.next = end;
  if (end == counters_.next_person) {
    // The log is replayed from here on as after any opening.
    next.phase = Redaction::Phase::kFiles;
    PutPeopleThrough(0, rows);
  }
  rows.Put(rocks_->family(kMeta), ToSlice(next.row_key), ToSlice(next.Encode()));
  FOOTFALL_RETURN_IF_ERROR(WriteSynced(rows));
  redaction = std::move(next);
  return absl::OkStatus();
}

// How many stored events count for the people with codes in [first, end).
absl::StatusOr<std::vector<uint64_t>> EventStore::Impl::CountActivity(uint64_t first,
                                                                      uint64_t end) {
  std::vector<uint64_t> counts(end - first);
  CodeLookup lookup(rocks_.get(), nullptr);
  FOOTFALL_ASSIGN_OR_RETURN(const StoredRuns runs,
                            OpenRuns(rocks_, nullptr, runs_, *run_cache_));
  const RecordScan scan{
      .rocks = rocks_.get(), .dictionaries = dictionaries_.get(), .runs = &runs};
  const absl::Status scanned =
      ScanRecords(scan, [&](const Place& place, LogRecord& record) -> absl::Status {
        lookup.Trim();
        const std::vector<uint64_t>& people = record.people();
        const absl::Status visited = record.Visit(
            [&](const EventDecoder::Decoded& decoded, uint64_t) -> absl::Status {
              if (IsLink(decoded.event)) return absl::OkStatus();
              uint64_t person = 0;
              if (decoded.person != UINT32_MAX) {
                person = people[decoded.person];
              } else if (decoded.anonymous != UINT32_MAX) {
                FOOTFALL_ASSIGN_OR_RETURN(person,
                                          lookup.PersonOf(people[decoded.anonymous]));
              }
              if (person >= first && person < end) ++counts[person - first];
              return absl::OkStatus();
            });
        return At(place, visited);
      });
  if (!scanned.ok()) return scanned;
  return counts;
}

// Ends phases of people that have begun; nothing else may write in between. The states
// are then complete once the log has been replayed. Answers whether there was one.
absl::StatusOr<bool> EventStore::Impl::FinishRedactedPeople() {
  std::vector<Redaction> unfinished;
  auto rows = rocks_->Iterate(kMeta);
  for (rows->Seek(ToSlice(kRedactPrefix));
       rows->Valid() && rows->key().starts_with(ToSlice(kRedactPrefix)); rows->Next()) {
    Redaction redaction;
    redaction.row_key = std::string(ToView(rows->key()));
    if (!redaction.Decode(ToView(rows->value()))) return DamagedProgress();
    if (redaction.phase == Redaction::Phase::kPeople) {
      unfinished.push_back(std::move(redaction));
    }
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
  for (Redaction& redaction : unfinished) {
    while (redaction.phase == Redaction::Phase::kPeople) {
      FOOTFALL_RETURN_IF_ERROR(KeepExpiredStates(redaction));
    }
  }
  return !unfinished.empty();
}

}  // namespace footfall::store
