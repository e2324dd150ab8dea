// The functions that lib/ calls. Arguments are checked there; here they have their types.
// Promises come from calls that read, write or compute; what is quick answers at once.

#include <napi.h>

#include "call.h"
#include "definitions.h"
#include "people.h"
#include "report_arguments.h"
#include "rows.h"
#include "stream.h"
#include "subscriptions.h"

namespace footfall_node {
namespace {

using Info = const Napi::CallbackInfo&;

std::string String(const Napi::Value& value) {
  return value.As<Napi::String>().Utf8Value();
}

int64_t Integer(const Napi::Value& value) {
  return value.As<Napi::Number>().Int64Value();
}

// load(path): the version of the library; throws when it cannot be used, see
// LoadLibrary.
Napi::Value Load(Info info) {
  const std::string problem = LoadLibrary(String(info[0]));
  if (!problem.empty()) throw Napi::Error::New(info.Env(), problem);
  return Napi::String::New(info.Env(), Lib().footfall_version_string());
}

// setErrorClass(class): its constructor takes message, code, status, path, byte.
Napi::Value SetErrorClass(Info info) {
  info.Env().GetInstanceData<Environment>()->error_class =
      Napi::Persistent(info[0].As<Napi::Function>());
  return info.Env().Undefined();
}

// cancelNew()
Napi::Value CancelNew(Info info) {
  footfall_cancel* cancel = nullptr;
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_cancel_new(0, &cancel, error);
  });
  return Wrap(info.Env(),
              std::shared_ptr<footfall_cancel>(cancel, Lib().footfall_cancel_free));
}

// cancelRequest(cancel)
Napi::Value CancelRequest(Info info) {
  Lib().footfall_cancel_request(Unwrap<footfall_cancel>(info[0]).get());
  return info.Env().Undefined();
}

// policyParse(bytes)
Napi::Value PolicyParse(Info info) {
  const Bytes json(info[0]);
  footfall_policy* policy = nullptr;
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_policy_parse(json.data, json.size, &policy, error);
  });
  return Wrap(info.Env(),
              std::shared_ptr<footfall_policy>(policy, Lib().footfall_policy_free));
}

// policyLint(policy): JSON
Napi::Value PolicyLint(Info info) {
  const OutBuffer json;
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_policy_lint(Unwrap<footfall_policy>(info[0]).get(), json.out(),
                                      error);
  });
  return json.String(info.Env());
}

// policyExplain(policy, bytes): JSON
Napi::Value PolicyExplain(Info info) {
  const Bytes events(info[1]);
  const OutBuffer json;
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_policy_explain(Unwrap<footfall_policy>(info[0]).get(),
                                         events.data, events.size, json.out(), error);
  });
  return json.String(info.Env());
}

// Options of a filter: level, format, eventBytesMax.
footfall_filter_options FilterOptions(Info info, size_t first) {
  footfall_filter_options options = FOOTFALL_FILTER_OPTIONS_INIT;
  options.level = static_cast<int32_t>(Integer(info[first]));
  options.format = static_cast<int32_t>(Integer(info[first + 1]));
  options.event_bytes_max = static_cast<uint64_t>(Integer(info[first + 2]));
  return options;
}

Napi::Value WrapFilter(Napi::Env env, footfall_filter* filter) {
  return Wrap(env, std::shared_ptr<footfall_filter>(filter, Lib().footfall_filter_free));
}

// The key of a saved state.
const uint8_t* KeyData(const Bytes& key) {
  return reinterpret_cast<const uint8_t*>(key.data);
}

// filterNew(policy | null, ...FilterOptions)
Napi::Value FilterNew(Info info) {
  const footfall_filter_options options = FilterOptions(info, 1);
  footfall_filter* filter = nullptr;
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_filter_new(Unwrap<footfall_policy>(info[0]).get(), &options,
                                     &filter, error);
  });
  return WrapFilter(info.Env(), filter);
}

// filterRestore(policy | null, ...FilterOptions, key, state)
Napi::Value FilterRestore(Info info) {
  const footfall_filter_options options = FilterOptions(info, 1);
  const Bytes key(info[4]);
  const Bytes state(info[5]);
  footfall_filter* filter = nullptr;
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_filter_restore(Unwrap<footfall_policy>(info[0]).get(), &options,
                                         KeyData(key), key.size, state.data, state.size,
                                         &filter, error);
  });
  return WrapFilter(info.Env(), filter);
}

