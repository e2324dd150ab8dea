// Tables of events, and of sessions.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "prove/prove_run.h"

namespace footfall::prove {
namespace {

using query::Column;
using query::ColumnType;
using query::Table;

__extension__ typedef __int128 Int128;

// An event, or a session by its first event.
struct Item {
  Scope scope;
  int64_t time_ms = 0;
  const Session* session = nullptr;  // Null when it does not belong to the range.
};

struct Group {
  std::vector<Json> key;  // Of sessions and people their printed id.
  std::vector<Item> items;
};

const Json* ListOf(const Json& definition, const char* key) {
  static const Json empty = Json::MakeArray();
  const Json* list = definition.Find(key);
  return list == nullptr ? &empty : list;
}

class TableAnswer {
 public:
  TableAnswer(const Run& run, std::vector<Item> items)
      : run_(run),
        rows_(ListOf(*run.definition, "rows")->as_array()),
        columns_(ListOf(*run.definition, "columns")->as_array()),
        items_(std::move(items)) {
    // By time, then person, then as the person's events come: they are in that order.
    std::stable_sort(items_.begin(), items_.end(),
                     [](const Item& a, const Item& b) { return a.time_ms < b.time_ms; });
  }

  absl::StatusOr<Table> Answer() {
    for (const Item& item : items_) Place(item);
    if (rows_.empty()) groups_.try_emplace({});
    const Json* fill = run_.definition->Find("fill");
    if (fill != nullptr && fill->as_bool()) Fill();
    Table table;
    for (size_t i = 0; i < rows_.size(); ++i) table.columns.push_back(KeyColumn(i));
    for (const Json& column : columns_) {
      FOOTFALL_ASSIGN_OR_RETURN(Column made, Aggregate(column));
      table.columns.push_back(std::move(made));
    }
    for (const Json& column : columns_) Divide(column, table);
    Order(table);
    return table;
  }

 private:
  static std::string BucketOfRow(const Json& row) {
    return row.is_object() && row.Find("time") != nullptr ? row.Find("time")->as_string()
                                                          : "";
  }

  // Finds the group of an item; one whose session is out of range has no row.
  void Place(const Item& item) {
    std::vector<Json> key;
    std::vector<std::string> texts;
    for (const Json& row : rows_) {
      Json value;
      std::string text;
      if (row == Json("session")) {
        if (item.session == nullptr) return;
        value = Json(item.session->id);
        // Sessions of different people are different ones, whatever their ids.
        text = base::Cat(item.scope.person->id, "|", item.session->has_host_id ? 1 : 0);
      } else if (row == Json("person")) {
        value = Json(item.scope.person->id);
      } else if (row == Json("account")) {
        value = Read("account", item.scope);
      } else if (!BucketOfRow(row).empty()) {
        value = Json(BucketOf(BucketOfRow(row), item.time_ms, run_.zone));
      } else {
        value = Read(row.Find("field")->as_string(), item.scope);
      }
      if (!TextOf(value).has_value()) value = Json();
      text += value.is_null() ? std::string(1, '-') : base::Cat("=", *TextOf(value));
      key.push_back(value);
      texts.push_back(text);
    }
    kinds_.resize(rows_.size());
    for (size_t i = 0; i < key.size(); ++i) kinds_[i].push_back(key[i]);
    Group& group = groups_.try_emplace(texts, Group{.key = key}).first->second;
    group.items.push_back(item);
  }

