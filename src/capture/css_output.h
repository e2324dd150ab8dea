// A style sheet as the CSS filter writes it.
//
// Part of the capture core: standard library only, no exceptions.
#ifndef FOOTFALL_CAPTURE_CSS_OUTPUT_H_
#define FOOTFALL_CAPTURE_CSS_OUTPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "capture/arena.h"

namespace footfall::capture {

// The text with replacements, which come in order.
class CssOutput {
 public:
  CssOutput(std::string_view css, Arena& arena) : css_(css), arena_(arena) {}

  void Replace(size_t begin, size_t end, std::string_view text) {
    Append(css_.substr(copied_, begin - copied_));
    Append(text);
    copied_ = end;
    changed_ = true;
  }

  // What stands in front of byte `pos`, which has been reached; a space at the start.
  char Before(size_t pos) const {
    if (pos > copied_) return css_[pos - 1];
    return size_ > 0 ? data_[size_ - 1] : ' ';
  }

  std::string_view Finish() {
    if (!changed_) return css_;
    Append(css_.substr(copied_));
    return {data_, size_};
  }

 private:
  void Append(std::string_view text) {
    if (text.size() > capacity_ - size_) {
      capacity_ = std::max(2 * capacity_, css_.size() + css_.size() / 8) + text.size();
      char* const data = arena_.Allocate(capacity_);
      if (size_ > 0) std::memcpy(data, data_, size_);
      data_ = data;
    }
    if (!text.empty()) std::memcpy(data_ + size_, text.data(), text.size());
    size_ += text.size();
  }

  std::string_view css_;
  Arena& arena_;
  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
  size_t copied_ = 0;
  bool changed_ = false;
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_CSS_OUTPUT_H_
