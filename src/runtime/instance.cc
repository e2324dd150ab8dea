#include "runtime/instance.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "runtime/person_json.h"

namespace footfall::runtime {
namespace {

constexpr std::string_view kReportKind = "report";
constexpr std::string_view kSegmentKind = "segment";

bool IsBuiltIn(std::string_view name) {
  return std::any_of(report::BuiltIns().begin(), report::BuiltIns().end(),
                     [&](const report::BuiltIn& b) { return b.name == name; });
}

absl::Status NoSuchReport(std::string_view name) {
  return base::MakeError(absl::StatusCode::kNotFound,
                         base::Cat("there is no report '", name.substr(0, 100), "'"));
}

base::Json TextOrNull(const base::Json* value) {
  return value == nullptr ? base::Json() : *value;
}

}  // namespace

absl::StatusOr<std::shared_ptr<Instance>> Instance::Open(const std::string& path,
                                                         const store::Options& options) {
  std::shared_ptr<Instance> instance(
      new Instance(options.mode == store::OpenMode::kReadOnly));
  FOOTFALL_ASSIGN_OR_RETURN(instance->store_, store::EventStore::Open(path, options));
  instance->capture_memory_ = capture::MakeCaptureMemory();
  return instance;
}

absl::Status Instance::Close() { return store_->Close(); }

absl::Status Instance::CheckWritable() const {
  FOOTFALL_RETURN_IF_ERROR(store_->CheckUsable());
  if (!read_only_) return absl::OkStatus();
  return absl::FailedPreconditionError("the store is open for reading only");
}

absl::StatusOr<base::Json> Instance::FindSegment(std::string_view name) {
  absl::StatusOr<std::string> text = store_->GetDocument(kSegmentKind, name);
  if (absl::IsNotFound(text.status())) {
    return base::MakeError(absl::StatusCode::kNotFound,
                           base::Cat("there is no segment '", name.substr(0, 100), "'"));
  }
  FOOTFALL_RETURN_IF_ERROR(text.status());
  FOOTFALL_ASSIGN_OR_RETURN(const base::Json document, base::Json::Parse(*text));
  return TextOrNull(document.Find("where"));
}

absl::StatusOr<report::Compiled> Instance::CompileReport(
    std::string_view name, const report::RunOptions& options) {
  if (IsBuiltIn(name)) return report::CompileBuiltIn(name, options);
  absl::StatusOr<std::string> text = store_->GetDocument(kReportKind, name);
  if (absl::IsNotFound(text.status())) return NoSuchReport(name);
  FOOTFALL_RETURN_IF_ERROR(text.status());
  return CompileDefinition(*text, options);
}

absl::StatusOr<report::Compiled> Instance::CompileDefinition(
    std::string_view json, const report::RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const base::Json definition, base::Json::Parse(json));
  report::RunOptions with_segments = options;
  with_segments.segments = [this](std::string_view name) { return FindSegment(name); };
  return report::CompileDefinition(definition, with_segments);
}

absl::StatusOr<report::Result> Instance::Run(report::Compiled compiled,
                                             const report::RunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(std::shared_ptr<const store::Snapshot> snapshot,
                            store_->TakeSnapshot());
  absl::StatusOr<report::Result> result =
      report::Run(*snapshot, std::move(compiled), options);
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

absl::Status Instance::SaveReport(std::string_view json) {
  FOOTFALL_ASSIGN_OR_RETURN(const base::Json definition, base::Json::Parse(json));
  FOOTFALL_ASSIGN_OR_RETURN(const std::string name, report::CheckDefinition(definition));
  if (IsBuiltIn(name)) {
    return base::InvalidAt("$.name", base::Cat("'", name, "' is a built-in report"));
  }
  return store_->PutDocument(kReportKind, name, definition.Dump());
}

absl::Status Instance::DeleteReport(std::string_view name) {
  if (IsBuiltIn(name)) {
    return base::MakeError(
        absl::StatusCode::kInvalidArgument,
        base::Cat("'", name, "' is a built-in report and cannot be deleted"));
  }
  const absl::Status status = store_->DeleteDocument(kReportKind, name);
  return absl::IsNotFound(status) ? NoSuchReport(name) : status;
}

absl::StatusOr<base::Json> Instance::ShowReport(std::string_view name) {
  if (IsBuiltIn(name)) return report::ShowBuiltIn(name);
  absl::StatusOr<std::string> text = store_->GetDocument(kReportKind, name);
  if (absl::IsNotFound(text.status())) return NoSuchReport(name);
  FOOTFALL_RETURN_IF_ERROR(text.status());
  return base::Json::Parse(*text);
}

absl::StatusOr<base::Json> Instance::ListReports() {
  std::vector<std::pair<std::string, base::Json>> rows;
  const auto add = [&](std::string_view name, base::Json title, base::Json kind,
                       base::Json tags, bool builtin) {
    base::Json row = base::Json::MakeObject();
    row.Set("name", name);
    row.Set("title", std::move(title));
    row.Set("kind", std::move(kind));
    row.Set("tags", std::move(tags));
    row.Set("builtin", builtin);
    rows.emplace_back(std::string(name), std::move(row));
  };
  for (const report::BuiltIn& b : report::BuiltIns()) {
    base::Json tags = base::Json::MakeArray();
    for (const std::string_view tag : b.tags) tags.Push(tag);
    add(b.name, b.title, b.kind, std::move(tags), true);
  }
  FOOTFALL_ASSIGN_OR_RETURN(const auto saved, store_->ListDocuments(kReportKind));
  for (const auto& [name, text] : saved) {
    FOOTFALL_ASSIGN_OR_RETURN(const base::Json definition, base::Json::Parse(text));
    const base::Json* tags = definition.Find("tags");
    add(name, TextOrNull(definition.Find("title")), TextOrNull(definition.Find("kind")),
        tags == nullptr ? base::Json::MakeArray() : *tags, false);
  }
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  base::Json list = base::Json::MakeArray();
  for (auto& [name, row] : rows) list.Push(std::move(row));
  base::Json out = base::Json::MakeObject();
  out.Set("reports", std::move(list));
  return out;
}

absl::StatusOr<base::Json> Instance::ShowPerson(std::string_view id) {
  FOOTFALL_ASSIGN_OR_RETURN(std::shared_ptr<const store::Snapshot> snapshot,
                            store_->TakeSnapshot());
  FOOTFALL_ASSIGN_OR_RETURN(const model::Person person, snapshot->FindPerson(id));
  return PersonToJson(person, snapshot->settings().account_property);
}

}  // namespace footfall::runtime
