// Lists of people, one person with all that is known, and what is left of one who goes.
#include "runtime/people.h"

#include <string>

#include "base/status.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "report/export.h"
#include "runtime/attributes.h"
#include "runtime/ingest.h"
#include "runtime/segments.h"
#include "tests/runtime/temp_store.h"
#include "tests/store/files_test_util.h"

namespace footfall::runtime {
namespace {

using base::Cat;
using base::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kNow = 1763712000000;  // 2025-11-21T08:00:00Z
constexpr int64_t kHour = 60 * 60 * 1000;

class PeopleTest : public testing::Test {
 protected:
  Instance& instance() { return *temp_.instance; }

  void Add(const std::string& ndjson) {
    IngestOptions options;
    options.now_ms = kNow;
    const std::unique_ptr<Ingest> ingest = Ingest::New(temp_.instance, options).value();
    ASSERT_TRUE(ingest->Write(ndjson).ok());
    ASSERT_TRUE(ingest->Finish().ok());
    ASSERT_EQ(ingest->Result().Find("rejected")->as_int(), 0) << ingest->Result().Dump();
  }
  void Import(const std::string& csv, const std::string& integration = "crm") {
    auto options = *ParseAttributesImportOptions(
        Cat(R"({"integration":")", integration, R"(","id":"id"})"));
    options.now_ms = kNow;
    auto import = *AttributesImport::New(temp_.instance, options);
    ASSERT_TRUE(import->Write(csv).ok());
    ASSERT_TRUE(import->Finish().ok());
  }
  static std::string Event(const std::string& person, const std::string& name,
                           int64_t time_ms, const std::string& more = "") {
    return Cat(R"({"type":"content","person":")", person, R"(","name":")", name,
               R"(","time":)", time_ms, more.empty() ? "" : ",", more, "}\n");
  }
  Json Show(const std::string& id) {
    const auto shown = ShowPerson(instance(), id, kNow);
    EXPECT_TRUE(shown.ok()) << shown.status();
    return shown.ok() ? *shown : Json();
  }
  absl::StatusOr<std::string> Export(const std::string& id) {
    std::string out;
    const absl::Status status =
        ExportPerson(instance(), id, kNow, nullptr, [&](std::string_view piece) {
          out += piece;
          return absl::OkStatus();
        });
    if (!status.ok()) return status;
    return out;
  }
  // The list as CSV, or the error.
  std::string List(const std::string& options) {
    auto parsed = ParsePeopleListOptions(options);
    absl::Status status = parsed.status();
    if (parsed.ok()) {
      parsed->now_ms = kNow;
      const auto list = ListPeople(instance(), *parsed);
      if (list.ok()) return report::Export(*list, report::Format::kCsv);
      status = list.status();
    }
    return base::MessageOf(status);
  }
  // The first column only.
  std::string Ids(const std::string& options) {
    const std::string csv = List(options);
    std::string ids;
    size_t at = csv.find("\r\n");
    while (at != std::string::npos && at + 2 < csv.size()) {
      const size_t begin = at + 2;
      ids += Cat(ids.empty() ? "" : " ", csv.substr(begin, csv.find(',', begin) - begin));
      at = csv.find("\r\n", begin);
    }
    return ids;
  }

  TempStore temp_;
};

