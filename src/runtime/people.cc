#include "runtime/people.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "capture/filter.h"
#include "query/operators/segment_members.h"
#include "query/people_columns.h"
#include "report/group_size.h"
#include "report/segments.h"
#include "runtime/person_history.h"
#include "runtime/person_json.h"

namespace footfall::runtime {
namespace {

constexpr size_t kSessionsShown = 20;
constexpr size_t kPieceBytes = size_t{64} << 10;
constexpr size_t kAttributesMax = 100;

using SnapshotPtr = std::shared_ptr<const store::Snapshot>;

base::Json ToJsonList(const std::vector<std::string>& texts) {
  base::Json list = base::Json::MakeArray();
  for (const std::string& text : texts) list.Push(text);
  return list;
}

// Documents of integrations about what they have pushed.
base::Json ToDocuments(const std::vector<std::string>& texts) {
  base::Json list = base::Json::MakeArray();
  for (const std::string& text : texts) {
    absl::StatusOr<base::Json> document = base::Json::Parse(text);
    list.Push(document.ok() ? *std::move(document) : base::Json(text));
  }
  return list;
}

absl::StatusOr<base::Json> PushedOf(Instance& instance, const model::Person& person) {
  if (!person.identified) return base::Json::MakeArray();
  FOOTFALL_ASSIGN_OR_RETURN(const std::string prefix,
                            instance.store().PersonDocumentPrefix(person.id));
  FOOTFALL_ASSIGN_OR_RETURN(const auto documents,
                            instance.store().ListDocuments("pushed", {.prefix = prefix}));
  std::vector<std::string> texts;
  for (const auto& [name, text] : documents) texts.push_back(text);
  return ToDocuments(texts);
}

// The columns of the report `users` as fields below "person.", with their types.
struct UsersColumn {
  const char* field;
  query::ColumnType type;
};
constexpr UsersColumn kUsersColumns[] = {
    {"id", query::ColumnType::kString},
    {"identified", query::ColumnType::kBool},
    {"account", query::ColumnType::kString},
    {"first_seen", query::ColumnType::kTimestamp},
    {"last_seen", query::ColumnType::kTimestamp},
    {"sessions", query::ColumnType::kInt64},
    {"total_duration_ms", query::ColumnType::kInt64},
    {"avg_duration_ms", query::ColumnType::kInt64},
    {"avg_between_sessions_ms", query::ColumnType::kInt64},
    {"events", query::ColumnType::kInt64},
    {"country", query::ColumnType::kString},
    {"region", query::ColumnType::kString},
    {"city", query::ColumnType::kString},
    {"browser", query::ColumnType::kString},
    {"browser_version", query::ColumnType::kString},
    {"os", query::ColumnType::kString}};

// Keeps the people whose ids come first.
class FirstPeople {
 public:
  FirstPeople(std::string_view after, uint64_t limit) : after_(after), limit_(limit) {}

  // Whether the person would be kept.
  bool Wants(const std::string& name) const {
    return name > after_ && (kept_.size() < limit_ || name < kept_.front().first);
  }
  void Add(std::string name, const model::Person& person) {
    kept_.emplace_back(std::move(name), person);
    std::push_heap(kept_.begin(), kept_.end(), IsBefore);
    if (kept_.size() <= limit_) return;
    std::pop_heap(kept_.begin(), kept_.end(), IsBefore);
    kept_.pop_back();
  }
  const std::vector<std::pair<std::string, model::Person>>& Sorted() {
    std::sort(kept_.begin(), kept_.end(), IsBefore);
    return kept_;
  }

 private:
  static bool IsBefore(const std::pair<std::string, model::Person>& a,
                       const std::pair<std::string, model::Person>& b) {
    return a.first < b.first;
  }

  const std::string after_;
  const uint64_t limit_;
  std::vector<std::pair<std::string, model::Person>> kept_;
};

// Decides who is in a list.
class Chooser {
 public:
  static absl::StatusOr<Chooser> Make(Instance& instance, const store::Snapshot& snapshot,
                                      const PeopleListOptions& options) {
    Chooser chooser(snapshot.settings().account_property, options.now_ms);
    if (options.where.is_null()) return chooser;
    FOOTFALL_ASSIGN_OR_RETURN(
        chooser.rule_,
        report::ParseSegmentRule(options.where, "$.where", instance.segments().Lookup()));
    if (!chooser.rule_->HasDid()) return chooser;
    FOOTFALL_ASSIGN_OR_RETURN(
        chooser.members_,
        query::SegmentMembers(snapshot, *chooser.rule_,
                              {.now_ms = options.now_ms, .cancel = options.cancel}));
    return chooser;
  }

