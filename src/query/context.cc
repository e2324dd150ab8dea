#include "query/context.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/status.h"
#include "base/strings.h"

namespace footfall::query {
namespace {

// How many events pass between two looks at cancellation and memory.
constexpr uint64_t kCheckEvery = 4096;

constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kQuarterMs = kHourMs / 4;
constexpr size_t kQuartersMax = 100'000;

uint64_t TextBytes(const std::string& text) {
  // Short strings live inside the object.
  return text.capacity() > 15 ? text.capacity() + 1 : 0;
}

template <typename T>
int Order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

}  // namespace

uint32_t Execution::PersonIndex(uint64_t code) {
  const auto [it, added] =
      person_index_.try_emplace(code, static_cast<uint32_t>(person_codes_.size()));
  if (added) person_codes_.push_back(code);
  return it->second;
}

absl::Status Execution::Scan(
    int64_t from_ms, int64_t to_ms, absl::FunctionRef<uint64_t()> bytes,
    absl::FunctionRef<absl::Status(const store::StoredEvent&)> visit) {
  store::ScanOptions options;
  options.from_ms = from_ms;
  options.to_ms = to_ms;
  options.now_ms = context_.now_ms;
  options.cancel = context_.cancel;
  uint64_t seen = 0;
  store::ScanStats stats;
  FOOTFALL_RETURN_IF_ERROR(Check(bytes()));
  const auto visit_counted = [&](const store::StoredEvent& stored) {
    if (++seen % kCheckEvery == 0) FOOTFALL_RETURN_IF_ERROR(Check(bytes()));
    if (stored.event.type == model::EventType::kIdentify ||
        stored.event.type == model::EventType::kAlias) {
      return absl::OkStatus();
    }
    return visit(stored);
  };
  FOOTFALL_RETURN_IF_ERROR(snapshot_.Scan(options, &stats, visit_counted));
  stats_.records_read += stats.records_read;
  stats_.events_read += stats.events_read;
  stats_.bytes_read += stats.bytes_read;
  return Check(bytes());
}

absl::StatusOr<std::vector<Text>> Execution::PersonNames() {
  std::vector<Text> names(person_codes_.size(), Text(""));
  uint64_t bytes = names.size() * sizeof(Text);
  FOOTFALL_RETURN_IF_ERROR(snapshot_.VisitPeople([&](const model::Person& person) {
    const auto found = person_index_.find(person.code);
    if (found == person_index_.end()) return absl::OkStatus();
    names[found->second] = person.DisplayId();
    bytes += Text::HeapBytes(names[found->second].view().size());
    return absl::OkStatus();
  }));
  FOOTFALL_RETURN_IF_ERROR(Hold(bytes));
  return names;
}

absl::Status Execution::Check(uint64_t bytes) const {
  FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(context_.cancel));
  const uint64_t limit = snapshot_.settings().report_memory_bytes;
  const uint64_t used = bytes + held_bytes_ + HashBytes(person_index_) +
                        person_codes_.capacity() * sizeof(uint64_t);
  if (limit == 0 || used <= limit) return absl::OkStatus();
  return base::MakeError(
      absl::StatusCode::kResourceExhausted,
      base::Cat(
          "the report needs more than the ", limit,
          " bytes that the memory budget leaves for it; narrow its range or open the "
          "store with a larger memory budget"));
}

absl::Status Execution::Hold(uint64_t bytes) {
  held_bytes_ += bytes;
  return Check(0);
}

uint64_t PersonBytes(const model::Person& person) {
  uint64_t bytes = sizeof(person) + TextBytes(person.id);
  for (const std::string& id : person.anonymous_ids) bytes += sizeof(id) + TextBytes(id);
  for (const std::string* text : {&person.country, &person.region, &person.city,
                                  &person.browser, &person.browser_version, &person.os}) {
    bytes += TextBytes(*text);
  }
  for (const auto& [name, value] : person.attributes) {
    bytes += sizeof(name) + sizeof(value) + TextBytes(name);
    if (const auto* text = std::get_if<std::string>(&value)) bytes += TextBytes(*text);
  }
  return bytes;
}