TEST_F(PeopleTest, ShowsSessionsContentAndSegments) {
  const int64_t start = kNow - 10 * kHour;
  std::string events;
  for (int i = 0; i < 23; ++i) {
    events += Event("ana", "launcher.clicked", start - i * kHour,
                    Cat(R"("session":"s)", i, R"(")"));
  }
  events +=
      Event("ana", "course.started", start + 60'000,
            R"("session":"s0","properties":{"content_id":"c1","content_name":"Old"})");
  events += Event("ana", "course.completed", start + 120'000,
                  R"("properties":{"content_id":"c1","content_name":"Basics"})");
  events += Event("ana", "quiz.submitted", start + 180'000,
                  R"("properties":{"content_id":7,"score":3})");
  events += Event("ana", "quiz.submitted", start + 190'000,
                  R"("properties":{"content_id":7,"score":8.5})");
  events += Event("bob", "course.started", start, R"("properties":{"content_id":"c1"})");
  Add(events);
  Import("id,tier\nana,gold\n");
  for (const auto& [name, field] :
       {std::pair("gold", R"({"field":"person.crm/tier","op":"is","value":"gold"})"),
        std::pair("quiz", R"({"did":{"where":{"field":"event.name","op":"is",
                                              "value":"quiz.submitted"}}})"),
        std::pair("none", R"({"field":"person.id","op":"is","value":"bob"})")}) {
    ASSERT_TRUE(
        instance()
            .segments()
            .Save(Cat(R"({"version":1,"name":")", name, R"(","where":)", field, "}"))
            .ok());
  }
  for (int i = 0; i < 2; ++i) {
    const Json ana = Show("ana");
    EXPECT_EQ(ana.Find("segments")->Dump(), R"(["gold","quiz"])");
    EXPECT_EQ(
        ana.Find("imported")->Dump(),
        R"([{"integration":"crm","attribute":"tier","type":"string","value":"gold"}])");
    EXPECT_EQ(ana.Find("sessions")->as_int(), 24);
    const Json::Array& sessions = ana.Find("recent_sessions")->as_array();
    ASSERT_EQ(sessions.size(), 20u);
    // Without a session of the host's.
    EXPECT_EQ(sessions[0].Dump(),
              R"({"session":"ana/2025-11-20T22:02:00.000Z",)"
              R"("start":"2025-11-20T22:02:00.000Z","end":"2025-11-20T22:03:10.000Z",)"
              R"("duration_ms":70000,"events":3})");
    EXPECT_EQ(sessions[1].Dump(),
              R"({"session":"s0","start":"2025-11-20T22:00:00.000Z",)"
              R"("end":"2025-11-20T22:01:00.000Z","duration_ms":60000,"events":2})");
    EXPECT_EQ(sessions[19].Find("session")->as_string(), "s18");
    const Json::Array& content = ana.Find("content")->as_array();
    ASSERT_EQ(content.size(), 3u);
    EXPECT_EQ(content[0].Find("content_id")->Dump(), "null");
    EXPECT_EQ(content[0].Find("events")->as_int(), 23);
    EXPECT_EQ(content[1].Dump(),
              R"({"content_id":"7","content_name":null,"kind":"quiz","events":2,)"
              R"("first_time":"2025-11-20T22:03:00.000Z",)"
              R"("last_time":"2025-11-20T22:03:10.000Z","last":"quiz.submitted",)"
              R"("completed_at":"2025-11-20T22:03:00.000Z","score":8.5})");
    EXPECT_EQ(content[2].Dump(),
              R"({"content_id":"c1","content_name":"Basics","kind":"course","events":2,)"
              R"("first_time":"2025-11-20T22:01:00.000Z",)"
              R"("last_time":"2025-11-20T22:02:00.000Z","last":"course.completed",)"
              R"("completed_at":"2025-11-20T22:02:00.000Z","score":null})");
    ASSERT_TRUE(instance().store().Seal({}).ok());
  }
  EXPECT_TRUE(absl::IsNotFound(ShowPerson(instance(), "eve", kNow).status()));
}

TEST_F(PeopleTest, ListsAreSortedFilteredAndPaged) {
  Add(Event("d@one.example", "x", kNow - 1000) +
      Event("b@two.example", "x", kNow - 2000) +
      R"({"type":"content","anonymous":"z","name":"y","time":1763711000000})");
  Import("id,tier\nc,gold\na@one.example,gold\nb@two.example,free\n");
  EXPECT_EQ(Ids("{}"), "a@one.example anonymous:z b@two.example c d@one.example");
  EXPECT_EQ(Ids(R"({"limit":2})"), "a@one.example anonymous:z");
  EXPECT_EQ(Ids(R"({"limit":2,"after":"anonymous:z"})"), "b@two.example c");
  EXPECT_EQ(Ids(R"({"limit":2,"after":"c"})"), "d@one.example");
  EXPECT_EQ(Ids(R"({"after":"d@one.example"})"), "");
  EXPECT_EQ(Ids(R"({"where":{"field":"account","op":"is","value":"one.example"}})"),
            "a@one.example d@one.example");
  EXPECT_EQ(Ids(R"({"where":{"not":{"did":{}}}})"), "a@one.example c");
  ASSERT_TRUE(instance()
                  .segments()
                  .Save(R"({"version":1,"name":"gold","where":
                            {"field":"person.crm/tier","op":"is","value":"gold"}})")
                  .ok());
  EXPECT_EQ(Ids(R"({"where":{"segment":"gold"}})"), "a@one.example c");
  report::RunOptions now;
  now.now_ms = kNow;
  now.parameters = *Json::Parse(R"({"attributes":["crm/tier","email"]})");
  const auto users = instance().RunReport("users", now);
  ASSERT_TRUE(users.ok()) << users.status();
  EXPECT_EQ(List(R"({"attributes":["crm/tier","email"]})"),
            report::Export(*users, report::Format::kCsv));
  // Types do not depend on the rows.
  const auto nobody = ListPeople(instance(), {.after = "zzz"});
  ASSERT_TRUE(nobody.ok());
  EXPECT_EQ(nobody->rows.row_count(), 0u);
  EXPECT_EQ(nobody->rows.columns[1].type, query::ColumnType::kBool);
  EXPECT_EQ(nobody->rows.columns[3].type, query::ColumnType::kTimestamp);
  EXPECT_EQ(nobody->rows.columns[9].type, query::ColumnType::kInt64);
}

