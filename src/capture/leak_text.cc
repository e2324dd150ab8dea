#include "capture/leak_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/strings.h"
#include "capture/json_walk.h"
#include "capture/unicode.h"

namespace footfall::capture {
namespace {

constexpr uint32_t kPointMax = 0x10FFFF;

struct Entity {
  std::string_view name;
  uint32_t point;
};

// The named entities of ASCII and Latin-1, sorted by name.
constexpr Entity kEntities[] = {
    {"AElig", 0xC6},  {"Aacute", 0xC1}, {"Acirc", 0xC2},   {"Agrave", 0xC0},
    {"Aring", 0xC5},  {"Atilde", 0xC3}, {"Auml", 0xC4},    {"Ccedil", 0xC7},
    {"ETH", 0xD0},    {"Eacute", 0xC9}, {"Ecirc", 0xCA},   {"Egrave", 0xC8},
    {"Euml", 0xCB},   {"Hat", '^'},     {"Iacute", 0xCD},  {"Icirc", 0xCE},
    {"Igrave", 0xCC}, {"Iuml", 0xCF},   {"NewLine", '\n'}, {"Ntilde", 0xD1},
    {"Oacute", 0xD3}, {"Ocirc", 0xD4},  {"Ograve", 0xD2},  {"Oslash", 0xD8},
    {"Otilde", 0xD5}, {"Ouml", 0xD6},   {"THORN", 0xDE},   {"Tab", '\t'},
    {"Uacute", 0xDA}, {"Ucirc", 0xDB},  {"Ugrave", 0xD9},  {"Uuml", 0xDC},
    {"Yacute", 0xDD}, {"aacute", 0xE1}, {"acirc", 0xE2},   {"acute", 0xB4},
    {"aelig", 0xE6},  {"agrave", 0xE0}, {"amp", '&'},      {"apos", '\''},
    {"aring", 0xE5},  {"ast", '*'},     {"atilde", 0xE3},  {"auml", 0xE4},
    {"brvbar", 0xA6}, {"bsol", '\\'},   {"ccedil", 0xE7},  {"cedil", 0xB8},
    {"cent", 0xA2},   {"colon", ':'},   {"comma", ','},    {"commat", '@'},
    {"copy", 0xA9},   {"curren", 0xA4}, {"deg", 0xB0},     {"divide", 0xF7},
    {"dollar", '$'},  {"eacute", 0xE9}, {"ecirc", 0xEA},   {"egrave", 0xE8},
    {"equals", '='},  {"eth", 0xF0},    {"euml", 0xEB},    {"excl", '!'},
    {"frac12", 0xBD}, {"frac14", 0xBC}, {"frac34", 0xBE},  {"grave", '`'},
    {"gt", '>'},      {"hyphen", '-'},  {"iacute", 0xED},  {"icirc", 0xEE},
    {"iexcl", 0xA1},  {"igrave", 0xEC}, {"iquest", 0xBF},  {"iuml", 0xEF},
    {"laquo", 0xAB},  {"lbrace", '{'},  {"lbrack", '['},   {"lcub", '{'},
    {"lowbar", '_'},  {"lpar", '('},    {"lsqb", '['},     {"lt", '<'},
    {"macr", 0xAF},   {"micro", 0xB5},  {"middot", 0xB7},  {"nbsp", 0xA0},
    {"not", 0xAC},    {"ntilde", 0xF1}, {"num", '#'},      {"oacute", 0xF3},
    {"ocirc", 0xF4},  {"ograve", 0xF2}, {"ordf", 0xAA},    {"ordm", 0xBA},
    {"oslash", 0xF8}, {"otilde", 0xF5}, {"ouml", 0xF6},    {"para", 0xB6},
    {"percnt", '%'},  {"period", '.'},  {"plus", '+'},     {"plusmn", 0xB1},
    {"pound", 0xA3},  {"quest", '?'},   {"quot", '"'},     {"raquo", 0xBB},
    {"rbrace", '}'},  {"rbrack", ']'},  {"rcub", '}'},     {"reg", 0xAE},
    {"rpar", ')'},    {"rsqb", ']'},    {"sect", 0xA7},    {"semi", ';'},
    {"shy", 0xAD},    {"sol", '/'},     {"sup1", 0xB9},    {"sup2", 0xB2},
    {"sup3", 0xB3},   {"szlig", 0xDF},  {"thorn", 0xFE},   {"times", 0xD7},
    {"uacute", 0xFA}, {"ucirc", 0xFB},  {"ugrave", 0xF9},  {"uml", 0xA8},
    {"uuml", 0xFC},   {"verbar", '|'},  {"vert", '|'},     {"yacute", 0xFD},
    {"yen", 0xA5},    {"yuml", 0xFF},
};

int DigitValue(char c, int base) {
  const char lower = static_cast<char>(c | 0x20);
  if (c >= '0' && c <= '9') return c - '0';
  if (base == 16 && lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return -1;
}

// A number in the front of a text: its value, and the digits it takes, 0 for none.
struct Number {
  uint32_t value = 0;
  size_t digits = 0;
};

Number ReadNumber(std::string_view text, int base, size_t digits_max) {
  Number number;
  while (number.digits < text.size() && number.digits < digits_max) {
    const int digit = DigitValue(text[number.digits], base);
    if (digit < 0) break;
    number.value = std::min<uint32_t>(
        number.value * static_cast<uint32_t>(base) + static_cast<uint32_t>(digit),
        kPointMax + 1);
    ++number.digits;
  }
  return number;
}

// Exactly `digits` hexadecimal digits.
bool ReadHex(std::string_view text, size_t digits, uint32_t& value) {
  const Number number = ReadNumber(text, 16, digits);
  value = number.value;
  return number.digits == digits;
}

// Each of these appends what the escape at the front of `text` stands for and returns the
// size of the escape, or 0 when it is none.

// The code unit `unit`, whose escape took `size` bytes, with the low surrogate that may
// follow in the same form.
size_t AppendUnit(std::string_view text, std::string_view prefix, uint32_t unit,
                  size_t size, std::string& out) {
  uint32_t low = 0;
  if (unit >= 0xD800 && unit < 0xDC00 && text.substr(size, prefix.size()) == prefix &&
      ReadHex(text.substr(size + prefix.size()), 4, low) && low >= 0xDC00 &&
      low < 0xE000) {
    AppendCodePoint(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
    return size + prefix.size() + 4;
  }
  AppendCodePoint(out, unit);
  return size;
}

size_t AppendPercent(std::string_view text, std::string& out) {
  uint32_t value = 0;
  if (text.substr(0, 2) == "%u" && ReadHex(text.substr(2), 4, value)) {
    return AppendUnit(text, "%u", value, 6, out);
  }
  if (!ReadHex(text.substr(1), 2, value)) return 0;
  out += static_cast<char>(value);
  return 3;
}

size_t AppendNumericEntity(std::string_view text, std::string& out) {
  const bool hex = text.size() > 2 && (text[2] | 0x20) == 'x';
  const size_t start = hex ? 3 : 2;
  const Number number = ReadNumber(text.substr(start), hex ? 16 : 10, 32);
  if (number.digits == 0 || number.value > kPointMax) return 0;
  AppendCodePoint(out, number.value);
  const size_t end = start + number.digits;
  return end + (end < text.size() && text[end] == ';' ? 1 : 0);
}

size_t AppendEntity(std::string_view text, std::string& out) {
  if (text.size() > 1 && text[1] == '#') return AppendNumericEntity(text, out);
  constexpr size_t kNameMax = 8;
  const size_t end = text.substr(0, kNameMax + 2).find(';');
  if (end == std::string_view::npos) return 0;
  const std::string_view name = text.substr(1, end - 1);
  const auto* found = std::lower_bound(
      std::begin(kEntities), std::end(kEntities), name,
      [](const Entity& entity, std::string_view wanted) { return entity.name < wanted; });
  if (found == std::end(kEntities) || found->name != name) return 0;
  AppendCodePoint(out, found->point);
  return end + 1;
}

size_t AppendBackslash(std::string_view text, std::string& out) {
  if (text.size() < 2) return 0;
  uint32_t value = 0;
  const char kind = text[1];
  if (kind == 'u' && ReadHex(text.substr(2), 4, value)) {
    return AppendUnit(text, "\\u", value, 6, out);
  }
  if (kind == 'u' && text.substr(2, 1) == "{") {
    const Number number = ReadNumber(text.substr(3), 16, 8);
    const size_t end = 3 + number.digits;
    if (number.digits == 0 || number.value > kPointMax || text.substr(end, 1) != "}") {
      return 0;
    }
    AppendCodePoint(out, number.value);
    return end + 1;
  }
  if (kind == 'x' && ReadHex(text.substr(2), 2, value)) {
    AppendCodePoint(out, value);
    return 4;
  }
  if (kind == '"' || kind == '\\' || kind == '/' || kind == '\'') {
    out += kind;
    return 2;
  }
  const Number css = ReadNumber(text.substr(1), 16, 6);
  if (css.digits == 0 || css.value > kPointMax) return 0;
  AppendCodePoint(out, css.value);
  const size_t end = 1 + css.digits;
  return end + (text.substr(end, 1) == " " ? 1 : 0);
}

size_t AppendEscape(std::string_view text, unsigned kinds, std::string& out) {
  switch (text[0]) {
    case '%':
      return (kinds & kPercentEscapes) != 0 ? AppendPercent(text, out) : 0;
    case '&':
      return (kinds & kHtmlEscapes) != 0 ? AppendEntity(text, out) : 0;
    default:
      return (kinds & kBackslashEscapes) != 0 ? AppendBackslash(text, out) : 0;
  }
}

std::vector<uint32_t> CodePoints(std::string_view text) {
  std::vector<uint32_t> points;
  for (size_t at = 0; at < text.size();) points.push_back(DecodeUtf8(text, &at));
  return points;
}

constexpr std::array<bool, 128> MakeKeptAscii() {
  std::array<bool, 128> kept{};
  for (int c = 0; c < 128; ++c) {
    kept[c] = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  return kept;
}
constexpr std::array<bool, 128> kKeptAscii = MakeKeptAscii();

}  // namespace

bool Decode(std::string_view text, unsigned kinds, std::string& out) {
  constexpr std::string_view kMarks = "%&\\";
  size_t copied = 0;
  bool changed = false;
  std::string meant;
  for (size_t at = text.find_first_of(kMarks); at != std::string_view::npos;
       at = text.find_first_of(kMarks, at)) {
    meant.clear();
    const size_t size = AppendEscape(text.substr(at), kinds, meant);
    if (size == 0) {
      ++at;
      continue;
    }
    if (!changed) out.clear();
    changed = true;
    out += text.substr(copied, at - copied);
    out += meant;
    at += size;
    copied = at;
  }
  if (changed) out += text.substr(copied);
  return changed;
}

void Fold(std::string_view text, std::string& out) {
  out.resize(text.size());
  unsigned high = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    high |= static_cast<unsigned char>(c);
    out[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  if (high >= 0x80) out = base::FoldCase(text);
}

void RemoveSeparators(std::string_view text, std::string& out) {
  out.clear();
  for (size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c < 0x80) {
      if (kKeptAscii[c]) out += text[at];
      ++at;
      continue;
    }
    const size_t start = at;
    if (!IsSeparator(DecodeUtf8(text, &at))) out += text.substr(start, at - start);
  }
}

std::string Reversed(std::string_view text) {
  std::vector<uint32_t> points = CodePoints(text);
  std::string out;
  for (size_t i = points.size(); i > 0; --i) AppendCodePoint(out, points[i - 1]);
  return out;
}

std::string Utf16AsCharacters(std::string_view text, bool big_endian) {
  std::string out;
  const auto unit = [&](uint32_t value) {
    AppendCodePoint(out, big_endian ? value >> 8 : value & 0xFF);
    AppendCodePoint(out, big_endian ? value & 0xFF : value >> 8);
  };
  for (const uint32_t point : CodePoints(text)) {
    if (point < 0x10000) {
      unit(point);
    } else {
      unit(0xD800 + ((point - 0x10000) >> 10));
      unit(0xDC00 + ((point - 0x10000) & 0x3FF));
    }
  }
  return out;
}

std::string Base64Core(std::string_view bytes, int skipped, bool url) {
  const std::string_view alphabet =
      url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
          : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const size_t first_bit = static_cast<size_t>(skipped) * 8;
  const size_t end_bit = first_bit + bytes.size() * 8;
  std::string out;
  for (size_t digit = (first_bit + 5) / 6; (digit + 1) * 6 <= end_bit; ++digit) {
    unsigned value = 0;
    for (size_t bit = digit * 6; bit < digit * 6 + 6; ++bit) {
      const auto byte = static_cast<unsigned char>(bytes[(bit - first_bit) / 8]);
      value = value * 2 + ((byte >> (7 - bit % 8)) & 1);
    }
    out += alphabet[value];
  }
  return out;
}

}  // namespace footfall::capture
