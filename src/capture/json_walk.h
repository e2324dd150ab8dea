// Walks over JSON text piece by piece, with the place of each.
#ifndef FOOTFALL_CAPTURE_JSON_WALK_H_
#define FOOTFALL_CAPTURE_JSON_WALK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::capture {

// Names each key, string and scalar of a JSON text in order, without building a document.
// Malformed text is walked as far as it makes sense and never fails: whoever looks for
// something wants to see all of it. Depth and size are bounded by memory for 4,096
// levels; what lies deeper is walked under the place of the last level.
class JsonWalk {
 public:
  enum class Piece : uint8_t {
    kKey,     // Of an object.
    kString,  // A string value.
    kScalar,  // A number, true, false, null, or what should be one of them.
    kEnd,
  };
  static constexpr uint32_t kNoObject = UINT32_MAX;

  // `text` outlives the walk.
  explicit JsonWalk(std::string_view text) : text_(text) {}

  Piece Next();

  // The text of the piece: without quotes, escapes as they stand.
  std::string_view raw() const { return raw_; }
  // The innermost key that the piece stands under, or is; empty outside of objects.
  std::string_view key() const;
  // The number of the innermost object around the piece, in the order in which they open;
  // kNoObject outside of objects.
  uint32_t object() const;
  // The number of the innermost object around that one when `object()` opened, or
  // kNoObject. Objects are told here once, in order, as they open.
  const std::vector<uint32_t>& parents() const { return parents_; }
  size_t depth() const { return frames_.size() + too_deep_; }
  // "data.adds[2].node.attributes.title"; of a key the place of its object. `show` tells
  // how each key is written.
  template <typename Show>
  std::string Path(const Show& show) const {
    std::string path;
    for (size_t i = 0; i < frames_.size(); ++i) {
      const Frame& frame = frames_[i];
      if (frame.array) {
        path += '[';
        path += std::to_string(frame.index);
        path += ']';
      } else if (frame.has_key && !(at_key_ && i + 1 == frames_.size())) {
        if (!path.empty()) path += '.';
        path += show(frame.key);
      }
    }
    return path;
  }

 private:
  static constexpr size_t kDepthMax = 4096;

  struct Frame {
    std::string_view key;  // The latest of an object.
    uint64_t index = 0;    // Of the element of an array.
    uint32_t object = kNoObject;
    bool array = false;
    bool has_key = false;
    bool value_next = false;  // After the key of an object.
  };

  void Open(bool array);
  void Close();
  Piece String();
  Piece Scalar();
  // Notes that a value of the innermost object or array follows.
  void TakeValue() {
    if (!frames_.empty()) frames_.back().value_next = false;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string_view raw_;
  bool at_key_ = false;
  std::vector<Frame> frames_;
  size_t too_deep_ = 0;
  std::vector<uint32_t> parents_;
};

// The characters of a JSON string given as it stands between its quotes. Malformed
// escapes stay as they are. The result lives in `buffer` or is `raw` itself.
std::string_view UnescapeJson(std::string_view raw, std::string& buffer);

// Appends a code point as UTF-8.
void AppendCodePoint(std::string& out, uint32_t point);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_JSON_WALK_H_
