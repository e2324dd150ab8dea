/// \file
/// Segments: saved rules about people, who is in them, and whether one person is.
#ifndef FOOTFALL_SEGMENT_H_
#define FOOTFALL_SEGMENT_H_

#include <stddef.h>
#include <stdint.h>

#include "footfall/export.h"
#include "footfall/status.h"
#include "footfall/store.h"

FOOTFALL_BEGIN_DECLS

/// Saves a segment, {"version": 1, "name", "title"?, "where": RULE} (JSON text of `size`
/// bytes), under its "name", replacing one of that name. Its rule may name other
/// segments.
/// \return FOOTFALL_INVALID_ARGUMENT with a path, also for segments that would name each
///         other in a circle; _NOT_FOUND with a path for a segment that the rule names.
/// \since 0.1
FOOTFALL_API footfall_status footfall_segment_save(footfall_store* store,
                                                   const char* json, size_t size,
                                                   footfall_error** error);

/// Deletes a segment, and what is kept of its changes.
/// \return FOOTFALL_NOT_FOUND; _FAILED_PRECONDITION, naming them, while segments or
///         reports name it.
/// \since 0.1
FOOTFALL_API footfall_status footfall_segment_delete(footfall_store* store,
                                                     const char* name,
                                                     footfall_error** error);

/// Shows a segment as it was saved.
/// \param[out] out_json  Owned by the caller.
/// \return FOOTFALL_NOT_FOUND.
/// \since 0.1
FOOTFALL_API footfall_status footfall_segment_show(footfall_store* store,
                                                   const char* name,
                                                   footfall_buffer** out_json,
                                                   footfall_error** error);

/// Lists the segments: {"segments": [{"version", "name", "title", "where"}]}, sorted by
/// name.
/// \param[out] out_json  Owned by the caller.
/// \since 0.1
FOOTFALL_API footfall_status footfall_segment_list(footfall_store* store,
                                                   footfall_buffer** out_json,
                                                   footfall_error** error);

/// Answers who is in a segment: {"segment", "now", "count", "people", "next"}. "people"
/// are the ids of those after the option "after", sorted, at most "limit"; "next" is what
/// to give as "after" for more, null when there are none.
/// \param[in] options_json  {"after": ID, "limit": N, "threads": N}, all optional; NULL
///         is none. A limit of 0 only counts.
/// \param[in] now_ms  The present in milliseconds since 1970 UTC; 0 is the system clock.
/// \param[in] cancel  Borrowed for the call; may be NULL.
/// \param[out] out_json  Owned by the caller.
/// \return FOOTFALL_NOT_FOUND; _FAILED_PRECONDITION for a list where the setting
///         group_size_min forbids it.
/// \since 0.1
FOOTFALL_API footfall_status footfall_segment_people(
    footfall_store* store, const char* name, const char* options_json, int64_t now_ms,
    footfall_cancel* cancel, footfall_buffer** out_json, footfall_error** error);

/// Tells whether a person is in a segment now: everything acknowledged counts. Takes
/// microseconds, whatever the size of the store, from any number of threads and while
/// others ingest. Only the first test of a condition on behaviour (did) after the store
/// was opened reads the events, for everybody. On a store that is open for reading only,
/// and for conditions whose matches depend on the present or on the person, each test
/// reads the events of the person.
/// \param[in] person       The id; "anonymous:ID" for an anonymous one.
/// \param[in] now_ms       As for footfall_segment_people.
/// \param[out] out_member  1 or 0; 0 for somebody unknown.
/// \return FOOTFALL_NOT_FOUND for an unknown segment.
/// \since 0.1
FOOTFALL_API footfall_status footfall_segment_test(footfall_store* store,
                                                   const char* name, const char* person,
                                                   int64_t now_ms, int32_t* out_member,
                                                   footfall_error** error);

/// Finds out who is in the segment now, adds to its log who entered or left since the
/// last call, and answers what follows a cursor: {"segment", "now", "changes":
/// [{"cursor", "person", "change": "entered" or "left", "at"}], "cursor", "more"}.
/// Without the option "after" it only answers the cursor to begin with. Whoever keeps the
/// cursor of what they have dealt with misses nothing, though after a crash they may see
/// a change twice. Changes of people who were forgotten are left out.
/// \param[in] options_json  {"after": CURSOR, "limit": N, "threads": N}, all optional;
///         NULL is none.
/// \param[in] now_ms  As for footfall_segment_people.
/// \param[in] cancel  Borrowed for the call; may be NULL.
/// \param[out] out_json  Owned by the caller.
/// \return FOOTFALL_NOT_FOUND; _INVALID_ARGUMENT at "$.after" for what is no cursor;
///         _OUT_OF_RANGE for one whose changes are no longer kept (30 days, or 1,000,000
///         later changes): begin anew; _FAILED_PRECONDITION on a store open for reading
///         only, and where group_size_min forbids it.
/// \since 0.1
FOOTFALL_API footfall_status footfall_segment_changes(
    footfall_store* store, const char* name, const char* options_json, int64_t now_ms,
    footfall_cancel* cancel, footfall_buffer** out_json, footfall_error** error);

FOOTFALL_END_DECLS

#endif  // FOOTFALL_SEGMENT_H_
