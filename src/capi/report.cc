#include "footfall/report.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "capi/options.h"
#include "capi/report_options.h"
#include "capi/store_handles.h"
#include "report/export.h"

using footfall::base::Json;
using footfall::capi::AnswerJson;
using footfall::capi::Guard;
using footfall::capi::PutBuffer;
using footfall::capi::PutResult;
using footfall::capi::ReadOptions;
using footfall::capi::ToRunOptions;
namespace report = footfall::report;

namespace {

constexpr uint32_t kChartWidthMax = 10'000;

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
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_ASSIGN_OR_RETURN(const report::RunOptions run, ToRunOptions(options));
    return store->instance->ExplainReport(name, run);
  });
}

footfall_status footfall_report_explain_definition(footfall_store* store,
                                                   const char* json, size_t size,
                                                   const footfall_report_options* options,
                                                   footfall_buffer** out_json,
                                                   footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(json);
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_ASSIGN_OR_RETURN(const report::RunOptions run, ToRunOptions(options));
    return store->instance->ExplainDefinition(std::string_view(json, size), run);
  });
}

footfall_status footfall_report_save(footfall_store* store, const char* json, size_t size,
                                     footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(json);
    FOOTFALL_ASSIGN_OR_RETURN(const Json definition,
                              Json::Parse(std::string_view(json, size)));
    return store->instance->reports().Save(definition, footfall::base::NowMs());
  });
}

footfall_status footfall_report_delete(footfall_store* store, const char* name,
                                       footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(name);
    return store->instance->reports().Delete(name);
  });
}

footfall_status footfall_report_show(footfall_store* store, const char* name,
                                     footfall_buffer** out_json, footfall_error** error) {
  return AnswerJson<2>(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(out_json);
    return store->instance->reports().Show(name);
  });
}

footfall_status footfall_report_list(footfall_store* store, footfall_buffer** out_json,
                                     footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(out_json);
    return store->instance->reports().List();
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
  return footfall_result_format_with(result, format, nullptr, out_bytes, error);
}

footfall_status footfall_result_format_with(const footfall_result* result, int32_t format,
                                            const footfall_format_options* options,
                                            footfall_buffer** out_bytes,
                                            footfall_error** error) {
  if (out_bytes != nullptr) *out_bytes = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(result);
    FOOTFALL_REQUIRE(out_bytes);
    if (format < FOOTFALL_FORMAT_TABLE || format > FOOTFALL_FORMAT_ARROW_FILE) {
      return absl::InvalidArgumentError("format is not one of FOOTFALL_FORMAT_*");
    }
    FOOTFALL_ASSIGN_OR_RETURN(const footfall_format_options read, ReadOptions(options));
    if (read.width > kChartWidthMax) {
      return absl::InvalidArgumentError("width is more than 10000");
    }
    report::ChartTextOptions chart;
    if (read.width != 0) chart.width = read.width;
    chart.ascii = read.ascii != 0;
    FOOTFALL_ASSIGN_OR_RETURN(
        std::string bytes,
        report::FormatResult(*result->result, static_cast<report::Format>(format),
                             chart));
    PutBuffer(std::move(bytes), out_bytes);
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
    total->title = from.title;
    total->kind = from.kind;
    total->now_ms = from.now_ms;
    total->from_ms = from.from_ms;
    total->to_ms = from.to_ms;
    total->previous_from_ms = from.previous_from_ms;
    total->previous_to_ms = from.previous_to_ms;
    total->suppressed_rows = from.suppressed_rows;
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
