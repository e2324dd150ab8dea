#include "report/html.h"

#include <algorithm>
#include <string_view>

#include "absl/time/time.h"
#include "base/strings.h"
#include "base/time.h"
#include "report/export_cell.h"
#include "report/readable.h"
#include "report/svg.h"
#include "report/visible_text.h"

namespace footfall::report {
namespace {

using base::Cat;
using query::Cell;
using query::Column;
using query::ColumnType;
using query::Table;

constexpr std::string_view kTableStyle =
    "border-collapse:collapse;font-family:Arial,Helvetica,sans-serif;font-size:14px;"
    "color:#1f2328;background-color:#ffffff";
constexpr std::string_view kCellStyle = "padding:6px 12px;border:1px solid #d0d7de";

std::string Escaped(std::string_view text) { return XmlText(MakeVisible(text).text); }

std::string CellText(const Cell& cell, ColumnType type, absl::TimeZone zone) {
  if (IsMissing(cell, type)) return "";
  switch (type) {
    case ColumnType::kString:
      return Escaped(std::get<query::Text>(cell).view());
    case ColumnType::kDouble:
      return ReadableNumber(DoubleOf(cell));
    case ColumnType::kBool:
      return std::get<bool>(cell) ? "yes" : "no";
    case ColumnType::kTimestamp:
      return absl::FormatTime("%Y-%m-%d %H:%M:%S %Ez",
                              absl::FromUnixMillis(std::get<int64_t>(cell)), zone);
    case ColumnType::kDate:
      return base::FormatDate(std::get<int64_t>(cell));
    case ColumnType::kInt64:
      break;
  }
  return ReadableCount(std::get<int64_t>(cell));
}

std::string_view Alignment(ColumnType type) {
  return type == ColumnType::kInt64 || type == ColumnType::kDouble ? "right" : "left";
}

void AppendHeadings(const Table& table, std::string* out) {
  *out += "<thead><tr>";
  for (const Column& column : table.columns) {
    *out += Cat("<th scope=\"col\" style=\"", kCellStyle,
                ";background-color:#f6f8fa;text-align:", Alignment(column.type), "\">",
                Escaped(column.name), "</th>");
  }
  *out += "</tr></thead>\n";
}

void AppendRows(const Table& table, size_t rows, absl::TimeZone zone, std::string* out) {
  *out += "<tbody>\n";
  for (size_t row = 0; row < rows; ++row) {
    *out += "<tr>";
    for (const Column& column : table.columns) {
      *out += Cat("<td style=\"", kCellStyle, ";text-align:", Alignment(column.type),
                  "\">", CellText(column.cells[row], column.type, zone), "</td>");
    }
    *out += "</tr>\n";
  }
  if (rows == 0) {
    *out += Cat("<tr><td colspan=\"", std::max<size_t>(1, table.columns.size()),
                "\" style=\"", kCellStyle, "\">No data</td></tr>\n");
  }
  *out += "</tbody>";
}

void AppendRemark(std::string_view text, std::string* out) {
  *out += Cat("<p style=\"font-family:Arial,Helvetica,sans-serif;font-size:13px\">", text,
              "</p>\n");
}

// `caption` is HTML.
void AppendTable(const Table& table, size_t rows_max, absl::TimeZone zone,
                 std::string_view caption, std::string* out) {
  *out += Cat("<table style=\"", kTableStyle,
              "\">\n<caption style=\"text-align:left;padding:6px 0\">", caption,
              "</caption>\n");
  AppendHeadings(table, out);
  const size_t rows = std::min(table.row_count(), rows_max);
  AppendRows(table, rows, zone, out);
  *out += "\n</table>\n";
  if (rows < table.row_count()) {
    AppendRemark(Cat("The first ", ReadableCount(static_cast<int64_t>(rows)), " of ",
                     ReadableCount(static_cast<int64_t>(table.row_count())), " rows."),
                 out);
  }
}

std::string TitleOf(const Result& result) {
  return Escaped(result.title.empty() ? result.report : result.title);
}

}  // namespace

std::string FormatHtml(const Result& result, size_t rows_max) {
  std::string out;
  AppendTable(
      result.rows, rows_max, result.timezone,
      Cat("<strong>", TitleOf(result), "</strong><br>", Escaped(ReadableRange(result))),
      &out);
  if (const uint64_t rows = result.suppressed_rows.value_or(0); rows > 0) {
    AppendRemark(
        Cat("Not shown, as they speak of too few people: ",
            ReadableCount(static_cast<int64_t>(rows)), rows == 1 ? " row." : " rows."),
        &out);
  }
  if (result.total.has_value() && result.total->row_count() > 0) {
    AppendTable(*result.total, rows_max, result.timezone, "<strong>Total</strong>", &out);
  }
  return out;
}

std::string FormatHtmlPage(const Result& result) {
  return Cat("<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>",
             TitleOf(result), "</title></head>\n<body>\n", FormatHtml(result),
             "</body>\n</html>\n");
}

}  // namespace footfall::report
