#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capi/handles.h"
#include "capi/options.h"
#include "capi/stream_options.h"
#include "capture/counters_json.h"
#include "capture/explain.h"
#include "capture/sealed_state.h"
#include "capture/stream_filter.h"

using footfall::base::Json;
using footfall::capi::Guard;
using footfall::capi::PolicyOrDefault;
using footfall::capi::PutBuffer;
using footfall::capi::ReadOptions;
using footfall::capi::ReadStreamOptions;
namespace capture = footfall::capture;
namespace model = footfall::model;

// A filter that writes what passes as NDJSON into a buffer.
struct footfall_filter : private capture::RecordingSink {
  footfall_filter(capture::Policy policy, const capture::StreamOptions& options)
      : filter(std::move(policy), options, *this) {}

  void OnRecordingEvent(std::string_view json, const capture::InputPosition&) override {
    output += json;
    output += '\n';
  }

  std::string output;
  bool finished = false;
  capture::StreamFilter filter;
};

namespace {

absl::Status ToStatus(const capture::PolicyError& error) {
  absl::Status status =
      error.path.empty()
          ? footfall::base::MakeError(absl::StatusCode::kInvalidArgument, error.message)
          : footfall::base::InvalidAt(error.path, error.message);
  return error.byte < 0 ? status
                        : footfall::base::WithByte(std::move(status), error.byte);
}

absl::Status CheckNotFinished(const footfall_filter& filter) {
  if (!filter.finished) return absl::OkStatus();
  return absl::FailedPreconditionError("the filter is already finished");
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json ToJson(const capture::Explanation& event) {
  Json out = Json::MakeObject();
  out.Set("outcome", event.outcome);
  if (!event.error_reason.empty()) {
    out.Set("path", TextOrNull(event.error_path));
    out.Set("reason", event.error_reason);
  }
  Json removed = Json::MakeArray();
  for (const capture::AppliedRule& rule : event.rules) {
    Json row = Json::MakeObject();
    row.Set("path", rule.path);
    row.Set("rule", rule.rule);
    row.Set("effect", rule.effect);
    row.Set("policy_path", TextOrNull(rule.policy_path));
    removed.Push(std::move(row));
  }
  out.Set("removed", std::move(removed));
  return out;
}

std::string_view KeyOf(const uint8_t* key, size_t size) {
  return std::string_view(reinterpret_cast<const char*>(key), size);
}

}  // namespace

namespace footfall::capi {

absl::StatusOr<capture::StreamOptions> ReadStreamOptions(
    const footfall_filter_options* options) {
  FOOTFALL_ASSIGN_OR_RETURN(const footfall_filter_options read, ReadOptions(options));
  if (read.level < 0 || read.level > FOOTFALL_LEVEL_PLAYBACK) {
    return absl::InvalidArgumentError("level is not one of FOOTFALL_LEVEL_*");
  }
  if (read.format < FOOTFALL_INPUT_EVENTS || read.format > FOOTFALL_INPUT_AUTO) {
    return absl::InvalidArgumentError("format is not one of FOOTFALL_INPUT_*");
  }
  capture::StreamOptions stream;
  stream.format = static_cast<capture::InputFormat>(read.format);
  if (read.level != 0) stream.level = static_cast<model::Level>(read.level);
  const bool events = read.format == FOOTFALL_INPUT_EVENTS;
  if (read.event_bytes_max >
      (events ? capture::kEventBytesLimit : capture::kRecordingEventBytesLimit)) {
    return absl::InvalidArgumentError(events ? "event_bytes_max is over 64 MiB"
                                             : "event_bytes_max is over 256 MiB");
  }
  stream.event_bytes_max = read.event_bytes_max;
  return stream;
}

capture::Policy PolicyOrDefault(const footfall_policy* policy) {
  return policy == nullptr ? capture::Policy() : policy->policy;
}

}  // namespace footfall::capi

footfall_status footfall_policy_parse(const char* json, size_t size,
                                      footfall_policy** out_policy,
                                      footfall_error** error) {
  if (out_policy != nullptr) *out_policy = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(json);
    FOOTFALL_REQUIRE(out_policy);
    capture::Policy policy;
    capture::PolicyError refused;
    if (!capture::Policy::Parse(std::string_view(json, size), policy, refused)) {
      return ToStatus(refused);
    }
    *out_policy = new footfall_policy{std::move(policy), std::string(json, size)};
    return absl::OkStatus();
  });
}

footfall_status footfall_policy_lint(const footfall_policy* policy,
                                     footfall_buffer** out_json, footfall_error** error) {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(policy);
    FOOTFALL_REQUIRE(out_json);
    Json findings = Json::MakeArray();
    for (const capture::LintFinding& finding : policy->policy.Lint()) {
      Json row = Json::MakeObject();
      row.Set("path", finding.path);
      row.Set("severity", finding.severity);
      row.Set("message", finding.message);
      findings.Push(std::move(row));
    }
    Json out = Json::MakeObject();
    out.Set("findings", std::move(findings));
    PutBuffer(out.Dump(), out_json);
    return absl::OkStatus();
  });
}

