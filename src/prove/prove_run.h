// What the parts of the brute force share: people with their events and sessions.
#ifndef FOOTFALL_PROVE_PROVE_RUN_H_
#define FOOTFALL_PROVE_PROVE_RUN_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "prove/prove.h"

namespace re2 {
class RE2;
}

namespace footfall::prove {

struct Person;
struct Session;

struct Event {
  const Json* json = nullptr;
  int64_t time_ms = 0;
  int64_t seq = 0;
  uint64_t stream = 0;  // UINT64_MAX for the person's own.
  uint64_t arrival = 0;
  const Person* person = nullptr;
  const Session* session = nullptr;
};

struct Session {
  std::string id;
  bool has_host_id = false;
  int64_t start_ms = 0;
  int64_t end_ms = 0;
  std::vector<const Event*> events;
};

struct Person {
  std::string id;  // As reports print it.
  uint64_t code = 0;
  bool identified = false;
  std::vector<Event> events;     // Activity, in event order.
  std::deque<Session> sessions;  // By their first events.
  bool in_segment = true;
  // The store's word was taken for what it computes of the person from events.
  bool from_store = false;

  // Fields "person.*" by what follows the dot, and the account; absent ones are not
  // there.
  std::map<std::string, Json> fields;
  std::string account;

  // By field, the values of the events that tie for the latest in time and seq. The one
  // that arrived last counts, but a store does not keep that of events of several ids.
  struct Latest {
    int64_t time_ms = 0;
    int64_t seq = 0;
    std::vector<Json> values;
  };
  std::map<std::string, Latest> latest;
};

// One answer in the making.
struct Run {
  const World* world = nullptr;
  const Json* definition = nullptr;
  int64_t now_ms = 0;
  absl::TimeZone zone = absl::UTCTimeZone();
  int64_t from_ms = INT64_MIN;
  int64_t to_ms = INT64_MAX;
  std::vector<std::unique_ptr<Person>> people;  // By code.
  // Answers of conditions on behaviour, which all events of a person share.
  mutable std::map<std::pair<const Json*, const Person*>, bool> did;
  mutable std::map<std::string, std::shared_ptr<const re2::RE2>> patterns;

  bool InRange(int64_t time_ms) const { return time_ms >= from_ms && time_ms < to_ms; }
};

// Reads range and zone, and gathers the people with their sessions and the segment.
absl::StatusOr<Run> Prepare(const World& world, const Json& definition, int64_t now_ms);

// What a rule or a field is read for; absent parts are null.
struct Scope {
  const Run* run = nullptr;
  const Person* person = nullptr;
  const Event* event = nullptr;
  const Session* session = nullptr;
};
Scope ScopeOf(const Run& run, const Event& event);

// The value of a field: null when it is missing, an array or object when it is nested.
Json Read(const std::string& field, const Scope& scope);
bool IsTime(const std::string& field);
// Whether `rule` holds; a null one always does.
bool Holds(const Json* rule, const Scope& scope);

// The events of a person that exist for the definition: in range and satisfying "where".
std::vector<const Event*> Existing(const Run& run, const Person& person);

// "hour" as ms, others as days.
int64_t BucketOf(const std::string& bucket, int64_t time_ms, absl::TimeZone zone);
// The first instant of the bucket that follows; not of hours.
int64_t BucketEnd(const std::string& bucket, int64_t day, absl::TimeZone zone);

// The text by which values are told apart; none for missing and nested ones.
std::optional<std::string> TextOf(const Json& value);

// A column of values that takes the narrowest type.
class Values {
 public:
  explicit Values(std::string name) { column_.name = std::move(name); }
  // A value that decides the type but has no row of its own.
  void Meet(const Json& value);
  void Add(const Json& value);
  // Makes every value an instant.
  void SetTime() { is_time_ = true; }
  query::Column Take();

 private:
  query::Column column_;
  std::vector<Json> values_;
  std::set<char> kinds_;
  bool is_time_ = false;
};

// Nearest rank. Requires sorted values, at least one.
template <typename T>
T Percentile(const std::vector<T>& sorted, double percent) {
  size_t rank = 1;
  while (static_cast<double>(rank) * 100 < static_cast<double>(sorted.size()) * percent) {
    ++rank;
  }
  return sorted[rank - 1];
}

// Negative, 0 or positive; missing last, also in a falling order.
int CompareCells(const query::Cell& a, const query::Cell& b, bool descending);
struct SortKey {
  size_t column = 0;
  bool descending = false;
};
void SortRows(query::Table& table, const std::vector<SortKey>& keys);
void KeepRows(query::Table& table, size_t count);

// The answer to a run of any kind.
absl::StatusOr<query::Table> AnswerRun(const Run& run);
std::optional<query::Table> TotalOf(const Run& run);
absl::StatusOr<query::Table> AnswerTable(const Run& run);
absl::StatusOr<query::Table> AnswerSessions(const Run& run);
query::Table AnswerFunnel(const Run& run);
query::Table AnswerRetention(const Run& run);
query::Table AnswerPaths(const Run& run);
query::Table AnswerLogins(const Run& run);
query::Table AnswerPageViews(const Run& run);
query::Table AnswerUsers(const Run& run);
query::Table AnswerActiveUsers(const Run& run);
query::Table AnswerNps(const Run& run);
query::Table NpsTotal(const Run& run);
query::Table AnswerOnboarding(const Run& run);
query::Table OnboardingTotal(const Run& run);
query::Table AnswerCourses(const Run& run);
query::Table AnswerContent(const Run& run);
query::Table AnswerAccounts(const Run& run);
query::Table AnswerTrackedEvents(const Run& run);
query::Table AnswerRageClicks(const Run& run);
query::Table AnswerDeadClicks(const Run& run);
query::Table AnswerPageTimes(const Run& run);

}  // namespace footfall::prove

#endif  // FOOTFALL_PROVE_PROVE_RUN_H_
