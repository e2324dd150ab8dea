// The C++ wrapper over the real library: each class, its values and its errors.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <footfall/footfall.hpp>
#include <string>
#include <vector>

footfall::Result<std::string> LintText(std::string_view policy_json);

namespace footfall {
namespace {

constexpr int64_t kNow = 1763712600000;
constexpr std::string_view kEvents =
    "{\"id\":\"1\",\"time\":1763712000000,\"person\":\"ana\",\"type\":\"track\","
    "\"name\":\"saved\"}\n"
    "{\"id\":\"2\",\"time\":1763712300000,\"person\":\"ben\",\"type\":\"track\"}\n"
    "{\"id\":\"3\",\"person\":\"ben\",\"type\":\"track\"}\n";

class WrapperTest : public testing::Test {
 protected:
  WrapperTest() {
    std::string name = testing::TempDir() + "/footfall-wrapper-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~WrapperTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const char* name) const { return folder_ + "/" + name; }

  // A store with two people, one event each.
  Store Filled() const {
    auto store = Store::Open(Path("db"));
    EXPECT_TRUE(store.ok());
    auto counts = store->IngestEvents(kEvents, {.now_ms = kNow, .source = "here"});
    EXPECT_TRUE(counts.ok());
    counts_ = counts->str();
    return std::move(*store);
  }

  std::string folder_;
  mutable std::string counts_;
};

TEST_F(WrapperTest, VersionsOfHeaderAndLibraryAgree) {
  EXPECT_EQ(VersionString(), FOOTFALL_VERSION_STRING);
  EXPECT_EQ(VersionNumber(), FOOTFALL_VERSION_NUMBER);
}

TEST_F(WrapperTest, PolicyErrorsCarryPathAndByte) {
  auto unknown = LintText(R"({"censor":[{"ident":"x"}]})");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, FOOTFALL_INVALID_ARGUMENT);
  EXPECT_STREQ(unknown.error().code_name(), "INVALID_ARGUMENT");
  EXPECT_EQ(unknown.error().path, "$.censor[0].ident");
  auto broken = LintText(R"({"censor")");
  ASSERT_FALSE(broken.ok());
  EXPECT_GE(broken.error().byte, 0);
  auto fine = LintText("{}");
  ASSERT_TRUE(fine.ok());
  EXPECT_EQ(*fine, R"({"findings":[]})");
}

TEST_F(WrapperTest, FilterStreamsAndCounts) {
  auto filter = Filter::Make();
  ASSERT_TRUE(filter.ok());
  std::string out;
  for (const char c : kEvents) {
    auto piece = filter->Write({&c, 1});
    ASSERT_TRUE(piece.ok());
    out += piece->view();
  }
  auto rest = filter->Finish();
  ASSERT_TRUE(rest.ok());
  out += rest->view();
  EXPECT_NE(out.find("\"person\":\"ana\""), std::string::npos);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 2);
  auto counters = filter->Counters();
  ASSERT_TRUE(counters.ok());
  EXPECT_NE(counters->view().find("\"rejected\":1"), std::string_view::npos);
  auto late = filter->Write("{}");
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, FOOTFALL_FAILED_PRECONDITION);
}

constexpr std::string_view kMeta =
    R"({"type":4,"data":{"href":"https://a.example/?tab=1","width":8,"height":6},)"
    R"("timestamp":1})"
    "\n";

TEST_F(WrapperTest, PolicyExplainsEvents) {
  auto explained = Policy().Explain(kMeta);
  ASSERT_TRUE(explained.ok());
  EXPECT_NE(explained->view().find("\"rule\":\"url_query\""), std::string_view::npos);
}

TEST_F(WrapperTest, RecordingsAreFilteredSavedAndRestored) {
  auto filter = Filter::Make({}, {.format = FOOTFALL_INPUT_RRWEB});
  ASSERT_TRUE(filter.ok());
  auto policy = Policy::Parse(R"({"url":{"keep_query":["tab"]}})");
  ASSERT_TRUE(policy.ok());
  ASSERT_TRUE(filter->SetPolicy(*policy).ok());
  auto kept = filter->Write(kMeta);
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->view(), kMeta);
  const std::string key(FOOTFALL_STATE_KEY_BYTES, 'k');
  auto state = filter->Save(key);
  ASSERT_TRUE(state.ok());
  auto restored = Filter::Restore(key, state->view());
  ASSERT_TRUE(restored.ok());
  auto cleaned = restored->Write(kMeta);
  ASSERT_TRUE(cleaned.ok());
  EXPECT_EQ(cleaned->view().find("tab"), std::string_view::npos);
  EXPECT_EQ(filter->Save("short").error().code, FOOTFALL_INVALID_ARGUMENT);
  EXPECT_EQ(Filter::Restore(key, "none").error().code, FOOTFALL_DATA_LOSS);
  EXPECT_EQ(Filter::Restore(key, state->view(), {}, {}).error().code,
            FOOTFALL_INVALID_ARGUMENT);
}