// filterSetPolicy(filter, policy | null)
Napi::Value FilterSetPolicy(Info info) {
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_filter_set_policy(Unwrap<footfall_filter>(info[0]).get(),
                                            Unwrap<footfall_policy>(info[1]).get(),
                                            error);
  });
  return info.Env().Undefined();
}

// filterSave(filter, key): bytes
Napi::Value FilterSave(Info info) {
  const Bytes key(info[1]);
  const OutBuffer state;
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_filter_save(Unwrap<footfall_filter>(info[0]).get(),
                                      KeyData(key), key.size, state.out(), error);
  });
  return state.Buffer(info.Env());
}

// filterWrite(filter, bytes): promise of bytes
Napi::Value FilterWrite(Info info) {
  auto filter = Unwrap<footfall_filter>(info[0]);
  return BytesCall(info.Env(), [filter, data = Bytes(info[1])](footfall_buffer** out,
                                                               footfall_error** error) {
    return Lib().footfall_filter_write(filter.get(), data.data, data.size, out, error);
  });
}

// filterFinish(filter): promise of bytes
Napi::Value FilterFinish(Info info) {
  auto filter = Unwrap<footfall_filter>(info[0]);
  return BytesCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_filter_finish(filter.get(), out, error);
  });
}

// filterCounters(filter): JSON
Napi::Value FilterCounters(Info info) {
  const OutBuffer json;
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_filter_counters(Unwrap<footfall_filter>(info[0]).get(),
                                          json.out(), error);
  });
  return json.String(info.Env());
}

// leakSearchNew(policy | null, ...FilterOptions, canaries)
Napi::Value LeakSearchNew(Info info) {
  const footfall_filter_options options = FilterOptions(info, 1);
  const Bytes canaries(info[4]);
  footfall_leak_search* search = nullptr;
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_leak_search_new(Unwrap<footfall_policy>(info[0]).get(),
                                          &options, canaries.data, canaries.size, &search,
                                          error);
  });
  return Wrap(info.Env(), std::shared_ptr<footfall_leak_search>(
                              search, Lib().footfall_leak_search_free));
}

// leakSearchWrite(search, bytes): promise
Napi::Value LeakSearchWrite(Info info) {
  auto search = Unwrap<footfall_leak_search>(info[0]);
  return VoidCall(info.Env(), [search, data = Bytes(info[1])](footfall_error** error) {
    return Lib().footfall_leak_search_write(search.get(), data.data, data.size, error);
  });
}

// leakSearchFinish(search): promise of JSON
Napi::Value LeakSearchFinish(Info info) {
  auto search = Unwrap<footfall_leak_search>(info[0]);
  return StringCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_leak_search_finish(search.get(), out, error);
  });
}

// leakTest(policy | null, ...FilterOptions, canaries, bytes): promise of JSON
Napi::Value LeakTest(Info info) {
  auto policy = Unwrap<footfall_policy>(info[0]);
  return StringCall(
      info.Env(), [policy, options = FilterOptions(info, 1), canaries = Bytes(info[4]),
                   data = Bytes(info[5])](footfall_buffer** out, footfall_error** error) {
        return Lib().footfall_leak_test(policy.get(), &options, canaries.data,
                                        canaries.size, data.data, data.size, out, error);
      });
}

// storeOpen(path, mode, memoryBudget, log | null, backgroundSealing): promise of a store
Napi::Value StoreOpen(Info info) {
  footfall_store_options options = FOOTFALL_STORE_OPTIONS_INIT;
  options.mode = static_cast<int32_t>(Integer(info[1]));
  options.memory_budget_bytes = static_cast<uint64_t>(Integer(info[2]));
  SetLog(info.Env(), info[3], &options);
  options.background_sealing = static_cast<int32_t>(Integer(info[4]));
  return HandleCall<footfall_store>(
      info.Env(), Lib().footfall_store_free,
      [path = String(info[0]), options](footfall_store** out, footfall_error** error) {
        return Lib().footfall_store_open(path.c_str(), &options, out, error);
      });
}

