// A snapshot over events in memory, with people that are made as events name them. Its
// blocks are small, so that few events make many of them.
#ifndef FOOTFALL_TESTS_QUERY_FAKE_SNAPSHOT_H_
#define FOOTFALL_TESTS_QUERY_FAKE_SNAPSHOT_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
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
  absl::StatusOr<std::unique_ptr<store::BlockScan>> ScanBlocks(
      const store::BlockRequest& request) const override;
  absl::Status VisitPeopleBetween(
      uint64_t first, uint64_t end,
      absl::FunctionRef<absl::Status(const model::Person&)> visit) const override;
  absl::Status VisitIds(
      uint64_t first, uint64_t end,
      absl::FunctionRef<absl::Status(uint64_t code, bool identified, std::string_view id)>
          visit) const override;
  absl::StatusOr<model::Person> FindPerson(std::string_view id) const override;
  const store::Settings& settings() const override { return settings_; }

  store::Settings& mutable_settings() { return settings_; }
  const std::deque<FakeEvent>& events() const { return events_; }
  // What scans return instead of OK once they are through; of blocks, the last part.
  void FailScans(absl::Status status) { scan_status_ = std::move(status); }

  // How ScanBlocks answers.
  struct BlockStyle {
    size_t part_rows = 16;    // A part ends with the first person that fills it.
    bool numbers = false;     // Properties that are all integers, or all doubles, come
                              // as numbers.
    bool wide_codes = false;  // Always 32 bits.
    bool counts = false;      // CountsByName and PeopleByDay are answered.
    std::function<void(size_t part)> on_read;  // Called before a part is read.
  };
  BlockStyle& block_style() { return style_; }

  const std::vector<store::StoredEvent>& stored() const { return stored_; }
  const absl::Status& scan_status() const { return scan_status_; }

 private:
  std::deque<FakeEvent> events_;
  std::deque<std::vector<model::Property>> properties_;
  std::vector<store::StoredEvent> stored_;
  std::map<std::string, uint64_t> codes_;
  std::deque<model::Person> people_;
  store::Settings settings_;
  absl::Status scan_status_;
  BlockStyle style_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_TESTS_QUERY_FAKE_SNAPSHOT_H_
