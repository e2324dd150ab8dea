#include "runtime/same_event.h"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace footfall::runtime {
namespace {

// Absent and empty are told apart.
bool SameText(std::string_view a, std::string_view b) {
  return a == b && (a.data() == nullptr) == (b.data() == nullptr);
}

bool SameValue(const model::Value& a, const model::Value& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case model::Value::Kind::kMissing:
      return true;
    case model::Value::Kind::kBool:
      return a.boolean == b.boolean;
    case model::Value::Kind::kInt:
      return a.integer == b.integer;
    case model::Value::Kind::kDouble:
      return std::bit_cast<uint64_t>(a.number) == std::bit_cast<uint64_t>(b.number);
    case model::Value::Kind::kString:
    case model::Value::Kind::kJson:
      return a.text == b.text;
  }
  return false;
}

bool SameProperties(const model::Event& a, const model::Event& b) {
  return std::equal(a.properties.begin(), a.properties.end(), b.properties.begin(),
                    b.properties.end(),
                    [](const model::Property& x, const model::Property& y) {
                      return x.key == y.key && SameValue(x.value, y.value);
                    });
}

bool SamePath(const model::Element& a, const model::Element& b) {
  return std::equal(a.path.begin(), a.path.end(), b.path.begin(), b.path.end(),
                    [](const model::PathEntry& x, const model::PathEntry& y) {
                      return x.tag == y.tag && x.id == y.id && x.css_class == y.css_class;
                    });
}

bool SameElement(const model::Event& x, const model::Event& y) {
  const model::Element& a = x.element;
  const model::Element& b = y.element;
  return x.has_element == y.has_element && a.tag == b.tag && a.id == b.id &&
         a.css_class == b.css_class && a.type == b.type && a.name == b.name &&
         a.text == b.text && a.label == b.label && a.value == b.value &&
         a.autocomplete == b.autocomplete && SamePath(a, b);
}

bool SameContext(const model::Context& a, const model::Context& b) {
  return a.country == b.country && a.region == b.region && a.city == b.city &&
         a.browser == b.browser && a.browser_version == b.browser_version &&
         a.os == b.os && a.os_version == b.os_version && a.device == b.device &&
         a.https == b.https;
}

}  // namespace

bool SameEvent(const model::Event& a, const model::Event& b) {
  return a.type == b.type && a.time_ms == b.time_ms && a.seq == b.seq &&
         SameText(a.app, b.app) && SameText(a.environment, b.environment) &&
         SameText(a.name, b.name) && SameText(a.url, b.url) &&
         SameText(a.title, b.title) && SameText(a.key, b.key) &&
         SameText(a.value, b.value) && SameElement(a, b) &&
         SameContext(a.context, b.context) && SameProperties(a, b);
}

bool SameAt(std::string_view place, const model::Event& a, const model::Event& b) {
  if (place == "url") return SameText(a.url, b.url);
  if (place == "title") return SameText(a.title, b.title);
  if (place == "key") return SameText(a.key, b.key);
  if (place == "value") return SameText(a.value, b.value);
  if (place == "element.value") return a.element.value == b.element.value;
  if (place == "element.text") return a.element.text == b.element.text;
  if (place == "element.label") return a.element.label == b.element.label;
  if (place == "element") return SameElement(a, b) && SameText(a.value, b.value);
  return false;
}

}  // namespace footfall::runtime