// storeClose(store)
Napi::Value StoreClose(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return VoidCall(info.Env(), [=](footfall_error** error) {
    return Lib().footfall_store_close(store.get(), error);
  });
}

// settingsSet(store, key, value)
Napi::Value SettingsSet(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return VoidCall(info.Env(), [=, key = String(info[1]),
                               value = String(info[2])](footfall_error** error) {
    return Lib().footfall_settings_set(store.get(), key.c_str(), value.c_str(), error);
  });
}

// What both ways of ingest take: policy | null, nowMs, cancel | null, source | null.
struct IngestArguments {
  IngestArguments(Info info, size_t first)
      : policy(Unwrap<footfall_policy>(info[first])),
        now_ms(Integer(info[first + 1])),
        cancel(Unwrap<footfall_cancel>(info[first + 2])),
        source(OptionalString(info[first + 3])) {}

  footfall_ingest_options Options() const {
    footfall_ingest_options options = FOOTFALL_INGEST_OPTIONS_INIT;
    options.policy = policy.get();
    options.now_ms = now_ms;
    options.cancel = cancel.get();
    options.source = CString(source);
    return options;
  }

  std::shared_ptr<footfall_policy> policy;
  int64_t now_ms;
  std::shared_ptr<footfall_cancel> cancel;
  std::optional<std::string> source;
};

// storeIngest(store, bytes, ...IngestArguments): promise of JSON
Napi::Value StoreIngest(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return StringCall(info.Env(),
                    [store, data = Bytes(info[1]), arguments = IngestArguments(info, 2)](
                        footfall_buffer** out, footfall_error** error) {
                      const footfall_ingest_options options = arguments.Options();
                      return Lib().footfall_store_ingest(store.get(), data.data,
                                                         data.size, &options, out, error);
                    });
}

// ingestNew(store, ...IngestArguments): promise of an ingest
Napi::Value IngestNew(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  // The stream borrows policy and cancel until it is freed.
  auto arguments = std::make_shared<IngestArguments>(info, 1);
  return HandleCall<footfall_ingest>(
      info.Env(), Lib().footfall_ingest_free,
      [=](footfall_ingest** out, footfall_error** error) {
        const footfall_ingest_options options = arguments->Options();
        return Lib().footfall_ingest_new(store.get(), &options, out, error);
      },
      arguments);
}

// ingestWrite(ingest, bytes)
Napi::Value IngestWrite(Info info) {
  auto ingest = Unwrap<footfall_ingest>(info[0]);
  return VoidCall(info.Env(), [ingest, data = Bytes(info[1])](footfall_error** error) {
    return Lib().footfall_ingest_write(ingest.get(), data.data, data.size, error);
  });
}

// ingestAcknowledged(ingest)
Napi::Value IngestAcknowledged(Info info) {
  return Napi::Number::New(info.Env(),
                           static_cast<double>(Lib().footfall_ingest_acknowledged(
                               Unwrap<footfall_ingest>(info[0]).get())));
}

// ingestFinish(ingest): promise of JSON; on failure the error has it as `result`.
Napi::Value IngestFinish(Info info) {
  auto ingest = Unwrap<footfall_ingest>(info[0]);
  const OutBuffer json;
  return Call::Start(
      info.Env(),
      [=](footfall_error** error) {
        return Lib().footfall_ingest_finish(ingest.get(), json.out(), error);
      },
      [=](Napi::Env env) { return json.String(env); },
      [=](Napi::Object error) {
        if (!json.empty()) error.Set("result", json.String(error.Env()));
      });
}

// Calls that take (store) or (store, name) and give a promise of JSON.
template <auto Library::*kFunction>
Napi::Value StoreJson(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return StringCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    return (Lib().*kFunction)(store.get(), out, error);
  });
}

template <auto Library::*kFunction>
Napi::Value StoreNameJson(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return StringCall(info.Env(), [store, name = String(info[1])](footfall_buffer** out,
                                                                footfall_error** error) {
    return (Lib().*kFunction)(store.get(), name.c_str(), out, error);
  });
}

