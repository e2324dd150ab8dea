#include "runtime/instance.h"

#include <string>

#include "base/status.h"
#include "gtest/gtest.h"
#include "runtime/ingest.h"
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

std::string ExportAll(Instance& instance, std::string_view rule) {
  std::string out;
  const absl::Status status = instance.ExportEvents(rule, kNow, nullptr, [&](auto piece) {
    out += piece;
    return absl::OkStatus();
  });
  return status.ok() ? out : base::MessageOf(status);
}

TEST(InstanceTest, SavedReportsAreListedShownRunAndDeleted) {
  TempStore temp;
  Add(temp, R"({"time":1763711000000,"person":"a","type":"track","name":"save"})");
  ASSERT_TRUE(temp.instance->SaveReport(kDefinition).ok());
  const base::Json list = *temp.instance->ListReports();
  std::string names;
  for (const base::Json& row : list.Find("reports")->as_array()) {
    names += row.Find("name")->as_string() + " ";
  }
  EXPECT_EQ(names, "active-users by-name logins page-views sessions users ");
  EXPECT_EQ(temp.instance->ShowReport("by-name")->Find("title")->as_string(), "By name");
  const absl::StatusOr<report::Result> result =
      temp.instance->RunReport("by-name", Now());
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->rows.row_count(), 1u);
  EXPECT_EQ(std::get<query::Text>(result->rows.columns[0].cells[0]).view(), "save");
  EXPECT_EQ(std::get<int64_t>(result->rows.columns[1].cells[0]), 1);
  ASSERT_TRUE(temp.instance->DeleteReport("by-name").ok());
  EXPECT_TRUE(absl::IsNotFound(temp.instance->RunReport("by-name", Now()).status()));
  EXPECT_TRUE(absl::IsNotFound(temp.instance->DeleteReport("by-name")));
}

TEST(InstanceTest, BuiltInNamesAreTaken) {
  TempStore temp;
  std::string text = kDefinition;
  text.replace(text.find("by-name"), 7, "logins");
  EXPECT_EQ(base::PathOf(temp.instance->SaveReport(text)), "$.name");
  EXPECT_TRUE(absl::IsInvalidArgument(temp.instance->DeleteReport("logins")));
  EXPECT_TRUE(temp.instance->ShowReport("logins").ok());
}

TEST(InstanceTest, BadDefinitionsAreNotSaved) {
  TempStore temp;
  EXPECT_FALSE(temp.instance->SaveReport("{").ok());
  EXPECT_EQ(base::PathOf(temp.instance->SaveReport(
                R"({"version":1,"name":"x","kind":"table","columns":[],"zz":1})")),
            "$.zz");
  EXPECT_TRUE(absl::IsNotFound(temp.instance->ShowReport("x").status()));
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
  const absl::StatusOr<base::Json> person = temp.instance->ShowPerson("anonymous:anon");
  ASSERT_TRUE(person.ok()) << person.status();
  EXPECT_EQ(person->Dump(),
            R"({"person":"ana@example.com","identified":true,"account":"example.com",)"
            R"("anonymous_ids":["anon"],"first_seen":"2025-11-21T07:43:20.000Z",)"
            R"("last_seen":"2025-11-21T07:51:40.000Z","sessions":1,)"
            R"("total_duration_ms":500000,"avg_duration_ms":500000,)"
            R"("avg_between_sessions_ms":null,"events":2,"country":"FR","region":null,)"
            R"("city":null,"browser":"Firefox","browser_version":null,"os":null,)"
            R"("attributes":{"plan":"pro","seats":3}})");
  EXPECT_TRUE(absl::IsNotFound(temp.instance->ShowPerson("nobody").status()));
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
  EXPECT_EQ(
      ExportAll(*temp.instance, R"({"field":"account","op":"is","value":"one.example"})"),
      a);
  EXPECT_EQ(ExportAll(*temp.instance,
                      R"({"field":"person.id","op":"ends_with","value":"one.example"})"),
            a);
  EXPECT_EQ(ExportAll(*temp.instance, R"({"field":"event.name","op":"is","value":"y"})"),
            "");
  EXPECT_EQ(ExportAll(*temp.instance, R"({"field":"session.events","op":">","value":1})"),
            "a rule over single events cannot use session.events");
}

}  // namespace
}  // namespace footfall::runtime
