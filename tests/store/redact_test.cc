// Redaction in the store: atoms, going on, people, and what is left in the files.
#include <atomic>
#include <thread>

#include "base/strings.h"
#include "tests/store/files_test_util.h"
#include "tests/store/store_test_util.h"

namespace footfall::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// Drops events with the url "drop", and masks the titles that begin with "secret" and the
// properties and countries that do.
class TestRedactor : public Redactor {
 public:
  absl::StatusOr<Fate> Redact(const model::Event& event,
                              absl::FunctionRef<void(const model::Event&)> replace,
                              RuleTotals& rules) override {
    ++calls;
    if (on_call) on_call();
    if (event.url == "fail") return absl::DataLossError("has an event that fails");
    if (event.url == "drop") {
      ++rules["dropped"];
      return Fate::kDropped;
    }
    model::Event out = event;
    bool changed = false;
    const auto mask = [&](std::string_view& text) {
      if (text.substr(0, 6) != "secret") return;
      text = "***";
      ++rules["masked"];
      changed = true;
    };
    std::vector<model::Property> properties(event.properties.begin(),
                                            event.properties.end());
    for (model::Property& property : properties) mask(property.value.text);
    out.properties = properties;
    mask(out.title);
    mask(out.context.country);
    if (!changed) return Fate::kSame;
    replace(out);
    return Fate::kChanged;
  }

  int calls = 0;
  std::function<void()> on_call;
};

TestEvent Titled(std::string id, std::string person, std::string title,
                 int64_t time_ms = kNow) {
  TestEvent event = Track(std::move(id), std::move(person), time_ms);
  event.title = std::move(title);
  return event;
}

TestEvent Dropped(std::string id, std::string person, int64_t time_ms = kNow) {
  TestEvent event = Track(std::move(id), std::move(person), time_ms);
  event.url = "drop";
  return event;
}

TestEvent IdentifyAs(std::string id, std::string person, std::string plan,
                     int64_t time_ms = kNow) {
  TestEvent event = Track(std::move(id), std::move(person), time_ms);
  event.type = model::EventType::kIdentify;
  event.name.reset();
  event.properties = {{"plan", model::Value::String("")}};
  static auto& texts = *new std::vector<std::unique_ptr<std::string>>;
  texts.push_back(std::make_unique<std::string>(std::move(plan)));
  event.properties[0].second = model::Value::String(*texts.back());
  return event;
}

std::vector<std::string> Titles(const Snapshot& snapshot) {
  std::vector<std::string> titles;
  const absl::Status status =
      snapshot.Scan({}, nullptr, [&titles](const StoredEvent& stored) {
        titles.emplace_back(stored.event.title);
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return titles;
}

std::vector<std::string> Titles(EventStore& store) {
  return Titles(**store.TakeSnapshot());
}

RedactReport RedactOrDie(EventStore& store, RedactOptions options = {.key = "p"}) {
  TestRedactor redactor;
  auto report = store.Redact(options, redactor);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : RedactReport();
}

const model::Person* PersonNamed(const std::vector<model::Person>& people,
                                 std::string_view id) {
  for (const model::Person& person : people) {
    if (person.id == id) return &person;
  }
  return nullptr;
}

TEST(RedactTest, ChangesAndDropsAreCountedAndStored) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Titled("1", "ana", "secret one"), Titled("2", "ana", "plain"),
                       Dropped("3", "ana")});
  AppendOrDie(*store, {Dropped("4", "ben")});
  AppendOrDie(*store, {Titled("5", "cleo", "other")});
  auto before = *store->TakeSnapshot();

  const RedactReport planned = RedactOrDie(*store, {.key = "p", .dry_run = true});
  EXPECT_EQ(planned.dropped, 2u);
  EXPECT_THAT(StoredIds(*store), ElementsAre("1", "2", "3", "4", "5"));

  const RedactReport report = RedactOrDie(*store);
  EXPECT_EQ(report.examined, 5u);
  EXPECT_EQ(report.changed, 1u);
  EXPECT_EQ(report.dropped, 2u);
  EXPECT_THAT(report.rules, ElementsAre(Pair("dropped", 2), Pair("masked", 1)));
  EXPECT_TRUE(report.done);
  EXPECT_EQ(report.records_done, 3u);
  EXPECT_EQ(report.records, 3u);
  EXPECT_EQ(planned.rules, report.rules);
  EXPECT_THAT(Titles(*store), ElementsAre("***", "plain", "other"));
  // Who held the events from before still reads them.
  EXPECT_THAT(Titles(*before), ElementsAre("secret one", "plain", "", "", "other"));
  before.reset();
  ExpectClean(*store);

  store.reset();
  store = OpenOrDie(dir / "s");
  EXPECT_THAT(Titles(*store), ElementsAre("***", "plain", "other"));
  const RedactReport again = RedactOrDie(*store);
  EXPECT_EQ(again.examined, 3u);
  EXPECT_EQ(again.changed + again.dropped, 0u);
  EXPECT_THAT(again.rules, IsEmpty());
  ExpectClean(*store);
}

