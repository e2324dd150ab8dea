#include "capture/event_cleaner.h"

#include <cstddef>
#include <string>

namespace footfall::capture {
namespace {

using model::EventType;

constexpr size_t kTextBytesMax = 200;

constexpr std::string_view kContextPlaces[] = {
    "context.country",    "context.region",          "context.city",
    "context.browser",    "context.browser_version", "context.os",
    "context.os_version", "context.device",          "context.https"};
static_assert(std::size(kContextPlaces) == kContextFieldCount);

}  // namespace

bool IsInteraction(EventType type) {
  return model::LevelOf(type) == model::Level::kInteractions;
}

void EventCleaner::Clean(ParsedEvent& parsed, const ElementVerdict& verdict,
                         bool sensitive) {
  model::Event& event = parsed.event;
  const bool interaction = IsInteraction(event.type);
  AddValueNeedles(event, verdict);
  if (!cleaner_.needles().empty()) cleaner_.PrepareNeedles();
  CleanUrl(event);
  CleanKey(event, verdict.censored);
  if (event.has_element && (verdict.censored || (!interaction && sensitive))) {
    cleaner_.Count(Rule::kCensored, "element");
    RemoveElement(event);
    event.value = {};
    if (interaction) {
      event.name = event.title = {};
      event.properties = {};
      event.context = {};
      return;
    }
  }
  if (event.name.data() != nullptr) event.name = cleaner_.TextAt(event.name, "name");
  CleanTitle(event);
  if (event.key.data() != nullptr) event.key = cleaner_.TextAt(event.key, "key");
  CleanValue(event.value, "value", verdict.value_allowed);
  if (event.has_element) CleanElement(parsed, verdict);
  CleanProperties(parsed);
  CleanContext(parsed);
}

void EventCleaner::AddValueNeedles(const model::Event& event,
                                   const ElementVerdict& verdict) {
  // An input event says itself that its value was typed, also without an element.
  const bool typed = verdict.takes_text || event.type == EventType::kInput ||
                     event.type == EventType::kSelect;
  if (verdict.value_allowed || !typed) return;
  const auto add = [this](std::string_view value) {
    if (!value.empty() && value != kMask) cleaner_.needles().push_back({value, false});
  };
  add(event.value);
  if (event.element.value != event.value) add(event.element.value);
}

void EventCleaner::RemoveElement(model::Event& event) {
  const model::Element element = event.element;
  event.has_element = false;
  event.element = {};
  if (!policy_->censored_identity) return;
  event.element.id = cleaner_.TextAt(element.id, "element.id");
  event.element.css_class = cleaner_.TextAt(element.css_class, "element.class");
  event.has_element = !element.id.empty() || !element.css_class.empty();
}

void EventCleaner::CleanUrl(model::Event& event) {
  if (event.url.data() == nullptr) return;
  if (policy_->url.drop) {
    event.url = {};
    cleaner_.Count(Rule::kUrl, "url");
    return;
  }
  cleaner_.counts().At("url");
  event.url = cleaner_.Url(event.url);
}

void EventCleaner::CleanKey(model::Event& event, bool censored) {
  if (event.key.data() == nullptr) return;
  if (event.type == EventType::kKeystroke && !censored) return;
  event.key = {};
  cleaner_.Count(Rule::kKeystroke, "key");
}

void EventCleaner::CleanTitle(model::Event& event) {
  if (event.title.data() == nullptr) return;
  if (policy_->text == TextMode::kMask && !event.title.empty()) {
    event.title = kMask;
    cleaner_.Count(Rule::kText, "title");
  } else {
    event.title = cleaner_.TextAt(event.title, "title");
  }
}

void EventCleaner::CleanValue(std::string_view& value, std::string_view place,
                              bool allowed) {
  if (value.data() == nullptr) return;
  if (allowed) {
    value = cleaner_.TextAt(value, place);
    return;
  }
  // Also an empty value gets the mask, since its emptiness says something.
  value = kMask;
  cleaner_.Count(Rule::kValue, place);
}

void EventCleaner::CleanWords(std::string_view& words, std::string_view place,
                              bool masked) {
  if (words.empty()) return;
  if (masked) {
    words = kMask;
    cleaner_.Count(Rule::kMasked, place);
  } else if (policy_->text == TextMode::kMask) {
    words = kMask;
    cleaner_.Count(Rule::kText, place);
  } else if (words.size() > kTextBytesMax) {
    words = {};
    cleaner_.Count(Rule::kLongText, place);
  } else {
    words = cleaner_.TextAt(words, place, Cleaner::Source::kPage);
  }
}

void EventCleaner::CleanElement(ParsedEvent& parsed, const ElementVerdict& verdict) {
  model::Element& element = parsed.event.element;
  CleanValue(element.value, "element.value", verdict.value_allowed);
  if (verdict.takes_text) {
    // What stands in an editable element was typed.
    if (!element.text.empty()) {
      CleanValue(element.text, "element.text", verdict.value_allowed);
    }
  } else {
    CleanWords(element.text, "element.text", verdict.masked);
  }
  CleanWords(element.label, "element.label", verdict.masked);
  element.tag = cleaner_.TextAt(element.tag, "element.tag");
  element.id = cleaner_.TextAt(element.id, "element.id");
  element.css_class = cleaner_.TextAt(element.css_class, "element.class");
  element.type = cleaner_.TextAt(element.type, "element.type");
  element.name = cleaner_.TextAt(element.name, "element.name");
  element.autocomplete = cleaner_.TextAt(element.autocomplete, "element.autocomplete");
  for (model::PathEntry& entry : parsed.path) {
    entry.tag = cleaner_.TextAt(entry.tag, "element.path");
    entry.id = cleaner_.TextAt(entry.id, "element.path");
    entry.css_class = cleaner_.TextAt(entry.css_class, "element.path");
  }
}

void EventCleaner::CleanProperties(ParsedEvent& parsed) {
  if (cleaner_.has_needles()) HideCopies(parsed);
  for (model::Property& property : parsed.properties) {
    model::Value& value = property.value;
    if (value.kind != model::Value::Kind::kString) continue;
    cleaner_.AtProperty(property.key);
    value.text = cleaner_.Text(value.text);
  }
}

void EventCleaner::HideCopies(ParsedEvent& parsed) {
  size_t kept = 0;
  for (model::Property& property : parsed.properties) {
    if (cleaner_.Repeats(property.key)) {
      cleaner_.Count(Rule::kSecretKey, "properties");
      continue;
    }
    if (ValueRepeats(property.value)) {
      cleaner_.AtProperty(property.key);
      cleaner_.counts().Add(Rule::kRawCopy);
      property.value = model::Value::String(kMask);
    }
    parsed.properties[kept++] = property;
  }
  parsed.properties.resize(kept);
  parsed.event.properties = parsed.properties;
}

bool EventCleaner::ValueRepeats(const model::Value& value) {
  switch (value.kind) {
    case model::Value::Kind::kInt:
      return cleaner_.NumberRepeats(std::to_string(value.integer));
    case model::Value::Kind::kDouble:
      return cleaner_.NumberRepeats(value.text);
    case model::Value::Kind::kJson:
      return cleaner_.JsonRepeats(value.text);
    default:
      return false;
  }
}

void EventCleaner::CleanContext(ParsedEvent& parsed) {
  model::Context& context = parsed.event.context;
  std::string_view* const fields[] = {
      &context.country,         &context.region, &context.city,       &context.browser,
      &context.browser_version, &context.os,     &context.os_version, &context.device};
  for (size_t i = 0; i < std::size(fields); ++i) {
    if (fields[i]->empty()) continue;
    if (policy_->Drops(static_cast<ContextField>(i))) {
      *fields[i] = {};
      cleaner_.Count(Rule::kContext, kContextPlaces[i]);
    } else {
      *fields[i] = cleaner_.TextAt(*fields[i], kContextPlaces[i]);
    }
  }
  if (context.https.has_value() && policy_->Drops(kHttps)) {
    context.https.reset();
    cleaner_.Count(Rule::kContext, kContextPlaces[kHttps]);
  }
  if (!parsed.ip.empty()) cleaner_.Count(Rule::kIp, "context.ip");
}

}  // namespace footfall::capture
