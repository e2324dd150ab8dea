#include "capture/splitter.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "capture/ascii.h"

namespace footfall::capture {
namespace {

// What is read twice should still be in the cache the second time.
constexpr size_t kLinesBytesMax = size_t{32} << 10;
constexpr std::string_view kBom = "\xEF\xBB\xBF";

// Removes white space on both sides and counts what went in front.
std::string_view Trim(std::string_view text, EventPosition* position) {
  size_t begin = 0;
  while (begin < text.size() && IsJsonSpace(text[begin])) {
    if (text[begin] == '\n') ++position->line;
    ++begin;
  }
  position->byte += begin;
  size_t end = text.size();
  while (end > begin && IsJsonSpace(text[end - 1])) --end;
  return text.substr(begin, end - begin);
}

}  // namespace

void Brackets::Open(char c) {
  if (depth_ < kKindsMax) {
    const uint64_t bit = uint64_t{1} << depth_;
    arrays_ = c == '[' ? arrays_ | bit : arrays_ & ~bit;
  }
  ++depth_;
}

void Brackets::Close(char c) {
  if (depth_ == 0) return;
  if (depth_ <= kKindsMax) {
    const uint64_t alike =
        (c == ']' ? arrays_ : ~arrays_) & (~uint64_t{0} >> (kKindsMax - depth_));
    if (alike != 0) depth_ = static_cast<uint64_t>(std::bit_width(alike));
  }
  --depth_;
}

size_t FirstObjectSize(std::string_view text) {
  Brackets brackets;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (c == '{' && i > 0 && !brackets.open()) return i;
      brackets.Open(c);
    } else if (c == '}' || c == ']') {
      brackets.Close(c);
    }
  }
  return text.size();
}

Splitter::Splitter(size_t event_bytes_max, SplitterSink& sink)
    : event_bytes_max_(event_bytes_max), sink_(sink) {}

void Splitter::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    size_t used = 0;
    switch (mode_) {
      case Mode::kStart:
        used = Start(bytes);
        break;
      case Mode::kLines:
        used = Lines(bytes);
        break;
      case Mode::kArray:
        used = Array(bytes);
        break;
      case Mode::kAfterArray:
        used = AfterArray(bytes);
        break;
    }
    bytes.remove_prefix(used);
  }
}

size_t Splitter::Start(std::string_view bytes) {
  const char c = bytes[0];
  if (here_.byte == static_cast<uint64_t>(bom_) && bom_ < 3 &&
      c == kBom[static_cast<size_t>(bom_)]) {
    ++bom_;
    ++here_.byte;
    return 1;
  }
  if (bom_ > 0 && bom_ < 3) {
    // The beginning of a mark and something else: no JSON, and the line goes on from
    // here.
    event_ = {1, 0};
    Hold(kBom.substr(0, static_cast<size_t>(bom_)));
    bom_ = 3;
    mode_ = Mode::kLines;
    return 0;
  }
  if (IsJsonSpace(c)) {
    ++here_.byte;
    if (c == '\n') ++here_.line;
    bom_ = 3;
    return 1;
  }
  bom_ = 3;
  event_ = here_;
  if (c != '[') {
    mode_ = Mode::kLines;
    return 0;
  }
  mode_ = Mode::kArray;
  ++here_.byte;
  return 1;
}

size_t Splitter::Lines(std::string_view bytes) {
  if (held_.empty() && !too_long_) {
    event_ = here_;
    const size_t used = here_.byte < offered_ ? 0 : ManyLines(bytes);
    if (used > 0) return used;
  }
  return OneLine(bytes);
}

// What the sink does not take is cut line by line.
size_t Splitter::ManyLines(std::string_view bytes) {
  if (!sink_.TakesLines() || bytes.size() <= simdjson::SIMDJSON_PADDING) return 0;
  const size_t room = std::min(bytes.size() - simdjson::SIMDJSON_PADDING, kLinesBytesMax);
  const size_t end = bytes.substr(0, room).rfind('\n');
  if (end == std::string_view::npos) return 0;
  const uint64_t before = here_.byte;
  offered_ = before + end + 1;
  sink_.OnLines(bytes.substr(0, end + 1), here_);
  return static_cast<size_t>(here_.byte - before);
}

size_t Splitter::OneLine(std::string_view bytes) {
  const void* found = std::memchr(bytes.data(), '\n', bytes.size());
  if (found == nullptr) {
    Hold(bytes);
    here_.byte += bytes.size();
    return bytes.size();
  }
  const auto size = static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
  Emit(bytes.substr(0, size), bytes.size());
  here_.byte += size + 1;
  ++here_.line;
  return size + 1;
}