TEST(RedactTest, PeopleAreThoseOfTheEventsThatAreLeft) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  TestEvent first = Dropped("1", "ana", kNow - 5 * kDay);
  first.country = "FR";
  TestEvent last = Titled("2", "ana", "x", kNow - 2 * kDay);
  last.country = "secret land";
  TestEvent linked = Titled("3", "", "y", kNow - 3 * kDay);
  linked.person.reset();
  linked.anonymous = "phone";
  TestEvent link = Alias("ana", "phone", kNow - kDay);
  link.url = "drop";
  AppendOrDie(*store, {first, last, linked, link, Dropped("4", "gone"),
                       IdentifyAs("5", "ana", "secret plan")});
  EXPECT_EQ(StoredPeople(*store).size(), 2u);

  EXPECT_EQ(RedactOrDie(*store).dropped, 3u);
  const std::vector<model::Person> people = StoredPeople(*store);
  ASSERT_EQ(people.size(), 2u);
  const model::Person* ana = PersonNamed(people, "ana");
  ASSERT_NE(ana, nullptr);
  EXPECT_EQ(ana->events, 1u);
  EXPECT_EQ(ana->first_seen_ms, kNow - 2 * kDay);
  EXPECT_EQ(ana->country, "***");
  EXPECT_EQ(std::get<std::string>(*ana->FindAttribute("plan")), "***");
  EXPECT_THAT(ana->anonymous_ids, IsEmpty());
  const model::Person* phone = PersonNamed(people, "phone");
  ASSERT_NE(phone, nullptr);
  EXPECT_FALSE(phone->identified);
  EXPECT_EQ(phone->events, 1u);
  ExpectClean(*store);
  // It may be linked to somebody else now.
  EXPECT_THAT(AppendOrDie(*store, {Alias("dora", "phone")}).rejections, IsEmpty());
  store.reset();
  store = OpenOrDie(dir / "s");
  EXPECT_EQ(PersonNamed(StoredPeople(*store), "dora")->events, 1u);
  ExpectClean(*store);
}

TEST(RedactTest, ALinkStaysWhileAnEventSaysIt) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  TestEvent link = Alias("ana", "phone");
  link.url = "drop";
  AppendOrDie(*store, {link, Alias("ana", "phone")});
  EXPECT_EQ(RedactOrDie(*store).dropped, 1u);
  EXPECT_THAT(PersonNamed(StoredPeople(*store), "ana")->anonymous_ids,
              ElementsAre("phone"));
  ExpectClean(*store);
}

