// The inside of EventStore. Methods that change the store run one at a time: a caller
// queues, and the one at the front of the queue has the store to itself.
#ifndef FOOTFALL_STORE_STORE_IMPL_H_
#define FOOTFALL_STORE_STORE_IMPL_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "store/batch.h"
#include "store/dictionary.h"
#include "store/event_store.h"
#include "store/hashing.h"
#include "store/id_index.h"
#include "store/meta.h"
#include "store/people.h"
#include "store/rocks.h"
#include "store/run_builder.h"
#include "store/snapshot.h"
#include "store/stored_run.h"

namespace footfall::store {

class EventStore::Impl {
 public:
  Impl(std::string path, const Options& options);
  ~Impl();

  absl::Status OpenWriter(bool create);
  absl::Status OpenReader();
  absl::Status Close();
  // Closes what a failed opening has opened, writing nothing.
  void Abandon() { closed_ = true; }

  absl::StatusOr<AppendResult> Append(const Batch& batch, int64_t now_ms);
  absl::StatusOr<std::shared_ptr<const Snapshot>> TakeSnapshot();
  absl::StatusOr<bool> FindPerson(std::string_view id, const PersonParts& parts,
                                  model::Person* person);
  void Observe(std::shared_ptr<EventObserver> observer) {
    observer_ = std::move(observer);
  }
  Settings settings() const;
  absl::Status SetSetting(std::string_view key, std::string_view value);
  absl::Status PutDocument(std::string_view kind, std::string_view name,
                           std::string_view text);
  absl::StatusOr<std::string> GetDocument(std::string_view kind, std::string_view name);
  absl::Status DeleteDocument(std::string_view kind, std::string_view name);
  absl::Status WriteDocuments(const std::vector<DocumentChange>& changes);
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ListDocuments(
      std::string_view kind, const DocumentRange& range);
  absl::StatusOr<ImportReport> ImportAttributes(
      std::string_view integration, const std::vector<AttributeSchema>& schema,
      const std::vector<AttributeUpdate>& updates, const ImportOptions& options);
  absl::StatusOr<std::vector<RegisteredAttribute>> ListAttributes();
  absl::StatusOr<std::string> PersonDocumentPrefix(std::string_view id);
  absl::StatusOr<uint64_t> ForgetPerson(std::string_view id, Forgotten* forgotten);
  absl::StatusOr<SealReport> Seal(const SealOptions& options);
  absl::StatusOr<CompactReport> Compact(int64_t now_ms, const base::Cancel* cancel);
  absl::StatusOr<RedactReport> Redact(const RedactOptions& options, Redactor& redactor);
  absl::StatusOr<CheckReport> Check(const base::Cancel* cancel);
  absl::StatusOr<base::Json> Stats();
  Metrics metrics() const;
  absl::Status Backup(const std::string& path);
  absl::Status CheckUsable() const;
  bool in_child() const;

 private:
  // A place in the queue: a batch to append, or a call that needs the store to itself.
  struct Writer {
    const Batch::Rep* batch = nullptr;
    int64_t now_ms = 0;
    std::vector<Hash128> id_hashes;      // Of the events with an id, in order.
    std::vector<Hash128> person_hashes;  // Per entry of batch->people.
    AppendResult result;
    absl::Status status;
    bool done = false;
    std::condition_variable turn;
  };
  class Exclusive;
  class PeopleRebuild;
  struct Group;

  // Keeps the store open during a call; not OK after Close and in a child process.
  absl::Status Enter(std::shared_lock<std::shared_mutex>* lock) const;
  absl::Status EnterToWrite(std::shared_lock<std::shared_mutex>* lock) const;

  // The following are called inside Enter.
  absl::StatusOr<std::shared_ptr<const Snapshot>> TakeSnapshotInside();
  // For whoever is at the front of the queue.
  std::shared_ptr<const Snapshot> SnapshotOfWriter();

  // commit.cc
  void Commit(const std::vector<Writer*>& writers);
  absl::Status Plan(Writer& writer, Group& group);
  absl::Status WriteGroup(Group& group);
  absl::Status MakeRoom(const std::vector<Writer*>& writers);
  absl::Status Heal();

