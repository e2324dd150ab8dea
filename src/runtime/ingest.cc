#include "runtime/ingest.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "base/time.h"
#include "capture/counters_json.h"

namespace footfall::runtime {
namespace {

constexpr size_t kErrorsMax = 100;

}  // namespace

absl::StatusOr<std::unique_ptr<Ingest>> Ingest::New(std::shared_ptr<Instance> instance,
                                                    IngestOptions options) {
  FOOTFALL_RETURN_IF_ERROR(instance->CheckWritable());
  if (options.now_ms == 0) options.now_ms = base::NowMs();
  return std::unique_ptr<Ingest>(new Ingest(std::move(instance), std::move(options)));
}

Ingest::Ingest(std::shared_ptr<Instance> instance, IngestOptions options)
    : instance_(std::move(instance)), options_(std::move(options)) {
  const store::Settings settings = instance_->store().settings();
  capture::FilterOptions filter;
  filter.level = settings.level;
  filter.event_bytes_max = settings.event_bytes_max;
  if (settings.retention_days > 0) {
    filter.time_min_ms = options_.now_ms - settings.retention_days * base::kDayMs;
  }
  filter.time_max_ms = options_.now_ms + base::kDayMs;
  capture::EventSink& sink = *this;
  filter_ = std::make_unique<capture::Filter>(options_.policy, filter, sink,
                                              instance_->capture_memory());
}

absl::Status Ingest::Write(std::string_view bytes) {
  if (finished_) {
    return absl::FailedPreconditionError("the ingest stream is already finished");
  }
  // Pieces keep a large write cancellable.
  constexpr size_t kPieceBytes = size_t{1} << 20;
  while (!bytes.empty() && status_.ok()) {
    status_ = base::Cancel::Check(options_.cancel.get());
    if (!status_.ok()) break;
    const std::string_view piece = bytes.substr(0, kPieceBytes);
    filter_->Write(piece);
    bytes.remove_prefix(piece.size());
  }
  CountRefused();
  return status_;
}

absl::Status Ingest::Finish() {
  if (finished_) {
    return absl::FailedPreconditionError("the ingest stream is already finished");
  }
  finished_ = true;
  if (status_.ok()) status_ = base::Cancel::Check(options_.cancel.get());
  if (status_.ok()) filter_->Finish();
  if (status_.ok()) Commit();
  CountRefused();
  return status_;
}

void Ingest::CountRefused() {
  const capture::FilterCounters& counters = filter_->counters();
  IngestMetrics& metrics = instance_->ingest_metrics();
  const auto add = [](std::atomic<uint64_t>& total, uint64_t& counted, uint64_t now) {
    total += now - std::exchange(counted, now);
  };
  add(metrics.dropped_level, counted_.dropped_level, counters.dropped_level);
  add(metrics.dropped_policy, counted_.dropped_policy, counters.dropped_policy);
  add(metrics.rejected, counted_.rejected, counters.rejected + rejected_by_store_);
}

void Ingest::OnEvent(const model::Event& event, const capture::InputPosition& position) {
  // After a failure what remains of the piece is read past, never stored.
  if (!status_.ok()) return;
  batch_.Add(event);
  positions_.push_back(position);
  if (options_.batch_events_max != 0 && (batch_.size() >= options_.batch_events_max ||
                                         batch_.bytes() >= options_.batch_bytes_max)) {
    Commit();
  }
}

void Ingest::Commit() {
  if (batch_.size() == 0) return;
  absl::StatusOr<store::AppendResult> result =
      instance_->store().Append(batch_, options_.now_ms);
  if (result.ok()) {
    accepted_ += result->accepted;
    duplicates_ += result->duplicates;
    for (store::AppendResult::Rejection& rejection : result->rejections) {
      ++rejected_by_store_;
      if (store_errors_.size() >= kErrorsMax) continue;
      const capture::InputPosition& at = positions_[rejection.index];
      store_errors_.push_back({.index = at.index,
                               .line = at.line,
                               .byte = at.byte,
                               .path = std::move(rejection.path),
                               .reason = std::move(rejection.reason)});
    }
  } else {
    status_ = result.status();
  }
  batch_.Clear();
  positions_.clear();
}

base::Json Ingest::Result() const {
  capture::FilterCounters counters = filter_->counters();
  counters.passed = accepted_;
  counters.rejected += rejected_by_store_;
  const uint64_t errors =
      counters.errors.size() + counters.errors_omitted + rejected_by_store_;
  counters.errors.insert(counters.errors.end(), store_errors_.begin(),
                         store_errors_.end());
  std::stable_sort(counters.errors.begin(), counters.errors.end(),
                   [](const capture::Rejection& a, const capture::Rejection& b) {
                     return a.index < b.index;
                   });
  if (counters.errors.size() > kErrorsMax) counters.errors.resize(kErrorsMax);
  counters.errors_omitted = errors - counters.errors.size();
  const base::Json filtered = capture::CountersToJson(counters, options_.source);
  base::Json with_duplicates = base::Json::MakeObject();
  for (const auto& [key, value] : filtered.as_object()) {
    with_duplicates.Set(key, value);
    if (key == "accepted") with_duplicates.Set("duplicates", duplicates_);
  }
  return with_duplicates;
}

}  // namespace footfall::runtime
