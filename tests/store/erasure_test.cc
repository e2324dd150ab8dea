// What is erased is gone from the files, and nothing else is.
#include <atomic>
#include <set>
#include <thread>

#include "tests/store/files_test_util.h"
#include "tests/store/store_test_util.h"

namespace footfall::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// id, url, title and string properties of all events, in order of arrival.
std::vector<std::string> Events(const Snapshot& snapshot) {
  std::vector<std::string> events;
  const absl::Status status =
      snapshot.Scan({}, nullptr, [&events](const StoredEvent& stored) {
        std::string text = std::string(stored.event.id) + " " +
                           std::string(stored.event.url) + " " +
                           std::string(stored.event.title);
        for (const model::Property& property : stored.event.properties) {
          text +=
              " " + std::string(property.key) + "=" + std::string(property.value.text);
        }
        events.push_back(text);
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return events;
}
std::vector<std::string> Events(EventStore& store) {
  const auto snapshot = store.TakeSnapshot();
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return snapshot.ok() ? Events(**snapshot) : std::vector<std::string>();
}

// Enough that RocksDB compresses the dictionary's blocks.
std::vector<TestEvent> Crowd(int64_t time_ms = kNow) {
  std::vector<TestEvent> crowd;
  for (int i = 0; i < 300; ++i) {
    TestEvent event = Track(std::to_string(i), "crowd", time_ms);
    event.url = "https://app.example/crowd/" + std::to_string(i);
    crowd.push_back(event);
  }
  return crowd;
}

TestEvent Eve(std::string id, int64_t time_ms = kNow) {
  TestEvent event = Track(std::move(id), "eve", time_ms);
  event.url = "https://app.example/only-eve";
  event.title = "Eve Unique";
  event.properties = {{"plan", model::Value::String("shared plan")},
                      {"key-of-eve", model::Value::String("value-of-eve")}};
  return event;
}

TestEvent EvesIdentify(std::string id, int64_t time_ms = kNow) {
  TestEvent event = Track(std::move(id), "eve", time_ms);
  event.type = model::EventType::kIdentify;
  event.name.reset();
  event.properties = {{"email", model::Value::String("eve.unique@example.com")},
                      {"phone", model::Value::String("+33 6 12 34 56 78")}};
  return event;
}

TestEvent Bob(std::string id) {
  TestEvent event = Track(std::move(id), "bob");
  event.url = "https://app.example/home";
  event.title = "Home";
  event.properties = {{"plan", model::Value::String("shared plan")},
                      {"email", model::Value::String("bob@example.com")}};
  return event;
}

const std::vector<std::string>& TracesOfEve() {
  static const auto& traces = *new std::vector<std::string>{
      "only-eve", "Eve Unique",        "key-of-eve",    "value-of-eve",
      "eve.uniq", "+33 6 12 34 56 78", "device-of-eve", "session-of-eve"};
  return traces;
}

const char kBobsEvent[] =
    " https://app.example/home Home plan=shared plan email=bob@example.com";

TEST(ErasureTest, ForgettingTakesTheirStringsOutOfTheFiles) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, Crowd());
  TestEvent visit = Eve("e1");
  // Never linked to anybody, so it is no identifier of the person's.
  visit.anonymous = "device-of-eve";
  visit.session = "session-of-eve";
  AppendOrDie(*store, {visit, Bob("b1"), EvesIdentify("e2")});
  ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
  EXPECT_EQ(TextsInFiles(dir / "s", TracesOfEve()), TracesOfEve());
  // Sent again beside an event of somebody else, and dropped.
  EXPECT_EQ(AppendOrDie(*store, {visit, Bob("b2"), EvesIdentify("e2")}).duplicates, 2u);
  const auto removed = store->ForgetPerson("eve");
  ASSERT_TRUE(removed.ok()) << removed.status();
  EXPECT_EQ(*removed, 2u);
  EXPECT_THAT(TextsInFiles(dir / "s", TracesOfEve()), IsEmpty());
  EXPECT_THAT(TextsInFiles(dir / "s", {"shared plan", "bob@example.com"}),
              ElementsAre("shared plan", "bob@example.com"));
  const auto expect_the_others = [&store] {
    std::vector<std::string> events = Events(*store);
    ASSERT_EQ(events.size(), 302u);
    EXPECT_EQ(events[299], "299 https://app.example/crowd/299 ");
    EXPECT_EQ(events[300], std::string("b1") + kBobsEvent);
    EXPECT_EQ(events[301], std::string("b2") + kBobsEvent);
    EXPECT_EQ(StoredPeople(*store).size(), 2u);
    ExpectClean(*store);
  };
  expect_the_others();
  // The strings may come again, and be erased again.
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(store->Close().ok());
    store = OpenOrDie(dir / "s");
    expect_the_others();
    const std::string again = "again" + std::to_string(round);
    visit.id = again;
    AppendOrDie(*store, {visit, EvesIdentify(again + "i")});
    const std::vector<std::string> events = Events(*store);
    ASSERT_EQ(events.size(), 304u);
    EXPECT_EQ(events[302],
              again +
                  " https://app.example/only-eve Eve Unique plan=shared plan "
                  "key-of-eve=value-of-eve");
    ExpectClean(*store);
    EXPECT_EQ(*store->ForgetPerson("eve"), 2u);
    EXPECT_THAT(TextsInFiles(dir / "s", TracesOfEve()), IsEmpty());
    expect_the_others();
  }
}

