#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "query/built_in.h"
#include "query/session_index.h"

namespace footfall::query {
namespace {

// An id in the pool, 0 for a text that is absent. Texts of events are absent when their
// data is, those of contexts when they are empty.
uint32_t InternPresent(ValuePool& pool, std::string_view text) {
  return text.data() == nullptr ? 0 : pool.Intern(text);
}
uint32_t InternNonEmpty(ValuePool& pool, std::string_view text) {
  return text.empty() ? 0 : pool.Intern(text);
}

// The value with the lowest or highest rank among those of one person; 0 is no value.
struct Ranked {
  uint32_t rank = 0;
  uint32_t value = 0;

  void OfferFirst(uint32_t at, uint32_t candidate) {
    if (candidate != 0 && (value == 0 || at < rank)) *this = {at, candidate};
  }
  void OfferLast(uint32_t at, uint32_t candidate) {
    if (candidate != 0 && (value == 0 || at > rank)) *this = {at, candidate};
  }
};

struct Page {
  uint32_t url = 0;
  int64_t views = 0;
  int64_t people = 0;
  int64_t sessions = 0;
  int64_t entries = 0;
  int64_t exits = 0;
  int64_t first_ms = INT64_MAX;
  int64_t last_ms = INT64_MIN;
  // The latest title over all people, with its place in the order of events.
  uint32_t title = 0;
  std::tuple<int64_t, int64_t, uint64_t> title_order;
};

struct Visit {
  uint32_t session = 0;
  int64_t pages = 0;
  Ranked entry, exit, country, browser, os;
};

class PageViews {
 public:
  explicit PageViews(Execution& execution) : execution_(execution) {}

  absl::StatusOr<Table> Run() {
    FOOTFALL_RETURN_IF_ERROR(sessions_.Build(execution_, pool_));
    entry_.resize(sessions_.sessions().size());
    exit_.resize(sessions_.sessions().size());
    size_t position = 0;
    FOOTFALL_RETURN_IF_ERROR(execution_.Scan(
        INT64_MIN, INT64_MAX, [&] { return Bytes(); },
        [&](const store::StoredEvent& stored) {
          const size_t at = position++;
          if (stored.event.type == model::EventType::kPageView &&
              execution_.range().Contains(stored.event.time_ms)) {
            Add(stored, at);
          }
          return absl::OkStatus();
        }));
    for (const Ranked& entry : entry_) {
      if (entry.value != 0) ++pages_[entry.value - 1].entries;
    }
    for (const Ranked& exit : exit_) {
      if (exit.value != 0) ++pages_[exit.value - 1].exits;
    }
    return ToTable();
  }

 private:
  uint64_t Bytes() const {
    return pool_.bytes() + HashBytes(page_of_url_) + pages_.capacity() * sizeof(Page) +
           HashBytes(people_seen_) + HashBytes(sessions_seen_) +
           (entry_.capacity() + exit_.capacity()) * sizeof(Ranked);
  }

  void Add(const store::StoredEvent& stored, size_t position) {
    const model::Event& event = stored.event;
    const uint32_t url = InternPresent(pool_, event.url);
    const uint32_t number =
        page_of_url_.try_emplace(url, static_cast<uint32_t>(pages_.size())).first->second;
    if (number == pages_.size()) pages_.push_back({.url = url});
    Page& page = pages_[number];
    ++page.views;
    page.first_ms = std::min(page.first_ms, event.time_ms);
    page.last_ms = std::max(page.last_ms, event.time_ms);
    if (const uint32_t title = InternPresent(pool_, event.title); title != 0) {
      const std::tuple order(event.time_ms, event.seq, stored.arrival);
      if (page.title == 0 || page.title_order < order) {
        page.title = title;
        page.title_order = order;
      }
    }
    const uint64_t high = uint64_t{number} << 32;
    page.people +=
        people_seen_.insert(high | execution_.PersonIndex(stored.person)).second;
    const uint32_t session = sessions_.SessionOf(position);
    if (!execution_.range().Contains(sessions_.sessions()[session].start_ms)) return;
    page.sessions += sessions_seen_.insert(high | session).second;
    // A view without an address is no place that a visit enters or leaves by.
    if (url == 0) return;
    entry_[session].OfferFirst(sessions_.RankOf(position), number + 1);
    exit_[session].OfferLast(sessions_.RankOf(position), number + 1);
  }

  absl::StatusOr<Table> ToTable() {
    Table table{.columns = {{"page", ColumnType::kString, {}},
                            {"title", ColumnType::kString, {}},
                            {"views", ColumnType::kInt64, {}},
                            {"people", ColumnType::kInt64, {}},
                            {"sessions", ColumnType::kInt64, {}},
                            {"entries", ColumnType::kInt64, {}},
                            {"exits", ColumnType::kInt64, {}},
                            {"first_time", ColumnType::kTimestamp, {}},
                            {"last_time", ColumnType::kTimestamp, {}}}};
    FOOTFALL_RETURN_IF_ERROR(
        execution_.Hold(Bytes() + pages_.size() * table.columns.size() * sizeof(Cell)));
    for (const Page& page : pages_) {
      size_t at = 0;
      const auto put = [&](Cell cell) {
        table.columns[at++].cells.push_back(std::move(cell));
      };
      put(pool_.ToCell(page.url, ColumnType::kString));
      put(pool_.ToCell(page.title, ColumnType::kString));
      put(page.views);
      put(page.people);
      put(page.sessions);
      put(page.entries);
      put(page.exits);
      put(page.first_ms);
      put(page.last_ms);
    }
    SortTable(table, {{.column = 2, .descending = true}, {.column = 0}});
    return table;
  }

