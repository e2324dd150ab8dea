#include "capture/event_parser.h"

#include <cmath>
#include <cstring>
#include <memory>

#include "capture/event_parser_inline.h"
#include "capture/policy_internal.h"
#include "capture/text_scan.h"

namespace footfall::capture {
namespace {

namespace ondemand = simdjson::ondemand;

enum EventKey : int {
  kId,
  kTime,
  kSeq,
  kPerson,
  kAnonymous,
  kSession,
  kApp,
  kEnvironment,
  kType,
  kName,
  kUrl,
  kTitle,
  kKey,
  kValue,
  kElement,
  kProperties,
  kContext,
  kEventKeyCount,
};
constexpr std::string_view kEventKeys[] = {
    "id",  "time",        "seq",     "person",     "anonymous", "session",
    "app", "environment", "type",    "name",       "url",       "title",
    "key", "value",       "element", "properties", "context"};
static_assert(std::size(kEventKeys) == kEventKeyCount);

enum ElementKey : int {
  kElementTag,
  kElementId,
  kElementClass,
  kElementType,
  kElementName,
  kElementText,
  kElementLabel,
  kElementValue,
  kElementAutocomplete,
  kElementPath,
};
constexpr std::string_view kElementKeys[] = {"tag",          "id",   "class", "type",
                                             "name",         "text", "label", "value",
                                             "autocomplete", "path"};

constexpr std::string_view kPathKeys[] = {"tag", "id", "class"};

// The fields of ContextField, then the address.
constexpr int kContextIp = kContextFieldCount;
constexpr std::string_view kContextKeys[] = {
    "country", "region",     "city",   "browser", "browser_version",
    "os",      "os_version", "device", "https",   "ip"};

// The text of a number token; a number that is a card number in disguise is found by its
// integer value, since fractions may have any digits.
bool NumberIsCard(const ondemand::number& number, std::string_view text) {
  if (number.is_int64()) {
    return HasCard(text[0] == '-' ? text.substr(1) : text);
  }
  const double value = std::fabs(number.get_double());
  if (!(value >= 1e12 && value < 1e19) || std::floor(value) != value) return false;
  return HasCard(std::to_string(static_cast<uint64_t>(value)));
}

}  // namespace

EventParser::EventParser(const ParseLimits& limits, Cleaner& cleaner)
    : limits_(limits),
      cleaner_(cleaner),
      event_keys_(kEventKeys),
      element_keys_(kElementKeys),
      path_keys_(kPathKeys),
      context_keys_(kContextKeys) {}

bool EventParser::Parse(const char* data, size_t size, size_t capacity, ParsedEvent& out,
                        ParseError& error) {
  std::construct_at(&out.event);
  out.ip = {};
  out.path.clear();
  out.properties.clear();
  data_ = data;
  size_ = size;
  error_ = &error;
  error.path.clear();
  error.reason.clear();
  error.byte = -1;
  keys_ = 0;
  numeric_type_ = has_timestamp_ = has_data_ = has_time_ = has_type_ = false;
  seen_.clear();
  has_escapes_ = std::memchr(data, '\\', size) != nullptr;

  if (size == 0 || data[0] != '{') {
    error.reason = "expected an object";
    error.byte = 0;
    return false;
  }
  simdjson::error_code code = parser_.iterate(data, size, capacity).get(document_);
  if (code != simdjson::SUCCESS) return FailJson(code);
  Object root;
  code = document_.get_object().get(root);
  if (code != simdjson::SUCCESS) return FailJson(code);
  if (!ReadEvent(root, out)) return false;
  // Everything was read, so the iterator stands behind the last token unless more
  // follows.
  if (document_.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    return Fail("bytes follow the event");
  }
  if (!CheckRequired(out)) return false;
  out.event.element.path = out.path;
  out.event.properties = out.properties;
  return true;
}

bool EventParser::CheckRequired(const ParsedEvent& out) {
  const auto missing = [this](std::string_view path, std::string_view reason) {
    error_->path = path;
    error_->reason = reason;
    return false;
  };
  const model::Event& event = out.event;
  if (numeric_type_) {
    if (has_timestamp_ && has_data_) {
      return missing("", "recordings (rrweb) are not accepted here yet");
    }
    return missing("type", "expected a string");
  }
  if (!has_type_) return missing("type", "required");
  if (!has_time_) return missing("time", "required");
  const bool person = event.person.data() != nullptr;
  const bool anonymous = event.anonymous.data() != nullptr;
  if (event.type == model::EventType::kAlias) {
    if (!person) return missing("person", "required in an alias");
    if (!anonymous) return missing("anonymous", "required in an alias");
  }
  if (event.type == model::EventType::kIdentify && !person) {
    return missing("person", "required in identify");
  }
  if (!person && !anonymous) return missing("person", "person or anonymous is required");
  return true;
}

EventParser::KeyTable::KeyTable(std::span<const std::string_view> known)
    : names(known.data()), count(static_cast<int>(known.size())) {
  for (size_t i = 0; i < known.size(); ++i) {
    char bytes[sizeof(Pattern::words)] = {};
    char masks[sizeof(Pattern::masks)] = {};
    std::memcpy(bytes, known[i].data(), known[i].size());
    bytes[known[i].size()] = '"';
    std::memset(masks, 0xff, known[i].size() + 1);
    std::memcpy(patterns[i].words, bytes, sizeof(bytes));
    std::memcpy(patterns[i].masks, masks, sizeof(masks));
  }
}

bool EventParser::ReadEscapedKey(Field& field, const KeyTable* table, Key& key) {
  // Through a copy, since the call consumes the key, and as a result, since only that
  // form is the same in all versions of simdjson.
  const simdjson::error_code code =
      simdjson::simdjson_result<Field>(Field(field)).unescaped_key().get(key.text);
  if (code != simdjson::SUCCESS) return FailJson(code);
  key.known = -1;
  key.hash = HashBytes(key.text);
  for (int i = 0; table != nullptr && i < table->count; ++i) {
    if (table->names[i] == key.text) key.known = i;
  }
  return true;
}

bool EventParser::ReadEvent(Object& root, ParsedEvent& out) {
  return ForEachMember(root, &event_keys_, 1, [&](const Key& key, Value& value) {
    return key.known < 0 ? ReadUnknown(key, value) : ReadMember(key, value, out);
  });
}

bool EventParser::ReadUnknown(const Key& key, Value& value) {
  has_timestamp_ |= key.text == "timestamp";
  has_data_ |= key.text == "data";
  cleaner_.counts().Add(Rule::kUnknownKey);
  return Walk(value, 2, nullptr);
}

bool EventParser::ReadMember(const Key& key, Value& value, ParsedEvent& out) {
  model::Event& event = out.event;
  switch (key.known) {
    case kId:
      return ReadId(value, event.id);
    case kTime:
      return ReadTime(value, out);
    case kSeq:
      return ReadInteger(value, event.seq);
    case kPerson:
      return ReadId(value, event.person);
    case kAnonymous:
      return ReadId(value, event.anonymous);
    case kSession:
      return ReadId(value, event.session);
    case kApp:
      return ReadId(value, event.app);
    case kEnvironment:
      return ReadId(value, event.environment);
    case kType:
      return ReadType(value, out);
    case kName:
      return ReadText(value, event.name);
    case kUrl:
      return ReadText(value, event.url);
    case kTitle:
      return ReadText(value, event.title);
    case kKey:
      return ReadText(value, event.key);
    case kValue:
      return ReadText(value, event.value);
    case kElement:
      return ReadElement(value, out);
    case kProperties:
      return ReadProperties(value, out);
    default:
      return ReadContext(value, out);
  }
}

bool EventParser::ReadElement(Value& value, ParsedEvent& out) {
  if (value.raw_json_token()[0] == 'n') return ReadNull(value);
  out.event.has_element = true;
  model::Element& element = out.event.element;
  std::string_view* const fields[] = {
      &element.tag,   &element.id,    &element.css_class,
      &element.type,  &element.name,  &element.text,
      &element.label, &element.value, &element.autocomplete};
  return ForEachMember(value, &element_keys_, 2, [&](const Key& key, Value& member) {
    if (key.known < 0) {
      cleaner_.counts().Add(Rule::kUnknownKey);
      return Walk(member, 3, nullptr);
    }
    if (key.known == kElementPath) return ReadPath(member, out);
    return ReadText(member, *fields[key.known]);
  });
}

bool EventParser::ReadPath(Value& value, ParsedEvent& out) {
  if (value.raw_json_token()[0] == 'n') return ReadNull(value);
  ondemand::array array;
  const simdjson::error_code code = value.get_array().get(array);
  if (code == simdjson::INCORRECT_TYPE) return Fail("expected an array");
  if (code != simdjson::SUCCESS) return FailJson(code);
  if (limits_.depth_max < 3) return Fail("nested too deeply");
  for (auto item : array) {
    Value node;
    const simdjson::error_code item_code = item.get(node);
    if (item_code != simdjson::SUCCESS) return FailJson(item_code);
    model::PathEntry& entry = out.path.emplace_back();
    std::string_view* const fields[] = {&entry.tag, &entry.id, &entry.css_class};
    const bool read =
        ForEachMember(node, &path_keys_, 4, [&](const Key& key, Value& member) {
          if (key.known >= 0) return ReadText(member, *fields[key.known]);
          cleaner_.counts().Add(Rule::kUnknownKey);
          return Walk(member, 5, nullptr);
        });
    if (!read) {
      InPath(out.path.size() - 1);
      return false;
    }
  }
  return true;
}

bool EventParser::ReadContext(Value& value, ParsedEvent& out) {
  if (value.raw_json_token()[0] == 'n') return ReadNull(value);
  model::Context& context = out.event.context;
  std::string_view* const fields[] = {
      &context.country,         &context.region, &context.city,       &context.browser,
      &context.browser_version, &context.os,     &context.os_version, &context.device};
  return ForEachMember(value, &context_keys_, 2, [&](const Key& key, Value& member) {
    if (key.known < 0) {
      cleaner_.counts().Add(cleaner_.IsSecretKey(key.text, key.hash) ? Rule::kSecretKey
                                                                     : Rule::kUnknownKey);
      return Walk(member, 3, nullptr);
    }
    if (key.known == kContextIp) return ReadText(member, out.ip);
    if (key.known != kHttps) return ReadText(member, *fields[key.known]);
    if (member.raw_json_token()[0] == 'n') return ReadNull(member);
    bool https;
    if (!ReadBool(member, https)) return false;
    context.https = https;
    return true;
  });
}

bool EventParser::ReadProperties(Value& value, ParsedEvent& out) {
  if (value.raw_json_token()[0] == 'n') return ReadNull(value);
  return ForEachMember(value, nullptr, 2, [&](const Key& key, Value& member) {
    return ReadProperty(key, member, out);
  });
}

bool EventParser::ReadProperty(const Key& key, Value& value, ParsedEvent& out) {
  if (cleaner_.IsSecretKey(key.text, key.hash)) {
    cleaner_.counts().Add(Rule::kSecretKey);
    return Walk(value, 3, nullptr);
  }
  if (value.raw_json_token()[0] == 'n') return ReadNull(value);
  model::Property& property = out.properties.emplace_back();
  property.key = key.text;
  switch (value.raw_json_token()[0]) {
    case '"':
      property.value.kind = model::Value::Kind::kString;
      return ReadString(value, property.value.text);
    case '{':
    case '[':
      json_.clear();
      if (!Walk(value, 3, &json_)) return false;
      property.value = model::Value::Json(cleaner_.arena().Copy(json_));
      break;
    case 't':
    case 'f': {
      bool boolean;
      if (!ReadBool(value, boolean)) return false;
      property.value = model::Value::Bool(boolean);
      break;
    }
    default: {
      ondemand::number number;
      std::string_view text;
      if (!ReadNumber(value, number, text)) return false;
      if (NumberIsCard(number, text)) {
        cleaner_.counts().Add(Rule::kCard);
        property.value = model::Value::String(kMask);
      } else if (number.is_int64()) {
        property.value.kind = model::Value::Kind::kInt;
        property.value.integer = number.get_int64();
      } else {
        property.value.kind = model::Value::Kind::kDouble;
        property.value.number = number.get_double();
        property.value.text = text;
      }
    }
  }
  return true;
}

bool EventParser::Walk(Value& value, int depth, std::string* json) {
  switch (value.raw_json_token()[0]) {
    case '{':
      return WalkObject(value, depth, json);
    case '[':
      return WalkArray(value, depth, json);
    case '"': {
      std::string_view text;
      if (!ReadString(value, text)) return false;
      if (json != nullptr) AppendJsonText(*json, cleaner_.Scan(text));
      return true;
    }
    case 't':
    case 'f': {
      bool boolean;
      if (!ReadBool(value, boolean)) return false;
      if (json != nullptr) json->append(boolean ? "true" : "false");
      return true;
    }
    case 'n':
      if (!ReadNull(value)) return false;
      if (json != nullptr) json->append("null");
      return true;
    default:
      return WalkNumber(value, json);
  }
}

bool EventParser::WalkObject(Value& value, int depth, std::string* json) {
  if (json != nullptr) json->push_back('{');
  bool first = true;
  const bool walked =
      ForEachMember(value, nullptr, depth, [&](const Key& key, Value& member) {
        if (json != nullptr && cleaner_.IsSecretKey(key.text, key.hash)) {
          cleaner_.counts().Add(Rule::kSecretKey);
          return Walk(member, depth + 1, nullptr);
        }
        if (json != nullptr) {
          if (!first) json->push_back(',');
          first = false;
          AppendJsonText(*json, key.text);
          json->push_back(':');
        }
        return Walk(member, depth + 1, json);
      });
  if (json != nullptr) json->push_back('}');
  return walked;
}

bool EventParser::WalkArray(Value& value, int depth, std::string* json) {
  if (depth > limits_.depth_max) return Fail("nested too deeply");
  ondemand::array array;
  const simdjson::error_code code = value.get_array().get(array);
  if (code != simdjson::SUCCESS) return FailJson(code);
  if (json != nullptr) json->push_back('[');
  size_t index = 0;
  for (auto item : array) {
    Value element;
    const simdjson::error_code item_code = item.get(element);
    if (item_code != simdjson::SUCCESS) return FailJson(item_code);
    if (json != nullptr && index > 0) json->push_back(',');
    if (!Walk(element, depth + 1, json)) {
      InPath(index);
      return false;
    }
    ++index;
  }
  if (json != nullptr) json->push_back(']');
  return true;
}

bool EventParser::WalkNumber(Value& value, std::string* json) {
  ondemand::number number;
  std::string_view text;
  if (!ReadNumber(value, number, text)) return false;
  if (json == nullptr) return true;
  if (NumberIsCard(number, text)) {
    cleaner_.counts().Add(Rule::kCard);
    AppendJsonText(*json, kMask);
  } else {
    json->append(text);
  }
  return true;
}

}  // namespace footfall::capture
