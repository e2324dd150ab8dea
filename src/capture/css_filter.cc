#include "capture/css_filter.h"

#include <algorithm>

#include "capture/ascii.h"
#include "capture/attribute_rules.h"
#include "capture/css_address.h"
#include "capture/css_output.h"
#include "capture/css_scan.h"
#include "capture/css_strings.h"
#include "capture/css_tokenizer.h"
#include "capture/css_values.h"

namespace footfall::capture {
namespace {

constexpr size_t kDigitRunMin = 12;
constexpr size_t kFractionDigits = 6;
constexpr size_t kBlocksMax = 64;
// A backslash, six digits and a line end of two bytes.
constexpr size_t kEscapeMax = 9;
// Escaped, each character takes up to nine bytes.
constexpr size_t kFunctionNameMax = 9 * 17;
constexpr size_t kNone = std::string_view::npos;

bool IsOneOf(std::string_view text, const std::string_view* list, size_t size) {
  return std::any_of(list, list + size,
                     [text](std::string_view item) { return EqualsLower(text, item); });
}

constexpr std::string_view kNamespaces[] = {
    "http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg",
    "http://www.w3.org/1998/math/mathml", "http://www.w3.org/1999/xlink",
    "http://www.w3.org/xml/1998/namespace"};
constexpr std::string_view kImageFunctions[] = {
    "image-set", "-webkit-image-set", "image", "src", "cross-fade", "-webkit-cross-fade"};

// Tokens that a token after them cannot become part of, and that cannot become part of
// one before them.
bool SeparatesBehind(char c) {
  return IsCssSpace(c) || std::string_view("{}[]();,:").find(c) != kNone;
}
bool SeparatesBefore(char c) {
  return IsCssSpace(c) || std::string_view("{}[]);,:").find(c) != kNone;
}

// Goes from one byte of interest to the next; what the byte begins is read by the
// tokenizer. Where a statement began is remembered, which tells what a string in it is.
// Nothing is read twice more than a bounded number of times.
class CssFilter {
 public:
  CssFilter(std::string_view css, CssKind kind, const CssOptions& options, Arena& arena,
            RuleCounts& counts, std::vector<std::string_view>* security_selectors)
      : css_(css),
        options_(options),
        arena_(arena),
        counts_(counts),
        address_(options, arena, counts),
        out_(css, arena),
        security_selectors_(security_selectors) {
    if (kind == CssKind::kValue && IsCssFontStack(css, arena)) fonts_until_ = css.size();
  }

  std::string_view Run() {
    CssScanner scanner(css_);
    OnStatement(0);
    size_t sign = EmailSign(0);
    while (pos_ < css_.size()) {
      if (sign < pos_) sign = EmailSign(pos_);
      const size_t stop = scanner.Find(pos_);
      if (sign < stop) {
        counts_.Add(Rule::kEmail);
        return {};
      }
      if (stop == css_.size()) break;
      OnStop(stop);
    }
    return out_.Finish();
  }

 private:
  struct Block {
    size_t begin;  // Of what stands in front of the block.
    size_t end;
  };

  char At(size_t i) const { return i < css_.size() ? css_[i] : '\0'; }
  size_t SkipSpace(size_t i) const {
    while (i < css_.size() && IsCssSpace(css_[i])) ++i;
    return i;
  }

  void Replace(size_t begin, size_t end, std::string_view text, Rule rule) {
    out_.Replace(begin, end, text);
    counts_.Add(rule);
  }

  void OnStop(size_t at) {
    switch (css_[at]) {
      case '{':
        if (depth_ < kBlocksMax) blocks_[depth_] = {statement_, at};
        ++depth_;
        return OnStatement(at + 1);
      case '}':
        if (depth_ > 0) --depth_;
        return OnStatement(at + 1);
      case ';':
        return OnStatement(at + 1);
      case '"':
      case '\'':
        return OnString(CssTokenizer(css_, at).Next(), at < addresses_until_);
      case '(':
        return OnParenthesis(at);
      case '[':
        return OnBracket(at);
      case '/':
        if (At(at + 1) == '*') return OnComment(at);
        pos_ = at + 1;
        return;
      default:
        return OnName(at);
    }
  }

