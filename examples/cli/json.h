// Reading the library's JSON answers and writing them for people.
#ifndef FOOTFALL_EXAMPLES_CLI_JSON_H_
#define FOOTFALL_EXAMPLES_CLI_JSON_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace footfall::cli {

// `text` as a JSON string; bytes that are not UTF-8 become '?'.
std::string Quote(std::string_view text);

// A JSON object as indented lines of keys and values.
std::string Readable(std::string_view json);

// The rows of the array `key` of a JSON object as an aligned table with the given
// columns.
std::string ReadableTable(std::string_view json, std::string_view key,
                          const std::vector<std::string>& columns);

// Lines of as many cells each, in columns.
std::string AlignedTable(const std::vector<std::vector<std::string>>& lines);

// The elements of the array `key` of a JSON object, as JSON; none without one.
std::vector<std::string> Elements(std::string_view json, std::string_view key);

// Number of elements of the array `key` of a JSON object; 0 without one.
size_t ArraySize(std::string_view json, std::string_view key);

// The string `key` of a JSON object; empty without one.
std::string StringAt(std::string_view json, std::string_view key);

// The JSON object with `key` replaced by `value`, which is JSON text.
std::string WithMember(std::string_view json, std::string_view key,
                       std::string_view value);

// Whether `text` is a JSON object.
bool IsJsonObject(std::string_view text);

// The JSON text of member `key`; empty without one.
std::string MemberAt(std::string_view json, std::string_view key);

// JSON text without white space, laid out in lines.
std::string Indented(std::string_view minified);

// The JSON documents of a text, which may span lines, one a line. Text that holds
// anything else, or an array, comes back as it is.
std::string OneEventPerLine(const std::string& text);

// Results of ingest or filter, summed over files.
class Counts {
 public:
  void Add(std::string_view json);

  std::string Json() const;
  // Counts and rules as aligned lines.
  std::string Text() const;
  // The first rejected events, one a line; empty when none was rejected.
  std::string RejectedText() const;
  uint64_t accepted() const { return At("accepted"); }
  uint64_t dropped_level() const { return At("dropped_level"); }
  uint64_t rejected() const { return At("rejected"); }

 private:
  struct Rejected {
    std::string json;
    std::string text;
  };

  uint64_t At(const std::string& name) const;

  std::map<std::string, uint64_t> counts_;
  std::map<std::string, uint64_t> rules_;
  std::vector<Rejected> errors_;
  uint64_t errors_omitted_ = 0;
};

}  // namespace footfall::cli

#endif  // FOOTFALL_EXAMPLES_CLI_JSON_H_
