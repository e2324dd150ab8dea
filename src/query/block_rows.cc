#include "query/block_rows.h"

#include <utility>

#include "base/json.h"

namespace footfall::query {

bool AnyRow(const uint64_t* mask, size_t begin, size_t end) {
  for (size_t at = begin; at < end;) {
    const size_t base = at / 64 * 64;
    uint64_t word = mask[at / 64] & ~uint64_t{0} << (at % 64);
    if (end - base < 64) word &= (uint64_t{1} << (end - base)) - 1;
    if (word != 0) return true;
    at = base + 64;
  }
  return false;
}

model::Rule IsRule(std::string_view field, std::string_view value) {
  base::Json json = base::Json::MakeObject();
  json.Set("field", field);
  json.Set("op", "is");
  json.Set("value", value);
  return model::Rule::Parse(json).value();
}

}  // namespace footfall::query
