// Writing pictures as SVG 1.1: shapes and text only, with presentation attributes, so
// that programs that drop styles and scripts show them all the same.
#ifndef FOOTFALL_REPORT_SVG_H_
#define FOOTFALL_REPORT_SVG_H_

#include <string>
#include <string_view>

#include "report/visible_text.h"

namespace footfall::report {

// `text`, which MakeVisible made, with the characters that mark up XML as entities.
std::string XmlText(std::string_view text);

// An estimate, in the widths of Arial and a little more, of the pixels that `text` takes
// in a sans-serif font of `size` pixels.
double TextPixels(std::string_view text, double size, bool bold = false);

enum class Anchor { kStart, kMiddle, kEnd };

struct TextStyle {
  double size = 12;
  std::string_view fill = "#1f2328";
  Anchor anchor = Anchor::kStart;
  bool bold = false;
};

struct LineStyle {
  std::string_view stroke = "#d0d7de";
  double width = 1;
  std::string_view dashes = {};  // As stroke-dasharray has it; empty draws all of it.
};

// Colours are "#rrggbb"; lengths are pixels, y grows downwards.
class Svg {
 public:
  void Rect(double x, double y, double width, double height, std::string_view fill,
            std::string_view stroke = {});
  void Line(double x1, double y1, double x2, double y2, const LineStyle& style);
  // `data` as the attribute d of a path has it, made with Point.
  void Path(std::string_view data, const LineStyle& style);
  void Circle(double x, double y, double radius, std::string_view fill);
  // One line of text with its baseline at `y`.
  void Text(double x, double y, std::string_view text, const TextStyle& style = {});
  // The same, cut to `width` pixels where it is longer; all of it is then a title.
  void CutText(double x, double y, double width, const VisibleText& text,
               const TextStyle& style = {});

  // The picture, on a white ground of its own. `title` names it and `description` says
  // what it shows, for those who do not see it.
  std::string Finish(double width, double height, std::string_view title,
                     std::string_view description) &&;

 private:
  std::string body_;
};

// "12.5,8", for paths.
std::string Point(double x, double y);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_SVG_H_
