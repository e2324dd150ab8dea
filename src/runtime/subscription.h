// What a subscription says: which report goes to whom, when and how.
#ifndef FOOTFALL_RUNTIME_SUBSCRIPTION_H_
#define FOOTFALL_RUNTIME_SUBSCRIPTION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "runtime/schedule.h"

namespace footfall::runtime {

// {"version": 1, "name", "report", "parameters", "range", "timezone", "where", "segment",
// "schedule", "recipients", "formats", "subject", "paused"}, see SUBSCRIPTIONS.md.
struct Subscription {
  static constexpr size_t kNameMax = 128;
  static constexpr size_t kRecipientsMax = 500;

  std::string name;
  std::string report;
  Schedule schedule;
  std::vector<std::string> recipients;
  bool html = true;
  bool csv = true;
  std::string subject;         // Empty: the report's title and the day.
  std::optional<bool> paused;  // Absent: as it was.
  base::Json view;             // The report with its range and filters, as a definition.
  base::Json json;             // The whole, without "paused".

  // INVALID_ARGUMENT with a path. Whether the report exists is not looked at.
  static absl::StatusOr<Subscription> Parse(std::string_view text);
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_SUBSCRIPTION_H_
