#include "report/row_reader.h"

#include <algorithm>

#include "base/status.h"
#include "base/strings.h"
#include "base/time.h"
#include "report/selection.h"

namespace footfall::report {

using base::Cat;
using base::InvalidAt;
using base::Json;

absl::StatusOr<std::optional<std::string>> RowReader::Read(std::string_view key) {
  const Json* value = row_.Find(key);
  if (value == nullptr) {
    return InvalidAt("$.row", Cat("needs '", key, "', which is part of a row's key"));
  }
  read_.emplace(key);
  return JsonText(*value);
}

absl::StatusOr<int64_t> RowReader::Whole(std::string_view key, int64_t least,
                                         int64_t most) {
  FOOTFALL_RETURN_IF_ERROR(Read(key).status());
  const Json& value = *row_.Find(key);
  if (!value.is_int() || value.as_int() < least || value.as_int() > most) {
    return InvalidAt(Cat("$.row.", key),
                     Cat("must be a whole number from ", least, " to ", most));
  }
  return value.as_int();
}

absl::StatusOr<int64_t> RowReader::Time(std::string_view key, bool instant) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::string> text, Read(key));
  const absl::StatusOr<int64_t> value =
      instant ? base::ParseTime(text.value_or(""), absl::UTCTimeZone())
              : base::ParseDate(text.value_or(""));
  if (!value.ok()) return InvalidAt(Cat("$.row.", key), base::MessageOf(value.status()));
  return *value;
}

absl::Status RowReader::CheckAllRead() const {
  for (const auto& [key, value] : row_.as_object()) {
    if (!read_.contains(key)) {
      return InvalidAt(Cat("$.row.", key), "is not part of a row's key");
    }
  }
  return absl::OkStatus();
}

DrillList ListOfColumn(std::string_view column) {
  if (column == "people") return DrillList::kPeople;
  return column == "sessions" ? DrillList::kSessions : DrillList::kMoments;
}

absl::Status NoSuchColumn(std::string_view columns) {
  return InvalidAt("$.column", Cat("must be ", columns));
}

absl::Status CheckList(const DrillRequest& request,
                       std::initializer_list<DrillList> lists) {
  if (!request.list.has_value() ||
      std::find(lists.begin(), lists.end(), *request.list) != lists.end()) {
    return absl::OkStatus();
  }
  return InvalidAt("$.list", "this column has no such list");
}

}  // namespace footfall::report
