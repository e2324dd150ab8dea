#include "store/event_store.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>
#include <thread>

#include "tests/store/store_test_util.h"

namespace footfall::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr auto kNotFound = absl::StatusCode::kNotFound;

absl::Status OpenStatus(const std::string& path, OpenMode mode) {
  Options options;
  options.mode = mode;
  return EventStore::Open(path, options).status();
}

TEST(EventStoreTest, AllFieldsComeBack) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  model::Event e;
  e.type = model::EventType::kClick;
  e.time_ms = kNow;
  e.seq = -7;
  e.id = "e1";
  e.person = "ana";
  e.anonymous = "a-1";
  e.session = "s-1";
  e.app = "crm";
  e.environment = "";
  e.name = "save";
  e.url = "https://app.example/7";
  e.title = "Order";
  e.key = "Enter";
  e.value = "x";
  e.has_element = true;
  e.element = {.tag = "button",
               .id = "save",
               .css_class = "btn",
               .type = "submit",
               .name = "n",
               .text = "Save",
               .label = "l",
               .value = "v",
               .autocomplete = "off"};
  const std::vector<model::PathEntry> path = {{"form", "order", "wide"}, {"div", "", ""}};
  e.element.path = path;
  e.context = {.country = "FR",
               .region = "r",
               .city = "c",
               .browser = "Firefox",
               .browser_version = "145",
               .os = "Linux",
               .os_version = "6",
               .device = "desktop",
               .https = false};
  const std::string big(1000, 'z');
  const std::vector<model::Property> properties = {
      {"null", model::Value::Missing()},     {"yes", model::Value::Bool(true)},
      {"int", model::Value::Int(INT64_MIN)}, {"double", model::Value::Double(-0.5)},
      {"text", model::Value::String("")},    {"big", model::Value::String(big)},
      {"json", model::Value::Json("[1]")}};
  e.properties = properties;
  Batch batch;
  batch.Add(e);
  model::Event bare;
  bare.anonymous = "a-2";
  bare.time_ms = kNow - 5;
  batch.Add(bare);
  ASSERT_EQ(batch.size(), 2u);
  ASSERT_TRUE(store->Append(batch, kNow).ok());
  store.reset();
  store = OpenOrDie(dir / "s");
  auto snapshot = store->TakeSnapshot();
  ASSERT_TRUE(snapshot.ok());
  int seen = 0;
  ScanStats stats;
  const absl::Status status =
      (*snapshot)->Scan({}, &stats, [&](const StoredEvent& stored) {
        const model::Event& r = stored.event;
        if (seen++ == 1) {
          EXPECT_EQ(r.anonymous, "a-2");
          EXPECT_EQ(r.person.data(), nullptr);
          EXPECT_EQ(r.id.data(), nullptr);
          EXPECT_EQ(r.name.data(), nullptr);
          EXPECT_EQ(r.time_ms, kNow - 5);
          EXPECT_FALSE(r.has_element);
          EXPECT_TRUE(r.properties.empty());
          EXPECT_EQ(stored.arrival, 2u);
          return absl::OkStatus();
        }
        EXPECT_EQ(r.type, e.type);
        EXPECT_EQ(r.time_ms, e.time_ms);
        EXPECT_EQ(r.seq, e.seq);
        EXPECT_EQ(r.id, "e1");
        EXPECT_EQ(r.person, "ana");
        EXPECT_EQ(r.anonymous, "a-1");
        EXPECT_EQ(r.session, "s-1");
        EXPECT_EQ(r.app, "crm");
        EXPECT_NE(r.environment.data(), nullptr);
        EXPECT_EQ(r.environment, "");
        EXPECT_EQ(r.name, "save");
        EXPECT_EQ(r.url, e.url);
        EXPECT_EQ(r.title, e.title);
        EXPECT_EQ(r.key, e.key);
        EXPECT_EQ(r.value, e.value);
        EXPECT_TRUE(r.has_element);
        EXPECT_EQ(r.element.tag, "button");
        EXPECT_EQ(r.element.autocomplete, "off");
        EXPECT_EQ(r.element.path.size(), 2u);
        EXPECT_EQ(r.element.path[0].css_class, "wide");
        EXPECT_EQ(r.element.path[1].id, "");
        EXPECT_EQ(r.context.device, "desktop");
        EXPECT_EQ(r.context.https, std::optional<bool>(false));
        EXPECT_EQ(r.properties.size(), 7u);
        if (r.properties.size() != 7u) return absl::OkStatus();
        EXPECT_TRUE(r.properties[0].value.is_missing());
        EXPECT_TRUE(r.properties[1].value.boolean);
        EXPECT_EQ(r.properties[2].value.integer, INT64_MIN);
        EXPECT_EQ(r.properties[3].value.number, -0.5);
        EXPECT_TRUE(r.properties[4].value.is_string());
        EXPECT_EQ(r.properties[5].value.text, big);
        EXPECT_EQ(r.properties[6].key, "json");
        EXPECT_EQ(r.properties[6].value.text, "[1]");
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(stats.events_read, 2u);
  EXPECT_EQ(stats.records_read, 1u);
  ExpectClean(*store);
}

TEST(EventStoreTest, TheFirstOfAnIdWins) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendResult result =
      AppendOrDie(*store, {Track("1", "a"), Track("2", "a"), Track("1", "b")});
  EXPECT_EQ(result.accepted, 2u);
  EXPECT_EQ(result.duplicates, 1u);
  result = AppendOrDie(*store, {Track("2", "c"), Track("3", "a")});
  EXPECT_EQ(result.accepted, 1u);
  EXPECT_EQ(result.duplicates, 1u);
  EXPECT_THAT(StoredIds(*store), ElementsAre("1", "2", "3"));
  // Nobody comes into being through a duplicate.
  EXPECT_EQ(StoredPeople(*store).size(), 1u);
  EXPECT_EQ(store->metrics().events_duplicate, 2u);
  store.reset();
  store = OpenOrDie(dir / "s");
  EXPECT_EQ(AppendOrDie(*store, {Track("3", "a")}).duplicates, 1u);
  ExpectClean(*store);
}

