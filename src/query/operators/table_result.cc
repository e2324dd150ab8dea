#include "query/operators/table_result.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "query/operators/table_aggregates.h"
#include "query/sort_table.h"

namespace footfall::query {
namespace {

constexpr size_t kFilledRowsMax = 1'000'000;

class Writer {
 public:
  Writer(Execution& execution, const TablePlan& plan, TableGroups& groups,
         const ValuePool& pool, absl::FunctionRef<uint64_t()> bytes)
      : execution_(execution), plan_(plan), groups_(groups), pool_(pool), bytes_(bytes) {}

  // Adds the missing buckets between the first and the last one.
  absl::Status Fill();
  absl::StatusOr<Table> Write(
      absl::FunctionRef<absl::StatusOr<Column>(size_t, size_t)> aggregate);

 private:
  absl::Status NamePeople(const std::vector<const GroupKey*>& keys);
  Column KeyColumn(size_t at, const std::vector<const GroupKey*>& keys) const;
  void AddNames(size_t at, const std::vector<const GroupKey*>& keys,
                Column& column) const;
  // Of a key that is no person.
  Cell KeyCell(const RowKey& row, int64_t part, const Column& column) const;

  Execution& execution_;
  const TablePlan& plan_;
  TableGroups& groups_;
  const ValuePool& pool_;
  absl::FunctionRef<uint64_t()> bytes_;
  // Codes of the people that are keys, rising, and their names.
  std::vector<uint64_t> people_;
  std::vector<Text> names_;
};

absl::Status Writer::Fill() {
  const size_t at =
      std::find_if(plan_.rows.begin(), plan_.rows.end(),
                   [](const RowKey& row) { return row.kind == RowKey::Kind::kTime; }) -
      plan_.rows.begin();
  Bucketer bucketer(plan_.rows[at].bucket, execution_.plan().zone);
  const Range& range = execution_.range();
  std::vector<int64_t> buckets;
  absl::flat_hash_map<GroupKey, bool> others;
  for (const auto& [key, group] : groups_.groups()) {
    buckets.push_back(key[at]);
    GroupKey other = key;
    other[at] = 0;
    others.emplace(std::move(other), true);
  }
  if (plan_.rows.size() == 1) others.emplace(GroupKey(1, 0), true);
  if (range.from_ms != INT64_MIN) buckets.push_back(bucketer.BucketOf(range.from_ms));
  if (range.to_ms != INT64_MAX) buckets.push_back(bucketer.BucketOf(range.to_ms - 1));
  if (buckets.empty()) return absl::OkStatus();
  const auto [first, last] = std::minmax_element(buckets.begin(), buckets.end());
  const int64_t end = *last;
  for (int64_t bucket = *first; bucket <= end; bucket = bucketer.Next(bucket)) {
    for (const auto& [other, unused] : others) {
      GroupKey key = other;
      key[at] = bucket;
      groups_.GroupOf(key);
    }
    if (groups_.size() > kFilledRowsMax) {
      return base::MakeError(absl::StatusCode::kResourceExhausted,
                             base::Cat("\"fill\" makes more than ", kFilledRowsMax,
                                       " rows; narrow the range or take longer buckets"));
    }
    FOOTFALL_RETURN_IF_ERROR(execution_.Check(bytes_()));
  }
  return absl::OkStatus();
}

absl::StatusOr<Table> Writer::Write(
    absl::FunctionRef<absl::StatusOr<Column>(size_t, size_t)> aggregate) {
  const size_t key_count = plan_.rows.size();
  const size_t columns = key_count + plan_.columns.size();
  FOOTFALL_RETURN_IF_ERROR(
      execution_.Hold(bytes_() + groups_.size() * columns * sizeof(Cell)));
  std::vector<const GroupKey*> keys(groups_.size());
  for (const auto& [key, group] : groups_.groups()) keys[group] = &key;
  FOOTFALL_RETURN_IF_ERROR(NamePeople(keys));
  Table table;
  for (size_t i = 0; i < key_count; ++i) table.columns.push_back(KeyColumn(i, keys));
  for (size_t i = 0; i < plan_.columns.size(); ++i) {
    Column column;
    if (plan_.columns[i].aggregate != Aggregate::kRatio) {
      FOOTFALL_ASSIGN_OR_RETURN(column, aggregate(i, groups_.size()));
    }
    column.name = plan_.columns[i].name;
    table.columns.push_back(std::move(column));
  }
  for (size_t i = 0; i < plan_.columns.size(); ++i) {
    const AggregateColumn& ratio = plan_.columns[i];
    if (ratio.aggregate != Aggregate::kRatio) continue;
    Column column = DivideColumns(table.columns[key_count + ratio.numerator],
                                  table.columns[key_count + ratio.denominator]);
    column.name = ratio.name;
    table.columns[key_count + i] = std::move(column);
  }
  std::vector<OrderBy> order = plan_.order_by;
  for (size_t i = 0; i < key_count; ++i) order.push_back({.column = i});
  SortTable(table, order, plan_.limit.value_or(UINT64_MAX));
  return table;
}

absl::Status Writer::NamePeople(const std::vector<const GroupKey*>& keys) {
  for (size_t i = 0; i < plan_.rows.size(); ++i) {
    if (plan_.rows[i].kind != RowKey::Kind::kPerson) continue;
    for (const GroupKey* key : keys) {
      people_.push_back(static_cast<uint64_t>((*key)[i]));
    }
  }
  // Workers meet them rising.
  if (!std::is_sorted(people_.begin(), people_.end())) {
    std::sort(people_.begin(), people_.end());
  }
  people_.erase(std::unique(people_.begin(), people_.end()), people_.end());
  FOOTFALL_RETURN_IF_ERROR(execution_.Hold(people_.capacity() * sizeof(uint64_t)));
  FOOTFALL_ASSIGN_OR_RETURN(names_, execution_.NamesOf(people_));
  return absl::OkStatus();
}

Column Writer::KeyColumn(size_t at, const std::vector<const GroupKey*>& keys) const {
  const RowKey& row = plan_.rows[at];
  Column column{.name = row.name};
  if (row.kind == RowKey::Kind::kField) {
    column.type = row.field.is_time() ? ColumnType::kTimestamp : groups_.kinds(at).type();
  } else if (row.kind == RowKey::Kind::kTime) {
    column.type =
        row.bucket == base::Bucket::kHour ? ColumnType::kTimestamp : ColumnType::kDate;
  }
  column.cells.reserve(keys.size());
  if (row.kind == RowKey::Kind::kPerson) {
    AddNames(at, keys, column);
    return column;
  }
  for (const GroupKey* key : keys) {
    column.cells.push_back(KeyCell(row, (*key)[at], column));
  }
  return column;
}

void Writer::AddNames(size_t at, const std::vector<const GroupKey*>& keys,
                      Column& column) const {
  // Mostly the next one comes next.
  size_t next = 0;
  for (const GroupKey* key : keys) {
    const auto person = static_cast<uint64_t>((*key)[at]);
    if (next == people_.size() || people_[next] != person) {
      next = static_cast<size_t>(
          std::lower_bound(people_.begin(), people_.end(), person) - people_.begin());
    }
    column.cells.emplace_back(names_[next++]);
  }
}

Cell Writer::KeyCell(const RowKey& row, int64_t part, const Column& column) const {
  switch (row.kind) {
    case RowKey::Kind::kSession:
      return pool_.ToCell(groups_.SessionName(part), ColumnType::kString);
    case RowKey::Kind::kAccount:
    case RowKey::Kind::kField:
      return pool_.ToCell(static_cast<uint32_t>(part), column.type);
    case RowKey::Kind::kPerson:  // AddNames.
    case RowKey::Kind::kTime:
      break;
  }
  return part;
}

// Whether all columns are `aggregate` without a condition, or ratios of such.
bool AllAre(const TablePlan& plan, Aggregate aggregate) {
  return std::all_of(
      plan.columns.begin(), plan.columns.end(), [&](const AggregateColumn& column) {
        return column.aggregate == Aggregate::kRatio ||
               (column.aggregate == aggregate && !column.where.has_value());
      });
}

// Writes the table of groups that were counted already.
absl::StatusOr<Table> WriteCounted(Execution& execution, const TablePlan& plan,
                                   TableGroups& groups, const ValuePool& pool,
                                   const std::vector<int64_t>& counts) {
  return WriteTable(
      execution, plan, groups, pool, [&] { return groups.bytes() + pool.bytes(); },
      [&](size_t, size_t size) -> absl::StatusOr<Column> {
        Column column{.type = ColumnType::kInt64};
        column.cells.assign(counts.begin(), counts.end());
        column.cells.resize(size, Cell(int64_t{0}));
        return column;
      });
}

}  // namespace

absl::StatusOr<Table> WriteTable(
    Execution& execution, const TablePlan& plan, TableGroups& groups,
    const ValuePool& pool, absl::FunctionRef<uint64_t()> bytes,
    absl::FunctionRef<absl::StatusOr<Column>(size_t column, size_t groups)> aggregate) {
  Writer writer(execution, plan, groups, pool, bytes);
  if (plan.fill) FOOTFALL_RETURN_IF_ERROR(writer.Fill());
  return writer.Write(aggregate);
}

StoredCounts CountsFor(const Plan& plan, const TablePlan& table) {
  if (table.where.has_value() || plan.segment.has_value() || table.rows.size() != 1 ||
      table.columns.empty()) {
    return StoredCounts::kNone;
  }
  const RowKey& key = table.rows[0];
  if (key.kind == RowKey::Kind::kField &&
      key.field.kind() == model::FieldKind::kEventName &&
      AllAre(table, Aggregate::kCount)) {
    return StoredCounts::kEventsByName;
  }
  if (key.kind == RowKey::Kind::kTime && key.bucket == base::Bucket::kDay &&
      plan.zone == absl::UTCTimeZone() && AllAre(table, Aggregate::kCountPeople)) {
    return StoredCounts::kPeopleByDay;
  }
  return StoredCounts::kNone;
}

absl::StatusOr<std::optional<Table>> CountedTable(Execution& execution,
                                                  const TablePlan& plan,
                                                  const store::BlockScan& scan) {
  const StoredCounts counted = CountsFor(execution.plan(), plan);
  if (counted == StoredCounts::kNone) return std::nullopt;
  ValuePool pool;
  TableGroups groups(execution.plan(), plan.rows, {0}, pool);
  std::vector<int64_t> counts;
  const auto add = [&](int64_t part, uint64_t count) {
    const uint32_t group = groups.GroupOf({part});
    if (group >= counts.size()) counts.resize(group + 1);
    counts[group] += static_cast<int64_t>(count);
  };
  if (counted == StoredCounts::kEventsByName) {
    FOOTFALL_ASSIGN_OR_RETURN(const auto names, scan.CountsByName());
    if (!names.has_value()) return std::nullopt;
    for (const auto& [value_id, count] : *names) {
      const model::Value name = value_id == store::kNoValueId
                                    ? model::Value::Missing()
                                    : model::Value::String(scan.TextOf(value_id));
      add(pool.Intern(name, &groups.kinds(0)), count);
    }
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(const auto days, scan.PeopleByDay());
    if (!days.has_value()) return std::nullopt;
    for (const auto& [day, people] : *days) {
      add(day, people);
    }
  }
  FOOTFALL_ASSIGN_OR_RETURN(Table table,
                            WriteCounted(execution, plan, groups, pool, counts));
  return table;
}

}  // namespace footfall::query
