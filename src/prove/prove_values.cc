// Values, buckets, and tables: types, order, comparison.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/strings.h"
#include "base/time.h"
#include "prove/prove_run.h"

namespace footfall::prove {
namespace {

using query::Cell;
using query::Column;
using query::ColumnType;
using query::Table;

bool IsMissing(const Cell& cell) { return std::holds_alternative<std::monostate>(cell); }

std::string CellText(const Cell& cell) {
  if (IsMissing(cell)) return "-";
  if (const bool* v = std::get_if<bool>(&cell)) return *v ? "true" : "false";
  if (const double* v = std::get_if<double>(&cell)) return base::FormatDouble(*v);
  if (const int64_t* v = std::get_if<int64_t>(&cell)) return std::to_string(*v);
  std::string text;
  base::AppendJsonString(text, std::get<query::Text>(cell).view());
  return text.size() > 60 ? base::Cat(text.substr(0, 60), "... ", text.size()) : text;
}

bool SameCell(const Cell& a, const Cell& b) {
  const double* x = std::get_if<double>(&a);
  const double* y = std::get_if<double>(&b);
  if (x == nullptr || y == nullptr) return a == b;
  return std::fabs(*x - *y) <= 1e-9 * std::max({1.0, std::fabs(*x), std::fabs(*y)});
}

// Sorts by all columns, so that the place of a row tells nothing.
Table Canonical(const Table& table) {
  Table sorted = table;
  std::vector<SortKey> keys;
  for (size_t i = 0; i < table.columns.size(); ++i) keys.push_back({i, false});
  SortRows(sorted, keys);
  return sorted;
}

std::string CellDifference(const Table& actual, const Table& expected) {
  for (size_t row = 0; row < expected.row_count(); ++row) {
    for (size_t i = 0; i < expected.columns.size(); ++i) {
      const Cell& a = actual.columns[i].cells[row];
      const Cell& b = expected.columns[i].cells[row];
      if (SameCell(a, b)) continue;
      return base::Cat("row ", row, ", column ", expected.columns[i].name, ": ",
                       CellText(a), " instead of ", CellText(b));
    }
  }
  return "";
}

}  // namespace

std::optional<std::string> TextOf(const Json& value) {
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_int()) return std::to_string(value.as_int());
  if (value.is_double()) return base::FormatDouble(value.as_double());
  if (value.is_string()) return value.as_string();
  return std::nullopt;
}

int64_t BucketOf(const std::string& bucket, int64_t time_ms, absl::TimeZone zone) {
  if (bucket == "hour") return base::HourStart(time_ms, zone);
  const int64_t day = base::LocalDay(time_ms, zone);
  // 1970-01-05 was a Monday.
  if (bucket == "week") return day - ((day - 4) % 7 + 7) % 7;
  return bucket == "month" ? base::MonthOf(day) : day;
}

int64_t BucketEnd(const std::string& bucket, int64_t day, absl::TimeZone zone) {
  int64_t next = day + 1;
  if (bucket == "week") next = day + 7;
  if (bucket == "month") {
    while (base::MonthOf(next) == day) ++next;
  }
  return base::DayStart(next, zone);
}

void Values::Meet(const Json& value) {
  if (value.is_bool()) kinds_.insert('b');
  if (value.is_int()) kinds_.insert('i');
  if (value.is_double()) kinds_.insert('d');
  if (value.is_string()) kinds_.insert('s');
}

void Values::Add(const Json& value) {
  Meet(value);
  values_.push_back(value);
}

Column Values::Take() {
  const bool numbers = !kinds_.empty() && !kinds_.contains('b') && !kinds_.contains('s');
  column_.type = is_time_                           ? ColumnType::kTimestamp
                 : kinds_ == std::set<char>{'b'}    ? ColumnType::kBool
                 : numbers && !kinds_.contains('d') ? ColumnType::kInt64
                 : numbers                          ? ColumnType::kDouble
                                                    : ColumnType::kString;
  for (const Json& value : values_) {
    Cell cell;
    if (!TextOf(value).has_value()) {
      cell = std::monostate();
    } else if (column_.type == ColumnType::kString) {
      cell = query::Text(*TextOf(value));
    } else if (column_.type == ColumnType::kDouble) {
      cell = value.as_double();
    } else if (column_.type == ColumnType::kBool) {
      cell = value.as_bool();
    } else {
      cell = value.as_int();
    }
    column_.cells.push_back(cell);
  }
  return std::move(column_);
}

int CompareCells(const Cell& a, const Cell& b, bool descending) {
  if (IsMissing(a) || IsMissing(b)) return IsMissing(a) - IsMissing(b);
  int compared = 0;
  if (const bool* v = std::get_if<bool>(&a)) {
    compared = *v - std::get<bool>(b);
  } else if (const int64_t* n = std::get_if<int64_t>(&a)) {
    compared = *n < std::get<int64_t>(b) ? -1 : *n > std::get<int64_t>(b);
  } else if (const double* d = std::get_if<double>(&a)) {
    compared = *d < std::get<double>(b) ? -1 : *d > std::get<double>(b);
  } else {
    compared = std::get<query::Text>(a).view().compare(std::get<query::Text>(b).view());
  }
  return descending ? -compared : compared;
}

void SortRows(Table& table, const std::vector<SortKey>& keys) {
  std::vector<size_t> order(table.row_count());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    for (const SortKey& key : keys) {
      const std::vector<Cell>& cells = table.columns[key.column].cells;
      const int compared = CompareCells(cells[a], cells[b], key.descending);
      if (compared != 0) return compared < 0;
    }
    return false;
  });
  for (Column& column : table.columns) {
    std::vector<Cell> cells;
    for (const size_t row : order) cells.push_back(column.cells[row]);
    column.cells = cells;
  }
}

void KeepRows(Table& table, size_t count) {
  for (Column& column : table.columns) {
    if (column.cells.size() > count) column.cells.resize(count);
  }
}

std::string ToText(const Table& table) {
  std::string text;
  for (const Column& column : table.columns) {
    text += base::Cat(column.name, ":", query::ColumnTypeName(column.type), " ");
  }
  for (size_t row = 0; row < table.row_count(); ++row) {
    text += '\n';
    for (const Column& column : table.columns) text += CellText(column.cells[row]) + " ";
  }
  return text + '\n';
}

std::string Difference(const Table& actual, const Table& expected, bool any_order) {
  if (actual.columns.size() != expected.columns.size()) {
    return base::Cat(actual.columns.size(), " columns instead of ",
                     expected.columns.size());
  }
  for (size_t i = 0; i < expected.columns.size(); ++i) {
    const Column& a = actual.columns[i];
    const Column& b = expected.columns[i];
    if (a.name != b.name || a.type != b.type) {
      return base::Cat("column ", i, " is ", a.name, ":", query::ColumnTypeName(a.type),
                       " instead of ", b.name, ":", query::ColumnTypeName(b.type));
    }
    if (a.cells.size() != b.cells.size()) {
      return base::Cat(a.cells.size(), " rows instead of ", b.cells.size());
    }
  }
  const std::string difference = CellDifference(actual, expected);
  if (difference.empty() || !any_order) return difference;
  return CellDifference(Canonical(actual), Canonical(expected));
}

}  // namespace footfall::prove
