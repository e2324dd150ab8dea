"""What the library calls back: logs and exports."""

from __future__ import annotations

import collections
import itertools
import threading
from typing import Any, Callable, Dict, List, Optional

from ._core import CancelledError, Error, call, ffi, lib

_SEVERITIES = {
    lib.FOOTFALL_LOG_INFO: "info",
    lib.FOOTFALL_LOG_WARNING: "warning",
    lib.FOOTFALL_LOG_ERROR: "error",
}

# What the library calls back, by the number that it is given as payload. A number that
# is no longer here is ignored, so a late call does no harm.
_callbacks: Dict[int, Callable[..., Any]] = {}
_callback_numbers = itertools.count(1)


def register(callback: Callable[..., Any]) -> Any:
    number = next(_callback_numbers)
    _callbacks[number] = callback
    return ffi.cast("void*", number)


def unregister(payload: Any) -> None:
    _callbacks.pop(int(ffi.cast("uintptr_t", payload)), None)


def _registered(payload: Any) -> Optional[Callable[..., Any]]:
    return _callbacks.get(int(ffi.cast("uintptr_t", payload)))


@ffi.def_extern()
def footfall_py_log(severity: int, message: Any, payload: Any) -> None:
    callback = _registered(payload)
    if callback is not None:
        line = ffi.string(message).decode("utf-8", "replace")
        callback(_SEVERITIES.get(severity, "error"), line)


@ffi.def_extern()
def footfall_py_log_free(payload: Any) -> None:
    unregister(payload)


@ffi.def_extern(error=1)
def footfall_py_write(data: Any, size: int, payload: Any) -> int:
    callback = _registered(payload)
    return 1 if callback is None else callback(bytes(ffi.buffer(data, size)))


def call_writing(
    function: Any, *arguments: Any, write: Callable[[bytes], Any]
) -> None:
    """Calls a function that passes pieces of an export to `write`, whose exception stops
    the export and is raised here."""
    failure: List[BaseException] = []

    def forward(piece: bytes) -> int:
        try:
            write(piece)
            return 0
        except BaseException as error:  # Raised again below.
            failure.append(error)
            return 1

    payload = register(forward)
    try:
        call(function, *arguments, lib.footfall_py_write, payload)
    except Error:
        if not failure:
            raise
    finally:
        unregister(payload)
    if failure:
        raise failure[0]


# What a transport that raises is taken for: a failure that may pass.
_TRY_LATER = 451


@ffi.def_extern(error=_TRY_LATER)
def footfall_py_send(
    sender: Any, to: Any, message: Any, size: int, payload: Any
) -> int:
    callback = _registered(payload)
    if callback is None:
        return _TRY_LATER
    return callback(
        ffi.string(sender).decode("ascii"),
        ffi.string(to).decode("ascii"),
        bytes(ffi.buffer(message, size)),
    )


class Pipe:
    """Pieces of an export on their way from its thread to the reader, a few at most."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pieces: "collections.deque[bytes]" = collections.deque()
        self._finished = False
        self._failure: Optional[BaseException] = None

    def put(self, piece: bytes) -> None:
        with self._changed:
            self._changed.wait_for(lambda: len(self._pieces) < 4 or self._finished)
            if self._finished:
                raise CancelledError("the reader stopped", lib.FOOTFALL_CANCELLED)
            self._pieces.append(piece)
            self._changed.notify_all()

    def get(self) -> Optional[bytes]:
        """The next piece; None at the end. Raises what the export failed with."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._pieces) or self._finished)
            piece = self._pieces.popleft() if self._pieces else None
            self._changed.notify_all()
        if piece is None and self._failure is not None:
            raise self._failure
        return piece

    def finish(self, failure: Optional[BaseException]) -> None:
        with self._changed:
            if not self._finished:
                self._finished, self._failure = True, failure
            self._changed.notify_all()

    def stop(self) -> None:
        """Ends the export at its next piece; the reader gets what is already here."""
        self.finish(CancelledError("the export was stopped", lib.FOOTFALL_CANCELLED))
