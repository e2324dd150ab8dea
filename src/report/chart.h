// What the charts of results show, however it is drawn.
#ifndef FOOTFALL_REPORT_CHART_H_
#define FOOTFALL_REPORT_CHART_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "report/result.h"
#include "report/visible_text.h"

namespace footfall::report {

struct FunnelChart {
  struct Step {
    VisibleText name;
    int64_t people = 0;
    std::optional<double> of_first;
    std::optional<double> of_previous;
    std::optional<int64_t> median_ms;
  };
  struct Group {
    VisibleText value;  // Empty where the funnel is not broken down.
    std::vector<Step> steps;
  };
  std::vector<Group> groups;
};

struct RetentionChart {
  struct Period {
    double share = 0;
    bool complete = false;
  };
  struct Cohort {
    std::string name;
    int64_t people = 0;
    // By k; nothing where the bucket has not begun or has no row.
    std::vector<std::optional<Period>> periods;
  };
  std::vector<Cohort> cohorts;  // Oldest first.
  size_t periods = 0;           // The most that a cohort has.
};

// Numbers over time.
struct TrendChart {
  enum class Unit { kCount, kDuration, kNumber };
  struct Series {
    VisibleText name;
    std::vector<std::optional<double>> values;  // One for each of `times_ms`.
  };
  // Series that have a unit in common, and so an axis.
  struct Panel {
    Unit unit = Unit::kCount;
    std::vector<Series> series;
  };
  std::vector<int64_t> times_ms;  // Rising.
  absl::TimeZone zone;            // That times are to be shown in.
  bool days = false;              // Whether times are whole days.
  std::vector<Panel> panels;
};

struct NpsChart {
  int64_t answers = 0;
  int64_t promoters = 0;
  int64_t passives = 0;
  int64_t detractors = 0;
  double nps = 0;
  // People by score, where the result lists them.
  std::optional<std::array<int64_t, 11>> scores;
};

struct Chart {
  VisibleText title;
  VisibleText subtitle;            // The range and the zone.
  std::string summary;             // A sentence that says what there is to see.
  bool empty = false;              // Whether there is no data.
  std::vector<std::string> notes;  // What is not shown, a sentence each.
  std::variant<FunnelChart, RetentionChart, TrendChart, NpsChart> body;
};

// The chart of a funnel, a retention report, an NPS report, or of a table whose first
// column is a time: INVALID_ARGUMENT for the others, which have none. Large results are
// shown in part, and the notes say so.
absl::StatusOr<Chart> MakeChart(const Result& result);

// A number on an axis of `unit`.
std::string AxisText(double value, TrendChart::Unit unit);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_CHART_H_
