// All that a store shows, as text: what a committed store is compared by.
#ifndef FOOTFALL_TESTS_COMPAT_DUMP_H_
#define FOOTFALL_TESTS_COMPAT_DUMP_H_

#include <string>

#include "absl/status/statusor.h"
#include "store/event_store.h"

namespace footfall::store {

// One line per event, in order of arrival, then per person, document of the kind
// "report", and one of the settings.
absl::StatusOr<std::string> Dump(EventStore& store);

}  // namespace footfall::store

#endif  // FOOTFALL_TESTS_COMPAT_DUMP_H_