  bool Has(const model::Person& person) const {
    if (!rule_.has_value()) return true;
    if (members_.has_value()) {
      return std::binary_search(members_->begin(), members_->end(), person.code);
    }
    const std::string account = model::AccountOf(person, account_property_);
    model::FieldSource source;
    source.person = &person;
    source.account = account;
    source.now_ms = now_ms_;
    return rule_->Matches(source);
  }

 private:
  Chooser(std::string account_property, int64_t now_ms)
      : account_property_(std::move(account_property)), now_ms_(now_ms) {}

  std::string account_property_;
  int64_t now_ms_;
  std::optional<model::Rule> rule_;
  // Codes, rising, where the rule asks for what people did.
  std::optional<std::vector<uint64_t>> members_;
};

query::Table ToTable(const std::vector<std::pair<std::string, model::Person>>& people,
                     const std::vector<std::string>& attributes,
                     std::string_view account_property) {
  std::vector<std::string> names;
  for (const UsersColumn& column : kUsersColumns) names.emplace_back(column.field);
  names.insert(names.end(), attributes.begin(), attributes.end());
  query::PeopleColumns columns(names);
  for (const auto& [name, person] : people) {
    columns.Add(person, model::AccountOf(person, account_property));
  }
  query::Table table;
  columns.MoveTo(table);
  // A column without values has its type all the same.
  for (size_t i = 0; i < std::size(kUsersColumns); ++i) {
    table.columns[i].type = kUsersColumns[i].type;
  }
  table.columns[0].name = "person";
  return table;
}

// Writes what is appended in pieces.
class PieceWriter {
 public:
  explicit PieceWriter(absl::FunctionRef<absl::Status(std::string_view)> write)
      : write_(write) {}

  std::string& text() { return text_; }
  absl::Status WriteIfFull() {
    return text_.size() < kPieceBytes ? absl::OkStatus() : Flush();
  }
  absl::Status Flush() {
    if (text_.empty()) return absl::OkStatus();
    const absl::Status status = write_(text_);
    text_.clear();
    return status;
  }

 private:
  absl::FunctionRef<absl::Status(std::string_view)> write_;
  std::string text_;
};

// Writes the events of a person as elements of a JSON array.
absl::Status WriteEvents(const store::Snapshot& snapshot, uint64_t person,
                         const base::Cancel* cancel, PieceWriter& out) {
  bool first = true;
  store::ScanOptions options;
  options.cancel = cancel;
  return snapshot.Scan(options, nullptr,
                       [&](const store::StoredEvent& stored) -> absl::Status {
                         if (stored.person != person) return absl::OkStatus();
                         out.text() += first ? "\n" : ",\n";
                         first = false;
                         capture::AppendEventJson(out.text(), stored.event);
                         out.text().pop_back();  // The newline.
                         return out.WriteIfFull();
                       });
}

}  // namespace

absl::StatusOr<base::Json> ShowPerson(Instance& instance, std::string_view id,
                                      int64_t now_ms) {
  FOOTFALL_ASSIGN_OR_RETURN(const SnapshotPtr snapshot, instance.store().TakeSnapshot());
  FOOTFALL_RETURN_IF_ERROR(report::RefusePeople(snapshot->settings(), "single people"));
  FOOTFALL_ASSIGN_OR_RETURN(const model::Person person, snapshot->FindPerson(id));
  FOOTFALL_ASSIGN_OR_RETURN(PersonHistory history,
                            ReadHistory(*snapshot, person, kSessionsShown));
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<std::string> segments,
                            instance.segments().Of(person.DisplayId(), now_ms));
  base::Json out = PersonToJson(person, snapshot->settings().account_property);
  out.Set("recent_sessions", std::move(history.sessions));
  out.Set("content", std::move(history.content));
  out.Set("segments", ToJsonList(segments));
  return out;
}

