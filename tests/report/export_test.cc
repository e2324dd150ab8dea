#include "report/export.h"

#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "gtest/gtest.h"
#include "report/export_width.h"

namespace footfall::report {
namespace {

using namespace std::string_literals;
using query::Cell;
using query::Column;
using query::ColumnType;

constexpr int64_t kMorning = 1'763'712'000'000;  // 2025-11-21T08:00:00Z
constexpr int64_t kDay = 20'413;                 // 2025-11-21

Result OfColumns(std::vector<Column> columns) {
  Result result;
  result.report = "people";
  result.kind = "table";
  result.now_ms = kMorning;
  result.rows.columns = std::move(columns);
  return result;
}

Result OfTexts(std::vector<Cell> cells) {
  return OfColumns({{"text", ColumnType::kString, std::move(cells)}});
}

// A row with a value of each type and a row without any.
Result AllTypes() {
  return OfColumns({{"person", ColumnType::kString, {"ana", Cell()}},
                    {"events", ColumnType::kInt64, {int64_t{12}, Cell()}},
                    {"share", ColumnType::kDouble, {0.25, Cell()}},
                    {"known", ColumnType::kBool, {true, Cell()}},
                    {"seen", ColumnType::kTimestamp, {kMorning + 7, Cell()}},
                    {"day", ColumnType::kDate, {kDay, Cell()}}});
}

absl::TimeZone Paris() { return *base::LoadTimeZone("Europe/Paris"); }

TEST(ExportTable, AlignsEveryTypeAndLeavesMissingEmpty) {
  EXPECT_EQ(Export(AllTypes(), Format::kTable),
            "person  events  share  known  seen                        day\n"
            "------  ------  -----  -----  --------------------------  ----------\n"
            "ana         12   0.25  true   2025-11-21 08:00:00 +00:00  2025-11-21\n"
            "\n"
            "(2 rows)\n");
}

TEST(ExportTable, ShowsTimesInTheZoneOnBothSidesOfAClockChange) {
  Result result = OfColumns(
      {{"at",
        ColumnType::kTimestamp,
        // An hour apart: 02:30 is seen twice on the last Sunday of October.
        {*base::ParseTime("2025-10-26T00:30:00Z", absl::UTCTimeZone()),
         *base::ParseTime("2025-10-26T01:30:00Z", absl::UTCTimeZone()), kMorning}}});
  result.timezone = Paris();
  EXPECT_EQ(Export(result, Format::kTable),
            "at\n"
            "--------------------------\n"
            "2025-10-26 02:30:00 +02:00\n"
            "2025-10-26 02:30:00 +01:00\n"
            "2025-11-21 09:00:00 +01:00\n"
            "(3 rows)\n");
}

TEST(ExportTable, CountsNoRowsAndOneRow) {
  EXPECT_EQ(Export(OfTexts({}), Format::kTable), "text\n----\n(0 rows)\n");
  EXPECT_EQ(Export(OfTexts({"a"}), Format::kTable), "text\n----\na\n(1 row)\n");
  EXPECT_EQ(Export(OfColumns({}), Format::kTable), "(0 rows)\n");
}

TEST(ExportTable, EscapesWhatWouldDriveATerminal) {
  const auto cell = [](std::string text) {
    const std::string out = Export(OfTexts({std::move(text)}), Format::kTable);
    const size_t begin = out.find('\n', out.find('\n') + 1) + 1;
    return out.substr(begin, out.find('\n', begin) - begin);
  };
  EXPECT_EQ(cell("\x1b[2J\x1b]0;title\x07"), "\\x1b[2J\\x1b]0;title\\x07");
  EXPECT_EQ(cell("a\nb\r\tc\x7f"), "a\\nb\\r\\tc\\x7f");
  EXPECT_EQ(cell(std::string("nul\0byte", 8)), "nul\\x00byte");
  // The one-character CSI, a line separator and marks that turn the direction of text.
  EXPECT_EQ(cell("\u009b2J"), "\\u009b2J");
  EXPECT_EQ(cell("a\u2028b"), "a\\u2028b");
  EXPECT_EQ(cell("\u202egnp.exe\u2066"), "\\u202egnp.exe\\u2066");
  // Not UTF-8: a stray byte, a cut character, an overlong escape, a surrogate.
  EXPECT_EQ(cell("\x9bz"), "\\x9bz");
  EXPECT_EQ(cell("z\xe2\x82"), "z\\xe2\\x82");
  EXPECT_EQ(cell("\xc0\x9b"), "\\xc0\\x9b");
  EXPECT_EQ(cell("\xed\xa0\x80"), "\\xed\\xa0\\x80");
}

TEST(ExportTable, EscapesNamesAndCountsEscapesAsWidth) {
  EXPECT_EQ(Export(OfColumns({{"a\nb", ColumnType::kString, {"x"}},
                              {"n", ColumnType::kInt64, {int64_t{1}}}}),
                   Format::kTable),
            "a\\nb  n\n"
            "----  -\n"
            "x     1\n"
            "(1 row)\n");
}

TEST(ExportTable, AlignsWideAndCombiningText) {
  EXPECT_EQ(
      Export(OfColumns({{"title",
                         ColumnType::kString,
                         {"日本語", "🎉 ok", "cafe\u0301", "한", "naïve"}},
                        {"n",
                         ColumnType::kInt64,
                         {int64_t{1}, int64_t{20}, int64_t{3}, int64_t{4}, Cell()}}}),
             Format::kTable),
      "title    n\n"
      "------  --\n"
      "日本語   1\n"
      "🎉 ok   20\n"
      "cafe\u0301     3\n"
      "한       4\n"
      "naïve\n"
      "(5 rows)\n");
}

TEST(DisplayWidth, FollowsUnicode) {
  EXPECT_EQ(DisplayWidth('a'), 1);
  EXPECT_EQ(DisplayWidth(U'é'), 1);
  EXPECT_EQ(DisplayWidth(U'я'), 1);
  EXPECT_EQ(DisplayWidth(U'\u0301'), 0);
  EXPECT_EQ(DisplayWidth(U'\u200d'), 0);  // Zero-width joiner
  EXPECT_EQ(DisplayWidth(U'\ufe0f'), 0);  // Variation selector
  EXPECT_EQ(DisplayWidth(U'日'), 2);
  EXPECT_EQ(DisplayWidth(U'ア'), 2);
  EXPECT_EQ(DisplayWidth(U'ｱ'), 1);   // Half-width
  EXPECT_EQ(DisplayWidth(U'Ａ'), 2);  // Full-width
  EXPECT_EQ(DisplayWidth(U'🎉'), 2);
  EXPECT_EQ(DisplayWidth(0x10ffff), 1);
}

TEST(ExportCsv, WritesEveryTypeAndLeavesMissingEmpty) {
  EXPECT_EQ(Export(AllTypes(), Format::kCsv),
            "person,events,share,known,seen,day\r\n"
            "ana,12,0.25,true,2025-11-21T08:00:00.007Z,2025-11-21\r\n"
            ",,,,,\r\n");
}

TEST(ExportCsv, QuotesOnlyWhereNeededAndTellsEmptyFromMissing) {
  EXPECT_EQ(
      Export(OfColumns({{"a,b", ColumnType::kString, {"say \"hi\"", "", Cell(), "x\ny"}},
                        {"c", ColumnType::kString, {"=1+1", "x\ry", " pad ", "日本"}}}),
             Format::kCsv),
      "\"a,b\",c\r\n"
      "\"say \"\"hi\"\"\",=1+1\r\n"
      "\"\",\"x\ry\"\r\n"
      ", pad \r\n"
      "\"x\ny\",日本\r\n");
}

TEST(ExportCsv, HasItsHeaderWithoutRows) {
  EXPECT_EQ(Export(OfTexts({}), Format::kCsv), "text\r\n");
}

TEST(ExportCsv, StaysInUtcWhateverTheZone) {
  Result result = OfColumns({{"at", ColumnType::kTimestamp, {kMorning}}});
  result.timezone = Paris();
  EXPECT_EQ(Export(result, Format::kCsv), "at\r\n2025-11-21T08:00:00.000Z\r\n");
}

TEST(ExportJson, HasTheResultShape) {
  Result result = AllTypes();
  result.from_ms = kMorning - 1000;
  result.timezone_name = "Europe/Paris";
  result.timezone = Paris();
  EXPECT_EQ(
      Export(result, Format::kJson),
      R"({"version":1,"report":"people","kind":"table","now":"2025-11-21T08:00:00.000Z",)"
      R"("range":{"from":"2025-11-21T07:59:59.000Z","to":null},"timezone":"Europe/Paris",)"
      R"("columns":[{"name":"person","type":"string"},{"name":"events","type":"int64"},)"
      R"({"name":"share","type":"double"},{"name":"known","type":"bool"},)"
      R"({"name":"seen","type":"timestamp"},{"name":"day","type":"date"}],)"
      R"("rows":[["ana",12,0.25,true,"2025-11-21T08:00:00.007Z","2025-11-21"],)"
      R"([null,null,null,null,null,null]],"total":null})"
      "\n");
}

TEST(ExportJson, GivesTheTotalAsAnObject) {
  Result result = OfTexts({});
  result.to_ms = kMorning;
  result.total = query::Table{{{"answers", ColumnType::kInt64, {int64_t{3}}},
                               {"nps", ColumnType::kDouble, {-100.0 / 3}},
                               {"last", ColumnType::kTimestamp, {Cell()}}}};
  const std::string out = Export(result, Format::kJson);
  EXPECT_EQ(out.substr(out.find("\"rows\"")),
            "\"rows\":[],\"total\":{\"answers\":3,\"nps\":-33.333333333333336,"
            "\"last\":null}}\n");
  EXPECT_NE(out.find("\"range\":{\"from\":null,\"to\":\"2025-11-21T08:00:00.000Z\"}"),
            std::string::npos);
  EXPECT_TRUE(base::Json::Parse(out).ok());
  // A total without its row is none.
  result.total->columns.clear();
  EXPECT_NE(Export(result, Format::kJson).find("\"total\":null}"), std::string::npos);
}

TEST(ExportJson, EscapesTextAndReadsBackTheSame) {
  const std::string text = "q\" b\\ n\n t\t e\x1b nul"s + '\0' + " 日本 🎉";
  Result result = OfTexts({text, ""});
  result.report = "a \"b\"";
  const auto parsed = base::Json::Parse(Export(result, Format::kJson));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->Find("report")->as_string(), "a \"b\"");
  EXPECT_EQ(parsed->Find("rows")->as_array()[0].as_array()[0].as_string(), text);
  EXPECT_EQ(parsed->Find("rows")->as_array()[1].as_array()[0].as_string(), "");
}

TEST(ExportNdjson, IsAnObjectPerRow) {
  EXPECT_EQ(Export(AllTypes(), Format::kNdjson),
            R"({"person":"ana","events":12,"share":0.25,"known":true,)"
            R"("seen":"2025-11-21T08:00:00.007Z","day":"2025-11-21"})"
            "\n"
            R"({"person":null,"events":null,"share":null,"known":null,"seen":null,)"
            R"("day":null})"
            "\n");
  EXPECT_EQ(Export(OfTexts({}), Format::kNdjson), "");
  EXPECT_EQ(Export(OfTexts({"two\nlines"}), Format::kNdjson),
            "{\"text\":\"two\\nlines\"}\n");
}

TEST(Export, NumbersKeepTheirWholeValue) {
  const Result result = OfColumns(
      {{"i",
        ColumnType::kInt64,
        {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}},
       {"d", ColumnType::kDouble, {0.1, int64_t{7}}}});
  EXPECT_EQ(Export(result, Format::kCsv),
            "i,d\r\n-9223372036854775808,0.1\r\n9223372036854775807,7\r\n");
  EXPECT_EQ(
      Export(result, Format::kNdjson),
      "{\"i\":-9223372036854775808,\"d\":0.1}\n{\"i\":9223372036854775807,\"d\":7}\n");
}

TEST(Export, NumbersThatAreNoneAreMissing) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Result result = OfColumns({{"n", ColumnType::kInt64, {int64_t{1}, int64_t{2}}},
                                   {"d", ColumnType::kDouble, {infinity, std::nan("")}}});
  EXPECT_EQ(Export(result, Format::kNdjson),
            "{\"n\":1,\"d\":null}\n{\"n\":2,\"d\":null}\n");
  EXPECT_EQ(Export(result, Format::kCsv), "n,d\r\n1,\r\n2,\r\n");
  EXPECT_EQ(Export(result, Format::kTable), "n  d\n-  -\n1\n2\n(2 rows)\n");
}

