// Numbers of events: integers and doubles, compared exactly.
#ifndef FOOTFALL_QUERY_NUMBER_H_
#define FOOTFALL_QUERY_NUMBER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "model/event.h"
#include "query/block_view.h"
#include "query/table.h"
#include "store/block.h"

namespace footfall::query {

struct Number {
  bool is_double = false;
  int64_t integer = 0;
  double real = 0;

  static Number Of(int64_t value) { return {.integer = value}; }
  static Number Of(double value) { return {.is_double = true, .real = value}; }
  static Number Of(const model::Value& value) {
    return value.kind == model::Value::Kind::kDouble ? Of(value.number)
                                                     : Of(value.integer);
  }
  double as_double() const { return is_double ? real : static_cast<double>(integer); }
  bool operator<(const Number& other) const {
    if (!is_double && !other.is_double) return integer < other.integer;
    const auto wide = [](const Number& n) {
      return n.is_double ? static_cast<long double>(n.real)
                         : static_cast<long double>(n.integer);
    };
    return wide(*this) < wide(other);
  }
};

// Calls `visit(row, number)` for the numbers among the rows of a mask.
template <typename Visit>
void ForEachNumber(const store::BlockColumn& column, const uint64_t* mask, size_t rows,
                   Visit visit) {
  using Form = store::BlockColumn::Form;
  switch (column.form) {
    case Form::kMissing:
      return;
    case Form::kIntegers:
    case Form::kDoubles:
      ForEachRow(mask, 0, rows, [&](size_t row) {
        if (column.present != nullptr && !TestBit(column.present, row)) return;
        if (column.form == Form::kIntegers) {
          visit(row, Number::Of(column.integers[row]));
        } else {
          visit(row, Number::Of(column.doubles[row]));
        }
      });
      return;
    case Form::kCodes8:
    case Form::kCodes32:
      ForEachRow(mask, 0, rows, [&](size_t row) {
        const model::Value& value = column.values[CodeAt(column, row)];
        if (value.is_number()) visit(row, Number::Of(value));
      });
      return;
  }
}

// Makes a column of numbers: int64 unless one of them is a double.
class NumberColumn {
 public:
  NumberColumn(size_t size, bool any_double, bool is_time) : any_double_(any_double) {
    column_.type = is_time      ? ColumnType::kTimestamp
                   : any_double ? ColumnType::kDouble
                                : ColumnType::kInt64;
    column_.cells.resize(size);
  }
  void Set(size_t at, const Number& number) {
    if (any_double_) {
      column_.cells[at] = number.as_double();
    } else {
      column_.cells[at] = number.integer;
    }
  }
  Column Take() { return std::move(column_); }

 private:
  bool any_double_;
  Column column_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_NUMBER_H_
