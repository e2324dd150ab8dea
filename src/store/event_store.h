// The event store: filtered events, people, settings and saved documents over RocksDB.
//
// The log is the truth. One batch of events is one log record, written with a synced
// write-ahead log; people and the index of event ids are views of the log that are kept
// in memory, written behind, and brought up to date from the log when a store is opened.
#ifndef FOOTFALL_STORE_EVENT_STORE_H_
#define FOOTFALL_STORE_EVENT_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancel.h"
#include "base/json.h"
#include "model/event.h"
#include "model/person.h"
#include "model/session.h"
#include "store/block.h"
#include "store/redact.h"

namespace footfall::store {

enum class OpenMode { kReadWrite, kReadOnly, kExisting };
enum class LogSeverity { kInfo = 1, kWarning = 2, kError = 3 };

struct Options {
  OpenMode mode = OpenMode::kReadWrite;
  // At least 16 MiB; 0 means the store's setting "memory_budget".
  uint64_t memory_budget_bytes = 0;
  // Seals in a thread of the store's own, instead of in calls that append.
  bool background_sealing = false;
  // Called from any thread; must not call into the store. May be empty.
  std::function<void(LogSeverity, std::string_view)> log;
};

// Settings of a store, changed at run time with SetSetting.
struct Settings {
  model::Level level = model::Level::kContent;
  int64_t retention_days = 365;   // 0 means unlimited.
  int64_t dedup_window_days = 7;  // 0 to 366.
  model::SessionRule session;     // "session_gap" and "session_max": durations, "30m".
  uint64_t event_bytes_max = uint64_t{1} << 20;
  std::string account_property;
  // Of the next opening without Options::memory_budget_bytes. "256M", "1G" or bytes.
  uint64_t memory_budget_bytes = uint64_t{256} << 20;
  // Appending seals the log when it holds so many events, 0 means never, or one that was
  // appended so long ago.
  int64_t seal_events = 500'000;
  int64_t seal_after_ms = 24 * 60 * 60 * 1000;
  int64_t imported_attributes_max = 100;  // Of all integrations together.
  int64_t run_log_days = 90;              // Logs of scheduled runs; 0 means unlimited.
  int64_t group_size_min = 0;             // Of people that reports speak of; 0 means any.
  uint64_t report_memory_bytes = 0;  // Derived: the part of the budget a query may use.

  base::Json ToJson() const;
};

// Events of one ingest call, copied out of the filter's buffers, ready to be appended.
// Not thread-safe.
class Batch {
 public:
  Batch();
  ~Batch();
  Batch(Batch&&) noexcept;
  Batch& operator=(Batch&&) noexcept;

  // Copies `event`. Its position among the added ones is its index.
  void Add(const model::Event& event);
  size_t size() const;
  size_t bytes() const;  // Memory held.
  void Clear();

  struct Rep;  // Known to the store alone.

 private:
  friend class EventStore;
  std::unique_ptr<Rep> rep_;
};

struct AppendResult {
  uint64_t accepted = 0;
  uint64_t duplicates = 0;
  struct Rejection {
    size_t index = 0;    // In the batch.
    std::string path;    // "anonymous".
    std::string reason;  // "is already linked to another person".
  };
  std::vector<Rejection> rejections;
};

// An event as a scan hands it out.
struct StoredEvent {
  model::Event event;   // Its views live until the visitor returns.
  uint64_t person = 0;  // Code of the person, aliases resolved.
  // Store-wide ingest position. Sealed events have others than before, which only keep
  // the order of those of one person with equal time and seq.
  uint64_t arrival = 0;
};

struct ScanOptions {
  // Only events with time in [from_ms, to_ms).
  int64_t from_ms = INT64_MIN;
  int64_t to_ms = INT64_MAX;
  // The present, for data retention: expired events are not handed out.
  int64_t now_ms = INT64_MIN;
  const base::Cancel* cancel = nullptr;
};

struct ScanStats {
  uint64_t records_read = 0;
  uint64_t events_read = 0;
  uint64_t bytes_read = 0;
};

// A consistent view of all acknowledged events and the people as of them. Thread-safe.
// Must not outlive its store's Close.
class Snapshot {
 public:
  virtual ~Snapshot() = default;

  // Visits events, identify and alias included, in an order that is only the same for
  // equal scans of one snapshot; those of one person with equal time and seq come in
  // order of arrival. A status other than OK from `visit` stops the scan and is returned.
  // DATA_LOSS names the damaged record or chunk.
  virtual absl::Status Scan(
      const ScanOptions& options, ScanStats* stats,
      absl::FunctionRef<absl::Status(const StoredEvent&)> visit) const = 0;

  // Opens all activity in columns, by person. The scan must not outlive the snapshot.
  virtual absl::StatusOr<std::unique_ptr<BlockScan>> ScanBlocks(
      const BlockRequest& request) const = 0;

