// CSV files of attributes, and the attributes in rules and reports.
#include "runtime/attributes.h"

#include <string>

#include "base/status.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "report/export.h"
#include "runtime/ingest.h"
#include "runtime/people.h"
#include "tests/runtime/temp_store.h"

namespace footfall::runtime {
namespace {

using base::Cat;
using base::Json;
using ::testing::HasSubstr;

constexpr int64_t kNow = 1763712000000;  // 2025-11-21T08:00:00Z

constexpr char kOptions[] =
    R"({"integration":"crm","id":"Email","columns":[
        {"column":"Tier","attribute":"tier"},
        {"column":"Seats","attribute":"seats","type":"number"},
        {"column":"Since","attribute":"since","type":"date"}]})";

class AttributesTest : public testing::Test {
 protected:
  Instance& instance() { return *temp_.instance; }

  // The result; the error when there is one.
  std::string Import(const std::string& csv, const std::string& options = kOptions,
                     size_t piece = SIZE_MAX) {
    auto parsed = ParseAttributesImportOptions(options);
    if (!parsed.ok()) return Error(parsed.status());
    parsed->now_ms = kNow;
    auto import = AttributesImport::New(temp_.instance, *parsed);
    if (!import.ok()) return Error(import.status());
    for (size_t at = 0; at < csv.size(); at += std::min(piece, csv.size() - at)) {
      if (const auto status = (*import)->Write(std::string_view(csv).substr(at, piece));
          !status.ok()) {
        return Error(status);
      }
    }
    const absl::Status status = (*import)->Finish();
    return status.ok() ? (*import)->Result().Dump() : Error(status);
  }
  static std::string Error(const absl::Status& status) { return base::MessageOf(status); }
  // "integration/attribute=value" of all.
  std::string Imported(const std::string& person) {
    const auto shown = ShowPerson(instance(), person, kNow);
    if (!shown.ok()) return Error(shown.status());
    std::string out;
    for (const Json& row : shown->Find("imported")->as_array()) {
      out += Cat(out.empty() ? "" : " ", row.Find("integration")->as_string(), "/",
                 row.Find("attribute")->as_string(), "=", row.Find("value")->Dump());
    }
    return out;
  }
  void Add(const std::string& ndjson) {
    IngestOptions options;
    options.now_ms = kNow;
    const std::unique_ptr<Ingest> ingest = Ingest::New(temp_.instance, options).value();
    ASSERT_TRUE(ingest->Write(ndjson).ok());
    ASSERT_TRUE(ingest->Finish().ok());
    ASSERT_EQ(ingest->Result().Find("rejected")->as_int(), 0) << ingest->Result().Dump();
  }
  // The ids of people for whom the rule holds.
  std::string People(const std::string& rule) {
    auto options = ParsePeopleListOptions(Cat(R"({"where":)", rule, "}"));
    if (!options.ok()) return Error(options.status());
    options->now_ms = kNow;
    const auto list = ListPeople(instance(), *options);
    if (!list.ok()) return Error(list.status());
    std::string out;
    for (const query::Cell& cell : list->rows.columns[0].cells) {
      out += Cat(out.empty() ? "" : " ", std::get<query::Text>(cell).view());
    }
    return out;
  }

  TempStore temp_;
};

TEST_F(AttributesTest, ImportsRowsWithTheirTypes) {
  const std::string csv =
      "\xef\xbb\xbfName,Email,Tier,Seats,Since\r\n"
      "Ana,ana@example.com,gold,12,2024-02-29\r\n"
      "\"Bob \"\"B\"\"\", bob@example.com ,\"free,\r\nreally\",2.50,\r\n"
      "Cy,0042,,1e3,2025-01-31\r\n";
  for (const size_t piece : {SIZE_MAX, size_t{1}, size_t{7}}) {
    const bool first = piece == SIZE_MAX;
    EXPECT_EQ(Import(csv, kOptions, piece),
              Cat(R"({"rows":3,"people_created":)", first ? 3 : 0,
                  R"(,"people_changed":0,"unchanged":)", first ? 0 : 3,
                  R"(,"duplicates":0,"rejected":0,"values_rejected":0,"errors":[],)"
                  R"("errors_omitted":0})"));
    EXPECT_EQ(Imported("ana@example.com"),
              R"(crm/seats=12 crm/since="2024-02-29" crm/tier="gold")");
    EXPECT_EQ(Imported("bob@example.com"), R"(crm/seats=2.5 crm/tier="free,\r\nreally")");
    EXPECT_EQ(Imported("0042"), R"(crm/seats=1000 crm/since="2025-01-31")");
  }
  EXPECT_EQ(Imported("42"), "no such person is stored");
  const auto list = ListAttributes(instance());
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->Dump(),
            R"({"attributes":[{"integration":"crm","attribute":"seats","type":"number",)"
            R"("imported_at":"2025-11-21T08:00:00.000Z"},)"
            R"({"integration":"crm","attribute":"since","type":"date",)"
            R"("imported_at":"2025-11-21T08:00:00.000Z"},)"
            R"({"integration":"crm","attribute":"tier","type":"string",)"
            R"("imported_at":"2025-11-21T08:00:00.000Z"}]})");
}

