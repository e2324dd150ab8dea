/// \file
/// Capture: policies and the streaming privacy filter. Usable without a store.
///
/// Input and output are events in the format of the documentation, as NDJSON or one JSON
/// array; the output is always NDJSON, in input order. Only an `input` event whose value
/// a policy allows is held back, until its session goes on elsewhere or the stream ends,
/// so that events of other sessions may overtake it. See README.md, "Events".
#ifndef FOOTFALL_CAPTURE_H_
#define FOOTFALL_CAPTURE_H_

#include <stddef.h>
#include <stdint.h>

#include "footfall/export.h"
#include "footfall/status.h"

FOOTFALL_BEGIN_DECLS

/// A compiled privacy policy. Immutable and thread-safe.
typedef struct footfall_policy footfall_policy;

/// Compiles a policy file (JSON, version 1). `{}` is the DEFAULT policy.
/// \param[in] json         UTF-8 text of `size` bytes; copied.
/// \param[out] out_policy  Owned by the caller.
/// \return FOOTFALL_OK, or FOOTFALL_INVALID_ARGUMENT with the path of the offending key
///         ("$.censor[1].selector") or the byte at which the JSON is malformed.
/// \since 0.1
FOOTFALL_API footfall_status footfall_policy_parse(const char* json, size_t size,
                                                   footfall_policy** out_policy,
                                                   footfall_error** error);

/// Names what a policy allows beyond the DEFAULT and why that is discouraged.
/// \param[out] out_json  `{"findings":[{"path","severity","message"}]}`; severity is
///                       "discouraged" or "note". Owned by the caller.
/// \since 0.1
FOOTFALL_API footfall_status footfall_policy_lint(const footfall_policy* policy,
                                                  footfall_buffer** out_json,
                                                  footfall_error** error);

/// Frees a policy; NULL is a no-op. Filters that use it keep what they need.
/// \since 0.1
FOOTFALL_API void footfall_policy_free(footfall_policy* policy);

/// Collection levels, least first. Events above the level in force are counted and
/// dropped.
#define FOOTFALL_LEVEL_CONTENT 1
#define FOOTFALL_LEVEL_INTERACTIONS 2
#define FOOTFALL_LEVEL_PLAYBACK 3

typedef struct footfall_filter_options {
  size_t struct_size;
  /// FOOTFALL_LEVEL_*; 0 means FOOTFALL_LEVEL_PLAYBACK.
  int32_t level;
  int32_t reserved;
  /// Largest event in bytes; 0 means 1 MiB.
  uint64_t event_bytes_max;
} footfall_filter_options;

#define FOOTFALL_FILTER_OPTIONS_INIT \
  { sizeof(footfall_filter_options), 0, 0, 0 }

/// A streaming filter. Not thread-safe; use one per stream.
typedef struct footfall_filter footfall_filter;

/// \param[in] policy   Shared, not consumed; NULL is the DEFAULT policy.
/// \param[in] options  Borrowed for the call; NULL means all defaults.
/// \since 0.1
FOOTFALL_API footfall_status footfall_filter_new(const footfall_policy* policy,
                                                 const footfall_filter_options* options,
                                                 footfall_filter** out_filter,
                                                 footfall_error** error);

/// Filters the next bytes of the stream, cut anywhere.
/// \param[out] out_ndjson  Filtered events that became complete, one a line; may be
///                         empty. Owned by the caller.
/// \return FOOTFALL_OK also when single events were rejected (see
///         footfall_filter_counters); FOOTFALL_FAILED_PRECONDITION after finish.
/// \since 0.1
FOOTFALL_API footfall_status footfall_filter_write(footfall_filter* filter,
                                                   const char* data, size_t size,
                                                   footfall_buffer** out_ndjson,
                                                   footfall_error** error);

/// Ends the stream: rejects what is incomplete, releases what was held back.
/// \since 0.1
FOOTFALL_API footfall_status footfall_filter_finish(footfall_filter* filter,
                                                    footfall_buffer** out_ndjson,
                                                    footfall_error** error);

/// Counts so far, in the shape of an ingest result ("accepted", "dropped_level",
/// "dropped_policy", "rejected", "rules", "errors", "errors_omitted").
/// \since 0.1
FOOTFALL_API footfall_status footfall_filter_counters(const footfall_filter* filter,
                                                      footfall_buffer** out_json,
                                                      footfall_error** error);

/// Frees a filter; NULL is a no-op.
/// \since 0.1
FOOTFALL_API void footfall_filter_free(footfall_filter* filter);

FOOTFALL_END_DECLS

#endif  // FOOTFALL_CAPTURE_H_
