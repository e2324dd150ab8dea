#include "runtime/report_library.h"

#include <string>
#include <string_view>

#include "base/status.h"
#include "base/strings.h"
#include "gtest/gtest.h"
#include "report/view.h"
#include "runtime/ingest.h"
#include "runtime/instance.h"
#include "tests/runtime/temp_store.h"

namespace footfall::runtime {
namespace {

using base::Json;

constexpr int64_t kNow = 1763712000000;  // 2025-11-21T08:00:00Z
constexpr int64_t kDay = 86'400'000;

Json Parse(std::string_view text) {
  const absl::StatusOr<Json> json = Json::Parse(text);
  EXPECT_TRUE(json.ok()) << text;
  return json.ok() ? *json : Json();
}

Json Definition(std::string_view name, std::string_view title = "") {
  return Parse(base::Cat(R"({"version":1,"name":")", name, R"(","title":")", title,
                         R"(","kind":"table","columns":[{"name":"n","agg":"count"}]})"));
}

Json View(std::string_view name, std::string_view base, std::string_view rest = "") {
  return Parse(base::Cat(R"({"version":1,"name":")", name, R"(","base":")", base, "\"",
                         rest.empty() ? "" : ",", rest, "}"));
}

report::RunOptions Now() {
  report::RunOptions options;
  options.now_ms = kNow;
  return options;
}

class ReportLibraryTest : public testing::Test {
 protected:
  ReportLibrary& library() { return temp_.instance->reports(); }

  // An event of `person`, so many days before the present.
  void Add(std::string_view person, int days, std::string_view name) {
    const std::string event =
        base::Cat(R"({"time":)", kNow - days * kDay, R"(,"person":")", person,
                  R"(","type":"track","name":")", name, "\"}\n");
    IngestOptions options;
    options.now_ms = kNow;
    const auto ingest = Ingest::New(temp_.instance, options).value();
    ASSERT_TRUE(ingest->Write(event).ok());
    ASSERT_TRUE(ingest->Finish().ok());
  }

  // The numbers of the revisions, the latest first, with their titles.
  std::string History(std::string_view name) {
    const absl::StatusOr<Json> history = library().History(name);
    if (!history.ok()) return base::MessageOf(history.status());
    std::string text;
    for (const Json& row : history->Find("revisions")->as_array()) {
      text += base::Cat(row.Find("revision")->as_int(), row.Find("title")->Dump(),
                        row.Find("current")->as_bool() ? "*" : "", " ");
    }
    return text;
  }

  std::string Names(std::string_view filter) {
    const absl::StatusOr<ReportFilter> parsed = ParseReportFilter(Parse(filter));
    if (!parsed.ok()) return base::MessageOf(parsed.status());
    std::string names;
    const Json list = library().List(*parsed).value();
    for (const Json& row : list.Find("reports")->as_array()) {
      names += row.Find("name")->as_string() + " ";
    }
    return names;
  }

  // The one number of a report without rows.
  int64_t Count(std::string_view name, report::RunOptions options = Now()) {
    const auto result = temp_.instance->RunReport(name, options);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? std::get<int64_t>(result->rows.columns[0].cells[0]) : -1;
  }

  // The keys of the rows.
  std::string Rows(std::string_view name, report::RunOptions options = Now()) {
    const auto result = temp_.instance->RunReport(name, options);
    if (!result.ok()) return base::MessageOf(result.status());
    std::string rows;
    for (const query::Cell& cell : result->rows.columns[0].cells) {
      rows += base::Cat(std::get<query::Text>(cell).view(), " ");
    }
    return rows;
  }

  TempStore temp_;
};

