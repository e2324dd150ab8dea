#include "footfall/people.h"

#include <memory>
#include <string_view>
#include <utility>

#include "capi/store_handles.h"
#include "runtime/attributes.h"
#include "runtime/people.h"

using footfall::base::Json;
using footfall::capi::AnswerJson;
using footfall::capi::CancelOf;
using footfall::capi::Guard;
using footfall::capi::NowOrClock;
using footfall::capi::PutBuffer;
namespace runtime = footfall::runtime;

struct footfall_attributes_import {
  std::unique_ptr<runtime::AttributesImport> import;
};

footfall_status footfall_person_list(footfall_store* store, const char* options_json,
                                     int64_t now_ms, footfall_cancel* cancel,
                                     footfall_result** out_result,
                                     footfall_error** error) {
  if (out_result != nullptr) *out_result = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(out_result);
    FOOTFALL_ASSIGN_OR_RETURN(
        runtime::PeopleListOptions options,
        runtime::ParsePeopleListOptions(options_json == nullptr ? "{}" : options_json));
    FOOTFALL_ASSIGN_OR_RETURN(options.now_ms, NowOrClock(now_ms));
    options.cancel = CancelOf(cancel);
    FOOTFALL_ASSIGN_OR_RETURN(footfall::report::Result result,
                              runtime::ListPeople(*store->instance, options));
    *out_result = new footfall_result{
        std::make_shared<const footfall::report::Result>(std::move(result))};
    return absl::OkStatus();
  });
}

footfall_status footfall_person_export(footfall_store* store, const char* id,
                                       int64_t now_ms, footfall_cancel* cancel,
                                       footfall_write_callback write, void* payload,
                                       footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(id);
    FOOTFALL_REQUIRE(write);
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t now, NowOrClock(now_ms));
    return runtime::ExportPerson(
        *store->instance, id, now, CancelOf(cancel),
        [&](std::string_view piece) -> absl::Status {
          if (write(piece.data(), piece.size(), payload) == 0) return absl::OkStatus();
          return absl::CancelledError("the callback stopped the export");
        });
  });
}

footfall_status footfall_attributes_import_new(footfall_store* store,
                                               const char* options_json, int64_t now_ms,
                                               footfall_cancel* cancel,
                                               footfall_attributes_import** out_import,
                                               footfall_error** error) {
  if (out_import != nullptr) *out_import = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(options_json);
    FOOTFALL_REQUIRE(out_import);
    FOOTFALL_ASSIGN_OR_RETURN(runtime::AttributesImportOptions options,
                              runtime::ParseAttributesImportOptions(options_json));
    FOOTFALL_ASSIGN_OR_RETURN(options.now_ms, NowOrClock(now_ms));
    if (cancel != nullptr) options.cancel = cancel->cancel;
    FOOTFALL_ASSIGN_OR_RETURN(
        auto import, runtime::AttributesImport::New(store->instance, std::move(options)));
    *out_import = new footfall_attributes_import{std::move(import)};
    return absl::OkStatus();
  });
}

footfall_status footfall_attributes_import_write(footfall_attributes_import* import,
                                                 const char* data, size_t size,
                                                 footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(import);
    if (size != 0) FOOTFALL_REQUIRE(data);
    return import->import->Write(std::string_view(data, size));
  });
}

footfall_status footfall_attributes_import_finish(footfall_attributes_import* import,
                                                  footfall_buffer** out_json,
                                                  footfall_error** error) {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(import);
    const absl::Status status = import->import->Finish();
    PutBuffer(import->import->Result().Dump(), out_json);
    return status;
  });
}

void footfall_attributes_import_free(footfall_attributes_import* import) {
  delete import;
}

footfall_status footfall_attributes_list(footfall_store* store,
                                         footfall_buffer** out_json,
                                         footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(out_json);
    return runtime::ListAttributes(*store->instance);
  });
}
