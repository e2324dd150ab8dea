/// \file
/// Reports: definitions, runs and results.
#ifndef FOOTFALL_REPORT_H_
#define FOOTFALL_REPORT_H_

#include <stddef.h>
#include <stdint.h>

#include "footfall/arrow.h"
#include "footfall/export.h"
#include "footfall/status.h"
#include "footfall/store.h"

FOOTFALL_BEGIN_DECLS

typedef struct footfall_report_options {
  size_t struct_size;
  /// Bounds of the range, RFC 3339 or a date in the report's time zone; NULL keeps the
  /// definition's.
  const char* from;
  const char* to;
  /// IANA name, such as "Europe/Paris"; NULL keeps the definition's, else "UTC".
  const char* timezone;
  /// JSON object of parameters of a built-in report, such as
  /// {"login_event": "signed-in"}; NULL means none.
  const char* parameters_json;
  /// The present in milliseconds since 1970 UTC; 0 means the system clock.
  int64_t now_ms;
  /// Borrowed for the call; may be NULL.
  footfall_cancel* cancel;
  /// How many threads may compute, the calling one included: 0 and 1 start none, N starts
  /// at most N - 1, which end with the call. At most 256.
  uint32_t threads;
  /// Must be 0.
  uint32_t reserved;
  /// The name of a saved segment: only people who are in it, beside the report's own
  /// segment; NULL means all.
  const char* segment;
  /// JSON text of a rule: only events that satisfy it, beside the report's own filter;
  /// NULL means all.
  const char* where_json;
  /// Not 0: adds for each column X of numbers what it was in the period of equal length
  /// before the range, previous_X, and by how much it has grown, change_X.
  uint32_t compare;
  /// Must be 0.
  uint32_t reserved2;
} footfall_report_options;

#define FOOTFALL_REPORT_OPTIONS_INIT                                                    \
  {                                                                                     \
    sizeof(footfall_report_options), NULL, NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, \
        0, 0                                                                            \
  }

/// A computed table. Immutable; may be read from many threads. Outlives its store.
typedef struct footfall_result footfall_result;

/// Runs the built-in or saved report `name`.
/// \return FOOTFALL_NOT_FOUND for an unknown name; _INVALID_ARGUMENT with a path for bad
///         options; _RESOURCE_EXHAUSTED when the memory budget does not suffice;
///         _CANCELLED or _DEADLINE_EXCEEDED.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_run(footfall_store* store, const char* name,
                                                 const footfall_report_options* options,
                                                 footfall_result** out_result,
                                                 footfall_error** error);

/// Runs a report definition (JSON text of `size` bytes) without saving it.
/// \since 0.1
FOOTFALL_API footfall_status
footfall_report_run_definition(footfall_store* store, const char* json, size_t size,
                               const footfall_report_options* options,
                               footfall_result** out_result, footfall_error** error);

/// Runs the built-in or saved report `name` and tells how: {"version", "report", "kind",
/// "now", "range", "timezone", "plan", "stats"}. "plan" is what was computed; its keys
/// may change. "stats" is what that took, as footfall_result_stats has it.
/// \return as footfall_report_run.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_explain(
    footfall_store* store, const char* name, const footfall_report_options* options,
    footfall_buffer** out_json, footfall_error** error);

/// The same for a report definition (JSON text of `size` bytes).
/// \since 0.1
FOOTFALL_API footfall_status
footfall_report_explain_definition(footfall_store* store, const char* json, size_t size,
                                   const footfall_report_options* options,
                                   footfall_buffer** out_json, footfall_error** error);

/// Saves a definition under its "name". One of that name stays as a former revision, see
/// footfall_report_history.
/// \return FOOTFALL_INVALID_ARGUMENT with a path; a built-in's name is refused.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_save(footfall_store* store, const char* json,
                                                  size_t size, footfall_error** error);

/// Deletes a saved report with its revisions.
/// \return FOOTFALL_NOT_FOUND for an unknown name; _INVALID_ARGUMENT for a built-in one;
///         _FAILED_PRECONDITION while views rest on it.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_delete(footfall_store* store,
                                                    const char* name,
                                                    footfall_error** error);

