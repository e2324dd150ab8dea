#include "capture/counters_json.h"

#include <utility>

namespace footfall::capture {
namespace {

base::Json ErrorToJson(const Rejection& error, std::string_view source) {
  base::Json out = base::Json::MakeObject();
  if (!source.empty()) out.Set("file", source);
  out.Set("index", error.index);
  out.Set("line", error.line);
  out.Set("byte", error.byte);
  out.Set("path", error.path.empty() ? base::Json() : base::Json(error.path));
  out.Set("reason", error.reason);
  return out;
}

}  // namespace

base::Json CountersToJson(const FilterCounters& counters, std::string_view source) {
  base::Json out = base::Json::MakeObject();
  out.Set("accepted", counters.passed);
  out.Set("dropped_level", counters.dropped_level);
  out.Set("dropped_policy", counters.dropped_policy);
  out.Set("rejected", counters.rejected);
  base::Json rules = base::Json::MakeObject();
  for (const auto& [name, count] : counters.rules) rules.Set(name, count);
  out.Set("rules", std::move(rules));
  base::Json errors = base::Json::MakeArray();
  for (const Rejection& error : counters.errors) {
    errors.Push(ErrorToJson(error, source));
  }
  out.Set("errors", std::move(errors));
  out.Set("errors_omitted", counters.errors_omitted);
  return out;
}

}  // namespace footfall::capture
