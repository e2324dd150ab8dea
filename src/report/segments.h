// Segments that rules name: {"segment": "premium"} stands for the rule of that segment.
#ifndef FOOTFALL_REPORT_SEGMENTS_H_
#define FOOTFALL_REPORT_SEGMENTS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "model/rule.h"
#include "query/plan.h"
#include "report/report.h"

namespace footfall::report {

// A rule or a definition in which rules stand in the place of segments' names.
struct ExpandedSegments {
  base::Json json;
  // Where a segment was named, and its name.
  std::vector<std::pair<std::string, std::string>> nodes;

  // Adds the segment's name to an error of parsing `json` that lies in its rule.
  absl::Status Locate(const absl::Status& status) const;
};

// Expands the rule at `path`, or all rules of a report definition. What is not a rule
// stays as it is, for parsing to refuse. Errors carry the path: those of `lookup`, and
// INVALID_ARGUMENT for segments that name each other in a circle, or that make more than
// 10,000 parts.
absl::StatusOr<ExpandedSegments> ExpandRule(const base::Json& rule, std::string_view path,
                                            const SegmentLookup& lookup);
absl::StatusOr<ExpandedSegments> ExpandDefinition(const base::Json& definition,
                                                  const SegmentLookup& lookup);

// A rule that is valid wherever a segment may be named, for checks without a store.
absl::StatusOr<base::Json> AnySegment(std::string_view name);

// Calls `visit` with every segment that a rule or definition names itself.
void VisitSegmentNames(const base::Json& json,
                       absl::FunctionRef<void(std::string_view name)> visit);

// A segment is about people: what single events hold it may only ask for inside did.
absl::Status CheckSegmentRule(const model::Rule& rule, std::string_view path);

// Expands, parses and checks the rule of a segment at `path`.
absl::StatusOr<model::Rule> ParseSegmentRule(const base::Json& rule,
                                             std::string_view path,
                                             const SegmentLookup& lookup);

// Restricts the plan to the options' segment, beside the one it may have.
absl::Status AddSegment(const RunOptions& options, query::Plan* plan);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_SEGMENTS_H_
