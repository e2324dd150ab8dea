// The inputs over which the filter for browsers is compared with the native one: all that
// the privacy tests have, and the seeds of the fuzz targets.
#ifndef FOOTFALL_TESTS_WASM_CORPUS_H_
#define FOOTFALL_TESTS_WASM_CORPUS_H_

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace footfall::capture {

// One stream under one policy, or under two.
struct CorpusCase {
  std::string group;  // Where it comes from, such as "recordings".
  std::string name;
  bool recording = false;  // Of rrweb events, not of interactions.
  std::string policy;      // Its JSON, which may be one that is refused.
  std::string input;
  size_t swap_at = 0;       // The byte from which on `next_policy` is in use,
  std::string next_policy;  // unless that is empty.
};

// `tests` is the folder of that name. Aborts when a file is missing or malformed.
std::vector<CorpusCase> ReadCorpus(const std::filesystem::path& tests);

}  // namespace footfall::capture

#endif  // FOOTFALL_TESTS_WASM_CORPUS_H_
