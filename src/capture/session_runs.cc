#include "capture/session_runs.h"

#include <cstring>
#include <utility>

#include "capture/rules.h"
#include "capture/secret_memory.h"

namespace footfall::capture {
namespace {

void Wipe(std::string& text) {
  Zeroise(text.data(), text.size());
  text.clear();
}

template <typename Visit>
void VisitStrings(model::Event& event, Visit visit) {
  for (std::string_view* text :
       {&event.id, &event.person, &event.anonymous, &event.session, &event.app,
        &event.environment, &event.name, &event.url, &event.title, &event.key,
        &event.value}) {
    visit(*text);
  }
  model::Element& element = event.element;
  for (std::string_view* text :
       {&element.tag, &element.id, &element.css_class, &element.type, &element.name,
        &element.text, &element.label, &element.value, &element.autocomplete}) {
    visit(*text);
  }
  model::Context& context = event.context;
  for (std::string_view* text :
       {&context.country, &context.region, &context.city, &context.browser,
        &context.browser_version, &context.os, &context.os_version, &context.device}) {
    visit(*text);
  }
}

}  // namespace

HeldEvent::HeldEvent(const model::Event& event)
    : event_(event),
      path_(event.element.path.begin(), event.element.path.end()),
      properties_(event.properties.begin(), event.properties.end()) {
  const auto measure = [this](std::string_view text) { size_ += text.size(); };
  const auto keep = [this](std::string_view& text) { text = Keep(text); };
  VisitStrings(event_, measure);
  for (const model::PathEntry& entry : path_) {
    size_ += entry.tag.size() + entry.id.size() + entry.css_class.size();
  }
  for (const model::Property& property : properties_) {
    size_ += property.key.size() + property.value.text.size();
  }
  bytes_ = std::make_unique<char[]>(size_ + 1);
  VisitStrings(event_, keep);
  for (model::PathEntry& entry : path_) {
    keep(entry.tag);
    keep(entry.id);
    keep(entry.css_class);
  }
  for (model::Property& property : properties_) {
    keep(property.key);
    keep(property.value.text);
  }
  event_.element.path = path_;
  event_.properties = properties_;
}

HeldEvent::~HeldEvent() {
  Zeroise(bytes_.get(), size_);
  Wipe(value_);
  Wipe(element_value_);
  Wipe(element_text_);
}

std::string_view HeldEvent::Keep(std::string_view text) {
  if (text.data() == nullptr) return text;
  char* out = bytes_.get() + used_;
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  used_ += text.size();
  return {out, text.size()};
}

void HeldEvent::SetValues(std::string_view value, std::string_view element_value,
                          std::string_view element_text) {
  const auto set = [](std::string& store, std::string_view text, std::string_view& out) {
    if (text.data() == nullptr) return;
    Wipe(store);
    store = text;
    out = store;
  };
  set(value_, value, event_.value);
  set(element_value_, element_value, event_.element.value);
  set(element_text_, element_text, event_.element.text);
}

void HeldEvent::MaskValues() {
  for (std::string_view* text :
       {&event_.value, &event_.element.value, &event_.element.text}) {
    if (text->data() != nullptr) *text = kMask;
  }
}

size_t HeldEvent::bytes() const {
  return sizeof(HeldEvent) + size_ + value_.size() + element_value_.size() +
         element_text_.size() + path_.size() * sizeof(model::PathEntry) +
         properties_.size() * sizeof(model::Property);
}

Run* SessionRuns::Find(uint64_t session) {
  if (runs_.empty()) return nullptr;
  const auto it = runs_.find(session);
  return it == runs_.end() ? nullptr : &it->second;
}

Run& SessionRuns::Start(uint64_t session, Run run) {
  Take(session);
  run.order = next_order_++;
  by_order_.emplace(run.order, session);
  if (run.held != nullptr) {
    held_bytes_ += run.held->bytes();
    held_by_order_.emplace(run.order, session);
  }
  return runs_.emplace(session, std::move(run)).first->second;
}

std::unique_ptr<Run> SessionRuns::Take(uint64_t session) {
  const auto it = runs_.find(session);
  if (it == runs_.end()) return nullptr;
  auto run = std::make_unique<Run>(std::move(it->second));
  runs_.erase(it);
  by_order_.erase(run->order);
  if (run->held != nullptr) {
    held_bytes_ -= run->held->bytes();
    held_by_order_.erase(run->order);
  }
  return run;
}

bool SessionRuns::Overflows(uint64_t* session) const {
  const bool by_bytes = held_bytes_ > kHeldBytesMax;
  if (!by_bytes && runs_.size() <= kRunsMax) return false;
  *session = (by_bytes ? held_by_order_ : by_order_).begin()->second;
  return true;
}

std::vector<std::pair<uint64_t, Run>> SessionRuns::TakeAll() {
  std::vector<std::pair<uint64_t, Run>> result;
  result.reserve(runs_.size());
  for (const auto& [order, session] : by_order_) {
    result.emplace_back(session, std::move(runs_.find(session)->second));
  }
  runs_.clear();
  by_order_.clear();
  held_by_order_.clear();
  held_bytes_ = 0;
  return result;
}

void RunMemory::Keep(uint64_t session, Run::Kind kind, uint64_t field) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto [it, inserted] = runs_.try_emplace(session);
  if (!inserted) by_order_.erase(it->second.order);
  it->second = {kind, field, next_order_++};
  by_order_.emplace(it->second.order, session);
  if (runs_.size() > kRunsMax) {
    const auto oldest = by_order_.begin();
    runs_.erase(oldest->second);
    by_order_.erase(oldest);
  }
  size_.store(runs_.size(), std::memory_order_release);
}

bool RunMemory::Take(uint64_t session, Run* run) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto it = runs_.find(session);
  if (it == runs_.end()) return false;
  run->kind = it->second.kind;
  run->field = it->second.field;
  by_order_.erase(it->second.order);
  runs_.erase(it);
  size_.store(runs_.size(), std::memory_order_release);
  return true;
}

}  // namespace footfall::capture
