/// \file
/// Store: one folder that holds events, people and settings.
///
/// Threads: a store handle may be used from many threads at once. Processes: one process
/// opens a store for writing, any number for reading. A handle that a child process
/// inherited through fork() answers FOOTFALL_FAILED_PRECONDITION. An open store runs at
/// most three threads of RocksDB and none of its own.
#ifndef FOOTFALL_STORE_H_
#define FOOTFALL_STORE_H_

#include <stddef.h>
#include <stdint.h>

#include "footfall/capture.h"
#include "footfall/export.h"
#include "footfall/status.h"

FOOTFALL_BEGIN_DECLS

typedef struct footfall_store footfall_store;

/// Open for reading and writing (DEFAULT), creating the store if it is absent.
#define FOOTFALL_OPEN_READ_WRITE 0
/// Open for reading beside a writer; each report first catches up with the writer.
#define FOOTFALL_OPEN_READ_ONLY 1
/// Open for reading and writing; FOOTFALL_NOT_FOUND if the store is absent.
#define FOOTFALL_OPEN_EXISTING 2

#define FOOTFALL_LOG_INFO 1
#define FOOTFALL_LOG_WARNING 2
#define FOOTFALL_LOG_ERROR 3

/// Receives one line of diagnosis, without newline, valid during the call. Called from
/// any thread that uses the store and from RocksDB's threads, several at a time. Must not
/// call back into the store.
typedef void (*footfall_log_callback)(int32_t severity, const char* message,
                                      void* payload);
typedef void (*footfall_payload_destructor)(void* payload);

typedef struct footfall_store_options {
  size_t struct_size;
  /// FOOTFALL_OPEN_*.
  int32_t mode;
  /// Not 0: the store seals in a thread of its own (see footfall_store_seal), instead of
  /// in calls that ingest, which then do not wait for it.
  int32_t background_sealing;
  /// Bound on memory in bytes: block cache, memtables, caches, scan buffers. 0 means the
  /// setting memory_budget, 256 MiB unless it was changed; the least is 16 MiB.
  uint64_t memory_budget_bytes;
  /// May be NULL.
  footfall_log_callback log;
  void* log_payload;
  /// Called once with `log_payload` when the store no longer needs it; may be NULL.
  footfall_payload_destructor log_payload_free;
} footfall_store_options;

#define FOOTFALL_STORE_OPTIONS_INIT \
  { sizeof(footfall_store_options), 0, 0, 0, NULL, NULL, NULL }

/// Opens the store in directory `path`.
/// \param[in] path        UTF-8, NUL-terminated; copied.
/// \param[in] options     Borrowed for the call; NULL means all defaults.
/// \param[out] out_store  Owned by the caller; NULL on failure.
/// \return FOOTFALL_OK; _NOT_FOUND; _FAILED_PRECONDITION when another writer holds the
///         store or its format is newer than this library; _DATA_LOSS when it is damaged;
///         _PERMISSION_DENIED; _INVALID_ARGUMENT.
/// \since 0.1
FOOTFALL_API footfall_status footfall_store_open(const char* path,
                                                 const footfall_store_options* options,
                                                 footfall_store** out_store,
                                                 footfall_error** error);

/// Flushes and closes, waiting for calls in progress. Later calls on the handle answer
/// FOOTFALL_FAILED_PRECONDITION. The handle must still be freed.
/// \return what went wrong while closing; acknowledged events are durable in any case.
/// \since 0.1
FOOTFALL_API footfall_status footfall_store_close(footfall_store* store,
                                                  footfall_error** error);

/// Frees a store handle, closing it first if need be; NULL is a no-op.
/// \since 0.1
FOOTFALL_API void footfall_store_free(footfall_store* store);

/// \name Settings
/// Keys: level, retention_days, dedup_window_days, session_gap, session_max,
/// event_bytes_max, account_property, memory_budget (in force from the next open on),
/// group_size_min (the fewest people that a row of a report may be about; lists of people
/// are then refused; 0, the default, means any), seal_events and seal_after (when
/// appending seals the log, see footfall_store_seal), imported_attributes_max (of all
/// integrations together, see footfall_attributes_import_new), run_log_days (how long
/// runs are kept, see footfall_run_list). Values are text, as in `footfall settings set`.
/// @{

