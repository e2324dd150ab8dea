#include "footfall/store.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "capi/options.h"
#include "capi/store_handles.h"
#include "runtime/people.h"
#include "runtime/redact.h"

using footfall::base::Json;
using footfall::capi::AnswerJson;
using footfall::capi::CancelOf;
using footfall::capi::Guard;
using footfall::capi::NowOrClock;
using footfall::capi::PutBuffer;
using footfall::capi::ReadOptions;
namespace runtime = footfall::runtime;
namespace store = footfall::store;

namespace {

constexpr size_t kIngestBytesMax = size_t{64} << 20;

// Keeps the host's log payload until the store no longer needs it.
class LogSink {
 public:
  explicit LogSink(const footfall_store_options& options)
      : log_(options.log),
        payload_(options.log_payload),
        payload_free_(options.log_payload_free) {}
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;
  ~LogSink() {
    if (payload_free_ != nullptr) payload_free_(payload_);
  }

  void Log(store::LogSeverity severity, std::string_view message) const {
    if (log_ == nullptr) return;
    log_(static_cast<int32_t>(severity), std::string(message).c_str(), payload_);
  }

 private:
  footfall_log_callback log_;
  void* payload_;
  footfall_payload_destructor payload_free_;
};

absl::StatusOr<runtime::IngestOptions> ToIngestOptions(
    const footfall_ingest_options* options) {
  FOOTFALL_ASSIGN_OR_RETURN(const footfall_ingest_options read, ReadOptions(options));
  if (read.now_ms < 0) return absl::InvalidArgumentError("now_ms is negative");
  runtime::IngestOptions out;
  if (read.policy != nullptr) out.policy = read.policy->policy;
  out.now_ms = read.now_ms;
  if (read.cancel != nullptr) out.cancel = read.cancel->cancel;
  if (read.source != nullptr) out.source = read.source;
  return out;
}

}  // namespace

footfall_status footfall_store_open(const char* path,
                                    const footfall_store_options* options,
                                    footfall_store** out_store, footfall_error** error) {
  if (out_store != nullptr) *out_store = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_ASSIGN_OR_RETURN(const footfall_store_options read, ReadOptions(options));
    // From here on the payload is released, also when opening fails.
    const auto log = std::make_shared<LogSink>(read);
    FOOTFALL_REQUIRE(path);
    FOOTFALL_REQUIRE(out_store);
    if (read.mode < FOOTFALL_OPEN_READ_WRITE || read.mode > FOOTFALL_OPEN_EXISTING) {
      return absl::InvalidArgumentError("mode is not one of FOOTFALL_OPEN_*");
    }
    store::Options store_options;
    store_options.background_sealing = read.background_sealing != 0;
    store_options.mode = static_cast<store::OpenMode>(read.mode);
    if (read.memory_budget_bytes != 0) {
      store_options.memory_budget_bytes = read.memory_budget_bytes;
    }
    store_options.log = [log](store::LogSeverity severity, std::string_view message) {
      log->Log(severity, message);
    };
    FOOTFALL_ASSIGN_OR_RETURN(std::shared_ptr<runtime::Instance> instance,
                              runtime::Instance::Open(path, store_options));
    *out_store = new footfall_store{std::move(instance)};
    return absl::OkStatus();
  });
}

footfall_status footfall_store_close(footfall_store* store, footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(store);
    return store->instance->Close();
  });
}

void footfall_store_free(footfall_store* store) { delete store; }

footfall_status footfall_settings_set(footfall_store* store, const char* key,
                                      const char* value, footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(key);
    FOOTFALL_REQUIRE(value);
    return store->instance->store().SetSetting(key, value);
  });
}

footfall_status footfall_settings_list(footfall_store* store, footfall_buffer** out_json,
                                       footfall_error** error) {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(out_json);
    PutBuffer(store->instance->store().settings().ToJson().Dump(), out_json);
    return absl::OkStatus();
  });
}

