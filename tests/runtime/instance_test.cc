#include "runtime/instance.h"

#include <string>

#include "base/status.h"
#include "base/strings.h"
#include "gtest/gtest.h"
#include "runtime/ingest.h"
#include "runtime/people.h"
#include "tests/runtime/temp_store.h"

namespace footfall::runtime {
namespace {

constexpr int64_t kNow = 1763712000000;

constexpr char kDefinition[] =
    R"({"version":1,"name":"by-name","title":"By name","kind":"table","tags":["x"],
        "rows":[{"field":"event.name"}],"columns":[{"name":"n","agg":"count"}]})";

void Add(TempStore& temp, const std::string& ndjson) {
  IngestOptions options;
  options.now_ms = kNow;
  const std::unique_ptr<Ingest> ingest = Ingest::New(temp.instance, options).value();
  ASSERT_TRUE(ingest->Write(ndjson).ok());
  ASSERT_TRUE(ingest->Finish().ok());
  ASSERT_EQ(ingest->Result().Find("rejected")->as_int(), 0) << ingest->Result().Dump();
}

report::RunOptions Now() {
  report::RunOptions options;
  options.now_ms = kNow;
  return options;
}

absl::Status Save(TempStore& temp, const std::string& text) {
  const absl::StatusOr<base::Json> definition = base::Json::Parse(text);
  if (!definition.ok()) return definition.status();
  return temp.instance->reports().Save(*definition, kNow);
}

std::string ExportAll(Instance& instance, EventExport options) {
  std::string out;
  options.now_ms = kNow;
  const absl::Status status = instance.ExportEvents(options, [&](auto piece) {
    out += piece;
    return absl::OkStatus();
  });
  return status.ok() ? out : base::MessageOf(status);
}

TEST(InstanceTest, SavedReportsAreListedShownRunAndDeleted) {
  TempStore temp;
  Add(temp, R"({"time":1763711000000,"person":"a","type":"track","name":"save"})");
  ASSERT_TRUE(Save(temp, kDefinition).ok());
  const base::Json list = *temp.instance->reports().List();
  std::string names;
  for (const base::Json& row : list.Find("reports")->as_array()) {
    names += row.Find("name")->as_string() + " ";
  }
  EXPECT_EQ(names,
            "accounts active-users by-name content courses dead-clicks logins nps "
            "onboarding page-times page-views rage-clicks script-errors sessions "
            "tracked-events users ");
  EXPECT_EQ(temp.instance->reports().Show("by-name")->Find("title")->as_string(),
            "By name");
  const absl::StatusOr<report::Result> result =
      temp.instance->RunReport("by-name", Now());
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->rows.row_count(), 1u);
  EXPECT_EQ(std::get<query::Text>(result->rows.columns[0].cells[0]).view(), "save");
  EXPECT_EQ(std::get<int64_t>(result->rows.columns[1].cells[0]), 1);
  ASSERT_TRUE(temp.instance->reports().Delete("by-name").ok());
  EXPECT_TRUE(absl::IsNotFound(temp.instance->RunReport("by-name", Now()).status()));
  EXPECT_TRUE(absl::IsNotFound(temp.instance->reports().Delete("by-name")));
}

