#include "store/person_state.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "store/coding.h"

namespace footfall::store {
namespace {

constexpr uint8_t kStateVersion = 1;

bool ToAttribute(const model::Value& value, model::AttributeValue* out) {
  using Kind = model::Value::Kind;
  switch (value.kind) {
    case Kind::kBool:
      *out = value.boolean;
      return true;
    case Kind::kInt:
      *out = value.integer;
      return true;
    case Kind::kDouble:
      *out = value.number;
      return true;
    case Kind::kString:
      *out = std::string(value.text);
      return true;
    case Kind::kMissing:
    case Kind::kJson:
      break;
  }
  return false;
}

void PutOrder(std::string& out, const EventOrder& order) {
  PutZigZag(out, order.time_ms);
  PutZigZag(out, order.seq);
  PutVarint(out, order.arrival);
}
EventOrder ReadOrder(Reader& reader) {
  EventOrder order;
  order.time_ms = reader.SignedVarint();
  order.seq = reader.SignedVarint();
  order.arrival = reader.Varint();
  return order;
}

void PutAttributeValue(std::string& out, const model::AttributeValue& value) {
  out.push_back(static_cast<char>(value.index()));
  if (const bool* boolean = std::get_if<bool>(&value)) {
    out.push_back(*boolean ? 1 : 0);
  } else if (const int64_t* integer = std::get_if<int64_t>(&value)) {
    PutZigZag(out, *integer);
  } else if (const double* number = std::get_if<double>(&value)) {
    PutDouble(out, *number);
  } else {
    PutBytes(out, std::get<std::string>(value));
  }
}
bool ReadAttributeValue(Reader& reader, model::AttributeValue* value) {
  switch (reader.Byte()) {
    case 0:
      *value = reader.Byte() != 0;
      return true;
    case 1:
      *value = reader.SignedVarint();
      return true;
    case 2:
      *value = reader.Double();
      return true;
    case 3:
      *value = std::string(reader.Bytes());
      return true;
    default:
      return false;
  }
}

// Spans are close in time to one another, so starts are differences.
void PutSpans(std::string& out, const std::vector<SessionSpan>& spans, bool with_id) {
  PutVarint(out, spans.size());
  int64_t last = 0;
  for (const SessionSpan& span : spans) {
    if (with_id) PutFixed64(out, span.id);
    PutZigZag(out, span.start_ms - last);
    PutVarint(out, static_cast<uint64_t>(span.end_ms - span.start_ms));
    last = span.start_ms;
  }
}
void ReadSpans(Reader& reader, bool with_id, std::vector<SessionSpan>* spans) {
  spans->resize(reader.Count());
  int64_t last = 0;
  for (SessionSpan& span : *spans) {
    span.id = with_id ? reader.Fixed64() : 0;
    span.start_ms = last += reader.SignedVarint();
    span.end_ms = span.start_ms + static_cast<int64_t>(reader.Varint());
  }
}

}  // namespace

void LatestFields::Set(size_t field, const EventOrder& order, uint32_t text) {
  texts_[field] = text;
  size_t free = orders_.size();
  for (size_t i = 0; i < orders_.size(); ++i) {
    if (orders_[i] == order) {
      at_[field] = static_cast<uint8_t>(i);
      return;
    }
    // An order that no other field needs is replaced.
    bool needed = false;
    for (size_t other = 0; other < kLatestFields; ++other) {
      needed = needed ||
               (other != field && texts_[other] != StringTable::kNone && at_[other] == i);
    }
    if (!needed) free = i;
  }
  if (free == orders_.size()) orders_.push_back(order);
  orders_[free] = order;
  at_[field] = static_cast<uint8_t>(free);
}

void PersonState::AddActivity(const EventOrder& order, uint64_t session,
                              const model::SessionRule& rule) {
  first_seen_ms = events == 0 ? order.time_ms : std::min(first_seen_ms, order.time_ms);
  last_seen_ms = events == 0 ? order.time_ms : std::max(last_seen_ms, order.time_ms);
  ++events;
  if (session == 0) {
    AddToRuns(order.time_ms, rule);
  } else {
    AddToSessions({session, order.time_ms, order.time_ms});
  }
}

void PersonState::AddToSessions(const SessionSpan& span) {
  // The session of the moment is nearly always the newest.
  for (size_t i = sessions.size(); i-- > 0;) {
    SessionSpan& known = sessions[i];
    if (known.id != span.id) continue;
    known.start_ms = std::min(known.start_ms, span.start_ms);
    known.end_ms = std::max(known.end_ms, span.end_ms);
    return;
  }
  sessions.push_back(span);
}

void PersonState::AddToRuns(int64_t time_ms, const model::SessionRule& rule) {
  // `after` is the first run that starts after the event, `before` the one it may be in.
  auto after = runs.end();
  if (!runs.empty() && runs.back().start_ms > time_ms) {
    after = std::upper_bound(
        runs.begin(), runs.end(), time_ms,
        [](int64_t time, const SessionSpan& run) { return time < run.start_ms; });
  }
  const auto before = after == runs.begin() ? runs.end() : after - 1;
  const bool has_before = before != runs.end();
  if (has_before && time_ms <= before->end_ms) return;
  const auto fits = [&rule](int64_t start_ms, int64_t end_ms) {
    return rule.max_ms == 0 || end_ms - start_ms < rule.max_ms;
  };
  // Where the length of runs is limited, a run that a limit cut off depends on where the
  // one before it starts; moving a start then moves later cuts, which only the events
  // themselves can tell.
  const auto followed = [&](std::vector<SessionSpan>::iterator run) {
    return run + 1 != runs.end() && (run + 1)->start_ms - run->end_ms <= rule.gap_ms;
  };
  const bool joins_before = has_before && time_ms - before->end_ms <= rule.gap_ms &&
                            fits(before->start_ms, time_ms);
  const bool near_after = after != runs.end() && after->start_ms - time_ms <= rule.gap_ms;
  if (joins_before) {
    const bool was_near =
        after != runs.end() && after->start_ms - before->end_ms <= rule.gap_ms;
    before->end_ms = time_ms;
    // A neighbour cut off by the limit stays cut off; one that a gap kept apart is now
    // part of the run, as far as the limit lets it.
    if (!near_after || was_near || !fits(before->start_ms, after->start_ms)) return;
    stale = stale || !fits(before->start_ms, after->end_ms) || followed(after);
    before->end_ms = after->end_ms;
    runs.erase(after);
    return;
  }
  if (near_after) {
    stale = stale || !fits(time_ms, after->end_ms) || followed(after);
    after->start_ms = time_ms;
    return;
  }
  runs.insert(after, {0, time_ms, time_ms});
}

void PersonState::Identify(const EventOrder& order, const model::Event& event) {
  for (const model::Property& property : event.properties) {
    model::AttributeValue value;
    if (!ToAttribute(property.value, &value)) continue;
    auto at = std::lower_bound(
        attributes.begin(), attributes.end(), property.key,
        [](const Attribute& a, std::string_view key) { return a.key < key; });
    if (at == attributes.end() || at->key != property.key) {
      attributes.insert(at, {std::string(property.key), order, std::move(value)});
    } else if (order > at->order) {
      at->order = order;
      at->value = std::move(value);
    }
  }
}

void PersonState::Merge(const PersonState& other, const model::SessionRule& rule) {
  if (other.events > 0) {
    first_seen_ms =
        events == 0 ? other.first_seen_ms : std::min(first_seen_ms, other.first_seen_ms);
    last_seen_ms =
        events == 0 ? other.last_seen_ms : std::max(last_seen_ms, other.last_seen_ms);
    events += other.events;
  }
  for (size_t i = 0; i < kLatestFields; ++i) {
    const uint32_t text = other.latest.text(i);
    if (text != StringTable::kNone && latest.IsOlder(i, other.latest.order(i))) {
      latest.Set(i, other.latest.order(i), text);
    }
  }
  for (const Attribute& theirs : other.attributes) {
    auto at = std::lower_bound(
        attributes.begin(), attributes.end(), theirs.key,
        [](const Attribute& a, const std::string& key) { return a.key < key; });
    if (at == attributes.end() || at->key != theirs.key) {
      attributes.insert(at, theirs);
    } else if (theirs.order > at->order) {
      *at = theirs;
    }
  }
  for (const SessionSpan& span : other.sessions) AddToSessions(span);

  stale = stale || other.stale;
  if (other.runs.empty()) return;
  if (runs.empty()) {
    runs = other.runs;
    return;
  }
  std::vector<SessionSpan> all = runs;
  all.insert(all.end(), other.runs.begin(), other.runs.end());
  std::sort(all.begin(), all.end(), [](const SessionSpan& a, const SessionSpan& b) {
    return a.start_ms < b.start_ms;
  });
  runs.clear();
  for (const SessionSpan& span : all) {
    if (runs.empty() || span.start_ms - runs.back().end_ms > rule.gap_ms) {
      runs.push_back(span);
      continue;
    }
    SessionSpan& run = runs.back();
    run.end_ms = std::max(run.end_ms, span.end_ms);
    if (rule.max_ms > 0 && run.end_ms - run.start_ms >= rule.max_ms) stale = true;
  }
}

std::string PersonState::Encode(const StringTable& texts) const {
  std::string out;
  out.push_back(static_cast<char>(kStateVersion));
  out.push_back(stale ? 1 : 0);
  PutVarint(out, anonymous.size());
  for (const uint64_t code : anonymous) PutVarint(out, code);
  PutVarint(out, events);
  PutZigZag(out, first_seen_ms);
  PutVarint(out, static_cast<uint64_t>(last_seen_ms - first_seen_ms));
  // Fields mostly come from one event, so an order is written once for neighbours.
  const EventOrder* last = nullptr;
  for (size_t i = 0; i < kLatestFields; ++i) {
    const uint32_t text = latest.text(i);
    if (text == StringTable::kNone) {
      out.push_back(0);
    } else if (last != nullptr && *last == latest.order(i)) {
      out.push_back(1);
      PutBytes(out, texts[text].text());
    } else {
      out.push_back(2);
      PutBytes(out, texts[text].text());
      PutOrder(out, latest.order(i));
      last = &latest.order(i);
    }
  }
  PutVarint(out, attributes.size());
  for (const Attribute& attribute : attributes) {
    PutBytes(out, attribute.key);
    PutOrder(out, attribute.order);
    PutAttributeValue(out, attribute.value);
  }
  PutSpans(out, sessions, true);
  PutSpans(out, runs, false);
  return out;
}

bool PersonState::Decode(std::string_view row, StringTable* texts) {
  *this = PersonState();
  Reader reader(row);
  if (reader.Byte() != kStateVersion) return false;
  stale = reader.Byte() != 0;
  anonymous.resize(reader.Count());
  for (uint64_t& code : anonymous) code = reader.Varint();
  events = reader.Varint();
  first_seen_ms = reader.SignedVarint();
  last_seen_ms = first_seen_ms + static_cast<int64_t>(reader.Varint());
  EventOrder last;
  for (uint32_t i = 0; i < kLatestFields; ++i) {
    const uint8_t tag = reader.Byte();
    if (tag == 0) continue;
    if (tag > 2) return false;
    const uint32_t text = texts->Intern(i, reader.Bytes());
    if (tag == 2) last = ReadOrder(reader);
    latest.Set(i, last, text);
  }
  attributes.resize(reader.Count());
  for (Attribute& attribute : attributes) {
    attribute.key = std::string(reader.Bytes());
    attribute.order = ReadOrder(reader);
    if (!ReadAttributeValue(reader, &attribute.value)) return false;
  }
  ReadSpans(reader, true, &sessions);
  ReadSpans(reader, false, &runs);
  return reader.ok() && reader.done();
}

void PersonState::DescribeAttributes(const StringTable& texts,
                                     model::Person* person) const {
  person->events = events;
  if (events > 0) {
    person->first_seen_ms = first_seen_ms;
    person->last_seen_ms = last_seen_ms;
  }
  std::string* const fields[] = {
      &person->country, &person->region,          &person->city,
      &person->browser, &person->browser_version, &person->os};
  for (size_t i = 0; i < kLatestFields; ++i) {
    const uint32_t text = latest.text(i);
    if (text != StringTable::kNone) *fields[i] = texts[text].text();
  }
  for (const Attribute& attribute : attributes) {
    person->attributes.emplace_back(attribute.key, attribute.value);
  }
}

void PersonState::DescribeSessions(model::Person* person) const {
  std::vector<std::pair<int64_t, int64_t>> spans;
  spans.reserve(sessions.size() + runs.size());
  for (const SessionSpan& span : sessions) spans.emplace_back(span.start_ms, span.end_ms);
  for (const SessionSpan& span : runs) spans.emplace_back(span.start_ms, span.end_ms);
  std::sort(spans.begin(), spans.end());
  person->sessions = spans.size();
  for (size_t i = 0; i < spans.size(); ++i) {
    person->total_duration_ms += spans[i].second - spans[i].first;
    if (i > 0) {
      person->total_between_ms +=
          std::max<int64_t>(0, spans[i].first - spans[i - 1].second);
    }
  }
}

size_t PersonState::bytes() const {
  size_t total = sizeof *this + latest.bytes() + anonymous.capacity() * sizeof(uint64_t) +
                 (sessions.capacity() + runs.capacity()) * sizeof(SessionSpan) +
                 attributes.capacity() * sizeof(Attribute);
  for (const Attribute& attribute : attributes) total += attribute.key.capacity();
  return total;
}

}  // namespace footfall::store