  // Walks through time in quarters of an hour, which no bucket is shorter than.
  void Fill() {
    size_t at = 0;
    while (BucketOfRow(rows_[at]).empty()) ++at;
    int64_t first = run_.from_ms == INT64_MIN ? INT64_MAX : run_.from_ms;
    int64_t last = run_.to_ms == INT64_MAX ? INT64_MIN : run_.to_ms - 1;
    std::map<std::vector<std::string>, std::vector<Json>> others;
    for (const auto& [texts, group] : groups_) {
      auto other = texts;
      other[at].clear();
      others.try_emplace(other, group.key);
      for (const Item& item : group.items) {
        first = std::min(first, item.time_ms);
        last = std::max(last, item.time_ms);
      }
    }
    if (rows_.size() == 1) others.try_emplace({""}, std::vector<Json>(1));
    if (first == INT64_MAX) first = last;
    if (last == INT64_MIN) last = first;
    if (first == INT64_MAX || first == INT64_MIN) return;
    std::set<int64_t> buckets;
    for (int64_t time_ms = first;; time_ms = std::min(last, time_ms + 900'000)) {
      buckets.insert(BucketOf(BucketOfRow(rows_[at]), time_ms, run_.zone));
      if (time_ms >= last) break;
    }
    for (const auto& [texts, key] : others) {
      for (const int64_t bucket : buckets) {
        auto filled = texts;
        filled[at] = base::Cat("=", bucket);
        Group group{.key = key};
        group.key[at] = Json(bucket);
        groups_.try_emplace(filled, group);
      }
    }
  }

  Column KeyColumn(size_t at) {
    const Json& row = rows_[at];
    if (row.is_string()) {
      Column column{.name = row.as_string(), .type = ColumnType::kString};
      for (const auto& [texts, group] : groups_) {
        const Json& value = group.key[at];
        column.cells.push_back(value.is_null() ? query::Cell()
                                               : query::Text(value.as_string()));
      }
      return column;
    }
    if (const std::string bucket = BucketOfRow(row); !bucket.empty()) {
      Column column{
          .name = bucket,
          .type = bucket == "hour" ? ColumnType::kTimestamp : ColumnType::kDate};
      for (const auto& [texts, group] : groups_) {
        column.cells.push_back(group.key[at].as_int());
      }
      return column;
    }
    const std::string field = row.Find("field")->as_string();
    Values values(field);
    if (IsTime(field)) values.SetTime();
    kinds_.resize(rows_.size());
    for (const Json& value : kinds_[at]) values.Meet(value);
    for (const auto& [texts, group] : groups_) values.Add(group.key[at]);
    return values.Take();
  }

  absl::StatusOr<Column> Aggregate(const Json& column) {
    const std::string name = column.Find("name")->as_string();
    const std::string agg = column.Find("agg")->as_string();
    const std::string of =
        column.Find("of") == nullptr ? "" : column.Find("of")->as_string();
    if (agg == "sum" || agg == "avg") return Sums(column, name, agg, of);
    Values values(name);
    if (agg == "first_time" || agg == "last_time" ||
        ((agg == "min" || agg == "max" || agg == "first" || agg == "last") &&
         IsTime(of))) {
      values.SetTime();
    }
    if (agg.starts_with("count")) values.Meet(Json(0));
    for (const auto& [texts, group] : groups_) {
      const std::vector<Item> items = Wanted(column, group);
      if (agg == "min" || agg == "max" || agg == "median" || agg == "percentile") {
        values.Add(OfNumbers(column, agg, of, items, values));
      } else {
        values.Add(OfItems(agg, of, items));
      }
    }
    if (agg == "ratio") return Column{.name = name, .type = ColumnType::kDouble};
    Column made = values.Take();
    // Without a single value the type is that of the numbers.
    const bool of_numbers =
        agg == "min" || agg == "max" || agg == "median" || agg == "percentile";
    if (of_numbers && made.type == ColumnType::kString) made.type = ColumnType::kInt64;
    return made;
  }

  std::vector<Item> Wanted(const Json& column, const Group& group) {
    std::vector<Item> wanted;
    for (const Item& item : group.items) {
      if (Holds(column.Find("where"), item.scope)) wanted.push_back(item);
    }
    return wanted;
  }

  static Json OfItems(const std::string& agg, const std::string& of,
                      const std::vector<Item>& items) {
    if (agg == "count") return Json(static_cast<int64_t>(items.size()));
    if (agg == "count_people" || agg == "count_sessions" || agg == "count_distinct") {
      std::set<const void*> met;
      std::set<std::string> texts;
      for (const Item& item : items) {
        if (agg == "count_people") met.insert(item.scope.person);
        if (agg == "count_sessions" && item.session != nullptr) met.insert(item.session);
        if (agg != "count_distinct") continue;
        if (const auto text = TextOf(Read(of, item.scope))) texts.insert(*text);
      }
      return Json(static_cast<int64_t>(met.size() + texts.size()));
    }
    if (agg == "first_time" || agg == "last_time") {
      if (items.empty()) return Json();
      return Json(agg == "first_time" ? items.front().time_ms : items.back().time_ms);
    }
    Json found;
    for (const Item& item : items) {
      const Json value = Read(of, item.scope);
      if (!TextOf(value).has_value()) continue;
      if (agg == "first") return value;
      found = value;
    }
    return found;
  }

  static Json OfNumbers(const Json& column, const std::string& agg, const std::string& of,
                        const std::vector<Item>& items, Values& values) {
    std::vector<Json> numbers;
    for (const Item& item : items) {
      const Json value = Read(of, item.scope);
      if (!value.is_number()) continue;
      numbers.push_back(value);
      values.Meet(value);
    }
    if (numbers.empty()) return Json();
    std::stable_sort(numbers.begin(), numbers.end(), [](const Json& a, const Json& b) {
      const auto wide = [](const Json& n) {
        return n.is_int() ? static_cast<long double>(n.as_int())
                          : static_cast<long double>(n.as_double());
      };
      return wide(a) < wide(b);
    });
    if (agg == "min") return numbers.front();
    if (agg == "max") return numbers.back();
    return Percentile(numbers, agg == "median" ? 50 : column.Find("p")->as_double());
  }

  absl::StatusOr<Column> Sums(const Json& column, const std::string& name,
                              const std::string& agg, const std::string& of) {
    struct Sum {
      Int128 integers = 0;
      long double doubles = 0;
      int64_t count = 0;
    };
    std::vector<Sum> sums;
    bool any_double = agg == "avg";
    for (const auto& [texts, group] : groups_) {
      Sum& sum = sums.emplace_back();
      for (const Item& item : Wanted(column, group)) {
        const Json value = Read(of, item.scope);
        if (!value.is_number()) continue;
        ++sum.count;
        if (value.is_int()) {
          sum.integers += value.as_int();
        } else {
          sum.doubles += value.as_double();
          any_double = true;
        }
      }
    }
    Column made{.name = name,
                .type = any_double ? ColumnType::kDouble : ColumnType::kInt64};
    for (const Sum& sum : sums) {
      const long double total = static_cast<long double>(sum.integers) + sum.doubles;
      if (!std::isfinite(static_cast<double>(total))) {
        return absl::OutOfRangeError("the sum does not fit");
      }
      if (agg == "avg") {
        made.cells.push_back(sum.count == 0
                                 ? query::Cell()
                                 : query::Cell(static_cast<double>(total / sum.count)));
      } else if (any_double) {
        made.cells.push_back(static_cast<double>(total));
      } else {
        if (sum.integers > INT64_MAX || sum.integers < INT64_MIN) {
          return absl::OutOfRangeError("the sum does not fit");
        }
        made.cells.push_back(static_cast<int64_t>(sum.integers));
      }
    }
    return made;
  }

  void Divide(const Json& column, Table& table) {
    if (column.Find("agg")->as_string() != "ratio") return;
    const auto named = [&table](const Json& name) -> Column& {
      size_t at = 0;
      while (table.columns[at].name != name.as_string()) ++at;
      return table.columns[at];
    };
    const auto number = [](const query::Cell& cell) -> std::optional<double> {
      if (const auto* v = std::get_if<int64_t>(&cell)) return static_cast<double>(*v);
      if (const auto* v = std::get_if<double>(&cell)) return *v;
      return std::nullopt;
    };
    Column& made = named(*column.Find("name"));
    const Column& above = named(*column.Find("numerator"));
    const Column& below = named(*column.Find("denominator"));
    for (size_t i = 0; i < above.cells.size(); ++i) {
      const auto a = number(above.cells[i]);
      const auto b = number(below.cells[i]);
      made.cells.push_back(a.has_value() && b.has_value() && *b != 0
                               ? query::Cell(*a / *b)
                               : query::Cell());
    }
  }

  void Order(Table& table) {
    std::vector<SortKey> keys;
    for (const Json& by : ListOf(*run_.definition, "order_by")->as_array()) {
      size_t at = 0;
      while (table.columns[at].name != by.Find("column")->as_string()) ++at;
      const Json* desc = by.Find("desc");
      keys.push_back({at, desc != nullptr && desc->as_bool()});
    }
    for (size_t i = 0; i < rows_.size(); ++i) keys.push_back({i, false});
    SortRows(table, keys);
    if (const Json* limit = run_.definition->Find("limit")) {
      KeepRows(table, static_cast<size_t>(limit->as_int()));
    }
  }

  const Run& run_;
  const Json::Array& rows_;
  const Json::Array& columns_;
  std::vector<Item> items_;
  std::map<std::vector<std::string>, Group> groups_;
  std::vector<std::vector<Json>> kinds_;  // By row key, all values met.
};

// The sessions that belong to the range and have an event satisfying "where".
std::vector<const Session*> Wanted(const Run& run, const Person& person) {
  std::vector<const Session*> wanted;
  if (!person.in_segment) return wanted;
  for (const Session& session : person.sessions) {
    const bool matches = std::any_of(
        session.events.begin(), session.events.end(), [&run](const Event* event) {
          return Holds(run.definition->Find("where"), ScopeOf(run, *event));
        });
    if (run.InRange(session.start_ms) && matches) wanted.push_back(&session);
  }
  return wanted;
}

Json TextMember(const Json* object, const char* key, bool empty_is_missing) {
  const Json* value = object == nullptr ? nullptr : object->Find(key);
  if (value == nullptr || !value->is_string()) return Json();
  return empty_is_missing && value->as_string().empty() ? Json() : *value;
}

Table ListSessions(const Run& run) {
  Table table;
  const auto add = [&table](const char* name, ColumnType type) {
    table.columns.push_back({.name = name, .type = type});
  };
  add("session", ColumnType::kString);
  add("person", ColumnType::kString);
  add("start", ColumnType::kTimestamp);
  add("end", ColumnType::kTimestamp);
  add("duration_ms", ColumnType::kInt64);
  add("events", ColumnType::kInt64);
  add("pages", ColumnType::kInt64);
  for (const char* name : {"entry_page", "exit_page", "country", "browser", "os"}) {
    add(name, ColumnType::kString);
  }
  add("playable", ColumnType::kBool);
  add("not_playable_reason", ColumnType::kString);
  for (const auto& person : run.people) {
    for (const Session* session : Wanted(run, *person)) {
      int64_t pages = 0;
      std::map<std::string, Json> texts;
      for (const Event* event : session->events) {
        if (*event->json->Find("type") == Json("page_view")) {
          ++pages;
          const Json url = TextMember(event->json, "url", false);
          if (texts["entry_page"].is_null()) texts["entry_page"] = url;
          if (!url.is_null()) texts["exit_page"] = url;
        }
        for (const char* key : {"country", "browser", "os"}) {
          const Json text = TextMember(event->json->Find("context"), key, true);
          if (!text.is_null()) texts[key] = text;
        }
      }
      size_t at = 0;
      const auto put = [&](query::Cell cell) {
        table.columns[at++].cells.push_back(cell);
      };
      put(query::Text(session->id));
      put(query::Text(person->id));
      put(session->start_ms);
      put(session->end_ms);
      put(session->end_ms - session->start_ms);
      put(static_cast<int64_t>(session->events.size()));
      put(pages);
      for (const char* key : {"entry_page", "exit_page", "country", "browser", "os"}) {
        put(texts[key].is_null() ? query::Cell() : query::Text(texts[key].as_string()));
      }
      put(false);
      put(query::Text("not recorded"));
    }
  }
  SortRows(table, {{2, false}, {1, false}, {0, false}});
  return table;
}

}  // namespace

absl::StatusOr<Table> AnswerTable(const Run& run) {
  std::vector<Item> items;
  for (const auto& person : run.people) {
    for (const Event* event : Existing(run, *person)) {
      const bool belongs = run.InRange(event->session->start_ms);
      items.push_back({.scope = ScopeOf(run, *event),
                       .time_ms = event->time_ms,
                       .session = belongs ? event->session : nullptr});
    }
  }
  return TableAnswer(run, std::move(items)).Answer();
}

absl::StatusOr<Table> AnswerSessions(const Run& run) {
  if (run.definition->Find("columns") == nullptr) return ListSessions(run);
  std::vector<Item> items;
  for (const auto& person : run.people) {
    for (const Session* session : Wanted(run, *person)) {
      items.push_back({.scope = ScopeOf(run, *session->events.front()),
                       .time_ms = session->start_ms,
                       .session = session});
    }
  }
  return TableAnswer(run, std::move(items)).Answer();
}

}  // namespace footfall::prove