TEST_F(WrapperTest, LeaksAreFound) {
  const std::string_view canaries = R"(["a.example","nowhere"])";
  auto whole = RunLeakTest(kMeta, canaries, {}, {.format = FOOTFALL_INPUT_AUTO});
  ASSERT_TRUE(whole.ok());
  EXPECT_NE(whole->view().find(R"("survived":["#1"])"), std::string_view::npos);
  EXPECT_NE(whole->view().find(R"("void":["#2"])"), std::string_view::npos);
  auto search = LeakSearch::Make(canaries, {}, {.format = FOOTFALL_INPUT_RRWEB});
  ASSERT_TRUE(search.ok());
  ASSERT_TRUE(search->Write(kMeta).ok());
  auto result = search->Finish();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->view(), whole->view());
  EXPECT_EQ(search->Write("x").error().code, FOOTFALL_FAILED_PRECONDITION);
  EXPECT_EQ(LeakSearch::Make(R"(["abc"])").error().path, "$[0]");
}

TEST_F(WrapperTest, FilterRefusesALevelThatDoesNotExist) {
  auto filter = Filter::Make({}, {.level = 99});
  ASSERT_FALSE(filter.ok());
  EXPECT_EQ(filter.error().code, FOOTFALL_INVALID_ARGUMENT);
}

TEST_F(WrapperTest, OpensOnlyWhatExistsWhenAsked) {
  auto store = Store::Open(Path("none"), {.mode = FOOTFALL_OPEN_EXISTING});
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code, FOOTFALL_NOT_FOUND);
  EXPECT_FALSE(store.error().message.empty());
}

TEST_F(WrapperTest, IngestsAndRunsReports) {
  Store store = Filled();
  EXPECT_NE(counts_.find("\"accepted\":2"), std::string::npos) << counts_;
  EXPECT_NE(counts_.find("\"file\":\"here\""), std::string::npos) << counts_;
  auto table = store.RunReport("logins", {.now_ms = kNow});
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table->row_count(), 2u);
  auto csv = table->Format(FOOTFALL_FORMAT_CSV);
  ASSERT_TRUE(csv.ok());
  EXPECT_NE(csv->view().find("ana,2025-11-21T08:00:00.000Z,"), std::string_view::npos);
  auto bad = table->Format(99);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code, FOOTFALL_INVALID_ARGUMENT);
  auto stats = table->Stats();
  ASSERT_TRUE(stats.ok());
  EXPECT_NE(stats->view().find("\"rows\":2"), std::string_view::npos);
  auto total = table->Total();
  ASSERT_FALSE(total.ok());
  EXPECT_EQ(total.error().code, FOOTFALL_NOT_FOUND);

  ArrowArrayStream stream = {};
  ASSERT_TRUE(table->Stream(&stream).ok());
  ArrowArray batch = {};
  ASSERT_EQ(stream.get_next(&stream, &batch), 0);
  EXPECT_EQ(batch.length, 2);
  batch.release(&batch);
  stream.release(&stream);

  auto explained = store.ExplainReport("logins", {.now_ms = kNow, .threads = 2});
  ASSERT_TRUE(explained.ok());
  EXPECT_NE(explained->view().find("\"kind\":\"logins\""), std::string_view::npos);
  EXPECT_FALSE(store.ExplainReport("logins", {.threads = 1000}).ok());

  auto unknown = store.RunReport("no-such-report");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, FOOTFALL_NOT_FOUND);
  auto zone = store.RunReport("logins", {.timezone = "Moon/Base"});
  ASSERT_FALSE(zone.ok());
  EXPECT_EQ(zone.error().code, FOOTFALL_INVALID_ARGUMENT);
}

