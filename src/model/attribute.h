// Attributes of people: what the host tells with `identify`, and what integrations
// import.
#ifndef FOOTFALL_MODEL_ATTRIBUTE_H_
#define FOOTFALL_MODEL_ATTRIBUTE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace footfall::model {

// An attribute's value; dates are strings "YYYY-MM-DD".
using AttributeValue = std::variant<bool, int64_t, double, std::string>;

// Before the anonymous id of whom no alias has linked, in reports.
inline constexpr std::string_view kAnonymousPrefix = "anonymous:";

enum class AttributeType : uint8_t { kString = 0, kNumber = 1, kDate = 2 };

// "string", "number", "date".
std::string_view AttributeTypeName(AttributeType type);
std::optional<AttributeType> AttributeTypeByName(std::string_view name);

// An attribute that an integration has imported. Rules and reports address it as
// "<integration>/<name>".
struct ImportedAttribute {
  std::string integration;  // Without '/'.
  std::string name;
  AttributeType type = AttributeType::kString;
  AttributeValue value;  // int64_t or double of kNumber, else a string.

  bool operator==(const ImportedAttribute&) const = default;
};

// What may be imported. The errors are INVALID_ARGUMENT, and of values and ids just a
// reason, "is not a number", that does not repeat them.
inline constexpr size_t kAttributeNameBytesMax = 128;
inline constexpr size_t kAttributeBytesMax = 16 << 10;
inline constexpr size_t kImportedIdBytesMax = 1024;
absl::Status CheckIntegrationName(std::string_view name);
absl::Status CheckAttributeName(std::string_view name);
absl::Status CheckImportedId(std::string_view id);
absl::Status CheckAttributeValue(AttributeType type, const AttributeValue& value);

// The value that `text` is in a table of text: numbers in decimal or with an exponent,
// whole ones as int64_t, and dates as "YYYY-MM-DD".
absl::StatusOr<AttributeValue> ParseAttributeValue(AttributeType type,
                                                   std::string_view text);

}  // namespace footfall::model

#endif  // FOOTFALL_MODEL_ATTRIBUTE_H_
