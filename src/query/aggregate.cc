#include "query/aggregate.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "base/strings.h"

namespace footfall::query {
namespace {

using model::Value;

__extension__ typedef __int128 Int128;

// An integer or a double, compared exactly.
struct Number {
  bool is_double = false;
  int64_t integer = 0;
  double real = 0;

  static Number Of(const Value& value) {
    return {.is_double = value.kind == Value::Kind::kDouble,
            .integer = value.integer,
            .real = value.number};
  }
  double as_double() const { return is_double ? real : static_cast<double>(integer); }
  bool operator<(const Number& other) const {
    if (!is_double && !other.is_double) return integer < other.integer;
    const auto wide = [](const Number& n) {
      return n.is_double ? static_cast<long double>(n.real)
                         : static_cast<long double>(n.integer);
    };
    return wide(*this) < wide(other);
  }
};

// Makes a column of numbers: int64 unless one of them is a double.
class NumberColumn {
 public:
  NumberColumn(size_t size, bool any_double, bool is_time) : any_double_(any_double) {
    column_.type = is_time      ? ColumnType::kTimestamp
                   : any_double ? ColumnType::kDouble
                                : ColumnType::kInt64;
    column_.cells.resize(size);
  }
  void Set(size_t at, const Number& number) {
    if (any_double_) {
      column_.cells[at] = number.as_double();
    } else {
      column_.cells[at] = number.integer;
    }
  }
  Column Take() { return std::move(column_); }

 private:
  bool any_double_;
  Column column_;
};

template <typename State>
State& At(std::vector<State>& states, uint32_t group) {
  if (group >= states.size()) states.resize(group + 1);
  return states[group];
}

class Count : public Aggregator {
 public:
  void Add(uint32_t group, const AggregateInput&) override { ++At(counts_, group); }
  uint64_t bytes() const override { return counts_.capacity() * sizeof(int64_t); }
  absl::StatusOr<Column> Finish(size_t groups) override {
    counts_.resize(groups);
    Column column{.type = ColumnType::kInt64};
    column.cells.assign(counts_.begin(), counts_.end());
    return column;
  }

 private:
  std::vector<int64_t> counts_;
};

// People, sessions or values; one set for all groups keeps small groups cheap.
class CountDistinct : public Aggregator {
 public:
  CountDistinct(const AggregateColumn& column, ValuePool& pool)
      : column_(column), pool_(pool) {}
  void Add(uint32_t group, const AggregateInput& input) override {
    uint32_t id = input.person;
    if (column_.aggregate == Aggregate::kCountSessions) {
      if (input.session == kNoSession) return;
      id = input.session;
    } else if (column_.aggregate == Aggregate::kCountDistinct) {
      KindMask ignored;
      id = pool_.Intern(model::ReadField(*column_.of, *input.source), &ignored);
      if (id == 0) return;
    }
    if (seen_.insert(uint64_t{group} << 32 | id).second) ++At(counts_, group);
  }
  uint64_t bytes() const override {
    return HashBytes(seen_) + counts_.capacity() * sizeof(int64_t);
  }
  absl::StatusOr<Column> Finish(size_t groups) override {
    counts_.resize(groups);
    Column column{.type = ColumnType::kInt64};
    column.cells.assign(counts_.begin(), counts_.end());
    return column;
  }

 private:
  const AggregateColumn& column_;
  ValuePool& pool_;
  absl::flat_hash_set<uint64_t> seen_;
  std::vector<int64_t> counts_;
};

class Sum : public Aggregator {
 public:
  explicit Sum(const AggregateColumn& column) : column_(column) {}
  void Add(uint32_t group, const AggregateInput& input) override {
    const Value value = model::ReadField(*column_.of, *input.source);
    if (!value.is_number()) return;
    State& state = At(states_, group);
    ++state.count;
    if (value.kind == Value::Kind::kInt) {
      state.integers += value.integer;
    } else {
      state.doubles += value.number;
      any_double_ = true;
    }
  }
  uint64_t bytes() const override { return states_.capacity() * sizeof(State); }
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
        column.Set(i, {.is_double = true, .real = sum});
      } else {
        if (state.integers > INT64_MAX || state.integers < INT64_MIN) return Overflow();
        column.Set(i, {.integer = static_cast<int64_t>(state.integers)});
      }
    }
    return column.Take();
  }

  const AggregateColumn& column_;
  std::vector<State> states_;
  bool any_double_ = false;
};

