// Retention, paths, and the built-in reports.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/strings.h"
#include "base/time.h"
#include "prove/prove_rows.h"
#include "prove/prove_run.h"

namespace footfall::prove {
namespace {

using query::Cell;
using query::ColumnType;
using query::Table;

}  // namespace

Table AnswerRetention(const Run& run) {
  const Json& definition = *run.definition;
  const std::string bucket = definition.Find("bucket")->as_string();
  const int64_t periods = definition.Find("periods")->as_int();
  const int64_t end_ms = run.to_ms == INT64_MAX ? run.now_ms : run.to_ms;
  std::map<int64_t, std::vector<std::set<int64_t>>> cohorts;  // Days returned on.
  for (const auto& person : run.people) {
    const std::vector<const Event*> events = Existing(run, *person);
    const auto start = std::find_if(events.begin(), events.end(), [&](const Event* e) {
      return Holds(definition.Find("start"), ScopeOf(run, *e));
    });
    if (start == events.end()) continue;
    std::set<int64_t> returned;
    for (auto at = start; at != events.end(); ++at) {
      if (Holds(definition.Find("return"), ScopeOf(run, **at))) {
        returned.insert(BucketOf(bucket, (*at)->time_ms, run.zone));
      }
    }
    cohorts[BucketOf(bucket, (*start)->time_ms, run.zone)].push_back(returned);
  }
  Rows rows({{"cohort", ColumnType::kDate},
             {"people", ColumnType::kInt64},
             {"k", ColumnType::kInt64},
             {"returned", ColumnType::kInt64},
             {"share", ColumnType::kDouble},
             {"complete", ColumnType::kBool}});
  for (const auto& [cohort, people] : cohorts) {
    int64_t day = cohort;
    for (int64_t k = 0; k < periods; ++k) {
      const auto returned =
          std::count_if(people.begin(), people.end(),
                        [day](const auto& days) { return days.contains(day); });
      const bool complete = base::DayStart(day, run.zone) >= run.from_ms &&
                            BucketEnd(bucket, day, run.zone) <= end_ms;
      rows.Add({cohort, Count(people.size()), k, static_cast<int64_t>(returned),
                static_cast<double>(returned) / static_cast<double>(people.size()),
                complete});
      // Into the bucket that follows: by days, so that it does not matter how long it is.
      int64_t next = day + 1;
      if (bucket == "week") next = day + 7;
      if (bucket == "month") {
        while (base::MonthOf(next) == day) ++next;
      }
      day = next;
    }
  }
  return rows.Sorted({{0, false}, {2, false}});
}

Table AnswerPaths(const Run& run) {
  const Json& definition = *run.definition;
  const Json* by = definition.Find("by");
  const std::string field = by == nullptr ? "event.name" : by->as_string();
  const Json* direction = definition.Find("direction");
  const bool before = direction != nullptr && *direction == Json("before");
  const size_t steps = static_cast<size_t>(definition.Find("steps")->as_int());
  std::map<std::tuple<int64_t, std::string, std::string>, size_t> sessions;
  for (const auto& person : run.people) {
    std::map<const Session*, std::vector<const Event*>> by_session;
    for (const Event* event : Existing(run, *person)) {
      by_session[event->session].push_back(event);
    }
    for (auto& [session, events] : by_session) {
      auto anchor = std::find_if(events.begin(), events.end(), [&](const Event* event) {
        return Holds(definition.Find("anchor"), ScopeOf(run, *event));
      });
      if (anchor == events.end()) continue;
      std::vector<const Event*> onwards(anchor, events.end());
      if (before) {
        onwards.assign(events.begin(), anchor + 1);
        std::reverse(onwards.begin(), onwards.end());
      }
      std::vector<std::string> path;
      bool first = true;
      for (const Event* event : onwards) {
        const auto text = TextOf(Read(field, ScopeOf(run, *event)));
        if (first && !text.has_value()) break;
        first = false;
        if (text.has_value() && (path.empty() || path.back() != *text)) {
          path.push_back(*text);
        }
      }
      if (path.empty()) continue;
      path.push_back("$end");
      for (size_t i = 0; i + 1 < path.size() && i < steps; ++i) {
        ++sessions[{static_cast<int64_t>(i + 1), path[i], path[i + 1]}];
      }
    }
  }
  Rows rows({{"step", ColumnType::kInt64},
             {"from", ColumnType::kString},
             {"to", ColumnType::kString},
             {"sessions", ColumnType::kInt64}});
  for (const auto& [key, count] : sessions) {
    const auto& [step, from, to] = key;
    rows.Add({step, query::Text(from), query::Text(to), Count(count)});
  }
  return rows.Sorted({{0, false}, {3, true}, {1, false}, {2, false}});
}

Table AnswerLogins(const Run& run) {
  const Json* login_event = run.definition->Find("login_event");
  const auto satisfies = [&run](const Event* event) {
    return Holds(run.definition->Find("where"), ScopeOf(run, *event));
  };
  std::vector<const Person*> people;
  std::map<const Person*, std::vector<int64_t>> logins;
  for (const auto& person : run.people) {
    if (!person->in_segment) continue;
    std::vector<int64_t> times;
    if (login_event == nullptr) {
      for (const Session& session : person->sessions) {
        if (std::any_of(session.events.begin(), session.events.end(), satisfies)) {
          times.push_back(session.start_ms);
        }
      }
    } else {
      for (const Event& event : person->events) {
        if (Member(event, "name") == *login_event && satisfies(&event)) {
          times.push_back(event.time_ms);
        }
      }
    }
    std::erase_if(times, [&run](int64_t time_ms) { return !run.InRange(time_ms); });
    if (times.empty()) continue;
    people.push_back(person.get());
    logins[person.get()] = times;
  }
  std::sort(people.begin(), people.end(),
            [](const Person* a, const Person* b) { return a->id < b->id; });
  Rows rows({{"person", ColumnType::kString},
             {"first_login", ColumnType::kTimestamp},
             {"last_login", ColumnType::kTimestamp},
             {"logins_last_30_days", ColumnType::kInt64}});
  for (const Person* person : people) {
    const std::vector<int64_t>& times = logins[person];
    const auto recent = std::count_if(times.begin(), times.end(), [&](int64_t time_ms) {
      return time_ms >= run.now_ms - 30 * base::kDayMs && time_ms <= run.now_ms;
    });
    rows.Add({query::Text(person->id), *std::min_element(times.begin(), times.end()),
              *std::max_element(times.begin(), times.end()),
              static_cast<int64_t>(recent)});
  }
  Table table = rows.Sorted({});
  AddAttributes(run, people, table);
  return table;
}

Table AnswerPageViews(const Run& run) {
  struct Page {
    int64_t views = 0, entries = 0, exits = 0;
    std::set<const Person*> people;
    std::set<const Session*> sessions;
    std::vector<const Event*> events;
  };
  std::map<std::string, Page> pages;  // "-" without a url, else "=" and the url.
  for (const auto& person : run.people) {
    std::map<const Session*, std::vector<std::string>> visited;
    for (const Event* event : Existing(run, *person)) {
      if (TypeOf(*event) != "page_view") continue;
      const Json url = Member(*event, "url");
      const std::string key = url.is_null() ? "-" : "=" + url.as_string();
      Page& page = pages[key];
      ++page.views;
      page.people.insert(person.get());
      page.events.push_back(event);
      if (!run.InRange(event->session->start_ms)) continue;
      page.sessions.insert(event->session);
      if (!url.is_null()) visited[event->session].push_back(key);
    }
    for (const auto& [session, keys] : visited) {
      ++pages[keys.front()].entries;
      ++pages[keys.back()].exits;
    }
  }
  Rows rows({{"page", ColumnType::kString},
             {"title", ColumnType::kString},
             {"views", ColumnType::kInt64},
             {"people", ColumnType::kInt64},
             {"sessions", ColumnType::kInt64},
             {"entries", ColumnType::kInt64},
             {"exits", ColumnType::kInt64},
             {"first_time", ColumnType::kTimestamp},
             {"last_time", ColumnType::kTimestamp}});
  for (auto& [key, page] : pages) {
    // Events are there by person and in order, so this makes the order between people.
    std::stable_sort(
        page.events.begin(), page.events.end(),
        [](const Event* a, const Event* b) { return a->time_ms < b->time_ms; });
    Json title;
    for (const Event* event : page.events) {
      if (!Member(*event, "title").is_null()) title = Member(*event, "title");
    }
    rows.Add({key == "-" ? Cell() : Cell(query::Text(key.substr(1))), TextCell(title),
              page.views, Count(page.people.size()), Count(page.sessions.size()),
              page.entries, page.exits, page.events.front()->time_ms,
              page.events.back()->time_ms});
  }
  return rows.Sorted({{2, true}, {0, false}});
}

Table AnswerUsers(const Run& run) {
  std::vector<const Person*> people;
  for (const auto& person : run.people) {
    if (IsListed(run, *person)) people.push_back(person.get());
  }
  std::sort(people.begin(), people.end(),
            [](const Person* a, const Person* b) { return a->id < b->id; });
  Rows rows({{"person", ColumnType::kString},
             {"identified", ColumnType::kBool},
             {"account", ColumnType::kString},
             {"first_seen", ColumnType::kTimestamp},
             {"last_seen", ColumnType::kTimestamp},
             {"sessions", ColumnType::kInt64},
             {"total_duration_ms", ColumnType::kInt64},
             {"avg_duration_ms", ColumnType::kInt64},
             {"avg_between_sessions_ms", ColumnType::kInt64},
             {"events", ColumnType::kInt64},
             {"country", ColumnType::kString},
             {"region", ColumnType::kString},
             {"city", ColumnType::kString},
             {"browser", ColumnType::kString},
             {"browser_version", ColumnType::kString},
             {"os", ColumnType::kString}});
  for (const Person* person : people) {
    const auto read = [&](const char* key) {
      return Read(base::Cat("person.", key), {.run = &run, .person = person});
    };
    rows.Add({query::Text(person->id), person->identified, TextCell(read("account")),
              IntCell(read("first_seen")), IntCell(read("last_seen")),
              IntCell(read("sessions")), IntCell(read("total_duration_ms")),
              IntCell(read("avg_duration_ms")), IntCell(read("avg_between_sessions_ms")),
              IntCell(read("events")), TextCell(read("country")),
              TextCell(read("region")), TextCell(read("city")), TextCell(read("browser")),
              TextCell(read("browser_version")), TextCell(read("os"))});
  }
  Table table = rows.Sorted({});
  AddAttributes(run, people, table);
  return table;
}

Table AnswerActiveUsers(const Run& run) {
  std::map<int64_t, std::set<const Person*>> in_range;
  std::map<int64_t, std::set<const Person*>> active;  // Up to the end of the range.
  std::map<int64_t, size_t> fresh;
  for (const auto& person : run.people) {
    if (!person->in_segment) continue;
    std::set<int64_t> days_in_range;
    std::optional<int64_t> first_day;
    for (const Event& event : person->events) {
      if (!Holds(run.definition->Find("where"), ScopeOf(run, event))) continue;
      const int64_t day = base::LocalDay(event.time_ms, run.zone);
      if (!first_day.has_value()) first_day = day;
      if (event.time_ms < run.to_ms) active[day].insert(person.get());
      if (!run.InRange(event.time_ms)) continue;
      in_range[day].insert(person.get());
      days_in_range.insert(day);
    }
    if (first_day.has_value() && days_in_range.contains(*first_day)) ++fresh[*first_day];
  }
  Rows rows({{"day", ColumnType::kDate},
             {"dau", ColumnType::kInt64},
             {"wau", ColumnType::kInt64},
             {"mau", ColumnType::kInt64},
             {"new_people", ColumnType::kInt64}});
  for (const auto& [day, people] : in_range) {
    const auto trailing = [&, day = day](int64_t window) {
      std::set<const Person*> met;
      for (const auto& [other, active_people] : active) {
        if (other > day - window && other <= day) {
          met.insert(active_people.begin(), active_people.end());
        }
      }
      return Count(met.size());
    };
    rows.Add({day, Count(people.size()), trailing(7), trailing(30), Count(fresh[day])});
  }
  return rows.Sorted({});
}

}  // namespace footfall::prove