  // A declaration or rule may begin at `begin`, behind white space.
  void OnStatement(size_t begin) {
    pos_ = begin;
    statement_ = SkipSpace(begin);
    if (MayMatter(statement_)) OnDeclaration(statement_);
  }

  // False when no name at `begin` is one that OnDeclaration acts on, which its first
  // letters tell of nearly all.
  bool MayMatter(size_t begin) const {
    const char next = static_cast<char>(At(begin + 1) | 0x20);
    const bool escape = At(begin + 1) == '\\';
    switch (At(begin)) {
      case '\\':
        return true;
      case 'b':
      case 'B':
        return escape || next == 'e';
      case '-':
        break;
      default:
        return false;
    }
    if (css_.substr(begin, 8) == "-webkit-") {
      return At(begin + 8) == '\\' || (At(begin + 8) | 0x20) == 't';
    }
    return escape || At(begin + 1) == '-' || next == 'm' || next == 'w';
  }

  // Custom properties, and those that are always of interest.
  void OnDeclaration(size_t begin) {
    CssTokenizer tokenizer(css_, begin);
    const CssToken name = tokenizer.Next();
    if (name.type != CssTokenType::kIdent) return;
    const std::string_view decoded = CssUnescape(name.text, arena_);
    const bool custom = decoded.substr(0, 2) == "--";
    const bool binding =
        EqualsLower(decoded, "behavior") || EqualsLower(decoded, "-moz-binding");
    const bool security = EqualsLower(decoded, "-webkit-text-security");
    if (!custom && !binding && !security) return;
    CssToken token = tokenizer.Next();
    // Comments are removed in order, once it is known that a value follows.
    CssTokenizer ahead = tokenizer;
    while (token.type == CssTokenType::kSpace || token.type == CssTokenType::kComment) {
      token = ahead.Next();
    }
    if (token.type != CssTokenType::kDelim || css_[token.begin] != ':') return;
    const bool masked = CheckName(name.begin, name.end);
    for (size_t i = name.end; i < token.begin; i = pos_) {
      if (css_[i] == '/') {
        OnComment(i);
      } else {
        pos_ = i + 1;
      }
    }
    const size_t value = token.end;
    pos_ = value;
    const size_t end = ValueEnd(value);
    if (security) return OnTextSecurity(css_.substr(value, end - value));
    if (custom) return OnCustomValue(masked ? "" : decoded, value, end);
    if (SkipSpace(value) < end) Replace(value, end, "", Rule::kCss);
    pos_ = end;
  }

  // Where the value of a declaration ends that begins at `begin`.
  size_t ValueEnd(size_t begin) const {
    CssTokenizer tokenizer(css_, begin);
    for (;;) {
      const CssToken token = tokenizer.Next();
      if (token.type == CssTokenType::kEnd) return css_.size();
      char c = token.type == CssTokenType::kDelim ? css_[token.begin] : '\0';
      if (token.type == CssTokenType::kFunction) c = '(';
      if (c == ';' || c == '}' || c == ')') return token.begin;
      if (c == '(') tokenizer.SkipBlock(')');
      if (c == '[') tokenizer.SkipBlock(']');
      if (c == '{') tokenizer.SkipBlock('}');
    }
  }

