#include "runtime/segments.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "query/context.h"
#include "query/operators/segment_members.h"
#include "report/definition_parts.h"
#include "report/group_size.h"
#include "report/segments.h"

namespace footfall::runtime {
namespace {

using base::Cat;
using base::InvalidAt;
using base::Json;
using model::RuleNode;

constexpr std::string_view kSegmentKind = "segment";
// Documents whose rules may name segments.
constexpr std::string_view kNamingKinds[] = {kSegmentKind, "report"};
constexpr size_t kNamersMax = 10;  // In an error.

absl::Status NoSuchSegment(std::string_view name) {
  return base::MakeError(absl::StatusCode::kNotFound,
                         Cat("there is no segment '", name.substr(0, 128), "'"));
}

// The conditions on behaviour of a rule, in order, as nodes and as JSON.
void CollectDids(const RuleNode& node, std::vector<const RuleNode*>* out) {
  if (node.kind == RuleNode::Kind::kDid) {
    out->push_back(&node);
    return;
  }
  for (const RuleNode& child : node.children) CollectDids(child, out);
}
void CollectDids(const Json& rule, std::vector<const Json*>* out) {
  if (const Json* did = rule.Find("did")) {
    out->push_back(did);
    return;
  }
  if (const Json* inner = rule.Find("not")) CollectDids(*inner, out);
  for (const char* key : {"all", "any"}) {
    const Json* list = rule.Find(key);
    if (list == nullptr) continue;
    for (const Json& child : list->as_array()) CollectDids(child, out);
  }
}

bool NeedsSessions(const model::Field& field) {
  switch (field.kind()) {
    case model::FieldKind::kPersonSessions:
    case model::FieldKind::kPersonTotalDuration:
    case model::FieldKind::kPersonAvgDuration:
    case model::FieldKind::kPersonAvgBetween:
      return true;
    default:
      return false;
  }
}

// An attribute of that name, or the one that accounts come from, may be imported.
bool NeedsImported(const model::Field& field) {
  return field.kind() == model::FieldKind::kPersonAttribute ||
         field.kind() == model::FieldKind::kAccount;
}

absl::StatusOr<base::Json> ParseSegment(std::string_view json) {
  FOOTFALL_ASSIGN_OR_RETURN(Json segment, Json::Parse(json));
  if (!segment.is_object()) return InvalidAt("$", "must be an object");
  FOOTFALL_RETURN_IF_ERROR(
      base::CheckKeys(segment, "$", {"version", "name", "title", "where"}));
  const Json* version = segment.Find("version");
  if (version == nullptr) return InvalidAt("$.version", "is required");
  if (!version->is_int() || version->as_int() != 1) {
    return InvalidAt("$.version", "must be 1");
  }
  FOOTFALL_RETURN_IF_ERROR(report::ParseDocumentName(segment).status());
  if (const Json* title = segment.Find("title");
      title != nullptr && !title->is_string()) {
    return InvalidAt("$.title", "must be a string");
  }
  if (segment.Find("where") == nullptr) return InvalidAt("$.where", "is required");
  return segment;
}

// The least `most` of the texts that are greater than `after`, sorted.
class FirstTexts {
 public:
  FirstTexts(const std::optional<std::string>& after, uint64_t most)
      : after_(after), most_(most) {}

  void Add(std::string_view text) {
    if (after_.has_value() && text <= *after_) return;
    ++seen_;
    if (most_ == 0 || (heap_.size() == most_ && text >= heap_.front())) return;
    if (heap_.size() == most_) {
      std::pop_heap(heap_.begin(), heap_.end());
      heap_.pop_back();
    }
    heap_.emplace_back(text);
    std::push_heap(heap_.begin(), heap_.end());
  }
  bool more() const { return seen_ > heap_.size(); }
  std::vector<std::string> Take() {
    std::sort_heap(heap_.begin(), heap_.end());
    return std::move(heap_);
  }

