// The catalogue, tracked events, and the reports about content and clicks over a real
// store, worked out by hand.
#include "runtime/content_library.h"

#include <string>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "gtest/gtest.h"
#include "runtime/ingest.h"
#include "runtime/report_lists.h"
#include "tests/query/table_text.h"
#include "tests/runtime/temp_store.h"

namespace footfall::runtime {
namespace {

using Texts = std::vector<std::string>;

constexpr int64_t kNow = 1763712000000;  // 2025-11-21T08:00:00Z

constexpr char kCatalogue[] = R"({"version":1,
    "task_lists":[{"id":"start","name":"Start","tasks":[{"id":"t1","name":"One"},
                                                        {"id":"t2","name":"Two"}]},
                  {"id":"more","name":"More","tasks":[{"id":"t3","name":"Three"}]}],
    "courses":[{"id":"c1","name":"Basics","lessons":[{"id":"l1","name":"L1"},
                                                     {"id":"l2","name":"L2"}],
                "quiz":{"id":"q1","name":"Quiz one"}}],
    "surveys":[{"id":"s1","name":"How likely"}]})";

// Events of the 21st of November, at "HH:MM:SS" or "HH:MM:SS.mmm".
class Events {
 public:
  void Add(const std::string& time, const std::string& person, const std::string& type,
           const std::string& name, const std::string& rest = "") {
    ndjson_ += base::Cat(R"({"time":"2025-11-21T)", time, R"(Z","person":")", person,
                         R"(","type":")", type, "\"",
                         name.empty() ? "" : base::Cat(R"(,"name":")", name, "\""),
                         rest.empty() ? "" : ",", rest, "}\n");
  }
  void Content(const std::string& time, const std::string& person,
               const std::string& name, const std::string& properties) {
    Add(time, person, "content", name, R"("properties":{)" + properties + "}");
  }
  void IngestInto(TempStore& temp) {
    ASSERT_TRUE(temp.instance->store().SetSetting("level", "interactions").ok());
    IngestOptions options;
    options.now_ms = kNow;
    const std::unique_ptr<Ingest> ingest = Ingest::New(temp.instance, options).value();
    ASSERT_TRUE(ingest->Write(ndjson_).ok());
    ASSERT_TRUE(ingest->Finish().ok());
    ASSERT_EQ(ingest->Result().Find("rejected")->as_int(), 0) << ingest->Result().Dump();
  }

 private:
  std::string ndjson_;
};

report::Result RunNow(TempStore& temp, const std::string& name,
                      const std::string& parameters = "{}",
                      std::optional<std::string> from = std::nullopt) {
  report::RunOptions options;
  options.now_ms = kNow;
  options.from = std::move(from);
  options.parameters = base::Json::Parse(parameters).value();
  auto result = temp.instance->RunReport(name, options);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : report::Result();
}

// The rows; times lose their day, which all share.
Texts ShortLines(const query::Table& table) {
  Texts lines = query::Lines(table);
  for (std::string& line : lines) {
    for (size_t at = 0; (at = line.find("2025-11-21T", at)) != std::string::npos;) {
      line.erase(at, 11);
    }
  }
  return lines;
}
Texts LinesOf(TempStore& temp, const std::string& name,
              const std::string& parameters = "{}") {
  return ShortLines(RunNow(temp, name, parameters).rows);
}

// The list behind a count, or why there is none.
Texts Drill(TempStore& temp, const std::string& report, const std::string& request,
            const std::string& parameters = "{}") {
  report::RunOptions options;
  options.now_ms = kNow;
  options.parameters = base::Json::Parse(parameters).value();
  const auto parsed = report::ParseDrillRequest(base::Json::Parse(request).value());
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  const auto list = DrillDown(*temp.instance, report, *parsed, options);
  return list.ok() ? ShortLines(list->rows) : Texts{base::MessageOf(list.status())};
}

