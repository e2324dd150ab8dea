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

// One step of a funnel.
struct FunnelStep {
  std::string name;
  model::Rule where;
  std::optional<int64_t> within_ms;  // At most this long after the step before.
};

// How far people get through steps. Only events in range that satisfy `where` exist. A
// chain is e1 < ... < ek of one person in event order, e_i matching step i, with
// time(e_k) - time(e_1) <= window_ms, each `within_ms` kept, and no event matching
// `exclude` strictly between e1 and ek; e1 and ek themselves may match it. A person
// reaches the length of the longest chain; the best attempt is the longest chain whose
// positions are lexicographically smallest. kStrict: each event of a chain is the
// person's next existing one. kAny: steps 1 to k are each matched inside one window in
// any order, one event may serve several steps, and `within_ms` is not looked at. The
// window that begins first is the best attempt, each step being served by its first match
// in it; there are no times.
//
// Rows, by falling people of step 1 of their break-down value, then its text (missing
// last), then step: [the field's name], step (from 1), name, people, share_of_first,
// share_of_previous (1 for step 1; shares of nobody are missing), median_ms, p90_ms (from
// the step before, over best attempts, by nearest rank; missing for step 1 and kAny).
// Without break_down all steps have a row, with it those of each value that at least one
// person has. A person's value is that of their first step-1 event (kFirst), of the best
// attempt's (kBest) or of their last one (kLast).
//
// With `members` the rows are instead the people who reached step 1, by id: person,
// [the field's name], steps (reached), time_1 ... time_n (of the best attempt, missing
// beyond it and for kAny).
struct FunnelPlan {
  enum class Order { kSequential, kStrict, kAny };
  enum class Attribution { kFirst, kBest, kLast };
  std::optional<model::Rule> where;
  std::vector<FunnelStep> steps;  // 2 to 20.
  int64_t window_ms = 0;
  Order order = Order::kSequential;
  std::optional<model::Rule> exclude;
  std::optional<model::Field> break_down;
  Attribution attribution = Attribution::kFirst;
  bool members = false;
};

// Cohorts of people by the bucket, in the plan's zone, of their first event in range that
// matches `start`, and how many of each have an event in range that matches `returning`
// in the k-th bucket after, for k from 0 to periods - 1. Events before the start event do
// not count; the start event itself does, for k = 0, when it matches. Rows by cohort and
// k, for every cohort with people and every k: cohort (the bucket's first day), people,
// k, returned, share, complete (the bucket lies wholly in the range; a range without an
// end ends with the present). Only events that satisfy `where` exist.
//
// With `members` the rows are instead the people of all cohorts, by id: person, cohort,
// k_0 ... (whether they returned in the k-th bucket).
struct RetentionPlan {
  std::optional<model::Rule> where;
  std::optional<model::Rule> start;      // Absent: any event.
  std::optional<model::Rule> returning;  // Absent: any event.
  base::Bucket bucket = base::Bucket::kWeek;
  int periods = 8;  // 1 to 100.
  bool members = false;
};

// What happens after or before an anchor. Only events in range that satisfy `where`
// exist, each in the session that it has among all events. A path leads from the first
// event of a session that matches `anchor` over the next `steps` values of `by`, repeats
// in a row counting once; with `before` it goes back in time, from one value to the one
// before it. "$end" closes a path with fewer steps. Events without a value are passed
// over, and so is a session whose anchor has none. Rows by step, then falling sessions,
// then from and to: step (from 1), from, to (both the values' text), sessions.
//
// With `people` there is a column more: people, of those sessions. With `members` the
// rows are instead the sessions whose path takes that step, by person and session:
// session, person, start.
struct PathStep {
  int step = 1;
  std::string from;
  std::string to;
};
struct PathsPlan {
  std::optional<model::Rule> where;
  model::Rule anchor;
  bool before = false;
  int steps = 5;  // 1 to 10.
  model::Field by;
  bool people = false;
  std::optional<PathStep> members;
};

// The events in range that satisfy `where`, by time, then person, then as they come:
// time, person, session, type, name, url.
struct EventsPlan {
  std::optional<model::Rule> where;
};

