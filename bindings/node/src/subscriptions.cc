#include "subscriptions.h"

#include <condition_variable>
#include <mutex>
#include <set>

#include "call.h"

namespace footfall_node {
namespace {

using Info = const Napi::CallbackInfo&;

// What a transport that gives no answer is taken for: a failure that may pass.
constexpr int32_t kTryLater = 451;

std::string String(const Napi::Value& value) {
  return value.As<Napi::String>().Utf8Value();
}

int64_t Integer(const Napi::Value& value) {
  return value.As<Napi::Number>().Int64Value();
}

// secretsSetKey(store, bytes)
Napi::Value SecretsSetKey(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const Bytes key(info[1]);
  CallNow(info.Env(), [&](footfall_error** error) {
    return Lib().footfall_secrets_set_key(
        store.get(), reinterpret_cast<const uint8_t*>(key.data), key.size, error);
  });
  return info.Env().Undefined();
}

// runDue(store, nowMs, cancel | null): promise of JSON
Napi::Value RunDue(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const int64_t now_ms = Integer(info[1]);
  auto cancel = Unwrap<footfall_cancel>(info[2]);
  return StringCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_run_due(store.get(), now_ms, cancel.get(), out, error);
  });
}

// runList(store, job | null, limit): promise of JSON
Napi::Value RunList(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  auto job = OptionalString(info[1]);
  const auto limit = static_cast<uint32_t>(Integer(info[2]));
  return StringCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_run_list(store.get(), CString(job), limit, out, error);
  });
}

// Calls that take (store, name) and give a promise of JSON, or of nothing.
template <auto Library::*kFunction>
Napi::Value NameJson(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return StringCall(info.Env(), [store, name = String(info[1])](footfall_buffer** out,
                                                                footfall_error** error) {
    return (Lib().*kFunction)(store.get(), name.c_str(), out, error);
  });
}

template <auto Library::*kFunction>
Napi::Value Json(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return StringCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    return (Lib().*kFunction)(store.get(), out, error);
  });
}

// Calls that take (store) and give a promise of nothing.
template <auto Library::*kFunction>
Napi::Value Void(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return VoidCall(info.Env(), [=](footfall_error** error) {
    return (Lib().*kFunction)(store.get(), error);
  });
}

// subscriptionSave(store, bytes, nowMs)
Napi::Value SubscriptionSave(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const int64_t now_ms = Integer(info[2]);
  return VoidCall(info.Env(),
                  [store, now_ms, data = Bytes(info[1])](footfall_error** error) {
                    return Lib().footfall_subscription_save(store.get(), data.data,
                                                            data.size, now_ms, error);
                  });
}

// subscriptionDelete(store, name)
Napi::Value SubscriptionDelete(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  return VoidCall(info.Env(), [store, name = String(info[1])](footfall_error** error) {
    return Lib().footfall_subscription_delete(store.get(), name.c_str(), error);
  });
}

// subscriptionPause(store, name, paused, nowMs)
Napi::Value SubscriptionPause(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const std::string name = String(info[1]);
  const auto paused = static_cast<int32_t>(Integer(info[2]));
  const int64_t now_ms = Integer(info[3]);
  return VoidCall(info.Env(), [=](footfall_error** error) {
    return Lib().footfall_subscription_pause(store.get(), name.c_str(), paused, now_ms,
                                             error);
  });
}

// subscriptionRun(store, name, nowMs, cancel | null): promise of JSON
Napi::Value SubscriptionRun(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const std::string name = String(info[1]);
  const int64_t now_ms = Integer(info[2]);
  auto cancel = Unwrap<footfall_cancel>(info[3]);
  return StringCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_subscription_run(store.get(), name.c_str(), now_ms,
                                           cancel.get(), out, error);
  });
}

// subscriptionRestore(store, name, address, nowMs)
Napi::Value SubscriptionRestore(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const std::string name = String(info[1]);
  const std::string address = String(info[2]);
  const int64_t now_ms = Integer(info[3]);
  return VoidCall(info.Env(), [=](footfall_error** error) {
    return Lib().footfall_subscription_restore(store.get(), name.c_str(), address.c_str(),
                                               now_ms, error);
  });
}

// unsubscribe(store, token, confirm, nowMs): promise of JSON
Napi::Value Unsubscribe(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  const std::string token = String(info[1]);
  const auto confirm = static_cast<int32_t>(Integer(info[2]));
  const int64_t now_ms = Integer(info[3]);
  return StringCall(info.Env(), [=](footfall_buffer** out, footfall_error** error) {
    return Lib().footfall_subscription_unsubscribe(store.get(), token.c_str(), confirm,
                                                   now_ms, out, error);
  });
}

// mailSet(store, bytes, password | null)
Napi::Value MailSet(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  auto password = OptionalString(info[2]);
  return VoidCall(info.Env(),
                  [store, password, data = Bytes(info[1])](footfall_error** error) {
                    return Lib().footfall_mail_set(store.get(), data.data, data.size,
                                                   CString(password), error);
                  });
}

