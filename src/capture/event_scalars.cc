// The scalar values of an event, and what is said of a defect.
#include <simdjson.h>

#include <bit>
#include <string>

#include "capture/ascii.h"
#include "capture/event_parser_inline.h"
#include "capture/json_index.h"
#include "capture/time_text.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

std::string_view Trim(std::string_view text) {
  const auto space = [](char c) { return IsJsonSpace(c) || c == '\f' || c == '\v'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

// The value of the `size` digits at `p`, one to eight; false when they are none. Eight
// bytes can be read there, as the padding behind the event is.
inline bool ReadDigits(const char* p, size_t size, int64_t* out) {
  if constexpr (std::endian::native == std::endian::little) {
    // With zeros in front, neighbours are joined to two, four and eight digits.
    const unsigned shift = static_cast<unsigned>(64 - 8 * size);
    uint64_t word = (LoadWord(p) ^ kOnes * '0') << shift;
    if (((word + kOnes * (0x80 - 10)) & kTops) != 0 || (word & kTops) != 0) return false;
    word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ffULL;
    word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffffULL;
    *out = static_cast<int64_t>((word * 10000 + (word >> 32)) & 0xffffffffULL);
    return true;
  }
  int64_t value = 0;
  for (size_t i = 0; i < size; ++i) {
    if (!IsDigit(p[i])) return false;
    value = value * 10 + (p[i] - '0');
  }
  *out = value;
  return true;
}

// Most integers: at most sixteen digits, so that no bound has to be looked at.
bool FastInteger(std::string_view text, int64_t* out) {
  constexpr size_t kDigitsMax = 16;
  const bool negative = text[0] == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > kDigitsMax || (text[0] == '0' && text.size() > 1)) {
    return false;
  }
  constexpr size_t kWordDigits = 8;
  constexpr int64_t kWordFactor = 100'000'000;
  const size_t high_size = text.size() > kWordDigits ? text.size() - kWordDigits : 0;
  int64_t high = 0;
  int64_t low = 0;
  if (high_size > 0 && !ReadDigits(text.data(), high_size, &high)) return false;
  if (!ReadDigits(text.data() + high_size, text.size() - high_size, &low)) return false;
  const int64_t value = high * kWordFactor + low;
  *out = negative ? -value : value;
  return true;
}

// Most other numbers, without an exponent: the digits fit a double, and so does the power
// of ten that they are divided by, so the quotient is the nearest double.
bool FastReal(std::string_view text, double* out) {
  constexpr size_t kDigitsMax = 15;
  constexpr double kPowers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const bool negative = text[0] == '-';
  if (negative) text.remove_prefix(1);
  if (text.size() < 3 || text.size() > kDigitsMax + 1) return false;
  int64_t digits = 0;
  size_t point = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.' && point == 0 && i > 0 && i + 1 < text.size()) {
      point = i;
    } else if (IsDigit(text[i])) {
      digits = digits * 10 + (text[i] - '0');
    } else {
      return false;
    }
  }
  if (point == 0 || (text[0] == '0' && point > 1)) return false;
  const double value = static_cast<double>(digits) / kPowers[text.size() - 1 - point];
  *out = negative ? -value : value;
  return true;
}

// The four digits of a `\u` escape, which are known to be well-formed.
unsigned EscapedUnit(const char* digits) {
  unsigned unit = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = digits[i];
    unit =
        unit << 4 | static_cast<unsigned>(IsDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return unit;
}

// True when an escape is half of a surrogate pair, alone. The escapes are well-formed.
bool HasHalfSurrogate(std::string_view raw) {
  for (size_t i = raw.find('\\'); i < raw.size(); i = raw.find('\\', i)) {
    const bool unicode = raw[i + 1] == 'u';
    const unsigned unit = unicode ? EscapedUnit(raw.data() + i + 2) : 0;
    i += unicode ? 6 : 2;
    if (unit < 0xd800 || unit > 0xdfff) continue;
    if (unit > 0xdbff || raw.substr(i, 2) != "\\u") return true;
    const unsigned low = EscapedUnit(raw.data() + i + 2);
    if (low < 0xdc00 || low > 0xdfff) return true;
    i += 6;
  }
  return false;
}

}  // namespace

bool EventParser::ReadType(ParsedEvent& out) {
  if (IsNumberHere()) {
    // Told apart from a recording's event once all its keys are known.
    numeric_type_ = true;
    return Walk(2, nullptr);
  }
  if (Here() == 'n') return ReadNull();
  int type = Here() == '"' ? types_.Find(data_ + *token_ + 1, -1) : -1;
  std::string_view name;
  if (!ReadString(name)) return false;
  if (type < 0) type = types_.Named(name);
  if (type < 0) return FailBefore("unknown event type");
  out.event.type = static_cast<model::EventType>(type);
  has_type_ = true;
  return true;
}