 private:
  const std::optional<std::string>& after_;
  const uint64_t most_;
  uint64_t seen_ = 0;
  std::vector<std::string> heap_;
};

}  // namespace

// A segment as tests need it.
struct Segments::Compiled {
  struct Did {
    const RuleNode* node = nullptr;
    std::shared_ptr<DidMemory::Matches> matches;  // Null where none are remembered.
  };
  model::Rule rule;
  store::PersonParts parts;
  bool account = false;
  std::vector<Did> dids;
};

absl::StatusOr<SegmentRunOptions> ParseSegmentRunOptions(const Json& json) {
  SegmentRunOptions options;
  if (!json.is_object()) return InvalidAt("$", "must be an object");
  FOOTFALL_RETURN_IF_ERROR(base::CheckKeys(json, "$", {"after", "limit", "threads"}));
  if (const Json* after = json.Find("after")) {
    if (!after->is_string()) return InvalidAt("$.after", "must be a string");
    options.after = after->as_string();
  }
  if (json.Find("limit") != nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(options.limit,
                              report::ParseWhole(json, "limit", 0, INT64_MAX, 0));
  }
  FOOTFALL_ASSIGN_OR_RETURN(options.threads,
                            report::ParseWhole(json, "threads", 0, 256, 0));
  return options;
}

Segments::Segments(store::EventStore& store, bool read_only)
    : store_(store), read_only_(read_only), memory_(std::make_shared<DidMemory>()) {
  store_.Observe(memory_);
}

absl::StatusOr<Json> Segments::Show(std::string_view name) const {
  absl::StatusOr<std::string> text = store_.GetDocument(kSegmentKind, name);
  if (absl::IsNotFound(text.status()) || absl::IsInvalidArgument(text.status())) {
    return NoSuchSegment(name);
  }
  FOOTFALL_RETURN_IF_ERROR(text.status());
  return Json::Parse(*text);
}

absl::StatusOr<Json> Segments::List() const {
  FOOTFALL_ASSIGN_OR_RETURN(const auto saved, store_.ListDocuments(kSegmentKind));
  Json list = Json::MakeArray();
  for (const auto& [name, text] : saved) {
    FOOTFALL_ASSIGN_OR_RETURN(Json segment, Json::Parse(text));
    list.Push(std::move(segment));
  }
  Json out = Json::MakeObject();
  out.Set("segments", std::move(list));
  return out;
}

absl::StatusOr<Json> Segments::FindRule(std::string_view name) const {
  FOOTFALL_ASSIGN_OR_RETURN(const Json segment, Show(name));
  const Json* where = segment.Find("where");
  return where == nullptr ? Json() : *where;
}

report::SegmentLookup Segments::Lookup() const {
  return [this](std::string_view name) { return FindRule(name); };
}

absl::Status Segments::Save(std::string_view json) {
  FOOTFALL_ASSIGN_OR_RETURN(const Json segment, ParseSegment(json));
  const std::string& name = segment.Find("name")->as_string();
  const Json& where = *segment.Find("where");
  const std::lock_guard alone(change_mutex_);
  // As it will be, so that a circle through the segment itself is found.
  const auto lookup = [&](std::string_view other) -> absl::StatusOr<Json> {
    if (other == name) return where;
    return FindRule(other);
  };
  FOOTFALL_RETURN_IF_ERROR(report::ParseSegmentRule(where, "$.where", lookup).status());
  FOOTFALL_RETURN_IF_ERROR(store_.PutDocument(kSegmentKind, name, segment.Dump()));
  ForgetCompiled();
  return absl::OkStatus();
}

absl::Status Segments::Delete(std::string_view name) {
  const std::lock_guard alone(change_mutex_);
  FOOTFALL_RETURN_IF_ERROR(Show(name).status());
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<std::string> namers, NamedBy(name));
  if (!namers.empty()) {
    std::string list;
    for (size_t i = 0; i < std::min(namers.size(), kNamersMax); ++i) {
      list += Cat(i == 0 ? "" : ", ", namers[i]);
    }
    if (namers.size() > kNamersMax) list += " and others";
    return base::MakeError(absl::StatusCode::kFailedPrecondition,
                           Cat("the segment '", name, "' is named by ", list));
  }
  std::vector<store::DocumentChange> changes = {
      {std::string(kSegmentKind), std::string(name), std::nullopt}};
  FOOTFALL_RETURN_IF_ERROR(DeleteFeed(name, &changes));
  FOOTFALL_RETURN_IF_ERROR(store_.WriteDocuments(changes));
  ForgetCompiled();
  return absl::OkStatus();
}