TEST(EventStoreTest, IdsLeaveTheWindow) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("1", "a")}, kNow);
  AppendOrDie(*store, {Track("2", "a")}, kNow + 3 * kDay);
  EXPECT_EQ(AppendOrDie(*store, {Track("1", "a")}, kNow + 7 * kDay).duplicates, 1u);
  EXPECT_EQ(AppendOrDie(*store, {Track("1", "a")}, kNow + 8 * kDay).duplicates, 0u);
  EXPECT_EQ(AppendOrDie(*store, {Track("2", "a")}, kNow + 8 * kDay).duplicates, 1u);
  store.reset();
  store = OpenOrDie(dir / "s");
  EXPECT_EQ(AppendOrDie(*store, {Track("1", "a")}, kNow + 8 * kDay).duplicates, 1u);
  // A clock that went back forgets nothing.
  EXPECT_EQ(AppendOrDie(*store, {Track("1", "a")}, kNow).duplicates, 1u);
  ASSERT_TRUE(store->SetSetting("dedup_window_days", "0").ok());
  const AppendResult result =
      AppendOrDie(*store, {Track("1", "a"), Track("1", "a")}, kNow + 8 * kDay);
  EXPECT_EQ(result.accepted, 1u);
  EXPECT_EQ(result.duplicates, 1u);
  ExpectClean(*store);
}

