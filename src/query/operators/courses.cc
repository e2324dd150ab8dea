#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "query/block_rows.h"
#include "query/context.h"
#include "query/operators/content_rows.h"
#include "query/operators/event_rows.h"
#include "query/operators/operators.h"
#include "query/people_rows.h"
#include "query/pool_ids.h"

namespace footfall::query {
namespace {

struct Spec {
  const CoursesPlan& plan;
  std::optional<RuleRef> where;
  RuleRef is_content = 0;
  FieldRef name = 0;
  FieldRef content_id = 0;
  FieldRef content_name = 0;
  FieldRef course_id = 0;
  FieldRef score = 0;
  std::optional<EventNeeds> events;  // Of those that are listed.
};

enum class CourseAction { kNone, kStarted, kCompleted, kLesson, kQuiz };

CourseAction ActionOf(std::string_view name) {
  if (name == "course.started") return CourseAction::kStarted;
  if (name == "course.completed") return CourseAction::kCompleted;
  if (name == "lesson.completed") return CourseAction::kLesson;
  if (name == "quiz.submitted") return CourseAction::kQuiz;
  return CourseAction::kNone;
}

// One person in one course. Ids are those of the pool; 0 is none.
struct Attendance {
  uint32_t course = 0;
  uint32_t name = 0;
  uint32_t lessons = 0;
  uint32_t quiz = 0;
  uint32_t quiz_name = 0;
  std::optional<int64_t> started_ms;
  std::optional<int64_t> completed_ms;
  std::optional<int64_t> quiz_ms;
  double score = 0;
};

uint64_t PairOf(uint32_t course, uint32_t lesson) {
  return uint64_t{course} << 32 | lesson;
}

// The catalogue's courses by ids of a pool.
struct Catalogue {
  struct Known {
    const Course* course = nullptr;
    uint32_t quiz = 0;
  };
  absl::flat_hash_map<uint32_t, Known> courses;
  absl::flat_hash_map<uint32_t, uint32_t> course_of_lesson;
  absl::flat_hash_map<uint32_t, uint32_t> course_of_quiz;

  Catalogue(const std::vector<Course>& list, ValuePool& pool) {
    for (const Course& course : list) {
      const uint32_t id = pool.Intern(course.id);
      Known& known = courses[id];
      known.course = &course;
      for (const std::string& lesson : course.lessons) {
        course_of_lesson.emplace(pool.Intern(lesson), id);
      }
      if (!course.quiz.has_value()) continue;
      known.quiz = pool.Intern(*course.quiz);
      course_of_quiz.emplace(known.quiz, id);
    }
  }

  const Known* Find(uint32_t course) const {
    const auto found = courses.find(course);
    return found == courses.end() ? nullptr : &found->second;
  }
};

class CoursesPartial : public Partial {
 public:
  explicit CoursesPartial(const Spec& spec)
      : spec_(spec),
        catalogue_(spec.plan.courses, pool_),
        people_(spec.plan.attributes),
        content_ids_(pool_),
        content_names_(pool_),
        course_ids_(pool_),
        listed_(spec.events) {
    if (listed_.is_wanted()) listed_course_ = pool_.Intern(*spec.plan.members);
  }

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* content, view.Matches(spec_.is_content));
    if (!AnyRow(content, 0, view.rows())) return absl::OkStatus();
    FOOTFALL_RETURN_IF_ERROR(StartBlock(view, content));
    for (size_t person = 0; person < view.people(); ++person) {
      attended_.clear();
      lessons_.clear();
      ForEachRow(content, view.begins()[person], view.begins()[person + 1],
                 [&](size_t row) { AddRow(row); });
      for (const Attendance& attendance : attended_) {
        FOOTFALL_ASSIGN_OR_RETURN(const bool is_known, people_.Add(view, person));
        if (is_known) attendances_.push_back(attendance);
      }
    }
    return listed_.FinishBlock(view);
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<CoursesPartial&>(other);
    const std::vector<uint32_t> here = pool_.Absorb(from.pool_);
    people_.Append(from.people_);
    for (Attendance attendance : from.attendances_) {
      for (uint32_t* id : {&attendance.course, &attendance.name, &attendance.quiz,
                           &attendance.quiz_name}) {
        *id = here[*id];
      }
      attendances_.push_back(attendance);
    }
    for (const uint64_t pair : from.stored_lessons_) {
      stored_lessons_.insert(PairOf(here[pair >> 32], here[static_cast<uint32_t>(pair)]));
    }
    from.attendances_ = {};
    from.stored_lessons_ = {};
    listed_.Append(from.listed_);
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return people_.bytes() + attendances_.capacity() * sizeof(Attendance) +
           pool_.bytes() + content_ids_.bytes() + content_names_.bytes() +
           course_ids_.bytes() + HashBytes(stored_lessons_) + listed_.bytes();
  }

