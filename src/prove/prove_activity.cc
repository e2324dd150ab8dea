// The reports about accounts, tracked events, clicks, and the time that pages took.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "base/time.h"
#include "prove/prove_rows.h"

namespace footfall::prove {
namespace {

using query::Cell;
using query::ColumnType;
using query::Table;

// Events of some kind, with who did them and in which sessions of the range.
struct Tally {
  std::vector<int64_t> times;
  std::set<const Person*> people;
  std::set<const Session*> sessions;

  void Add(const Run& run, const Event& event) {
    times.push_back(event.time_ms);
    people.insert(event.person);
    if (run.InRange(event.session->start_ms)) sessions.insert(event.session);
  }
  Cell First() const {
    return times.empty() ? Cell() : Cell(*std::min_element(times.begin(), times.end()));
  }
  Cell Last() const {
    return times.empty() ? Cell() : Cell(*std::max_element(times.begin(), times.end()));
  }
};

std::optional<std::string> UrlOf(const Event& event) {
  const Json url = Member(event, "url");
  return url.is_string() ? std::optional(url.as_string()) : std::nullopt;
}

// "button#save", else "button.btn.primary "Save""; none without an element.
std::optional<std::string> ElementOf(const Event& event) {
  const Json element = Member(event, "element");
  const auto part = [&element](const char* key) {
    const Json* value = element.Find(key);
    return value != nullptr && value->is_string() ? value->as_string() : std::string();
  };
  std::string text = part("tag");
  if (!part("id").empty()) return text + "#" + part("id");
  std::string word;
  for (const char c : part("class") + " ") {
    if (std::string_view(" \t\n\f\r").find(c) == std::string_view::npos) {
      word += c;
    } else if (!word.empty()) {
      text += "." + std::exchange(word, "");
    }
  }
  const std::string label = part("text").empty() ? part("label") : part("text");
  if (!label.empty()) text += base::Cat(text.empty() ? "" : " ", "\"", label, "\"");
  return text.empty() ? std::nullopt : std::optional(text);
}

// The clicks of a page and element.
using ClickKey = std::pair<std::optional<std::string>, std::string>;
struct Clicks {
  size_t bursts = 0;
  Tally tally;
};

Table ClicksTable(const std::map<ClickKey, Clicks>& clicks, bool with_bursts) {
  std::vector<std::pair<const char*, ColumnType>> columns = {
      {"page", ColumnType::kString},          {"element", ColumnType::kString},
      {"bursts", ColumnType::kInt64},         {"clicks", ColumnType::kInt64},
      {"people", ColumnType::kInt64},         {"sessions", ColumnType::kInt64},
      {"first_time", ColumnType::kTimestamp}, {"last_time", ColumnType::kTimestamp}};
  if (!with_bursts) columns.erase(columns.begin() + 2);
  Rows rows(columns);
  for (const auto& [key, group] : clicks) {
    std::vector<Cell> cells = {TextCell(key.first),
                               query::Text(key.second),
                               Count(group.bursts),
                               Count(group.tally.times.size()),
                               Count(group.tally.people.size()),
                               Count(group.tally.sessions.size()),
                               group.tally.First(),
                               group.tally.Last()};
    if (!with_bursts) cells.erase(cells.begin() + 2);
    rows.Add(cells);
  }
  return rows.Sorted({{2, true}, {0, false}, {1, false}});
}

int64_t Whole(const Run& run, const char* key) {
  return run.definition->Find(key)->as_int();
}

bool IsClick(const Event& event) { return TypeOf(event) == "click"; }

}  // namespace

Table AnswerAccounts(const Run& run) {
  struct Account {
    int64_t people = 0, active = 0, sessions = 0, events = 0;
    std::optional<int64_t> first, last;
  };
  std::map<std::string, Account> accounts;  // "" for none.
  for (const auto& person : run.people) {
    if (!IsListed(run, *person)) continue;
    const bool active =
        std::any_of(person->events.begin(), person->events.end(), [&](const Event& e) {
          return e.time_ms >= run.now_ms - 30 * base::kDayMs && e.time_ms <= run.now_ms &&
                 Holds(run.definition->Find("where"), ScopeOf(run, e));
        });
    const auto read = [&](const char* key) {
      return Read(base::Cat("person.", key), {.run = &run, .person = person.get()});
    };
    Account& account = accounts[person->account];
    ++account.people;
    account.active += active;
    account.sessions += read("sessions").as_int();
    account.events += read("events").as_int();
    const Json first = read("first_seen");
    const Json last = read("last_seen");
    if (first.is_int() && (!account.first || *account.first > first.as_int())) {
      account.first = first.as_int();
    }
    if (last.is_int() && (!account.last || *account.last < last.as_int())) {
      account.last = last.as_int();
    }
  }
  Rows rows({{"account", ColumnType::kString},
             {"people", ColumnType::kInt64},
             {"active_last_30_days", ColumnType::kInt64},
             {"sessions", ColumnType::kInt64},
             {"events", ColumnType::kInt64},
             {"first_seen", ColumnType::kTimestamp},
             {"last_seen", ColumnType::kTimestamp}});
  for (const auto& [name, account] : accounts) {
    rows.Add({name.empty() ? Cell() : Cell(query::Text(name)), account.people,
              account.active, account.sessions, account.events, TimeCell(account.first),
              TimeCell(account.last)});
  }
  return rows.Sorted({{0, false}});
}

Table AnswerTrackedEvents(const Run& run) {
  Rows rows({{"name", ColumnType::kString},
             {"events", ColumnType::kInt64},
             {"people", ColumnType::kInt64},
             {"sessions", ColumnType::kInt64},
             {"first_time", ColumnType::kTimestamp},
             {"last_time", ColumnType::kTimestamp}});
  for (const Json& tracked : run.definition->Find("events")->as_array()) {
    Tally tally;
    for (const auto& person : run.people) {
      for (const Event* event : Existing(run, *person)) {
        if (Holds(tracked.Find("where"), ScopeOf(run, *event))) tally.Add(run, *event);
      }
    }
    rows.Add({query::Text(tracked.Find("name")->as_string()), Count(tally.times.size()),
              Count(tally.people.size()), Count(tally.sessions.size()), tally.First(),
              tally.Last()});
  }
  return rows.Sorted({});
}

Table AnswerRageClicks(const Run& run) {
  const auto least = static_cast<size_t>(Whole(run, "clicks"));
  const int64_t within_ms = Whole(run, "within_ms");
  std::map<ClickKey, Clicks> clicks;
  for (const auto& person : run.people) {
    std::map<std::pair<const Session*, ClickKey>, std::vector<const Event*>> alike;
    for (const Event* event : Existing(run, *person)) {
      const auto element = ElementOf(*event);
      if (!IsClick(*event) || !element.has_value()) continue;
      alike[{event->session, {UrlOf(*event), *element}}].push_back(event);
    }
    for (const auto& [key, events] : alike) {
      // Each click belongs to the burst of that number; 0 is none.
      std::vector<size_t> burst(events.size());
      size_t bursts = 0;
      for (size_t i = 0; i + least <= events.size(); ++i) {
        if (events[i + least - 1]->time_ms - events[i]->time_ms > within_ms) continue;
        size_t number = 0;
        for (size_t k = i; k < i + least; ++k) number = std::max(number, burst[k]);
        if (number == 0) number = ++bursts;
        for (size_t k = i; k < i + least; ++k) burst[k] = number;
      }
      if (bursts == 0) continue;
      Clicks& group = clicks[key.second];
      group.bursts += bursts;
      for (size_t i = 0; i < events.size(); ++i) {
        if (burst[i] != 0) group.tally.Add(run, *events[i]);
      }
    }
  }
  return ClicksTable(clicks, true);
}

Table AnswerDeadClicks(const Run& run) {
  const int64_t within_ms = Whole(run, "within_ms");
  std::map<ClickKey, Clicks> clicks;
  for (const auto& person : run.people) {
    for (const Event* click : Existing(run, *person)) {
      const auto element = ElementOf(*click);
      if (!IsClick(*click) || !element.has_value()) continue;
      const std::vector<const Event*>& events = click->session->events;
      const auto at = std::find(events.begin(), events.end(), click);
      if (at + 1 == events.end()) continue;
      const bool something = std::any_of(at + 1, events.end(), [&](const Event* event) {
        return !IsClick(*event) && event->time_ms - click->time_ms <= within_ms;
      });
      if (!something) clicks[{UrlOf(*click), *element}].tally.Add(run, *click);
    }
  }
  return ClicksTable(clicks, false);
}

Table AnswerPageTimes(const Run& run) {
  struct Page {
    std::set<const Person*> people;
    std::vector<int64_t> stays;
  };
  std::map<std::optional<std::string>, Page> pages;
  for (const auto& person : run.people) {
    for (const Event* view : Existing(run, *person)) {
      if (TypeOf(*view) != "page_view") continue;
      const std::vector<const Event*>& events = view->session->events;
      const auto at = std::find(events.begin(), events.end(), view);
      const auto next = std::find_if(at + 1, events.end(), [](const Event* event) {
        return TypeOf(*event) == "page_view";
      });
      const int64_t end_ms =
          next == events.end() ? view->session->end_ms : (*next)->time_ms;
      Page& page = pages[UrlOf(*view)];
      page.people.insert(person.get());
      page.stays.push_back(end_ms - view->time_ms);
    }
  }
  Rows rows({{"page", ColumnType::kString},
             {"views", ColumnType::kInt64},
             {"people", ColumnType::kInt64},
             {"median_ms", ColumnType::kInt64},
             {"p90_ms", ColumnType::kInt64}});
  for (auto& [url, page] : pages) {
    std::sort(page.stays.begin(), page.stays.end());
    rows.Add({TextCell(url), Count(page.stays.size()), Count(page.people.size()),
              Percentile(page.stays, 50), Percentile(page.stays, 90)});
  }
  return rows.Sorted({{1, true}, {0, false}});
}

}  // namespace footfall::prove
