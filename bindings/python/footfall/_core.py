"""Errors, cancellation and the conversions that every other module uses."""

from __future__ import annotations

import datetime
import json
from typing import Any, Dict, Optional, Type, Union

from ._footfall import ffi, lib  # type: ignore[import-not-found]

Instant = Union[int, datetime.datetime]
Bound = Union[str, datetime.date, datetime.datetime]


def _check_version(compiled: int, loaded: int) -> None:
    """Raises ImportError unless both have the same major and minor version, which is
    what the library's ABI goes by."""
    if compiled // 1000 != loaded // 1000:
        raise ImportError(
            f"footfall was compiled for libfootfall {_dotted(compiled)} but "
            f"{_dotted(loaded)} was loaded: rebuild the package"
        )


def _dotted(number: int) -> str:
    return f"{number // 1000000}.{number // 1000 % 1000}.{number % 1000}"


_check_version(lib.FOOTFALL_VERSION_NUMBER, lib.footfall_version_number())
__version__: str = ffi.string(lib.footfall_version_string()).decode()


class Error(Exception):
    """A call failed.

    code     name of the status, such as "NOT_FOUND"
    status   its number
    message  what went wrong
    path     for input errors the place in the document, such as "$.rows[0]", or None
    byte     for input errors the 0-based byte offset into the input, or None
    """

    def __init__(
        self,
        message: str,
        status: int = 2,
        path: Optional[str] = None,
        byte: Optional[int] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code: str = ffi.string(lib.footfall_status_name(status)).decode()
        self.path = path
        self.byte = byte

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class CancelledError(Error):
    """The call was stopped by its `Cancel`."""


class InvalidArgumentError(Error, ValueError):
    """An argument or a document is malformed; see `path` and `byte`."""


class DeadlineExceededError(Error, TimeoutError):
    """The deadline of the call's `Cancel` passed."""


class NotFoundError(Error, LookupError):
    """The report, person or store does not exist."""


class AlreadyExistsError(Error):
    """The target directory exists."""


class PermissionDeniedError(Error):
    """The file system or the store refuses the operation."""


class ResourceExhaustedError(Error):
    """Disk or memory budget does not suffice."""


class FailedPreconditionError(Error):
    """The object is not in a state for this call, for example a closed store."""


class AbortedError(Error):
    """The operation was given up by the library."""


class OutOfRangeError(Error):
    """A value or position is out of range."""


class UnimplementedError(Error):
    """This version of the library does not do that."""


class InternalError(Error):
    """A fault of the library."""


class UnavailableError(Error):
    """A resource is not available at the moment."""


class DataLossError(Error):
    """Stored data is damaged."""


class UnauthenticatedError(Error):
    """Credentials are missing or wrong."""


_CLASSES: Dict[int, Type[Error]] = {
    lib.FOOTFALL_CANCELLED: CancelledError,
    lib.FOOTFALL_INVALID_ARGUMENT: InvalidArgumentError,
    lib.FOOTFALL_DEADLINE_EXCEEDED: DeadlineExceededError,
    lib.FOOTFALL_NOT_FOUND: NotFoundError,
    lib.FOOTFALL_ALREADY_EXISTS: AlreadyExistsError,
    lib.FOOTFALL_PERMISSION_DENIED: PermissionDeniedError,
    lib.FOOTFALL_RESOURCE_EXHAUSTED: ResourceExhaustedError,
    lib.FOOTFALL_FAILED_PRECONDITION: FailedPreconditionError,
    lib.FOOTFALL_ABORTED: AbortedError,
    lib.FOOTFALL_OUT_OF_RANGE: OutOfRangeError,
    lib.FOOTFALL_UNIMPLEMENTED: UnimplementedError,
    lib.FOOTFALL_INTERNAL: InternalError,
    lib.FOOTFALL_UNAVAILABLE: UnavailableError,
    lib.FOOTFALL_DATA_LOSS: DataLossError,
    lib.FOOTFALL_UNAUTHENTICATED: UnauthenticatedError,
}


def call(function: Any, *args: Any) -> None:
    """Calls `function(*args, &error)` and raises what it reports."""
    error = ffi.new("footfall_error**")
    status = function(*args, error)
    if status == lib.FOOTFALL_OK:
        return
    message, path, byte = "no details", None, None
    if error[0] != ffi.NULL:
        status = lib.footfall_error_code(error[0])
        message = text(lib.footfall_error_message(error[0])) or message
        path = text(lib.footfall_error_path(error[0]))
        offset = lib.footfall_error_byte(error[0])
        byte = None if offset < 0 else offset
        lib.footfall_error_free(error[0])
    raise _CLASSES.get(status, Error)(message, status, path, byte)


def text(pointer: Any) -> Optional[str]:
    """A C string as str; None for NULL."""
    if pointer == ffi.NULL:
        return None
    return ffi.string(pointer).decode("utf-8", "replace")


def take(out_buffer: Any) -> bytes:
    """The bytes of a `footfall_buffer**`, which is freed."""
    buffer = out_buffer[0]
    try:
        return bytes(
            ffi.buffer(
                lib.footfall_buffer_data(buffer), lib.footfall_buffer_size(buffer)
            )
        )
    finally:
        lib.footfall_buffer_free(buffer)


def call_bytes(function: Any, *args: Any) -> bytes:
    """Calls `function(*args, &buffer, &error)` and returns the buffer's bytes."""
    buffer = ffi.new("footfall_buffer**")
    call(function, *args, buffer)
    return take(buffer)


def call_json(function: Any, *args: Any) -> Any:
    """`call_bytes`, parsed as JSON."""
    return json.loads(call_bytes(function, *args))


def call_handle(kind: str, free: Any, function: Any, *args: Any) -> Any:
    """Calls `function(*args, &handle, &error)`; the handle is freed with its owner."""
    out = ffi.new(kind + "**")
    call(function, *args, out)
    return ffi.gc(out[0], free)


def c_string(value: Optional[Union[str, bytes]]) -> Any:
    """A NUL-terminated copy; NULL for None. Refuses an embedded NUL, which would
    silently cut the text."""
    if value is None:
        return ffi.NULL
    data = value.encode("utf-8") if isinstance(value, str) else value
    if b"\0" in data:
        raise ValueError("embedded NUL character")
    return ffi.new("char[]", data)


def c_bytes(data: Union[str, bytes, bytearray, memoryview]) -> Any:
    """The bytes of `data`, borrowed from it where possible."""
    if isinstance(data, str):
        data = data.encode("utf-8")
    return ffi.from_buffer("char[]", data)


def document(value: Any) -> bytes:
    """A JSON document given as text or as Python values."""
    if isinstance(value, str):
        return value.encode("utf-8")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    return json.dumps(value, ensure_ascii=False).encode("utf-8")


def milliseconds(instant: Optional[Instant]) -> int:
    """Milliseconds since 1970 UTC; 0, the system clock, for None."""
    if instant is None:
        return 0
    if isinstance(instant, datetime.datetime):
        if instant.tzinfo is None:
            raise ValueError("the datetime has no time zone")
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return (instant - epoch) // datetime.timedelta(milliseconds=1)
    return int(instant)


def bound(value: Optional[Bound]) -> Optional[str]:
    """A bound of a range as the text that the library reads."""
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            raise ValueError("the datetime has no time zone")
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


class Cancel:
    """Stops the calls it is given to, from any thread or after `timeout` seconds."""

    def __init__(self, timeout: Optional[float] = None) -> None:
        # 0 would mean no deadline: a timeout that has already passed becomes 1 ms.
        timeout_ms = 0 if timeout is None else max(1, int(timeout * 1000))
        self._handle = call_handle(
            "footfall_cancel",
            lib.footfall_cancel_free,
            lib.footfall_cancel_new,
            timeout_ms,
        )

    def request(self) -> None:
        """Asks the calls that use this object to stop."""
        lib.footfall_cancel_request(self._handle)


def handle_of(value: Any) -> Any:
    """The C handle of an optional Policy or Cancel."""
    return ffi.NULL if value is None else value._handle