  absl::StatusOr<Table> ToTable(Execution& execution) {
    if (listed_.is_wanted()) return listed_.ToTable(execution);
    FOOTFALL_RETURN_IF_ERROR(
        execution.Hold(bytes() + attendances_.size() * 12 * sizeof(Cell)));
    absl::flat_hash_map<uint32_t, int64_t> totals;
    for (const uint64_t pair : stored_lessons_) {
      ++totals[static_cast<uint32_t>(pair >> 32)];
    }
    Table table{.columns = {{"course_id", ColumnType::kString, {}},
                            {"course_name", ColumnType::kString, {}},
                            {"started_at", ColumnType::kTimestamp, {}},
                            {"lessons_completed", ColumnType::kInt64, {}},
                            {"lessons_total", ColumnType::kInt64, {}},
                            {"progress", ColumnType::kDouble, {}},
                            {"quiz_name", ColumnType::kString, {}},
                            {"quiz_score", ColumnType::kDouble, {}},
                            {"quiz_at", ColumnType::kTimestamp, {}},
                            {"completed_at", ColumnType::kTimestamp, {}}}};
    for (const Attendance& attendance : attendances_) {
      PutRow(attendance, totals[attendance.course], table);
    }
    people_.MoveTo(table);
    SortTable(table, {{.column = 0}, {.column = 1}});
    return table;
  }

 private:
  absl::Status StartBlock(BlockView& view, const uint64_t* content) {
    FOOTFALL_ASSIGN_OR_RETURN(in_range_, view.Existing(spec_.where));
    FOOTFALL_ASSIGN_OR_RETURN(times_, view.TimesWhere(content));
    FOOTFALL_ASSIGN_OR_RETURN(names_, view.Codes(spec_.name));
    FOOTFALL_ASSIGN_OR_RETURN(content_id_, view.Codes(spec_.content_id));
    FOOTFALL_ASSIGN_OR_RETURN(content_name_, view.Codes(spec_.content_name));
    FOOTFALL_ASSIGN_OR_RETURN(course_id_, view.Codes(spec_.course_id));
    FOOTFALL_ASSIGN_OR_RETURN(score_, view.Column(spec_.score));
    actions_.StartBlock(*names_, CourseAction::kNone);
    content_ids_.StartBlock(*content_id_);
    content_names_.StartBlock(*content_name_);
    course_ids_.StartBlock(*course_id_);
    listed_.StartBlock(view);
    return absl::OkStatus();
  }

  void AddRow(size_t row) {
    const CourseAction action = actions_.Of(CodeAt(*names_, row), ActionOf);
    if (action == CourseAction::kNone) return;
    const uint32_t content = content_ids_.Of(CodeAt(*content_id_, row));
    const uint32_t course = CourseOf(action, content, row);
    if (course == 0) return;
    const Catalogue::Known* known = catalogue_.Find(course);
    if (action == CourseAction::kLesson && content != 0 && known == nullptr) {
      stored_lessons_.insert(PairOf(course, content));
    }
    if (!TestBit(in_range_, row)) return;
    Attendance& attendance = At(course);
    switch (action) {
      case CourseAction::kNone:
        return;
      case CourseAction::kStarted:
      case CourseAction::kCompleted: {
        const uint32_t name = content_names_.Of(CodeAt(*content_name_, row));
        if (name != 0) attendance.name = name;
        std::optional<int64_t>& time_ms = action == CourseAction::kStarted
                                              ? attendance.started_ms
                                              : attendance.completed_ms;
        if (!time_ms.has_value()) time_ms = times_[row];
        return;
      }
      case CourseAction::kLesson:
        if (content == 0 || (known != nullptr && !HasLesson(course, content))) return;
        if (!lessons_.insert(PairOf(course, content)).second) return;
        ++attendance.lessons;
        if (course == listed_course_) listed_.Add(row);
        return;
      case CourseAction::kQuiz: {
        const model::Value score = BlockView::ValueAt(*score_, row);
        if (!score.is_number()) return;
        attendance.score = score.as_double();
        attendance.quiz_ms = times_[row];
        attendance.quiz = content;
        attendance.quiz_name = content_names_.Of(CodeAt(*content_name_, row));
        return;
      }
    }
  }

