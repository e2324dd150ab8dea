// Sealing: what moves into chunks stays what it was, and nothing is left behind.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "tests/store/seal_test_util.h"

namespace footfall::store {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The times and names of each person's activity, as blocks show them.
std::map<uint64_t, std::vector<std::string>> Activity(EventStore& store) {
  std::map<uint64_t, std::vector<std::string>> activity;
  const auto snapshot = store.TakeSnapshot();
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  BlockRequest request;
  request.columns.push_back({ColumnKind::kName, ""});
  const auto scan = (*snapshot)->ScanBlocks(request);
  EXPECT_TRUE(scan.ok()) << scan.status();
  const std::unique_ptr<Block> block = (*scan)->NewBlock();
  for (size_t part = 0; part < (*scan)->parts(); ++part) {
    BlockStats stats;
    const absl::Status read = (*scan)->Read(part, block.get(), &stats);
    EXPECT_TRUE(read.ok()) << read;
    const auto times = block->Times();
    const auto names = block->Column(0);
    EXPECT_TRUE(times.ok()) << times.status();
    EXPECT_TRUE(names.ok()) << names.status();
    for (size_t i = 0; i < block->people().size(); ++i) {
      std::vector<std::string>& of = activity[block->people()[i]];
      EXPECT_THAT(of, IsEmpty()) << "a person is in two parts";
      for (uint32_t row = block->begins()[i]; row < block->begins()[i + 1]; ++row) {
        std::string_view name;
        if ((*names)->codes8 != nullptr) {
          name = (*names)->values[(*names)->codes8[row]].text;
        } else if ((*names)->codes32 != nullptr) {
          name = (*names)->values[(*names)->codes32[row]].text;
        }
        of.push_back(base::Cat((*times)[row], " ", name));
      }
    }
  }
  return activity;
}

uint64_t StatOf(EventStore& store, const char* name) {
  const auto stats = store.Stats();
  EXPECT_TRUE(stats.ok()) << stats.status();
  return static_cast<uint64_t>(stats->Find(name)->as_int());
}

SealReport SealOrDie(EventStore& store, bool merge = false) {
  const auto report = store.Seal({.merge = merge});
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : SealReport();
}

// What a store answers, or the error that it does not answer with.
struct Answers {
  absl::Status status;
  std::vector<std::string> events;
  std::map<uint64_t, std::vector<std::string>> activity;
};

// Opens a store that may be damaged, and reads everything.
Answers AnswersOf(const std::string& path) {
  Answers answers;
  const auto store = EventStore::Open(path, {});
  answers.status = store.status();
  if (!store.ok()) return answers;
  const auto snapshot = (*store)->TakeSnapshot();
  answers.status = snapshot.status();
  if (!snapshot.ok()) return answers;
  answers.status = (*snapshot)->Scan({}, nullptr, [&](const StoredEvent& stored) {
    answers.events.push_back(Describe(stored));
    return absl::OkStatus();
  });
  if (!answers.status.ok()) return answers;
  std::sort(answers.events.begin(), answers.events.end());
  const auto report = (*store)->Check(nullptr);
  answers.status = report.status();
  if (report.ok() && !report->problems.empty()) {
    answers.status = absl::DataLossError(report->problems.front().where);
    return answers;
  }
  if (answers.status.ok()) answers.activity = Activity(**store);
  return answers;
}

TEST(SealTest, NothingChangesWhenEventsAreSealedAndMerged) {
  const TempDir dir;
  auto store = OpenUnsealed(dir / "s");
  ASSERT_TRUE(store->SetSetting("retention_days", "0").ok());
  std::mt19937 random(5);
  for (int round = 0; round < 12; ++round) {
    for (int batch = 0; batch < 3; ++batch) {
      AppendOrDie(*store, RandomEvents(random, 150, (round * 3 + batch) * 150));
    }
    const std::vector<std::string> events = AllEvents(*store);
    const auto activity = Activity(*store);
    ASSERT_EQ(events.size(), static_cast<size_t>(round + 1) * 450);
    EXPECT_EQ(SealOrDie(*store).events_sealed, 450u);
    EXPECT_EQ(StatOf(*store, "events_sealed"), events.size());
    EXPECT_EQ(AllEvents(*store), events);
    EXPECT_EQ(Activity(*store), activity);
    ExpectClean(*store);
    if (round % 4 == 3) {
      EXPECT_GT(SealOrDie(*store, true).runs_merged, 1u);
      EXPECT_EQ(StatOf(*store, "runs"), 1u);
      EXPECT_EQ(AllEvents(*store), events);
      EXPECT_EQ(Activity(*store), activity);
      ExpectClean(*store);
    }
    if (round % 3 == 2) {
      store.reset();
      store = OpenUnsealed(dir / "s");
      EXPECT_EQ(AllEvents(*store), events);
      EXPECT_EQ(Activity(*store), activity);
    }
  }
  EXPECT_FALSE(std::filesystem::exists(dir / "s" + "/sealing/1-0.sst"));
}

TEST(SealTest, RunsCoverSpansOfDataRetention) {
  const TempDir dir;
  auto store = OpenUnsealed(dir / "s");
  ASSERT_TRUE(store->SetSetting("retention_days", "60").ok());
  std::vector<TestEvent> events;
  for (int day = 0; day < 60; ++day) {
    events.push_back(Track("e" + std::to_string(day), "p", kNow - day * kDay));
  }
  AppendOrDie(*store, events);
  SealOrDie(*store);
  const uint64_t runs = StatOf(*store, "runs");
  EXPECT_GE(runs, 6u);
  EXPECT_LE(runs, 7u);
  // 25 days on the oldest runs have expired as a whole, and a part of another one.
  const auto report = store->Compact(kNow + 25 * kDay, nullptr);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->events_removed, 24u);
  EXPECT_EQ(StoredIds(*store).size(), 36u);
  EXPECT_EQ(StatOf(*store, "runs"), 1u);
  // What comes later has runs of its own until all are merged again.
  AppendOrDie(*store, {Track("late", "p", kNow + 24 * kDay)}, kNow + 25 * kDay);
  SealOrDie(*store);
  EXPECT_EQ(StatOf(*store, "runs"), 2u);
  SealOrDie(*store, true);
  EXPECT_EQ(StatOf(*store, "runs"), 1u);
  EXPECT_EQ(StoredIds(*store).size(), 37u);
  ExpectClean(*store);
}

