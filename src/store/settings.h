// Settings by their names.
#ifndef FOOTFALL_STORE_SETTINGS_H_
#define FOOTFALL_STORE_SETTINGS_H_

#include <string_view>

#include "absl/status/status.h"
#include "store/event_store.h"

namespace footfall::store {

// Sets one setting from its text. INVALID_ARGUMENT for an unknown name and for a value
// out of range; `settings` is then unchanged.
absl::Status ApplySetting(std::string_view key, std::string_view value,
                          Settings* settings);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_SETTINGS_H_
