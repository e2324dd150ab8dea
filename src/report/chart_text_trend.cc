#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/strings.h"
#include "base/time.h"
#include "report/chart_axis.h"
#include "report/chart_text_parts.h"
#include "report/readable.h"

namespace footfall::report {
namespace {

using base::Cat;

constexpr size_t kRows = 6;
constexpr size_t kColumnWidthMax = 4;

// How the times of a trend are laid over the cells of a line: several to a column, or
// each a column of several cells.
struct Columns {
  size_t times = 1;  // In each column, but perhaps for the last one.
  size_t cells = 1;  // Of each column.
  size_t count = 0;
};

Columns LayOut(size_t times, size_t room) {
  Columns columns;
  columns.times = (times + room - 1) / room;
  columns.count = (times + columns.times - 1) / columns.times;
  columns.cells = std::clamp<size_t>(room / columns.count, 1, kColumnWidthMax);
  return columns;
}

// The mean of the values in each column; nothing where there are none.
std::vector<std::optional<double>> Means(const TrendChart::Series& series,
                                         const Columns& columns) {
  std::vector<std::optional<double>> means;
  for (size_t first = 0; first < series.values.size(); first += columns.times) {
    const size_t end = std::min(series.values.size(), first + columns.times);
    double sum = 0;
    size_t count = 0;
    for (size_t i = first; i < end; ++i) {
      if (!series.values[i].has_value()) continue;
      sum += *series.values[i];
      ++count;
    }
    means.push_back(count == 0 ? std::nullopt
                               : std::optional(sum / static_cast<double>(count)));
  }
  return means;
}

// What a column shows in the row that is `from_bottom` rows above the lowest.
std::string CellOf(const std::optional<double>& share, size_t from_bottom, size_t cells,
                   const TextChart& out) {
  if (!share.has_value()) return std::string(cells, ' ');
  const double level = *share * kRows - static_cast<double>(from_bottom);
  // A value of zero is there; a missing one is not.
  const bool is_least = from_bottom == 0 && level < 1.0 / 16;
  std::string_view cell = out.Level(is_least ? 0.125 : level);
  if (out.ascii() && level >= 0.5) cell = "#";
  // Wide columns are kept apart by a blank.
  const size_t filled = cells > 2 ? cells - 1 : cells;
  std::string text;
  for (size_t i = 0; i < filled; ++i) text += cell;
  return text + std::string(cells - filled, ' ');
}

std::string TimeText(const TrendChart& trend, int64_t time_ms) {
  return trend.days ? ReadableDay(time_ms / base::kDayMs)
                    : ReadableTime(time_ms, trend.zone);
}

// What the series of a trend have in common.
struct Layout {
  size_t label_width = 0;
  Columns columns;
};

ValueAxis AxisOf(const TrendChart::Panel& panel, const TrendChart::Series& series) {
  return MakeValueAxis({panel.unit, {series}});
}

// The line of first and last time below a series.
std::string TimesLine(const TrendChart& trend, const Layout& layout, size_t width) {
  const std::string first = TimeText(trend, trend.times_ms.front());
  std::string line = std::string(layout.label_width + 2, ' ') + first;
  if (trend.times_ms.size() == 1) return line;
  const std::string last = TimeText(trend, trend.times_ms.back());
  const size_t end = layout.label_width + 2 + layout.columns.count * layout.columns.cells;
  const size_t at = std::max(end, line.size() + 2 + last.size()) - last.size();
  if (at + last.size() > width) return Cat(first, "  ", last);
  return PadRight(line, at) + last;
}

void DrawSeries(const TrendChart::Panel& panel, const TrendChart::Series& series,
                const Layout& layout, TextChart* out) {
  const ValueAxis axis = AxisOf(panel, series);
  std::vector<std::optional<double>> shares = Means(series, layout.columns);
  for (std::optional<double>& share : shares) {
    if (share.has_value()) share = axis.Share(*share);
  }
  out->Line(series.name);
  for (size_t row = kRows; row-- > 0;) {
    const std::string label = row + 1 == kRows ? AxisText(axis.high, panel.unit)
                              : row == 0       ? AxisText(axis.low, panel.unit)
                                               : "";
    std::string line = PadLeft(label, layout.label_width) + (out->ascii() ? " |" : " │");
    for (const std::optional<double>& share : shares) {
      line += CellOf(share, row, layout.columns.cells, *out);
    }
    out->Line(line);
  }
}

}  // namespace

void DrawTrendText(const TrendChart& trend, TextChart* out) {
  Layout layout;
  for (const TrendChart::Panel& panel : trend.panels) {
    for (const TrendChart::Series& series : panel.series) {
      const ValueAxis axis = AxisOf(panel, series);
      layout.label_width =
          std::max({layout.label_width, AxisText(axis.low, panel.unit).size(),
                    AxisText(axis.high, panel.unit).size()});
    }
  }
  layout.columns = LayOut(trend.times_ms.size(), out->width() - layout.label_width - 2);
  for (const TrendChart::Panel& panel : trend.panels) {
    for (const TrendChart::Series& series : panel.series) {
      DrawSeries(panel, series, layout, out);
      out->Line(TimesLine(trend, layout, out->width()));
      out->Line("");
    }
  }
  if (layout.columns.times > 1) {
    out->Line(Cat("A column is the mean of up to ", layout.columns.times, " times."));
  }
}

}  // namespace footfall::report
