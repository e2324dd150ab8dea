// Several runs written as one.
#ifndef FOOTFALL_STORE_RUN_UNION_H_
#define FOOTFALL_STORE_RUN_UNION_H_

#include <cstdint>

#include "absl/status/status.h"
#include "base/cancel.h"
#include "store/snapshot.h"
#include "store/stored_run.h"

namespace footfall::store {

// Writes the rows of `inputs`, which are by rising arrival, to `out`, and finishes it.
// Rows that they hold of others go to their owners; expired rows are left out. One chunk
// of each input is in memory at a time, decoded: about 3 MB, and twice as much of a run
// that was not packed in haste.
absl::Status UniteRuns(const StoredRuns& inputs, const Owners& owners,
                       int64_t expired_before_ms, const base::Cancel* cancel,
                       RunWriter& out);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_RUN_UNION_H_
