#include "model/field.h"

#include <string>
#include <vector>

#include "base/status.h"
#include "gtest/gtest.h"

namespace footfall::model {
namespace {

// The value of a field as text: "missing", "true", "12", "1.5", "'text'", "json:...".
std::string Read(std::string_view name, const FieldSource& source) {
  const Value value = ReadField(Field::Parse(name).value(), source);
  switch (value.kind) {
    case Value::Kind::kMissing:
      return "missing";
    case Value::Kind::kBool:
      return value.boolean ? "true" : "false";
    case Value::Kind::kInt:
      return std::to_string(value.integer);
    case Value::Kind::kDouble:
      return std::to_string(value.number);
    case Value::Kind::kString:
      return "'" + std::string(value.text) + "'";
    case Value::Kind::kJson:
      return "json:" + std::string(value.text);
  }
  return "";
}

TEST(FieldTest, ReadsTheEvent) {
  Event event;
  event.type = EventType::kPageView;
  event.name = "save";
  event.url = "https://ana@app.example:8443/orders/7?x=1#top";
  event.title = "";
  event.app = "crm";
  event.element = {.tag = "button",
                   .id = "b",
                   .css_class = "btn",
                   .type = "submit",
                   .name = "n",
                   .text = "Save",
                   .label = "Save it",
                   .value = "v",
                   .autocomplete = "off"};
  event.context = {.country = "FR",
                   .region = "IDF",
                   .city = "Paris",
                   .browser = "Firefox",
                   .browser_version = "145",
                   .os = "Linux",
                   .os_version = "6",
                   .device = "desktop",
                   .https = false};
  FieldSource source;
  source.event = &event;
  EXPECT_EQ(Read("event.type", source), "'page_view'");
  EXPECT_EQ(Read("event.name", source), "'save'");
  EXPECT_EQ(Read("event.url", source), "'https://ana@app.example:8443/orders/7?x=1#top'");
  EXPECT_EQ(Read("event.title", source), "''");
  EXPECT_EQ(Read("event.host", source), "'app.example'");
  EXPECT_EQ(Read("event.path", source), "'/orders/7'");
  EXPECT_EQ(Read("element.tag", source), "'button'");
  EXPECT_EQ(Read("element.id", source), "'b'");
  EXPECT_EQ(Read("element.class", source), "'btn'");
  EXPECT_EQ(Read("element.type", source), "'submit'");
  EXPECT_EQ(Read("element.name", source), "'n'");
  EXPECT_EQ(Read("element.text", source), "'Save'");
  EXPECT_EQ(Read("element.label", source), "'Save it'");
  EXPECT_EQ(Read("element.value", source), "'v'");
  EXPECT_EQ(Read("element.autocomplete", source), "'off'");
  EXPECT_EQ(Read("context.country", source), "'FR'");
  EXPECT_EQ(Read("context.region", source), "'IDF'");
  EXPECT_EQ(Read("context.city", source), "'Paris'");
  EXPECT_EQ(Read("context.browser", source), "'Firefox'");
  EXPECT_EQ(Read("context.browser_version", source), "'145'");
  EXPECT_EQ(Read("context.os", source), "'Linux'");
  EXPECT_EQ(Read("context.os_version", source), "'6'");
  EXPECT_EQ(Read("context.device", source), "'desktop'");
  EXPECT_EQ(Read("context.https", source), "false");
  EXPECT_EQ(Read("app", source), "'crm'");
  EXPECT_EQ(Read("environment", source), "missing");
}

TEST(FieldTest, AbsentPartsAreMissing) {
  Event event;
  event.element.id = "";
  event.context.city = "";
  FieldSource source;
  source.event = &event;
  for (const char* name :
       {"event.name", "event.url", "event.title", "event.host", "event.path",
        "element.id", "element.text", "context.city", "context.https", "properties.x",
        "app", "account", "person.id", "person.first_seen", "person.tier", "session.id",
        "session.duration"}) {
    EXPECT_EQ(Read(name, source), "missing") << name;
  }
  EXPECT_EQ(Read("event.name", FieldSource()), "missing");
}

TEST(FieldTest, HostAndPathOfUnusualUrls) {
  struct Case {
    const char* url;
    const char* host;
    const char* path;
  };
  for (const Case& one : {Case{"https://app.example", "'app.example'", "'/'"},
                          Case{"https://app.example?q=1", "'app.example'", "'/'"},
                          Case{"/orders/7?next=https://x", "missing", "'/orders/7'"},
                          Case{"orders", "missing", "'orders'"},
                          Case{"http://[::1]:80/a", "'[::1]'", "'/a'"},
                          Case{"http://[::1]/a", "'[::1]'", "'/a'"},
                          Case{"file:///tmp/a.html", "missing", "'/tmp/a.html'"},
                          Case{"", "missing", "missing"}}) {
    Event event;
    event.url = one.url;
    FieldSource source;
    source.event = &event;
    EXPECT_EQ(Read("event.host", source), one.host) << one.url;
    EXPECT_EQ(Read("event.path", source), one.path) << one.url;
  }
}

TEST(FieldTest, PropertiesByLiteralKeyThenByPath) {
  const std::vector<Property> properties = {
      {"plan", Value::String("pro")},
      {"n", Value::Int(3)},
      {"cart", Value::Json(R"({"items":4,"note":"hé","tags":["a"],"a.b":true,
                              "deep":{"x":1.5},"none":null})")},
      {"cart.items", Value::Int(7)},
      {"x.y", Value::Json(R"({"z":{"w":"found"}})")}};
  Event event;
  event.properties = properties;
  FieldSource source;
  source.event = &event;
  EXPECT_EQ(Read("properties.plan", source), "'pro'");
  EXPECT_EQ(Read("properties.n", source), "3");
  EXPECT_EQ(Read("properties.cart.items", source), "7");  // The literal key.
  EXPECT_EQ(Read("properties.cart.note", source), "'hé'");
  EXPECT_EQ(Read("properties.cart.a.b", source), "true");
  EXPECT_EQ(Read("properties.cart.deep.x", source), "1.500000");
  EXPECT_EQ(Read("properties.cart.tags", source), "json:[\"a\"]");
  EXPECT_EQ(Read("properties.cart.none", source), "missing");
  EXPECT_EQ(Read("properties.cart.items.more", source), "missing");
  EXPECT_EQ(Read("properties.x.y.z.w", source), "'found'");
  EXPECT_EQ(Read("properties.n.x", source), "missing");
}

TEST(FieldTest, ReadsPersonAccountAndSession) {
  Person person;
  person.id = "ana@example.com";
  person.identified = true;
  person.first_seen_ms = 1000;
  person.sessions = 3;
  person.events = 12;
  person.total_duration_ms = 100;
  person.total_between_ms = 51;
  person.country = "FR";
  person.attributes = {{"crm/tier", std::string("premium")},
                       {"score", int64_t{7}},
                       {"share", 0.5},
                       {"staff", true}};
  const SessionFields session = {
      .id = "s-1", .start_ms = 5, .duration_ms = 60, .events = 2};
  FieldSource source;
  source.person = &person;
  source.session = &session;
  source.account = "example.com";
  EXPECT_EQ(Read("person.id", source), "'ana@example.com'");
  EXPECT_EQ(Read("person.identified", source), "true");
  EXPECT_EQ(Read("person.first_seen", source), "1000");
  EXPECT_EQ(Read("person.last_seen", source), "missing");
  EXPECT_EQ(Read("person.sessions", source), "3");
  EXPECT_EQ(Read("person.events", source), "12");
  EXPECT_EQ(Read("person.total_duration_ms", source), "100");
  EXPECT_EQ(Read("person.avg_duration_ms", source), "33");
  EXPECT_EQ(Read("person.avg_between_sessions_ms", source), "26");  // 25.5, rounded.
  EXPECT_EQ(Read("person.country", source), "'FR'");
  EXPECT_EQ(Read("person.city", source), "missing");
  EXPECT_EQ(Read("person.crm/tier", source), "'premium'");
  EXPECT_EQ(Read("person.score", source), "7");
  EXPECT_EQ(Read("person.share", source), "0.500000");
  EXPECT_EQ(Read("person.staff", source), "true");
  EXPECT_EQ(Read("person.other", source), "missing");
  EXPECT_EQ(Read("account", source), "'example.com'");
  EXPECT_EQ(Read("person.account", source), "'example.com'");
  EXPECT_EQ(Read("session.id", source), "'s-1'");
  EXPECT_EQ(Read("session.start", source), "5");
  EXPECT_EQ(Read("session.duration", source), "60");
  EXPECT_EQ(Read("session.events", source), "2");

  person.identified = false;
  EXPECT_EQ(Read("person.id", source), "'anonymous:ana@example.com'");
  person.sessions = 1;
  EXPECT_EQ(Read("person.avg_between_sessions_ms", source), "missing");
  person.sessions = 0;
  EXPECT_EQ(Read("person.avg_duration_ms", source), "missing");
}

TEST(FieldTest, RefusesUnknownNames) {
  for (const char* name :
       {"", "event", "event.", "event.colour", "element.path", "context.x", "properties.",
        "properties", "person.", "session.end", "time"}) {
    const absl::StatusOr<Field> field = Field::Parse(name);
    ASSERT_FALSE(field.ok()) << name;
    EXPECT_EQ(field.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(base::MessageOf(field.status()).find("is not a field"), std::string::npos);
  }
  EXPECT_TRUE(Field::Parse("session.start")->is_time());
  EXPECT_FALSE(Field::Parse("session.events")->is_time());
}

}  // namespace
}  // namespace footfall::model
