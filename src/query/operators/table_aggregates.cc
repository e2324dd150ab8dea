#include "query/operators/table_aggregates.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "query/number.h"
#include "query/operators/table_counts.h"
#include "query/pool_ids.h"

namespace footfall::query {
namespace {

using model::Value;

__extension__ typedef __int128 Int128;

// An aggregate over numbers: `Self` has Take(group, number).
template <typename Self>
class OfNumbers : public TableAggregate {
 public:
  OfNumbers(const AggregateColumn& column, const AggregateNeeds& needs)
      : column_(column), needs_(needs) {}

  absl::Status Add(const GroupedRows& rows) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* mask, RowsOf(rows, needs_, &mask_));
    FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* column,
                              rows.view->Column(*needs_.of));
    const uint32_t* groups = rows.groups->RowGroups();
    ForEachNumber(*column, mask, rows.view->rows(),
                  [&](size_t row, const Number& number) {
                    any_double_ |= number.is_double;
                    static_cast<Self*>(this)->Take(GroupAt(groups, row), number);
                  });
    return absl::OkStatus();
  }
  uint64_t bytes() const override { return mask_.capacity() * sizeof(uint64_t); }

 protected:
  const AggregateColumn& column_;
  AggregateNeeds needs_;
  std::vector<uint64_t> mask_;
  bool any_double_ = false;
};

class Sum : public OfNumbers<Sum> {
 public:
  using OfNumbers::OfNumbers;
  void Take(uint32_t group, const Number& number) {
    State& state = StateOf(states_, group);
    ++state.count;
    if (number.is_double) {
      state.doubles += number.real;
    } else {
      state.integers += number.integer;
    }
  }
  void Merge(TableAggregate& other, const std::vector<uint32_t>& group_of,
             const std::vector<uint32_t>&) override {
    const Sum& theirs = static_cast<Sum&>(other);
    any_double_ |= theirs.any_double_;
    for (uint32_t i = 0; i < theirs.states_.size(); ++i) {
      State& state = StateOf(states_, group_of[i]);
      state.integers += theirs.states_[i].integers;
      state.doubles += theirs.states_[i].doubles;
      state.count += theirs.states_[i].count;
    }
  }
  uint64_t bytes() const override {
    return OfNumbers::bytes() + states_.capacity() * sizeof(State);
  }
  absl::StatusOr<Column> Finish(size_t groups) override {
    states_.resize(groups);
    return column_.aggregate == Aggregate::kAvg ? Averages() : Sums();
  }

 private:
  struct State {
    Int128 integers = 0;
    double doubles = 0;
    uint64_t count = 0;
  };

  static long double Total(const State& state) {
    return static_cast<long double>(state.integers) + state.doubles;
  }

  absl::Status Overflow() const {
    return base::MakeError(
        absl::StatusCode::kOutOfRange,
        base::Cat("the column '", column_.name, "' overflows: the sum of '",
                  column_.of->name(), "' does not fit"));
  }

  absl::StatusOr<Column> Averages() const {
    Column column{.type = ColumnType::kDouble};
    column.cells.resize(states_.size());
    for (size_t i = 0; i < states_.size(); ++i) {
      if (states_[i].count == 0) continue;
      const double average = static_cast<double>(Total(states_[i]) / states_[i].count);
      if (!std::isfinite(average)) return Overflow();
      column.cells[i] = average;
    }
    return column;
  }

  absl::StatusOr<Column> Sums() const {
    NumberColumn column(states_.size(), any_double_, false);
    for (size_t i = 0; i < states_.size(); ++i) {
      const State& state = states_[i];
      if (any_double_) {
        const double sum = static_cast<double>(Total(state));
        if (!std::isfinite(sum)) return Overflow();
        column.Set(i, Number::Of(sum));
      } else {
        if (state.integers > INT64_MAX || state.integers < INT64_MIN) return Overflow();
        column.Set(i, Number::Of(static_cast<int64_t>(state.integers)));
      }
    }
    return column.Take();
  }