TEST_F(WrapperTest, ManagesDefinitions) {
  Store store = Filled();
  const std::string definition = R"({"version":1,"name":"mine","kind":"table","rows":[],)"
                                 R"("columns":[{"name":"n","agg":"count"}]})";
  ASSERT_TRUE(store.SaveReport(definition).ok());
  auto table = store.RunReport("mine", {.now_ms = kNow});
  ASSERT_TRUE(table.ok());
  auto csv = table->Format(FOOTFALL_FORMAT_CSV);
  ASSERT_TRUE(csv.ok());
  EXPECT_EQ(csv->view(), "n\r\n2\r\n");
  auto once = store.RunDefinition(definition, {.now_ms = kNow});
  ASSERT_TRUE(once.ok());
  EXPECT_EQ(once->row_count(), 1u);
  auto explained = store.ExplainDefinition(definition, {.now_ms = kNow});
  ASSERT_TRUE(explained.ok());
  EXPECT_NE(explained->view().find("\"report\":\"mine\""), std::string_view::npos);
  auto shown = store.ShowReport("mine");
  ASSERT_TRUE(shown.ok());
  EXPECT_NE(shown->view().find("\"mine\""), std::string_view::npos);
  auto list = store.ListReports();
  ASSERT_TRUE(list.ok());
  EXPECT_NE(list->view().find("\"page-views\""), std::string_view::npos);
  ASSERT_TRUE(store.DeleteReport("mine").ok());
  EXPECT_EQ(store.DeleteReport("mine").error().code, FOOTFALL_NOT_FOUND);
  const Status refused = store.SaveReport(R"({"version":1,"name":"x","kind":"pie"})");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().path, "$.kind");
}

TEST_F(WrapperTest, StreamsEvents) {
  auto store = Store::Open(Path("db"));
  ASSERT_TRUE(store.ok());
  auto ingest = store->NewIngest({.now_ms = kNow});
  ASSERT_TRUE(ingest.ok());
  ASSERT_TRUE(ingest->Write(kEvents.substr(0, 50)).ok());
  ASSERT_TRUE(ingest->Write(kEvents.substr(50)).ok());
  Buffer result;
  ASSERT_TRUE(ingest->Finish(&result).ok());
  EXPECT_EQ(ingest->acknowledged(), 2u);
  EXPECT_NE(result.view().find("\"accepted\":2"), std::string_view::npos);

  std::string exported;
  const auto append = [&](std::string_view piece) {
    exported += piece;
    return true;
  };
  ASSERT_TRUE(
      store
          ->ExportEvents(
              append, {.rule_json = R"({"field":"event.name","op":"is","value":"saved"})",
                       .now_ms = kNow})
          .ok());
  EXPECT_EQ(std::count(exported.begin(), exported.end(), '\n'), 1);
  exported.clear();
  ASSERT_TRUE(store->ExportEvents(append, {.to = "2025-01-01", .now_ms = kNow}).ok());
  EXPECT_EQ(exported, "");
  const Status refused = store->ExportEvents(append, {.timezone = "Moon/Base"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, FOOTFALL_INVALID_ARGUMENT);
  const Status stopped =
      store->ExportEvents([](std::string_view) { return false; }, {.now_ms = kNow});
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, FOOTFALL_CANCELLED);
}

TEST_F(WrapperTest, CancelsBeforeAnythingIsStored) {
  auto store = Store::Open(Path("db"));
  ASSERT_TRUE(store.ok());
  auto cancel = Cancel::Make();
  ASSERT_TRUE(cancel.ok());
  cancel->Request();
  auto counts = store->IngestEvents(kEvents, {.now_ms = kNow, .cancel = &*cancel});
  ASSERT_FALSE(counts.ok());
  EXPECT_EQ(counts.error().code, FOOTFALL_CANCELLED);
  auto metrics = store->Metrics();
  ASSERT_TRUE(metrics.ok());
  EXPECT_EQ(metrics->events_accepted, 0u);
}

TEST_F(WrapperTest, ShowsAndForgetsPeople) {
  Store store = Filled();
  auto ana = store.ShowPerson("ana");
  ASSERT_TRUE(ana.ok());
  EXPECT_NE(ana->view().find("\"person\":\"ana\""), std::string_view::npos);
  auto removed = store.ForgetPerson("ana");
  ASSERT_TRUE(removed.ok());
  EXPECT_NE(removed->view().find("\"events\":1,"), std::string_view::npos);
  EXPECT_EQ(store.ShowPerson("ana").error().code, FOOTFALL_NOT_FOUND);
}

