#include "capture/event_parser.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>

#include "capture/event_parser_inline.h"
#include "capture/policy_internal.h"
#include "capture/text_scan.h"

namespace footfall::capture {
namespace {

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

// The fields of the keys that are ids and, behind the type, texts.
constexpr std::string_view model::Event::*kEventTexts[kEventKeyCount] = {
    &model::Event::id,
    nullptr,
    nullptr,
    &model::Event::person,
    &model::Event::anonymous,
    &model::Event::session,
    &model::Event::app,
    &model::Event::environment,
    nullptr,
    &model::Event::name,
    &model::Event::url,
    &model::Event::title,
    &model::Event::key,
    &model::Event::value};

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

// Finds a number that is a card number in disguise, by its integer value, since fractions
// may have any digits.
bool IsCard(bool is_integer, double real, std::string_view text) {
  if (is_integer && text.size() < kCardDigitsMin) return false;
  if (is_integer) return HasCard(text[0] == '-' ? text.substr(1) : text);
  const double value = std::fabs(real);
  if (!(value >= 1e12 && value < 1e19) || std::floor(value) != value) return false;
  return HasCard(std::to_string(static_cast<uint64_t>(value)));
}

// Views one by one, which takes a few wide stores; for a whole struct compilers choose an
// instruction that is slow to start.
template <typename... Views>
void ClearViews(Views&... views) {
  ((views = {}), ...);
}

static_assert(sizeof(model::Element) ==
              9 * sizeof(std::string_view) + sizeof(std::span<const model::PathEntry>));

void Clear(model::Event& event) {
  event.type = model::EventType::kTrack;
  event.time_ms = event.seq = 0;
  ClearViews(event.id, event.person, event.anonymous, event.session, event.app,
             event.environment, event.name, event.url, event.title, event.key,
             event.value, event.properties);
  event.has_element = false;
  model::Element& element = event.element;
  ClearViews(element.tag, element.id, element.css_class, element.type, element.name,
             element.text, element.label, element.value, element.autocomplete,
             element.path);
  model::Context& context = event.context;
  ClearViews(context.country, context.region, context.city, context.browser,
             context.browser_version, context.os, context.os_version, context.device);
  context.https.reset();
}

}  // namespace

EventParser::EventParser(const ParseLimits& limits, Cleaner& cleaner)
    : limits_(limits),
      cleaner_(cleaner),
      event_keys_(kEventKeys),
      element_keys_(kElementKeys),
      path_keys_(kPathKeys),
      context_keys_(kContextKeys),
      types_(model::kEventTypeNames) {}

EventParser::~EventParser() = default;

bool EventParser::Parse(const char* data, size_t size, ParsedEvent& out,
                        ParseError& error) {
  Begin(out, error);
  has_escapes_ = std::memchr(data, '\\', size) != nullptr;
  canonical_ = !has_escapes_;
  if (size == 0 || data[0] != '{') {
    error.reason = "expected an object";
    error.byte = 0;
    return false;
  }
  if (!Index(event_stage_, data, size) || !ReadEvent(out)) return false;
  if (token_ != tokens_end_) return Fail("bytes follow the event");
  if (!CheckRequired(out)) return false;
  if (canonical_) out.json = {data, size};
  Complete(out);
  return true;
}

bool EventParser::BeginLines(std::string_view lines) {
  error_ = &line_error_;
  line_ = 0;
  escape_ = std::min(lines.find('\\'), lines.size());
  return Index(lines_stage_, lines.data(), lines.size());
}

size_t EventParser::ParseLine(ParsedEvent& out, size_t& line_size) {
  Begin(out, line_error_);
  if (token_ == tokens_end_ || *token_ != line_) return 0;
  has_escapes_ = LineHasEscapes(line_);
  canonical_ = !has_escapes_;
  if (!ReadEvent(out) || !CheckRequired(out)) return 0;
  const char* const line = data_ + line_;
  const size_t size = token_[-1] + 1 - line_;
  // Tokens do not tell lines apart, but in canonical JSON there is no white space.
  if (!canonical_ && std::memchr(line, '\n', size) != nullptr) return 0;
  const size_t end = line[size] == '\r' ? size + 1 : size;
  if (line[end] != '\n') return 0;
  if (canonical_) out.json = {line, size};
  Complete(out);
  line_size = end + 1;
  line_ += line_size;
  return size;
}

bool EventParser::LineHasEscapes(size_t line) {
  const auto find = [this](char c, size_t begin, size_t end) {
    const void* found = std::memchr(data_ + begin, c, end - begin);
    return found == nullptr
               ? end
               : static_cast<size_t>(static_cast<const char*>(found) - data_);
  };
  if (escape_ < line) escape_ = find('\\', line, size_);
  return escape_ < size_ && find('\n', line, escape_) == escape_;
}

void EventParser::Begin(ParsedEvent& out, ParseError& error) {
  Clear(out.event);
  out.ip = {};
  out.json = {};
  out.path.clear();
  out.properties.clear();
  error_ = &error;
  error.path.clear();
  error.reason.clear();
  error.byte = -1;
  keys_ = 0;
  numeric_type_ = has_timestamp_ = has_data_ = has_time_ = has_type_ = false;
  seen_.clear();
}

void EventParser::Complete(ParsedEvent& out) const {
  out.event.element.path = out.path;
  out.event.properties = out.properties;
}

bool EventParser::Index(Stage& stage, const char* data, size_t size) {
  data_ = data;
  size_ = size;
  token_ = tokens_end_ = nullptr;
  const auto fail = [this](std::string_view reason, int64_t byte) {
    error_->reason = reason;
    error_->byte = byte;
    return false;
  };
  if (stage == nullptr || stage->capacity() < size) {
    constexpr size_t kBytesMin = 4096;
    const size_t capacity = size < kBytesMin ? kBytesMin : size + size / 2;
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(
            capacity, 1, stage) != simdjson::SUCCESS) {
      return fail("no memory to read the event", -1);
    }
  }
  switch (stage->stage1(reinterpret_cast<const uint8_t*>(data), size,
                        simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS:
      break;
    case simdjson::UTF8_ERROR:
      return fail("invalid UTF-8", -1);
    case simdjson::UNCLOSED_STRING:
      return fail("malformed JSON: a string is not closed", -1);
    case simdjson::UNESCAPED_CHARS:
      return fail("malformed JSON: a control character in a string", -1);
    default:
      return fail(kMalformed, -1);
  }
  const uint32_t count = stage->n_structural_indexes;
  token_ = stage->structural_indexes.get();
  tokens_end_ = token_ + count;
  stage->structural_indexes[count] = static_cast<uint32_t>(size);
  const bool ends = data[tokens_end_[-1]] == '}';
  return ends || fail(kCutOff, static_cast<int64_t>(size));
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

int EventParser::KeyTable::Named(std::string_view text) const {
  for (int i = 0; i < count; ++i) {
    if (names[i] == text) return i;
  }
  return -1;
}

bool EventParser::ReadEvent(ParsedEvent& out) {
  return ForEachMember(&event_keys_, 1, [&](const Key& key) {
    return key.known < 0 ? ReadUnknown(key.text) : ReadMember(key.known, out);
  });
}

bool EventParser::ReadUnknown(std::string_view key) {
  has_timestamp_ |= key == "timestamp";
  has_data_ |= key == "data";
  cleaner_.Count(Rule::kUnknownKey, "");
  return Walk(2, nullptr);
}

bool EventParser::ReadMember(int key, ParsedEvent& out) {
  switch (key) {
    case kTime:
      return ReadTime(out);
    case kSeq:
      return ReadSeq(out.event.seq);
    case kType:
      return ReadType(out);
    case kElement:
      return ReadElement(out);
    case kProperties:
      return ReadProperties(out);
    case kContext:
      return ReadContext(out);
    default:
      break;
  }
  std::string_view& text = out.event.*kEventTexts[key];
  return key < kType ? ReadId(text) : ReadText(text);
}

bool EventParser::ReadSeq(int64_t& out) {
  const bool read = ReadInteger(out);
  canonical_ = canonical_ && out != 0;
  return read;
}

bool EventParser::ReadElement(ParsedEvent& out) {
  if (Here() == 'n') return ReadNull();
  out.event.has_element = true;
  model::Element& element = out.event.element;
  std::string_view* const fields[] = {
      &element.tag,   &element.id,    &element.css_class,
      &element.type,  &element.name,  &element.text,
      &element.label, &element.value, &element.autocomplete};
  return ForEachMember(&element_keys_, 2, [&](const Key& key) {
    if (key.known < 0) {
      cleaner_.Count(Rule::kUnknownKey, "element");
      return Walk(3, nullptr);
    }
    return key.known == kElementPath ? ReadPath(out) : ReadText(*fields[key.known]);
  });
}

bool EventParser::ReadPath(ParsedEvent& out) {
  if (Here() == 'n') return ReadNull();
  const bool read = ForEachItem(3, [&](size_t) {
    model::PathEntry& entry = out.path.emplace_back();
    std::string_view* const fields[] = {&entry.tag, &entry.id, &entry.css_class};
    return ForEachMember(&path_keys_, 4, [&](const Key& key) {
      if (key.known >= 0) return ReadText(*fields[key.known]);
      cleaner_.Count(Rule::kUnknownKey, "element.path");
      return Walk(5, nullptr);
    });
  });
  canonical_ = canonical_ && !out.path.empty();
  return read;
}

bool EventParser::ReadContext(ParsedEvent& out) {
  if (Here() == 'n') return ReadNull();
  model::Context& context = out.event.context;
  std::string_view* const fields[] = {
      &context.country,         &context.region, &context.city,       &context.browser,
      &context.browser_version, &context.os,     &context.os_version, &context.device};
  int members = 0;
  const bool read = ForEachMember(&context_keys_, 2, [&](const Key& key) {
    ++members;
    if (key.known < 0) return ReadUnknownContext(key.text, key.hash);
    if (key.known == kContextIp) return ReadText(out.ip);
    if (key.known != kHttps) return ReadText(*fields[key.known]);
    if (Here() == 'n') return ReadNull();
    bool https;
    if (!ReadBool(https)) return false;
    context.https = https;
    return true;
  });
  canonical_ = canonical_ && members > 0;
  return read;
}

bool EventParser::ReadUnknownContext(std::string_view key, uint64_t hash) {
  const bool secret = cleaner_.IsSecretKey(key, hash);
  cleaner_.Count(secret ? Rule::kSecretKey : Rule::kUnknownKey, "context");
  return Walk(3, nullptr);
}

bool EventParser::ReadProperties(ParsedEvent& out) {
  if (Here() == 'n') return ReadNull();
  const bool read = ForEachMember(
      nullptr, 2, [&](const Key& key) { return ReadProperty(key.text, key.hash, out); });
  canonical_ = canonical_ && !out.properties.empty();
  return read;
}

bool EventParser::ReadProperty(std::string_view key, uint64_t hash, ParsedEvent& out) {
  cleaner_.AtProperty(key);
  if (cleaner_.IsSecretKey(key, hash)) {
    cleaner_.counts().Add(Rule::kSecretKey);
    return Walk(3, nullptr);
  }
  if (Here() == 'n') return ReadNull();
  model::Property& property = out.properties.emplace_back();
  property.key = key;
  switch (Here()) {
    case '"':
      property.value.kind = model::Value::Kind::kString;
      return ReadString(property.value.text);
    case '{':
    case '[':
      json_.clear();
      if (!Walk(3, &json_)) return false;
      property.value = model::Value::Json(cleaner_.arena().Copy(json_));
      return true;
    case 't':
    case 'f':
      property.value.kind = model::Value::Kind::kBool;
      return ReadBool(property.value.boolean);
    default:
      return ReadNumberProperty(property.value);
  }
}

bool EventParser::ReadNumberProperty(model::Value& out) {
  Number number;
  if (!ReadNumber(number)) return false;
  if (IsCard(number.is_integer, number.real, number.text)) {
    cleaner_.counts().Add(Rule::kCard);
    out = model::Value::String(kMask);
  } else if (number.is_integer) {
    out.kind = model::Value::Kind::kInt;
    out.integer = number.integer;
  } else {
    out.kind = model::Value::Kind::kDouble;
    out.number = number.real;
    out.text = number.text;
  }
  return true;
}

bool EventParser::Walk(int depth, std::string* json) {
  switch (Here()) {
    case '{':
      return WalkObject(depth, json);
    case '[':
      return WalkArray(depth, json);
    case '"': {
      std::string_view text;
      if (!ReadString(text)) return false;
      if (json != nullptr) AppendJsonText(*json, cleaner_.Scan(text));
      return true;
    }
    case 't':
    case 'f': {
      bool boolean;
      if (!ReadBool(boolean)) return false;
      if (json != nullptr) json->append(boolean ? "true" : "false");
      return true;
    }
    case 'n':
      if (!ReadInnerNull()) return false;
      if (json != nullptr) json->append("null");
      return true;
    default:
      return WalkNumber(json);
  }
}

bool EventParser::WalkObject(int depth, std::string* json) {
  if (json != nullptr) json->push_back('{');
  bool first = true;
  const bool walked = ForEachMember(nullptr, depth, [&](const Key& key) {
    if (json != nullptr && cleaner_.IsSecretKey(key.text, key.hash)) {
      cleaner_.counts().Add(Rule::kSecretKey);
      return Walk(depth + 1, nullptr);
    }
    if (json != nullptr) {
      if (!first) json->push_back(',');
      first = false;
      AppendJsonText(*json, key.text);
      json->push_back(':');
    }
    return Walk(depth + 1, json);
  });
  if (json != nullptr) json->push_back('}');
  return walked;
}

bool EventParser::WalkArray(int depth, std::string* json) {
  if (json != nullptr) json->push_back('[');
  const bool walked = ForEachItem(depth, [&](size_t index) {
    if (json != nullptr && index > 0) json->push_back(',');
    return Walk(depth + 1, json);
  });
  if (json != nullptr) json->push_back(']');
  return walked;
}

bool EventParser::WalkNumber(std::string* json) {
  Number number;
  if (!ReadNumber(number)) return false;
  if (json == nullptr) return true;
  if (IsCard(number.is_integer, number.real, number.text)) {
    cleaner_.counts().Add(Rule::kCard);
    AppendJsonText(*json, kMask);
  } else {
    json->append(number.text);
  }
  return true;
}

}  // namespace footfall::capture
