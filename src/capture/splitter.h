// Cuts a stream of bytes into events.
#ifndef FOOTFALL_CAPTURE_SPLITTER_H_
#define FOOTFALL_CAPTURE_SPLITTER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace footfall::capture {

// Where an event stands in the stream.
struct EventPosition {
  uint64_t line = 1;  // 1-based, of its first byte.
  uint64_t byte = 0;  // 0-based, of its first byte.
};

// The open brackets of a JSON value that may be malformed.
class Brackets {
 public:
  bool open() const { return depth_ > 0; }
  // True when the latest bracket is a brace, as far as is known.
  bool in_object() const {
    return depth_ > 0 && depth_ <= kKindsMax && (arrays_ >> (depth_ - 1) & 1) == 0;
  }
  void Clear() { depth_ = 0; }
  void Open(char c);
  // Closes the latest bracket of the kind of `c` and all inside it; without one, the
  // latest bracket.
  void Close(char c);

 private:
  static constexpr uint64_t kKindsMax = 64;  // Deeper brackets count as being alike.

  uint64_t depth_ = 0;
  uint64_t arrays_ = 0;  // By depth: set for '[', of which only the lowest depth_ count.
};

// The size of the first JSON object in `text`, or of what stands in front of it: up to
// the next brace that opens outside of all brackets and strings.
size_t FirstObjectSize(std::string_view text);

class SplitterSink {
 public:
  virtual ~SplitterSink() = default;
  // The text of one event, without white space around it. `capacity` bytes can be read at
  // its start, simdjson's padding more than its size.
  virtual void OnEventText(std::string_view text, size_t capacity,
                           const EventPosition& position) = 0;
  // Whether OnLines ever takes any.
  virtual bool TakesLines() const { return false; }
  // Many lines at once, each with its end, simdjson's padding behind them. May take
  // events from their front: moves `position` behind the lines that it took, whole ones.
  virtual void OnLines(std::string_view /*lines*/, EventPosition& /*position*/) {}
  // Something that is no event; `reason` is constant.
  virtual void OnBadText(std::string_view reason, const EventPosition& position) = 0;
};

// Finds the events in NDJSON or in a JSON array, which the first byte tells apart. Holds
// at most one event of `event_bytes_max` bytes; a longer one is skipped, not held. What
// is malformed inside a line or an element does not reach the next one. Not thread-safe.
class Splitter {
 public:
  Splitter(size_t event_bytes_max, SplitterSink& sink);

  void Write(std::string_view bytes);
  void Finish();

  // True when what is handed out are lines, without an end of one.
  bool in_lines() const { return mode_ == Mode::kLines; }
  // False when the bytes so far end inside an event.
  bool between_events() const { return held_.empty() && !in_element_ && !too_long_; }

 private:
  enum class Mode : uint8_t { kStart, kLines, kArray, kAfterArray };

  // Each consumes a part of `bytes` and returns its size.
  size_t Start(std::string_view bytes);
  size_t Lines(std::string_view bytes);
  size_t ManyLines(std::string_view bytes);
  size_t OneLine(std::string_view bytes);
  size_t Array(std::string_view bytes);
  size_t AfterArray(std::string_view bytes);

  // Adds to the event that is being gathered, unless it is too long already.
  void Hold(std::string_view part);
  // Hands out the event: what is held and then `tail`, which is inside a piece of which
  // `readable` bytes follow the tail's start.
  void Emit(std::string_view tail, size_t readable);
  void EmitElement(std::string_view tail, size_t readable);

  size_t event_bytes_max_;
  SplitterSink& sink_;
  Mode mode_ = Mode::kStart;
  EventPosition here_;   // Of the next byte.
  EventPosition event_;  // Of the event being gathered.
  std::vector<char> held_;
  bool too_long_ = false;
  uint64_t offered_ = 0;  // The sink saw the lines up to this byte of the stream.
  int bom_ = 0;           // Bytes of a byte order mark seen so far.

  // Of the array.
  Brackets brackets_;  // Inside the element.
  bool in_string_ = false;
  bool escaped_ = false;
  char last_ = 0;                // The latest byte that is no white space.
  bool in_element_ = false;      // Its first byte was seen.
  bool after_comma_ = false;     // An element must follow.
  bool after_bad_tail_ = false;  // Bytes after the array were reported.
};

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_SPLITTER_H_
