// Telephone numbers. A number is a sequence of groups of digits; what makes it one is a
// leading plus sign, the spelling of a country, or a word before it. Dates, amounts,
// versions and addresses of the internet are made of groups too, so that nothing without
// such a mark is taken for a telephone number.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "capture/ascii.h"
#include "capture/text_scan_internal.h"

namespace footfall::capture {
namespace {

constexpr size_t kGroupsMax = 9;
constexpr size_t kDigitsMax = 17;
constexpr size_t kKeywordMin = 6;  // Digits of a number with a word before it.
constexpr std::string_view kKeywords =
    "tel tele telefon telefono telefone telefoon phone fon fone fax telefax mobile mobil "
    "cell cellphone handy call whatsapp sms ph rufnummer durchwahl hotline puhelin "
    "t\x80l t\x80l\x80phone tel\x80"
    "fono m\x80vil celular movil portable gsm dial ring";

struct Group {
  size_t begin;
  size_t end;
  char before = 0;     // The byte that makes the gap before it, of several the strongest.
  bool tight = false;  // The gap has no space.
  bool open = false;   // An opening bracket stands directly before it.
  bool close = false;  // A closing bracket stands directly after it.
  size_t size() const { return end - begin; }
};

bool IsPhoneSeparator(char c) {
  return c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')';
}

// The groups from the digit at `begin` on, as far as they may be one number.
struct Groups {
  Group items[kGroupsMax];
  size_t count = 0;