  std::vector<State> states_;
};

class MinMax : public OfNumbers<MinMax> {
 public:
  using OfNumbers::OfNumbers;
  void Take(uint32_t group, const Number& number) {
    std::optional<Number>& best = StateOf(states_, group);
    const bool want_max = column_.aggregate == Aggregate::kMax;
    if (!best.has_value() || (want_max ? *best < number : number < *best)) best = number;
  }
  void Merge(TableAggregate& other, const std::vector<uint32_t>& group_of,
             const std::vector<uint32_t>&) override {
    const MinMax& theirs = static_cast<MinMax&>(other);
    any_double_ |= theirs.any_double_;
    for (uint32_t i = 0; i < theirs.states_.size(); ++i) {
      if (theirs.states_[i].has_value()) Take(group_of[i], *theirs.states_[i]);
    }
  }
  uint64_t bytes() const override {
    return OfNumbers::bytes() + states_.capacity() * sizeof(std::optional<Number>);
  }
  absl::StatusOr<Column> Finish(size_t groups) override {
    states_.resize(groups);
    NumberColumn column(groups, any_double_, column_.of->is_time());
    for (size_t i = 0; i < groups; ++i) {
      if (states_[i].has_value()) column.Set(i, *states_[i]);
    }
    return column.Take();
  }

 private:
  std::vector<std::optional<Number>> states_;
};

// Keeps all numbers, since the answer is exact.
class Percentile : public OfNumbers<Percentile> {
 public:
  using OfNumbers::OfNumbers;
  void Take(uint32_t group, const Number& number) {
    State& state = StateOf(states_, group);
    if (number.is_double) {
      Push(state.doubles, number.real);
    } else {
      Push(state.integers, number.integer);
    }
  }
  void Merge(TableAggregate& other, const std::vector<uint32_t>& group_of,
             const std::vector<uint32_t>&) override {
    Percentile& theirs = static_cast<Percentile&>(other);
    any_double_ |= theirs.any_double_;
    for (uint32_t i = 0; i < theirs.states_.size(); ++i) {
      State& from = theirs.states_[i];
      State& state = StateOf(states_, group_of[i]);
      for (const int64_t number : from.integers) Push(state.integers, number);
      for (const double number : from.doubles) Push(state.doubles, number);
      from = {};
    }
  }
  uint64_t bytes() const override {
    return OfNumbers::bytes() + states_.capacity() * sizeof(State) + number_bytes_;
  }
  absl::StatusOr<Column> Finish(size_t groups) override {
    states_.resize(groups);
    NumberColumn column(groups, any_double_, false);
    for (size_t i = 0; i < groups; ++i) {
      State& state = states_[i];
      const size_t count = state.integers.size() + state.doubles.size();
      if (count == 0) continue;
      const double rank = std::ceil(static_cast<double>(count) * column_.percent / 100.0);
      const size_t at = std::clamp(static_cast<size_t>(rank), size_t{1}, count) - 1;
      column.Set(i, Select(state, at));
      state = {};
    }
    return column.Take();
  }

 private:
  struct State {
    std::vector<int64_t> integers;
    std::vector<double> doubles;
  };

  template <typename T>
  void Push(std::vector<T>& numbers, T number) {
    const size_t before = numbers.capacity();
    numbers.push_back(number);
    number_bytes_ += (numbers.capacity() - before) * sizeof(T);
  }

  template <typename T>
  static T Nth(std::vector<T>& numbers, size_t at) {
    std::nth_element(numbers.begin(), numbers.begin() + at, numbers.end());
    return numbers[at];
  }

  static Number Select(State& state, size_t at) {
    if (state.doubles.empty()) return Number::Of(Nth(state.integers, at));
    if (state.integers.empty()) return Number::Of(Nth(state.doubles, at));
    std::vector<Number> both;
    for (const int64_t number : state.integers) both.push_back(Number::Of(number));
    for (const double number : state.doubles) both.push_back(Number::Of(number));
    return Nth(both, at);
  }