  void OnTextSecurity(std::string_view value) {
    if (security_selectors_ == nullptr) return;
    CssTokenizer tokenizer(value);
    CssToken token = tokenizer.Next();
    while (token.type == CssTokenType::kSpace || token.type == CssTokenType::kComment) {
      token = tokenizer.Next();
    }
    if (token.type == CssTokenType::kIdent && EqualsLower(token.text, "none")) return;
    // Rules like @media stand between.
    std::string_view selectors;
    for (size_t i = std::min(depth_, kBlocksMax); i > 0 && depth_ <= kBlocksMax; --i) {
      const Block& block = blocks_[i - 1];
      if (At(block.begin) == '@') continue;
      selectors = css_.substr(block.begin, block.end - block.begin);
      break;
    }
    while (!selectors.empty() && IsCssSpace(selectors.back())) selectors.remove_suffix(1);
    security_selectors_->push_back(selectors);
  }

  void OnCustomValue(std::string_view name, size_t begin, size_t end) {
    const size_t first = std::min(SkipSpace(begin), end);
    const std::string_view value = css_.substr(first, end - first);
    if (IsPlainCssValue(value, arena_)) return;
    if (HoldsFont(name) && IsCssFontStack(value, arena_)) {
      fonts_until_ = end;
      return;
    }
    Replace(first, end, "initial", Rule::kCss);
    pos_ = end;
  }

  static bool HoldsFont(std::string_view name) {
    for (size_t i = 0; i + 4 <= name.size(); ++i) {
      if (EqualsLower(name.substr(i, 4), "font")) return true;
    }
    return false;
  }

  void OnComment(size_t begin) {
    CssTokenizer tokenizer(css_, begin);
    size_t end = begin;
    while (At(end) == '/' && At(end + 1) == '*') end = tokenizer.Next().end;
    pos_ = end;
    const bool glues = end < css_.size() && !SeparatesBehind(out_.Before(begin)) &&
                       !SeparatesBefore(css_[end]);
    const std::string_view left = glues ? "/**/" : "";
    if (css_.substr(begin, end - begin) != left) {
      Replace(begin, end, left, Rule::kComment);
    }
    if (begin == statement_) OnStatement(end);
  }

  // The start of the name that holds or ends at byte `at`; behind it for a dash of <!--,
  // which is not part of a name.
  size_t NameBegin(size_t at) const {
    while (at > pos_ && IsCssNameByte(css_[at - 1])) --at;
    const bool cdo = at >= 2 && css_.substr(at - 2, 4) == "<!--";
    return cdo ? at + 2 : at;
  }

  void OnName(size_t at) {
    if (css_[at] == '\\' && IsCssNewline(At(at + 1))) {
      pos_ = at + 1;
      return;
    }
    const size_t begin = NameBegin(at);
    size_t end = std::max(begin, at);
    while (end < css_.size()) {
      if (IsCssNameByte(css_[end])) {
        ++end;
      } else if (css_[end] == '\\' && !IsCssNewline(At(end + 1))) {
        end = CssEscapeEnd(css_, end);
      } else {
        break;
      }
    }
    if (begin < end) CheckName(begin, end);
    pos_ = end;
    if (At(end) == '(') OnFunction(begin, end);
  }

  // Masks a name that looks like a token; returns whether it is one.
  bool CheckName(size_t begin, size_t end) {
    const std::string_view raw = css_.substr(begin, end - begin);
    const char before = out_.Before(begin);
    const size_t sign = raw[0] == '-' ? 1 : 0;
    if (before != '#' && sign < raw.size() && IsDigit(raw[sign])) {
      CheckNumber(begin + sign, end, before == '.');
      return false;
    }
    const std::string_view name = CssUnescape(raw, arena_);
    if (!IsSecretCssName(name, name.data() != raw.data())) return false;
    Replace(begin, end, name.substr(0, 2) == "--" ? "--x" : "x", Rule::kRandomToken);
    return true;
  }

  // Whether an escape ends at `at`; of several backslashes in a row, every other one
  // begins an escape.
  bool EndsEscape(size_t at) const {
    const size_t from = at - std::min(at, kEscapeMax);
    const size_t found = css_.substr(from, at - from - 1).rfind('\\');
    if (found == kNone) return false;
    const size_t last = from + found;
    size_t first = last;
    while (first > 0 && css_[first - 1] == '\\') --first;
    return (last - first) % 2 == 0 && CssEscapeEnd(css_, last) == at;
  }