/// \return FOOTFALL_INVALID_ARGUMENT for an unknown key or a value out of range.
/// \since 0.1
FOOTFALL_API footfall_status footfall_settings_set(footfall_store* store, const char* key,
                                                   const char* value,
                                                   footfall_error** error);
/// All settings with their values, as one JSON object.
/// \since 0.1
FOOTFALL_API footfall_status footfall_settings_list(footfall_store* store,
                                                    footfall_buffer** out_json,
                                                    footfall_error** error);
/// @}

typedef struct footfall_ingest_options {
  size_t struct_size;
  /// Shared for the call; NULL is the DEFAULT policy.
  const footfall_policy* policy;
  /// The present in milliseconds since 1970 UTC; 0 means the system clock.
  int64_t now_ms;
  /// Borrowed for the call (for a stream: until it is freed); may be NULL.
  footfall_cancel* cancel;
  /// Name of the source for error entries ("file"); copied; may be NULL.
  const char* source;
} footfall_ingest_options;

#define FOOTFALL_INGEST_OPTIONS_INIT \
  { sizeof(footfall_ingest_options), NULL, 0, NULL, NULL }

/// Filters and stores events, NDJSON or a JSON array, as one durable atom: when the call
/// answers FOOTFALL_OK every accepted event survives a crash; otherwise none is stored.
/// \param[in] data         At most 64 MiB; borrowed for the call. Larger input goes
///                         through footfall_ingest_new.
/// \param[out] out_result  JSON with "accepted", "duplicates", "dropped_level",
///                         "dropped_policy", "rejected", "rules", "errors" and
///                         "errors_omitted". Owned by the caller; may be NULL.
/// \return FOOTFALL_OK also when single events were rejected: they are in the result.
///         FOOTFALL_RESOURCE_EXHAUSTED when the disk is full, _CANCELLED, ...
/// \since 0.1
FOOTFALL_API footfall_status footfall_store_ingest(footfall_store* store,
                                                   const char* data, size_t size,
                                                   const footfall_ingest_options* options,
                                                   footfall_buffer** out_result,
                                                   footfall_error** error);

/// A stream of events of any size, stored in durable batches of at most 10,000 events.
/// Not thread-safe; several streams may run at once on one store.
typedef struct footfall_ingest footfall_ingest;

/// \since 0.1
FOOTFALL_API footfall_status footfall_ingest_new(footfall_store* store,
                                                 const footfall_ingest_options* options,
                                                 footfall_ingest** out_ingest,
                                                 footfall_error** error);
/// Takes the next bytes, cut anywhere. Batches that became full are durable on return.
/// \since 0.1
FOOTFALL_API footfall_status footfall_ingest_write(footfall_ingest* ingest,
                                                   const char* data, size_t size,
                                                   footfall_error** error);
/// Events stored so far and durable.
/// \since 0.1
FOOTFALL_API uint64_t footfall_ingest_acknowledged(const footfall_ingest* ingest);
/// Ends the stream and stores what remains. On FOOTFALL_OK all is durable.
/// \param[out] out_result  As for footfall_store_ingest; also set when the call fails, so
///                         that what was stored before the failure is known.
/// \since 0.1
FOOTFALL_API footfall_status footfall_ingest_finish(footfall_ingest* ingest,
                                                    footfall_buffer** out_result,
                                                    footfall_error** error);
/// Frees a stream; NULL is a no-op. Without finish, the last incomplete batch is dropped.
/// \since 0.1
FOOTFALL_API void footfall_ingest_free(footfall_ingest* ingest);

/// One person, as JSON: the columns of the report `users` under the same names, which are
/// the computed attributes; "anonymous_ids"; "attributes", an object of what the host
/// gave with identify; "imported", a list of {"integration","attribute","type","value"};
/// "recent_sessions", the 20 newest; "content", the progress in tasks, courses and so on;
/// "segments", the names of those that the person is in.
/// \param[in] id  The person's id, or "anonymous:ID".
/// \return FOOTFALL_NOT_FOUND when no such person is stored.
/// \since 0.1
FOOTFALL_API footfall_status footfall_person_show(footfall_store* store, const char* id,
                                                  footfall_buffer** out_json,
                                                  footfall_error** error);

