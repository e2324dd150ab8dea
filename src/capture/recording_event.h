// The parts of rrweb events, as tokens of their JSON.
//
// Source of the format: the types of rrweb 2.0 (packages/types/src/index.ts) and of
// 1.1.3, which is the same but for what it lacks.
//
// Part of the capture core: standard library and simdjson only, no exceptions.
#ifndef FOOTFALL_CAPTURE_RECORDING_EVENT_H_
#define FOOTFALL_CAPTURE_RECORDING_EVENT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "capture/json_index.h"
#include "capture/recording_nodes.h"

namespace footfall::capture {

enum class RecordingType : int64_t {
  kDomContentLoaded = 0,
  kLoad = 1,
  kFullSnapshot = 2,
  kIncremental = 3,
  kMeta = 4,
  kCustom = 5,
  kPlugin = 6,
  kAsset = 7,
  kAnnotation = 8,
};

enum class RecordingSource : int64_t {
  kUnreadable = -1,
  kMutation = 0,
  kMouseMove = 1,
  kMouseInteraction = 2,
  kScroll = 3,
  kViewportResize = 4,
  kInput = 5,
  kTouchMove = 6,
  kMediaInteraction = 7,
  kStyleSheetRule = 8,
  kCanvas = 9,
  kFont = 10,
  kLog = 11,
  kDrag = 12,
  kStyleDeclaration = 13,
  kSelection = 14,
  kAdoptedStyleSheet = 15,
  kCustomElement = 16,
};

// Of RecordingSource::kMouseInteraction.
inline constexpr int64_t kMouseFocus = 5;
inline constexpr int64_t kMouseBlur = 6;
inline constexpr int64_t kMouseTypeMax = 10;

// The member `key` of an object; kAbsent when it has none.
JsonIndex::Token FindMember(const JsonIndex& index, JsonIndex::Token object,
                            std::string_view key);

// The integer member `key`; false when it is absent or no integer of 32 bits.
bool FindId(const JsonIndex& index, JsonIndex::Token object, std::string_view key,
            int32_t& out);

// Where a token stands: "data.node.childNodes[2].attributes.value".
std::string PathOf(const JsonIndex& index, JsonIndex::Token target);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_RECORDING_EVENT_H_
