#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "base/status.h"
#include "base/strings.h"
#include "query/aggregate.h"
#include "query/built_in.h"
#include "query/session_index.h"

namespace footfall::query {
namespace {

constexpr size_t kFilledRowsMax = 1'000'000;

// One number per row key: a person, an id in the pool, a session or a bucket.
using Key = absl::InlinedVector<int64_t, 3>;

class TableRun {
 public:
  TableRun(Execution& execution, const TablePlan& plan)
      : execution_(execution), plan_(plan) {
    for (const RowKey& row : plan.rows) {
      bucketers_.emplace_back(row.bucket, execution.plan().zone);
    }
    key_kinds_.resize(plan.rows.size());
    for (const AggregateColumn& column : plan.columns) {
      aggregators_.push_back(column.aggregate == Aggregate::kRatio
                                 ? nullptr
                                 : MakeAggregator(column, pool_));
    }
    source_.zone = execution.plan().zone;
    source_.now_ms = execution.now_ms();
  }

  absl::StatusOr<Table> Run() {
    FindNeeds();
    if (needs_people_ || needs_accounts_) {
      FOOTFALL_RETURN_IF_ERROR(people_.Load(execution_, needs_people_));
    }
    if (needs_sessions_) {
      FOOTFALL_RETURN_IF_ERROR(sessions_.Build(execution_, pool_));
      if (needs_session_ids_) {
        FOOTFALL_ASSIGN_OR_RETURN(names_, execution_.PersonNames());
      }
    }
    if (plan_.rows.empty()) groups_.try_emplace(key_, 0);
    FOOTFALL_RETURN_IF_ERROR(ScanEvents());
    if (plan_.fill) FOOTFALL_RETURN_IF_ERROR(Fill());
    return Finish();
  }

 private:
  void FindNeeds() {
    const auto need = [&](const model::Field& field) {
      needs_people_ |= field.is_person();
      needs_accounts_ |= field.kind() == model::FieldKind::kAccount;
      needs_sessions_ |= field.is_session();
      needs_session_ids_ |= field.kind() == model::FieldKind::kSessionId;
    };
    if (plan_.where.has_value()) plan_.where->VisitFields(need);
    for (const RowKey& row : plan_.rows) {
      if (row.kind == RowKey::Kind::kField) need(row.field);
      needs_accounts_ |= row.kind == RowKey::Kind::kAccount;
      needs_sessions_ |= row.kind == RowKey::Kind::kSession;
    }
    for (const AggregateColumn& column : plan_.columns) {
      if (column.of.has_value()) need(*column.of);
      if (column.where.has_value()) column.where->VisitFields(need);
      needs_sessions_ |= column.aggregate == Aggregate::kCountSessions;
    }
  }

  uint64_t Bytes() const {
    uint64_t bytes = pool_.bytes() + HashBytes(groups_);
    if (plan_.rows.size() > 3) bytes += groups_.size() * plan_.rows.size() * 8;
    for (const auto& aggregator : aggregators_) {
      if (aggregator != nullptr) bytes += aggregator->bytes();
    }
    return bytes;
  }

  absl::Status ScanEvents() {
    const Range& range = execution_.range();
    // Positions in the session index count from the first event of all.
    const bool all = needs_sessions_;
    size_t position = 0;
    return execution_.Scan(
        all ? INT64_MIN : range.from_ms, all ? INT64_MAX : range.to_ms,
        [&] { return Bytes(); },
        [&](const store::StoredEvent& stored) {
          const size_t at = position++;
          if (range.Contains(stored.event.time_ms)) AddEvent(stored, at);
          return absl::OkStatus();
        });
  }