TEST_F(PeopleTest, ListsRefuseWhatCannotBe) {
  Add(Event("a", "x", kNow));
  const std::pair<const char*, const char*> refused[] = {
      {"[]", "$: must be an object"},
      {R"({"page":1})", "$.page: unknown key"},
      {R"({"limit":0})", "$.limit: must be a whole number from 1 to 10000"},
      {R"({"limit":10001})", "$.limit: must be"},
      {R"({"after":1})", "$.after: must be a string"},
      {R"({"attributes":"tier"})", "$.attributes: must be a list"},
      {R"({"attributes":[""]})", "$.attributes: must be a list"},
      {R"({"where":{"field":"event.name","op":"is","value":"x"}})", "$.where"},
      {R"({"where":{"all":[{"field":"person.x","op":"?"}]}})", "$.where.all[0].op"},
      {R"({"where":{"segment":"none"}})", "there is no segment 'none'"}};
  for (const auto& [options, error] : refused) {
    EXPECT_THAT(List(options), HasSubstr(error)) << options;
  }
  ASSERT_TRUE(instance().store().SetSetting("group_size_min", "5").ok());
  EXPECT_THAT(List("{}"), HasSubstr("a list of people"));
  EXPECT_EQ(ShowPerson(instance(), "a", kNow).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Export("a").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(PeopleTest, ExportsEverything) {
  Add(Event("ana", "course.started", kNow - 1000, R"("id":"1")") +
      R"({"type":"content","anonymous":"a-1","name":"shoutout.shown","id":"2",)"
      R"("time":1763711000000})"
      "\n"
      R"({"type":"alias","person":"ana","anonymous":"a-1","time":1763711000001})"
      "\n"
      R"({"type":"identify","person":"ana","time":1763711000002,"properties":{"p":1}})"
      "\n" +
      Event("bob", "course.started", kNow - 1000, R"("id":"3")"));
  Import("id,tier\nana,gold\n");
  const std::string prefix = *instance().store().PersonDocumentPrefix("ana");
  ASSERT_TRUE(
      instance().store().PutDocument("pushed", prefix + "/x", R"({"id":"003"})").ok());
  const auto text = Export("anonymous:a-1");
  ASSERT_TRUE(text.ok()) << text.status();
  const auto json = Json::Parse(*text);
  ASSERT_TRUE(json.ok()) << json.status() << *text;
  EXPECT_EQ(json->Find("version")->as_int(), 1);
  EXPECT_EQ(json->Find("exported_at")->as_string(), "2025-11-21T08:00:00.000Z");
  EXPECT_EQ(json->Find("person")->Find("person")->as_string(), "ana");
  EXPECT_EQ(json->Find("person")->Find("anonymous_ids")->Dump(), R"(["a-1"])");
  EXPECT_EQ(json->Find("person")->Find("imported")->as_array().size(), 1u);
  EXPECT_EQ(json->Find("sessions")->as_array().size(), 1u);
  EXPECT_EQ(json->Find("content")->as_array().size(), 1u);
  EXPECT_EQ(json->Find("pushed")->Dump(), R"([{"id":"003"}])");
  std::string events;
  for (const Json& event : json->Find("events")->as_array()) {
    const Json* id = event.Find("id");
    events += Cat(id == nullptr ? event.Find("type")->as_string() : id->as_string(), " ");
  }
  EXPECT_EQ(events, "1 2 alias identify ");
  EXPECT_TRUE(absl::IsNotFound(Export("eve").status()));
  // Somebody who was imported has no events.
  Import("id,tier\nzoe,gold\n");
  EXPECT_THAT(*Export("zoe"), HasSubstr(R"("events":[]})"));
  base::Cancel cancel;
  cancel.Request();
  const auto ignore = [](std::string_view) { return absl::OkStatus(); };
  EXPECT_EQ(ExportPerson(instance(), "ana", kNow, &cancel, ignore).code(),
            absl::StatusCode::kCancelled);
  const auto stop = [](std::string_view) { return absl::CancelledError("stop"); };
  EXPECT_EQ(ExportPerson(instance(), "ana", kNow, nullptr, stop).code(),
            absl::StatusCode::kCancelled);
}

TEST_F(PeopleTest, ForgettingAnswersAReceipt) {
  Add(Event("ana", "course.started", kNow - 1000) +
      R"({"type":"content","anonymous":"a-1","name":"x","time":1763711000000})"
      "\n"
      R"({"type":"identify","person":"ana","anonymous":"a-1","time":1763711000002,)"
      R"("properties":{"plan":"pro"}})"
      "\n" +
      Event("bob", "course.started", kNow - 1000));
  Import("id,tier\nana,gold\nbob,free\n");
  const std::string prefix = *instance().store().PersonDocumentPrefix("ana");
  for (const auto& [name, text] : {std::pair("/b", R"({"object":"Contact","id":"003"})"),
                                   std::pair("/a", "plain")}) {
    ASSERT_TRUE(instance().store().PutDocument("pushed", prefix + name, text).ok());
  }
  const auto receipt = ForgetPerson(instance(), "anonymous:a-1", kNow);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->Dump(),
            R"({"person":"ana","forgotten_at":"2025-11-21T08:00:00.000Z","events":3,)"
            R"("sessions":1,"attributes":["plan","crm/tier"],"anonymous_ids":["a-1"],)"
            R"("external":["plain",{"object":"Contact","id":"003"}]})");
  EXPECT_TRUE(absl::IsNotFound(ForgetPerson(instance(), "ana", kNow).status()));
  EXPECT_EQ(Ids("{}"), "bob");
}

// Everything of a person that a store may hold: ids, attributes of either origin, values
// of events in the log and in chunks, sessions, members of segments.
TEST_F(PeopleTest, NothingOfAForgottenPersonIsInTheFiles) {
  const std::vector<std::string> traces = {
      "eve.unique@example.com", "device-of-eve-1",     "plan-of-eve",
      "tier-of-eve-unique",     "value-of-eve-unique", "title-of-eve-unique",
      "session-of-eve-unique",  "event-id-of-eve"};
  const std::vector<std::string> control = {"carol.unique@example.com", "tier-of-carol",
                                            "value-of-carol"};
  ASSERT_TRUE(instance()
                  .segments()
                  .Save(R"({"version":1,"name":"visitors","where":{"did":{}}})")
                  .ok());
  SegmentRunOptions changes;
  changes.now_ms = kNow;
  ASSERT_TRUE(instance().segments().Changes("visitors", changes).ok());
  const std::string eve = "eve.unique@example.com";
  for (const bool seal : {true, false}) {
    std::string events;
    for (int i = 0; i < 300; ++i) {
      events +=
          Event(Cat("crowd", i), "x", kNow - 5000 - i,
                Cat(R"("properties":{"n":)", i, R"(,"t":"crowd text )", i, R"("})"));
    }
    events += Event(
        eve, "y", kNow - 2000,
        Cat(R"("id":"event-id-of-eve )", seal, R"(","title":"title-of-eve-unique",)",
            R"("session":"session-of-eve-unique",)"
            R"("properties":{"v":"value-of-eve-unique"})"));
    events += Cat(R"({"type":"identify","person":")", eve,
                  R"(","anonymous":"device-of-eve-1","time":1763711000002,)"
                  R"("properties":{"plan":"plan-of-eve"}})",
                  "\n");
    events +=
        Event(control[0], "y", kNow - 1000, R"("properties":{"v":"value-of-carol"})");
    Add(events);
    if (seal) {
      ASSERT_TRUE(instance().store().Seal({}).ok());
    }
  }
  Import(Cat("id,tier\n", eve, ",tier-of-eve-unique\n", control[0], ",tier-of-carol\n"));
  changes.now_ms = kNow + 1;
  ASSERT_TRUE(instance().segments().Changes("visitors", changes).ok());
  ASSERT_TRUE(ShowPerson(instance(), eve, kNow).ok());
  const std::string files = temp_.path();
  const auto found = [&](const std::vector<std::string>& texts) {
    return store::TextsInFiles(files, texts);
  };
  EXPECT_EQ(found(traces), traces);
  const auto receipt = ForgetPerson(instance(), eve, kNow);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->Find("events")->as_int(), 4);
  ASSERT_TRUE(instance().store().Compact(kNow, nullptr).ok());
  EXPECT_THAT(found(traces), IsEmpty());
  EXPECT_EQ(found(control), control);
  // And after what the process still held has been written.
  changes.now_ms = kNow + 2;
  ASSERT_TRUE(instance().segments().Changes("visitors", changes).ok());
  ASSERT_TRUE(instance().Close().ok());
  EXPECT_THAT(found(traces), IsEmpty());
  EXPECT_EQ(found(control), control);
}

}  // namespace
}  // namespace footfall::runtime
