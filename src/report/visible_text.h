// Text of events made fit to be shown to people: in a terminal, a page or a picture.
#ifndef FOOTFALL_REPORT_VISIBLE_TEXT_H_
#define FOOTFALL_REPORT_VISIBLE_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace footfall::report {

// The code point at `at` of a text and its length in bytes, which is 0 where the text is
// not UTF-8.
struct Decoded {
  char32_t code = 0;
  size_t length = 0;
};
Decoded DecodeUtf8(std::string_view text, size_t at);

// Well-formed UTF-8 on one line, and the cells that it takes in a terminal.
struct VisibleText {
  std::string text;
  size_t width = 0;
};

// Whoever sends events chooses the text of many cells, so nothing in it may drive the
// terminal that it is shown on, break a line or turn the direction of what follows:
// such characters, and bytes that are not UTF-8, become escapes.
VisibleText MakeVisible(std::string_view text);

// At most `width` cells of `text`, which MakeVisible made: what is too long ends in
// `ellipsis`, of one cell a byte but for "…".
VisibleText CutToWidth(const VisibleText& text, size_t width,
                       std::string_view ellipsis = "…");

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_VISIBLE_TEXT_H_
