// What the stored events of one person say, as JSON.
#ifndef FOOTFALL_RUNTIME_PERSON_HISTORY_H_
#define FOOTFALL_RUNTIME_PERSON_HISTORY_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "base/json.h"
#include "model/person.h"
#include "store/event_store.h"

namespace footfall::runtime {

struct PersonHistory {
  // [{"session", "start", "end", "duration_ms", "events"}], the newest first.
  base::Json sessions;
  // [{"content_id", "content_name", "kind", "events", "first_time", "last_time", "last",
  // "completed_at", "score"}] by content_id: the tasks, courses, lessons, surveys and so
  // on that the person has met. "last" is the latest event's name, "completed_at" the
  // time of the first one that ends in "completed" or "submitted", "score" the latest.
  base::Json content;
};

// Of all stored events, those included that data retention has expired but not removed
// yet; at most `sessions_max` sessions.
absl::StatusOr<PersonHistory> ReadHistory(const store::Snapshot& snapshot,
                                          const model::Person& person,
                                          size_t sessions_max);

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_PERSON_HISTORY_H_
