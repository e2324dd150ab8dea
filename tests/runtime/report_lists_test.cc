// What reports are asked beside their rows: lists behind counts, proofs, explanations,
// the period before, and the smallest group.
#include "runtime/report_lists.h"

#include <string>
#include <string_view>
#include <variant>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "gtest/gtest.h"
#include "report/export.h"
#include "runtime/ingest.h"
#include "runtime/instance.h"
#include "runtime/people.h"
#include "tests/runtime/temp_store.h"

namespace footfall::runtime {
namespace {

using base::Json;

constexpr int64_t kNow = 1763712000000;  // 2025-11-21T08:00:00Z, a Friday.
constexpr int64_t kMinute = 60'000;
constexpr int64_t kDay = 24 * 60 * kMinute;

Json Parse(std::string_view text) {
  const absl::StatusOr<Json> json = Json::Parse(text);
  EXPECT_TRUE(json.ok()) << text;
  return json.ok() ? *json : Json();
}

std::string Is(std::string_view name) {
  return base::Cat(R"({"field":"event.name","op":"is","value":")", name, R"("})");
}

const std::string kFunnel = base::Cat(
    R"({"version":1,"name":"checkout","kind":"funnel","window":"1h","exclude":)",
    Is("cancel"), R"(,"steps":[{"name":"view","where":)", Is("view"),
    R"(},{"name":"cart","within":"10m","where":)", Is("cart"),
    R"(},{"name":"buy","where":)", Is("buy"), "}]}");

class ReportListsTest : public testing::Test {
 protected:
  Instance& instance() { return *temp_.instance; }

  // Events of `person`, so many minutes before the present; "name@minutes" each.
  void Add(std::string_view person, std::initializer_list<std::string_view> events) {
    std::string ndjson;
    for (const std::string_view event : events) {
      const size_t at = event.find('@');
      const int64_t minutes = std::stoll(std::string(event.substr(at + 1)));
      ndjson +=
          base::Cat(R"({"time":)", kNow - minutes * kMinute, R"(,"person":")", person,
                    R"(","type":"track","name":")", event.substr(0, at), "\"}\n");
    }
    IngestOptions options;
    options.now_ms = kNow;
    const auto ingest = Ingest::New(temp_.instance, options).value();
    ASSERT_TRUE(ingest->Write(ndjson).ok());
    ASSERT_TRUE(ingest->Finish().ok());
  }

  static report::RunOptions Now() {
    report::RunOptions options;
    options.now_ms = kNow;
    return options;
  }

  static std::string Csv(const absl::StatusOr<report::Result>& result) {
    if (!result.ok()) return base::MessageOf(result.status());
    std::string csv = report::Export(*result, report::Format::kCsv);
    std::erase(csv, '\r');
    return csv;
  }

  std::string Drill(std::string_view report, std::string_view request) {
    const auto parsed = report::ParseDrillRequest(Parse(request));
    if (!parsed.ok()) return base::MessageOf(parsed.status());
    return Csv(DrillDown(instance(), report, *parsed, Now()));
  }

  // "step: taken [reason, ...]" of an explanation.
  std::string Explain(std::string_view report, std::string_view person) {
    const absl::StatusOr<Json> json = ExplainFunnel(instance(), report, person, Now());
    if (!json.ok()) return base::MessageOf(json.status());
    std::string text = base::Cat("reached ", json->Find("reached")->as_int(), "\n");
    for (const Json& step : json->Find("steps")->as_array()) {
      const Json& taken = *step.Find("taken");
      text += base::Cat(step.Find("step")->as_int(), " ",
                        taken.is_null() ? "-" : taken.Find("time")->as_string(), "\n");
      for (const Json& refused : step.Find("refused")->as_array()) {
        text += base::Cat("  ", refused.Find("time")->as_string(), " ",
                          refused.Find("reason")->as_string(), "\n");
      }
    }
    return text;
  }