  // Visits the people with codes in [first, end), unlinked anonymous ones included, by
  // rising code. Anonymous ids that were linked are part of their person.
  virtual absl::Status VisitPeopleBetween(
      uint64_t first, uint64_t end,
      absl::FunctionRef<absl::Status(const model::Person&)> visit) const = 0;
  absl::Status VisitPeople(
      absl::FunctionRef<absl::Status(const model::Person&)> visit) const {
    return VisitPeopleBetween(0, UINT64_MAX, visit);
  }

  // Visits the ids of codes in [first, end), rising, much faster than the people. Those
  // of linked anonymous ids come as well.
  virtual absl::Status VisitIds(
      uint64_t first, uint64_t end,
      absl::FunctionRef<absl::Status(uint64_t code, bool identified, std::string_view id)>
          visit) const = 0;

  // By id, or "anonymous:ID" (which also finds the person it was linked to). NOT_FOUND.
  virtual absl::StatusOr<model::Person> FindPerson(std::string_view id) const = 0;

  virtual const Settings& settings() const = 0;

  // Counts bytes that a query holds, or gives back, so that the store's cache makes room
  // for them. Thread-safe.
  virtual void HoldMemory(int64_t /*change_bytes*/) const {}

  // Grows with everything that a writer's snapshots show; see EventObserver.
  virtual uint64_t version() const { return 0; }
};

// Which parts of a person a caller needs beside the identifiers; what is left out is
// quicker, and missing.
struct PersonParts {
  bool sessions = true;  // Their number and all that is computed from them.
  bool imported = true;
};

// Sees what is appended, in order, before it is acknowledged, so that answers can be kept
// up to date. Its methods are called by one thread at a time, while nobody else writes,
// and must be quick and not call the store.
class EventObserver {
 public:
  struct Moment {
    uint64_t version = 0;  // Snapshots with this version or a later one show it.
    int64_t now_ms = 0;    // The ingest time.
  };
  virtual ~EventObserver() = default;
  // Whether the other calls matter at present.
  virtual bool Watches() const = 0;
  // An event that is activity; its views live until the call returns. `person` is a code,
  // links resolved.
  virtual void Appended(const Moment& moment, uint64_t person,
                        const model::Event& event) = 0;
  // From here on events of the anonymous id are the person's. May repeat itself.
  virtual void Linked(const Moment& moment, uint64_t anonymous, uint64_t person) = 0;
  // Stored events were removed or changed: what was seen before no longer holds.
  virtual void Changed() = 0;
};

struct DocumentChange {
  std::string kind;
  std::string name;
  std::optional<std::string> text;  // Absent: the document is deleted.
};

// Names that begin with `prefix`, `from` and what follows it bytewise, at most `limit`.
struct DocumentRange {
  std::string_view prefix = {};
  std::string_view from = {};
  size_t limit = SIZE_MAX;
};

struct AttributeSchema {
  std::string name;
  model::AttributeType type = model::AttributeType::kString;
};

// What an import says of one person.
struct AttributeUpdate {
  std::string person;  // The id; anonymous ones have no imported attributes.
  // By index into the schema. An absent value removes the attribute; those that are not
  // named stay as they are.
  std::vector<std::pair<size_t, std::optional<model::AttributeValue>>> values;
};

struct ImportOptions {
  int64_t now_ms = 0;    // Attributes that are new have been imported since then.
  bool dry_run = false;  // Counts, and changes nothing.
};

// Each person is counted once.
struct ImportReport {
  uint64_t people_created = 0;
  uint64_t people_changed = 0;
  uint64_t people_unchanged = 0;
};

struct RegisteredAttribute {
  std::string integration;
  std::string name;
  model::AttributeType type = model::AttributeType::kString;
  int64_t imported_ms = 0;  // For the first time.
};

// What was erased with a person.
struct Forgotten {
  model::Person person;  // As of before.
  uint64_t events = 0;   // `identify` and `alias` included.
  // The documents of kind "pushed" about the person.
  std::vector<std::string> pushed;
};

struct CheckReport {
  uint64_t records = 0;  // Of the log.
  uint64_t runs = 0;
  uint64_t chunks = 0;
  uint64_t events = 0;
  uint64_t people = 0;
  struct Problem {
    std::string where;  // "log record 17", "run 3 chunk 0", "dictionary url".
    std::string what;
  };
  std::vector<Problem> problems;  // At most 100.
};

struct SealOptions {
  bool merge = false;  // Afterwards all sealed events are in one run.
  const base::Cancel* cancel = nullptr;
};

struct SealReport {
  uint64_t events_sealed = 0;
  uint64_t runs_merged = 0;
};

struct CompactReport {
  uint64_t events_removed = 0;
  uint64_t bytes_before = 0;
  uint64_t bytes_after = 0;
};

struct Metrics {
  uint64_t events_accepted = 0;
  uint64_t events_duplicate = 0;
  uint64_t batches_committed = 0;
  uint64_t log_bytes_written = 0;
  uint64_t memory_bytes = 0;
};

// Thread-safe: all methods may be called concurrently. After Close, and in a child
// process that inherited it through fork(), every method answers FAILED_PRECONDITION.
class EventStore {
 public:
  // See footfall_store_open for the errors.
  static absl::StatusOr<std::unique_ptr<EventStore>> Open(const std::string& path,
                                                          const Options& options);
  ~EventStore();

