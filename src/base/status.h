// Status helpers: errors that carry the place in the input they speak of.
#ifndef FOOTFALL_BASE_STATUS_H_
#define FOOTFALL_BASE_STATUS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace footfall::base {

// Makes an error of `code`; unlike the absl factories it takes std::string_view.
absl::Status MakeError(absl::StatusCode code, std::string_view message);

// An INVALID_ARGUMENT error about the value at `path` of a JSON document ("$.rows[0]").
absl::Status InvalidAt(std::string_view path, std::string_view message);

// Attaches the 0-based byte offset into the input to an error.
absl::Status WithByte(absl::Status status, int64_t byte);

// Puts `prefix` before the path of an error made by InvalidAt: turns "$.op" into
// "$.where.op" for the prefix "$.where". Errors without a path get the prefix itself.
absl::Status WithPathPrefix(std::string_view prefix, const absl::Status& status);

// What InvalidAt and WithByte attached, if anything.
std::optional<std::string> PathOf(const absl::Status& status);
std::optional<int64_t> ByteOf(const absl::Status& status);

// The message as std::string (absl's is its own string_view).
std::string MessageOf(const absl::Status& status);

}  // namespace footfall::base

#define FOOTFALL_RETURN_IF_ERROR(expr)                                    \
  do {                                                                    \
    if (absl::Status footfall_status_ = (expr); !footfall_status_.ok()) { \
      return footfall_status_;                                            \
    }                                                                     \
  } while (false)

#define FOOTFALL_CONCAT_INNER(a, b) a##b
#define FOOTFALL_CONCAT(a, b) FOOTFALL_CONCAT_INNER(a, b)

// FOOTFALL_ASSIGN_OR_RETURN(auto value, Function());
#define FOOTFALL_ASSIGN_OR_RETURN(lhs, expr) \
  FOOTFALL_ASSIGN_OR_RETURN_IMPL(FOOTFALL_CONCAT(footfall_or_, __LINE__), lhs, expr)
#define FOOTFALL_ASSIGN_OR_RETURN_IMPL(tmp, lhs, expr) \
  auto tmp = (expr);                                   \
  if (!tmp.ok()) return tmp.status();                  \
  lhs = std::move(tmp).value()

#endif  // FOOTFALL_BASE_STATUS_H_
