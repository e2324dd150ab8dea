"""Privacy policies, the streaming filter and the leak test; usable without a store."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterable, List, Mapping, Optional, Union

from ._core import c_bytes, call, call_bytes, call_handle, call_json, document, ffi
from ._core import handle_of, lib

Bytes = Union[str, bytes, bytearray, memoryview]

_LEVELS = {
    "content": lib.FOOTFALL_LEVEL_CONTENT,
    "interactions": lib.FOOTFALL_LEVEL_INTERACTIONS,
    "dxa": lib.FOOTFALL_LEVEL_INTERACTIONS,
    "playback": lib.FOOTFALL_LEVEL_PLAYBACK,
}
_FORMATS = {
    "events": lib.FOOTFALL_INPUT_EVENTS,
    "rrweb": lib.FOOTFALL_INPUT_RRWEB,
    "auto": lib.FOOTFALL_INPUT_AUTO,
}


def _filter_options(level: str, format: str, event_bytes_max: int) -> Any:
    if level not in _LEVELS:
        raise ValueError(f"unknown level {level!r}")
    if format not in _FORMATS:
        raise ValueError(f"unknown format {format!r}")
    options = ffi.new("footfall_filter_options*")
    options.struct_size = ffi.sizeof("footfall_filter_options")
    options.level = _LEVELS[level]
    options.format = _FORMATS[format]
    options.event_bytes_max = event_bytes_max
    return options


def _key(key: bytes) -> Any:
    return ffi.from_buffer("uint8_t[]", key)


class Policy:
    """A compiled privacy policy, immutable. Without argument: the DEFAULT policy."""

    def __init__(self, policy: Union[str, bytes, Mapping[str, Any]] = "{}") -> None:
        data = document(policy)
        self._handle = call_handle(
            "footfall_policy",
            lib.footfall_policy_free,
            lib.footfall_policy_parse,
            c_bytes(data),
            len(data),
        )

    def lint(self) -> List[Dict[str, str]]:
        """What the policy allows beyond the DEFAULT: dicts of path, severity
        ("discouraged" or "note") and message."""
        return call_json(lib.footfall_policy_lint, self._handle)["findings"]

    def explain(
        self, events: Union[Bytes, Mapping[str, Any], List[Mapping[str, Any]]]
    ) -> List[Dict[str, Any]]:
        """What the policy does to one event or several, of interactions or of rrweb,
        without showing their values. For each event, as it fares after those in front of
        it, a dict of outcome ("passed", "held", "dropped_policy", "dropped_level" or
        "rejected") and removed, a list of dicts of path, rule, effect and policy_path;
        of a rejected event also path and reason."""
        data = document(events)
        return call_json(
            lib.footfall_policy_explain, self._handle, c_bytes(data), len(data)
        )["events"]


class Filter:
    """Filters a stream of events, cut anywhere; input NDJSON or one JSON array, output
    NDJSON in input order. One stream, for recordings one tab, and one thread at a time.

    level            "content", "interactions" or "playback"
    format           "events" (interactions), "rrweb" (a recording), or "auto" to tell
                     from the first event
    event_bytes_max  largest event in bytes; 0 means 1 MiB, for recordings 64 MiB
    """

    def __init__(
        self,
        policy: Optional[Policy] = None,
        *,
        level: str = "playback",
        format: str = "events",
        event_bytes_max: int = 0,
    ) -> None:
        options = _filter_options(level, format, event_bytes_max)
        self._handle = call_handle(
            "footfall_filter",
            lib.footfall_filter_free,
            lib.footfall_filter_new,
            handle_of(policy),
            options,
        )

    @classmethod
    def restore(
        cls,
        key: bytes,
        state: bytes,
        policy: Optional[Policy] = None,
        *,
        event_bytes_max: int = 0,
    ) -> "Filter":
        """A filter of a recording that goes on where `save` was called, with the event
        that comes next. Its counters begin at 0."""
        options = _filter_options("playback", "rrweb", event_bytes_max)
        restored = cls.__new__(cls)
        restored._handle = call_handle(
            "footfall_filter",
            lib.footfall_filter_free,
            lib.footfall_filter_restore,
            handle_of(policy),
            options,
            _key(key),
            len(key),
            c_bytes(state),
            len(state),
        )
        return restored

    def set_policy(self, policy: Optional[Policy]) -> None:
        """Uses `policy` from the next event on; None is the DEFAULT policy."""
        call(lib.footfall_filter_set_policy, self._handle, handle_of(policy))

    def save(self, key: bytes) -> bytes:
        """What the filter of a recording knows of its page, for `restore`, encrypted
        under `key`, 32 random bytes. Raises FailedPreconditionError when an event was
        written in part, and for a filter of interactions."""
        return call_bytes(lib.footfall_filter_save, self._handle, _key(key), len(key))

    def write(self, data: Bytes) -> bytes:
        """Takes the next bytes; returns the filtered events that became complete."""
        view = c_bytes(data)
        return call_bytes(lib.footfall_filter_write, self._handle, view, len(view))

    def finish(self) -> bytes:
        """Ends the stream; returns the events that were held back."""
        return call_bytes(lib.footfall_filter_finish, self._handle)

    def counters(self) -> Dict[str, Any]:
        """Counts so far: accepted, dropped_level, dropped_policy, rejected, rules,
        errors, errors_omitted."""
        return json.loads(call_bytes(lib.footfall_filter_counters, self._handle))


def leak_test(
    recording: Union[Bytes, Iterable[Bytes]],
    canaries: Iterable[Union[str, Mapping[str, str]]],
    policy: Optional[Policy] = None,
    *,
    level: str = "playback",
    format: str = "auto",
    event_bytes_max: int = 0,
) -> Dict[str, Any]:
    """Filters a recording, or a stream of interactions, and looks for planted secrets in
    what remains, in all encodings that the header names.

    recording  its bytes, or an iterable of pieces cut anywhere, such as an open file
    canaries   strings, or dicts of id and text; without an id a canary is called "#1" and
               so on. At least 4 characters each, better 8.

    Returns a dict of canaries (their number), survived (ids), places (at most 1,000 dicts
    of canary, encoding, event, line and path), places_omitted, void (ids of canaries that
    the recording does not hold, for which the test proves nothing) and counters. A test
    that shows something has an empty `survived` and an empty `void`.
    """
    listed = document(list(canaries))
    arguments = (
        handle_of(policy),
        _filter_options(level, format, event_bytes_max),
        c_bytes(listed),
        len(listed),
    )
    if isinstance(recording, (str, bytes, bytearray, memoryview)):
        view = c_bytes(recording)
        return call_json(lib.footfall_leak_test, *arguments, view, len(view))
    search = call_handle(
        "footfall_leak_search",
        lib.footfall_leak_search_free,
        lib.footfall_leak_search_new,
        *arguments,
    )
    for piece in recording:
        view = c_bytes(piece)
        call(lib.footfall_leak_search_write, search, view, len(view))
    return call_json(lib.footfall_leak_search_finish, search)
