#include "capture/attribute_rules.h"

#include <array>
#include <bit>
#include <cstddef>

#include "capture/ascii.h"
#include "capture/hash.h"
#include "capture/words.h"

namespace footfall::capture {
namespace {

using Kind = AttributeKind;

struct Known {
  std::string_view name;
  Kind kind;
};

constexpr Known kKnown[] = {
    {"class", Kind::kName},
    {"id", Kind::kName},
    {"style", Kind::kStyle},
    {"_cssText", Kind::kSheet},

    // Where something is.
    {"href", Kind::kUrl},
    {"src", Kind::kUrl},
    {"poster", Kind::kUrl},
    {"background", Kind::kUrl},
    {"rr_src", Kind::kUrl},
    {"srcset", Kind::kUrlList},
    {"xlink:href", Kind::kReference},

    // What people enter.
    {"value", Kind::kValue},
    {"checked", Kind::kState},
    {"selected", Kind::kState},

    {"content", Kind::kContent},
    {"srcdoc", Kind::kCode},
    {"rr_dataURL", Kind::kPixels},

    // Layout of HTML.
    {"type", Kind::kPlain},
    {"rel", Kind::kPlain},
    {"media", Kind::kPlain},
    {"charset", Kind::kPlain},
    {"sizes", Kind::kPlain},
    {"width", Kind::kPlain},
    {"height", Kind::kPlain},
    {"colspan", Kind::kPlain},
    {"rowspan", Kind::kPlain},
    {"span", Kind::kPlain},
    {"scope", Kind::kPlain},
    {"align", Kind::kPlain},
    {"valign", Kind::kPlain},
    {"bgcolor", Kind::kPlain},
    {"color", Kind::kPlain},
    {"face", Kind::kPlain},
    {"border", Kind::kPlain},
    {"cellpadding", Kind::kPlain},
    {"cellspacing", Kind::kPlain},
    {"nowrap", Kind::kPlain},
    {"noshade", Kind::kPlain},
    {"hspace", Kind::kPlain},
    {"vspace", Kind::kPlain},
    {"frameborder", Kind::kPlain},
    {"marginwidth", Kind::kPlain},
    {"marginheight", Kind::kPlain},
    {"scrolling", Kind::kPlain},
    {"start", Kind::kPlain},
    {"reversed", Kind::kPlain},
    {"rows", Kind::kPlain},
    {"cols", Kind::kPlain},
    {"wrap", Kind::kPlain},
    {"size", Kind::kPlain},
    {"multiple", Kind::kPlain},
    {"disabled", Kind::kPlain},
    {"readonly", Kind::kPlain},
    {"required", Kind::kPlain},
    {"open", Kind::kPlain},
    {"hidden", Kind::kPlain},
    {"inert", Kind::kPlain},
    {"popover", Kind::kPlain},
    {"dir", Kind::kPlain},
    {"lang", Kind::kPlain},
    {"tabindex", Kind::kPlain},
    {"contenteditable", Kind::kPlain},
    {"slot", Kind::kPlain},
    {"part", Kind::kPlain},
    {"exportparts", Kind::kPlain},
    {"controls", Kind::kPlain},
    {"autoplay", Kind::kPlain},
    {"loop", Kind::kPlain},
    {"muted", Kind::kPlain},
    {"loading", Kind::kPlain},

    // Roles.
    {"role", Kind::kPlain},
    {"aria-hidden", Kind::kPlain},
    {"aria-expanded", Kind::kPlain},
    {"aria-disabled", Kind::kPlain},
    {"aria-current", Kind::kPlain},
    {"aria-haspopup", Kind::kPlain},
    {"aria-modal", Kind::kPlain},
    {"aria-level", Kind::kPlain},
    {"aria-orientation", Kind::kPlain},
    {"aria-sort", Kind::kPlain},
    {"aria-busy", Kind::kPlain},
    {"aria-live", Kind::kPlain},

    {"data-theme", Kind::kTheme},
    {"data-bs-theme", Kind::kTheme},
    {"data-color-scheme", Kind::kTheme},
    {"data-color-mode", Kind::kTheme},
    {"data-mode", Kind::kTheme},

    // What rrweb adds.
    {"rr_width", Kind::kMetric},
    {"rr_height", Kind::kMetric},
    {"rr_left", Kind::kMetric},
    {"rr_top", Kind::kMetric},
    {"rr_scrollLeft", Kind::kMetric},
    {"rr_scrollTop", Kind::kMetric},
    {"rr_mediaState", Kind::kWord},
    {"rr_mediaCurrentTime", Kind::kMetric},
    {"rr_mediaPlaybackRate", Kind::kMetric},
    {"rr_mediaMuted", Kind::kMetric},
    {"rr_mediaLoop", Kind::kMetric},
    {"rr_mediaVolume", Kind::kMetric},
    {"rr_open_mode", Kind::kWord},

    // SVG.
    {"xmlns", Kind::kPlain},
    {"xmlns:xlink", Kind::kPlain},
    {"version", Kind::kPlain},
    {"viewBox", Kind::kGeometry},
    {"d", Kind::kGeometry},
    {"points", Kind::kGeometry},
    {"transform", Kind::kGeometry},
    {"gradientTransform", Kind::kGeometry},
    {"patternTransform", Kind::kGeometry},
    {"x", Kind::kGeometry},
    {"y", Kind::kGeometry},
    {"x1", Kind::kGeometry},
    {"x2", Kind::kGeometry},
    {"y1", Kind::kGeometry},
    {"y2", Kind::kGeometry},
    {"cx", Kind::kGeometry},
    {"cy", Kind::kGeometry},
    {"r", Kind::kGeometry},
    {"rx", Kind::kGeometry},
    {"ry", Kind::kGeometry},
    {"fx", Kind::kGeometry},
    {"fy", Kind::kGeometry},
    {"dx", Kind::kGeometry},
    {"dy", Kind::kGeometry},
    {"offset", Kind::kGeometry},
    {"pathLength", Kind::kGeometry},
    {"refX", Kind::kGeometry},
    {"refY", Kind::kGeometry},
    {"markerWidth", Kind::kGeometry},
    {"markerHeight", Kind::kGeometry},
    {"orient", Kind::kPlain},
    {"stdDeviation", Kind::kGeometry},
    {"fill", Kind::kPaint},
    {"fill-opacity", Kind::kPaint},
    {"fill-rule", Kind::kPaint},
    {"clip-path", Kind::kPaint},
    {"clip-rule", Kind::kPaint},
    {"mask", Kind::kPaint},
    {"filter", Kind::kPaint},
    {"marker-start", Kind::kPaint},
    {"marker-mid", Kind::kPaint},
    {"marker-end", Kind::kPaint},
    {"opacity", Kind::kPaint},
    {"stroke", Kind::kPaint},
    {"stroke-dasharray", Kind::kPaint},
    {"stroke-dashoffset", Kind::kPaint},
    {"stroke-linecap", Kind::kPaint},
    {"stroke-linejoin", Kind::kPaint},
    {"stroke-miterlimit", Kind::kPaint},
    {"stroke-opacity", Kind::kPaint},
    {"stroke-width", Kind::kPaint},
    {"stop-color", Kind::kPaint},
    {"stop-opacity", Kind::kPaint},
    {"flood-color", Kind::kPaint},
    {"flood-opacity", Kind::kPaint},
    {"vector-effect", Kind::kPaint},
    {"shape-rendering", Kind::kPaint},
    {"text-anchor", Kind::kPaint},
    {"dominant-baseline", Kind::kPaint},
    {"alignment-baseline", Kind::kPaint},
    {"font-family", Kind::kPaint},
    {"font-size", Kind::kPaint},
    {"font-weight", Kind::kPaint},
    {"font-style", Kind::kPaint},
    {"letter-spacing", Kind::kPaint},
    {"visibility", Kind::kPaint},
    {"display", Kind::kPaint},
    {"overflow", Kind::kPaint},
    {"color-interpolation-filters", Kind::kPaint},
    {"preserveAspectRatio", Kind::kPlain},
    {"gradientUnits", Kind::kPlain},
    {"spreadMethod", Kind::kPlain},
    {"patternUnits", Kind::kPlain},
    {"patternContentUnits", Kind::kPlain},
    {"clipPathUnits", Kind::kPlain},
    {"maskUnits", Kind::kPlain},
    {"maskContentUnits", Kind::kPlain},
    {"markerUnits", Kind::kPlain},
    {"filterUnits", Kind::kPlain},
    {"primitiveUnits", Kind::kPlain},
    {"in", Kind::kPlain},
    {"in2", Kind::kPlain},
    {"result", Kind::kPlain},
    {"operator", Kind::kPlain},
    {"mode", Kind::kPlain},
    {"k1", Kind::kGeometry},
    {"k2", Kind::kGeometry},
    {"k3", Kind::kGeometry},
    {"k4", Kind::kGeometry},
    {"values", Kind::kGeometry},
};

// Open addressing over the names above.
class Table {
 public:
  Table() {
    for (const Known& known : kKnown) {
      size_t slot = HashBytes(known.name) % kSlots;
      while (slots_[slot] != nullptr) slot = (slot + 1) % kSlots;
      slots_[slot] = &known;
    }
  }
  Kind Find(std::string_view name) const {
    size_t slot = HashBytes(name) % kSlots;
    for (; slots_[slot] != nullptr; slot = (slot + 1) % kSlots) {
      if (slots_[slot]->name == name) return slots_[slot]->kind;
    }
    return Kind::kUnknown;
  }

