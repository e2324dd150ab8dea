// The reports about content: answers to surveys, tasks, courses, and content as such.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "prove/prove_rows.h"

namespace footfall::prove {
namespace {

using query::Cell;
using query::ColumnType;
using query::Table;

std::optional<std::string> TextAt(const Run& run, const Event& event,
                                  const std::string& field) {
  return TextOf(Read(field, ScopeOf(run, event)));
}

// The events of type content that exist, in order.
std::vector<const Event*> ContentEvents(const Run& run, const Person& person) {
  std::vector<const Event*> events = Existing(run, person);
  std::erase_if(events, [](const Event* event) { return TypeOf(*event) != "content"; });
  return events;
}

bool Exists(const Run& run, const Event& event) {
  return event.person->in_segment && run.InRange(event.time_ms) &&
         Holds(run.definition->Find("where"), ScopeOf(run, event));
}

bool IsNamed(const Event& event, const char* name) {
  return Member(event, "name") == Json(name);
}

std::vector<const Person*> ByName(const Run& run) {
  std::vector<const Person*> people;
  for (const auto& person : run.people) people.push_back(person.get());
  std::sort(people.begin(), people.end(),
            [](const Person* a, const Person* b) { return a->id < b->id; });
  return people;
}

std::vector<Json> ListAt(const Json& json, const char* key) {
  const Json* list = json.Find(key);
  return list == nullptr ? std::vector<Json>() : list->as_array();
}

// -1 for what is no score.
int64_t ScoreOf(const Json& value) {
  if (!value.is_number()) return -1;
  for (int64_t score = 0; score <= 10; ++score) {
    if (value.as_double() == static_cast<double>(score)) return score;
  }
  return -1;
}

struct NpsAnswer {
  const Person* person = nullptr;
  const Event* event = nullptr;
  int64_t score = 0;
};

std::vector<NpsAnswer> LatestAnswers(const Run& run) {
  const Json* survey = run.definition->Find("survey");
  std::vector<NpsAnswer> answers;
  for (const Person* person : ByName(run)) {
    std::optional<NpsAnswer> latest;
    for (const Event* event : ContentEvents(run, *person)) {
      const int64_t score = ScoreOf(Read("properties.score", ScopeOf(run, *event)));
      if (!IsNamed(*event, "survey.submitted") || score < 0) continue;
      if (survey != nullptr &&
          TextAt(run, *event, "properties.content_id") != survey->as_string()) {
        continue;
      }
      latest = {person, event, score};
    }
    if (latest.has_value()) answers.push_back(*latest);
  }
  return answers;
}

// What one person did about tasks: per task when it was first completed, if it was.
using Tasks = std::map<std::string, std::optional<int64_t>>;

// The tasks that events in range are about, or, without a range, all events.
Tasks TasksOf(const Run& run, const Person& person, bool in_range) {
  const Json* wanted = run.definition->Find("tasks");
  Tasks tasks;
  for (const Event& event : person.events) {
    if (in_range && !Exists(run, event)) continue;
    const Json name = Member(event, "name");
    const auto task = TextAt(run, event, "properties.content_id");
    if (TypeOf(event) != "content" || !name.is_string() || !task.has_value()) continue;
    if (name.as_string().rfind("task.", 0) != 0) continue;
    if (wanted != nullptr &&
        std::find(wanted->as_array().begin(), wanted->as_array().end(), Json(*task)) ==
            wanted->as_array().end()) {
      continue;
    }
    std::optional<int64_t>& completed = tasks[*task];
    if (name.as_string() == "task.completed" && !completed.has_value()) {
      completed = event.time_ms;
    }
  }
  return tasks;
}

size_t TaskTotal(const Run& run) {
  if (const Json* wanted = run.definition->Find("tasks")) {
    std::set<std::string> distinct;
    for (const Json& task : wanted->as_array()) distinct.insert(task.as_string());
    return distinct.size();
  }
  std::set<std::string> tasks;
  for (const auto& person : run.people) {
    for (const auto& [task, completed] : TasksOf(run, *person, false)) tasks.insert(task);
  }
  return tasks.size();
}

// The row of a person; nothing for who is not listed.
struct TaskRow {
  size_t completed = 0;
  std::optional<int64_t> completed_at;
};
std::optional<TaskRow> TaskRowOf(const Run& run, const Person& person, size_t total) {
  const Tasks tasks = TasksOf(run, person, true);
  if (tasks.empty()) return std::nullopt;
  TaskRow row;
  int64_t last_ms = INT64_MIN;
  for (const auto& [task, completed] : tasks) {
    if (!completed.has_value()) continue;
    ++row.completed;
    last_ms = std::max(last_ms, *completed);
  }
  if (row.completed > 0 && row.completed == total) row.completed_at = last_ms;
  return row;
}

// What the catalogue says of courses.
class Courses {
 public:
  explicit Courses(const Run& run) : list_(ListAt(*run.definition, "courses")) {}

