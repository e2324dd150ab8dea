// Reports that rest on another one: its parameters, filters and range turned into a
// report of their own name.
#ifndef FOOTFALL_REPORT_VIEW_H_
#define FOOTFALL_REPORT_VIEW_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "model/rule.h"
#include "report/definition.h"
#include "report/report.h"

namespace footfall::report {

// A view may rest on a view, at most so many times.
inline constexpr int kViewDepthMax = 8;

// {"version": 1, "name", "base", "title", "tags", "parameters", "range", "timezone",
// "where", "segment"}, all but the first three optional.
struct View {
  std::string name;
  std::string title;
  std::string base;  // The name of a built-in or saved report.
  base::Json parameters = base::Json::MakeObject();  // Of a built-in one.
  std::optional<RangeText> range;
  std::optional<std::string> timezone;
  std::optional<model::Rule> where;
  std::optional<model::Rule> segment;
};

// Whether a definition is that of a view.
bool IsView(const base::Json& definition);

// Strict, as ParseDefinition is. `segments` answers the segments that it names.
absl::StatusOr<View> ParseView(const base::Json& definition,
                               const SegmentLookup& segments);

// The options that `view` asks its base for: its parameters, with those of `options` put
// over them.
RunOptions OptionsOfBase(const View& view, const RunOptions& options);

// Makes of the compiled base the view: its range, its filters and its name.
absl::Status ApplyView(const View& view, const RunOptions& options, Compiled* compiled);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_VIEW_H_
