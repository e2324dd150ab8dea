#include "prove/proof.h"

#include <string>
#include <vector>

#include "base/strings.h"
#include "gtest/gtest.h"

namespace footfall::prove {
namespace {

using query::Cell;
using query::ColumnType;
using query::Table;
using query::Text;

Table People(const std::vector<std::string>& names, const std::vector<double>& values) {
  Table table{.columns = {{"person", ColumnType::kString, {}},
                          {"value", ColumnType::kDouble, {}}}};
  for (size_t i = 0; i < names.size(); ++i) {
    table.columns[0].cells.emplace_back(Text(names[i]));
    table.columns[1].cells.emplace_back(values[i]);
  }
  return table;
}

// "reason key column engine proven", one a line.
std::string Compared(const Table& engine, const Table& proven,
                     const std::vector<size_t>& keys = {0}) {
  Mismatches mismatches;
  Compare("rows", engine, proven, keys, &mismatches);
  std::string text;
  for (const Json& json : mismatches.named.as_array()) {
    text += base::Cat(json.Find("reason")->as_string(), " ", json.Find("row")->Dump(),
                      " ", json.Find("column")->Dump(), " ", json.Find("engine")->Dump(),
                      " ", json.Find("proven")->Dump(), "\n");
  }
  EXPECT_GE(mismatches.count, mismatches.named.as_array().size());
  return text;
}

TEST(ProofTest, EqualTablesHaveNoMismatch) {
  EXPECT_EQ(Compared(People({"a", "b"}, {1, 2}), People({"a", "b"}, {1 + 1e-12, 2})), "");
  EXPECT_EQ(Compared(Table(), Table()), "");
}

TEST(ProofTest, EveryKindOfMismatchIsNamed) {
  const Table proven = People({"a", "b"}, {1, 2});
  EXPECT_EQ(Compared(People({"a", "b"}, {1, 3}), proven),
            "value {\"person\":\"b\"} \"value\" 3 2\n");
  EXPECT_EQ(Compared(People({"a"}, {1}), proven),
            "row missing {\"person\":\"b\"} null null null\n");
  EXPECT_EQ(Compared(People({"a", "b", "c"}, {1, 2, 3}), proven),
            "row too many {\"person\":\"c\"} null null null\n");
  EXPECT_EQ(Compared(People({"b", "a"}, {2, 1}), proven),
            "order {\"person\":\"a\"} null null 0\n");
  Table renamed = proven;
  renamed.columns[1].name = "other";
  EXPECT_EQ(Compared(renamed, proven),
            "column null \"value\" \"other:double\" \"value:double\"\n");
  Table fewer = proven;
  fewer.columns.pop_back();
  EXPECT_EQ(Compared(fewer, proven), "column null \"value\" null \"value:double\"\n");
  Table missing = proven;
  missing.columns[1].cells[0] = Cell();
  EXPECT_EQ(Compared(missing, proven), "value {\"person\":\"a\"} \"value\" null 1\n");
}

TEST(ProofTest, RowsOfOneKeyArePairedByAllThatTheyHold) {
  const Table proven = People({"a", "a"}, {1, 2});
  EXPECT_EQ(Compared(People({"a", "a"}, {2, 1}), proven), "");
  EXPECT_EQ(Compared(People({"a", "a"}, {2, 3}), proven),
            "value {\"person\":\"a\"} \"value\" 2 1\n"
            "value {\"person\":\"a\"} \"value\" 3 2\n");
}

TEST(ProofTest, AtMostAHundredMismatchesAreNamedAndAllCounted) {
  std::vector<std::string> names;
  std::vector<double> engine;
  std::vector<double> proven;
  for (int i = 0; i < 150; ++i) {
    names.push_back(base::Cat("p", i));
    engine.push_back(i);
    proven.push_back(i + 1);
  }
  Mismatches mismatches;
  Compare("rows", People(names, engine), People(names, proven), {0}, &mismatches);
  EXPECT_EQ(mismatches.count, 150u);
  EXPECT_EQ(mismatches.named.as_array().size(), kMismatchesMax);
}

}  // namespace
}  // namespace footfall::prove