absl::Status People::Load(Execution& execution, bool attributes) {
  const std::string& property = execution.snapshot().settings().account_property;
  uint64_t bytes = 0;
  uint64_t seen = 0;
  const auto keep = [&](const model::Person& person) {
    if (++seen % kCheckEvery == 0) {
      FOOTFALL_RETURN_IF_ERROR(execution.Check(bytes + HashBytes(index_)));
    }
    index_.emplace(person.code, static_cast<uint32_t>(accounts_.size()));
    accounts_.push_back(model::AccountOf(person, property));
    bytes += sizeof(std::string) + TextBytes(accounts_.back());
    if (attributes) {
      people_.push_back(person);
      bytes += PersonBytes(person);
    }
    return absl::OkStatus();
  };
  FOOTFALL_RETURN_IF_ERROR(execution.snapshot().VisitPeople(keep));
  return execution.Hold(bytes + HashBytes(index_));
}

const model::Person* People::Find(uint64_t code) const {
  const auto found = index_.find(code);
  return found == index_.end() || people_.empty() ? nullptr : &people_[found->second];
}

std::string_view People::Account(uint64_t code) const {
  const auto found = index_.find(code);
  return found == index_.end() ? std::string_view() : accounts_[found->second];
}

int64_t Bucketer::BucketOf(int64_t time_ms) {
  // Times before 1970 round towards it, which makes one long quarter; they are not kept.
  if (time_ms < 0) return Compute(time_ms);
  const int64_t quarter = time_ms / kQuarterMs;
  if (const auto found = quarters_.find(quarter); found != quarters_.end()) {
    return found->second;
  }
  const int64_t value = Compute(quarter * kQuarterMs);
  if (value != Compute((quarter + 1) * kQuarterMs - 1)) return Compute(time_ms);
  if (quarters_.size() == kQuartersMax) quarters_.clear();
  quarters_.emplace(quarter, value);
  return value;
}

int64_t Bucketer::Compute(int64_t time_ms) const {
  if (bucket_ == base::Bucket::kHour) return base::HourStart(time_ms, zone_);
  const int64_t day = base::LocalDay(time_ms, zone_);
  return bucket_ == base::Bucket::kWeek    ? base::WeekOf(day)
         : bucket_ == base::Bucket::kMonth ? base::MonthOf(day)
                                           : day;
}

int64_t Bucketer::Next(int64_t bucket) const {
  switch (bucket_) {
    case base::Bucket::kDay:
      return bucket + 1;
    case base::Bucket::kWeek:
      return bucket + 7;
    case base::Bucket::kMonth:
      // 31 days after the first of a month are in the next one.
      return base::MonthOf(bucket + 31);
    case base::Bucket::kHour:
      break;
  }
  const int64_t next = base::HourStart(bucket + kHourMs, zone_);
  return next > bucket ? next : bucket + kHourMs;
}

int CompareCells(const Cell& a, const Cell& b) {
  const bool a_missing = std::holds_alternative<std::monostate>(a);
  const bool b_missing = std::holds_alternative<std::monostate>(b);
  if (a_missing || b_missing) return a_missing - b_missing;
  if (const bool* v = std::get_if<bool>(&a)) return Order(*v, std::get<bool>(b));
  if (const int64_t* v = std::get_if<int64_t>(&a)) return Order(*v, std::get<int64_t>(b));
  if (const double* v = std::get_if<double>(&a)) return Order(*v, std::get<double>(b));
  return std::get<Text>(a).view().compare(std::get<Text>(b).view());
}

void SortTable(Table& table, const std::vector<OrderBy>& order, uint64_t limit) {
  std::vector<uint32_t> rows(table.row_count());
  std::iota(rows.begin(), rows.end(), 0);
  const auto before = [&](uint32_t a, uint32_t b) {
    for (const OrderBy& by : order) {
      const std::vector<Cell>& cells = table.columns[by.column].cells;
      int compared = CompareCells(cells[a], cells[b]);
      const bool missing = std::holds_alternative<std::monostate>(cells[a]) ||
                           std::holds_alternative<std::monostate>(cells[b]);
      if (by.descending && !missing) compared = -compared;
      if (compared != 0) return compared < 0;
    }
    return a < b;
  };
  const size_t kept = std::min<uint64_t>(rows.size(), limit);
  if (kept < rows.size()) {
    std::partial_sort(rows.begin(), rows.begin() + kept, rows.end(), before);
    rows.resize(kept);
  } else {
    std::sort(rows.begin(), rows.end(), before);
  }
  for (Column& column : table.columns) {
    std::vector<Cell> cells;
    cells.reserve(kept);
    for (const uint32_t row : rows) cells.push_back(std::move(column.cells[row]));
    column.cells = std::move(cells);
  }
}

}  // namespace footfall::query