TEST(RedactTest, WhatDataRetentionHasRemovedStillCounts) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  ASSERT_TRUE(store->SetSetting("retention_days", "10").ok());
  TestEvent old = Titled("1", "ana", "x", kNow - 20 * kDay);
  old.country = "secret land";
  AppendOrDie(*store, {old, Titled("2", "ana", "x", kNow - 19 * kDay),
                       IdentifyAs("3", "ana", "secret plan", kNow - 15 * kDay)});
  AppendOrDie(*store, {Titled("4", "ana", "x", kNow - 3 * kDay),
                       Dropped("5", "ana", kNow - kDay), Dropped("6", "ben")});
  ASSERT_EQ(store->Compact(kNow, nullptr)->events_removed, 3u);
  EXPECT_EQ(PersonNamed(StoredPeople(*store), "ana")->events, 4u);

  EXPECT_EQ(RedactOrDie(*store).dropped, 2u);
  const std::vector<model::Person> people = StoredPeople(*store);
  ASSERT_EQ(people.size(), 1u);
  EXPECT_EQ(people[0].events, 3u);
  EXPECT_EQ(people[0].first_seen_ms, kNow - 20 * kDay);
  EXPECT_EQ(people[0].last_seen_ms, kNow - 3 * kDay);
  EXPECT_EQ(people[0].sessions, 3u);
  EXPECT_EQ(people[0].country, "***");
  EXPECT_EQ(std::get<std::string>(*people[0].FindAttribute("plan")), "***");
  ExpectClean(*store);
  EXPECT_EQ(RedactOrDie(*store).dropped, 0u);
  EXPECT_EQ(StoredPeople(*store)[0].events, 3u);
}

// Enough records for several slices.
void FillRecords(EventStore& store, int records, int events) {
  for (int r = 0; r < records; ++r) {
    std::vector<TestEvent> batch;
    for (int i = 0; i < events; ++i) {
      const std::string id = base::Cat(r, "-", i);
      const std::string person = base::Cat("person", i % 7);
      batch.push_back(i % 3 == 0   ? Dropped(id, person)
                      : i % 3 == 1 ? Titled(id, person, base::Cat("secret ", id))
                                   : Titled(id, person, "plain"));
    }
    AppendOrDie(store, batch);
  }
}