 private:
  static constexpr size_t kSlots = 1024;
  std::array<const Known*, kSlots> slots_{};
};

// Functions and units of SVG's grammars. Commands of paths are single letters.
bool IsGeometryWord(std::string_view word) {
  constexpr std::string_view kWords[] = {
      "matrix", "translate", "translateX", "translateY", "scale", "scaleX", "scaleY",
      "rotate", "skewX",     "skewY",      "px",         "em",    "rem",    "ex",
      "ch",     "vw",        "vh",         "pt",         "pc",    "mm",     "cm",
      "in",     "deg",       "grad",       "rad",        "turn",  "auto",   "none"};
  for (const std::string_view known : kWords) {
    if (word == known) return true;
  }
  // Commands may stand side by side: "zm", "ZM".
  return word.size() <= 2 &&
         word.find_first_not_of("mMlLhHvVcCsSqQtTaAzZeE") == std::string_view::npos;
}

// What the bytes of SVG's number grammars are.
enum class GeometryByte : uint8_t { kOther, kDigit, kLetter, kSeparator };

constexpr std::array<GeometryByte, 256> MakeGeometryBytes() {
  std::array<GeometryByte, 256> bytes{};
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i >= '0' && i <= '9') bytes[i] = GeometryByte::kDigit;
    if ((i | 0x20) >= 'a' && (i | 0x20) <= 'z') bytes[i] = GeometryByte::kLetter;
  }
  for (const char c : std::string_view(" \t\r\n.,+-()%;")) {
    bytes[static_cast<unsigned char>(c)] = GeometryByte::kSeparator;
  }
  return bytes;
}
constexpr std::array<GeometryByte, 256> kGeometryBytes = MakeGeometryBytes();