TEST(SealTest, ManyRunsAreMergedInTwoSteps) {
  constexpr int kRounds = 6;
  const TempDir dir;
  auto store = OpenUnsealed(dir / "s");
  ASSERT_TRUE(store->SetSetting("retention_days", "60").ok());
  for (int round = 0; round < kRounds; ++round) {
    std::vector<TestEvent> events;
    for (int day = 0; day < 60; ++day) {
      const std::string id = base::Cat("e", round, "-", day);
      events.push_back(Track(id, day % 2 == 0 ? "p" : id, kNow - day * kDay));
    }
    AppendOrDie(*store, events);
    SealOrDie(*store);
  }
  const uint64_t runs = StatOf(*store, "runs");
  EXPECT_GT(runs, 32u);
  const uint64_t merged = SealOrDie(*store, true).runs_merged;
  EXPECT_GT(merged, runs);
  EXPECT_EQ(StatOf(*store, "runs"), 1u);
  std::vector<std::string> of_person;
  for (int day = 58; day >= 0; day -= 2) {
    for (int round = 0; round < kRounds; ++round) {
      of_person.push_back(base::Cat("e", round, "-", day));
    }
  }
  std::vector<std::string> ids = StoredIds(*store);
  EXPECT_EQ(ids.size(), 60u * kRounds);
  std::erase_if(ids, [](const std::string& id) { return id.back() % 2 != 0; });
  EXPECT_THAT(ids, ElementsAreArray(of_person));
  ExpectClean(*store);
}