TEST(EventStoreTest, ManyIdsSpillAndAreStillFound) {
  const TempDir dir;
  Options options;
  options.memory_budget_bytes = 16 << 20;
  auto store = OpenOrDie(dir / "s", options);
  constexpr int kRounds = 12;
  const auto fill = [](int round) {
    Batch batch;
    for (int i = 0; i < 20'000; ++i) {
      AddTo(batch, Track(std::to_string(round) + "-" + std::to_string(i), "p"));
    }
    return batch;
  };
  for (int round = 0; round < kRounds; ++round) {
    const auto result = store->Append(fill(round), kNow);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->accepted, 20'000u);
  }
  for (const bool reopened : {false, true}) {
    if (reopened) {
      ASSERT_TRUE(store->Close().ok());
      store = OpenOrDie(dir / "s", options);
    }
    for (int round = 0; round < kRounds; ++round) {
      const auto result = store->Append(fill(round), kNow + kDay);
      ASSERT_TRUE(result.ok()) << result.status();
      EXPECT_EQ(result->duplicates, 20'000u) << round;
    }
  }
  ExpectClean(*store);
}

TEST(EventStoreTest, AnAnonymousIdIsLinkedOnce) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  TestEvent visit;
  visit.anonymous = "x";
  AppendOrDie(*store, {visit});
  std::vector<model::Person> people = StoredPeople(*store);
  ASSERT_EQ(people.size(), 1u);
  EXPECT_FALSE(people[0].identified);
  EXPECT_EQ(people[0].DisplayId(), "anonymous:x");

  TestEvent stranger = Alias("bob", "x");
  stranger.id = "alias-1";
  const AppendResult result =
      AppendOrDie(*store, {Alias("ana", "x"), stranger, Alias("ana", "x"), visit});
  EXPECT_EQ(result.accepted, 3u);
  ASSERT_EQ(result.rejections.size(), 1u);
  EXPECT_EQ(result.rejections[0].index, 1u);
  EXPECT_EQ(result.rejections[0].path, "anonymous");
  people = StoredPeople(*store);
  ASSERT_EQ(people.size(), 1u);
  EXPECT_EQ(people[0].id, "ana");
  EXPECT_TRUE(people[0].identified);
  EXPECT_EQ(people[0].events, 2u);
  EXPECT_THAT(people[0].anonymous_ids, ElementsAre("x"));
  const auto snapshot = *store->TakeSnapshot();
  EXPECT_EQ(snapshot->FindPerson("anonymous:x")->id, "ana");
  EXPECT_EQ(snapshot->FindPerson("ana")->code, people[0].code);
  EXPECT_EQ(snapshot->FindPerson("bob").status().code(), kNotFound);
  EXPECT_EQ(snapshot->FindPerson("x").status().code(), kNotFound);
  ASSERT_TRUE(snapshot
                  ->Scan({}, nullptr,
                         [&](const StoredEvent& stored) {
                           EXPECT_EQ(stored.person, people[0].code);
                           return absl::OkStatus();
                         })
                  .ok());
  // The id of the rejected one was not remembered.
  stranger = Track("alias-1", "ana");
  EXPECT_EQ(AppendOrDie(*store, {stranger}).accepted, 1u);
  ExpectClean(*store);
}

TEST(EventStoreTest, ScansByTimeAndRetention) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("1", "a", kNow - 400 * kDay), Track("2", "a", kNow - 1)});
  AppendOrDie(*store, {Track("3", "a", kNow), Track("4", "a", kNow + 5)});
  ScanOptions options;
  options.from_ms = kNow - 1;
  options.to_ms = kNow + 5;
  EXPECT_THAT(StoredIds(*store, options), ElementsAre("2", "3"));
  EXPECT_EQ(StoredIds(*store).size(), 4u);
  options = {};
  options.now_ms = kNow;
  EXPECT_THAT(StoredIds(*store, options), ElementsAre("2", "3", "4"));
  const auto snapshot = *store->TakeSnapshot();
  EXPECT_EQ(snapshot
                ->Scan({}, nullptr,
                       [](const StoredEvent&) { return absl::AbortedError("enough"); })
                .code(),
            absl::StatusCode::kAborted);
  base::Cancel cancel;
  cancel.Request();
  options.cancel = &cancel;
  EXPECT_EQ(
      snapshot
          ->Scan(options, nullptr, [](const StoredEvent&) { return absl::OkStatus(); })
          .code(),
      absl::StatusCode::kCancelled);
}

