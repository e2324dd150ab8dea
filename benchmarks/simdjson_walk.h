// A full walk by simdjson On-Demand, the yardstick of the filters.
#ifndef FOOTFALL_BENCHMARKS_SIMDJSON_WALK_H_
#define FOOTFALL_BENCHMARKS_SIMDJSON_WALK_H_

#include <cstdint>
#include <string_view>

#include "benchmark/benchmark.h"
#include "simdjson.h"

namespace footfall::benchmarks {

// Reads every key and every value, strings unescaped; answers how many values it read, or
// a negative number.
inline int64_t Walk(simdjson::ondemand::value value) {
  namespace ondemand = simdjson::ondemand;
  ondemand::json_type type;
  if (value.type().get(type)) return -1;
  switch (type) {
    case ondemand::json_type::object: {
      ondemand::object object;
      if (value.get_object().get(object)) return -1;
      int64_t count = 1;
      for (auto field : object) {
        std::string_view key;
        ondemand::value child;
        if (field.unescaped_key().get(key) || field.value().get(child)) return -1;
        benchmark::DoNotOptimize(key);
        const int64_t below = Walk(child);
        if (below < 0) return -1;
        count += below;
      }
      return count;
    }
    case ondemand::json_type::array: {
      ondemand::array array;
      if (value.get_array().get(array)) return -1;
      int64_t count = 1;
      for (auto element : array) {
        ondemand::value child;
        if (element.get(child)) return -1;
        const int64_t below = Walk(child);
        if (below < 0) return -1;
        count += below;
      }
      return count;
    }
    case ondemand::json_type::string: {
      std::string_view text;
      if (value.get_string().get(text)) return -1;
      benchmark::DoNotOptimize(text);
      return 1;
    }
    case ondemand::json_type::number: {
      ondemand::number number;
      if (value.get_number().get(number)) return -1;
      benchmark::DoNotOptimize(number);
      return 1;
    }
    case ondemand::json_type::boolean: {
      bool boolean = false;
      if (value.get_bool().get(boolean)) return -1;
      benchmark::DoNotOptimize(boolean);
      return 1;
    }
    case ondemand::json_type::null:
      return value.is_null() ? 1 : -1;
  }
  return -1;
}

}  // namespace footfall::benchmarks

#endif  // FOOTFALL_BENCHMARKS_SIMDJSON_WALK_H_
