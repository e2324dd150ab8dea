#include "runtime/run_log.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"

namespace footfall::runtime {
namespace {

using base::Json;

constexpr std::string_view kKind = "run";

const std::string& TextAt(const Json& run, std::string_view key) {
  static const std::string empty;
  const Json* value = run.Find(key);
  return value != nullptr && value->is_string() ? value->as_string() : empty;
}

// Ids sort by job, then by time.
std::string_view JobOf(std::string_view id) { return id.substr(0, id.rfind('/')); }
std::string_view StartOf(std::string_view id) { return id.substr(id.rfind('/') + 1); }

}  // namespace

store::DocumentChange RunLog::Write(const Json& run) {
  return {std::string(kKind), TextAt(run, "id"), run.Dump()};
}

absl::StatusOr<std::string> RunLog::NewId(std::string_view job, int64_t now_ms) const {
  while (true) {
    std::string id = base::Cat(job, "/", base::FormatTime(now_ms));
    const absl::Status status = store_.GetDocument(kKind, id).status();
    if (absl::IsNotFound(status)) return id;
    FOOTFALL_RETURN_IF_ERROR(status);
    ++now_ms;
  }
}

absl::StatusOr<Json> RunLog::Load(std::string_view id) const {
  absl::StatusOr<std::string> text =
      id.size() > 256 ? absl::NotFoundError("") : store_.GetDocument(kKind, id);
  if (absl::IsNotFound(text.status()) || absl::IsInvalidArgument(text.status())) {
    return base::MakeError(absl::StatusCode::kNotFound,
                           base::Cat("there is no run '", id.substr(0, 200), "'"));
  }
  FOOTFALL_RETURN_IF_ERROR(text.status());
  FOOTFALL_ASSIGN_OR_RETURN(Json run, Json::Parse(*text));
  const Json* detail = run.Find("detail");
  const Json* missed = run.Find("missed");
  if (detail == nullptr || !detail->is_object() || missed == nullptr ||
      !missed->is_int() || TextAt(run, "id") != id || TextAt(run, "started").empty()) {
    return base::MakeError(absl::StatusCode::kDataLoss,
                           base::Cat("the log of run '", id, "' is damaged"));
  }
  return run;
}

Json RunLog::Judge(Json run) const {
  if (!read_only_ && TextAt(run, "status") == "running" &&
      !is_active_(TextAt(run, "job"))) {
    run.Set("status", "interrupted");
  }
  return run;
}

absl::StatusOr<Json> RunLog::List(std::string_view job, size_t limit) const {
  const std::string prefix = job.empty() ? "" : base::Cat(job, "/");
  FOOTFALL_ASSIGN_OR_RETURN(const auto documents,
                            store_.ListDocuments(kKind, {.prefix = prefix}));
  std::vector<const std::pair<std::string, std::string>*> latest;
  for (const auto& document : documents) latest.push_back(&document);
  std::sort(latest.begin(), latest.end(), [](const auto* a, const auto* b) {
    return std::pair(StartOf(a->first), JobOf(a->first)) >
           std::pair(StartOf(b->first), JobOf(b->first));
  });
  latest.resize(std::min(latest.size(), limit));
  Json runs = Json::MakeArray();
  for (const auto* document : latest) {
    FOOTFALL_ASSIGN_OR_RETURN(Json run, Json::Parse(document->second));
    std::erase_if(run.as_object(), [](const auto& m) { return m.first == "detail"; });
    runs.Push(Judge(std::move(run)));
  }
  Json out = Json::MakeObject();
  out.Set("runs", std::move(runs));
  return out;
}

absl::StatusOr<Json> RunLog::Show(std::string_view id) const {
  FOOTFALL_ASSIGN_OR_RETURN(Json run, Load(id));
  return Judge(std::move(run));
}

absl::StatusOr<std::vector<store::DocumentChange>> RunLog::DeleteAll(
    std::string_view job) const {
  FOOTFALL_ASSIGN_OR_RETURN(const auto documents,
                            store_.ListDocuments(kKind, {.prefix = base::Cat(job, "/")}));
  std::vector<store::DocumentChange> changes;
  for (const auto& [id, text] : documents) {
    changes.push_back({std::string(kKind), id, std::nullopt});
  }
  return changes;
}

absl::Status RunLog::Prune(int64_t now_ms) const {
  const int64_t days = store_.settings().run_log_days;
  const std::string oldest =
      days == 0 ? ""
                : base::FormatTime(std::max<int64_t>(0, now_ms - days * base::kDayMs));
  FOOTFALL_ASSIGN_OR_RETURN(const auto documents, store_.ListDocuments(kKind));
  std::vector<store::DocumentChange> changes;
  size_t later = 0;  // Runs of the same job after this one.
  for (size_t i = documents.size(); i-- > 0;) {
    const std::string& id = documents[i].first;
    const bool same =
        i + 1 < documents.size() && JobOf(documents[i + 1].first) == JobOf(id);
    later = same ? later + 1 : 0;
    // What a job still goes on with is its latest run.
    if (later > 0 && (StartOf(id) < oldest || later >= kRunsMax)) {
      changes.push_back({std::string(kKind), id, std::nullopt});
    }
  }
  return store_.WriteDocuments(changes);
}

}  // namespace footfall::runtime
