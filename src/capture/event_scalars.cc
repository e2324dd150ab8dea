// The scalar values of an event, and what is said of a defect.
#include <cstring>
#include <string>

#include "capture/event_parser_inline.h"
#include "capture/time_text.h"

namespace footfall::capture {
namespace {

namespace ondemand = simdjson::ondemand;

std::string_view Trim(std::string_view text) {
  const auto space = [](char c) { return IsJsonSpace(c) || c == '\f' || c == '\v'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

bool EventParser::ReadType(Value& value, ParsedEvent& out) {
  const char first = value.raw_json_token()[0];
  if (first == '-' || (first >= '0' && first <= '9')) {
    // Told apart from a recording's event once all its keys are known.
    numeric_type_ = true;
    return Walk(value, 2, nullptr);
  }
  std::string_view name;
  if (first == 'n') return ReadNull(value);
  if (!ReadString(value, name)) return false;
  for (int i = 0; i < model::kEventTypeCount; ++i) {
    if (model::kEventTypeNames[static_cast<size_t>(i)] != name) continue;
    out.event.type = static_cast<model::EventType>(i);
    has_type_ = true;
    return true;
  }
  return Fail("unknown event type");
}

bool EventParser::ReadTime(Value& value, ParsedEvent& out) {
  constexpr std::string_view kExpected =
      "expected integer milliseconds or an RFC 3339 time";
  const char first = value.raw_json_token()[0];
  if (first == 'n') return ReadNull(value);
  int64_t ms;
  if (first == '"') {
    std::string_view text;
    if (!ReadString(value, text)) return false;
    if (!ParseRfc3339(text, &ms)) return Fail(kExpected);
  } else if (first == '-' || (first >= '0' && first <= '9')) {
    if (!ReadInteger(value, ms)) return false;
  } else {
    return Fail(kExpected);
  }
  if (ms < kTimeMinMs || ms > kTimeMaxMs) return Fail("outside the years 1 to 9999");
  out.event.time_ms = ms;
  has_time_ = true;
  return true;
}

bool EventParser::ReadInteger(Value& value, int64_t& out) {
  const char first = value.raw_json_token()[0];
  if (first == 'n') return ReadNull(value);
  if (first != '-' && (first < '0' || first > '9')) return Fail("expected an integer");
  ondemand::number number;
  std::string_view text;
  if (!ReadNumber(value, number, text)) return false;
  if (!number.is_int64()) return Fail("expected an integer");
  out = number.get_int64();
  return true;
}

bool EventParser::ReadId(Value& value, std::string_view& out) {
  const char first = value.raw_json_token()[0];
  if (first == 'n') return ReadNull(value);
  if (first == '-' || (first >= '0' && first <= '9')) {
    ondemand::number number;
    std::string_view text;
    if (!ReadNumber(value, number, text)) return false;
    if (!number.is_int64()) return Fail("expected a string or an integer");
    out = number.get_int64() == 0 ? "0" : text;
    return true;
  }
  if (first != '"') return Fail("expected a string or an integer");
  std::string_view text;
  if (!ReadString(value, text)) return false;
  text = Trim(text);
  if (!text.empty()) out = text;
  return true;
}

bool EventParser::ReadNull(Value& value) {
  bool null = false;
  if (value.is_null().get(null) == simdjson::SUCCESS && null) return true;
  return FailJson(simdjson::TAPE_ERROR);
}

bool EventParser::ReadBool(Value& value, bool& out) {
  const simdjson::error_code code = value.get_bool().get(out);
  return code == simdjson::SUCCESS || Fail("expected true or false");
}

bool EventParser::ReadNumber(Value& value, ondemand::number& number,
                             std::string_view& text) {
  text = TrimEnd(value.raw_json_token());
  const simdjson::error_code code = value.get_number().get(number);
  if (code != simdjson::SUCCESS) return Fail("malformed number, or one out of range");
  if (number.is_uint64()) return Fail("integer out of range");
  return true;
}

bool EventParser::Fail(std::string_view reason) {
  error_->path.clear();
  error_->reason = reason;
  const char* location;
  if (document_.current_location().get(location) == simdjson::SUCCESS) {
    const auto offset = location - data_;
    if (offset >= 0 && offset <= static_cast<int64_t>(size_)) error_->byte = offset;
  }
  return false;
}

bool EventParser::FailJson(simdjson::error_code code) {
  switch (code) {
    case simdjson::UTF8_ERROR:
      error_->reason = "invalid UTF-8";
      return false;
    case simdjson::UNCLOSED_STRING:
      error_->reason = "malformed JSON: a string is not closed";
      return false;
    case simdjson::UNESCAPED_CHARS:
      error_->reason = "malformed JSON: a control character in a string";
      return false;
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      error_->reason = "malformed JSON: the event does not end with its brace";
      error_->byte = static_cast<int64_t>(size_);
      return false;
    case simdjson::STRING_ERROR:
      return Fail("malformed JSON: an invalid string");
    default:
      return Fail("malformed JSON");
  }
}

void EventParser::InPath(const Key& key) {
  if (key.known < 0) {
    error_->path.clear();
    return;
  }
  std::string path(key.text);
  if (!error_->path.empty() && error_->path[0] != '[') path += '.';
  error_->path = path + error_->path;
}

void EventParser::InPath(size_t index) {
  std::string path = std::to_string(index);
  path.insert(path.begin(), '[');
  path.push_back(']');
  if (!error_->path.empty() && error_->path[0] != '[') path += '.';
  error_->path = path + error_->path;
}

}  // namespace footfall::capture