footfall_status footfall_store_ingest(footfall_store* store, const char* data,
                                      size_t size, const footfall_ingest_options* options,
                                      footfall_buffer** out_result,
                                      footfall_error** error) {
  if (out_result != nullptr) *out_result = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    if (size != 0) FOOTFALL_REQUIRE(data);
    if (size > kIngestBytesMax) {
      return absl::InvalidArgumentError(
          "more than 64 MiB in one call; use footfall_ingest_new for larger input");
    }
    FOOTFALL_ASSIGN_OR_RETURN(runtime::IngestOptions ingest_options,
                              ToIngestOptions(options));
    ingest_options.batch_events_max = 0;
    FOOTFALL_ASSIGN_OR_RETURN(
        const std::unique_ptr<runtime::Ingest> ingest,
        runtime::Ingest::New(store->instance, std::move(ingest_options)));
    FOOTFALL_RETURN_IF_ERROR(ingest->Write(std::string_view(data, size)));
    FOOTFALL_RETURN_IF_ERROR(ingest->Finish());
    PutBuffer(ingest->Result().Dump(), out_result);
    return absl::OkStatus();
  });
}

footfall_status footfall_ingest_new(footfall_store* store,
                                    const footfall_ingest_options* options,
                                    footfall_ingest** out_ingest,
                                    footfall_error** error) {
  if (out_ingest != nullptr) *out_ingest = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(out_ingest);
    FOOTFALL_ASSIGN_OR_RETURN(runtime::IngestOptions ingest_options,
                              ToIngestOptions(options));
    FOOTFALL_ASSIGN_OR_RETURN(
        std::unique_ptr<runtime::Ingest> ingest,
        runtime::Ingest::New(store->instance, std::move(ingest_options)));
    *out_ingest = new footfall_ingest{std::move(ingest)};
    return absl::OkStatus();
  });
}

footfall_status footfall_ingest_write(footfall_ingest* ingest, const char* data,
                                      size_t size, footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(ingest);
    if (size != 0) FOOTFALL_REQUIRE(data);
    return ingest->ingest->Write(std::string_view(data, size));
  });
}

uint64_t footfall_ingest_acknowledged(const footfall_ingest* ingest) {
  return ingest == nullptr ? 0 : ingest->ingest->acknowledged();
}

footfall_status footfall_ingest_finish(footfall_ingest* ingest,
                                       footfall_buffer** out_result,
                                       footfall_error** error) {
  if (out_result != nullptr) *out_result = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(ingest);
    absl::Status status = ingest->ingest->Finish();
    PutBuffer(ingest->ingest->Result().Dump(), out_result);
    return status;
  });
}

void footfall_ingest_free(footfall_ingest* ingest) { delete ingest; }

footfall_status footfall_person_show(footfall_store* store, const char* id,
                                     footfall_buffer** out_json, footfall_error** error) {
  if (out_json != nullptr) *out_json = nullptr;
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(id);
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_ASSIGN_OR_RETURN(
        const Json person,
        runtime::ShowPerson(*store->instance, id, footfall::base::NowMs()));
    PutBuffer(person.Dump(), out_json);
    return absl::OkStatus();
  });
}

footfall_status footfall_events_export(footfall_store* store,
                                       const footfall_export_options* options,
                                       footfall_write_callback write, void* payload,
                                       footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(write);
    FOOTFALL_ASSIGN_OR_RETURN(const footfall_export_options read, ReadOptions(options));
    runtime::EventExport events;
    if (read.rule_json != nullptr) events.rule_json = read.rule_json;
    if (read.from != nullptr) events.from = read.from;
    if (read.to != nullptr) events.to = read.to;
    if (read.timezone != nullptr) events.timezone = read.timezone;
    FOOTFALL_ASSIGN_OR_RETURN(events.now_ms, NowOrClock(read.now_ms));
    events.cancel = CancelOf(read.cancel);
    return store->instance->ExportEvents(
        events, [&](std::string_view piece) -> absl::Status {
          if (write(piece.data(), piece.size(), payload) == 0) return absl::OkStatus();
          return absl::CancelledError("the callback stopped the export");
        });
  });
}

footfall_status footfall_person_forget(footfall_store* store, const char* id,
                                       footfall_buffer** out_json,
                                       footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(id);
    return runtime::ForgetPerson(*store->instance, id, footfall::base::NowMs());
  });
}

footfall_status footfall_store_stats(footfall_store* store, footfall_buffer** out_json,
                                     footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(out_json);
    return store->instance->store().Stats();
  });
}

