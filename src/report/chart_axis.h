// Where the marks of an axis stand.
#ifndef FOOTFALL_REPORT_CHART_AXIS_H_
#define FOOTFALL_REPORT_CHART_AXIS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "report/chart.h"

namespace footfall::report {

// An axis of numbers that holds all of a panel's values and zero.
struct ValueAxis {
  double low = 0;
  double high = 1;
  std::vector<double> marks;  // Rising, low and high among them.

  // 0 at `low`, 1 at `high`.
  double Share(double value) const {
    return std::clamp((value - low) / (high - low), 0.0, 1.0);
  }
};
ValueAxis MakeValueAxis(const TrendChart::Panel& panel);

struct TimeMark {
  int64_t time_ms = 0;
  std::string text;
};
// At most `marks_max` first instants of local hours (unless the trend is of days), days,
// months or years between its first and last time; a month or a day that a year begins
// with names the year. The trend has a time.
std::vector<TimeMark> MakeTimeMarks(const TrendChart& trend, size_t marks_max);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_CHART_AXIS_H_
