// Report definitions, the built-in reports, and running them.
#ifndef FOOTFALL_REPORT_REPORT_H_
#define FOOTFALL_REPORT_REPORT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "base/json.h"
#include "query/plan.h"
#include "report/result.h"
#include "store/event_store.h"

namespace footfall::report {

// Answers the rule of a saved segment. NOT_FOUND for a name that there is not.
using SegmentLookup = std::function<absl::StatusOr<base::Json>(std::string_view name)>;

// Answers the catalogue of content; none where there is none.
using CatalogueLookup = std::function<absl::StatusOr<std::optional<base::Json>>()>;

// Answers the tracked events: names and rules, sorted by name.
using TrackedEventLookup =
    std::function<absl::StatusOr<std::vector<std::pair<std::string, base::Json>>>()>;

struct RunOptions {
  std::optional<std::string> from;  // RFC 3339 or a date in the report's zone.
  std::optional<std::string> to;
  std::optional<std::string> timezone;               // IANA name.
  base::Json parameters = base::Json::MakeObject();  // Of built-in reports.
  int64_t now_ms = 0;
  const base::Cancel* cancel = nullptr;
  // How many threads may work, the calling one included; with 0 and 1 none is made.
  int threads = 0;
  SegmentLookup segments = nullptr;  // Without it no segment is known.
  CatalogueLookup catalogue = nullptr;
  TrackedEventLookup tracked_events = nullptr;
  // A saved segment; only people who are in it as well as in the report's own.
  std::optional<std::string> segment;
  // A rule that may name segments: only events that satisfy it as well.
  std::optional<base::Json> where;
  // Adds what it was in the period before, see AddPrevious.
  bool compare = false;
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

// The position of a column of a built-in report.
std::optional<size_t> FindBuiltInColumn(std::string_view report, std::string_view column);

// Checks a definition (version 1) and answers its name; errors carry a path.
absl::StatusOr<std::string> CheckDefinition(const base::Json& definition);

// What a report computes, and its result so far: the name, the range and the zone.
struct Compiled {
  query::Plan plan;
  Result result;
};

absl::StatusOr<Compiled> CompileBuiltIn(std::string_view name, const RunOptions& options);
absl::StatusOr<Compiled> CompileDefinition(const base::Json& definition,
                                           const RunOptions& options);

absl::StatusOr<Result> Run(const store::Snapshot& snapshot, Compiled compiled,
                           const RunOptions& options);
// Runs the report and answers {"version", "report", "kind", "now", "range", "timezone",
// "plan", "stats"}: what was computed, and what it took.
absl::StatusOr<base::Json> Explain(const store::Snapshot& snapshot, Compiled compiled,
                                   const RunOptions& options);

// Compile and Run.
absl::StatusOr<Result> RunBuiltIn(const store::Snapshot& snapshot, std::string_view name,
                                  const RunOptions& options);
absl::StatusOr<Result> RunDefinition(const store::Snapshot& snapshot,
                                     const base::Json& definition,
                                     const RunOptions& options);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_REPORT_H_