  // find_person.cc
  enum class Found { kNo, kYes, kUncertain };
  absl::StatusOr<Identity> IdentityBesideWriter(std::string_view id);
  absl::StatusOr<Found> FindBesideWriter(std::string_view id, const PersonParts& parts,
                                         model::Person* person);
  // To be called when records or chunks that were there have changed.
  void EventsChanged() {
    ++epoch_;
    if (observer_ != nullptr) observer_->Changed();
  }
  void ShowObserver(const Batch::Rep& batch, const std::vector<uint32_t>& kept,
                    const std::vector<Identity>& identities, int64_t now_ms);

  // imported.cc
  struct Import;
  absl::Status PlanRegistry(Import& import);
  absl::Status PlanUpdate(const AttributeUpdate& update, Import& import);
  absl::Status WriteImport(Import& import);

  // open.cc
  // NOT_FOUND for a store whose making has not ended.
  absl::Status CheckMade(const Rocks& rocks) const;
  absl::Status LoadMeta(Rocks& rocks);
  absl::Status LoadDictionaries(const Rocks& rocks);
  absl::Status CreateMeta(const Rocks& rocks);
  absl::Status RaiseFormat();
  absl::Status Replay(const std::shared_ptr<Rocks>& rocks, uint64_t people_through,
                      People* people, uint64_t ids_through, IdIndex* ids, bool may_write);
  // Brings the states up to the log after they were cut back.
  absl::Status CatchUpPeople();
  absl::StatusOr<std::shared_ptr<const Snapshot>> TakeReaderSnapshot();
  absl::StatusOr<std::shared_ptr<Rocks>> Database();
  std::string FilesSignature(bool manifest_only) const;

  // maintenance.cc
  struct Rewrite;
  absl::StatusOr<uint64_t> RewriteLog(const Rewrite& rewrite);
  absl::StatusOr<uint64_t> RewriteChunks(const Rewrite& rewrite);
  // Adds the rows that make `rows` what chunk `index` holds; none takes the chunk away.
  absl::Status PutChunk(const StoredRun& run, size_t index, const Rows& rows, RunRow* row,
                        rocksdb::WriteBatch* batch);
  // Replaces a row of runs_, once it is written.
  void TakeOver(const RunRow& row);
  absl::Status EraseOldChunk(const RunRow& run, uint32_t chunk);
  absl::StatusOr<uint64_t> FinishForgetting(std::string_view codes_row);
  absl::Status SettleStaleRuns(const base::Cancel* cancel);
  absl::Status RebuildSessions();

  // erase_unused.cc
  absl::Status EraseUnused(const base::Cancel* cancel);
  absl::Status EraseUnusedIfRemoved(const base::Cancel* cancel);
  absl::StatusOr<std::vector<std::pair<uint64_t, Hash128>>> StatelessPeople();

  // seal.cc
  absl::Status LoadRuns();
  absl::Status RemoveUnknownRuns();
  absl::Status RemoveDropped();
  absl::Status TakeOverRuns(BuiltRuns built, int64_t expired_before_ms);
  absl::StatusOr<BuildContext> NewBuild(Packing packing, const base::Cancel* cancel);
  absl::Status PrepareSealing();
  absl::Status SealLog(bool merge, const base::Cancel* cancel, SealReport* report);
  absl::Status MergeInto(const std::vector<RunRow>& inputs, Packing packing,
                         int64_t expired_before_ms, const base::Cancel* cancel);
  absl::StatusOr<bool> NeedsRewriting(const RunRow& row, const Owners& owners,
                                      int64_t expired_before_ms);
  absl::Status RewriteUnlinked(const absl::flat_hash_set<uint64_t>& codes);
  absl::Status MergeSpans(int step, int64_t expired_before_ms, const base::Cancel* cancel,
                          SealReport* report);
  absl::Status MergeAllRuns(int64_t expired_before_ms, const base::Cancel* cancel,
                            SealReport* report);
  std::vector<RunRow> RunsToMerge() const;
  absl::Status MergeManyRuns(const base::Cancel* cancel, SealReport* report);
  absl::StatusOr<bool> HasRows(std::string_view prefix) const;
  bool ShouldSeal(int64_t now_ms) const;
  void SealWhenDue(int64_t now_ms);

  // background.cc
  void StartBackground();
  void WakeBackground();
  void StopBackground();
  absl::Status SealBeside();

