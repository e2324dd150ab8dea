#include <algorithm>
#include <string>
#include <vector>

#include "base/strings.h"
#include "report/chart_axis.h"
#include "report/chart_svg_parts.h"
#include "report/readable.h"

namespace footfall::report {
namespace {

constexpr double kLeft = 92;
constexpr double kHeight = 180;
constexpr size_t kMarkedTimesMax = 40;

// Lines differ in colour and in dashes, so that neither has to be seen.
constexpr LineStyle kLines[] = {
    {.stroke = "#0b5cad", .width = 2},
    {.stroke = "#b4430a", .width = 2, .dashes = "7 3"},
    {.stroke = "#1a7f37", .width = 2, .dashes = "2 3"},
    {.stroke = "#7a3fc2", .width = 2, .dashes = "10 3 2 3"},
    {.stroke = "#a3195b", .width = 2, .dashes = "14 5"},
    {.stroke = "#4d5560", .width = 2, .dashes = "5 2 1 2 1 2"},
};

// The place of times and values of a panel.
struct Plane {
  const TrendChart& trend;
  ValueAxis axis;
  double top;

  double X(int64_t time_ms) const {
    const int64_t first = trend.times_ms.front();
    const int64_t last = trend.times_ms.back();
    if (first == last) return (kLeft + kRight) / 2;
    return kLeft + (kRight - kLeft) * static_cast<double>(time_ms - first) /
                       static_cast<double>(last - first);
  }
  double Y(double value) const { return top + kHeight * (1 - axis.Share(value)); }
};

// A sample of each line with its name; answers where the last row ended.
double DrawLegend(const TrendChart::Panel& panel, double y, Svg* svg) {
  constexpr double kNameMax = 200;
  double x = kMargin;
  y += 14;
  for (size_t i = 0; i < panel.series.size(); ++i) {
    const VisibleText& name = panel.series[i].name;
    const double width = 36 + std::min(kNameMax, TextPixels(name.text, 12));
    if (x > kMargin && x + width > kRight) {
      x = kMargin;
      y += 20;
    }
    svg->Line(x, y - 4, x + 28, y - 4, kLines[i]);
    svg->CutText(x + 36, y, kNameMax, name);
    x += width + 20;
  }
  return y;
}

void DrawLine(const TrendChart::Series& series, const LineStyle& style,
              const Plane& plane, Svg* svg) {
  const std::vector<int64_t>& times = plane.trend.times_ms;
  std::string path;
  for (size_t i = 0; i < times.size(); ++i) {
    if (!series.values[i].has_value()) continue;
    const bool continues = i > 0 && series.values[i - 1].has_value();
    const bool goes_on = i + 1 < times.size() && series.values[i + 1].has_value();
    const double x = plane.X(times[i]);
    const double y = plane.Y(*series.values[i]);
    path += base::Cat(continues ? "L" : "M", Point(x, y));
    if (times.size() <= kMarkedTimesMax || (!continues && !goes_on)) {
      svg->Circle(x, y, 3, style.stroke);
    }
  }
  svg->Path(path, style);
}

void DrawAxes(const TrendChart::Panel& panel, const Plane& plane, Svg* svg) {
  for (const double mark : plane.axis.marks) {
    const double y = plane.Y(mark);
    svg->Line(kLeft, y, kRight, y, {.stroke = mark == 0 ? "#8c959f" : "#d8dee4"});
    svg->Text(kLeft - 10, y + 4, AxisText(mark, panel.unit),
              {.size = 11, .fill = kFaintInk, .anchor = Anchor::kEnd});
  }
  const double bottom = plane.top + kHeight;
  constexpr size_t kTimeMarksMax = 8;
  for (const TimeMark& mark : MakeTimeMarks(plane.trend, kTimeMarksMax)) {
    const double x = plane.X(mark.time_ms);
    const double text_x = std::min(x, kPictureWidth - 8 - TextPixels(mark.text, 11) / 2);
    svg->Line(x, bottom, x, bottom + 5, {.stroke = "#8c959f"});
    svg->Text(text_x, bottom + 18, mark.text,
              {.size = 11, .fill = kFaintInk, .anchor = Anchor::kMiddle});
  }
}

}  // namespace

double DrawTrend(const TrendChart& trend, double y, Svg* svg) {
  for (const TrendChart::Panel& panel : trend.panels) {
    const double legend_end = DrawLegend(panel, y, svg);
    const Plane plane{trend, MakeValueAxis(panel), legend_end + 18};
    DrawAxes(panel, plane, svg);
    for (size_t i = 0; i < panel.series.size(); ++i) {
      DrawLine(panel.series[i], kLines[i], plane, svg);
    }
    y = plane.top + kHeight + 36;
  }
  return y - 12;
}

}  // namespace footfall::report