TEST(ErasureTest, DataRetentionTakesStringsOutOfTheFiles) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, Crowd());
  TestEvent visit = Eve("e1", kNow - 400 * kDay);
  visit.anonymous = "device-of-eve";
  visit.session = "session-of-eve";
  AppendOrDie(*store, {visit, Bob("b1")});
  ASSERT_TRUE(store->Compact(kNow - 60 * kDay, nullptr).ok());
  ASSERT_EQ(TextsInFiles(dir / "s", TracesOfEve()).size(),
            6u);  // Without an identify event.
  const auto report = store->Compact(kNow, nullptr);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->events_removed, 1u);
  EXPECT_THAT(TextsInFiles(dir / "s", TracesOfEve()), IsEmpty());
  for (int i = 0; i < 2; ++i) {
    const std::vector<std::string> events = Events(*store);
    ASSERT_EQ(events.size(), 301u);
    EXPECT_EQ(events[300], std::string("b1") + kBobsEvent);
    EXPECT_EQ((*store->TakeSnapshot())->FindPerson("eve")->events, 1u);
    ExpectClean(*store);
    const auto stats = store->Stats();
    ASSERT_TRUE(stats.ok());
    // 300 urls of the crowd; "save"; Bob's url, title, two keys and two values.
    EXPECT_EQ(stats->Find("dictionaries")->Find("strings")->as_int(), 307);
    ASSERT_TRUE(store->Close().ok());
    store = OpenOrDie(dir / "s");
  }
  // The device may come back, as another one to the store.
  visit = Eve("new");
  visit.anonymous = "device-of-eve";
  AppendOrDie(*store, {visit, Alias("bob", "device-of-eve")});
  EXPECT_THAT((*store->TakeSnapshot())->FindPerson("bob")->anonymous_ids,
              ElementsAre("device-of-eve"));
  ExpectClean(*store);
}

TEST(ErasureTest, AnAnonymousIdThatOthersUseStays) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  TestEvent both = Track("1", "eve");
  both.anonymous = "family-tablet";
  TestEvent bobs = Track("2", "bob");
  bobs.anonymous = "family-tablet";
  TestEvent alone;
  alone.id = "3";
  alone.anonymous = "own-device";
  TestEvent named = Track("4", "eve");
  named.anonymous = "own-device";
  AppendOrDie(*store, {both, bobs, alone, named, Alias("bob", "phone-of-bob")});
  EXPECT_EQ(*store->ForgetPerson("eve"), 2u);
  std::vector<std::string> anonymous;
  ASSERT_TRUE((*store->TakeSnapshot())
                  ->Scan({}, nullptr,
                         [&anonymous](const StoredEvent& stored) {
                           anonymous.emplace_back(stored.event.anonymous);
                           return absl::OkStatus();
                         })
                  .ok());
  EXPECT_THAT(anonymous, ElementsAre("family-tablet", "own-device", "phone-of-bob"));
  EXPECT_EQ((*store->TakeSnapshot())->FindPerson("anonymous:own-device")->events, 1u);
  EXPECT_EQ((*store->TakeSnapshot())->FindPerson("anonymous:phone-of-bob")->id, "bob");
  ExpectClean(*store);
}

TEST(ErasureTest, WhatIsOpenGoesOnReading) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  Options options;
  options.mode = OpenMode::kReadOnly;
  AppendOrDie(*store, {Eve("e1"), Bob("b1")});
  auto reader = OpenOrDie(dir / "s", options);
  const auto before = *store->TakeSnapshot();
  const auto before_in_reader = *reader->TakeSnapshot();
  EXPECT_EQ(*store->ForgetPerson("eve"), 1u);
  AppendOrDie(*store, {Bob("b2")});
  EXPECT_THAT(Events(*reader), ElementsAre(std::string("b1") + kBobsEvent,
                                           std::string("b2") + kBobsEvent));
  TestEvent other = Eve("o1");
  other.person = "olga";
  AppendOrDie(*store, {other});
  const std::string eves_strings =
      " https://app.example/only-eve Eve Unique plan=shared plan key-of-eve=value-of-eve";
  for (EventStore* const one : {store.get(), reader.get()}) {
    EXPECT_THAT(Events(*one),
                ElementsAre(std::string("b1") + kBobsEvent,
                            std::string("b2") + kBobsEvent, "o1" + eves_strings));
    ExpectClean(*one);
  }
  for (const Snapshot* const old : {before.get(), before_in_reader.get()}) {
    EXPECT_THAT(Events(*old),
                ElementsAre("e1" + eves_strings, std::string("b1") + kBobsEvent));
  }
}

// The writer deletes files while the reader's check opens them.
TEST(ErasureTest, AReaderChecksWhileAWriterErases) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Bob("b")});
  Options options;
  options.mode = OpenMode::kReadOnly;
  auto reader = OpenOrDie(dir / "s", options);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 0; i < 40; ++i) {
      AppendOrDie(*store, {Eve(std::to_string(i))});
      EXPECT_EQ(*store->ForgetPerson("eve"), 1u);
    }
    done = true;
  });
  int checks = 0;
  for (; !done; ++checks) ExpectClean(*reader);
  writer.join();
  EXPECT_GT(checks, 0);
  ExpectClean(*reader);
  EXPECT_THAT(Events(*reader), ElementsAre(std::string("b") + kBobsEvent));
}

}  // namespace
}  // namespace footfall::store
