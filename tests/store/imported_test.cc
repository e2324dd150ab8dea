// Imported attributes: what is stored, refused, kept and erased.
#include "store/imported.h"

#include <limits>
#include <map>
#include <random>

#include "base/strings.h"
#include "tests/store/database_test_util.h"
#include "tests/store/files_test_util.h"
#include "tests/store/store_test_util.h"

namespace footfall::store {
namespace {

using model::AttributeType;
using model::AttributeValue;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<AttributeSchema>& Schema() {
  static const auto& schema =
      *new std::vector<AttributeSchema>{{"tier", AttributeType::kString},
                                        {"seats", AttributeType::kNumber},
                                        {"since", AttributeType::kDate}};
  return schema;
}

AttributeUpdate Update(std::string person, std::optional<AttributeValue> tier,
                       std::optional<AttributeValue> seats = int64_t{3},
                       std::optional<AttributeValue> since = "2025-01-31") {
  return {std::move(person),
          {{0, std::move(tier)}, {1, std::move(seats)}, {2, std::move(since)}}};
}

ImportReport ImportOrDie(EventStore& store, const std::vector<AttributeUpdate>& updates,
                         std::string_view integration = "crm",
                         const ImportOptions& options = {.now_ms = kNow}) {
  const auto report = store.ImportAttributes(integration, Schema(), updates, options);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : ImportReport();
}

std::vector<uint64_t> Counts(const ImportReport& report) {
  return {report.people_created, report.people_changed, report.people_unchanged};
}

std::string Text(const AttributeValue& value) {
  if (const auto* whole = std::get_if<int64_t>(&value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value)) {
    return "double " + base::FormatDouble(*number);
  }
  return std::get<std::string>(value);
}

// "crm/seats=3 crm/tier=gold", or the error.
std::string Imported(EventStore& store, std::string_view id) {
  const auto person = (*store.TakeSnapshot())->FindPerson(id);
  if (!person.ok()) return base::MessageOf(person.status());
  std::string out;
  for (const model::ImportedAttribute& attribute : person->imported) {
    out += out.empty() ? "" : " ";
    out += attribute.integration + "/" + attribute.name + "=" + Text(attribute.value);
    out += attribute.type == AttributeType::kDate ? " (date)" : "";
  }
  return out;
}

constexpr char kUnknown[] = "no such person is stored";

TEST(ImportedTest, WhoWasNeverSeenBecomesAPerson) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("1", "ana"), Track("2", "bob")});
  EXPECT_THAT(Counts(ImportOrDie(*store, {Update("zoe", "gold"), Update("ana", "free"),
                                          Update("yan", "gold", 2.5)})),
              ElementsAre(2, 1, 0));
  const auto zoe = *(*store->TakeSnapshot())->FindPerson("zoe");
  EXPECT_TRUE(zoe.identified);
  EXPECT_EQ(zoe.events, 0u);
  EXPECT_EQ(zoe.sessions, 0u);
  EXPECT_FALSE(zoe.first_seen_ms.has_value());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Imported(*store, "zoe"),
              "crm/seats=3 crm/since=2025-01-31 (date) crm/tier=gold");
    EXPECT_EQ(Imported(*store, "ana"),
              "crm/seats=3 crm/since=2025-01-31 (date) crm/tier=free");
    EXPECT_EQ(Imported(*store, "yan"),
              "crm/seats=double 2.5 crm/since=2025-01-31 (date) crm/tier=gold");
    EXPECT_EQ(Imported(*store, "bob"), "");
    EXPECT_EQ(Imported(*store, "eve"), kUnknown);
    std::vector<std::string> ids;
    for (const model::Person& person : StoredPeople(*store)) ids.push_back(person.id);
    EXPECT_THAT(ids, ElementsAre("ana", "bob", "zoe", "yan"));
    ExpectClean(*store);
    store.reset();
    store = OpenOrDie(dir / "s");
  }
  // Events of someone who was imported are theirs.
  AppendOrDie(*store, {Track("3", "zoe")});
  EXPECT_EQ((*store->TakeSnapshot())->FindPerson("zoe")->events, 1u);
  EXPECT_EQ(StoredPeople(*store).size(), 4u);
  EXPECT_EQ(store->Stats()->Find("people")->as_int(), 4);
  ExpectClean(*store);
}

