"""People: one with all that is known, lists, exports, imported attributes."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Union

from ._callbacks import call_writing
from ._core import (
    Cancel,
    Error,
    Instant,
    c_bytes,
    c_string,
    call,
    call_handle,
    call_json,
    document,
    ffi,
    handle_of,
    lib,
    milliseconds,
    take,
)
from ._result import Result

Bytes = Union[str, bytes, bytearray, memoryview]


class PeopleMethods:
    """The part of a store that is about people; see `Store`."""

    _handle: Any

    def person(self, person: str) -> Dict[str, Any]:
        """One person, by id or as "anonymous:ID": computed attributes, `attributes` of the
        host, `imported` ones with their integration and type, `recent_sessions`, `content`
        and `segments`."""
        return call_json(lib.footfall_person_show, self._handle, c_string(person))

    def people(
        self,
        *,
        where: Optional[Mapping[str, Any]] = None,
        attributes: Iterable[str] = (),
        after: str = "",
        limit: int = 100,
        now: Optional[Instant] = None,
        cancel: Optional[Cancel] = None,
    ) -> Result:
        """A page of people, sorted by id, with the columns of the report "users".

        where       a rule over person.*, account, segments and did
        attributes  further columns, such as "email" or "crm/tier"
        after       only ids that follow this one: the last of the page before
        limit       at most 10,000; a page with fewer rows is the last one
        """
        options: Dict[str, Any] = {
            "attributes": list(attributes),
            "after": after,
            "limit": limit,
        }
        if where is not None:
            options["where"] = where
        return Result(
            call_handle(
                "footfall_result",
                lib.footfall_result_free,
                lib.footfall_person_list,
                self._handle,
                c_string(document(options)),
                milliseconds(now),
                handle_of(cancel),
            )
        )

    def person_export(
        self,
        person: str,
        *,
        now: Optional[Instant] = None,
        cancel: Optional[Cancel] = None,
    ) -> Dict[str, Any]:
        """Everything that is stored about a person, events included, as one document."""
        pieces: List[bytes] = []
        self.export_person(person, pieces.append, now=now, cancel=cancel)
        return json.loads(b"".join(pieces))

    def export_person(
        self,
        person: str,
        write: Callable[[bytes], Any],
        *,
        now: Optional[Instant] = None,
        cancel: Optional[Cancel] = None,
    ) -> None:
        """The same as pieces of JSON text. An exception of `write` stops the export and is
        raised here."""
        call_writing(
            lib.footfall_person_export,
            self._handle,
            c_string(person),
            milliseconds(now),
            handle_of(cancel),
            write=write,
        )

    def forget(self, person: str) -> Dict[str, Any]:
        """Erases a person; returns the receipt: person, forgotten_at, events, sessions,
        attributes, anonymous_ids, external."""
        return call_json(lib.footfall_person_forget, self._handle, c_string(person))

    def attributes(self) -> List[Dict[str, Any]]:
        """All imported attributes: dicts of integration, attribute, type, imported_at."""
        return call_json(lib.footfall_attributes_list, self._handle)["attributes"]

    def import_attributes(
        self,
        csv: Union[Bytes, Iterable[Bytes]],
        *,
        integration: str,
        id: str,
        columns: Optional[Iterable[Mapping[str, str]]] = None,
        delimiter: str = ",",
        dry_run: bool = False,
        now: Optional[Instant] = None,
        cancel: Optional[Cancel] = None,
    ) -> Dict[str, Any]:
        """Imports what an integration knows of people from CSV with a header row, given as
        text, bytes, or an iterable of them (so an open file too) of any size.

        id       the column of the ids
        columns  dicts of column, attribute and type ("string", "number", "date"); without
                 them all others are strings under their own names

        Returns rows, people_created, people_changed, unchanged, duplicates, rejected,
        values_rejected, errors (at most 100 of line, column, reason), errors_omitted.
        """
        options: Dict[str, Any] = {
            "integration": integration,
            "id": id,
            "delimiter": delimiter,
            "dry_run": dry_run,
        }
        if columns is not None:
            options["columns"] = [dict(column) for column in columns]
        handle = call_handle(
            "footfall_attributes_import",
            lib.footfall_attributes_import_free,
            lib.footfall_attributes_import_new,
            self._handle,
            c_string(document(options)),
            milliseconds(now),
            handle_of(cancel),
        )
        if isinstance(csv, (str, bytes, bytearray, memoryview)):
            csv = (csv,)
        for piece in csv:
            view = c_bytes(piece)
            call(lib.footfall_attributes_import_write, handle, view, len(view))
        buffer = ffi.new("footfall_buffer**")
        try:
            call(lib.footfall_attributes_import_finish, handle, buffer)
        except Error:
            if buffer[0] != ffi.NULL:
                take(buffer)
            raise
        return json.loads(take(buffer))
