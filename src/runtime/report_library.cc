#include "runtime/report_library.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "report/segments.h"
#include "report/view.h"

namespace footfall::runtime {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;

constexpr std::string_view kReportKind = "report";
constexpr std::string_view kRevisionKind = "report-revision";
constexpr std::string_view kFavouriteKind = "report-favourite";

absl::Status NoSuchReport(std::string_view name) {
  return base::MakeError(absl::StatusCode::kNotFound,
                         Cat("there is no report '", name.substr(0, 128), "'"));
}

// Numbers have equal lengths, so that documents are listed in order.
std::string RevisionKey(std::string_view name, int64_t number) {
  char digits[16];
  std::snprintf(digits, sizeof(digits), "%010lld", static_cast<long long>(number));
  return Cat(name, "/", digits);
}

store::DocumentChange RevisionChange(std::string_view name, int64_t number, Json saved_at,
                                     Json definition) {
  Json json = Json::MakeObject();
  json.Set("revision", number);
  json.Set("saved_at", std::move(saved_at));
  json.Set("definition", std::move(definition));
  return {std::string(kRevisionKind), RevisionKey(name, number), json.Dump()};
}

Json MemberOrNull(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr ? Json() : *value;
}

std::string TextMember(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value != nullptr && value->is_string() ? value->as_string() : "";
}

// Tags for integrations are written with or without an s.
std::string CanonicalTag(std::string_view tag) {
  constexpr std::string_view kSingular = "integration_";
  if (!tag.starts_with(kSingular)) return std::string(tag);
  return Cat("integrations_", tag.substr(kSingular.size()));
}

bool HasTag(const Json& tags, std::string_view tag) {
  return std::any_of(tags.as_array().begin(), tags.as_array().end(), [&](const Json& t) {
    return CanonicalTag(t.as_string()) == CanonicalTag(tag);
  });
}

Json BuiltInTags(const report::BuiltIn& built_in) {
  Json tags = Json::MakeArray();
  for (const std::string_view tag : built_in.tags) tags.Push(tag);
  return tags;
}

Json TagsOf(const Json& definition) {
  const Json* tags = definition.Find("tags");
  return tags == nullptr ? Json::MakeArray() : *tags;
}

const report::BuiltIn* FindBuiltIn(std::string_view name) {
  for (const report::BuiltIn& built_in : report::BuiltIns()) {
    if (built_in.name == name) return &built_in;
  }
  return nullptr;
}

bool Wanted(const Json& row, const ReportFilter& filter) {
  return (!filter.tag.has_value() || HasTag(*row.Find("tags"), *filter.tag)) &&
         (!filter.favourite.has_value() ||
          row.Find("favourite")->as_bool() == *filter.favourite) &&
         (!filter.base.has_value() || *row.Find("base") == Json(*filter.base));
}

}  // namespace

bool IsBuiltIn(std::string_view name) { return FindBuiltIn(name) != nullptr; }

