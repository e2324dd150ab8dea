#include "query/number_range.h"

#include <cmath>
#include <limits>

#include "base/json.h"

namespace footfall::query {
namespace {

using model::RuleOp;

// Wide enough for every integer and every double.
long double Wide(const base::Json& operand) {
  return operand.is_int() ? static_cast<long double>(operand.as_int())
                          : static_cast<long double>(operand.as_double());
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The least number that is at least `bound`, or above it; absent when there is none.
std::optional<int64_t> LeastInteger(long double bound, bool above) {
  const long double least = above ? std::floor(bound) + 1 : std::ceil(bound);
  if (least > static_cast<long double>(INT64_MAX)) return std::nullopt;
  if (least < static_cast<long double>(INT64_MIN)) return INT64_MIN;
  return static_cast<int64_t>(least);
}
double LeastDouble(long double bound, bool above) {
  const double near = static_cast<double>(bound);
  const long double back = static_cast<long double>(near);
  return back < bound || (above && back == bound) ? std::nextafter(near, kInfinity)
                                                  : near;
}

// The greatest number below the least one of these.
std::optional<int64_t> Before(std::optional<int64_t> least) {
  if (!least.has_value()) return INT64_MAX;
  if (*least == INT64_MIN) return std::nullopt;
  return *least - 1;
}
double Before(double least) { return std::nextafter(least, -kInfinity); }

// The numbers from `low` to `high`: with `above_low` without the former, with
// `below_high` without the latter. Absent bounds are none.
void Add(std::optional<long double> low, bool above_low, std::optional<long double> high,
         bool below_high, NumberRanges* out) {
  const std::optional<int64_t> first =
      low.has_value() ? LeastInteger(*low, above_low) : INT64_MIN;
  const std::optional<int64_t> last =
      high.has_value() ? Before(LeastInteger(*high, !below_high)) : INT64_MAX;
  if (first.has_value() && last.has_value() && *first <= *last) {
    out->integers.emplace_back(*first, *last);
  }
  const double from = low.has_value() ? LeastDouble(*low, above_low) : -kInfinity;
  const double to =
      high.has_value() ? Before(LeastDouble(*high, !below_high)) : kInfinity;
  if (from <= to) out->doubles.emplace_back(from, to);
}

}  // namespace

std::optional<NumberRanges> RangesOf(const model::RuleNode& condition) {
  NumberRanges ranges;
  const auto operand = [&](size_t i) { return Wide(condition.values[i]); };
  switch (condition.op) {
    case RuleOp::kIs:
    case RuleOp::kIn:
    case RuleOp::kIsNot:
    case RuleOp::kNotIn:
      for (const base::Json& value : condition.values) {
        if (value.is_number()) Add(Wide(value), false, Wide(value), false, &ranges);
      }
      ranges.outside = condition.op == RuleOp::kIsNot || condition.op == RuleOp::kNotIn;
      return ranges;
    case RuleOp::kEqual:
    case RuleOp::kNotEqual:
      Add(operand(0), false, operand(0), false, &ranges);
      ranges.outside = condition.op == RuleOp::kNotEqual;
      return ranges;
    case RuleOp::kLess:
      Add(std::nullopt, false, operand(0), true, &ranges);
      return ranges;
    case RuleOp::kLessEqual:
      Add(std::nullopt, false, operand(0), false, &ranges);
      return ranges;
    case RuleOp::kGreater:
      Add(operand(0), true, std::nullopt, false, &ranges);
      return ranges;
    case RuleOp::kGreaterEqual:
      Add(operand(0), false, std::nullopt, false, &ranges);
      return ranges;
    case RuleOp::kBetween:
      Add(operand(0), false, operand(1), false, &ranges);
      return ranges;
    default:
      return std::nullopt;
  }
}

}  // namespace footfall::query