// Per person the first and last login in range and those of the 30 x 24 hours up to now.
// A login is the start of a session of which an event satisfies `where`, or an event
// named `login_event` that does. Sorted by person.
struct LoginsPlan {
  std::optional<model::Rule> where;
  std::optional<std::string> login_event;
  std::vector<std::string> attributes;
};

// Per url of page views in range that satisfy `where`; entries and exits are the sessions
// that belong to the range whose first and last one it is. Sorted by falling views, then
// page.
struct PageViewsPlan {
  std::optional<model::Rule> where;
};

// Sessions that belong to the range and, with `where`, have an event that satisfies it.
// Without columns: the sessions, each whole, sorted by start, then person and session.
// With columns the sessions are grouped and aggregated as events are by a TablePlan:
// every session counts once, time is its start, session.* and person.* are its own, and
// other fields those of its first event.
struct SessionsPlan {
  std::optional<model::Rule> where;
  std::vector<RowKey> rows;
  std::vector<AggregateColumn> columns;
  std::vector<OrderBy> order_by;
  std::optional<uint64_t> limit;
};

// All people with their computed attributes, which data retention, the range and `where`
// do not change; a bounded range and `where` leave those with an event in range that
// satisfies it. Sorted by person.
struct UsersPlan {
  std::optional<model::Rule> where;
  std::vector<std::string> attributes;
};

// Per local day with activity in range: people active on it, in the 7 and the 30 days
// that end with it, and those whose first stored event it holds. Only events that satisfy
// `where` are activity, before the range too. Sorted by day.
struct ActiveUsersPlan {
  std::optional<model::Rule> where;
};

// The latest answer in range per person to `survey` (its content id), or to any survey:
// an event of type content named survey.submitted whose properties.score is a whole
// number from 0 to 10, in event order. Only events that satisfy `where` exist. Rows by
// person: person, score, category (promoter from 9 on, passive from 7 on, else
// detractor), answered_at, has_comment (properties.comment of that event is a string that
// is not empty), attributes. Total: answers, promoters, passives, detractors and nps,
// which is 100 x (promoters - detractors) / answers, missing without answers.
struct NpsPlan {
  std::optional<model::Rule> where;
  std::optional<std::string> survey;
  std::vector<std::string> attributes;
};

// Per person with an event of a task in range, by person: person, tasks_completed (those
// with an event task.completed in range), tasks_total, completion_rate, completed_at,
// attributes. Events of tasks are of type content, their names begin with "task." and
// properties.content_id is the task; others than `tasks` do not count, nor do events
// in range that do not satisfy `where`. Without `tasks`
// there are as many as have a stored event, of anybody and at any time. completed_at is
// when the last of all tasks was completed for the first time in range; missing for who
// lacks one. Total: people, people_completed and completion_rate, the share of those;
// missing when there is nobody. With `members` the rows are instead the events by which
// people completed each task for the first time, as an EventsPlan has them, and start: of
// their sessions.
struct OnboardingPlan {
  std::optional<model::Rule> where;
  std::optional<std::vector<std::string>> tasks;
  std::vector<std::string> attributes;
  bool members = false;
};

// A course of the catalogue; ids of lessons and quizzes are in one course only.
struct Course {
  std::string id;
  std::string name;
  std::vector<std::string> lessons;
  std::optional<std::string> quiz;
  std::string quiz_name;
};

// Per person and course with an event in range, by person, then course: person,
// course_id, course_name, started_at, lessons_completed, lessons_total, progress,
// quiz_name, quiz_score, quiz_at, completed_at, attributes. Events are of type content,
// named course.started, course.completed, lesson.completed or quiz.submitted, and belong
// to the course properties.course_id; without that to the one properties.content_id of
// course.*, else to the one of `courses` with that lesson or quiz; others are passed
// over.
//
// started_at and completed_at are those of the first course.started and course.completed
// in range. lessons_completed counts the distinct lessons with an event in range, of
// those of `courses` where that has the course; lessons_total is how many those are, else
// how many distinct ones anybody completed at any time. progress is their quotient,
// missing without lessons. The quiz is the latest quiz.submitted in range whose
// properties.score is a number; it is named by `courses`, else by its
// properties.content_name. course_name is that of `courses`, else the latest
// properties.content_name of the person's course.* in range. Events that do not satisfy
// `where` count as out of range. With `members`, a course, the rows are instead the
// events by which people completed each of its lessons for the first time, as those of an
// OnboardingPlan.
struct CoursesPlan {
  std::optional<model::Rule> where;
  std::vector<Course> courses;
  std::vector<std::string> attributes;
  std::optional<std::string> members;
};

