"""Privacy policies and the streaming filter; usable without a store."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Optional, Union

from ._core import c_bytes, call_bytes, call_handle, call_json, document, ffi, handle_of
from ._core import lib

_LEVELS = {
    "content": lib.FOOTFALL_LEVEL_CONTENT,
    "interactions": lib.FOOTFALL_LEVEL_INTERACTIONS,
    "dxa": lib.FOOTFALL_LEVEL_INTERACTIONS,
    "playback": lib.FOOTFALL_LEVEL_PLAYBACK,
}


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


class Filter:
    """Filters a stream of events, cut anywhere; input NDJSON or one JSON array, output
    NDJSON in input order. One stream and one thread at a time.

    level            "content", "interactions" or "playback"
    event_bytes_max  largest event in bytes; 0 means 1 MiB
    """

    def __init__(
        self,
        policy: Optional[Policy] = None,
        *,
        level: str = "playback",
        event_bytes_max: int = 0,
    ) -> None:
        if level not in _LEVELS:
            raise ValueError(f"unknown level {level!r}")
        options = ffi.new("footfall_filter_options*")
        options.struct_size = ffi.sizeof("footfall_filter_options")
        options.level = _LEVELS[level]
        options.event_bytes_max = event_bytes_max
        self._handle = call_handle(
            "footfall_filter",
            lib.footfall_filter_free,
            lib.footfall_filter_new,
            handle_of(policy),
            options,
        )

    def write(self, data: Union[str, bytes, bytearray, memoryview]) -> bytes:
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