// Calls that take (store, name) and give a promise of nothing.
template <auto Library::*kFunction>
Napi::Value StoreName(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return VoidCall(info.Env(), [store, name = String(info[1])](footfall_error** error) {
    return (Lib().*kFunction)(store.get(), name.c_str(), error);
  });
}

// storeCheck(store, cancel | null): promise of JSON
Napi::Value StoreCheck(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  auto cancel = Unwrap<footfall_cancel>(info[1]);
  return StringCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_store_check(store.get(), cancel.get(), out, error);
  });
}

// storeSeal(store, merge, cancel | null): promise of JSON
Napi::Value StoreSeal(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const auto merge = static_cast<int32_t>(Integer(info[1]));
  auto cancel = Unwrap<footfall_cancel>(info[2]);
  return StringCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_store_seal(store.get(), merge, cancel.get(), out, error);
  });
}

// storeCompact(store, nowMs, cancel | null): promise of JSON
Napi::Value StoreCompact(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const int64_t now_ms = Integer(info[1]);
  auto cancel = Unwrap<footfall_cancel>(info[2]);
  return StringCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_store_compact(store.get(), now_ms, cancel.get(), out, error);
  });
}

// storeRedact(store, policy | null, dryRun, cancel | null): promise of JSON
Napi::Value StoreRedact(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  auto policy = Unwrap<footfall_policy>(info[1]);
  const auto dry_run = static_cast<int32_t>(Integer(info[2]));
  auto cancel = Unwrap<footfall_cancel>(info[3]);
  return StringCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    footfall_redact_options options = FOOTFALL_REDACT_OPTIONS_INIT;
    options.cancel = cancel.get();
    options.dry_run = dry_run;
    return Lib().footfall_store_redact(store.get(), policy.get(), &options, out, error);
  });
}

// storeRestore(backup, path)
Napi::Value StoreRestore(Info info) {
  return VoidCall(info.Env(), [backup = String(info[0]),
                               path = String(info[1])](footfall_error** error) {
    return Lib().footfall_store_restore(backup.c_str(), path.c_str(), error);
  });
}

// storeMetrics(store): an object
Napi::Value StoreMetrics(Info info) {
  footfall_store_metrics metrics = FOOTFALL_STORE_METRICS_INIT;
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_store_get_metrics(Unwrap<footfall_store>(info[0]).get(),
                                            &metrics, error);
  });
  Napi::Object object = Napi::Object::New(info.Env());
  const auto set = [&](const char* name, uint64_t value) {
    object.Set(name, static_cast<double>(value));
  };
  set("events_accepted", metrics.events_accepted);
  set("events_duplicate", metrics.events_duplicate);
  set("events_dropped_level", metrics.events_dropped_level);
  set("events_dropped_policy", metrics.events_dropped_policy);
  set("events_rejected", metrics.events_rejected);
  set("batches_committed", metrics.batches_committed);
  set("log_bytes_written", metrics.log_bytes_written);
  set("reports_run", metrics.reports_run);
  set("memory_bytes", metrics.memory_bytes);
  return object;
}

// reportRun(...ReportArguments): promise of a result
Napi::Value ReportRun(Info info) {
  return HandleCall<footfall_result>(
      info.Env(), Lib().footfall_result_free,
      [arguments = ReportArguments(info)](footfall_result** out, footfall_error** error) {
        const footfall_report_options options = arguments.Options();
        footfall_store* store = arguments.store.get();
        if (arguments.name) {
          return Lib().footfall_report_run(store, arguments.name->c_str(), &options, out,
                                           error);
        }
        return Lib().footfall_report_run_definition(store, arguments.definition->data,
                                                    arguments.definition->size, &options,
                                                    out, error);
      });
}

// reportExplain(...ReportArguments): promise of JSON
Napi::Value ReportExplain(Info info) {
  return StringCall(info.Env(), [arguments = ReportArguments(info)](
                                    footfall_buffer** out, footfall_error** error) {
    const footfall_report_options options = arguments.Options();
    footfall_store* store = arguments.store.get();
    if (arguments.name) {
      return Lib().footfall_report_explain(store, arguments.name->c_str(), &options, out,
                                           error);
    }
    return Lib().footfall_report_explain_definition(store, arguments.definition->data,
                                                    arguments.definition->size, &options,
                                                    out, error);
  });
}

