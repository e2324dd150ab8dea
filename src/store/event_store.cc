#include "store/event_store.h"

#include <sodium.h>

#include <algorithm>

#include "base/file.h"
#include "base/status.h"
#include "base/strings.h"
#include "store/settings.h"
#include "store/store_impl.h"

namespace footfall::store {
namespace {

// Up to this many changed people are copied into a snapshot; more are written first.
constexpr size_t kOverlayMax = 2048;

absl::Status NotWritable() {
  return absl::FailedPreconditionError("the store is open for reading only");
}

}  // namespace

EventStore::Impl::Impl(std::string path, const Options& options)
    : path_(std::move(path)),
      options_(options),
      read_only_(options.mode == OpenMode::kReadOnly),
      budget_(options.memory_budget_bytes != 0 ? options.memory_budget_bytes
                                               : Settings().memory_budget_bytes),
      process_(base::ProcessId()) {}

EventStore::Impl::~Impl() = default;

bool EventStore::Impl::in_child() const { return base::ProcessId() != process_; }

void EventStore::Impl::Log(LogSeverity severity, std::string_view message) const {
  if (options_.log) options_.log(severity, message);
}

absl::Status EventStore::Impl::Enter(std::shared_lock<std::shared_mutex>* lock) const {
  if (in_child()) {
    return absl::FailedPreconditionError(
        "the store was opened by a parent process; open it again in this one");
  }
  *lock = std::shared_lock(open_mutex_);
  return closed_ ? absl::FailedPreconditionError("the store is closed")
                 : absl::OkStatus();
}

absl::Status EventStore::Impl::CheckUsable() const {
  std::shared_lock<std::shared_mutex> open;
  return Enter(&open);
}

absl::Status EventStore::Impl::EnterToWrite(
    std::shared_lock<std::shared_mutex>* lock) const {
  FOOTFALL_RETURN_IF_ERROR(Enter(lock));
  return read_only_ ? NotWritable() : absl::OkStatus();
}

absl::Status EventStore::Impl::Close() {
  if (in_child()) {
    return absl::FailedPreconditionError(
        "the store was opened by a parent process, which closes it");
  }
  StopBackground();
  const std::unique_lock lock(open_mutex_);
  if (closed_) return absl::OkStatus();
  closed_ = true;
  absl::Status status;
  if (!read_only_ && rocks_ != nullptr && people_ != nullptr && ids_ != nullptr) {
    const uint64_t through = counters_.next_record - 1;
    status = Heal();
    if (status.ok() && people_->changed() > 0) status = people_->Flush(through);
    if (status.ok()) status = ids_->Save(through);
    // The next opening then has no write-ahead log to go through.
    if (status.ok()) status = rocks_->Flush();
  }
  people_.reset();
  ids_.reset();
  last_snapshot_.reset();
  held_snapshot_.reset();
  reader_snapshot_.reset();
  // Snapshots that are still held keep the database; the last one closes it.
  if (rocks_ != nullptr && rocks_.use_count() == 1) {
    const absl::Status closed = rocks_->Close();
    if (status.ok()) status = closed;
  }
  rocks_.reset();
  return status;
}

Settings EventStore::Impl::settings() const {
  const std::unique_lock lock(settings_mutex_);
  return settings_;
}

std::shared_ptr<const Snapshot> EventStore::Impl::MakeSnapshot(
    std::shared_ptr<Rocks> rocks, const rocksdb::Snapshot* snapshot,
    StateOverlay overlay) {
  return std::make_shared<StoreSnapshot>(
      StoreSnapshot::Parts{.rocks = std::move(rocks),
                           .snapshot = snapshot,
                           .dictionaries = dictionaries_,
                           .key = key_,
                           .settings = settings(),
                           .overlay = std::move(overlay),
                           .horizon_ms = counters_.horizon_ms,
                           .runs = runs_,
                           .run_cache = run_cache_,
                           .alive = alive_,
                           .version = version_});
}

absl::StatusOr<std::shared_ptr<const Snapshot>> EventStore::Impl::TakeSnapshot() {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(Enter(&open));
  return TakeSnapshotInside();
}

absl::StatusOr<std::shared_ptr<const Snapshot>> EventStore::Impl::TakeSnapshotInside() {
  if (read_only_) return TakeReaderSnapshot();
  const Exclusive exclusive(this, Exclusive::For::kReading);
  held_snapshot_ = SnapshotOfWriter();
  return held_snapshot_;
}

std::shared_ptr<const Snapshot> EventStore::Impl::SnapshotOfWriter() {
  if (auto last = last_snapshot_.lock();
      last != nullptr && last_snapshot_version_ == version_) {
    return last;
  }
  if (people_->changed() > kOverlayMax && !write_failed_) {
    // On a full disk the states are copied instead, and reading goes on.
    people_->Flush(counters_.next_record - 1).IgnoreError();
  }
  auto snapshot = MakeSnapshot(rocks_, rocks_->db()->GetSnapshot(), people_->Overlay());
  last_snapshot_ = snapshot;
  last_snapshot_version_ = version_;
  return snapshot;
}

absl::Status EventStore::Impl::SetSetting(std::string_view key, std::string_view value) {
  std::shared_lock<std::shared_mutex> open;
  FOOTFALL_RETURN_IF_ERROR(EnterToWrite(&open));
  const Exclusive exclusive(this);
  Settings changed = settings();
  const Settings before = changed;
  FOOTFALL_RETURN_IF_ERROR(ApplySetting(key, value, &changed));
  FOOTFALL_RETURN_IF_ERROR(Heal());
  const bool rebuild = changed.session.gap_ms != before.session.gap_ms ||
                       changed.session.max_ms != before.session.max_ms;
  std::string row(kSettingPrefix);
  row += key;
  rocksdb::WriteBatch batch;
  batch.Put(rocks_->family(kMeta), ToSlice(row), ToSlice(value));
  if (rebuild) batch.Put(rocks_->family(kMeta), kRebuildKey, "");
  if (absl::Status status = rocks_->Write(&batch, true); !status.ok()) {
    write_failed_ = true;
    return status;
  }
  {
    const std::unique_lock lock(settings_mutex_);
    settings_ = changed;
  }
  ++version_;
  return rebuild ? RebuildSessions() : absl::OkStatus();
}

// The database to read documents from; a reader first catches up.
absl::StatusOr<std::shared_ptr<Rocks>> EventStore::Impl::Database() {
  if (!read_only_) return rocks_;
  FOOTFALL_RETURN_IF_ERROR(TakeReaderSnapshot().status());
  const std::unique_lock lock(reader_mutex_);
  return rocks_;
}

Metrics EventStore::Impl::metrics() const {
  Metrics metrics;
  std::shared_lock<std::shared_mutex> open;
  metrics.events_accepted = events_accepted_;
  metrics.events_duplicate = events_duplicate_;
  metrics.batches_committed = batches_committed_;
  metrics.log_bytes_written = log_bytes_written_;
  if (Enter(&open).ok() && !read_only_) {
    metrics.memory_bytes = rocks_->MemoryBytes() + view_bytes_;
  }
  return metrics;
}

EventStore::EventStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EventStore::~EventStore() {
  if (impl_->in_child()) {
    // RocksDB's threads did not come along, so nothing can be closed; the memory is left
    // to the end of the process.
    impl_.release();
    return;
  }
  impl_->Close().IgnoreError();
}

absl::StatusOr<std::unique_ptr<EventStore>> EventStore::Open(const std::string& path,
                                                             const Options& options) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError("the path of a store must not be empty");
  }
  if (options.memory_budget_bytes != 0 && options.memory_budget_bytes < kBudgetMin) {
    return absl::InvalidArgumentError("the least memory budget of a store is 16 MiB");
  }
  if (sodium_init() < 0) return absl::InternalError("libsodium cannot start");
  const bool create = options.mode == OpenMode::kReadWrite;
  const bool reader = options.mode == OpenMode::kReadOnly;
  FOOTFALL_ASSIGN_OR_RETURN(base::PathKind kind, base::KindOf(path));
  const auto absent = [&path] {
    return base::MakeError(absl::StatusCode::kNotFound,
                           base::Cat(path, ": there is no store"));
  };
  if (kind == base::PathKind::kFile) {
    return base::MakeError(absl::StatusCode::kDataLoss,
                           base::Cat(path, ": is a file, not a store"));
  }
  if (kind == base::PathKind::kAbsent) {
    if (!create) return absent();
    if (absl::Status made = base::MakeDirectory(path);
        !made.ok() && made.code() != absl::StatusCode::kAlreadyExists) {
      return made;
    }
  }
  // One name for the directory, so that it cannot be opened twice by two names.
  FOOTFALL_ASSIGN_OR_RETURN(const std::string canonical, base::CanonicalPath(path));
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                            base::ListDirectory(canonical));
  // The list may have been read while another process made the store.
  FOOTFALL_ASSIGN_OR_RETURN(const base::PathKind current,
                            base::KindOf(canonical + "/CURRENT"));
  const bool is_store = current == base::PathKind::kFile;
  if (!is_store && std::any_of(names.begin(), names.end(), [](const std::string& name) {
        // What there is while a store is made, or when that was cut short.
        return name != "LOCK" && name != "IDENTITY" && name.rfind("MANIFEST-", 0) != 0 &&
               !(name.size() > 6 && name.compare(name.size() - 6, 6, ".dbtmp") == 0);
      })) {
    return base::MakeError(absl::StatusCode::kDataLoss,
                           base::Cat(path, ": is not a store: it has no file CURRENT"));
  }
  if (!is_store && !create) return absent();
  if (!reader) FOOTFALL_RETURN_IF_ERROR(base::CheckWritable(canonical));
  auto impl = std::make_unique<Impl>(canonical, options);
  absl::Status status = reader ? impl->OpenReader() : impl->OpenWriter(create);
  if (!status.ok()) {
    impl->Abandon();
    if (status.code() == absl::StatusCode::kFailedPrecondition &&
        base::MessageOf(status).find("lock") != std::string::npos) {
      return base::MakeError(
          absl::StatusCode::kFailedPrecondition,
          base::Cat(path, ": the store is open for writing already, in ",
                    base::MessageOf(status).find("current process") != std::string::npos
                        ? "this process"
                        : "another process"));
    }
    const std::string message = base::MessageOf(status);
    if (message.rfind(path, 0) == 0) return status;
    return base::MakeError(status.code(), base::Cat(path, ": ", message));
  }
  return std::unique_ptr<EventStore>(new EventStore(std::move(impl)));
}

