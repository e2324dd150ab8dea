#include "footfall/report.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "capi/options.h"
#include "capi/store_handles.h"
#include "report/export.h"

using footfall::base::Json;
using footfall::capi::CancelOf;
using footfall::capi::Guard;
using footfall::capi::PutBuffer;
using footfall::capi::ReadOptions;
namespace report = footfall::report;

namespace {

constexpr uint32_t kThreadsMax = 256;

absl::StatusOr<report::RunOptions> ToRunOptions(const footfall_report_options* options) {
  FOOTFALL_ASSIGN_OR_RETURN(const footfall_report_options read, ReadOptions(options));
  if (read.now_ms < 0) return absl::InvalidArgumentError("now_ms is negative");
  if (read.threads > kThreadsMax) {
    return absl::InvalidArgumentError("threads is more than 256");
  }
  if (read.reserved != 0) return absl::InvalidArgumentError("reserved is not 0");
  report::RunOptions out;
  if (read.from != nullptr) out.from = read.from;
  if (read.to != nullptr) out.to = read.to;
  if (read.timezone != nullptr) out.timezone = read.timezone;
  if (read.parameters_json != nullptr) {
    absl::StatusOr<Json> parameters = Json::Parse(read.parameters_json);
    if (!parameters.ok()) {
      return footfall::base::WithPathPrefix("$.parameters", parameters.status());
    }
    if (!parameters->is_object()) {
      return footfall::base::InvalidAt("$.parameters", "must be an object");
    }
    out.parameters = *std::move(parameters);
  }
  out.now_ms = read.now_ms == 0 ? footfall::base::NowMs() : read.now_ms;
  out.cancel = CancelOf(read.cancel);
  out.threads = static_cast<int>(read.threads);
  return out;
}

absl::Status PutResult(absl::StatusOr<report::Result> result, footfall_result** out) {
  FOOTFALL_RETURN_IF_ERROR(result.status());
  *out = new footfall_result{std::make_shared<report::Result>(*std::move(result))};
  return absl::OkStatus();
}

}  // namespace

footfall_status footfall_report_run(footfall_store* store, const char* name,
                                    const footfall_report_options* options,
                                    footfall_result** out_result,
                                    footfall_error** error) {
  if (out_result != nullptr) *out_result = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(out_result);
    FOOTFALL_ASSIGN_OR_RETURN(const report::RunOptions run, ToRunOptions(options));
    return PutResult(store->instance->RunReport(name, run), out_result);
  });
}

footfall_status footfall_report_run_definition(footfall_store* store, const char* json,
                                               size_t size,
                                               const footfall_report_options* options,
                                               footfall_result** out_result,
                                               footfall_error** error) {
  if (out_result != nullptr) *out_result = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(json);
    FOOTFALL_REQUIRE(out_result);
    FOOTFALL_ASSIGN_OR_RETURN(const report::RunOptions run, ToRunOptions(options));
    return PutResult(store->instance->RunDefinition(std::string_view(json, size), run),
                     out_result);
  });
}

footfall_status footfall_report_explain(footfall_store* store, const char* name,
                                        const footfall_report_options* options,
                                        footfall_buffer** out_json,
                                        footfall_error** error) {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_ASSIGN_OR_RETURN(const report::RunOptions run, ToRunOptions(options));
    FOOTFALL_ASSIGN_OR_RETURN(const Json json, store->instance->ExplainReport(name, run));
    PutBuffer(json.Dump(), out_json);
    return absl::OkStatus();
  });
}

footfall_status footfall_report_explain_definition(footfall_store* store,
                                                   const char* json, size_t size,
                                                   const footfall_report_options* options,
                                                   footfall_buffer** out_json,
                                                   footfall_error** error) {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(json);
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_ASSIGN_OR_RETURN(const report::RunOptions run, ToRunOptions(options));
    FOOTFALL_ASSIGN_OR_RETURN(
        const Json explained,
        store->instance->ExplainDefinition(std::string_view(json, size), run));
    PutBuffer(explained.Dump(), out_json);
    return absl::OkStatus();
  });
}

footfall_status footfall_report_save(footfall_store* store, const char* json, size_t size,
                                     footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(json);
    return store->instance->SaveReport(std::string_view(json, size));
  });
}

footfall_status footfall_report_delete(footfall_store* store, const char* name,
                                       footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(name);
    return store->instance->DeleteReport(name);
  });
}

footfall_status footfall_report_show(footfall_store* store, const char* name,
                                     footfall_buffer** out_json, footfall_error** error) {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_ASSIGN_OR_RETURN(const Json definition, store->instance->ShowReport(name));
    PutBuffer(definition.Dump(2), out_json);
    return absl::OkStatus();
  });
}

footfall_status footfall_report_list(footfall_store* store, footfall_buffer** out_json,
                                     footfall_error** error) {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_ASSIGN_OR_RETURN(const Json list, store->instance->ListReports());
    PutBuffer(list.Dump(), out_json);
    return absl::OkStatus();
  });
}

footfall_status footfall_result_stream(const footfall_result* result,
                                       struct ArrowArrayStream* out_stream,
                                       footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(result);
    FOOTFALL_REQUIRE(out_stream);
    report::ExportStream(result->result, out_stream);
    return absl::OkStatus();
  });
}

footfall_status footfall_result_format(const footfall_result* result, int32_t format,
                                       footfall_buffer** out_bytes,
                                       footfall_error** error) {
  if (out_bytes != nullptr) *out_bytes = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(result);
    FOOTFALL_REQUIRE(out_bytes);
    if (format < FOOTFALL_FORMAT_TABLE || format > FOOTFALL_FORMAT_ARROW) {
      return absl::InvalidArgumentError("format is not one of FOOTFALL_FORMAT_*");
    }
    PutBuffer(report::Export(*result->result, static_cast<report::Format>(format)),
              out_bytes);
    return absl::OkStatus();
  });
}

footfall_status footfall_result_total(const footfall_result* result,
                                      footfall_result** out_total,
                                      footfall_error** error) {
  if (out_total != nullptr) *out_total = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(result);
    FOOTFALL_REQUIRE(out_total);
    if (!result->result->total.has_value()) {
      return absl::NotFoundError("the report '" + result->result->report +
                                 "' has no total row");
    }
    auto total = std::make_shared<report::Result>();
    const report::Result& from = *result->result;
    total->report = from.report;
    total->kind = from.kind;
    total->now_ms = from.now_ms;
    total->from_ms = from.from_ms;
    total->to_ms = from.to_ms;
    total->timezone_name = from.timezone_name;
    total->timezone = from.timezone;
    total->rows = *from.total;
    total->stats = from.stats;
    *out_total = new footfall_result{std::move(total)};
    return absl::OkStatus();
  });
}

uint64_t footfall_result_row_count(const footfall_result* result) {
  return result == nullptr ? 0 : result->result->rows.row_count();
}

footfall_status footfall_result_stats(const footfall_result* result,
                                      footfall_buffer** out_json,
                                      footfall_error** error) {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(result);
    FOOTFALL_REQUIRE(out_json);
    PutBuffer(report::StatsToJson(*result->result).Dump(), out_json);
    return absl::OkStatus();
  });
}

void footfall_result_free(footfall_result* result) { delete result; }
