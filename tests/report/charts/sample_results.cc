#include "tests/report/charts/sample_results.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "base/strings.h"
#include "base/time.h"

namespace footfall::report {
namespace {

using query::Cell;
using query::Column;
using query::ColumnType;

constexpr int64_t kOctober = 20'367;  // 2025-10-06, a Monday.
constexpr int64_t kDayMs = 86'400'000;

Result Base(std::string name, std::string title, std::string kind) {
  Result result;
  result.report = std::move(name);
  result.title = std::move(title);
  result.kind = std::move(kind);
  result.timezone_name = "Europe/Paris";
  result.timezone = *base::LoadTimeZone("Europe/Paris");
  result.from_ms = *base::ParseTime("2025-01-01", result.timezone);
  result.to_ms = *base::ParseTime("2026-01-01", result.timezone);
  result.now_ms = *result.to_ms;
  return result;
}

Cell Share(int64_t part, int64_t whole) {
  return whole == 0 ? Cell()
                    : Cell(static_cast<double>(part) / static_cast<double>(whole));
}

Column Text(std::string name) { return {std::move(name), ColumnType::kString, {}}; }
Column Int(std::string name) { return {std::move(name), ColumnType::kInt64, {}}; }
Column Double(std::string name) { return {std::move(name), ColumnType::kDouble, {}}; }
Column Date(std::string name) { return {std::move(name), ColumnType::kDate, {}}; }

// A number in [0, 1) that looks like chance and is the same everywhere.
double Noise(size_t i) { return static_cast<double>(i * 2654435761u % 1000) / 1000; }

Result Hostile(Result result) {
  result.title = "<script>alert(1)</script> & \"quoted\" 'title' \x1b[2J \xff]]>";
  return result;
}

Result SampleByPlan() {
  Result result = Base("weekly-by-plan", "Weekly active people by plan", "table");
  Column week = Date("week");
  Column plan = Text("properties.plan");
  Column people = Int("people");
  const std::pair<Cell, int> plans[] = {
      {"free", 900}, {"pro", 420}, {"team", 260}, {"enterprise", 90}, {Cell(), 25}};
  for (size_t i = 0; i < 26; ++i) {
    for (const auto& [name, size] : plans) {
      week.cells.emplace_back(kOctober - 182 + 7 * static_cast<int64_t>(i));
      plan.cells.push_back(name);
      people.cells.emplace_back(static_cast<int64_t>(
          size * (0.7 + 0.02 * static_cast<double>(i) + 0.15 * Noise(i * 7 + size))));
    }
  }
  result.rows.columns = {week, plan, people};
  return result;
}

Result SampleHours() {
  Result result = Base("by-hour", "Requests and their time by hour", "table");
  Column hour{"hour", ColumnType::kTimestamp, {}};
  Column requests = Int("requests");
  Column time = Int("p95_ms");
  Column share = Double("failed share");
  // Across the hour that the last Sunday of October repeats.
  const int64_t first = *base::ParseTime("2025-10-25T12:00:00Z", absl::UTCTimeZone());
  for (size_t i = 0; i < 30; ++i) {
    if (i == 7) continue;
    hour.cells.emplace_back(first + static_cast<int64_t>(i) * 3'600'000);
    requests.cells.emplace_back(static_cast<int64_t>(
        2'000'000 + 1'500'000 * std::sin(static_cast<double>(i) / 4)));
    time.cells.emplace_back(
        i % 9 == 4 ? Cell() : Cell(static_cast<int64_t>(400'000 * Noise(i + 3))));
    share.cells.emplace_back(0.02 * Noise(i) - 0.004);
  }
  result.rows.columns = {hour, requests, time, share};
  return result;
}

}  // namespace

Result SampleFunnel(const std::vector<std::string>& names,
                    const std::vector<FunnelSample>& groups, const std::string& field) {
  Result result = Base("checkout", "From product to purchase", "funnel");
  Column value = Text(field);
  Column step = Int("step");
  Column name = Text("name");
  Column people = Int("people");
  Column of_first = Double("share_of_first");
  Column of_previous = Double("share_of_previous");
  Column median = Int("median_ms");
  Column p90 = Int("p90_ms");
  for (const FunnelSample& group : groups) {
    for (size_t i = 0; i < names.size(); ++i) {
      const int64_t count = group.people[i];
      value.cells.emplace_back(group.value);
      step.cells.emplace_back(static_cast<int64_t>(i + 1));
      name.cells.emplace_back(names[i]);
      people.cells.emplace_back(count);
      of_first.cells.push_back(Share(count, group.people[0]));
      of_previous.cells.push_back(Share(count, group.people[i == 0 ? 0 : i - 1]));
      const bool timed = i > 0 && count > 0;
      median.cells.push_back(timed ? Cell(static_cast<int64_t>(i) * 7'384'000) : Cell());
      p90.cells.push_back(timed ? Cell(static_cast<int64_t>(i) * 87'654'321) : Cell());
    }
  }
  if (!field.empty()) result.rows.columns.push_back(value);
  for (Column* column : {&step, &name, &people, &of_first, &of_previous, &median, &p90}) {
    result.rows.columns.push_back(*column);
  }
  return result;
}

Result SampleRetention(size_t cohorts, size_t periods, size_t incomplete) {
  Result result = Base("weekly-retention", "Weekly retention of new people", "retention");
  Column cohort = Date("cohort");
  Column people = Int("people");
  Column number = Int("k");
  Column returned = Int("returned");
  Column share = Double("share");
  Column complete{"complete", ColumnType::kBool, {}};
  for (size_t i = 0; i < cohorts; ++i) {
    const auto count = static_cast<int64_t>(1500 + 600 * Noise(i));
    for (size_t k = 0; k < periods; ++k) {
      const bool ahead = i + k > cohorts;
      const double part =
          k == 0 ? 0.98
                 : 0.55 / std::sqrt(static_cast<double>(k)) + 0.06 * Noise(i + 31 * k);
      const auto came =
          ahead ? 0 : static_cast<int64_t>(part * static_cast<double>(count));
      cohort.cells.emplace_back(kOctober + 7 * static_cast<int64_t>(i));
      people.cells.emplace_back(count);
      number.cells.emplace_back(static_cast<int64_t>(k));
      returned.cells.emplace_back(came);
      share.cells.push_back(Share(came, count));
      complete.cells.emplace_back(i + k + incomplete < cohorts + 1);
    }
  }
  result.rows.columns = {cohort, people, number, returned, share, complete};
  return result;
}

Result TrendOf(std::vector<int64_t> days, std::vector<Column> columns) {
  Result result = Base("active-users", "Active people by day", "table");
  Column day = Date("day");
  for (const int64_t one : days) day.cells.emplace_back(one);
  result.rows.columns.push_back(std::move(day));
  for (Column& column : columns) result.rows.columns.push_back(std::move(column));
  return result;
}

Result SampleTrend(size_t days) {
  Column dau = Int("dau");
  Column wau = Int("wau");
  Column mau = Int("mau");
  Column fresh = Int("new_people");
  std::vector<int64_t> dates;
  for (size_t i = 0; i < days; ++i) {
    dates.push_back(kOctober - 278 + static_cast<int64_t>(i));
    const double growth = 1 + static_cast<double>(i) / 300;
    const double week = dates.back() % 7 == 2 || dates.back() % 7 == 3 ? 0.45 : 1;
    dau.cells.emplace_back(
        static_cast<int64_t>(820 * growth * week * (0.9 + 0.2 * Noise(i))));
    wau.cells.emplace_back(
        static_cast<int64_t>(2100 * growth * (0.97 + 0.06 * Noise(i))));
    mau.cells.emplace_back(
        static_cast<int64_t>(3900 * growth * (0.99 + 0.02 * Noise(i))));
    fresh.cells.emplace_back(static_cast<int64_t>(60 * week * (0.5 + Noise(i + 5))));
  }
  return TrendOf(std::move(dates), {dau, wau, mau, fresh});
}

Result SampleNps(const std::vector<int64_t>& by_score) {
  Result result = Base("nps", "Net promoter score", "nps");
  Column person = Text("person");
  Column score = Int("score");
  for (size_t value = 0; value < by_score.size(); ++value) {
    for (int64_t i = 0; i < by_score[value]; ++i) {
      person.cells.emplace_back(base::Cat("p-", value, "-", i));
      score.cells.emplace_back(static_cast<int64_t>(value));
    }
  }
  result.rows.columns = {person, score};
  const auto sum = [&](size_t begin, size_t end) {
    return std::accumulate(by_score.begin() + static_cast<int64_t>(begin),
                           by_score.begin() + static_cast<int64_t>(end), int64_t{0});
  };
  const int64_t answers = sum(0, 11);
  const int64_t promoters = sum(9, 11);
  const int64_t detractors = sum(0, 7);
  result.total = query::Table{
      {{"answers", ColumnType::kInt64, {answers}},
       {"promoters", ColumnType::kInt64, {promoters}},
       {"passives", ColumnType::kInt64, {sum(7, 9)}},
       {"detractors", ColumnType::kInt64, {detractors}},
       {"nps",
        ColumnType::kDouble,
        {answers == 0 ? Cell()
                      : Cell(100.0 * static_cast<double>(promoters - detractors) /
                             static_cast<double>(answers))}}}};
  return result;
}

std::vector<std::pair<std::string, Result>> ChartSamples() {
  const std::vector<std::string> shop = {"view_item", "add_to_cart", "begin_checkout",
                                         "purchase"};
  const std::vector<std::string> hard = {
      "<b>bold</b> & \"quoted\"",
      "a\x1b[31mred\u202eturned\xff",
      "日本語の手順の名前はとても長いのでここで切られます",
      std::string(300, 'W'),
      "emoji 🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉",
      ""};
  std::vector<std::string> many;
  std::vector<int64_t> falling;
  for (int64_t i = 1; i <= 20; ++i) {
    many.push_back(base::Cat("step number ", i));
    falling.push_back(9'000'000'000'000 / i);
  }
  Result one_day = SampleTrend(1);
  Result weeks = SampleTrend(400);
  weeks.to_ms.reset();
  Result counts_only = SampleNps({1, 0, 0, 0, 2, 1, 3, 9, 12, 20, 31});
  counts_only.rows = *counts_only.total;
  counts_only.total.reset();
  constexpr double kHuge = std::numeric_limits<double>::max();
  std::vector<std::pair<std::string, Result>> samples;
  const auto add = [&](std::string name, Result result) {
    samples.emplace_back(std::move(name), std::move(result));
  };
  add("funnel", SampleFunnel(shop, {{"", {12'480, 7'215, 3'904, 2'731}}}));
  add("funnel-groups", SampleFunnel(shop,
                                    {{"free", {9'120, 4'480, 2'003, 1'190}},
                                     {"pro", {2'650, 2'105, 1'500, 1'242}},
                                     {"team", {710, 630, 401, 299}}},
                                    "properties.plan"));
  add("funnel-many-steps",
      SampleFunnel(many, {{"a", falling}, {"b", falling}, {"c", falling}, {"d", falling}},
                   "properties.a_field_with_a_name_that_is_long"));
  add("funnel-hostile",
      Hostile(SampleFunnel(hard, {{"<i>&", {6, 5, 4, 3, 2, 1}}, {"", {5, 5, 0, 0, 0, 0}}},
                           "properties.<x>")));
  add("funnel-nobody", SampleFunnel(shop, {{"", {0, 0, 0, 0}}}));
  add("funnel-empty", SampleFunnel(shop, {}, "properties.plan"));
  add("retention", SampleRetention(10, 8, 1));
  add("retention-many", SampleRetention(80, 60, 3));
  add("retention-empty", SampleRetention(0, 8, 0));
  add("trend", SampleTrend(365));
  add("trend-keys", SampleByPlan());
  add("trend-hours", SampleHours());
  add("trend-one-day", std::move(one_day));
  add("trend-two-days", SampleTrend(2));
  add("trend-open-range", std::move(weeks));
  add("trend-empty", SampleTrend(0));
  add("trend-no-values", TrendOf({kOctober}, {{"n", ColumnType::kInt64, {Cell()}}}));
  add("trend-huge",
      TrendOf({kOctober, kOctober + 1, kOctober + 40'000},
              {{std::string(120, 'n') + "<&>", ColumnType::kDouble, {kHuge, -kHuge, 0.0}},
               {"most",
                ColumnType::kInt64,
                {std::numeric_limits<int64_t>::max(), Cell(),
                 std::numeric_limits<int64_t>::min()}},
               {"least_ms", ColumnType::kInt64, {int64_t{0}, int64_t{0}, int64_t{0}}}}));
  add("nps", SampleNps({3, 1, 2, 4, 6, 13, 18, 41, 77, 92, 118}));
  add("nps-counts", std::move(counts_only));
  add("nps-one", SampleNps({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
  add("nps-empty", SampleNps(std::vector<int64_t>(11)));
  return samples;
}

}  // namespace footfall::report
