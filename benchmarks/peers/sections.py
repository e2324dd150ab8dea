"""The SQL of the peers: files of named sections with places to fill."""

import re


class Sections:
    """A file such as sql/duckdb.sql, by the headings `--- NAME` of its sections."""

    def __init__(self, path):
        self._statements = {}
        self._queries = []
        self.layouts = {}
        heading = None
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("--- "):
                heading = self._begin(line.removeprefix("--- "))
            elif heading is not None:
                self._statements[heading] += line + "\n"

    def _begin(self, heading):
        words = heading.split()
        if words[0] == "query":
            self._queries.append(tuple(words[1:]))
        elif words[0] == "layout":
            name, _, meaning = heading.removeprefix("layout ").partition(": ")
            self.layouts[name] = meaning
            heading = f"layout {name}"
        self._statements[heading] = ""
        return heading

    def statements(self, heading, **places):
        """The statements of a section, one line each."""
        text = fill(self._statements.get(heading, ""), places)
        return [one_line(part) for part in text.split(";\n") if part.strip()]

    def forms(self, query, scan, layout, **places):
        """(form, statement) of every form of a query for a layout."""
        found = []
        for words in self._queries:
            name, form, *only = words
            if "in" in only:
                layouts = only[only.index("in") + 1:]
                only = only[:only.index("in")]
                if layout not in layouts:
                    continue
            if name == query and only in ([], ["scan" if scan else "plain"]):
                heading = " ".join(["query", *words])
                found += [(form, text) for text in self.statements(heading, **places)]
        return found


def fill(text, places):
    return re.sub(r"\{(\w+)\}", lambda match: str(places[match[1]]), text)


def one_line(text):
    return " ".join(text.split())