TEST(SealTest, ManyRunsOfWhichNothingIsLeftAreMergedIntoNone) {
  const TempDir dir;
  auto store = OpenUnsealed(dir / "s");
  ASSERT_TRUE(store->SetSetting("retention_days", "60").ok());
  for (int round = 0; round < 3; ++round) {
    std::vector<TestEvent> events;
    for (int day = 0; day < 60; ++day) {
      events.push_back(Track(base::Cat("e", round, "-", day), "p", kNow - day * kDay));
    }
    AppendOrDie(*store, events);
    SealOrDie(*store);
  }
  EXPECT_GT(StatOf(*store, "runs"), 16u);
  EXPECT_EQ(*store->ForgetPerson("p"), 180u);
  SealOrDie(*store, true);
  EXPECT_EQ(StatOf(*store, "runs"), 0u);
  EXPECT_EQ(StoredIds(*store).size(), 0u);
  ExpectClean(*store);
}

TEST(SealTest, AppendingSealsByNumberAndByAge) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  ASSERT_TRUE(store->SetSetting("seal_events", "100").ok());
  ASSERT_TRUE(store->SetSetting("seal_after", "1h").ok());
  std::mt19937 random(9);
  AppendOrDie(*store, RandomEvents(random, 99, 0));
  EXPECT_EQ(StatOf(*store, "events_sealed"), 0u);
  AppendOrDie(*store, RandomEvents(random, 2, 200));
  EXPECT_EQ(StatOf(*store, "events_sealed"), 101u);
  AppendOrDie(*store, RandomEvents(random, 5, 300));
  EXPECT_EQ(StatOf(*store, "events_sealed"), 101u);
  AppendOrDie(*store, RandomEvents(random, 5, 400), kNow + 2 * kHour);
  EXPECT_EQ(StatOf(*store, "events_sealed"), 111u);
  EXPECT_EQ(AllEvents(*store).size(), 111u);
  ExpectClean(*store);
}

TEST(SealTest, MergingPacksAnewWhatWasSealedInHaste) {
  std::vector<TestEvent> events;
  for (int i = 0; i < 4000; ++i) {
    // The title follows from the URL: only small packing makes use of it.
    const std::string page = base::Cat((i * i + i / 7) % 53);
    TestEvent event =
        Track(base::Cat("e", i), base::Cat("p", i % 10), kNow + i * kHour / 100);
    event.url = "https://app.example/" + page;
    event.title = "Page " + page;
    events.push_back(event);
  }
  const TempDir dir;
  auto store = OpenUnsealed(dir / "s");
  AppendOrDie(*store, events, kNow + kDay);
  const std::vector<std::string> stored = AllEvents(*store);
  SealOrDie(*store);
  const uint64_t quick_bytes = StatOf(*store, "chunk_bytes");
  EXPECT_EQ(AllEvents(*store), stored);
  EXPECT_EQ(SealOrDie(*store, true).runs_merged, 1u);
  const uint64_t small_bytes = StatOf(*store, "chunk_bytes");
  EXPECT_LT(small_bytes, quick_bytes);
  EXPECT_EQ(AllEvents(*store), stored);
  // There is nothing left to gain.
  EXPECT_EQ(SealOrDie(*store, true).runs_merged, 0u);
  ExpectClean(*store);

  auto other = OpenUnsealed(dir / "t");
  AppendOrDie(*other, events, kNow + kDay);
  EXPECT_EQ(SealOrDie(*other, true).runs_merged, 0u);
  EXPECT_EQ(StatOf(*other, "chunk_bytes"), small_bytes);
}

TEST(SealTest, ManySmallRunsBecomeFewer) {
  const TempDir dir;
  auto store = OpenUnsealed(dir / "s");
  ASSERT_TRUE(store->SetSetting("retention_days", "0").ok());
  std::mt19937 random(3);
  for (int i = 0; i < 30; ++i) {
    AppendOrDie(*store, RandomEvents(random, 20, i * 20));
    SealOrDie(*store);
    EXPECT_LT(StatOf(*store, "runs"), 9u);
  }
  EXPECT_EQ(AllEvents(*store).size(), 600u);
  ExpectClean(*store);
}