void Splitter::Hold(std::string_view part) {
  if (too_long_) return;
  if (held_.empty()) {
    // White space around an event is not part of it and does not count.
    size_t begin = 0;
    while (begin < part.size() && IsJsonSpace(part[begin])) {
      if (part[begin] == '\n') ++event_.line;
      ++event_.byte;
      ++begin;
    }
    part.remove_prefix(begin);
  }
  const size_t room = event_bytes_max_ - held_.size();
  if (part.size() > room) {
    for (size_t i = room; i < part.size(); ++i) too_long_ |= !IsJsonSpace(part[i]);
    part = part.substr(0, room);
    if (too_long_) {
      held_.clear();
      return;
    }
  }
  held_.insert(held_.end(), part.begin(), part.end());
}

void Splitter::Emit(std::string_view tail, size_t readable) {
  std::string_view text = tail;
  size_t capacity = readable;
  // simdjson reads a little beyond the end; in the middle of a piece that is the next
  // event.
  if (!held_.empty() || too_long_ ||
      readable < tail.size() + simdjson::SIMDJSON_PADDING) {
    Hold(tail);
    const size_t size = held_.size();
    held_.resize(size + simdjson::SIMDJSON_PADDING);
    text = {held_.data(), size};
    capacity = held_.size();
  }
  EventPosition position = event_;
  if (too_long_) {
    sink_.OnBadText("the event is larger than the limit", position);
  } else {
    const char* before = text.data();
    text = Trim(text, &position);
    capacity -= static_cast<size_t>(text.data() - before);
    if (text.size() > event_bytes_max_) {
      sink_.OnBadText("the event is larger than the limit", position);
    } else if (!text.empty()) {
      sink_.OnEventText(text, capacity, position);
    }
  }
  held_.clear();
  too_long_ = false;
}

void Splitter::EmitElement(std::string_view tail, size_t readable) {
  Emit(tail, readable);
  in_element_ = false;
}

size_t Splitter::Array(std::string_view bytes) {
  size_t start = 0;  // Of the element's part in this piece.
  for (size_t i = 0; i < bytes.size(); ++i, ++here_.byte) {
    const char c = bytes[i];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      } else if (c == '\n') {
        // No string reaches over the end of a line, so this one was never closed. What
        // follows the line is taken for the next element, lest all of them be lost.
        ++here_.line;
        in_string_ = false;
        brackets_.Clear();
        EmitElement(bytes.substr(start, i - start), bytes.size() - start);
        after_comma_ = false;
      }
      continue;
    }
    if (IsJsonSpace(c)) {
      if (c == '\n') ++here_.line;
      continue;
    }
    if (!brackets_.open() && (c == ',' || c == ']')) {
      if (in_element_) {
        EmitElement(bytes.substr(start, i - start), bytes.size() - start);
      } else if (c == ',' || after_comma_) {
        sink_.OnBadText("an element is missing before this byte", here_);
      }
      after_comma_ = c == ',';
      if (c == ']') {
        mode_ = Mode::kAfterArray;
        ++here_.byte;
        return i + 1;
      }
      continue;
    }
    // A comma is missing in front of this object, or the bracket that closes the one
    // before, since inside an object only a key can stand here. That is no reason to lose
    // the objects on both sides.
    if (c == '{' && in_element_ &&
        (!brackets_.open() || (brackets_.in_object() && last_ != ':'))) {
      brackets_.Clear();
      EmitElement(bytes.substr(start, i - start), bytes.size() - start);
    }
    last_ = c;
    if (!in_element_) {
      in_element_ = true;
      event_ = here_;
      start = i;
    }
    if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      brackets_.Open(c);
    } else if (c == '}' || c == ']') {
      brackets_.Close(c);
    }
  }
  if (in_element_) Hold(bytes.substr(start));
  return bytes.size();
}

size_t Splitter::AfterArray(std::string_view bytes) {
  for (const char c : bytes) {
    if (!IsJsonSpace(c) && !after_bad_tail_) {
      after_bad_tail_ = true;
      sink_.OnBadText("bytes follow the end of the array", here_);
    }
    ++here_.byte;
    if (c == '\n') ++here_.line;
  }
  return bytes.size();
}

void Splitter::Finish() {
  if (mode_ == Mode::kStart && bom_ > 0 && bom_ < 3) {
    Hold(kBom.substr(0, static_cast<size_t>(bom_)));
    mode_ = Mode::kLines;
  }
  if (mode_ == Mode::kLines) {
    if (!held_.empty() || too_long_) Emit({}, 0);
  } else if (mode_ == Mode::kArray) {
    const bool cut = in_string_ || brackets_.open();
    if (in_element_) EmitElement({}, 0);
    // An element that was cut off is counted once, not the array as well.
    if (!cut) sink_.OnBadText("the array is not closed", here_);
  }
}

}  // namespace footfall::capture
