#include "capture/css_values.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "capture/ascii.h"
#include "capture/attribute_rules.h"
#include "capture/css_tokenizer.h"
#include "capture/text_scan.h"
#include "capture/unicode.h"

namespace footfall::capture {
namespace {

constexpr size_t kTokenSizeMin = 20;
constexpr size_t kNameSizeMax = 40;
constexpr size_t kGridRowSizeMax = 200;
constexpr int kValueTokensMax = 64;
constexpr int kFamiliesMax = 16;

// Sorted, for binary search.
// clang-format off
constexpr std::string_view kKeywords[] = {
    "absolute", "aliceblue", "all", "allow-discrete", "alternate", "alternate-reverse",
    "antialiased", "antiquewhite", "anywhere", "aqua", "aquamarine", "at", "auto",
    "auto-fill", "auto-fit", "azure", "background", "background-color", "backwards",
    "balance", "baseline", "beige", "bisque", "black", "blanchedalmond", "block",
    "blue", "blueviolet", "bold", "bolder", "border-box", "border-color", "both",
    "bottom", "box-shadow", "break-all", "break-word", "brown", "burlywood",
    "buttonface", "buttontext", "cadetblue", "canvas", "canvastext", "capitalize",
    "center", "chartreuse", "chocolate", "circle", "clip", "closest-corner",
    "closest-side", "col-resize", "collapse", "color", "color-burn", "color-dodge",
    "column", "column-reverse", "contain", "content-box", "contents", "coral",
    "cornflowerblue", "cornsilk", "cover", "crimson", "crosshair", "currentcolor",
    "cursive", "cyan", "dark", "darkblue", "darkcyan", "darken", "darkgoldenrod",
    "darkgray", "darkgreen", "darkgrey", "darkkhaki", "darkmagenta", "darkolivegreen",
    "darkorange", "darkorchid", "darkred", "darksalmon", "darkseagreen",
    "darkslateblue", "darkslategray", "darkslategrey", "darkturquoise", "darkviolet",
    "dashed", "decimal", "decreasing", "deeppink", "deepskyblue", "default", "dense",
    "difference", "dimgray", "dimgrey", "disc", "dodgerblue", "dotted", "double", "e",
    "ease", "ease-in", "ease-in-out", "ease-out", "ellipse", "ellipsis", "emoji", "end",
    "ew-resize", "exclusion", "false", "fantasy", "farthest-corner", "farthest-side",
    "field", "fieldtext", "fill", "filter", "firebrick", "first", "fit-content",
    "fixed", "flat", "flex", "flex-end", "flex-start", "floralwhite", "flow-root",
    "forestgreen", "forwards", "from", "fuchsia", "gainsboro", "ghostwhite", "gold",
    "goldenrod", "grab", "grabbing", "gray", "grayscale", "graytext", "green",
    "greenyellow", "grey", "grid", "groove", "hard-light", "height", "help", "hidden",
    "highlight", "highlighttext", "honeydew", "horizontal", "horizontal-tb", "hotpink",
    "hsl", "hue", "hwb", "in", "increasing", "indianred", "indigo", "infinite",
    "inherit", "initial", "inline", "inline-block", "inline-flex", "inline-grid",
    "inset", "inside", "isolate", "italic", "ivory", "justify", "keep-all", "khaki",
    "lab", "large", "larger", "last", "lavender", "lavenderblush", "lawngreen", "lch",
    "left", "lemonchiffon", "light", "lightblue", "lightcoral", "lightcyan", "lighten",
    "lighter", "lightgoldenrodyellow", "lightgray", "lightgreen", "lightgrey",
    "lightpink", "lightsalmon", "lightseagreen", "lightskyblue", "lightslategray",
    "lightslategrey", "lightsteelblue", "lightyellow", "lime", "limegreen",
    "line-through", "linear", "linen", "linktext", "list-item", "longer", "lowercase",
    "ltr", "luminosity", "magenta", "manipulation", "margin", "maroon", "math",
    "max-content", "medium", "mediumaquamarine", "mediumblue", "mediumorchid",
    "mediumpurple", "mediumseagreen", "mediumslateblue", "mediumspringgreen",
    "mediumturquoise", "mediumvioletred", "middle", "midnightblue", "min-content",
    "mintcream", "mistyrose", "moccasin", "monospace", "move", "multiply",
    "navajowhite", "navy", "no-repeat", "none", "normal", "not-allowed", "nowrap",
    "ns-resize", "oblique", "off", "oklab", "oklch", "oldlace", "olive", "olivedrab",
    "on", "only", "opacity", "optimizelegibility", "orange", "orangered", "orchid",
    "outset", "outside", "overlay", "overline", "padding", "padding-box",
    "palegoldenrod", "palegreen", "paleturquoise", "palevioletred", "pan-x", "pan-y",
    "papayawhip", "paused", "peachpuff", "peru", "pi", "pink", "plum", "pointer",
    "powderblue", "pre", "pre-line", "pre-wrap", "preserve-3d", "pretty", "purple",
    "rebeccapurple", "red", "relative", "repeat", "repeat-x", "repeat-y", "reverse",
    "revert", "revert-layer", "ridge", "right", "rosybrown", "round", "row",
    "row-resize", "row-reverse", "royalblue", "rtl", "running", "saddlebrown", "safe",
    "salmon", "sandybrown", "sans-serif", "saturation", "scale-down", "screen",
    "scroll", "seagreen", "seashell", "self-end", "self-start", "serif", "shorter",
    "sienna", "silver", "skyblue", "slateblue", "slategray", "slategrey", "small",
    "small-caps", "smaller", "smooth", "snow", "soft-light", "solid", "space",
    "space-around", "space-between", "space-evenly", "span", "springgreen", "square",
    "srgb", "srgb-linear", "start", "static", "steelblue", "step-end", "step-start",
    "sticky", "stretch", "sub", "subpixel-antialiased", "super", "system-ui", "table",
    "table-cell", "table-row", "tan", "teal", "text", "text-bottom", "text-top",
    "thick", "thin", "thistle", "to", "tomato", "top", "transform", "transparent",
    "true", "turquoise", "ui-monospace", "ui-rounded", "ui-sans-serif", "ui-serif",
    "under", "underline", "unsafe", "unset", "uppercase", "vertical", "vertical-rl",
    "violet", "visible", "wait", "wavy", "wheat", "white", "whitesmoke", "width",
    "wrap", "wrap-reverse", "x", "x-large", "x-small", "xx-large", "xx-small",
    "xxx-large", "xyz", "y", "yellow", "yellowgreen", "zoom-in", "zoom-out"};

constexpr std::string_view kGenericFamilies[] = {
    "cursive", "emoji", "fantasy", "math", "monospace", "sans-serif", "serif",
    "system-ui", "ui-monospace", "ui-rounded", "ui-sans-serif", "ui-serif"};

constexpr std::string_view kFunctions[] = {
    "-webkit-linear-gradient", "abs", "blur", "brightness", "calc", "circle", "clamp",
    "color", "color-mix", "conic-gradient", "contrast", "cos", "cubic-bezier",
    "drop-shadow", "ellipse", "env", "fit-content", "grayscale", "hsl", "hsla",
    "hue-rotate", "hwb", "hypot", "inset", "invert", "lab", "lch", "light-dark",
    "linear", "linear-gradient", "matrix", "matrix3d", "max", "min", "minmax", "mod",
    "oklab", "oklch", "opacity", "perspective", "pow", "radial-gradient", "rect", "rem",
    "repeat", "repeating-conic-gradient", "repeating-linear-gradient",
    "repeating-radial-gradient", "rgb", "rgba", "rotate", "rotate3d", "rotatex",
    "rotatey", "rotatez", "round", "saturate", "scale", "scale3d", "scalex", "scaley",
    "scalez", "sepia", "sign", "sin", "skew", "skewx", "skewy", "sqrt", "steps", "tan",
    "translate", "translate3d", "translatex", "translatey", "translatez", "url", "var"};

constexpr std::string_view kUnits[] = {
    "cap", "ch", "cm", "cqb", "cqh", "cqi", "cqmax", "cqmin", "cqw", "deg", "dpcm",
    "dpi", "dppx", "dvh", "dvmax", "dvmin", "dvw", "em", "ex", "fr", "grad", "hz", "ic",
    "in", "khz", "lh", "lvh", "lvmax", "lvw", "mm", "ms", "pc", "pt", "px", "q", "rad",
    "rem", "rlh", "s", "svh", "svmin", "svw", "turn", "vb", "vh", "vi", "vmax", "vmin",
    "vw", "x"};

constexpr std::string_view kInputTypes[] = {
    "button", "checkbox", "color", "date", "datetime-local", "email", "file", "hidden",
    "image", "month", "number", "password", "radio", "range", "reset", "search",
    "submit", "tel", "text", "time", "url", "week"};

constexpr std::string_view kRoles[] = {
    "alert", "alertdialog", "application", "article", "banner", "button", "cell",
    "checkbox", "columnheader", "combobox", "complementary", "contentinfo",
    "definition", "dialog", "directory", "document", "feed", "figure", "form", "grid",
    "gridcell", "group", "heading", "img", "link", "list", "listbox", "listitem", "log",
    "main", "marquee", "math", "menu", "menubar", "menuitem", "menuitemcheckbox",
    "menuitemradio", "meter", "navigation", "none", "note", "option", "presentation",
    "progressbar", "radio", "radiogroup", "region", "row", "rowgroup", "rowheader",
    "scrollbar", "search", "searchbox", "separator", "slider", "spinbutton", "status",
    "switch", "tab", "table", "tablist", "tabpanel", "term", "textbox", "timer",
    "toolbar", "tooltip", "tree", "treegrid", "treeitem"};

constexpr std::string_view kStates[] = {
    "ascending", "assertive", "both", "date", "descending", "dialog", "false",
    "grammar", "grid", "horizontal", "inline", "list", "listbox", "location", "menu",
    "mixed", "none", "off", "other", "page", "polite", "spelling", "step", "time",
    "tree", "true", "undefined", "vertical"};
// clang-format on

// Whether `word` is in `list` but for case.
template <size_t kSize>
bool Contains(const std::string_view (&list)[kSize], std::string_view word) {
  char lower[32];
  if (word.size() > sizeof(lower)) return false;
  std::transform(word.begin(), word.end(), lower, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  return std::binary_search(std::begin(list), std::end(list),
                            std::string_view(lower, word.size()));
}

// At most six digits in front of the point, and no more than twelve in all, so that it
// cannot hold a card number.
bool IsPlainNumber(std::string_view text) {
  size_t whole = 0;
  size_t all = 0;
  bool fraction = false;
  for (const char c : text) {
    fraction |= c == '.';
    if (!IsDigit(c)) continue;
    ++all;
    if (!fraction) ++whole;
  }
  return whole <= 6 && all <= 12;
}

bool IsHexColour(std::string_view text) {
  const size_t size = text.size();
  if (size != 3 && size != 4 && size != 6 && size != 8) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return IsDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
  });
}

bool IsPlainLanguage(std::string_view text) {
  return text.size() <= 11 && std::all_of(text.begin(), text.end(),
                                          [](char c) { return IsLetter(c) || c == '-'; });
}

// Reads a custom property's value token by token.
class ValueJudge {
 public:
  ValueJudge(std::string_view value, Arena& arena) : value_(value), arena_(arena) {}

