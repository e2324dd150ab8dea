#include "store/batch.h"

#include <algorithm>
#include <cstring>

#include "store/coding.h"
#include "store/event_coding.h"

namespace footfall::store {
namespace {

// Bytes that every event fits in beside its id, its path and its properties.
constexpr size_t kEventBytesMax = kVarintMax * (16 + kElementFields + kContextFields);

char* WriteBytes(char* out, std::string_view bytes) {
  out = WriteVarint(out, bytes.size());
  if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

}  // namespace

Batch::Batch() : rep_(std::make_unique<Rep>()) {}
Batch::~Batch() = default;
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;

void Batch::Add(const model::Event& event) {
  if (rep_ == nullptr) rep_ = std::make_unique<Rep>();
  rep_->Add(event);
}
size_t Batch::size() const { return rep_ == nullptr ? 0 : rep_->facts.size(); }
size_t Batch::bytes() const { return rep_ == nullptr ? 0 : rep_->bytes(); }
void Batch::Clear() {
  if (rep_ != nullptr) rep_->Clear();
}

void Batch::Rep::Clear() {
  strings.Clear();
  people.Clear();
  facts.clear();
  used = 0;
}

size_t Batch::Rep::bytes() const {
  return strings.bytes() + people.bytes() + facts.capacity() * sizeof(EventFacts) +
         events.size();
}

char* Batch::Rep::Reserve(size_t size) {
  if (events.size() - used < size) {
    events.resize(std::max(events.size() * 2, used + size));
  }
  return events.data() + used;
}

char* Batch::Rep::PutString(char* out, uint32_t space, std::string_view text) {
  return WriteVarint(out, Intern(space, text));
}

void Batch::Rep::Add(const model::Event& event) {
  if (facts.empty()) base_time_ms = event.time_ms;
  EventFacts& added = facts.emplace_back();
  added.latest.fill(StringTable::kNone);
  added.type = event.type;
  added.time_ms = event.time_ms;
  added.seq = event.seq;
  added.has_id = event.id.data() != nullptr;

  uint32_t flags = 0;
  if (added.has_id) flags |= kHasId;
  if (event.seq != 0) flags |= kHasSeq;
  if (event.person.data() != nullptr) flags |= kHasPerson;
  if (event.anonymous.data() != nullptr) flags |= kHasAnonymous;
  if (event.session.data() != nullptr) flags |= kHasSession;
  if (event.has_element) flags |= kHasElement;
  if (!event.properties.empty()) flags |= kHasProperties;
  bool has_context = event.context.https.has_value();
  for (const std::string_view* text : ContextFields(event.context)) {
    has_context = has_context || !text->empty();
  }
  if (has_context) flags |= kHasContext;
  const auto texts = TextFields(event);
  for (int i = 0; i < kTextFields; ++i) {
    if (texts[i]->data() != nullptr) flags |= kHasName << i;
  }

  char* const start = Reserve(kEventBytesMax + event.id.size() +
                              event.element.path.size() * 4 * kVarintMax +
                              event.properties.size() * 3 * kVarintMax);
  char* out = start;
  *out++ = static_cast<char>(event.type);
  out = WriteVarint(out, flags);
  // Unsigned subtraction: times are bounded by capture, but no input may be undefined.
  out =
      WriteVarint(out, ZigZag(static_cast<int64_t>(static_cast<uint64_t>(event.time_ms) -
                                                   static_cast<uint64_t>(base_time_ms))));
  if (flags & kHasSeq) out = WriteVarint(out, ZigZag(event.seq));
  if (flags & kHasId) {
    out = WriteBytes(out, event.id);
    added.id_offset = static_cast<uint32_t>(out - events.data() - event.id.size());
    added.id_size = static_cast<uint32_t>(event.id.size());
  }
  if (flags & kHasPerson) {
    added.person = people.Intern(kPersonId, event.person);
    out = WriteVarint(out, added.person);
  }
  if (flags & kHasAnonymous) {
    added.anonymous = people.Intern(kAnonymousId, event.anonymous);
    out = WriteVarint(out, added.anonymous);
  }
  if (flags & kHasSession) {
    added.session = strings.Intern(kFieldSession, event.session);
    out = WriteVarint(out, added.session);
  }
  for (int i = 0; i < kTextFields; ++i) {
    if (flags & (kHasName << i)) {
      out = PutString(out, kFieldName + static_cast<uint32_t>(i), *texts[i]);
    }
  }
  if (flags & kHasContext) out = PutContext(out, event.context, added);
  if (flags & kHasElement) out = PutElement(out, event.element);
  if (flags & kHasProperties) {
    out = WriteVarint(out, event.properties.size());
    for (size_t i = 0; i < event.properties.size(); ++i) {
      const model::Property& property = event.properties[i];
      const uint32_t key = InternKey(i, property.key);
      out = WriteVarint(out, key);
      out = PutValue(out, key, property.value);
    }
  }
  added.offset = static_cast<uint32_t>(used);
  added.size = static_cast<uint32_t>(out - start);
  used += added.size;
}

char* Batch::Rep::PutContext(char* out, const model::Context& context,
                             EventFacts& added) {
  const auto fields = ContextFields(context);
  uint32_t mask = 0;
  for (int i = 0; i < kContextFields; ++i) {
    if (!fields[i]->empty()) mask |= 1u << i;
  }
  if (context.https.has_value()) mask |= *context.https ? 3u << 8 : 1u << 8;
  out = WriteVarint(out, mask);
  for (int i = 0; i < kContextFields; ++i) {
    if (!(mask & 1u << i)) continue;
    const uint32_t index = Intern(kFieldContext + static_cast<uint32_t>(i), *fields[i]);
    if (i < kLatestFields) added.latest[static_cast<size_t>(i)] = index;
    out = WriteVarint(out, index);
  }
  return out;
}

char* Batch::Rep::PutElement(char* out, const model::Element& element) {
  const auto fields = ElementFields(element);
  uint32_t mask = element.path.empty() ? 0 : 1u << kElementFields;
  for (int i = 0; i < kElementFields; ++i) {
    if (!fields[i]->empty()) mask |= 1u << i;
  }
  out = WriteVarint(out, mask);
  for (int i = 0; i < kElementFields; ++i) {
    if (mask & 1u << i) {
      out = PutString(out, kFieldElement + static_cast<uint32_t>(i), *fields[i]);
    }
  }
  if (element.path.empty()) return out;
  out = WriteVarint(out, element.path.size());
  for (const model::PathEntry& entry : element.path) {
    const std::string_view texts[] = {entry.tag, entry.id, entry.css_class};
    uint32_t present = 0;
    for (uint32_t i = 0; i < 3; ++i) present |= texts[i].empty() ? 0 : 1u << i;
    *out++ = static_cast<char>(present);
    for (uint32_t i = 0; i < 3; ++i) {
      if (present & 1u << i) out = PutString(out, kFieldElement + i, texts[i]);
    }
  }
  return out;
}

char* Batch::Rep::PutValue(char* out, uint32_t key, const model::Value& value) {
  using Kind = model::Value::Kind;
  // The kind shares its byte with a boolean's value.
  *out++ = static_cast<char>(static_cast<int>(value.kind) |
                             (value.kind == Kind::kBool && value.boolean ? 0x10 : 0));
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kBool:
      break;
    case Kind::kInt:
      out = WriteVarint(out, ZigZag(value.integer));
      break;
    case Kind::kDouble: {
      uint64_t bits;
      std::memcpy(&bits, &value.number, sizeof bits);
      for (int i = 0; i < 8; ++i) *out++ = static_cast<char>(bits >> (56 - 8 * i));
      break;
    }
    case Kind::kString:
      out = PutString(out, kFieldPropertyValue + key, value.text);
      break;
    case Kind::kJson:
      out = PutString(out, kFieldJson, value.text);
      break;
  }
  return out;
}

}  // namespace footfall::store