  const Json* Find(const std::string& id) const {
    for (const Json& course : list_) {
      if (*course.Find("id") == Json(id)) return &course;
    }
    return nullptr;
  }
  bool HasLesson(const Json& course, const std::string& lesson) const {
    const std::vector<Json> lessons = ListAt(course, "lessons");
    return std::find(lessons.begin(), lessons.end(), Json(lesson)) != lessons.end();
  }
  // The course that an event of this name and content belongs to.
  std::optional<std::string> CourseOf(const Run& run, const Event& event) const {
    const auto named = TextAt(run, event, "properties.course_id");
    const auto content = TextAt(run, event, "properties.content_id");
    if (named.has_value() || !content.has_value()) return named;
    if (IsNamed(event, "course.started") || IsNamed(event, "course.completed")) {
      return content;
    }
    for (const Json& course : list_) {
      const Json* quiz = course.Find("quiz");
      const bool is_of = IsNamed(event, "lesson.completed")
                             ? HasLesson(course, *content)
                             : quiz != nullptr && *quiz == Json(*content);
      if (is_of) return course.Find("id")->as_string();
    }
    return std::nullopt;
  }

 private:
  const std::vector<Json> list_;
};

bool IsOfCourse(const Event& event) {
  return TypeOf(event) == "content" &&
         (IsNamed(event, "course.started") || IsNamed(event, "course.completed") ||
          IsNamed(event, "lesson.completed") || IsNamed(event, "quiz.submitted"));
}

std::vector<Cell> CourseCells(const Run& run, const Courses& courses,
                              const std::string& id, const Json* course,
                              const std::vector<const Event*>& events,
                              size_t lessons_total) {
  std::optional<std::string> name;
  std::optional<std::string> quiz_name;
  std::optional<std::string> quiz;
  std::optional<int64_t> started, completed, quiz_at;
  Json score;
  std::set<std::string> lessons;
  for (const Event* event : events) {
    const auto content = TextAt(run, *event, "properties.content_id");
    const auto content_name = TextAt(run, *event, "properties.content_name");
    if (IsNamed(*event, "lesson.completed")) {
      if (content.has_value() && (!course || courses.HasLesson(*course, *content))) {
        lessons.insert(*content);
      }
    } else if (IsNamed(*event, "quiz.submitted")) {
      const Json value = Read("properties.score", ScopeOf(run, *event));
      if (!value.is_number()) continue;
      score = value;
      quiz = content;
      quiz_at = event->time_ms;
      quiz_name = content_name;
    } else {
      std::optional<int64_t>& first =
          IsNamed(*event, "course.started") ? started : completed;
      if (!first.has_value()) first = event->time_ms;
      if (content_name.has_value()) name = content_name;
    }
  }
  if (course != nullptr) {
    name = course->Find("name")->as_string();
    const Json* known = course->Find("quiz");
    if (known != nullptr && (!quiz_at.has_value() || quiz == known->as_string())) {
      quiz_name = course->Find("quiz_name")->as_string();
    }
  }
  return {query::Text(id),      TextCell(name),
          TimeCell(started),    Count(lessons.size()),
          Count(lessons_total), Share(lessons.size(), lessons_total),
          TextCell(quiz_name),  score.is_null() ? Cell() : Cell(score.as_double()),
          TimeCell(quiz_at),    TimeCell(completed)};
}

}  // namespace

Table AnswerNps(const Run& run) {
  Rows rows({{"person", ColumnType::kString},
             {"score", ColumnType::kInt64},
             {"category", ColumnType::kString},
             {"answered_at", ColumnType::kTimestamp},
             {"has_comment", ColumnType::kBool}});
  std::vector<const Person*> people;
  for (const NpsAnswer& answer : LatestAnswers(run)) {
    const Json comment = Read("properties.comment", ScopeOf(run, *answer.event));
    const char* category = answer.score >= 9   ? "promoter"
                           : answer.score >= 7 ? "passive"
                                               : "detractor";
    rows.Add({query::Text(answer.person->id), answer.score, query::Text(category),
              answer.event->time_ms,
              comment.is_string() && !comment.as_string().empty()});
    people.push_back(answer.person);
  }
  Table table = rows.Sorted({});
  AddAttributes(run, people, table);
  return table;
}

Table NpsTotal(const Run& run) {
  const std::vector<NpsAnswer> answers = LatestAnswers(run);
  const auto among = [&answers](int64_t least, int64_t most) {
    return std::count_if(answers.begin(), answers.end(), [=](const NpsAnswer& answer) {
      return answer.score >= least && answer.score <= most;
    });
  };
  Rows rows({{"answers", ColumnType::kInt64},
             {"promoters", ColumnType::kInt64},
             {"passives", ColumnType::kInt64},
             {"detractors", ColumnType::kInt64},
             {"nps", ColumnType::kDouble}});
  rows.Add({Count(answers.size()), int64_t{among(9, 10)}, int64_t{among(7, 8)},
            int64_t{among(0, 6)},
            answers.empty()
                ? Cell()
                : Cell(100.0 * static_cast<double>(among(9, 10) - among(0, 6)) /
                       static_cast<double>(answers.size()))});
  return rows.Sorted({});
}

Table AnswerOnboarding(const Run& run) {
  Rows rows({{"person", ColumnType::kString},
             {"tasks_completed", ColumnType::kInt64},
             {"tasks_total", ColumnType::kInt64},
             {"completion_rate", ColumnType::kDouble},
             {"completed_at", ColumnType::kTimestamp}});
  const size_t total = TaskTotal(run);
  std::vector<const Person*> people;
  for (const Person* person : ByName(run)) {
    const std::optional<TaskRow> row = TaskRowOf(run, *person, total);
    if (!row.has_value()) continue;
    rows.Add({query::Text(person->id), Count(row->completed), Count(total),
              Share(row->completed, total), TimeCell(row->completed_at)});
    people.push_back(person);
  }
  Table table = rows.Sorted({});
  AddAttributes(run, people, table);
  return table;
}

Table OnboardingTotal(const Run& run) {
  const size_t total = TaskTotal(run);
  size_t people = 0;
  size_t completed = 0;
  for (const auto& person : run.people) {
    const std::optional<TaskRow> row = TaskRowOf(run, *person, total);
    people += row.has_value();
    completed += row.has_value() && row->completed_at.has_value();
  }
  Rows rows({{"people", ColumnType::kInt64},
             {"people_completed", ColumnType::kInt64},
             {"completion_rate", ColumnType::kDouble}});
  rows.Add({Count(people), Count(completed), Share(completed, people)});
  return rows.Sorted({});
}

Table AnswerCourses(const Run& run) {
  const Courses courses(run);
  std::map<std::string, std::set<std::string>> stored;  // Lessons, by course.
  std::map<std::pair<std::string, std::string>, std::vector<const Event*>> attended;
  std::map<std::string, const Person*> people_by_id;
  for (const auto& person : run.people) {
    people_by_id[person->id] = person.get();
    for (const Event& event : person->events) {
      if (!IsOfCourse(event)) continue;
      const auto course = courses.CourseOf(run, event);
      if (!course.has_value()) continue;
      const auto lesson = TextAt(run, event, "properties.content_id");
      if (IsNamed(event, "lesson.completed") && lesson.has_value()) {
        stored[*course].insert(*lesson);
      }
      if (Exists(run, event)) {
        attended[{person->id, *course}].push_back(&event);
      }
    }
  }
  Rows rows({{"person", ColumnType::kString},
             {"course_id", ColumnType::kString},
             {"course_name", ColumnType::kString},
             {"started_at", ColumnType::kTimestamp},
             {"lessons_completed", ColumnType::kInt64},
             {"lessons_total", ColumnType::kInt64},
             {"progress", ColumnType::kDouble},
             {"quiz_name", ColumnType::kString},
             {"quiz_score", ColumnType::kDouble},
             {"quiz_at", ColumnType::kTimestamp},
             {"completed_at", ColumnType::kTimestamp}});
  std::vector<const Person*> people;
  for (const auto& [key, events] : attended) {
    const auto& [person, id] = key;
    const Json* course = courses.Find(id);
    const size_t total =
        course == nullptr ? stored[id].size() : ListAt(*course, "lessons").size();
    std::vector<Cell> cells = CourseCells(run, courses, id, course, events, total);
    cells.insert(cells.begin(), query::Text(person));
    rows.Add(std::move(cells));
    people.push_back(people_by_id[person]);
  }
  Table table = rows.Sorted({});
  AddAttributes(run, people, table);
  return table;
}

Table AnswerContent(const Run& run) {
  struct Content {
    size_t shown = 0, started = 0, completed = 0;
    std::set<const Person*> people, finished;
    std::tuple<int64_t, uint64_t, size_t> name_place;
    std::optional<std::string> name;
  };
  using Key = std::pair<std::optional<std::string>, std::optional<std::string>>;
  std::map<Key, Content> contents;  // By kind and id.
  for (const auto& person : run.people) {
    size_t position = 0;
    for (const Event* event : ContentEvents(run, *person)) {
      const Json name = Member(*event, "name");
      std::optional<std::string> kind;
      std::string action;
      if (name.is_string()) {
        const std::string& text = name.as_string();
        kind = text.substr(0, text.find('.'));
        if (text.size() > kind->size()) action = text.substr(kind->size() + 1);
      }
      Content& content = contents[{kind, TextAt(run, *event, "properties.content_id")}];
      content.shown += action == "shown";
      content.started += action == "started";
      content.people.insert(person.get());
      if (action == "completed" || action == "submitted") {
        ++content.completed;
        content.finished.insert(person.get());
      }
      const auto content_name = TextAt(run, *event, "properties.content_name");
      const std::tuple place(event->time_ms, person->code, position++);
      if (content_name.has_value() &&
          (!content.name.has_value() || place > content.name_place)) {
        content.name = content_name;
        content.name_place = place;
      }
    }
  }
  Rows rows({{"content_id", ColumnType::kString},
             {"content_name", ColumnType::kString},
             {"kind", ColumnType::kString},
             {"shown", ColumnType::kInt64},
             {"started", ColumnType::kInt64},
             {"completed", ColumnType::kInt64},
             {"people", ColumnType::kInt64},
             {"completion_rate", ColumnType::kDouble}});
  const Json* in_catalogue = run.definition->Find("in_catalogue");
  for (const auto& [key, content] : contents) {
    std::optional<std::string> name = content.name;
    bool is_known = false;
    for (const Json& known : ListAt(*run.definition, "catalogue")) {
      if (key.first != known.Find("kind")->as_string() ||
          key.second != known.Find("id")->as_string()) {
        continue;
      }
      is_known = true;
      name = known.Find("name")->as_string();
    }
    if (in_catalogue != nullptr && in_catalogue->as_bool() != is_known) continue;
    rows.Add({TextCell(key.second), TextCell(name), TextCell(key.first),
              Count(content.shown), Count(content.started), Count(content.completed),
              Count(content.people.size()),
              Share(content.finished.size(), content.people.size())});
  }
  return rows.Sorted({{2, false}, {0, false}});
}

}  // namespace footfall::prove