// reportSave(store, bytes)
Napi::Value ReportSave(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return VoidCall(info.Env(), [store, data = Bytes(info[1])](footfall_error** error) {
    return Lib().footfall_report_save(store.get(), data.data, data.size, error);
  });
}

// cataloguePut(store, bytes, nowMs): promise of JSON
Napi::Value CataloguePut(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const int64_t now_ms = Integer(info[2]);
  return StringCall(info.Env(), [store, now_ms, data = Bytes(info[1])](
                                    footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_catalogue_put(store.get(), data.data, data.size, now_ms, out,
                                        error);
  });
}

// catalogueGet(store, revision): promise of JSON
Napi::Value CatalogueGet(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const int64_t revision = Integer(info[1]);
  return StringCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_catalogue_get(store.get(), revision, out, error);
  });
}

// trackedEventSave(store, bytes)
Napi::Value TrackedEventSave(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return VoidCall(info.Env(), [store, data = Bytes(info[1])](footfall_error** error) {
    return Lib().footfall_tracked_event_save(store.get(), data.data, data.size, error);
  });
}

// segmentSave(store, bytes)
Napi::Value SegmentSave(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return VoidCall(info.Env(), [store, data = Bytes(info[1])](footfall_error** error) {
    return Lib().footfall_segment_save(store.get(), data.data, data.size, error);
  });
}

// segmentTest(store, name, person, nowMs): boolean, at once
Napi::Value SegmentTest(Info info) {
  int32_t member = 0;
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_segment_test(Unwrap<footfall_store>(info[0]).get(),
                                       String(info[1]).c_str(), String(info[2]).c_str(),
                                       Integer(info[3]), &member, error);
  });
  return Napi::Boolean::New(info.Env(), member != 0);
}

// segmentPeople and segmentChanges(store, name, options | null, nowMs, cancel | null):
// promise of JSON
template <auto Library::*kFunction>
Napi::Value SegmentJson(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const int64_t now_ms = Integer(info[3]);
  auto cancel = Unwrap<footfall_cancel>(info[4]);
  return StringCall(info.Env(), [=, name = String(info[1]),
                                 options = OptionalString(info[2])](
                                    footfall_buffer** out, footfall_error** error) {
    return (Lib().*kFunction)(store.get(), name.c_str(), CString(options), now_ms,
                              cancel.get(), out, error);
  });
}

// resultFormat(result, format, width, ascii): promise of bytes
Napi::Value ResultFormat(Info info) {
  auto result = Unwrap<footfall_result>(info[0]);
  const auto format = static_cast<int32_t>(Integer(info[1]));
  footfall_format_options options = FOOTFALL_FORMAT_OPTIONS_INIT;
  options.width = static_cast<uint32_t>(Integer(info[2]));
  options.ascii = info[3].ToBoolean().Value() ? 1 : 0;
  return BytesCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_result_format_with(result.get(), format, &options, out, error);
  });
}

// resultTotal(result): promise of a result
Napi::Value ResultTotal(Info info) {
  auto result = Unwrap<footfall_result>(info[0]);
  return HandleCall<footfall_result>(info.Env(), Lib().footfall_result_free,
                                     [=](footfall_result** out, footfall_error** error) {
                                       return Lib().footfall_result_total(result.get(),
                                                                          out, error);
                                     });
}

// resultRowCount(result)
Napi::Value ResultRowCount(Info info) {
  return Napi::Number::New(info.Env(),
                           static_cast<double>(Lib().footfall_result_row_count(
                               Unwrap<footfall_result>(info[0]).get())));
}