TEST(ContentLibraryTest, TheCatalogueHasRevisions) {
  TempStore temp;
  ContentLibrary& content = temp.instance->content();
  EXPECT_EQ(content.ShowCatalogue().status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(content.CatalogueHistory()->Dump(), R"({"revisions":[]})");
  EXPECT_EQ(content.PutCatalogue(R"({"version":1})", 1000).value(), 1);
  EXPECT_EQ(content.PutCatalogue(R"({ "version" : 1 })", 2000).value(), 1);
  EXPECT_EQ(content.PutCatalogue(kCatalogue, 3000).value(), 2);
  EXPECT_EQ(content.ShowCatalogue(1)->Dump(),
            R"({"revision":1,"saved_at":"1970-01-01T00:00:01.000Z",)"
            R"("catalogue":{"version":1}})");
  EXPECT_EQ(*content.ShowCatalogue()->Find("catalogue"),
            base::Json::Parse(kCatalogue).value());
  EXPECT_EQ(content.ShowCatalogue(3).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(
      content.CatalogueHistory()->Dump(),
      R"({"revisions":[{"revision":2,"saved_at":"1970-01-01T00:00:03.000Z","items":10,)"
      R"("current":true},{"revision":1,"saved_at":"1970-01-01T00:00:01.000Z","items":0,)"
      R"("current":false}]})");
  const absl::Status refused = content.PutCatalogue(R"({"version":3})", 1).status();
  EXPECT_EQ(base::PathOf(refused), "$.version");
  const std::string long_text(kCatalogueBytesMax, ' ');
  EXPECT_EQ(base::PathOf(content.PutCatalogue("{}" + long_text, 1).status()), "$");
  EXPECT_EQ(content.ShowCatalogue()->Find("revision")->as_int(), 2);
}

TEST(ContentLibraryTest, OldRevisionsOfTheCatalogueGo) {
  TempStore temp;
  ContentLibrary& content = temp.instance->content();
  for (int i = 1; i <= 102; ++i) {
    const std::string json =
        base::Cat(R"({"version":1,"surveys":[{"id":"s","name":"Number )", i, R"("}]})");
    EXPECT_EQ(content.PutCatalogue(json, i).value(), i);
  }
  EXPECT_EQ(content.CatalogueHistory()->Find("revisions")->as_array().size(), 100u);
  EXPECT_EQ(content.ShowCatalogue(2).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(content.ShowCatalogue(3).ok());
}

TEST(ContentLibraryTest, TrackedEventsAreSavedListedAndDeleted) {
  TempStore temp;
  ContentLibrary& content = temp.instance->content();
  const auto save = [&content](const std::string& name, const std::string& title) {
    return content.SaveTrackedEvent(base::Cat(
        R"({"version":1,"name":")", name, R"(","title":")", title,
        R"(","where":{"field":"event.name","op":"is","value":")", name, R"("}})"));
  };
  EXPECT_TRUE(save("b", "B").ok());
  EXPECT_TRUE(save("a", "A").ok());
  EXPECT_TRUE(save("b", "New").ok());
  const base::Json list = content.ListTrackedEvents().value();
  ASSERT_EQ(list.Find("tracked_events")->as_array().size(), 2u);
  EXPECT_EQ(list.Find("tracked_events")->as_array()[1].Find("title")->as_string(), "New");
  EXPECT_EQ(base::PathOf(content.SaveTrackedEvent(R"({"version":1})")), "$.name");
  EXPECT_TRUE(content.DeleteTrackedEvent("a").ok());
  EXPECT_EQ(content.DeleteTrackedEvent("a").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(content.DeleteTrackedEvent("").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(content.ListTrackedEvents()->Find("tracked_events")->as_array().size(), 1u);
}

TEST(ContentLibraryTest, SoManyEventsAreTracked) {
  TempStore temp;
  ContentLibrary& content = temp.instance->content();
  std::vector<store::DocumentChange> changes;
  for (size_t i = 0; i < kTrackedEventsMax; ++i) {
    changes.push_back({"tracked-event", base::Cat("e", i), "{}"});
  }
  ASSERT_TRUE(temp.instance->store().WriteDocuments(changes).ok());
  const std::string rule = R"("where":{"field":"event.name","op":"is_set"})";
  EXPECT_EQ(
      content.SaveTrackedEvent(R"({"version":1,"name":"one-more",)" + rule + "}").code(),
      absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(content.SaveTrackedEvent(R"({"version":1,"name":"e7",)" + rule + "}").ok());
}

TEST(ContentReportsTest, Nps) {
  Events events;
  const std::string survey = R"("content_id":"s1","score":)";
  events.Content("01:00:00", "ana@a.example", "survey.submitted", survey + "3");
  events.Content("02:00:00", "ana@a.example", "survey.submitted",
                 survey + R"(9,"comment":"Good")");
  events.Content("03:00:00", "ana@a.example", "survey.submitted", survey + "11");
  events.Content("03:30:00", "ana@a.example", "survey.submitted", survey + "8.5");
  events.Content("03:40:00", "ana@a.example", "survey.submitted", survey + R"("1")");
  events.Content("03:50:00", "ana@a.example", "survey.shown", survey + "1");
  events.Add("03:55:00", "ana@a.example", "track", "survey.submitted",
             R"("properties":{"score":1})");
  events.Content("01:00:00", "bob", "survey.submitted", survey + R"(7,"comment":"")");
  events.Content("01:00:00", "cy", "survey.submitted", survey + "6.0");
  events.Content("01:00:00", "cy", "survey.submitted",
                 R"("content_id":"s2","score":10,"comment":5)");
  TempStore temp;
  events.IngestInto(temp);
  EXPECT_EQ(LinesOf(temp, "nps"), (Texts{"ana@a.example 9 promoter 02:00:00.000Z true",
                                         "bob 7 passive 01:00:00.000Z false",
                                         "cy 10 promoter 01:00:00.000Z false"}));
  EXPECT_EQ(ShortLines(*RunNow(temp, "nps").total), (Texts{"3 2 1 0 66.66666666666667"}));
  const report::Result of_s1 =
      RunNow(temp, "nps", R"({"survey":"s1","attributes":["email"]})");
  EXPECT_EQ(ShortLines(of_s1.rows),
            (Texts{"ana@a.example 9 promoter 02:00:00.000Z true ana@a.example",
                   "bob 7 passive 01:00:00.000Z false -",
                   "cy 6 detractor 01:00:00.000Z false -"}));
  EXPECT_EQ(ShortLines(*of_s1.total), (Texts{"3 1 1 1 0"}));
  const report::Result none = RunNow(temp, "nps", R"({"survey":"s3"})");
  EXPECT_EQ(ShortLines(none.rows), Texts());
  EXPECT_EQ(ShortLines(*none.total), (Texts{"0 0 0 0 -"}));
  const report::Result late = RunNow(temp, "nps", "{}", "2025-11-21T02:00:00Z");
  EXPECT_EQ(ShortLines(*late.total), (Texts{"1 1 0 0 100"}));
  report::RunOptions options;
  options.now_ms = kNow;
  const auto defined = temp.instance->RunDefinition(
      R"({"version":1,"name":"d","kind":"nps","survey":"s1","attributes":["email"],
          "where":{"field":"person.id","op":"is","value":"bob"}})",
      options);
  EXPECT_EQ(ShortLines(defined->rows), (Texts{"bob 7 passive 01:00:00.000Z false -"}));
  EXPECT_EQ(defined->kind, "nps");
  EXPECT_EQ(ShortLines(*defined->total), (Texts{"1 0 1 0 0"}));
}

TEST(ContentReportsTest, Onboarding) {
  Events events;
  const auto task = [](const char* id) {
    return base::Cat(R"("content_id":")", id, "\"");
  };
  events.Content("01:00:00", "ana", "task.completed", task("t1"));
  events.Content("02:00:00", "ana", "task.completed", task("t2"));
  events.Content("03:00:00", "ana", "task.completed", task("t1"));
  events.Content("01:00:00", "bob", "task.started", task("t1"));
  events.Content("01:00:00", "cy", "task.completed", task("t9"));
  events.Content("04:00:00", "cy", "task.completed", task("t3"));
  events.Content("01:00:00", "dee", "course.started", task("t1"));
  events.Content("01:00:00", "eve", "task.completed", "");
  TempStore temp;
  events.IngestInto(temp);
  // Without a catalogue there are t1, t2, t3 and t9.
  EXPECT_EQ(LinesOf(temp, "onboarding"),
            (Texts{"ana 2 4 0.5 -", "bob 0 4 0 -", "cy 2 4 0.5 -"}));
  ASSERT_TRUE(temp.instance->content().PutCatalogue(kCatalogue, kNow).ok());
  EXPECT_EQ(LinesOf(temp, "onboarding"),
            (Texts{"ana 2 3 0.6666666666666666 -", "bob 0 3 0 -",
                   "cy 1 3 0.3333333333333333 -"}));
  const report::Result list = RunNow(temp, "onboarding", R"({"task_list":"start"})");
  EXPECT_EQ(ShortLines(list.rows), (Texts{"ana 2 2 1 02:00:00.000Z", "bob 0 2 0 -"}));
  EXPECT_EQ(ShortLines(*list.total), (Texts{"2 1 0.5"}));
  // What was completed before the range does not count.
  EXPECT_EQ(ShortLines(RunNow(temp, "onboarding", R"({"task_list":"start"})",
                              "2025-11-21T02:00:00Z")
                           .rows),
            (Texts{"ana 2 2 1 03:00:00.000Z"}));
  const report::Result none = RunNow(temp, "onboarding", "{}", "2025-11-21T07:00:00Z");
  EXPECT_EQ(ShortLines(none.rows), Texts());
  EXPECT_EQ(ShortLines(*none.total), (Texts{"0 0 -"}));
}

TEST(ContentReportsTest, Courses) {
  Events events;
  events.Content("01:00:00", "ana@a.example", "course.started",
                 R"("content_id":"c1","content_name":"Old name")");
  events.Content("01:10:00", "ana@a.example", "lesson.completed", R"("content_id":"l1")");
  events.Content("01:20:00", "ana@a.example", "lesson.completed", R"("content_id":"l1")");
  events.Content("01:30:00", "ana@a.example", "lesson.completed",
                 R"("content_id":"l9","course_id":"c1")");
  events.Content("01:40:00", "ana@a.example", "quiz.submitted",
                 R"("content_id":"q1","score":40)");
  events.Content("01:50:00", "ana@a.example", "quiz.submitted",
                 R"("content_id":"q1","score":72.5)");
  events.Content("01:55:00", "ana@a.example", "quiz.submitted", R"("content_id":"q1")");
  events.Content("02:00:00", "ana@a.example", "course.completed",
                 R"("content_id":"c1","content_name":"New name")");
  events.Content("03:00:00", "bob", "lesson.completed",
                 R"("content_id":"x1","course_id":"c2")");
  events.Content("03:00:00", "cy", "lesson.completed",
                 R"("content_id":"x2","course_id":"c2")");
  events.Content(
      "03:10:00", "cy", "quiz.submitted",
      R"("content_id":"x3","content_name":"Quick","course_id":"c2","score":1)");
  events.Content("03:20:00", "cy", "lesson.completed", R"("content_id":"unknown")");
  TempStore temp;
  events.IngestInto(temp);
  // Without a catalogue nobody knows that l1 and q1 are of c1.
  EXPECT_EQ(
      LinesOf(temp, "courses"),
      (Texts{"ana@a.example c1 New name 01:00:00.000Z 1 1 1 - - - 02:00:00.000Z",
             "bob c2 - - 1 2 0.5 - - - -", "cy c2 - - 1 2 0.5 Quick 1 03:10:00.000Z -"}));
  ASSERT_TRUE(temp.instance->content().PutCatalogue(kCatalogue, kNow).ok());
  EXPECT_EQ(LinesOf(temp, "courses", R"({"attributes":["email"]})"),
            (Texts{"ana@a.example c1 Basics 01:00:00.000Z 1 2 0.5 Quiz one 72.5 "
                   "01:50:00.000Z 02:00:00.000Z ana@a.example",
                   "bob c2 - - 1 2 0.5 - - - - -",
                   "cy c2 - - 1 2 0.5 Quick 1 03:10:00.000Z - -"}));
  EXPECT_EQ(ShortLines(RunNow(temp, "courses", "{}", "2025-11-21T01:55:00Z").rows)[0],
            "ana@a.example c1 Basics - 0 2 0 Quiz one - - 02:00:00.000Z");
}

TEST(ContentReportsTest, Content) {
  Events events;
  events.Content("01:00:00", "ana", "walkthrough.shown",
                 R"("content_id":"w","content_name":"Old")");
  events.Content("01:01:00", "ana", "walkthrough.started", R"("content_id":"w")");
  events.Content("01:02:00", "ana", "walkthrough.completed",
                 R"("content_id":"w","content_name":"Tour")");
  events.Content("01:00:00", "bob", "walkthrough.shown", R"("content_id":"w")");
  events.Content("01:00:00", "bob", "survey.submitted", R"("content_id":"s1")");
  events.Content("01:01:00", "bob", "survey.submitted", R"("content_id":"s1")");
  events.Content("01:00:00", "cy", "task.completed", "");
  events.Content("01:00:00", "cy", "tip", R"("content_id":7)");
  TempStore temp;
  events.IngestInto(temp);
  EXPECT_EQ(LinesOf(temp, "content"),
            (Texts{"s1 - survey 0 0 2 1 1", "- - task 0 0 1 1 1", "7 - tip 0 0 0 1 0",
                   "w Tour walkthrough 2 1 1 2 0.5"}));
  ASSERT_TRUE(temp.instance->content().PutCatalogue(kCatalogue, kNow).ok());
  EXPECT_EQ(LinesOf(temp, "content", R"({"in_catalogue":true})"),
            (Texts{"s1 How likely survey 0 0 2 1 1"}));
  EXPECT_EQ(LinesOf(temp, "content", R"({"in_catalogue":"false"})"),
            (Texts{"- - task 0 0 1 1 1", "7 - tip 0 0 0 1 0",
                   "w Tour walkthrough 2 1 1 2 0.5"}));
}

TEST(ContentReportsTest, TrackedEventsHoldForThePast) {
  Events events;
  events.Add("01:00:00", "ana", "click", "", R"("element":{"tag":"button","id":"save"})");
  events.Add("01:00:10", "ana", "click", "", R"("element":{"tag":"button","id":"save"})");
  events.Add("05:00:00", "bob", "click", "", R"("element":{"tag":"button","id":"save"})");
  events.Add("05:00:00", "bob", "click", "", R"("element":{"tag":"a"})");
  TempStore temp;
  events.IngestInto(temp);
  EXPECT_EQ(LinesOf(temp, "tracked-events"), Texts());
  for (const char* rule : {R"({"version":1,"name":"saved","where":
            {"field":"element.id","op":"is","value":"save"}})",
                           R"({"version":1,"name":"never","where":
            {"field":"element.id","op":"is","value":"none"}})"}) {
    ASSERT_TRUE(temp.instance->content().SaveTrackedEvent(rule).ok());
  }
  EXPECT_EQ(LinesOf(temp, "tracked-events"),
            (Texts{"never 0 0 0 - -", "saved 3 2 2 01:00:00.000Z 05:00:00.000Z"}));
}

