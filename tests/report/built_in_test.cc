#include <string>

#include "base/status.h"
#include "gtest/gtest.h"
#include "tests/report/run_text.h"

namespace footfall::report {
namespace {

constexpr model::EventType kPageView = model::EventType::kPageView;

absl::StatusOr<Result> RunNamed(const FakeSnapshot& snapshot, std::string_view name,
                                const std::string& parameters = "{}",
                                RunOptions options = {}) {
  if (options.now_ms == 0) options.now_ms = At("2025-11-21T12:00:00Z");
  options.parameters = base::Json::Parse(parameters).value();
  return RunBuiltIn(snapshot, name, options);
}

TEST(BuiltInTest, ListsAndShowsThem) {
  std::string last;
  for (const BuiltIn& built_in : BuiltIns()) {
    EXPECT_LT(last, built_in.name);
    last = std::string(built_in.name);
    const absl::StatusOr<base::Json> shown = ShowBuiltIn(built_in.name);
    ASSERT_TRUE(shown.ok());
    EXPECT_EQ(shown->Find("name")->as_string(), built_in.name);
    EXPECT_TRUE(shown->Find("builtin")->as_bool());
    // What is shown are the columns of a run.
    std::string columns;
    for (const base::Json& column : shown->Find("columns")->as_array()) {
      if (!columns.empty()) columns += ' ';
      columns +=
          column.Find("name")->as_string() + ":" + column.Find("type")->as_string();
    }
    const absl::StatusOr<Result> result = RunNamed(FakeSnapshot(), built_in.name);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(Header(result->rows), columns);
    EXPECT_EQ(result->report, built_in.name);
    EXPECT_EQ(result->kind, built_in.kind);
  }
  EXPECT_EQ(BuiltIns().size(), 15u);
  EXPECT_EQ(ShowBuiltIn("logins")->Find("tags")->Dump(),
            R"(["integrations_salesforce"])");
  EXPECT_EQ(ShowBuiltIn("logins")->Find("parameters")->Dump(),
            R"(["attributes","login_event"])");
  EXPECT_EQ(ShowBuiltIn("x").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(RunNamed(FakeSnapshot(), "x").status().code(), absl::StatusCode::kNotFound);
}

FakeSnapshot Visits() {
  FakeSnapshot snapshot;
  for (const char* time : {"2025-09-01T08:00:00Z", "2025-10-22T12:00:00Z",
                           "2025-10-22T12:10:00Z", "2025-11-20T08:00:00Z"}) {
    snapshot.Add({.person = "bob", .time_ms = At(time)});
  }
  snapshot.Add({.person = "ana@example.com",
                .time_ms = At("2025-11-21T12:00:00Z"),
                .name = "signed-in"});
  snapshot.Add({.person = "ana@example.com",
                .time_ms = At("2025-11-21T12:00:00.001Z"),
                .name = "signed-in"});
  snapshot.Add({.person = "idle",
                .time_ms = At("2025-11-21T12:00:00Z"),
                .type = model::EventType::kIdentify,
                .name = "signed-in"});
  return snapshot;
}

TEST(BuiltInTest, LoginsAreSessionStarts) {
  const absl::StatusOr<Result> result = RunNamed(Visits(), "logins");
  EXPECT_EQ(Header(result->rows),
            "person:string first_login:timestamp last_login:timestamp "
            "logins_last_30_days:int64");
  // The 22nd of October at noon is 30 x 24 hours ago: it counts.
  EXPECT_EQ(Lines(result->rows),
            (Texts{"ana@example.com 2025-11-21T12:00:00.000Z 2025-11-21T12:00:00.000Z 1",
                   "bob 2025-09-01T08:00:00.000Z 2025-11-20T08:00:00.000Z 2"}));
  const RunOptions range{.from = "2025-10-01", .to = "2025-11-01"};
  EXPECT_EQ(LinesOf(RunNamed(Visits(), "logins", "{}", range)),
            (Texts{"bob 2025-10-22T12:00:00.000Z 2025-10-22T12:00:00.000Z 1"}));
}

TEST(BuiltInTest, LoginsAreEventsOfAName) {
  // The login that is still to come is not of the last 30 days.
  EXPECT_EQ(
      LinesOf(RunNamed(Visits(), "logins", R"({"login_event":"signed-in"})")),
      (Texts{"ana@example.com 2025-11-21T12:00:00.000Z 2025-11-21T12:00:00.001Z 1"}));
  EXPECT_EQ(LinesOf(RunNamed(Visits(), "logins", R"({"login_event":"other"})")), Texts());
}

TEST(BuiltInTest, AttributesBecomeColumns) {
  FakeSnapshot snapshot = Visits();
  snapshot.PersonOf("bob").attributes = {{"crm_id", int64_t{7}},
                                         {"email", std::string("bob@b.example")}};
  snapshot.PersonOf("bob").first_seen_ms = At("2025-09-01T08:00:00Z");
  const absl::StatusOr<Result> result =
      RunNamed(snapshot, "logins",
               R"({"attributes":["email","crm_id","first_seen","account","no"]})");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Header(result->rows),
            "person:string first_login:timestamp last_login:timestamp "
            "logins_last_30_days:int64 email:string crm_id:int64 first_seen:timestamp "
            "account:string no:string");
  EXPECT_EQ(Lines(result->rows),
            (Texts{"ana@example.com 2025-11-21T12:00:00.000Z 2025-11-21T12:00:00.000Z 1 "
                   "ana@example.com - - example.com -",
                   "bob 2025-09-01T08:00:00.000Z 2025-11-20T08:00:00.000Z 2 "
                   "bob@b.example 7 2025-09-01T08:00:00.000Z b.example -"}));
}

TEST(BuiltInTest, RefusesBadParameters) {
  const auto path = [](std::string_view name, const std::string& parameters) {
    const absl::StatusOr<Result> result = RunNamed(FakeSnapshot(), name, parameters);
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    return base::PathOf(result.status()).value_or("");
  };
  EXPECT_EQ(path("logins", "[]"), "$.parameters");
  EXPECT_EQ(path("logins", R"({"login":"x"})"), "$.parameters.login");
  EXPECT_EQ(path("sessions", R"({"attributes":[]})"), "$.parameters.attributes");
  EXPECT_EQ(path("users", R"({"login_event":"x"})"), "$.parameters.login_event");
  EXPECT_EQ(path("logins", R"({"login_event":7})"), "$.parameters.login_event");
  EXPECT_EQ(path("logins", R"({"login_event":""})"), "$.parameters.login_event");
  EXPECT_EQ(path("users", R"({"attributes":"email"})"), "$.parameters.attributes");
  EXPECT_EQ(path("users", R"({"attributes":["email",7]})"), "$.parameters.attributes[1]");
  EXPECT_EQ(path("users", R"({"attributes":["a","a"]})"), "$.parameters.attributes[1]");
  EXPECT_EQ(path("users", R"({"attributes":["country"]})"), "$.parameters.attributes[0]");
}

FakeSnapshot Pages() {
  FakeSnapshot snapshot;
  const auto view = [&](const char* person, int64_t second, const char* url,
                        const char* title) {
    snapshot.Add({.person = person,
                  .time_ms = second * 1000,
                  .type = kPageView,
                  .url = url,
                  .title = title});
  };
  view("ana", 0, "/a", "Old");
  view("ana", 20, "/c", "C");
  view("ana", 10, "/b", "B");  // Late.
  view("bob", 5, "/a", "New");
  view("bob", 9000, "/b", "");
  snapshot.Add({.person = "bob", .time_ms = 4000, .url = "/a"});  // No page view.
  snapshot.Add({.person = "cy", .time_ms = 1000, .type = kPageView});
  return snapshot;
}

TEST(BuiltInTest, PageViews) {
  const absl::StatusOr<Result> result = RunNamed(Pages(), "page-views");
  EXPECT_EQ(
      Header(result->rows),
      "page:string title:string views:int64 people:int64 sessions:int64 entries:int64 "
      "exits:int64 first_time:timestamp last_time:timestamp");
  EXPECT_EQ(Lines(result->rows),
            (Texts{"/a New 2 2 2 2 1 1970-01-01T00:00:00.000Z 1970-01-01T00:00:05.000Z",
                   "/b  2 2 2 1 1 1970-01-01T00:00:10.000Z 1970-01-01T02:30:00.000Z",
                   "/c C 1 1 1 0 1 1970-01-01T00:00:20.000Z 1970-01-01T00:00:20.000Z",
                   "- - 1 1 1 0 0 1970-01-01T00:00:01.000Z 1970-01-01T00:00:01.000Z"}));
}

TEST(BuiltInTest, PageViewsOfARange) {
  // Ana's session began before the range: her views count, her session does not.
  const RunOptions range{.from = "1970-01-01T00:00:01Z", .to = "1970-01-01T00:00:20Z"};
  EXPECT_EQ(LinesOf(RunNamed(Pages(), "page-views", "{}", range)),
            (Texts{"/a New 1 1 1 1 1 1970-01-01T00:00:05.000Z 1970-01-01T00:00:05.000Z",
                   "/b B 1 1 0 0 0 1970-01-01T00:00:10.000Z 1970-01-01T00:00:10.000Z",
                   "- - 1 1 1 0 0 1970-01-01T00:00:01.000Z 1970-01-01T00:00:01.000Z"}));
}

TEST(BuiltInTest, Sessions) {
  FakeSnapshot snapshot;
  snapshot.Add({.person = "ana",
                .time_ms = 5000,
                .type = kPageView,
                .session = "s",
                .url = "/end",
                .browser = "Firefox"});
  snapshot.Add({.person = "ana",
                .time_ms = 1000,
                .type = kPageView,
                .session = "s",
                .url = "/start",
                .country = "FR",
                .browser = "Chrome",
                .os = "Linux"});
  snapshot.Add({.person = "ana",
                .time_ms = 9000,
                .session = "s",
                .url = "/other",
                .country = "DE"});
  snapshot.Add({.person = "bob", .time_ms = 2000});
  const absl::StatusOr<Result> result = RunNamed(snapshot, "sessions");
  EXPECT_EQ(
      Lines(result->rows),
      (Texts{"s ana 1970-01-01T00:00:01.000Z 1970-01-01T00:00:09.000Z 8000 3 2 /start "
             "/end DE Firefox Linux false not recorded",
             "bob/1970-01-01T00:00:02.000Z bob 1970-01-01T00:00:02.000Z "
             "1970-01-01T00:00:02.000Z 0 1 0 - - - - - false not recorded"}));
}

TEST(BuiltInTest, UsersFromTheirAttributes) {
  FakeSnapshot snapshot;
  snapshot.Add({.person = "bob@b.example", .time_ms = At("2025-11-20T00:00:00Z")});
  model::Person& bob = snapshot.PersonOf("bob@b.example");
  bob.first_seen_ms = 1000;
  bob.last_seen_ms = 9000;
  bob.sessions = 2;
  bob.events = 5;
  bob.total_duration_ms = 7;
  bob.total_between_ms = 100;
  bob.country = "FR";
  bob.region = "IDF";
  bob.city = "Paris";
  bob.browser = "Firefox";
  bob.browser_version = "145";
  bob.os = "Linux";
  bob.attributes = {{"tier", std::string("gold")}};
  snapshot.PersonOf("a-17").identified = false;
  const Texts both = {
      "anonymous:a-17 false - - - 0 0 - - 0 - - - - - - -",
      "bob@b.example true b.example 1970-01-01T00:00:01.000Z "
      "1970-01-01T00:00:09.000Z 2 7 4 100 5 FR IDF Paris Firefox 145 Linux "
      "gold"};
  EXPECT_EQ(LinesOf(RunNamed(snapshot, "users", R"({"attributes":["tier"]})")), both);
  // A range leaves those with an event in it; what is said of them stays.
  const RunOptions range{.from = "2025-11-20", .to = "2025-11-21"};
  EXPECT_EQ(LinesOf(RunNamed(snapshot, "users", R"({"attributes":["tier"]})", range)),
            (Texts{both[1]}));
  const RunOptions empty{.from = "2025-11-21"};
  EXPECT_EQ(LinesOf(RunNamed(snapshot, "users", "{}", empty)), Texts());
}

TEST(BuiltInTest, ActiveUsersAreOfLocalDays) {
  FakeSnapshot snapshot;
  snapshot.Add({.person = "ana", .time_ms = At("2025-11-20T23:30:00Z")});
  snapshot.Add({.person = "ana", .time_ms = At("2025-11-20T10:00:00Z")});
  EXPECT_EQ(LinesOf(RunNamed(snapshot, "active-users")), (Texts{"2025-11-20 1 1 1 1"}));
  const RunOptions paris{.timezone = "Europe/Paris"};
  EXPECT_EQ(LinesOf(RunNamed(snapshot, "active-users", "{}", paris)),
            (Texts{"2025-11-20 1 1 1 1", "2025-11-21 1 1 1 0"}));
}

TEST(BuiltInTest, RefusesBadRanges) {
  const RunOptions options{.from = "2025-11-21", .to = "2025-11-20"};
  EXPECT_EQ(base::PathOf(RunNamed(FakeSnapshot(), "logins", "{}", options).status()),
            "$.to");
}

}  // namespace
}  // namespace footfall::report