  size_t size(size_t i) const { return items[i].size(); }
};

Groups ReadGroups(std::string_view text, size_t begin) {
  constexpr size_t kGapMax = 3;
  Groups groups;
  size_t digits = 0;
  size_t pos = begin;
  char before = 0;
  bool tight = true;
  while (groups.count < kGroupsMax) {
    size_t end = pos;
    while (end < text.size() && end <= pos + kDigitsMax && IsDigit(text[end])) ++end;
    digits += end - pos;
    if (end == pos || digits > kDigitsMax) break;
    Group& group = groups.items[groups.count++];
    group = {pos, end, before, tight};
    group.open = pos > 0 && text[pos - 1] == '(';
    group.close = end < text.size() && text[end] == ')';
    before = 0;
    tight = true;
    pos = end;
    while (pos < text.size() && pos < end + kGapMax && IsPhoneSeparator(text[pos])) {
      if (text[pos] == ' ') tight = false;
      if (before == 0 || before == ' ') before = text[pos];
      ++pos;
    }
    if (pos == end) break;
  }
  return groups;
}

// The digits of the first `count` groups.
size_t DigitsIn(const Groups& groups, size_t count) {
  size_t digits = 0;
  for (size_t i = 0; i < count; ++i) digits += groups.size(i);
  return digits;
}

bool IsYear(std::string_view digits) {
  return digits.size() == 4 &&
         (digits.substr(0, 2) == "19" || digits.substr(0, 2) == "20");
}

// A date or a sequence of dates: years, and nothing else longer than two digits.
bool IsDate(std::string_view text, const Groups& groups, size_t count) {
  bool year = false;
  for (size_t i = 0; i < count; ++i) {
    const Group& group = groups.items[i];
    if (IsYear(text.substr(group.begin, group.size()))) {
      year = true;
    } else if (group.size() > 2) {
      return false;
    }
  }
  return year;
}

// Groups of up to three digits between dots: an IP address, or thousands.
bool IsDotted(const Groups& groups, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (groups.size(i) > 3 || (i > 0 && groups.items[i].before != '.')) return false;
  }
  return true;
}

// Four numbers or more between dots that are no pairs.
bool IsVersion(const Groups& groups, size_t count) {
  if (count < 4 || !IsDotted(groups, count)) return false;
  for (size_t i = 0; i < count; ++i) {
    if (groups.size(i) != 2) return true;
  }
  return false;
}

// 1299.99.
bool IsDecimal(const Groups& groups, size_t count) {
  return count == 2 && groups.items[1].before == '.' && groups.size(1) <= 2;
}

bool SizesAre(const Groups& groups, size_t first, size_t count,
              std::initializer_list<size_t> sizes) {
  if (count - first != sizes.size()) return false;
  for (const size_t size : sizes) {
    if (groups.size(first++) != size) return false;
  }
  return true;
}

// 555-555-5555 and the like, of North America. No area begins with 0 or 1.
bool IsNorthAmerican(std::string_view text, const Groups& groups, size_t count) {
  const size_t first = groups.size(0) == 1 && text[groups.items[0].begin] == '1' ? 1 : 0;
  if (!SizesAre(groups, first, count, {3, 3, 4})) return false;
  return text[groups.items[first].begin] >= '2';
}

// 01 23 45 67 89: five pairs with the same gap.
bool IsFivePairs(const Groups& groups, size_t count) {
  if (!SizesAre(groups, 0, count, {2, 2, 2, 2, 2})) return false;
  for (size_t i = 2; i < count; ++i) {
    if (groups.items[i].before != groups.items[1].before) return false;
  }
  return true;
}

// 030 1234567, 0171-123 45 67: an area code with the leading zero of most countries.
bool HasAreaCode(std::string_view text, const Groups& groups, size_t count) {
  const Group& area = groups.items[0];
  if (text[area.begin] != '0' || area.size() < 2 || area.size() > 5) return false;
  if (text[area.begin + 1] == '0') return false;
  const size_t digits = DigitsIn(groups, count);
  if (count < 2 || digits < 9 || digits > 12) return false;
  if (IsFivePairs(groups, count)) return true;
  if (IsDotted(groups, count) && count != 3) return false;
  size_t longest = 0;
  for (size_t i = 1; i < count; ++i) longest = std::max(longest, groups.size(i));
  // Pairs alone are counts or dates, but after a long area code.
  return longest >= 3 || (area.size() >= 3 && count >= 4);
}

// (030) 123456, (555) 555-5555, 8 (495) 123-45-67, (11) 91234-5678.
bool HasBrackets(std::string_view text, const Groups& groups, size_t count) {
  const size_t at = groups.items[0].open ? 0 : 1;
  if (at == 1 && groups.size(0) != 1) return false;
  if (count < at + 2 || !groups.items[at].open || !groups.items[at].close) return false;
  const Group& area = groups.items[at];
  const size_t rest = DigitsIn(groups, count) - DigitsIn(groups, at + 1);
  if (text[area.begin] == '0') {
    return area.size() >= 2 && area.size() <= 5 && rest >= 5 && rest <= 9;
  }
  return (area.size() == 2 || area.size() == 3) && rest >= 7 && rest <= 9 &&
         count <= at + 4;
}

// 138 1234 5678, a mobile number of China.
bool IsChineseMobile(std::string_view text, const Groups& groups, size_t count) {
  const size_t begin = groups.items[0].begin;
  return SizesAre(groups, 0, count, {3, 4, 4}) && text[begin] == '1' &&
         text[begin + 1] >= '3';
}

// 0049 30 1234567.
bool HasInternationalPrefix(std::string_view text, const Groups& groups, size_t count) {
  const Group& first = groups.items[0];
  const size_t digits = DigitsIn(groups, count);
  return count >= 2 && first.size() >= 3 && first.size() <= 6 &&
         text.substr(first.begin, 2) == "00" && text[first.begin + 2] != '0' &&
         digits >= 10;
}

// What is known about the place of a number.
struct Context {
  bool plus = false;     // A plus sign stands before it.
  bool keyword = false;  // A word such as `phone` does.
  bool glued = false;    // Something that belongs to it does, as in 3-030 or #030.
};

bool IsPhone(std::string_view text, const Groups& groups, size_t count,
             const Context& context) {
  constexpr size_t kInternationalMin = 8;
  constexpr size_t kInternationalMax = 16;  // With the zero in brackets.
  const size_t digits = DigitsIn(groups, count);
  if (context.plus) {
    return digits >= kInternationalMin && digits <= kInternationalMax &&
           text[groups.items[0].begin] != '0' &&
           !(IsDotted(groups, count) && digits <= 10);
  }
  if (IsDate(text, groups, count)) return false;
  if (context.keyword && digits >= kKeywordMin && digits <= 15) {
    return !(IsVersion(groups, count)) && !IsDecimal(groups, count);
  }
  if (context.glued) return false;
  return IsNorthAmerican(text, groups, count) || HasAreaCode(text, groups, count) ||
         HasBrackets(text, groups, count) || IsChineseMobile(text, groups, count) ||
         HasInternationalPrefix(text, groups, count);
}

// True when the text goes on after `end` in a way that the number is not over.
bool GoesOn(std::string_view text, size_t end, const Context& context) {
  if (end == text.size()) return false;
  const char c = text[end];
  const bool digit_next = end + 1 < text.size() && IsDigit(text[end + 1]);
  // An extension, 555-5555x12.
  if (c == 'x' && digit_next) return false;
  if (IsAlnumByte(c) || c == '_' || c == '%') return true;
  if (digit_next && (c == '.' || c == ':' || c == ',')) return true;
  if (context.plus) return false;
  if (digit_next && (c == '-' || c == '/')) return true;
  if (context.keyword) return false;
  // An amount of money.
  return c == '$' || (c == ' ' && end + 1 < text.size() && text[end + 1] == '$');
}

size_t ExtensionEnd(std::string_view text, size_t end) {
  if (end >= text.size() || text[end] != 'x') return end;
  ++end;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end;
}

// Finds out about the bytes before the digit at `begin`; false when it is in the middle
// of something else.
bool ReadContext(std::string_view text, size_t floor, size_t begin, Context* context,
                 size_t* start) {
  *start = begin;
  size_t i = begin;
  if (i > floor && text[i - 1] == '(') --i;
  if (i > floor && text[i - 1] == ' ' && i > floor + 1 && text[i - 2] == '+') --i;
  if (i > floor && text[i - 1] == '+') {
    --i;
    context->plus = true;
    if (i > floor && text[i - 1] == '(') --i;
  } else if (i < begin && text[i] != '(') {
    i = begin;
  }
  *start = i;
  // What stands before the floor is a mask by now.
  const auto at = [text, floor](size_t k) { return k < floor ? '*' : text[k]; };
  if (i == 0) return true;
  const char c = at(i - 1);
  if (IsAlnumByte(c) || c == '_' || c == '$') return false;
  if (c == ':' && i > 1 && IsDigit(at(i - 2))) return false;
  constexpr std::string_view kGlue = "-./,#=";
  context->glued = kGlue.find(c) != std::string_view::npos;
  const bool joined = context->glued && i > 1;
  if (context->plus) return !joined || !IsAlnumByte(at(i - 2));
  return !joined || !IsDigit(at(i - 2));
}

}  // namespace