// resultStats(result): JSON
Napi::Value ResultStats(Info info) {
  const OutBuffer json;
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_result_stats(Unwrap<footfall_result>(info[0]).get(), json.out(),
                                       error);
  });
  return json.String(info.Env());
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Environment);
  const auto add = [&](const char* name, Napi::Value (*function)(Info)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  // Where the library was when the addon was compiled.
  exports.Set("defaultLibrary", FOOTFALL_DEFAULT_LIBRARY);
  add("load", Load);
  add("setErrorClass", SetErrorClass);
  add("cancelNew", CancelNew);
  add("cancelRequest", CancelRequest);
  add("policyParse", PolicyParse);
  add("policyLint", PolicyLint);
  add("policyExplain", PolicyExplain);
  add("filterNew", FilterNew);
  add("filterRestore", FilterRestore);
  add("filterSetPolicy", FilterSetPolicy);
  add("filterSave", FilterSave);
  add("filterWrite", FilterWrite);
  add("filterFinish", FilterFinish);
  add("filterCounters", FilterCounters);
  add("leakSearchNew", LeakSearchNew);
  add("leakSearchWrite", LeakSearchWrite);
  add("leakSearchFinish", LeakSearchFinish);
  add("leakTest", LeakTest);
  add("storeOpen", StoreOpen);
  add("storeClose", StoreClose);
  add("settingsSet", SettingsSet);
  add("settingsList", StoreJson<&Library::footfall_settings_list>);
  add("storeIngest", StoreIngest);
  add("ingestNew", IngestNew);
  add("ingestWrite", IngestWrite);
  add("ingestAcknowledged", IngestAcknowledged);
  add("ingestFinish", IngestFinish);
  add("personShow", StoreNameJson<&Library::footfall_person_show>);
  add("personForget", StoreNameJson<&Library::footfall_person_forget>);
  add("personList", PersonList);
  add("personExport", PersonExport);
  add("attributesImportNew", AttributesImportNew);
  add("attributesImportWrite", AttributesImportWrite);
  add("attributesImportFinish", AttributesImportFinish);
  add("attributesList", StoreJson<&Library::footfall_attributes_list>);
  add("exportStart", ExportStart);
  add("exportGrant", ExportGrant);
  add("exportWait", ExportWait);
  add("exportStop", ExportStop);
  add("storeStats", StoreJson<&Library::footfall_store_stats>);
  add("storeCheck", StoreCheck);
  add("storeSeal", StoreSeal);
  add("storeCompact", StoreCompact);
  add("storeRedact", StoreRedact);
  add("storeBackup", StoreName<&Library::footfall_store_backup>);
  add("storeRestore", StoreRestore);
  add("storeMetrics", StoreMetrics);
  add("reportRun", ReportRun);
  add("reportExplain", ReportExplain);
  add("reportSave", ReportSave);
  add("reportDelete", StoreName<&Library::footfall_report_delete>);
  add("reportShow", StoreNameJson<&Library::footfall_report_show>);
  add("reportList", StoreJson<&Library::footfall_report_list>);
  add("cataloguePut", CataloguePut);
  add("catalogueGet", CatalogueGet);
  add("catalogueHistory", StoreJson<&Library::footfall_catalogue_history>);
  add("trackedEventSave", TrackedEventSave);
  add("trackedEventDelete", StoreName<&Library::footfall_tracked_event_delete>);
  add("trackedEventList", StoreJson<&Library::footfall_tracked_event_list>);
  add("reportFind", ReportFind);
  add("reportHistory", StoreNameJson<&Library::footfall_report_history>);
  add("reportRevision", ReportRevision);
  add("reportRestore", ReportRestore);
  add("reportClone", ReportClone);
  add("reportSetFavourite", ReportSetFavourite);
  add("reportDrill", ReportDrill);
  add("reportExplainPerson", ReportExplainPerson);
  add("reportProve", ReportProve);
  add("segmentSave", SegmentSave);
  add("segmentDelete", StoreName<&Library::footfall_segment_delete>);
  add("segmentShow", StoreNameJson<&Library::footfall_segment_show>);
  add("segmentList", StoreJson<&Library::footfall_segment_list>);
  add("segmentPeople", SegmentJson<&Library::footfall_segment_people>);
  add("segmentTest", SegmentTest);
  add("segmentChanges", SegmentJson<&Library::footfall_segment_changes>);
  add("resultColumns", ResultColumns);
  add("resultRows", ResultRows);
  add("resultFormat", ResultFormat);
  add("resultTotal", ResultTotal);
  add("resultRowCount", ResultRowCount);
  add("resultStats", ResultStats);
  AddSubscriptions(env, exports);
  return exports;
}

NODE_API_MODULE(footfall, Init)

}  // namespace
}  // namespace footfall_node
