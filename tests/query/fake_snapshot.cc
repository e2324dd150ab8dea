#include "tests/query/fake_snapshot.h"

#include <utility>

#include "base/status.h"
#include "tests/query/fake_blocks.h"

namespace footfall::query {
namespace {

std::string_view View(const std::optional<std::string>& text) {
  return text.has_value() ? std::string_view(*text) : std::string_view();
}

model::Value ToValue(const FakeValue& value) {
  if (const bool* v = std::get_if<bool>(&value)) return model::Value::Bool(*v);
  if (const int64_t* v = std::get_if<int64_t>(&value)) return model::Value::Int(*v);
  if (const double* v = std::get_if<double>(&value)) return model::Value::Double(*v);
  return model::Value::String(std::get<std::string>(value));
}

}  // namespace

void FakeSnapshot::Add(const FakeEvent& added) {
  const FakeEvent& event = events_.emplace_back(added);
  std::vector<model::Property>& properties = properties_.emplace_back();
  for (const auto& [key, value] : event.properties) {
    properties.push_back({key, ToValue(value)});
  }
  for (const auto& [key, text] : event.nested) {
    properties.push_back({key, model::Value::Json(text)});
  }
  store::StoredEvent stored;
  stored.arrival = stored_.size();
  stored.person = PersonOf(event.person).code;
  stored.event.type = event.type;
  stored.event.time_ms = event.time_ms;
  stored.event.seq = event.seq;
  stored.event.person = event.person;
  stored.event.name = View(event.name);
  stored.event.session = View(event.session);
  stored.event.url = View(event.url);
  stored.event.title = View(event.title);
  stored.event.app = View(event.app);
  stored.event.context.country = event.country;
  stored.event.context.browser = event.browser;
  stored.event.context.os = event.os;
  stored.event.properties = properties;
  stored_.push_back(stored);
}

model::Person& FakeSnapshot::PersonOf(const std::string& id) {
  const auto [it, added] = codes_.try_emplace(id, people_.size());
  if (added) {
    model::Person& person = people_.emplace_back();
    // Codes are neither dense nor in the order of ids.
    person.code = 1000 + 7 * it->second;
    person.id = id;
    person.identified = true;
  }
  return people_[it->second];
}

absl::Status FakeSnapshot::Scan(
    const store::ScanOptions& options, store::ScanStats* stats,
    absl::FunctionRef<absl::Status(const store::StoredEvent&)> visit) const {
  for (const store::StoredEvent& stored : stored_) {
    if (stats != nullptr) ++stats->events_read;
    if (stored.event.time_ms < options.from_ms || stored.event.time_ms >= options.to_ms) {
      continue;
    }
    FOOTFALL_RETURN_IF_ERROR(visit(stored));
  }
  return scan_status_;
}

absl::StatusOr<std::unique_ptr<store::BlockScan>> FakeSnapshot::ScanBlocks(
    const store::BlockRequest& request) const {
  return MakeFakeScan(stored_, request, style_, scan_status_);
}

absl::Status FakeSnapshot::VisitPeopleBetween(
    uint64_t first, uint64_t end,
    absl::FunctionRef<absl::Status(const model::Person&)> visit) const {
  for (const model::Person& person : people_) {
    if (person.code < first || person.code >= end) continue;
    FOOTFALL_RETURN_IF_ERROR(visit(person));
  }
  return absl::OkStatus();
}

absl::Status FakeSnapshot::VisitIds(
    uint64_t first, uint64_t end,
    absl::FunctionRef<absl::Status(uint64_t code, bool identified, std::string_view id)>
        visit) const {
  return VisitPeopleBetween(first, end, [&visit](const model::Person& person) {
    return visit(person.code, person.identified, person.id);
  });
}

absl::StatusOr<model::Person> FakeSnapshot::FindPerson(std::string_view id) const {
  const auto found = codes_.find(std::string(id));
  if (found == codes_.end()) return absl::NotFoundError("no such person");
  return people_[found->second];
}

}  // namespace footfall::query
