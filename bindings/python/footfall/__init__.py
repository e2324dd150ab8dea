"""Footfall: embeddable digital-experience analytics.

Everything here is thin over the C library; the global interpreter lock is released
while a call runs. Objects may be used from several threads, except `Filter` and
`Ingest`, which belong to one stream and so to one thread at a time.
"""

from ._capture import Filter, Policy, leak_test
from ._core import (
    AbortedError,
    AlreadyExistsError,
    Cancel,
    CancelledError,
    DataLossError,
    DeadlineExceededError,
    Error,
    FailedPreconditionError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    OutOfRangeError,
    PermissionDeniedError,
    ResourceExhaustedError,
    UnauthenticatedError,
    UnavailableError,
    UnimplementedError,
    __version__,
)
from ._ingest import Ingest, IngestResult
from ._result import Column, Result
from ._store import Store, restore

__all__ = [
    "AbortedError",
    "AlreadyExistsError",
    "Cancel",
    "CancelledError",
    "Column",
    "DataLossError",
    "DeadlineExceededError",
    "Error",
    "FailedPreconditionError",
    "Filter",
    "Ingest",
    "IngestResult",
    "InternalError",
    "InvalidArgumentError",
    "NotFoundError",
    "OutOfRangeError",
    "PermissionDeniedError",
    "Policy",
    "ResourceExhaustedError",
    "Result",
    "Store",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "__version__",
    "leak_test",
    "restore",
]
