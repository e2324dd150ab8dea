// The content catalogue of version 1: which task lists, courses and surveys there are, so
// that what people completed has a total.
#ifndef FOOTFALL_REPORT_CATALOGUE_H_
#define FOOTFALL_REPORT_CATALOGUE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/json.h"

namespace footfall::report {

// A catalogue has at most so many items, lists and courses counted.
inline constexpr size_t kCatalogueItemsMax = 10'000;

struct Catalogue {
  struct Item {
    std::string id;  // properties.content_id of its events.
    std::string name;
  };
  struct TaskList {
    Item item;
    std::vector<Item> tasks;
  };
  struct Course {
    Item item;
    std::vector<Item> lessons;
    std::optional<Item> quiz;
  };

  std::vector<TaskList> task_lists;
  std::vector<Course> courses;
  std::vector<Item> surveys;

  // Strict: unknown keys, wrong types, ids that come twice among the items of one kind
  // and too many items are INVALID_ARGUMENT with the path.
  static absl::StatusOr<Catalogue> Parse(const base::Json& json);
};

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_CATALOGUE_H_