absl::StatusOr<PeopleListOptions> ParsePeopleListOptions(std::string_view text) {
  PeopleListOptions options;
  FOOTFALL_ASSIGN_OR_RETURN(const base::Json json, base::Json::Parse(text));
  if (!json.is_object()) return base::InvalidAt("$", "must be an object");
  FOOTFALL_RETURN_IF_ERROR(
      base::CheckKeys(json, "$", {"where", "attributes", "after", "limit"}));
  if (const base::Json* where = json.Find("where"); where != nullptr) {
    options.where = *where;
  }
  if (const base::Json* after = json.Find("after"); after != nullptr) {
    if (!after->is_string()) return base::InvalidAt("$.after", "must be a string");
    options.after = after->as_string();
  }
  if (const base::Json* limit = json.Find("limit"); limit != nullptr) {
    const bool fits = limit->is_int() && limit->as_int() >= 1 &&
                      limit->as_int() <= static_cast<int64_t>(kPeopleListMax);
    if (!fits) {
      return base::InvalidAt(
          "$.limit", base::Cat("must be a whole number from 1 to ", kPeopleListMax));
    }
    options.limit = static_cast<uint64_t>(limit->as_int());
  }
  if (const base::Json* list = json.Find("attributes"); list != nullptr) {
    const bool good = list->is_array() && list->as_array().size() <= kAttributesMax &&
                      std::all_of(list->as_array().begin(), list->as_array().end(),
                                  [](const base::Json& name) {
                                    return name.is_string() && !name.as_string().empty();
                                  });
    if (!good) {
      return base::InvalidAt("$.attributes",
                             base::Cat("must be a list of at most ", kAttributesMax,
                                       " names of attributes"));
    }
    for (const base::Json& name : list->as_array()) {
      options.attributes.push_back(name.as_string());
    }
  }
  return options;
}

absl::StatusOr<report::Result> ListPeople(Instance& instance,
                                          const PeopleListOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const SnapshotPtr snapshot, instance.store().TakeSnapshot());
  FOOTFALL_RETURN_IF_ERROR(
      report::RefusePeople(snapshot->settings(), "a list of people"));
  FOOTFALL_ASSIGN_OR_RETURN(const Chooser chooser,
                            Chooser::Make(instance, *snapshot, options));
  FirstPeople first(options.after, options.limit);
  FOOTFALL_RETURN_IF_ERROR(snapshot->VisitPeople([&](const model::Person& person) {
    std::string name = person.DisplayId();
    if (first.Wants(name) && chooser.Has(person)) first.Add(std::move(name), person);
    return base::Cancel::Check(options.cancel);
  }));
  report::Result result;
  result.report = "people";
  result.kind = "table";
  result.now_ms = options.now_ms;
  result.rows =
      ToTable(first.Sorted(), options.attributes, snapshot->settings().account_property);
  return result;
}

absl::Status ExportPerson(Instance& instance, std::string_view id, int64_t now_ms,
                          const base::Cancel* cancel,
                          absl::FunctionRef<absl::Status(std::string_view)> write) {
  FOOTFALL_ASSIGN_OR_RETURN(const SnapshotPtr snapshot, instance.store().TakeSnapshot());
  FOOTFALL_RETURN_IF_ERROR(report::RefusePeople(snapshot->settings(), "single people"));
  FOOTFALL_ASSIGN_OR_RETURN(const model::Person person, snapshot->FindPerson(id));
  FOOTFALL_ASSIGN_OR_RETURN(PersonHistory history,
                            ReadHistory(*snapshot, person, SIZE_MAX));
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<std::string> segments,
                            instance.segments().Of(person.DisplayId(), now_ms));
  FOOTFALL_ASSIGN_OR_RETURN(base::Json pushed, PushedOf(instance, person));
  base::Json head = base::Json::MakeObject();
  head.Set("version", 1);
  head.Set("exported_at", base::FormatTime(now_ms));
  head.Set("person", PersonToJson(person, snapshot->settings().account_property));
  head.Set("segments", ToJsonList(segments));
  head.Set("sessions", std::move(history.sessions));
  head.Set("content", std::move(history.content));
  head.Set("pushed", std::move(pushed));
  PieceWriter out(write);
  out.text() = head.Dump();
  out.text().pop_back();  // The brace, which follows the events.
  out.text() += ",\"events\":[";
  FOOTFALL_RETURN_IF_ERROR(WriteEvents(*snapshot, person.code, cancel, out));
  out.text() += "]}\n";
  return out.Flush();
}

absl::StatusOr<base::Json> ForgetPerson(Instance& instance, std::string_view id,
                                        int64_t now_ms) {
  store::Forgotten forgotten;
  FOOTFALL_RETURN_IF_ERROR(instance.store().ForgetPerson(id, &forgotten).status());
  const model::Person& person = forgotten.person;
  std::vector<std::string> attributes;
  for (const auto& [key, value] : person.attributes) attributes.push_back(key);
  for (const model::ImportedAttribute& attribute : person.imported) {
    attributes.push_back(base::Cat(attribute.integration, "/", attribute.name));
  }
  base::Json out = base::Json::MakeObject();
  out.Set("person", person.DisplayId());
  out.Set("forgotten_at", base::FormatTime(now_ms));
  out.Set("events", forgotten.events);
  out.Set("sessions", person.sessions);
  out.Set("attributes", ToJsonList(attributes));
  out.Set("anonymous_ids", ToJsonList(person.anonymous_ids));
  out.Set("external", ToDocuments(forgotten.pushed));
  return out;
}

}  // namespace footfall::runtime
