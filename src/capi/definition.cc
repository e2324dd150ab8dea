#include "footfall/definition.h"

#include <utility>

#include "capi/options.h"
#include "capi/report_options.h"
#include "capi/store_handles.h"
#include "runtime/report_lists.h"

using footfall::base::Json;
using footfall::capi::AnswerJson;
using footfall::capi::Guard;
using footfall::capi::NowOrClock;
using footfall::capi::PutResult;
using footfall::capi::ReadObject;
using footfall::capi::ToRunOptions;
namespace report = footfall::report;
namespace runtime = footfall::runtime;

footfall_status footfall_report_find(footfall_store* store, const char* filter_json,
                                     footfall_buffer** out_json, footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_ASSIGN_OR_RETURN(const Json json, ReadObject(filter_json, "$"));
    FOOTFALL_ASSIGN_OR_RETURN(const runtime::ReportFilter filter,
                              runtime::ParseReportFilter(json));
    return store->instance->reports().List(filter);
  });
}

footfall_status footfall_report_history(footfall_store* store, const char* name,
                                        footfall_buffer** out_json,
                                        footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(out_json);
    return store->instance->reports().History(name);
  });
}

footfall_status footfall_report_revision(footfall_store* store, const char* name,
                                         int64_t revision, footfall_buffer** out_json,
                                         footfall_error** error) {
  return AnswerJson<2>(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(out_json);
    return store->instance->reports().ShowRevision(name, revision);
  });
}

footfall_status footfall_report_restore(footfall_store* store, const char* name,
                                        int64_t revision, int64_t now_ms,
                                        footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(name);
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t now, NowOrClock(now_ms));
    return store->instance->reports().Restore(name, revision, now);
  });
}

footfall_status footfall_report_clone(footfall_store* store, const char* name,
                                      const char* new_name, const char* parameters_json,
                                      int64_t now_ms, footfall_buffer** out_json,
                                      footfall_error** error) {
  return AnswerJson<2>(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(name);
    FOOTFALL_REQUIRE(new_name);
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t now, NowOrClock(now_ms));
    FOOTFALL_ASSIGN_OR_RETURN(const Json parameters,
                              ReadObject(parameters_json, "$.parameters"));
    return store->instance->reports().Clone(name, new_name, parameters, now);
  });
}

footfall_status footfall_report_set_favourite(footfall_store* store, const char* name,
                                              int32_t favourite, footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(name);
    return store->instance->reports().SetFavourite(name, favourite != 0);
  });
}

footfall_status footfall_report_drill(footfall_store* store, const char* report,
                                      const footfall_report_options* options,
                                      const char* request_json,
                                      footfall_result** out_result,
                                      footfall_error** error) {
  if (out_result != nullptr) *out_result = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(report);
    FOOTFALL_REQUIRE(request_json);
    FOOTFALL_REQUIRE(out_result);
    FOOTFALL_ASSIGN_OR_RETURN(const report::RunOptions run, ToRunOptions(options));
    FOOTFALL_ASSIGN_OR_RETURN(const Json json, ReadObject(request_json, "$"));
    FOOTFALL_ASSIGN_OR_RETURN(const report::DrillRequest request,
                              report::ParseDrillRequest(json));
    return PutResult(runtime::DrillDown(*store->instance, report, request, run),
                     out_result);
  });
}

footfall_status footfall_report_explain_person(footfall_store* store, const char* report,
                                               const footfall_report_options* options,
                                               const char* person,
                                               footfall_buffer** out_json,
                                               footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(report);
    FOOTFALL_REQUIRE(person);
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_ASSIGN_OR_RETURN(const report::RunOptions run, ToRunOptions(options));
    return runtime::ExplainFunnel(*store->instance, report, person, run);
  });
}

footfall_status footfall_report_prove(footfall_store* store, const char* report,
                                      const footfall_report_options* options,
                                      uint64_t memory_bytes_max,
                                      footfall_buffer** out_json,
                                      footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(report);
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_ASSIGN_OR_RETURN(const report::RunOptions run, ToRunOptions(options));
    return runtime::Prove(*store->instance, report, run, memory_bytes_max);
  });
}