uint64_t LogBytes(const std::string& directory) {
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".log") bytes += entry.file_size();
  }
  return bytes;
}

TEST(ImportedTest, WhatIsTheSameIsNotWritten) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  ImportOrDie(*store, {Update("ana", "gold", 2.0), Update("bob", "free")});
  const uint64_t before = LogBytes(dir / "s");
  EXPECT_THAT(Counts(ImportOrDie(*store, {Update("ana", "gold"), Update("bob", "free"),
                                          Update("ana", "gold", int64_t{2})})),
              ElementsAre(0, 0, 2));
  // There is nothing to remove, nor anything said.
  EXPECT_THAT(Counts(ImportOrDie(*store, {{"bob", {}}})), ElementsAre(0, 0, 1));
  EXPECT_EQ(LogBytes(dir / "s"), before);
  EXPECT_THAT(Counts(ImportOrDie(*store, {Update("ana", "lead", 2.0)})),
              ElementsAre(0, 1, 0));
  EXPECT_GT(LogBytes(dir / "s"), before);
}

TEST(ImportedTest, ValuesAreRemovedAndPeopleStay) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  ImportOrDie(*store, {Update("ana", "gold")});
  ImportOrDie(*store, {Update("ana", "silver")}, "billing");
  EXPECT_THAT(Counts(ImportOrDie(*store, {{"ana", {{1, std::nullopt}, {0, "lead"}}}})),
              ElementsAre(0, 1, 0));
  EXPECT_EQ(Imported(*store, "ana"),
            "billing/seats=3 billing/since=2025-01-31 (date) billing/tier=silver "
            "crm/since=2025-01-31 (date) crm/tier=lead");
  const AttributeUpdate nothing = Update("ana", std::nullopt, std::nullopt, std::nullopt);
  ImportOrDie(*store, {nothing});
  ImportOrDie(*store, {nothing}, "billing");
  EXPECT_EQ(Imported(*store, "ana"), "");
  ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
  store.reset();
  store = OpenOrDie(dir / "s");
  EXPECT_EQ(Imported(*store, "ana"), "");
  ExpectClean(*store);
}

TEST(ImportedTest, OfSeveralUpdatesTheLastWins) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  EXPECT_THAT(Counts(ImportOrDie(*store, {Update("ana", "gold"),
                                          {"ana", {{0, "lead"}}},
                                          {"ana", {{1, std::nullopt}}}})),
              ElementsAre(1, 0, 0));
  EXPECT_EQ(Imported(*store, "ana"), "crm/since=2025-01-31 (date) crm/tier=lead");
  EXPECT_THAT(
      Counts(ImportOrDie(*store, {{"ana", {{0, "gold"}}}, {"ana", {{0, "lead"}}}})),
      ElementsAre(0, 0, 1));
}

TEST(ImportedTest, AnAliasKeepsThePersons) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  TestEvent visit;
  visit.anonymous = "a-1";
  AppendOrDie(*store, {visit});
  ImportOrDie(*store, {Update("ana", "gold")});
  AppendOrDie(*store, {Alias("ana", "a-1")});
  EXPECT_THAT(Imported(*store, "anonymous:a-1"), HasSubstr("crm/tier=gold"));
  EXPECT_EQ((*store->TakeSnapshot())->FindPerson("ana")->events, 1u);
  EXPECT_EQ(StoredPeople(*store).size(), 1u);
  ExpectClean(*store);
}