  Execution& execution_;
  ValuePool pool_;
  SessionIndex sessions_;
  absl::flat_hash_map<uint32_t, uint32_t> page_of_url_;
  std::vector<Page> pages_;
  // Pairs of (page, person) and (page, session) that were met.
  absl::flat_hash_set<uint64_t> people_seen_;
  absl::flat_hash_set<uint64_t> sessions_seen_;
  // Of each session, the number of its first and last page, plus 1.
  std::vector<Ranked> entry_;
  std::vector<Ranked> exit_;
};

Table SessionsTable() {
  return {.columns = {{"session", ColumnType::kString, {}},
                      {"person", ColumnType::kString, {}},
                      {"start", ColumnType::kTimestamp, {}},
                      {"end", ColumnType::kTimestamp, {}},
                      {"duration_ms", ColumnType::kInt64, {}},
                      {"events", ColumnType::kInt64, {}},
                      {"pages", ColumnType::kInt64, {}},
                      {"entry_page", ColumnType::kString, {}},
                      {"exit_page", ColumnType::kString, {}},
                      {"country", ColumnType::kString, {}},
                      {"browser", ColumnType::kString, {}},
                      {"os", ColumnType::kString, {}},
                      {"playable", ColumnType::kBool, {}},
                      {"not_playable_reason", ColumnType::kString, {}}}};
}

}  // namespace

absl::StatusOr<Table> RunPageViews(Execution& execution) {
  return PageViews(execution).Run();
}

absl::StatusOr<Table> RunSessions(Execution& execution) {
  ValuePool pool;
  SessionIndex index;
  FOOTFALL_RETURN_IF_ERROR(index.Build(execution, pool));
  constexpr uint32_t kNone = UINT32_MAX;
  std::vector<uint32_t> visit_of(index.sessions().size(), kNone);
  std::vector<Visit> visits;
  for (uint32_t i = 0; i < index.sessions().size(); ++i) {
    if (!execution.range().Contains(index.sessions()[i].start_ms)) continue;
    visit_of[i] = static_cast<uint32_t>(visits.size());
    visits.push_back({.session = i});
  }
  FOOTFALL_RETURN_IF_ERROR(execution.Hold(visit_of.capacity() * sizeof(uint32_t) +
                                          visits.capacity() * sizeof(Visit)));
  size_t position = 0;
  FOOTFALL_RETURN_IF_ERROR(execution.Scan(
      INT64_MIN, INT64_MAX, [&] { return pool.bytes(); },
      [&](const store::StoredEvent& stored) {
        const size_t at = position++;
        const uint32_t number = visit_of[index.SessionOf(at)];
        if (number == kNone) return absl::OkStatus();
        const model::Event& event = stored.event;
        Visit& visit = visits[number];
        const uint32_t rank = index.RankOf(at);
        if (event.type == model::EventType::kPageView) {
          const uint32_t url = InternPresent(pool, event.url);
          ++visit.pages;
          visit.entry.OfferFirst(rank, url);
          visit.exit.OfferLast(rank, url);
        }
        visit.country.OfferLast(rank, InternNonEmpty(pool, event.context.country));
        visit.browser.OfferLast(rank, InternNonEmpty(pool, event.context.browser));
        visit.os.OfferLast(rank, InternNonEmpty(pool, event.context.os));
        return absl::OkStatus();
      }));
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<Text> names, execution.PersonNames());
  const Text not_recorded("not recorded");
  Table table = SessionsTable();
  FOOTFALL_RETURN_IF_ERROR(
      execution.Hold(pool.bytes() + visits.size() * table.columns.size() * sizeof(Cell)));
  for (const Visit& visit : visits) {
    const Session& session = index.sessions()[visit.session];
    const Text& person = names[session.person];
    size_t at = 0;
    const auto put = [&](Cell cell) {
      table.columns[at++].cells.push_back(std::move(cell));
    };
    const auto put_text = [&](const Ranked& text) {
      put(pool.ToCell(text.value, ColumnType::kString));
    };
    put(SessionIndex::DisplayId(session, person, pool));
    put(person);
    put(session.start_ms);
    put(session.end_ms);
    put(session.end_ms - session.start_ms);
    put(static_cast<int64_t>(session.events));
    put(visit.pages);
    put_text(visit.entry);
    put_text(visit.exit);
    put_text(visit.country);
    put_text(visit.browser);
    put_text(visit.os);
    put(false);
    put(not_recorded);
  }
  SortTable(table, {{.column = 2}, {.column = 1}, {.column = 0}});
  return table;
}

}  // namespace footfall::query
