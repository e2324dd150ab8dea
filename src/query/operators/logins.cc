#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/block_rows.h"
#include "query/operators/operators.h"
#include "query/people_rows.h"
#include "query/session_rows.h"

namespace footfall::query {
namespace {

constexpr int64_t kRecentMs = int64_t{30} * 86'400'000;

struct Spec {
  const LoginsPlan& plan;
  std::optional<RuleRef> where;
  std::optional<RuleRef> is_login;  // Absent: sessions are logins.
};

struct Logins {
  int64_t first_ms = INT64_MAX;
  int64_t last_ms = INT64_MIN;
  int64_t recent = 0;

  // Times do not decrease.
  void Add(int64_t time_ms, int64_t now_ms) {
    first_ms = std::min(first_ms, time_ms);
    last_ms = time_ms;
    recent += time_ms >= now_ms - kRecentMs && time_ms <= now_ms;
  }
};

class LoginsPartial : public Partial {
 public:
  explicit LoginsPartial(const Spec& spec) : spec_(spec), people_(spec.plan.attributes) {}

  absl::Status Add(BlockView& view) override {
    return spec_.is_login.has_value() ? AddEvents(view) : AddSessions(view);
  }

  absl::Status Merge(Partial& other) override {
    auto& from = static_cast<LoginsPartial&>(other);
    people_.Append(from.people_);
    logins_.insert(logins_.end(), from.logins_.begin(), from.logins_.end());
    from.logins_ = {};
    return absl::OkStatus();
  }

  uint64_t bytes() const override {
    return people_.bytes() + logins_.capacity() * sizeof(Logins);
  }

  absl::StatusOr<Table> ToTable(Execution& execution) {
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(bytes() + logins_.size() * 5 * sizeof(Cell)));
    Table table;
    people_.MoveTo(table);
    const std::vector<uint32_t> rows = RowsInOrder(table, {{.column = 0}});
    for (Column& column : table.columns) TakeRows(column, rows);
    Column first{"first_login", ColumnType::kTimestamp, {}};
    Column last{"last_login", ColumnType::kTimestamp, {}};
    Column recent{"logins_last_30_days", ColumnType::kInt64, {}};
    for (Column* column : {&first, &last, &recent}) column->cells.reserve(rows.size());
    for (const uint32_t row : rows) {
      first.cells.emplace_back(logins_[row].first_ms);
      last.cells.emplace_back(logins_[row].last_ms);
      recent.cells.emplace_back(logins_[row].recent);
    }
    for (Column* column : {&recent, &last, &first}) {
      table.columns.insert(table.columns.begin() + 1, std::move(*column));
    }
    return table;
  }

 private:
  absl::Status AddEvents(BlockView& view) {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* rows,
                              ExistingBoth(view, *spec_.is_login, spec_.where, &mask_));
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.TimesWhere(rows));
    const std::span<const uint32_t> begins = view.begins();
    const int64_t now_ms = view.now_ms();
    for (size_t person = 0; person < view.people(); ++person) {
      Logins logins;
      ForEachRow(rows, begins[person], begins[person + 1],
                 [&](size_t row) { logins.Add(times[row], now_ms); });
      FOOTFALL_RETURN_IF_ERROR(Put(view, person, logins));
    }
    return absl::OkStatus();
  }

  absl::Status AddSessions(BlockView& view) {
    FOOTFALL_RETURN_IF_ERROR(ChooseSessions(view, spec_.where, &mask_));
    FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.SessionSpans());
    const int64_t now_ms = view.now_ms();
    const std::vector<BlockSessions::Span>& spans = sessions->spans;
    size_t session = 0;
    for (size_t person = 0; person < view.people(); ++person) {
      Logins logins;
      for (; session < spans.size() && spans[session].person == person; ++session) {
        if (TestBit(mask_.data(), session)) logins.Add(spans[session].start_ms, now_ms);
      }
      FOOTFALL_RETURN_IF_ERROR(Put(view, person, logins));
    }
    return absl::OkStatus();
  }

  absl::Status Put(BlockView& view, size_t number, const Logins& logins) {
    if (logins.first_ms > logins.last_ms) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(const bool is_known, people_.Add(view, number));
    if (is_known) logins_.push_back(logins);
    return absl::OkStatus();
  }

  const Spec& spec_;
  PeopleRows people_;
  std::vector<Logins> logins_;  // By row of people_.
  std::vector<uint64_t> mask_;  // Of the block at hand.
};

class LoginsOperator : public SpecOperator<Spec, LoginsPartial> {
 public:
  LoginsOperator(const LoginsPlan& plan, Needs& needs) : SpecOperator({.plan = plan}) {
    if (plan.where.has_value()) spec_.where = needs.AddRule(*plan.where);
    if (plan.login_event.has_value()) {
      spec_.is_login = needs.AddRule(IsRule("event.name", *plan.login_event));
    } else {
      needs.AddSessions();
    }
    PeopleRows::AddNeeds(plan.attributes, needs);
  }
};

}  // namespace

std::unique_ptr<Operator> MakeLogins(const LoginsPlan& body, Needs& needs) {
  return std::make_unique<LoginsOperator>(body, needs);
}

}  // namespace footfall::query