absl::Status EventStore::Close() { return impl_->Close(); }
absl::Status EventStore::CheckUsable() const { return impl_->CheckUsable(); }
absl::StatusOr<AppendResult> EventStore::Append(const Batch& batch, int64_t now_ms) {
  return impl_->Append(batch, now_ms);
}
absl::StatusOr<std::shared_ptr<const Snapshot>> EventStore::TakeSnapshot() {
  return impl_->TakeSnapshot();
}
absl::StatusOr<bool> EventStore::FindPerson(std::string_view id, const PersonParts& parts,
                                            model::Person* person) {
  return impl_->FindPerson(id, parts, person);
}
void EventStore::Observe(std::shared_ptr<EventObserver> observer) {
  impl_->Observe(std::move(observer));
}
Settings EventStore::settings() const { return impl_->settings(); }
absl::Status EventStore::SetSetting(std::string_view key, std::string_view value) {
  return impl_->SetSetting(key, value);
}
absl::Status EventStore::PutDocument(std::string_view kind, std::string_view name,
                                     std::string_view text) {
  return impl_->PutDocument(kind, name, text);
}
absl::StatusOr<std::string> EventStore::GetDocument(std::string_view kind,
                                                    std::string_view name) {
  return impl_->GetDocument(kind, name);
}
absl::Status EventStore::DeleteDocument(std::string_view kind, std::string_view name) {
  return impl_->DeleteDocument(kind, name);
}
absl::Status EventStore::WriteDocuments(const std::vector<DocumentChange>& changes) {
  return impl_->WriteDocuments(changes);
}
absl::StatusOr<std::vector<std::pair<std::string, std::string>>>
EventStore::ListDocuments(std::string_view kind, const DocumentRange& range) {
  return impl_->ListDocuments(kind, range);
}
absl::StatusOr<ImportReport> EventStore::ImportAttributes(
    std::string_view integration, const std::vector<AttributeSchema>& schema,
    const std::vector<AttributeUpdate>& updates, const ImportOptions& options) {
  return impl_->ImportAttributes(integration, schema, updates, options);
}
absl::StatusOr<std::vector<RegisteredAttribute>> EventStore::ListAttributes() {
  return impl_->ListAttributes();
}
absl::StatusOr<std::string> EventStore::PersonDocumentPrefix(std::string_view id) {
  return impl_->PersonDocumentPrefix(id);
}
absl::StatusOr<uint64_t> EventStore::ForgetPerson(std::string_view id,
                                                  Forgotten* forgotten) {
  return impl_->ForgetPerson(id, forgotten);
}
absl::StatusOr<SealReport> EventStore::Seal(const SealOptions& options) {
  return impl_->Seal(options);
}
absl::StatusOr<CompactReport> EventStore::Compact(int64_t now_ms,
                                                  const base::Cancel* cancel) {
  return impl_->Compact(now_ms, cancel);
}
absl::StatusOr<RedactReport> EventStore::Redact(const RedactOptions& options,
                                                Redactor& redactor) {
  return impl_->Redact(options, redactor);
}
absl::StatusOr<CheckReport> EventStore::Check(const base::Cancel* cancel) {
  return impl_->Check(cancel);
}
absl::StatusOr<base::Json> EventStore::Stats() { return impl_->Stats(); }
Metrics EventStore::metrics() const { return impl_->metrics(); }
absl::Status EventStore::Backup(const std::string& path) { return impl_->Backup(path); }

}  // namespace footfall::store
