// An open store with everything above it: ingest through the filter, reports, people.
#ifndef FOOTFALL_RUNTIME_INSTANCE_H_
#define FOOTFALL_RUNTIME_INSTANCE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "base/json.h"
#include "capture/filter.h"
#include "report/report.h"
#include "runtime/content_library.h"
#include "runtime/report_library.h"
#include "runtime/segments.h"
#include "store/event_store.h"

namespace footfall::runtime {

// Counts since open of what ingest did, beside those that the store keeps itself.
struct IngestMetrics {
  std::atomic<uint64_t> dropped_level{0};
  std::atomic<uint64_t> dropped_policy{0};
  std::atomic<uint64_t> rejected{0};
};

// Which of the stored events are exported.
struct EventExport {
  std::string_view rule_json;  // A rule over single events; empty: all.
  // Bounds of their time, half-open: RFC 3339 or a date in the zone.
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<std::string> timezone;  // IANA name, also of dates in the rule; else UTC.
  int64_t now_ms = 0;
  const base::Cancel* cancel = nullptr;
};

class Automation;

// Thread-safe. Shared by every handle that was made from it.
class Instance {
 public:
  ~Instance();
  static absl::StatusOr<std::shared_ptr<Instance>> Open(const std::string& path,
                                                        const store::Options& options);

  // Stops the scheduler's thread, waits for calls in progress and answers what went
  // wrong. Idempotent.
  absl::Status Close();
  // FAILED_PRECONDITION for a store that is open for reading only.
  absl::Status CheckWritable() const;

  store::EventStore& store() { return *store_; }
  const std::shared_ptr<capture::CaptureMemory>& capture_memory() {
    return capture_memory_;
  }
  Automation& automation() { return *automation_; }
  IngestMetrics& ingest_metrics() { return ingest_metrics_; }
  uint64_t reports_run() const { return reports_run_.load(std::memory_order_relaxed); }

  // Runs the built-in or saved report `name`; NOT_FOUND.
  absl::StatusOr<report::Result> RunReport(std::string_view name,
                                           const report::RunOptions& options);
  absl::StatusOr<report::Result> RunDefinition(std::string_view json,
                                               const report::RunOptions& options);
  // Runs them and answers what was computed and what it took, see report::Explain.
  absl::StatusOr<base::Json> ExplainReport(std::string_view name,
                                           const report::RunOptions& options);
  absl::StatusOr<base::Json> ExplainDefinition(std::string_view json,
                                               const report::RunOptions& options);
  // The catalogue of content and the tracked events.
  ContentLibrary& content() { return *content_; }
  // The saved reports.
  ReportLibrary& reports() { return *reports_; }
  // The saved segments.
  Segments& segments() { return *segments_; }
  // What `report`, the name of a report or the text of a definition, computes.
  absl::StatusOr<report::Compiled> Compile(std::string_view report,
                                           const report::RunOptions& options);

  // Writes stored events as NDJSON, in the order of a scan, in pieces of about 64 KiB. A
  // status other than OK from `write` stops it. INVALID_ARGUMENT with a path for options
  // that make no sense.
  absl::Status ExportEvents(const EventExport& options,
                            absl::FunctionRef<absl::Status(std::string_view)> write);

 private:
  explicit Instance(bool read_only);

  absl::StatusOr<report::Compiled> CompileReport(std::string_view name,
                                                 const report::RunOptions& options);
  absl::StatusOr<report::Compiled> CompileDefinition(std::string_view json,
                                                     const report::RunOptions& options);
  report::RunOptions WithLookups(const report::RunOptions& options);
  absl::StatusOr<report::Result> Run(report::Compiled compiled,
                                     const report::RunOptions& options);
  absl::StatusOr<base::Json> Explain(report::Compiled compiled,
                                     const report::RunOptions& options);
  const bool read_only_;
  std::unique_ptr<store::EventStore> store_;
  std::unique_ptr<ReportLibrary> reports_;
  std::unique_ptr<ContentLibrary> content_;
  std::unique_ptr<Segments> segments_;
  std::shared_ptr<capture::CaptureMemory> capture_memory_;
  IngestMetrics ingest_metrics_;
  std::atomic<uint64_t> reports_run_{0};
  std::unique_ptr<Automation> automation_;
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_INSTANCE_H_