/// The definition of a built-in or saved report, as JSON.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_show(footfall_store* store, const char* name,
                                                  footfall_buffer** out_json,
                                                  footfall_error** error);

/// {"reports":[{"name","title","kind","tags","builtin","base","favourite"}]}, sorted by
/// name. "base" is what a view rests on, else null.
/// \since 0.1
FOOTFALL_API footfall_status footfall_report_list(footfall_store* store,
                                                  footfall_buffer** out_json,
                                                  footfall_error** error);

/// Exports the rows as an Arrow C stream. Types: utf8, int64, float64, bool,
/// timestamp[ms, UTC], date32. The stream shares the result's memory and may outlive the
/// handle.
/// \param[out] out_stream  Filled by the call; its release callback frees it.
/// \since 0.1
FOOTFALL_API footfall_status footfall_result_stream(const footfall_result* result,
                                                    struct ArrowArrayStream* out_stream,
                                                    footfall_error** error);

#define FOOTFALL_FORMAT_TABLE 1
#define FOOTFALL_FORMAT_CSV 2
#define FOOTFALL_FORMAT_JSON 3
#define FOOTFALL_FORMAT_NDJSON 4
#define FOOTFALL_FORMAT_ARROW 5
#define FOOTFALL_FORMAT_SVG 6
#define FOOTFALL_FORMAT_CHART 7
#define FOOTFALL_FORMAT_HTML 8
#define FOOTFALL_FORMAT_ARROW_FILE 9

/// Formats the rows: text for a terminal, CSV (RFC 4180), the JSON result shape, one JSON
/// object a row, an Arrow IPC stream or file, a chart as an SVG document or as characters
/// for a terminal, or an HTML document with the rows as a table.
/// \return FOOTFALL_INVALID_ARGUMENT for a chart of a result that has none: funnels,
///         retention and NPS reports have one, and tables whose first column is a time,
///         with a number beside it.
/// \since 0.1
FOOTFALL_API footfall_status footfall_result_format(const footfall_result* result,
                                                    int32_t format,
                                                    footfall_buffer** out_bytes,
                                                    footfall_error** error);

/// How FOOTFALL_FORMAT_CHART is drawn.
typedef struct footfall_format_options {
  size_t struct_size;
  /// Cells of the terminal that a line may take, at least 40; 0 means 80.
  uint32_t width;
  /// Not 0: with ASCII alone, for terminals without Unicode.
  uint32_t ascii;
} footfall_format_options;

#define FOOTFALL_FORMAT_OPTIONS_INIT \
  { sizeof(footfall_format_options), 0, 0 }

/// The same as footfall_result_format, with options.
/// \param[in] options  Borrowed for the call; NULL means all defaults.
/// \since 0.1
FOOTFALL_API footfall_status footfall_result_format_with(
    const footfall_result* result, int32_t format, const footfall_format_options* options,
    footfall_buffer** out_bytes, footfall_error** error);

/// The total row alone in the same formats (a table of one row), for reports that have
/// one.
/// \return FOOTFALL_NOT_FOUND when the report has no total row.
/// \since 0.1
FOOTFALL_API footfall_status footfall_result_total(const footfall_result* result,
                                                   footfall_result** out_total,
                                                   footfall_error** error);

/// Number of rows.
/// \since 0.1
FOOTFALL_API uint64_t footfall_result_row_count(const footfall_result* result);

/// Execution statistics as JSON: {"elapsed_ms", "rows", "threads", "chunks_read",
/// "chunks_pruned", "bytes_read", "rows_read", "records_read", "stages_ms"}. "rows" are
/// those of the result, "rows_read" the events read from chunks, "records_read" those of
/// the log that had not been sealed into chunks; "stages_ms" is an object of milliseconds
/// by stage, those of several threads added up.
/// \since 0.1
FOOTFALL_API footfall_status footfall_result_stats(const footfall_result* result,
                                                   footfall_buffer** out_json,
                                                   footfall_error** error);

/// Frees a result; NULL is a no-op.
/// \since 0.1
FOOTFALL_API void footfall_result_free(footfall_result* result);

FOOTFALL_END_DECLS

#endif  // FOOTFALL_REPORT_H_