/// Called with each piece of an export, in order, on the calling thread. A non-zero
/// answer stops the export, which then answers FOOTFALL_CANCELLED.
typedef int32_t (*footfall_write_callback)(const char* data, size_t size, void* payload);

/// Which events footfall_events_export writes.
typedef struct footfall_export_options {
  size_t struct_size;
  /// A rule over single events; NULL means all events.
  const char* rule_json;
  /// Bounds of the events' time, half-open: RFC 3339 or a date in the time zone; NULL
  /// means none.
  const char* from;
  const char* to;
  /// IANA name, of dates in the bounds and in the rule; NULL means "UTC".
  const char* timezone;
  /// The present in milliseconds since 1970 UTC, by which data retention leaves events
  /// out; 0 means the system clock.
  int64_t now_ms;
  /// Borrowed for the call; may be NULL.
  footfall_cancel* cancel;
} footfall_export_options;

#define FOOTFALL_EXPORT_OPTIONS_INIT \
  { sizeof(footfall_export_options), NULL, NULL, NULL, NULL, 0, NULL }

/// Writes stored (filtered) events as NDJSON, in no particular order but that those of
/// one person with equal time and seq come in the order in which they arrived.
/// \param[in] options  Borrowed for the call; NULL means all defaults.
/// \return FOOTFALL_OK; _INVALID_ARGUMENT for a bad rule, and with the path of another
///         bad option; _CANCELLED.
/// \since 0.1
FOOTFALL_API footfall_status footfall_events_export(
    footfall_store* store, const footfall_export_options* options,
    footfall_write_callback write, void* payload, footfall_error** error);

/// Erases a person: events, attributes, identifiers.
/// \param[out] out_json  The receipt, which is not stored: {"person", "forgotten_at",
///                       "events", "sessions": counts, "attributes", "anonymous_ids":
///                       lists of what was erased, "external": what was pushed to other
///                       systems earlier, and has to be erased there}. May be NULL.
/// \since 0.1
FOOTFALL_API footfall_status footfall_person_forget(footfall_store* store, const char* id,
                                                    footfall_buffer** out_json,
                                                    footfall_error** error);

/// Counts and sizes as JSON: events, people, sessions, bytes on disk, format version,
/// time range, dictionaries.
/// \since 0.1
FOOTFALL_API footfall_status footfall_store_stats(footfall_store* store,
                                                  footfall_buffer** out_json,
                                                  footfall_error** error);

/// Reads everything and verifies checksums, references and counts.
/// \param[out] out_json  {"ok", "records", "runs", "chunks", "events", "people",
///                       "problems":[{"where", "what"}]}. FOOTFALL_OK is returned also
///                       when problems are found.
/// \since 0.1
FOOTFALL_API footfall_status footfall_store_check(footfall_store* store,
                                                  footfall_cancel* cancel,
                                                  footfall_buffer** out_json,
                                                  footfall_error** error);

/// Moves the events of the log into sealed chunks, which take a third of the space and
/// are much faster to query. No answer changes. Appending does so by itself, see the
/// settings seal_events and seal_after.
///
/// \param[in] merge      Not 0: also makes one of all runs of chunks, which queries read
///                       fastest.
/// \param[in] cancel     Borrowed for the call; may be NULL. Steps that are done by then
///                       stay done.
/// \param[out] out_json  {"events_sealed", "runs_merged"}; may be NULL.
/// \return FOOTFALL_FAILED_PRECONDITION while a redaction is unfinished.
/// \since 0.1
FOOTFALL_API footfall_status footfall_store_seal(footfall_store* store, int32_t merge,
                                                 footfall_cancel* cancel,
                                                 footfall_buffer** out_json,
                                                 footfall_error** error);

/// Removes what data retention has expired, seals and merges what is left, and gives the
/// space back.
/// \param[in] now_ms  0 means the system clock.
/// \param[out] out_json  {"events_removed", "bytes_before", "bytes_after"}; may be NULL.
/// \since 0.1
FOOTFALL_API footfall_status footfall_store_compact(footfall_store* store, int64_t now_ms,
                                                    footfall_cancel* cancel,
                                                    footfall_buffer** out_json,
                                                    footfall_error** error);