TEST_F(ReportLibraryTest, EverySaveKeepsTheFormerOnes) {
  ASSERT_TRUE(library().Save(Definition("r", "one"), kNow).ok());
  ASSERT_TRUE(library().Save(Definition("r", "two"), kNow + 1000).ok());
  // The same again is no revision.
  ASSERT_TRUE(library().Save(Definition("r", "two"), kNow + 2000).ok());
  EXPECT_EQ(History("r"), "2\"two\"* 1\"one\" ");
  EXPECT_EQ(library().Show("r")->Find("title")->as_string(), "two");
  EXPECT_EQ(library().ShowRevision("r", 1)->Find("title")->as_string(), "one");
  const Json history = library().History("r").value();
  EXPECT_EQ(history.Find("revisions")->as_array()[0].Find("saved_at")->as_string(),
            "2025-11-21T08:00:01.000Z");
  const absl::Status none = library().ShowRevision("r", 3).status();
  EXPECT_TRUE(absl::IsNotFound(none));
  EXPECT_EQ(base::MessageOf(none),
            "there is no revision 3 of the report 'r'; the latest is 2");

  ASSERT_TRUE(library().Restore("r", 1, kNow + 3000).ok());
  EXPECT_EQ(History("r"), "3\"one\"* 2\"two\" 1\"one\" ");
  EXPECT_TRUE(absl::IsNotFound(library().Restore("r", 9, kNow)));
  EXPECT_TRUE(absl::IsNotFound(library().History("none").status()));
  EXPECT_TRUE(absl::IsNotFound(library().History("logins").status()));
}

TEST_F(ReportLibraryTest, KeepsTheLatestHundredRevisions) {
  for (int i = 1; i <= 103; ++i) {
    ASSERT_TRUE(library().Save(Definition("r", std::to_string(i)), kNow).ok());
  }
  const Json history = library().History("r").value();
  const Json::Array& revisions = history.Find("revisions")->as_array();
  ASSERT_EQ(revisions.size(), kRevisionsMax);
  EXPECT_EQ(revisions.front().Find("revision")->as_int(), 103);
  EXPECT_EQ(revisions.back().Find("revision")->as_int(), 4);
  EXPECT_EQ(revisions.back().Find("title")->as_string(), "4");
}

// A report of a store from before revisions were kept.
TEST_F(ReportLibraryTest, TheFormerOneOfAnOlderStoreIsTheFirstRevision) {
  ASSERT_TRUE(temp_.instance->store()
                  .PutDocument("report", "r", Definition("r", "old").Dump())
                  .ok());
  EXPECT_EQ(History("r"), "1\"old\"* ");
  ASSERT_TRUE(library().Save(Definition("r", "new"), kNow).ok());
  EXPECT_EQ(History("r"), "2\"new\"* 1\"old\" ");
}

TEST_F(ReportLibraryTest, DeletingTakesRevisionsAndTheMarkAlong) {
  ASSERT_TRUE(library().Save(Definition("r", "one"), kNow).ok());
  ASSERT_TRUE(library().Save(Definition("r", "two"), kNow).ok());
  ASSERT_TRUE(library().SetFavourite("r", true).ok());
  // A name that another one begins with.
  ASSERT_TRUE(library().Save(Definition("r-2", "other"), kNow).ok());
  ASSERT_TRUE(library().Delete("r").ok());
  EXPECT_TRUE(absl::IsNotFound(library().Show("r").status()));
  EXPECT_TRUE(absl::IsNotFound(library().Delete("r")));
  EXPECT_EQ(History("r-2"), "1\"other\"* ");
  ASSERT_TRUE(library().Save(Definition("r", "three"), kNow).ok());
  EXPECT_EQ(History("r"), "1\"three\"* ");
  EXPECT_EQ(Names(R"({"favourite":true})"), "");
}

