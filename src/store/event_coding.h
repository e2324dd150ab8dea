// The row encoding of one event inside a log record; FORMAT.md has it byte by byte.
#ifndef FOOTFALL_STORE_EVENT_CODING_H_
#define FOOTFALL_STORE_EVENT_CODING_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/event.h"
#include "store/coding.h"

namespace footfall::store {

// Bits of an encoded event's flags.
inline constexpr uint32_t kHasId = 1 << 0;
inline constexpr uint32_t kHasSeq = 1 << 1;
inline constexpr uint32_t kHasPerson = 1 << 2;
inline constexpr uint32_t kHasAnonymous = 1 << 3;
inline constexpr uint32_t kHasSession = 1 << 4;
inline constexpr uint32_t kHasContext = 1 << 5;
inline constexpr uint32_t kHasProperties = 1 << 6;
inline constexpr uint32_t kHasElement = 1 << 7;
inline constexpr uint32_t kHasName = 1 << 8;  // 8 to 14: Field - 1 + 8.
inline constexpr int kTextFields = 7;

// The text fields of an event, by Field - 1.
template <typename EventT>
auto TextFields(EventT& event) {
  return std::array{&event.name,        &event.url, &event.title, &event.app,
                    &event.environment, &event.key, &event.value};
}
template <typename ElementT>
auto ElementFields(ElementT& element) {
  return std::array{&element.tag,   &element.id,    &element.css_class,
                    &element.type,  &element.name,  &element.text,
                    &element.label, &element.value, &element.autocomplete};
}
template <typename ContextT>
auto ContextFields(ContextT& context) {
  return std::array{&context.country,    &context.region,          &context.city,
                    &context.browser,    &context.browser_version, &context.os,
                    &context.os_version, &context.device};
}

// Decodes events against the tables of their record. The views in the result live as
// long as the input and the tables, its spans until the next call.
class EventDecoder {
 public:
  struct Tables {
    int64_t base_time_ms = 0;
    const std::vector<std::string_view>* strings = nullptr;
    const std::vector<std::string_view>* people = nullptr;  // Null data: erased.
  };
  struct Decoded {
    model::Event event;
    uint32_t person = UINT32_MAX;  // Indexes into Tables::people.
    uint32_t anonymous = UINT32_MAX;
  };

  explicit EventDecoder(const Tables& tables) : tables_(tables) {}

  // Decodes the next event at `reader`. False when the bytes are not a valid event.
  bool Next(Reader& reader, Decoded& out);

 private:
  std::string_view Text(Reader& reader);
  std::string_view PersonAt(Reader& reader, uint32_t& index);
  void DecodeElement(Reader& reader, model::Element& element);
  void DecodeValue(Reader& reader, model::Value& value);

  Tables tables_;
  bool ok_ = true;
  std::vector<model::PathEntry> path_;
  std::vector<model::Property> properties_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_EVENT_CODING_H_
