// Charts of results: what they show, as characters and as pictures.
#include <string>

#include "gtest/gtest.h"
#include "report/chart.h"
#include "report/chart_svg.h"
#include "report/chart_text.h"
#include "tests/report/charts/sample_results.h"

namespace footfall::report {
namespace {

using query::Cell;
using query::Column;
using query::ColumnType;

const std::vector<std::string> kSteps = {"view", "buy"};

std::string TextOf(const Result& result, size_t width = 80, bool ascii = false) {
  const auto text = FormatChart(result, {.width = width, .ascii = ascii});
  return text.ok() ? *text : text.status().ToString();
}

std::string SvgOf(const Result& result) {
  const auto svg = FormatSvg(result);
  return svg.ok() ? *svg : svg.status().ToString();
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A table of some columns without values.
Result TableOf(std::vector<Column> columns) {
  Result result;
  result.report = "r";
  result.kind = "table";
  result.rows.columns = std::move(columns);
  return result;
}

TEST(MakeChart, RefusesWhatHasNoChart) {
  const Result results[] = {
      TableOf({}),
      TableOf({{"person", ColumnType::kString, {}}, {"events", ColumnType::kInt64, {}}}),
      TableOf({{"day", ColumnType::kDate, {}}, {"person", ColumnType::kString, {}}}),
      TableOf({{"n", ColumnType::kInt64, {}}, {"day", ColumnType::kDate, {}}}),
  };
  for (const Result& result : results) {
    const auto chart = MakeChart(result);
    EXPECT_EQ(chart.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(Has(chart.status().ToString(), "the report 'r' has no chart"));
    EXPECT_EQ(FormatSvg(result).status(), chart.status());
    EXPECT_EQ(FormatChart(result).status(), chart.status());
  }
  // The members of a funnel are people, not steps.
  Result members = TableOf({{"person", ColumnType::kString, {"ana"}},
                            {"steps", ColumnType::kInt64, {int64_t{1}}}});
  members.kind = "funnel";
  EXPECT_FALSE(MakeChart(members).ok());
}

TEST(MakeChart, SumsUpWhatThereIsToSee) {
  const auto summary = [](const Result& result) { return MakeChart(result)->summary; };
  EXPECT_EQ(
      summary(SampleFunnel(kSteps, {{"", {1200, 300}}})),
      "Funnel of 2 steps: 1,200 people reached the first and 300 the last (25.0%).");
  EXPECT_EQ(summary(SampleFunnel(kSteps, {{"pro", {1, 0}}}, "plan")),
            "Funnel of 2 steps: 1 person reached the first and 0 the last (0.0%), for "
            "plan: pro.");
  EXPECT_EQ(summary(SampleTrend(31)),
            "4 lines from 1 Jan 2025 to 31 Jan 2025: dau, wau, mau, new_people.");
  EXPECT_EQ(summary(SampleNps({2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4})),
            "Net promoter score 33.3 from 6 answers: 4 promoters, 0 passives, 2 "
            "detractors.");
  EXPECT_EQ(summary(SampleRetention(1, 2, 1)),
            "Retention of 1,500 people in 1 cohort, by periods after the first.");
  EXPECT_EQ(summary(SampleTrend(0)), "There is no data.");
}

TEST(MakeChart, SaysWhatIsNotShown) {
  const Chart retention = *MakeChart(SampleRetention(80, 60, 3));
  EXPECT_EQ(retention.notes,
            (std::vector<std::string>{"Only the latest 36 of 80 cohorts are shown.",
                                      "Only the first 12 of 60 periods are shown.",
                                      "* The period is not wholly in the range."}));
  EXPECT_EQ(std::get<RetentionChart>(retention.body).cohorts.size(), 36u);
  EXPECT_EQ(std::get<RetentionChart>(retention.body).cohorts.back().name, "12 Apr 2027");

  const Chart trend = *MakeChart(SampleTrend(1003));
  EXPECT_EQ(trend.notes,
            std::vector<std::string>{"Only the latest 1,000 of 1,003 times are shown."});
  const auto& body = std::get<TrendChart>(trend.body);
  EXPECT_EQ(body.times_ms.size(), 1000u);
  EXPECT_EQ(body.panels[0].series[0].values.size(), 1000u);

  std::vector<FunnelSample> groups(40, {"g", {4, 2}});
  EXPECT_EQ(MakeChart(SampleFunnel(kSteps, groups, "plan"))->notes,
            std::vector<std::string>{"Only the largest 30 of 40 groups are shown."});
  EXPECT_TRUE(MakeChart(SampleFunnel(kSteps, {groups[0]}))->notes.empty());
}

TEST(MakeChart, SaysHowManyRowsAreSuppressed) {
  Result result = SampleTrend(0);
  result.suppressed_rows = 1;
  EXPECT_EQ(
      MakeChart(result)->notes,
      std::vector<std::string>{"Not shown, as they speak of too few people: 1 row."});
}

// Rows may be missing: those that speak of too few people.
TEST(MakeChart, PutsPeriodsWhereTheyBelong) {
  Result result = SampleRetention(2, 3, 0);
  for (Column& column : result.rows.columns) {
    column.cells.erase(column.cells.begin() + 3);  // k = 0 of the second cohort.
    column.cells.erase(column.cells.begin() + 1);  // k = 1 of the first.
  }
  const Chart chart = *MakeChart(result);
  const auto& cohorts = std::get<RetentionChart>(chart.body).cohorts;
  ASSERT_EQ(cohorts.size(), 2u);
  for (const auto& cohort : cohorts) ASSERT_LE(cohort.periods.size(), 3u);
  ASSERT_EQ(cohorts[0].periods.size(), 3u);
  EXPECT_TRUE(cohorts[0].periods[0].has_value());
  EXPECT_FALSE(cohorts[0].periods[1].has_value());
  EXPECT_TRUE(cohorts[0].periods[2].has_value());
  EXPECT_EQ(cohorts[1].name, "13 Oct 2025");
  EXPECT_FALSE(cohorts[1].periods[0].has_value());
  EXPECT_TRUE(cohorts[1].periods[1].has_value());
}

// The keys between the time and the numbers make a line each, the largest first.
TEST(MakeChart, DrawsALineForEachKey) {
  Column plan{"plan", ColumnType::kString, {}};
  Column people{"people", ColumnType::kInt64, {}};
  std::vector<int64_t> days;
  for (int64_t i = 0; i < 8; ++i) {
    days.push_back(20'000 + i / 8);
    plan.cells.push_back(i == 0 ? Cell() : Cell("p" + std::to_string(i)));
    people.cells.emplace_back(i);
  }
  days.push_back(19'999);
  plan.cells.emplace_back("p7");
  people.cells.emplace_back(Cell());
  Result result =
      TrendOf(days, {plan, people, {"more", ColumnType::kInt64, people.cells}});
  const Chart chart = *MakeChart(result);
  const auto& trend = std::get<TrendChart>(chart.body);
  ASSERT_EQ(trend.times_ms.size(), 2u);
  EXPECT_LT(trend.times_ms[0], trend.times_ms[1]);
  ASSERT_EQ(trend.panels.size(), 1u);
  ASSERT_EQ(trend.panels[0].series.size(), 6u);
  EXPECT_EQ(trend.panels[0].series[0].name.text, "p7");
  EXPECT_EQ(trend.panels[0].series[0].values,
            (std::vector<std::optional<double>>{std::nullopt, 7.0}));
  EXPECT_EQ(chart.notes, (std::vector<std::string>{
                             "The lines show people; the table has more columns.",
                             "Only the largest 6 of 8 lines are shown."}));
}

// Counts, durations and other numbers have no axis in common.
TEST(MakeChart, GivesEachUnitAPanel) {
  const std::vector<Cell> one = {int64_t{1}};
  const Chart chart = *MakeChart(TrendOf({20'000}, {{"a", ColumnType::kInt64, one},
                                                    {"b_ms", ColumnType::kInt64, one},
                                                    {"c", ColumnType::kDouble, one},
                                                    {"d", ColumnType::kInt64, one}}));
  const auto& panels = std::get<TrendChart>(chart.body).panels;
  ASSERT_EQ(panels.size(), 3u);
  EXPECT_EQ(panels[0].series.size(), 2u);
  EXPECT_EQ(panels[1].unit, TrendChart::Unit::kDuration);
  EXPECT_EQ(panels[2].unit, TrendChart::Unit::kNumber);
}

TEST(FormatChart, DrawsAFunnel) {
  EXPECT_EQ(TextOf(SampleFunnel({"view", "add", "buy"}, {{"", {12480, 6240, 0}}}), 64),
            "From product to purchase\n"
            "1 Jan 2025 to 31 Dec 2025, Europe/Paris\n"
            "\n"
            "                        people  of first  of previous     median\n"
            "1 view ███████████████  12,480    100.0%\n"
            "2 add  ███████▌          6,240     50.0%        50.0%  2 h 3 min\n"
            "3 buy                        0      0.0%         0.0%\n");
  // Where there is no room for a bar, columns at the end go.
  EXPECT_TRUE(Has(TextOf(SampleFunnel({"view", "buy"}, {{"", {3, 2}}}, "plan"), 40),
                  "\nplan:\n"
                  "                        people  of first\n"
                  "1 view ███████████████       3    100.0%\n"
                  "2 buy  ██████████            2     66.7%\n"));
}

TEST(FormatChart, DrawsRetention) {
  EXPECT_EQ(TextOf(SampleRetention(3, 4, 1), 60),
            "Weekly retention of new people\n"
            "1 Jan 2025 to 31 Dec 2025, Europe/Paris\n"
            "\n"
            "             people      0     +1     +2     +3\n"
            "6 Oct 2025    1,500 █ 98%  ▅ 59%  ▃ 40%  ▃ 36%*\n"
            "13 Oct 2025   1,956 █ 98%  ▅ 57%  ▄ 45%*\n"
            "20 Oct 2025   1,813 █ 98%  ▄ 56%*\n"
            "* The period is not wholly in the range.\n");
  EXPECT_TRUE(Has(TextOf(SampleRetention(3, 4, 1), 40, true),
                  "             people      0     +1     +2\n"
                  "6 Oct 2025    1,500   98%    59%    40%\n"
                  "13 Oct 2025   1,956   98%    57%    45%*\n"
                  "20 Oct 2025   1,813   98%    56%*\n"
                  "(3 of 4 periods fit the width)\n"));
}

TEST(FormatChart, DrawsATrend) {
  const Result result = TrendOf(
      {20'000, 20'001, 20'002, 20'003},
      {{"n", ColumnType::kInt64, {int64_t{0}, Cell(), int64_t{60}, int64_t{120}}}});
  EXPECT_EQ(TextOf(result, 40),
            "Active people by day\n"
            "1 Jan 2025 to 31 Dec 2025, Europe/Paris\n"
            "\n"
            "n\n"
            "150 │\n"
            "    │            ▆▆▆\n"
            "    │            ███\n"
            "    │        ▃▃▃ ███\n"
            "    │        ███ ███\n"
            "  0 │▁▁▁     ███ ███\n"
            "     4 Oct 2024  7 Oct 2024\n"
            "\n");
  EXPECT_TRUE(Has(TextOf(result, 40, true),
                  "150 |\n"
                  "    |            ###\n"
                  "    |            ###\n"
                  "    |            ###\n"
                  "    |        ### ###\n"
                  "  0 |        ### ###\n"));
}

// Of more days than cells each column is the mean of some.
TEST(FormatChart, DrawsMeansOfManyTimes) {
  Column n{"n", ColumnType::kInt64, {}};
  std::vector<int64_t> days;
  for (int64_t i = 0; i < 70; ++i) {
    days.push_back(20'000 + i);
    n.cells.emplace_back(i < 36 ? int64_t{0} : i % 2 * 12);
  }
  const std::string text = TextOf(TrendOf(days, {n}), 40);
  EXPECT_TRUE(Has(text,
                  "\n   │                  █████████████████\n"
                  " 0 │▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█████████████████\n"))
      << text;
  EXPECT_TRUE(text.ends_with("\nA column is the mean of up to 2 times.\n")) << text;
}

TEST(FormatChart, DrawsNps) {
  EXPECT_EQ(TextOf(SampleNps({1, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0}), 60),
            "Net promoter score\n"
            "1 Jan 2025 to 31 Dec 2025, Europe/Paris\n"
            "\n"
            "net promoter score 25 of 4 answers\n"
            "\n"
            "                                               people  share\n"
            "promoters (9, 10)   ████████████▌                   2  50.0%\n"
            "passives (7, 8)     ██████▎                         1  25.0%\n"
            "detractors (0 to 6) ██████▎                         1  25.0%\n"
            "\n"
            "                                                      people\n"
            " 0 ████████████████████████▌                               1\n"
            " 1                                                         0\n"
            " 2                                                         0\n"
            " 3                                                         0\n"
            " 4                                                         0\n"
            " 5                                                         0\n"
            " 6                                                         0\n"
            " 7 ████████████████████████▌                               1\n"
            " 8                                                         0\n"
            " 9 █████████████████████████████████████████████████       2\n"
            "10                                                         0\n");
}

TEST(FormatChart, SaysThatThereIsNoData) {
  const Result results[] = {SampleFunnel(kSteps, {{"", {0, 0}}}),
                            SampleFunnel(kSteps, {}, "plan"), SampleRetention(0, 8, 0),
                            SampleTrend(0), SampleNps(std::vector<int64_t>(11))};
  for (const Result& result : results) {
    EXPECT_TRUE(TextOf(result).ends_with("Europe/Paris\n\nNo data\n")) << TextOf(result);
    EXPECT_TRUE(Has(SvgOf(result), ">No data</text>"));
    EXPECT_TRUE(Has(SvgOf(result), "<desc>There is no data.</desc>"));
  }
}

// The cells of every line, for text of ASCII and blocks.
TEST(FormatChart, KeepsToTheWidth) {
  for (const auto& [name, result] : ChartSamples()) {
    for (const size_t width : {size_t{0}, size_t{40}, size_t{57}, size_t{100}}) {
      for (const bool ascii : {false, true}) {
        const std::string text = TextOf(result, width, ascii);
        size_t begin = 0;
        for (size_t end = text.find('\n'); end != std::string::npos;
             begin = end + 1, end = text.find('\n', begin)) {
          const std::string line = text.substr(begin, end - begin);
          EXPECT_LE(MakeVisible(line).width, std::max<size_t>(width, 40))
              << name << " of " << width << ": " << line;
        }
      }
    }
  }
}

TEST(FormatChart, DrawsWithAsciiAlone) {
  for (const Result& result :
       {SampleFunnel(kSteps, {{"", {12, 6}}}), SampleTrend(40), SampleRetention(5, 4, 1),
        SampleNps({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})}) {
    const std::string text = TextOf(result, 80, true);
    for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << text;
  }
}

TEST(FormatSvg, IsTheSameEveryTime) {
  for (const auto& [name, result] : ChartSamples()) {
    EXPECT_EQ(SvgOf(result), SvgOf(result)) << name;
  }
}

// Whoever sends events names steps and values.
TEST(FormatSvg, EscapesNames) {
  Result result = SampleFunnel(
      {"<script>x</script>", "a\"b'c&d\x01\x1b[2J\xff\u202e\ufffe"}, {{"", {2, 1}}});
  result.title = "</svg><script>";
  const std::string svg = SvgOf(result);
  EXPECT_FALSE(Has(svg, "<script"));
  EXPECT_TRUE(Has(svg, "1 &lt;script&gt;x&lt;/script&gt;"));
  EXPECT_TRUE(Has(svg, "a&quot;b&#39;c&amp;d\\x01\\x1b[2J\\xff\\u202e\\ufffe"));
  EXPECT_TRUE(Has(svg, "<title>&lt;/svg&gt;&lt;script&gt;, 1 Jan 2025"));
  for (const char c : svg) EXPECT_TRUE(c == '\n' || static_cast<uint8_t>(c) >= ' ');
}

TEST(FormatSvg, CutsLongNamesAndKeepsThemAsATitle) {
  const std::string name(100, 'w');
  const std::string svg = SvgOf(SampleFunnel({"view", name}, {{"", {2, 1}}}));
  EXPECT_TRUE(Has(svg, "<title>2 " + name + "</title>2 ww"));
  EXPECT_TRUE(Has(svg, "w…</text>"));
  EXPECT_FALSE(Has(svg, "<title>1 view"));
}

TEST(FormatSvg, HasNothingThatMailProgramsDrop) {
  for (const auto& [name, result] : ChartSamples()) {
    const std::string svg = SvgOf(result);
    // Sample names are escaped, so that what is found is markup.
    for (const char* part : {"<script", "<style", " style=", " class=", " id=", "href=",
                             "url(", "<image", "<foreignObject", "onload="}) {
      EXPECT_FALSE(Has(svg, part)) << name << ": " << part;
    }
    EXPECT_TRUE(
        svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"720\""));
    EXPECT_TRUE(Has(svg, " role=\"img\""));
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
  }
}

}  // namespace
}  // namespace footfall::report
