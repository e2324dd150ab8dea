// Blocks over events in memory, written for plainness.
#ifndef FOOTFALL_TESTS_QUERY_FAKE_BLOCKS_H_
#define FOOTFALL_TESTS_QUERY_FAKE_BLOCKS_H_

#include <memory>
#include <vector>

#include "store/block.h"
#include "store/event_store.h"
#include "tests/query/fake_snapshot.h"

namespace footfall::query {

// The events must outlive the scan. Reading the last part, or opening a scan without one,
// answers `last`.
absl::StatusOr<std::unique_ptr<store::BlockScan>> MakeFakeScan(
    const std::vector<store::StoredEvent>& events, const store::BlockRequest& request,
    const FakeSnapshot::BlockStyle& style, const absl::Status& last);

}  // namespace footfall::query

#endif  // FOOTFALL_TESTS_QUERY_FAKE_BLOCKS_H_
