// A snapshot over events in memory, with people that are made as events name them.
#ifndef FOOTFALL_TESTS_QUERY_FAKE_SNAPSHOT_H_
#define FOOTFALL_TESTS_QUERY_FAKE_SNAPSHOT_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/event_store.h"

namespace footfall::query {

// "2025-11-21T08:00:00Z" as ms.
inline int64_t At(std::string_view text) {
  return base::ParseTime(text, absl::UTCTimeZone()).value();
}

using FakeValue = std::variant<bool, int64_t, double, std::string>;

struct FakeEvent {
  std::string person;
  int64_t time_ms = 0;
  model::EventType type = model::EventType::kTrack;
  std::optional<std::string> name = {};
  std::optional<std::string> session = {};
  std::optional<std::string> url = {};
  std::optional<std::string> title = {};
  int64_t seq = 0;
  std::map<std::string, FakeValue> properties = {};
  std::map<std::string, std::string> nested = {};  // Properties that are JSON text.
  std::string country = {};
  std::string browser = {};
  std::string os = {};
  std::optional<std::string> app = {};
};

class FakeSnapshot : public store::Snapshot {
 public:
  // The order of adding is the arrival.
  void Add(const FakeEvent& event);
  // The person, made when there is none; to set attributes. People are identified.
  model::Person& PersonOf(const std::string& id);

  absl::Status Scan(
      const store::ScanOptions& options, store::ScanStats* stats,
      absl::FunctionRef<absl::Status(const store::StoredEvent&)> visit) const override;
  absl::Status VisitPeople(
      absl::FunctionRef<absl::Status(const model::Person&)> visit) const override;
  absl::StatusOr<model::Person> FindPerson(std::string_view id) const override;
  const store::Settings& settings() const override { return settings_; }

  store::Settings& mutable_settings() { return settings_; }
  const std::deque<FakeEvent>& events() const { return events_; }
  // What scans return instead of OK once they are through.
  void FailScans(absl::Status status) { scan_status_ = std::move(status); }

 private:
  std::deque<FakeEvent> events_;
  std::deque<std::vector<model::Property>> properties_;
  std::vector<store::StoredEvent> stored_;
  std::map<std::string, uint64_t> codes_;
  std::deque<model::Person> people_;
  store::Settings settings_;
  absl::Status scan_status_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_TESTS_QUERY_FAKE_SNAPSHOT_H_