// "segment 'x'", "report 'y'".
absl::StatusOr<std::vector<std::string>> Segments::NamedBy(std::string_view name) const {
  std::vector<std::string> namers;
  for (const std::string_view kind : kNamingKinds) {
    FOOTFALL_ASSIGN_OR_RETURN(const auto documents, store_.ListDocuments(kind));
    for (const auto& [other, text] : documents) {
      FOOTFALL_ASSIGN_OR_RETURN(const Json document, Json::Parse(text));
      bool named = false;
      report::VisitSegmentNames(document,
                                [&](std::string_view found) { named |= found == name; });
      if (named) namers.push_back(Cat(kind, " '", other, "'"));
    }
  }
  return namers;
}

absl::StatusOr<Json> Segments::People(std::string_view name,
                                      const SegmentRunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::shared_ptr<const store::Snapshot> snapshot,
                            store_.TakeSnapshot());
  if (options.limit > 0) {
    FOOTFALL_RETURN_IF_ERROR(
        report::RefusePeople(snapshot->settings(), "the people of a segment"));
  }
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<uint64_t> members,
                            Members(name, *snapshot, options));
  FirstTexts ids(options.after, options.limit);
  if (!members.empty()) {
    auto next = members.begin();
    FOOTFALL_RETURN_IF_ERROR(
        query::VisitNames(*snapshot, members.front(), members.back() + 1,
                          [&](uint64_t code, std::string_view id) {
                            while (next != members.end() && *next < code) ++next;
                            if (next != members.end() && *next == code) ids.Add(id);
                            return base::Cancel::Check(options.cancel);
                          }));
  }
  const bool more = ids.more();
  Json people = Json::MakeArray();
  for (std::string& id : ids.Take()) people.Push(std::move(id));
  const bool has_next = more && !people.as_array().empty();
  Json out = Json::MakeObject();
  out.Set("segment", name);
  out.Set("now", base::FormatTime(options.now_ms));
  const auto count = static_cast<int64_t>(members.size());
  const bool is_small = count > 0 && count < snapshot->settings().group_size_min;
  out.Set("count", is_small ? Json() : Json(count));
  out.Set("next", has_next ? people.as_array().back() : Json());
  out.Set("people", std::move(people));
  return out;
}

absl::StatusOr<std::vector<uint64_t>> Segments::Members(
    std::string_view name, const store::Snapshot& snapshot,
    const SegmentRunOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::shared_ptr<const Compiled> segment, Find(name));
  return query::SegmentMembers(
      snapshot, segment->rule,
      {.now_ms = options.now_ms, .cancel = options.cancel, .threads = options.threads});
}

absl::StatusOr<bool> Segments::Test(std::string_view name, std::string_view person_id,
                                    int64_t now_ms) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::shared_ptr<const Compiled> segment, Find(name));
  if (read_only_) return TestSlowly(*segment, person_id, now_ms);
  model::Person person;
  FOOTFALL_ASSIGN_OR_RETURN(const bool known,
                            store_.FindPerson(person_id, segment->parts, &person));
  if (!known) return false;
  const store::Settings settings = store_.settings();
  std::string account;
  if (segment->account) account = model::AccountOf(person, settings.account_property);

  absl::Status failed;
  bool uncertain = false;
  const auto answer = [&](const RuleNode& node) {
    for (const Compiled::Did& did : segment->dids) {
      if (did.node != &node || did.matches == nullptr || !failed.ok()) continue;
      const absl::StatusOr<std::optional<bool>> holds = memory_->Holds(
          store_, *did.matches, node, person.code, now_ms, settings.retention_days);
      failed = holds.status();
      if (holds.ok() && holds->has_value()) return **holds;
    }
    uncertain = true;
    return false;
  };
  const model::DidAnswer did = std::ref(answer);
  model::FieldSource source;
  source.person = &person;
  source.account = account;
  source.now_ms = now_ms;
  source.did = &did;
  const bool holds = segment->rule.Matches(source);
  FOOTFALL_RETURN_IF_ERROR(failed);
  return uncertain ? TestSlowly(*segment, person_id, now_ms) : holds;
}