  // Whether a word with a dot begins at `begin`; an escape may be one.
  bool IsDomain(size_t begin) const {
    size_t end = begin;
    while (end < css_.size() && IsCssNameByte(css_[end])) ++end;
    if (end == css_.size()) return false;
    if (css_[end] == '\\') return true;
    return end > begin && css_[end] == '.' && end + 1 < css_.size() &&
           (IsCssNameByte(css_[end + 1]) || css_[end + 1] == '\\');
  }

  // The first @ from `begin` on that is an e-mail address's by what is around it, which
  // no CSS has outside of strings and addresses; the size if there is none.
  size_t EmailSign(size_t begin) const {
    for (size_t at = css_.find('@', begin); at != kNone; at = css_.find('@', at + 1)) {
      const bool in_word = at > 0 && (IsCssNameByte(css_[at - 1]) || EndsEscape(at));
      if (in_word && IsDomain(at + 1)) return at;
    }
    return css_.size();
  }

  // A number from its first digit, with its unit.
  void CheckNumber(size_t begin, size_t end, bool fraction) {
    size_t unit = begin;
    while (unit < end && IsDigit(css_[unit])) ++unit;
    const std::string_view digits = css_.substr(begin, unit - begin);
    const std::string_view rest = css_.substr(unit, end - unit);
    const bool plain_unit =
        rest.size() <= 8 && std::all_of(rest.begin(), rest.end(), IsLetter);
    const std::string_view raw = css_.substr(begin, end - begin);
    if (!plain_unit) {
      const std::string_view name = CssUnescape(raw, arena_);
      if (IsSecretCssName(name, name.data() != raw.data())) {
        Replace(begin, end, "0", Rule::kRandomToken);
      }
      return;
    }
    if (digits.size() < kDigitRunMin) return;
    if (digits.find_first_not_of(digits[0]) == kNone) return;  // 33.333333333333333
    if (fraction) {
      Replace(begin + kFractionDigits, unit, "", Rule::kRandomToken);
    } else {
      Replace(begin, unit, "0", Rule::kRandomToken);
    }
  }

  void OnParenthesis(size_t at) {
    const size_t begin = NameBegin(at);
    pos_ = at + 1;
    OnFunction(begin, at);
  }

  // A function, or a parenthesis by itself, whose parenthesis is at `open`.
  void OnFunction(size_t begin, size_t open) {
    pos_ = open + 1;
    // Names of these kinds end in front of a parenthesis.
    const bool hash = begin > 0 && (css_[begin - 1] == '#' || css_[begin - 1] == '@');
    const std::string_view raw = css_.substr(begin, open - begin);
    const std::string_view name =
        hash || raw.size() > kFunctionNameMax ? "" : CssUnescape(raw, arena_);
    if (EqualsLower(name, "var")) return;
    if (EqualsLower(name, "url")) return OnUrl(begin, open);
    if (EqualsLower(name, "attr") || EqualsLower(name, "expression")) {
      CssTokenizer tokenizer(css_, open + 1);
      tokenizer.SkipBlock(')');
      pos_ = tokenizer.pos();
      return Replace(begin, pos_, "\"\"", Rule::kCss);
    }
    // One inside another is known already.
    if (open >= addresses_until_ &&
        IsOneOf(name, kImageFunctions, std::size(kImageFunctions))) {
      CssTokenizer tokenizer(css_, open + 1);
      if (!tokenizer.SkipBlock(')')) {
        pos_ = tokenizer.pos();
        return Replace(begin, pos_, "\"\"", Rule::kCss);
      }
      addresses_until_ = tokenizer.pos();
    }
    const size_t first = SkipSpace(pos_);
    if (At(first) == '-' || At(first) == '\\') OnQuery(first);
  }

