"""The store: events in, reports out."""

from __future__ import annotations

import json
import os
import threading
import weakref
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Union

from ._callbacks import Pipe, call_writing, register, unregister
from ._capture import Policy
from ._core import (
    Bound,
    Cancel,
    Instant,
    bound,
    c_bytes,
    c_string,
    call,
    call_bytes,
    call_handle,
    call_json,
    document,
    ffi,
    handle_of,
    lib,
    milliseconds,
)
from ._ingest import Bytes, Event, Ingest, IngestResult, ingest_options, ingest_result
from ._people import PeopleMethods
from ._result import Result
from ._catalogue import CatalogueMethods
from ._definitions import DefinitionMethods
from ._segments import SegmentMethods
from ._subscriptions import SubscriptionMethods

LogCallback = Callable[[str, str], None]


class Store(CatalogueMethods, DefinitionMethods, PeopleMethods, SegmentMethods, SubscriptionMethods):
    """One folder that holds events, people and settings.

    read_only      read beside another process that writes
    create         create the store if it is absent (else NotFoundError)
    memory_budget  bound on memory in bytes; 0 means 256 MiB
    background_sealing  seal in a thread of the store's own, not while ingesting
    log            called with severity ("info", "warning", "error") and one line; from
                   any thread, and must not use the store

    Closed by `close`, by leaving a `with` block, or with the object.
    """

    def __init__(
        self,
        path: Union[str, "os.PathLike[str]"],
        *,
        read_only: bool = False,
        create: bool = True,
        memory_budget: int = 0,
        background_sealing: bool = False,
        log: Optional[LogCallback] = None,
    ) -> None:
        options = ffi.new("footfall_store_options*")
        options.struct_size = ffi.sizeof("footfall_store_options")
        if read_only:
            options.mode = lib.FOOTFALL_OPEN_READ_ONLY
        elif not create:
            options.mode = lib.FOOTFALL_OPEN_EXISTING
        options.memory_budget_bytes = memory_budget
        options.background_sealing = background_sealing
        if log is not None:
            options.log = lib.footfall_py_log
            options.log_payload = register(log)
            options.log_payload_free = lib.footfall_py_log_free
        try:
            self._handle = call_handle(
                "footfall_store",
                lib.footfall_store_free,
                lib.footfall_store_open,
                c_string(os.fsencode(path)),
                options,
            )
        except BaseException:
            unregister(options.log_payload)
            raise
        self._pipes: "weakref.WeakSet[Pipe]" = weakref.WeakSet()

    def close(self) -> None:
        """Flushes and closes, waiting for calls in progress in other threads. Later
        calls raise FailedPreconditionError; generators of `events` end with
        CancelledError, since they would keep the store open."""
        for pipe in list(self._pipes):
            pipe.stop()
        call(lib.footfall_store_close, self._handle)

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> None:
        self.close()

    def settings(self) -> Dict[str, Any]:
        """All settings with their values."""
        return call_json(lib.footfall_settings_list, self._handle)

    def set(self, key: str, value: Union[str, int]) -> None:
        """Changes one setting, such as `set("level", "interactions")`."""
        call(
            lib.footfall_settings_set, self._handle, c_string(key), c_string(str(value))
        )

    def ingest(
        self,
        events: Union[Bytes, Event, Iterable[Union[Event, Bytes]]],
        *,
        policy: Optional[Policy] = None,
        now: Optional[Instant] = None,
        cancel: Optional[Cancel] = None,
        source: Optional[str] = None,
    ) -> IngestResult:
        """Filters and stores events; what it returns as accepted survives a crash.

        Text or bytes (NDJSON or a JSON array, at most 64 MiB) and a single event are
        stored as one atom. Another iterable, of events or of pieces of text (so an open
        file too), may be of any size and is stored in batches of 10,000 events.
        """
        if isinstance(events, Mapping):
            events = document(events)
        if not isinstance(events, (str, bytes, bytearray, memoryview)):
            stream = self.ingest_stream(
                policy=policy, now=now, cancel=cancel, source=source
            )
            for piece in events:
                stream.write(piece)
            return stream.finish()
        options, _keep = ingest_options(policy, now, cancel, source)
        view = c_bytes(events)
        return ingest_result(
            call_bytes(
                lib.footfall_store_ingest, self._handle, view, len(view), options
            )
        )

    def ingest_stream(
        self,
        *,
        policy: Optional[Policy] = None,
        now: Optional[Instant] = None,
        cancel: Optional[Cancel] = None,
        source: Optional[str] = None,
    ) -> Ingest:
        """Opens a stream of events of any size."""
        options, keep = ingest_options(policy, now, cancel, source)
        handle = call_handle(
            "footfall_ingest",
            lib.footfall_ingest_free,
            lib.footfall_ingest_new,
            self._handle,
            options,
        )
        return Ingest(handle, (options, keep))

    def report(
        self,
        report: Union[str, Mapping[str, Any]],
        *,
        from_: Optional[Bound] = None,
        to: Optional[Bound] = None,
        timezone: Optional[str] = None,
        parameters: Optional[Mapping[str, Any]] = None,
        now: Optional[Instant] = None,
        cancel: Optional[Cancel] = None,
        threads: int = 0,
        segment: Optional[str] = None,
        where: Optional[Mapping[str, Any]] = None,
        compare: bool = False,
    ) -> Result:
        """Runs a built-in or saved report by its name, or a definition (a dict).

        from_, to   bounds of the range, half-open; text, dates, or datetimes with a zone
        timezone    IANA name, such as "Europe/Paris"
        parameters  of a built-in report, such as {"login_event": "signed-in"}
        now         the present, in milliseconds since 1970 UTC or a datetime
        threads     how many may compute, the calling one included; 0 and 1 start none
        segment     a saved one: only the people in it
        where       a rule: only events that satisfy it
        compare     adds what there was in the period before, as columns previous_X and
                    change_X
        """
        arguments, options, _keep = self._report_call(
            report,
            from_,
            to,
            timezone,
            parameters,
            now,
            cancel,
            threads,
            segment,
            where,
            compare,
        )
        return Result(
            call_handle(
                "footfall_result",
                lib.footfall_result_free,
                lib.footfall_report_run
                if isinstance(report, str)
                else lib.footfall_report_run_definition,
                self._handle,
                *arguments,
                options,
            )
        )

    def report_explain(
        self,
        report: Union[str, Mapping[str, Any]],
        *,
        from_: Optional[Bound] = None,
        to: Optional[Bound] = None,
        timezone: Optional[str] = None,
        parameters: Optional[Mapping[str, Any]] = None,
        now: Optional[Instant] = None,
        cancel: Optional[Cancel] = None,
        threads: int = 0,
        segment: Optional[str] = None,
        where: Optional[Mapping[str, Any]] = None,
    ) -> Dict[str, Any]:
        """Runs a report as `report` does and tells what was computed (`plan`, whose keys
        may change) and what that took (`stats`, as `Result.stats`)."""
        arguments, options, _keep = self._report_call(
            report,
            from_,
            to,
            timezone,
            parameters,
            now,
            cancel,
            threads,
            segment,
            where,
        )
        return call_json(
            lib.footfall_report_explain
            if isinstance(report, str)
            else lib.footfall_report_explain_definition,
            self._handle,
            *arguments,
            options,
        )

    @staticmethod
    def _report_call(
        report: Union[str, Mapping[str, Any]],
        from_: Optional[Bound],
        to: Optional[Bound],
        timezone: Optional[str],
        parameters: Optional[Mapping[str, Any]],
        now: Optional[Instant],
        cancel: Optional[Cancel],
        threads: int,
        segment: Optional[str],
        where: Optional[Mapping[str, Any]] = None,
        compare: bool = False,
    ) -> Any:
        """The name or the definition, the options, and what these point to."""
        options = ffi.new("footfall_report_options*")
        options.struct_size = ffi.sizeof("footfall_report_options")
        strings = {
            "from": c_string(bound(from_)),
            "to": c_string(bound(to)),
            "timezone": c_string(timezone),
            "parameters_json": c_string(
                None if parameters is None else document(parameters)
            ),
            "segment": c_string(segment),
            "where_json": c_string(None if where is None else document(where)),
        }
        for name, value in strings.items():
            setattr(options, name, value)
        options.now_ms = milliseconds(now)
        options.cancel = handle_of(cancel)
        options.threads = threads
        options.compare = compare
        if isinstance(report, str):
            return (c_string(report),), options, strings
        data = document(report)
        return (c_bytes(data), len(data)), options, strings

    def report_save(self, definition: Union[str, bytes, Mapping[str, Any]]) -> None:
        """Saves a definition, or a view of another report, under its "name". One of that
        name stays as a former revision, see `report_history`."""
        data = document(definition)
        call(lib.footfall_report_save, self._handle, c_bytes(data), len(data))

    def report_delete(self, name: str) -> None:
        """Deletes a saved definition; a built-in cannot be deleted."""
        call(lib.footfall_report_delete, self._handle, c_string(name))

    def report_show(self, name: str) -> Dict[str, Any]:
        """The definition of a built-in or saved report."""
        return call_json(lib.footfall_report_show, self._handle, c_string(name))

    def report_list(self) -> List[Dict[str, Any]]:
        """Dicts of name, title, kind, tags, builtin, base and favourite, sorted by
        name. `report_find` lists some of them."""
        return call_json(lib.footfall_report_list, self._handle)["reports"]

    def export_events(
        self,
        write: Callable[[bytes], Any],
        *,
        where: Optional[Mapping[str, Any]] = None,
        from_: Optional[Bound] = None,
        to: Optional[Bound] = None,
        timezone: Optional[str] = None,
        now: Optional[Instant] = None,
        cancel: Optional[Cancel] = None,
    ) -> None:
        """Passes the stored events, in no particular order, to `write` as
        pieces of NDJSON, without those that data retention has expired by `now`. An
        exception of `write` stops the export and is raised here.

        where       a rule over single events
        from_, to   bounds of their time, half-open: an aware datetime, a date in the
                    zone, or RFC 3339
        timezone    IANA name, of dates in the bounds and in the rule (default: UTC)
        """
        options = ffi.new("footfall_export_options*")
        options.struct_size = ffi.sizeof("footfall_export_options")
        strings = {
            "rule_json": c_string(None if where is None else document(where)),
            "from": c_string(bound(from_)),
            "to": c_string(bound(to)),
            "timezone": c_string(timezone),
        }
        for name, value in strings.items():
            setattr(options, name, value)
        options.now_ms = milliseconds(now)
        options.cancel = handle_of(cancel)
        call_writing(
            lib.footfall_events_export, self._handle, options, write=write
        )

    def events(
        self,
        where: Optional[Mapping[str, Any]] = None,
        *,
        from_: Optional[Bound] = None,
        to: Optional[Bound] = None,
        timezone: Optional[str] = None,
        now: Optional[Instant] = None,
        cancel: Optional[Cancel] = None,
    ) -> Iterator[Dict[str, Any]]:
        """The stored events in no particular order, read while they are
        consumed, without those that data retention has expired by `now`. Takes what
        `export_events` takes.

        The export runs in a thread of its own until the generator ends or is closed.
        """
        pipe = Pipe()
        self._pipes.add(pipe)

        def run() -> None:
            try:
                self.export_events(
                    pipe.put,
                    where=where,
                    from_=from_,
                    to=to,
                    timezone=timezone,
                    now=now,
                    cancel=cancel,
                )
                pipe.finish(None)
            except BaseException as error:  # Raised again by the generator.
                pipe.finish(error)

        thread = threading.Thread(target=run, name="footfall-events", daemon=True)
        thread.start()
        rest = b""
        try:
            for piece in iter(pipe.get, None):
                lines = (rest + piece).split(b"\n")
                rest = lines.pop()
                for line in lines:
                    yield json.loads(line)
        finally:
            pipe.stop()
            thread.join()

    def stats(self) -> Dict[str, Any]:
        """Counts and sizes of what is stored."""
        return call_json(lib.footfall_store_stats, self._handle)

    def check(self, *, cancel: Optional[Cancel] = None) -> Dict[str, Any]:
        """Reads and verifies everything: ok, records, runs, chunks, events, people,
        problems."""
        return call_json(lib.footfall_store_check, self._handle, handle_of(cancel))

    def seal(
        self, *, merge: bool = False, cancel: Optional[Cancel] = None
    ) -> Dict[str, Any]:
        """Moves the events of the log into sealed chunks; with `merge` all runs of
        chunks become one: events_sealed, runs_merged."""
        return call_json(
            lib.footfall_store_seal, self._handle, merge, handle_of(cancel)
        )

    def compact(
        self, *, now: Optional[Instant] = None, cancel: Optional[Cancel] = None
    ) -> Dict[str, Any]:
        """Removes what data retention has expired: events_removed, bytes_before,
        bytes_after."""
        return call_json(
            lib.footfall_store_compact,
            self._handle,
            milliseconds(now),
            handle_of(cancel),
        )

    def redact(
        self,
        policy: Optional[Policy] = None,
        *,
        dry_run: bool = False,
        cancel: Optional[Cancel] = None,
    ) -> Dict[str, Any]:
        """Applies a stricter policy to the stored events: examined, changed, dropped,
        rules, done, records_done, records. A cancelled one answers done=False, and the
        same call goes on with it."""
        options = ffi.new("footfall_redact_options*")
        options.struct_size = ffi.sizeof("footfall_redact_options")
        options.cancel = handle_of(cancel)
        options.dry_run = dry_run
        return call_json(
            lib.footfall_store_redact, self._handle, handle_of(policy), options
        )

    def backup(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Makes a consistent copy in the new directory `path`."""
        call(lib.footfall_store_backup, self._handle, c_string(os.fsencode(path)))

    def metrics(self) -> Dict[str, int]:
        """Counters since the store was opened."""
        metrics = ffi.new("footfall_store_metrics*")
        metrics.struct_size = ffi.sizeof("footfall_store_metrics")
        call(lib.footfall_store_get_metrics, self._handle, metrics)
        return {
            name: getattr(metrics, name)
            for name, _ in ffi.typeof("footfall_store_metrics").fields
            if name != "struct_size"
        }


def restore(
    backup: Union[str, "os.PathLike[str]"], path: Union[str, "os.PathLike[str]"]
) -> None:
    """Copies a backup into the new directory `path`, after verifying it."""
    call(
        lib.footfall_store_restore,
        c_string(os.fsencode(backup)),
        c_string(os.fsencode(path)),
    )
