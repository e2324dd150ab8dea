// Columns of people's attributes beside those that a report about people has.
#ifndef FOOTFALL_QUERY_PEOPLE_COLUMNS_H_
#define FOOTFALL_QUERY_PEOPLE_COLUMNS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "model/field.h"
#include "query/context.h"

namespace footfall::query {

// The cell of a value: missing for a nested one.
Cell ToCell(const model::Value& value);

class PeopleColumns {
 public:
  // Names as they follow "person." in rules, and "email": the attribute of that name,
  // else an id that looks like one. `account_property` is the setting; it must outlive
  // this.
  PeopleColumns(const std::vector<std::string>& names,
                const std::string& account_property);

  // Adds the row of a person.
  void Add(const model::Person& person);
  uint64_t bytes() const { return bytes_; }

  // Moves the columns, unified, to the end of `table`.
  void MoveTo(Table& table);

 private:
  const std::string& account_property_;
  std::vector<model::Field> fields_;
  std::vector<std::vector<Cell>> cells_;
  uint64_t bytes_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PEOPLE_COLUMNS_H_
