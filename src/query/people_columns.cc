#include "query/people_columns.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "base/strings.h"
#include "query/value_pool.h"

namespace footfall::query {

Cell ToCell(const model::Value& value) {
  switch (value.kind) {
    case model::Value::Kind::kBool:
      return value.boolean;
    case model::Value::Kind::kInt:
      return value.integer;
    case model::Value::Kind::kDouble:
      return value.number;
    case model::Value::Kind::kString:
      return Text(value.text);
    case model::Value::Kind::kMissing:
    case model::Value::Kind::kJson:
      break;
  }
  return std::monostate();
}

PeopleColumns::PeopleColumns(const std::vector<std::string>& names)
    : cells_(names.size()) {
  for (const std::string& name : names) {
    // Every name is a field below "person.", if only a host attribute's.
    fields_.push_back(model::Field::Parse(base::Cat("person.", name)).value());
  }
}

void PeopleColumns::Add(const model::Person& person, std::string_view account) {
  model::FieldSource source;
  source.person = &person;
  source.account = account;
  for (size_t i = 0; i < fields_.size(); ++i) {
    Cell cell = ToCell(model::ReadField(fields_[i], source));
    const size_t at = person.id.find('@');
    if (std::holds_alternative<std::monostate>(cell) && fields_[i].key() == "email" &&
        person.identified && at != std::string::npos && at > 0 &&
        at + 1 < person.id.size()) {
      cell = Text(person.id);
    }
    bytes_ += sizeof(Cell);
    if (const auto* text = std::get_if<Text>(&cell)) {
      bytes_ += Text::HeapBytes(text->view().size());
    }
    cells_[i].push_back(std::move(cell));
  }
}

void PeopleColumns::Append(PeopleColumns& other) {
  for (size_t i = 0; i < cells_.size(); ++i) {
    std::move(other.cells_[i].begin(), other.cells_[i].end(),
              std::back_inserter(cells_[i]));
    other.cells_[i] = {};
  }
  bytes_ += std::exchange(other.bytes_, 0);
}

void PeopleColumns::MoveTo(Table& table) {
  constexpr std::string_view kPrefix = "person.";
  for (size_t i = 0; i < fields_.size(); ++i) {
    Column column =
        UnifyColumn(fields_[i].name().substr(kPrefix.size()), std::move(cells_[i]));
    if (fields_[i].is_time()) column.type = ColumnType::kTimestamp;
    table.columns.push_back(std::move(column));
  }
  cells_.clear();
}

}  // namespace footfall::query
