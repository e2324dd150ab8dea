#include "report/catalogue.h"

#include <set>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "base/strings.h"

namespace footfall::report {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;
using Item = Catalogue::Item;

constexpr size_t kIdBytesMax = 128;
constexpr size_t kNameBytesMax = 256;

absl::StatusOr<std::string> ParseText(const Json& json, const std::string& path,
                                      std::string_view key, size_t bytes_max) {
  const std::string at = Cat(path, ".", key);
  const Json* value = json.Find(key);
  if (value == nullptr) return InvalidAt(at, "is required");
  if (!value->is_string() || value->as_string().empty() ||
      value->as_string().size() > bytes_max) {
    return InvalidAt(at, Cat("must be a string of 1 to ", bytes_max, " bytes"));
  }
  return value->as_string();
}

class Parser {
 public:
  absl::StatusOr<Catalogue> Parse(const Json& json) {
    if (!json.is_object()) return InvalidAt("$", "must be an object");
    FOOTFALL_RETURN_IF_ERROR(
        base::CheckKeys(json, "$", {"version", "task_lists", "courses", "surveys"}));
    const Json* version = json.Find("version");
    if (version == nullptr) return InvalidAt("$.version", "is required");
    if (!version->is_int() || version->as_int() != 1) {
      return InvalidAt("$.version", "must be 1");
    }
    Catalogue out;
    const absl::Status lists =
        ForEach(json, "$", "task_lists",
                [&](const Json& list, const std::string& path) -> absl::Status {
                  FOOTFALL_ASSIGN_OR_RETURN(Catalogue::TaskList parsed,
                                            ParseTaskList(list, path));
                  out.task_lists.push_back(std::move(parsed));
                  return absl::OkStatus();
                });
    FOOTFALL_RETURN_IF_ERROR(lists);
    const absl::Status courses = ForEach(
        json, "$", "courses",
        [&](const Json& course, const std::string& path) -> absl::Status {
          FOOTFALL_ASSIGN_OR_RETURN(Catalogue::Course parsed, ParseCourse(course, path));
          out.courses.push_back(std::move(parsed));
          return absl::OkStatus();
        });
    FOOTFALL_RETURN_IF_ERROR(courses);
    FOOTFALL_ASSIGN_OR_RETURN(out.surveys, ParseItems(json, "$", "surveys", surveys_));
    return out;
  }

 private:
  // The ids of the items of a kind.
  using Ids = std::set<std::string>;

  // Calls `visit` for the objects of the list under `key`, which need not be there.
  template <typename Visit>
  static absl::Status ForEach(const Json& json, const std::string& path,
                              std::string_view key, Visit visit) {
    const Json* list = json.Find(key);
    if (list == nullptr) return absl::OkStatus();
    const std::string at = Cat(path, ".", key);
    if (!list->is_array()) return InvalidAt(at, "must be a list");
    for (size_t i = 0; i < list->as_array().size(); ++i) {
      const std::string item = Cat(at, "[", i, "]");
      if (!list->as_array()[i].is_object()) return InvalidAt(item, "must be an object");
      FOOTFALL_RETURN_IF_ERROR(visit(list->as_array()[i], item));
    }
    return absl::OkStatus();
  }

  // An object's id, which `ids` must not have yet, and name.
  absl::StatusOr<Item> ParseItem(const Json& json, const std::string& path, Ids& ids) {
    if (++items_ > kCatalogueItemsMax) {
      return InvalidAt(path,
                       Cat("a catalogue has at most ", kCatalogueItemsMax, " items"));
    }
    Item item;
    FOOTFALL_ASSIGN_OR_RETURN(item.id, ParseText(json, path, "id", kIdBytesMax));
    FOOTFALL_ASSIGN_OR_RETURN(item.name, ParseText(json, path, "name", kNameBytesMax));
    if (!ids.insert(item.id).second) {
      return InvalidAt(path + ".id", Cat("'", item.id, "' comes twice"));
    }
    return item;
  }

  absl::StatusOr<std::vector<Item>> ParseItems(const Json& json, const std::string& path,
                                               std::string_view key, Ids& ids) {
    std::vector<Item> items;
    const absl::Status parsed = ForEach(
        json, path, key, [&](const Json& one, const std::string& at) -> absl::Status {
          FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(one, at, {"id", "name"}));
          FOOTFALL_ASSIGN_OR_RETURN(Item item, ParseItem(one, at, ids));
          items.push_back(std::move(item));
          return absl::OkStatus();
        });
    FOOTFALL_RETURN_IF_ERROR(parsed);
    return items;
  }

  absl::StatusOr<Catalogue::TaskList> ParseTaskList(const Json& json,
                                                    const std::string& path) {
    FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, path, {"id", "name", "tasks"}));
    Catalogue::TaskList list;
    FOOTFALL_ASSIGN_OR_RETURN(list.item, ParseItem(json, path, task_lists_));
    FOOTFALL_ASSIGN_OR_RETURN(list.tasks, ParseItems(json, path, "tasks", tasks_));
    return list;
  }

  absl::StatusOr<Catalogue::Course> ParseCourse(const Json& json,
                                                const std::string& path) {
    FOOTFALL_RETURN_IF_ERROR(
        base::CheckKeys(json, path, {"id", "name", "lessons", "quiz"}));
    Catalogue::Course course;
    FOOTFALL_ASSIGN_OR_RETURN(course.item, ParseItem(json, path, courses_));
    FOOTFALL_ASSIGN_OR_RETURN(course.lessons,
                              ParseItems(json, path, "lessons", lessons_));
    const Json* quiz = json.Find("quiz");
    if (quiz == nullptr) return course;
    const std::string at = path + ".quiz";
    if (!quiz->is_object()) return InvalidAt(at, "must be an object");
    FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(*quiz, at, {"id", "name"}));
    FOOTFALL_ASSIGN_OR_RETURN(course.quiz, ParseItem(*quiz, at, quizzes_));
    return course;
  }

  size_t items_ = 0;
  Ids task_lists_, tasks_, courses_, lessons_, quizzes_, surveys_;
};

}  // namespace

absl::StatusOr<Catalogue> Catalogue::Parse(const Json& json) {
  return Parser().Parse(json);
}

}  // namespace footfall::report
