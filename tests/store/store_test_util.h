// What the tests of the store share: directories, events that own their bytes.
#ifndef FOOTFALL_TESTS_STORE_STORE_TEST_UTIL_H_
#define FOOTFALL_TESTS_STORE_STORE_TEST_UTIL_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "store/event_store.h"

namespace footfall::store {

inline constexpr int64_t kHour = 60 * 60 * 1000;
inline constexpr int64_t kDay = 24 * kHour;
inline constexpr int64_t kNow = 1'763'712'000'000;  // 2025-11-21T08:00:00Z.

// A directory that is removed at the end.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "store_test.XXXXXX");
    path_ = ::mkdtemp(name.data());
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The parts of an event that most tests need, owning their bytes.
struct TestEvent {
  model::EventType type = model::EventType::kTrack;
  int64_t time_ms = kNow;
  int64_t seq = 0;
  std::optional<std::string> id, person, anonymous, session, name, url, title;
  std::string country, browser;
  std::vector<std::pair<std::string, model::Value>> properties;
};

inline void AddTo(Batch& batch, const TestEvent& source) {
  const auto view = [](const std::optional<std::string>& text) {
    return text.has_value() ? std::string_view(*text) : std::string_view();
  };
  model::Event event;
  event.type = source.type;
  event.time_ms = source.time_ms;
  event.seq = source.seq;
  event.id = view(source.id);
  event.person = view(source.person);
  event.anonymous = view(source.anonymous);
  event.session = view(source.session);
  event.name = view(source.name);
  event.url = view(source.url);
  event.title = view(source.title);
  event.context.country = source.country;
  event.context.browser = source.browser;
  std::vector<model::Property> properties;
  for (const auto& [key, value] : source.properties) properties.push_back({key, value});
  event.properties = properties;
  batch.Add(event);
}

// With FOOTFALL_TEST_SEAL in the environment each batch is sealed at once, so that the
// same tests meet chunks instead of log records.
inline bool SealsAtOnce() { return std::getenv("FOOTFALL_TEST_SEAL") != nullptr; }

inline std::unique_ptr<EventStore> OpenOrDie(const std::string& path,
                                             Options options = {}) {
  auto store = EventStore::Open(path, options);
  EXPECT_TRUE(store.ok()) << store.status();
  if (!store.ok()) return nullptr;
  if (SealsAtOnce() && options.mode != OpenMode::kReadOnly) {
    EXPECT_TRUE((*store)->SetSetting("seal_events", "1").ok());
  }
  return std::move(*store);
}

inline AppendResult AppendOrDie(EventStore& store, const std::vector<TestEvent>& events,
                                int64_t now_ms = kNow) {
  Batch batch;
  for (const TestEvent& event : events) AddTo(batch, event);
  auto result = store.Append(batch, now_ms);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *result : AppendResult();
}

// The ids of all stored events, in order of arrival; "-" for those without.
inline std::vector<std::string> StoredIds(EventStore& store, ScanOptions options = {}) {
  std::vector<std::string> ids;
  auto snapshot = store.TakeSnapshot();
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  if (!snapshot.ok()) return ids;
  const absl::Status status =
      (*snapshot)->Scan(options, nullptr, [&ids](const StoredEvent& stored) {
        ids.push_back(stored.event.id.data() == nullptr ? "-"
                                                        : std::string(stored.event.id));
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return ids;
}

inline std::vector<model::Person> StoredPeople(EventStore& store) {
  std::vector<model::Person> people;
  auto snapshot = store.TakeSnapshot();
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  if (!snapshot.ok()) return people;
  const absl::Status status = (*snapshot)->VisitPeople([&](const model::Person& person) {
    people.push_back(person);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return people;
}

inline void ExpectClean(EventStore& store) {
  const auto report = store.Check(nullptr);
  ASSERT_TRUE(report.ok()) << report.status();
  for (const CheckReport::Problem& problem : report->problems) {
    ADD_FAILURE() << problem.where << ": " << problem.what;
  }
}

inline TestEvent Track(std::string id, std::string person, int64_t time_ms = kNow) {
  TestEvent event;
  event.id = std::move(id);
  event.person = std::move(person);
  event.time_ms = time_ms;
  event.name = "save";
  return event;
}

inline TestEvent Alias(std::string person, std::string anonymous,
                       int64_t time_ms = kNow) {
  TestEvent event;
  event.type = model::EventType::kAlias;
  event.person = std::move(person);
  event.anonymous = std::move(anonymous);
  event.time_ms = time_ms;
  return event;
}

}  // namespace footfall::store

#endif  // FOOTFALL_TESTS_STORE_STORE_TEST_UTIL_H_
