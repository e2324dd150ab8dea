// Results to draw: everyday ones, and those that are hard to draw.
#ifndef FOOTFALL_TESTS_REPORT_CHARTS_SAMPLE_RESULTS_H_
#define FOOTFALL_TESTS_REPORT_CHARTS_SAMPLE_RESULTS_H_

#include <string>
#include <utility>
#include <vector>

#include "report/result.h"

namespace footfall::report {

struct FunnelSample {
  std::string value;  // Of the break-down; used where the sample has one.
  std::vector<int64_t> people;
};

// A funnel whose steps are named `names`; with a field, a group for each sample.
Result SampleFunnel(const std::vector<std::string>& names,
                    const std::vector<FunnelSample>& groups,
                    const std::string& field = "");
// Weekly cohorts from 6 Oct 2025 on, the last `incomplete` buckets not over or ahead.
Result SampleRetention(size_t cohorts, size_t periods, size_t incomplete);
// A year of active people by day.
Result SampleTrend(size_t days);
// A table of a date and of columns of numbers.
Result TrendOf(std::vector<int64_t> days, std::vector<query::Column> columns);
// Answers by score, 0 to 10.
Result SampleNps(const std::vector<int64_t>& by_score);

// All samples with the names of their pictures.
std::vector<std::pair<std::string, Result>> ChartSamples();

}  // namespace footfall::report

#endif  // FOOTFALL_TESTS_REPORT_CHARTS_SAMPLE_RESULTS_H_
