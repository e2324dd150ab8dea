#include "report/chart_axis.h"

#include <algorithm>
#include <cmath>

#include "absl/time/civil_time.h"
#include "base/strings.h"
#include "report/readable.h"

namespace footfall::report {
namespace {

using base::Cat;

constexpr double kMarks = 4;

// The least of 1, 2, 2.5 and 5 times a power of ten that is not below `least`.
double RoundStep(double least) {
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

// The same for spans of time, which are round in other numbers.
double RoundDuration(double least) {
  constexpr double kSecond = 1000;
  constexpr double kMinute = 60 * kSecond;
  constexpr double kHour = 60 * kMinute;
  constexpr double kDay = 24 * kHour;
  if (least <= kSecond) return std::ceil(RoundStep(least));
  for (const double step : {1.0, 2.0, 5.0, 10.0, 15.0, 30.0}) {
    if (step * kSecond >= least) return step * kSecond;
  }
  for (const double step : {1.0, 2.0, 5.0, 10.0, 15.0, 30.0}) {
    if (step * kMinute >= least) return step * kMinute;
  }
  for (const double step : {1.0, 2.0, 3.0, 6.0, 12.0}) {
    if (step * kHour >= least) return step * kHour;
  }
  return kDay * std::max(1.0, RoundStep(least / kDay));
}

// The least step between the marks of an axis that spans `span`.
double StepOf(TrendChart::Unit unit, double span) {
  switch (unit) {
    case TrendChart::Unit::kCount:
      return std::ceil(RoundStep(span / kMarks));
    case TrendChart::Unit::kDuration:
      return RoundDuration(span / kMarks);
    case TrendChart::Unit::kNumber:
      break;
  }
  return RoundStep(span / kMarks);
}

// Steps of a calendar. Months and years are counted, the others are lengths.
struct TimeStep {
  enum class Unit { kHour, kDay, kMonth } unit;
  int count;
  double about_hours;  // How long it is at least.
};

constexpr double kDayHours = 24;
constexpr double kMonthHours = 28 * kDayHours;
constexpr TimeStep kTimeSteps[] = {
    {TimeStep::Unit::kHour, 1, 1},
    {TimeStep::Unit::kHour, 3, 3},
    {TimeStep::Unit::kHour, 6, 6},
    {TimeStep::Unit::kHour, 12, 12},
    {TimeStep::Unit::kDay, 1, kDayHours},
    {TimeStep::Unit::kDay, 2, 2 * kDayHours},
    {TimeStep::Unit::kDay, 7, 7 * kDayHours},
    {TimeStep::Unit::kDay, 14, 14 * kDayHours},
    {TimeStep::Unit::kMonth, 1, kMonthHours},
    {TimeStep::Unit::kMonth, 2, 2 * kMonthHours},
    {TimeStep::Unit::kMonth, 3, 3 * kMonthHours},
    {TimeStep::Unit::kMonth, 6, 6 * kMonthHours},
    {TimeStep::Unit::kMonth, 12, 12 * kMonthHours},
    {TimeStep::Unit::kMonth, 24, 24 * kMonthHours},
    {TimeStep::Unit::kMonth, 60, 60 * kMonthHours},
    {TimeStep::Unit::kMonth, 120, 120 * kMonthHours},
    {TimeStep::Unit::kMonth, 600, 600 * kMonthHours},
    {TimeStep::Unit::kMonth, 3000, 3000 * kMonthHours},
};

// The last multiple of the step that is not after `time`. Weeks begin on Monday.
absl::CivilHour Floor(const TimeStep& step, absl::CivilHour time) {
  switch (step.unit) {
    case TimeStep::Unit::kHour:
      return time - time.hour() % step.count;
    case TimeStep::Unit::kDay: {
      const absl::CivilDay monday(1970, 1, 5);
      const auto days = absl::CivilDay(time) - monday;
      const auto rest = (days % step.count + step.count) % step.count;
      return absl::CivilHour(absl::CivilDay(time) - rest);
    }
    case TimeStep::Unit::kMonth:
      break;
  }
  const auto months = absl::CivilMonth(time) - absl::CivilMonth(0, 1);
  return absl::CivilHour(absl::CivilMonth(time) - months % step.count);
}

absl::CivilHour Next(const TimeStep& step, absl::CivilHour time) {
  switch (step.unit) {
    case TimeStep::Unit::kHour:
      return time + step.count;
    case TimeStep::Unit::kDay:
      return absl::CivilHour(absl::CivilDay(time) + step.count);
    case TimeStep::Unit::kMonth:
      break;
  }
  return absl::CivilHour(absl::CivilMonth(time) + step.count);
}

std::string MarkText(const TimeStep& step, absl::CivilHour time) {
  const bool new_year = time.month() == 1 && time.day() == 1;
  switch (step.unit) {
    case TimeStep::Unit::kHour:
      if (time.hour() != 0) {
        return Cat(time.hour() < 10 ? "0" : "", time.hour(), ":00");
      }
      [[fallthrough]];
    case TimeStep::Unit::kDay:
      return Cat(time.day(), " ", MonthName(time.month()),
                 new_year ? Cat(" ", time.year()) : "");
    case TimeStep::Unit::kMonth:
      break;
  }
  if (step.count >= 12) return std::to_string(time.year());
  return Cat(MonthName(time.month()), new_year ? Cat(" ", time.year()) : "");
}

}  // namespace

ValueAxis MakeValueAxis(const TrendChart::Panel& panel) {
  double low = 0;
  double high = 0;
  for (const TrendChart::Series& series : panel.series) {
    for (const std::optional<double>& value : series.values) {
      low = std::min(low, value.value_or(0));
      high = std::max(high, value.value_or(0));
    }
  }
  // The span of the largest doubles would be none; what lies beyond stands at the end.
  constexpr double kMost = 1e307;
  low = std::max(low, -kMost);
  high = std::min(high, kMost);
  if (high - low < 1e-300) high = low + 1;
  const double step = StepOf(panel.unit, high - low);
  ValueAxis axis;
  const double first = std::floor(low / step + 1e-9);
  const double last = std::ceil(high / step - 1e-9);
  for (double i = first; i <= last; ++i) axis.marks.push_back(i * step);
  axis.low = axis.marks.front();
  axis.high = axis.marks.back();
  return axis;
}

std::vector<TimeMark> MakeTimeMarks(const TrendChart& trend, size_t marks_max) {
  const int64_t first_ms = trend.times_ms.front();
  const int64_t last_ms = trend.times_ms.back();
  const double hours = static_cast<double>(last_ms - first_ms) / 3'600'000.0;
  const TimeStep* step = std::begin(kTimeSteps);
  while (std::next(step) != std::end(kTimeSteps) &&
         ((trend.days && step->unit == TimeStep::Unit::kHour) ||
          hours / step->about_hours + 1 > static_cast<double>(marks_max))) {
    ++step;
  }
  const auto instant = [&](absl::CivilHour hour) {
    return absl::ToUnixMillis(trend.zone.At(absl::CivilSecond(hour)).trans);
  };
  std::vector<TimeMark> marks;
  absl::CivilHour at =
      Floor(*step, absl::CivilHour(trend.zone.At(absl::FromUnixMillis(first_ms)).cs));
  while (instant(at) < first_ms) at = Next(*step, at);
  for (; instant(at) <= last_ms; at = Next(*step, at)) {
    marks.push_back({instant(at), MarkText(*step, at)});
  }
  return marks;
}

}  // namespace footfall::report
