// The functions that the browser build of the capture core exports to JavaScript:
// footfall-filter.mjs is their only caller. Text goes in through one buffer and comes out
// through another, both UTF-8; an answer lives until the next call. Nothing here throws:
// when memory runs out, the instance stops.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "capture/cleaner.h"
#include "capture/filter.h"
#include "capture/policy.h"
#include "capture/recording_filter.h"

#define FOOTFALL_EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace footfall::capture {
namespace {

std::string input;
std::string answer;

// What was given as input, which may hold secrets, is overwritten once it was used.
class Input {
 public:
  explicit Input(size_t size) : size_(std::min(size, input.size())) {}
  ~Input() { std::fill_n(input.begin(), size_, '\0'); }
  std::string_view text() const { return std::string_view(input.data(), size_); }

 private:
  const size_t size_;
};

void AnswerPolicyError(const PolicyError& error) {
  answer = "{\"path\":";
  AppendJsonText(answer, error.path);
  answer += ",\"message\":";
  AppendJsonText(answer, error.message);
  answer += ",\"byte\":";
  answer += error.byte < 0 ? "null" : std::to_string(error.byte);
  answer += '}';
}

bool ParsePolicy(size_t size, Policy& policy) {
  const Input json(size);
  PolicyError error;
  if (Policy::Parse(json.text(), policy, error)) return true;
  AnswerPolicyError(error);
  return false;
}

void AnswerNumber(std::string_view key, uint64_t value) {
  answer.append("\"").append(key).append("\":").append(std::to_string(value));
}

void AnswerRejection(const Rejection& error) {
  answer += '{';
  AnswerNumber("index", error.index);
  answer += ',';
  AnswerNumber("line", error.line);
  answer += ',';
  AnswerNumber("byte", error.byte);
  answer += ",\"path\":";
  if (error.path.empty()) {
    answer += "null";
  } else {
    AppendJsonText(answer, error.path);
  }
  answer += ",\"reason\":";
  AppendJsonText(answer, error.reason);
  answer += '}';
}

// In the form that the native library gives them, byte for byte.
void AnswerCounters(const FilterCounters& counters) {
  answer = "{";
  AnswerNumber("accepted", counters.passed);
  answer += ',';
  AnswerNumber("dropped_level", counters.dropped_level);
  answer += ',';
  AnswerNumber("dropped_policy", counters.dropped_policy);
  answer += ',';
  AnswerNumber("rejected", counters.rejected);
  answer += ",\"rules\":{";
  const char* separator = "";
  for (const auto& [name, count] : counters.rules) {
    answer += std::exchange(separator, ",");
    AnswerNumber(name, count);
  }
  answer += "},\"errors\":[";
  separator = "";
  for (const Rejection& error : counters.errors) {
    answer += std::exchange(separator, ",");
    AnswerRejection(error);
  }
  answer += "],";
  AnswerNumber("errors_omitted", counters.errors_omitted);
  answer += '}';
}

// A filter of either kind.
class AnyFilter {
 public:
  virtual ~AnyFilter() = default;
  virtual void Write(std::string_view bytes) = 0;
  virtual void Finish() = 0;
  virtual void SetPolicy(const Policy& policy) = 0;
  virtual const FilterCounters& counters() const = 0;

  // Answers with what has passed since the last call.
  void AnswerOutput() {
    answer.swap(output_);
    output_.clear();
  }

 protected:
  std::string output_;
};

class Events final : public AnyFilter, private EventSink {
 public:
  explicit Events(const Policy& policy) : filter_(policy, FilterOptions(), *this) {}
  void Write(std::string_view bytes) override { filter_.Write(bytes); }
  void Finish() override { filter_.Finish(); }
  void SetPolicy(const Policy& policy) override { filter_.SetPolicy(policy); }
  const FilterCounters& counters() const override { return filter_.counters(); }

 private:
  void OnEvent(const model::Event& event, const InputPosition&) override {
    AppendEventJson(output_, event);
  }
  void OnUnchanged(const model::Event&, std::string_view json,
                   const InputPosition&) override {
    output_.append(json).push_back('\n');
  }

  Filter filter_;
};

class Recording final : public AnyFilter, private RecordingSink {
 public:
  explicit Recording(const Policy& policy) : filter_(policy, RecordingOptions(), *this) {}
  void Write(std::string_view bytes) override { filter_.Write(bytes); }
  void Finish() override { filter_.Finish(); }
  void SetPolicy(const Policy& policy) override { filter_.SetPolicy(policy); }
  const FilterCounters& counters() const override { return filter_.counters(); }

 private:
  void OnRecordingEvent(std::string_view json, const InputPosition&) override {
    output_.append(json).push_back('\n');
  }

  RecordingFilter filter_;
};

}  // namespace

// Where the next call's input of up to `size` bytes goes; until that call only.
FOOTFALL_EXPORT(footfall_input) char* FootfallInput(size_t size) {
  if (input.size() < size) input.resize(size);
  return input.data();
}

FOOTFALL_EXPORT(footfall_answer) const char* FootfallAnswer() { return answer.data(); }

FOOTFALL_EXPORT(footfall_answer_size) size_t FootfallAnswerSize() {
  return answer.size();
}

// A filter under the policy in the input: of a recording, or of interaction events. Null
// when the policy is refused, with {"path", "message", "byte"} as answer.
FOOTFALL_EXPORT(footfall_filter_new)
AnyFilter* FootfallFilterNew(bool recording, size_t policy_size) {
  Policy policy;
  if (!ParsePolicy(policy_size, policy)) return nullptr;
  if (recording) return new Recording(policy);
  return new Events(policy);
}

FOOTFALL_EXPORT(footfall_filter_write)
void FootfallFilterWrite(AnyFilter* filter, size_t size) {
  const Input bytes(size);
  filter->Write(bytes.text());
  filter->AnswerOutput();
}

FOOTFALL_EXPORT(footfall_filter_finish) void FootfallFilterFinish(AnyFilter* filter) {
  filter->Finish();
  filter->AnswerOutput();
}

// False when the policy is refused, as for footfall_filter_new; the one before stays.
FOOTFALL_EXPORT(footfall_filter_set_policy)
bool FootfallFilterSetPolicy(AnyFilter* filter, size_t policy_size) {
  Policy policy;
  if (!ParsePolicy(policy_size, policy)) return false;
  filter->SetPolicy(policy);
  return true;
}

FOOTFALL_EXPORT(footfall_filter_counters)
void FootfallFilterCounters(const AnyFilter* filter) {
  AnswerCounters(filter->counters());
}

FOOTFALL_EXPORT(footfall_filter_free) void FootfallFilterFree(AnyFilter* filter) {
  delete filter;
}

}  // namespace footfall::capture