  void AddEvent(const store::StoredEvent& stored, size_t position) {
    source_.event = &stored.event;
    source_.person = needs_people_ ? people_.Find(stored.person) : nullptr;
    if (needs_people_ || needs_accounts_)
      source_.account = people_.Account(stored.person);
    input_.source = &source_;
    input_.seq = stored.event.seq;
    input_.arrival = stored.arrival;
    input_.person = execution_.PersonIndex(stored.person);
    if (needs_sessions_) SetSession(sessions_.SessionOf(position));
    if (plan_.where.has_value() && !plan_.where->Matches(source_)) return;
    if (!MakeKey()) return;
    const uint32_t group =
        groups_.try_emplace(key_, static_cast<uint32_t>(groups_.size())).first->second;
    for (size_t i = 0; i < aggregators_.size(); ++i) {
      if (aggregators_[i] == nullptr) continue;
      const std::optional<model::Rule>& where = plan_.columns[i].where;
      if (where.has_value() && !where->Matches(source_)) continue;
      aggregators_[i]->Add(group, input_);
    }
  }

  void SetSession(uint32_t number) {
    const Session& session = sessions_.sessions()[number];
    input_.session = execution_.range().Contains(session.start_ms) ? number : kNoSession;
    if (needs_session_ids_) {
      session_id_ = SessionIndex::DisplayId(session, names_[session.person], pool_);
    }
    session_fields_ = {.id = session_id_.view(),
                       .start_ms = session.start_ms,
                       .duration_ms = session.end_ms - session.start_ms,
                       .events = session.events};
    source_.session = &session_fields_;
  }

  // False when the event has no row.
  bool MakeKey() {
    key_.clear();
    for (size_t i = 0; i < plan_.rows.size(); ++i) {
      const RowKey& row = plan_.rows[i];
      switch (row.kind) {
        case RowKey::Kind::kPerson:
          key_.push_back(input_.person);
          break;
        case RowKey::Kind::kAccount:
          key_.push_back(source_.account.empty() ? 0 : pool_.Intern(source_.account));
          break;
        case RowKey::Kind::kSession:
          if (input_.session == kNoSession) return false;
          key_.push_back(input_.session);
          break;
        case RowKey::Kind::kField:
          key_.push_back(
              pool_.Intern(model::ReadField(row.field, source_), &key_kinds_[i]));
          break;
        case RowKey::Kind::kTime:
          key_.push_back(bucketers_[i].BucketOf(source_.event->time_ms));
          break;
      }
    }
    return true;
  }

