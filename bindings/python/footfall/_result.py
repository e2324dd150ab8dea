"""The table that a report computes."""

from __future__ import annotations

import ctypes
import datetime
import json
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Union

from ._core import NotFoundError, call, call_bytes, call_handle, call_json, ffi, lib

_FORMATS = {
    "table": lib.FOOTFALL_FORMAT_TABLE,
    "csv": lib.FOOTFALL_FORMAT_CSV,
    "json": lib.FOOTFALL_FORMAT_JSON,
    "ndjson": lib.FOOTFALL_FORMAT_NDJSON,
    "arrow": lib.FOOTFALL_FORMAT_ARROW,
    "arrow-file": lib.FOOTFALL_FORMAT_ARROW_FILE,
    "svg": lib.FOOTFALL_FORMAT_SVG,
    "chart": lib.FOOTFALL_FORMAT_CHART,
    "html": lib.FOOTFALL_FORMAT_HTML,
}
_BINARY = ("arrow", "arrow-file")

_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
# A capsule keeps the pointer to its name, so the bytes live as long as the module.
_CAPSULE_NAME = b"arrow_array_stream"
_CAPSULE_FREE = int(
    ffi.cast("uintptr_t", ffi.addressof(lib, "footfall_py_capsule_free"))
)


class Column(NamedTuple):
    """Name and type of a column: string, int64, double, bool, timestamp or date."""

    name: str
    type: str


class Result:
    """A computed table, immutable. Outlives its store.

    Libraries that read the Arrow C stream (polars, pyarrow, DuckDB...) take it as it is,
    without a copy of the values.
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._columns: Optional[List[Column]] = None

    def __len__(self) -> int:
        """Number of rows."""
        return int(lib.footfall_result_row_count(self._handle))

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        return iter(self.to_pylist())

    def __str__(self) -> str:
        return str(self.format("table"))

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """The rows as a capsule of the Arrow C stream interface. The types are those of
        the columns; `requested_schema` is not looked at."""
        stream = lib.footfall_py_stream_new()
        if stream == ffi.NULL:
            raise MemoryError
        capsule = _new_capsule(
            int(ffi.cast("uintptr_t", stream)), _CAPSULE_NAME, _CAPSULE_FREE
        )
        # From here on the capsule frees the stream, also when the next call fails.
        call(lib.footfall_result_stream, self._handle, stream)
        return capsule

    @property
    def columns(self) -> List[Column]:
        """Names and types of the columns, in order."""
        if self._columns is None:
            self._columns = _columns(self._document())
        return list(self._columns)

    @property
    def total(self) -> Optional["Result"]:
        """The total row as a table of one row; None for a report without one."""
        try:
            return Result(
                call_handle(
                    "footfall_result",
                    lib.footfall_result_free,
                    lib.footfall_result_total,
                    self._handle,
                )
            )
        except NotFoundError:
            return None

    def format(
        self, kind: str = "table", *, width: int = 0, ascii: bool = False
    ) -> Union[str, bytes]:
        """The rows as "table", "csv", "json", "ndjson" or "html" text, as a picture
        ("svg") or as a "chart" of characters, or as the bytes of an "arrow" IPC stream or
        an "arrow-file".

        Funnels, retention and NPS reports have a chart, and tables whose first column is
        a time; others raise InvalidArgumentError. A "chart" is `width` cells wide, at
        least 40, and 80 with 0; `ascii` draws it with ASCII alone.
        """
        if kind not in _FORMATS:
            raise ValueError(f"unknown format {kind!r}")
        options = ffi.new("footfall_format_options*")
        options.struct_size = ffi.sizeof("footfall_format_options")
        options.width = width
        options.ascii = int(ascii)
        data = call_bytes(
            lib.footfall_result_format_with, self._handle, _FORMATS[kind], options
        )
        return data if kind in _BINARY else data.decode("utf-8")

    def to_csv(self) -> str:
        """The rows as CSV (RFC 4180)."""
        return str(self.format("csv"))

    def to_pylist(self) -> List[Dict[str, Any]]:
        """The rows as dicts. Timestamps are datetimes in UTC, dates are dates, missing
        values None."""
        shape = self._document()
        columns = _columns(shape)
        names = [column.name for column in columns]
        convert = [_CONVERT.get(column.type) for column in columns]
        return [
            {
                name: value if value is None or to is None else to(value)
                for name, to, value in zip(names, convert, row)
            }
            for row in shape["rows"]
        ]

    def to_pandas(self) -> Any:
        """The rows as a pandas.DataFrame; needs pandas. Integers and booleans use the
        nullable types, dates become timestamps without a zone."""
        import pandas  # Only here: the package does not require it.

        rows = self.to_pylist()
        series = {}
        for name, kind in self.columns:
            values = [row[name] for row in rows]
            if kind in ("timestamp", "date"):
                series[name] = pandas.Series(
                    pandas.to_datetime(values, utc=kind == "timestamp")
                )
            else:
                series[name] = pandas.Series(values, dtype=_PANDAS[kind])
        return pandas.DataFrame(series)

    def stats(self) -> Dict[str, Any]:
        """What the run cost: elapsed_ms, rows, threads, chunks_read, chunks_pruned,
        bytes_read, rows_read, records_read, and stages_ms, a dict."""
        return call_json(lib.footfall_result_stats, self._handle)

    def _document(self) -> Dict[str, Any]:
        return json.loads(self.format("json"))


def _columns(shape: Dict[str, Any]) -> List[Column]:
    return [Column(column["name"], column["type"]) for column in shape["columns"]]


def _timestamp(text: str) -> datetime.datetime:
    # Python before 3.11 does not read the "Z".
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


_CONVERT = {
    "timestamp": _timestamp,
    "date": datetime.date.fromisoformat,
    "double": float,
}
_PANDAS = {
    "string": "object",
    "int64": "Int64",
    "double": "float64",
    "bool": "boolean",
}
