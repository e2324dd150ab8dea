#include "runtime/person_history.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/time.h"
#include "model/field.h"
#include "query/block_view.h"
#include "query/needs.h"
#include "query/operators/content_rows.h"
#include "query/plan.h"
#include "runtime/person_json.h"

namespace footfall::runtime {
namespace {

using query::BlockView;

// What a piece of content was to the person.
struct Content {
  std::string kind;
  std::string name;
  std::string last;
  uint64_t events = 0;
  int64_t first_ms = 0;
  int64_t last_ms = 0;
  std::optional<int64_t> completed_ms;
  base::Json score;
};

base::Json ToJson(const model::Value& value) {
  switch (value.kind) {
    case model::Value::Kind::kBool:
      return value.boolean;
    case model::Value::Kind::kInt:
      return value.integer;
    case model::Value::Kind::kDouble:
      return value.number;
    case model::Value::Kind::kString:
    case model::Value::Kind::kJson:
      return value.text;
    case model::Value::Kind::kMissing:
      break;
  }
  return base::Json();
}

// Ids may be numbers.
std::string TextOf(const model::Value& value) {
  if (value.is_missing()) return {};
  return value.is_string() ? std::string(value.text) : ToJson(value).Dump();
}

class HistoryReader {
 public:
  explicit HistoryReader(const store::Snapshot& snapshot) : snapshot_(snapshot) {
    needs_.AddSessions();
    needs_.AddSessionIds();
    const auto add = [this](const char* field) {
      return needs_.AddField(model::Field::Parse(field).value());
    };
    type_ = add("event.type");
    name_ = add("event.name");
    content_id_ = add("properties.content_id");
    content_name_ = add("properties.content_name");
    score_ = add("properties.score");
  }

  absl::Status Read(uint64_t code) {
    store::BlockRequest request;
    request.columns = needs_.rep().columns;
    request.first_person = code;
    request.end_person = code + 1;
    FOOTFALL_ASSIGN_OR_RETURN(const std::unique_ptr<store::BlockScan> scan,
                              snapshot_.ScanBlocks(request));
    const query::Plan plan;
    BlockView view(needs_, plan, snapshot_, /*now_ms=*/0);
    const std::unique_ptr<store::Block> block = scan->NewBlock();
    store::BlockStats stats;
    for (size_t part = 0; part < scan->parts(); ++part) {
      FOOTFALL_RETURN_IF_ERROR(scan->Read(part, block.get(), &stats));
      view.Reset(block.get());
      for (size_t i = 0; i < view.people(); ++i) {
        if (view.codes()[i] != code) continue;
        FOOTFALL_RETURN_IF_ERROR(ReadSessions(view, i));
        FOOTFALL_RETURN_IF_ERROR(ReadContent(view, i));
      }
    }
    return absl::OkStatus();
  }

  PersonHistory ToHistory(size_t sessions_max) {
    std::sort(sessions_.begin(), sessions_.end(),
              [](const auto& a, const auto& b) { return a.first > b.first; });
    PersonHistory history{base::Json::MakeArray(), base::Json::MakeArray()};
    for (size_t i = 0; i < std::min(sessions_.size(), sessions_max); ++i) {
      history.sessions.Push(std::move(sessions_[i].second));
    }
    for (const auto& [id, content] : content_) {
      base::Json row = base::Json::MakeObject();
      row.Set("content_id", TextOrNull(id));
      row.Set("content_name", TextOrNull(content.name));
      row.Set("kind", content.kind);
      row.Set("events", content.events);
      row.Set("first_time", base::FormatTime(content.first_ms));
      row.Set("last_time", base::FormatTime(content.last_ms));
      row.Set("last", content.last);
      row.Set("completed_at", content.completed_ms.has_value()
                                  ? base::Json(base::FormatTime(*content.completed_ms))
                                  : base::Json());
      row.Set("score", content.score);
      history.content.Push(std::move(row));
    }
    return history;
  }

 private:
  absl::Status ReadSessions(BlockView& view, size_t person) {
    FOOTFALL_ASSIGN_OR_RETURN(const query::BlockSessions* sessions, view.SessionSpans());
    for (size_t i = 0; i < sessions->spans.size(); ++i) {
      const query::BlockSessions::Span& span = sessions->spans[i];
      if (span.person != person) continue;
      FOOTFALL_ASSIGN_OR_RETURN(const std::string_view id, view.SessionId(i));
      base::Json row = base::Json::MakeObject();
      row.Set("session", id);
      row.Set("start", base::FormatTime(span.start_ms));
      row.Set("end", base::FormatTime(span.end_ms));
      row.Set("duration_ms", span.end_ms - span.start_ms);
      row.Set("events", uint64_t{span.events});
      sessions_.emplace_back(std::make_pair(span.start_ms, i), std::move(row));
    }
    return absl::OkStatus();
  }

  absl::Status ReadContent(BlockView& view, size_t person) {
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.Times());
    FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* types, view.Column(type_));
    FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* names, view.Column(name_));
    FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* ids, view.Column(content_id_));
    FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* titles,
                              view.Column(content_name_));
    FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* scores, view.Column(score_));
    for (uint32_t row = view.begins()[person]; row < view.begins()[person + 1]; ++row) {
      if (BlockView::ValueAt(*types, row).text != "content") continue;
      const std::string name = TextOf(BlockView::ValueAt(*names, row));
      const query::ContentAction split = query::SplitContentName(name);
      const std::string id = TextOf(BlockView::ValueAt(*ids, row));
      Content& content = content_[id];
      if (content.events++ == 0) content.first_ms = times[row];
      content.last_ms = times[row];
      content.last = name;
      content.kind = std::string(split.kind);
      if (std::string title = TextOf(BlockView::ValueAt(*titles, row)); !title.empty()) {
        content.name = std::move(title);
      }
      if (base::Json score = ToJson(BlockView::ValueAt(*scores, row)); !score.is_null()) {
        content.score = std::move(score);
      }
      const bool completes = split.action == "completed" || split.action == "submitted";
      if (completes && !content.completed_ms.has_value()) {
        content.completed_ms = times[row];
      }
    }
    return absl::OkStatus();
  }

  const store::Snapshot& snapshot_;
  query::Needs needs_;
  query::FieldRef type_ = 0;
  query::FieldRef name_ = 0;
  query::FieldRef content_id_ = 0;
  query::FieldRef content_name_ = 0;
  query::FieldRef score_ = 0;
  // By start and place, so that the newest can come first.
  std::vector<std::pair<std::pair<int64_t, size_t>, base::Json>> sessions_;
  std::map<std::string, Content> content_;
};

}  // namespace

absl::StatusOr<PersonHistory> ReadHistory(const store::Snapshot& snapshot,
                                          const model::Person& person,
                                          size_t sessions_max) {
  HistoryReader reader(snapshot);
  // Who was only imported has no events.
  if (person.events > 0) FOOTFALL_RETURN_IF_ERROR(reader.Read(person.code));
  return reader.ToHistory(sessions_max);
}

}  // namespace footfall::runtime