TEST(EventStoreTest, ASnapshotStaysAsItWas) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("1", "a")});
  const auto snapshot = *store->TakeSnapshot();
  AppendOrDie(*store, {Track("2", "a"), Track("3", "b")});
  int events = 0;
  ASSERT_TRUE(snapshot
                  ->Scan({}, nullptr,
                         [&events](const StoredEvent&) {
                           ++events;
                           return absl::OkStatus();
                         })
                  .ok());
  EXPECT_EQ(events, 1);
  EXPECT_EQ(snapshot->FindPerson("a")->events, 1u);
  EXPECT_EQ(snapshot->FindPerson("b").status().code(), kNotFound);
  EXPECT_EQ((*store->TakeSnapshot())->FindPerson("a")->events, 2u);
}

TEST(EventStoreTest, ASnapshotIsKeptForTheNextReaderUntilTheNextWrite) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("1", "a")});
  std::weak_ptr<const Snapshot> kept = *store->TakeSnapshot();
  ASSERT_FALSE(kept.expired());
  EXPECT_EQ(kept.lock(), *store->TakeSnapshot());
  AppendOrDie(*store, {Track("2", "a")});
  EXPECT_TRUE(kept.expired());
  kept = *store->TakeSnapshot();
  EXPECT_EQ(kept.lock()->FindPerson("a")->events, 2u);
  ASSERT_TRUE(store->SetSetting("session_gap", "45m").ok());
  EXPECT_TRUE(kept.expired());
  kept = *store->TakeSnapshot();
  ASSERT_TRUE(store->Close().ok());
  EXPECT_TRUE(kept.expired());
}