TEST(SealTest, AnIdLinkedAfterSealingBelongsToThePerson) {
  const TempDir dir;
  auto store = OpenUnsealed(dir / "s");
  TestEvent early = Track("e1", "", kNow - kHour);
  early.person.reset();
  early.anonymous = "device";
  TestEvent same_time = early;
  same_time.id = "e2";
  same_time.time_ms = kNow;
  same_time.name = "device-first";
  TestEvent own = Track("e3", "ana", kNow);
  own.name = "own-second";
  AppendOrDie(*store, {own, early, same_time, Track("e4", "bob")});
  SealOrDie(*store);
  AppendOrDie(*store, {Alias("ana", "device")});
  const auto expect = [&store] {
    const auto activity = Activity(*store);
    ASSERT_EQ(activity.size(), 2u);
    const uint64_t ana = (*store->TakeSnapshot())->FindPerson("ana")->code;
    // At one instant the linked id goes first.
    EXPECT_THAT(activity.at(ana), ElementsAre(base::Cat(kNow - kHour, " save"),
                                              base::Cat(kNow, " device-first"),
                                              base::Cat(kNow, " own-second")));
    ExpectClean(*store);
  };
  expect();
  SealOrDie(*store);
  expect();
  SealOrDie(*store, true);
  expect();
  store.reset();
  store = OpenUnsealed(dir / "s");
  expect();
}

TEST(SealTest, SnapshotsAndReadersKeepWhatTheySaw) {
  const TempDir dir;
  auto store = OpenUnsealed(dir / "s");
  Options reading;
  reading.mode = OpenMode::kReadOnly;
  std::mt19937 random(17);
  AppendOrDie(*store, RandomEvents(random, 300, 0));
  auto reader = OpenOrDie(dir / "s", reading);
  const std::vector<std::string> first = AllEvents(*store);
  const auto before = *store->TakeSnapshot();
  SealOrDie(*store);
  EXPECT_EQ(AllEvents(*reader), first);
  const auto sealed = *store->TakeSnapshot();
  AppendOrDie(*store, RandomEvents(random, 300, 300));
  SealOrDie(*store);
  SealOrDie(*store, true);
  for (const auto& snapshot : {before, sealed}) {
    size_t events = 0;
    const absl::Status scanned =
        snapshot->Scan({}, nullptr, [&events](const StoredEvent&) {
          ++events;
          return absl::OkStatus();
        });
    EXPECT_TRUE(scanned.ok()) << scanned;
    EXPECT_EQ(events, 300u);
  }
  EXPECT_EQ(AllEvents(*reader), AllEvents(*store));
  EXPECT_EQ(Activity(*reader), Activity(*store));
  ExpectClean(*reader);
}

TEST(SealTest, ForgettingAndLateEventsReachChunks) {
  const TempDir dir;
  auto store = OpenUnsealed(dir / "s");
  AppendOrDie(*store, {Track("e1", "ana"), Track("e2", "bob"), Track("e3", "ana")});
  SealOrDie(*store);
  AppendOrDie(*store, {Track("e4", "ana", kNow - 3 * kDay), Track("e5", "cleo")});
  EXPECT_EQ(Activity(*store).size(), 3u);
  EXPECT_EQ(*store->ForgetPerson("ana"), 3u);
  EXPECT_EQ(AllEvents(*store).size(), 2u);
  EXPECT_EQ(Activity(*store).size(), 2u);
  ExpectClean(*store);
  EXPECT_EQ(*store->ForgetPerson("bob"), 1u);  // The chunk has nobody left.
  EXPECT_EQ(Activity(*store).size(), 1u);
  ExpectClean(*store);
  SealOrDie(*store, true);
  store.reset();
  store = OpenUnsealed(dir / "s");
  EXPECT_EQ(AllEvents(*store).size(), 1u);
  ExpectClean(*store);
}