TEST(ContentReportsTest, TasksAndLessonsAreListed) {
  Events events;
  events.Content("01:00:00", "ana", "task.completed", R"("content_id":"t1")");
  events.Content("01:05:00", "ana", "task.completed", R"("content_id":"t1")");
  events.Content("02:00:00", "ana", "task.completed", R"("content_id":"t2")");
  events.Content("02:00:00", "ana", "task.completed", R"("content_id":"unknown")");
  events.Content("01:00:00", "bob", "task.started", R"("content_id":"t1")");
  events.Content("03:00:00", "bob", "lesson.completed", R"("content_id":"l1")");
  events.Content("03:01:00", "bob", "lesson.completed", R"("content_id":"l1")");
  events.Content("03:02:00", "bob", "lesson.completed",
                 R"("content_id":"x","course_id":"c2")");
  TempStore temp;
  events.IngestInto(temp);
  ASSERT_TRUE(temp.instance->content().PutCatalogue(kCatalogue, kNow).ok());
  const std::string start = R"({"task_list":"start"})";
  EXPECT_EQ(
      Drill(temp, "onboarding", R"({"row":{"person":"ana"},"column":"tasks_completed"})"),
      (Texts{"01:00:00.000Z ana ana/01:00:00.000Z content task.completed -",
             "02:00:00.000Z ana ana/02:00:00.000Z content task.completed -"}));
  EXPECT_EQ(Drill(temp, "onboarding",
                  R"({"row":{"person":"ana"},"column":"tasks_completed",
                      "list":"sessions"})"),
            (Texts{"ana/01:00:00.000Z ana 01:00:00.000Z 1 01:00:00.000Z 01:00:00.000Z "
                   "false not recorded",
                   "ana/02:00:00.000Z ana 02:00:00.000Z 1 02:00:00.000Z 02:00:00.000Z "
                   "false not recorded"}));
  EXPECT_EQ(
      Drill(temp, "onboarding", R"({"row":{"person":"bob"},"column":"tasks_completed"})"),
      Texts());
  // Of the total row.
  EXPECT_EQ(Drill(temp, "onboarding", R"({"column":"people"})", start),
            (Texts{"ana 2 2 1 02:00:00.000Z", "bob 0 2 0 -"}));
  EXPECT_EQ(Drill(temp, "onboarding", R"({"column":"people_completed"})", start),
            (Texts{"ana 2 2 1 02:00:00.000Z"}));
  EXPECT_EQ(Drill(temp, "courses",
                  R"({"row":{"person":"bob","course_id":"c1"},
                      "column":"lessons_completed"})"),
            (Texts{"03:00:00.000Z bob bob/03:00:00.000Z content lesson.completed -"}));
  EXPECT_EQ(Drill(temp, "courses",
                  R"({"row":{"person":"bob","course_id":"c2"},
                      "column":"lessons_completed"})"),
            (Texts{"03:02:00.000Z bob bob/03:00:00.000Z content lesson.completed -"}));
}

