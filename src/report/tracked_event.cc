#include "report/tracked_event.h"

#include "base/status.h"
#include "base/strings.h"
#include "model/rule.h"
#include "report/definition_parts.h"
#include "report/segments.h"

namespace footfall::report {

using base::InvalidAt;
using base::Json;

absl::StatusOr<std::string> CheckTrackedEvent(const Json& json) {
  constexpr size_t kTitleBytesMax = 256;
  if (!json.is_object()) return InvalidAt("$", "must be an object");
  FOOTFALL_RETURN_IF_ERROR(
      base::CheckKeys(json, "$", {"version", "name", "title", "where"}));
  const Json* version = json.Find("version");
  if (version == nullptr) return InvalidAt("$.version", "is required");
  if (!version->is_int() || version->as_int() != 1) {
    return InvalidAt("$.version", "must be 1");
  }
  FOOTFALL_ASSIGN_OR_RETURN(std::string name, ParseDocumentName(json));
  const Json* title = json.Find("title");
  if (title != nullptr &&
      (!title->is_string() || title->as_string().size() > kTitleBytesMax)) {
    return InvalidAt("$.title",
                     base::Cat("must be a string of at most ", kTitleBytesMax, " bytes"));
  }
  const Json* where = json.Find("where");
  if (where == nullptr) return InvalidAt("$.where", "is required");
  FOOTFALL_ASSIGN_OR_RETURN(const ExpandedSegments expanded,
                            ExpandRule(*where, "$.where", AnySegment));
  FOOTFALL_RETURN_IF_ERROR(model::Rule::Parse(expanded.json, "$.where").status());
  return name;
}

}  // namespace footfall::report