  TempStore temp_;
};

TEST_F(ReportListsTest, ListsArePeopleSessionsOrMoments) {
  Add("ana", {"save@10", "save@5", "open@4"});
  Add("bob", {"save@3"});
  const std::string by_name =
      R"({"version":1,"name":"r","kind":"table","rows":[{"field":"event.name"}],
          "columns":[{"name":"events","agg":"count"},
                     {"name":"people","agg":"count_people"},
                     {"name":"sessions","agg":"count_sessions"},
                     {"name":"share","agg":"ratio","numerator":"people",
                      "denominator":"events"}]})";
  EXPECT_EQ(Drill(by_name, R"({"row":{"event.name":"save"},"column":"people"})"),
            "person,moments,first_time,last_time\n"
            "ana,2,2025-11-21T07:50:00.000Z,2025-11-21T07:55:00.000Z\n"
            "bob,1,2025-11-21T07:57:00.000Z,2025-11-21T07:57:00.000Z\n");
  EXPECT_EQ(Drill(by_name, R"({"row":{"event.name":"save"},"column":"events"})"),
            "time,person,session,type,name,url\n"
            "2025-11-21T07:50:00.000Z,ana,ana/2025-11-21T07:50:00.000Z,track,save,\n"
            "2025-11-21T07:55:00.000Z,ana,ana/2025-11-21T07:50:00.000Z,track,save,\n"
            "2025-11-21T07:57:00.000Z,bob,bob/2025-11-21T07:57:00.000Z,track,save,\n");
  EXPECT_EQ(Drill(by_name, R"({"row":{"event.name":"open"},"column":"sessions"})"),
            "session,person,start,moments,first_time,last_time,playable,"
            "not_playable_reason\n"
            "ana/2025-11-21T07:50:00.000Z,ana,2025-11-21T07:50:00.000Z,1,"
            "2025-11-21T07:56:00.000Z,2025-11-21T07:56:00.000Z,false,not recorded\n");
  EXPECT_EQ(Drill(by_name,
                  R"({"row":{"event.name":"open"},"column":"people","list":"moments"})"),
            "time,person,session,type,name,url\n"
            "2025-11-21T07:56:00.000Z,ana,ana/2025-11-21T07:50:00.000Z,track,open,\n");
  EXPECT_EQ(Drill(by_name, R"({"row":{"event.name":"none"},"column":"people"})"),
            "person,moments,first_time,last_time\n");
}

TEST_F(ReportListsTest, RequestsThatMakeNoSenseAreRefused) {
  const std::string total =
      R"({"version":1,"name":"r","kind":"table","columns":[{"name":"n","agg":"count"},
          {"name":"r","agg":"ratio","numerator":"n","denominator":"n"}]})";
  const std::string sessions = R"({"version":1,"name":"s","kind":"sessions",
      "columns":[{"name":"n","agg":"count"}]})";
  EXPECT_EQ(Drill(total, "[]"), "$: must be an object");
  EXPECT_EQ(Drill(total, "{}"), "$.column: is required");
  EXPECT_EQ(Drill(total, R"({"column":1})"), "$.column: must be a string");
  EXPECT_EQ(Drill(total, R"({"column":"n","x":1})"), "$.x: unknown key");
  EXPECT_EQ(Drill(total, R"({"column":"n","row":1})"), "$.row: must be an object");
  EXPECT_EQ(Drill(total, R"({"column":"n","row":{"a":[]}})"), "$.row.a: must be a value");
  EXPECT_EQ(Drill(total, R"({"column":"n","list":"x"})"),
            "$.list: must be people, sessions or moments");
  EXPECT_EQ(Drill(total, R"({"column":"n","row":{"a":1}})"),
            "$.row.a: is not part of a row's key");
  EXPECT_EQ(Drill(total, R"({"column":"x"})"), "$.column: the report has no column 'x'");
  EXPECT_EQ(Drill(total, R"({"column":"r"})"),
            "$.column: 'r' is a ratio; ask for what it divides");
  EXPECT_EQ(Drill(sessions, R"({"column":"n","list":"moments"})"),
            "$.list: this column has no such list");
  EXPECT_EQ(Drill(kFunnel, R"({"column":"people"})"),
            "$.row: needs 'step', which is part of a row's key");
  EXPECT_EQ(Drill(kFunnel, R"({"column":"people","row":{"step":4}})"),
            "$.row.step: must be a whole number from 1 to 3");
  EXPECT_EQ(Drill(kFunnel, R"({"column":"median_ms","row":{"step":1}})"),
            "$.column: must be people, dropped or converted");
  EXPECT_EQ(
      Drill("active-users", R"({"column":"dau","row":{"day":"x"}})").find("$.row.day"),
      0u);
  EXPECT_EQ(Drill("none", R"({"column":"n"})"), "there is no report 'none'");
}

