#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/block_rows.h"
#include "query/context.h"
#include "query/operators/operators.h"
#include "query/people_rows.h"
#include "query/pool_ids.h"

namespace footfall::query {
namespace {

constexpr int64_t kScoreMax = 10;
constexpr int64_t kPromoterFrom = 9;
constexpr int64_t kPassiveFrom = 7;

struct Spec {
  const NpsPlan& plan;
  std::optional<RuleRef> where;
  RuleRef is_content = 0;
  RuleRef is_submitted = 0;
  FieldRef survey = 0;
  FieldRef score = 0;
  FieldRef comment = 0;
};

struct NpsAnswer {
  int64_t score = 0;
  int64_t time_ms = 0;
  bool has_comment = false;
};

// The score that a value is, if it is one.
std::optional<int64_t> ScoreOf(const model::Value& value) {
  if (!value.is_number()) return std::nullopt;
  const double number = value.as_double();
  if (!(number >= 0 && number <= kScoreMax)) return std::nullopt;
  const auto whole = static_cast<int64_t>(number);
  if (static_cast<double>(whole) != number) return std::nullopt;
  return whole;
}

std::string_view CategoryOf(int64_t score) {
  if (score >= kPromoterFrom) return "promoter";
  return score >= kPassiveFrom ? "passive" : "detractor";
}

class NpsPartial : public Partial {
 public:
  explicit NpsPartial(const Spec& spec)
      : spec_(spec), people_(spec.plan.attributes), surveys_(pool_) {
    if (spec.plan.survey.has_value()) survey_ = pool_.Intern(*spec.plan.survey);
  }

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* rows, view.Existing(spec_.where));
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* content, view.Matches(spec_.is_content));
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* submitted,
                              view.Matches(spec_.is_submitted));
    wanted_.assign(rows, rows + MaskWords(view.rows()));
    for (size_t i = 0; i < wanted_.size(); ++i) wanted_[i] &= content[i] & submitted[i];
    if (!AnyRow(wanted_.data(), 0, view.rows())) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(times_, view.TimesWhere(wanted_.data()));
    FOOTFALL_ASSIGN_OR_RETURN(survey_ids_, view.Codes(spec_.survey));
    FOOTFALL_ASSIGN_OR_RETURN(scores_, view.Column(spec_.score));
    FOOTFALL_ASSIGN_OR_RETURN(comments_, view.Column(spec_.comment));
    surveys_.StartBlock(*survey_ids_);
    for (size_t person = 0; person < view.people(); ++person) {
      const std::optional<NpsAnswer> answer =
          LatestAnswer(view.begins()[person], view.begins()[person + 1]);
      if (!answer.has_value()) continue;
      FOOTFALL_ASSIGN_OR_RETURN(const bool is_known, people_.Add(view, person));
      if (is_known) answers_.push_back(*answer);
    }
    return absl::OkStatus();
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<NpsPartial&>(other);
    people_.Append(from.people_);
    answers_.insert(answers_.end(), from.answers_.begin(), from.answers_.end());
    from.answers_ = {};
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return people_.bytes() + answers_.capacity() * sizeof(NpsAnswer) + pool_.bytes() +
           surveys_.bytes();
  }

  Table Total() const {
    int64_t promoters = 0;
    int64_t passives = 0;
    for (const NpsAnswer& answer : answers_) {
      promoters += answer.score >= kPromoterFrom;
      passives += answer.score >= kPassiveFrom && answer.score < kPromoterFrom;
    }
    const auto answers = static_cast<int64_t>(answers_.size());
    const int64_t detractors = answers - promoters - passives;
    const Cell nps = answers == 0
                         ? Cell()
                         : Cell(100 * static_cast<double>(promoters - detractors) /
                                static_cast<double>(answers));
    return {.columns = {{"answers", ColumnType::kInt64, {answers}},
                        {"promoters", ColumnType::kInt64, {promoters}},
                        {"passives", ColumnType::kInt64, {passives}},
                        {"detractors", ColumnType::kInt64, {detractors}},
                        {"nps", ColumnType::kDouble, {nps}}}};
  }

  absl::StatusOr<Table> ToTable(Execution& execution) {
    FOOTFALL_RETURN_IF_ERROR(
        execution.Hold(bytes() + answers_.size() * 5 * sizeof(Cell)));
    Table table{.columns = {{"score", ColumnType::kInt64, {}},
                            {"category", ColumnType::kString, {}},
                            {"answered_at", ColumnType::kTimestamp, {}},
                            {"has_comment", ColumnType::kBool, {}}}};
    const Text categories[] = {Text(CategoryOf(0)), Text(CategoryOf(kPassiveFrom)),
                               Text(CategoryOf(kPromoterFrom))};
    for (const NpsAnswer& answer : answers_) {
      const int category =
          (answer.score >= kPassiveFrom) + (answer.score >= kPromoterFrom);
      table.columns[0].cells.emplace_back(answer.score);
      table.columns[1].cells.emplace_back(categories[category]);
      table.columns[2].cells.emplace_back(answer.time_ms);
      table.columns[3].cells.emplace_back(answer.has_comment);
    }
    people_.MoveTo(table);
    SortTable(table, {{.column = 0}});
    return table;
  }

 private:
  std::optional<NpsAnswer> LatestAnswer(size_t begin, size_t end) {
    std::optional<NpsAnswer> answer;
    ForEachRow(wanted_.data(), begin, end, [&](size_t row) {
      if (survey_ != 0 && surveys_.Of(CodeAt(*survey_ids_, row)) != survey_) return;
      const std::optional<int64_t> score = ScoreOf(BlockView::ValueAt(*scores_, row));
      if (!score.has_value()) return;
      const model::Value comment = BlockView::ValueAt(*comments_, row);
      answer = {.score = *score,
                .time_ms = times_[row],
                .has_comment = comment.is_string() && !comment.text.empty()};
    });
    return answer;
  }

  const Spec& spec_;
  PeopleRows people_;
  std::vector<NpsAnswer> answers_;
  ValuePool pool_;
  PoolIds surveys_;
  uint32_t survey_ = 0;  // 0: any.

  // Of the block at hand.
  std::vector<uint64_t> wanted_;
  const int64_t* times_ = nullptr;
  const store::BlockColumn* survey_ids_ = nullptr;
  const store::BlockColumn* scores_ = nullptr;
  const store::BlockColumn* comments_ = nullptr;
};

class NpsOperator : public Operator {
 public:
  NpsOperator(const NpsPlan& plan, Needs& needs) : spec_{.plan = plan} {
    if (plan.where.has_value()) spec_.where = needs.AddRule(*plan.where);
    spec_.is_content = needs.AddRule(IsRule("event.type", "content"));
    spec_.is_submitted = needs.AddRule(IsRule("event.name", "survey.submitted"));
    spec_.survey = needs.AddField(model::Field::Parse("properties.content_id").value());
    spec_.score = needs.AddField(model::Field::Parse("properties.score").value());
    spec_.comment = needs.AddField(model::Field::Parse("properties.comment").value());
    PeopleRows::AddNeeds(plan.attributes, needs);
  }
  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<NpsPartial>(spec_);
  }
  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    auto& partial = static_cast<NpsPartial&>(all);
    QueryResult result;
    result.total = partial.Total();
    FOOTFALL_ASSIGN_OR_RETURN(result.rows, partial.ToTable(execution));
    return result;
  }

 private:
  Spec spec_;
};

}  // namespace

std::unique_ptr<Operator> MakeNps(const NpsPlan& body, Needs& needs) {
  return std::make_unique<NpsOperator>(body, needs);
}

}  // namespace footfall::query
