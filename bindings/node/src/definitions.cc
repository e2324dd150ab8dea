#include "definitions.h"

#include <string>

#include "call.h"
#include "report_arguments.h"

namespace footfall_node {
namespace {

using Info = const Napi::CallbackInfo&;

// Where the arguments after those of ReportArguments begin.
constexpr size_t kAfterReport = 13;

std::string String(const Napi::Value& value) {
  return value.As<Napi::String>().Utf8Value();
}

int64_t Integer(const Napi::Value& value) {
  return value.As<Napi::Number>().Int64Value();
}

}  // namespace

Napi::Value ReportFind(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return StringCall(info.Env(), [store, filter = String(info[1])](
                                    footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_report_find(store.get(), filter.c_str(), out, error);
  });
}

Napi::Value ReportRevision(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const int64_t revision = Integer(info[2]);
  return StringCall(info.Env(), [store, revision, name = String(info[1])](
                                    footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_report_revision(store.get(), name.c_str(), revision, out,
                                          error);
  });
}

Napi::Value ReportRestore(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const int64_t revision = Integer(info[2]);
  const int64_t now_ms = Integer(info[3]);
  return VoidCall(info.Env(), [store, revision, now_ms,
                               name = String(info[1])](footfall_error** error) {
    return Lib().footfall_report_restore(store.get(), name.c_str(), revision, now_ms,
                                         error);
  });
}

Napi::Value ReportClone(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const int64_t now_ms = Integer(info[4]);
  return StringCall(
      info.Env(), [store, now_ms, name = String(info[1]), new_name = String(info[2]),
                   parameters = OptionalString(info[3])](footfall_buffer** out,
                                                         footfall_error** error) {
        return Lib().footfall_report_clone(store.get(), name.c_str(), new_name.c_str(),
                                           CString(parameters), now_ms, out, error);
      });
}

Napi::Value ReportSetFavourite(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const int32_t favourite = info[2].ToBoolean().Value() ? 1 : 0;
  return VoidCall(info.Env(),
                  [store, favourite, name = String(info[1])](footfall_error** error) {
                    return Lib().footfall_report_set_favourite(store.get(), name.c_str(),
                                                               favourite, error);
                  });
}

Napi::Value ReportDrill(Info info) {
  return HandleCall<footfall_result>(
      info.Env(), Lib().footfall_result_free,
      [arguments = ReportArguments(info), request = String(info[kAfterReport])](
          footfall_result** out, footfall_error** error) {
        const footfall_report_options options = arguments.Options();
        return Lib().footfall_report_drill(arguments.store.get(),
                                           arguments.Report().c_str(), &options,
                                           request.c_str(), out, error);
      });
}

Napi::Value ReportExplainPerson(Info info) {
  return StringCall(info.Env(), [arguments = ReportArguments(info),
                                 person = String(info[kAfterReport])](
                                    footfall_buffer** out, footfall_error** error) {
    const footfall_report_options options = arguments.Options();
    return Lib().footfall_report_explain_person(arguments.store.get(),
                                                arguments.Report().c_str(), &options,
                                                person.c_str(), out, error);
  });
}

Napi::Value ReportProve(Info info) {
  const auto memory_bytes = static_cast<uint64_t>(Integer(info[kAfterReport]));
  return StringCall(info.Env(), [arguments = ReportArguments(info), memory_bytes](
                                    footfall_buffer** out, footfall_error** error) {
    const footfall_report_options options = arguments.Options();
    return Lib().footfall_report_prove(arguments.store.get(), arguments.Report().c_str(),
                                       &options, memory_bytes, out, error);
  });
}

}  // namespace footfall_node
