// Patterns of policies, over any UTF-8: the first line is a pattern, the rest a text.
// Matches are in order, apart, not empty, and between characters.
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "capture/pattern.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using footfall::capture::Pattern;
  using footfall::capture::PatternMatch;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t line_end = input.find('\n');
  if (line_end == std::string_view::npos) return 0;
  if (!simdjson::validate_utf8(input.data(), input.size())) return 0;
  Pattern pattern;
  if (!Pattern::Parse(input.substr(0, line_end), pattern).empty()) return 0;
  const std::string_view text = input.substr(line_end + 1);
  size_t end = 0;
  for (const PatternMatch& match : pattern.FindAll(text)) {
    Require(match.begin >= end && match.end > match.begin && match.end <= text.size());
    end = match.end;
    // Alone it matches too, unless a word boundary counted.
    const std::string_view part = text.substr(match.begin, match.end - match.begin);
    const std::vector<PatternMatch> alone = pattern.FindAll(part);
    const bool whole =
        alone.size() == 1 && alone[0].begin == 0 && alone[0].end == part.size();
    Require(whole || input.substr(0, line_end).find("\\b") != std::string_view::npos);
  }
  return 0;
}
