"""Subscriptions of a store, what runs by itself, and how mail leaves."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Union

from ._callbacks import register, unregister
from ._core import (
    Cancel,
    Instant,
    c_bytes,
    c_string,
    call,
    call_json,
    document,
    ffi,
    handle_of,
    lib,
    milliseconds,
)

MailTransport = Callable[[str, str, bytes], int]


class SubscriptionMethods:
    """What Store inherits to send reports by e-mail on a schedule."""

    _handle: Any

    def set_secrets_key(self, key: Optional[bytes]) -> None:
        """Gives the key of 32 bytes under which passwords are kept in the store; it is
        held in memory only. None takes it away."""
        data = b"" if key is None else bytes(key)
        call(
            lib.footfall_secrets_set_key,
            self._handle,
            ffi.from_buffer("uint8_t[]", data) if data else ffi.NULL,
            len(data),
        )

    def run_due(
        self, *, now: Optional[Instant] = None, cancel: Optional[Cancel] = None
    ) -> Dict[str, Any]:
        """Runs what is due in this thread: runs, and next_due, when to call again."""
        return call_json(
            lib.footfall_run_due, self._handle, milliseconds(now), handle_of(cancel)
        )

    def runs(self, job: Optional[str] = None, *, limit: int = 100) -> List[Dict[str, Any]]:
        """The log, the latest first, of all jobs or of one ("subscription:weekly")."""
        return call_json(lib.footfall_run_list, self._handle, c_string(job), limit)["runs"]

    def run_show(self, run: str) -> Dict[str, Any]:
        """One run with its detail."""
        return call_json(lib.footfall_run_show, self._handle, c_string(run))

    def scheduler_start(self) -> None:
        """Starts a thread of the library that runs what is due."""
        call(lib.footfall_scheduler_start, self._handle)

    def scheduler_stop(self) -> None:
        """Ends it and what it runs."""
        call(lib.footfall_scheduler_stop, self._handle)

    def subscription_save(
        self,
        subscription: Union[str, bytes, Mapping[str, Any]],
        *,
        now: Optional[Instant] = None,
    ) -> None:
        """Saves a subscription under its "name", in force at once."""
        data = document(subscription)
        call(
            lib.footfall_subscription_save,
            self._handle,
            c_bytes(data),
            len(data),
            milliseconds(now),
        )

    def subscription_list(self) -> List[Dict[str, Any]]:
        """Dicts of name, report, recipients (how many), schedule, state, next_due and
        last_run, sorted by name."""
        return call_json(lib.footfall_subscription_list, self._handle)["subscriptions"]

    def subscription_show(self, name: str) -> Dict[str, Any]:
        """The definition, when it is due, and who gets nothing ("suppressed")."""
        return call_json(lib.footfall_subscription_show, self._handle, c_string(name))

    def subscription_delete(self, name: str) -> None:
        """Deletes a subscription with its log."""
        call(lib.footfall_subscription_delete, self._handle, c_string(name))

    def subscription_pause(
        self, name: str, paused: bool = True, *, now: Optional[Instant] = None
    ) -> None:
        """Pauses a subscription, or resumes it; what is due meanwhile is skipped."""
        call(
            lib.footfall_subscription_pause,
            self._handle,
            c_string(name),
            paused,
            milliseconds(now),
        )

    def subscription_run(
        self,
        name: str,
        *,
        now: Optional[Instant] = None,
        cancel: Optional[Cancel] = None,
    ) -> Dict[str, Any]:
        """Sends the report now, whatever its schedule; returns the run."""
        return call_json(
            lib.footfall_subscription_run,
            self._handle,
            c_string(name),
            milliseconds(now),
            handle_of(cancel),
        )

    def subscription_restore(
        self, name: str, address: str, *, now: Optional[Instant] = None
    ) -> None:
        """Sends again to a recipient who unsubscribed or was refused."""
        call(
            lib.footfall_subscription_restore,
            self._handle,
            c_string(name),
            c_string(address),
            milliseconds(now),
        )

    def unsubscribe(
        self, token: str, *, confirm: bool, now: Optional[Instant] = None
    ) -> Dict[str, Any]:
        """Whom the token of a mail's link belongs to: subscription, address, state. With
        `confirm`, which a GET request must not say, unsubscribes the recipient."""
        return call_json(
            lib.footfall_subscription_unsubscribe,
            self._handle,
            c_string(token),
            confirm,
            milliseconds(now),
        )

    def mail_set(
        self,
        settings: Union[str, bytes, Mapping[str, Any]],
        password: Optional[str] = None,
    ) -> None:
        """Replaces the mail settings; without `password` the one there is stays."""
        data = document(settings)
        call(
            lib.footfall_mail_set,
            self._handle,
            c_bytes(data),
            len(data),
            c_string(password),
        )

    def mail_show(self) -> Dict[str, Any]:
        """The mail settings; "password" is "set" where there is one."""
        return call_json(lib.footfall_mail_show, self._handle)

    def mail_transport(self, send: Optional[MailTransport]) -> None:
        """Sends mail through `send(from, to, message)` instead of SMTP, called in the
        thread that runs what is due. It returns an SMTP reply code: 2xx took the message
        over, 4xx may do so later (as an exception means), 5xx refuses the recipient.
        None goes back to SMTP."""
        if send is None:
            call(
                lib.footfall_mail_set_transport,
                self._handle,
                ffi.NULL,
                ffi.NULL,
                ffi.NULL,
            )
            return
        payload = register(send)
        try:
            call(
                lib.footfall_mail_set_transport,
                self._handle,
                lib.footfall_py_send,
                payload,
                lib.footfall_py_log_free,
            )
        except BaseException:
            unregister(payload)
            raise
