// Random numbers for the tests of the query engine, the same everywhere for one seed.
#ifndef FOOTFALL_TESTS_QUERY_ORACLE_RANDOM_H_
#define FOOTFALL_TESTS_QUERY_ORACLE_RANDOM_H_

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "base/strings.h"

namespace footfall::oracle {

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // In [0, n).
  int64_t Below(int64_t n) {
    return static_cast<int64_t>(engine_() % static_cast<uint64_t>(n));
  }
  bool Chance(int percent) { return Below(100) < percent; }
  template <typename T>
  T Of(std::initializer_list<T> values) {
    return *(values.begin() + Below(static_cast<int64_t>(values.size())));
  }
  std::string Name(std::initializer_list<const char*> values) {
    return Of<const char*>(values);
  }
  template <typename T>
  const T& OneOf(const std::vector<T>& values) {
    return values[static_cast<size_t>(Below(static_cast<int64_t>(values.size())))];
  }
  // `prefix` and a number in [0, n).
  std::string Numbered(const char* prefix, int64_t n) {
    return base::Cat(prefix, Below(n));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace footfall::oracle

#endif  // FOOTFALL_TESTS_QUERY_ORACLE_RANDOM_H_
