// A selection of events and the lists that can be made of it; a part of drill.cc.
#ifndef FOOTFALL_REPORT_SELECTION_H_
#define FOOTFALL_REPORT_SELECTION_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "model/rule.h"
#include "query/execute.h"
#include "query/plan.h"
#include "query/table.h"
#include "store/event_store.h"

namespace footfall::report {

// What executes queries of one drill-down.
struct Engine {
  const store::Snapshot& snapshot;
  const query::ExecuteContext& context;

  absl::StatusOr<query::Table> Run(const query::Plan& plan) const;
};

// A bucket of time that events, or starts of sessions, have to lie in.
struct InBucket {
  base::Bucket bucket = base::Bucket::kDay;
  int64_t value = 0;  // As a cell has it.
};

// The events in the range of a plan that satisfy rules.
class Selection {
 public:
  // Takes over range, zone, segment and sessions of `plan`.
  Selection(const Engine& engine, const query::Plan& plan);

  void Where(const std::optional<model::Rule>& rule);
  void Where(base::Json rule) { rules_.Push(std::move(rule)); }
  void In(const InBucket& bucket) { buckets_.push_back(bucket); }
  void SetRange(query::Range range) { plan_.range = range; }
  query::Range range() const { return plan_.range; }

  absl::StatusOr<query::Table> People() const;
  // Those that belong to the range, whatever the buckets.
  absl::StatusOr<query::Table> Sessions() const;
  absl::StatusOr<query::Table> Moments() const;
  // The same of the starts of sessions of which an event satisfies `where`; the rules are
  // about their first events.
  absl::StatusOr<query::Table> PeopleOfSessions(
      const std::optional<model::Rule>& where) const;
  absl::StatusOr<query::Table> SessionsByStart(
      const std::optional<model::Rule>& where) const;

 private:
  absl::StatusOr<std::optional<model::Rule>> Rule() const;
  // `plan_` with the range narrowed down to the buckets; nothing when they do not meet.
  std::optional<query::Plan> Narrowed() const;
  // Rows with the buckets as keys, and of those the ones in them without these keys.
  absl::StatusOr<query::Table> Grouped(std::vector<query::RowKey::Kind> keys,
                                       bool by_sessions,
                                       const std::optional<model::Rule>& where) const;

  const Engine& engine_;
  query::Plan plan_;
  base::Json rules_ = base::Json::MakeArray();
  std::vector<InBucket> buckets_;
};

// Rules that hold for the values that group as `text` does, a missing one for nullopt.
base::Json FieldIs(const model::Field& field, const std::optional<std::string>& text);
base::Json Condition(std::string_view field, std::string_view op, base::Json value);
base::Json IsSet(std::string_view field, bool set);
// Holds for sessions that belong to the range; null when all do.
base::Json StartsIn(query::Range range);

// The text by which a value groups: that of a cell, or of its JSON. Missing: nullopt.
std::optional<std::string> CellText(const query::Column& column, size_t row);
std::optional<std::string> JsonText(const base::Json& value);

// The column of a name. Requires that there is one.
const query::Column& ColumnNamed(const query::Table& table, std::string_view name);
// Keeps the rows for which `keep` answers true.
void KeepRows(query::Table& table, absl::FunctionRef<bool(size_t row)> keep);
// Adds playable and not_playable_reason.
void AddPlayable(query::Table& sessions);
// Of a table of sessions or moments, its people: person, and nothing else.
query::Table PeopleOf(const query::Table& table);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_SELECTION_H_
