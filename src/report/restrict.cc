#include "report/restrict.h"

#include <optional>
#include <utility>
#include <variant>

#include "base/json.h"
#include "base/status.h"

namespace footfall::report {
namespace {

// Makes `rule` hold only where `other` does too.
absl::Status Join(const model::Rule& other, std::string_view path,
                  std::optional<model::Rule>* rule) {
  if (!rule->has_value()) {
    *rule = other;
    return absl::OkStatus();
  }
  base::Json both = base::Json::MakeObject();
  both.Set("all", base::Json::Array{(*rule)->ToJson(), other.ToJson()});
  FOOTFALL_ASSIGN_OR_RETURN(*rule, model::Rule::Parse(both, path));
  return absl::OkStatus();
}

}  // namespace

absl::Status AddWhere(const model::Rule& rule, std::string_view path, query::Plan* plan) {
  return std::visit([&](auto& body) { return Join(rule, path, &body.where); },
                    plan->body);
}

absl::Status AddSegmentRule(const model::Rule& rule, std::string_view path,
                            query::Plan* plan) {
  return Join(rule, path, &plan->segment);
}

}  // namespace footfall::report
