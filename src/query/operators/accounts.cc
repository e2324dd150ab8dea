#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/context.h"
#include "query/operators/operators.h"
#include "query/operators/people_in_report.h"
#include "query/value_pool.h"

namespace footfall::query {
namespace {

constexpr int64_t kRecentMs = int64_t{30} * 86'400'000;

struct Account {
  int64_t people = 0;
  int64_t active = 0;
  int64_t sessions = 0;
  int64_t events = 0;
  std::optional<int64_t> first_ms;
  std::optional<int64_t> last_ms;

  void Add(const model::Person& person, bool is_active) {
    ++people;
    active += is_active;
    sessions += static_cast<int64_t>(person.sessions);
    events += static_cast<int64_t>(person.events);
    if (person.first_seen_ms.has_value()) {
      first_ms = std::min(first_ms.value_or(INT64_MAX), *person.first_seen_ms);
    }
    if (person.last_seen_ms.has_value()) {
      last_ms = std::max(last_ms.value_or(INT64_MIN), *person.last_seen_ms);
    }
  }
};

Cell TimeCell(const std::optional<int64_t>& time_ms) {
  return time_ms.has_value() ? Cell(*time_ms) : Cell();
}

class AccountsOperator : public Operator {
 public:
  AccountsOperator(const Plan& plan, const AccountsPlan& accounts, Needs& needs)
      : plan_(plan) {
    if (accounts.where.has_value()) where_ = needs.AddRule(*accounts.where);
  }

  std::unique_ptr<Partial> NewPartial() const override {
    return std::make_unique<PeopleInReport>(plan_, where_, kRecentMs);
  }

  absl::StatusOr<QueryResult> Finish(Partial& all, Execution& execution) override {
    ValuePool pool;
    std::vector<Account> accounts(1);  // By the number in the pool; 0 is no account.
    FOOTFALL_RETURN_IF_ERROR(static_cast<PeopleInReport&>(all).Visit(
        execution,
        [&](const model::Person& person, std::string_view account, bool is_active) {
          const uint32_t number = account.empty() ? 0 : pool.Intern(account);
          if (number >= accounts.size()) accounts.resize(number + 1);
          accounts[number].Add(person, is_active);
          return execution.Check(pool.bytes() + accounts.capacity() * sizeof(Account));
        }));
    FOOTFALL_RETURN_IF_ERROR(execution.Hold(
        pool.bytes() + accounts.size() * (sizeof(Account) + 7 * sizeof(Cell))));
    QueryResult result;
    result.rows = ToTable(accounts, pool);
    return result;
  }

 private:
  static Table ToTable(const std::vector<Account>& accounts, const ValuePool& pool) {
    Table table{.columns = {{"account", ColumnType::kString, {}},
                            {"people", ColumnType::kInt64, {}},
                            {"active_last_30_days", ColumnType::kInt64, {}},
                            {"sessions", ColumnType::kInt64, {}},
                            {"events", ColumnType::kInt64, {}},
                            {"first_seen", ColumnType::kTimestamp, {}},
                            {"last_seen", ColumnType::kTimestamp, {}}}};
    for (size_t i = 0; i < accounts.size(); ++i) {
      const Account& account = accounts[i];
      if (account.people == 0) continue;
      size_t at = 0;
      const auto put = [&](Cell cell) {
        table.columns[at++].cells.push_back(std::move(cell));
      };
      put(pool.ToCell(static_cast<uint32_t>(i), ColumnType::kString));
      put(account.people);
      put(account.active);
      put(account.sessions);
      put(account.events);
      put(TimeCell(account.first_ms));
      put(TimeCell(account.last_ms));
    }
    SortTable(table, {{.column = 0}});
    return table;
  }

  const Plan& plan_;
  std::optional<RuleRef> where_;
};

}  // namespace

std::unique_ptr<Operator> MakeAccounts(const Plan& plan, const AccountsPlan& body,
                                       Needs& needs) {
  return std::make_unique<AccountsOperator>(plan, body, needs);
}

}  // namespace footfall::query
