#include "report/chart.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "report/chart_parts.h"
#include "report/readable.h"

namespace footfall::report {
namespace {

using base::Cat;
using query::Cell;
using query::Column;
using query::ColumnType;
using query::Table;

// A picture with more of them is no longer looked at but read.
constexpr size_t kFunnelRowsMax = 60;
constexpr size_t kCohortsMax = 36;
constexpr size_t kPeriodsMax = 12;

std::optional<int64_t> IntAt(const Column* column, size_t row) {
  if (column == nullptr || IsMissing(column->cells[row], ColumnType::kInt64)) return {};
  return std::get<int64_t>(column->cells[row]);
}

std::optional<double> NumberAt(const Column* column, size_t row) {
  if (column == nullptr || IsMissing(column->cells[row], ColumnType::kDouble)) return {};
  return DoubleOf(column->cells[row]);
}

// Any value that may divide people, as text.
VisibleText ValueAt(const Column& column, size_t row) {
  const Cell& cell = column.cells[row];
  if (IsMissing(cell, column.type)) return MakeVisible("(none)");
  switch (column.type) {
    case ColumnType::kString:
      return MakeVisible(std::get<query::Text>(cell).view());
    case ColumnType::kBool:
      return MakeVisible(std::get<bool>(cell) ? "true" : "false");
    case ColumnType::kDouble:
      return MakeVisible(base::FormatDouble(DoubleOf(cell)));
    case ColumnType::kDate:
      return MakeVisible(ReadableDay(std::get<int64_t>(cell)));
    case ColumnType::kInt64:
    case ColumnType::kTimestamp:
      break;
  }
  return MakeVisible(std::to_string(std::get<int64_t>(cell)));
}

std::string People(int64_t count) {
  return Cat(ReadableCount(count), count == 1 ? " person" : " people");
}

bool HasFunnel(const Result& result) {
  return result.kind == "funnel" && FindColumn(result.rows, "people") != nullptr &&
         FindColumn(result.rows, "step") != nullptr;
}

void MakeFunnel(const Result& result, Chart* chart) {
  const Table& table = result.rows;
  const Column* value = table.columns[0].name == "step" ? nullptr : &table.columns[0];
  const Column* step = FindColumn(table, "step");
  const Column* name = FindColumn(table, "name");
  const Column* people = FindColumn(table, "people");
  const Column* of_first = FindColumn(table, "share_of_first");
  const Column* of_previous = FindColumn(table, "share_of_previous");
  const Column* median = FindColumn(table, "median_ms");
  FunnelChart funnel;
  size_t groups = 0;
  for (size_t row = 0; row < table.row_count(); ++row) {
    const bool first = IntAt(step, row).value_or(1) == 1;
    if (first) ++groups;
    // A group that was begun is finished.
    if (row >= kFunnelRowsMax && (first || groups > funnel.groups.size())) continue;
    if (first || funnel.groups.empty()) {
      FunnelChart::Group& group = funnel.groups.emplace_back();
      if (value != nullptr) {
        group.value = MakeVisible(
            Cat(MakeVisible(value->name).text, ": ", ValueAt(*value, row).text));
      }
    }
    funnel.groups.back().steps.push_back(
        {.name = name == nullptr ? VisibleText() : ValueAt(*name, row),
         .people = IntAt(people, row).value_or(0),
         .of_first = NumberAt(of_first, row),
         .of_previous = NumberAt(of_previous, row),
         .median_ms = IntAt(median, row)});
  }
  NoteWhatIsLeftOut(funnel.groups.size(), groups, "largest", "groups", chart);
  chart->empty = std::all_of(
      funnel.groups.begin(), funnel.groups.end(),
      [](const FunnelChart::Group& group) { return group.steps[0].people == 0; });
  if (!chart->empty) {
    const FunnelChart::Group& first = funnel.groups[0];
    const FunnelChart::Step& last = first.steps.back();
    chart->summary = Cat(
        "Funnel of ", first.steps.size(), " steps: ", People(first.steps[0].people),
        " reached the first and ", ReadableCount(last.people), " the last",
        last.of_first.has_value() ? Cat(" (", ReadableShare(*last.of_first), ")") : "",
        first.value.text.empty() ? "" : Cat(", for ", first.value.text), ".");
  }
  chart->body = std::move(funnel);
}

bool HasRetention(const Result& result) {
  return result.kind == "retention" && FindColumn(result.rows, "cohort") != nullptr &&
         FindColumn(result.rows, "k") != nullptr;
}

void MakeRetention(const Result& result, Chart* chart) {
  const Table& table = result.rows;
  const Column* day = FindColumn(table, "cohort");
  const Column* people = FindColumn(table, "people");
  const Column* number = FindColumn(table, "k");
  const Column* share = FindColumn(table, "share");
  const Column* complete = FindColumn(table, "complete");
  RetentionChart retention;
  size_t periods = 0;
  std::optional<int64_t> current;
  for (size_t row = 0; row < table.row_count(); ++row) {
    const int64_t cohort_day = IntAt(day, row).value_or(0);
    if (current != cohort_day) {
      current = cohort_day;
      retention.cohorts.push_back(
          {ReadableDay(cohort_day), IntAt(people, row).value_or(0), {}});
    }
    const auto k = static_cast<size_t>(IntAt(number, row).value_or(0));
    periods = std::max(periods, k + 1);
    if (k >= kPeriodsMax) continue;
    const bool whole = complete != nullptr && complete->cells[row] == Cell(true);
    const double part = NumberAt(share, row).value_or(0);
    auto& of_cohort = retention.cohorts.back().periods;
    of_cohort.resize(std::max(of_cohort.size(), k + 1));
    // Of a bucket that lies ahead nobody came back yet, which is no news.
    if (whole || part > 0) of_cohort[k] = {part, whole};
  }
  const size_t cohorts = retention.cohorts.size();
  if (cohorts > kCohortsMax) {
    retention.cohorts.erase(retention.cohorts.begin(),
                            retention.cohorts.end() - kCohortsMax);
  }
  retention.periods = std::min(periods, kPeriodsMax);
  NoteWhatIsLeftOut(retention.cohorts.size(), cohorts, "latest", "cohorts", chart);
  NoteWhatIsLeftOut(retention.periods, periods, "first", "periods", chart);
  bool has_incomplete = false;
  int64_t all_people = 0;
  for (const RetentionChart::Cohort& cohort : retention.cohorts) {
    all_people += cohort.people;
    for (const auto& period : cohort.periods) {
      has_incomplete = has_incomplete || (period.has_value() && !period->complete);
    }
  }
  if (has_incomplete) chart->notes.push_back("* The period is not wholly in the range.");
  chart->empty = retention.cohorts.empty();
  chart->summary =
      Cat("Retention of ", People(all_people), " in ", retention.cohorts.size(),
          retention.cohorts.size() == 1 ? " cohort" : " cohorts",
          ", by periods after the first.");
  chart->body = std::move(retention);
}

// The table that holds the counts of an NPS report: its total row, or the rows of a
// result that was made from it.
const Table* NpsCounts(const Result& result) {
  const Table* counts = result.total.has_value() ? &*result.total : &result.rows;
  for (const std::string_view name : {"answers", "promoters", "passives", "detractors"}) {
    if (FindColumn(*counts, name) == nullptr) return nullptr;
  }
  return counts;
}

void MakeNps(const Result& result, const Table& counts, Chart* chart) {
  NpsChart nps;
  if (counts.row_count() > 0) {
    nps.answers = IntAt(FindColumn(counts, "answers"), 0).value_or(0);
    nps.promoters = IntAt(FindColumn(counts, "promoters"), 0).value_or(0);
    nps.passives = IntAt(FindColumn(counts, "passives"), 0).value_or(0);
    nps.detractors = IntAt(FindColumn(counts, "detractors"), 0).value_or(0);
  }
  chart->empty = nps.answers <= 0;
  if (!chart->empty) {
    nps.nps = 100.0 * static_cast<double>(nps.promoters - nps.detractors) /
              static_cast<double>(nps.answers);
    chart->summary =
        Cat("Net promoter score ", ReadableNumber(std::round(nps.nps * 10) / 10),
            " from ", ReadableCount(nps.answers),
            nps.answers == 1 ? " answer: " : " answers: ", ReadableCount(nps.promoters),
            " promoters, ", ReadableCount(nps.passives), " passives, ",
            ReadableCount(nps.detractors), " detractors.");
  }
  const Column* score = FindColumn(result.rows, "score");
  if (score != nullptr && !chart->empty) {
    nps.scores.emplace();
    for (size_t row = 0; row < result.rows.row_count(); ++row) {
      const int64_t value = IntAt(score, row).value_or(-1);
      if (value >= 0 && value <= 10) ++(*nps.scores)[static_cast<size_t>(value)];
    }
  }
  chart->body = std::move(nps);
}

}  // namespace

void NoteWhatIsLeftOut(size_t shown, size_t all, std::string_view which,
                       std::string_view things, Chart* chart) {
  if (shown >= all) return;
  chart->notes.push_back(
      Cat("Only the ", which, " ", ReadableCount(static_cast<int64_t>(shown)), " of ",
          ReadableCount(static_cast<int64_t>(all)), " ", things, " are shown."));
}

const Column* FindColumn(const Table& table, std::string_view name) {
  for (const Column& column : table.columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

absl::StatusOr<Chart> MakeChart(const Result& result) {
  Chart chart;
  chart.title = MakeVisible(result.title.empty() ? result.report : result.title);
  chart.subtitle = MakeVisible(ReadableRange(result));
  const Table* nps = NpsCounts(result);
  if (HasFunnel(result)) {
    MakeFunnel(result, &chart);
  } else if (HasRetention(result)) {
    MakeRetention(result, &chart);
  } else if (nps != nullptr) {
    MakeNps(result, *nps, &chart);
  } else if (HasTrend(result.rows)) {
    MakeTrend(result, &chart);
  } else {
    return base::MakeError(
        absl::StatusCode::kInvalidArgument,
        Cat("the report '", chart.title.text,
            "' has no chart: funnels, retention and NPS reports have one, and tables "
            "whose first column is a time, with a number beside it"));
  }
  if (chart.empty) {
    chart.summary = "There is no data.";
    chart.notes.clear();
  }
  if (const uint64_t rows = result.suppressed_rows.value_or(0); rows > 0) {
    chart.notes.push_back(Cat("Not shown, as they speak of too few people: ",
                              ReadableCount(static_cast<int64_t>(rows)),
                              rows == 1 ? " row." : " rows."));
  }
  return chart;
}

}  // namespace footfall::report
