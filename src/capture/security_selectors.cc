#include "capture/security_selectors.h"

#include <cstddef>
#include <string>

#include "capture/ascii.h"

namespace footfall::capture {
namespace {

// Behind the bracket that closes the one at `pos`, strings and escapes skipped; npos when
// it is not closed.
size_t BehindBracket(std::string_view text, size_t pos) {
  int depth = 0;
  char quote = 0;
  for (; pos < text.size(); ++pos) {
    const char c = text[pos];
    if (c == '\\') {
      ++pos;
    } else if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '(') {
      ++depth;
    } else if ((c == ']' || c == ')') && --depth == 0) {
      return pos + 1;
    }
  }
  return std::string_view::npos;
}

// Turns `[a^="b" i]` into `[a]`; `[a=b]` stays. `text` is the whole in its brackets.
std::string PlainAttribute(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return std::string(text);
  size_t name_end = equals;
  const char before = text[equals - 1];
  const bool other =
      before == '~' || before == '|' || before == '^' || before == '$' || before == '*';
  if (other) --name_end;
  // A flag behind the value: the comparison is not this one's.
  size_t end = text.size() - 1;
  while (end > equals && IsHtmlSpace(text[end - 1])) --end;
  const bool flag = end >= 2 && IsHtmlSpace(text[end - 2]);
  if (!other && !flag) return std::string(text);
  return std::string(text.substr(0, name_end)) + "]";
}

// Reads one selector; `last` gets its last compound as policies write it.
bool LastCompound(std::string_view text, std::string& last) {
  size_t pos = 0;
  bool ended = false;  // Behind a combinator, or white space that may be one.
  last.clear();
  while (pos < text.size()) {
    const char c = text[pos];
    if (IsHtmlSpace(c) || c == '>' || c == '+' || c == '~') {
      ended = true;
      ++pos;
      continue;
    }
    if (ended) last.clear();
    ended = false;
    if (c == ':') {
      while (pos < text.size() && text[pos] == ':') ++pos;
      while (pos < text.size() && !IsHtmlSpace(text[pos]) &&
             std::string_view(">+~:.#[(").find(text[pos]) == std::string_view::npos) {
        ++pos;
      }
      if (pos < text.size() && text[pos] == '(') pos = BehindBracket(text, pos);
      if (pos == std::string_view::npos) return false;
    } else if (c == '[') {
      const size_t end = BehindBracket(text, pos);
      if (end == std::string_view::npos) return false;
      last += PlainAttribute(text.substr(pos, end - pos));
      pos = end;
    } else if (c == '*') {
      ++pos;
    } else if (c == '\\') {
      last.push_back(c);
      if (++pos < text.size()) last.push_back(text[pos++]);
      // The white space that ends a hexadecimal escape belongs to it.
      while (pos < text.size() &&
             std::string_view("0123456789abcdefABCDEF").find(text[pos]) !=
                 std::string_view::npos) {
        last.push_back(text[pos++]);
      }
      if (pos < text.size() && IsHtmlSpace(text[pos])) last.push_back(text[pos++]);
    } else {
      last.push_back(c);
      ++pos;
    }
  }
  return !last.empty();
}

}  // namespace

bool ReadLastCompounds(std::string_view list, std::vector<Selector::Compound>& out) {
  bool all_read = true;
  size_t start = 0;
  for (size_t pos = 0; pos <= list.size();) {
    if (pos < list.size() && list[pos] != ',') {
      if (list[pos] == '[' || list[pos] == '(') {
        pos = BehindBracket(list, pos);
        if (pos == std::string_view::npos) return false;
      } else {
        pos += list[pos] == '\\' ? 2 : 1;
      }
      continue;
    }
    std::string last;
    Selector selector;
    if (LastCompound(list.substr(start, pos - start), last) &&
        Selector::Parse(last, selector).empty()) {
      out.push_back(selector.compounds().back());
      out.back().child = false;
    } else {
      all_read = false;
    }
    start = ++pos;
  }
  // An escape at the very end.
  return all_read && start == list.size() + 1;
}

}  // namespace footfall::capture
