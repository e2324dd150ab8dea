// The catalogues that the JSON Schema is checked against too: catalogues/accepted.json
// and catalogues/refused.json; tracked events; and built-in reports that go by them.
#include "report/catalogue.h"

#include <fstream>
#include <sstream>
#include <string>

#include "base/status.h"
#include "base/strings.h"
#include "gtest/gtest.h"
#include "report/tracked_event.h"
#include "tests/report/run_text.h"

namespace footfall::report {
namespace {

base::Json Load(const std::string& name) {
  std::ifstream file(std::string(FOOTFALL_TEST_DIR) + "/catalogues/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return base::Json::Parse(text.str()).value();
}

base::Json Parse(const std::string& text) { return base::Json::Parse(text).value(); }

TEST(CatalogueTest, Accepts) {
  const base::Json cases = Load("accepted.json");
  ASSERT_GE(cases.as_array().size(), 5u);
  for (const base::Json& one : cases.as_array()) {
    EXPECT_TRUE(Catalogue::Parse(*one.Find("catalogue")).ok()) << one.Dump();
  }
}

TEST(CatalogueTest, RefusesWithThePath) {
  const base::Json cases = Load("refused.json");
  ASSERT_GE(cases.as_array().size(), 20u);
  for (const base::Json& one : cases.as_array()) {
    const absl::StatusOr<Catalogue> catalogue = Catalogue::Parse(*one.Find("catalogue"));
    ASSERT_FALSE(catalogue.ok()) << one.Dump();
    EXPECT_EQ(catalogue.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(base::PathOf(catalogue.status()), one.Find("path")->as_string())
        << one.Dump() << catalogue.status();
  }
}

TEST(CatalogueTest, ReadsEverything) {
  const Catalogue catalogue =
      Catalogue::Parse(*Load("accepted.json").as_array()[2].Find("catalogue")).value();
  ASSERT_EQ(catalogue.task_lists.size(), 1u);
  EXPECT_EQ(catalogue.task_lists[0].item.name, "First day");
  ASSERT_EQ(catalogue.task_lists[0].tasks.size(), 2u);
  EXPECT_EQ(catalogue.task_lists[0].tasks[1].id, "invite");
  ASSERT_EQ(catalogue.courses.size(), 1u);
  EXPECT_EQ(catalogue.courses[0].lessons[1].name, "Invoices");
  EXPECT_EQ(catalogue.courses[0].quiz->id, "q1");
  ASSERT_EQ(catalogue.surveys.size(), 1u);
  EXPECT_EQ(catalogue.surveys[0].id, "nps");
}

TEST(CatalogueTest, HasAtMostSoManyItems) {
  const auto with_surveys = [](size_t count) {
    base::Json surveys = base::Json::MakeArray();
    for (size_t i = 0; i < count; ++i) {
      base::Json survey = base::Json::MakeObject();
      survey.Set("id", base::Cat("s", i));
      survey.Set("name", "S");
      surveys.Push(survey);
    }
    base::Json json = base::Json::MakeObject();
    json.Set("version", 1);
    json.Set("surveys", surveys);
    return Catalogue::Parse(json).status();
  };
  EXPECT_TRUE(with_surveys(kCatalogueItemsMax).ok());
  EXPECT_EQ(base::PathOf(with_surveys(kCatalogueItemsMax + 1)), "$.surveys[10000]");
}

TEST(TrackedEventTest, IsCheckedWithThePath) {
  const auto path = [](const std::string& text) {
    const absl::StatusOr<std::string> name = CheckTrackedEvent(Parse(text));
    return name.ok() ? "name " + *name : base::PathOf(name.status()).value_or("none");
  };
  const std::string where = R"("where":{"field":"event.name","op":"is","value":"x"})";
  EXPECT_EQ(path(R"({"version":1,"name":"a.b",)" + where + "}"), "name a.b");
  EXPECT_EQ(path(R"({"version":1,"name":"a","title":"A",)" + where + "}"), "name a");
  EXPECT_EQ(path(R"({"version":1,"name":"a","where":{"segment":"later"}})"), "name a");
  EXPECT_EQ(path("[]"), "$");
  EXPECT_EQ(path(R"({"name":"a",)" + where + "}"), "$.version");
  EXPECT_EQ(path(R"({"version":2,"name":"a",)" + where + "}"), "$.version");
  EXPECT_EQ(path(R"({"version":1,)" + where + "}"), "$.name");
  EXPECT_EQ(path(R"({"version":1,"name":"a b",)" + where + "}"), "$.name");
  EXPECT_EQ(path(R"({"version":1,"name":"a","title":1,)" + where + "}"), "$.title");
  EXPECT_EQ(path(R"({"version":1,"name":"a"})"), "$.where");
  EXPECT_EQ(path(R"({"version":1,"name":"a","where":{"field":"x","op":"is"}})"),
            "$.where.field");
  EXPECT_EQ(path(R"({"version":1,"name":"a","kind":"x",)" + where + "}"), "$.kind");
}

absl::StatusOr<Result> RunWith(std::string_view name, const std::string& parameters,
                               const std::string& catalogue) {
  RunOptions options;
  options.parameters = Parse(parameters);
  options.catalogue = [catalogue]() -> absl::StatusOr<std::optional<base::Json>> {
    return std::optional(Parse(catalogue));
  };
  options.tracked_events = []() {
    return absl::StatusOr<std::vector<std::pair<std::string, base::Json>>>(
        {{"bad", Parse(R"({"field":"nothing","op":"is"})")}});
  };
  return RunBuiltIn(FakeSnapshot(), name, options);
}

TEST(CatalogueTest, ParametersOfItsReportsAreChecked) {
  const auto path = [](std::string_view name, const std::string& parameters) {
    const absl::StatusOr<Result> result = RunWith(name, parameters, R"({"version":1})");
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    return base::PathOf(result.status()).value_or("none");
  };
  EXPECT_EQ(path("onboarding", R"({"task_list":"x"})"), "$.parameters.task_list");
  EXPECT_EQ(path("onboarding", R"({"task_list":1})"), "$.parameters.task_list");
  EXPECT_EQ(path("onboarding", R"({"attributes":["tasks_total"]})"),
            "$.parameters.attributes[0]");
  EXPECT_EQ(path("nps", R"({"survey":""})"), "$.parameters.survey");
  EXPECT_EQ(path("courses", R"({"attributes":1})"), "$.parameters.attributes");
  EXPECT_EQ(path("content", R"({"in_catalogue":"yes"})"), "$.parameters.in_catalogue");
  EXPECT_EQ(path("content", R"({"in_catalogue":1})"), "$.parameters.in_catalogue");
  EXPECT_EQ(path("rage-clicks", R"({"clicks":1})"), "$.parameters.clicks");
  EXPECT_EQ(path("rage-clicks", R"({"clicks":"3x"})"), "$.parameters.clicks");
  EXPECT_EQ(path("rage-clicks", R"({"clicks":101})"), "$.parameters.clicks");
  EXPECT_EQ(path("rage-clicks", R"({"within":"2d"})"), "$.parameters.within");
  EXPECT_EQ(path("dead-clicks", R"({"within":3})"), "$.parameters.within");
  EXPECT_EQ(path("dead-clicks", R"({"clicks":3})"), "$.parameters.clicks");
  EXPECT_EQ(path("script-errors", R"({"event":""})"), "$.parameters.event");
  EXPECT_EQ(path("accounts", R"({"attributes":[]})"), "$.parameters.attributes");
  EXPECT_EQ(path("tracked-events", "{}"), "$.tracked_events.bad");
  // Text stands for numbers and truth values, as command lines give them.
  for (const auto& [name, parameters] :
       {std::pair("rage-clicks", R"({"clicks":"4","within":"2s"})"),
        std::pair("content", R"({"in_catalogue":"false"})"),
        std::pair("content", R"({"in_catalogue":true})")}) {
    EXPECT_TRUE(RunWith(name, parameters, R"({"version":1})").ok()) << parameters;
  }
}

}  // namespace
}  // namespace footfall::report
