#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
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
  const OnboardingPlan& plan;
  std::optional<RuleRef> where;
  RuleRef is_content = 0;
  FieldRef name = 0;
  FieldRef task = 0;
  std::optional<EventNeeds> events;  // Of those that are listed.
};

// What one person did.
struct Progress {
  int64_t completed = 0;
  int64_t last_ms = 0;  // When the last of them was completed for the first time.
};

enum class TaskAction { kNone, kOther, kCompleted };

class OnboardingPartial : public Partial {
 public:
  explicit OnboardingPartial(const Spec& spec)
      : spec_(spec), people_(spec.plan.attributes), tasks_(pool_), listed_(spec.events) {
    if (!spec.plan.tasks.has_value()) return;
    for (const std::string& task : *spec.plan.tasks) pool_.Intern(task);
    wanted_count_ = pool_.size();
  }

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* content, view.Matches(spec_.is_content));
    if (!AnyRow(content, 0, view.rows())) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(in_range_, view.Existing(spec_.where));
    FOOTFALL_ASSIGN_OR_RETURN(times_, view.TimesWhere(content));
    FOOTFALL_ASSIGN_OR_RETURN(names_, view.Codes(spec_.name));
    FOOTFALL_ASSIGN_OR_RETURN(task_ids_, view.Codes(spec_.task));
    actions_.StartBlock(*names_, TaskAction::kNone);
    tasks_.StartBlock(*task_ids_);
    listed_.StartBlock(view);
    for (size_t person = 0; person < view.people(); ++person) {
      completed_.clear();
      is_in_report_ = false;
      ForEachRow(content, view.begins()[person], view.begins()[person + 1],
                 [&](size_t row) { AddRow(row); });
      if (!is_in_report_) continue;
      FOOTFALL_ASSIGN_OR_RETURN(const bool is_known, people_.Add(view, person));
      if (is_known) PutProgress();
    }
    return listed_.FinishBlock(view);
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<OnboardingPartial&>(other);
    pool_.Absorb(from.pool_);
    people_.Append(from.people_);
    progress_.insert(progress_.end(), from.progress_.begin(), from.progress_.end());
    from.progress_ = {};
    listed_.Append(from.listed_);
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return people_.bytes() + progress_.capacity() * sizeof(Progress) + pool_.bytes() +
           tasks_.bytes() + HashBytes(completed_) + listed_.bytes();
  }

  absl::StatusOr<QueryResult> Finish(Execution& execution) {
    QueryResult result;
    if (listed_.is_wanted()) {
      FOOTFALL_ASSIGN_OR_RETURN(result.rows, listed_.ToTable(execution));
      return result;
    }
    FOOTFALL_RETURN_IF_ERROR(
        execution.Hold(bytes() + progress_.size() * 5 * sizeof(Cell)));
    const auto tasks = static_cast<int64_t>(wanted_count_.value_or(pool_.size()));
    const auto share = [](int64_t part, int64_t whole) {
      return whole == 0 ? Cell()
                        : Cell(static_cast<double>(part) / static_cast<double>(whole));
    };
    Table table{.columns = {{"tasks_completed", ColumnType::kInt64, {}},
                            {"tasks_total", ColumnType::kInt64, {}},
                            {"completion_rate", ColumnType::kDouble, {}},
                            {"completed_at", ColumnType::kTimestamp, {}}}};
    int64_t done = 0;
    for (const Progress& progress : progress_) {
      const bool is_done = tasks > 0 && progress.completed == tasks;
      done += is_done;
      table.columns[0].cells.emplace_back(progress.completed);
      table.columns[1].cells.emplace_back(tasks);
      table.columns[2].cells.push_back(share(progress.completed, tasks));
      table.columns[3].cells.push_back(is_done ? Cell(progress.last_ms) : Cell());
    }
    people_.MoveTo(table);
    SortTable(table, {{.column = 0}});
    const auto people = static_cast<int64_t>(progress_.size());
    result.rows = std::move(table);
    result.total = Table{
        .columns = {{"people", ColumnType::kInt64, {people}},
                    {"people_completed", ColumnType::kInt64, {done}},
                    {"completion_rate", ColumnType::kDouble, {share(done, people)}}}};
    return result;
  }

 private:
  static TaskAction ActionOf(std::string_view name) {
    const ContentAction action = SplitContentName(name);
    if (action.kind != "task" || action.kind.size() == name.size()) {
      return TaskAction::kNone;
    }
    return action.action == "completed" ? TaskAction::kCompleted : TaskAction::kOther;
  }

  void AddRow(size_t row) {
    const TaskAction action = actions_.Of(CodeAt(*names_, row), ActionOf);
    if (action == TaskAction::kNone) return;
    const uint32_t task = tasks_.Of(CodeAt(*task_ids_, row));
    if (task == 0 || (wanted_count_.has_value() && task > *wanted_count_)) return;
    if (!TestBit(in_range_, row)) return;
    is_in_report_ = true;
    if (action != TaskAction::kCompleted) return;
    if (completed_.emplace(task, times_[row]).second) listed_.Add(row);
  }

  void PutProgress() {
    Progress progress{.completed = static_cast<int64_t>(completed_.size()),
                      .last_ms = INT64_MIN};
    for (const auto& [task, time_ms] : completed_) {
      progress.last_ms = std::max(progress.last_ms, time_ms);
    }
    progress_.push_back(progress);
  }

  const Spec& spec_;
  PeopleRows people_;
  std::vector<Progress> progress_;  // By row of people_.
  ValuePool pool_;                  // Of tasks; those of the catalogue come first.
  std::optional<size_t> wanted_count_;
  PoolIds tasks_;
  EventList listed_;

  // Of the block at hand.
  const uint64_t* in_range_ = nullptr;
  const int64_t* times_ = nullptr;
  const store::BlockColumn* names_ = nullptr;
  const store::BlockColumn* task_ids_ = nullptr;
  AnswersByCode<TaskAction> actions_;
  // Of the person at hand: tasks and when they were first completed.
  absl::flat_hash_map<uint32_t, int64_t> completed_;
  bool is_in_report_ = false;
};

class OnboardingOperator : public Operator {
 public:
  OnboardingOperator(const OnboardingPlan& plan, Needs& needs) : spec_{.plan = plan} {
    if (plan.where.has_value()) spec_.where = needs.AddRule(*plan.where);
    spec_.is_content = needs.AddRule(IsRule("event.type", "content"));
    spec_.name = needs.AddField(model::Field::Parse("event.name").value());
    spec_.task = needs.AddField(model::Field::Parse("properties.content_id").value());
    if (plan.members) spec_.events.emplace(needs);
    PeopleRows::AddNeeds(plan.attributes, needs);
    // Tasks are those that anybody ever met.
    if (!plan.tasks.has_value()) needs.AddPeopleOutOfRange();
  }
  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<OnboardingPartial>(spec_);
  }
  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    return static_cast<OnboardingPartial&>(all).Finish(execution);
  }

 private:
  Spec spec_;
};

}  // namespace

std::unique_ptr<Operator> MakeOnboarding(const OnboardingPlan& body, Needs& needs) {
  return std::make_unique<OnboardingOperator>(body, needs);
}

}  // namespace footfall::query
