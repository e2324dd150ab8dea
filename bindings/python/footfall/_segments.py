"""The segments of a store."""

import json
from typing import Any, Dict, List, Mapping, Optional, Union

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


class SegmentMethods:
    """What Store inherits to save segments and to ask who is in them."""

    _handle: Any

    def segment_save(self, segment: Union[str, bytes, Mapping[str, Any]]) -> None:
        """Saves a segment under its "name", replacing one of that name."""
        data = document(segment)
        call(lib.footfall_segment_save, self._handle, c_bytes(data), len(data))

    def segment_delete(self, name: str) -> None:
        """Deletes a segment that no other segment or report names."""
        call(lib.footfall_segment_delete, self._handle, c_string(name))

    def segment_show(self, name: str) -> Dict[str, Any]:
        """A segment as it was saved."""
        return call_json(lib.footfall_segment_show, self._handle, c_string(name))

    def segment_list(self) -> List[Dict[str, Any]]:
        """The segments, sorted by name."""
        return call_json(lib.footfall_segment_list, self._handle)["segments"]

    def segment_people(
        self,
        name: str,
        *,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        threads: int = 0,
        now: Optional[Instant] = None,
        cancel: Optional[Cancel] = None,
    ) -> Dict[str, Any]:
        """Who is in a segment: count, people (ids after `after`, sorted, at most `limit`)
        and next (what to give as `after` for more, or None)."""
        return self._segment_json(
            lib.footfall_segment_people, name, after, limit, threads, now, cancel
        )

    def segment_test(
        self, name: str, person: str, *, now: Optional[Instant] = None
    ) -> bool:
        """Whether a person is in a segment now; False for somebody unknown."""
        member = ffi.new("int32_t*")
        call(
            lib.footfall_segment_test,
            self._handle,
            c_string(name),
            c_string(person),
            milliseconds(now),
            member,
        )
        return bool(member[0])

    def segment_changes(
        self,
        name: str,
        *,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        threads: int = 0,
        now: Optional[Instant] = None,
        cancel: Optional[Cancel] = None,
    ) -> Dict[str, Any]:
        """Who entered or left a segment after the cursor `after`: changes (dicts of
        cursor, person, change and at), cursor and more. Without `after` only the cursor
        to begin with."""
        return self._segment_json(
            lib.footfall_segment_changes, name, after, limit, threads, now, cancel
        )

    def _segment_json(
        self,
        function: Any,
        name: str,
        after: Optional[str],
        limit: Optional[int],
        threads: int,
        now: Optional[Instant],
        cancel: Optional[Cancel],
    ) -> Dict[str, Any]:
        options: Dict[str, Any] = {"threads": threads}
        if after is not None:
            options["after"] = after
        if limit is not None:
            options["limit"] = limit
        return call_json(
            function,
            self._handle,
            c_string(name),
            c_string(json.dumps(options)),
            milliseconds(now),
            handle_of(cancel),
        )
