#ifndef FOOTFALL_BINDINGS_NODE_CALL_H_
#define FOOTFALL_BINDINGS_NODE_CALL_H_

#include <napi.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "library.h"

namespace footfall_node {

// What an environment (the main thread or a worker thread) holds.
struct Environment {
  Napi::FunctionReference error_class;
};

// A failed call, copied out of its footfall_error.
struct Failure {
  footfall_status status = FOOTFALL_OK;
  std::string message;
  std::optional<std::string> path;
  int64_t byte = -1;
};

// Takes over `error`, which may be NULL.
Failure TakeError(footfall_status status, footfall_error* error);

// A FootfallError, as the class set by setErrorClass makes it.
Napi::Object MakeError(Napi::Env env, const Failure& failure);

// A handle of the C ABI as an opaque JavaScript value; calls in progress share it, so it
// may be collected at any time.
template <typename T>
Napi::Value Wrap(Napi::Env env, std::shared_ptr<T> handle) {
  return Napi::External<std::shared_ptr<T>>::New(
      env, new std::shared_ptr<T>(std::move(handle)),
      [](Napi::Env, std::shared_ptr<T>* held) { delete held; });
}

// The handle that Wrap gave out; empty for null and undefined.
template <typename T>
std::shared_ptr<T> Unwrap(const Napi::Value& value) {
  if (!value.IsExternal()) return nullptr;
  return *value.As<Napi::External<std::shared_ptr<T>>>().Data();
}

std::optional<std::string> OptionalString(const Napi::Value& value);

inline const char* CString(const std::optional<std::string>& text) {
  return text ? text->c_str() : nullptr;
}

// A byte array of JavaScript, which stays in place while `reference` lives.
struct Bytes {
  explicit Bytes(const Napi::Value& value);

  const char* data = nullptr;
  size_t size = 0;
  // Dropped on the thread of JavaScript, with the call that holds it.
  std::shared_ptr<Napi::ObjectReference> reference;
};

// Runs `work` on a thread of Node's pool, then `finish` on the thread of JavaScript, and
// returns a promise of what `finish` returns. When `work` fails the promise is rejected
// with a FootfallError that `amend`, if given, may add to.
class Call : public Napi::AsyncWorker {
 public:
  using Work = std::function<footfall_status(footfall_error** error)>;
  using Finish = std::function<Napi::Value(Napi::Env env)>;
  using Amend = std::function<void(Napi::Object error)>;

  static Napi::Value Start(Napi::Env env, Work work, Finish finish,
                           Amend amend = nullptr);

 protected:
  void Execute() override;
  void OnOK() override;
  void OnError(const Napi::Error& error) override;

 private:
  Call(Napi::Env env, Work work, Finish finish, Amend amend);

  Napi::Promise::Deferred deferred_;
  Work work_;
  Finish finish_;
  Amend amend_;
  Failure failure_;
};

// Runs `work` at once and throws a FootfallError if it fails; for calls that are short.
void CallNow(Napi::Env env, const Call::Work& work);

// A footfall_buffer on its way out of a call.
class OutBuffer {
 public:
  OutBuffer() : buffer_(std::make_shared<Holder>()) {}
  footfall_buffer** out() const { return &buffer_->buffer; }
  bool empty() const { return buffer_->buffer == nullptr; }
  Napi::Value String(Napi::Env env) const;
  // A Buffer that shares the library's memory.
  Napi::Value Buffer(Napi::Env env) const;

 private:
  struct Holder {
    ~Holder() { Lib().footfall_buffer_free(buffer); }
    footfall_buffer* buffer = nullptr;
  };
  std::shared_ptr<Holder> buffer_;
};

// Promises of what `work(&buffer, &error)` gives: text, or bytes.
using BufferWork = std::function<footfall_status(footfall_buffer**, footfall_error**)>;
Napi::Value StringCall(Napi::Env env, BufferWork work);
Napi::Value BytesCall(Napi::Env env, BufferWork work);

// A promise of nothing.
Napi::Value VoidCall(Napi::Env env, Call::Work work);

// A promise of the handle that `work(&handle, &error)` makes, freed by `free`. What
// `keep` holds lives as long as the handle.
template <typename T>
Napi::Value HandleCall(Napi::Env env, void (*free)(T*),
                       std::function<footfall_status(T**, footfall_error**)> work,
                       std::shared_ptr<void> keep = nullptr) {
  auto made = std::make_shared<std::shared_ptr<T>>();
  return Call::Start(
      env,
      [=](footfall_error** error) {
        T* handle = nullptr;
        const footfall_status status = work(&handle, error);
        if (status == FOOTFALL_OK) {
          *made = std::shared_ptr<T>(handle, [=](T* owned) {
            free(owned);
            static_cast<void>(keep);
          });
        }
        return status;
      },
      [made](Napi::Env finish_env) { return Wrap(finish_env, *made); });
}

}  // namespace footfall_node

#endif  // FOOTFALL_BINDINGS_NODE_CALL_H_
