#include "capture/css_tokenizer.h"

#include "capture/ascii.h"

namespace footfall::capture {
namespace {

constexpr size_t kNestingMax = 256;

constexpr bool IsHex(char c) {
  return IsDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

char* AppendUtf8(char* out, uint32_t code) {
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
  const auto put = [&out](uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return out;
}

// What the escape from `begin` to `end` stands for; 0 when it is cut off.
uint32_t EscapedCode(std::string_view text, size_t begin, size_t end) {
  if (begin + 1 >= text.size()) return 0;
  if (!IsHex(text[begin + 1])) return static_cast<unsigned char>(text[begin + 1]);
  uint32_t code = 0;
  for (size_t i = begin + 1; i < end && IsHex(text[i]); ++i) {
    const char c = text[i];
    code =
        code * 16 + static_cast<uint32_t>(IsDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return code;
}

// Behind the space or line end at `pos`; a carriage return and line feed are one.
size_t BehindSpace(std::string_view css, size_t pos) {
  return pos + (css.substr(pos, 2) == "\r\n" ? 2 : 1);
}

}  // namespace

size_t CssEscapeEnd(std::string_view css, size_t pos) {
  size_t i = pos + 1;
  if (i >= css.size()) return css.size();
  if (IsCssNewline(css[i])) return BehindSpace(css, i);
  if (!IsHex(css[i])) return i + 1;
  while (i < css.size() && i < pos + 7 && IsHex(css[i])) ++i;
  if (i < css.size() && IsCssSpace(css[i])) return BehindSpace(css, i);
  return i;
}

std::string_view CssUnescape(std::string_view text, Arena& arena) {
  if (text.find('\\') == std::string_view::npos) return text;
  // An escape of two bytes may become a character of three.
  const size_t capacity = 2 * text.size() + 3;
  char* const begin = arena.Allocate(capacity);
  char* out = begin;
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '\\') {
      *out++ = text[i++];
      continue;
    }
    const size_t end = CssEscapeEnd(text, i);
    if (i + 1 >= text.size() || !IsCssNewline(text[i + 1])) {
      const uint32_t code = EscapedCode(text, i, end);
      // The bytes of a character that is escaped as it is follow by themselves.
      if (code >= 0x80 && end == i + 2 && !IsHex(text[i + 1])) {
        *out++ = text[i + 1];
      } else {
        out = AppendUtf8(out, code);
      }
    }
    i = end;
  }
  const auto size = static_cast<size_t>(out - begin);
  arena.Shrink(capacity - size);
  return {begin, size};
}

bool CssTokenizer::StartsEscape(size_t i) const {
  return At(i) == '\\' && !(i + 1 < css_.size() && IsCssNewline(css_[i + 1]));
}

bool CssTokenizer::StartsName(size_t i) const {
  if (i >= css_.size()) return false;
  if (css_[i] == '-') {
    if (i + 1 >= css_.size()) return false;
    return css_[i + 1] == '-' || IsCssNameStart(css_[i + 1]) || StartsEscape(i + 1);
  }
  return IsCssNameStart(css_[i]) || StartsEscape(i);
}

bool CssTokenizer::StartsNumber(size_t i) const {
  if (At(i) == '+' || At(i) == '-') ++i;
  return IsDigit(At(i)) || (At(i) == '.' && IsDigit(At(i + 1)));
}

void CssTokenizer::ReadName(CssToken& token) {
  const size_t begin = pos_;
  while (pos_ < css_.size()) {
    if (IsCssNameByte(css_[pos_])) {
      ++pos_;
    } else if (StartsEscape(pos_)) {
      token.escaped = true;
      pos_ = CssEscapeEnd(css_, pos_);
    } else {
      break;
    }
  }
  token.text = css_.substr(begin, pos_ - begin);
}

void CssTokenizer::ReadString(CssToken& token) {
  const char quote = css_[pos_++];
  const size_t begin = pos_;
  token.type = CssTokenType::kString;
  token.closed = false;
  while (pos_ < css_.size()) {
    const char c = css_[pos_];
    if (c == quote) {
      token.closed = true;
      break;
    }
    if (IsCssNewline(c)) {
      token.type = CssTokenType::kBadString;
      break;
    }
    if (c == '\\') {
      token.escaped = true;
      pos_ = CssEscapeEnd(css_, pos_);
    } else {
      ++pos_;
    }
  }
  token.text = css_.substr(begin, pos_ - begin);
  if (token.closed) ++pos_;
}

void CssTokenizer::ReadUrl(CssToken& token) {
  token.type = CssTokenType::kUrl;
  token.escaped = false;  // Of the address from here on.
  token.closed = false;
  while (pos_ < css_.size() && IsCssSpace(css_[pos_])) ++pos_;
  const size_t begin = pos_;
  size_t end = std::string_view::npos;  // Of the address, once white space ended it.
  for (; pos_ < css_.size();) {
    const char c = css_[pos_];
    if (c == ')') {
      token.closed = true;
      break;
    }
    if (IsCssSpace(c)) {
      if (end == std::string_view::npos) end = pos_;
      ++pos_;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    const bool bad = c == '"' || c == '\'' || c == '(' || (byte < ' ' && byte != 0) ||
                     byte == 0x7F || (c == '\\' && !StartsEscape(pos_));
    if (bad || end != std::string_view::npos) token.type = CssTokenType::kBadUrl;
    if (c == '\\' && StartsEscape(pos_)) {
      token.escaped = true;
      pos_ = CssEscapeEnd(css_, pos_);
    } else {
      ++pos_;
    }
  }
  if (end == std::string_view::npos) end = pos_;
  token.text = css_.substr(begin, end - begin);
  if (token.closed) ++pos_;
}

void CssTokenizer::ReadNameLike(CssToken& token) {
  ReadName(token);
  token.type = CssTokenType::kIdent;
  if (At(pos_) != '(') return;
  ++pos_;
  token.type = CssTokenType::kFunction;
  const size_t size = token.text.size();
  if (!token.escaped && size != 3) return;
  // Each letter may stand as an escape of up to nine bytes.
  if (size > 27) return;
  char buffer[27];
  std::string_view name = token.text;
  if (token.escaped) {
    // The name is short: an arena for it would cost more than it saves.
    size_t length = 0;
    for (size_t i = 0; i < size;) {
      const size_t end = name[i] == '\\' ? CssEscapeEnd(name, i) : i + 1;
      const uint32_t code =
          end == i + 1 ? static_cast<unsigned char>(name[i]) : EscapedCode(name, i, end);
      const char c = code < 0x80 ? static_cast<char>(code) : '\0';
      buffer[length++] = c;
      i = end;
    }
    name = {buffer, length};
  }
  if (!EqualsLower(name, "url")) return;
  size_t next = pos_;
  while (next < css_.size() && IsCssSpace(css_[next])) ++next;
  if (At(next) == '"' || At(next) == '\'') return;
  ReadUrl(token);
}

void CssTokenizer::ReadNumber(CssToken& token) {
  if (At(pos_) == '+' || At(pos_) == '-') ++pos_;
  while (IsDigit(At(pos_))) ++pos_;
  if (At(pos_) == '.' && IsDigit(At(pos_ + 1))) {
    ++pos_;
    while (IsDigit(At(pos_))) ++pos_;
  }
  if ((At(pos_) | 0x20) == 'e') {
    const size_t sign = At(pos_ + 1) == '+' || At(pos_ + 1) == '-' ? 1 : 0;
    if (IsDigit(At(pos_ + 1 + sign))) {
      pos_ += 1 + sign;
      while (IsDigit(At(pos_))) ++pos_;
    }
  }
  if (At(pos_) == '%') {
    ++pos_;
    token.type = CssTokenType::kPercentage;
  } else if (StartsName(pos_)) {
    ReadName(token);
    token.type = CssTokenType::kDimension;
  } else {
    token.type = CssTokenType::kNumber;
  }
}

CssToken CssTokenizer::Next() {
  CssToken token;
  token.begin = pos_;
  if (pos_ >= css_.size()) {
    token.end = pos_;
    return token;
  }
  const char c = css_[pos_];
  if (IsCssSpace(c)) {
    token.type = CssTokenType::kSpace;
    while (pos_ < css_.size() && IsCssSpace(css_[pos_])) ++pos_;
  } else if (c == '/' && At(pos_ + 1) == '*') {
    token.type = CssTokenType::kComment;
    const size_t end = css_.find("*/", pos_ + 2);
    token.closed = end != std::string_view::npos;
    pos_ = token.closed ? end + 2 : css_.size();
  } else if (c == '"' || c == '\'') {
    ReadString(token);
  } else if (StartsNumber(pos_)) {
    ReadNumber(token);
  } else if (css_.substr(pos_, 3) == "-->") {
    token.type = CssTokenType::kCdc;
    pos_ += 3;
  } else if (StartsName(pos_)) {
    ReadNameLike(token);
  } else if (c == '#' && pos_ + 1 < css_.size() &&
             (IsCssNameByte(css_[pos_ + 1]) || StartsEscape(pos_ + 1))) {
    ++pos_;
    ReadName(token);
    token.type = CssTokenType::kHash;
  } else if (c == '@' && StartsName(pos_ + 1)) {
    ++pos_;
    ReadName(token);
    token.type = CssTokenType::kAtKeyword;
  } else if (css_.substr(pos_, 4) == "<!--") {
    token.type = CssTokenType::kCdo;
    pos_ += 4;
  } else {
    token.type = CssTokenType::kDelim;
    ++pos_;
  }
  token.end = pos_;
  return token;
}

bool CssTokenizer::SkipBlock(char closer) {
  char closers[kNestingMax];
  size_t depth = 0;
  closers[depth++] = closer;
  bool simple = true;
  while (depth > 0) {
    const CssToken token = Next();
    if (token.type == CssTokenType::kEnd) return false;
    char open = 0;
    if (token.type == CssTokenType::kFunction) open = '(';
    if (token.type == CssTokenType::kDelim) open = css_[token.begin];
    simple = simple && token.closed && token.type != CssTokenType::kBadString &&
             token.type != CssTokenType::kBadUrl &&
             std::string_view("[]{};").find(open) == std::string_view::npos;
    if (open == closers[depth - 1]) --depth;
    if (open != '(' && open != '[' && open != '{') continue;
    if (depth == kNestingMax) {
      pos_ = css_.size();
      return false;
    }
    closers[depth++] = open == '(' ? ')' : open == '[' ? ']' : '}';
  }
  return simple;
}

}  // namespace footfall::capture