  // Adds the missing buckets between the first and the last one.
  absl::Status Fill() {
    const size_t at =
        std::find_if(plan_.rows.begin(), plan_.rows.end(),
                     [](const RowKey& row) { return row.kind == RowKey::Kind::kTime; }) -
        plan_.rows.begin();
    Bucketer& bucketer = bucketers_[at];
    const Range& range = execution_.range();
    std::vector<int64_t> buckets;
    absl::flat_hash_map<Key, bool> others;
    for (const auto& [key, group] : groups_) {
      buckets.push_back(key[at]);
      Key other = key;
      other[at] = 0;
      others.emplace(std::move(other), true);
    }
    if (plan_.rows.size() == 1) others.emplace(Key(1, 0), true);
    if (range.from_ms != INT64_MIN) buckets.push_back(bucketer.BucketOf(range.from_ms));
    if (range.to_ms != INT64_MAX) buckets.push_back(bucketer.BucketOf(range.to_ms - 1));
    if (buckets.empty()) return absl::OkStatus();
    const auto [first, last] = std::minmax_element(buckets.begin(), buckets.end());
    const int64_t end = *last;
    for (int64_t bucket = *first; bucket <= end; bucket = bucketer.Next(bucket)) {
      for (const auto& [other, unused] : others) {
        Key key = other;
        key[at] = bucket;
        groups_.try_emplace(std::move(key), static_cast<uint32_t>(groups_.size()));
      }
      if (groups_.size() > kFilledRowsMax) {
        return base::MakeError(
            absl::StatusCode::kResourceExhausted,
            base::Cat("\"fill\" makes more than ", kFilledRowsMax,
                      " rows; narrow the range or take longer buckets"));
      }
      FOOTFALL_RETURN_IF_ERROR(execution_.Check(Bytes()));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Table> Finish() {
    const size_t columns = plan_.rows.size() + plan_.columns.size();
    FOOTFALL_RETURN_IF_ERROR(
        execution_.Hold(Bytes() + groups_.size() * columns * sizeof(Cell)));
    FOOTFALL_RETURN_IF_ERROR(NamePeople());
    Table table;
    std::vector<const Key*> keys(groups_.size());
    for (const auto& [key, group] : groups_) keys[group] = &key;
    for (size_t i = 0; i < plan_.rows.size(); ++i) {
      table.columns.push_back(KeyColumn(i, keys));
    }
    for (size_t i = 0; i < plan_.columns.size(); ++i) {
      Column column;
      if (aggregators_[i] != nullptr) {
        FOOTFALL_ASSIGN_OR_RETURN(column, aggregators_[i]->Finish(groups_.size()));
        aggregators_[i].reset();
      }
      column.name = plan_.columns[i].name;
      table.columns.push_back(std::move(column));
    }
    for (size_t i = 0; i < plan_.columns.size(); ++i) {
      const AggregateColumn& ratio = plan_.columns[i];
      if (ratio.aggregate != Aggregate::kRatio) continue;
      const size_t keys_count = plan_.rows.size();
      Column column = DivideColumns(table.columns[keys_count + ratio.numerator],
                                    table.columns[keys_count + ratio.denominator]);
      column.name = ratio.name;
      table.columns[keys_count + i] = std::move(column);
    }
    Sort(table);
    return table;
  }

  absl::Status NamePeople() {
    const bool wanted =
        std::any_of(plan_.rows.begin(), plan_.rows.end(), [](const RowKey& row) {
          return row.kind == RowKey::Kind::kPerson || row.kind == RowKey::Kind::kSession;
        });
    if (!wanted || !names_.empty()) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(names_, execution_.PersonNames());
    return absl::OkStatus();
  }

  Column KeyColumn(size_t at, const std::vector<const Key*>& keys) const {
    const RowKey& row = plan_.rows[at];
    Column column{.name = row.name};
    if (row.kind == RowKey::Kind::kField) {
      column.type = row.field.is_time() ? ColumnType::kTimestamp : key_kinds_[at].type();
    } else if (row.kind == RowKey::Kind::kTime) {
      column.type =
          row.bucket == base::Bucket::kHour ? ColumnType::kTimestamp : ColumnType::kDate;
    }
    column.cells.reserve(keys.size());
    for (const Key* key : keys) column.cells.push_back(KeyCell(row, (*key)[at], column));
    return column;
  }

  Cell KeyCell(const RowKey& row, int64_t part, const Column& column) const {
    switch (row.kind) {
      case RowKey::Kind::kPerson:
        return names_[part];
      case RowKey::Kind::kSession: {
        const Session& session = sessions_.sessions()[part];
        return SessionIndex::DisplayId(session, names_[session.person], pool_);
      }
      case RowKey::Kind::kAccount:
      case RowKey::Kind::kField:
        return pool_.ToCell(static_cast<uint32_t>(part), column.type);
      case RowKey::Kind::kTime:
        break;
    }
    return part;
  }

  void Sort(Table& table) const {
    std::vector<OrderBy> order = plan_.order_by;
    for (size_t i = 0; i < plan_.rows.size(); ++i) order.push_back({.column = i});
    SortTable(table, order, plan_.limit.value_or(UINT64_MAX));
  }

  Execution& execution_;
  const TablePlan& plan_;
  bool needs_people_ = false;
  bool needs_accounts_ = false;
  bool needs_sessions_ = false;
  bool needs_session_ids_ = false;
  ValuePool pool_;
  People people_;
  SessionIndex sessions_;
  std::vector<Text> names_;
  std::vector<Bucketer> bucketers_;
  std::vector<KindMask> key_kinds_;
  std::vector<std::unique_ptr<Aggregator>> aggregators_;
  absl::flat_hash_map<Key, uint32_t> groups_;

  // Of the event at hand.
  model::FieldSource source_;
  model::SessionFields session_fields_;
  Text session_id_{""};
  AggregateInput input_;
  Key key_;
};

}  // namespace

absl::StatusOr<Table> RunTable(Execution& execution, const TablePlan& plan) {
  return TableRun(execution, plan).Run();
}

}  // namespace footfall::query
