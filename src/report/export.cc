#include "report/export.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "base/json.h"
#include "base/strings.h"
#include "base/time.h"
#include "report/arrow_ipc.h"
#include "report/chart_svg.h"
#include "report/export_cell.h"
#include "report/html.h"
#include "report/visible_text.h"

namespace footfall::report {
namespace {

using query::Cell;
using query::Column;
using query::ColumnType;
using query::Table;

// The text of a value that is not missing, without quotes or escapes.
std::string ValueText(const Cell& cell, ColumnType type) {
  switch (type) {
    case ColumnType::kString:
      return std::string(std::get<query::Text>(cell).view());
    case ColumnType::kDouble:
      return base::FormatDouble(DoubleOf(cell));
    case ColumnType::kBool:
      return std::get<bool>(cell) ? "true" : "false";
    case ColumnType::kTimestamp:
      return base::FormatTime(std::get<int64_t>(cell));
    case ColumnType::kDate:
      return base::FormatDate(std::get<int64_t>(cell));
    case ColumnType::kInt64:
      break;
  }
  return std::to_string(std::get<int64_t>(cell));
}

// CSV as in RFC 4180: lines end in CRLF and the first holds the names. A missing value is
// an empty field and an empty string is "", so that a reader can tell them apart. Values
// are never altered, whatever a spreadsheet may make of them.
void AppendCsvText(std::string& out, std::string_view text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

std::string ExportCsv(const Table& table) {
  std::string out;
  for (const Column& column : table.columns) {
    if (!out.empty()) out += ',';
    AppendCsvText(out, column.name);
  }
  out += "\r\n";
  for (size_t row = 0; row < table.row_count(); ++row) {
    bool first = true;
    for (const Column& column : table.columns) {
      if (!first) out += ',';
      first = false;
      const Cell& cell = column.cells[row];
      if (!IsMissing(cell, column.type)) AppendCsvText(out, ValueText(cell, column.type));
    }
    out += "\r\n";
  }
  return out;
}

void AppendJsonCell(std::string& out, const Cell& cell, ColumnType type) {
  if (IsMissing(cell, type)) {
    out += "null";
  } else if (type == ColumnType::kString) {
    base::AppendJsonString(out, std::get<query::Text>(cell).view());
  } else if (type == ColumnType::kTimestamp || type == ColumnType::kDate) {
    base::AppendJsonString(out, ValueText(cell, type));
  } else {
    out += ValueText(cell, type);
  }
}

// One row as an object.
void AppendJsonRow(std::string& out, const Table& table, size_t row) {
  out += '{';
  bool first = true;
  for (const Column& column : table.columns) {
    if (!first) out += ',';
    first = false;
    base::AppendJsonString(out, column.name);
    out += ':';
    AppendJsonCell(out, column.cells[row], column.type);
  }
  out += '}';
}

std::string ExportNdjson(const Table& table) {
  std::string out;
  for (size_t row = 0; row < table.row_count(); ++row) {
    AppendJsonRow(out, table, row);
    out += '\n';
  }
  return out;
}

void AppendJsonBound(std::string& out, const std::optional<int64_t>& time_ms) {
  if (time_ms.has_value()) {
    base::AppendJsonString(out, base::FormatTime(*time_ms));
  } else {
    out += "null";
  }
}

// The result document, a line long.
std::string ExportJson(const Result& result) {
  std::string out = "{\"version\":1,\"report\":";
  base::AppendJsonString(out, result.report);
  out += ",\"kind\":";
  base::AppendJsonString(out, result.kind);
  out += ",\"now\":";
  AppendJsonBound(out, result.now_ms);
  out += ",\"range\":{\"from\":";
  AppendJsonBound(out, result.from_ms);
  out += ",\"to\":";
  AppendJsonBound(out, result.to_ms);
  out += "},\"timezone\":";
  base::AppendJsonString(out, result.timezone_name);
  if (result.previous_from_ms.has_value()) {
    out += ",\"previous_range\":{\"from\":";
    AppendJsonBound(out, result.previous_from_ms);
    out += ",\"to\":";
    AppendJsonBound(out, result.previous_to_ms);
    out += '}';
  }
  if (result.suppressed_rows.has_value()) {
    out += ",\"suppressed_rows\":";
    out += std::to_string(*result.suppressed_rows);
  }
  out += ",\"columns\":[";
  for (const Column& column : result.rows.columns) {
    if (out.back() != '[') out += ',';
    out += "{\"name\":";
    base::AppendJsonString(out, column.name);
    out += ",\"type\":";
    base::AppendJsonString(out, query::ColumnTypeName(column.type));
    out += '}';
  }
  out += "],\"rows\":[";
  for (size_t row = 0; row < result.rows.row_count(); ++row) {
    out += row == 0 ? "[" : ",[";
    bool first = true;
    for (const Column& column : result.rows.columns) {
      if (!first) out += ',';
      first = false;
      AppendJsonCell(out, column.cells[row], column.type);
    }
    out += ']';
  }
  out += "],\"total\":";
  if (result.total.has_value() && result.total->row_count() > 0) {
    AppendJsonRow(out, *result.total, 0);
  } else {
    out += "null";
  }
  out += "}\n";
  return out;
}

VisibleText TerminalCell(const Cell& cell, ColumnType type, absl::TimeZone zone) {
  if (IsMissing(cell, type)) return {};
  if (type == ColumnType::kTimestamp) {
    return MakeVisible(absl::FormatTime(
        "%Y-%m-%d %H:%M:%S %Ez", absl::FromUnixMillis(std::get<int64_t>(cell)), zone));
  }
  return MakeVisible(ValueText(cell, type));
}

// Columns side by side under their names, numbers to the right, and the number of rows at
// the end. Times are the zone's own, to the second and with their offset.
std::string ExportTable(const Result& result) {
  const Table& table = result.rows;
  const size_t rows = table.row_count();
  std::vector<std::vector<VisibleText>> columns;  // The name first, then the cells.
  std::vector<size_t> widths;
  for (const Column& column : table.columns) {
    std::vector<VisibleText>& texts = columns.emplace_back();
    texts.reserve(rows + 1);
    texts.push_back(MakeVisible(column.name));
    for (const Cell& cell : column.cells) {
      texts.push_back(TerminalCell(cell, column.type, result.timezone));
    }
    size_t& width = widths.emplace_back(0);
    for (const VisibleText& text : texts) width = std::max(width, text.width);
  }

  std::string out;
  const auto end_line = [&out] {
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  };
  for (size_t line = 0; line <= rows && !columns.empty(); ++line) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += "  ";
      const VisibleText& text = columns[i][line];
      const ColumnType type = table.columns[i].type;
      const bool right = type == ColumnType::kInt64 || type == ColumnType::kDouble;
      if (right) out.append(widths[i] - text.width, ' ');
      out += text.text;
      if (!right) out.append(widths[i] - text.width, ' ');
    }
    end_line();
    if (line > 0) continue;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += "  ";
      out.append(widths[i], '-');
    }
    end_line();
  }
  out += base::Cat("(", rows, rows == 1 ? " row)\n" : " rows)\n");
  return out;
}

}  // namespace

std::string Export(const Result& result, Format format) {
  switch (format) {
    case Format::kCsv:
      return ExportCsv(result.rows);
    case Format::kJson:
      return ExportJson(result);
    case Format::kNdjson:
      return ExportNdjson(result.rows);
    case Format::kArrow:
      return ArrowIpcStream(result.rows);
    case Format::kArrowFile:
      return ArrowIpcFile(result.rows);
    case Format::kHtml:
      return FormatHtmlPage(result);
    case Format::kTable:
    case Format::kSvg:
    case Format::kChart:
      break;
  }
  return ExportTable(result);
}

absl::StatusOr<std::string> FormatResult(const Result& result, Format format,
                                         const ChartTextOptions& chart) {
  if (format == Format::kSvg) return FormatSvg(result);
  if (format == Format::kChart) return FormatChart(result, chart);
  return Export(result, format);
}

}  // namespace footfall::report
