// What the filter knows of the page that is being recorded.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_RECORDING_PAGE_H_
#define FOOTFALL_CAPTURE_RECORDING_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "capture/hash.h"
#include "capture/page_tree.h"
#include "capture/policy_internal.h"
#include "capture/secret_memory.h"
#include "capture/typed_memory.h"

namespace footfall::capture {

// The value of an allowed field, waiting for the field to be left.
struct HeldInput {
  int32_t id = 0;
  std::string text;
  bool checked = false;
  ~HeldInput() { Zeroise(text.data(), text.size()); }
};

struct RecordingPage {
  explicit RecordingPage(const CompiledPolicy& policy) : tree(policy) {}

  // The key of a field for TypedMemory.
  uint64_t FieldKey(int32_t id) const {
    return page_number << 32 | static_cast<uint32_t>(id);
  }

  PageTree tree;
  TypedMemory typed;
  std::string url;  // As it came: what style sheets' addresses resolve against.
  std::string timestamp = "0";  // Of the latest event, as it was written.
  std::optional<HeldInput> held;
  bool excluded = false;
  uint64_t page_number = 0;
  // Text nodes whose text is not the page's: offsets into it tell of what was hidden.
  static constexpr size_t kAlteredMax = size_t{1} << 16;
  std::unordered_set<int32_t> altered;
  // The hashes of the lists of selectors that style sheets hide fields by.
  static constexpr size_t kSecuritySheetsMax = 1024;
  std::unordered_set<uint64_t> security_selectors;
  // The fields whose masked input was passed since a field was last left: further ones
  // are dropped, since their number tells how much was typed, also of copies that the
  // page makes of a field.
  static constexpr size_t kMaskedInputsMax = 64;
  std::vector<int32_t> masked_inputs;
  // By node: what of it the filtered recording shows as the mask, as hashes of the names
  // of attributes, of "" for the text. Masking it again says nothing but that it changed.
  static constexpr size_t kMaskedNodesMax = size_t{1} << 16;
  static constexpr size_t kMaskedPlacesMax = 16;  // Of one node.
  std::unordered_map<int32_t, std::vector<uint64_t>> masked_places;
  // What was typed into boxes for one character each, in the order of typing.
  static constexpr size_t kBoxesMax = 16;
  std::vector<std::pair<int32_t, std::string>> boxes;

  // Notes that the place is masked; false when it was before.
  bool MaskPlace(int32_t id, uint64_t name);
  void ShowPlace(int32_t id, uint64_t name);
  // Forgets what was noted of a node that goes or comes anew.
  void ForgetNode(int32_t id) {
    if (!altered.empty()) altered.erase(id);
    if (!masked_places.empty()) masked_places.erase(id);
  }
  // Forgets what belongs to the nodes of the snapshot before.
  void ForgetNodes() {
    altered.clear();
    masked_inputs.clear();
    masked_places.clear();
    for (auto& [id, text] : boxes) Zeroise(text.data(), text.size());
    boxes.clear();
    typed.LeaveField();
  }

  size_t memory_bytes() const;

  // See RecordingFilter::Save.
  void Save(std::string& out) const;
  // Leaves the page as new when `bytes` is malformed.
  bool Restore(std::string_view bytes);

 private:
  bool RestoreAll(std::string_view bytes);
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_RECORDING_PAGE_H_
