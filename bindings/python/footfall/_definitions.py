"""Saved reports, and what is behind the numbers of a report."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Union

from ._core import (
    Instant,
    c_string,
    call,
    call_handle,
    call_json,
    document,
    lib,
    milliseconds,
)
from ._result import Result

Report = Union[str, Mapping[str, Any]]


def _report_text(report: Report) -> Any:
    """A name, or the text of a definition."""
    return c_string(report if isinstance(report, str) else document(report))


class DefinitionMethods:
    """Methods of `Store`. Where `report` may be a definition it is a dict; the options
    are those of `Store.report`."""

    _handle: Any
    _report_call: Any

    def report_find(
        self,
        *,
        tag: Optional[str] = None,
        favourite: Optional[bool] = None,
        base: Optional[str] = None,
    ) -> List[Dict[str, Any]]:
        """The reports, as `report_list` has them, with a tag ("integration_x" is
        "integrations_x"), that are favourites, or that are views of `base`."""
        wanted = {"tag": tag, "favourite": favourite, "base": base}
        json = document({k: v for k, v in wanted.items() if v is not None})
        return call_json(lib.footfall_report_find, self._handle, c_string(json))["reports"]

    def report_history(self, name: str) -> List[Dict[str, Any]]:
        """The revisions of a saved report, the latest first: dicts of revision, saved_at,
        title and current."""
        return call_json(lib.footfall_report_history, self._handle, c_string(name))[
            "revisions"
        ]

    def report_revision(self, name: str, revision: int) -> Dict[str, Any]:
        """The definition as it was saved as `revision`."""
        return call_json(
            lib.footfall_report_revision, self._handle, c_string(name), revision
        )

    def report_restore(
        self, name: str, revision: int, *, now: Optional[Instant] = None
    ) -> None:
        """Saves a former revision anew, as the latest."""
        call(
            lib.footfall_report_restore,
            self._handle,
            c_string(name),
            revision,
            milliseconds(now),
        )

    def report_clone(
        self,
        name: str,
        new_name: str,
        *,
        parameters: Optional[Mapping[str, Any]] = None,
        now: Optional[Instant] = None,
    ) -> Dict[str, Any]:
        """Saves a copy of a report and returns its definition. A built-in report becomes
        a view of it, with `parameters`."""
        return call_json(
            lib.footfall_report_clone,
            self._handle,
            c_string(name),
            c_string(new_name),
            c_string(None if parameters is None else document(parameters)),
            milliseconds(now),
        )

    def report_set_favourite(self, name: str, favourite: bool = True) -> None:
        """Marks a report as a favourite, or not."""
        call(
            lib.footfall_report_set_favourite, self._handle, c_string(name), favourite
        )

    def report_drill(
        self,
        report: Report,
        column: str,
        row: Optional[Mapping[str, Any]] = None,
        *,
        list: Optional[str] = None,  # The public name of the request's member.
        **options: Any,
    ) -> Result:
        """The list behind one cell, exactly as long as the cell says. `row` is the key of
        its row, `list` "people", "sessions" or "moments"."""
        request: Dict[str, Any] = {"column": column, "row": row or {}}
        if list is not None:
            request["list"] = list
        raw, _keep = self._report_options(options)
        return Result(
            call_handle(
                "footfall_result",
                lib.footfall_result_free,
                lib.footfall_report_drill,
                self._handle,
                _report_text(report),
                raw,
                c_string(document(request)),
            )
        )

    def report_explain_person(
        self, report: Report, person: str, **options: Any
    ) -> Dict[str, Any]:
        """How a funnel took the events of one person: for each step what was taken and
        what was refused, and why."""
        raw, _keep = self._report_options(options)
        return call_json(
            lib.footfall_report_explain_person,
            self._handle,
            _report_text(report),
            raw,
            c_string(person),
        )

    def report_prove(
        self, report: Report, *, memory_bytes: int = 0, **options: Any
    ) -> Dict[str, Any]:
        """Computes a report once more by brute force: `equal`, and the `mismatches`. The
        events may take `memory_bytes`, or 1 GiB."""
        raw, _keep = self._report_options(options)
        return call_json(
            lib.footfall_report_prove,
            self._handle,
            _report_text(report),
            raw,
            memory_bytes,
        )

    def _report_options(self, options: Dict[str, Any]) -> Any:
        """The options of a report as C takes them, and what they point to."""
        known = {
            "from_": None,
            "to": None,
            "timezone": None,
            "parameters": None,
            "now": None,
            "cancel": None,
            "threads": 0,
            "segment": None,
            "where": None,
        }
        unknown = set(options) - set(known)
        if unknown:
            raise TypeError(f"unexpected keyword argument {sorted(unknown)[0]!r}")
        known.update(options)
        _arguments, raw, keep = self._report_call("-", *known.values())
        return raw, keep
