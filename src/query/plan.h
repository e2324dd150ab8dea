// The logical plan: what to compute, without a word on how. Definitions and built-in
// reports compile to it, and executors run it.
#ifndef FOOTFALL_QUERY_PLAN_H_
#define FOOTFALL_QUERY_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "base/time.h"
#include "model/field.h"
#include "model/rule.h"
#include "model/session.h"

namespace footfall::query {

// Half-open; the extremes mean no bound.
struct Range {
  int64_t from_ms = INT64_MIN;
  int64_t to_ms = INT64_MAX;

  bool Contains(int64_t time_ms) const { return time_ms >= from_ms && time_ms < to_ms; }
};

// How events form sessions. Absent parts are the store's settings.
struct SessionDefinition {
  bool use_host_ids = true;
  std::optional<int64_t> gap_ms;
  std::optional<int64_t> max_ms;  // 0 means no limit.
};

// One part of the key that events are grouped by.
struct RowKey {
  enum class Kind { kPerson, kAccount, kSession, kField, kTime };
  Kind kind = Kind::kPerson;
  std::string name;                          // Of the column.
  model::Field field;                        // Of kField.
  base::Bucket bucket = base::Bucket::kDay;  // Of kTime.
};

enum class Aggregate {
  kCount,
  kCountPeople,
  kCountSessions,
  kCountDistinct,
  kSum,
  kMin,
  kMax,
  kAvg,
  kPercentile,  // The median is the one at 50.
  kFirst,
  kLast,
  kFirstTime,
  kLastTime,
  kRatio,
};

struct AggregateColumn {
  std::string name;
  Aggregate aggregate = Aggregate::kCount;
  std::optional<model::Field> of;
  double percent = 50;               // Of kPercentile: over 0, at most 100.
  std::optional<model::Rule> where;  // Only events that satisfy it are aggregated.
  size_t numerator = 0;              // Of kRatio: positions among the columns.
  size_t denominator = 0;
};

struct OrderBy {
  size_t column = 0;  // Among all columns, the keys first.
  bool descending = false;
};

// Events grouped by keys and aggregated. Only events in range that satisfy `where` exist.
//
// A session belongs to the range that holds its start: events of other sessions count,
// but count_sessions and the key `session` pass over them. Field values group and are
// distinct by their text. Aggregates pass over missing values and those of the wrong
// type; a sum of none is 0 and a count 0, the others are missing.
//
// Rows are sorted by `order_by`, then by their keys: strings bytewise, numbers and times
// by value, missing last in either direction.
struct TablePlan {
  std::optional<model::Rule> where;
  std::vector<RowKey> rows;
  std::vector<AggregateColumn> columns;
  std::vector<OrderBy> order_by;
  std::optional<uint64_t> limit;
  // Adds the rows of time buckets without events, from the first bucket of the range (or
  // of the events) to its last, for each combination of the other keys that occurs.
  bool fill = false;
};

// Per person the first and last login in range and those of the 30 x 24 hours up to now.
// A login is a session's start, or an event named `login_event`. Sorted by person.
struct LoginsPlan {
  std::optional<std::string> login_event;
  std::vector<std::string> attributes;
};

// Per url of page views in range; entries and exits are the sessions that belong to the
// range whose first and last page view in range it is. Sorted by falling views, then
// page.
struct PageViewsPlan {};

// Sessions that belong to the range, each whole. Sorted by start, then person and
// session.
struct SessionsPlan {};

// All people with their computed attributes, which data retention and the range do not
// change; a bounded range leaves those with an event in range. Sorted by person.
struct UsersPlan {
  std::vector<std::string> attributes;
};

// Per local day with activity in range: people active on it, in the 7 and the 30 days
// that end with it, and those whose first stored event it holds. Sorted by day.
struct ActiveUsersPlan {};

struct Plan {
  Range range;
  absl::TimeZone zone = absl::UTCTimeZone();
  SessionDefinition sessions;
  std::variant<TablePlan, LoginsPlan, PageViewsPlan, SessionsPlan, UsersPlan,
               ActiveUsersPlan>
      body;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_H_
