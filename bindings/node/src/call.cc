#include "call.h"

namespace footfall_node {

Failure TakeError(footfall_status status, footfall_error* error) {
  Failure failure{status, "no details", std::nullopt, -1};
  if (error == nullptr) return failure;
  failure.status = Lib().footfall_error_code(error);
  failure.message = Lib().footfall_error_message(error);
  if (const char* path = Lib().footfall_error_path(error)) failure.path = path;
  failure.byte = Lib().footfall_error_byte(error);
  Lib().footfall_error_free(error);
  return failure;
}

Napi::Object MakeError(Napi::Env env, const Failure& failure) {
  const auto text = [&](const char* value) { return Napi::String::New(env, value); };
  return env.GetInstanceData<Environment>()->error_class.New(
      {text(failure.message.c_str()), text(Lib().footfall_status_name(failure.status)),
       Napi::Number::New(env, failure.status),
       failure.path ? Napi::Value(text(failure.path->c_str())) : env.Null(),
       failure.byte >= 0
           ? Napi::Value(Napi::Number::New(env, static_cast<double>(failure.byte)))
           : env.Null()});
}

std::optional<std::string> OptionalString(const Napi::Value& value) {
  if (!value.IsString()) return std::nullopt;
  return value.As<Napi::String>().Utf8Value();
}

Bytes::Bytes(const Napi::Value& value) {
  const auto array = value.As<Napi::Uint8Array>();
  data = reinterpret_cast<const char*>(array.Data());
  size = array.ByteLength();
  reference =
      std::make_shared<Napi::ObjectReference>(Napi::Persistent(value.As<Napi::Object>()));
}

Call::Call(Napi::Env env, Work work, Finish finish, Amend amend)
    : Napi::AsyncWorker(env, "footfall"),
      deferred_(Napi::Promise::Deferred::New(env)),
      work_(std::move(work)),
      finish_(std::move(finish)),
      amend_(std::move(amend)) {}

Napi::Value Call::Start(Napi::Env env, Work work, Finish finish, Amend amend) {
  // The worker deletes itself when it is done.
  auto* call = new Call(env, std::move(work), std::move(finish), std::move(amend));
  const Napi::Value promise = call->deferred_.Promise();
  call->Queue();
  return promise;
}

void Call::Execute() {
  footfall_error* error = nullptr;
  const footfall_status status = work_(&error);
  if (status == FOOTFALL_OK) return;
  failure_ = TakeError(status, error);
  SetError(failure_.message);
}

void Call::OnOK() {
  try {
    deferred_.Resolve(finish_(Env()));
  } catch (const Napi::Error& error) {
    deferred_.Reject(error.Value());
  }
}

void Call::OnError(const Napi::Error&) {
  const Napi::Object error = MakeError(Env(), failure_);
  if (amend_) amend_(error);
  deferred_.Reject(error);
}

void CallNow(Napi::Env env, const Call::Work& work) {
  footfall_error* error = nullptr;
  const footfall_status status = work(&error);
  if (status == FOOTFALL_OK) return;
  throw Napi::Error(env, MakeError(env, TakeError(status, error)));
}

Napi::Value OutBuffer::String(Napi::Env env) const {
  return Napi::String::New(env, Lib().footfall_buffer_data(buffer_->buffer),
                           Lib().footfall_buffer_size(buffer_->buffer));
}

Napi::Value OutBuffer::Buffer(Napi::Env env) const {
  const size_t size = Lib().footfall_buffer_size(buffer_->buffer);
  // An empty external buffer has no address by which Node could call back.
  if (size == 0) return Napi::Buffer<char>::New(env, 0);
  auto* held = new std::shared_ptr<Holder>(buffer_);
  return Napi::Buffer<char>::NewOrCopy(
      env, const_cast<char*>(Lib().footfall_buffer_data(buffer_->buffer)), size,
      [held](Napi::Env, char*) { delete held; });
}

Napi::Value StringCall(Napi::Env env, BufferWork work) {
  OutBuffer buffer;
  return Call::Start(
      env, [=](footfall_error** error) { return work(buffer.out(), error); },
      [=](Napi::Env finish_env) { return buffer.String(finish_env); });
}

Napi::Value BytesCall(Napi::Env env, BufferWork work) {
  OutBuffer buffer;
  return Call::Start(
      env, [=](footfall_error** error) { return work(buffer.out(), error); },
      [=](Napi::Env finish_env) { return buffer.Buffer(finish_env); });
}

Napi::Value VoidCall(Napi::Env env, Call::Work work) {
  return Call::Start(env, std::move(work),
                     [](Napi::Env finish_env) { return finish_env.Undefined(); });
}

}  // namespace footfall_node