TEST(ImportedTest, RefusesWhatCannotBe) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  ImportOrDie(*store, {Update("ana", "gold")});
  const auto refused = [&](std::string_view integration,
                           const std::vector<AttributeSchema>& schema,
                           const std::vector<AttributeUpdate>& updates) {
    const auto report =
        store->ImportAttributes(integration, schema, updates, {.now_ms = kNow});
    EXPECT_EQ(report.status().code(), absl::StatusCode::kInvalidArgument);
    return base::MessageOf(report.status());
  };
  const AttributeSchema tier{"tier", AttributeType::kString};
  EXPECT_THAT(refused("", {tier}, {}), HasSubstr("an integration's name"));
  EXPECT_THAT(refused("a/b", {tier}, {}), HasSubstr("without '/'"));
  EXPECT_THAT(refused(std::string(129, 'x'), {tier}, {}), HasSubstr("128 bytes"));
  EXPECT_THAT(refused("crm", {{"a\nb"}}, {}), HasSubstr("an attribute's name"));
  EXPECT_THAT(refused("crm", {{"\xff"}}, {}), HasSubstr("an attribute's name"));
  EXPECT_THAT(refused("crm", {tier, tier}, {}), HasSubstr("'crm/tier' is named twice"));
  EXPECT_EQ(refused("crm", {{"tier", AttributeType::kNumber}}, {}),
            "the attribute 'crm/tier' was imported as string before, not as number");
  // Nothing of a call that is refused is stored, what was right included.
  const auto with = [](std::string person, size_t index, AttributeValue value) {
    return std::vector<AttributeUpdate>{Update("zoe", "gold"),
                                        {std::move(person), {{index, std::move(value)}}}};
  };
  EXPECT_THAT(refused("crm", Schema(), with("bob", 0, int64_t{1})),
              HasSubstr("a value of 'crm/tier' is not a string"));
  EXPECT_THAT(refused("crm", Schema(), with("bob", 0, "a\xff")), HasSubstr("UTF-8"));
  EXPECT_THAT(refused("crm", Schema(), with("bob", 0, std::string(20'000, 'x'))),
              HasSubstr("is longer than 16384 bytes"));
  EXPECT_THAT(refused("crm", Schema(), with("bob", 1, "many")),
              HasSubstr("a value of 'crm/seats' is not a number"));
  EXPECT_THAT(
      refused("crm", Schema(), with("bob", 1, std::numeric_limits<double>::infinity())),
      HasSubstr("is not a number"));
  EXPECT_THAT(refused("crm", Schema(), with("bob", 2, "2025-02-30")),
              HasSubstr("a value of 'crm/since' is not a date"));
  EXPECT_THAT(refused("crm", Schema(), with("bob", 3, "x")), HasSubstr("no attribute"));
  EXPECT_EQ(refused("crm", Schema(), with("", 0, "x")), "has no id");
  EXPECT_THAT(refused("crm", Schema(), with("anonymous:a-1", 0, "x")),
              HasSubstr("anonymous ids have no"));
  EXPECT_THAT(refused("crm", Schema(), with(std::string(1025, 'x'), 0, "x")),
              HasSubstr("longer than 1024"));
  EXPECT_EQ(StoredPeople(*store).size(), 1u);
  EXPECT_EQ(store->ListAttributes()->size(), 3u);
  ExpectClean(*store);
}

TEST(ImportedTest, NumberOfAttributesIsLimited) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  const auto import = [&](std::string_view integration, int from, int to) {
    std::vector<AttributeSchema> schema;
    for (int i = from; i < to; ++i) schema.push_back({base::Cat("a", i)});
    return store
        ->ImportAttributes(integration, schema, {{"ana", {{0, "x"}}}}, {.now_ms = kNow})
        .status();
  };
  ASSERT_TRUE(import("crm", 0, 60).ok());
  const absl::Status refused = import("billing", 0, 41);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(
      base::MessageOf(refused),
      "the attribute 'billing/a40' would be number 101 of those imported; the setting "
      "imported_attributes_max allows 100");
  EXPECT_EQ(store->ListAttributes()->size(), 60u);
  EXPECT_EQ(Imported(*store, "ana"), "crm/a0=x");
  ASSERT_TRUE(import("billing", 0, 40).ok());
  for (const char* const value : {"-1", "10001", "many"}) {
    EXPECT_FALSE(store->SetSetting("imported_attributes_max", value).ok()) << value;
  }
  // Those that are known may always be imported.
  ASSERT_TRUE(store->SetSetting("imported_attributes_max", "10").ok());
  EXPECT_TRUE(import("crm", 0, 60).ok());
  EXPECT_FALSE(import("crm", 60, 61).ok());
  ASSERT_TRUE(store->SetSetting("imported_attributes_max", "101").ok());
  EXPECT_TRUE(import("crm", 60, 61).ok());
  ExpectClean(*store);
}

TEST(ImportedTest, AttributesAreListedAlsoWithoutPeople) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  ImportOrDie(*store, {}, "one", {.now_ms = 5});
  ImportOrDie(*store, {}, "one", {.now_ms = 6});
  ASSERT_TRUE(
      store->ImportAttributes("one", {{"/x", AttributeType::kNumber}}, {}, {.now_ms = 7})
          .ok());
  std::string list;
  const auto attributes = store->ListAttributes();
  ASSERT_TRUE(attributes.ok()) << attributes.status();
  for (const RegisteredAttribute& attribute : *attributes) {
    list += attribute.integration + " " + attribute.name + " " +
            std::string(model::AttributeTypeName(attribute.type)) + " " +
            std::to_string(attribute.imported_ms) + "; ";
  }
  EXPECT_EQ(list,
            "one /x number 7; one seats number 5; one since date 5; one tier string 5; ");
  EXPECT_TRUE(StoredPeople(*store).empty());
}