  bool IsPlain() {
    CssTokenizer tokenizer(value_);
    int tokens = 0;
    bool comments = false;
    for (;;) {
      const CssToken token = tokenizer.Next();
      // Without the comments between them, digits may become a card number.
      if (token.type == CssTokenType::kEnd) return tokens == 0 || !comments;
      if (token.type == CssTokenType::kSpace) continue;
      if (token.type == CssTokenType::kComment) {
        comments = true;
        continue;
      }
      // The codes of icons, as strings, are commonly escaped.
      const bool odd = token.escaped && token.type != CssTokenType::kString;
      // What becomes of an address without quotes, a function of a string, is three.
      tokens += token.type == CssTokenType::kUrl ? 3 : 1;
      if (tokens > kValueTokensMax || odd || !IsPlain(token)) return false;
      const bool function = token.type == CssTokenType::kFunction;
      in_var_ = function && EqualsLower(token.text, "var");
      in_url_ = function && EqualsLower(token.text, "url");
      bang_ = token.type == CssTokenType::kDelim && value_[token.begin] == '!';
    }
  }

 private:
  bool IsPlain(const CssToken& token) const {
    if (bang_) {
      return token.type == CssTokenType::kIdent && EqualsLower(token.text, "important");
    }
    switch (token.type) {
      case CssTokenType::kNumber:
      case CssTokenType::kPercentage:
        return IsPlainNumber(value_.substr(token.begin, token.end - token.begin));
      case CssTokenType::kDimension: {
        const std::string_view all = value_.substr(token.begin, token.end - token.begin);
        return Contains(kUnits, token.text) &&
               IsPlainNumber(all.substr(0, all.size() - token.text.size()));
      }
      case CssTokenType::kHash:
        return IsHexColour(token.text);
      case CssTokenType::kIdent:
        if (in_var_ && token.text.substr(0, 2) == "--") {
          return !IsCssTokenLike(token.text);
        }
        return Contains(kKeywords, token.text);
      case CssTokenType::kFunction:
        return Contains(kFunctions, token.text);
      case CssTokenType::kString:
        return token.closed && (in_url_ || IsCssSymbol(CssUnescape(token.text, arena_)));
      case CssTokenType::kUrl:
        return true;
      case CssTokenType::kDelim:
        return std::string_view(",/()+-*!").find(value_[token.begin]) !=
               std::string_view::npos;
      default:
        return false;
    }
  }