TEST(InstanceTest, DefinitionsFindSavedSegments) {
  TempStore temp;
  Add(temp,
      R"({"time":1763711000000,"person":"a","type":"track","name":"save"}
         {"time":1763711000001,"person":"b","type":"track","name":"open"}
         {"time":1763711000002,"person":"b","type":"track","name":"save"}
         {"time":1763711000003,"person":"c","type":"track","name":"open"})");
  const auto define = [](const std::string& segment) {
    return R"({"version":1,"name":"r","kind":"table","segment":)" + segment +
           R"(,"columns":[{"name":"n","agg":"count"}]})";
  };
  const auto count = [&](const std::string& segment) -> int64_t {
    const absl::StatusOr<report::Result> result =
        temp.instance->RunDefinition(define(segment), Now());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? std::get<int64_t>(result->rows.columns[0].cells[0]) : -1;
  };
  const std::string saved =
      R"({"did":{"where":{"field":"event.name","op":"is","value":"save"}}})";
  EXPECT_EQ(count(saved), 3);
  EXPECT_EQ(count(R"({"not":)" + saved + "}"), 1);
  ASSERT_TRUE(temp.instance->store()
                  .PutDocument("segment", "savers", R"({"where":)" + saved + "}")
                  .ok());
  EXPECT_EQ(count(R"("savers")"), 3);

  const absl::StatusOr<report::Result> unknown =
      temp.instance->RunDefinition(define(R"("others")"), Now());
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(base::PathOf(unknown.status()), "$.segment");
  // What is saved may name a segment that is saved later.
  ASSERT_TRUE(Save(temp, define(R"("others")")).ok());
  EXPECT_EQ(temp.instance->RunReport("r", Now()).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(temp.instance->ExplainReport("r", Now()).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(InstanceTest, ExplainsReports) {
  TempStore temp;
  Add(temp, R"({"time":1763711000000,"person":"a","type":"track","name":"save"})");
  const absl::StatusOr<base::Json> built_in =
      temp.instance->ExplainReport("logins", Now());
  ASSERT_TRUE(built_in.ok()) << built_in.status();
  EXPECT_EQ(built_in->Find("plan")->Find("kind")->as_string(), "logins");
  EXPECT_EQ(built_in->Find("stats")->Find("rows")->as_int(), 1);
  const absl::StatusOr<base::Json> definition =
      temp.instance->ExplainDefinition(kDefinition, Now());
  ASSERT_TRUE(definition.ok()) << definition.status();
  EXPECT_EQ(definition->Find("report")->as_string(), "by-name");
  EXPECT_EQ(temp.instance->reports_run(), 2u);
  EXPECT_EQ(temp.instance->ExplainReport("none", Now()).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(temp.instance->ExplainDefinition("{", Now()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(InstanceTest, BuiltInNamesAreTaken) {
  TempStore temp;
  std::string text = kDefinition;
  text.replace(text.find("by-name"), 7, "logins");
  EXPECT_EQ(base::PathOf(Save(temp, text)), "$.name");
  EXPECT_TRUE(absl::IsInvalidArgument(temp.instance->reports().Delete("logins")));
  EXPECT_TRUE(temp.instance->reports().Show("logins").ok());
}

TEST(InstanceTest, BadDefinitionsAreNotSaved) {
  TempStore temp;
  EXPECT_EQ(base::PathOf(Save(
                temp, R"({"version":1,"name":"x","kind":"table","columns":[],"zz":1})")),
            "$.zz");
  EXPECT_TRUE(absl::IsNotFound(temp.instance->reports().Show("x").status()));
}

TEST(InstanceTest, ShowsAPerson) {
  TempStore temp;
  Add(temp,
      R"({"time":1763711000000,"anonymous":"anon","type":"track","name":"a","session":"s",)"
      R"("context":{"country":"FR","browser":"Firefox"}})"
      "\n"
      R"({"time":1763711500000,"person":"ana@example.com","type":"track","name":"b",)"
      R"("session":"s"})"
      "\n"
      R"({"time":1763711600000,"person":"ana@example.com","anonymous":"anon",)"
      R"("type":"identify","properties":{"plan":"pro","seats":3}})"
      "\n");
  const absl::StatusOr<base::Json> person =
      ShowPerson(*temp.instance, "anonymous:anon", kNow);
  ASSERT_TRUE(person.ok()) << person.status();
  EXPECT_EQ(person->Dump(),
            R"({"person":"ana@example.com","identified":true,"account":"example.com",)"
            R"("anonymous_ids":["anon"],"first_seen":"2025-11-21T07:43:20.000Z",)"
            R"("last_seen":"2025-11-21T07:51:40.000Z","sessions":1,)"
            R"("total_duration_ms":500000,"avg_duration_ms":500000,)"
            R"("avg_between_sessions_ms":null,"events":2,"country":"FR","region":null,)"
            R"("city":null,"browser":"Firefox","browser_version":null,"os":null,)"
            R"("attributes":{"plan":"pro","seats":3},"imported":[],)"
            R"("recent_sessions":[{"session":"s","start":"2025-11-21T07:43:20.000Z",)"
            R"("end":"2025-11-21T07:51:40.000Z","duration_ms":500000,"events":2}],)"
            R"("content":[],"segments":[]})");
  EXPECT_TRUE(absl::IsNotFound(ShowPerson(*temp.instance, "nobody", kNow).status()));
}

TEST(InstanceTest, ExportsTheEventsThatMatch) {
  TempStore temp;
  Add(temp, R"({"time":1763711000000,"person":"a@one.example","type":"track","name":"x"})"
            "\n"
            R"({"time":1763711000001,"person":"b@two.example","type":"track","name":"x"})"
            "\n");
  const std::string a =
      R"({"time":1763711000000,"person":"a@one.example","type":"track","name":"x"})"
      "\n";
  const auto matching = [&temp](std::string_view rule) {
    return ExportAll(*temp.instance, {.rule_json = rule});
  };
  EXPECT_EQ(matching(R"({"field":"account","op":"is","value":"one.example"})"), a);
  EXPECT_EQ(matching(R"({"field":"person.id","op":"ends_with","value":"one.example"})"),
            a);
  EXPECT_EQ(matching(R"({"field":"event.name","op":"is","value":"y"})"), "");
  EXPECT_EQ(matching(R"({"field":"session.events","op":">","value":1})"),
            "a rule over single events cannot use session.events");
  EXPECT_EQ(matching(R"({"not":{"did":{}}})"),
            "a rule over single events cannot use did");
}

TEST(InstanceTest, ExportsOfARange) {
  TempStore temp;
  Add(temp,
      R"({"time":"2025-11-19T22:59:59.999Z","person":"a","type":"track","name":"1"})"
      "\n"
      R"({"time":"2025-11-19T23:00:00Z","person":"a","type":"track","name":"2"})"
      "\n"
      R"({"time":"2025-11-20T23:00:00Z","person":"b","type":"track","name":"3",)"
      R"("properties":{"day":"2025-11-21T00:30:00+01:00"}})"
      "\n");
  // The names of the events, of the log and of chunks alike.
  const auto names = [&temp](const EventExport& options) {
    const std::string all = ExportAll(*temp.instance, options);
    std::string found;
    for (const char* name : {"1", "2", "3"}) {
      const bool has =
          all.find(base::Cat("\"name\":\"", name, "\"")) != std::string::npos;
      if (has) found += name;
    }
    return all.starts_with("$") ? all : found;
  };
  for (const bool sealed : {false, true}) {
    if (sealed) {
      ASSERT_TRUE(temp.instance->store().Seal({}).ok());
    }
    EXPECT_EQ(names({}), "123");
    EXPECT_EQ(names({.from = "2025-11-19T23:00:00Z"}), "23");
    EXPECT_EQ(names({.to = "2025-11-19T23:00:00Z"}), "1");
    // Days of Paris, of which the end does not belong to it.
    EXPECT_EQ(
        names({.from = "2025-11-20", .to = "2025-11-21", .timezone = "Europe/Paris"}),
        "2");
    EXPECT_EQ(names({.from = "2025-11-20", .to = "2025-11-21"}), "3");
    EXPECT_EQ(names({.rule_json = R"({"field":"event.name","op":"is_not","value":"3"})",
                     .from = "2025-11-19T23:00:00Z"}),
              "2");
    // Dates of the rule are of the zone too.
    constexpr char kDay[] =
        R"({"field":"properties.day","op":"on","value":"2025-11-21"})";
    EXPECT_EQ(names({.rule_json = kDay}), "");
    EXPECT_EQ(names({.rule_json = kDay, .timezone = "Europe/Paris"}), "3");
  }
  EXPECT_EQ(names({.from = "soon"}).find("$.from: "), 0u);
  EXPECT_EQ(names({.to = "later"}).find("$.to: "), 0u);
  EXPECT_EQ(names({.timezone = "Moon/Base"}).find("$.timezone: "), 0u);
  EXPECT_EQ(names({.from = "2025-11-21", .to = "2025-11-21"}),
            "$.to: the range must end after it begins");
}

}  // namespace
}  // namespace footfall::runtime
