// The columns of a report definition; a part of definition.cc.
#ifndef FOOTFALL_REPORT_DEFINITION_COLUMNS_H_
#define FOOTFALL_REPORT_DEFINITION_COLUMNS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "model/field.h"
#include "query/plan.h"

namespace footfall::report {

// The field named by a JSON string at `path`.
absl::StatusOr<model::Field> ParseField(const base::Json& json, const std::string& path);

// Reads "columns" into `table`, whose rows are there already.
absl::Status ParseColumns(const base::Json& json, query::TablePlan* table);

// The position of a key or column, the keys first.
std::optional<size_t> FindColumn(const query::TablePlan& table, std::string_view name);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_DEFINITION_COLUMNS_H_
