/// \file
/// Saved reports, and what is behind the numbers of a report.
///
/// Every save of a report keeps the former definitions as revisions. A definition with
/// "base" instead of "kind" is a view: another report, built-in or saved, under a name of
/// its own with parameters, a range, a time zone, a filter and a segment.
///
/// In the functions below `report` is the name of a built-in or saved report, or the JSON
/// text of a definition.
#ifndef FOOTFALL_DEFINITION_H_
#define FOOTFALL_DEFINITION_H_

#include <stdint.h>

#include "footfall/export.h"
#include "footfall/report.h"
#include "footfall/status.h"
#include "footfall/store.h"

FOOTFALL_BEGIN_DECLS

/// The reports that a filter leaves, as footfall_report_list has them.
/// \param[in] filter_json  JSON object of "tag" ("integration_x" is "integrations_x"),
///                         "favourite" (a boolean) and "base" (views that rest on that
///                         report); each is optional. NULL means all reports.
/// \return FOOTFALL_INVALID_ARGUMENT with a path.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_find(footfall_store* store,
                                                  const char* filter_json,
                                                  footfall_buffer** out_json,
                                                  footfall_error** error);

/// {"report", "revisions": [{"revision", "saved_at", "title", "current"}]}, the latest
/// first; the latest 100 are kept. "saved_at" is null where it is not known.
/// \return FOOTFALL_NOT_FOUND for a report that is not saved.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_history(footfall_store* store,
                                                     const char* name,
                                                     footfall_buffer** out_json,
                                                     footfall_error** error);

/// The definition as it was saved as `revision`, as JSON.
/// \return FOOTFALL_NOT_FOUND for a report that is not saved, or a revision that is not
///         kept.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_revision(footfall_store* store,
                                                      const char* name, int64_t revision,
                                                      footfall_buffer** out_json,
                                                      footfall_error** error);

/// Saves a former revision anew, as the latest.
/// \param[in] now_ms  The present in milliseconds since 1970 UTC; 0 means the system
///                    clock.
/// \return as footfall_report_revision; FOOTFALL_INVALID_ARGUMENT when it makes no sense
///         any more.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_restore(footfall_store* store,
                                                     const char* name, int64_t revision,
                                                     int64_t now_ms,
                                                     footfall_error** error);

/// Saves a copy of a report as `new_name`. A built-in report becomes a view of it.
/// \param[in] parameters_json  JSON object of parameters of the built-in report at the
///                             base; NULL means none beside those that it has.
/// \param[in] now_ms           As of footfall_report_restore.
/// \param[out] out_json        The new definition.
/// \return FOOTFALL_ALREADY_EXISTS when there is a report of the new name, _NOT_FOUND, or
///         _INVALID_ARGUMENT with a path.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_clone(footfall_store* store,
                                                   const char* name, const char* new_name,
                                                   const char* parameters_json,
                                                   int64_t now_ms,
                                                   footfall_buffer** out_json,
                                                   footfall_error** error);

/// Marks a built-in or saved report as a favourite, or not (`favourite` is 0).
/// \return FOOTFALL_NOT_FOUND.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_set_favourite(footfall_store* store,
                                                           const char* name,
                                                           int32_t favourite,
                                                           footfall_error** error);

/// The list behind one cell of a report. Without "list" it is of what the column counts,
/// and exactly as long as the cell says.
/// \param[in] request_json  JSON object of "row" (the key of the row, as {"column":
///                          value}), "column", and perhaps "list": "people", "sessions"
///                          or "moments".
/// \return FOOTFALL_INVALID_ARGUMENT with a path; _FAILED_PRECONDITION when the setting
///         group_size_min forbids it; otherwise as footfall_report_run.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_drill(
    footfall_store* store, const char* report, const footfall_report_options* options,
    const char* request_json, footfall_result** out_result, footfall_error** error);

/// How a funnel took the events of one person: {"person", "steps", "reached", "attempts",
/// ...}, see REPORTS.md.
/// \return FOOTFALL_NOT_FOUND for an unknown person; _INVALID_ARGUMENT for a report that
///         is no funnel; _FAILED_PRECONDITION when the setting group_size_min forbids it.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_explain_person(
    footfall_store* store, const char* report, const footfall_report_options* options,
    const char* person, footfall_buffer** out_json, footfall_error** error);

/// Computes a report once more by brute force over the raw events, and names where that
/// differs: {"version", "report", "kind", "now", "range", "timezone", "equal", "rows",
/// "proven_rows", "events", "people", "people_from_store", "mismatch_count",
/// "mismatches": [{"part", "reason", "row", "column", "engine", "proven"}]}; at most 100
/// are named. It holds all events in memory.
/// \param[in] memory_bytes_max  How much memory that may take; 0 means 1 GiB.
/// \return FOOTFALL_RESOURCE_EXHAUSTED when it does not suffice; otherwise as
///         footfall_report_run.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_prove(
    footfall_store* store, const char* report, const footfall_report_options* options,
    uint64_t memory_bytes_max, footfall_buffer** out_json, footfall_error** error);

FOOTFALL_END_DECLS

#endif  // FOOTFALL_DEFINITION_H_
