"""Ingest streams and what ingest answers."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Dict, List, Mapping, Optional, Union

from ._capture import Policy
from ._core import (
    Cancel,
    Instant,
    c_bytes,
    c_string,
    call,
    document,
    ffi,
    handle_of,
    lib,
    milliseconds,
    take,
)

Event = Mapping[str, Any]
Bytes = Union[str, bytes, bytearray, memoryview]


@dataclasses.dataclass(frozen=True)
class IngestResult:
    """What became of the events: each is counted once."""

    accepted: int
    duplicates: int
    dropped_level: int
    dropped_policy: int
    rejected: int
    #: How often each filter rule removed something.
    rules: Dict[str, int]
    #: At most 100 of: index, line, byte, path, reason (and file).
    errors: List[Dict[str, Any]]
    errors_omitted: int


def ingest_result(data: bytes) -> IngestResult:
    shape = json.loads(data)
    return IngestResult(
        **{field.name: shape[field.name] for field in dataclasses.fields(IngestResult)}
    )


class Ingest:
    """A stream of events of any size, stored in durable batches of at most 10,000. One
    thread at a time. As a context manager it finishes on leaving without an exception;
    `result` then holds the counts."""

    def __init__(self, handle: Any, keep: Any) -> None:
        self._handle = handle
        self._keep = keep
        self.result: Optional[IngestResult] = None

    def write(self, data: Union[Bytes, Event]) -> None:
        """Takes the next bytes, cut anywhere, or one event."""
        if isinstance(data, Mapping):
            data = document(data) + b"\n"
        view = c_bytes(data)
        call(lib.footfall_ingest_write, self._handle, view, len(view))

    @property
    def acknowledged(self) -> int:
        """Events stored so far and durable."""
        return int(lib.footfall_ingest_acknowledged(self._handle))

    def finish(self) -> IngestResult:
        """Stores what remains. When it fails, `result` still says what was stored."""
        buffer = ffi.new("footfall_buffer**")
        try:
            call(lib.footfall_ingest_finish, self._handle, buffer)
        finally:
            if buffer[0] != ffi.NULL:
                self.result = ingest_result(take(buffer))
        assert self.result is not None
        return self.result

    def __enter__(self) -> "Ingest":
        return self

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> None:
        if kind is None and self.result is None:
            self.finish()


def ingest_options(
    policy: Optional[Policy],
    now: Optional[Instant],
    cancel: Optional[Cancel],
    source: Optional[str],
) -> Any:
    """The options and what must stay alive as long as they do."""
    options = ffi.new("footfall_ingest_options*")
    options.struct_size = ffi.sizeof("footfall_ingest_options")
    options.policy = handle_of(policy)
    options.now_ms = milliseconds(now)
    options.cancel = handle_of(cancel)
    name = c_string(source)
    options.source = name
    return options, (policy, cancel, name)