TEST(ImportedTest, ADryRunCountsAndChangesNothing) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  ImportOrDie(*store, {Update("ana", "gold"), Update("bob", "free")});
  const ImportReport report = ImportOrDie(
      *store, {Update("ana", "lead"), Update("bob", "free"), Update("zoe", "x")}, "crm",
      {.now_ms = kNow, .dry_run = true});
  EXPECT_THAT(Counts(report), ElementsAre(1, 1, 1));
  ImportOrDie(*store, {Update("zoe", "x")}, "billing", {.now_ms = kNow, .dry_run = true});
  EXPECT_THAT(Imported(*store, "ana"), HasSubstr("crm/tier=gold"));
  EXPECT_EQ(Imported(*store, "zoe"), kUnknown);
  EXPECT_EQ(store->ListAttributes()->size(), 3u);
  // Codes that it gave are given again.
  ImportOrDie(*store, {Update("yan", "x")});
  EXPECT_EQ((*store->TakeSnapshot())->FindPerson("yan")->code, 3u);
}

TEST(ImportedTest, ReadersAndBackupsHaveThem) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  ImportOrDie(*store, {Update("ana", "gold")});
  Options options;
  options.mode = OpenMode::kReadOnly;
  auto reader = OpenOrDie(dir / "s", options);
  const auto before = *store->TakeSnapshot();
  EXPECT_THAT(Imported(*reader, "ana"), HasSubstr("crm/tier=gold"));
  ImportOrDie(*store, {Update("ana", "lead"), Update("zoe", "lead")});
  for (EventStore* const one : {reader.get(), store.get()}) {
    EXPECT_THAT(Imported(*one, "ana"), HasSubstr("crm/tier=lead"));
    EXPECT_THAT(Imported(*one, "zoe"), HasSubstr("crm/tier=lead"));
    EXPECT_EQ(one->ListAttributes()->size(), 3u);
    ExpectClean(*one);
  }
  EXPECT_EQ(Text(before->FindPerson("ana")->imported[2].value), "gold");
  EXPECT_FALSE(before->FindPerson("zoe").ok());
  const auto refused = reader->ImportAttributes("crm", Schema(), {}, {});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(store->Backup(dir / "b").ok());
  ImportOrDie(*store, {Update("ana", "late")});
  ASSERT_TRUE(EventStore::Restore(dir / "b", dir / "r").ok());
  auto restored = OpenOrDie(dir / "r");
  EXPECT_THAT(Imported(*restored, "ana"), HasSubstr("crm/tier=lead"));
  EXPECT_THAT(Counts(ImportOrDie(*restored, {Update("ana", "lead")})),
              ElementsAre(0, 0, 1));
}

class DropAll : public Redactor {
 public:
  absl::StatusOr<Fate> Redact(const model::Event&,
                              absl::FunctionRef<void(const model::Event&)>,
                              RuleTotals&) override {
    return Fate::kDropped;
  }
};

TEST(ImportedTest, NoRewritingTakesThemAway) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  AppendOrDie(*store, {Track("1", "ana"), Track("2", "bob", kNow - 400 * kDay)});
  ImportOrDie(*store, {Update("ana", "gold"), Update("bob", "free"), Update("zoe", "x")});
  const auto expect_all = [&store] {
    EXPECT_THAT(Imported(*store, "ana"), HasSubstr("crm/tier=gold"));
    EXPECT_THAT(Imported(*store, "bob"), HasSubstr("crm/tier=free"));
    EXPECT_THAT(Imported(*store, "zoe"), HasSubstr("crm/tier=x"));
    ExpectClean(*store);
  };
  ASSERT_TRUE(store->SetSetting("session_gap", "10m").ok());
  expect_all();
  ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
  expect_all();
  DropAll redactor;
  const auto report = store->Redact({.key = "all"}, redactor);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->dropped, 1u);
  expect_all();
  ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
  store.reset();
  store = OpenOrDie(dir / "s");
  expect_all();
}

