#include "report/html.h"

#include <string>

#include "base/time.h"
#include "gtest/gtest.h"

namespace footfall::report {
namespace {

using query::Cell;
using query::ColumnType;

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

Result People() {
  Result result;
  result.report = "people";
  result.title = "People & their <events>";
  result.now_ms = 1'763'712'000'000;  // 2025-11-21T08:00:00Z
  result.timezone_name = "Europe/Paris";
  result.timezone = *base::LoadTimeZone("Europe/Paris");
  result.rows.columns = {
      {"person", ColumnType::kString, {"<b>ana</b>", Cell(), "x\x1b[2J\n"}},
      {"events", ColumnType::kInt64, {int64_t{1234567}, int64_t{-1234}, Cell()}},
      {"share", ColumnType::kDouble, {1.0 / 3, 1e300, Cell()}},
      {"known", ColumnType::kBool, {true, false, Cell()}},
      {"seen", ColumnType::kTimestamp, {result.now_ms, Cell(), Cell()}},
      {"day", ColumnType::kDate, {int64_t{20'413}, Cell(), Cell()}}};
  return result;
}

TEST(FormatHtml, ShowsEveryType) {
  const std::string html = FormatHtml(People());
  for (const char* cell :
       {">&lt;b&gt;ana&lt;/b&gt;</td>", ">1,234,567</td>", ">-1,234</td>", ">0.3333</td>",
        ">1e+300</td>", ">yes</td>", ">no</td>", ">2025-11-21 09:00:00 +01:00</td>",
        ">2025-11-21</td>", ">x\\x1b[2J\\n</td>"}) {
    EXPECT_TRUE(Has(html, cell)) << cell << "\n" << html;
  }
  EXPECT_EQ(Count(html, "<tr>"), 4u);
  EXPECT_EQ(Count(html, "<td"), 18u);
  EXPECT_EQ(Count(html, "text-align:right\"></td>"), 2u);  // Missing numbers.
}

TEST(FormatHtml, HasACaptionAndHeadings) {
  const std::string html = FormatHtml(People());
  EXPECT_TRUE(Has(html,
                  "<strong>People &amp; their &lt;events&gt;</strong><br>all events "
                  "up to 21 Nov 2025 09:00, Europe/Paris</caption>"));
  EXPECT_EQ(Count(html, "<th scope=\"col\""), 6u);
  EXPECT_FALSE(Has(html, "class="));
  EXPECT_FALSE(Has(html, "<style"));
}

TEST(FormatHtml, ShowsTheFirstRowsAndSaysSo) {
  const std::string html = FormatHtml(People(), 2);
  EXPECT_EQ(Count(html, "<tr>"), 3u);
  EXPECT_TRUE(Has(html, ">The first 2 of 3 rows.</p>"));
  EXPECT_FALSE(Has(FormatHtml(People(), 3), "The first"));
}

TEST(FormatHtml, ShowsTheTotalAsATable) {
  Result result = People();
  EXPECT_EQ(Count(FormatHtml(result), "<table"), 1u);
  result.total = query::Table{{{"answers", ColumnType::kInt64, {int64_t{3}}}}};
  const std::string html = FormatHtml(result);
  EXPECT_EQ(Count(html, "<table"), 2u);
  EXPECT_TRUE(Has(html, "<strong>Total</strong></caption>"));
  EXPECT_TRUE(Has(html, ">answers</th>"));
}

TEST(FormatHtml, SaysHowManyRowsAreSuppressed) {
  Result result = People();
  result.suppressed_rows = 0;
  EXPECT_FALSE(Has(FormatHtml(result), "too few people"));
  result.suppressed_rows = 2;
  EXPECT_TRUE(Has(FormatHtml(result),
                  ">Not shown, as they speak of too few people: 2 rows.</p>"));
}

TEST(FormatHtml, SaysThatThereIsNoData) {
  Result result = People();
  for (auto& column : result.rows.columns) column.cells.clear();
  EXPECT_TRUE(Has(FormatHtml(result), "<td colspan=\"6\""));
  EXPECT_TRUE(Has(FormatHtml(result), ">No data</td>"));
}

TEST(FormatHtmlPage, IsADocument) {
  const std::string page = FormatHtmlPage(People());
  EXPECT_TRUE(
      page.starts_with("<!doctype html>\n<html lang=\"en\">\n<head><meta "
                       "charset=\"utf-8\"><title>People &amp; their "
                       "&lt;events&gt;</title></head>\n<body>\n<table"));
  EXPECT_TRUE(page.ends_with("</table>\n</body>\n</html>\n"));
  EXPECT_TRUE(Has(page, FormatHtml(People())));
}

}  // namespace
}  // namespace footfall::report
