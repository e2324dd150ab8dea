// The plans of the built-in reports: segments, interleaved sessions, several workers.
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "query/execute.h"
#include "tests/query/fake_snapshot.h"
#include "tests/query/table_text.h"

namespace footfall::query {
namespace {

using Texts = std::vector<std::string>;

constexpr model::EventType kPageView = model::EventType::kPageView;
constexpr int64_t kDay = 86'400'000;

model::Rule RuleOf(const std::string& json) {
  return model::Rule::Parse(base::Json::Parse(json).value()).value();
}

Texts LinesOf(const FakeSnapshot& snapshot, const Plan& plan, int64_t now_ms = 0,
              int threads = 0) {
  const absl::StatusOr<QueryResult> result =
      Execute(snapshot, plan, {.now_ms = now_ms, .threads = threads});
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? Lines(result->rows) : Texts();
}

template <typename Body>
Plan PlanOf(Body body, const Range& range = {},
            const std::optional<model::Rule>& segment = std::nullopt) {
  Plan plan;
  plan.range = range;
  plan.segment = segment;
  plan.body = std::move(body);
  return plan;
}

void AddView(FakeSnapshot& snapshot, const char* person, int64_t time_ms,
             const char* session, const char* url, const char* title = "T") {
  snapshot.Add({.person = person,
                .time_ms = time_ms,
                .type = kPageView,
                .session = session,
                .url = url,
                .title = title});
}

TEST(BuiltInPlansTest, PageViewsOfInterleavedSessions) {
  FakeSnapshot snapshot;
  AddView(snapshot, "ana", 0, "s", "/a");
  AddView(snapshot, "ana", 1, "t", "/a");
  AddView(snapshot, "ana", 2, "s", "/a");
  AddView(snapshot, "ana", 3, "t", "/b");
  AddView(snapshot, "ana", 4, "s", "/b");
  AddView(snapshot, "ana", 5, "s", "/c");
  AddView(snapshot, "bob", 6, "s", "/c");
  const std::string epoch = "1970-01-01T00:00:00.00";
  EXPECT_EQ(LinesOf(snapshot, PlanOf(PageViewsPlan())),
            (Texts{base::Cat("/a T 3 1 2 2 0 ", epoch, "0Z ", epoch, "2Z"),
                   base::Cat("/b T 2 1 2 0 1 ", epoch, "3Z ", epoch, "4Z"),
                   base::Cat("/c T 2 2 2 1 2 ", epoch, "5Z ", epoch, "6Z")}));
  // Both sessions of ana began before the range: they neither count, enter nor exit.
  EXPECT_EQ(LinesOf(snapshot, PlanOf(PageViewsPlan(), {.from_ms = 4})),
            (Texts{base::Cat("/c T 2 2 1 1 1 ", epoch, "5Z ", epoch, "6Z"),
                   base::Cat("/b T 1 1 0 0 0 ", epoch, "4Z ", epoch, "4Z")}));
}

TEST(BuiltInPlansTest, ThePageTitleIsTheLatestByTimeThenPersonThenOrder) {
  FakeSnapshot snapshot;
  AddView(snapshot, "ana", 10, "s", "/a", "Ana's");
  AddView(snapshot, "bob", 10, "s", "/a", "Bob's first");
  AddView(snapshot, "bob", 10, "s", "/a", "Bob's second");
  AddView(snapshot, "cy", 9, "s", "/a", "Cy's");
  for (const size_t part_rows : {1, 100}) {
    snapshot.block_style().part_rows = part_rows;
    const absl::StatusOr<QueryResult> result =
        Execute(snapshot, PlanOf(PageViewsPlan()), {});
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(std::get<Text>(result->rows.columns[1].cells[0]), "Bob's second");
  }
}

// ana and dee are gold; dee has done nothing.
FakeSnapshot Tiers() {
  FakeSnapshot snapshot;
  snapshot.Add({.person = "ana", .time_ms = kDay, .name = "in"});
  snapshot.Add({.person = "bob", .time_ms = 2 * kDay, .name = "in"});
  snapshot.Add({.person = "bob", .time_ms = 10 * kDay, .name = "in"});
  snapshot.Add({.person = "cy", .time_ms = 10 * kDay, .name = "out"});
  for (const char* person : {"ana", "cy", "dee"}) {
    snapshot.PersonOf(person).attributes = {{"tier", std::string("gold")}};
  }
  return snapshot;
}

const char kGold[] = R"({"field":"person.tier","op":"is","value":"gold"})";

// The first column of each row.
Texts PeopleOf(const Plan& plan, int64_t now_ms = 20 * kDay) {
  const absl::StatusOr<QueryResult> result = Execute(Tiers(), plan, {.now_ms = now_ms});
  EXPECT_TRUE(result.ok()) << result.status();
  Texts people;
  if (!result.ok()) return people;
  for (const Cell& cell : result->rows.columns[0].cells) {
    people.push_back(CellText(cell, ColumnType::kString));
  }
  return people;
}

TEST(BuiltInPlansTest, UsersOfASegment) {
  const model::Rule gold = RuleOf(kGold);
  EXPECT_EQ(PeopleOf(PlanOf(UsersPlan())), (Texts{"ana", "bob", "cy", "dee"}));
  EXPECT_EQ(PeopleOf(PlanOf(UsersPlan(), {}, gold)), (Texts{"ana", "cy", "dee"}));
  EXPECT_EQ(PeopleOf(PlanOf(UsersPlan(), {.from_ms = 2 * kDay}, gold)), (Texts{"cy"}));
  EXPECT_EQ(PeopleOf(PlanOf(UsersPlan(), {.to_ms = 10 * kDay}, gold)), (Texts{"ana"}));
}

TEST(BuiltInPlansTest, UsersWithoutEventsAndTheirBehaviour) {
  const auto people = [](const std::string& rule) {
    return PeopleOf(PlanOf(UsersPlan(), {}, RuleOf(rule)));
  };
  EXPECT_EQ(people(R"({"did":{}})"), (Texts{"ana", "bob", "cy"}));
  EXPECT_EQ(people(R"({"not":{"did":{}}})"), (Texts{"dee"}));
  const auto count = [](const char* op, int value) {
    return base::Cat(R"({"did":{"where":{"field":"event.name","op":"is","value":"in"},)",
                     R"("count":{"op":")", op, R"(","value":)", value, "}}}");
  };
  EXPECT_EQ(people(count("=", 0)), (Texts{"cy", "dee"}));
  EXPECT_EQ(people(count("!=", 1)), (Texts{"bob", "cy", "dee"}));
  EXPECT_EQ(people(count("<", 1)), (Texts{"cy", "dee"}));
  EXPECT_EQ(people(count("<=", 1)), (Texts{"ana", "cy", "dee"}));
  EXPECT_EQ(people(count(">", 1)), (Texts{"bob"}));
  EXPECT_EQ(people(count(">=", 1)), (Texts{"ana", "bob"}));
}

TEST(BuiltInPlansTest, LoginsOfASegment) {
  EXPECT_EQ(PeopleOf(PlanOf(LoginsPlan(), {}, RuleOf(kGold))), (Texts{"ana", "cy"}));
  EXPECT_EQ(PeopleOf(PlanOf(LoginsPlan{.login_event = "in"}, {}, RuleOf(kGold))),
            (Texts{"ana"}));
}

TEST(BuiltInPlansTest, ActiveUsersOfASegmentLookBackPastTheRange) {
  // ana is not active in range, but in the month that ends with its day.
  EXPECT_EQ(LinesOf(Tiers(), PlanOf(ActiveUsersPlan(), {.from_ms = 9 * kDay})),
            (Texts{"1970-01-11 2 2 3 1"}));
  EXPECT_EQ(
      LinesOf(Tiers(), PlanOf(ActiveUsersPlan(), {.from_ms = 9 * kDay}, RuleOf(kGold))),
      (Texts{"1970-01-11 1 1 2 1"}));
}

TEST(BuiltInPlansTest, AnyNumberOfWorkersAndPartsGivesTheSame) {
  std::mt19937 random(11);
  FakeSnapshot snapshot;
  for (int i = 0; i < 2000; ++i) {
    const std::string person = base::Cat("p", random() % 40);
    const std::string session = base::Cat("s", random() % 3);
    const std::string url = base::Cat("/", random() % 20);
    const std::string title = base::Cat("T", random() % 50);
    snapshot.Add({.person = person,
                  .time_ms = static_cast<int64_t>(random() % (40 * kDay)),
                  .type = random() % 2 == 0 ? kPageView : model::EventType::kTrack,
                  .name = random() % 3 == 0 ? "login" : "other",
                  .session = random() % 2 == 0 ? session : "",
                  .url = random() % 5 == 0 ? std::nullopt : std::optional(url),
                  .title = title,
                  .country = random() % 3 == 0 ? "FR" : ""});
    constexpr const char* kNames[] = {"task.completed",   "task.started",
                                      "course.started",   "lesson.completed",
                                      "survey.submitted", "quiz.submitted"};
    snapshot.Add({.person = person,
                  .time_ms = static_cast<int64_t>(random() % (40 * kDay)),
                  .type = model::EventType::kContent,
                  .name = kNames[random() % std::size(kNames)],
                  .properties = {{"content_id", base::Cat("c", random() % 9)},
                                 {"content_name", base::Cat("C", random() % 9)},
                                 {"course_id", base::Cat("k", random() % 3)},
                                 {"score", static_cast<int64_t>(random() % 12)}}});
  }
  SessionsPlan totals;
  totals.columns.push_back({.name = "n"});
  totals.columns.push_back({.name = "p90",
                            .aggregate = Aggregate::kPercentile,
                            .of = model::Field::Parse("session.duration").value(),
                            .percent = 90});
  const Range range{.from_ms = 5 * kDay, .to_ms = 35 * kDay};
  const std::vector<Plan> plans = {
      PlanOf(LoginsPlan{.attributes = {"email", "sessions"}}),
      PlanOf(LoginsPlan{.login_event = "login"}, range),
      PlanOf(PageViewsPlan(), range),
      PlanOf(SessionsPlan(), range),
      PlanOf(totals, range),
      PlanOf(UsersPlan(), range),
      PlanOf(ActiveUsersPlan(), range),
      PlanOf(NpsPlan{.attributes = {"email", "sessions"}}, range),
      PlanOf(NpsPlan{.survey = "c1"}, range),
      PlanOf(OnboardingPlan{.attributes = {"email"}}, range),
      PlanOf(OnboardingPlan{.tasks = std::vector<std::string>{"c1", "c2"}}, range),
      PlanOf(CoursesPlan(), range),
      PlanOf(CoursesPlan{.courses = {{.id = "k1",
                                      .name = "K",
                                      .lessons = {"c1", "c2"},
                                      .quiz = "c3",
                                      .quiz_name = "Q"}},
                         .attributes = {"email"}},
             range),
      PlanOf(AccountsPlan(), range),
      PlanOf(
          TrackedEventsPlan{
              .events = {{"fr", RuleOf(R"({"field":"context.country","op":"is",
                                                  "value":"FR"})")},
                         {"in", RuleOf(R"({"field":"event.name","op":"is",
                                                  "value":"login"})")}}},
          range),
      PlanOf(ContentPlan{.catalogue = {{"task", "c1", "The first"}}}, range),
      PlanOf(PageTimesPlan(), range)};
  for (const Plan& plan : plans) {
    snapshot.block_style().part_rows = 1'000'000;
    const Texts expected = LinesOf(snapshot, plan, 30 * kDay);
    EXPECT_FALSE(expected.empty());
    snapshot.block_style().part_rows = 1;
    EXPECT_EQ(LinesOf(snapshot, plan, 30 * kDay), expected) << plan.body.index();
    EXPECT_EQ(LinesOf(snapshot, plan, 30 * kDay, 4), expected) << plan.body.index();
  }
}

}  // namespace
}  // namespace footfall::query