// Behind the words of eight bytes from `i` on that hold numbers of a few digits with
// spaces, signs, points, commas or single letters between them. `digits`, of the run that
// ends at `i`, becomes that of the run that ends there.
size_t SkipShortNumbers(std::string_view value, size_t i, size_t& digits) {
  for (; i + 8 <= value.size(); i += 8) {
    const uint64_t word = LoadWord(value.data() + i);
    if ((word & kTops) != 0) break;
    const auto in_range = [](uint64_t ascii, char first, char last) {
      const auto from = kOnes * static_cast<uint64_t>(0x80 - first);
      const auto behind = kOnes * static_cast<uint64_t>(0x80 - last - 1);
      return (ascii + from) & ~(ascii + behind) & kTops;
    };
    const uint64_t number = in_range(word, '0', '9');
    const uint64_t letter = in_range(word | kOnes * 0x20, 'a', 'z');
    const uint64_t between = in_range(word, '+', '.') | in_range(word, ' ', ' ');
    if ((number | letter | between) != kTops || number == kTops) break;
    // The letters of one word stand side by side.
    if ((letter & letter << 8) != 0 || letter >> 63 != 0) break;
    digits = static_cast<size_t>(std::countl_one(number | ~kTops)) / 8;
  }
  return i;
}

bool IsHandler(std::string_view name) {
  return name.size() > 2 && (name[0] | 0x20) == 'o' && (name[1] | 0x20) == 'n';
}

}  // namespace

AttributeKind KindOfAttribute(std::string_view name) {
  static const Table table;
  const Kind kind = table.Find(name);
  return kind == Kind::kUnknown && IsHandler(name) ? Kind::kCode : kind;
}

bool IsGeometry(std::string_view value) {
  constexpr size_t kDigitsMax = 20;  // Of floating point, behind the decimal point.
  constexpr size_t kDigitsOfWordMax = 7;
  const auto kind_of = [](char c) {
    return kGeometryBytes[static_cast<unsigned char>(c)];
  };
  size_t digits = 0;
  for (size_t i = 0; i < value.size();) {
    if (digits + kDigitsOfWordMax <= kDigitsMax) {
      i = SkipShortNumbers(value, i, digits);
      if (i == value.size()) break;
    }
    switch (kind_of(value[i])) {
      case GeometryByte::kDigit:
        ++i;
        if (++digits > kDigitsMax) return false;
        break;
      case GeometryByte::kSeparator:
        ++i;
        digits = 0;
        break;
      case GeometryByte::kLetter: {
        const size_t begin = i;
        while (i < value.size() && kind_of(value[i]) == GeometryByte::kLetter) ++i;
        if (i - begin > 1 && !IsGeometryWord(value.substr(begin, i - begin))) {
          return false;
        }
        digits = 0;
        break;
      }
      case GeometryByte::kOther:
        return false;
    }
  }
  return true;
}

bool IsMetric(std::string_view value) {
  constexpr size_t kSizeMax = 32;
  if (value == "true" || value == "false") return true;
  size_t i = 0;
  while (i < value.size() && (IsDigit(value[i]) || value[i] == '.' || value[i] == '-')) {
    ++i;
  }
  const std::string_view unit = value.substr(i);
  return i <= kSizeMax && (unit.empty() || unit == "px" || unit == "%");
}

bool IsThemeAttribute(std::string_view name) {
  return KindOfAttribute(name) == Kind::kTheme;
}

bool IsThemeWord(std::string_view value) {
  constexpr std::string_view kWords[] = {"light", "dark",     "auto",         "system",
                                         "dim",   "contrast", "black",        "white",
                                         "blue",  "default",  "high-contrast"};
  for (const std::string_view word : kWords) {
    if (value == word) return true;
  }
  return false;
}

bool IsStateWord(std::string_view value) {
  return value == "played" || value == "paused" || value == "modal" ||
         value == "non-modal";
}

}  // namespace footfall::capture
