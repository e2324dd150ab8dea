#include "store/open_chunk.h"

#include <string>
#include <utility>

#include "base/status.h"
#include "base/strings.h"

namespace footfall::store {

absl::Status OpenChunk::Open(const ChunkRef& ref, const Run* run,
                             const Dictionaries* dictionaries) {
  ref_ = ref;
  run_ = run;
  auto reader = run->Open(ref.chunk);
  if (!reader.ok()) return Named(reader.status());
  columns_.Open(&summary(), reader->get(), dictionaries);
  reader_ = *std::move(reader);
  bytes_taken_ = 0;
  return absl::OkStatus();
}

uint64_t OpenChunk::TakeBytesRead() {
  const uint64_t all = columns_.bytes_read();
  return all - std::exchange(bytes_taken_, all);
}

absl::Status OpenChunk::Named(const absl::Status& status) const {
  if (status.code() != absl::StatusCode::kDataLoss) return status;
  const std::string name = run_->NameOf(ref_.chunk);
  const std::string message = base::MessageOf(status);
  if (message.starts_with(name)) return status;
  return base::MakeError(absl::StatusCode::kDataLoss, base::Cat(name, ": ", message));
}

}  // namespace footfall::store