footfall_status footfall_policy_explain(const footfall_policy* policy, const char* events,
                                        size_t size, footfall_buffer** out_json,
                                        footfall_error** error) {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(events);
    FOOTFALL_REQUIRE(out_json);
    Json explained = Json::MakeArray();
    for (const capture::Explanation& event :
         capture::Explain(PolicyOrDefault(policy), std::string_view(events, size))) {
      explained.Push(ToJson(event));
    }
    Json out = Json::MakeObject();
    out.Set("events", std::move(explained));
    PutBuffer(out.Dump(), out_json);
    return absl::OkStatus();
  });
}

void footfall_policy_free(footfall_policy* policy) { delete policy; }

footfall_status footfall_filter_new(const footfall_policy* policy,
                                    const footfall_filter_options* options,
                                    footfall_filter** out_filter,
                                    footfall_error** error) {
  if (out_filter != nullptr) *out_filter = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(out_filter);
    FOOTFALL_ASSIGN_OR_RETURN(const capture::StreamOptions stream,
                              ReadStreamOptions(options));
    *out_filter = new footfall_filter(PolicyOrDefault(policy), stream);
    return absl::OkStatus();
  });
}

footfall_status footfall_filter_set_policy(footfall_filter* filter,
                                           const footfall_policy* policy,
                                           footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(filter);
    FOOTFALL_RETURN_IF_ERROR(CheckNotFinished(*filter));
    filter->filter.SetPolicy(PolicyOrDefault(policy));
    return absl::OkStatus();
  });
}

footfall_status footfall_filter_write(footfall_filter* filter, const char* data,
                                      size_t size, footfall_buffer** out_ndjson,
                                      footfall_error** error) {
  if (out_ndjson != nullptr) *out_ndjson = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(filter);
    FOOTFALL_REQUIRE(out_ndjson);
    if (size != 0) FOOTFALL_REQUIRE(data);
    FOOTFALL_RETURN_IF_ERROR(CheckNotFinished(*filter));
    filter->filter.Write(std::string_view(data, size));
    PutBuffer(std::exchange(filter->output, {}), out_ndjson);
    return absl::OkStatus();
  });
}

footfall_status footfall_filter_finish(footfall_filter* filter,
                                       footfall_buffer** out_ndjson,
                                       footfall_error** error) {
  if (out_ndjson != nullptr) *out_ndjson = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(filter);
    FOOTFALL_REQUIRE(out_ndjson);
    FOOTFALL_RETURN_IF_ERROR(CheckNotFinished(*filter));
    filter->finished = true;
    filter->filter.Finish();
    PutBuffer(std::exchange(filter->output, {}), out_ndjson);
    return absl::OkStatus();
  });
}

footfall_status footfall_filter_counters(const footfall_filter* filter,
                                         footfall_buffer** out_json,
                                         footfall_error** error) {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(filter);
    FOOTFALL_REQUIRE(out_json);
    PutBuffer(capture::CountersToJson(filter->filter.counters(), {}).Dump(), out_json);
    return absl::OkStatus();
  });
}

footfall_status footfall_filter_save(const footfall_filter* filter, const uint8_t* key,
                                     size_t key_size, footfall_buffer** out_state,
                                     footfall_error** error) {
  if (out_state != nullptr) *out_state = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(filter);
    FOOTFALL_REQUIRE(key);
    FOOTFALL_REQUIRE(out_state);
    const capture::RecordingFilter* recording = filter->filter.recording();
    if (recording == nullptr) {
      return absl::FailedPreconditionError(
          "only the filter of a recording (FOOTFALL_INPUT_RRWEB) can be saved");
    }
    if (!recording->BetweenEvents()) {
      return absl::FailedPreconditionError(
          "an event is incomplete: write the rest of it, or finish");
    }
    capture::SecretString state;
    // Growing would leave copies of the secrets behind.
    state.text.reserve(2 * recording->memory_bytes() + (size_t{64} << 10));
    recording->Save(state.text);
    FOOTFALL_ASSIGN_OR_RETURN(std::string sealed,
                              capture::SealState(state.text, KeyOf(key, key_size)));
    PutBuffer(std::move(sealed), out_state);
    return absl::OkStatus();
  });
}

footfall_status footfall_filter_restore(const footfall_policy* policy,
                                        const footfall_filter_options* options,
                                        const uint8_t* key, size_t key_size,
                                        const char* state, size_t state_size,
                                        footfall_filter** out_filter,
                                        footfall_error** error) {
  if (out_filter != nullptr) *out_filter = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(key);
    FOOTFALL_REQUIRE(state);
    FOOTFALL_REQUIRE(out_filter);
    FOOTFALL_ASSIGN_OR_RETURN(capture::StreamOptions stream, ReadStreamOptions(options));
    if (options != nullptr && stream.format != capture::InputFormat::kRrweb) {
      return absl::InvalidArgumentError("format must be FOOTFALL_INPUT_RRWEB");
    }
    if (stream.level != model::Level::kPlayback) {
      return absl::InvalidArgumentError("level must be FOOTFALL_LEVEL_PLAYBACK");
    }
    stream.format = capture::InputFormat::kRrweb;
    FOOTFALL_ASSIGN_OR_RETURN(
        const capture::SecretString opened,
        capture::OpenState(std::string_view(state, state_size), KeyOf(key, key_size)));
    auto filter = std::make_unique<footfall_filter>(PolicyOrDefault(policy), stream);
    if (!filter->filter.recording()->Restore(opened.text)) {
      return absl::DataLossError("the state is malformed");
    }
    *out_filter = filter.release();
    return absl::OkStatus();
  });
}

void footfall_filter_free(footfall_filter* filter) { delete filter; }
