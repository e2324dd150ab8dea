#include "query/block_columns.h"

#include <algorithm>
#include <bit>

namespace footfall::query {
namespace {

using model::Value;
using Form = store::BlockColumn::Form;

// The code that each code of `source` becomes when `field` is derived from its values.
std::vector<uint32_t> DerivedCodes(const model::Field& field,
                                   const FieldSourceColumn& from,
                                   const store::BlockColumn& source,
                                   Dictionary& dictionary) {
  std::vector<uint32_t> codes(source.values.size(), 0);
  model::FieldSource scratch;
  for (size_t i = 1; i < codes.size(); ++i) {
    codes[i] = dictionary.CodeOf(DeriveValue(field, from, source.values[i], scratch));
  }
  return codes;
}

bool IsNumbers(const store::BlockColumn& column) {
  return column.form == Form::kIntegers || column.form == Form::kDoubles;
}

}  // namespace

Value ColumnValue(const store::BlockColumn& column, size_t row) {
  switch (column.form) {
    case Form::kMissing:
      return Value::Missing();
    case Form::kCodes8:
      return column.values[column.codes8[row]];
    case Form::kCodes32:
      return column.values[column.codes32[row]];
    case Form::kIntegers:
    case Form::kDoubles:
      break;
  }
  if (column.present != nullptr && !TestBit(column.present, row)) return Value::Missing();
  return column.form == Form::kIntegers ? Value::Int(column.integers[row])
                                        : Value::Double(column.doubles[row]);
}

void MadeColumn::UseCodes(const Dictionary& dictionary) {
  column_ = {.form = Form::kCodes32,
             .codes32 = codes32_.data(),
             .values = dictionary.values(),
             .value_ids = dictionary.value_ids()};
}

void MadeColumn::Derive(const NeededField& field, const FieldSourceColumn& from,
                        const store::BlockColumn& source, size_t rows) {
  dictionary_.Clear();
  column_ = {};
  // Nothing is derived from numbers.
  if (source.form == Form::kMissing || IsNumbers(source)) return;
  const std::vector<uint32_t> codes =
      DerivedCodes(field.field, from, source, dictionary_);
  if (source.form == Form::kCodes32) {
    codes32_.resize(rows);
    for (size_t i = 0; i < rows; ++i) codes32_[i] = codes[source.codes32[i]];
    UseCodes(dictionary_);
    return;
  }
  codes8_.resize(rows);
  for (size_t i = 0; i < rows; ++i) {
    codes8_[i] = static_cast<uint8_t>(codes[source.codes8[i]]);
  }
  UseCodes(dictionary_);
  column_.form = Form::kCodes8;
  column_.codes8 = codes8_.data();
}

void MadeColumn::Merge(const NeededField& field,
                       std::span<const store::BlockColumn* const> sources, size_t rows) {
  dictionary_.Clear();
  codes32_.assign(rows, 0);
  for (size_t s = 0; s < sources.size(); ++s) {
    if (sources[s] == nullptr) continue;
    const store::BlockColumn& source = *sources[s];
    if (IsNumbers(source)) {
      if (field.sources[s].derived) continue;
      for (size_t i = 0; i < rows; ++i) {
        if (codes32_[i] == 0) codes32_[i] = dictionary_.CodeOf(ColumnValue(source, i));
      }
      continue;
    }
    const std::vector<uint32_t> codes =
        DerivedCodes(field.field, field.sources[s], source, dictionary_);
    for (size_t i = 0; i < rows; ++i) {
      if (codes32_[i] == 0) codes32_[i] = codes[CodeAt(source, i)];
    }
  }
  UseCodes(dictionary_);
}

void MadeColumn::Code(const store::BlockColumn& numbers, size_t rows) {
  dictionary_.Clear();
  codes32_.resize(rows);
  absl::flat_hash_map<uint64_t, uint32_t> known;
  for (size_t i = 0; i < rows; ++i) {
    const Value value = ColumnValue(numbers, i);
    if (value.is_missing()) {
      codes32_[i] = 0;
      continue;
    }
    const uint64_t bits = value.kind == Value::Kind::kInt
                              ? static_cast<uint64_t>(value.integer)
                              : std::bit_cast<uint64_t>(value.number);
    const auto [it, added] = known.try_emplace(bits, 0);
    if (added) it->second = dictionary_.CodeOf(value);
    codes32_[i] = it->second;
  }
  UseCodes(dictionary_);
}

void MadeColumn::Repeat(std::span<const uint32_t> codes, std::span<const uint32_t> begins,
                        const Dictionary& dictionary) {
  codes32_.resize(begins.back());
  for (size_t i = 0; i < codes.size(); ++i) {
    std::fill(codes32_.begin() + begins[i], codes32_.begin() + begins[i + 1], codes[i]);
  }
  UseCodes(dictionary);
}

void MadeColumn::Spread(std::span<const uint32_t> codes,
                        std::span<const uint32_t> of_row) {
  codes32_.resize(of_row.size());
  for (size_t i = 0; i < of_row.size(); ++i) codes32_[i] = codes[of_row[i]];
  UseCodes(dictionary_);
}

void MadeColumn::SpreadIntegers(std::span<const int64_t> values,
                                std::span<const uint32_t> of_row) {
  integers_.resize(of_row.size());
  for (size_t i = 0; i < of_row.size(); ++i) integers_[i] = values[of_row[i]];
  column_ = {.form = Form::kIntegers, .integers = integers_.data()};
}

uint64_t MadeColumn::bytes() const {
  return dictionary_.bytes() + codes8_.capacity() +
         codes32_.capacity() * sizeof(uint32_t) + integers_.capacity() * sizeof(int64_t);
}

}  // namespace footfall::query
