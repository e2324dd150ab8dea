// Sealing in a thread of the store's own: runs are built beside appending and reading,
// which wait for the short steps before and after only.
#include <algorithm>
#include <optional>
#include <utility>

#include "base/status.h"
#include "base/strings.h"
#include "store/run_builder.h"
#include "store/store_impl.h"

namespace footfall::store {

void EventStore::Impl::StartBackground() {
  background_ = std::thread([this] {
    std::unique_lock lock(background_mutex_);
    while (true) {
      background_wake_.wait(lock, [this] { return background_due_ || background_stop_; });
      if (background_stop_) return;
      background_due_ = false;
      lock.unlock();
      if (const absl::Status status = SealBeside();
          !status.ok() && status.code() != absl::StatusCode::kCancelled) {
        Log(LogSeverity::kError,
            base::Cat("events could not be sealed: ", base::MessageOf(status)));
      }
      lock.lock();
    }
  });
}

void EventStore::Impl::WakeBackground() {
  const std::unique_lock lock(background_mutex_);
  background_due_ = true;
  background_wake_.notify_one();
}

void EventStore::Impl::StopBackground() {
  if (!background_.joinable()) return;
  background_cancel_.Request();
  {
    const std::unique_lock lock(background_mutex_);
    background_stop_ = true;
    background_wake_.notify_one();
  }
  background_.join();
}

// One run after the other, until there is nothing to do.
absl::Status EventStore::Impl::SealBeside() {
  while (true) {
    BuildContext context;
    std::vector<RunRow> inputs;
    uint64_t epoch = 0;
    const std::unique_lock alone(build_mutex_);
    {
      const Exclusive exclusive(this);
      FOOTFALL_RETURN_IF_ERROR(base::Cancel::Check(&background_cancel_));
      FOOTFALL_RETURN_IF_ERROR(Heal());
      FOOTFALL_ASSIGN_OR_RETURN(const bool redacting, HasRows(kRedactPrefix));
      if (redacting) return absl::OkStatus();
      inputs = RunsToMerge();
      const bool many = unsealed_ >= static_cast<uint64_t>(settings().seal_events);
      const bool seal = unsealed_ > 0 && (many || background_aged_);
      if (!seal && inputs.empty()) return RemoveDropped();
      if (seal) {
        background_aged_ = false;
        inputs.clear();
        FOOTFALL_RETURN_IF_ERROR(PrepareSealing());
      }
      FOOTFALL_ASSIGN_OR_RETURN(context, NewBuild(Packing::kQuick, &background_cancel_));
      context.snapshot = rocks_->db()->GetSnapshot();
      epoch = epoch_;
    }
    absl::StatusOr<BuiltRuns> built = inputs.empty()
                                          ? BuildFromLog(context)
                                          : BuildFromRuns(context, inputs, INT64_MIN);
    const Exclusive exclusive(this);
    rocks_->db()->ReleaseSnapshot(context.snapshot);
    FOOTFALL_RETURN_IF_ERROR(built.status());
    // Whoever rewrote events meanwhile goes first, and the work is done again.
    if (epoch != epoch_) continue;
    FOOTFALL_RETURN_IF_ERROR(Heal());
    FOOTFALL_RETURN_IF_ERROR(TakeOverRuns(*std::move(built), 0));
  }
}

}  // namespace footfall::store
