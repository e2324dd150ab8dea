#include "store/stored_run.h"

#include <algorithm>
#include <deque>

#include "base/file.h"
#include "base/status.h"
#include "base/strings.h"

namespace footfall::store {
namespace {

// Files stay small, so that erasing a person rewrites little beside their chunk.
constexpr uint64_t kFileBytes = 16 << 20;

absl::Status AtChunk(const RunRow& run, size_t chunk, const absl::Status& status) {
  if (status.code() != absl::StatusCode::kDataLoss) return status;
  return base::MakeError(
      absl::StatusCode::kDataLoss,
      base::Cat("run ", run.number, " chunk ", chunk, " ", base::MessageOf(status)));
}

class StoredChunkReader : public ChunkReader {
 public:
  StoredChunkReader(const Rocks* rocks, const rocksdb::Snapshot* snapshot,
                    const RunRow* run, uint32_t chunk)
      : rocks_(rocks), run_(run), chunk_(chunk) {
    options_.snapshot = snapshot;
  }

  absl::StatusOr<std::string_view> Read(uint32_t column) override {
    rocksdb::PinnableSlice& value = values_.emplace_back();
    const rocksdb::Status status =
        rocks_->db()->Get(options_, rocks_->family(kChunks),
                          ToSlice(ChunkKey(run_->number, chunk_, column)), &value);
    if (status.ok()) return ToView(value);
    return AtChunk(*run_, chunk_,
                   status.IsNotFound()
                       ? absl::DataLossError(base::Cat("lacks column ", column))
                       : FromRocks(status));
  }

