#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/block_rows.h"
#include "query/context.h"
#include "query/operators/operators.h"
#include "query/pool_ids.h"
#include "query/session_rows.h"
#include "query/session_totals.h"

namespace footfall::query {
namespace {

constexpr std::array kContextFields = {"context.country", "context.browser",
                                       "context.os"};

struct Spec {
  std::optional<RuleRef> where;
  RuleRef is_view = 0;
  FieldRef url = 0;
  std::array<FieldRef, kContextFields.size()> context{};
  const SessionsPlan& plan;
};

// Places of the columns.
enum : size_t {
  kSession,
  kPerson,
  kStart,
  kEnd,
  kDuration,
  kEvents,
  kPages,
  kEntryPage,
  kExitPage,
  kContext,  // As many as there are fields.
  kPlayable = kContext + kContextFields.size(),
  kNotPlayableReason,
};

Table EmptyTable() {
  return {.columns = {{"session", ColumnType::kString, {}},
                      {"person", ColumnType::kString, {}},
                      {"start", ColumnType::kTimestamp, {}},
                      {"end", ColumnType::kTimestamp, {}},
                      {"duration_ms", ColumnType::kInt64, {}},
                      {"events", ColumnType::kInt64, {}},
                      {"pages", ColumnType::kInt64, {}},
                      {"entry_page", ColumnType::kString, {}},
                      {"exit_page", ColumnType::kString, {}},
                      {"country", ColumnType::kString, {}},
                      {"browser", ColumnType::kString, {}},
                      {"os", ColumnType::kString, {}},
                      {"playable", ColumnType::kBool, {}},
                      {"not_playable_reason", ColumnType::kString, {}}}};
}

// A session's codes in the columns of its block.
struct Visit {
  uint32_t session = 0;
  uint32_t pages = 0;
  uint32_t entry = 0;
  uint32_t exit = 0;
  std::array<uint32_t, kContextFields.size()> context{};
};

// Fills cells of the answer right away: there is no smaller form of so many texts.
class SessionsPartial : public Partial {
 public:
  explicit SessionsPartial(const Spec& spec)
      : spec_(spec),
        table_(EmptyTable()),
        urls_(pool_),
        context_{PoolIds(pool_), PoolIds(pool_), PoolIds(pool_)} {}

  absl::Status Add(BlockView& view) override {
    FOOTFALL_ASSIGN_OR_RETURN(sessions_, view.Sessions());
    FOOTFALL_RETURN_IF_ERROR(ChooseSessions(view, spec_.where, &chosen_));
    ListVisits();
    if (visits_.empty()) return absl::OkStatus();
    FOOTFALL_RETURN_IF_ERROR(ReadPages(view));
    FOOTFALL_RETURN_IF_ERROR(ReadContext(view));
    return PutRows(view);
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<SessionsPartial&>(other);
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      std::vector<Cell>& cells = from.table_.columns[i].cells;
      std::move(cells.begin(), cells.end(), std::back_inserter(table_.columns[i].cells));
      cells = {};
    }
    text_bytes_ += std::exchange(from.text_bytes_, 0) + from.pool_.bytes();
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return table_.columns[0].cells.capacity() * table_.columns.size() * sizeof(Cell) +
           text_bytes_ + pool_.bytes() + visits_.capacity() * sizeof(Visit);
  }

  absl::StatusOr<Table> ToTable(Execution& execution) {
    // Beside the table a copy of one column, while the rows are sorted.
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(bytes() + table_.row_count() * sizeof(Cell)));
    table_.columns[kPlayable].cells.assign(table_.row_count(), false);
    table_.columns[kNotPlayableReason].cells.assign(table_.row_count(),
                                                    Text("not recorded"));
    std::vector<OrderBy> order = spec_.plan.order_by;
    for (const size_t column : {kStart, kPerson, kSession}) {
      order.push_back({.column = column});
    }
    SortTable(table_, order, spec_.plan.limit.value_or(UINT64_MAX));
    return std::move(table_);
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  void ListVisits() {
    visits_.clear();
    visit_of_.assign(sessions_->spans.size(), kNone);
    ForEachRow(chosen_.data(), 0, sessions_->spans.size(), [&](size_t session) {
      visit_of_[session] = static_cast<uint32_t>(visits_.size());
      visits_.push_back({.session = static_cast<uint32_t>(session)});
    });
  }