  std::string_view value_;
  Arena& arena_;
  bool in_var_ = false;
  bool in_url_ = false;
  bool bang_ = false;
};

}  // namespace

bool IsCssTokenLike(std::string_view name) {
  size_t run = 0;  // Of letters and digits.
  size_t run_digits = 0;
  size_t digits = 0;  // With separators between them.
  for (const char c : name) {
    if (IsDigit(c)) {
      ++run;
      ++run_digits;
      if (++digits >= kCardDigitsMin) return true;
    } else if (IsLetter(c)) {
      ++run;
      digits = 0;
    } else {
      run = run_digits = 0;
      if (c != '-' && c != '_' && c != '.' && c != ' ') digits = 0;
    }
    if (run >= kTokenSizeMin && run_digits >= 2 && run_digits < run) return true;
  }
  return false;
}

bool IsSecretCssName(std::string_view name, bool escaped) {
  if (IsCssTokenLike(name)) return true;
  const bool plain = !escaped && std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80;
  });
  if (plain) return false;
  const size_t at = name.find('@');
  const bool email = at != std::string_view::npos && at > 0 &&
                     IsCssNameByte(name[at - 1]) &&
                     name.find('.', at) != std::string_view::npos;
  return email || HasCard(name);
}

bool IsPlainCssName(std::string_view text) {
  if (text.size() > kNameSizeMax) return false;
  for (const char c : text) {
    if (!IsLetter(c) && !IsDigit(c) && c != ' ' && c != '-') return false;
  }
  return !IsCssTokenLike(text);
}

