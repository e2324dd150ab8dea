/// \file
/// Status codes, errors, owned byte buffers and cancellation: what every other header
/// uses.
///
/// Each function that can fail returns a footfall_status and takes, last, an optional
/// `footfall_error** error`. On failure, `*error` (when `error` is not NULL) receives a
/// new error that the caller frees; on success it is set to NULL. Every `out_*` pointer
/// is set to NULL or zero on failure.
#ifndef FOOTFALL_STATUS_H_
#define FOOTFALL_STATUS_H_

#include <stddef.h>
#include <stdint.h>

#include "footfall/export.h"

FOOTFALL_BEGIN_DECLS

/// Outcome of a call. The numbers equal absl::StatusCode; the set is open, so a caller
/// treats a number that it does not know as FOOTFALL_UNKNOWN.
typedef int32_t footfall_status;

#define FOOTFALL_OK 0
#define FOOTFALL_CANCELLED 1
#define FOOTFALL_UNKNOWN 2
#define FOOTFALL_INVALID_ARGUMENT 3
#define FOOTFALL_DEADLINE_EXCEEDED 4
#define FOOTFALL_NOT_FOUND 5
#define FOOTFALL_ALREADY_EXISTS 6
#define FOOTFALL_PERMISSION_DENIED 7
#define FOOTFALL_RESOURCE_EXHAUSTED 8
#define FOOTFALL_FAILED_PRECONDITION 9
#define FOOTFALL_ABORTED 10
#define FOOTFALL_OUT_OF_RANGE 11
#define FOOTFALL_UNIMPLEMENTED 12
#define FOOTFALL_INTERNAL 13
#define FOOTFALL_UNAVAILABLE 14
#define FOOTFALL_DATA_LOSS 15
#define FOOTFALL_UNAUTHENTICATED 16

/// Name of a code, such as "INVALID_ARGUMENT"; "UNKNOWN" for a number not listed above.
/// Static, never freed.
/// \since 0.1
FOOTFALL_API const char* footfall_status_name(footfall_status status);

/// Why a call failed. Immutable; may be read from any thread.
typedef struct footfall_error footfall_error;

/// \since 0.1
FOOTFALL_API footfall_status footfall_error_code(const footfall_error* error);
/// Human-readable UTF-8 message; valid until the error is freed. Never holds a secret.
/// \since 0.1
FOOTFALL_API const char* footfall_error_message(const footfall_error* error);
/// For input errors the place in the document, such as "$.rows[0]"; NULL when unknown.
/// \since 0.1
FOOTFALL_API const char* footfall_error_path(const footfall_error* error);
/// For input errors the 0-based byte offset into the input; -1 when unknown.
/// \since 0.1
FOOTFALL_API int64_t footfall_error_byte(const footfall_error* error);
/// Frees an error; NULL is a no-op.
/// \since 0.1
FOOTFALL_API void footfall_error_free(footfall_error* error);

/// Bytes owned by the library and handed to the caller.
typedef struct footfall_buffer footfall_buffer;

/// First byte; a NUL byte that is not counted follows the last one, so a buffer of text
/// is a C string too. Valid until the buffer is freed.
/// \since 0.1
FOOTFALL_API const char* footfall_buffer_data(const footfall_buffer* buffer);
/// Number of bytes without the terminating NUL.
/// \since 0.1
FOOTFALL_API size_t footfall_buffer_size(const footfall_buffer* buffer);
/// Frees a buffer; NULL is a no-op.
/// \since 0.1
FOOTFALL_API void footfall_buffer_free(footfall_buffer* buffer);

/// A flag, with an optional deadline, that long calls look at several times a second.
/// Thread-safe: one thread runs the call, another requests cancellation.
typedef struct footfall_cancel footfall_cancel;

/// Makes a token. `timeout_ms` counts from now; 0 means no deadline.
/// \since 0.1
FOOTFALL_API footfall_status footfall_cancel_new(int64_t timeout_ms,
                                                 footfall_cancel** out_cancel,
                                                 footfall_error** error);
/// Asks the calls that use this token to stop; they answer FOOTFALL_CANCELLED, or
/// FOOTFALL_DEADLINE_EXCEEDED when the deadline passed first. May be called repeatedly.
/// \since 0.1
FOOTFALL_API void footfall_cancel_request(footfall_cancel* cancel);
/// Frees a token; NULL is a no-op. Calls in progress keep what they need of it.
/// \since 0.1
FOOTFALL_API void footfall_cancel_free(footfall_cancel* cancel);

FOOTFALL_END_DECLS

#endif  // FOOTFALL_STATUS_H_
