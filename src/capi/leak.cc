#include <memory>
#include <string>
#include <string_view>

#include "capi/handles.h"
#include "capi/stream_options.h"
#include "capture/leak_test.h"

using footfall::capi::Guard;
using footfall::capi::PolicyOrDefault;
using footfall::capi::PutBuffer;
using footfall::capi::ReadStreamOptions;
namespace capture = footfall::capture;

struct footfall_leak_search {
  std::unique_ptr<capture::LeakTest> test;
  bool finished = false;
};

namespace {

absl::StatusOr<std::unique_ptr<capture::LeakTest>> NewTest(
    const footfall_policy* policy, const footfall_filter_options* options,
    const char* canaries_json, size_t canaries_size) {
  FOOTFALL_REQUIRE(canaries_json);
  FOOTFALL_ASSIGN_OR_RETURN(const capture::StreamOptions stream,
                            ReadStreamOptions(options));
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::vector<capture::Canary> canaries,
      capture::ParseCanaries(std::string_view(canaries_json, canaries_size)));
  return std::make_unique<capture::LeakTest>(PolicyOrDefault(policy), stream, canaries);
}

}  // namespace

footfall_status footfall_leak_search_new(const footfall_policy* policy,
                                         const footfall_filter_options* options,
                                         const char* canaries_json, size_t canaries_size,
                                         footfall_leak_search** out_search,
                                         footfall_error** error) {
  if (out_search != nullptr) *out_search = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(out_search);
    FOOTFALL_ASSIGN_OR_RETURN(auto test,
                              NewTest(policy, options, canaries_json, canaries_size));
    *out_search = new footfall_leak_search{std::move(test)};
    return absl::OkStatus();
  });
}

footfall_status footfall_leak_search_write(footfall_leak_search* search, const char* data,
                                           size_t size, footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(search);
    if (size != 0) FOOTFALL_REQUIRE(data);
    if (search->finished) {
      return absl::FailedPreconditionError("the search is already finished");
    }
    search->test->Write(std::string_view(data, size));
    return absl::OkStatus();
  });
}

footfall_status footfall_leak_search_finish(footfall_leak_search* search,
                                            footfall_buffer** out_json,
                                            footfall_error** error) {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(search);
    FOOTFALL_REQUIRE(out_json);
    if (search->finished) {
      return absl::FailedPreconditionError("the search is already finished");
    }
    search->finished = true;
    search->test->Finish();
    PutBuffer(search->test->Report().Dump(), out_json);
    return absl::OkStatus();
  });
}

void footfall_leak_search_free(footfall_leak_search* search) { delete search; }

footfall_status footfall_leak_test(const footfall_policy* policy,
                                   const footfall_filter_options* options,
                                   const char* canaries_json, size_t canaries_size,
                                   const char* recording, size_t size,
                                   footfall_buffer** out_json, footfall_error** error) {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(out_json);
    if (size != 0) FOOTFALL_REQUIRE(recording);
    FOOTFALL_ASSIGN_OR_RETURN(auto test,
                              NewTest(policy, options, canaries_json, canaries_size));
    test->Write(std::string_view(recording, size));
    test->Finish();
    PutBuffer(test->Report().Dump(), out_json);
    return absl::OkStatus();
  });
}
