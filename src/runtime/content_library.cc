#include "runtime/content_library.h"

#include <algorithm>
#include <cstdio>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "report/catalogue.h"
#include "report/tracked_event.h"

namespace footfall::runtime {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;

constexpr std::string_view kCatalogueKind = "catalogue";
constexpr std::string_view kCurrentName = "current";
constexpr std::string_view kRevisionKind = "catalogue-revision";
constexpr std::string_view kTrackedKind = "tracked-event";
constexpr int64_t kContentRevisionsMax = 100;

// Numbers have equal lengths, so that documents are listed in order.
std::string RevisionKey(int64_t number) {
  char digits[24];
  std::snprintf(digits, sizeof(digits), "%010lld", static_cast<long long>(number));
  return digits;
}

absl::Status NoSuchEvent(std::string_view name) {
  return base::MakeError(absl::StatusCode::kNotFound,
                         Cat("there is no tracked event '", name.substr(0, 128), "'"));
}

bool IsAbsent(const absl::Status& status) {
  // A name that cannot be saved is not there either.
  return absl::IsNotFound(status) || absl::IsInvalidArgument(status);
}

// Everything that has an id.
int64_t ItemsOf(const Json& json) {
  int64_t items = json.Find("id") != nullptr ? 1 : 0;
  if (json.is_object()) {
    for (const auto& [key, value] : json.as_object()) items += ItemsOf(value);
  } else if (json.is_array()) {
    for (const Json& value : json.as_array()) items += ItemsOf(value);
  }
  return items;
}

}  // namespace

absl::StatusOr<std::optional<Json>> ContentLibrary::Current() const {
  const absl::StatusOr<std::string> text =
      store_.GetDocument(kCatalogueKind, kCurrentName);
  if (absl::IsNotFound(text.status())) return std::optional<Json>();
  FOOTFALL_RETURN_IF_ERROR(text.status());
  FOOTFALL_ASSIGN_OR_RETURN(Json json, Json::Parse(*text));
  return std::optional(std::move(json));
}

absl::StatusOr<int64_t> ContentLibrary::PutCatalogue(std::string_view json,
                                                     int64_t now_ms) {
  if (json.size() > kCatalogueBytesMax) {
    return InvalidAt("$", Cat("must be at most ", kCatalogueBytesMax, " bytes"));
  }
  FOOTFALL_ASSIGN_OR_RETURN(Json catalogue, Json::Parse(json));
  FOOTFALL_RETURN_IF_ERROR(report::Catalogue::Parse(catalogue).status());
  const std::lock_guard<std::mutex> lock(mutex_);
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<Json> current, Current());
  int64_t revision = 1;
  if (current.has_value()) {
    revision = current->Find("revision")->as_int();
    if (*current->Find("catalogue") == catalogue) return revision;
    ++revision;
  }
  Json document = Json::MakeObject();
  document.Set("revision", revision);
  document.Set("saved_at", base::FormatTime(now_ms));
  document.Set("catalogue", std::move(catalogue));
  const std::string text = document.Dump();
  std::vector<store::DocumentChange> changes = {
      {std::string(kCatalogueKind), std::string(kCurrentName), text},
      {std::string(kRevisionKind), RevisionKey(revision), text}};
  if (revision > kContentRevisionsMax) {
    changes.push_back({std::string(kRevisionKind),
                       RevisionKey(revision - kContentRevisionsMax), std::nullopt});
  }
  FOOTFALL_RETURN_IF_ERROR(store_.WriteDocuments(changes));
  return revision;
}

absl::StatusOr<Json> ContentLibrary::ShowCatalogue(
    std::optional<int64_t> revision) const {
  if (!revision.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(std::optional<Json> current, Current());
    if (!current.has_value()) return absl::NotFoundError("there is no catalogue");
    return *std::move(current);
  }
  const absl::StatusOr<std::string> text =
      store_.GetDocument(kRevisionKind, RevisionKey(*revision));
  if (absl::IsNotFound(text.status())) {
    return base::MakeError(absl::StatusCode::kNotFound,
                           Cat("there is no revision ", *revision, " of the catalogue"));
  }
  FOOTFALL_RETURN_IF_ERROR(text.status());
  return Json::Parse(*text);
}

absl::StatusOr<Json> ContentLibrary::CatalogueHistory() const {
  FOOTFALL_ASSIGN_OR_RETURN(const auto documents, store_.ListDocuments(kRevisionKind));
  Json revisions = Json::MakeArray();
  for (auto document = documents.rbegin(); document != documents.rend(); ++document) {
    FOOTFALL_ASSIGN_OR_RETURN(const Json json, Json::Parse(document->second));
    Json row = Json::MakeObject();
    row.Set("revision", *json.Find("revision"));
    row.Set("saved_at", *json.Find("saved_at"));
    row.Set("items", ItemsOf(*json.Find("catalogue")));
    row.Set("current", document == documents.rbegin());
    revisions.Push(std::move(row));
  }
  Json out = Json::MakeObject();
  out.Set("revisions", std::move(revisions));
  return out;
}

absl::StatusOr<std::optional<Json>> ContentLibrary::FindCatalogue() const {
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<Json> current, Current());
  if (!current.has_value()) return std::optional<Json>();
  return std::optional(*current->Find("catalogue"));
}

absl::Status ContentLibrary::SaveTrackedEvent(std::string_view json) {
  FOOTFALL_ASSIGN_OR_RETURN(const Json event, Json::Parse(json));
  FOOTFALL_ASSIGN_OR_RETURN(const std::string name, report::CheckTrackedEvent(event));
  const std::lock_guard<std::mutex> lock(mutex_);
  FOOTFALL_ASSIGN_OR_RETURN(const auto events, store_.ListDocuments(kTrackedKind));
  const bool is_new =
      std::none_of(events.begin(), events.end(),
                   [&name](const auto& saved) { return saved.first == name; });
  if (is_new && events.size() >= kTrackedEventsMax) {
    return base::MakeError(
        absl::StatusCode::kResourceExhausted,
        Cat("there are ", kTrackedEventsMax, " tracked events already, the most"));
  }
  return store_.PutDocument(kTrackedKind, name, event.Dump());
}

absl::Status ContentLibrary::DeleteTrackedEvent(std::string_view name) {
  const absl::Status status = store_.DeleteDocument(kTrackedKind, name);
  return IsAbsent(status) ? NoSuchEvent(name) : status;
}

absl::StatusOr<Json> ContentLibrary::ListTrackedEvents() const {
  FOOTFALL_ASSIGN_OR_RETURN(const auto documents, store_.ListDocuments(kTrackedKind));
  Json events = Json::MakeArray();
  for (const auto& [name, text] : documents) {
    FOOTFALL_ASSIGN_OR_RETURN(Json event, Json::Parse(text));
    events.Push(std::move(event));
  }
  Json out = Json::MakeObject();
  out.Set("tracked_events", std::move(events));
  return out;
}

absl::StatusOr<std::vector<std::pair<std::string, Json>>>
ContentLibrary::TrackedEventRules() const {
  FOOTFALL_ASSIGN_OR_RETURN(const auto documents, store_.ListDocuments(kTrackedKind));
  std::vector<std::pair<std::string, Json>> rules;
  for (const auto& [name, text] : documents) {
    FOOTFALL_ASSIGN_OR_RETURN(const Json event, Json::Parse(text));
    rules.emplace_back(name, *event.Find("where"));
  }
  return rules;
}

}  // namespace footfall::runtime