  std::vector<State> states_;
  uint64_t number_bytes_ = 0;
};

// The value of the first or last event that has one: by time, then by person, then in the
// order of the person's events.
class FirstLast : public TableAggregate {
 public:
  FirstLast(const AggregateColumn& column, const AggregateNeeds& needs, ValuePool& pool)
      : column_(column),
        needs_(needs),
        pool_(pool),
        ids_(pool),
        want_last_(column.aggregate == Aggregate::kLast) {}

  absl::Status Add(const GroupedRows& rows) override {
    BlockView& view = *rows.view;
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* mask, RowsOf(rows, needs_, &mask_));
    FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* column, view.Codes(*needs_.of));
    if (column->form == store::BlockColumn::Form::kMissing) return absl::OkStatus();
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.Times());
    ids_.StartBlock(*column);
    const uint32_t* groups = rows.groups->RowGroups();
    const std::span<const uint32_t> begins = view.begins();
    for (size_t i = 0; i < view.people(); ++i) {
      ForEachRow(mask, begins[i], begins[i + 1], [&](size_t row) {
        const uint32_t code = CodeAt(*column, row);
        if (code == 0) return;
        State& state = StateOf(states_, GroupAt(groups, row));
        const State at{.time_ms = times[row], .person = view.codes()[i]};
        if (state.value != 0 && !Replaces(at, state)) return;
        const uint32_t id = ids_.Of(code);
        if (id == 0) return;
        state = at;
        state.value = id;
        state.kind = column->values[code].kind;
      });
    }
    return absl::OkStatus();
  }
  void Merge(TableAggregate& other, const std::vector<uint32_t>& group_of,
             const std::vector<uint32_t>& id_of) override {
    const FirstLast& theirs = static_cast<FirstLast&>(other);
    for (uint32_t i = 0; i < theirs.states_.size(); ++i) {
      const State& from = theirs.states_[i];
      if (from.value == 0) continue;
      State& state = StateOf(states_, group_of[i]);
      if (state.value != 0 && !Replaces(from, state)) continue;
      state = from;
      state.value = id_of[from.value];
    }
  }
  uint64_t bytes() const override {
    return states_.capacity() * sizeof(State) + ids_.bytes() +
           mask_.capacity() * sizeof(uint64_t);
  }
  absl::StatusOr<Column> Finish(size_t groups) override {
    states_.resize(groups);
    KindMask kinds;
    for (const State& state : states_) {
      if (state.value != 0) kinds.Add(state.kind);
    }
    Column column{.type = column_.of->is_time() ? ColumnType::kTimestamp : kinds.type()};
    column.cells.reserve(groups);
    for (const State& state : states_) {
      column.cells.push_back(pool_.ToCell(state.value, column.type));
    }
    return column;
  }

 private:
  struct State {
    int64_t time_ms = 0;
    uint64_t person = 0;
    uint32_t value = 0;
    Value::Kind kind = Value::Kind::kMissing;
  };

  // Events of one person are met in order.
  bool Replaces(const State& later, const State& earlier) const {
    const bool before =
        std::tie(later.time_ms, later.person) < std::tie(earlier.time_ms, earlier.person);
    return before != want_last_;
  }

  const AggregateColumn& column_;
  AggregateNeeds needs_;
  ValuePool& pool_;
  PoolIds ids_;
  bool want_last_;
  std::vector<State> states_;
  std::vector<uint64_t> mask_;
};

class FirstLastTime : public TableAggregate {
 public:
  FirstLastTime(const AggregateNeeds& needs, bool want_last)
      : needs_(needs), want_last_(want_last) {}

