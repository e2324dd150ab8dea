// Ingest: raw bytes through the filter into the store.
#ifndef FOOTFALL_RUNTIME_INGEST_H_
#define FOOTFALL_RUNTIME_INGEST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "base/json.h"
#include "capture/filter.h"
#include "runtime/instance.h"
#include "store/event_store.h"

namespace footfall::runtime {

struct IngestOptions {
  capture::Policy policy;
  int64_t now_ms = 0;  // 0 means the system clock.
  std::shared_ptr<const base::Cancel> cancel;
  std::string source;  // "file" of error entries; empty means none.
  // A batch is made durable when it holds this many events or bytes; 0 means only at
  // Finish, so that the whole stream is one atom.
  size_t batch_events_max = 10'000;
  size_t batch_bytes_max = size_t{8} << 20;
};

// One stream of raw events. Not thread-safe; several may run at once on one instance.
class Ingest : private capture::EventSink {
 public:
  static absl::StatusOr<std::unique_ptr<Ingest>> New(std::shared_ptr<Instance> instance,
                                                     IngestOptions options);

  // After an error the stream takes nothing more and answers that error again.
  absl::Status Write(std::string_view bytes);
  absl::Status Finish();

  uint64_t acknowledged() const { return accepted_; }

  // Counts so far, in the shape of an ingest result.
  base::Json Result() const;

 private:
  Ingest(std::shared_ptr<Instance> instance, IngestOptions options);

  void OnEvent(const model::Event& event,
               const capture::InputPosition& position) override;
  void Commit();
  // Adds what was refused since the last call to the metrics.
  void CountRefused();

  std::shared_ptr<Instance> instance_;
  IngestOptions options_;
  std::unique_ptr<capture::Filter> filter_;
  store::Batch batch_;
  std::vector<capture::InputPosition> positions_;  // Of the events in batch_.
  absl::Status status_;
  bool finished_ = false;
  struct {
    uint64_t dropped_level = 0;
    uint64_t dropped_policy = 0;
    uint64_t rejected = 0;
  } counted_;  // What the metrics know of this stream.
  uint64_t accepted_ = 0;
  uint64_t duplicates_ = 0;
  uint64_t rejected_by_store_ = 0;
  std::vector<capture::Rejection> store_errors_;  // The first 100.
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_INGEST_H_
