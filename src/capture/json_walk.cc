#include "capture/json_walk.h"

#include "capture/ascii.h"

namespace footfall::capture {
namespace {

bool EndsScalar(char c) {
  return IsJsonSpace(c) || c == ',' || c == ':' || c == '"' || c == '[' || c == ']' ||
         c == '{' || c == '}';
}

// The value of four hexadecimal digits at `at`, or -1.
int32_t Hex4(std::string_view text, size_t at) {
  if (at + 4 > text.size()) return -1;
  int32_t value = 0;
  for (size_t i = at; i < at + 4; ++i) {
    const char c = text[i];
    const char lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') {
      value = value * 16 + (c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + (lower - 'a' + 10);
    } else {
      return -1;
    }
  }
  return value;
}

// Appends the character of the \u escape at `at` and returns the size of the escape; 0
// when it is none.
size_t AppendUnicodeEscape(std::string_view raw, size_t at, std::string& out) {
  const int32_t high = Hex4(raw, at + 2);
  if (high < 0) return 0;
  if (high >= 0xD800 && high < 0xDC00 && raw.substr(at + 6, 2) == "\\u") {
    const int32_t low = Hex4(raw, at + 8);
    if (low >= 0xDC00 && low < 0xE000) {
      AppendCodePoint(
          out, static_cast<uint32_t>(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)));
      return 12;
    }
  }
  const bool lone = high >= 0xD800 && high < 0xE000;
  AppendCodePoint(out, lone ? 0xFFFD : static_cast<uint32_t>(high));
  return 6;
}

char SimpleEscape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case '"':
    case '\\':
    case '/':
      return c;
    default:
      return 0;
  }
}

}  // namespace

void AppendCodePoint(std::string& out, uint32_t point) {
  const auto trail = [&](int shift) {
    out += static_cast<char>(0x80 | ((point >> shift) & 0x3F));
  };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | (point >> 6));
    trail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | (point >> 12));
    trail(6);
    trail(0);
  } else {
    out += static_cast<char>(0xF0 | ((point >> 18) & 7));
    trail(12);
    trail(6);
    trail(0);
  }
}

std::string_view JsonWalk::key() const {
  for (size_t i = frames_.size(); i > 0; --i) {
    if (frames_[i - 1].has_key) return frames_[i - 1].key;
  }
  return {};
}

uint32_t JsonWalk::object() const {
  return frames_.empty() ? kNoObject : frames_.back().object;
}

void JsonWalk::Open(bool array) {
  TakeValue();
  if (frames_.size() == kDepthMax) {
    ++too_deep_;
    return;
  }
  Frame frame;
  frame.array = array;
  frame.object = object();
  if (!array) {
    parents_.push_back(frame.object);
    frame.object = static_cast<uint32_t>(parents_.size() - 1);
  }
  frames_.push_back(frame);
}

void JsonWalk::Close() {
  if (too_deep_ > 0) {
    --too_deep_;
  } else if (!frames_.empty()) {
    frames_.pop_back();
  }
}

JsonWalk::Piece JsonWalk::String() {
  const size_t start = ++at_;
  while (at_ < text_.size() && text_[at_] != '"') {
    at_ += text_[at_] == '\\' ? 2 : 1;
  }
  const size_t end = at_ < text_.size() ? at_ : text_.size();
  raw_ = text_.substr(start, end - start);
  at_ = end + 1;
  if (frames_.empty() || frames_.back().array || frames_.back().value_next ||
      too_deep_ > 0) {
    TakeValue();
    return Piece::kString;
  }
  frames_.back().key = raw_;
  frames_.back().has_key = true;
  frames_.back().value_next = true;
  at_key_ = true;
  return Piece::kKey;
}

JsonWalk::Piece JsonWalk::Scalar() {
  const size_t start = at_;
  while (at_ < text_.size() && !EndsScalar(text_[at_])) ++at_;
  raw_ = text_.substr(start, at_ - start);
  TakeValue();
  return Piece::kScalar;
}

JsonWalk::Piece JsonWalk::Next() {
  at_key_ = false;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') return String();
    if (!EndsScalar(c)) return Scalar();
    if (c == '{' || c == '[') {
      Open(c == '[');
    } else if (c == '}' || c == ']') {
      Close();
    } else if (c == ',' && too_deep_ == 0 && !frames_.empty()) {
      ++frames_.back().index;
      frames_.back().value_next = false;
    }
    ++at_;
  }
  raw_ = {};
  return Piece::kEnd;
}

std::string_view UnescapeJson(std::string_view raw, std::string& buffer) {
  size_t at = raw.find('\\');
  if (at == std::string_view::npos) return raw;
  buffer.assign(raw.substr(0, at));
  while (at < raw.size()) {
    if (raw[at] != '\\' || at + 1 == raw.size()) {
      buffer += raw[at++];
      continue;
    }
    if (raw[at + 1] == 'u') {
      const size_t size = AppendUnicodeEscape(raw, at, buffer);
      if (size == 0) buffer += raw[at];
      at += size == 0 ? 1 : size;
      continue;
    }
    const char meant = SimpleEscape(raw[at + 1]);
    if (meant == 0) {
      buffer += raw[at++];
    } else {
      buffer += meant;
      at += 2;
    }
  }
  return buffer;
}

}  // namespace footfall::capture
