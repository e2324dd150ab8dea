#include "store/rocks.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "base/status.h"
#include "base/strings.h"
#include "rocksdb/cache.h"
#include "rocksdb/convenience.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/listener.h"
#include "rocksdb/sst_file_reader.h"
#include "rocksdb/table.h"
#include "store/coding.h"
#include "store/meta.h"

namespace footfall::store {
namespace {

constexpr size_t kCopyBytes = 1 << 20;

constexpr const char* kFamilyNames[kFamilies] = {"default", "log", "dictionary",
                                                 "people",  "ids", "chunks"};

// Takes out "[db/db_impl/db_impl.cc:2893] ", which tells a host nothing.
std::string WithoutSources(std::string_view message) {
  std::string text(message);
  for (size_t open = text.find('['); open != std::string::npos;
       open = text.find('[', open)) {
    const size_t close = text.find(']', open);
    if (close == std::string::npos) break;
    size_t digits = close;
    while (digits > open && text[digits - 1] >= '0' && text[digits - 1] <= '9') --digits;
    const std::string_view file = std::string_view(text).substr(open, digits - open);
    if (digits == close || (!file.ends_with(".cc:") && !file.ends_with(".h:"))) {
      ++open;
      continue;
    }
    const size_t next = std::min(text.find_first_not_of(' ', close + 1), text.size());
    text.erase(open, next - open);
  }
  return text;
}

// RocksDB looks for a table under an old name last, and reports that one as missing.
std::string WithRealNames(std::string message) {
  for (size_t at = message.find(".ldb"); at != std::string::npos;
       at = message.find(".ldb", at)) {
    if (at > 0 && message[at - 1] >= '0' && message[at - 1] <= '9' &&
        message.compare(at + 4, 1, ":") == 0) {
      message.replace(at, 4, ".sst");
    }
    ++at;
  }
  return message;
}

// FAILED_PRECONDITION, naming the version of a store with the family `unknown`.
absl::Status NewerFormat(const std::string& path, const rocksdb::DBOptions& options,
                         const std::string& unknown) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {kFamilyNames[kMeta], rocksdb::ColumnFamilyOptions()}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  rocksdb::Status status =
      rocksdb::DB::OpenForReadOnly(options, path, families, &handles, &raw);
  const std::unique_ptr<rocksdb::DB> db(raw);
  std::string format;
  if (status.ok()) {
    status = db->Get(rocksdb::ReadOptions(), handles[0], kFormatKey, &format);
    db->DestroyColumnFamilyHandle(handles[0]);
  }
  if (!status.ok()) return FromRocks(status);
  return absl::FailedPreconditionError(
      base::Cat("the store has format version ", Reader(format).Varint(),
                " with the part '", unknown, "', and this library reads version ",
                uint64_t{kFormatVersion}, ", which has no such part"));
}

// Says what a store does all the time, or what its caller gets as a status; no news.
bool IsHarmless(std::string_view line) {
  constexpr std::string_view kHarmless[] = {
      "File Deletions", "opened without unique ID", "unable to get unique id",
      "lock hold by current process", "While lock file"};
  return std::any_of(std::begin(kHarmless), std::end(kHarmless),
                     [line](std::string_view text) {
                       return line.find(text) != std::string_view::npos;
                     });
}

// Hands RocksDB's warnings and errors to the host.
class HostLogger : public rocksdb::Logger {
 public:
  explicit HostLogger(LogFunction log)
      : Logger(rocksdb::InfoLogLevel::WARN_LEVEL), log_(std::move(log)) {}

  using Logger::Logv;
  void Logv(const char*, va_list) override {}  // Headers and such.
  void Logv(const rocksdb::InfoLogLevel level, const char* format,
            va_list args) override {
    if (!log_ || level < rocksdb::InfoLogLevel::WARN_LEVEL ||
        level > rocksdb::InfoLogLevel::FATAL_LEVEL) {
      return;
    }
    char line[1024];
    const int size = std::vsnprintf(line, sizeof line, format, args);
    if (size <= 0) return;
    const std::string_view text =
        base::Trim({line, std::min(static_cast<size_t>(size), sizeof line - 1)});
    if (IsHarmless(text)) return;
    log_(level == rocksdb::InfoLogLevel::WARN_LEVEL ? LogSeverity::kWarning
                                                    : LogSeverity::kError,
         WithoutSources(text));
  }