TEST_F(ReportListsTest, FunnelsListWhoDroppedAndWhoConverted) {
  Add("ana", {"view@50", "cart@45", "buy@40"});
  Add("bob", {"view@30", "cart@25"});
  Add("cy", {"view@20"});
  ASSERT_TRUE(instance().reports().Save(Parse(kFunnel), kNow).ok());
  const auto people = [&](std::string_view column, int step) {
    const std::string csv =
        Drill("checkout",
              base::Cat(R"({"column":")", column, R"(","row":{"step":)", step, "}}"));
    std::string names;
    size_t line = csv.find('\n') + 1;
    while (line < csv.size()) {
      names += csv.substr(line, csv.find(',', line) - line) + " ";
      line = csv.find('\n', line) + 1;
    }
    return names;
  };
  EXPECT_EQ(people("people", 1), "ana bob cy ");
  EXPECT_EQ(people("people", 2), "ana bob ");
  EXPECT_EQ(people("dropped", 1), "cy ");
  EXPECT_EQ(people("dropped", 2), "bob ");
  EXPECT_EQ(people("dropped", 3), "");
  EXPECT_EQ(people("converted", 1), "ana ");
  EXPECT_EQ(
      Drill("checkout",
            R"({"column":"dropped","row":{"step":2,"name":"cart"},"list":"sessions"})"),
      "session,person,time,playable,not_playable_reason\n"
      "bob/2025-11-21T07:30:00.000Z,bob,2025-11-21T07:35:00.000Z,false,"
      "not recorded\n");
}

TEST_F(ReportListsTest, AFunnelIsExplainedForOnePerson) {
  Add("ana", {"cart@130", "view@120", "view@60", "cart@49", "cart@55", "cancel@52",
              "buy@50", "view@40"});
  ASSERT_TRUE(instance().reports().Save(Parse(kFunnel), kNow).ok());
  EXPECT_EQ(Explain("checkout", "ana"),
            "reached 2\n"
            "1 2025-11-21T07:00:00.000Z\n"
            "  2025-11-21T06:00:00.000Z leads no further than step 1\n"
            "  2025-11-21T07:20:00.000Z comes after the one that was taken\n"
            "2 2025-11-21T07:05:00.000Z\n"
            "  2025-11-21T05:50:00.000Z comes before step 1 was taken\n"
            "  2025-11-21T07:11:00.000Z comes after the one that was taken\n"
            "3 -\n"
            "  2025-11-21T07:10:00.000Z the excluded event 'cancel' at "
            "2025-11-21T07:08:00.000Z lies before it\n");
  report::RunOptions options = Now();
  options.from = "2025-11-21T07:01:00Z";
  const absl::StatusOr<Json> later =
      ExplainFunnel(instance(), "checkout", "ana", options);
  ASSERT_TRUE(later.ok()) << later.status();
  EXPECT_EQ(later->Find("steps")
                ->as_array()[0]
                .Find("refused")
                ->as_array()[0]
                .Find("reason")
                ->as_string(),
            "is out of the range");
  EXPECT_EQ(Explain("checkout", "nobody"), "no such person is stored");
  EXPECT_EQ(Explain("logins", "ana"), "the report 'logins' is no funnel");
  EXPECT_EQ(Explain("none", "ana"), "there is no report 'none'");
}