  // redact.cc
  struct Redaction;
  struct RedactedSlice;
  absl::StatusOr<RedactReport> CountRedaction(const RedactOptions& options,
                                              Redactor& redactor);
  absl::StatusOr<Redaction> BeginRedaction(std::string_view key);
  absl::Status RedactSlice(Redaction& redaction, Redactor& redactor);
  absl::StatusOr<bool> RedactEvents(const Place& place, LogRecord& record,
                                    Redactor& redactor, Redaction& redaction,
                                    RedactedSlice& slice);
  std::string EncodeRedacted(const RedactedSlice& slice, int64_t ingest_ms);
  absl::Status RedactRecord(uint64_t number, LogRecord& record, Redactor& redactor,
                            Redaction& redaction, RedactedSlice& slice);
  absl::StatusOr<bool> RedactNextChunk(Redaction& redaction, Redactor& redactor);
  absl::Status RedactChunk(const StoredRun& run, size_t index, Redactor& redactor,
                           Redaction& redaction, RunRow* row, RedactedSlice& slice);
  absl::Status WriteSlice(const Redaction& next, size_t strings, RedactedSlice& slice);
  absl::Status WriteSynced(rocksdb::WriteBatch& rows);
  absl::Status EndLogPhase(Redaction& redaction, Redactor& redactor);
  absl::Status RedactStates(Redaction& redaction, Redactor& redactor);
  absl::Status StartPeoplePhase(Redaction& redaction);
  absl::StatusOr<absl::flat_hash_set<uint64_t>> FindUnlinked();
  absl::Status Unlink(const absl::flat_hash_set<uint64_t>& codes,
                      rocksdb::WriteBatch& rows);
  void PutPeopleThrough(uint64_t record, rocksdb::WriteBatch& rows) const;
  absl::Status KeepExpiredStates(Redaction& redaction);
  absl::StatusOr<std::vector<uint64_t>> CountActivity(uint64_t first, uint64_t end);
  absl::StatusOr<bool> FinishRedactedPeople();
  absl::Status EraseRedacted(const Redaction& redaction);

  void Log(LogSeverity severity, std::string_view message) const;
  std::shared_ptr<const Snapshot> MakeSnapshot(std::shared_ptr<Rocks> rocks,
                                               const rocksdb::Snapshot* snapshot,
                                               StateOverlay overlay);

  const std::string path_;
  const Options options_;
  const bool read_only_;
  Budget budget_;  // Changes while the store is opened, and when a reader catches up.
  const int64_t process_;

  mutable std::shared_mutex
      open_mutex_;  // Held shared by every call, exclusively by Close.
  bool closed_ = false;

  std::mutex queue_mutex_;
  std::deque<Writer*> queue_;

  std::mutex redact_mutex_;  // Held by the one redaction that may change the store.

  std::shared_ptr<EventObserver> observer_;
  std::atomic<uint64_t> people_rebuilds_{0};  // Begun and ended; odd during one.
  int rebuild_depth_ = 0;                     // Of whoever is at the front of the queue.

  std::shared_ptr<Rocks> rocks_;
  // Replaced by another object when strings are erased; a reader's too.
  std::shared_ptr<Dictionaries> dictionaries_;
  HashKey key_{};
  // The following belong to whoever is at the front of the queue.
  std::unique_ptr<People> people_;
  std::unique_ptr<IdIndex> ids_;
  Counters counters_;
  bool write_failed_ = false;
  std::vector<RunRow> runs_;  // By first arrival.
  uint64_t next_run_ = 1;
  uint64_t unsealed_ = 0;           // Events in the log.
  uint64_t sealing_failed_at_ = 0;  // How many there were at the last attempt.
  int64_t unsealed_since_ms_ = 0;
  // People with codes below it may have rows in runs.
  uint64_t sealed_people_ = 0;
  uint64_t epoch_ = 0;            // Grows when records or chunks that were there change.
  bool background_aged_ = false;  // What the log holds is to be sealed, however few.
  bool people_behind_ = false;    // CatchUpPeople must come before anything else.
  const std::shared_ptr<RunCache> run_cache_ = std::make_shared<RunCache>();
  // Shared by all snapshots, to tell whether there is one.
  const std::shared_ptr<const void> alive_ = std::make_shared<int>();
  std::weak_ptr<const Snapshot> last_snapshot_;
  // The same until the next write: reports of a quiet store share what a snapshot reads
  // only once. For whoever is at the front of the queue.
  std::shared_ptr<const Snapshot> held_snapshot_;
  uint64_t last_snapshot_version_ = 0;
  uint64_t version_ = 1;  // Grows with every change that a snapshot shows.

