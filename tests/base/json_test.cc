#include "base/json.h"

#include <string>

#include "base/status.h"
#include "gtest/gtest.h"

namespace footfall::base {
namespace {

TEST(JsonTest, ParsesAndDumpsInOrder) {
  const std::string text =
      R"({"b":1,"a":[true,null,-2,0.5,"x\"\\\n\u0001é"],"c":{"d":9007199254740993}})";
  const absl::StatusOr<Json> json = Json::Parse(text);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(json->Dump(), text);
  EXPECT_EQ(json->Find("c")->Find("d")->as_int(), 9007199254740993);
  EXPECT_EQ(json->Find("zz"), nullptr);
}

TEST(JsonTest, IndentsWithTheGivenWidth) {
  EXPECT_EQ(Json::Parse(R"({"a":[1],"b":{}})")->Dump(2),
            "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}");
}

TEST(JsonTest, RefusesDuplicateKeysWithTheirPath) {
  const absl::Status status = Json::Parse(R"({"a":{"b":1,"b":2}})").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(PathOf(status), "$.a.b");
}

TEST(JsonTest, NamesTheByteOfMalformedInput) {
  const absl::Status status = Json::Parse(R"({"a": 1, "b": tru})").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ByteOf(status), 14);
}

TEST(JsonTest, RefusesWhatIsNotOneDocument) {
  for (const char* text : {"", "{", "[1,]", "{} {}", "\"\xff\"", "01", "nul"}) {
    EXPECT_FALSE(Json::Parse(text).ok()) << text;
  }
}

TEST(JsonTest, RefusesDeepNestingAndHugeIntegers) {
  EXPECT_FALSE(Json::Parse(std::string(65, '[') + std::string(65, ']')).ok());
  EXPECT_TRUE(Json::Parse(std::string(64, '[') + std::string(64, ']')).ok());
  EXPECT_FALSE(Json::Parse(std::string(1000000, '[')).ok());
  EXPECT_FALSE(Json::Parse(std::string(900, '[') + "x" + std::string(900, ']')).ok());
  EXPECT_FALSE(Json::Parse("18446744073709551615").ok());
  EXPECT_FALSE(Json::Parse("1e999").ok());
}

TEST(JsonTest, CheckKeysNamesTheUnknownOne) {
  const Json json = *Json::Parse(R"({"a":1,"zz":2})");
  EXPECT_EQ(PathOf(CheckKeys(json, "$.x", {"a"})), "$.x.zz");
  EXPECT_TRUE(CheckKeys(json, "$", {"a", "zz"}).ok());
}

}  // namespace
}  // namespace footfall::base