TEST_F(ReportListsTest, WindowsAndStrictnessAreExplained) {
  Add("ana", {"view@120", "other@119", "cart@118", "buy@10"});
  std::string wide = kFunnel;
  wide.replace(wide.find(R"("1h")"), 4, R"("90m")");
  EXPECT_NE(
      Explain(wide, "ana")
          .find("2025-11-21T07:50:00.000Z comes 6600000 ms after step 1, more than the "
                "window of 5400000 ms"),
      std::string::npos)
      << Explain(wide, "ana");
  Json strict = Parse(kFunnel);
  strict.Set("order", "strict");
  EXPECT_NE(Explain(strict.Dump(), "ana")
                .find("is not the next event after step 1: that is 'other' at "
                      "2025-11-21T06:01:00.000Z"),
            std::string::npos)
      << Explain(strict.Dump(), "ana");
  std::string text = kFunnel;
  text.replace(text.find(R"("10m")"), 5, R"("1m")");
  EXPECT_NE(Explain(text, "ana")
                .find("comes 120000 ms after step 1, more than the 60000 "
                      "ms of its within"),
            std::string::npos)
      << Explain(text, "ana");
  EXPECT_NE(Explain(text, "ana").find("step 2 is not reached"), std::string::npos);
  Json any = Parse(
      base::Cat(R"({"version":1,"name":"a","kind":"funnel","window":"1h","order":"any",
                    "steps":[{"name":"v","where":)",
                Is("view"), R"(},{"name":"b","where":)", Is("buy"), "}]}"));
  EXPECT_NE(Explain(any.Dump(), "ana").find("comes 6600000 ms after the window began"),
            std::string::npos)
      << Explain(any.Dump(), "ana");
}

TEST_F(ReportListsTest, ReportsAreProven) {
  Add("ana", {"view@50", "cart@45", "buy@40"});
  Add("bob", {"view@30", "cart@25"});
  ASSERT_TRUE(instance().reports().Save(Parse(kFunnel), kNow).ok());
  for (const std::string_view name : {"checkout", "logins", "users", "sessions"}) {
    const absl::StatusOr<Json> proof = Prove(instance(), name, Now(), 0);
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_TRUE(proof->Find("equal")->as_bool()) << proof->Dump(1);
    EXPECT_EQ(proof->Find("report")->as_string(), name);
    EXPECT_EQ(proof->Find("events")->as_int(), 5);
    EXPECT_EQ(proof->Find("people")->as_int(), 2);
    EXPECT_EQ(proof->Find("rows")->as_int(), proof->Find("proven_rows")->as_int());
  }
  const absl::Status poor = Prove(instance(), "logins", Now(), 1000).status();
  EXPECT_EQ(poor.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(absl::IsNotFound(Prove(instance(), "none", Now(), 0).status()));
}

// What data retention removed is taken from the store, and said so.
TEST_F(ReportListsTest, ProofsTakeWhatIsGoneFromTheStore) {
  Add("ana", {"view@14400", "view@50"});  // Ten days ago, and today.
  ASSERT_TRUE(instance().store().SetSetting("retention_days", "5").ok());
  ASSERT_TRUE(instance().store().Compact(kNow, nullptr).ok());
  const absl::StatusOr<Json> proof = Prove(instance(), "users", Now(), 0);
  ASSERT_TRUE(proof.ok()) << proof.status();
  EXPECT_TRUE(proof->Find("equal")->as_bool()) << proof->Dump(1);
  EXPECT_EQ(proof->Find("people_from_store")->as_int(), 1);
}

TEST_F(ReportListsTest, ComparesWithThePeriodBefore) {
  Add("ana", {"save@60", "save@1500", "save@10200"});  // Today, yesterday, a week ago.
  Add("bob", {"open@60", "open@10080"});
  const std::string by_name =
      R"({"version":1,"name":"r","kind":"table","range":{"last":"7d"},
          "rows":[{"field":"event.name"}],"columns":[{"name":"n","agg":"count"},
          {"name":"first","agg":"first_time"}]})";
  report::RunOptions options = Now();
  options.compare = true;
  EXPECT_EQ(Csv(instance().RunDefinition(by_name, options)),
            "event.name,n,first,previous_n,change_n\n"
            "open,2,2025-11-14T08:00:00.000Z,,\n"
            "save,2,2025-11-20T07:00:00.000Z,1,1\n");
  const auto result = instance().RunDefinition(by_name, options);
  EXPECT_EQ(*result->previous_to_ms, kNow - 7 * kDay);
  // Buckets are paired by their place in the range, in local days.
  const std::string by_day =
      R"({"version":1,"name":"r","kind":"table","rows":[{"time":"day"}],
          "columns":[{"name":"n","agg":"count"}]})";
  options.from = "2025-11-20";
  options.to = "2025-11-22";
  Add("cy", {"save@4320"});  // On the 18th.
  EXPECT_EQ(Csv(instance().RunDefinition(by_day, options)),
            "day,n,previous_n,change_n\n"
            "2025-11-20,1,1,0\n"
            "2025-11-21,2,,\n");
  options.from = "2025-11-22";
  options.to = "2025-11-24";
  // What there was only before follows, missing now.
  EXPECT_EQ(Csv(instance().RunDefinition(by_day, options)),
            "day,n,previous_n,change_n\n"
            "2025-11-22,,1,\n"
            "2025-11-23,,2,\n");
  options.from.reset();
  options.to.reset();
  EXPECT_EQ(Csv(instance().RunDefinition(by_day, options)),
            "$.compare: needs a range that has a beginning");
  options.from = "2025-11-20";
  const std::string taken =
      R"({"version":1,"name":"r","kind":"table","columns":[{"name":"n","agg":"count"},
          {"name":"change_n","agg":"count"}]})";
  EXPECT_EQ(Csv(instance().RunDefinition(taken, options)),
            "$.compare: the report has a column 'change_n' already");
}

