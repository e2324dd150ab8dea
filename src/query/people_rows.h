// Rows of a report about people: who they are, and the attributes that it adds.
#ifndef FOOTFALL_QUERY_PEOPLE_ROWS_H_
#define FOOTFALL_QUERY_PEOPLE_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "query/block_view.h"
#include "query/people_columns.h"
#include "query/table.h"

namespace footfall::query {

// The first column, and the last ones, of some rows. Not thread-safe.
class PeopleRows {
 public:
  // `attributes` as PeopleColumns has them; it must outlive the rows.
  explicit PeopleRows(const std::vector<std::string>& attributes)
      : names_(attributes), attributes_(attributes) {}

  // Names to `needs` what Add asks blocks for.
  static void AddNeeds(const std::vector<std::string>& attributes, Needs& needs);

  // Adds a row; false, and none, for somebody whom the store does not know.
  absl::StatusOr<bool> Add(BlockView& view, size_t person);
  // Moves the rows of `other` to the end.
  void Append(PeopleRows& other);
  size_t size() const { return people_.size(); }
  uint64_t bytes() const {
    return people_.capacity() * sizeof(Cell) + text_bytes_ + attributes_.bytes();
  }

  // Moves them into `table`, whose columns between are complete: "person" becomes the
  // first column, the attributes the last ones.
  void MoveTo(Table& table);

 private:
  const std::vector<std::string>& names_;
  std::vector<Cell> people_;
  PeopleColumns attributes_;
  TextWriter texts_;
  uint64_t text_bytes_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PEOPLE_ROWS_H_
