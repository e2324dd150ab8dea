#include "runtime/subscription.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "net/mail.h"

namespace footfall::runtime {
namespace {

using base::InvalidAt;
using base::Json;

constexpr size_t kSubjectMax = 200;
constexpr size_t kTextMax = 256 * 1024;

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= Subscription::kNameMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
         });
}

absl::Status ReadName(const Json& json, std::string_view key, std::string* out) {
  const Json* value = json.Find(key);
  if (value == nullptr || !value->is_string() || !IsName(value->as_string())) {
    return InvalidAt(base::Cat("$.", key),
                     "must be 1 to 128 letters, digits, '-', '_' and '.'");
  }
  *out = value->as_string();
  return absl::OkStatus();
}

absl::Status ReadRecipients(const Json& json, Subscription* out) {
  const Json* list = json.Find("recipients");
  if (list == nullptr || !list->is_array() || list->as_array().empty() ||
      list->as_array().size() > Subscription::kRecipientsMax) {
    return InvalidAt("$.recipients", "must be an array of 1 to 500 mail addresses");
  }
  std::set<std::string> seen;
  for (size_t i = 0; i < list->as_array().size(); ++i) {
    const Json& address = list->as_array()[i];
    const std::string path = base::Cat("$.recipients[", i, "]");
    if (!address.is_string()) return InvalidAt(path, "must be a string");
    if (absl::Status status = net::CheckMailAddress(address.as_string()); !status.ok()) {
      return base::WithPathPrefix(path, status);
    }
    if (!seen.insert(base::FoldCase(address.as_string())).second) {
      return InvalidAt(path, "is there twice");
    }
    out->recipients.push_back(address.as_string());
  }
  return absl::OkStatus();
}

absl::Status ReadFormats(const Json& json, Subscription* out) {
  const Json* list = json.Find("formats");
  if (list == nullptr) return absl::OkStatus();
  if (!list->is_array() || list->as_array().empty()) {
    return InvalidAt("$.formats", "must be an array of \"html\" and \"csv\"");
  }
  out->html = out->csv = false;
  for (size_t i = 0; i < list->as_array().size(); ++i) {
    const Json& format = list->as_array()[i];
    bool* const chosen = format == Json("html")  ? &out->html
                         : format == Json("csv") ? &out->csv
                                                 : nullptr;
    if (chosen == nullptr || *chosen) {
      return InvalidAt(
          base::Cat("$.formats[", i, "]"),
          chosen == nullptr ? "must be \"html\" or \"csv\"" : "is there twice");
    }
    *chosen = true;
  }
  return absl::OkStatus();
}

absl::Status ReadSubject(const Json& json, Subscription* out) {
  const Json* subject = json.Find("subject");
  if (subject == nullptr) return absl::OkStatus();
  if (!subject->is_string() || subject->as_string().empty() ||
      subject->as_string().size() > kSubjectMax) {
    return InvalidAt("$.subject", "must be a string of 1 to 200 bytes");
  }
  if (absl::Status status = net::CheckHeaderText("it", subject->as_string());
      !status.ok()) {
    return base::WithPathPrefix("$.subject", status);
  }
  out->subject = subject->as_string();
  return absl::OkStatus();
}

absl::Status ReadSchedule(const Json& json, Subscription* out) {
  const Json* schedule = json.Find("schedule");
  if (schedule == nullptr) return InvalidAt("$.schedule", "is required");
  absl::StatusOr<Schedule> parsed = Schedule::FromJson(*schedule);
  if (!parsed.ok()) return base::WithPathPrefix("$.schedule", parsed.status());
  out->schedule = *std::move(parsed);
  return absl::OkStatus();
}

// The report with its range and filters is a view that has no name of its own.
Json ViewOf(const Json& json, const Subscription& subscription) {
  Json view = Json::MakeObject();
  view.Set("version", 1);
  view.Set("name", subscription.name);
  view.Set("base", subscription.report);
  for (const char* key : {"parameters", "range", "timezone", "where", "segment"}) {
    if (const Json* value = json.Find(key)) view.Set(key, *value);
  }
  return view;
}

}  // namespace

absl::StatusOr<Subscription> Subscription::Parse(std::string_view text) {
  if (text.size() > kTextMax) {
    return absl::InvalidArgumentError("a subscription has at most 256 KiB");
  }
  FOOTFALL_ASSIGN_OR_RETURN(Json json, Json::Parse(text));
  if (!json.is_object()) return InvalidAt("$", "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(
      json, "$",
      {"version", "name", "report", "parameters", "range", "timezone", "where", "segment",
       "schedule", "recipients", "formats", "subject", "paused"}));
  const Json* version = json.Find("version");
  if (version == nullptr || *version != Json(1))
    return InvalidAt("$.version", "must be 1");
  Subscription out;
  FOOTFALL_RETURN_IF_ERROR(ReadName(json, "name", &out.name));
  FOOTFALL_RETURN_IF_ERROR(ReadName(json, "report", &out.report));
  FOOTFALL_RETURN_IF_ERROR(ReadSchedule(json, &out));
  FOOTFALL_RETURN_IF_ERROR(ReadRecipients(json, &out));
  FOOTFALL_RETURN_IF_ERROR(ReadFormats(json, &out));
  FOOTFALL_RETURN_IF_ERROR(ReadSubject(json, &out));
  if (const Json* paused = json.Find("paused"); paused != nullptr) {
    if (!paused->is_bool()) return InvalidAt("$.paused", "must be true or false");
    out.paused = paused->as_bool();
  }
  out.view = ViewOf(json, out);
  std::erase_if(json.as_object(), [](const auto& m) { return m.first == "paused"; });
  out.json = std::move(json);
  return out;
}

}  // namespace footfall::runtime
