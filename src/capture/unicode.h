// The few facts about Unicode that scanning needs. Input is valid UTF-8.
#ifndef FOOTFALL_CAPTURE_UNICODE_H_
#define FOOTFALL_CAPTURE_UNICODE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace footfall::capture {

// Decodes the code point that starts at text[*pos] and moves *pos past it. A broken
// sequence yields its first byte.
char32_t DecodeUtf8(std::string_view text, size_t* pos);

// The value of a decimal digit of any script (general category Nd), or -1.
int DecimalDigit(char32_t c);

// White space, punctuation and format characters: what people put between the groups of a
// card number.
bool IsSeparator(char32_t c);

}  // namespace footfall::capture

#endif  // FOOTFALL_CAPTURE_UNICODE_H_
