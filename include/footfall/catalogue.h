/// \file
/// Content: the catalogue of task lists, courses and surveys, and tracked events.
#ifndef FOOTFALL_CATALOGUE_H_
#define FOOTFALL_CATALOGUE_H_

#include <stddef.h>
#include <stdint.h>

#include "footfall/export.h"
#include "footfall/status.h"
#include "footfall/store.h"

FOOTFALL_BEGIN_DECLS

/// Makes a catalogue (JSON text of `size` bytes, see schema/catalogue.schema.json) the
/// current one, by which reports know what there is to complete. The one before stays as
/// a revision; of these the latest 100 are kept. Putting the current one again changes
/// nothing.
/// \param now_ms  The present in milliseconds since 1970 UTC; 0 means the system clock.
/// \param[out] out_json  {"revision"}, counted from 1. May be NULL; owned by the caller.
/// \return FOOTFALL_INVALID_ARGUMENT with a path.
/// \since 0.1
FOOTFALL_API footfall_status footfall_catalogue_put(footfall_store* store,
                                                    const char* json, size_t size,
                                                    int64_t now_ms,
                                                    footfall_buffer** out_json,
                                                    footfall_error** error);

/// Answers a catalogue: {"revision", "saved_at", "catalogue"}.
/// \param revision  0 means the current one.
/// \param[out] out_json  Owned by the caller.
/// \return FOOTFALL_NOT_FOUND when there is none, or no such revision any more.
/// \since 0.1
FOOTFALL_API footfall_status footfall_catalogue_get(footfall_store* store,
                                                    int64_t revision,
                                                    footfall_buffer** out_json,
                                                    footfall_error** error);

/// Lists the revisions: {"revisions": [{"revision", "saved_at", "items", "current"}]},
/// the latest first. "items" is how many lists, tasks, courses, lessons, quizzes and
/// surveys a catalogue has.
/// \param[out] out_json  Owned by the caller.
/// \since 0.1
FOOTFALL_API footfall_status footfall_catalogue_history(footfall_store* store,
                                                        footfall_buffer** out_json,
                                                        footfall_error** error);

/// Saves a tracked event, {"version": 1, "name", "title"?, "where": RULE} (JSON text of
/// `size` bytes), under its "name", replacing one of that name. The report
/// "tracked-events" counts what satisfies its rule, also in the past.
/// \return FOOTFALL_INVALID_ARGUMENT with a path; _RESOURCE_EXHAUSTED for more than
///         1,000.
/// \since 0.1
FOOTFALL_API footfall_status footfall_tracked_event_save(footfall_store* store,
                                                         const char* json, size_t size,
                                                         footfall_error** error);

/// Deletes a tracked event; the events themselves stay.
/// \return FOOTFALL_NOT_FOUND.
/// \since 0.1
FOOTFALL_API footfall_status footfall_tracked_event_delete(footfall_store* store,
                                                           const char* name,
                                                           footfall_error** error);

/// Lists the tracked events as they were saved: {"tracked_events": [...]}, sorted by
/// name.
/// \param[out] out_json  Owned by the caller.
/// \since 0.1
FOOTFALL_API footfall_status footfall_tracked_event_list(footfall_store* store,
                                                         footfall_buffer** out_json,
                                                         footfall_error** error);

FOOTFALL_END_DECLS

#endif  // FOOTFALL_CATALOGUE_H_