  uint32_t CourseOf(CourseAction action, uint32_t content, size_t row) {
    const uint32_t named = course_ids_.Of(CodeAt(*course_id_, row));
    if (named != 0) return named;
    if (action == CourseAction::kStarted || action == CourseAction::kCompleted) {
      return content;
    }
    const auto& courses = action == CourseAction::kLesson ? catalogue_.course_of_lesson
                                                          : catalogue_.course_of_quiz;
    const auto found = courses.find(content);
    return found == courses.end() ? 0 : found->second;
  }

  bool HasLesson(uint32_t course, uint32_t lesson) const {
    const auto found = catalogue_.course_of_lesson.find(lesson);
    return found != catalogue_.course_of_lesson.end() && found->second == course;
  }

  Attendance& At(uint32_t course) {
    for (Attendance& attendance : attended_) {
      if (attendance.course == course) return attendance;
    }
    attended_.push_back({.course = course});
    return attended_.back();
  }

  void PutRow(const Attendance& attendance, int64_t stored_lessons, Table& table) const {
    const Catalogue::Known* known = catalogue_.Find(attendance.course);
    const Course* course = known == nullptr ? nullptr : known->course;
    const int64_t lessons =
        course == nullptr ? stored_lessons : static_cast<int64_t>(course->lessons.size());
    const auto time = [](const std::optional<int64_t>& time_ms) {
      return time_ms.has_value() ? Cell(*time_ms) : Cell();
    };
    const auto text = [&](uint32_t id) { return pool_.ToCell(id, ColumnType::kString); };
    // The quiz of the catalogue names itself, unless another one was taken.
    const bool is_named =
        course != nullptr && course->quiz.has_value() &&
        (!attendance.quiz_ms.has_value() || attendance.quiz == known->quiz);
    size_t at = 0;
    const auto put = [&](Cell cell) {
      table.columns[at++].cells.push_back(std::move(cell));
    };
    put(text(attendance.course));
    put(course == nullptr ? text(attendance.name) : Cell(Text(course->name)));
    put(time(attendance.started_ms));
    put(int64_t{attendance.lessons});
    put(lessons);
    put(lessons == 0 ? Cell()
                     : Cell(static_cast<double>(attendance.lessons) /
                            static_cast<double>(lessons)));
    put(is_named ? Cell(Text(course->quiz_name)) : text(attendance.quiz_name));
    put(attendance.quiz_ms.has_value() ? Cell(attendance.score) : Cell());
    put(time(attendance.quiz_ms));
    put(time(attendance.completed_ms));
  }

  const Spec& spec_;
  ValuePool pool_;
  const Catalogue catalogue_;
  PeopleRows people_;
  std::vector<Attendance> attendances_;  // By row of people_.
  // Lessons that anybody completed, of courses that the catalogue has not.
  absl::flat_hash_set<uint64_t> stored_lessons_;
  PoolIds content_ids_;
  PoolIds content_names_;
  PoolIds course_ids_;
  EventList listed_;
  uint32_t listed_course_ = 0;

  // Of the block at hand.
  const uint64_t* in_range_ = nullptr;
  const int64_t* times_ = nullptr;
  const store::BlockColumn* names_ = nullptr;
  const store::BlockColumn* content_id_ = nullptr;
  const store::BlockColumn* content_name_ = nullptr;
  const store::BlockColumn* course_id_ = nullptr;
  const store::BlockColumn* score_ = nullptr;
  AnswersByCode<CourseAction> actions_;
  // Of the person at hand.
  std::vector<Attendance> attended_;
  absl::flat_hash_set<uint64_t> lessons_;
};

class CoursesOperator : public SpecOperator<Spec, CoursesPartial> {
 public:
  CoursesOperator(const CoursesPlan& plan, Needs& needs) : SpecOperator({.plan = plan}) {
    const auto field = [&needs](std::string_view name) {
      return needs.AddField(model::Field::Parse(name).value());
    };
    if (plan.where.has_value()) spec_.where = needs.AddRule(*plan.where);
    spec_.is_content = needs.AddRule(IsRule("event.type", "content"));
    spec_.name = field("event.name");
    spec_.content_id = field("properties.content_id");
    spec_.content_name = field("properties.content_name");
    spec_.course_id = field("properties.course_id");
    spec_.score = field("properties.score");
    if (plan.members.has_value()) spec_.events.emplace(needs);
    PeopleRows::AddNeeds(plan.attributes, needs);
    // Lessons are those that anybody ever completed.
    needs.AddPeopleOutOfRange();
  }
};

}  // namespace

std::unique_ptr<Operator> MakeCourses(const CoursesPlan& body, Needs& needs) {
  return std::make_unique<CoursesOperator>(body, needs);
}

}  // namespace footfall::query