footfall_status footfall_store_check(footfall_store* store, footfall_cancel* cancel,
                                     footfall_buffer** out_json, footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_REQUIRE(out_json);
    FOOTFALL_ASSIGN_OR_RETURN(const store::CheckReport report,
                              store->instance->store().Check(CancelOf(cancel)));
    Json problems = Json::MakeArray();
    for (const store::CheckReport::Problem& problem : report.problems) {
      Json row = Json::MakeObject();
      row.Set("where", problem.where);
      row.Set("what", problem.what);
      problems.Push(std::move(row));
    }
    Json out = Json::MakeObject();
    out.Set("ok", report.problems.empty());
    out.Set("records", report.records);
    out.Set("runs", report.runs);
    out.Set("chunks", report.chunks);
    out.Set("events", report.events);
    out.Set("people", report.people);
    out.Set("problems", std::move(problems));
    return out;
  });
}

footfall_status footfall_store_seal(footfall_store* store, int32_t merge,
                                    footfall_cancel* cancel, footfall_buffer** out_json,
                                    footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_ASSIGN_OR_RETURN(
        const store::SealReport report,
        store->instance->store().Seal({.merge = merge != 0, .cancel = CancelOf(cancel)}));
    Json out = Json::MakeObject();
    out.Set("events_sealed", report.events_sealed);
    out.Set("runs_merged", report.runs_merged);
    return out;
  });
}

footfall_status footfall_store_compact(footfall_store* store, int64_t now_ms,
                                       footfall_cancel* cancel,
                                       footfall_buffer** out_json,
                                       footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t now, NowOrClock(now_ms));
    FOOTFALL_ASSIGN_OR_RETURN(const store::CompactReport report,
                              store->instance->store().Compact(now, CancelOf(cancel)));
    Json out = Json::MakeObject();
    out.Set("events_removed", report.events_removed);
    out.Set("bytes_before", report.bytes_before);
    out.Set("bytes_after", report.bytes_after);
    return out;
  });
}

footfall_status footfall_store_redact(footfall_store* store,
                                      const footfall_policy* policy,
                                      const footfall_redact_options* options,
                                      footfall_buffer** out_json,
                                      footfall_error** error) {
  return AnswerJson(store, out_json, error, [&]() -> absl::StatusOr<Json> {
    FOOTFALL_ASSIGN_OR_RETURN(const footfall_redact_options read, ReadOptions(options));
    if (read.reserved != 0) return absl::InvalidArgumentError("reserved must be 0");
    runtime::RedactOptions redact;
    if (policy != nullptr) {
      redact.policy = policy->policy;
      redact.policy_text = policy->text;
    }
    redact.dry_run = read.dry_run != 0;
    redact.cancel = CancelOf(read.cancel);
    return runtime::Redact(*store->instance, redact);
  });
}

footfall_status footfall_store_backup(footfall_store* store, const char* path,
                                      footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(path);
    return store->instance->store().Backup(path);
  });
}

footfall_status footfall_store_restore(const char* backup_path, const char* path,
                                       footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE(backup_path);
    FOOTFALL_REQUIRE(path);
    return store::EventStore::Restore(backup_path, path);
  });
}

footfall_status footfall_store_get_metrics(footfall_store* store,
                                           footfall_store_metrics* metrics,
                                           footfall_error** error) {
  return Guard(error, [&]() -> absl::Status {
    FOOTFALL_REQUIRE_OPEN(store);
    FOOTFALL_REQUIRE(metrics);
    const size_t size = metrics->struct_size;
    if (size < sizeof(size_t)) {
      return absl::InvalidArgumentError("struct_size of the metrics is not set");
    }
    const store::Metrics counted = store->instance->store().metrics();
    const runtime::IngestMetrics& ingest = store->instance->ingest_metrics();
    footfall_store_metrics out = FOOTFALL_STORE_METRICS_INIT;
    out.struct_size = size;
    out.events_accepted = counted.events_accepted;
    out.events_duplicate = counted.events_duplicate;
    out.events_dropped_level = ingest.dropped_level;
    out.events_dropped_policy = ingest.dropped_policy;
    out.events_rejected = ingest.rejected;
    out.batches_committed = counted.batches_committed;
    out.log_bytes_written = counted.log_bytes_written;
    out.reports_run = store->instance->reports_run();
    out.memory_bytes = counted.memory_bytes;
    // A caller of an older header gets the fields that it knows.
    std::memcpy(metrics, &out, std::min(size, sizeof(out)));
    return absl::OkStatus();
  });
}
