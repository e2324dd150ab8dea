#include "report/row_keys.h"

#include <cmath>
#include <numeric>
#include <variant>

#include "base/strings.h"
#include "base/time.h"
#include "report/export_cell.h"

namespace footfall::report {
namespace {

using Columns = std::vector<size_t>;

Columns First(size_t count) {
  Columns columns(count);
  std::iota(columns.begin(), columns.end(), size_t{0});
  return columns;
}

struct KeysOf {
  Columns operator()(const query::TablePlan& body) const {
    return First(body.rows.size());
  }
  Columns operator()(const query::SessionsPlan& body) const {
    return First(body.columns.empty() ? 2 : body.rows.size());
  }
  Columns operator()(const query::FunnelPlan& body) const {
    if (body.members) return First(1);
    return First(body.break_down.has_value() ? 3 : 2);
  }
  Columns operator()(const query::RetentionPlan&) const { return {0, 2}; }
  Columns operator()(const query::PathsPlan&) const { return First(3); }
  Columns operator()(const query::CoursesPlan&) const { return First(2); }
  Columns operator()(const query::ContentPlan&) const { return {0, 2}; }
  Columns operator()(const query::RageClicksPlan&) const { return First(2); }
  Columns operator()(const query::DeadClicksPlan&) const { return First(2); }
  // The others have a row for each person, page, day...
  template <typename Body>
  Columns operator()(const Body&) const {
    return First(1);
  }
};

}  // namespace

Columns KeyColumns(const query::Plan& plan) { return std::visit(KeysOf(), plan.body); }

std::string CellKey(const query::Cell& cell) {
  if (const bool* v = std::get_if<bool>(&cell)) return *v ? "t" : "f";
  if (const int64_t* v = std::get_if<int64_t>(&cell)) return base::Cat("n", *v);
  if (const double* v = std::get_if<double>(&cell)) {
    return std::isfinite(*v) ? base::Cat("n", base::FormatDouble(*v)) : "";
  }
  if (const auto* v = std::get_if<query::Text>(&cell)) {
    return base::Cat("s", v->view().size(), ":", v->view());
  }
  return "";
}

std::string RowKeyText(const query::Table& table, const Columns& columns, size_t row) {
  std::string text;
  for (const size_t at : columns) {
    text += CellKey(table.columns[at].cells[row]);
    text += '|';
  }
  return text;
}

base::Json CellToJson(const query::Column& column, size_t row) {
  const query::Cell& cell = column.cells[row];
  if (IsMissing(cell, column.type)) return base::Json();
  switch (column.type) {
    case query::ColumnType::kString:
      return std::get<query::Text>(cell).view();
    case query::ColumnType::kInt64:
      return std::get<int64_t>(cell);
    case query::ColumnType::kDouble:
      return DoubleOf(cell);
    case query::ColumnType::kBool:
      return std::get<bool>(cell);
    case query::ColumnType::kTimestamp:
      return base::FormatTime(std::get<int64_t>(cell));
    case query::ColumnType::kDate:
      break;
  }
  return base::FormatDate(std::get<int64_t>(cell));
}

base::Json RowKeyToJson(const query::Table& table, const Columns& columns, size_t row) {
  base::Json json = base::Json::MakeObject();
  for (const size_t at : columns) {
    json.Set(table.columns[at].name, CellToJson(table.columns[at], row));
  }
  return json;
}

}  // namespace footfall::report