// Texts as long as those are not packed away by chance.
const std::vector<std::string>& TracesOfEve() {
  static const auto& traces = *new std::vector<std::string>{
      "eve.unique@example.com", "tier-of-eve", "2031-12-24", "record-of-eve"};
  return traces;
}

TEST(ImportedTest, ForgettingErasesThem) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  const std::string eve = "eve.unique@example.com";
  std::vector<AttributeUpdate> crowd;
  for (int i = 0; i < 300; ++i) {
    crowd.push_back(Update(base::Cat("crowd", i), "gold"));
  }
  ImportOrDie(*store, crowd);
  ImportOrDie(*store, {Update(eve, "tier-of-eve", int64_t{987654321}, "2031-12-24"),
                       Update("bob", "tier-of-bob")});
  const std::string about = *store->PersonDocumentPrefix(eve);
  const std::string about_bob = *store->PersonDocumentPrefix("bob");
  EXPECT_NE(about, about_bob);
  ASSERT_TRUE(store->PutDocument("pushed", about + "/crm", "record-of-eve").ok());
  ASSERT_TRUE(store->PutDocument("pushed", about_bob + "/crm", "record-of-bob").ok());
  ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
  EXPECT_EQ(TextsInFiles(dir / "s", TracesOfEve()), TracesOfEve());
  Forgotten forgotten;
  const auto removed = store->ForgetPerson(eve, &forgotten);
  ASSERT_TRUE(removed.ok()) << removed.status();
  EXPECT_EQ(*removed, 0u);
  EXPECT_EQ(forgotten.person.id, eve);
  EXPECT_EQ(forgotten.person.imported.size(), 3u);
  EXPECT_THAT(forgotten.pushed, ElementsAre("record-of-eve"));
  EXPECT_THAT(TextsInFiles(dir / "s", TracesOfEve()), IsEmpty());
  EXPECT_THAT(TextsInFiles(dir / "s", {"tier-of-bob", "record-of-bob"}),
              ElementsAre("tier-of-bob", "record-of-bob"));
  EXPECT_EQ(Imported(*store, eve), kUnknown);
  EXPECT_EQ(store->GetDocument("pushed", about + "/crm").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_THAT(Imported(*store, "bob"), HasSubstr("crm/tier=tier-of-bob"));
  ExpectClean(*store);
  // The same id may come again.
  EXPECT_THAT(Counts(ImportOrDie(*store, {{eve, {{0, "new"}}}})), ElementsAre(1, 0, 0));
  EXPECT_EQ(Imported(*store, eve), "crm/tier=new");
  store.reset();
  store = OpenOrDie(dir / "s");
  EXPECT_EQ(Imported(*store, eve), "crm/tier=new");
  ExpectClean(*store);
}