TEST(EventStoreTest, OpensOnlyWhatIsThere) {
  const TempDir dir;
  EXPECT_EQ(OpenStatus("", OpenMode::kReadWrite).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenStatus(dir / "none", OpenMode::kReadOnly).code(), kNotFound);
  EXPECT_EQ(OpenStatus(dir / "none", OpenMode::kExisting).code(), kNotFound);
  EXPECT_EQ(OpenStatus(dir / "no/parent", OpenMode::kReadWrite).code(), kNotFound);
  EXPECT_FALSE(std::filesystem::exists(dir / "none"));
  std::ofstream(dir / "file") << "x";
  const absl::Status file = OpenStatus(dir / "file", OpenMode::kReadWrite);
  EXPECT_EQ(file.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(base::MessageOf(file), HasSubstr(dir / "file"));
  std::filesystem::create_directory(dir / "other");
  std::ofstream(dir / "other/notes.txt") << "x";
  EXPECT_EQ(OpenStatus(dir / "other", OpenMode::kReadWrite).code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(OpenStatus(dir / "other", OpenMode::kReadOnly).code(),
            absl::StatusCode::kDataLoss);
  Options small;
  small.memory_budget_bytes = 1 << 20;
  EXPECT_EQ(EventStore::Open(dir / "s", small).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(EventStoreTest, OneWriterAtATime) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  std::filesystem::create_directory_symlink(dir / "s", dir / "link");
  for (const std::string& path : {dir / "s", dir / "link", dir / "s/../s"}) {
    const absl::Status second = OpenStatus(path, OpenMode::kReadWrite);
    EXPECT_EQ(second.code(), kFailedPrecondition) << second;
    EXPECT_THAT(base::MessageOf(second), HasSubstr("in this process"));
  }
  AppendOrDie(*store, {Track("1", "a")});
  const pid_t child = ::fork();
  if (child == 0) {
    // The inherited handle answers, and another writer is refused.
    const bool refused =
        store->TakeSnapshot().status().code() == kFailedPrecondition &&
        store->Append(Batch(), kNow).status().code() == kFailedPrecondition &&
        store->Close().code() == kFailedPrecondition;
    const absl::Status second = OpenStatus(dir / "link", OpenMode::kReadWrite);
    store.reset();
    ::_exit(refused && second.code() == kFailedPrecondition ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(AppendOrDie(*store, {Track("2", "a")}).accepted, 1u);
}

TEST(EventStoreTest, AnswersNothingAfterClose) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("1", "a")});
  ASSERT_TRUE(store->Close().ok());
  EXPECT_TRUE(store->Close().ok());
  Batch batch;
  AddTo(batch, Track("2", "a"));
  EXPECT_EQ(store->Append(batch, kNow).status().code(), kFailedPrecondition);
  EXPECT_EQ(store->TakeSnapshot().status().code(), kFailedPrecondition);
  EXPECT_EQ(store->SetSetting("level", "content").code(), kFailedPrecondition);
  EXPECT_EQ(store->Compact(kNow, nullptr).status().code(), kFailedPrecondition);
  EXPECT_EQ(store->Check(nullptr).status().code(), kFailedPrecondition);
  EXPECT_EQ(store->Stats().status().code(), kFailedPrecondition);
  EXPECT_EQ(store->ForgetPerson("a").status().code(), kFailedPrecondition);
  EXPECT_EQ(store->Backup(dir / "b").code(), kFailedPrecondition);
  EXPECT_EQ(store->GetDocument("report", "r").status().code(), kFailedPrecondition);
}

TEST(EventStoreTest, AReaderFollowsTheWriter) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("1", "a")});
  Options options;
  options.mode = OpenMode::kReadOnly;
  auto reader = OpenOrDie(dir / "s", options);
  const auto before = *reader->TakeSnapshot();
  EXPECT_THAT(StoredIds(*reader), ElementsAre("1"));
  for (int i = 2; i < 30; ++i) {
    TestEvent event = Track(std::to_string(i), "p" + std::to_string(i % 3));
    event.name = "new name " + std::to_string(i);
    AppendOrDie(*store, {event});
    if (i % 7 == 0) {
      ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
    }
    ASSERT_EQ(StoredIds(*reader).size(), static_cast<size_t>(i));
    ASSERT_EQ(StoredPeople(*reader).size(), StoredPeople(*store).size());
  }
  ExpectClean(*reader);
  EXPECT_EQ(before->FindPerson("a")->events, 1u);
  EXPECT_EQ(before->FindPerson("p1").status().code(), kNotFound);
  ASSERT_TRUE(store->SetSetting("retention_days", "30").ok());
  ASSERT_TRUE(store->PutDocument("report", "r", "{}").ok());
  EXPECT_EQ(*reader->GetDocument("report", "r"), "{}");
  EXPECT_EQ((*reader->TakeSnapshot())->settings().retention_days, 30);
  Batch batch;
  AddTo(batch, Track("x", "a"));
  EXPECT_EQ(reader->Append(batch, kNow).status().code(), kFailedPrecondition);
  EXPECT_EQ(reader->SetSetting("level", "content").code(), kFailedPrecondition);
  EXPECT_EQ(reader->ForgetPerson("a").status().code(), kFailedPrecondition);
  EXPECT_EQ(reader->PutDocument("report", "r", "").code(), kFailedPrecondition);
  store.reset();
  EXPECT_EQ(StoredIds(*reader).size(), 29u);
}

