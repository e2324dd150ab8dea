#include "capi/report_options.h"

#include <memory>
#include <utility>

#include "base/status.h"
#include "capi/options.h"
#include "capi/store_handles.h"

namespace footfall::capi {
namespace {

constexpr uint32_t kThreadsMax = 256;

}  // namespace

absl::StatusOr<base::Json> ReadObject(const char* text, std::string_view path) {
  if (text == nullptr) return base::Json::MakeObject();
  absl::StatusOr<base::Json> json = base::Json::Parse(text);
  if (!json.ok()) return base::WithPathPrefix(path, json.status());
  if (!json->is_object()) return base::InvalidAt(path, "must be an object");
  return json;
}

absl::StatusOr<report::RunOptions> ToRunOptions(const footfall_report_options* options) {
  FOOTFALL_ASSIGN_OR_RETURN(const footfall_report_options read, ReadOptions(options));
  if (read.threads > kThreadsMax) {
    return absl::InvalidArgumentError("threads is more than 256");
  }
  if (read.reserved != 0 || read.reserved2 != 0) {
    return absl::InvalidArgumentError("reserved is not 0");
  }
  report::RunOptions out;
  FOOTFALL_ASSIGN_OR_RETURN(out.now_ms, NowOrClock(read.now_ms));
  if (read.from != nullptr) out.from = read.from;
  if (read.to != nullptr) out.to = read.to;
  if (read.timezone != nullptr) out.timezone = read.timezone;
  if (read.segment != nullptr) out.segment = read.segment;
  FOOTFALL_ASSIGN_OR_RETURN(out.parameters,
                            ReadObject(read.parameters_json, "$.parameters"));
  if (read.where_json != nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(out.where, ReadObject(read.where_json, "$.where"));
  }
  out.compare = read.compare != 0;
  out.cancel = CancelOf(read.cancel);
  out.threads = static_cast<int>(read.threads);
  return out;
}

absl::Status PutResult(absl::StatusOr<report::Result> result, footfall_result** out) {
  FOOTFALL_RETURN_IF_ERROR(result.status());
  *out = new footfall_result{std::make_shared<report::Result>(*std::move(result))};
  return absl::OkStatus();
}

}  // namespace footfall::capi