bool EventParser::ReadTime(ParsedEvent& out) {
  constexpr std::string_view kExpected =
      "expected integer milliseconds or an RFC 3339 time";
  if (Here() == 'n') return ReadNull();
  int64_t ms;
  if (Here() == '"') {
    std::string_view text;
    if (!ReadString(text)) return false;
    if (!ParseRfc3339(text, &ms)) return FailBefore(kExpected);
    canonical_ = false;
  } else if (IsNumberHere()) {
    if (!ReadInteger(ms)) return false;
  } else {
    return Fail(kExpected);
  }
  if (ms < kTimeMinMs || ms > kTimeMaxMs) {
    return FailBefore("outside the years 1 to 9999");
  }
  out.event.time_ms = ms;
  has_time_ = true;
  return true;
}

bool EventParser::ReadInteger(int64_t& out) {
  if (Here() == 'n') return ReadNull();
  if (!IsNumberHere()) return Fail("expected an integer");
  Number number;
  if (!ReadNumber(number)) return false;
  if (!number.is_integer) return FailBefore("expected an integer");
  out = number.integer;
  return true;
}

bool EventParser::ReadRareId(std::string_view& out) {
  if (Here() == 'n') return ReadNull();
  if (!IsNumberHere()) return Fail("expected a string or an integer");
  Number number;
  if (!ReadNumber(number)) return false;
  if (!number.is_integer) return FailBefore("expected a string or an integer");
  out = number.integer == 0 ? "0" : number.text;
  canonical_ = false;
  return true;
}

std::string_view EventParser::TrimId(std::string_view id) {
  canonical_ = false;
  return Trim(id);
}

std::string_view EventParser::ReadEscaped(std::string_view raw) {
  std::string_view out;
  if (!DecodeJsonString(raw, cleaner_.arena(), out) ||
      (out.data() != raw.data() && HasHalfSurrogate(raw))) {
    FailBefore(kBadString);
    return {};
  }
  return out;
}

bool EventParser::ReadNull() {
  canonical_ = false;  // Nulls are left out.
  return ReadInnerNull();
}

bool EventParser::ReadInnerNull() {
  return TakeScalar() == "null" || FailBefore(kMalformed);
}

bool EventParser::ReadBool(bool& out) {
  const std::string_view text = TakeScalar();
  out = text == "true";
  return out || text == "false" || FailBefore("expected true or false");
}

bool EventParser::ReadNumber(Number& out) {
  out.text = TakeScalar();
  if (FastInteger(out.text, &out.integer)) {
    out.is_integer = true;
    // Minus zero is written without its sign.
    canonical_ = canonical_ && (out.integer != 0 || out.text.size() == 1);
    return true;
  }
  return FastReal(out.text, &out.real) || ReadSlowNumber(out);
}

bool EventParser::ReadSlowNumber(Number& out) {
  constexpr std::string_view kOutOfRange = "malformed number, or one out of range";
  namespace ondemand = simdjson::ondemand;
  ondemand::parser parser;
  ondemand::document document;
  ondemand::number number;
  // In an array, where a number must end where it seems to.
  std::string text = "[";
  text.append(out.text).append("]");
  const simdjson::padded_string padded(text);
  simdjson::error_code code = parser.iterate(padded).get(document);
  if (code != simdjson::SUCCESS) return FailBefore(kOutOfRange);
  ondemand::array array;
  code = document.get_array().get(array);
  if (code != simdjson::SUCCESS) return FailBefore(kOutOfRange);
  for (auto item : array) {
    if (item.get_number().get(number) != simdjson::SUCCESS) {
      return FailBefore(kOutOfRange);
    }
    if (number.is_uint64()) return FailBefore("integer out of range");
    out.is_integer = number.is_int64();
    if (out.is_integer) {
      out.integer = number.get_int64();
    } else {
      out.real = number.get_double();
    }
    return true;
  }
  return FailBefore(kOutOfRange);
}

bool EventParser::Fail(std::string_view reason) {
  error_->path.clear();
  error_->reason = reason;
  error_->byte = token_ < tokens_end_ ? int64_t{*token_} : static_cast<int64_t>(size_);
  return false;
}

bool EventParser::FailBefore(std::string_view reason) {
  --token_;
  return Fail(reason);
}

void EventParser::InPath(int known, std::string_view key) {
  if (known < 0) {
    error_->path.clear();
    return;
  }
  std::string path(key);
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