class MinMax : public Aggregator {
 public:
  explicit MinMax(const AggregateColumn& column)
      : column_(column), want_max_(column.aggregate == Aggregate::kMax) {}
  void Add(uint32_t group, const AggregateInput& input) override {
    const Value value = model::ReadField(*column_.of, *input.source);
    if (!value.is_number()) return;
    const Number number = Number::Of(value);
    any_double_ |= number.is_double;
    std::optional<Number>& best = At(states_, group);
    if (!best.has_value() || (want_max_ ? *best < number : number < *best)) best = number;
  }
  uint64_t bytes() const override {
    return states_.capacity() * sizeof(std::optional<Number>);
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
  const AggregateColumn& column_;
  bool want_max_;
  std::vector<std::optional<Number>> states_;
  bool any_double_ = false;
};

class Percentile : public Aggregator {
 public:
  explicit Percentile(const AggregateColumn& column) : column_(column) {}
  void Add(uint32_t group, const AggregateInput& input) override {
    const Value value = model::ReadField(*column_.of, *input.source);
    if (!value.is_number()) return;
    any_double_ |= value.kind == Value::Kind::kDouble;
    values_.push_back({group, Number::Of(value)});
  }
  uint64_t bytes() const override { return values_.capacity() * sizeof(Entry); }
  absl::StatusOr<Column> Finish(size_t groups) override {
    NumberColumn column(groups, any_double_, false);
    std::sort(values_.begin(), values_.end(), [](const Entry& a, const Entry& b) {
      return a.group != b.group ? a.group < b.group : a.number < b.number;
    });
    for (size_t begin = 0; begin < values_.size();) {
      size_t end = begin;
      while (end < values_.size() && values_[end].group == values_[begin].group) ++end;
      const double rank =
          std::ceil(static_cast<double>(end - begin) * column_.percent / 100.0);
      const size_t at = std::clamp(static_cast<size_t>(rank), size_t{1}, end - begin) - 1;
      column.Set(values_[begin].group, values_[begin + at].number);
      begin = end;
    }
    return column.Take();
  }

 private:
  struct Entry {
    uint32_t group;
    Number number;
  };
  const AggregateColumn& column_;
  std::vector<Entry> values_;
  bool any_double_ = false;
};

// The value of the first or last event, in event order, that has one.
class FirstLast : public Aggregator {
 public:
  FirstLast(const AggregateColumn& column, ValuePool& pool)
      : column_(column), pool_(pool), want_last_(column.aggregate == Aggregate::kLast) {}
  void Add(uint32_t group, const AggregateInput& input) override {
    State& state = At(states_, group);
    const int64_t time_ms = input.source->event->time_ms;
    if (state.value != 0) {
      const bool before = std::tie(time_ms, input.seq, input.arrival) <
                          std::tie(state.time_ms, state.seq, state.arrival);
      if (before == want_last_) return;
    }
    const Value value = model::ReadField(*column_.of, *input.source);
    KindMask ignored;
    const uint32_t id = pool_.Intern(value, &ignored);
    if (id == 0) return;
    state = {time_ms, input.seq, input.arrival, id, value.kind};
  }
  uint64_t bytes() const override { return states_.capacity() * sizeof(State); }
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
    int64_t seq = 0;
    uint64_t arrival = 0;
    uint32_t value = 0;
    Value::Kind kind = Value::Kind::kMissing;
  };
  const AggregateColumn& column_;
  ValuePool& pool_;
  bool want_last_;
  std::vector<State> states_;
};

class FirstLastTime : public Aggregator {
 public:
  explicit FirstLastTime(bool want_last) : want_last_(want_last) {}
  void Add(uint32_t group, const AggregateInput& input) override {
    std::optional<int64_t>& best = At(states_, group);
    const int64_t time_ms = input.source->event->time_ms;
    if (!best.has_value() || (want_last_ ? time_ms > *best : time_ms < *best)) {
      best = time_ms;
    }
  }
  uint64_t bytes() const override {
    return states_.capacity() * sizeof(std::optional<int64_t>);
  }
  absl::StatusOr<Column> Finish(size_t groups) override {
    states_.resize(groups);
    Column column{.type = ColumnType::kTimestamp};
    column.cells.resize(groups);
    for (size_t i = 0; i < groups; ++i) {
      if (states_[i].has_value()) column.cells[i] = *states_[i];
    }
    return column;
  }

 private:
  bool want_last_;
  std::vector<std::optional<int64_t>> states_;
};

std::optional<double> AsDouble(const Cell& cell) {
  if (const int64_t* v = std::get_if<int64_t>(&cell)) return static_cast<double>(*v);
  if (const double* v = std::get_if<double>(&cell)) return *v;
  return std::nullopt;
}

}  // namespace

std::unique_ptr<Aggregator> MakeAggregator(const AggregateColumn& column,
                                           ValuePool& pool) {
  switch (column.aggregate) {
    case Aggregate::kCountPeople:
    case Aggregate::kCountSessions:
    case Aggregate::kCountDistinct:
      return std::make_unique<CountDistinct>(column, pool);
    case Aggregate::kSum:
    case Aggregate::kAvg:
      return std::make_unique<Sum>(column);
    case Aggregate::kMin:
    case Aggregate::kMax:
      return std::make_unique<MinMax>(column);
    case Aggregate::kPercentile:
      return std::make_unique<Percentile>(column);
    case Aggregate::kFirst:
    case Aggregate::kLast:
      return std::make_unique<FirstLast>(column, pool);
    case Aggregate::kFirstTime:
      return std::make_unique<FirstLastTime>(false);
    case Aggregate::kLastTime:
      return std::make_unique<FirstLastTime>(true);
    case Aggregate::kCount:
    case Aggregate::kRatio:
      break;
  }
  return std::make_unique<Count>();
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
