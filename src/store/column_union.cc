#include "store/column_union.h"

#include <algorithm>
#include <numeric>
#include <type_traits>

namespace footfall::store {
namespace {

using Form = BlockColumn::Form;
using Kind = model::Value::Kind;

constexpr size_t kCodes8Max = 256;

bool IsCodes(const BlockColumn& column) {
  return column.form == Form::kCodes8 || column.form == Form::kCodes32;
}

uint32_t CodeAt(const BlockColumn& column, size_t row) {
  return column.form == Form::kCodes8 ? column.codes8[row] : column.codes32[row];
}

bool IsPresent(const BlockColumn& column, size_t row) {
  return column.present == nullptr || (column.present[row / 64] >> (row % 64) & 1) != 0;
}

// Whether the source's values are all of `kind`, which `form` has the numbers of.
bool HasOnly(const BlockColumn& column, Form form, Kind kind) {
  if (column.form == form || column.form == Form::kMissing) return true;
  return IsCodes(column) &&
         std::all_of(column.values.begin() + 1, column.values.end(),
                     [kind](const model::Value& value) { return value.kind == kind; });
}

// Whether all rows can be `form`, which some source has.
bool CanBe(std::span<const SourceColumn> sources, Form form, Kind kind) {
  bool some = false;
  for (const SourceColumn& source : sources) {
    some = some || source.column->form == form;
  }
  return some && std::all_of(sources.begin(), sources.end(),
                             [form, kind](const SourceColumn& source) {
                               return HasOnly(*source.column, form, kind);
                             });
}

// What values there are at most.
struct ValueCounts {
  size_t with_id = 0;
  size_t without_id = 0;
  // Texts stand with an id in one place and may stand without in another.
  bool mixed = false;
};
ValueCounts CountValues(std::span<const SourceColumn> sources) {
  ValueCounts counts;
  bool text_without_id = false;
  for (const SourceColumn& source : sources) {
    const BlockColumn& column = *source.column;
    if (column.form == Form::kIntegers || column.form == Form::kDoubles) {
      counts.without_id += source.rows;
      continue;
    }
    for (size_t i = 1; i < column.values.size(); ++i) {
      const bool has_id = column.value_ids[i] != kNoValueId;
      ++(has_id ? counts.with_id : counts.without_id);
      text_without_id = text_without_id || (!has_id && column.values[i].is_string());
    }
  }
  counts.mixed = counts.with_id > 0 && text_without_id;
  return counts;
}

}  // namespace

const BlockColumn& ColumnUnion::Unite(std::span<const SourceColumn> sources,
                                      std::span<const RowRange> ranges, size_t rows) {
  ranges_ = ranges;
  rows_ = rows;
  column_ = BlockColumn();
  const bool missing = std::all_of(
      sources.begin(), sources.end(),
      [](const SourceColumn& source) { return source.column->form == Form::kMissing; });
  if (missing) return column_;
  if (CanBe(sources, Form::kIntegers, Kind::kInt)) {
    column_.form = Form::kIntegers;
    column_.integers = GatherNumbers(sources, integers_);
    column_.present = GatherPresent(sources);
  } else if (CanBe(sources, Form::kDoubles, Kind::kDouble)) {
    column_.form = Form::kDoubles;
    column_.doubles = GatherNumbers(sources, doubles_);
    column_.present = GatherPresent(sources);
  } else {
    UniteCodes(sources);
  }
  return column_;
}

const BlockColumn& ColumnUnion::WithoutValues() {
  if (missing_.size() < column_.values.size()) missing_.resize(column_.values.size());
  column_.values = std::span<const model::Value>(missing_).first(column_.values.size());
  return column_;
}

void ColumnUnion::UniteCodes(std::span<const SourceColumn> sources) {
  UniteValues(sources);
  column_.values = values_.values();
  column_.value_ids = values_.ids();
  if (column_.values.size() <= kCodes8Max) {
    tables8_.assign(tables_.begin(), tables_.end());
    column_.form = Form::kCodes8;
    column_.codes8 = codes8_.Make(rows_);
    GatherCodes<uint8_t>(sources, tables8_, codes8_.data());
  } else {
    column_.form = Form::kCodes32;
    column_.codes32 = codes32_.Make(rows_);
    GatherCodes<uint32_t>(sources, tables_, codes32_.data());
  }
}

// Fills `values_` and the tables.
void ColumnUnion::UniteValues(std::span<const SourceColumn> sources) {
  const ValueCounts counts = CountValues(sources);
  values_.Reset(counts.with_id, counts.without_id, counts.mixed);
  tables_.clear();
  table_begins_.clear();
  for (const SourceColumn& source : sources) {
    const BlockColumn& column = *source.column;
    table_begins_.push_back(tables_.size());
    if (IsCodes(column)) {
      for (size_t i = 0; i < column.values.size(); ++i) {
        tables_.push_back(values_.Add(column.values[i], column.value_ids[i]));
      }
    } else if (column.form != Form::kMissing) {
      AddNumbers(source);
    }
  }
}

void ColumnUnion::AddNumbers(const SourceColumn& source) {
  const BlockColumn& column = *source.column;
  for (size_t row = 0; row < source.rows; ++row) {
    if (!IsPresent(column, row)) {
      tables_.push_back(0);
      continue;
    }
    const model::Value value = column.form == Form::kIntegers
                                   ? model::Value::Int(column.integers[row])
                                   : model::Value::Double(column.doubles[row]);
    tables_.push_back(values_.Add(value, kNoValueId));
  }
}

template <typename Out>
void ColumnUnion::GatherCodes(std::span<const SourceColumn> sources,
                              std::span<const Out> tables, Out* out) {
  for (const RowRange& range : ranges_) {
    const SourceColumn& source = sources[range.source];
    const BlockColumn& column = *source.column;
    const Out* const table = tables.data() + table_begins_[range.source];
    switch (column.form) {
      case Form::kMissing:
        std::fill_n(out, range.rows, Out{0});
        break;
      case Form::kCodes8:
        TranslateRows<uint8_t, Out>({column.codes8, source.rows}, range.first, range.rows,
                                    table, out);
        break;
      case Form::kCodes32:
        TranslateRows<uint32_t, Out>({column.codes32, source.rows}, range.first,
                                     range.rows, table, out);
        break;
      case Form::kIntegers:
      case Form::kDoubles:
        CopyRows<Out>({table, source.rows}, range.first, range.rows, out);
        break;
    }
    out += range.rows;
  }
}

template <typename T>
const T* ColumnUnion::GatherNumbers(std::span<const SourceColumn> sources,
                                    Scratch<T>& buffer) {
  T* out = buffer.Make(rows_);
  for (const RowRange& range : ranges_) {
    const SourceColumn& source = sources[range.source];
    const BlockColumn& column = *source.column;
    if (IsCodes(column)) {
      for (size_t i = 0; i < range.rows; ++i) {
        const model::Value& value = column.values[CodeAt(column, range.first + i)];
        if constexpr (std::is_same_v<T, int64_t>) {
          out[i] = value.integer;
        } else {
          out[i] = value.number;
        }
      }
    } else if (column.form == Form::kMissing) {
      std::fill_n(out, range.rows, T{0});
    } else {
      SourceRows<T> rows;
      if constexpr (std::is_same_v<T, int64_t>) {
        rows = {column.integers, source.rows};
      } else {
        rows = {column.doubles, source.rows};
      }
      CopyRows(rows, range.first, range.rows, out);
    }
    out += range.rows;
  }
  return buffer.data();
}

// The bits of the rows with a value, or null when all of them have one.
const uint64_t* ColumnUnion::GatherPresent(std::span<const SourceColumn> sources) {
  const bool all =
      std::all_of(sources.begin(), sources.end(), [](const SourceColumn& source) {
        return source.column->present == nullptr && !IsCodes(*source.column) &&
               source.column->form != Form::kMissing;
      });
  if (all) return nullptr;
  const size_t words = (rows_ + 63) / 64;
  uint64_t* const present = present_.Make(words);
  std::fill_n(present, words, 0);
  size_t row = 0;
  for (const RowRange& range : ranges_) {
    const BlockColumn& column = *sources[range.source].column;
    if (IsCodes(column)) {
      for (size_t i = 0; i < range.rows; ++i) {
        OrBits(present, row + i, CodeAt(column, range.first + i) != 0 ? 1 : 0);
      }
    } else if (column.form != Form::kMissing) {
      CopyBits(column.present, range.first, range.rows, present, row);
    }
    row += range.rows;
  }
  return present;
}

}  // namespace footfall::store
