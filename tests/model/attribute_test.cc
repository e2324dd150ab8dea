#include "model/attribute.h"

#include <limits>
#include <string>

#include "base/status.h"
#include "gtest/gtest.h"

namespace footfall::model {
namespace {

std::string Parsed(AttributeType type, std::string_view text) {
  const auto value = ParseAttributeValue(type, text);
  if (!value.ok()) return base::MessageOf(value.status());
  if (const auto* whole = std::get_if<int64_t>(&*value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&*value)) {
    return "double " + std::to_string(*number);
  }
  return std::get<std::string>(*value);
}

TEST(AttributeTest, TypesHaveNames) {
  for (const AttributeType type :
       {AttributeType::kString, AttributeType::kNumber, AttributeType::kDate}) {
    EXPECT_EQ(AttributeTypeByName(AttributeTypeName(type)), type);
  }
  EXPECT_EQ(AttributeTypeByName("bool"), std::nullopt);
}

TEST(AttributeTest, ParsesValues) {
  EXPECT_EQ(Parsed(AttributeType::kNumber, "-12"), "-12");
  EXPECT_EQ(Parsed(AttributeType::kNumber, "9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(Parsed(AttributeType::kNumber, "2.5e1"), "double 25.000000");
  EXPECT_EQ(Parsed(AttributeType::kNumber, "1e999"), "is out of range");
  for (const char* const text : {"", "x", "1x", " 1", "0x10", "1,5", "inf", "nan"}) {
    EXPECT_EQ(Parsed(AttributeType::kNumber, text), "is not a number") << text;
  }
  EXPECT_EQ(Parsed(AttributeType::kDate, "2024-02-29"), "2024-02-29");
  for (const char* const text : {"", "2025-02-29", "2025-1-1", "29.02.2024"}) {
    EXPECT_EQ(Parsed(AttributeType::kDate, text), "is not a date, YYYY-MM-DD") << text;
  }
  EXPECT_EQ(Parsed(AttributeType::kString, "4\n"), "4\n");
  EXPECT_EQ(Parsed(AttributeType::kString, "\xff"), "is not UTF-8 text");
  EXPECT_EQ(Parsed(AttributeType::kString, std::string(kAttributeBytesMax + 1, 'x')),
            "is longer than 16384 bytes");
}

TEST(AttributeTest, ValuesMustBeOfTheType) {
  EXPECT_TRUE(CheckAttributeValue(AttributeType::kNumber, 1.5).ok());
  EXPECT_TRUE(CheckAttributeValue(AttributeType::kNumber, int64_t{1}).ok());
  EXPECT_FALSE(CheckAttributeValue(AttributeType::kNumber, true).ok());
  EXPECT_FALSE(CheckAttributeValue(AttributeType::kNumber,
                                   std::numeric_limits<double>::quiet_NaN())
                   .ok());
  EXPECT_FALSE(CheckAttributeValue(AttributeType::kString, int64_t{1}).ok());
  EXPECT_FALSE(CheckAttributeValue(AttributeType::kDate, int64_t{1}).ok());
}

TEST(AttributeTest, NamesAndIds) {
  EXPECT_TRUE(CheckAttributeName("Größe / kg").ok());
  EXPECT_TRUE(CheckAttributeName(std::string(128, 'x')).ok());
  EXPECT_FALSE(CheckAttributeName(std::string(129, 'x')).ok());
  EXPECT_FALSE(CheckAttributeName("").ok());
  EXPECT_FALSE(CheckAttributeName("a\tb").ok());
  EXPECT_FALSE(CheckAttributeName("a\x7f").ok());
  EXPECT_TRUE(CheckIntegrationName("My CRM").ok());
  EXPECT_FALSE(CheckIntegrationName("a/b").ok());
  EXPECT_TRUE(CheckImportedId("ana@example.com").ok());
  EXPECT_FALSE(CheckImportedId("").ok());
  EXPECT_FALSE(CheckImportedId("anonymous:a").ok());
  EXPECT_FALSE(CheckImportedId(std::string_view("a\0b", 3)).ok());
  EXPECT_FALSE(CheckImportedId(std::string(kImportedIdBytesMax + 1, 'x')).ok());
}

}  // namespace
}  // namespace footfall::model