  mutable std::mutex settings_mutex_;
  Settings settings_;

  // Readers only.
  std::mutex reader_mutex_;
  std::string reader_signature_;
  std::shared_ptr<const Snapshot> reader_snapshot_;
  uint64_t reader_erasures_ = 0;  // As of dictionaries_.

  // Held by the one who builds runs; taken before a place in the queue.
  std::mutex build_mutex_;
  // The thread that seals, if the host asked for one.
  std::thread background_;
  std::mutex background_mutex_;
  std::condition_variable background_wake_;
  bool background_due_ = false;
  bool background_stop_ = false;
  base::Cancel background_cancel_;

  std::atomic<uint64_t> events_accepted_{0};
  std::atomic<uint64_t> events_duplicate_{0};
  std::atomic<uint64_t> batches_committed_{0};
  std::atomic<uint64_t> log_bytes_written_{0};
  std::atomic<uint64_t> view_bytes_{0};  // Held by people_, ids_ and dictionaries_.
};

// While it lives, states are computed anew, and nobody reads them beside the writer.
class EventStore::Impl::PeopleRebuild {
 public:
  explicit PeopleRebuild(Impl* impl) : impl_(impl) {
    if (impl_->rebuild_depth_++ == 0) ++impl_->people_rebuilds_;
  }
  ~PeopleRebuild() {
    if (impl_->observer_ != nullptr) impl_->observer_->Changed();
    if (--impl_->rebuild_depth_ == 0) ++impl_->people_rebuilds_;
  }
  PeopleRebuild(const PeopleRebuild&) = delete;
  PeopleRebuild& operator=(const PeopleRebuild&) = delete;

 private:
  Impl* const impl_;
};

// Waits for the front of the queue, and leaves it.
class EventStore::Impl::Exclusive {
 public:
  enum class For { kReading, kWriting };
  explicit Exclusive(Impl* impl, For purpose = For::kWriting) : impl_(impl) {
    {
      std::unique_lock lock(impl_->queue_mutex_);
      impl_->queue_.push_back(&writer_);
      while (impl_->queue_.front() != &writer_) writer_.turn.wait(lock);
    }
    if (purpose == For::kWriting) impl_->held_snapshot_.reset();
  }
  ~Exclusive() {
    const std::unique_lock lock(impl_->queue_mutex_);
    impl_->queue_.pop_front();
    if (!impl_->queue_.empty()) impl_->queue_.front()->turn.notify_one();
  }
  Exclusive(const Exclusive&) = delete;
  Exclusive& operator=(const Exclusive&) = delete;

 private:
  Impl* const impl_;
  Writer writer_;
};

// Events of `record` as a batch again, in which people are named by their codes in
// decimal (as a record needs no more), and their arrivals.
absl::Status ToBatch(const LogRecord& record, Batch::Rep* batch,
                     std::vector<uint64_t>* arrivals);
// The codes of the people of such a batch.
std::vector<uint64_t> CodesOf(const Batch::Rep& batch);
// Their codes and links.
absl::StatusOr<std::vector<Identity>> IdentitiesOf(const Batch::Rep& batch,
                                                   CodeLookup& lookup);
// Names the people of a parsed record by their codes; `names` holds the text.
void NameByCode(LogRecord& record, std::vector<std::string>* names);

// The record that holds the events of `batch`, in which people are named by their codes;
// `code_of` as for CodeStrings.
std::string EncodeRewritten(
    const Batch::Rep& batch, const std::vector<uint64_t>& arrivals, int64_t ingest_ms,
    absl::FunctionRef<uint32_t(uint32_t dictionary, std::string_view text)> code_of);

// The key of a document's row.
std::string DocumentKey(std::string_view kind, std::string_view name);
// What the names of documents about a person begin with.
std::string PersonPrefix(const Hash128& id_hash);

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_STORE_IMPL_H_