// The Sunday on which clocks go back has 25 hours; a local day before is still one.
TEST_F(ReportListsTest, ThePeriodBeforeIsAsManyLocalDays) {
  report::RunOptions options = Now();
  options.compare = true;
  options.timezone = "Europe/Paris";
  options.from = "2025-10-26";
  options.to = "2025-10-27";
  const auto result = instance().RunReport("active-users", options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(base::FormatTime(*result->previous_from_ms), "2025-10-24T22:00:00.000Z");
  EXPECT_EQ(base::FormatTime(*result->previous_to_ms), "2025-10-25T22:00:00.000Z");
}

TEST_F(ReportListsTest, AFilterOfTheRunIsPutOverTheReport) {
  Add("ana", {"save@10", "open@5"});
  report::RunOptions options = Now();
  options.where = Parse(Is("save"));
  const std::string total =
      R"({"version":1,"name":"r","kind":"table","columns":[{"name":"n","agg":"count"}]})";
  EXPECT_EQ(Csv(instance().RunDefinition(total, options)), "n\n1\n");
  EXPECT_EQ(Csv(instance().RunReport("logins", options)),
            "person,first_login,last_login,logins_last_30_days\n"
            "ana,2025-11-21T07:50:00.000Z,2025-11-21T07:50:00.000Z,1\n");
  options.where = Parse(R"({"field":"event.name","op":"x"})");
  EXPECT_EQ(Csv(instance().RunDefinition(total, options)).find("$.where.op"), 0u);
}

class GroupSizeTest : public ReportListsTest {
 protected:
  void SetUp() override {
    for (const char* person : {"p1", "p2", "p3"}) Add(person, {"big@30", "both@29"});
    Add("p4", {"small@30"});
    Add("p5", {"small@30", "both@20"});
    ASSERT_TRUE(instance().store().SetSetting("group_size_min", "3").ok());
  }

  std::string Run(std::string_view report) {
    const auto compiled = instance().Compile(report, Now());
    if (!compiled.ok()) return base::MessageOf(compiled.status());
    const bool definition = report.starts_with("{");
    const auto result = definition ? instance().RunDefinition(report, Now())
                                   : instance().RunReport(report, Now());
    if (!result.ok()) return base::MessageOf(result.status());
    return base::Cat(Csv(result), "suppressed ", *result->suppressed_rows);
  }

  static constexpr char kRefused[] =
      "the smallest group is 3 people (setting group_size_min): ";
};

TEST_F(GroupSizeTest, RowsOfFewerPeopleAreSuppressed) {
  // Of those of one name 3, 4 and 2 people; were only the last suppressed, the total
  // would tell of them.
  EXPECT_EQ(Run(R"({"version":1,"name":"r","kind":"table","rows":[{"field":"event.name"}],
                    "columns":[{"name":"people","agg":"count_people"}]})"),
            "event.name,people\nboth,4\nsuppressed 2");
  EXPECT_EQ(Run(R"({"version":1,"name":"r","kind":"table",
                    "columns":[{"name":"people","agg":"count_people"}]})"),
            "people\n5\nsuppressed 0");
  const std::string json = report::Export(*instance().RunReport("tracked-events", Now()),
                                          report::Format::kJson);
  EXPECT_NE(json.find(R"("suppressed_rows":0)"), std::string::npos) << json;
}