TEST(EventStoreTest, ManyWritersAtOnce) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&store, t] {
      for (int i = 0; i < 40; ++i) {
        TestEvent own = Track(std::to_string(t) + "-" + std::to_string(i), "p");
        own.name = "name " + std::to_string(i);
        AppendOrDie(*store, {own, Track("shared " + std::to_string(i), "q")});
        if (i % 10 == 0) StoredPeople(*store);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(StoredIds(*store).size(), 6u * 40 + 40);
  const Metrics metrics = store->metrics();
  EXPECT_EQ(metrics.events_accepted, 280u);
  EXPECT_EQ(metrics.events_duplicate, 200u);
  EXPECT_LE(metrics.batches_committed, 240u);
  EXPECT_GT(metrics.log_bytes_written, 280u);
  EXPECT_GT(metrics.memory_bytes, 1000u);
  ExpectClean(*store);
}

TEST(EventStoreTest, Settings) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  EXPECT_EQ(store->settings().retention_days, 365);
  const std::pair<const char*, const char*> good[] = {
      {"level", "dxa"},          {"retention_days", "0"}, {"dedup_window_days", "366"},
      {"session_gap", "45m"},    {"session_max", "none"}, {"event_bytes_max", "2048"},
      {"account_property", "x"}, {"memory_budget", "1G"}, {"memory_budget", "33554433"},
      {"seal_events", "0"},      {"seal_events", "1000"}, {"seal_after", "2h"},
      {"memory_budget", "64M"},  {"run_log_days", "7"}};
  for (const auto& [key, value] : good) {
    EXPECT_TRUE(store->SetSetting(key, value).ok()) << key;
  }
  const std::pair<const char*, const char*> bad[] = {
      {"level", "all"},          {"retention_days", "-1"},
      {"retention_days", "1.5"}, {"dedup_window_days", "367"},
      {"session_gap", "30"},     {"session_gap", "0s"},
      {"session_max", "60d"},    {"event_bytes_max", ""},
      {"nothing", "1"},          {"account_property", "\xff"},
      {"seal_events", "-1"},     {"seal_after", "0"},
      {"memory_budget", "15M"},  {"memory_budget", "M"},
      {"memory_budget", "-1G"},  {"memory_budget", "2000G"},
      {"memory_budget", "64MB"}, {"memory_budget", "99999999999999999999"}};
  for (const auto& [key, value] : bad) {
    EXPECT_EQ(store->SetSetting(key, value).code(), absl::StatusCode::kInvalidArgument)
        << key << "=" << value;
  }
  store.reset();
  store = *EventStore::Open(dir / "s", {});
  EXPECT_EQ(
      store->settings().ToJson().Dump(),
      R"({"level":"interactions","retention_days":0,"dedup_window_days":366,)"
      R"("session_gap":"45m","session_max":"none","event_bytes_max":2048,)"
      R"("account_property":"x","memory_budget":"64M",)"
      R"("seal_events":1000,"seal_after":"2h","imported_attributes_max":100,"run_log_days":7,)"
      R"("group_size_min":0})");
}