TEST(ContentReportsTest, ListsThatMakeNoSenseAreRefused) {
  TempStore temp;
  const auto refusal = [&temp](const char* report, const char* request) {
    return Drill(temp, report, request);
  };
  EXPECT_EQ(refusal("onboarding", R"({"row":{"person":"a"},"column":"tasks_total"})"),
            (Texts{"$.column: must be tasks_completed or, of the total row, people or "
                   "people_completed"}));
  EXPECT_EQ(refusal("onboarding", R"({"row":{"person":"a"},"column":"people"})"),
            (Texts{"$.row.person: is not part of a row's key"}));
  EXPECT_EQ(refusal("onboarding", R"({"column":"people","list":"moments"})"),
            (Texts{"$.list: this column has no such list"}));
  EXPECT_EQ(refusal("onboarding", R"({"column":"tasks_completed"})"),
            (Texts{"$.row: needs 'person', which is part of a row's key"}));
  EXPECT_EQ(refusal("courses", R"({"column":"progress"})"),
            (Texts{"$.column: must be lessons_completed"}));
  EXPECT_EQ(refusal("courses", R"({"row":{"person":"a"},"column":"lessons_completed"})"),
            (Texts{"$.row: needs 'course_id', which is part of a row's key"}));
  EXPECT_EQ(refusal("courses", R"({"row":{"person":"a","course_id":"c"},
                                   "column":"lessons_completed","list":"people"})"),
            (Texts{"$.list: this column has no such list"}));
  EXPECT_EQ(refusal("rage-clicks", R"({"column":"first_time"})"),
            (Texts{"$.column: must be bursts, clicks, people or sessions"}));
  EXPECT_EQ(refusal("dead-clicks", R"({"column":"bursts"})"),
            (Texts{"$.column: must be clicks, people or sessions"}));
  EXPECT_EQ(refusal("dead-clicks", R"({"column":"clicks","row":{"page":"p"}})"),
            (Texts{"$.row: needs 'element', which is part of a row's key"}));
}

