#include <string>
#include <string_view>
#include <vector>

#include "capi/handles.h"
#include "capi/options.h"
#include "capture/counters_json.h"
#include "capture/filter.h"

using footfall::base::Json;
using footfall::capi::Guard;
using footfall::capi::PutBuffer;
using footfall::capi::ReadOptions;
namespace capture = footfall::capture;
namespace model = footfall::model;

// A filter that writes what passes as NDJSON into a buffer.
struct footfall_filter : private capture::EventSink {
  footfall_filter(capture::Policy p, const capture::FilterOptions& options)
      : policy(std::move(p)), filter(policy, options, *this) {}

  void OnEvent(const model::Event& event, const capture::InputPosition&) override {
    capture::AppendEventJson(output, event);
  }

  capture::Policy policy;
  std::string output;
  bool finished = false;
  capture::Filter filter;
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

}  // namespace

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
    *out_policy = new footfall_policy{std::move(policy)};
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

void footfall_policy_free(footfall_policy* policy) { delete policy; }

footfall_status footfall_filter_new(const footfall_policy* policy,
                                    const footfall_filter_options* options,
                                    footfall_filter** out_filter,
                                    footfall_error** error) {
  if (out_filter != nullptr) *out_filter = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(out_filter);
    FOOTFALL_ASSIGN_OR_RETURN(const footfall_filter_options read, ReadOptions(options));
    if (read.level < 0 || read.level > FOOTFALL_LEVEL_PLAYBACK) {
      return absl::InvalidArgumentError("level is not one of FOOTFALL_LEVEL_*");
    }
    if (read.reserved != 0) return absl::InvalidArgumentError("reserved must be 0");
    capture::FilterOptions filter;
    if (read.level != 0) filter.level = static_cast<model::Level>(read.level);
    if (read.event_bytes_max != 0) {
      constexpr uint64_t kEventBytesLimit = uint64_t{64} << 20;
      if (read.event_bytes_max > kEventBytesLimit) {
        return absl::InvalidArgumentError("event_bytes_max is over 64 MiB");
      }
      filter.event_bytes_max = read.event_bytes_max;
    }
    *out_filter = new footfall_filter(
        policy == nullptr ? capture::Policy() : policy->policy, filter);
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
    if (filter->finished) {
      return absl::FailedPreconditionError("the filter is already finished");
    }
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
    if (filter->finished) {
      return absl::FailedPreconditionError("the filter is already finished");
    }
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

void footfall_filter_free(footfall_filter* filter) { delete filter; }
