#include "runtime/segments.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "gtest/gtest.h"
#include "runtime/ingest.h"
#include "tests/runtime/temp_store.h"

namespace footfall::runtime {
namespace {

using base::Cat;
using base::Json;

constexpr int64_t kNow = 1763712000000;
constexpr int64_t kDay = 24 * 60 * 60 * 1000;

class SegmentsTest : public testing::Test {
 protected:
  Segments& segments() { return temp_.instance->segments(); }

  void Add(const std::string& ndjson, int64_t now_ms = kNow) {
    IngestOptions options;
    options.now_ms = now_ms;
    const std::unique_ptr<Ingest> ingest = Ingest::New(temp_.instance, options).value();
    ASSERT_TRUE(ingest->Write(ndjson).ok());
    ASSERT_TRUE(ingest->Finish().ok());
    ASSERT_EQ(ingest->Result().Find("rejected")->as_int(), 0) << ingest->Result().Dump();
  }
  // A tracked event of a person.
  void Track(const std::string& person, const std::string& name, int64_t time_ms,
             int64_t now_ms = kNow) {
    Add(Cat(R"({"type":"track","person":")", person, R"(","name":")", name,
            R"(","time":)", time_ms, "}"),
        now_ms);
  }
  absl::Status Save(const std::string& name, const std::string& where) {
    return segments().Save(
        Cat(R"({"version":1,"name":")", name, R"(","where":)", where, "}"));
  }
  // The ids of the people in it, or the error.
  std::string People(const std::string& name, int64_t now_ms = kNow) {
    SegmentRunOptions options;
    options.now_ms = now_ms;
    const absl::StatusOr<Json> people = segments().People(name, options);
    return people.ok() ? people->Find("people")->Dump() : people.status().ToString();
  }
  bool Test(const std::string& name, const std::string& person, int64_t now_ms = kNow) {
    const absl::StatusOr<bool> member = segments().Test(name, person, now_ms);
    EXPECT_TRUE(member.ok()) << member.status();
    return member.ok() && *member;
  }
  absl::StatusOr<Json> Changes(const std::string& name, const std::string& after,
                               int64_t now_ms, uint64_t limit = UINT64_MAX) {
    SegmentRunOptions options;
    options.now_ms = now_ms;
    options.limit = limit;
    if (!after.empty()) options.after = after;
    return segments().Changes(name, options);
  }
  // "+ana -ben" and the cursor.
  std::string ChangeText(const Json& changes) {
    std::string text;
    for (const Json& change : changes.Find("changes")->as_array()) {
      text += change.Find("change")->as_string() == "entered" ? " +" : " -";
      text += change.Find("person")->as_string();
    }
    return text;
  }
  std::string CursorOf(const absl::StatusOr<Json>& changes) {
    EXPECT_TRUE(changes.ok()) << changes.status();
    return changes.ok() ? changes->Find("cursor")->as_string() : "";
  }

  TempStore temp_;
};

const char kPro[] = R"({"field":"person.plan","op":"is","value":"pro"})";
const char kSaved[] =
    R"({"did":{"where":{"field":"event.name","op":"is","value":"save"},"within":"30d"}})";

std::string Identify(const std::string& person, const std::string& plan, int64_t time) {
  return Cat(R"({"type":"identify","person":")", person, R"(","properties":{"plan":")",
             plan, R"("},"time":)", time, "}\n");
}