  // Writes back what is behind and closes; waits for calls in progress. Idempotent.
  absl::Status Close();

  // OK when the other methods can be called, else what they would answer.
  absl::Status CheckUsable() const;

  // Appends the batch atomically and durably; concurrent callers share a sync. `now_ms`
  // is the ingest time, for the window of de-duplication. Nothing is stored on an error:
  // RESOURCE_EXHAUSTED when the disk is full, FAILED_PRECONDITION on a read-only store.
  absl::StatusOr<AppendResult> Append(const Batch& batch, int64_t now_ms);

  // A view of everything acknowledged so far; a reader first catches up with the writer.
  // A writer keeps the last one until the next write, for whoever asks in between.
  absl::StatusOr<std::shared_ptr<const Snapshot>> TakeSnapshot();

  // The person `id` (as for Snapshot::FindPerson) as of everything acknowledged, in
  // microseconds and from any thread; false for an unknown one. `anonymous_ids` stays
  // empty where that is quicker.
  absl::StatusOr<bool> FindPerson(std::string_view id, const PersonParts& parts,
                                  model::Person* person);
  // To be called before anything is appended.
  void Observe(std::shared_ptr<EventObserver> observer);

  Settings settings() const;
  absl::Status SetSetting(std::string_view key, std::string_view value);

  // Saved documents, such as report definitions: text under (kind, name).
  absl::Status PutDocument(std::string_view kind, std::string_view name,
                           std::string_view text);
  absl::StatusOr<std::string> GetDocument(std::string_view kind, std::string_view name);
  absl::Status DeleteDocument(std::string_view kind, std::string_view name);
  // Makes all changes in one durable atom; deleting what there is not is no error.
  absl::Status WriteDocuments(const std::vector<DocumentChange>& changes);
  // (name, text), sorted by name.
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ListDocuments(
      std::string_view kind, const DocumentRange& range = {});

  // Stores what an integration knows of people, in one durable atom; who was never seen
  // becomes a person without events. The attributes of `schema` are registered also
  // without updates. Of several updates of a person the later ones win. INVALID_ARGUMENT
  // for a name or value that cannot be, and for a type other than the registered one;
  // RESOURCE_EXHAUSTED when there would be more attributes than the settings allow.
  absl::StatusOr<ImportReport> ImportAttributes(
      std::string_view integration, const std::vector<AttributeSchema>& schema,
      const std::vector<AttributeUpdate>& updates, const ImportOptions& options);
  // Sorted by integration and name.
  absl::StatusOr<std::vector<RegisteredAttribute>> ListAttributes();

  // Names of documents about the person begin with this: a keyed hash of the id, as the
  // id itself must not stand in a key. Forgetting the person deletes those of the kind
  // "pushed".
  absl::StatusOr<std::string> PersonDocumentPrefix(std::string_view id);

  // Erases a person: events, attributes, identifiers. Answers the number of events
  // removed, and in `forgotten`, which may be null, all that there was; NOT_FOUND for an
  // unknown id.
  absl::StatusOr<uint64_t> ForgetPerson(std::string_view id,
                                        Forgotten* forgotten = nullptr);

  // Moves the events of the log into sealed chunks, which take a third of the space and
  // are much faster to query. No answer changes. FAILED_PRECONDITION while a redaction is
  // unfinished. A cancelled or failed call leaves whole steps done, each of which counts.
  absl::StatusOr<SealReport> Seal(const SealOptions& options);

  // Removes events that data retention has expired, seals and merges what is left, and
  // gives the space back. People keep their computed attributes.
  absl::StatusOr<CompactReport> Compact(int64_t now_ms, const base::Cancel* cancel);

  // Applies `redactor` to the events that are stored when a redaction under the key
  // begins; others may be appended meanwhile. When it is cancelled or fails, the next
  // call with the key goes on. FAILED_PRECONDITION while another one is running.
  absl::StatusOr<RedactReport> Redact(const RedactOptions& options, Redactor& redactor);

  absl::StatusOr<CheckReport> Check(const base::Cancel* cancel);
  absl::StatusOr<base::Json> Stats();
  Metrics metrics() const;

  // A consistent copy in the new directory `path`. ALREADY_EXISTS.
  absl::Status Backup(const std::string& path);
  // Verifies `backup_path` and copies it to the new directory `path`.
  static absl::Status Restore(const std::string& backup_path, const std::string& path);

 private:
  class Impl;
  explicit EventStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace footfall::store

#endif  // FOOTFALL_STORE_EVENT_STORE_H_
