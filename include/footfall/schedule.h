/// \file
/// Jobs that run by themselves when they are due, their log, and the host's key for
/// secrets. Subscriptions (subscription.h) are jobs.
///
/// Nothing runs unless the host asks: either it calls footfall_run_due now and then, or
/// it starts the scheduler's thread.
#ifndef FOOTFALL_SCHEDULE_H_
#define FOOTFALL_SCHEDULE_H_

#include <stddef.h>
#include <stdint.h>

#include "footfall/export.h"
#include "footfall/status.h"
#include "footfall/store.h"

FOOTFALL_BEGIN_DECLS

/// Gives the key of 32 bytes under which passwords and tokens are kept in the store. It
/// is held in memory until the store is closed and never stored; without it no secret is
/// accepted or used. NULL with size 0 takes it away.
/// \return FOOTFALL_INVALID_ARGUMENT for another size.
/// \since 0.1
FOOTFALL_API footfall_status footfall_secrets_set_key(footfall_store* store,
                                                      const uint8_t* key, size_t size,
                                                      footfall_error** error);

/// Runs every job that is due by `now_ms`, the oldest first, on the calling thread. A due
/// time that was missed is made up for once. Of one job only one run is at work at a
/// time, also when several threads call this. When a process dies in a run, the next call
/// marks that run as interrupted and begins a new one that goes on where it was.
/// \param[in] now_ms  The present in milliseconds since 1970 UTC; 0 means the system
///                    clock. It may be simulated.
/// \param[in] cancel  Borrowed for the call; may be NULL. A run that it ends is
///                    "interrupted" and taken up again by the next call.
/// \param[out] out_json  {"runs": [as in footfall_run_list], "next_due": when to call
///                       again, RFC 3339, or null}; may be NULL.
/// \return FOOTFALL_OK also when runs failed: their status says so.
/// \since 0.1
FOOTFALL_API footfall_status footfall_run_due(footfall_store* store, int64_t now_ms,
                                              footfall_cancel* cancel,
                                              footfall_buffer** out_json,
                                              footfall_error** error);

/// The log: {"runs": [{"id", "job", "kind", "name", "trigger", "due", "missed",
/// "started", "finished", "run_time_ms", "status", "attempts", "retry_at", "error",
/// "continues"}]}, the latest first. "status" is "running", "retrying", "completed",
/// "failed" or "interrupted"; times are RFC 3339 in UTC. Runs are kept for the setting
/// run_log_days, and the latest 1,000 of each job.
/// \param[in] job    "KIND:NAME", such as "subscription:weekly"; NULL means all jobs.
/// \param[in] limit  At most so many; 0 means 100.
/// \since 0.1
FOOTFALL_API footfall_status footfall_run_list(footfall_store* store, const char* job,
                                               uint32_t limit, footfall_buffer** out_json,
                                               footfall_error** error);

/// One run with its "detail"; of a subscription {"report", "rows", "recipients":
/// [{"address", "status", "attempts", "at", "message_id", "code", "reply"}]}.
/// \return FOOTFALL_NOT_FOUND for an unknown id.
/// \since 0.1
FOOTFALL_API footfall_status footfall_run_show(footfall_store* store, const char* id,
                                               footfall_buffer** out_json,
                                               footfall_error** error);

/// Starts a thread that runs what is due by the system clock, until
/// footfall_scheduler_stop or footfall_store_close. It sleeps while nothing is due.
/// Errors go to the store's log callback.
/// \return FOOTFALL_FAILED_PRECONDITION when it runs already or the store is open for
///         reading only.
/// \since 0.1
FOOTFALL_API footfall_status footfall_scheduler_start(footfall_store* store,
                                                      footfall_error** error);

/// Interrupts what the thread runs and waits for its end; without a thread a no-op. Must
/// not be called from a callback that the thread runs.
/// \since 0.1
FOOTFALL_API footfall_status footfall_scheduler_stop(footfall_store* store,
                                                     footfall_error** error);

FOOTFALL_END_DECLS

#endif  // FOOTFALL_SCHEDULE_H_