 private:
  const Rocks* rocks_;
  const RunRow* run_;
  const uint32_t chunk_;
  rocksdb::ReadOptions options_;
  std::deque<rocksdb::PinnableSlice> values_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const StoredRun>> StoredRun::Load(
    std::shared_ptr<Rocks> rocks, const rocksdb::Snapshot* snapshot, const RunRow& row,
    std::shared_ptr<const ChunkSummaries> known) {
  std::shared_ptr<StoredRun> run(new StoredRun(std::move(rocks), snapshot, row));
  for (uint32_t number = 0; number < row.chunks + row.identity_chunks; ++number) {
    if (!std::binary_search(row.gone.begin(), row.gone.end(), number)) {
      run->numbers_.push_back(number);
    }
  }
  run->summaries_ = std::move(known);
  if (run->summaries_ == nullptr) FOOTFALL_RETURN_IF_ERROR(run->LoadSummaries());
  uint64_t arrival = row.first_arrival;
  for (const ChunkSummary& chunk : *run->summaries_) {
    run->activity_ += chunk.activity ? 1 : 0;
    run->first_arrivals_.push_back(arrival);
    arrival += chunk.rows;
  }
  return std::shared_ptr<const StoredRun>(std::move(run));
}

absl::Status StoredRun::LoadSummaries() {
  auto summaries = std::make_shared<ChunkSummaries>();
  uint64_t events = 0;
  for (const uint32_t number : numbers_) {
    StoredChunkReader reader(rocks_.get(), snapshot_, &row_, number);
    FOOTFALL_ASSIGN_OR_RETURN(const std::string_view header, reader.Read(kChunkHeader));
    auto summary = ParseChunkHeader(header);
    if (!summary.ok()) return AtChunk(row_, number, summary.status());
    if (summary->activity != (number < row_.chunks)) {
      return AtChunk(row_, number, absl::DataLossError("holds events of another kind"));
    }
    events += summary->rows;
    summaries->push_back(*std::move(summary));
  }
  if (events != row_.events) {
    return absl::DataLossError(base::Cat("run ", row_.number, " holds ", events,
                                         " events, and should hold ", row_.events));
  }
  summaries_ = std::move(summaries);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ChunkReader>> StoredRun::Open(size_t index) const {
  return std::unique_ptr<ChunkReader>(std::make_unique<StoredChunkReader>(
      rocks_.get(), snapshot_, &row_, numbers_[index]));
}

bool StoredRun::quick() const {
  return std::any_of(summaries_->begin(), summaries_->end(),
                     [](const ChunkSummary& chunk) { return chunk.quick; });
}

std::string StoredRun::NameOf(size_t index) const {
  return base::Cat("run ", row_.number, " chunk ", numbers_[index]);
}

absl::Status StoredRun::Decode(size_t index, Rows* rows) const {
  StoredChunkReader reader(rocks_.get(), snapshot_, &row_, numbers_[index]);
  return AtChunk(row_, numbers_[index],
                 DecodeChunk((*summaries_)[index], reader, first_arrivals_[index], rows));
}

std::shared_ptr<const ChunkSummaries> RunCache::Find(const RunRow& row) const {
  const std::unique_lock lock(mutex_);
  const auto found = known_.find({row.number, row.version});
  return found == known_.end() ? nullptr : found->second;
}

void RunCache::Put(const RunRow& row, std::shared_ptr<const ChunkSummaries> summaries) {
  const std::unique_lock lock(mutex_);
  known_[{row.number, row.version}] = std::move(summaries);
}

void RunCache::Keep(const std::vector<RunRow>& rows) {
  const std::unique_lock lock(mutex_);
  std::erase_if(known_, [&rows](const auto& entry) {
    return std::none_of(rows.begin(), rows.end(), [&entry](const RunRow& row) {
      return entry.first == std::pair(row.number, row.version);
    });
  });
}

RunWriter::RunWriter(const Rocks* rocks, std::string directory, uint64_t number,
                     Packing packing)
    : rocks_(rocks), directory_(std::move(directory)), packing_(packing) {
  row_.number = number;
  row_.min_time_ms = INT64_MAX;
  row_.max_time_ms = INT64_MIN;
}

RunWriter::~RunWriter() {
  // What the database has taken over is not there any more.
  for (const std::string& file : files_) base::RemoveTree(file);
}

absl::Status RunWriter::Put(uint32_t chunk, uint32_t column, const std::string& value) {
  if (file_ == nullptr) {
    const std::string path =
        base::Cat(directory_, "/", row_.number, "-", files_.size(), ".sst");
    file_ = rocks_->NewFileWriter(kChunks);
    FOOTFALL_RETURN_IF_ERROR(FromRocks(file_->Open(path)));
    files_.push_back(path);
    file_bytes_ = 0;
  }
  FOOTFALL_RETURN_IF_ERROR(FromRocks(
      file_->Put(ToSlice(ChunkKey(row_.number, chunk, column)), ToSlice(value))));
  file_bytes_ += value.size();
  row_.bytes += value.size();
  return absl::OkStatus();
}

absl::Status RunWriter::Add(const Rows& rows, size_t begin, size_t end) {
  const uint32_t number = row_.chunks + row_.identity_chunks;
  for (const auto& [column, value] : EncodeChunk(rows, begin, end, packing_, &memory_)) {
    if (column == kChunkHeader) {
      FOOTFALL_ASSIGN_OR_RETURN(const ChunkSummary summary, ParseChunkHeader(value));
      row_.min_time_ms = std::min(row_.min_time_ms, summary.min_time_ms);
      row_.max_time_ms = std::max(row_.max_time_ms, summary.max_time_ms);
      ++(summary.activity ? row_.chunks : row_.identity_chunks);
    }
    FOOTFALL_RETURN_IF_ERROR(Put(number, column, value));
  }
  row_.events += end - begin;
  if (file_bytes_ < kFileBytes) return absl::OkStatus();
  return Finish();
}

absl::Status RunWriter::AddAll(const Rows& rows) {
  size_t begin = 0;
  for (const size_t end : CutIntoChunks(rows, packing_)) {
    FOOTFALL_RETURN_IF_ERROR(Add(rows, begin, end));
    begin = end;
  }
  return absl::OkStatus();
}

absl::Status RunWriter::Finish() {
  if (file_ == nullptr) return absl::OkStatus();
  const absl::Status status = FromRocks(file_->Finish());
  file_.reset();
  return status;
}

}  // namespace footfall::store