  absl::Status Add(const GroupedRows& rows) override {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* mask, RowsOf(rows, needs_, &mask_));
    const uint32_t* groups = rows.groups->RowGroups();
    // The first time of a group is one of those that begin a run of it.
    if (!want_last_) mask = rows.groups->RunStarts(mask);
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, rows.view->TimesWhere(mask));
    ForEachRow(mask, 0, rows.view->rows(),
               [&](size_t row) { Take(GroupAt(groups, row), times[row]); });
    return absl::OkStatus();
  }
  void Merge(TableAggregate& other, const std::vector<uint32_t>& group_of,
             const std::vector<uint32_t>&) override {
    const FirstLastTime& theirs = static_cast<FirstLastTime&>(other);
    for (uint32_t i = 0; i < theirs.best_.size(); ++i) {
      if (theirs.best_[i].has_value()) Take(group_of[i], *theirs.best_[i]);
    }
  }
  uint64_t bytes() const override {
    return best_.capacity() * sizeof(std::optional<int64_t>) +
           mask_.capacity() * sizeof(uint64_t);
  }
  absl::StatusOr<Column> Finish(size_t groups) override {
    best_.resize(groups);
    Column column{.type = ColumnType::kTimestamp};
    column.cells.resize(groups);
    for (size_t i = 0; i < groups; ++i) {
      if (best_[i].has_value()) column.cells[i] = *best_[i];
    }
    return column;
  }

 private:
  void Take(uint32_t group, int64_t time_ms) {
    std::optional<int64_t>& best = StateOf(best_, group);
    if (!best.has_value() || (want_last_ ? time_ms > *best : time_ms < *best)) {
      best = time_ms;
    }
  }

  AggregateNeeds needs_;
  bool want_last_;
  std::vector<std::optional<int64_t>> best_;
  std::vector<uint64_t> mask_;
};

std::optional<double> AsDouble(const Cell& cell) {
  if (const int64_t* v = std::get_if<int64_t>(&cell)) return static_cast<double>(*v);
  if (const double* v = std::get_if<double>(&cell)) return *v;
  return std::nullopt;
}

}  // namespace

AggregateNeeds NeedsOf(const AggregateColumn& column, Needs& needs) {
  AggregateNeeds found;
  if (column.aggregate == Aggregate::kRatio) return found;
  if (column.of.has_value()) found.of = needs.AddField(*column.of);
  if (column.where.has_value()) found.where = needs.AddRule(*column.where);
  if (column.aggregate == Aggregate::kCountSessions) needs.AddSessions();
  return found;
}

std::unique_ptr<TableAggregate> MakeTableAggregate(const AggregateColumn& column,
                                                   const AggregateNeeds& needs,
                                                   ValuePool& pool) {
  switch (column.aggregate) {
    case Aggregate::kCountPeople:
      return MakeCountPeople(needs);
    case Aggregate::kCountSessions:
      return MakeCountSessions(needs);
    case Aggregate::kCountDistinct:
      return MakeCountDistinct(needs, pool);
    case Aggregate::kSum:
    case Aggregate::kAvg:
      return std::make_unique<Sum>(column, needs);
    case Aggregate::kMin:
    case Aggregate::kMax:
      return std::make_unique<MinMax>(column, needs);
    case Aggregate::kPercentile:
      return std::make_unique<Percentile>(column, needs);
    case Aggregate::kFirst:
    case Aggregate::kLast:
      return std::make_unique<FirstLast>(column, needs, pool);
    case Aggregate::kFirstTime:
      return std::make_unique<FirstLastTime>(needs, false);
    case Aggregate::kLastTime:
      return std::make_unique<FirstLastTime>(needs, true);
    case Aggregate::kCount:
    case Aggregate::kRatio:
      break;
  }
  return MakeCount(needs);
}

Column DivideColumns(const Column& numerator, const Column& denominator) {
  Column column{.type = ColumnType::kDouble};
  column.cells.resize(numerator.cells.size());
  for (size_t i = 0; i < column.cells.size(); ++i) {
    const std::optional<double> above = AsDouble(numerator.cells[i]);
    const std::optional<double> below = AsDouble(denominator.cells[i]);
    if (!above.has_value() || !below.has_value() || *below == 0) continue;
    const double ratio = *above / *below;
    if (std::isfinite(ratio)) column.cells[i] = ratio;
  }
  return column;
}

}  // namespace footfall::query
