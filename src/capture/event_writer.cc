#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "capture/cleaner.h"
#include "capture/filter.h"

namespace footfall::capture {
namespace {

void AppendInteger(std::string& out, int64_t value) {
  char buffer[24];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
  out.append(buffer, result.ptr);
}

// The shortest decimal form that reads back as the same number, for numbers whose text is
// gone. A locale may put a comma where JSON wants a point.
void AppendDouble(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out.append("null");
    return;
  }
  char buffer[40];
  for (int precision = 15; precision <= 17; ++precision) {
    std::snprintf(buffer, sizeof(buffer), "%.*g", precision, value);
    if (std::strtod(buffer, nullptr) == value) break;
  }
  for (char* p = buffer; *p != '\0'; ++p) {
    if (*p == ',') *p = '.';
  }
  out.append(buffer);
  if (std::strpbrk(buffer, ".e") == nullptr) out.append(".0");
}

// Writes the members of one object.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_.push_back('{'); }
  void End() { out_.push_back('}'); }

  // `key` is plain ASCII, of at most kKeySizeMax bytes.
  std::string& Key(std::string_view key) {
    char text[kKeySizeMax + 4];
    size_t size = 0;
    if (!first_) text[size++] = ',';
    first_ = false;
    text[size++] = '"';
    std::memcpy(text + size, key.data(), key.size());
    size += key.size();
    text[size++] = '"';
    text[size++] = ':';
    return out_.append(text, size);
  }
  std::string& AnyKey(std::string_view key) {
    if (!first_) out_.push_back(',');
    first_ = false;
    AppendJsonText(out_, key);
    out_.push_back(':');
    return out_;
  }
  // A present string, also an empty one.
  void Present(std::string_view key, std::string_view value) {
    if (value.data() != nullptr) AppendJsonText(Key(key), value);
  }
  void NonEmpty(std::string_view key, std::string_view value) {
    if (!value.empty()) AppendJsonText(Key(key), value);
  }

 private:
  static constexpr size_t kKeySizeMax = 15;

  std::string& out_;
  bool first_ = true;
};

void AppendValue(std::string& out, const model::Value& value) {
  using Kind = model::Value::Kind;
  switch (value.kind) {
    case Kind::kMissing:
      out.append("null");
      break;
    case Kind::kBool:
      out.append(value.boolean ? "true" : "false");
      break;
    case Kind::kInt:
      AppendInteger(out, value.integer);
      break;
    case Kind::kDouble:
      // The number's own text, where it is still known, is returned unchanged.
      if (value.text.empty()) {
        AppendDouble(out, value.number);
      } else {
        out.append(value.text);
      }
      break;
    case Kind::kString:
      AppendJsonText(out, value.text);
      break;
    case Kind::kJson:
      out.append(value.text);
      break;
  }
}

void AppendElement(std::string& out, const model::Element& element) {
  ObjectWriter object(out);
  object.NonEmpty("tag", element.tag);
  object.NonEmpty("id", element.id);
  object.NonEmpty("class", element.css_class);
  object.NonEmpty("type", element.type);
  object.NonEmpty("name", element.name);
  object.NonEmpty("text", element.text);
  object.NonEmpty("label", element.label);
  object.NonEmpty("value", element.value);
  object.NonEmpty("autocomplete", element.autocomplete);
  if (!element.path.empty()) {
    object.Key("path").push_back('[');
    bool first = true;
    for (const model::PathEntry& entry : element.path) {
      if (!first) out.push_back(',');
      first = false;
      ObjectWriter node(out);
      node.NonEmpty("tag", entry.tag);
      node.NonEmpty("id", entry.id);
      node.NonEmpty("class", entry.css_class);
      node.End();
    }
    out.push_back(']');
  }
  object.End();
}

bool HasContext(const model::Context& context) {
  return !context.country.empty() || !context.region.empty() || !context.city.empty() ||
         !context.browser.empty() || !context.browser_version.empty() ||
         !context.os.empty() || !context.os_version.empty() || !context.device.empty() ||
         context.https.has_value();
}

void AppendContext(std::string& out, const model::Context& context) {
  ObjectWriter object(out);
  object.NonEmpty("country", context.country);
  object.NonEmpty("region", context.region);
  object.NonEmpty("city", context.city);
  object.NonEmpty("browser", context.browser);
  object.NonEmpty("browser_version", context.browser_version);
  object.NonEmpty("os", context.os);
  object.NonEmpty("os_version", context.os_version);
  object.NonEmpty("device", context.device);
  if (context.https.has_value())
    object.Key("https").append(*context.https ? "true" : "false");
  object.End();
}

}  // namespace

void AppendEventJson(std::string& out, const model::Event& event) {
  ObjectWriter object(out);
  object.Present("id", event.id);
  AppendInteger(object.Key("time"), event.time_ms);
  if (event.seq != 0) AppendInteger(object.Key("seq"), event.seq);
  object.Present("person", event.person);
  object.Present("anonymous", event.anonymous);
  object.Present("session", event.session);
  object.Present("app", event.app);
  object.Present("environment", event.environment);
  object.Present("type", model::EventTypeName(event.type));
  object.Present("name", event.name);
  object.Present("url", event.url);
  object.Present("title", event.title);
  object.Present("key", event.key);
  object.Present("value", event.value);
  if (event.has_element) AppendElement(object.Key("element"), event.element);
  if (!event.properties.empty()) {
    ObjectWriter properties(object.Key("properties"));
    for (const model::Property& property : event.properties) {
      AppendValue(properties.AnyKey(property.key), property.value);
    }
    properties.End();
  }
  if (HasContext(event.context)) AppendContext(object.Key("context"), event.context);
  object.End();
  out.push_back('\n');
}

}  // namespace footfall::capture
