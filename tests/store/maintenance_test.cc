// Data retention, forgetting, copies, damage and a full disk.
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "rocksdb/db.h"
#include "tests/store/store_test_util.h"

namespace footfall::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Whether any file of the store holds the bytes.
bool FilesContain(const std::string& directory, const std::string& needle) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    if (bytes.find(needle) != std::string::npos) return true;
  }
  return false;
}

TEST(MaintenanceTest, CompactionRemovesWhatHasExpired) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  for (int i = 0; i < 50; ++i) {
    std::vector<TestEvent> batch;
    for (int j = 0; j < 100; ++j) {
      batch.push_back(Track(std::to_string(i) + "." + std::to_string(j), "p",
                            kNow - (i < 40 ? 370 : 364 + j % 2 * 2) * kDay));
    }
    AppendOrDie(*store, batch, kNow - 300 * kDay);
  }
  base::Cancel cancel;
  cancel.Request();
  EXPECT_EQ(store->Compact(kNow, &cancel).status().code(), absl::StatusCode::kCancelled);
  const auto report = store->Compact(kNow, nullptr);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->events_removed, 4500u);
  EXPECT_LT(report->bytes_after, report->bytes_before);
  std::vector<std::string> ids = StoredIds(*store);
  ASSERT_EQ(ids.size(), 500u);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(ids.front(), "40.0");
  EXPECT_EQ(ids.back(), "49.98");
  EXPECT_EQ(StoredPeople(*store)[0].events, 5000u);
  ExpectClean(*store);
  store.reset();
  store = OpenOrDie(dir / "s");
  EXPECT_EQ(StoredIds(*store).size(), 500u);
  AppendOrDie(*store, {Track("new", "p")});
  EXPECT_EQ(StoredPeople(*store)[0].events, 5001u);
  ExpectClean(*store);
}

// More late events than the memory of a query holds at once, of several people.
TEST(MaintenanceTest, StaleRunsOfManyEventsAreCountedInSlices) {
  const TempDir dir;
  Options options;
  options.memory_budget_bytes = 16 << 20;
  auto store = OpenOrDie(dir / "s", options);
  ASSERT_TRUE(store->SetSetting("session_max", "2h").ok());
  constexpr int kPeople = 4;
  constexpr int kEvents = 36'000;  // Of each person, one a minute: 300 runs of two hours.
  ASSERT_GT(uint64_t{kPeople} * kEvents * 40, store->settings().report_memory_bytes / 2);
  std::vector<int> minutes(kEvents);
  for (int i = 0; i < kEvents; ++i) minutes[static_cast<size_t>(i)] = i;
  std::mt19937 random(3);
  std::shuffle(minutes.begin(), minutes.end(), random);
  for (int p = 0; p < kPeople; ++p) {
    Batch batch;
    for (const int minute : minutes) {
      TestEvent event = Track("", "p" + std::to_string(p), kNow + minute * kHour / 60);
      event.id.reset();
      AddTo(batch, event);
    }
    ASSERT_TRUE(store->Append(batch, kNow).ok());
    batch.Clear();
    // Afterwards a person whose runs are not stale, so that codes have gaps.
    AddTo(batch, Track("q" + std::to_string(p), "q" + std::to_string(p)));
    ASSERT_TRUE(store->Append(batch, kNow).ok());
  }
  const auto expect_all = [&store] {
    const std::vector<model::Person> people = StoredPeople(*store);
    ASSERT_EQ(people.size(), 2u * kPeople);
    for (const model::Person& person : people) {
      if (person.id[0] == 'q') {
        EXPECT_EQ(person.sessions, 1u);
        continue;
      }
      EXPECT_EQ(person.events, uint64_t{kEvents});
      EXPECT_EQ(person.sessions, 300u);
      EXPECT_EQ(person.total_duration_ms, 300 * 119 * kHour / 60);
      EXPECT_EQ(person.total_between_ms, 299 * kHour / 60);
    }
  };
  expect_all();
  // Also in an order that goes back to slices before.
  {
    const auto snapshot = *store->TakeSnapshot();
    for (const char* id : {"p3", "p0", "p2", "p1", "p0"}) {
      EXPECT_EQ(snapshot->FindPerson(id)->sessions, 300u) << id;
    }
  }
  ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
  expect_all();
  ASSERT_TRUE(store->Close().ok());
  store = OpenOrDie(dir / "s", options);
  expect_all();
  ExpectClean(*store);
}

