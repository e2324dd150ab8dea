#include "capture/stream_filter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "capture/json_walk.h"
#include "capture/splitter.h"

namespace footfall::capture {
namespace {

size_t EventBytesMax(const StreamOptions& options) {
  const bool events = options.format == InputFormat::kEvents;
  if (options.event_bytes_max == 0) {
    return events ? FilterOptions().event_bytes_max : RecordingOptions().event_bytes_max;
  }
  return std::min(options.event_bytes_max,
                  events ? kEventBytesLimit : kRecordingEventBytesLimit);
}

bool IsNumber(std::string_view raw) {
  return !raw.empty() && (raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9'));
}

// What a stream is whose first event is larger than what is held. Only events of rrweb
// have a number as `type`, and only they have `data`, which may come first.
InputFormat FormatOfHead(std::string_view head) {
  JsonWalk walk(head);
  bool data = false;
  for (auto piece = walk.Next(); piece != JsonWalk::Piece::kEnd; piece = walk.Next()) {
    if (walk.object() != 0) continue;
    if (piece == JsonWalk::Piece::kKey) {
      data = data || walk.key() == "data";
    } else if (walk.key() == "type") {
      const bool number = piece == JsonWalk::Piece::kScalar && IsNumber(walk.raw());
      return number ? InputFormat::kRrweb : InputFormat::kEvents;
    }
  }
  return data ? InputFormat::kRrweb : InputFormat::kEvents;
}

}  // namespace

bool IsRrwebEvent(std::string_view text) {
  bool type = false;
  bool timestamp = false;
  JsonWalk walk(text);
  for (auto piece = walk.Next(); piece != JsonWalk::Piece::kEnd; piece = walk.Next()) {
    if (piece != JsonWalk::Piece::kScalar || walk.depth() != 1) continue;
    if (walk.key() == "type") type = IsNumber(walk.raw());
    if (walk.key() == "timestamp") timestamp = IsNumber(walk.raw());
  }
  return type && timestamp;
}

// Holds the stream until its first event is there, or what it begins with is enough to
// tell.
class StreamFilter::Probe : private SplitterSink {
 public:
  Probe() : splitter_(kHeldMax, *this) {}

  // The format, once it is known.
  std::optional<InputFormat> Write(std::string_view bytes) {
    held_.append(bytes);
    splitter_.Write(bytes);
    if (!format_.has_value() && held_.size() > kHeldMax) format_ = FormatOfHead(held_);
    return format_;
  }
  InputFormat Finish() {
    splitter_.Finish();
    return format_.value_or(InputFormat::kEvents);
  }
  const std::string& held() const { return held_; }

 private:
  static constexpr size_t kHeldMax = size_t{1} << 20;

  void OnEventText(std::string_view text, size_t, const EventPosition&) override {
    if (format_.has_value() || text.empty() || text[0] != '{') return;
    format_ = IsRrwebEvent(text) ? InputFormat::kRrweb : InputFormat::kEvents;
  }
  // What is no event says nothing about the others.
  void OnBadText(std::string_view, const EventPosition&) override {}

  std::string held_;
  std::optional<InputFormat> format_;
  Splitter splitter_;
};

// The filter for interaction events, which hands on their JSON.
class StreamFilter::Events : private EventSink {
 public:
  Events(const Policy& policy, const FilterOptions& options, RecordingSink& sink)
      : sink_(sink), filter(policy, options, *this) {}

 private:
  void OnEvent(const model::Event& event, const InputPosition& position) override {
    line_.clear();
    AppendEventJson(line_, event);
    line_.pop_back();  // The newline.
    sink_.OnRecordingEvent(line_, position);
  }
  void OnUnchanged(const model::Event&, std::string_view json,
                   const InputPosition& position) override {
    sink_.OnRecordingEvent(json, position);
  }

  RecordingSink& sink_;
  std::string line_;

 public:
  Filter filter;
};

// Counts the events of a recording that lies above the level.
class StreamFilter::Drop : private SplitterSink {
 public:
  explicit Drop(size_t event_bytes_max) : splitter(event_bytes_max, *this) {}

  Splitter splitter;
  FilterCounters counters;

 private:
  void OnEventText(std::string_view, size_t, const EventPosition&) override {
    ++counters.dropped_level;
  }
  void OnBadText(std::string_view, const EventPosition&) override {
    ++counters.dropped_level;
  }
};

StreamFilter::StreamFilter(Policy policy, const StreamOptions& options,
                           RecordingSink& sink)
    : policy_(std::move(policy)), options_(options), sink_(sink) {
  if (options.format == InputFormat::kAuto) {
    probe_ = std::make_unique<Probe>();
  } else {
    Choose(options.format);
  }
}

StreamFilter::~StreamFilter() = default;

void StreamFilter::Choose(InputFormat format) {
  StreamOptions options = options_;
  options.format = format;
  const size_t event_bytes_max = EventBytesMax(options);
  if (format == InputFormat::kEvents) {
    FilterOptions filter;
    filter.level = options.level;
    filter.event_bytes_max = event_bytes_max;
    events_ = std::make_unique<Events>(policy_, filter, sink_);
  } else if (options.level < model::Level::kPlayback) {
    drop_ = std::make_unique<Drop>(event_bytes_max);
  } else {
    RecordingOptions recording;
    recording.event_bytes_max = event_bytes_max;
    recording_ = std::make_unique<RecordingFilter>(policy_, recording, sink_);
  }
  if (probe_ == nullptr) return;
  const std::unique_ptr<Probe> probe = std::move(probe_);
  Write(probe->held());
}

void StreamFilter::Write(std::string_view bytes) {
  if (probe_ != nullptr) {
    if (const auto format = probe_->Write(bytes)) Choose(*format);
  } else if (events_ != nullptr) {
    events_->filter.Write(bytes);
  } else if (recording_ != nullptr) {
    recording_->Write(bytes);
  } else {
    drop_->splitter.Write(bytes);
  }
}

void StreamFilter::Finish() {
  if (probe_ != nullptr) Choose(probe_->Finish());
  if (events_ != nullptr) {
    events_->filter.Finish();
  } else if (recording_ != nullptr) {
    recording_->Finish();
  } else {
    drop_->splitter.Finish();
  }
}

void StreamFilter::SetPolicy(const Policy& policy) {
  if (events_ != nullptr) events_->filter.SetPolicy(policy);
  if (recording_ != nullptr) recording_->SetPolicy(policy);
  policy_ = policy;
}

const FilterCounters& StreamFilter::counters() const {
  static const FilterCounters none;
  if (events_ != nullptr) return events_->filter.counters();
  if (recording_ != nullptr) return recording_->counters();
  return drop_ != nullptr ? drop_->counters : none;
}

}  // namespace footfall::capture
