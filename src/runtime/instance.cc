#include "runtime/instance.h"

#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "report/group_size.h"
#include "report/guarded_run.h"
#include "runtime/automation.h"

namespace footfall::runtime {

absl::StatusOr<std::shared_ptr<Instance>> Instance::Open(const std::string& path,
                                                         const store::Options& options) {
  std::shared_ptr<Instance> instance(
      new Instance(options.mode == store::OpenMode::kReadOnly));
  FOOTFALL_ASSIGN_OR_RETURN(instance->store_, store::EventStore::Open(path, options));
  instance->reports_ = std::make_unique<ReportLibrary>(*instance->store_);
  instance->content_ = std::make_unique<ContentLibrary>(*instance->store_);
  instance->segments_ =
      std::make_unique<Segments>(*instance->store_, instance->read_only_);
  instance->capture_memory_ = capture::MakeCaptureMemory();
  instance->automation_ =
      std::make_unique<Automation>(*instance, instance->read_only_, options.log);
  return instance;
}

Instance::Instance(bool read_only) : read_only_(read_only) {}

Instance::~Instance() = default;

absl::Status Instance::Close() {
  automation_->Stop();
  return store_->Close();
}

absl::Status Instance::CheckWritable() const {
  FOOTFALL_RETURN_IF_ERROR(store_->CheckUsable());
  if (!read_only_) return absl::OkStatus();
  return absl::FailedPreconditionError("the store is open for reading only");
}

report::RunOptions Instance::WithLookups(const report::RunOptions& options) {
  report::RunOptions out = options;
  out.segments = segments_->Lookup();
  out.catalogue = [this] { return content_->FindCatalogue(); };
  out.tracked_events = [this] { return content_->TrackedEventRules(); };
  return out;
}

absl::StatusOr<report::Compiled> Instance::CompileReport(
    std::string_view name, const report::RunOptions& options) {
  const report::RunOptions with_lookups = WithLookups(options);
  FOOTFALL_ASSIGN_OR_RETURN(report::Compiled compiled,
                            reports_->Compile(name, with_lookups));
  FOOTFALL_RETURN_IF_ERROR(report::AddWhereOption(with_lookups, &compiled.plan));
  return compiled;
}

absl::StatusOr<report::Compiled> Instance::CompileDefinition(
    std::string_view json, const report::RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const base::Json definition, base::Json::Parse(json));
  const report::RunOptions with_lookups = WithLookups(options);
  FOOTFALL_ASSIGN_OR_RETURN(report::Compiled compiled,
                            reports_->CompileDefinition(definition, with_lookups));
  FOOTFALL_RETURN_IF_ERROR(report::AddWhereOption(with_lookups, &compiled.plan));
  return compiled;
}

absl::StatusOr<report::Compiled> Instance::Compile(std::string_view report,
                                                   const report::RunOptions& options) {
  // No name begins with a brace.
  return base::Trim(report).starts_with('{') ? CompileDefinition(report, options)
                                             : CompileReport(report, options);
}

absl::StatusOr<report::Result> Instance::Run(report::Compiled compiled,
                                             const report::RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(std::shared_ptr<const store::Snapshot> snapshot,
                            store_->TakeSnapshot());
  absl::StatusOr<report::Result> result =
      report::GuardedRun(*snapshot, std::move(compiled), options);
  if (result.ok()) reports_run_.fetch_add(1, std::memory_order_relaxed);
  return result;
}

absl::StatusOr<base::Json> Instance::Explain(report::Compiled compiled,
                                             const report::RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(std::shared_ptr<const store::Snapshot> snapshot,
                            store_->TakeSnapshot());
  absl::StatusOr<base::Json> json =
      report::Explain(*snapshot, std::move(compiled), options);
  if (json.ok()) reports_run_.fetch_add(1, std::memory_order_relaxed);
  return json;
}

absl::StatusOr<report::Result> Instance::RunReport(std::string_view name,
                                                   const report::RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(report::Compiled compiled, CompileReport(name, options));
  return Run(std::move(compiled), options);
}

absl::StatusOr<report::Result> Instance::RunDefinition(
    std::string_view json, const report::RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(report::Compiled compiled, CompileDefinition(json, options));
  return Run(std::move(compiled), options);
}

absl::StatusOr<base::Json> Instance::ExplainReport(std::string_view name,
                                                   const report::RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(report::Compiled compiled, CompileReport(name, options));
  return Explain(std::move(compiled), options);
}

absl::StatusOr<base::Json> Instance::ExplainDefinition(
    std::string_view json, const report::RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(report::Compiled compiled, CompileDefinition(json, options));
  return Explain(std::move(compiled), options);
}

}  // namespace footfall::runtime