  // A custom property may stand in a parenthesis: @supports (--x: y).
  void OnQuery(size_t begin) {
    const size_t statement = statement_;
    OnDeclaration(begin);
    statement_ = statement;
  }

  void OnUrl(size_t begin, size_t open) {
    const size_t first = SkipSpace(open + 1);
    if (At(first) == '"' || At(first) == '\'') {
      return OnString(CssTokenizer(css_, first).Next(), true);
    }
    const CssToken token = CssTokenizer(css_, begin).Next();
    pos_ = token.end;
    if (token.type != CssTokenType::kUrl || !token.closed) {
      return Replace(begin, pos_, "url(\"\")", Rule::kCss);
    }
    const std::string_view address = CssUnescape(token.text, arena_);
    if (address.empty() || IsKnownNamespace(address)) return;
    // Nothing is loaded from there, so it may be any words.
    if (IsNamespace()) return Replace(begin, pos_, "url(\"\")", Rule::kCss);
    const std::string_view kept = address_.Filter(address);
    if (kept == address && !token.escaped) return;
    ReplaceAddress(token, "url(\"", kept, "\")");
  }

  void ReplaceAddress(const CssToken& token, std::string_view front,
                      std::string_view kept, std::string_view back) {
    // An address that only lost its escapes has not been counted.
    if (token.escaped) counts_.Add(Rule::kCss);
    out_.Replace(token.begin, token.begin, front);
    out_.Replace(token.begin, token.begin, kept);
    out_.Replace(token.begin, token.end, back);
  }

  void OnString(const CssToken& token, bool is_address) {
    const size_t behind = std::max(statement_, string_end_);
    pos_ = string_end_ = token.end;
    const std::string_view text = CssUnescape(token.text, arena_);
    if (!token.closed) return Replace(token.begin, token.end, "\"\"", Rule::kCss);
    if (text.empty() && token.text.empty()) return;
    const std::string_view name = StatementName();
    if (EqualsLower(name, "@import")) {
      is_address = SkipSpace(statement_ + name.size()) == token.begin || is_address;
    }
    if (IsKnownNamespace(text)) return;
    if (IsNamespace()) return Replace(token.begin, token.end, "\"\"", Rule::kCss);
    if (is_address) {
      const std::string_view kept = address_.Filter(text);
      if (kept != text || token.escaped) ReplaceAddress(token, "\"", kept, "\"");
      return;
    }
    const std::string_view statement = token.begin < fonts_until_ ? "font" : name;
    const std::string_view before = css_.substr(behind, token.begin - behind);
    if (IsPlainCssString(text, statement, before)) return;
    Replace(token.begin, token.end, "\"\"", Rule::kCss);
  }

  bool IsNamespace() const { return EqualsLower(StatementName(), "@namespace"); }
  bool IsKnownNamespace(std::string_view text) const {
    return IsNamespace() && IsOneOf(text, kNamespaces, std::size(kNamespaces));
  }

  // The property or at-rule of the statement, as far as it is of interest.
  std::string_view StatementName() const {
    size_t end = statement_;
    if (At(end) == '@') ++end;
    while (end < css_.size() && end < statement_ + 24 && IsCssNameByte(css_[end])) ++end;
    return css_.substr(statement_, end - statement_);
  }

  // An attribute selector: [name], [name=value], [ns|name~="value" i]. Grid lines have
  // brackets too, but no operator in them.
  void OnBracket(size_t at) {
    CssTokenizer tokenizer(css_, at + 1);
    pos_ = at + 1;
    std::string_view name;
    CssToken token = NextInBracket(tokenizer);
    for (;; token = NextInBracket(tokenizer)) {
      if (token.type == CssTokenType::kIdent) {
        CheckName(token.begin, token.end);
        name = CssUnescape(token.text, arena_);
      } else if (token.type != CssTokenType::kDelim) {
        break;
      } else if (css_[token.begin] == '=') {
        pos_ = token.end;
        return OnAttributeValue(tokenizer, name);
      } else if (std::string_view("~|^$*").find(css_[token.begin]) == kNone) {
        break;
      }
      pos_ = token.end;
    }
  }