TEST_F(AttributesTest, WithoutColumnsAllOthersAreStrings) {
  EXPECT_THAT(Import("id;Plan;Note / 2\na;pro;x\nb;;\n",
                     R"({"integration":"hr","id":"id","delimiter":";"})"),
              HasSubstr(R"("people_created":2)"));
  EXPECT_EQ(Imported("a"), R"(hr/Note / 2="x" hr/Plan="pro")");
  EXPECT_EQ(Imported("b"), "");
}

TEST_F(AttributesTest, BadRowsAndValuesAreNamedAndSpoilNoOthers) {
  EXPECT_EQ(Import("Email,Tier,Seats,Since\n"
                   "a,gold,many,2025-02-30\n"
                   ",gold,1,\n"
                   "b,gold\n"
                   "c,\"x\"y,1,\n"
                   "anonymous:d,gold,1,\n"
                   "\xff,gold,1,\n"
                   "e,a\xff,7,\n"
                   "f,\"two\nlines\",inf,2025-01-01\n"
                   "g,gold,1e999,x\n"),
            R"({"rows":9,"people_created":4,"people_changed":0,"unchanged":0,)"
            R"("duplicates":0,"rejected":5,"values_rejected":6,"errors":[)"
            R"({"line":2,"column":"Seats","reason":"is not a number"},)"
            R"({"line":2,"column":"Since","reason":"is not a date, YYYY-MM-DD"},)"
            R"({"line":3,"column":"Email","reason":"has no id"},)"
            R"({"line":4,"column":null,"reason":"has 2 cells, and the header has 4"},)"
            R"({"line":5,"column":"Tier","reason":"text follows a closing quote"},)"
            R"({"line":6,"column":"Email",)"
            R"("reason":"anonymous ids have no imported attributes"},)"
            R"({"line":7,"column":"Email","reason":"the id is not UTF-8 text"},)"
            R"({"line":8,"column":"Tier","reason":"is not UTF-8 text"},)"
            R"({"line":9,"column":"Seats","reason":"is not a number"},)"
            R"({"line":11,"column":"Seats","reason":"is out of range"},)"
            R"({"line":11,"column":"Since","reason":"is not a date, YYYY-MM-DD"}],)"
            R"("errors_omitted":0})");
  EXPECT_EQ(Imported("a"), R"(crm/tier="gold")");
  EXPECT_EQ(Imported("e"), "crm/seats=7");
  EXPECT_EQ(Imported("f"), R"(crm/since="2025-01-01" crm/tier="two\nlines")");
  std::string many = "Email,Tier,Seats,Since\n";
  for (int i = 0; i < 150; ++i) many += "x\n";
  const std::string result = Import(many);
  EXPECT_THAT(result, HasSubstr(R"("rejected":150)"));
  EXPECT_THAT(result, HasSubstr(R"("errors_omitted":50)"));
}

TEST_F(AttributesTest, LaterRowsWinAndEmptyCellsSayNothing) {
  EXPECT_THAT(
      Import("Email,Tier,Seats,Since\na,gold,1,\nb,free,2,\na,lead,,2025-01-01\n"),
      HasSubstr(R"("rows":3,"people_created":2,"people_changed":0,"unchanged":0,)"
                R"("duplicates":1)"));
  EXPECT_EQ(Imported("a"), R"(crm/seats=1 crm/since="2025-01-01" crm/tier="lead")");
  EXPECT_THAT(Import("Email,Tier,Seats,Since\na,,,\nb,,3,\n"),
              HasSubstr(R"("people_changed":1,"unchanged":1)"));
  EXPECT_EQ(Imported("b"), R"(crm/seats=3 crm/tier="free")");
}

