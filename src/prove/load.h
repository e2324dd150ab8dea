// What a store holds, as the world that reports are proven over.
#ifndef FOOTFALL_PROVE_LOAD_H_
#define FOOTFALL_PROVE_LOAD_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "prove/prove.h"
#include "store/event_store.h"

namespace footfall::prove {

struct LoadOptions {
  uint64_t memory_bytes_max = uint64_t{1} << 30;
  const base::Cancel* cancel = nullptr;  // Borrowed; may be null.
  std::optional<uint64_t> person = {};   // Only this one, by code.
};

// Reads every stored event, ids and links, and of the people what cannot be computed from
// events. RESOURCE_EXHAUSTED when that takes more memory than allowed, and what the
// snapshot or `cancel` answers.
absl::StatusOr<World> LoadWorld(const store::Snapshot& snapshot,
                                const LoadOptions& options);

// An event in the public format, with `time` in ms.
Json EventToJson(const model::Event& event);

}  // namespace footfall::prove

#endif  // FOOTFALL_PROVE_LOAD_H_
