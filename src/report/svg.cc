#include "report/svg.h"

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "base/strings.h"
#include "report/export_width.h"

namespace footfall::report {
namespace {

using base::Cat;

// Fonts of the widths that TextPixels goes by come first.
constexpr std::string_view kFont = "Arial, Helvetica, Liberation Sans, sans-serif";

// To a tenth of a pixel: the same text whatever the machine.
std::string Number(double value) {
  const auto tenths = static_cast<int64_t>(std::llround(value * 10));
  const int64_t whole = tenths / 10;
  const int64_t rest = std::llabs(tenths % 10);
  const std::string_view sign = tenths < 0 && whole == 0 ? "-" : "";
  return rest == 0 ? Cat(whole) : Cat(sign, whole, ".", rest);
}

struct Attribute {
  std::string_view name;
  std::string value;
};

// `<name a="..."`, without attributes that are empty. Values hold nothing to escape.
std::string Open(std::string_view name, std::initializer_list<Attribute> attributes) {
  std::string out = Cat("<", name);
  for (const Attribute& attribute : attributes) {
    if (attribute.value.empty()) continue;
    out += Cat(" ", attribute.name, "=\"", attribute.value, "\"");
  }
  return out;
}

std::string_view AnchorText(Anchor anchor) {
  return anchor == Anchor::kStart ? "" : anchor == Anchor::kEnd ? "end" : "middle";
}

// Thousandths of the font size that a character takes.
int Advance(char32_t code) {
  if (code >= 0x80) {
    constexpr int kByCells[] = {0, 700, 1100};
    return kByCells[DisplayWidth(code)];
  }
  const auto c = static_cast<char>(code);
  constexpr std::string_view kThin = "'ijl|.,:;!I";
  constexpr std::string_view kNarrow = " ()[]{}/\\ftr\"`-";
  constexpr std::string_view kWide = "mwMWCDGOQRHNU@%&";
  if (kThin.find(c) != std::string_view::npos) return 280;
  if (kNarrow.find(c) != std::string_view::npos) return 360;
  if (c == 'm' || c == 'M') return 840;
  if (c == 'W' || c == '@' || c == '%') return 1000;
  if (kWide.find(c) != std::string_view::npos) return 780;
  if (c >= 'A' && c <= 'Z') return 670;
  return 560;
}

}  // namespace

std::string XmlText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

double TextPixels(std::string_view text, double size, bool bold) {
  int64_t thousandths = 0;
  for (size_t at = 0; at < text.size();) {
    const Decoded next = DecodeUtf8(text, at);
    if (next.length == 0) break;
    thousandths += Advance(next.code);
    at += next.length;
  }
  return static_cast<double>(thousandths) / 1000 * size * (bold ? 1.15 : 1.05);
}

std::string Point(double x, double y) { return Cat(Number(x), ",", Number(y)); }

void Svg::Rect(double x, double y, double width, double height, std::string_view fill,
               std::string_view stroke) {
  body_ += Open("rect", {{"x", Number(x)},
                         {"y", Number(y)},
                         {"width", Number(width)},
                         {"height", Number(height)},
                         {"fill", std::string(fill)},
                         {"stroke", std::string(stroke)}}) +
           "/>\n";
}

void Svg::Line(double x1, double y1, double x2, double y2, const LineStyle& style) {
  body_ += Open("line", {{"x1", Number(x1)},
                         {"y1", Number(y1)},
                         {"x2", Number(x2)},
                         {"y2", Number(y2)},
                         {"stroke", std::string(style.stroke)},
                         {"stroke-width", Number(style.width)},
                         {"stroke-dasharray", std::string(style.dashes)}}) +
           "/>\n";
}

void Svg::Path(std::string_view data, const LineStyle& style) {
  body_ += Open("path", {{"d", std::string(data)},
                         {"fill", "none"},
                         {"stroke", std::string(style.stroke)},
                         {"stroke-width", Number(style.width)},
                         {"stroke-linejoin", "round"},
                         {"stroke-dasharray", std::string(style.dashes)}}) +
           "/>\n";
}

void Svg::Circle(double x, double y, double radius, std::string_view fill) {
  body_ += Open("circle", {{"cx", Number(x)},
                           {"cy", Number(y)},
                           {"r", Number(radius)},
                           {"fill", std::string(fill)}}) +
           "/>\n";
}

void Svg::Text(double x, double y, std::string_view text, const TextStyle& style) {
  CutText(x, y, TextPixels(text, style.size, style.bold), {std::string(text), 0}, style);
}

void Svg::CutText(double x, double y, double width, const VisibleText& text,
                  const TextStyle& style) {
  const bool fits = TextPixels(text.text, style.size, style.bold) <= width;
  std::string shown = text.text;
  if (!fits) {
    double left = width - TextPixels("…", style.size, style.bold);
    size_t end = 0;
    while (end < shown.size()) {
      const size_t length = DecodeUtf8(shown, end).length;
      left -= TextPixels(shown.substr(end, length), style.size, style.bold);
      if (left < 0) break;
      end += length;
    }
    shown = shown.substr(0, end) + "…";
  }
  if (shown.empty()) return;
  body_ += Open("text", {{"x", Number(x)},
                         {"y", Number(y)},
                         {"font-size", Number(style.size)},
                         {"fill", std::string(style.fill)},
                         {"text-anchor", std::string(AnchorText(style.anchor))},
                         {"font-weight", style.bold ? "bold" : ""}}) +
           ">";
  if (!fits) body_ += Cat("<title>", XmlText(text.text), "</title>");
  body_ += Cat(XmlText(shown), "</text>\n");
}

std::string Svg::Finish(double width, double height, std::string_view title,
                        std::string_view description) && {
  const std::string w = Number(width);
  const std::string h = Number(height);
  return Cat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", w, "\" height=\"", h,
             "\" viewBox=\"0 0 ", w, " ", h, "\" role=\"img\" font-family=\"", kFont,
             "\">\n<title>", XmlText(title), "</title>\n<desc>", XmlText(description),
             "</desc>\n",
             Open("rect", {{"x", "0.5"},
                           {"y", "0.5"},
                           {"width", Number(width - 1)},
                           {"height", Number(height - 1)},
                           {"rx", "6"},
                           {"fill", "#ffffff"},
                           {"stroke", "#d0d7de"}}),
             "/>\n", body_, "</svg>\n");
}

}  // namespace footfall::report
