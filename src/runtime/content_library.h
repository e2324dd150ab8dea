// What a store knows about content: the catalogue with what it was before, and the events
// that are tracked by rules.
#ifndef FOOTFALL_RUNTIME_CONTENT_LIBRARY_H_
#define FOOTFALL_RUNTIME_CONTENT_LIBRARY_H_

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "store/event_store.h"

namespace footfall::runtime {

// The text of a catalogue has at most so many bytes.
inline constexpr size_t kCatalogueBytesMax = size_t{1} << 20;
// So many events are tracked at most.
inline constexpr size_t kTrackedEventsMax = 1000;

// Thread-safe. Each change is one durable atom.
class ContentLibrary {
 public:
  // `store` must outlive it.
  explicit ContentLibrary(store::EventStore& store) : store_(store) {}

  // Checks a catalogue (JSON text) and makes it the current one, which stays as a
  // revision, of which the latest 100 are kept. Answers its revision, from 1 on; putting
  // the current one again changes nothing. INVALID_ARGUMENT with a path.
  absl::StatusOr<int64_t> PutCatalogue(std::string_view json, int64_t now_ms);
  // {"revision", "saved_at", "catalogue"}, the current one without `revision`. NOT_FOUND.
  absl::StatusOr<base::Json> ShowCatalogue(
      std::optional<int64_t> revision = std::nullopt) const;
  // {"revisions": [{"revision", "saved_at", "items", "current"}]}, the latest first.
  absl::StatusOr<base::Json> CatalogueHistory() const;
  // The current one, if there is one.
  absl::StatusOr<std::optional<base::Json>> FindCatalogue() const;

  // Checks a tracked event (JSON text) and saves it under its name. INVALID_ARGUMENT with
  // a path; RESOURCE_EXHAUSTED for one too many.
  absl::Status SaveTrackedEvent(std::string_view json);
  // NOT_FOUND.
  absl::Status DeleteTrackedEvent(std::string_view name);
  // {"tracked_events": [{"version", "name", "title", "where"}]}, sorted by name, as they
  // were saved.
  absl::StatusOr<base::Json> ListTrackedEvents() const;
  // Their names and rules.
  absl::StatusOr<std::vector<std::pair<std::string, base::Json>>> TrackedEventRules()
      const;

 private:
  absl::StatusOr<std::optional<base::Json>> Current() const;

  store::EventStore& store_;
  std::mutex mutex_;  // Of those who change what they have read.
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_CONTENT_LIBRARY_H_
