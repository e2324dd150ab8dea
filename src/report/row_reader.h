// The key of a row as a request gives it; a part of drill.cc.
#ifndef FOOTFALL_REPORT_ROW_READER_H_
#define FOOTFALL_REPORT_ROW_READER_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/json.h"
#include "report/drill.h"

namespace footfall::report {

// Reads members of {"column": value}. Errors are INVALID_ARGUMENT at "$.row...". The
// object must outlive it.
class RowReader {
 public:
  explicit RowReader(const base::Json& row) : row_(row) {}

  // The text by which the value groups; nullopt for null. Refuses a key that is not
  // there.
  absl::StatusOr<std::optional<std::string>> Read(std::string_view key);
  // A whole number from `least` to `most`.
  absl::StatusOr<int64_t> Whole(std::string_view key, int64_t least, int64_t most);
  // A date, or an instant, as a cell has it.
  absl::StatusOr<int64_t> Time(std::string_view key, bool instant);
  // A key that may be there and says nothing new.
  void Ignore(std::string_view key) { read_.emplace(key); }
  // Refuses the first key that none of the others has named.
  absl::Status CheckAllRead() const;

 private:
  const base::Json& row_;
  std::set<std::string> read_;
};

// What a column of a built-in report counts, by its name: people, sessions, or else
// moments.
DrillList ListOfColumn(std::string_view column);

// Refuses a column that is none of those that `columns` names for people to read.
absl::Status NoSuchColumn(std::string_view columns);

// Refuses a list that is asked for and is none of `lists`.
absl::Status CheckList(const DrillRequest& request,
                       std::initializer_list<DrillList> lists);

}  // namespace footfall::report

#endif  // FOOTFALL_REPORT_ROW_READER_H_
