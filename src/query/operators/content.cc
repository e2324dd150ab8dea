#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "query/block_rows.h"
#include "query/context.h"
#include "query/operators/content_rows.h"
#include "query/operators/operators.h"
#include "query/pool_ids.h"

namespace footfall::query {
namespace {

struct Spec {
  const ContentPlan& plan;
  std::optional<RuleRef> where;
  RuleRef is_content = 0;
  FieldRef name = 0;
  FieldRef content_id = 0;
  FieldRef content_name = 0;
};

// Ids of a pool; 0 is missing.
struct ContentKey {
  uint32_t kind = 0;
  uint32_t id = 0;

  bool operator==(const ContentKey&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const ContentKey& key) {
    return H::combine(std::move(h), key.kind, key.id);
  }
};

struct Content {
  int64_t shown = 0;
  int64_t started = 0;
  int64_t completed = 0;
  int64_t people = 0;
  int64_t people_completed = 0;
  // The latest name, with its place: time, person and row of that person's block.
  uint32_t name = 0;
  std::tuple<int64_t, uint64_t, size_t> name_place;
  // The last person who was counted, from 1 on.
  uint64_t person = 0;
  uint64_t person_completed = 0;

  void OfferName(uint32_t other, const std::tuple<int64_t, uint64_t, size_t>& place) {
    if (other == 0 || (name != 0 && place < name_place)) return;
    name = other;
    name_place = place;
  }
};

enum class Step { kOther, kShown, kStarted, kCompleted };

Step StepOf(std::string_view action) {
  if (action == "shown") return Step::kShown;
  if (action == "started") return Step::kStarted;
  return action == "completed" || action == "submitted" ? Step::kCompleted : Step::kOther;
}

class ContentPartial : public Partial {
 public:
  explicit ContentPartial(const Spec& spec)
      : spec_(spec), content_ids_(pool_), content_names_(pool_) {}

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* rows,
                              ExistingBoth(view, spec_.is_content, spec_.where, &mask_));
    if (!AnyRow(rows, 0, view.rows())) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(times_, view.TimesWhere(rows));
    FOOTFALL_ASSIGN_OR_RETURN(names_, view.Codes(spec_.name));
    FOOTFALL_ASSIGN_OR_RETURN(content_id_, view.Codes(spec_.content_id));
    FOOTFALL_ASSIGN_OR_RETURN(content_name_, view.Codes(spec_.content_name));
    actions_.StartBlock(*names_, {});
    content_ids_.StartBlock(*content_id_);
    content_names_.StartBlock(*content_name_);
    for (size_t person = 0; person < view.people(); ++person) {
      ++person_;
      ForEachRow(rows, view.begins()[person], view.begins()[person + 1],
                 [&](size_t row) { AddRow(row, view.codes()[person]); });
    }
    return absl::OkStatus();
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<ContentPartial&>(other);
    const std::vector<uint32_t> here = pool_.Absorb(from.pool_);
    for (const auto& [key, content] : from.contents_) {
      Content& into = contents_[{here[key.kind], here[key.id]}];
      into.shown += content.shown;
      into.started += content.started;
      into.completed += content.completed;
      into.people += content.people;
      into.people_completed += content.people_completed;
      into.OfferName(here[content.name], content.name_place);
    }
    from.contents_.clear();
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return pool_.bytes() + content_ids_.bytes() + content_names_.bytes() +
           HashBytes(contents_);
  }

  absl::StatusOr<Table> ToTable(Execution& execution) {
    FOOTFALL_RETURN_IF_ERROR(
        execution.Hold(bytes() + contents_.size() * 8 * sizeof(Cell)));
    absl::flat_hash_map<ContentKey, const std::string*> catalogue;
    for (const ContentName& content : spec_.plan.catalogue) {
      catalogue[{pool_.Intern(content.kind), pool_.Intern(content.id)}] = &content.name;
    }
    Table table{.columns = {{"content_id", ColumnType::kString, {}},
                            {"content_name", ColumnType::kString, {}},
                            {"kind", ColumnType::kString, {}},
                            {"shown", ColumnType::kInt64, {}},
                            {"started", ColumnType::kInt64, {}},
                            {"completed", ColumnType::kInt64, {}},
                            {"people", ColumnType::kInt64, {}},
                            {"completion_rate", ColumnType::kDouble, {}}}};
    for (const auto& [key, content] : contents_) {
      const auto named = catalogue.find(key);
      const bool in_catalogue = named != catalogue.end();
      if (spec_.plan.in_catalogue.value_or(in_catalogue) != in_catalogue) continue;
      size_t at = 0;
      const auto put = [&](Cell cell) {
        table.columns[at++].cells.push_back(std::move(cell));
      };
      put(pool_.ToCell(key.id, ColumnType::kString));
      put(in_catalogue ? Cell(Text(*named->second))
                       : pool_.ToCell(content.name, ColumnType::kString));
      put(pool_.ToCell(key.kind, ColumnType::kString));
      put(content.shown);
      put(content.started);
      put(content.completed);
      put(content.people);
      put(static_cast<double>(content.people_completed) /
          static_cast<double>(content.people));
    }
    SortTable(table, {{.column = 2}, {.column = 0}});
    return table;
  }

 private:
  struct Action {
    uint32_t kind = 0;
    Step step = Step::kOther;
  };

  void AddRow(size_t row, uint64_t person_code) {
    const Action action = actions_.Of(CodeAt(*names_, row), [&](std::string_view name) {
      const ContentAction split = SplitContentName(name);
      return Action{pool_.Intern(split.kind), StepOf(split.action)};
    });
    Content& content =
        contents_[{action.kind, content_ids_.Of(CodeAt(*content_id_, row))}];
    content.shown += action.step == Step::kShown;
    content.started += action.step == Step::kStarted;
    content.people += content.person != person_;
    content.person = person_;
    content.OfferName(content_names_.Of(CodeAt(*content_name_, row)),
                      {times_[row], person_code, row});
    if (action.step != Step::kCompleted) return;
    ++content.completed;
    content.people_completed += content.person_completed != person_;
    content.person_completed = person_;
  }

  const Spec& spec_;
  ValuePool pool_;
  absl::flat_hash_map<ContentKey, Content> contents_;
  PoolIds content_ids_;
  PoolIds content_names_;
  uint64_t person_ = 0;  // The stamp of the person at hand.

  // Of the block at hand.
  std::vector<uint64_t> mask_;
  const int64_t* times_ = nullptr;
  const store::BlockColumn* names_ = nullptr;
  const store::BlockColumn* content_id_ = nullptr;
  const store::BlockColumn* content_name_ = nullptr;
  AnswersByCode<Action> actions_;
};

class ContentOperator : public SpecOperator<Spec, ContentPartial> {
 public:
  ContentOperator(const ContentPlan& plan, Needs& needs) : SpecOperator({.plan = plan}) {
    const auto field = [&needs](std::string_view name) {
      return needs.AddField(model::Field::Parse(name).value());
    };
    if (plan.where.has_value()) spec_.where = needs.AddRule(*plan.where);
    spec_.is_content = needs.AddRule(IsRule("event.type", "content"));
    spec_.name = field("event.name");
    spec_.content_id = field("properties.content_id");
    spec_.content_name = field("properties.content_name");
  }
};

}  // namespace

std::unique_ptr<Operator> MakeContent(const ContentPlan& body, Needs& needs) {
  return std::make_unique<ContentOperator>(body, needs);
}

}  // namespace footfall::query
