#include <gtest/gtest.h>

#include <string>

#include "capture/filter.h"

namespace footfall::capture {
namespace {

std::string Written(const model::Value& value) {
  model::Event event;
  event.person = "p";
  const model::Property property{"k", value};
  event.properties = {&property, 1};
  std::string out;
  AppendEventJson(out, event);
  const std::string before =
      R"({"time":0,"person":"p","type":"track","properties":{"k":)";
  EXPECT_EQ(out.substr(0, before.size()), before);
  EXPECT_EQ(out.substr(out.size() - 3), "}}\n");
  return out.substr(before.size(), out.size() - before.size() - 3);
}

TEST(WriterTest, Values) {
  EXPECT_EQ(Written(model::Value::Missing()), "null");
  EXPECT_EQ(Written(model::Value::Bool(true)), "true");
  EXPECT_EQ(Written(model::Value::Int(INT64_MIN)), "-9223372036854775808");
  EXPECT_EQ(Written(model::Value::Double(0.1)), "0.1");
  EXPECT_EQ(Written(model::Value::Double(12)), "12.0");
  EXPECT_EQ(Written(model::Value::Double(1e300)), "1e+300");
  EXPECT_EQ(Written(model::Value::Double(1.0 / 3)), "0.3333333333333333");
  EXPECT_EQ(Written(model::Value::Double(0.1 + 0.2)), "0.30000000000000004");
  EXPECT_EQ(Written(model::Value::Json("[1]")), "[1]");
  EXPECT_EQ(Written(model::Value::String("a\"\\\n\r\t\x01\x1f/\xC3\xA9")),
            "\"a\\\"\\\\\\n\\r\\t\\u0001\\u001f/\xC3\xA9\"");
  model::Value number = model::Value::Double(1.5);
  number.text = "1.50";
  EXPECT_EQ(Written(number), "1.50");
}

TEST(WriterTest, TellsEmptyFromAbsent) {
  model::Event event;
  event.anonymous = "a";
  event.url = "";
  event.has_element = true;
  std::string out;
  AppendEventJson(out, event);
  EXPECT_EQ(out, R"({"time":0,"anonymous":"a","type":"track","url":"","element":{}})"
                 "\n");
}

}  // namespace
}  // namespace footfall::capture