TEST(MaintenanceTest, ForgettingLeavesNoBytes) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  TestEvent secret = Track("id-of-zoe", "zoe@example.com");
  secret.session = "session-of-zoe";
  secret.name = std::string(300, 'z') + "long-text-of-zoe";
  TestEvent visit;
  visit.anonymous = "device-of-zoe";
  TestEvent shared = Track("shared", "ana");
  shared.anonymous = "device-of-zoe";
  AppendOrDie(*store, {secret, Track("1", "ana"), shared});
  AppendOrDie(*store, {visit, Track("2", "ana")});
  AppendOrDie(*store, {Alias("zoe@example.com", "device-of-zoe")});
  AppendOrDie(*store, {secret});
  EXPECT_TRUE(FilesContain(dir / "s", "zoe@example.com"));
  EXPECT_EQ(store->ForgetPerson("nobody").status().code(), absl::StatusCode::kNotFound);
  const auto removed = store->ForgetPerson("anonymous:device-of-zoe");
  ASSERT_TRUE(removed.ok()) << removed.status();
  EXPECT_EQ(*removed, 3u);
  EXPECT_THAT(StoredIds(*store), ElementsAre("1", "shared", "2"));
  EXPECT_EQ(StoredPeople(*store).size(), 1u);
  ExpectClean(*store);
  for (const char* trace : {"zoe@example.com", "device-of-zoe", "session-of-zoe",
                            "long-text-of-zoe", "id-of-zoe"}) {
    EXPECT_FALSE(FilesContain(dir / "s", trace)) << trace;
  }
  store.reset();
  store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("3", "zoe@example.com")});
  EXPECT_EQ((*store->TakeSnapshot())->FindPerson("zoe@example.com")->events, 1u);
  ExpectClean(*store);
}

TEST(MaintenanceTest, BackupAndRestore) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("1", "a"), Track("2", "b")});
  ASSERT_TRUE(store->Backup(dir / "backup").ok());
  EXPECT_EQ(store->Backup(dir / "backup").code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(store->Backup(dir / "no/backup").code(), absl::StatusCode::kNotFound);
  AppendOrDie(*store, {Track("3", "c")});
  EXPECT_EQ(EventStore::Restore(dir / "backup", dir / "s").code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(EventStore::Restore(dir / "none", dir / "r").code(),
            absl::StatusCode::kNotFound);
  ASSERT_TRUE(EventStore::Restore(dir / "backup", dir / "r").ok());
  auto restored = OpenOrDie(dir / "r");
  EXPECT_THAT(StoredIds(*restored), ElementsAre("1", "2"));
  EXPECT_EQ(AppendOrDie(*restored, {Track("2", "b"), Track("3", "c")}).duplicates, 1u);
  ExpectClean(*restored);
}

TEST(MaintenanceTest, ANewerFormatIsRefused) {
  const TempDir dir;
  OpenOrDie(dir / "s").reset();
  std::vector<std::string> names;
  ASSERT_TRUE(
      rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), dir / "s", &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, rocksdb::Options());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(
      rocksdb::DB::Open(rocksdb::DBOptions(), dir / "s", families, &handles, &db).ok());
  ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), "format", "\x07").ok());
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  delete db;
  for (const OpenMode mode : {OpenMode::kReadWrite, OpenMode::kReadOnly}) {
    Options options;
    options.mode = mode;
    const absl::Status status = EventStore::Open(dir / "s", options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(base::MessageOf(status), HasSubstr("version 7"));
    EXPECT_THAT(base::MessageOf(status), HasSubstr("version 2"));
  }
}