typedef struct footfall_redact_options {
  size_t struct_size;
  /// Borrowed for the call; may be NULL. What is done by then stays done.
  footfall_cancel* cancel;
  /// Not 0: counts what would be done and changes nothing.
  int32_t dry_run;
  int32_t reserved;
} footfall_redact_options;

#define FOOTFALL_REDACT_OPTIONS_INIT \
  { sizeof(footfall_redact_options), NULL, 0, 0 }

/// Applies a stricter policy to the events that are stored when the call begins. Each is
/// filtered by itself as if it came in now under `policy`: what the policy hides is
/// removed or masked, an event that it drops goes, and what people are described by is
/// computed anew. What is hidden already stays hidden and is not counted. When it is
/// done, the old bytes are gone from the files of the store, except what a report or an
/// export that was running still reads, until the next footfall_store_compact; copies
/// (backups) are not touched.
///
/// The answers are then those of a store that only got the events under `policy`, but for
/// what was not stored: `exclude.ip` finds no address and `exclude.urls` sees URLs as
/// they are stored, without query; input events that were merged stay merged, values that
/// were withdrawn stay away; copies of a typed value are found in its own event only; a
/// link that was refused because of another one stays refused; what `censored_identity`
/// left of an element is all that is known of it. The collection level is not applied,
/// ids of dropped events are still duplicates while they are remembered, and of events
/// that data retention has removed people keep what was computed, but for what the policy
/// hides.
///
/// Can be stopped: on cancellation, deadline, failure or a crash nothing is lost, and the
/// next call with the same policy text goes on, its counts included. The policy does not
/// become that of later events: ingest with it, too. Other calls may go on meanwhile;
/// they see some events redacted and others not yet.
/// \param[in] policy  NULL is the DEFAULT policy.
/// \param[in] options  Borrowed for the call; NULL means all defaults.
/// \param[out] out_json  {"examined", "changed", "dropped": events, "rules": {rule: what
///         was removed or masked}, "done", "records_done", "records"}; "done" is false
///         when it was cancelled. Totals since the redaction began. Owned by the caller;
///         may be NULL.
/// \return FOOTFALL_OK also when it was cancelled; _FAILED_PRECONDITION while another
///         redaction of the store is running and, but for a dry run, on a store that is
///         open for reading only; _RESOURCE_EXHAUSTED when the disk is full.
/// \since 0.1
FOOTFALL_API footfall_status footfall_store_redact(footfall_store* store,
                                                   const footfall_policy* policy,
                                                   const footfall_redact_options* options,
                                                   footfall_buffer** out_json,
                                                   footfall_error** error);

/// Makes a consistent copy in the new directory `path` while the store is in use.
/// \return FOOTFALL_ALREADY_EXISTS when `path` exists.
/// \since 0.1
FOOTFALL_API footfall_status footfall_store_backup(footfall_store* store,
                                                   const char* path,
                                                   footfall_error** error);

/// Copies a backup into the new directory `path`, after verifying it.
/// \return FOOTFALL_ALREADY_EXISTS when `path` exists; FOOTFALL_DATA_LOSS when the backup
///         is damaged.
/// \since 0.1
FOOTFALL_API footfall_status footfall_store_restore(const char* backup_path,
                                                    const char* path,
                                                    footfall_error** error);

/// A snapshot of counters since open.
typedef struct footfall_store_metrics {
  size_t struct_size;
  uint64_t events_accepted;
  uint64_t events_duplicate;
  uint64_t events_dropped_level;
  uint64_t events_dropped_policy;
  uint64_t events_rejected;
  /// Durable batches, after grouping of concurrent callers.
  uint64_t batches_committed;
  /// Bytes written to the write-ahead log.
  uint64_t log_bytes_written;
  uint64_t reports_run;
  /// Bytes now held by caches and memtables.
  uint64_t memory_bytes;
} footfall_store_metrics;

#define FOOTFALL_STORE_METRICS_INIT \
  { sizeof(footfall_store_metrics), 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/// Fills `metrics`, of which the caller set struct_size.
/// \since 0.1
FOOTFALL_API footfall_status footfall_store_get_metrics(footfall_store* store,
                                                        footfall_store_metrics* metrics,
                                                        footfall_error** error);

FOOTFALL_END_DECLS

#endif  // FOOTFALL_STORE_H_