// Six clicks of ana on a button, and three of bob in turn on that and on a link.
Events Clicks() {
  Events events;
  const std::string save =
      R"("url":"https://x.example/p","element":{"tag":"button","id":"save","class":"b"})";
  const std::string like =
      R"("url":"https://x.example/p","element":{"tag":"a","class":" x  y ","text":"Like"})";
  // Four clicks that are one burst, and one that is late.
  for (const char* time :
       {"01:00:00.000", "01:00:00.500", "01:00:01.000", "01:00:01.001", "01:00:05.000"}) {
    events.Add(time, "ana", "click", "", save);
  }
  events.Add("01:00:30", "ana", "track", "tick");
  // On another element between: three of `like` within a second.
  for (const char* time : {"02:00:00.000", "02:00:00.400", "02:00:00.900"}) {
    events.Add(time, "bob", "click", "", like);
    events.Add(time, "bob", "click", "", save);
  }
  events.Add("02:00:03.900", "bob", "page_view", "", R"("url":"https://x.example/q")");
  events.Add("02:01:00", "bob", "click", "", R"("url":"https://x.example/q")");
  return events;
}

TEST(ContentReportsTest, RageAndDeadClicks) {
  TempStore temp;
  Clicks().IngestInto(temp);
  EXPECT_EQ(LinesOf(temp, "rage-clicks"),
            (Texts{"https://x.example/p button#save 2 7 2 2 01:00:00.000Z 02:00:00.900Z",
                   "https://x.example/p a.x.y \"Like\" 1 3 1 1 02:00:00.000Z "
                   "02:00:00.900Z"}));
  EXPECT_EQ(LinesOf(temp, "rage-clicks", R"({"clicks":4,"within":"1001ms"})"),
            (Texts{"https://x.example/p button#save 1 4 1 1 01:00:00.000Z "
                   "01:00:01.001Z"}));
  // All of ana's are dead: only clicks, and then nothing for 25 seconds. Of bob's only
  // the first ones, since the page view is three seconds after the last ones.
  EXPECT_EQ(LinesOf(temp, "dead-clicks"),
            (Texts{"https://x.example/p button#save 7 2 2 01:00:00.000Z 02:00:00.400Z",
                   "https://x.example/p a.x.y \"Like\" 2 1 1 02:00:00.000Z "
                   "02:00:00.400Z"}));
  EXPECT_EQ(LinesOf(temp, "dead-clicks", R"({"within":"2999ms"})")[0],
            "https://x.example/p button#save 8 2 2 01:00:00.000Z 02:00:00.900Z");
}

TEST(ContentReportsTest, RageAndDeadClicksAreListed) {
  TempStore temp;
  Clicks().IngestInto(temp);
  const auto request = [](const char* element, const char* rest) {
    return base::Cat(R"({"row":{"page":"https://x.example/p","element":")", element,
                     R"("},"column":)", rest, "}");
  };
  const auto click = [](const char* time, const char* session) {
    return base::Cat(time, " ", std::string(session).substr(0, 3), " ", session,
                     " click - https://x.example/p");
  };
  const char* const ana = "ana/01:00:00.000Z";
  const char* const bob = "bob/02:00:00.000Z";
  // The click after five seconds is of no burst.
  EXPECT_EQ(Drill(temp, "rage-clicks", request("button#save", R"("clicks")")),
            (Texts{click("01:00:00.000Z", ana), click("01:00:00.500Z", ana),
                   click("01:00:01.000Z", ana), click("01:00:01.001Z", ana),
                   click("02:00:00.000Z", bob), click("02:00:00.400Z", bob),
                   click("02:00:00.900Z", bob)}));
  // Of bursts that are counted, the first clicks.
  EXPECT_EQ(Drill(temp, "rage-clicks", request("button#save", R"("bursts")")),
            (Texts{click("01:00:00.000Z", ana), click("02:00:00.000Z", bob)}));
  EXPECT_EQ(Drill(temp, "rage-clicks", request("button#save", R"("clicks")"),
                  R"({"clicks":4,"within":"1001ms"})")
                .size(),
            4u);
  EXPECT_EQ(
      Drill(temp, "rage-clicks", request("button#save", R"("people")")),
      (Texts{"ana 4 01:00:00.000Z 01:00:01.001Z", "bob 3 02:00:00.000Z 02:00:00.900Z"}));
  EXPECT_EQ(
      Drill(temp, "rage-clicks", request(R"(a.x.y \"Like\")", R"("sessions")")),
      (Texts{base::Cat(bob, " bob 02:00:00.000Z 3 02:00:00.000Z 02:00:00.900Z false ",
                       "not recorded")}));
  EXPECT_EQ(Drill(temp, "dead-clicks", request(R"(a.x.y \"Like\")", R"("clicks")")),
            (Texts{click("02:00:00.000Z", bob), click("02:00:00.400Z", bob)}));
  EXPECT_EQ(
      Drill(temp, "dead-clicks", request("button#save", R"("people","list":"sessions")")),
      (Texts{base::Cat(ana, " ana 01:00:00.000Z 5 01:00:00.000Z 01:00:05.000Z ",
                       "false not recorded"),
             base::Cat(bob, " bob 02:00:00.000Z 2 02:00:00.000Z 02:00:00.400Z ",
                       "false not recorded")}));
  // Elements are told apart by page too, and some are not there.
  EXPECT_EQ(Drill(temp, "dead-clicks",
                  R"({"row":{"page":null,"element":"button#save"},"column":"clicks"})"),
            Texts());
  EXPECT_EQ(Drill(temp, "rage-clicks", request("none", R"("bursts")")), Texts());
}

TEST(ContentReportsTest, ARuleLeavesEvents) {
  Events events;
  const auto add = [&](const std::string& time, const std::string& app,
                       const std::string& type, const std::string& name,
                       const std::string& rest) {
    events.Add(time, "ana", type, name, base::Cat(R"("app":")", app, "\",", rest));
  };
  const std::string button = R"("element":{"tag":"b"})";
  for (const char* app : {"crm", "wiki"}) {
    const std::string hour = app == std::string_view("crm") ? "01" : "02";
    for (const char* time : {":00:00.0", ":00:00.1", ":00:00.2"}) {
      add(hour + time, app, "click", "", button);
    }
    add(hour + ":00:10", app, "page_view", "",
        R"("url":"https://x.example/)" + std::string(app) + "\"");
    for (const char* name : {"task.completed", "course.started", "survey.submitted"}) {
      add(hour + ":00:20", app, "content", name,
          base::Cat(R"("properties":{"content_id":")", app, R"(","score":9})"));
    }
  }
  events.Add("01:00:00", "bob@b.example", "page_view", "",
             R"("app":"wiki","url":"https://x.example/wiki")");
  TempStore temp;
  events.IngestInto(temp);
  ASSERT_TRUE(temp.instance->content()
                  .SaveTrackedEvent(R"({"version":1,"name":"views","where":
                      {"field":"event.type","op":"is","value":"page_view"}})")
                  .ok());
  report::RunOptions options;
  options.now_ms = kNow;
  options.where = base::Json::Parse(R"({"field":"app","op":"is","value":"crm"})").value();
  const auto lines = [&](const char* name) {
    const auto result = temp.instance->RunReport(name, options);
    EXPECT_TRUE(result.ok()) << name << result.status();
    return result.ok() ? ShortLines(result->rows) : Texts();
  };
  EXPECT_EQ(lines("rage-clicks"), (Texts{"- b 1 3 1 1 01:00:00.000Z 01:00:00.200Z"}));
  EXPECT_EQ(lines("dead-clicks"), (Texts{"- b 3 1 1 01:00:00.000Z 01:00:00.200Z"}));
  EXPECT_EQ(lines("page-times"), (Texts{"https://x.example/crm 1 1 10000 10000"}));
  EXPECT_EQ(lines("tracked-events"), (Texts{"views 1 1 1 01:00:10.000Z 01:00:10.000Z"}));
  // Both tasks are known, one was done in that application.
  EXPECT_EQ(lines("onboarding"), (Texts{"ana 1 2 0.5 -"}));
  EXPECT_EQ(lines("courses"), (Texts{"ana crm - 01:00:20.000Z 0 0 - - - - -"}));
  EXPECT_EQ(lines("nps"), (Texts{"ana 9 promoter 01:00:20.000Z false"}));
  EXPECT_EQ(lines("content"), (Texts{"crm - course 0 1 0 1 0", "crm - survey 0 0 1 1 1",
                                     "crm - task 0 0 1 1 1"}));
  EXPECT_EQ(lines("logins"), (Texts{"ana 01:00:00.000Z 01:00:00.000Z 1"}));
  EXPECT_EQ(lines("page-views"), (Texts{"https://x.example/crm - 1 1 1 1 1 01:00:10.000Z "
                                        "01:00:10.000Z"}));
  EXPECT_EQ(lines("active-users"), (Texts{"2025-11-21 1 1 1 1"}));
  // What is computed of people is of all their events.
  EXPECT_EQ(lines("users"), (Texts{"ana true - 01:00:00.000Z 02:00:20.000Z 2 40000 20000 "
                                   "3580000 14 - - - - - -"}));
  EXPECT_EQ(lines("accounts"), (Texts{"- 1 1 2 14 01:00:00.000Z 02:00:20.000Z"}));
  options.where = base::Json::Parse(R"({"field":"app","op":"is","value":"x"})").value();
  for (const char* name : {"logins", "page-views", "active-users", "users", "accounts"}) {
    EXPECT_EQ(lines(name), Texts()) << name;
  }
}

TEST(ContentReportsTest, ScriptErrorsPageTimesAndAccounts) {
  Events events;
  const auto view = [&events](const char* time, const char* person, const char* url) {
    events.Add(time, person, "page_view", "", base::Cat(R"("url":")", url, "\""));
  };
  view("01:00:00", "ana@a.example", "https://x.example/p");
  view("01:00:10", "ana@a.example", "https://x.example/q");
  view("01:00:40", "ana@a.example", "https://x.example/p");
  events.Add("01:01:00", "ana@a.example", "track", "script_error",
             R"("url":"https://x.example/p","properties":{"message":"x is undefined"})");
  events.Add("01:01:00", "bob@a.example", "track", "script_error",
             R"("url":"https://x.example/p","properties":{"message":"x is undefined"})");
  events.Add("01:01:00", "cy", "track", "script_error",
             R"("properties":{"message":"y is null"})");
  events.Add("01:01:00", "cy", "track", "other", R"("properties":{"message":"z"})");
  TempStore temp;
  events.IngestInto(temp);
  EXPECT_EQ(LinesOf(temp, "script-errors"),
            (Texts{"x is undefined https://x.example/p 2 2 2 01:01:00.000Z 01:01:00.000Z",
                   "y is null - 1 1 1 01:01:00.000Z 01:01:00.000Z"}));
  // A table, and so has lists as tables do.
  EXPECT_EQ(Drill(temp, "script-errors",
                  R"({"row":{"message":"x is undefined","page":"https://x.example/p"},
                      "column":"events"})"),
            (Texts{"01:01:00.000Z ana@a.example ana@a.example/01:00:00.000Z track "
                   "script_error https://x.example/p",
                   "01:01:00.000Z bob@a.example bob@a.example/01:01:00.000Z track "
                   "script_error https://x.example/p"}));
  EXPECT_EQ(Drill(temp, "script-errors",
                  R"({"row":{"message":"y is null","page":null},"column":"people"})"),
            (Texts{"cy 1 01:01:00.000Z 01:01:00.000Z"}));
  EXPECT_EQ(LinesOf(temp, "script-errors", R"({"event":"other"})"),
            (Texts{"z - 1 1 1 01:01:00.000Z 01:01:00.000Z"}));
  // To the next page, and to the end of the session, which is the error.
  EXPECT_EQ(LinesOf(temp, "page-times"), (Texts{"https://x.example/p 2 1 10000 20000",
                                                "https://x.example/q 1 1 30000 30000"}));
  EXPECT_EQ(LinesOf(temp, "accounts"),
            (Texts{"a.example 2 2 2 5 01:00:00.000Z 01:01:00.000Z",
                   "- 1 1 1 2 01:01:00.000Z 01:01:00.000Z"}));
}

}  // namespace
}  // namespace footfall::runtime
