#include "store/event_coding.h"

#include "store/batch.h"

namespace footfall::store {

std::string_view EventDecoder::Text(Reader& reader) {
  const uint64_t index = reader.Varint();
  if (index >= tables_.strings->size()) {
    ok_ = false;
    return {};
  }
  return (*tables_.strings)[index];
}

std::string_view EventDecoder::PersonAt(Reader& reader, uint32_t& index) {
  const uint64_t at = reader.Varint();
  if (at >= tables_.people->size()) {
    ok_ = false;
    return {};
  }
  index = static_cast<uint32_t>(at);
  return (*tables_.people)[at];
}

bool EventDecoder::Next(Reader& reader, Decoded& out) {
  ok_ = true;
  out = Decoded();
  model::Event& event = out.event;
  const uint8_t type = reader.Byte();
  if (type >= model::kEventTypeCount) return false;
  event.type = static_cast<model::EventType>(type);
  const uint64_t flags = reader.Varint();
  event.time_ms = static_cast<int64_t>(static_cast<uint64_t>(tables_.base_time_ms) +
                                       static_cast<uint64_t>(reader.SignedVarint()));
  if (flags & kHasSeq) event.seq = reader.SignedVarint();
  if (flags & kHasId) event.id = reader.Bytes();
  if (flags & kHasPerson) event.person = PersonAt(reader, out.person);
  if (flags & kHasAnonymous) event.anonymous = PersonAt(reader, out.anonymous);
  if (flags & kHasSession) event.session = Text(reader);
  const auto texts = TextFields(event);
  for (int i = 0; i < kTextFields; ++i) {
    if (flags & (kHasName << i)) *texts[i] = Text(reader);
  }
  if (flags & kHasContext) {
    const uint64_t mask = reader.Varint();
    const auto fields = ContextFields(event.context);
    for (int i = 0; i < kContextFields; ++i) {
      if (mask & 1u << i) *fields[i] = Text(reader);
    }
    if (mask & 1u << 8) event.context.https = (mask & 2u << 8) != 0;
  }
  if (flags & kHasElement) {
    event.has_element = true;
    DecodeElement(reader, event.element);
  }
  if (flags & kHasProperties) {
    properties_.resize(reader.Count());
    for (model::Property& property : properties_) {
      property.key = Text(reader);
      DecodeValue(reader, property.value);
    }
    event.properties = properties_;
  }
  return ok_ && reader.ok();
}

void EventDecoder::DecodeElement(Reader& reader, model::Element& element) {
  const uint64_t mask = reader.Varint();
  const auto fields = ElementFields(element);
  for (int i = 0; i < kElementFields; ++i) {
    if (mask & 1u << i) *fields[i] = Text(reader);
  }
  if (!(mask & 1u << kElementFields)) return;
  path_.resize(reader.Count());
  for (model::PathEntry& entry : path_) {
    const uint8_t present = reader.Byte();
    entry = {};
    if (present & 1) entry.tag = Text(reader);
    if (present & 2) entry.id = Text(reader);
    if (present & 4) entry.css_class = Text(reader);
  }
  element.path = path_;
}

void EventDecoder::DecodeValue(Reader& reader, model::Value& value) {
  using Kind = model::Value::Kind;
  const uint8_t tag = reader.Byte();
  switch (tag & 0x0f) {
    case static_cast<int>(Kind::kMissing):
      value = model::Value::Missing();
      break;
    case static_cast<int>(Kind::kBool):
      value = model::Value::Bool((tag & 0x10) != 0);
      break;
    case static_cast<int>(Kind::kInt):
      value = model::Value::Int(reader.SignedVarint());
      break;
    case static_cast<int>(Kind::kDouble):
      value = model::Value::Double(reader.Double());
      break;
    case static_cast<int>(Kind::kString):
      value = model::Value::String(Text(reader));
      break;
    case static_cast<int>(Kind::kJson):
      value = model::Value::Json(Text(reader));
      break;
    default:
      ok_ = false;
  }
}

}  // namespace footfall::store
