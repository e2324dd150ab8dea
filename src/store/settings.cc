#include "store/settings.h"

#include <charconv>

#include "base/json.h"
#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "store/rocks.h"

namespace footfall::store {
namespace {

constexpr uint64_t kBudgetMax = uint64_t{1024} << 30;

absl::Status Refuse(std::string_view key, std::string_view value, std::string_view rule) {
  return base::MakeError(absl::StatusCode::kInvalidArgument,
                         base::Cat("setting ", key, ": '", value, "' is not ", rule));
}

absl::Status ParseWhole(std::string_view key, std::string_view value, int64_t min,
                        int64_t max, int64_t* out) {
  int64_t number = 0;
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < min ||
      number > max) {
    return Refuse(key, value, base::Cat("a whole number from ", min, " to ", max));
  }
  *out = number;
  return absl::OkStatus();
}

absl::Status ParseSpan(std::string_view key, std::string_view value, int64_t max_ms,
                       std::string_view rule, int64_t* out) {
  const auto span = base::ParseDuration(value);
  if (!span.ok() || *span < 1000 || *span > max_ms) return Refuse(key, value, rule);
  *out = *span;
  return absl::OkStatus();
}

struct ByteUnit {
  uint64_t bytes;
  std::string_view name;
};
constexpr ByteUnit kByteUnits[] = {
    {uint64_t{1} << 30, "G"}, {uint64_t{1} << 20, "M"}, {1, ""}};

absl::Status ParseBudget(std::string_view key, std::string_view value, uint64_t* out) {
  uint64_t unit_bytes = 1;
  std::string_view digits = value;
  for (const ByteUnit& unit : kByteUnits) {
    if (!unit.name.empty() && value.ends_with(unit.name)) {
      unit_bytes = unit.bytes;
      digits.remove_suffix(1);
    }
  }
  uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() ||
      number > kBudgetMax / unit_bytes || number * unit_bytes < kBudgetMin) {
    return Refuse(key, value, "a size from 16M to 1024G, such as 256M");
  }
  *out = number * unit_bytes;
  return absl::OkStatus();
}

std::string FormatBytes(uint64_t bytes) {
  for (const auto& [unit, name] : kByteUnits) {
    if (bytes % unit == 0) return base::Cat(bytes / unit, name);
  }
  return {};
}

// The largest unit that divides the span, so that what was set reads back as it was.
std::string FormatSpan(int64_t ms) {
  constexpr std::pair<int64_t, const char*> kUnits[] = {{base::kDayMs, "d"},
                                                        {base::kHourMs, "h"},
                                                        {base::kMinuteMs, "m"},
                                                        {base::kSecondMs, "s"}};
  for (const auto& [unit, name] : kUnits) {
    if (ms % unit == 0) return base::Cat(ms / unit, name);
  }
  return base::Cat(ms, "ms");
}

constexpr std::pair<std::string_view, model::Level> kLevels[] = {
    {"content", model::Level::kContent},
    {"interactions", model::Level::kInteractions},
    {"dxa", model::Level::kInteractions},
    {"playback", model::Level::kPlayback}};

}  // namespace

absl::Status ApplySetting(std::string_view key, std::string_view value,
                          Settings* settings) {
  if (key == "level") {
    for (const auto& [name, level] : kLevels) {
      if (name != value) continue;
      settings->level = level;
      return absl::OkStatus();
    }
    return Refuse(key, value, "one of content, interactions, dxa, playback");
  }
  if (key == "retention_days") {
    return ParseWhole(key, value, 0, 36500, &settings->retention_days);
  }
  if (key == "dedup_window_days") {
    return ParseWhole(key, value, 0, 366, &settings->dedup_window_days);
  }
  if (key == "session_gap") {
    return ParseSpan(key, value, base::kDayMs, "a duration from 1s to 24h, such as 30m",
                     &settings->session.gap_ms);
  }
  if (key == "session_max") {
    if (value == "0" || value == "none") {
      settings->session.max_ms = 0;
      return absl::OkStatus();
    }
    return ParseSpan(key, value, 30 * base::kDayMs,
                     "a duration from 1s to 30d, such as 12h, or none",
                     &settings->session.max_ms);
  }
  if (key == "event_bytes_max") {
    int64_t bytes = 0;
    const absl::Status status = ParseWhole(key, value, 1024, int64_t{64} << 20, &bytes);
    if (status.ok()) settings->event_bytes_max = static_cast<uint64_t>(bytes);
    return status;
  }
  if (key == "account_property") {
    if (value.size() > 256 || !base::IsUtf8(value)) {
      return Refuse(key, value, "UTF-8 text of at most 256 bytes");
    }
    settings->account_property = std::string(value);
    return absl::OkStatus();
  }
  if (key == "memory_budget") {
    return ParseBudget(key, value, &settings->memory_budget_bytes);
  }
  if (key == "seal_events") {
    return ParseWhole(key, value, 0, 10'000'000, &settings->seal_events);
  }
  if (key == "seal_after") {
    return ParseSpan(key, value, 365 * base::kDayMs,
                     "a duration from 1s to 365d, such as 24h", &settings->seal_after_ms);
  }
  if (key == "imported_attributes_max") {
    return ParseWhole(key, value, 0, 10'000, &settings->imported_attributes_max);
  }
  if (key == "group_size_min") {
    return ParseWhole(key, value, 0, 1'000'000, &settings->group_size_min);
  }
  if (key == "run_log_days") {
    return ParseWhole(key, value, 0, 36500, &settings->run_log_days);
  }
  return base::MakeError(absl::StatusCode::kInvalidArgument,
                         base::Cat("there is no setting '", key, "'"));
}

base::Json Settings::ToJson() const {
  base::Json json = base::Json::MakeObject();
  for (const auto& [name, value] : kLevels) {
    if (value == level && name != "dxa") json.Set("level", name);
  }
  json.Set("retention_days", retention_days);
  json.Set("dedup_window_days", dedup_window_days);
  json.Set("session_gap", FormatSpan(session.gap_ms));
  json.Set("session_max",
           session.max_ms == 0 ? std::string("none") : FormatSpan(session.max_ms));
  json.Set("event_bytes_max", event_bytes_max);
  json.Set("account_property", account_property);
  json.Set("memory_budget", FormatBytes(memory_budget_bytes));
  json.Set("seal_events", seal_events);
  json.Set("seal_after", FormatSpan(seal_after_ms));
  json.Set("imported_attributes_max", imported_attributes_max);
  json.Set("run_log_days", run_log_days);
  json.Set("group_size_min", group_size_min);
  return json;
}

}  // namespace footfall::store
