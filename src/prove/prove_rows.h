// Tables of the built-in reports, row by row.
#ifndef FOOTFALL_PROVE_PROVE_ROWS_H_
#define FOOTFALL_PROVE_PROVE_ROWS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prove/prove_run.h"

namespace footfall::prove {

// Builds a table row by row.
class Rows {
 public:
  explicit Rows(std::vector<std::pair<const char*, query::ColumnType>> columns) {
    for (const auto& [name, type] : columns) {
      table_.columns.push_back({.name = name, .type = type});
    }
  }
  void Add(std::vector<query::Cell> cells) {
    for (size_t i = 0; i < cells.size(); ++i) table_.columns[i].cells.push_back(cells[i]);
  }
  query::Table Sorted(const std::vector<SortKey>& keys) {
    SortRows(table_, keys);
    return table_;
  }

 private:
  query::Table table_;
};

inline query::Cell TextCell(const Json& value) {
  return value.is_string() ? query::Cell(query::Text(value.as_string())) : query::Cell();
}
inline query::Cell TextCell(const std::optional<std::string>& text) {
  return text.has_value() ? query::Cell(query::Text(*text)) : query::Cell();
}
inline query::Cell IntCell(const Json& value) {
  return value.is_int() ? query::Cell(value.as_int()) : query::Cell();
}
inline query::Cell TimeCell(const std::optional<int64_t>& time_ms) {
  return time_ms.has_value() ? query::Cell(*time_ms) : query::Cell();
}
inline query::Cell Count(size_t count) { return static_cast<int64_t>(count); }
// Missing when there is nothing to divide by.
inline query::Cell Share(size_t part, size_t whole) {
  return whole == 0 ? query::Cell()
                    : query::Cell(static_cast<double>(part) / static_cast<double>(whole));
}

// The members of an event; null when they are missing.
Json Member(const Event& event, const char* key);
std::string TypeOf(const Event& event);

// Whether a report about all people has this one: in a bounded range, or with "where",
// those who have an event that exists.
bool IsListed(const Run& run, const Person& person);

// The columns of "attributes" for the people of the rows, in the order of their rows.
void AddAttributes(const Run& run, const std::vector<const Person*>& people,
                   query::Table& table);

}  // namespace footfall::prove

#endif  // FOOTFALL_PROVE_PROVE_ROWS_H_