// Per account, missing last: account, people, active_last_30_days (people with an event
// that satisfies `where` in the 30 x 24 hours up to now, both ends included), sessions,
// events, first_seen, last_seen: the computed attributes of the people that a UsersPlan
// lists, summed up.
struct AccountsPlan {
  std::optional<model::Rule> where;
};

struct TrackedEvent {
  std::string name;
  model::Rule where;
};

// Per tracked event, in the order given: name, events in range that satisfy `where` and
// its rule, their people, the sessions among theirs that belong to the range, first_time,
// last_time.
struct TrackedEventsPlan {
  std::optional<model::Rule> where;
  std::vector<TrackedEvent> events;
};

struct ContentName {
  std::string kind;
  std::string id;
  std::string name;
};

// Per content of events of type content in range that satisfy `where`: content_id
// (properties.content_id), content_name, kind (the event's name up to the first '.'),
// shown, started, completed (events whose name goes on with "shown", with "started", and
// with "completed" or "submitted"), people, completion_rate (the share of those people
// who completed it). Sorted by kind, then content_id. The name is that of the catalogue,
// else the latest properties.content_name, by time, then person, then order.
// `in_catalogue` leaves the content that the catalogue has, or has not.
struct ContentPlan {
  std::optional<model::Rule> where;
  std::vector<ContentName> catalogue;
  std::optional<bool> in_catalogue;
};

// The clicks behind one row of a report about clicks: those of its page (absent: of none)
// and its element; with `bursts` of each burst the first alone.
struct ClickList {
  std::optional<std::string> page;
  std::string element;
  bool bursts = false;
};

// Bursts of clicks on one element. Clicks in range that satisfy `where` are told apart by
// session, page (event.url) and element; those without an element are passed over. A
// burst is a sequence of `clicks` of them in event order of which the last is at most
// `within_ms` after the first; bursts that share a click are one. Rows by falling bursts,
// then page and element: page, element, bursts, clicks (in bursts), people, sessions,
// first_time, last_time (of those clicks). An element is its tag and then "#id" or,
// without id, ".class" for each class and its text, else its label, in quotes. With
// `members` the rows are instead those clicks, as an EventsPlan has them, and start: of
// their sessions.
struct RageClicksPlan {
  std::optional<model::Rule> where;
  int clicks = 3;  // 2 to 100.
  int64_t within_ms = 1000;
  std::optional<ClickList> members;
};

// Clicks in range that satisfy `where`, on an element, after which nothing came of it:
// the session goes on after the click, but not with anything other than clicks in the
// `within_ms` after it (that instant included). Rows by falling clicks, then page and
// element: page, element, clicks, people, sessions, first_time, last_time; as for rage
// clicks.
struct DeadClicksPlan {
  std::optional<model::Rule> where;
  int64_t within_ms = 3000;
  std::optional<ClickList> members;  // Without bursts.
};

// Per url of page views in range that satisfy `where`: page, views, people, and median_ms
// and p90_ms (by nearest rank) of the time from a view to the next page view of its
// session, else to the session's last event, wherever in time. Sorted by falling views,
// then page.
struct PageTimesPlan {
  std::optional<model::Rule> where;
};

struct Plan {
  Range range;
  absl::TimeZone zone = absl::UTCTimeZone();
  SessionDefinition sessions;
  // Only people for whom it holds as of now; it names no field of an event outside `did`.
  std::optional<model::Rule> segment;
  std::variant<TablePlan, FunnelPlan, RetentionPlan, PathsPlan, LoginsPlan, PageViewsPlan,
               SessionsPlan, UsersPlan, ActiveUsersPlan, NpsPlan, OnboardingPlan,
               CoursesPlan, AccountsPlan, TrackedEventsPlan, ContentPlan, RageClicksPlan,
               DeadClicksPlan, PageTimesPlan, EventsPlan>
      body;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_H_
