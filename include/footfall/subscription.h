/// \file
/// Subscriptions: reports by e-mail on a schedule, and how the mail leaves.
#ifndef FOOTFALL_SUBSCRIPTION_H_
#define FOOTFALL_SUBSCRIPTION_H_

#include <stddef.h>
#include <stdint.h>

#include "footfall/export.h"
#include "footfall/schedule.h"
#include "footfall/status.h"
#include "footfall/store.h"

FOOTFALL_BEGIN_DECLS

/// Saves a subscription under its "name", in force at once: {"version": 1, "name",
/// "report", "schedule": {"every": "week", "on": ["monday"], "at": "08:00", "timezone"},
/// "recipients": [addresses], "formats": ["html", "csv"], "range", "parameters",
/// "timezone", "where", "segment", "subject", "paused"}; src/runtime/SUBSCRIPTIONS.md has
/// the meaning. The first due time is after `now_ms`.
/// \param[in] now_ms  0 means the system clock.
/// \return FOOTFALL_INVALID_ARGUMENT with a path; _NOT_FOUND with "$.report" when there
/// is
///         no such report.
/// \since 0.1
FOOTFALL_API footfall_status footfall_subscription_save(footfall_store* store,
                                                        const char* json, size_t size,
                                                        int64_t now_ms,
                                                        footfall_error** error);

/// {"subscriptions": [{"name", "report", "recipients": how many, "schedule", "state":
/// "active" or "paused", "next_due", "last_run"}]}, sorted by name.
/// \since 0.1
FOOTFALL_API footfall_status footfall_subscription_list(footfall_store* store,
                                                        footfall_buffer** out_json,
                                                        footfall_error** error);

/// {"definition", "state", "next_due", "run": what is at work or to be retried, or null,
/// "retry_at", "last_run", "suppressed": [{"address", "state": "unsubscribed" or
/// "refused", "since", "reason"}]}.
/// \return FOOTFALL_NOT_FOUND for an unknown name.
/// \since 0.1
FOOTFALL_API footfall_status footfall_subscription_show(footfall_store* store,
                                                        const char* name,
                                                        footfall_buffer** out_json,
                                                        footfall_error** error);

/// Deletes a subscription with its log and what is known of its recipients.
/// \return FOOTFALL_NOT_FOUND for an unknown name.
/// \since 0.1
FOOTFALL_API footfall_status footfall_subscription_delete(footfall_store* store,
                                                          const char* name,
                                                          footfall_error** error);

/// Pauses a subscription, or resumes it when `paused` is 0. Due times in a pause are
/// skipped.
/// \param[in] now_ms  0 means the system clock.
/// \return FOOTFALL_NOT_FOUND for an unknown name.
/// \since 0.1
FOOTFALL_API footfall_status footfall_subscription_pause(footfall_store* store,
                                                         const char* name, int32_t paused,
                                                         int64_t now_ms,
                                                         footfall_error** error);

/// Sends the report now, on the calling thread, or goes on with a run that is to be
/// retried. The schedule stays as it is.
/// \param[in] now_ms  0 means the system clock.
/// \param[in] cancel  Borrowed for the call; may be NULL.
/// \param[out] out_json  The run, as footfall_run_show has it; may be NULL.
/// \return FOOTFALL_OK also when the run failed; _NOT_FOUND; _FAILED_PRECONDITION while
/// it
///         runs.
/// \since 0.1
FOOTFALL_API footfall_status footfall_subscription_run(footfall_store* store,
                                                       const char* name, int64_t now_ms,
                                                       footfall_cancel* cancel,
                                                       footfall_buffer** out_json,
                                                       footfall_error** error);

/// Sends again, from the next run on, to a recipient who unsubscribed or was refused.
/// \return FOOTFALL_NOT_FOUND for an unknown name or an address that is no recipient.
/// \since 0.1
FOOTFALL_API footfall_status footfall_subscription_restore(footfall_store* store,
                                                           const char* name,
                                                           const char* address,
                                                           int64_t now_ms,
                                                           footfall_error** error);

/// What the host mounts at the mail setting "unsubscribe_url": for a GET with the query
/// parameter "token" it calls this with `confirm` 0 and shows a page that asks; for a
/// POST (from that page, or with the body "List-Unsubscribe=One-Click" from a mail
/// program, RFC 8058) it calls this with `confirm` 1. A GET must not confirm: programs
/// that look at links would unsubscribe people.
/// \param[out] out_json  {"subscription", "address", "state": "active", "unsubscribed" or
///         "refused"}, after the call.
/// \return FOOTFALL_NOT_FOUND for a token that is not valid, or not any more: answer 404.
/// \since 0.1
FOOTFALL_API footfall_status footfall_subscription_unsubscribe(
    footfall_store* store, const char* token, int32_t confirm, int64_t now_ms,
    footfall_buffer** out_json, footfall_error** error);

/// Replaces the mail settings of the store: {"version": 1, "from", "from_name", "host",
/// "port", "security": "starttls" (DEFAULT), "tls" or "none", "user", "ca_file", "proxy",
/// "connect_timeout", "timeout", "allow_plain_text", "unsubscribe_url"}.
/// \param[in] password  Of "user"; sealed under the host's key and never given out again.
///                      NULL keeps the one there is, as long as host, port, security and
///                      user stay the same.
/// \return FOOTFALL_INVALID_ARGUMENT with a path; _FAILED_PRECONDITION for a password
///         without footfall_secrets_set_key.
/// \since 0.1
FOOTFALL_API footfall_status footfall_mail_set(footfall_store* store, const char* json,
                                               size_t size, const char* password,
                                               footfall_error** error);

/// The mail settings; "password" is "set" when there is one.
/// \return FOOTFALL_NOT_FOUND when there are none.
/// \since 0.1
FOOTFALL_API footfall_status footfall_mail_show(footfall_store* store,
                                                footfall_buffer** out_json,
                                                footfall_error** error);

/// Carries one message (RFC 5322, with CRLF) to one recipient and answers an SMTP reply
/// code: 2xx took it over, 4xx may do so later, 5xx refuses the recipient for good.
/// Called by the thread that runs jobs, several at a time when several threads do; the
/// text is valid during the call. Must not close the store or stop the scheduler.
typedef int32_t (*footfall_mail_callback)(const char* from, const char* to,
                                          const char* message, size_t size,
                                          void* payload);

/// Hands the host's own transport in: the library then opens no socket to send mail. NULL
/// goes back to SMTP. `payload_free`, which may be NULL, is called once with `payload`
/// when it is not needed any more, at the latest when the store is freed; not when the
/// call fails.
/// \since 0.1
FOOTFALL_API footfall_status footfall_mail_set_transport(
    footfall_store* store, footfall_mail_callback send, void* payload,
    footfall_payload_destructor payload_free, footfall_error** error);

FOOTFALL_END_DECLS

#endif  // FOOTFALL_SUBSCRIPTION_H_