absl::StatusOr<ReportFilter> ParseReportFilter(const Json& json) {
  if (!json.is_object()) return InvalidAt("$", "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, "$", {"tag", "favourite", "base"}));
  ReportFilter filter;
  if (const Json* tag = json.Find("tag")) {
    if (!tag->is_string()) return InvalidAt("$.tag", "must be a string");
    filter.tag = tag->as_string();
  }
  if (const Json* favourite = json.Find("favourite")) {
    if (!favourite->is_bool()) return InvalidAt("$.favourite", "must be true or false");
    filter.favourite = favourite->as_bool();
  }
  if (const Json* base = json.Find("base")) {
    if (!base->is_string()) return InvalidAt("$.base", "must be a string");
    filter.base = base->as_string();
  }
  return filter;
}

absl::StatusOr<Json> ReportLibrary::Load(std::string_view name) const {
  absl::StatusOr<std::string> text = store_.GetDocument(kReportKind, name);
  // A name that cannot be saved is not there either.
  if (absl::IsNotFound(text.status()) || absl::IsInvalidArgument(text.status())) {
    return NoSuchReport(name);
  }
  FOOTFALL_RETURN_IF_ERROR(text.status());
  return Json::Parse(*text);
}

absl::StatusOr<std::vector<ReportLibrary::Revision>> ReportLibrary::Revisions(
    std::string_view name) const {
  FOOTFALL_ASSIGN_OR_RETURN(Json current, Load(name));
  const std::string prefix = Cat(name, "/");
  FOOTFALL_ASSIGN_OR_RETURN(
      const auto documents,
      store_.ListDocuments(kRevisionKind, store::DocumentRange{.prefix = prefix}));
  std::vector<Revision> revisions;
  for (const auto& [key, text] : documents) {
    FOOTFALL_ASSIGN_OR_RETURN(const Json json, Json::Parse(text));
    revisions.push_back({.number = json.Find("revision")->as_int(),
                         .saved_at = *json.Find("saved_at"),
                         .definition = *json.Find("definition")});
  }
  if (revisions.empty()) {
    revisions.push_back({.number = 1, .definition = std::move(current)});
  }
  return revisions;
}

absl::Status ReportLibrary::Check(const Json& definition) const {
  if (!report::IsView(definition)) return report::CheckDefinition(definition).status();
  FOOTFALL_ASSIGN_OR_RETURN(const report::View view,
                            report::ParseView(definition, report::AnySegment));
  if (IsBuiltIn(view.name)) {
    return InvalidAt("$.name", Cat("'", view.name, "' is the name of a built-in report"));
  }
  // Whatever it rests on must not rest on it.
  std::string base = view.base;
  for (int depth = 0; !IsBuiltIn(base); ++depth) {
    if (base == view.name) {
      return InvalidAt("$.base", Cat("'", view.base, "' rests on '", view.name, "'"));
    }
    if (depth == report::kViewDepthMax) {
      return InvalidAt("$.base", Cat("views rest on each other more than ",
                                     report::kViewDepthMax, " times"));
    }
    const absl::StatusOr<Json> found = Load(base);
    if (!found.ok()) return base::WithPathPrefix("$.base", found.status());
    if (!report::IsView(*found)) break;
    base = TextMember(*found, "base");
  }
  // The present and the segments do not matter to whether it makes sense.
  report::RunOptions options;
  options.segments = report::AnySegment;
  return CompileDefinition(definition, options).status();
}

absl::Status ReportLibrary::Write(const Json& definition, int64_t now_ms) {
  const std::string& name = definition.Find("name")->as_string();
  std::vector<store::DocumentChange> changes;
  absl::StatusOr<std::vector<Revision>> revisions = Revisions(name);
  if (!revisions.ok() && !absl::IsNotFound(revisions.status())) return revisions.status();
  int64_t number = 1;
  if (revisions.ok()) {
    const Revision& latest = revisions->back();
    if (latest.definition == definition) return absl::OkStatus();
    number = latest.number + 1;
    // The one that was saved before revisions were kept.
    if (latest.number == 1 && latest.saved_at.is_null()) {
      changes.push_back(RevisionChange(name, 1, Json(), latest.definition));
    }
    const size_t kept = std::min(revisions->size(), kRevisionsMax - 1);
    for (size_t i = 0; i + kept < revisions->size(); ++i) {
      changes.push_back({std::string(kRevisionKind),
                         RevisionKey(name, (*revisions)[i].number), std::nullopt});
    }
  }
  changes.push_back({std::string(kReportKind), name, definition.Dump()});
  changes.push_back(RevisionChange(name, number, base::FormatTime(now_ms), definition));
  return store_.WriteDocuments(changes);
}

absl::Status ReportLibrary::Save(const Json& definition, int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  FOOTFALL_RETURN_IF_ERROR(Check(definition));
  return Write(definition, now_ms);
}

absl::Status ReportLibrary::Delete(std::string_view name) {
  if (IsBuiltIn(name)) {
    return base::MakeError(
        absl::StatusCode::kInvalidArgument,
        Cat("'", name, "' is a built-in report and cannot be deleted"));
  }
  const std::lock_guard lock(mutex_);
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<Revision> revisions, Revisions(name));
  FOOTFALL_ASSIGN_OR_RETURN(const auto saved, store_.ListDocuments(kReportKind));
  for (const auto& [other, text] : saved) {
    FOOTFALL_ASSIGN_OR_RETURN(const Json definition, Json::Parse(text));
    if (report::IsView(definition) && TextMember(definition, "base") == name) {
      return base::MakeError(absl::StatusCode::kFailedPrecondition,
                             Cat("the report '", other, "' rests on '", name, "'"));
    }
  }
  std::vector<store::DocumentChange> changes = {
      {std::string(kReportKind), std::string(name), std::nullopt},
      {std::string(kFavouriteKind), std::string(name), std::nullopt}};
  for (const Revision& revision : revisions) {
    changes.push_back(
        {std::string(kRevisionKind), RevisionKey(name, revision.number), std::nullopt});
  }
  return store_.WriteDocuments(changes);
}

