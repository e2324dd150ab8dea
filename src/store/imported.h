// Imported attributes of people. They come from no event, so the log does not have them:
// each person's are a row of the family kPeople, written when they are imported.
#ifndef FOOTFALL_STORE_IMPORTED_H_
#define FOOTFALL_STORE_IMPORTED_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "model/person.h"
#include "store/event_store.h"
#include "store/rocks.h"

namespace footfall::store {

inline constexpr char kImportedPrefix = 'v';
std::string ImportedKey(uint64_t code);  // -> the attributes of the person.

using ImportedAttributes = std::vector<model::ImportedAttribute>;

// The row of attributes that are sorted by integration and name. A person who was created
// by an import keeps the row when nothing is left in it.
std::string EncodeImported(const ImportedAttributes& attributes);
// False for a damaged row.
bool DecodeImported(std::string_view row, ImportedAttributes* attributes);

// The attributes that all integrations together have imported so far, a document of the
// kind kAttributesKind per integration.
inline constexpr std::string_view kAttributesKind = "attributes";
absl::StatusOr<std::vector<RegisteredAttribute>> ReadRegistry(
    const Rocks& rocks, const rocksdb::Snapshot* snapshot = nullptr);

// Reads all rows and adds what is wrong with them to `report`.
absl::Status CheckImported(const Rocks& rocks, const rocksdb::Snapshot* snapshot,
                           const base::Cancel* cancel, CheckReport& report);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_IMPORTED_H_