TEST_F(GroupSizeTest, CellsOfFewerPeopleAreEmpty) {
  EXPECT_EQ(Run(base::Cat(
                R"({"version":1,"name":"r","kind":"table","columns":[
                    {"name":"all","agg":"count"},
                    {"name":"big","agg":"count","where":)",
                Is("big"), R"(},
                    {"name":"small","agg":"count","where":)",
                Is("small"), R"(},
                    {"name":"share","agg":"ratio","numerator":"small",
                     "denominator":"all"}]})")),
            "all,big,small,share\n9,3,,\nsuppressed 0");
  EXPECT_EQ(Run(R"({"version":1,"name":"r","kind":"retention","bucket":"day",
                    "periods":2})"),
            "cohort,people,k,returned,share,complete\n"
            "2025-11-21,5,0,5,1,false\n2025-11-21,5,1,,,false\nsuppressed 0");
}

TEST_F(GroupSizeTest, FunnelsAndPathsSuppressSteps) {
  EXPECT_EQ(Run(base::Cat(R"({"version":1,"name":"p","kind":"paths","steps":2,
      "anchor":)",
                          Is("big"), "}")),
            "step,from,to,sessions\n1,big,both,3\n2,both,$end,3\nsuppressed 0");
  EXPECT_EQ(Run(base::Cat(R"({"version":1,"name":"p","kind":"paths","steps":2,
      "anchor":)",
                          Is("small"), "}")),
            "step,from,to,sessions\nsuppressed 3");
  EXPECT_EQ(Run(base::Cat(R"({"version":1,"name":"f","kind":"funnel","window":"1h",
      "steps":[{"name":"a","where":)",
                          Is("both"), R"(},{"name":"b","where":)", Is("small"), "}]}")),
            "step,name,people,share_of_first,share_of_previous,median_ms,p90_ms\n"
            "1,a,4,1,1,,\nsuppressed 1");
}

TEST_F(GroupSizeTest, ListsOfPeopleAreRefused) {
  const std::string people = base::Cat(kRefused, "lists of people are not given out");
  const std::string sessions = base::Cat(kRefused, "lists of sessions are not given out");
  EXPECT_EQ(Run("users"), people);
  EXPECT_EQ(Run("logins"), people);
  EXPECT_EQ(Run("sessions"), sessions);
  EXPECT_EQ(Run(R"({"version":1,"name":"r","kind":"table","rows":["person"],
                    "columns":[{"name":"n","agg":"count"}]})"),
            people);
  EXPECT_EQ(Run(R"({"version":1,"name":"r","kind":"table","rows":["session"],
                    "columns":[{"name":"n","agg":"count"}]})"),
            sessions);
  EXPECT_EQ(
      Run(R"({"version":1,"name":"r","kind":"table","columns":[
                    {"name":"who","agg":"first","of":"person.id"}]})"),
      base::Cat(kRefused, "single values, as of the column 'who', are not given out"));
  EXPECT_EQ(Drill("active-users", R"({"column":"dau","row":{"day":"2025-11-21"}})"),
            people);
  EXPECT_EQ(Explain(kFunnel, "p1"),
            base::Cat(kRefused, "single people are not given out"));
  EXPECT_EQ(base::MessageOf(ShowPerson(instance(), "p1", kNow).status()),
            base::Cat(kRefused, "single people are not given out"));
  const absl::Status events =
      instance().ExportEvents({.now_ms = kNow}, [](auto) { return absl::OkStatus(); });
  EXPECT_EQ(events.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(base::MessageOf(events), base::Cat(kRefused, "events are not given out"));
}

TEST_F(GroupSizeTest, ProofsCountMismatchesAndNameNone) {
  const absl::StatusOr<Json> proof = Prove(instance(), "users", Now(), 0);
  ASSERT_TRUE(proof.ok()) << proof.status();
  EXPECT_TRUE(proof->Find("equal")->as_bool());
  EXPECT_EQ(proof->Find("mismatches")->as_array().size(), 0u);
}

TEST_F(GroupSizeTest, TheSettingIsAWholeNumber) {
  EXPECT_FALSE(instance().store().SetSetting("group_size_min", "-1").ok());
  ASSERT_TRUE(instance().store().SetSetting("group_size_min", "0").ok());
  EXPECT_TRUE(instance().RunReport("users", Now()).ok());
}

}  // namespace
}  // namespace footfall::runtime