TEST_F(SegmentsTest, AreSavedListedShownAndDeleted) {
  EXPECT_EQ(segments().List()->Dump(), R"({"segments":[]})");
  ASSERT_TRUE(Save("premium", kPro).ok());
  ASSERT_TRUE(segments()
                  .Save(Cat(R"({"version":1,"name":"active","title":"Active","where":)",
                            kSaved, "}"))
                  .ok());
  EXPECT_EQ(segments().Show("premium")->Find("where")->Dump(), kPro);
  const Json list = *segments().List();
  ASSERT_EQ(list.Find("segments")->as_array().size(), 2u);
  EXPECT_EQ(list.Find("segments")->as_array()[0].Find("title")->as_string(), "Active");
  ASSERT_TRUE(segments().Delete("active").ok());
  for (const absl::Status& status :
       {segments().Show("active").status(), segments().Delete("active"),
        segments().Test("active", "ana", kNow).status(),
        segments().People("active", {.now_ms = kNow}).status(),
        segments().Changes("active", {.now_ms = kNow}).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(base::MessageOf(status), "there is no segment 'active'");
  }
}

TEST_F(SegmentsTest, RefuseWhatIsWrongWithItsPath) {
  const struct {
    const char* json;
    const char* path;
  } cases[] = {
      {R"([])", "$"},
      {R"({"name":"a"})", "$.version"},
      {R"({"version":2,"name":"a"})", "$.version"},
      {R"({"version":1,"name":"a b","where":{"field":"person.id","op":"is_set"}})",
       "$.name"},
      {R"({"version":1,"name":"a"})", "$.where"},
      {R"({"version":1,"name":"a","title":1,"where":{}})", "$.title"},
      {R"({"version":1,"name":"a","rule":{}})", "$.rule"},
      {R"({"version":1,"name":"a","where":{"all":[{"field":"person.x","op":"="}]}})",
       "$.where.all[0].value"},
      {R"({"version":1,"name":"a","where":{"field":"event.name","op":"is_set"}})",
       "$.where"},
      {R"({"version":1,"name":"a","where":{"segment":""}})", "$.where"},
      {R"({"version":1,"name":"a","where":{"segment":5}})", "$.where.segment"},
      {R"({"version":1,"name":"a","where":{"segment":"a"}})", "$.where"},
      {R"({"version":1,"name":"a","where":{"not":{"segment":"none"}}})", "$.where.not"},
  };
  for (const auto& [json, path] : cases) {
    const absl::Status status = segments().Save(json);
    EXPECT_FALSE(status.ok()) << json;
    EXPECT_EQ(base::PathOf(status), path) << json;
  }
  EXPECT_EQ(segments().List()->Dump(), R"({"segments":[]})");
}

TEST_F(SegmentsTest, NameEachOther) {
  Add(Identify("ana", "pro", kNow - kDay) + Identify("ben", "pro", kNow - kDay) +
      Identify("cid", "free", kNow - kDay));
  Track("ana", "save", kNow - kDay);
  Track("cid", "save", kNow - kDay);
  ASSERT_TRUE(Save("pro", kPro).ok());
  ASSERT_TRUE(Save("savers", kSaved).ok());
  ASSERT_TRUE(Save("both", R"({"all":[{"segment":"pro"},{"segment":"savers"}]})").ok());
  ASSERT_TRUE(
      Save("idle", R"({"all":[{"segment":"pro"},{"not":{"segment":"both"}}]})").ok());
  EXPECT_EQ(People("both"), R"(["ana"])");
  EXPECT_EQ(People("idle"), R"(["ben"])");
  EXPECT_TRUE(Test("idle", "ben"));
  EXPECT_FALSE(Test("idle", "ana"));
  // A change of one is a change of those that name it.
  ASSERT_TRUE(Save("pro", R"({"field":"person.plan","op":"is","value":"free"})").ok());
  EXPECT_FALSE(Test("idle", "ben"));
  EXPECT_EQ(People("both"), R"(["cid"])");
  EXPECT_TRUE(Test("both", "cid"));
}

TEST_F(SegmentsTest, RefuseCircles) {
  ASSERT_TRUE(Save("a", kPro).ok());
  ASSERT_TRUE(Save("b", R"({"segment":"a"})").ok());
  ASSERT_TRUE(Save("c", R"({"any":[{"segment":"b"},{"segment":"a"}]})").ok());
  const absl::Status status = Save("a", R"({"not":{"segment":"c"}})");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(base::PathOf(status), "$.where.not");
  EXPECT_NE(base::MessageOf(status).find("circle: c -> b -> a -> c"), std::string::npos)
      << status;
  EXPECT_EQ(segments().Show("a")->Find("where")->Dump(), kPro);
  // One that was stored by other means is found when it is used.
  ASSERT_TRUE(temp_.instance->store()
                  .PutDocument("segment", "x", R"({"where":{"segment":"x"}})")
                  .ok());
  EXPECT_EQ(segments().Test("x", "ana", kNow).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(SegmentsTest, AreNotDeletedWhileTheyAreNamed) {
  ASSERT_TRUE(Save("a", kPro).ok());
  ASSERT_TRUE(Save("b", R"({"not":{"segment":"a"}})").ok());
  const Json report =
      *Json::Parse(R"({"version":1,"name":"r","kind":"table","segment":"a",
                       "columns":[{"name":"n","agg":"count"}]})");
  ASSERT_TRUE(temp_.instance->reports().Save(report, kNow).ok());
  const absl::Status status = segments().Delete("a");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(base::MessageOf(status),
            "the segment 'a' is named by segment 'b', report 'r'");
  ASSERT_TRUE(segments().Delete("b").ok());
  ASSERT_TRUE(temp_.instance->reports().Delete("r").ok());
  EXPECT_TRUE(segments().Delete("a").ok());
}

TEST_F(SegmentsTest, PeopleComeInPagesSortedById) {
  for (const char* id : {"dan", "ana", "cid", "ben"}) {
    Track(id, "save", kNow - kDay);
  }
  Track("eve", "open", kNow - kDay);
  ASSERT_TRUE(Save("savers", kSaved).ok());
  SegmentRunOptions options;
  options.now_ms = kNow;
  options.limit = 2;
  Json page = *segments().People("savers", options);
  EXPECT_EQ(page.Find("people")->Dump(), R"(["ana","ben"])");
  EXPECT_EQ(page.Find("next")->as_string(), "ben");
  EXPECT_EQ(page.Find("count")->as_int(), 4);
  options.after = "ben";
  page = *segments().People("savers", options);
  EXPECT_EQ(page.Find("people")->Dump(), R"(["cid","dan"])");
  EXPECT_TRUE(page.Find("next")->is_null());
  EXPECT_EQ(page.Find("count")->as_int(), 4);
  options.limit = 0;
  EXPECT_EQ(segments().People("savers", options)->Find("people")->Dump(), "[]");
  EXPECT_EQ(
      base::PathOf(ParseSegmentRunOptions(*Json::Parse(R"({"limit":-1})")).status()),
      "$.limit");
  EXPECT_EQ(base::PathOf(ParseSegmentRunOptions(*Json::Parse(R"({"after":1})")).status()),
            "$.after");
  EXPECT_EQ(base::PathOf(ParseSegmentRunOptions(*Json::Parse(R"({"x":1})")).status()),
            "$.x");
}

TEST_F(SegmentsTest, TestsSeeEverythingAcknowledged) {
  ASSERT_TRUE(Save("pro", kPro).ok());
  ASSERT_TRUE(Save("savers", kSaved).ok());
  ASSERT_TRUE(Save("often", R"({"did":{"count":{"op":">","value":2}}})").ok());
  ASSERT_TRUE(Save("never", R"({"not":{"did":{}}})").ok());
  EXPECT_FALSE(Test("pro", "ana"));
  EXPECT_FALSE(Test("never", "ana"));  // Nobody knows her.
  Add(Identify("ana", "pro", kNow));
  EXPECT_TRUE(Test("pro", "ana"));
  EXPECT_TRUE(Test("never", "ana"));
  EXPECT_FALSE(Test("savers", "ana"));
  Track("ana", "save", kNow - 1);
  EXPECT_TRUE(Test("savers", "ana"));
  EXPECT_FALSE(Test("never", "ana"));
  EXPECT_FALSE(Test("often", "ana"));
  Track("ana", "open", kNow - 2);
  Track("ana", "open", kNow - 2);
  EXPECT_TRUE(Test("often", "ana"));
  Add(Identify("ana", "free", kNow + 1));
  EXPECT_FALSE(Test("pro", "ana"));
  EXPECT_EQ(segments().Of("ana", kNow).value(),
            (std::vector<std::string>{"often", "savers"}));
  ASSERT_TRUE(temp_.instance->store().ForgetPerson("ana").ok());
  EXPECT_FALSE(Test("savers", "ana"));
  EXPECT_FALSE(Test("often", "ana"));
}

TEST_F(SegmentsTest, TimePassesForConditionsOnBehaviour) {
  ASSERT_TRUE(Save("savers", kSaved).ok());
  Track("ana", "save", kNow);
  EXPECT_TRUE(Test("savers", "ana", kNow));
  EXPECT_TRUE(Test("savers", "ana", kNow + 30 * kDay));
  EXPECT_FALSE(Test("savers", "ana", kNow + 30 * kDay + 1));
  EXPECT_FALSE(Test("savers", "ana", kNow - 1));
  // A client whose clock is ahead does not hide what was before.
  Track("ana", "save", kNow + kDay / 2);
  EXPECT_TRUE(Test("savers", "ana", kNow));
  EXPECT_TRUE(Test("savers", "ana", kNow + 30 * kDay + 1));
  // Nor does asking for a time that has passed, though only the latest are remembered.
  Track("ana", "save", kNow + kDay, kNow + kDay);
  Track("ana", "save", kNow + 40 * kDay, kNow + 40 * kDay);
  EXPECT_TRUE(Test("savers", "ana", kNow));
  EXPECT_FALSE(Test("savers", "ana", kNow + 35 * kDay));
  EXPECT_TRUE(Test("savers", "ana", kNow + 40 * kDay));
  EXPECT_EQ(People("savers", kNow + 35 * kDay), "[]");
}

TEST_F(SegmentsTest, LinksMoveWhatAnAnonymousPersonDid) {
  ASSERT_TRUE(Save("savers", kSaved).ok());
  ASSERT_TRUE(Save("twice", R"({"did":{"count":{"op":"=","value":2}}})").ok());
  Add(R"({"type":"track","anonymous":"x","name":"save","time":1763711000000})");
  Track("ana", "open", kNow - kDay);
  EXPECT_TRUE(Test("savers", "anonymous:x"));
  EXPECT_FALSE(Test("savers", "ana"));
  Add(R"({"type":"alias","person":"ana","anonymous":"x","time":1763711000001})");
  EXPECT_TRUE(Test("savers", "ana"));
  EXPECT_TRUE(Test("savers", "anonymous:x"));
  EXPECT_TRUE(Test("twice", "ana"));
  EXPECT_EQ(People("savers"), R"(["ana"])");
}

TEST_F(SegmentsTest, ConditionsThatCannotBeRememberedReadTheEvents) {
  ASSERT_TRUE(Save("own", R"({"did":{"where":{"all":[
                              {"field":"event.name","op":"is","value":"save"},
                              {"field":"person.plan","op":"is","value":"pro"}]}}})")
                  .ok());
  ASSERT_TRUE(Save("due", R"({"did":{"where":{"field":"properties.due","op":"within",
                              "value":7}}})")
                  .ok());
  Add(Identify("ana", "pro", kNow - kDay));
  Track("ana", "save", kNow - kDay);
  Track("ben", "save", kNow - kDay);
  Add(Cat(R"({"type":"track","person":"ben","name":"x","time":1763711000000,)",
          R"("properties":{"due":"2025-11-20"}})"));
  EXPECT_TRUE(Test("own", "ana"));
  EXPECT_FALSE(Test("own", "ben"));
  EXPECT_TRUE(Test("due", "ben"));
  EXPECT_FALSE(Test("due", "ben", kNow + 30 * kDay));
  EXPECT_FALSE(Test("due", "ana"));
  EXPECT_EQ(segments().bytes(), 0u);
}

