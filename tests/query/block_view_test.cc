// Fields, sessions, people and ranges of blocks against the events themselves.
#include "query/block_view.h"

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/simd.h"
#include "base/status.h"
#include "tests/query/random_events.h"
#include "tests/query/view_harness.h"

namespace footfall::query {
namespace {

std::string TextOf(const model::Value& value) {
  return base::Cat(static_cast<int>(value.kind), ":", value.boolean ? 1 : 0, ":",
                   value.integer, ":", base::FormatDouble(value.number), ":", value.text);
}

// A run or a host's session, by the words of the specification.
struct PlainSession {
  std::string id;
  int64_t start_ms = 0;
  int64_t end_ms = 0;
  uint32_t events = 0;
};

// Per event of a person the number of its session, and the sessions.
std::vector<size_t> Sessionise(const std::vector<model::Event>& events,
                               const std::string& person, bool use_ids, int64_t gap_ms,
                               int64_t max_ms, std::vector<PlainSession>* sessions) {
  std::vector<size_t> of_event;
  std::map<std::string, size_t> by_id;
  size_t run = SIZE_MAX;
  for (const model::Event& event : events) {
    size_t session = sessions->size();
    if (use_ids && !event.session.empty()) {
      session = by_id.try_emplace(std::string(event.session), session).first->second;
    } else {
      const bool goes_on =
          run != SIZE_MAX && event.time_ms - (*sessions)[run].end_ms <= gap_ms &&
          (max_ms == 0 || event.time_ms - (*sessions)[run].start_ms < max_ms);
      if (goes_on) session = run;
      run = session;
    }
    if (session == sessions->size()) {
      sessions->push_back({.start_ms = event.time_ms});
      sessions->back().id = use_ids && !event.session.empty()
                                ? std::string(event.session)
                                : base::Cat(person, "/", base::FormatTime(event.time_ms));
    }
    (*sessions)[session].end_ms = event.time_ms;
    ++(*sessions)[session].events;
    of_event.push_back(session);
  }
  return of_event;
}

TEST(BlockViewTest, SessionsAgreeWithPlainLoops) {
  std::mt19937 random(23);
  for (int round = 0; round < 120; ++round) {
    FakeSnapshot snapshot = RandomEvents(random, 1 + random() % 400);
    snapshot.block_style() = {.part_rows = 1 + random() % 300,
                              .wide_codes = round % 2 == 0};
    base::SetSimd(static_cast<base::SimdLevel>(round % 3));
    Plan plan;
    plan.sessions = {.use_host_ids = random() % 2 == 0,
                     .gap_ms = static_cast<int64_t>(random() % 12) * 10'000,
                     .max_ms = random() % 2 ? 0 : 50'000};
    const bool rows_too = round % 4 != 0;
    Needs needs;
    needs.AddSessionIds();
    const auto check = [&](BlockView& view) -> absl::Status {
      FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.SessionSpans());
      if (rows_too) {
        FOOTFALL_ASSIGN_OR_RETURN(sessions, view.Sessions());
      }
      size_t first = 0;
      for (size_t p = 0; p < view.people(); ++p) {
        FOOTFALL_ASSIGN_OR_RETURN(const std::string_view name, view.PersonName(p));
        std::vector<PlainSession> expected;
        const std::vector<size_t> of_event =
            Sessionise(EventsOf(snapshot, view.codes()[p]), std::string(name),
                       plan.sessions.use_host_ids, *plan.sessions.gap_ms,
                       *plan.sessions.max_ms, &expected);
        EXPECT_LE(first + expected.size(), sessions->spans.size());
        for (size_t i = 0; i < expected.size(); ++i) {
          const BlockSessions::Span& span = sessions->spans[first + i];
          EXPECT_EQ(span.person, p);
          EXPECT_EQ(span.start_ms, expected[i].start_ms);
          EXPECT_EQ(span.end_ms, expected[i].end_ms);
          EXPECT_EQ(span.events, expected[i].events);
          FOOTFALL_ASSIGN_OR_RETURN(const std::string_view id, view.SessionId(first + i));
          EXPECT_EQ(id, expected[i].id);
        }
        for (size_t i = 0; i < of_event.size(); ++i) {
          const size_t row = view.begins()[p] + i;
          if (rows_too) {
            EXPECT_EQ(sessions->of_row[row], first + of_event[i]);
          }
          if (sessions->spans[first + of_event[i]].first_row > row) ADD_FAILURE();
        }
        first += expected.size();
      }
      EXPECT_EQ(first, sessions->spans.size());
      return absl::OkStatus();
    };
    EXPECT_EQ(VisitBlocks(snapshot, plan, {}, needs, check), absl::OkStatus());
    if (HasFailure()) break;
  }
  base::SetSimd(base::SupportedSimd());
}

TEST(BlockViewTest, ColumnsAgreeWithFields) {
  const char* kNames[] = {
      "event.type",       "event.name",        "event.url",       "event.title",
      "event.host",       "event.path",        "context.country", "properties.n",
      "properties.d",     "properties.mixed",  "properties.a.b",  "properties.a.c.e",
      "properties.a.c",   "properties.none",   "person.id",       "person.crm/tier",
      "person.sessions",  "person.first_seen", "account",         "session.id",
      "session.duration", "session.start",     "session.events"};
  std::mt19937 random(29);
  for (int round = 0; round < 60; ++round) {
    FakeSnapshot snapshot = RandomEvents(random, 1 + random() % 300);
    snapshot.block_style() = {.part_rows = 1 + random() % 200,
                              .numbers = round % 2 == 0,
                              .wide_codes = round % 3 == 0};
    Needs needs;
    std::vector<FieldRef> refs;
    for (const char* name : kNames) refs.push_back(needs.AddField(ParseField(name)));
    needs.AddPeople();
    needs.AddAccounts();
    const auto check = [&](BlockView& view) -> absl::Status {
      FOOTFALL_ASSIGN_OR_RETURN(const BlockSessions* sessions, view.Sessions());
      for (size_t f = 0; f < refs.size(); ++f) {
        FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* column, view.Column(refs[f]));
        FOOTFALL_ASSIGN_OR_RETURN(const store::BlockColumn* codes, view.Codes(refs[f]));
        std::set<std::string> distinct;
        for (size_t i = 0; i < codes->values.size(); ++i) {
          EXPECT_TRUE(distinct.insert(TextOf(codes->values[i])).second) << kNames[f];
          EXPECT_EQ(codes->values[i].is_missing(), i == 0) << kNames[f];
        }
        for (size_t p = 0; p < view.people(); ++p) {
          const std::vector<model::Event> events = EventsOf(snapshot, view.codes()[p]);
          FOOTFALL_ASSIGN_OR_RETURN(const model::Person* person, view.PersonAt(p));
          FOOTFALL_ASSIGN_OR_RETURN(const std::string_view account, view.AccountAt(p));
          model::FieldSource source;
          source.person = person;
          source.account = account;
          for (size_t i = 0; i < events.size(); ++i) {
            const size_t row = view.begins()[p] + i;
            const size_t session = sessions->of_row[row];
            const BlockSessions::Span& span = sessions->spans[session];
            FOOTFALL_ASSIGN_OR_RETURN(const std::string_view id, view.SessionId(session));
            const model::SessionFields fields{.id = id,
                                              .start_ms = span.start_ms,
                                              .duration_ms = span.end_ms - span.start_ms,
                                              .events = span.events};
            source.event = &events[i];
            source.session = &fields;
            const std::string expected =
                TextOf(model::ReadField(ParseField(kNames[f]), source));
            EXPECT_EQ(TextOf(BlockView::ValueAt(*column, row)), expected) << kNames[f];
            EXPECT_EQ(TextOf(BlockView::ValueAt(*codes, row)), expected) << kNames[f];
          }
        }
      }
      return absl::OkStatus();
    };
    EXPECT_EQ(VisitBlocks(snapshot, {}, {}, needs, check), absl::OkStatus());
    if (HasFailure()) break;
  }
}

TEST(BlockViewTest, RangeAndSegment) {
  FakeSnapshot snapshot;
  snapshot.block_style().part_rows = 100;
  for (int i = 0; i < 80; ++i) {
    snapshot.Add({.person = base::Cat("p", i % 4), .time_ms = i, .name = "a"});
  }
  snapshot.Add({.person = "p1", .time_ms = 500, .name = "b"});
  snapshot.PersonOf("p3").attributes = {{"tier", std::string("x")}};
  Plan plan;
  plan.range = {.from_ms = 10, .to_ms = 70};
  plan.segment = ParseRule(
      R"({"any":[{"did":{"where":{"field":"event.name","op":"is","value":"b"}}},
                 {"field":"person.tier","op":"is","value":"x"}]})");
  Needs needs;
  const RuleRef late =
      needs.AddRule(ParseRule(R"({"field":"event.name","op":"is_not","value":"b"})"));
  int rows = 0;
  const auto check = [&](BlockView& view) -> absl::Status {
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* in_range, view.InRange());
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* existing, view.Existing(late));
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* people, view.InSegment());
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* times, view.Times());
    EXPECT_EQ(people[0], 0b1010u);
    for (size_t p = 0; p < view.people(); ++p) {
      for (size_t row = view.begins()[p]; row < view.begins()[p + 1]; ++row) {
        const bool expected = times[row] >= 10 && times[row] < 70 && p % 2 == 1;
        EXPECT_EQ(TestBit(in_range, row), expected);
        EXPECT_EQ(TestBit(existing, row), expected);
        rows += expected;
      }
    }
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t* some, view.TimesWhere(existing));
    ForEachRow(existing, 0, view.rows(),
               [&](size_t row) { EXPECT_EQ(some[row], times[row]); });
    return absl::OkStatus();
  };
  EXPECT_EQ(VisitBlocks(snapshot, plan, {}, needs, check), absl::OkStatus());
  EXPECT_EQ(rows, 30);
}

TEST(BlockViewTest, VisitsRowsOfAMask) {
  std::mt19937 random(31);
  std::vector<uint64_t> mask(4);
  for (int i = 0; i < 200; ++i) {
    if (random() % 3 == 0) SetBit(mask.data(), i);
  }
  for (size_t begin = 0; begin <= 200; ++begin) {
    for (size_t end = begin; end <= 200; end += 7) {
      std::vector<size_t> expected;
      for (size_t i = begin; i < end; ++i) {
        if (TestBit(mask.data(), i)) expected.push_back(i);
      }
      std::vector<size_t> met;
      ForEachRow(mask.data(), begin, end, [&](size_t row) { met.push_back(row); });
      ASSERT_EQ(met, expected) << begin << " " << end;
    }
  }
}

}  // namespace
}  // namespace footfall::query