TEST(Export, AValueOfAnotherTypeThanItsColumnIsMissing) {
  const Result result = OfColumns({{"s", ColumnType::kString, {int64_t{1}}},
                                   {"i", ColumnType::kInt64, {1.5}},
                                   {"d", ColumnType::kDouble, {"x"}},
                                   {"b", ColumnType::kBool, {int64_t{1}}},
                                   {"t", ColumnType::kTimestamp, {"now"}},
                                   {"e", ColumnType::kDate, {true}}});
  EXPECT_EQ(Export(result, Format::kCsv), "s,i,d,b,t,e\r\n,,,,,\r\n");
}

int32_t Int32At(const std::string& bytes, size_t at) {
  int32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

// What the framing of a stream says; the contents are for the readers in arrow/ to judge.
TEST(ExportArrow, MessagesAreAlignedAndTheStreamEnds) {
  const std::string empty = Export(OfTexts({}), Format::kArrow);
  ASSERT_GT(empty.size(), 16u);
  EXPECT_EQ(Int32At(empty, 0), -1);
  const auto schema_bytes = static_cast<size_t>(Int32At(empty, 4));
  EXPECT_EQ(schema_bytes % 8, 0u);
  EXPECT_EQ(empty.size(), 8 + schema_bytes + 8);
  EXPECT_EQ(empty.substr(8 + schema_bytes), std::string("\xff\xff\xff\xff\0\0\0\0", 8));

  const std::string full = Export(OfTexts({"odd", Cell(), "sizes"}), Format::kArrow);
  EXPECT_EQ(full.substr(0, 8 + schema_bytes), empty.substr(0, 8 + schema_bytes));
  EXPECT_EQ(Int32At(full, 8 + schema_bytes), -1);
  const auto batch_bytes = static_cast<size_t>(Int32At(full, 12 + schema_bytes));
  EXPECT_EQ(batch_bytes % 8, 0u);
  // Validity 1 byte, offsets 4 x 4, text 8: each begins at a multiple of 8.
  const size_t body = 16 + schema_bytes + batch_bytes;
  ASSERT_EQ(full.size(), body + 8 + 16 + 8 + 8);
  EXPECT_EQ(full[body], 0b101);
  EXPECT_EQ(Int32At(full, body + 8 + 12), 8);
  EXPECT_EQ(full.substr(body + 24, 8), "oddsizes");
}

}  // namespace
}  // namespace footfall::report
