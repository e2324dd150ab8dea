#include "model/person.h"

#include <string>

#include "gtest/gtest.h"

namespace footfall::model {
namespace {

Person Make(const std::string& id, bool identified = true) {
  Person person;
  person.id = id;
  person.identified = identified;
  return person;
}

TEST(PersonTest, AccountIsTheDomainOfTheId) {
  EXPECT_EQ(AccountOf(Make("ana@Example.COM"), ""), "example.com");
  EXPECT_EQ(AccountOf(Make("a@b@c.example"), ""), "c.example");
  EXPECT_EQ(AccountOf(Make("ana@"), ""), "");
  EXPECT_EQ(AccountOf(Make("@example.com"), ""), "");
  EXPECT_EQ(AccountOf(Make("6f1c"), ""), "");
  EXPECT_EQ(AccountOf(Make("ana@example.com", false), ""), "");
}

TEST(PersonTest, AccountFromAttributes) {
  Person person = Make("6f1c");
  person.attributes = {{"company", std::string("Acme")},
                       {"email", std::string("ana@Example.com")},
                       {"number", int64_t{7}}};
  EXPECT_EQ(AccountOf(person, ""), "example.com");
  EXPECT_EQ(AccountOf(person, "company"), "Acme");
  EXPECT_EQ(AccountOf(person, "number"), "example.com");
  EXPECT_EQ(AccountOf(person, "absent"), "example.com");
}

TEST(PersonTest, DisplayIdAndAttributes) {
  EXPECT_EQ(Make("a-17", false).DisplayId(), "anonymous:a-17");
  EXPECT_EQ(Make("ana").DisplayId(), "ana");
  EXPECT_EQ(Make("ana").FindAttribute("x"), nullptr);
}

TEST(PersonTest, ImportedAttributesComeBeforeTheHosts) {
  Person person = Make("6f1c");
  person.attributes = {{"crm/a/b", std::string("host")},
                       {"crm/note", std::string("host")},
                       {"tier", std::string("host")}};
  person.imported = {{"billing", "tier", AttributeType::kString, std::string("free")},
                     {"crm", "a/b", AttributeType::kNumber, int64_t{7}},
                     {"crm", "tier", AttributeType::kString, std::string("gold")}};
  const auto text = [&person](std::string_view key) {
    const AttributeValue* value = person.FindAttribute(key);
    return value == nullptr ? std::string("none") : std::get<std::string>(*value);
  };
  EXPECT_EQ(text("crm/tier"), "gold");
  EXPECT_EQ(text("billing/tier"), "free");
  EXPECT_EQ(text("tier"), "host");
  EXPECT_EQ(text("crm/note"), "host");
  EXPECT_EQ(text("other/tier"), "none");
  EXPECT_EQ(text("/tier"), "none");
  EXPECT_EQ(*person.FindAttribute("crm/a/b"), AttributeValue(int64_t{7}));
  EXPECT_EQ(AccountOf(person, "crm/tier"), "gold");
  EXPECT_EQ(AccountOf(person, "crm/a/b"), "");
}

}  // namespace
}  // namespace footfall::model