absl::StatusOr<Json> ReportLibrary::Show(std::string_view name) const {
  return IsBuiltIn(name) ? report::ShowBuiltIn(name) : Load(name);
}

absl::StatusOr<Json> ReportLibrary::ShowRevision(std::string_view name,
                                                 int64_t revision) const {
  FOOTFALL_ASSIGN_OR_RETURN(std::vector<Revision> revisions, Revisions(name));
  for (Revision& one : revisions) {
    if (one.number == revision) return std::move(one.definition);
  }
  return base::MakeError(absl::StatusCode::kNotFound,
                         Cat("there is no revision ", revision, " of the report '", name,
                             "'; the latest is ", revisions.back().number));
}

absl::StatusOr<Json> ReportLibrary::History(std::string_view name) const {
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<Revision> revisions, Revisions(name));
  Json list = Json::MakeArray();
  for (size_t i = revisions.size(); i-- > 0;) {
    Json row = Json::MakeObject();
    row.Set("revision", revisions[i].number);
    row.Set("saved_at", revisions[i].saved_at);
    row.Set("title", MemberOrNull(revisions[i].definition, "title"));
    row.Set("current", i + 1 == revisions.size());
    list.Push(std::move(row));
  }
  Json out = Json::MakeObject();
  out.Set("report", name);
  out.Set("revisions", std::move(list));
  return out;
}

absl::Status ReportLibrary::Restore(std::string_view name, int64_t revision,
                                    int64_t now_ms) {
  FOOTFALL_ASSIGN_OR_RETURN(const Json definition, ShowRevision(name, revision));
  return Save(definition, now_ms);
}

absl::StatusOr<Json> ReportLibrary::Clone(std::string_view name,
                                          std::string_view new_name,
                                          const Json& parameters, int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (IsBuiltIn(new_name) || Load(new_name).ok()) {
    return base::MakeError(absl::StatusCode::kAlreadyExists,
                           Cat("there is a report '", new_name, "' already"));
  }
  FOOTFALL_ASSIGN_OR_RETURN(Json copy, Show(name));
  if (const report::BuiltIn* built_in = FindBuiltIn(name)) {
    copy = Json::MakeObject();
    copy.Set("version", 1);
    copy.Set("name", new_name);
    copy.Set("base", name);
    copy.Set("title", built_in->title);
    copy.Set("tags", BuiltInTags(*built_in));
  }
  copy.Set("name", new_name);
  const bool any = !parameters.is_object() || !parameters.as_object().empty();
  if (any && !report::IsView(copy)) {
    return InvalidAt("$.parameters", "a report definition takes no parameters");
  }
  if (any) {
    if (!parameters.is_object()) return InvalidAt("$.parameters", "must be an object");
    Json joined = MemberOrNull(copy, "parameters");
    if (joined.is_null()) joined = Json::MakeObject();
    for (const auto& [key, value] : parameters.as_object()) joined.Set(key, value);
    copy.Set("parameters", std::move(joined));
  }
  FOOTFALL_RETURN_IF_ERROR(Check(copy));
  FOOTFALL_RETURN_IF_ERROR(Write(copy, now_ms));
  return copy;
}

absl::Status ReportLibrary::SetFavourite(std::string_view name, bool favourite) {
  const std::lock_guard lock(mutex_);
  FOOTFALL_RETURN_IF_ERROR(Show(name).status());
  std::optional<std::string> text;
  if (favourite) text = "true";
  return store_.WriteDocuments(
      {{std::string(kFavouriteKind), std::string(name), std::move(text)}});
}

