#include "query/block_rows.h"

#include <utility>

#include "base/json.h"
#include "base/status.h"

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

absl::StatusOr<const uint64_t*> ExistingBoth(BlockView& view, RuleRef rule,
                                             std::optional<RuleRef> where,
                                             std::vector<uint64_t>* mask) {
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* rows, view.Existing(rule));
  if (!where.has_value() || !AnyRow(rows, 0, view.rows())) return rows;
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t* matches, view.Matches(*where));
  mask->assign(rows, rows + MaskWords(view.rows()));
  for (size_t i = 0; i < mask->size(); ++i) (*mask)[i] &= matches[i];
  return mask->data();
}

model::Rule IsRule(std::string_view field, std::string_view value) {
  base::Json json = base::Json::MakeObject();
  json.Set("field", field);
  json.Set("op", "is");
  json.Set("value", value);
  return model::Rule::Parse(json).value();
}

}  // namespace footfall::query
