// How charts of characters are laid out.
#ifndef FOOTFALL_REPORT_CHART_TEXT_PARTS_H_
#define FOOTFALL_REPORT_CHART_TEXT_PARTS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/chart.h"
#include "report/visible_text.h"

namespace footfall::report {

// Of ASCII, filled up with blanks to `width`.
std::string PadLeft(std::string text, size_t width);
std::string PadRight(std::string text, size_t width);

// Lines of text, drawn with blocks or with ASCII.
class TextChart {
 public:
  struct Bar {
    VisibleText label;
    double share = 0;  // Of the longest possible bar.
    std::vector<std::string> numbers;
  };

  TextChart(size_t width, bool ascii) : width_(width), ascii_(ascii) {}

  size_t width() const { return width_; }
  bool ascii() const { return ascii_; }

  // A line without the blanks at its end.
  void Line(std::string_view text);
  // The same, cut to the width.
  void Line(const VisibleText& text);
  // Bars with labels before them and numbers, of ASCII, under headings behind them.
  void Bars(const std::vector<std::string_view>& headings, const std::vector<Bar>& bars);
  // A cell filled from below by a share of its height; a blank in ASCII.
  std::string_view Level(double share) const;

  std::string text() && { return std::move(text_); }

 private:
  // A bar of a share of `cells`, with blanks for the rest.
  std::string BarOf(double share, size_t cells) const;

  const size_t width_;
  const bool ascii_;
  std::string text_;
};

void DrawTrendText(const TrendChart& trend, TextChart* out);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_CHART_TEXT_PARTS_H_