  absl::Status ReadPages(BlockView& view) {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* rows, view.Matches(spec_.is_view));
    FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* url, view.Codes(spec_.url));
    urls_.StartBlock(*url);
    ForEachRow(rows, 0, view.rows(), [&](size_t row) {
      const uint32_t number = visit_of_[sessions_->of_row[row]];
      if (number == kNone) return;
      Visit& visit = visits_[number];
      ++visit.pages;
      const uint32_t code = CodeAt(*url, row);
      if (code == 0) return;
      if (visit.entry == 0) visit.entry = code;
      visit.exit = code;
    });
    return absl::OkStatus();
  }

  absl::Status ReadContext(BlockView& view) {
    for (size_t i = 0; i < kContextFields.size(); ++i) {
      FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* column,
                                view.Codes(spec_.context[i]));
      context_[i].StartBlock(*column);
      if (column->form == store::BlockColumn::Form::kMissing) continue;
      for (size_t row = 0; row < view.rows(); ++row) {
        const uint32_t code = CodeAt(*column, row);
        const uint32_t number = visit_of_[sessions_->of_row[row]];
        if (code != 0 && number != kNone) visits_[number].context[i] = code;
      }
    }
    return absl::OkStatus();
  }

  absl::Status PutRows(BlockView& view) {
    const auto put = [&](size_t column, Cell cell) {
      table_.columns[column].cells.push_back(std::move(cell));
    };
    const auto put_text = [&](size_t column, uint32_t id) {
      put(column, pool_.ToCell(id, ColumnType::kString));
    };
    uint32_t named = kNone;
    Text person;
    for (const Visit& visit : visits_) {
      const BlockSessions::Span& span = sessions_->spans[visit.session];
      if (span.person != named) {
        FOOTFALL_ASSIGN_OR_RETURN(const std::string_view name,
                                  view.PersonName(span.person));
        person = texts_.Make(name);
        named = span.person;
        text_bytes_ += TextWriter::HeapBytes(name.size());
      }
      FOOTFALL_ASSIGN_OR_RETURN(const std::string_view id, view.SessionId(visit.session));
      text_bytes_ += TextWriter::HeapBytes(id.size());
      put(kSession, texts_.Make(id));
      put(kPerson, person);
      put(kStart, span.start_ms);
      put(kEnd, span.end_ms);
      put(kDuration, span.end_ms - span.start_ms);
      put(kEvents, int64_t{span.events});
      put(kPages, int64_t{visit.pages});
      put_text(kEntryPage, urls_.Of(visit.entry));
      put_text(kExitPage, urls_.Of(visit.exit));
      for (size_t i = 0; i < kContextFields.size(); ++i) {
        put_text(kContext + i, context_[i].Of(visit.context[i]));
      }
    }
    return absl::OkStatus();
  }

  const Spec& spec_;
  Table table_;
  TextWriter texts_;
  uint64_t text_bytes_ = 0;
  ValuePool pool_;
  PoolIds urls_;
  std::array<PoolIds, kContextFields.size()> context_;

  // Of the block at hand.
  const BlockSessions* sessions_ = nullptr;
  std::vector<uint64_t> chosen_;
  std::vector<Visit> visits_;
  std::vector<uint32_t> visit_of_;
};

class SessionsOperator : public SpecOperator<Spec, SessionsPartial> {
 public:
  SessionsOperator(const SessionsPlan& plan, Needs& needs)
      : SpecOperator({.plan = plan}) {
    if (plan.where.has_value()) spec_.where = needs.AddRule(*plan.where);
    spec_.is_view = needs.AddRule(IsRule("event.type", "page_view"));
    spec_.url = needs.AddField(model::Field::Parse("event.url").value());
    for (size_t i = 0; i < kContextFields.size(); ++i) {
      spec_.context[i] = needs.AddField(model::Field::Parse(kContextFields[i]).value());
    }
    needs.AddSessions();
    needs.AddSessionIds();
    needs.AddPersonNames();
  }
};

}  // namespace

std::unique_ptr<Operator> MakeSessions(const Plan& plan, const SessionsPlan& body,
                                       Needs& needs) {
  if (IsSessionTotals(body)) return MakeSessionTotals(body, needs);
  if (!body.columns.empty()) return MakeSessionTable(plan, body, needs);
  return std::make_unique<SessionsOperator>(body, needs);
}

}  // namespace footfall::query
