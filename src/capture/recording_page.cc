#include "capture/recording_page.h"

#include <algorithm>
#include <cstring>

namespace footfall::capture {
namespace {

constexpr std::string_view kMagic = "ffrec003";

template <typename T>
void PutNumber(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
bool TakeNumber(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof(value)) return false;
  std::memcpy(&value, bytes.data(), sizeof(value));
  bytes.remove_prefix(sizeof(value));
  return true;
}

bool TakeBool(std::string_view& bytes, bool& value) {
  uint8_t byte;
  if (!TakeNumber(bytes, byte) || byte > 1) return false;
  value = byte == 1;
  return true;
}

void PutText(std::string& out, std::string_view text) {
  PutNumber(out, static_cast<uint32_t>(text.size()));
  out.append(text);
}

bool TakeText(std::string_view& bytes, std::string& text) {
  uint32_t size;
  if (!TakeNumber(bytes, size) || bytes.size() < size) return false;
  text.assign(bytes.substr(0, size));
  bytes.remove_prefix(size);
  return true;
}

template <typename Container>
void PutNumbers(std::string& out, const Container& numbers) {
  PutNumber(out, static_cast<uint32_t>(numbers.size()));
  for (const auto number : numbers) PutNumber(out, number);
}

template <typename Container>
bool TakeNumbers(std::string_view& bytes, size_t max, Container& numbers) {
  uint32_t count;
  if (!TakeNumber(bytes, count) || count > max) return false;
  for (uint32_t i = 0; i < count; ++i) {
    typename Container::value_type number;
    if (!TakeNumber(bytes, number)) return false;
    numbers.insert(numbers.end(), number);
  }
  return true;
}

}  // namespace

bool RecordingPage::MaskPlace(int32_t id, uint64_t name) {
  const auto it = masked_places.find(id);
  if (it == masked_places.end()) {
    if (masked_places.size() < kMaskedNodesMax) masked_places[id].push_back(name);
    return true;
  }
  std::vector<uint64_t>& names = it->second;
  if (std::find(names.begin(), names.end(), name) != names.end()) return false;
  if (names.size() < kMaskedPlacesMax) names.push_back(name);
  return true;
}

void RecordingPage::ShowPlace(int32_t id, uint64_t name) {
  const auto it = masked_places.find(id);
  if (it == masked_places.end()) return;
  std::erase(it->second, name);
  if (it->second.empty()) masked_places.erase(it);
}

size_t RecordingPage::memory_bytes() const {
  constexpr size_t kEntryBytes = 4 * sizeof(void*);  // Of a set, with its node.
  return tree.memory_bytes() + typed.memory_bytes() +
         (altered.size() + 2 * masked_places.size()) * kEntryBytes;
}

void RecordingPage::Save(std::string& out) const {
  out.append(kMagic);
  PutNumber(out, page_number);
  PutNumber(out, excluded);
  PutText(out, url);
  PutText(out, timestamp);
  PutNumbers(out, altered);
  PutNumbers(out, masked_inputs);
  PutNumbers(out, security_selectors);
  PutNumber(out, static_cast<uint32_t>(boxes.size()));
  for (const auto& [id, text] : boxes) {
    PutNumber(out, id);
    PutText(out, text);
  }
  PutNumber(out, static_cast<uint32_t>(masked_places.size()));
  for (const auto& [id, names] : masked_places) {
    PutNumber(out, id);
    PutNumbers(out, names);
  }
  PutNumber(out, held.has_value());
  if (held.has_value()) {
    PutNumber(out, held->id);
    PutNumber(out, held->checked);
    PutText(out, held->text);
  }
  typed.Save(out);
  tree.Save(out);
}

bool RecordingPage::Restore(std::string_view bytes) {
  if (RestoreAll(bytes)) return true;
  tree.BeginPage();
  typed.Clear();
  ForgetNodes();
  security_selectors.clear();
  url.clear();
  excluded = false;
  page_number = 0;
  timestamp.assign(1, '0');
  held.reset();
  return false;
}

bool RecordingPage::RestoreAll(std::string_view bytes) {
  if (bytes.substr(0, kMagic.size()) != kMagic) return false;
  bytes.remove_prefix(kMagic.size());
  uint32_t box_count;
  if (!TakeNumber(bytes, page_number) || !TakeBool(bytes, excluded) ||
      !TakeText(bytes, url) || !TakeText(bytes, timestamp) ||
      !TakeNumbers(bytes, kAlteredMax, altered) ||
      !TakeNumbers(bytes, kMaskedInputsMax, masked_inputs) ||
      !TakeNumbers(bytes, kSecuritySheetsMax, security_selectors) ||
      !TakeNumber(bytes, box_count) || box_count > kBoxesMax) {
    return false;
  }
  for (uint32_t i = 0; i < box_count; ++i) {
    auto& [id, text] = boxes.emplace_back();
    if (!TakeNumber(bytes, id) || !TakeText(bytes, text)) return false;
  }
  uint32_t masked_count;
  if (!TakeNumber(bytes, masked_count) || masked_count > kMaskedNodesMax) return false;
  for (uint32_t i = 0; i < masked_count; ++i) {
    int32_t id;
    if (!TakeNumber(bytes, id) ||
        !TakeNumbers(bytes, kMaskedPlacesMax, masked_places[id])) {
      return false;
    }
  }
  bool holds;
  if (!TakeBool(bytes, holds)) return false;
  if (holds) {
    held.emplace();
    if (!TakeNumber(bytes, held->id) || !TakeBool(bytes, held->checked) ||
        !TakeText(bytes, held->text)) {
      return false;
    }
  }
  return typed.Restore(bytes) && tree.Restore(bytes) && bytes.empty();
}

}  // namespace footfall::capture
