#include "report/segments.h"

#include <algorithm>

#include "base/status.h"
#include "base/strings.h"

namespace footfall::report {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;

constexpr size_t kPartsMax = 10'000;
constexpr size_t kChainMax = 20;

// The message of an error without the path that it begins with.
std::string WithoutPath(const absl::Status& status, const std::string& path) {
  std::string message = base::MessageOf(status);
  if (message.starts_with(path + ": ")) message.erase(0, path.size() + 2);
  return message;
}

const Json* SegmentOf(const Json& json) {
  if (!json.is_object() || json.as_object().size() != 1) return nullptr;
  const Json* name = json.Find("segment");
  return name != nullptr && name->is_string() ? name : nullptr;
}

class Expander {
 public:
  Expander(const SegmentLookup& lookup, ExpandedSegments* out)
      : lookup_(lookup), out_(out) {}

  absl::StatusOr<Json> Expand(const Json& json, const std::string& path) {
    // Inside the rule of a segment all errors lie where it was named.
    const bool inside = !chain_.empty();
    if (++parts_ > kPartsMax) {
      return InvalidAt(path,
                       Cat("has more than ", kPartsMax, " parts with its segments"));
    }
    if (const Json* name = SegmentOf(json)) return Named(name->as_string(), path);
    if (json.is_array()) {
      Json copy = Json::MakeArray();
      for (size_t i = 0; i < json.as_array().size(); ++i) {
        FOOTFALL_ASSIGN_OR_RETURN(
            Json item,
            Expand(json.as_array()[i], inside ? path : Cat(path, "[", i, "]")));
        copy.Push(std::move(item));
      }
      return copy;
    }
    if (!json.is_object()) return json;
    Json copy = Json::MakeObject();
    for (const auto& [key, value] : json.as_object()) {
      FOOTFALL_ASSIGN_OR_RETURN(Json member,
                                Expand(value, inside ? path : Cat(path, ".", key)));
      copy.Set(key, std::move(member));
    }
    return copy;
  }

  absl::StatusOr<Json> Named(const std::string& name, const std::string& path) {
    if (name.empty()) {
      return InvalidAt(path, "must be the name of a segment or a rule");
    }
    if (chain_.empty()) out_->nodes.emplace_back(path, name);
    const bool circle = std::find(chain_.begin(), chain_.end(), name) != chain_.end();
    chain_.push_back(name);
    if (circle) {
      return InvalidAt(path, Cat("segments name each other in a circle: ", Chain()));
    }
    if (chain_.size() > kChainMax) {
      return InvalidAt(path, Cat("segments name each other more than ", kChainMax,
                                 " deep: ", Chain()));
    }
    absl::StatusOr<Json> rule = Find(name);
    if (!rule.ok()) return base::WithPathPrefix(path, rule.status());
    FOOTFALL_ASSIGN_OR_RETURN(Json expanded, Expand(*rule, path));
    chain_.pop_back();
    return expanded;
  }

 private:
  absl::StatusOr<Json> Find(const std::string& name) const {
    if (lookup_) return lookup_(name);
    return base::MakeError(absl::StatusCode::kNotFound,
                           Cat("there is no segment '", name.substr(0, 128), "'"));
  }

  std::string Chain() const {
    std::string text;
    for (const std::string& name : chain_) {
      text += Cat(text.empty() ? "" : " -> ", name.substr(0, 128));
    }
    return text;
  }

  const SegmentLookup& lookup_;
  ExpandedSegments* const out_;
  std::vector<std::string> chain_;
  size_t parts_ = 0;
};

}  // namespace

absl::Status ExpandedSegments::Locate(const absl::Status& status) const {
  const std::optional<std::string> path = base::PathOf(status);
  if (!path.has_value()) return status;
  for (const auto& [node, name] : nodes) {
    if (!path->starts_with(node)) continue;
    const char next = path->size() == node.size() ? '\0' : (*path)[node.size()];
    if (next != '\0' && next != '.' && next != '[') continue;
    return InvalidAt(*path, Cat("in the segment '", name.substr(0, 128),
                                "': ", WithoutPath(status, *path)));
  }
  return status;
}

absl::StatusOr<ExpandedSegments> ExpandRule(const Json& rule, std::string_view path,
                                            const SegmentLookup& lookup) {
  ExpandedSegments out;
  Expander expander(lookup, &out);
  FOOTFALL_ASSIGN_OR_RETURN(out.json, expander.Expand(rule, std::string(path)));
  return out;
}

absl::StatusOr<ExpandedSegments> ExpandDefinition(const Json& definition,
                                                  const SegmentLookup& lookup) {
  ExpandedSegments out;
  out.json = definition;
  if (!definition.is_object()) return out;
  Expander expander(lookup, &out);
  for (auto& [key, value] : out.json.as_object()) {
    const std::string path = "$." + key;
    if (key == "segment" && value.is_string()) {
      FOOTFALL_ASSIGN_OR_RETURN(value, expander.Named(value.as_string(), path));
    } else {
      FOOTFALL_ASSIGN_OR_RETURN(value, expander.Expand(value, path));
    }
  }
  return out;
}

absl::StatusOr<Json> AnySegment(std::string_view) {
  Json rule = Json::MakeObject();
  rule.Set("field", "person.id");
  rule.Set("op", "is_set");
  return rule;
}

void VisitSegmentNames(const Json& json,
                       absl::FunctionRef<void(std::string_view name)> visit) {
  if (json.is_array()) {
    for (const Json& item : json.as_array()) VisitSegmentNames(item, visit);
  }
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.as_object()) {
    if (key == "segment" && value.is_string()) {
      visit(value.as_string());
    } else {
      VisitSegmentNames(value, visit);
    }
  }
}

absl::Status CheckSegmentRule(const model::Rule& rule, std::string_view path) {
  absl::Status status;
  rule.VisitFieldsOutsideDid([&](const model::Field& field) {
    if (field.is_person() || field.kind() == model::FieldKind::kAccount || !status.ok()) {
      return;
    }
    status = InvalidAt(path, Cat("a segment cannot read '", field.name(),
                                 "' outside did, only person.* and account"));
  });
  return status;
}

absl::StatusOr<model::Rule> ParseSegmentRule(const Json& rule, std::string_view path,
                                             const SegmentLookup& lookup) {
  FOOTFALL_ASSIGN_OR_RETURN(const ExpandedSegments expanded,
                            ExpandRule(rule, path, lookup));
  absl::StatusOr<model::Rule> parsed = model::Rule::Parse(expanded.json, path);
  if (!parsed.ok()) return expanded.Locate(parsed.status());
  FOOTFALL_RETURN_IF_ERROR(CheckSegmentRule(*parsed, path));
  return parsed;
}

absl::Status AddSegment(const RunOptions& options, query::Plan* plan) {
  if (!options.segment.has_value()) return absl::OkStatus();
  Json named = Json::MakeObject();
  named.Set("segment", *options.segment);
  FOOTFALL_ASSIGN_OR_RETURN(model::Rule rule,
                            ParseSegmentRule(named, "$.segment", options.segments));
  if (plan->segment.has_value()) {
    Json both = Json::MakeObject();
    both.Set("all", Json(Json::Array{plan->segment->ToJson(), rule.ToJson()}));
    FOOTFALL_ASSIGN_OR_RETURN(rule, model::Rule::Parse(both, "$.segment"));
  }
  plan->segment = std::move(rule);
  return absl::OkStatus();
}

}  // namespace footfall::report
