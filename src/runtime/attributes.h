// Attributes of people that integrations import, and CSV files of them.
#ifndef FOOTFALL_RUNTIME_ATTRIBUTES_H_
#define FOOTFALL_RUNTIME_ATTRIBUTES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "base/csv.h"
#include "base/json.h"
#include "runtime/instance.h"
#include "store/event_store.h"

namespace footfall::runtime {

// {"attributes": [{"integration", "attribute", "type", "imported_at"}]}, sorted by
// integration and attribute: all that were imported for anybody.
absl::StatusOr<base::Json> ListAttributes(Instance& instance);

struct AttributesImportOptions {
  struct Column {
    std::string column;     // As in the header.
    std::string attribute;  // Under which it is stored.
    model::AttributeType type = model::AttributeType::kString;
  };
  std::string integration;
  std::string id;               // The column of the ids, as in the header.
  std::vector<Column> columns;  // Empty: all others, as strings under their own names.
  char delimiter = ',';
  bool dry_run = false;
  int64_t now_ms = 0;
  std::shared_ptr<const base::Cancel> cancel;
};

// {"integration", "id", "columns": [{"column", "attribute", "type"}], "delimiter",
// "dry_run"}. INVALID_ARGUMENT with a path.
absl::StatusOr<AttributesImportOptions> ParseAttributesImportOptions(
    std::string_view json);

// One CSV file with a header row, imported as it comes in. Rows and values that cannot be
// imported are counted and named with their line; the others are stored. ATTRIBUTES.md
// has the rules. Not thread-safe; several may run at once on one instance.
class AttributesImport {
 public:
  static absl::StatusOr<std::unique_ptr<AttributesImport>> New(
      std::shared_ptr<Instance> instance, AttributesImportOptions options);

  // Takes the next bytes, cut anywhere. Each 10,000 rows are one durable atom. After an
  // error the import takes nothing more and answers that error again.
  absl::Status Write(std::string_view bytes);
  // Ends the file and stores what remains.
  absl::Status Finish();

  // {"rows", "people_created", "people_changed", "unchanged", "duplicates", "rejected",
  // "values_rejected", "errors": [{"line", "column", "reason"}], "errors_omitted"} of
  // what is stored so far.
  base::Json Result() const;

 private:
  struct Problem {
    uint64_t line = 0;
    std::string column;  // Empty: it is about the row.
    std::string reason;
  };

  AttributesImport(std::shared_ptr<Instance> instance, AttributesImportOptions options);

  absl::Status TakeHeader(const base::CsvRow& row);
  absl::Status TakeRow(const base::CsvRow& row);
  void TakeValues(const base::CsvRow& row, store::AttributeUpdate* update);
  // Counts ids that were met before, as far as memory for them reaches.
  void CountDuplicate(std::string_view id);
  void AddProblem(uint64_t line, std::string_view column, std::string_view reason);
  absl::Status Commit();

  const std::shared_ptr<Instance> instance_;
  const AttributesImportOptions options_;
  base::CsvReader reader_;
  absl::Status status_;
  bool finished_ = false;
  std::vector<std::string> header_;
  size_t id_cell_ = 0;
  std::vector<size_t> cells_;  // Of the schema's attributes.
  std::vector<store::AttributeSchema> schema_;
  std::vector<store::AttributeUpdate> updates_;
  size_t update_bytes_ = 0;
  bool committed_ = false;
  absl::flat_hash_set<uint64_t> ids_;  // Hashes of those met.

  uint64_t rows_ = 0;
  store::ImportReport stored_;
  uint64_t duplicates_ = 0;
  uint64_t rejected_ = 0;
  uint64_t values_rejected_ = 0;
  std::vector<Problem> problems_;  // The first 100.
};

}  // namespace footfall::runtime

#endif  // FOOTFALL_RUNTIME_ATTRIBUTES_H_