TEST(EventStoreTest, TheBudgetIsThatOfTheOptionsElseOfTheSettingElse256MiB) {
  const TempDir dir;
  const auto report_bytes = [&dir](uint64_t option, OpenMode mode) {
    Options options;
    options.memory_budget_bytes = option;
    options.mode = mode;
    auto store = OpenOrDie(dir / "s", options);
    return store == nullptr ? 0 : store->settings().report_memory_bytes;
  };
  constexpr uint64_t kMiB = 1 << 20;
  EXPECT_EQ(report_bytes(0, OpenMode::kReadWrite), 96 * kMiB);
  EXPECT_EQ(report_bytes(32 * kMiB, OpenMode::kReadWrite), 12 * kMiB);
  {
    auto store = OpenOrDie(dir / "s");
    ASSERT_TRUE(store->SetSetting("memory_budget", "64M").ok());
    // It holds from the next opening on.
    EXPECT_EQ(store->settings().report_memory_bytes, 96 * kMiB);
    EXPECT_EQ(store->settings().memory_budget_bytes, 64 * kMiB);
    AppendOrDie(*store, {Track("1", "a")});
  }
  EXPECT_EQ(report_bytes(0, OpenMode::kReadWrite), 24 * kMiB);
  EXPECT_EQ(report_bytes(0, OpenMode::kReadOnly), 24 * kMiB);
  EXPECT_EQ(report_bytes(16 * kMiB, OpenMode::kReadOnly), 6 * kMiB);
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("2", "a")});
  EXPECT_THAT(StoredIds(*store), ElementsAre("1", "2"));
  for (const uint64_t small : {uint64_t{1}, 16 * kMiB - 1}) {
    Options options;
    options.memory_budget_bytes = small;
    EXPECT_EQ(EventStore::Open(dir / "t", options).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(EventStoreTest, Documents) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  EXPECT_EQ(store->GetDocument("report", "a").status().code(), kNotFound);
  ASSERT_TRUE(store->PutDocument("report", "b", "2").ok());
  ASSERT_TRUE(store->PutDocument("report", "a", "1").ok());
  ASSERT_TRUE(store->PutDocument("reports", "c", "3").ok());
  ASSERT_TRUE(store->PutDocument("report", "a", "one").ok());
  EXPECT_EQ(store->PutDocument("", "a", "1").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store->PutDocument("report", std::string("a\0b", 3), "1").code(),
            absl::StatusCode::kInvalidArgument);
  store.reset();
  store = OpenOrDie(dir / "s");
  EXPECT_THAT(*store->ListDocuments("report"),
              ElementsAre(std::pair<std::string, std::string>("a", "one"),
                          std::pair<std::string, std::string>("b", "2")));
  ASSERT_TRUE(store->DeleteDocument("report", "a").ok());
  EXPECT_EQ(store->DeleteDocument("report", "a").code(), kNotFound);
  EXPECT_EQ(*store->GetDocument("report", "b"), "2");
  EXPECT_THAT(*store->ListDocuments("none"), IsEmpty());
}

TEST(EventStoreTest, DocumentsChangeTogetherOrNotAtAll) {
  const TempDir dir;
  const auto store = OpenOrDie(dir / "s");
  ASSERT_TRUE(store->PutDocument("run", "1", "old").ok());
  ASSERT_TRUE(store
                  ->WriteDocuments({{"run", "2", "new"},
                                    {"log", "2/a", "A"},
                                    {"log", "2/b", "B"},
                                    {"log", "3/a", "C"},
                                    {"run", "1", std::nullopt},
                                    {"run", "none", std::nullopt}})
                  .ok());
  using Row = std::pair<std::string, std::string>;
  EXPECT_THAT(*store->ListDocuments("run"), ElementsAre(Row("2", "new")));
  EXPECT_THAT(*store->ListDocuments("log", {.prefix = "2/"}),
              ElementsAre(Row("2/a", "A"), Row("2/b", "B")));
  EXPECT_THAT(*store->ListDocuments("log", {.from = "2/b"}),
              ElementsAre(Row("2/b", "B"), Row("3/a", "C")));
  EXPECT_THAT(*store->ListDocuments("log", {.prefix = "2/", .from = "1", .limit = 1}),
              ElementsAre(Row("2/a", "A")));
  EXPECT_EQ(store->WriteDocuments({{"run", "2", "changed"}, {"run", "", "x"}}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(*store->GetDocument("run", "2"), "new");
}

TEST(EventStoreTest, FullDictionariesCostSpaceAndNothingElse) {
  const TempDir dir;
  Options options;
  options.memory_budget_bytes = 16 << 20;
  auto store = OpenOrDie(dir / "s", options);
  for (int round = 0; round < 4; ++round) {
    Batch batch;
    for (int i = 0; i < 20'000; ++i) {
      TestEvent event = Track("", "p");
      event.id.reset();
      event.url = "https://app.example/" + std::to_string(round * 20'000 + i);
      AddTo(batch, event);
    }
    ASSERT_TRUE(store->Append(batch, kNow).ok());
  }
  for (const bool reopened : {false, true}) {
    if (reopened) {
      store.reset();
      store = OpenOrDie(dir / "s", options);
    }
    int i = 0;
    ASSERT_TRUE((*store->TakeSnapshot())
                    ->Scan({}, nullptr,
                           [&i](const StoredEvent& stored) {
                             EXPECT_EQ(stored.event.url,
                                       "https://app.example/" + std::to_string(i));
                             ++i;
                             return absl::OkStatus();
                           })
                    .ok());
    EXPECT_EQ(i, 80'000);
  }
  EXPECT_LT(store->metrics().memory_bytes, options.memory_budget_bytes);
  const auto stats = store->Stats();
  ASSERT_TRUE(stats.ok());
  EXPECT_EQ(stats->Find("events")->as_int(), 80'000);
  EXPECT_EQ(stats->Find("people")->as_int(), 1);
  EXPECT_EQ(stats->Find("sessions")->as_int(), 1);
  EXPECT_EQ(stats->Find("format_version")->as_int(), 2);
  EXPECT_EQ(stats->Find("first_time")->as_string(), "2025-11-21T08:00:00.000Z");
  EXPECT_LT(stats->Find("dictionaries")->Find("strings")->as_int(), 65'600);
}

}  // namespace
}  // namespace footfall::store
