#include "stream.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "call.h"

namespace footfall_node {
namespace {

struct Export {
  std::mutex mutex;
  std::condition_variable changed;
  int granted = 0;
  bool stopped = false;
  Napi::ThreadSafeFunction deliver;
  // Whether `deliver` is still there; of the thread of JavaScript.
  bool open = true;
  std::thread thread;

  void Stop() {
    const std::lock_guard<std::mutex> lock(mutex);
    stopped = true;
    changed.notify_all();
  }
};

int32_t WritePiece(const char* data, size_t size, void* payload) {
  auto* state = static_cast<Export*>(payload);
  {
    std::unique_lock<std::mutex> lock(state->mutex);
    state->changed.wait(lock, [&] { return state->granted > 0 || state->stopped; });
    if (state->stopped) return 1;
    --state->granted;
  }
  auto* piece = new std::string(data, size);
  const napi_status status = state->deliver.BlockingCall(
      piece, [](Napi::Env env, Napi::Function on_piece, std::string* owned) {
        if (env != nullptr) {
          on_piece.Call(
              {Napi::Buffer<char>::Copy(env, owned->data(), owned->size()), env.Null()});
        }
        delete owned;
      });
  if (status == napi_ok) return 0;
  delete piece;
  return 1;
}

// Which events are exported: rule, from, to, timezone, nowMs, cancel.
struct ExportArguments {
  explicit ExportArguments(const Napi::CallbackInfo& info)
      : where(OptionalString(info[1])),
        from(OptionalString(info[2])),
        to(OptionalString(info[3])),
        timezone(OptionalString(info[4])),
        now_ms(info[5].As<Napi::Number>().Int64Value()),
        cancel(Unwrap<footfall_cancel>(info[6])) {}

  footfall_export_options Options() const {
    footfall_export_options options = FOOTFALL_EXPORT_OPTIONS_INIT;
    options.rule_json = CString(where);
    options.from = CString(from);
    options.to = CString(to);
    options.timezone = CString(timezone);
    options.now_ms = now_ms;
    options.cancel = cancel.get();
    return options;
  }

  std::optional<std::string> where, from, to, timezone;
  int64_t now_ms;
  std::shared_ptr<footfall_cancel> cancel;
};

void RunExport(Export* state, footfall_store* store, const ExportArguments& arguments) {
  footfall_error* error = nullptr;
  const footfall_export_options options = arguments.Options();
  const footfall_status status =
      Lib().footfall_events_export(store, &options, WritePiece, state, &error);
  auto* failure = new Failure(TakeError(status, error));
  const napi_status delivered = state->deliver.BlockingCall(
      failure, [](Napi::Env env, Napi::Function on_piece, Failure* owned) {
        if (env != nullptr) {
          on_piece.Call({env.Null(), owned->status == FOOTFALL_OK
                                         ? env.Null()
                                         : Napi::Value(MakeError(env, *owned))});
        }
        delete owned;
      });
  if (delivered != napi_ok) delete failure;
  // A function that is closing has already forgotten this thread.
  if (delivered != napi_closing) state->deliver.Release();
}

// Lines of a store on their way to JavaScript. The function goes with its environment,
// which may end before the store.
struct Log {
  std::mutex mutex;
  bool open = true;
  Napi::ThreadSafeFunction deliver;
};

struct Line {
  int32_t severity;
  std::string text;
};

void WriteLine(int32_t severity, const char* message, void* payload) {
  const auto& log = *static_cast<std::shared_ptr<Log>*>(payload);
  const std::lock_guard<std::mutex> lock(log->mutex);
  if (!log->open) return;
  auto* line = new Line{severity, message};
  const napi_status status = log->deliver.NonBlockingCall(
      line, [](Napi::Env env, Napi::Function callback, Line* owned) {
        if (env != nullptr) {
          callback.Call({Napi::Number::New(env, owned->severity),
                         Napi::String::New(env, owned->text)});
        }
        delete owned;
      });
  if (status == napi_ok) return;
  delete line;
  log->open = false;
}

void FreeLog(void* payload) {
  auto* held = static_cast<std::shared_ptr<Log>*>(payload);
  {
    const std::lock_guard<std::mutex> lock((*held)->mutex);
    if ((*held)->open) (*held)->deliver.Release();
    (*held)->open = false;
  }
  delete held;
}

}  // namespace

Napi::Value ExportStart(const Napi::CallbackInfo& info) {
  auto store = Unwrap<footfall_store>(info[0]);
  ExportArguments arguments(info);
  auto state = std::make_shared<Export>();
  const auto finalize = [state](Napi::Env) {
    // Also when the environment ends in the middle of an export.
    state->Stop();
    state->thread.join();
    state->open = false;
  };
  state->deliver = Napi::ThreadSafeFunction::New(info.Env(), info[7].As<Napi::Function>(),
                                                 "footfall events", 0, 1, finalize);
  state->deliver.Unref(info.Env());
  state->thread = std::thread([state = state.get(), store, arguments] {
    RunExport(state, store.get(), arguments);
  });
  return Wrap(info.Env(), state);
}

Napi::Value ExportGrant(const Napi::CallbackInfo& info) {
  auto state = Unwrap<Export>(info[0]);
  const std::lock_guard<std::mutex> lock(state->mutex);
  ++state->granted;
  state->changed.notify_all();
  return info.Env().Undefined();
}

Napi::Value ExportWait(const Napi::CallbackInfo& info) {
  auto state = Unwrap<Export>(info[0]);
  if (!state->open) return info.Env().Undefined();
  if (info[1].As<Napi::Boolean>().Value()) {
    state->deliver.Ref(info.Env());
  } else {
    state->deliver.Unref(info.Env());
  }
  return info.Env().Undefined();
}

Napi::Value ExportStop(const Napi::CallbackInfo& info) {
  Unwrap<Export>(info[0])->Stop();
  return info.Env().Undefined();
}

void SetLog(Napi::Env env, const Napi::Value& log, footfall_store_options* options) {
  if (!log.IsFunction()) return;
  auto shared = std::make_shared<Log>();
  shared->deliver = Napi::ThreadSafeFunction::New(
      env, log.As<Napi::Function>(), "footfall log", 0, 1, [shared](Napi::Env) {
        const std::lock_guard<std::mutex> lock(shared->mutex);
        shared->open = false;
      });
  // A store that logs does not keep the process alive.
  shared->deliver.Unref(env);
  options->log = WriteLine;
  options->log_payload = new std::shared_ptr<Log>(shared);
  options->log_payload_free = FreeLog;
}

}  // namespace footfall_node