TEST_F(AttributesTest, ManyBatchesAreOneImport) {
  std::string csv = "Email,Tier,Seats,Since\n";
  for (int i = 0; i < 25'000; ++i) csv += Cat("p", i, ",gold,", i, ",\n");
  csv += "p7,last,7,\n";
  EXPECT_THAT(Import(csv, kOptions, 100'000),
              HasSubstr(R"("rows":25001,"people_created":25000,"people_changed":1,)"
                        R"("unchanged":0,"duplicates":1)"));
  EXPECT_EQ(Imported("p7"), R"(crm/seats=7 crm/tier="last")");
  EXPECT_EQ(Imported("p24999"), R"(crm/seats=24999 crm/tier="gold")");
}

TEST_F(AttributesTest, ADryRunStoresNothing) {
  std::string options = kOptions;
  options.insert(1, R"("dry_run":true,)");
  EXPECT_THAT(Import("Email,Tier,Seats,Since\na,gold,1,x\n", options),
              HasSubstr(R"("rows":1,"people_created":1)"));
  EXPECT_EQ(Imported("a"), "no such person is stored");
  EXPECT_EQ(ListAttributes(instance())->Dump(), R"({"attributes":[]})");
}

TEST_F(AttributesTest, RefusesWhatNoRowCanMend) {
  EXPECT_EQ(Import(""), "the file is empty: it has no header row");
  EXPECT_EQ(Import("Mail,Tier\n"), "line 1: the header has no column 'Email'");
  EXPECT_EQ(Import("Email,Email,Tier\n"),
            "line 1: the header has several columns 'Email'");
  EXPECT_EQ(Import("Email,Tier,Seats\n"), "line 1: the header has no column 'Since'");
  EXPECT_EQ(Import("\"Email\"x,Tier\n"),
            "line 1: the header is no row: text follows a closing quote");
  EXPECT_EQ(Import("\xff\xfe,b\n"), "line 1: the header is not UTF-8 text");
  EXPECT_THAT(Import("id,\nx,y\n", R"({"integration":"crm","id":"id"})"),
              HasSubstr("line 1: the header has a column '' that is no name"));
  // A header alone makes the attributes known.
  EXPECT_THAT(Import("Email,Tier,Seats,Since\n"), HasSubstr(R"("rows":0)"));
  EXPECT_EQ(instance().store().ListAttributes()->size(), 3u);
  EXPECT_EQ(Import("id,tier\na,1\n",
                   R"({"integration":"crm","id":"id",
                       "columns":[{"column":"tier","type":"number"}]})"),
            "the attribute 'crm/tier' was imported as string before, not as number");
  std::string wide = "id";
  for (int i = 0; i < 98; ++i) wide += Cat(",c", i);
  EXPECT_THAT(Import(wide + "\n", R"({"integration":"wide","id":"id"})"),
              HasSubstr("'wide/c97' would be number 101 of those imported"));
  const std::pair<const char*, const char*> options[] = {
      {"[]", "$: must be an object"},
      {R"({"id":"x"})", "$.integration: is missing"},
      {R"({"integration":"a/b","id":"x"})", "$.integration: an integration's name"},
      {R"({"integration":"a"})", "$.id: is missing"},
      {R"({"integration":"a","id":1})", "$.id: must be a string"},
      {R"({"integration":"a","id":"x","extra":1})", "$.extra: unknown key"},
      {R"({"integration":"a","id":"x","delimiter":"::"})", "$.delimiter: must be"},
      {R"({"integration":"a","id":"x","dry_run":1})", "$.dry_run: must be a boolean"},
      {R"({"integration":"a","id":"x","columns":[]})", "$.columns: must be a list"},
      {R"({"integration":"a","id":"x","columns":[1]})",
       "$.columns[0]: must be an object"},
      {R"({"integration":"a","id":"x","columns":[{}]})",
       "$.columns[0].column: is missing"},
      {R"({"integration":"a","id":"x","columns":[{"column":"y","type":"bool"}]})",
       "$.columns[0].type: must be string, number or date"},
      {R"({"integration":"a","id":"x","columns":[{"column":"y","attribute":""}]})",
       "$.columns[0].attribute: an attribute's name"},
      {R"({"integration":"a","id":"x","columns":[{"column":"y"},{"column":"z",
           "attribute":"y"}]})",
       "$.columns[1].attribute: 'y' has another column already"}};
  for (const auto& [json, error] : options) {
    EXPECT_THAT(Import("x,y\n", json), HasSubstr(error)) << json;
  }
}