TEST_F(ReportLibraryTest, ListsByTagFavouriteAndBase) {
  Json tagged = Definition("crm");
  tagged.Set("tags", Parse(R"(["integration_salesforce","x"])"));
  ASSERT_TRUE(library().Save(tagged, kNow).ok());
  ASSERT_TRUE(library().Save(View("mine", "crm"), kNow).ok());
  ASSERT_TRUE(library().SetFavourite("logins", true).ok());
  ASSERT_TRUE(library().SetFavourite("mine", true).ok());
  const std::string by_tag = Names(R"({"tag":"integrations_salesforce"})");
  EXPECT_NE(by_tag.find("crm "), std::string::npos) << by_tag;
  EXPECT_NE(by_tag.find("logins "), std::string::npos) << by_tag;
  EXPECT_EQ(by_tag.find("mine "), std::string::npos) << by_tag;
  EXPECT_EQ(Names(R"({"tag":"integration_salesforce"})"), by_tag);
  EXPECT_EQ(Names(R"({"tag":"x"})"), "crm ");
  EXPECT_EQ(Names(R"({"favourite":true})"), "logins mine ");
  EXPECT_EQ(Names(R"({"favourite":true,"base":"crm"})"), "mine ");
  ASSERT_TRUE(library().SetFavourite("mine", false).ok());
  EXPECT_EQ(Names(R"({"favourite":true})"), "logins ");
  EXPECT_TRUE(absl::IsNotFound(library().SetFavourite("none", true)));
  EXPECT_EQ(Names(R"({"tags":"x"})"), "$.tags: unknown key");
  EXPECT_EQ(Names(R"({"favourite":1})"), "$.favourite: must be true or false");
  EXPECT_EQ(Names(R"({"base":1})"), "$.base: must be a string");
  EXPECT_EQ(Names(R"({"tag":1})"), "$.tag: must be a string");
}

TEST_F(ReportLibraryTest, ViewsFilterWhatTheyRestOn) {
  Add("ana", 1, "save");
  Add("ana", 2, "open");
  Add("bob", 40, "save");
  Add("cy", 3, "save");
  ASSERT_TRUE(library().Save(Definition("all"), kNow).ok());
  EXPECT_EQ(Count("all"), 4);
  ASSERT_TRUE(
      library()
          .Save(View("saves", "all",
                     R"("where":{"field":"event.name","op":"is","value":"save"})"),
                kNow)
          .ok());
  EXPECT_EQ(Count("saves"), 3);
  ASSERT_TRUE(library()
                  .Save(View("recent-saves", "saves",
                             R"("range":{"last":"30d"},"title":"Recent saves")"),
                        kNow)
                  .ok());
  EXPECT_EQ(Count("recent-saves"), 2);
  report::RunOptions options = Now();
  options.from = "2025-01-01";
  EXPECT_EQ(Count("recent-saves", options), 3);
  const auto result = temp_.instance->RunReport("recent-saves", Now());
  EXPECT_EQ(result->report, "recent-saves");
  EXPECT_EQ(result->title, "Recent saves");
  EXPECT_EQ(result->kind, "table");
  EXPECT_EQ(*result->from_ms, kNow - 30 * kDay);

  // A change of what it rests on shows in the view.
  Json changed = Definition("all");
  changed.Set("where", Parse(R"({"field":"person.id","op":"is_not","value":"cy"})"));
  ASSERT_TRUE(library().Save(changed, kNow).ok());
  EXPECT_EQ(Count("recent-saves"), 1);
}

TEST_F(ReportLibraryTest, ViewsOfBuiltInReportsHaveParametersAndSegments) {
  Add("ana", 1, "signed-in");
  Add("bob", 1, "other");
  Add("cy", 2, "signed-in");
  const Json view = View("sign-ins", "logins",
                         R"("parameters":{"login_event":"signed-in"},
      "segment":{"field":"person.id","op":"is_not","value":"cy"})");
  ASSERT_TRUE(library().Save(view, kNow).ok());
  EXPECT_EQ(Rows("sign-ins"), "ana ");
  report::RunOptions options = Now();
  options.parameters = Parse(R"({"login_event":"other"})");
  EXPECT_EQ(Rows("sign-ins", options), "bob ");
  // Bounds given for the run are put over those of the view.
  ASSERT_TRUE(
      library().Save(View("today", "sign-ins", R"("range":{"last":"1h"})"), kNow).ok());
  EXPECT_EQ(Rows("today"), "");
  options = Now();
  options.from = "2025-11-20";
  EXPECT_EQ(Rows("today", options), "ana ");
}

