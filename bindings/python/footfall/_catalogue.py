"""The content catalogue and the tracked events of a store."""

from typing import Any, Dict, List, Mapping, Optional, Union

from ._core import (
    Instant,
    c_bytes,
    c_string,
    call,
    call_json,
    document,
    lib,
    milliseconds,
)


class CatalogueMethods:
    """What Store inherits to say what content there is and which events are tracked."""

    _handle: Any

    def catalogue_put(
        self,
        catalogue: Union[str, bytes, Mapping[str, Any]],
        *,
        now: Optional[Instant] = None,
    ) -> int:
        """Makes a catalogue of content the current one; returns its revision."""
        data = document(catalogue)
        shape = call_json(
            lib.footfall_catalogue_put,
            self._handle,
            c_bytes(data),
            len(data),
            milliseconds(now),
        )
        return shape["revision"]

    def catalogue(self, revision: Optional[int] = None) -> Dict[str, Any]:
        """The current catalogue, or a former one: revision, saved_at, catalogue."""
        return call_json(lib.footfall_catalogue_get, self._handle, revision or 0)

    def catalogue_history(self) -> List[Dict[str, Any]]:
        """Dicts of revision, saved_at, items and current, the latest first."""
        return call_json(lib.footfall_catalogue_history, self._handle)["revisions"]

    def tracked_event_save(self, event: Union[str, bytes, Mapping[str, Any]]) -> None:
        """Saves a tracked event under its "name", replacing one of that name."""
        data = document(event)
        call(lib.footfall_tracked_event_save, self._handle, c_bytes(data), len(data))

    def tracked_event_delete(self, name: str) -> None:
        """Deletes a tracked event; the events themselves stay."""
        call(lib.footfall_tracked_event_delete, self._handle, c_string(name))

    def tracked_event_list(self) -> List[Dict[str, Any]]:
        """The tracked events as they were saved, sorted by name."""
        return call_json(lib.footfall_tracked_event_list, self._handle)[
            "tracked_events"
        ]