  // The next token but for comments, which go, and white space.
  CssToken NextInBracket(CssTokenizer& tokenizer) {
    for (;;) {
      const CssToken token = tokenizer.Next();
      if (token.type == CssTokenType::kComment) {
        if (token.begin >= pos_) OnComment(token.begin);
      } else if (token.type != CssTokenType::kSpace) {
        return token;
      }
    }
  }

  void OnAttributeValue(CssTokenizer& tokenizer, std::string_view name) {
    const CssToken token = NextInBracket(tokenizer);
    const bool word = token.type == CssTokenType::kIdent ||
                      (token.type == CssTokenType::kString && token.closed);
    if (!word || !EndsBracket(tokenizer)) return DropAttributeValue(token.begin);
    pos_ = token.end;
    const std::string_view value = CssUnescape(token.text, arena_);
    const bool plain = IsPlainCssAttribute(name, value) ||
                       (IsAllowedAttribute(name) && IsPlainCssName(value));
    if (!plain || token.escaped) {
      Replace(token.begin, token.end, "\"\"", Rule::kCss);
    }
  }

  bool IsAllowedAttribute(std::string_view name) const {
    const auto* const allowed = options_.attributes_allow;
    // Of the others, what fields hold must not be asked for, whatever the policy allows.
    return allowed != nullptr && KindOfAttribute(name) == AttributeKind::kUnknown &&
           std::find(allowed->begin(), allowed->end(), name) != allowed->end();
  }

  // Whether nothing but a flag stands in front of the bracket's end.
  bool EndsBracket(CssTokenizer tokenizer) const {
    bool flag = false;
    for (;;) {
      const CssToken token = tokenizer.Next();
      if (token.type == CssTokenType::kSpace || token.type == CssTokenType::kComment) {
        continue;
      }
      if (token.type != CssTokenType::kIdent || flag) {
        return token.type == CssTokenType::kDelim && css_[token.begin] == ']';
      }
      flag = EqualsLower(token.text, "i") || EqualsLower(token.text, "s");
      if (!flag) return false;
    }
  }

  // What is no selector goes, to the bracket's end or the statement's.
  void DropAttributeValue(size_t begin) {
    CssTokenizer tokenizer(css_, begin);
    for (;;) {
      const CssToken token = tokenizer.Next();
      const char c = token.type == CssTokenType::kDelim ? css_[token.begin] : '\0';
      if (token.type == CssTokenType::kEnd || c == ']' || c == '{' || c == '}' ||
          c == ';') {
        pos_ = token.begin;
        const std::string_view dropped = css_.substr(begin, pos_ - begin);
        if (dropped != "\"\"") Replace(begin, pos_, "\"\"", Rule::kCss);
        return;
      }
    }
  }

  std::string_view css_;
  const CssOptions& options_;
  Arena& arena_;
  RuleCounts& counts_;
  CssAddressRule address_;
  CssOutput out_;
  std::vector<std::string_view>* security_selectors_;
  size_t pos_ = 0;              // What is before has been dealt with.
  size_t statement_ = 0;        // Where the current declaration or rule began.
  size_t addresses_until_ = 0;  // Strings before are addresses.
  size_t string_end_ = 0;       // Behind the last string: what it holds calls nothing.
  size_t fonts_until_ = 0;      // Strings before are names of fonts.
  Block blocks_[kBlocksMax];
  size_t depth_ = 0;
};

}  // namespace

std::string_view FilterCss(std::string_view css, CssKind kind, const CssOptions& options,
                           Arena& arena, RuleCounts& counts,
                           std::vector<std::string_view>* security_selectors) {
  return CssFilter(css, kind, options, arena, counts, security_selectors).Run();
}

}  // namespace footfall::capture
