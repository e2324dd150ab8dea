// Report definitions, the built-in reports, and running them.
#ifndef FOOTFALL_REPORT_REPORT_H_
#define FOOTFALL_REPORT_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "base/json.h"
#include "report/result.h"
#include "store/event_store.h"

namespace footfall::report {

struct RunOptions {
  std::optional<std::string> from;  // RFC 3339 or a date in the report's zone.
  std::optional<std::string> to;
  std::optional<std::string> timezone;               // IANA name.
  base::Json parameters = base::Json::MakeObject();  // Of built-in reports.
  int64_t now_ms = 0;
  const base::Cancel* cancel = nullptr;
};

struct BuiltIn {
  std::string_view name;
  std::string_view title;
  std::string_view kind;
  std::vector<std::string_view> tags;
};

// The built-in reports, sorted by name.
const std::vector<BuiltIn>& BuiltIns();

// The definition of a built-in report as `report show` prints it: name, title, kind,
// tags, "builtin": true, its columns and its parameters. NOT_FOUND.
absl::StatusOr<base::Json> ShowBuiltIn(std::string_view name);

// Checks a definition (version 1) and answers its name; errors carry a path.
absl::StatusOr<std::string> CheckDefinition(const base::Json& definition);

absl::StatusOr<Result> RunBuiltIn(const store::Snapshot& snapshot, std::string_view name,
                                  const RunOptions& options);
absl::StatusOr<Result> RunDefinition(const store::Snapshot& snapshot,
                                     const base::Json& definition,
                                     const RunOptions& options);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_REPORT_H_