 private:
  LogFunction log_;
};

// Notes that a write has failed, and keeps RocksDB from starting a thread that waits for
// the disk to have space again; the store resumes by itself at the next write.
class NoAutoRecovery : public rocksdb::EventListener {
 public:
  explicit NoAutoRecovery(std::shared_ptr<std::atomic<bool>> failed)
      : failed_(std::move(failed)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status*) override {
    *failed_ = true;
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

 private:
  const std::shared_ptr<std::atomic<bool>> failed_;
};

// The large families get a quarter of the share of all memtables each, so that one can be
// written out while the next one fills.
uint64_t MemtableBytes(Family family, const Budget& budget) {
  return family == kLog || family == kPeople
             ? std::max<uint64_t>(budget.memtables / 4, 1 << 20)
             : std::max<uint64_t>(budget.memtables / 16, 256 << 10);
}

// So many files are there before they are merged.
constexpr int kLogFilesUnsorted = 12;
constexpr int kPeopleFilesUnsorted = 8;

// Only what compaction has brought to the last level.
void CompressSettled(rocksdb::CompressionType type,
                     rocksdb::ColumnFamilyOptions& options) {
  options.compression = rocksdb::kNoCompression;
  options.bottommost_compression = type;
  options.bottommost_compression_opts.enabled = true;
  options.bottommost_compression_opts.level = 1;
}

rocksdb::ColumnFamilyOptions FamilyOptions(Family family, const Budget& budget,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  options.compression = rocksdb::kZSTD;
  options.compression_opts.level = 1;
  options.write_buffer_size = MemtableBytes(family, budget);
  options.max_write_buffer_number = 2;
  options.level_compaction_dynamic_level_bytes = true;
  options.target_file_size_base = 32 << 20;
  switch (family) {
    case kLog:
      // Values are large, and are read in order. Most are sealed and deleted before the
      // first compaction: what it leaves is worth compressing.
      table.block_size = 64 << 10;
      options.level0_file_num_compaction_trigger = kLogFilesUnsorted;
      CompressSettled(rocksdb::kZSTD, options);
      break;
    case kPeople:
      // States are written often and read back soon, one by one: ZSTD would take most of
      // the time of reading one.
      CompressSettled(rocksdb::kLZ4Compression, options);
      // Each time it rewrites all that is settled.
      options.level0_file_num_compaction_trigger = kPeopleFilesUnsorted;
      options.memtable_whole_key_filtering = true;
      options.memtable_prefix_bloom_size_ratio = 0.05;
      // In partitions, as a whole filter would not fit into a shard of the cache.
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
      table.partition_filters = true;
      table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
      // What is asked for every look-up and is small does not have to be found in the
      // cache first: of each file the list of partitions, of new files the partitions.
      table.metadata_cache_options.top_level_index_pinning = rocksdb::PinningTier::kAll;
      table.metadata_cache_options.partition_pinning =
          rocksdb::PinningTier::kFlushedAndSimilar;
      break;
    case kIds:
      options.compression = rocksdb::kNoCompression;  // Hashes do not compress.
      break;
    case kChunks:
      // Columns are compressed already, and each is a block of its own.
      options.compression = rocksdb::kNoCompression;
      table.block_size = 4 << 10;
      break;
    default:
      break;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

absl::Status FromRocks(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = WithRealNames(WithoutSources(status.ToString()));
  const auto mentions = [&message](const char* text) {
    return message.find(text) != std::string::npos;
  };
  absl::StatusCode code = absl::StatusCode::kInternal;
  if (status.IsNotFound()) {
    code = absl::StatusCode::kNotFound;
  } else if (status.IsNoSpace() || mentions("No space left") ||
             mentions("File too large") || mentions("Disk quota exceeded")) {
    return absl::ResourceExhaustedError(base::Abs("the disk is full: " + message));
  } else if (status.IsCorruption()) {
    return absl::DataLossError(base::Abs("the store is damaged: " + message));
  } else if (mentions("Permission denied") || mentions("Read-only file system")) {
    code = absl::StatusCode::kPermissionDenied;
  } else if (mentions("lock hold by current process") || mentions("While lock file")) {
    code = absl::StatusCode::kFailedPrecondition;
  } else if (status.IsIOError() && status.subcode() == rocksdb::Status::kPathNotFound) {
    return absl::DataLossError(base::Abs("a file of the store is missing: " + message));
  } else if (status.IsInvalidArgument()) {
    code = absl::StatusCode::kDataLoss;
  }
  return absl::Status(code, base::Abs(message));
}

absl::StatusOr<std::shared_ptr<Rocks>> Rocks::Open(const std::string& path, Access access,
                                                   bool create, const Budget& budget,
                                                   const LogFunction& log) {
  rocksdb::DBOptions options;
  options.create_if_missing = create;
  options.create_missing_column_families = access == Access::kWrite;
  options.info_log = std::make_shared<HostLogger>(log);
  options.db_host_id = "";  // A store does not tell where it was made.
  options.max_background_jobs = 2;
  options.max_subcompactions = 1;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.max_bgerror_resume_count = 0;
  const auto failed = std::make_shared<std::atomic<bool>>(false);
  options.listeners.push_back(std::make_shared<NoAutoRecovery>(failed));
  options.keep_log_file_num = 1;
  options.max_file_opening_threads = 1;
  // The log of a kill ends in the middle of a record; damage anywhere else is an error.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.max_total_wal_size = budget.memtables;
  options.avoid_flush_during_shutdown = false;

  std::shared_ptr<Rocks> rocks(new Rocks());
  rocks->access_ = access;
  rocks->failed_ = failed;
  rocks->memtables_ = std::make_shared<rocksdb::WriteBufferManager>(budget.memtables);
  options.write_buffer_manager = rocks->memtables_;
  rocks->cache_ = rocksdb::NewLRUCache(budget.cache, /*num_shard_bits=*/2);
  rocks->budget_ = budget;
  rocks->SizeCache();
  std::vector<std::string> names;
  const rocksdb::Status listed = rocksdb::DB::ListColumnFamilies(options, path, &names);
  // A writer may be about to make the store; otherwise opening it fails as well.
  if (!listed.ok() && access == Access::kRead) return FromRocks(listed);
  for (const std::string& name : names) {
    if (std::find(std::begin(kFamilyNames), std::end(kFamilyNames), name) ==
        std::end(kFamilyNames)) {
      return NewerFormat(path, options, name);
    }
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  std::vector<Family> opened;
  for (size_t i = 0; i < kFamilies; ++i) {
    if (access == Access::kRead &&
        std::find(names.begin(), names.end(), kFamilyNames[i]) == names.end()) {
      continue;
    }
    opened.push_back(static_cast<Family>(i));
    families.emplace_back(kFamilyNames[i],
                          FamilyOptions(opened.back(), budget, rocks->cache_));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      access == Access::kWrite
          ? rocksdb::DB::Open(options, path, families, &handles, &db)
          : rocksdb::DB::OpenForReadOnly(options, path, families, &handles, &db);
  if (!status.ok()) return FromRocks(status);
  rocks->db_.reset(db);
  for (size_t i = 0; i < handles.size(); ++i) rocks->handles_[opened[i]] = handles[i];
  return rocks;
}

absl::Status Rocks::SetBudget(const Budget& budget) {
  {
    const std::lock_guard lock(cache_mutex_);
    budget_ = budget;
    SizeCache();
  }
  if (access_ == Access::kRead) return absl::OkStatus();
  memtables_->SetBufferSize(budget.memtables);
  FOOTFALL_RETURN_IF_ERROR(FromRocks(
      db_->SetDBOptions({{"max_total_wal_size", std::to_string(budget.memtables)}})));
  for (size_t i = 0; i < kFamilies; ++i) {
    FOOTFALL_RETURN_IF_ERROR(FromRocks(db_->SetOptions(
        handles_[i], {{"write_buffer_size",
                       std::to_string(MemtableBytes(static_cast<Family>(i), budget))}})));
  }
  return absl::OkStatus();
}

void Rocks::HoldForQueries(int64_t change_bytes) {
  // A change of the capacity is a walk through the cache.
  constexpr int64_t kStep = int64_t{4} << 20;
  const int64_t before = query_bytes_.fetch_add(change_bytes);
  if (before / kStep == (before + change_bytes) / kStep) return;
  const std::lock_guard lock(cache_mutex_);
  SizeCache();
}

void Rocks::SizeCache() {
  const auto held = static_cast<uint64_t>(std::max<int64_t>(query_bytes_.load(), 0));
  const uint64_t both = budget_.cache_and_queries();
  cache_->SetCapacity(
      std::clamp(both - std::min(both, held), budget_.cache, 2 * budget_.cache));
}

Rocks::~Rocks() { Close().IgnoreError(); }

absl::Status Rocks::Close() {
  if (db_ == nullptr) return absl::OkStatus();
  for (rocksdb::ColumnFamilyHandle*& handle : handles_) {
    if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle);
    handle = nullptr;
  }
  const rocksdb::Status status = db_->Close();
  db_.reset();
  return FromRocks(status);
}

absl::StatusOr<std::optional<std::string>> Rocks::Get(
    Family family, std::string_view key, const rocksdb::Snapshot* snapshot) const {
  if (!has(family)) return std::nullopt;
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::string value;
  const rocksdb::Status status =
      db_->Get(options, handles_[family], ToSlice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return FromRocks(status);
  return value;
}

absl::Status Rocks::Put(Family family, std::string_view key,
                        std::string_view value) const {
  rocksdb::WriteBatch batch;
  batch.Put(handles_[family], ToSlice(key), ToSlice(value));
  return Write(&batch, true);
}

absl::Status Rocks::Write(rocksdb::WriteBatch* batch, bool sync) const {
  rocksdb::WriteOptions options;
  options.sync = sync;
  return FromRocks(db_->Write(options, batch));
}

std::unique_ptr<rocksdb::Iterator> Rocks::Iterate(Family family,
                                                  const rocksdb::Snapshot* snapshot,
                                                  bool fill_cache,
                                                  size_t readahead) const {
  if (!has(family)) {
    return std::unique_ptr<rocksdb::Iterator>(rocksdb::NewEmptyIterator());
  }
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.fill_cache = fill_cache;
  options.readahead_size = readahead;
  options.total_order_seek = true;
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options, handles_[family]));
}

absl::Status Rocks::Flush() const {
  return FromRocks(
      db_->Flush(rocksdb::FlushOptions(), {handles_.begin(), handles_.end()}));
}

absl::Status Rocks::CompactAll(Family family) const {
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  return FromRocks(db_->CompactRange(options, handles_[family], nullptr, nullptr));
}

absl::Status Rocks::CompactRange(Family family, std::string_view begin,
                                 std::string_view end) const {
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  const rocksdb::Slice first = ToSlice(begin);
  const rocksdb::Slice last = ToSlice(end);
  return FromRocks(db_->CompactRange(options, handles_[family], &first, &last));
}

std::unique_ptr<rocksdb::SstFileWriter> Rocks::NewFileWriter(Family family) const {
  return std::make_unique<rocksdb::SstFileWriter>(
      rocksdb::EnvOptions(), db_->GetOptions(handles_[family]), handles_[family]);
}

absl::Status Rocks::AddFiles(Family family, const std::vector<std::string>& paths) const {
  // After an error that it got over, RocksDB 7.8 takes files in under the number 0, or
  // ends the process, until the database is opened anew.
  if (*failed_) return CopyFiles(family, paths);
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.write_global_seqno = false;
  return FromRocks(db_->IngestExternalFile(handles_[family], paths, options));
}

absl::Status Rocks::CopyFiles(Family family,
                              const std::vector<std::string>& paths) const {
  for (const std::string& path : paths) {
    rocksdb::SstFileReader reader(db_->GetOptions(handles_[family]));
    FOOTFALL_RETURN_IF_ERROR(FromRocks(reader.Open(path)));
    const std::unique_ptr<rocksdb::Iterator> rows(
        reader.NewIterator(rocksdb::ReadOptions()));
    rocksdb::WriteBatch batch;
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      FOOTFALL_RETURN_IF_ERROR(
          FromRocks(batch.Put(handles_[family], rows->key(), rows->value())));
      if (batch.GetDataSize() < kCopyBytes) continue;
      FOOTFALL_RETURN_IF_ERROR(Write(&batch, false));
      batch.Clear();
    }
    FOOTFALL_RETURN_IF_ERROR(FromRocks(rows->status()));
    FOOTFALL_RETURN_IF_ERROR(Write(&batch, false));
  }
  return absl::OkStatus();
}

absl::Status Rocks::RemoveRange(Family family, std::string_view begin,
                                std::string_view end) const {
  const rocksdb::Slice first = ToSlice(begin);
  const rocksdb::Slice last = ToSlice(end);
  FOOTFALL_RETURN_IF_ERROR(FromRocks(rocksdb::DeleteFilesInRange(
      db_.get(), handles_[family], &first, &last, /*include_end=*/false)));
  return FromRocks(
      db_->DeleteRange(rocksdb::WriteOptions(), handles_[family], first, last));
}

uint64_t Rocks::MemoryBytes() const {
  uint64_t memtables = 0;
  db_->GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables,
                                &memtables);
  return cache_->GetUsage() + memtables;
}

}  // namespace footfall::store
