/// \file
/// People: lists, exports, and attributes that are imported about them. Showing and
/// forgetting one person is in store.h.
#ifndef FOOTFALL_PEOPLE_H_
#define FOOTFALL_PEOPLE_H_

#include <stddef.h>
#include <stdint.h>

#include "footfall/capture.h"
#include "footfall/export.h"
#include "footfall/report.h"
#include "footfall/status.h"
#include "footfall/store.h"

FOOTFALL_BEGIN_DECLS

/// People by id, bytewise, as a table with the columns of the report `users`. Pages
/// follow each other: give the last row's person as "after"; a page with fewer rows than
/// the limit is the last one.
/// \param[in] options_json  {"where": a rule over person.*, account, segments and did,
///         "attributes": ["email", "crm/tier"] as further columns, "after": "", "limit":
///         100 (at most 10,000)}, all optional; NULL means {}.
/// \param[in] now_ms  The present in milliseconds since 1970 UTC; 0 means the system
///         clock.
/// \param[in] cancel  Borrowed for the call; may be NULL.
/// \param[out] out_result  Owned by the caller; NULL on failure.
/// \return FOOTFALL_OK; _INVALID_ARGUMENT with the path of what is wrong; _NOT_FOUND for
///         a segment that the rule names; _FAILED_PRECONDITION where the setting
///         group_size_min forbids lists of people.
/// \since 0.1
FOOTFALL_API footfall_status footfall_person_list(footfall_store* store,
                                                  const char* options_json,
                                                  int64_t now_ms, footfall_cancel* cancel,
                                                  footfall_result** out_result,
                                                  footfall_error** error);

/// Writes everything that is stored about a person as one JSON document, in pieces:
/// {"version", "exported_at", "person", "segments", "sessions", "content", "pushed",
/// "events"}. "person" is as footfall_person_show has it; events are those that are
/// stored, also when data retention has expired them but not removed them yet.
/// \param[in] id      The person's id, or "anonymous:ID".
/// \param[in] now_ms  As for footfall_person_list.
/// \param[in] cancel  Borrowed for the call; may be NULL.
/// \param[in] write   Called on the calling thread. Not called for an unknown person.
/// \return FOOTFALL_OK; _NOT_FOUND; _CANCELLED; _FAILED_PRECONDITION where the setting
///         group_size_min forbids looking at single people.
/// \since 0.1
FOOTFALL_API footfall_status footfall_person_export(
    footfall_store* store, const char* id, int64_t now_ms, footfall_cancel* cancel,
    footfall_write_callback write, void* payload, footfall_error** error);

/// A CSV file of attributes (RFC 4180, UTF-8, with a header row) that an integration
/// knows of people. Rows and values that cannot be imported are counted and named with
/// their line, column and reason, and spoil no others. Not thread-safe; several may run
/// at once on one store.
///
/// Ids are compared exactly, after trimming; who was never seen becomes a person without
/// events. An empty cell leaves what is stored as it is. Of several rows of a person the
/// later one wins. Importing a file again changes nothing.
typedef struct footfall_attributes_import footfall_attributes_import;

/// \param[in] options_json  {"integration": "crm", "id": "Email" (the header of the ids'
///                          column), "columns": [{"column": "Tier", "attribute": "tier",
///                          "type": "string" or "number" or "date" (YYYY-MM-DD)}],
///                          "delimiter": ",", "dry_run": false}. "attribute" defaults to
///                          the column's name and "type" to string; without "columns" all
///                          others are imported as strings under their own names.
/// \param[in] now_ms        As for footfall_person_list.
/// \param[in] cancel        Borrowed until the import is freed; may be NULL.
/// \param[out] out_import   Owned by the caller; NULL on failure.
/// \return FOOTFALL_OK; _INVALID_ARGUMENT with a path; _FAILED_PRECONDITION for a store
///         that is open for reading only.
/// \since 0.1
FOOTFALL_API footfall_status footfall_attributes_import_new(
    footfall_store* store, const char* options_json, int64_t now_ms,
    footfall_cancel* cancel, footfall_attributes_import** out_import,
    footfall_error** error);
/// Takes the next bytes, cut anywhere. Each 10,000 rows are one durable atom.
/// \return FOOTFALL_OK; _INVALID_ARGUMENT for a header without the columns, and for an
///         attribute that was imported with another type; _RESOURCE_EXHAUSTED for one
///         beyond the setting imported_attributes_max, or when the disk is full. After an
///         error the import takes nothing more.
/// \since 0.1
FOOTFALL_API footfall_status
footfall_attributes_import_write(footfall_attributes_import* import, const char* data,
                                 size_t size, footfall_error** error);
/// Ends the file and stores what remains.
/// \param[out] out_json  {"rows", "people_created", "people_changed", "unchanged",
///                       "duplicates" (rows of ids that the file had before), "rejected",
///                       "values_rejected", "errors": [{"line", "column", "reason"}] (at
///                       most 100), "errors_omitted"}. Also set when the call fails, with
///                       what was stored before. Owned by the caller; may be NULL.
/// \since 0.1
FOOTFALL_API footfall_status
footfall_attributes_import_finish(footfall_attributes_import* import,
                                  footfall_buffer** out_json, footfall_error** error);
/// Frees an import; NULL is a no-op. Without finish, its last rows are dropped.
/// \since 0.1
FOOTFALL_API void footfall_attributes_import_free(footfall_attributes_import* import);

/// All attributes that were imported: {"attributes": [{"integration", "attribute",
/// "type", "imported_at" (for the first time)}]}, sorted by integration and attribute.
/// Rules and reports name them person.INTEGRATION/ATTRIBUTE.
/// \since 0.1
FOOTFALL_API footfall_status footfall_attributes_list(footfall_store* store,
                                                      footfall_buffer** out_json,
                                                      footfall_error** error);

FOOTFALL_END_DECLS

#endif  // FOOTFALL_PEOPLE_H_
