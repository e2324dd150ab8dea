"""What the tests of the Python package share: sample events, a reader of the Arrow C
stream that knows nothing of the package, and the code blocks of a README."""

import ctypes
import datetime
import os
import pathlib
import re
import tempfile
import unittest

import footfall

SOURCE = pathlib.Path(os.environ["FOOTFALL_SOURCE_DIR"])
UTC = datetime.timezone.utc
NOW = datetime.datetime(2025, 11, 21, 8, 0, tzinfo=UTC)
NOW_MS = 1763712000000
MINUTE = 60 * 1000


def track(person, minutes_ago, name="save", **more):
    """A custom event `minutes_ago` before NOW."""
    return {
        "type": "track",
        "name": name,
        "person": person,
        "time": NOW_MS - minutes_ago * MINUTE,
        **more,
    }


def instant(minutes_ago):
    return NOW - datetime.timedelta(minutes=minutes_ago)


class StoreTest(unittest.TestCase):
    """A test with an empty store in a directory of its own."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.store = footfall.Store(self.directory / "db")
        self.addCleanup(self.close)

    def close(self):
        try:
            self.store.close()
        except footfall.FailedPreconditionError:
            pass  # The test closed it.

    def ingest(self, events, **options):
        return self.store.ingest(events, now=NOW, **options)


def code_blocks(path, language):
    """The fenced code blocks of that language in a Markdown file."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def api_functions():
    """The names declared FOOTFALL_API in the public headers."""
    names = set()
    for header in (SOURCE / "include" / "footfall").glob("*.h"):
        text = re.sub(r"//[^\n]*", "", header.read_text(encoding="utf-8"))
        names |= set(re.findall(r"FOOTFALL_API\b[^;(]*?\b(footfall_\w+)\s*\(", text))
    return names


class _Schema(ctypes.Structure):
    pass


class _Array(ctypes.Structure):
    pass


class _Stream(ctypes.Structure):
    pass


_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_void_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(_Schema))),
    ("private_data", ctypes.c_void_p),
]
_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(_Array))),
    ("private_data", ctypes.c_void_p),
]
_Stream._fields_ = [
    ("get_schema", ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Schema))),
    ("get_next", ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Array))),
    ("get_last_error", ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.POINTER(_Stream))),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(_Stream))),
    ("private_data", ctypes.c_void_p),
]

_get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_get_pointer.restype = ctypes.c_void_p
_get_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)


def read_arrow(exporter):
    """(columns as (name, format), rows as dicts) of an object that exports a stream.

    Like every consumer it moves the stream out, so that the capsule must not release it.
    """
    capsule = exporter.__arrow_c_stream__()
    source = _Stream.from_address(_get_pointer(capsule, b"arrow_array_stream"))
    stream = _Stream()
    ctypes.pointer(stream)[0] = source
    # A null function pointer: the mark of a stream that was moved.
    release = _Stream.release
    ctypes.memset(ctypes.addressof(source) + release.offset, 0, release.size)
    del capsule

    schema = _Schema()
    assert stream.get_schema(stream, schema) == 0
    fields = [schema.children[i].contents for i in range(schema.n_children)]
    columns = [(f.name.decode(), f.format.decode()) for f in fields]
    rows = []
    while True:
        batch = _Array()
        assert stream.get_next(stream, batch) == 0
        if not batch.release:
            break
        values = [
            _column(batch.children[i].contents, columns[i][1])
            for i in range(batch.n_children)
        ]
        names = [name for name, _ in columns]
        rows += [dict(zip(names, row)) for row in zip(*values)]
        batch.release(batch)
    schema.release(schema)
    stream.release(stream)
    return columns, rows


def _column(array, kind):
    start, end = array.offset, array.offset + array.length

    def buffer(index, type_, count):
        return ctypes.cast(array.buffers[index], ctypes.POINTER(type_ * count))[0]

    def bit(index, i):
        return buffer(index, ctypes.c_uint8, end // 8 + 1)[i // 8] >> (i % 8) & 1

    valid = [not array.buffers[0] or bit(0, i) == 1 for i in range(start, end)]
    assert array.null_count in (-1, valid.count(False))
    if kind == "u":
        offsets = buffer(1, ctypes.c_int32, end + 1)
        data = ctypes.string_at(array.buffers[2], offsets[end]) if offsets[end] else b""
        values = [
            data[offsets[i] : offsets[i + 1]].decode() for i in range(start, end)
        ]
    elif kind == "b":
        values = [bool(bit(1, i)) for i in range(start, end)]
    else:
        type_ = {"g": ctypes.c_double, "tdD": ctypes.c_int32}.get(kind, ctypes.c_int64)
        values = list(buffer(1, type_, end)[start:end])
        if kind == "tdD":
            epoch = _EPOCH.date()
            values = [epoch + datetime.timedelta(days=v) for v in values]
        elif kind.startswith("tsm:"):
            values = [_EPOCH + datetime.timedelta(milliseconds=v) for v in values]
        else:
            assert kind in ("l", "g"), kind
    return [value if ok else None for value, ok in zip(values, valid)]