TEST_F(SegmentsTest, SmallGroupsAreNotTold) {
  ASSERT_TRUE(Save("savers", kSaved).ok());
  Track("ana", "save", kNow);
  ASSERT_TRUE(temp_.instance->store().SetSetting("group_size_min", "2").ok());
  EXPECT_EQ(segments().People("savers", {.now_ms = kNow}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(segments().Changes("savers", {.now_ms = kNow}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(segments()
                  .People("savers", {.limit = 0, .now_ms = kNow})
                  ->Find("count")
                  ->is_null());
  Track("ben", "save", kNow);
  EXPECT_EQ(
      segments().People("savers", {.limit = 0, .now_ms = kNow})->Find("count")->as_int(),
      2);
}

TEST_F(SegmentsTest, ChangesTellWhoEnteredAndLeft) {
  ASSERT_TRUE(Save("savers", kSaved).ok());
  Track("ana", "save", kNow);
  const absl::StatusOr<Json> first = Changes("savers", "", kNow);
  EXPECT_EQ(ChangeText(*first), "");
  const std::string begin = CursorOf(first);
  Track("ben", "save", kNow + kDay, kNow + kDay);
  Track("cid", "save", kNow + kDay, kNow + kDay);
  const Json second = *Changes("savers", begin, kNow + kDay);
  EXPECT_EQ(ChangeText(second), " +ben +cid");
  EXPECT_EQ(second.Find("changes")->as_array()[0].Find("at")->as_string(),
            "2025-11-22T08:00:00.000Z");
  EXPECT_FALSE(second.Find("more")->as_bool());
  // Absence changes it too: nobody did anything.
  const Json third = *Changes("savers", CursorOf(second), kNow + 30 * kDay + 1);
  EXPECT_EQ(ChangeText(third), " -ana");
  // Who kept an older cursor gets it all again, in pages.
  const Json page = *Changes("savers", begin, kNow + 30 * kDay + 1, 2);
  EXPECT_EQ(ChangeText(page), " +ben +cid");
  EXPECT_TRUE(page.Find("more")->as_bool());
  EXPECT_EQ(ChangeText(*Changes("savers", CursorOf(page), kNow + 30 * kDay + 1)),
            " -ana");
  // Who was forgotten is in no change any more, and has not left.
  ASSERT_TRUE(temp_.instance->store().ForgetPerson("cid").ok());
  EXPECT_EQ(ChangeText(*Changes("savers", begin, kNow + 30 * kDay + 1)), " +ben -ana");
  EXPECT_EQ(ChangeText(*Changes("savers", CursorOf(third), kNow + 30 * kDay + 1)), "");
}

TEST_F(SegmentsTest, CursorsAreChecked) {
  ASSERT_TRUE(Save("savers", kSaved).ok());
  const std::string begin = CursorOf(Changes("savers", "", kNow));
  for (const char* cursor :
       {"x", "-", "1763712000000-", "1763712000000-1", "-1", "1-x"}) {
    const absl::Status status = Changes("savers", cursor, kNow).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << cursor;
    EXPECT_EQ(base::PathOf(status), "$.after") << cursor;
  }
  Track("ana", "save", kNow);
  EXPECT_EQ(ChangeText(*Changes("savers", begin, kNow)), " +ana");
  // After 30 days the change is no longer kept.
  EXPECT_EQ(ChangeText(*Changes("savers", begin, kNow + 30 * kDay)), " +ana");
  const absl::Status gone = Changes("savers", begin, kNow + 30 * kDay + 1).status();
  EXPECT_EQ(gone.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(base::PathOf(gone), "$.after");
  // A segment that was made anew has other cursors.
  ASSERT_TRUE(segments().Delete("savers").ok());
  ASSERT_TRUE(Save("savers", kSaved).ok());
  EXPECT_EQ(Changes("savers", begin, kNow + 1).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST_F(SegmentsTest, ChangesOfARuleAreChanges) {
  Add(Identify("ana", "pro", kNow) + Identify("ben", "free", kNow));
  ASSERT_TRUE(Save("s", kPro).ok());
  const std::string begin = CursorOf(Changes("s", "", kNow));
  ASSERT_TRUE(Save("s", R"({"field":"person.plan","op":"is","value":"free"})").ok());
  EXPECT_EQ(ChangeText(*Changes("s", begin, kNow)), " -ana +ben");
}

TEST_F(SegmentsTest, ReportsTakeASegmentAsAnOption) {
  Add(Identify("ana", "pro", kNow) + Identify("ben", "pro", kNow));
  Track("ana", "save", kNow);
  Track("ben", "open", kNow);
  Track("cid", "save", kNow);
  ASSERT_TRUE(Save("pro", kPro).ok());
  ASSERT_TRUE(Save("savers", kSaved).ok());
  report::RunOptions options;
  options.now_ms = kNow;
  options.segment = "pro";
  EXPECT_EQ(temp_.instance->RunReport("users", options)->rows.row_count(), 2u);
  const std::string definition =
      R"({"version":1,"name":"r","kind":"table","segment":"savers","rows":["person"],
          "where":{"not":{"segment":"none"}},"columns":[{"name":"n","agg":"count"}]})";
  EXPECT_EQ(base::PathOf(temp_.instance->RunDefinition(definition, options).status()),
            "$.where.not");
  ASSERT_TRUE(Save("none", R"({"field":"person.id","op":"is","value":"zoe"})").ok());
  EXPECT_EQ(temp_.instance->RunDefinition(definition, options)->rows.row_count(), 1u);
  options.segment = "unknown";
  const absl::Status status = temp_.instance->RunReport("users", options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(base::PathOf(status), "$.segment");
}

// Tests from two threads beside ingest: an acknowledged event counts at once.
TEST_F(SegmentsTest, TestsRunBesideIngest) {
  ASSERT_TRUE(Save("savers", kSaved).ok());
  ASSERT_TRUE(Save("tenth", R"({"did":{"count":{"op":">=","value":10}}})").ok());
  ASSERT_TRUE(Save("busy", R"({"field":"person.events","op":">=","value":10})").ok());
  constexpr int kPeople = 40;
  std::atomic<int> acknowledged{-1};
  std::atomic<int> wrong{0};
  const auto ask = [&] {
    for (int seen = -1; seen < kPeople - 1;) {
      seen = acknowledged.load();
      for (int i = 0; i <= seen; ++i) {
        const std::string person = Cat("p", i);
        for (const char* name : {"savers", "tenth", "busy"}) {
          const absl::StatusOr<bool> member = segments().Test(name, person, kNow);
          if (!member.ok() || !*member) ++wrong;
        }
      }
    }
  };
  std::thread first(ask);
  std::thread second(ask);
  for (int i = 0; i < kPeople; ++i) {
    std::string events;
    for (int n = 0; n < 10; ++n) {
      events += Cat(R"({"type":"track","name":"save","person":"p)", i, R"(","time":)",
                    kNow - n, "}\n");
    }
    Add(events);
    acknowledged = i;
    if (i % 10 == 5) {
      EXPECT_TRUE(temp_.instance->store().Seal({}).ok());
    }
  }
  first.join();
  second.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace footfall::runtime
