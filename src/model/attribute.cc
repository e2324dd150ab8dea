#include "model/attribute.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"

namespace footfall::model {
namespace {

constexpr std::pair<std::string_view, AttributeType> kTypes[] = {
    {"string", AttributeType::kString},
    {"number", AttributeType::kNumber},
    {"date", AttributeType::kDate}};

absl::Status Refuse(std::string_view reason) {
  return base::MakeError(absl::StatusCode::kInvalidArgument, reason);
}

bool IsName(std::string_view name) {
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  return !name.empty() && name.size() <= kAttributeNameBytesMax && base::IsUtf8(name) &&
         std::none_of(name.begin(), name.end(), is_control);
}

absl::StatusOr<AttributeValue> ParseNumber(std::string_view text) {
  const char* const end = text.data() + text.size();
  int64_t whole = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, whole);
      error == std::errc() && at == end) {
    return AttributeValue(whole);
  }
  // Neither "inf" nor "nan" is a number of a table.
  double number = 0;
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::result_out_of_range) return Refuse("is out of range");
  if (error != std::errc() || at != end || !std::isfinite(number)) {
    return Refuse("is not a number");
  }
  return AttributeValue(number);
}

}  // namespace

std::string_view AttributeTypeName(AttributeType type) {
  return kTypes[static_cast<size_t>(type)].first;
}

std::optional<AttributeType> AttributeTypeByName(std::string_view name) {
  for (const auto& [known, type] : kTypes) {
    if (known == name) return type;
  }
  return std::nullopt;
}

absl::Status CheckIntegrationName(std::string_view name) {
  if (IsName(name) && name.find('/') == std::string_view::npos) return absl::OkStatus();
  return Refuse(
      "an integration's name is UTF-8 text of 1 to 128 bytes without '/' and control "
      "characters");
}

absl::Status CheckAttributeName(std::string_view name) {
  if (IsName(name)) return absl::OkStatus();
  return Refuse(
      "an attribute's name is UTF-8 text of 1 to 128 bytes without control characters");
}

absl::Status CheckImportedId(std::string_view id) {
  if (id.empty()) return Refuse("has no id");
  if (id.size() > kImportedIdBytesMax) {
    return Refuse(base::Cat("the id is longer than ", kImportedIdBytesMax, " bytes"));
  }
  if (!base::IsUtf8(id) || id.find('\0') != std::string_view::npos) {
    return Refuse("the id is not UTF-8 text");
  }
  if (id.starts_with(kAnonymousPrefix)) {
    return Refuse("anonymous ids have no imported attributes");
  }
  return absl::OkStatus();
}

absl::Status CheckAttributeValue(AttributeType type, const AttributeValue& value) {
  if (type == AttributeType::kNumber) {
    const double* number = std::get_if<double>(&value);
    const bool finite = number != nullptr && std::isfinite(*number);
    return finite || std::holds_alternative<int64_t>(value) ? absl::OkStatus()
                                                            : Refuse("is not a number");
  }
  const std::string* text = std::get_if<std::string>(&value);
  if (text == nullptr) {
    return Refuse(type == AttributeType::kDate ? "is not a date, YYYY-MM-DD"
                                               : "is not a string");
  }
  if (type == AttributeType::kDate) {
    return base::ParseDate(*text).ok() ? absl::OkStatus()
                                       : Refuse("is not a date, YYYY-MM-DD");
  }
  if (text->size() > kAttributeBytesMax) {
    return Refuse(base::Cat("is longer than ", kAttributeBytesMax, " bytes"));
  }
  return base::IsUtf8(*text) ? absl::OkStatus() : Refuse("is not UTF-8 text");
}

absl::StatusOr<AttributeValue> ParseAttributeValue(AttributeType type,
                                                   std::string_view text) {
  if (type == AttributeType::kNumber) return ParseNumber(text);
  AttributeValue value{std::string(text)};
  FOOTFALL_RETURN_IF_ERROR(CheckAttributeValue(type, value));
  return value;
}

}  // namespace footfall::model