bool IsCssSymbol(std::string_view text) {
  size_t spaces = 0;
  size_t symbols = 0;
  for (size_t pos = 0; pos < text.size();) {
    const char32_t c = DecodeUtf8(text, &pos);
    if (c == ' ' || c == 0xA0) {
      ++spaces;
      continue;
    }
    const bool ascii = c > ' ' && c < 0x7F && !IsDigit(static_cast<char>(c)) &&
                       !IsLetter(static_cast<char>(c));
    // Latin signs; punctuation; currencies; arrows and shapes; private use.
    const bool symbol = ascii || (c >= 0xA1 && c <= 0xA9) || c == 0xAB || c == 0xB7 ||
                        c == 0xBB || c == 0xD7 || (c >= 0x2010 && c <= 0x205E) ||
                        (c >= 0x20A0 && c <= 0x20CF) || (c >= 0x2190 && c <= 0x2BFF) ||
                        (c >= 0xE000 && c <= 0xF8FF);
    if (!symbol) return false;
    ++symbols;
  }
  return symbols <= 1 && spaces <= 2;
}

bool IsCssGridRow(std::string_view text) {
  if (text.size() > kGridRowSizeMax) return false;
  for (const char c : text) {
    if (!IsLetter(c) && !IsDigit(c) && c != ' ' && c != '-' && c != '_' && c != '.') {
      return false;
    }
  }
  return !IsCssTokenLike(text);
}

bool IsPlainCssValue(std::string_view value, Arena& arena) {
  return ValueJudge(value, arena).IsPlain() && !HasCard(value);
}

bool IsCssFontStack(std::string_view value, Arena& arena) {
  CssTokenizer tokenizer(value);
  std::string_view family;  // Its last word.
  bool generic = false;
  int families = 1;
  for (;;) {
    const CssToken token = tokenizer.Next();
    switch (token.type) {
      case CssTokenType::kEnd:
        return generic || Contains(kGenericFamilies, family);
      case CssTokenType::kSpace:
        break;
      case CssTokenType::kIdent:
      case CssTokenType::kString:
        if (!token.closed || !IsPlainCssName(CssUnescape(token.text, arena)))
          return false;
        family = token.type == CssTokenType::kIdent ? token.text : "";
        break;
      case CssTokenType::kDelim:
        if (value[token.begin] != ',' || ++families > kFamiliesMax) return false;
        // Emoji fonts commonly stand behind the generic family.
        generic |= Contains(kGenericFamilies, family);
        family = "";
        break;
      default:
        return false;
    }
  }
}

bool IsPlainCssAttribute(std::string_view name, std::string_view value) {
  if (value.empty()) return true;
  if (EqualsLower(name, "type")) return Contains(kInputTypes, value);
  if (EqualsLower(name, "dir"))
    return value == "ltr" || value == "rtl" || value == "auto";
  if (EqualsLower(name, "role")) return Contains(kRoles, value);
  if (EqualsLower(name, "lang") || EqualsLower(name, "hreflang")) {
    return IsPlainLanguage(value);
  }
  if (name.size() > 5 && EqualsLower(name.substr(0, 5), "aria-")) {
    return Contains(kStates, value);
  }
  if (EqualsLower(name, "class") || EqualsLower(name, "id")) {
    return value.size() <= kNameSizeMax && IsCssGridRow(value);
  }
  if (IsThemeAttribute(name) && IsThemeWord(value)) return true;
  // disabled="disabled" and the like.
  return EqualsLower(name, value);
}

}  // namespace footfall::capture