TEST_F(WrapperTest, ListsExportsAndImportsPeople) {
  Store store = Filled();
  auto import = store.NewAttributesImport(R"({"integration":"crm","id":"id"})");
  ASSERT_TRUE(import.ok());
  ASSERT_TRUE(import->Write("id,tier\nana,gold\n").ok());
  Buffer counts;
  ASSERT_TRUE(import->Finish(&counts).ok());
  EXPECT_NE(counts.view().find("\"people_changed\":1"), std::string_view::npos);
  EXPECT_EQ(import->Write("x").error().code, FOOTFALL_FAILED_PRECONDITION);
  EXPECT_EQ(store.NewAttributesImport("{}").error().path, "$.integration");
  auto attributes = store.ListAttributes();
  ASSERT_TRUE(attributes.ok());
  EXPECT_NE(attributes->view().find("\"attribute\":\"tier\""), std::string_view::npos);
  auto people = store.ListPeople(R"({"limit":1,"attributes":["crm/tier"]})");
  ASSERT_TRUE(people.ok());
  auto csv = people->Format(FOOTFALL_FORMAT_CSV);
  ASSERT_TRUE(csv.ok());
  EXPECT_NE(csv->view().find("\nana,"), std::string_view::npos);
  EXPECT_NE(csv->view().find(",gold\r\n"), std::string_view::npos);
  EXPECT_EQ(store.ListPeople(R"({"limit":0})").error().path, "$.limit");
  std::string exported;
  const auto append = [&exported](std::string_view piece) {
    exported += piece;
    return true;
  };
  ASSERT_TRUE(store.ExportPerson("ana", append).ok());
  EXPECT_EQ(exported.rfind("{\"version\":1,", 0), 0u);
  const auto stop = [](std::string_view) { return false; };
  EXPECT_EQ(store.ExportPerson("ana", stop).error().code, FOOTFALL_CANCELLED);
  EXPECT_EQ(store.ExportPerson("eve", append).error().code, FOOTFALL_NOT_FOUND);
}

TEST_F(WrapperTest, CaresForTheStore) {
  Store store = Filled();
  ASSERT_TRUE(store.SetSetting("level", "interactions").ok());
  auto settings = store.Settings();
  ASSERT_TRUE(settings.ok());
  EXPECT_NE(settings->view().find("\"level\":\"interactions\""), std::string_view::npos);
  EXPECT_EQ(store.SetSetting("no_such", "1").error().code, FOOTFALL_INVALID_ARGUMENT);
  auto stats = store.Stats();
  ASSERT_TRUE(stats.ok());
  EXPECT_NE(stats->view().find("\"events\":2"), std::string_view::npos);
  auto check = store.Check();
  ASSERT_TRUE(check.ok());
  EXPECT_NE(check->view().find("\"ok\":true"), std::string_view::npos);
  auto sealed = store.Seal();
  ASSERT_TRUE(sealed.ok());
  EXPECT_NE(sealed->view().find("\"events_sealed\":"), std::string_view::npos);
  auto compacted = store.Compact(kNow);
  ASSERT_TRUE(compacted.ok());
  EXPECT_NE(compacted->view().find("\"events_removed\":0"), std::string_view::npos);
  auto metrics = store.Metrics();
  ASSERT_TRUE(metrics.ok());
  EXPECT_EQ(metrics->events_accepted, 2u);
  ASSERT_TRUE(store.Backup(Path("copy")).ok());
  EXPECT_EQ(store.Backup(Path("copy")).error().code, FOOTFALL_ALREADY_EXISTS);
  ASSERT_TRUE(store.Close().ok());
  EXPECT_EQ(store.Stats().error().code, FOOTFALL_FAILED_PRECONDITION);
  ASSERT_TRUE(Store::Restore(Path("copy"), Path("second")).ok());
  auto second = Store::Open(Path("second"), {.mode = FOOTFALL_OPEN_READ_ONLY});
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second->ShowPerson("ben").ok());
}

TEST_F(WrapperTest, LogCallbackIsReleasedAlsoWhenOpeningFails) {
  auto alive = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = alive;
  {
    StoreOptions options;
    options.mode = FOOTFALL_OPEN_EXISTING;
    options.log = [alive](int32_t, std::string_view) {};
    alive.reset();
    EXPECT_FALSE(Store::Open(Path("none"), options).ok());
    options.mode = FOOTFALL_OPEN_READ_WRITE;
    EXPECT_TRUE(Store::Open(Path("db"), options).ok());
  }
  EXPECT_TRUE(watch.expired());
}

TEST_F(WrapperTest, ResultAbortsOnTheWrongQuestion) {
  const Result<int> good = 1;
  const Result<int> bad = Error{FOOTFALL_INTERNAL, "broken", "", -1};
  EXPECT_EQ(*good, 1);
  EXPECT_DEATH((void)good.error(), "");
  EXPECT_DEATH((void)bad.value(), "");
  EXPECT_DEATH((void)Status().error(), "");
}

}  // namespace
}  // namespace footfall
