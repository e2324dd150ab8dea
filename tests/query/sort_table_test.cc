#include "query/sort_table.h"

#include <algorithm>
#include <random>

#include "gtest/gtest.h"
#include "tests/query/table_text.h"

namespace footfall::query {
namespace {

using Texts = std::vector<std::string>;

Table Numbered(ColumnType type, std::vector<Cell> cells) {
  Table table;
  table.columns.push_back({.name = "n", .type = ColumnType::kInt64});
  for (size_t i = 0; i < cells.size(); ++i) {
    table.columns[0].cells.emplace_back(static_cast<int64_t>(i));
  }
  table.columns.push_back({.name = "x", .type = type, .cells = std::move(cells)});
  return table;
}

Texts Sorted(Table table, const std::vector<OrderBy>& order,
             uint64_t limit = UINT64_MAX) {
  SortTable(table, order, limit);
  return Lines(table);
}

TEST(SortTableTest, NumbersByValueAndMissingLastEitherWay) {
  const Table table = Numbered(ColumnType::kInt64, {int64_t{5}, Cell(), int64_t{-7},
                                                    INT64_MAX, INT64_MIN, Cell()});
  EXPECT_EQ(Sorted(table, {{.column = 1}}),
            (Texts{"4 -9223372036854775808", "2 -7", "0 5", "3 9223372036854775807",
                   "1 -", "5 -"}));
  EXPECT_EQ(Sorted(table, {{.column = 1, .descending = true}}),
            (Texts{"3 9223372036854775807", "0 5", "2 -7", "4 -9223372036854775808",
                   "1 -", "5 -"}));
  // Beyond the limit, among those present and those missing.
  EXPECT_EQ(Sorted(table, {{.column = 1}}, 2), (Texts{"4 -9223372036854775808", "2 -7"}));
  EXPECT_EQ(
      Sorted(table, {{.column = 1, .descending = true}, {.column = 0}}, 5),
      (Texts{"3 9223372036854775807", "0 5", "2 -7", "4 -9223372036854775808", "1 -"}));
  EXPECT_EQ(Sorted(table, {{.column = 1}}, 0), Texts());
}

TEST(SortTableTest, DoublesAndBools) {
  const Table doubles =
      Numbered(ColumnType::kDouble, {0.5, -0.0, 0.0, -2.5, 1e300, -1e300});
  EXPECT_EQ(Sorted(doubles, {{.column = 1}, {.column = 0, .descending = true}}),
            (Texts{"5 -1e+300", "3 -2.5", "2 0", "1 0", "0 0.5", "4 1e+300"}));
  const Table bools = Numbered(ColumnType::kBool, {true, false, Cell(), false});
  EXPECT_EQ(Sorted(bools, {{.column = 1}}),
            (Texts{"1 false", "3 false", "0 true", "2 -"}));
  EXPECT_EQ(Sorted(bools, {{.column = 1, .descending = true}}),
            (Texts{"0 true", "1 false", "3 false", "2 -"}));
}

TEST(SortTableTest, TextsBytewiseBeyondACommonBeginning) {
  const Table table =
      Numbered(ColumnType::kString,
               {Text("person-1234567890"), Text("person-"), Text("person-123456789"),
                Text("person-\xc3\xa9"), Text("person-12345678"),
                Text(std::string("person-\0", 8)), Text("person-123456788")});
  SCOPED_TRACE("ascending");
  EXPECT_EQ(Sorted(table, {{.column = 1}}),
            (Texts{"1 person-", std::string("5 person-\0", 10), "4 person-12345678",
                   "6 person-123456788", "2 person-123456789", "0 person-1234567890",
                   "3 person-\xc3\xa9"}));
  EXPECT_EQ(Sorted(table, {{.column = 1, .descending = true}}, 3),
            (Texts{"3 person-\xc3\xa9", "0 person-1234567890", "2 person-123456789"}));
}

TEST(SortTableTest, WithoutAnOrderRowsStay) {
  const Table table = Numbered(ColumnType::kInt64, {int64_t{2}, int64_t{1}});
  EXPECT_EQ(Sorted(table, {}), (Texts{"0 2", "1 1"}));
  EXPECT_EQ(Sorted(table, {}, 1), (Texts{"0 2"}));
  EXPECT_EQ(Sorted(Table(), {}), Texts());
}

TEST(SortTableTest, AgreesWithComparingCells) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    Table table;
    for (const ColumnType type :
         {ColumnType::kString, ColumnType::kInt64, ColumnType::kDouble}) {
      table.columns.push_back({.name = "c", .type = type});
    }
    const size_t rows = random() % 300;
    for (size_t i = 0; i < rows; ++i) {
      const int64_t number = static_cast<int64_t>(random() % 40) - 20;
      table.columns[0].cells.push_back(
          number < -15
              ? Cell()
              : Cell(Text(base::Cat(std::string(random() % 3 * 8, 'x'), number + 20))));
      table.columns[1].cells.push_back(random() % 9 == 0 ? Cell() : Cell(number));
      table.columns[2].cells.push_back(static_cast<double>(random() % 50) / 7 - 3);
    }
    std::vector<OrderBy> order;
    for (size_t i = 0; i < 1 + random() % 3; ++i) {
      order.push_back({.column = random() % 3, .descending = random() % 2 == 0});
    }
    std::vector<size_t> expected(rows);
    for (size_t i = 0; i < rows; ++i) expected[i] = i;
    std::stable_sort(expected.begin(), expected.end(), [&](size_t a, size_t b) {
      for (const OrderBy& by : order) {
        const Cell& left = table.columns[by.column].cells[a];
        const Cell& right = table.columns[by.column].cells[b];
        const int compared = CompareCells(left, right);
        const bool turned = by.descending && left.index() == right.index();
        if (compared != 0) return turned ? compared > 0 : compared < 0;
      }
      return false;
    });
    const size_t limit = random() % 2 == 0 ? rows : random() % (rows + 1);
    const Texts lines = Lines(table);
    Texts wanted;
    for (size_t i = 0; i < limit; ++i) wanted.push_back(lines[expected[i]]);
    ASSERT_EQ(Sorted(table, order, limit), wanted) << round;
  }
}

}  // namespace
}  // namespace footfall::query
