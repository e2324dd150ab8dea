#include "query/value_pool.h"

#include "gtest/gtest.h"
#include "tests/query/table_text.h"

namespace footfall::query {
namespace {

using model::Value;

TEST(ValuePoolTest, GivesOneNumberToOneText) {
  ValuePool pool;
  KindMask kinds;
  const uint32_t one = pool.Intern(Value::Int(1), &kinds);
  EXPECT_GT(one, 0u);
  EXPECT_EQ(pool.Intern(Value::Int(1), &kinds), one);
  EXPECT_EQ(kinds.type(), ColumnType::kInt64);
  EXPECT_EQ(pool.Intern(Value::Double(1.0), &kinds), one);
  EXPECT_EQ(kinds.type(), ColumnType::kDouble);
  EXPECT_EQ(pool.Intern(Value::String("1"), &kinds), one);
  EXPECT_EQ(kinds.type(), ColumnType::kString);
  EXPECT_NE(pool.Intern(Value::String(""), &kinds), 0u);
  EXPECT_EQ(pool.text(one), "1");
  EXPECT_GT(pool.bytes(), 0u);
}

TEST(ValuePoolTest, MissingAndNestedValuesHaveNoNumber) {
  ValuePool pool;
  KindMask kinds;
  EXPECT_EQ(pool.Intern(Value::Missing(), &kinds), 0u);
  EXPECT_EQ(pool.Intern(Value::Json("[1]"), &kinds), 0u);
  EXPECT_EQ(kinds.type(), ColumnType::kString);
  EXPECT_EQ(CellText(pool.ToCell(0, ColumnType::kInt64), ColumnType::kInt64), "-");
}

TEST(ValuePoolTest, CellsOfEachType) {
  ValuePool pool;
  KindMask kinds;
  const uint32_t yes = pool.Intern(Value::Bool(true), &kinds);
  EXPECT_EQ(kinds.type(), ColumnType::kBool);
  EXPECT_EQ(std::get<bool>(pool.ToCell(yes, ColumnType::kBool)), true);
  const uint32_t least = pool.Intern(Value::Int(INT64_MIN), &kinds);
  EXPECT_EQ(kinds.type(), ColumnType::kString);
  EXPECT_EQ(std::get<int64_t>(pool.ToCell(least, ColumnType::kInt64)), INT64_MIN);
  const uint32_t tenth = pool.Intern(Value::Double(0.1), &kinds);
  EXPECT_EQ(std::get<double>(pool.ToCell(tenth, ColumnType::kDouble)), 0.1);
  EXPECT_EQ(std::get<Text>(pool.ToCell(tenth, ColumnType::kString)).view(), "0.1");
}

TEST(ValuePoolTest, UnifiesColumns) {
  const Column numbers = UnifyColumn("n", {Cell(int64_t{1}), Cell(2.5), Cell()});
  EXPECT_EQ(numbers.type, ColumnType::kDouble);
  EXPECT_EQ(std::get<double>(numbers.cells[0]), 1.0);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(numbers.cells[2]));
  const Column mixed =
      UnifyColumn("m", {Cell(int64_t{1}), Cell(true), Cell(2.5), Cell(std::string("x"))});
  EXPECT_EQ(mixed.type, ColumnType::kString);
  EXPECT_EQ(Lines({{mixed}}), (std::vector<std::string>{"1", "true", "2.5", "x"}));
  EXPECT_EQ(UnifyColumn("b", {Cell(false)}).type, ColumnType::kBool);
  EXPECT_EQ(UnifyColumn("e", {Cell()}).type, ColumnType::kString);
}

TEST(ValuePoolTest, ColumnTypeNames) {
  EXPECT_EQ(ColumnTypeName(ColumnType::kString), "string");
  EXPECT_EQ(ColumnTypeName(ColumnType::kInt64), "int64");
  EXPECT_EQ(ColumnTypeName(ColumnType::kDouble), "double");
  EXPECT_EQ(ColumnTypeName(ColumnType::kBool), "bool");
  EXPECT_EQ(ColumnTypeName(ColumnType::kTimestamp), "timestamp");
  EXPECT_EQ(ColumnTypeName(ColumnType::kDate), "date");
}

}  // namespace
}  // namespace footfall::query