bool FindPhone(std::string_view text, size_t pos, Span* found) {
  const size_t floor = pos;
  while (pos < text.size()) {
    if (!IsDigit(text[pos])) {
      ++pos;
      continue;
    }
    if (pos > 0 && IsDigit(text[pos - 1])) {
      ++pos;
      continue;
    }
    Context context;
    size_t start;
    const Groups groups = ReadGroups(text, pos);
    if (DigitsIn(groups, groups.count) >= kKeywordMin &&
        ReadContext(text, floor, pos, &context, &start)) {
      context.keyword = !context.plus && HasKeywordBefore(text, start, kKeywords);
      for (size_t count = groups.count; count > 0; --count) {
        const size_t end = groups.items[count - 1].end;
        if (GoesOn(text, end, context) || !IsPhone(text, groups, count, context))
          continue;
        // A bracket around the whole number is no part of it.
        const std::string_view number = text.substr(start, end - start);
        if (number[0] == '(' && std::count(number.begin(), number.end(), ')') <
                                    std::count(number.begin(), number.end(), '(')) {
          ++start;
        }
        *found = {start, ExtensionEnd(text, end)};
        return true;
      }
    }
    while (pos < text.size() && IsDigit(text[pos])) ++pos;
  }
  return false;
}

}  // namespace footfall::capture
