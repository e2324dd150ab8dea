#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "base/time.h"
#include "report/chart_parts.h"
#include "report/readable.h"

namespace footfall::report {
namespace {

using base::Cat;
using query::Cell;
using query::Column;
using query::ColumnType;
using query::Table;

constexpr size_t kTimesMax = 1000;
constexpr size_t kSeriesMax = 6;  // Of a panel: more lines cannot be told apart.

bool IsTime(ColumnType type) {
  return type == ColumnType::kDate || type == ColumnType::kTimestamp;
}

bool IsNumber(ColumnType type) {
  return type == ColumnType::kInt64 || type == ColumnType::kDouble;
}

// The columns of a trend: those between the time and the first number are further keys.
struct Shape {
  std::vector<const Column*> keys;
  std::vector<const Column*> numbers;
};

Shape ShapeOf(const Table& table) {
  Shape shape;
  for (size_t i = 1; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (IsNumber(column.type)) {
      shape.numbers.push_back(&column);
    } else if (shape.numbers.empty()) {
      shape.keys.push_back(&column);
    }
  }
  return shape;
}

TrendChart::Unit UnitOf(const Column& column) {
  if (column.type == ColumnType::kDouble) return TrendChart::Unit::kNumber;
  return std::string_view(column.name).ends_with("_ms") ? TrendChart::Unit::kDuration
                                                        : TrendChart::Unit::kCount;
}

std::string KeyText(const std::vector<const Column*>& keys, size_t row) {
  std::string text;
  for (const Column* key : keys) {
    const Cell& cell = key->cells[row];
    if (!text.empty()) text += ", ";
    if (IsMissing(cell, key->type)) {
      text += "(none)";
    } else if (key->type == ColumnType::kString) {
      text += std::get<query::Text>(cell).view();
    } else if (key->type == ColumnType::kBool) {
      text += std::get<bool>(cell) ? "true" : "false";
    } else if (key->type == ColumnType::kDate) {
      text += ReadableDay(std::get<int64_t>(cell));
    } else {
      text += ReadableTime(std::get<int64_t>(cell), absl::UTCTimeZone());
    }
  }
  return text;
}

// The times of all rows in rising order, each once, the latest kTimesMax of them.
std::vector<int64_t> TimesOf(const Column& column, Chart* chart) {
  std::vector<int64_t> times;
  for (const Cell& cell : column.cells) {
    if (!IsMissing(cell, column.type)) times.push_back(std::get<int64_t>(cell));
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  const size_t all = times.size();
  if (all > kTimesMax) times.erase(times.begin(), times.end() - kTimesMax);
  NoteWhatIsLeftOut(times.size(), all, "latest", "times", chart);
  return times;
}

// The values of `number` by time, a series for each text of the keys.
std::vector<TrendChart::Series> SeriesOf(const Column& time, const Shape& shape,
                                         const Column& number,
                                         const std::vector<int64_t>& times) {
  std::map<std::string, TrendChart::Series> by_key;
  for (size_t row = 0; row < time.cells.size(); ++row) {
    if (IsMissing(time.cells[row], time.type)) continue;
    const auto at =
        std::lower_bound(times.begin(), times.end(), std::get<int64_t>(time.cells[row]));
    if (at == times.end() || *at != std::get<int64_t>(time.cells[row])) continue;
    const std::string key = KeyText(shape.keys, row);
    TrendChart::Series& series = by_key[key];
    if (series.values.empty()) {
      series.values.resize(times.size());
      series.name = MakeVisible(shape.keys.empty() ? number.name : key);
    }
    if (IsMissing(number.cells[row], ColumnType::kDouble)) continue;
    series.values[static_cast<size_t>(at - times.begin())] = DoubleOf(number.cells[row]);
  }
  std::vector<TrendChart::Series> all;
  for (auto& [key, series] : by_key) all.push_back(std::move(series));
  return all;
}

double SizeOf(const TrendChart::Series& series) {
  return std::accumulate(series.values.begin(), series.values.end(), 0.0,
                         [](double sum, const std::optional<double>& value) {
                           return sum + std::fabs(value.value_or(0));
                         });
}

// Keeps the series with the largest values, largest first, ties by name.
void KeepLargest(std::vector<TrendChart::Series>* series, Chart* chart) {
  const size_t all = series->size();
  std::vector<std::pair<double, size_t>> order;
  for (size_t i = 0; i < all; ++i) order.emplace_back(-SizeOf((*series)[i]), i);
  std::sort(order.begin(), order.end());
  if (order.size() > kSeriesMax) order.resize(kSeriesMax);
  std::vector<TrendChart::Series> kept;
  for (const auto& [size, i] : order) kept.push_back(std::move((*series)[i]));
  *series = std::move(kept);
  NoteWhatIsLeftOut(series->size(), all, "largest", "lines", chart);
}

TrendChart::Panel& PanelOf(TrendChart::Unit unit, TrendChart* trend) {
  for (TrendChart::Panel& panel : trend->panels) {
    if (panel.unit == unit) return panel;
  }
  return trend->panels.emplace_back(TrendChart::Panel{unit, {}});
}

void AddPanels(const Column& time, const Shape& shape, TrendChart* trend, Chart* chart) {
  // Of several numbers by key, each would need a picture of its own.
  const size_t numbers = shape.keys.empty() ? shape.numbers.size() : 1;
  if (numbers < shape.numbers.size()) {
    chart->notes.push_back(Cat("The lines show ",
                               MakeVisible(shape.numbers[0]->name).text,
                               "; the table has more columns."));
  }
  size_t left_out = 0;
  for (size_t i = 0; i < numbers; ++i) {
    const Column& number = *shape.numbers[i];
    std::vector<TrendChart::Series> series =
        SeriesOf(time, shape, number, trend->times_ms);
    if (series.empty()) continue;
    if (!shape.keys.empty()) KeepLargest(&series, chart);
    TrendChart::Panel& panel = PanelOf(UnitOf(number), trend);
    if (panel.series.size() + series.size() > kSeriesMax) {
      ++left_out;
      continue;
    }
    std::move(series.begin(), series.end(), std::back_inserter(panel.series));
  }
  NoteWhatIsLeftOut(numbers - left_out, numbers, "first", "columns", chart);
}

}  // namespace

bool HasTrend(const Table& table) {
  return !table.columns.empty() && IsTime(table.columns[0].type) &&
         !ShapeOf(table).numbers.empty();
}

void MakeTrend(const Result& result, Chart* chart) {
  const Table& table = result.rows;
  const Column& time = table.columns[0];
  const Shape shape = ShapeOf(table);
  TrendChart trend;
  trend.days = time.type == ColumnType::kDate;
  trend.zone = trend.days ? absl::UTCTimeZone() : result.timezone;
  trend.times_ms = TimesOf(time, chart);
  AddPanels(time, shape, &trend, chart);
  if (trend.days) {
    for (int64_t& day : trend.times_ms) day *= base::kDayMs;
  }
  chart->empty = std::all_of(
      trend.panels.begin(), trend.panels.end(), [](const TrendChart::Panel& panel) {
        return std::all_of(panel.series.begin(), panel.series.end(),
                           [](const TrendChart::Series& series) {
                             return std::all_of(
                                 series.values.begin(), series.values.end(),
                                 [](const auto& value) { return !value.has_value(); });
                           });
      });
  if (!chart->empty) {
    const auto text = [&](int64_t time_ms) {
      return trend.days ? ReadableDay(time_ms / base::kDayMs)
                        : ReadableTime(time_ms, trend.zone);
    };
    size_t lines = 0;
    for (const TrendChart::Panel& panel : trend.panels) lines += panel.series.size();
    chart->summary =
        Cat(lines, lines == 1 ? " line from " : " lines from ",
            text(trend.times_ms.front()), " to ", text(trend.times_ms.back()), ":");
    std::string_view separator = " ";
    for (const TrendChart::Panel& panel : trend.panels) {
      for (const TrendChart::Series& series : panel.series) {
        chart->summary += Cat(separator, series.name.text);
        separator = ", ";
      }
    }
    chart->summary += '.';
  }
  chart->body = std::move(trend);
}

std::string AxisText(double value, TrendChart::Unit unit) {
  if (unit != TrendChart::Unit::kDuration || std::fabs(value) > 1e17) {
    return ShortNumber(value);
  }
  return ReadableDuration(static_cast<int64_t>(value));
}

}  // namespace footfall::report