// A message on its way to JavaScript, whose thread answers what became of it.
struct Letter {
  std::mutex mutex;
  std::condition_variable changed;
  bool answered = false;
  int32_t code = kTryLater;
  std::string from;
  std::string to;
  std::string message;

  void Answer(int32_t reply) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (answered) return;
    answered = true;
    code = reply;
    changed.notify_all();
  }
  int32_t Wait() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return answered; });
    return code;
  }
};

// The function goes with its environment, which may end before the store.
struct Transport {
  std::mutex mutex;
  bool open = true;
  std::set<std::shared_ptr<Letter>> letters;
  Napi::ThreadSafeFunction deliver;

  bool Add(const std::shared_ptr<Letter>& letter) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (open) letters.insert(letter);
    return open;
  }
  void Remove(const std::shared_ptr<Letter>& letter) {
    const std::lock_guard<std::mutex> lock(mutex);
    letters.erase(letter);
  }
  void Close() {
    const std::lock_guard<std::mutex> lock(mutex);
    open = false;
    for (const auto& letter : letters) letter->Answer(kTryLater);
  }
};

void GiveToJavaScript(Napi::Env env, Napi::Function send,
                      std::shared_ptr<Letter>* owned) {
  const std::shared_ptr<Letter> letter = *owned;
  delete owned;
  if (env == nullptr) return letter->Answer(kTryLater);
  const auto answer = [letter](Info info) {
    letter->Answer(static_cast<int32_t>(Integer(info[0])));
  };
  send.Call(
      {Napi::String::New(env, letter->from), Napi::String::New(env, letter->to),
       Napi::Buffer<char>::Copy(env, letter->message.data(), letter->message.size()),
       Napi::Function::New(env, answer)});
}

int32_t SendLetter(const char* from, const char* to, const char* message, size_t size,
                   void* payload) {
  const auto& transport = *static_cast<std::shared_ptr<Transport>*>(payload);
  const auto letter = std::make_shared<Letter>();
  letter->from = from;
  letter->to = to;
  letter->message.assign(message, size);
  if (!transport->Add(letter)) return kTryLater;
  auto* owned = new std::shared_ptr<Letter>(letter);
  if (transport->deliver.NonBlockingCall(owned, GiveToJavaScript) != napi_ok) {
    delete owned;
    letter->Answer(kTryLater);
  }
  const int32_t code = letter->Wait();
  transport->Remove(letter);
  return code;
}

void FreeTransport(void* payload) {
  auto* held = static_cast<std::shared_ptr<Transport>*>(payload);
  {
    const std::lock_guard<std::mutex> lock((*held)->mutex);
    if ((*held)->open) (*held)->deliver.Release();
    (*held)->open = false;
  }
  delete held;
}

// mailSetTransport(store, (from, to, bytes, answer) => void | null)
Napi::Value MailSetTransport(Info info) {
  auto store = Unwrap<footfall_store>(info[0]);
  if (!info[1].IsFunction()) {
    CallNow(info.Env(), [&](footfall_error** error) {
      return Lib().footfall_mail_set_transport(store.get(), nullptr, nullptr, nullptr,
                                               error);
    });
    return info.Env().Undefined();
  }
  auto transport = std::make_shared<Transport>();
  transport->deliver = Napi::ThreadSafeFunction::New(
      info.Env(), info[1].As<Napi::Function>(), "footfall mail", 0, 1,
      [transport](Napi::Env) { transport->Close(); });
  transport->deliver.Unref(info.Env());
  auto* held = new std::shared_ptr<Transport>(transport);
  CallNow(info.Env(), [&](footfall_error** error) {
    const footfall_status status = Lib().footfall_mail_set_transport(
        store.get(), SendLetter, held, FreeTransport, error);
    if (status != FOOTFALL_OK) FreeTransport(held);
    return status;
  });
  return info.Env().Undefined();
}

}  // namespace

void AddSubscriptions(Napi::Env env, Napi::Object exports) {
  const auto add = [&](const char* name, Napi::Value (*function)(Info)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("secretsSetKey", SecretsSetKey);
  add("runDue", RunDue);
  add("runList", RunList);
  add("runShow", NameJson<&Library::footfall_run_show>);
  add("schedulerStart", Void<&Library::footfall_scheduler_start>);
  add("schedulerStop", Void<&Library::footfall_scheduler_stop>);
  add("subscriptionSave", SubscriptionSave);
  add("subscriptionList", Json<&Library::footfall_subscription_list>);
  add("subscriptionShow", NameJson<&Library::footfall_subscription_show>);
  add("subscriptionDelete", SubscriptionDelete);
  add("subscriptionPause", SubscriptionPause);
  add("subscriptionRun", SubscriptionRun);
  add("subscriptionRestore", SubscriptionRestore);
  add("unsubscribe", Unsubscribe);
  add("mailSet", MailSet);
  add("mailShow", Json<&Library::footfall_mail_show>);
  add("mailSetTransport", MailSetTransport);
}

}  // namespace footfall_node