Json ReportLibrary::KindOf(const Json& definition) const {
  Json at = definition;
  for (int depth = 0; report::IsView(at) && depth <= report::kViewDepthMax; ++depth) {
    const std::string base = TextMember(at, "base");
    if (const report::BuiltIn* built_in = FindBuiltIn(base)) return built_in->kind;
    absl::StatusOr<Json> found = Load(base);
    if (!found.ok()) return Json();
    at = *std::move(found);
  }
  return MemberOrNull(at, "kind");
}

absl::StatusOr<Json> ReportLibrary::List(const ReportFilter& filter) const {
  FOOTFALL_ASSIGN_OR_RETURN(const auto favourites, store_.ListDocuments(kFavouriteKind));
  std::set<std::string> marked;
  for (const auto& [name, text] : favourites) marked.insert(name);
  std::map<std::string, Json> rows;
  const auto add = [&](std::string_view name, Json title, Json kind, Json tags,
                       bool builtin, Json base) {
    Json row = Json::MakeObject();
    row.Set("name", name);
    row.Set("title", std::move(title));
    row.Set("kind", std::move(kind));
    row.Set("tags", std::move(tags));
    row.Set("builtin", builtin);
    row.Set("base", std::move(base));
    row.Set("favourite", marked.contains(std::string(name)));
    if (Wanted(row, filter)) rows.emplace(name, std::move(row));
  };
  for (const report::BuiltIn& b : report::BuiltIns()) {
    add(b.name, b.title, b.kind, BuiltInTags(b), true, Json());
  }
  FOOTFALL_ASSIGN_OR_RETURN(const auto saved, store_.ListDocuments(kReportKind));
  for (const auto& [name, text] : saved) {
    FOOTFALL_ASSIGN_OR_RETURN(const Json definition, Json::Parse(text));
    add(name, MemberOrNull(definition, "title"), KindOf(definition), TagsOf(definition),
        false, MemberOrNull(definition, "base"));
  }
  Json list = Json::MakeArray();
  for (auto& [name, row] : rows) list.Push(std::move(row));
  Json out = Json::MakeObject();
  out.Set("reports", std::move(list));
  return out;
}

absl::StatusOr<report::Compiled> ReportLibrary::Compile(
    std::string_view name, const report::RunOptions& options) const {
  return CompileNamed(name, options, 0);
}

absl::StatusOr<report::Compiled> ReportLibrary::CompileDefinition(
    const Json& definition, const report::RunOptions& options) const {
  return CompileAt(definition, options, 0);
}

absl::StatusOr<report::Compiled> ReportLibrary::CompileNamed(
    std::string_view name, const report::RunOptions& options, int depth) const {
  if (IsBuiltIn(name)) return report::CompileBuiltIn(name, options);
  FOOTFALL_ASSIGN_OR_RETURN(const Json definition, Load(name));
  return CompileAt(definition, options, depth);
}

absl::StatusOr<report::Compiled> ReportLibrary::CompileAt(
    const Json& definition, const report::RunOptions& options, int depth) const {
  if (!report::IsView(definition)) return report::CompileDefinition(definition, options);
  FOOTFALL_ASSIGN_OR_RETURN(const report::View view,
                            report::ParseView(definition, options.segments));
  if (depth == report::kViewDepthMax) {
    return InvalidAt("$.base", Cat("views rest on each other more than ",
                                   report::kViewDepthMax, " times"));
  }
  absl::StatusOr<report::Compiled> compiled =
      CompileNamed(view.base, report::OptionsOfBase(view, options), depth + 1);
  if (absl::IsNotFound(compiled.status()) && !base::PathOf(compiled.status())) {
    return base::WithPathPrefix("$.base", compiled.status());
  }
  FOOTFALL_RETURN_IF_ERROR(compiled.status());
  FOOTFALL_RETURN_IF_ERROR(report::ApplyView(view, options, &*compiled));
  return compiled;
}

}  // namespace footfall::runtime
