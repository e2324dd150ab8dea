// The columns of a report definition; a part of definition.cc.
#ifndef FOOTFALL_REPORT_DEFINITION_COLUMNS_H_
#define FOOTFALL_REPORT_DEFINITION_COLUMNS_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "base/json.h"
#include "query/plan.h"

namespace footfall::report {

// Reads "columns" into `table`, whose rows are there already.
absl::Status ParseColumns(const base::Json& json, query::TablePlan* table);

// The position of a key or column, the keys first.
std::optional<size_t> FindColumn(const query::TablePlan& table, std::string_view name);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_DEFINITION_COLUMNS_H_