// Every byte flipped in a file is noticed by opening or by a check, or changes nothing.
TEST(MaintenanceTest, DamageIsFound) {
  const TempDir dir;
  {
    auto store = OpenOrDie(dir / "s");
    for (int i = 0; i < 20; ++i) {
      AppendOrDie(*store, {Track(std::to_string(i), "p" + std::to_string(i))});
    }
    ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
    AppendOrDie(*store, {Track("last", "p")});
    AppendOrDie(*store, {Track("last of all", "q")});
    ASSERT_TRUE(store->Backup(dir / "good").ok());
  }
  std::mt19937 random(7);
  int found = 0;
  int harmless = 0;
  std::set<std::string> kinds;
  for (const auto& entry : std::filesystem::directory_iterator(dir / "good")) {
    const std::string name = entry.path().filename();
    if (name == "LOCK" || entry.file_size() == 0) continue;
    for (int flip = 0; flip < 6; ++flip) {
      std::filesystem::remove_all(dir / "bad");
      std::filesystem::copy(dir / "good", dir / "bad");
      {
        std::fstream file(dir / "bad/" + name,
                          std::ios::binary | std::ios::in | std::ios::out);
        const auto at = static_cast<std::streamoff>(random() % entry.file_size());
        file.seekg(at);
        const char byte = static_cast<char>(file.get() ^ (1 << random() % 8));
        file.seekp(at);
        file.put(byte);
      }
      Options options;
      options.mode = flip % 2 == 0 ? OpenMode::kExisting : OpenMode::kReadOnly;
      auto store = EventStore::Open(dir / "bad", options);
      if (!store.ok()) {
        EXPECT_NE(base::MessageOf(store.status()).find(dir / "bad"), std::string::npos);
        ++found;
        kinds.insert(
            name.substr(name.find('.') == std::string::npos ? 0 : name.find('.')));
        continue;
      }
      const auto report = (*store)->Check(nullptr);
      if (!report.ok() || !report->problems.empty()) {
        ++found;
        kinds.insert(
            name.substr(name.find('.') == std::string::npos ? 0 : name.find('.')));
        continue;
      }
      // A torn end of the write-ahead log cannot be told from a kill; the options file
      // is only a note, and slack in a file means nothing.
      const size_t events = StoredIds(**store).size();
      if (name.find(".log") == std::string::npos) {
        EXPECT_EQ(events, 22u) << name;
      }
      ++harmless;
    }
  }
  EXPECT_GT(found, harmless);
  EXPECT_TRUE(kinds.count(".sst"));
}

TEST(MaintenanceTest, AFullDiskStoresNothingAndPasses) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("1", "a")});
  Batch batch;
  for (int i = 0; i < 3000; ++i) {
    TestEvent event = Track("big " + std::to_string(i), "new " + std::to_string(i));
    event.session = std::string(400, static_cast<char>('a' + i % 26)) + std::to_string(i);
    event.name = "name " + std::to_string(i);
    AddTo(batch, event);
  }
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit full{64 << 10, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  const absl::Status status = store->Append(batch, kNow).status();
  const std::vector<std::string> during = StoredIds(*store);
  const absl::Status again = store->Append(batch, kNow).status();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_FALSE(again.ok());
  EXPECT_THAT(during, ElementsAre("1"));
  // A limit on the size of files looks like a broken disk until the store is opened anew.
  store.reset();
  store = OpenOrDie(dir / "s");
  ExpectClean(*store);
  const auto result = store->Append(batch, kNow);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->accepted, 3000u);
  EXPECT_EQ(StoredIds(*store).size(), 3001u);
  EXPECT_EQ(StoredPeople(*store).size(), 3001u);
  ExpectClean(*store);
}

}  // namespace
}  // namespace footfall::store
