// The table of the built-in reports: a part of built_in.cc.
#ifndef FOOTFALL_REPORT_BUILT_IN_LIST_H_
#define FOOTFALL_REPORT_BUILT_IN_LIST_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/json.h"
#include "query/table.h"
#include "report/definition.h"
#include "report/report.h"

namespace footfall::report {

struct ColumnInfo {
  std::string_view name;
  query::ColumnType type;
};

// A built-in report with what `report show` tells of it.
struct BuiltInEntry {
  BuiltIn built_in;
  std::vector<ColumnInfo> columns;
  std::vector<std::string_view> parameters;
  // What it computes for the options' parameters, whose names were checked. Errors carry
  // the path below "$.parameters".
  absl::StatusOr<PlanBody> (*compile)(const BuiltInEntry& entry,
                                      const RunOptions& options);
};

// Sorted by name. Never destroyed, so that reports may run until the process ends.
const std::vector<BuiltInEntry>& BuiltInEntries();

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_BUILT_IN_LIST_H_