TEST_F(AttributesTest, AnImportThatFailedStaysFailed) {
  auto options = *ParseAttributesImportOptions(kOptions);
  options.now_ms = kNow;
  auto cancel = std::make_shared<base::Cancel>();
  options.cancel = cancel;
  auto import = *AttributesImport::New(temp_.instance, options);
  ASSERT_TRUE(import->Write("Email,Tier,Seats,Since\n").ok());
  std::string rows;
  for (int i = 0; i < 15'000; ++i) rows += Cat("p", i, ",gold,,\n");
  ASSERT_TRUE(import->Write(rows).ok());
  cancel->Request();
  EXPECT_EQ(import->Write(rows).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(import->Write("").code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(import->Finish().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(import->Finish().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(import->Write("x").code(), absl::StatusCode::kFailedPrecondition);
  // What was durable before it is in the result.
  EXPECT_THAT(import->Result().Dump(), HasSubstr(R"("people_created":10000)"));
  EXPECT_EQ(Imported("p9999"), R"(crm/tier="gold")");
  EXPECT_EQ(Imported("p10000"), "no such person is stored");
}

TEST_F(AttributesTest, RulesAndReportsReadThem) {
  Add(R"({"time":1763711000000,"person":"a","type":"track","name":"save"}
         {"time":1763711000001,"person":"b","type":"track","name":"save"}
         {"time":1763711000002,"person":"b","type":"identify","properties":{"crm/tier":"of the host","crm/note":"of the host","tier":"bare"}})");
  ASSERT_THAT(Import("Email,Tier,Seats,Since\na,gold,12,2025-11-01\nb,free,2,2024-01-01\n"
                     "z,gold,3,\n"),
              HasSubstr(R"("people_created":1,"people_changed":2)"));
  const auto rule = [](const std::string& field, const std::string& op,
                       const std::string& value) {
    return Cat(R"({"field":"person.crm/)", field, R"(","op":")", op, R"(","value":)",
               value, "}");
  };
  EXPECT_EQ(People(rule("tier", "is", R"("gold")")), "a z");
  EXPECT_EQ(People(rule("tier", "is_not", R"("gold")")), "b");
  EXPECT_EQ(People(rule("seats", ">", "2.5")), "a z");
  EXPECT_EQ(People(rule("seats", "=", "2")), "b");
  EXPECT_EQ(People(rule("since", "before", R"("2025-01-01")")), "b");
  EXPECT_EQ(People(rule("since", "within", "30")), "a");
  EXPECT_EQ(People(R"({"field":"person.crm/since","op":"is_not_set"})"), "z");
  // The imported one wins over what the host calls alike; others of the host stay.
  EXPECT_EQ(People(rule("tier", "is", R"("of the host")")), "");
  EXPECT_EQ(People(rule("note", "is", R"("of the host")")), "b");
  EXPECT_EQ(People(R"({"field":"person.tier","op":"is","value":"bare"})"), "b");
  EXPECT_EQ(People(Cat(R"({"all":[{"did":{"count":{"op":">","value":0}}},)",
                       rule("tier", "is", R"("gold")"), "]}")),
            "a");

  const auto rows = [&](const absl::StatusOr<report::Result>& result) {
    if (!result.ok()) return Error(result.status());
    return report::Export(*result, report::Format::kCsv);
  };
  report::RunOptions now;
  now.now_ms = kNow;
  EXPECT_EQ(rows(instance().RunDefinition(
                R"({"version":1,"name":"r","kind":"table",
                    "rows":[{"field":"person.crm/tier"}],
                    "columns":[{"name":"people","agg":"count_people"},
                               {"name":"seats","agg":"sum","of":"person.crm/seats"}]})",
                now)),
            "person.crm/tier,people,seats\r\nfree,1,2\r\ngold,1,12\r\n");
  report::RunOptions parameters = now;
  parameters.parameters =
      *Json::Parse(R"({"attributes":["crm/seats","email","crm/tier"]})");
  EXPECT_EQ(
      rows(instance().RunReport("logins", parameters)),
      "person,first_login,last_login,logins_last_30_days,crm/seats,email,crm/tier\r\n"
      "a,2025-11-21T07:43:20.000Z,2025-11-21T07:43:20.000Z,1,12,,gold\r\n"
      "b,2025-11-21T07:43:20.001Z,2025-11-21T07:43:20.001Z,1,2,,free\r\n");
  // Accounts by an imported attribute.
  ASSERT_TRUE(instance().store().SetSetting("account_property", "crm/tier").ok());
  EXPECT_EQ(People(R"({"field":"account","op":"is","value":"gold"})"), "a z");
}

}  // namespace
}  // namespace footfall::runtime