TEST(ImportedTest, DamageIsFound) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  ImportOrDie(*store, {Update("ana", "gold"), Update("bob", "free"), Update("cy", "x"),
                       Update("dan", "x")});
  store.reset();
  WithDatabase(dir / "s", [](rocksdb::DB& db, auto& handles) {
    rocksdb::ColumnFamilyHandle* people = nullptr;
    for (auto* handle : handles) {
      if (handle->GetName() == "people") people = handle;
    }
    const auto put = [&](uint64_t code, const std::string& row) {
      ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), people, ImportedKey(code), row).ok());
    };
    put(1, EncodeImported({{"crm", "tier", AttributeType::kDate, "2025-01-01"}}));
    put(2, EncodeImported({{"crm", "tier", AttributeType::kString, "x"},
                           {"crm", "seats", AttributeType::kNumber, int64_t{1}}}));
    put(9, EncodeImported({}));
  });
  store = OpenOrDie(dir / "s");
  const auto report = store->Check(nullptr);
  ASSERT_TRUE(report.ok()) << report.status();
  std::string problems;
  for (const CheckReport::Problem& problem : report->problems) {
    problems += problem.where + ": " + problem.what + "\n";
  }
  EXPECT_THAT(problems, HasSubstr("attributes of person 1: one is not registered"));
  EXPECT_THAT(problems, HasSubstr("attributes of person 2: are out of order"));
  EXPECT_THAT(problems, HasSubstr("attributes of person 9: there is no such person"));
  EXPECT_THAT(problems, Not(HasSubstr("person 3")));
  store.reset();
  WithDatabase(dir / "s", [](rocksdb::DB& db, auto& handles) {
    for (auto* handle : handles) {
      if (handle->GetName() != "people") continue;
      ASSERT_TRUE(
          db.Put(rocksdb::WriteOptions(), handle, ImportedKey(4), "\x01\x05").ok());
    }
  });
  store = OpenOrDie(dir / "s");
  EXPECT_EQ((*store->TakeSnapshot())->FindPerson("dan").status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(store->ImportAttributes("crm", Schema(), {{"dan", {}}}, {}).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(ImportedTest, RowsReadBack) {
  ImportedAttributes attributes = {
      {"a", "bool-like", AttributeType::kString, "true"},
      {"a", "day", AttributeType::kDate, "2025-11-21"},
      {"b", "", AttributeType::kString, ""},
      {"b", "least", AttributeType::kNumber, std::numeric_limits<int64_t>::min()},
      {"b", "tiny", AttributeType::kNumber, 5e-324}};
  const std::string row = EncodeImported(attributes);
  ImportedAttributes back;
  ASSERT_TRUE(DecodeImported(row, &back));
  EXPECT_TRUE(back == attributes);
  for (size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(DecodeImported(row.substr(0, size), &back)) << size;
  }
  EXPECT_FALSE(DecodeImported(row + "x", &back));
}

// What the store answers beside a map, over reopening, compacting and forgetting.
TEST(ImportedTest, AgreesWithAMap) {
  const TempDir dir;
  auto store = OpenOrDie(dir / "s");
  std::map<std::string, std::map<std::string, AttributeValue>> people;
  std::mt19937_64 random(20251121);
  const auto below = [&random](uint64_t end) { return random() % end; };
  for (int round = 0; round < 120; ++round) {
    const std::string integration = below(2) == 0 ? "crm" : "billing";
    std::vector<AttributeUpdate> updates;
    for (uint64_t n = below(8); n > 0; --n) {
      AttributeUpdate update;
      update.person = base::Cat("p", below(30));
      auto& known = people[update.person];
      for (uint64_t k = below(4); k > 0; --k) {
        const size_t index = below(3);
        const std::string name = integration + "/" + Schema()[index].name;
        if (below(4) == 0) {
          update.values.emplace_back(index, std::nullopt);
          known.erase(name);
          continue;
        }
        const int64_t number = static_cast<int64_t>(below(5));
        const AttributeValue value =
            index == 0   ? AttributeValue(base::Cat("t", number))
            : index == 1 ? AttributeValue(static_cast<double>(number))
                         : AttributeValue(base::Cat("2025-01-0", number + 1));
        update.values.emplace_back(index, value);
        known[name] = index == 1 ? AttributeValue(number) : value;
      }
      updates.push_back(std::move(update));
    }
    ImportOrDie(*store, updates, integration);
    const std::string someone = base::Cat("p", below(30));
    switch (below(12)) {
      case 0:
        AppendOrDie(*store, {Track(base::Cat("e", round), someone)});
        people[someone];
        break;
      case 1:
        EXPECT_EQ(store->ForgetPerson(someone).ok(), people.erase(someone) == 1);
        break;
      case 2:
        ASSERT_TRUE(store->Compact(kNow, nullptr).ok());
        break;
      case 3:
        store.reset();
        store = OpenOrDie(dir / "s");
        break;
      default:
        break;
    }
    std::map<std::string, std::map<std::string, AttributeValue>> stored;
    for (const model::Person& person : StoredPeople(*store)) {
      auto& values = stored[person.id];
      for (const model::ImportedAttribute& attribute : person.imported) {
        values[attribute.integration + "/" + attribute.name] = attribute.value;
      }
    }
    ASSERT_TRUE(stored == people) << "round " << round;
  }
  ExpectClean(*store);
}

}  // namespace
}  // namespace footfall::store