TEST_F(ReportLibraryTest, ViewsThatMakeNoSenseAreRefused) {
  const auto refusal = [&](const Json& view) {
    const absl::Status status = library().Save(view, kNow);
    return status.ok() ? "" : base::MessageOf(status);
  };
  EXPECT_EQ(refusal(View("v", "none")), "$.base: there is no report 'none'");
  EXPECT_EQ(refusal(View("logins", "users")),
            "$.name: 'logins' is the name of a built-in report");
  EXPECT_EQ(refusal(View("v", "v")), "$.base: 'v' rests on 'v'");
  EXPECT_EQ(refusal(View("v", "logins", R"("kind":"table")")), "$.kind: unknown key");
  EXPECT_EQ(refusal(View("v", "logins", R"("parameters":[])")),
            "$.parameters: must be an object");
  EXPECT_EQ(refusal(View("v", "logins", R"("parameters":{"x":1})")).find("$.parameters"),
            0u);
  EXPECT_EQ(refusal(View("v", "logins", R"("range":{"last":"x"})")).find("$.range.last"),
            0u);
  EXPECT_EQ(refusal(View("v", "logins", R"("where":{"field":"x"})")).find("$.where"), 0u);
  EXPECT_EQ(refusal(View("v", "logins", R"("timezone":"Moon/Base")")).find("$.timezone"),
            0u);
  EXPECT_EQ(refusal(Parse(R"({"version":1,"name":"v","base":1})")).find("$.base"), 0u);

  ASSERT_EQ(refusal(Definition("d")), "");
  EXPECT_EQ(refusal(View("v", "d", R"("parameters":{"x":1})")),
            "$.parameters: a report definition takes no parameters");
  ASSERT_EQ(refusal(View("a", "d")), "");
  ASSERT_EQ(refusal(View("b", "a")), "");
  EXPECT_EQ(refusal(View("a", "b")), "$.base: 'b' rests on 'a'");
  EXPECT_EQ(base::MessageOf(library().Delete("a")), "the report 'b' rests on 'a'");
  EXPECT_EQ(library().Delete("a").code(), absl::StatusCode::kFailedPrecondition);
  std::string last = "b";
  for (int i = 0; i < report::kViewDepthMax - 2; ++i) {
    const std::string next = base::Cat("v", i);
    ASSERT_EQ(refusal(View(next, last)), "") << i;
    last = next;
  }
  EXPECT_EQ(refusal(View("deep", last)),
            "$.base: views rest on each other more than 8 times");
  EXPECT_EQ(Count(last), 0);
}

TEST_F(ReportLibraryTest, ReportsAreCloned) {
  Add("ana", 1, "signed-in");
  Add("bob", 1, "other");
  const absl::StatusOr<Json> clone = library().Clone(
      "logins", "my-logins", Parse(R"({"login_event":"signed-in"})"), kNow);
  ASSERT_TRUE(clone.ok()) << clone.status();
  EXPECT_EQ(clone->Find("base")->as_string(), "logins");
  EXPECT_EQ(clone->Find("title")->as_string(), "Logins");
  EXPECT_EQ(clone->Find("tags")->Dump(), R"(["integrations_salesforce"])");
  EXPECT_EQ(library().Show("my-logins").value(), *clone);
  EXPECT_EQ(Rows("my-logins"), "ana ");
  ASSERT_TRUE(library()
                  .Clone("my-logins", "others", Parse(R"({"login_event":"other"})"), kNow)
                  .ok());
  EXPECT_EQ(Rows("others"), "bob ");
  ASSERT_TRUE(library().Save(Definition("d", "D"), kNow).ok());
  ASSERT_TRUE(library().Clone("d", "e", Json::MakeObject(), kNow).ok());
  EXPECT_EQ(library().Show("e")->Find("kind")->as_string(), "table");
  EXPECT_EQ(Count("e"), 2);

  const auto code = [&](std::string_view from, std::string_view to,
                        std::string_view parameters) {
    return library().Clone(from, to, Parse(parameters), kNow).status().code();
  };
  EXPECT_EQ(code("logins", "e", "{}"), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(code("logins", "users", "{}"), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(code("none", "f", "{}"), absl::StatusCode::kNotFound);
  EXPECT_EQ(code("d", "f", R"({"x":1})"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("logins", "f", R"({"x":1})"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("logins", "f", "[]"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("logins", "a b", "{}"), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::IsNotFound(library().Show("f").status()));
}

}  // namespace
}  // namespace footfall::runtime
