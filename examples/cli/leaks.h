// The canaries and the results of `leak-test`.
#ifndef FOOTFALL_EXAMPLES_CLI_LEAKS_H_
#define FOOTFALL_EXAMPLES_CLI_LEAKS_H_

#include <cstdint>
#include <footfall/footfall.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "json.h"

namespace footfall::cli {

// The canaries of a file as the library takes them: its JSON array, or an array of its
// lines, which are called "line 1" and so on.
struct Canaries {
  std::string json;
  std::vector<size_t> lines;  // Of each canary; empty for JSON.

  static Canaries FromText(const std::string& text);
  // Names the line in an error of the library about a canary.
  Error Locate(Error error) const;
};

// Results of the leak test, summed over recordings. A canary is void when none of them
// holds it.
class Leaks {
 public:
  void Add(const std::string& recording, std::string_view json);

  bool survived() const { return !survived_.empty(); }
  bool any_void() const { return !void_.empty(); }

  std::string Json() const;
  // The places as a table, and what was tested.
  std::string Text() const;

 private:
  struct Place {
    std::vector<std::string> cells;
    std::string json;
  };

  uint64_t recordings_ = 0;
  uint64_t canaries_ = 0;
  std::set<std::string> survived_;
  std::set<std::string> void_;
  std::vector<Place> places_;
  uint64_t places_omitted_ = 0;
  Counts counts_;
};

}  // namespace footfall::cli

#endif  // FOOTFALL_EXAMPLES_CLI_LEAKS_H_
