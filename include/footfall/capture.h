/// \file
/// Capture: policies, the streaming privacy filter and the leak test. Usable without a
/// store.
///
/// Input is interaction events in the format of the documentation, or a recording: the
/// rrweb events of one tab. Both come as NDJSON or one JSON array; the output is always
/// NDJSON, in input order. Only an `input` event whose value a policy allows is held
/// back, until its session goes on elsewhere or the stream ends, so that events of other
/// sessions may overtake it. See README.md, "Events" and "Recordings".
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

/// Says which rule removes or masks what in events, without showing a value of them.
/// \param[in] policy     NULL is the DEFAULT policy.
/// \param[in] events     One event or several, NDJSON or one JSON array of `size` bytes;
///                       the first tells whether they are of rrweb, as for
///                       FOOTFALL_INPUT_AUTO. Each is explained as it fares after those
///                       in front of it.
/// \param[out] out_json  `{"events":[{"outcome","removed":[{"path","rule","effect",
///                       "policy_path"}]}]}`, in the order of the input. The outcome is
///                       "passed", "held" (it passes when its field is left),
///                       "dropped_policy", "dropped_level" or "rejected"; a rejected
///                       event has "path" (or null) and "reason" as well. The effect is
///                       "removed", "masked" or "dropped"; `path` is empty for the event
///                       as a whole; `policy_path` is the entry of the policy that asked
///                       for it, or null for what holds under every policy and where it
///                       is not known. Owned by the caller.
/// \return FOOTFALL_OK also when events are rejected.
/// \since 0.1
FOOTFALL_API footfall_status footfall_policy_explain(const footfall_policy* policy,
                                                     const char* events, size_t size,
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

/// What the input of a filter holds.
#define FOOTFALL_INPUT_EVENTS 0
#define FOOTFALL_INPUT_RRWEB 1
/// Decided by the first event: one with a number as `type` and one as `timestamp` is
/// rrweb's. Until it is complete the filter holds what was written, 1 MiB at most; beyond
/// that the keys that came first decide.
#define FOOTFALL_INPUT_AUTO 2

typedef struct footfall_filter_options {
  size_t struct_size;
  /// FOOTFALL_LEVEL_*; 0 means FOOTFALL_LEVEL_PLAYBACK. Below that all events of a
  /// recording are dropped.
  int32_t level;
  /// FOOTFALL_INPUT_*.
  int32_t format;
  /// Largest event in bytes. 0 means 1 MiB for interaction events, which may have up to
  /// 64 MiB, and 64 MiB for those of a recording, which may have up to 256 MiB.
  uint64_t event_bytes_max;
} footfall_filter_options;

#define FOOTFALL_FILTER_OPTIONS_INIT \
  { sizeof(footfall_filter_options), 0, 0, 0 }

/// A streaming filter. Not thread-safe; use one per stream, for recordings one per tab.
typedef struct footfall_filter footfall_filter;

/// \param[in] policy   Shared, not consumed; NULL is the DEFAULT policy.
/// \param[in] options  Borrowed for the call; NULL means all defaults.
/// \since 0.1
FOOTFALL_API footfall_status footfall_filter_new(const footfall_policy* policy,
                                                 const footfall_filter_options* options,
                                                 footfall_filter** out_filter,
                                                 footfall_error** error);

/// Uses `policy` from the next event on. An event is always filtered by one policy as a
/// whole: one of which a part was written already is filtered by the new one. What the
/// earlier policy hid of a recorded page stays hidden until its next full snapshot.
/// \param[in] policy  Shared, not consumed; NULL is the DEFAULT policy.
/// \return FOOTFALL_OK; FOOTFALL_FAILED_PRECONDITION after finish.
/// \since 0.1
FOOTFALL_API footfall_status footfall_filter_set_policy(footfall_filter* filter,
                                                        const footfall_policy* policy,
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

/// Bytes of the key of a saved state.
#define FOOTFALL_STATE_KEY_BYTES 32

/// Saves what the filter of a recording knows of its page, so that another process can go
/// on with the event that comes next. The secrets that were typed are part of it, so it
/// is encrypted (XChaCha20-Poly1305) under a key of the host, and is of use only with
/// that key. The filter goes on unchanged; counters are not saved. Its size is bounded by
/// that of the page.
/// \param[in] key         FOOTFALL_STATE_KEY_BYTES random bytes; not kept.
/// \param[out] out_state  Owned by the caller.
/// \return FOOTFALL_OK; FOOTFALL_INVALID_ARGUMENT for a key of another size;
///         FOOTFALL_FAILED_PRECONDITION when an event was written in part, and for a
///         filter of interaction events.
/// \since 0.1
FOOTFALL_API footfall_status footfall_filter_save(const footfall_filter* filter,
                                                  const uint8_t* key, size_t key_size,
                                                  footfall_buffer** out_state,
                                                  footfall_error** error);

/// Makes a filter that goes on where footfall_filter_save was called. Its input is a new
/// stream that begins with the next event; its counters begin at 0.
/// \param[in] policy   Shared, not consumed; NULL is the DEFAULT policy. It may differ
///                     from the one that was in force; see footfall_filter_set_policy.
/// \param[in] options  Borrowed for the call; NULL means a recording and else the
///                     defaults. The format must be FOOTFALL_INPUT_RRWEB.
/// \return FOOTFALL_OK; FOOTFALL_INVALID_ARGUMENT when the key is not the one of the
///         state or the state was changed, which cannot be told apart; FOOTFALL_DATA_LOSS
///         when `state` is no saved state; FOOTFALL_UNIMPLEMENTED when another version of
///         the library saved it.
/// \since 0.1
FOOTFALL_API footfall_status footfall_filter_restore(
    const footfall_policy* policy, const footfall_filter_options* options,
    const uint8_t* key, size_t key_size, const char* state, size_t state_size,
    footfall_filter** out_filter, footfall_error** error);

/// Frees a filter; NULL is a no-op.
/// \since 0.1
FOOTFALL_API void footfall_filter_free(footfall_filter* filter);

/// The leak test of one recording, or of one stream of interaction events: filters it and
/// looks for planted secrets, canaries, in what came in and in what passed. Not
/// thread-safe.
typedef struct footfall_leak_search footfall_leak_search;

/// A canary is found as it is, in other letter case, with separators added or taken out,
/// reversed, in UTF-16, as \uXXXX, HTML entities, percent encoding (also twice), base64
/// at any alignment (both alphabets) and hexadecimal, and in pieces over consecutive
/// strings of one node. Canaries of eight or more characters that stand nowhere else
/// avoid chance finds; shorter ones are not looked for with other separators.
/// \param[in] policy         Shared, not consumed; NULL is the DEFAULT policy.
/// \param[in] options        Of the filter; borrowed for the call; NULL means all
///                           defaults.
/// \param[in] canaries_json  JSON array of strings or of {"id","text"}; without an id a
///                           canary is called "#1" and so on by its place.
/// \return FOOTFALL_OK, or FOOTFALL_INVALID_ARGUMENT, also for a canary under 4
///         characters or over 8 KiB, an id that occurs twice or that holds a canary, with
///         its path. No error repeats a canary.
/// \since 0.1
FOOTFALL_API footfall_status footfall_leak_search_new(
    const footfall_policy* policy, const footfall_filter_options* options,
    const char* canaries_json, size_t canaries_size, footfall_leak_search** out_search,
    footfall_error** error);

/// Takes the next bytes of the recording, cut anywhere.
/// \return FOOTFALL_OK; FOOTFALL_FAILED_PRECONDITION after finish.
/// \since 0.1
FOOTFALL_API footfall_status footfall_leak_search_write(footfall_leak_search* search,
                                                        const char* data, size_t size,
                                                        footfall_error** error);

/// Ends the recording and says what survived.
/// \param[out] out_json  `{"canaries","survived":[id],"places":[{"canary","encoding",
///                       "event","line","path"}],"places_omitted","void":[id],
///                       "counters"}`: the number of canaries; those that survived; every
///                       place in the output, at most 1,000, with the canary's id, the
///                       0-based number and 1-based line of the event in the input and
///                       the path of the string; the canaries that the input does not
///                       hold, for which the test proves nothing; and the filter's
///                       counters. No text of a canary is in it. Owned by the caller.
/// \since 0.1
FOOTFALL_API footfall_status footfall_leak_search_finish(footfall_leak_search* search,
                                                         footfall_buffer** out_json,
                                                         footfall_error** error);

/// Frees a search; NULL is a no-op.
/// \since 0.1
FOOTFALL_API void footfall_leak_search_free(footfall_leak_search* search);

/// The whole leak test of a recording in memory: footfall_leak_search_new, _write and
/// _finish in one call, with their parameters and errors.
/// \since 0.1
FOOTFALL_API footfall_status
footfall_leak_test(const footfall_policy* policy, const footfall_filter_options* options,
                   const char* canaries_json, size_t canaries_size, const char* recording,
                   size_t size, footfall_buffer** out_json, footfall_error** error);

FOOTFALL_END_DECLS

#endif  // FOOTFALL_CAPTURE_H_
