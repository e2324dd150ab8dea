// Columns of people's attributes beside those that a report about people has.
#ifndef FOOTFALL_QUERY_PEOPLE_COLUMNS_H_
#define FOOTFALL_QUERY_PEOPLE_COLUMNS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/field.h"
#include "model/person.h"
#include "query/table.h"

namespace footfall::query {

// The cell of a value: missing for a nested one.
Cell ToCell(const model::Value& value);

class PeopleColumns {
 public:
  // Names as they follow "person." in rules, and "email": the attribute of that name,
  // else an id that looks like one.
  explicit PeopleColumns(const std::vector<std::string>& names);

  // Adds the row of a person; an empty account is none.
  void Add(const model::Person& person, std::string_view account);
  // Moves the rows of `other`, which has the same names, to the end.
  void Append(PeopleColumns& other);
  uint64_t bytes() const { return bytes_; }

  // Moves the columns, unified, to the end of `table`.
  void MoveTo(Table& table);

 private:
  std::vector<model::Field> fields_;
  std::vector<std::vector<Cell>> cells_;
  uint64_t bytes_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PEOPLE_COLUMNS_H_