// From the person's events.
absl::StatusOr<bool> Segments::TestSlowly(const Compiled& segment,
                                          std::string_view person_id, int64_t now_ms) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::shared_ptr<const store::Snapshot> snapshot,
                            store_.TakeSnapshot());
  const absl::StatusOr<model::Person> person = snapshot->FindPerson(person_id);
  if (absl::IsNotFound(person.status())) return false;
  FOOTFALL_RETURN_IF_ERROR(person.status());
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::vector<uint64_t> members,
      query::SegmentMembers(*snapshot, segment.rule, {.now_ms = now_ms},
                            {.first = person->code, .end = person->code + 1}));
  return !members.empty();
}

absl::StatusOr<std::vector<std::string>> Segments::Of(std::string_view person,
                                                      int64_t now_ms) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto saved, store_.ListDocuments(kSegmentKind));
  std::vector<std::string> names;
  for (const auto& [name, text] : saved) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool member, Test(name, person, now_ms));
    if (member) names.push_back(name);
  }
  return names;
}

absl::StatusOr<std::shared_ptr<const Segments::Compiled>> Segments::Find(
    std::string_view name) {
  // The writer in another process may have changed it.
  if (read_only_) return Compile(name);
  uint64_t saves = 0;
  {
    const std::shared_lock lock(compiled_mutex_);
    const auto known = compiled_.find(name);
    if (known != compiled_.end()) return known->second;
    saves = saves_;
  }
  FOOTFALL_ASSIGN_OR_RETURN(std::shared_ptr<const Compiled> compiled, Compile(name));
  const std::unique_lock lock(compiled_mutex_);
  if (saves == saves_) compiled_.insert_or_assign(std::string(name), compiled);
  return compiled;
}

absl::StatusOr<std::shared_ptr<const Segments::Compiled>> Segments::Compile(
    std::string_view name) const {
  FOOTFALL_ASSIGN_OR_RETURN(const Json where, FindRule(name));
  FOOTFALL_ASSIGN_OR_RETURN(model::Rule rule,
                            report::ParseSegmentRule(where, "$.where", Lookup()));
  auto compiled = std::make_shared<Compiled>();
  compiled->rule = std::move(rule);
  compiled->parts = {.sessions = false, .imported = false};
  compiled->rule.VisitFieldsOutsideDid([&](const model::Field& field) {
    compiled->parts.sessions |= NeedsSessions(field);
    compiled->parts.imported |= NeedsImported(field);
    compiled->account |= field.kind() == model::FieldKind::kAccount;
  });
  std::vector<const RuleNode*> nodes;
  std::vector<const Json*> texts;
  CollectDids(compiled->rule.root(), &nodes);
  CollectDids(compiled->rule.ToJson(), &texts);
  for (size_t i = 0; i < nodes.size(); ++i) {
    Compiled::Did did{.node = nodes[i]};
    FOOTFALL_ASSIGN_OR_RETURN(did.matches, memory_->Remember(*texts[i], *nodes[i]));
    compiled->dids.push_back(std::move(did));
  }
  return compiled;
}

void Segments::ForgetCompiled() {
  const std::unique_lock lock(compiled_mutex_);
  ++saves_;
  compiled_.clear();
}

}  // namespace footfall::runtime
