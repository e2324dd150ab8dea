#include "query/people_rows.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/status.h"

namespace footfall::query {

void PeopleRows::AddNeeds(const std::vector<std::string>& attributes, Needs& needs) {
  needs.AddPersonNames();
  if (attributes.empty()) return;
  needs.AddPeople();
  needs.AddAccounts();
}

absl::StatusOr<bool> PeopleRows::Add(BlockView& view, size_t person) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view name, view.PersonName(person));
  if (name.empty()) return false;
  text_bytes_ += TextWriter::HeapBytes(name.size());
  people_.emplace_back(texts_.Make(name));
  if (names_.empty()) return true;
  FOOTFALL_ASSIGN_OR_RETURN(const model::Person* attributes, view.PersonAt(person));
  FOOTFALL_ASSIGN_OR_RETURN(const std::string_view account, view.AccountAt(person));
  attributes_.Add(*attributes, account);
  return true;
}

void PeopleRows::Append(PeopleRows& other) {
  std::move(other.people_.begin(), other.people_.end(), std::back_inserter(people_));
  other.people_ = {};
  attributes_.Append(other.attributes_);
  text_bytes_ += std::exchange(other.text_bytes_, 0);
}

void PeopleRows::MoveTo(Table& table) {
  table.columns.insert(table.columns.begin(),
                       {"person", ColumnType::kString, std::move(people_)});
  attributes_.MoveTo(table);
}

}  // namespace footfall::query