TEST(RedactTest, GoesOnWhereItWasStopped) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  FillRecords(*store, 9, 6000);
  int calls = 0;
  for (int run = 0;; ++run) {
    base::Cancel cancel;
    TestRedactor redactor;
    redactor.on_call = [&] {
      if (redactor.calls == 100) cancel.Request();
    };
    const auto report = store->Redact({.key = "p", .cancel = &cancel}, redactor);
    ASSERT_TRUE(report.ok()) << report.status();
    calls += redactor.calls;
    EXPECT_EQ(report->examined, static_cast<uint64_t>(calls));
    ExpectClean(*store);
    if (report->done) {
      EXPECT_GE(run, SealsAtOnce() ? 2 : 3);
      EXPECT_EQ(calls, 54'000);
      EXPECT_EQ(report->dropped, 18'000u);
      EXPECT_THAT(report->rules,
                  ElementsAre(Pair("dropped", 18'000), Pair("masked", 18'000)));
      break;
    }
    ASSERT_LT(run, 20);
    EXPECT_LE(report->records_done, report->records);
    // What arrives meanwhile is not its business; another process goes on.
    AppendOrDie(*store, {Titled(base::Cat("late", run), "late", "secret late")});
    if (run == 1) {
      store.reset();
      store = OpenOrDie(dir / "s");
    }
  }
  std::vector<std::string> titles = Titles(*store);
  EXPECT_EQ(std::count(titles.begin(), titles.end(), "***"), 18'000);
  EXPECT_GT(std::count(titles.begin(), titles.end(), "secret late"),
            SealsAtOnce() ? 1 : 2);
  // Another one begins anew and finds the late ones.
  EXPECT_EQ(RedactOrDie(*store).changed, titles.size() - 36'000);
}

TEST(RedactTest, AFailureNamesTheRecordAndKeepsWhatIsDone) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  FillRecords(*store, 2, 12'000);
  TestEvent bad = Titled("bad", "ana", "x");
  bad.url = "fail";
  AppendOrDie(*store, {bad});
  TestRedactor redactor;
  const auto failed = store->Redact({.key = "p"}, redactor);
  EXPECT_EQ(failed.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(base::MessageOf(failed.status()),
            base::Cat(SealsAtOnce() ? "run 3 chunk 0" : "log record 3",
                      " has an event that fails"));
  ExpectClean(*store);
  ASSERT_TRUE(store->ForgetPerson("ana").ok());
  const RedactReport report = RedactOrDie(*store);
  EXPECT_TRUE(report.done);
  EXPECT_EQ(report.examined, 24'000u);
  EXPECT_EQ(report.dropped, 8'000u);
}

TEST(RedactTest, OneAtATimeWhileOthersAppend) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  FillRecords(*store, 6, 6000);
  TestRedactor redactor;
  std::atomic<bool> begun = false;
  std::atomic<bool> refused = false;
  redactor.on_call = [&] {
    begun = true;
    // The last call of the first slice waits until the other redaction was refused.
    while (!refused) std::this_thread::yield();
  };
  std::thread other([&] {
    while (!begun) std::this_thread::yield();
    TestRedactor second;
    const auto report = store->Redact({.key = "q"}, second);
    EXPECT_EQ(report.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(base::MessageOf(report.status()), "the store is being redacted already");
    EXPECT_EQ(second.calls, 0);
    refused = true;
    for (int i = 0; i < 20; ++i) {
      AppendOrDie(*store, {Titled(base::Cat("n", i), "new", "plain")});
    }
  });
  const auto report = store->Redact({.key = "p"}, redactor);
  other.join();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->examined, 36'000u);
  EXPECT_EQ(PersonNamed(StoredPeople(*store), "new")->events, 20u);
  EXPECT_EQ(PersonNamed(StoredPeople(*store), "person1")->events, 3432u);
  ExpectClean(*store);
}

TEST(RedactTest, NeedsAStoreThatIsOpenForWriting) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Titled("1", "ana", "secret")});
  Options options;
  options.mode = OpenMode::kReadOnly;
  auto reader = OpenOrDie(dir / "s", options);
  TestRedactor redactor;
  EXPECT_EQ(reader->Redact({.key = "p"}, redactor).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(RedactOrDie(*reader, {.key = "p", .dry_run = true}).changed, 1u);
  ASSERT_TRUE(store->Close().ok());
  EXPECT_EQ(store->Redact({.key = "p"}, redactor).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(RedactTest, TheOldBytesAreGoneFromTheFiles) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  std::vector<TestEvent> events;
  for (int i = 0; i < 500; ++i) {
    TestEvent event = Titled(std::to_string(i), base::Cat("crowd", i), "plain");
    event.url = base::Cat("https://app.example/crowd/", i);
    events.push_back(event);
  }
  AppendOrDie(*store, events);
  TestEvent dropped = Dropped("d", "ghost-person");
  dropped.title = "Quokka Dropped";
  dropped.session = "session-of-ghost";
  // Too long for a dictionary, so it stands in the record.
  const std::string lengthy = "secret wombat " + std::string(300, 'w');
  AppendOrDie(*store, {Titled("a1", "ana", "secret quokka"), Titled("a2", "ana", lengthy),
                       IdentifyAs("a3", "ana", "secret plan of ana"), dropped});
  ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
  const std::vector<std::string> traces = {"secret quokka",      "secret wombat",
                                           "secret plan of ana", "ghost-person",
                                           "session-of-ghost",   "Quokka Dropped"};
  EXPECT_EQ(TextsInFiles(dir / "s", traces), traces);
  EXPECT_TRUE(RedactOrDie(*store).done);
  EXPECT_THAT(TextsInFiles(dir / "s", traces), IsEmpty());
  EXPECT_THAT(TextsInFiles(dir / "s", {"plain"}), ElementsAre("plain"));
  ExpectClean(*store);
}

}  // namespace
}  // namespace footfall::store
