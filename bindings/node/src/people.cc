#include "people.h"

#include <string>

#include "call.h"

namespace footfall_node {
namespace {

// What several functions take: store, text, nowMs, cancel | null.
struct Arguments {
  explicit Arguments(const Napi::CallbackInfo& info)
      : store(Unwrap<footfall_store>(info[0])),
        text(info[1].As<Napi::String>().Utf8Value()),
        now_ms(info[2].As<Napi::Number>().Int64Value()),
        cancel(Unwrap<footfall_cancel>(info[3])) {}

  std::shared_ptr<footfall_store> store;
  std::string text;
  int64_t now_ms;
  std::shared_ptr<footfall_cancel> cancel;
};

}  // namespace

Napi::Value PersonList(const Napi::CallbackInfo& info) {
  return HandleCall<footfall_result>(
      info.Env(), Lib().footfall_result_free,
      [args = Arguments(info)](footfall_result** out, footfall_error** error) {
        return Lib().footfall_person_list(args.store.get(), args.text.c_str(),
                                          args.now_ms, args.cancel.get(), out, error);
      });
}

Napi::Value PersonExport(const Napi::CallbackInfo& info) {
  auto document = std::make_shared<std::string>();
  return Call::Start(
      info.Env(),
      [document, args = Arguments(info)](footfall_error** error) {
        const auto append = [](const char* data, size_t size, void* payload) -> int32_t {
          static_cast<std::string*>(payload)->append(data, size);
          return 0;
        };
        return Lib().footfall_person_export(args.store.get(), args.text.c_str(),
                                            args.now_ms, args.cancel.get(), append,
                                            document.get(), error);
      },
      [document](Napi::Env env) { return Napi::String::New(env, *document); });
}

Napi::Value AttributesImportNew(const Napi::CallbackInfo& info) {
  // The import borrows cancel until it is freed.
  auto args = std::make_shared<Arguments>(info);
  return HandleCall<footfall_attributes_import>(
      info.Env(), Lib().footfall_attributes_import_free,
      [args](footfall_attributes_import** out, footfall_error** error) {
        return Lib().footfall_attributes_import_new(args->store.get(), args->text.c_str(),
                                                    args->now_ms, args->cancel.get(), out,
                                                    error);
      },
      args);
}

Napi::Value AttributesImportWrite(const Napi::CallbackInfo& info) {
  auto import = Unwrap<footfall_attributes_import>(info[0]);
  return VoidCall(info.Env(), [import, data = Bytes(info[1])](footfall_error** error) {
    return Lib().footfall_attributes_import_write(import.get(), data.data, data.size,
                                                  error);
  });
}

Napi::Value AttributesImportFinish(const Napi::CallbackInfo& info) {
  auto import = Unwrap<footfall_attributes_import>(info[0]);
  return StringCall(info.Env(), [import](footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_attributes_import_finish(import.get(), out, error);
  });
}

}  // namespace footfall_node