TEST(SealTest, AThreadOfTheStoreSealsBesideOthers) {
  const TempDir dir;
  Options options;
  options.background_sealing = true;
  auto store = OpenOrDie(dir / "s", options);
  ASSERT_TRUE(store->SetSetting("retention_days", "0").ok());
  ASSERT_TRUE(store->SetSetting("seal_events", "150").ok());
  constexpr int kWriters = 3;
  constexpr int kBatches = 40;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&store, w] {
      std::mt19937 random(static_cast<unsigned>(w));
      for (int i = 0; i < kBatches; ++i) {
        std::vector<TestEvent> events = RandomEvents(random, 20, (w * kBatches + i) * 20);
        events.push_back(Track(base::Cat("own-", w, "-", i), base::Cat("writer ", w)));
        AppendOrDie(*store, events);
        if (i % 10 == 9) {
          EXPECT_FALSE(Activity(*store).empty());
          AppendOrDie(*store,
                      {Track(base::Cat("gone-", w, "-", i), base::Cat("gone ", w))});
          EXPECT_TRUE(store->ForgetPerson(base::Cat("gone ", w)).ok());
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  constexpr size_t kEvents = kWriters * kBatches * 21;
  EXPECT_EQ(AllEvents(*store).size(), kEvents);
  ExpectClean(*store);
  // It needs no call to go on, but some time.
  for (int i = 0; i < 1000 && StatOf(*store, "events_sealed") < kEvents / 2; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_GE(StatOf(*store, "events_sealed"), kEvents / 2);
  const std::vector<std::string> events = AllEvents(*store);
  const auto activity = Activity(*store);
  ASSERT_TRUE(store->Close().ok());
  store = OpenUnsealed(dir / "s");
  EXPECT_EQ(AllEvents(*store), events);
  EXPECT_EQ(Activity(*store), activity);
  ExpectClean(*store);
}

TEST(SealTest, AReadOnlyStoreAndACancelledCallSealNothing) {
  const TempDir dir;
  {
    auto store = OpenUnsealed(dir / "s");
    AppendOrDie(*store, {Track("e1", "ana")});
    base::Cancel cancel;
    cancel.Request();
    EXPECT_EQ(store->Seal({.cancel = &cancel}).status().code(),
              absl::StatusCode::kCancelled);
    EXPECT_EQ(StatOf(*store, "events_sealed"), 0u);
    EXPECT_EQ(SealOrDie(*store).events_sealed, 1u);
    EXPECT_EQ(SealOrDie(*store).events_sealed, 0u);
  }
  Options reading;
  reading.mode = OpenMode::kReadOnly;
  auto reader = OpenOrDie(dir / "s", reading);
  EXPECT_EQ(reader->Seal({}).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(AllEvents(*reader).size(), 1u);
}

TEST(SealTest, AFlippedBitIsFoundOrHarmless) {
  const TempDir dir;
  std::mt19937 random(23);
  {
    auto store = OpenUnsealed(dir / "s");
    ASSERT_TRUE(store->SetSetting("retention_days", "0").ok());
    for (int i = 0; i < 4; ++i) {
      AppendOrDie(*store, RandomEvents(random, 700, i * 700));
      if (i == 2) SealOrDie(*store, true);
      if (i < 2) SealOrDie(*store);
    }
    ASSERT_TRUE(store->Close().ok());
  }
  const Answers whole = AnswersOf(dir / "s");
  ASSERT_TRUE(whole.status.ok()) << whole.status;
  ASSERT_EQ(whole.events.size(), 2800u);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(dir / "s")) {
    if (entry.file_size() > 0) files.push_back(entry.path().filename());
  }
  std::sort(files.begin(), files.end());
  int found = 0;
  for (int flip = 0; flip < 100; ++flip) {
    std::filesystem::copy(dir / "s", dir / "damaged");
    const std::string path =
        (dir / "damaged") + "/" + files[random() % files.size()].string();
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto at =
        static_cast<std::streamoff>(random() % std::filesystem::file_size(path));
    file.seekg(at);
    const int byte = file.get();
    file.seekp(at);
    file.put(static_cast<char>(byte ^ (1 << random() % 8)));
    file.close();
    const Answers answers = AnswersOf(dir / "damaged");
    if (answers.status.ok()) {
      EXPECT_EQ(answers.events, whole.events) << path << " at " << at;
      EXPECT_EQ(answers.activity, whole.activity) << path << " at " << at;
    } else {
      ++found;
      // It names a file, or a place in the store.
      EXPECT_THAT(
          base::MessageOf(answers.status),
          ::testing::ContainsRegex("[0-9]{6}|CURRENT|files|run |chunk|record|damaged"))
          << path << " at " << at;
    }
    std::filesystem::remove_all(dir / "damaged");
  }
  EXPECT_GT(found, 50);
}

}  // namespace
}  // namespace footfall::store
