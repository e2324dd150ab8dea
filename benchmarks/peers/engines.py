"""The engines: each in a process of its own, filled, asked and measured alike."""

import json
import os
import pathlib
import shutil
import subprocess

from sections import Sections

HERE = pathlib.Path(__file__).resolve().parent
NOW = "2026-01-01T00:00:00Z"
NOW_MS = 1_767_225_600_000
START_MS = 1_735_689_600_000  # Of the generated events.
WEEK_MS = 604_800_000
MONDAY_MS = 345_600_000  # 5 January 1970.
FIRST_WEEK = (START_MS - MONDAY_MS) // WEEK_MS
# No header, histogram or bitmap can answer it, and most events satisfy it.
SCAN_FILTER = "duration >= 1000"
BATCH = 10_000
QUERIES = ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7"]


class Worker:
    """A process that holds one engine open."""

    def __init__(self, program, engine, directory, *more):
        self._process = subprocess.Popen(
            [program, engine, directory, *map(str, more)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, bufsize=1)
        self._engine = engine
        self.open_ms = self._reply()["ms"]
        self._threads = None

    def _reply(self):
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"peers: the process of {self._engine} ended with status "
                             f"{self._process.wait()}")
        return json.loads(line)

    def tell(self, *parts):
        self._process.stdin.write("\t".join(map(str, parts)) + "\n")
        return self._reply()

    def threads(self, count):
        if count != self._threads:
            self.tell("threads", count)
            self._threads = count

    def run(self, text, threads=1, clock="ms"):
        """Milliseconds; with the clock "processor_ms" those of processor time."""
        self.threads(threads)
        return self.tell("run", text)[clock]

    def close(self):
        self._process.stdin.close()
        if self._process.wait() != 0:
            raise SystemExit(f"peers: the process of {self._engine} failed at its end")


class Variant:
    """One way to ask one engine one question."""

    def __init__(self, engine, layout, form, text, threads):
        self.engine = engine
        self.layout = layout
        self.form = form
        self.text = text
        self.threads = threads
        self.ms = []

    def run(self):
        return self.engine.worker.run(self.text, self.threads,
                                      self.engine.tools.query_clock)

    def __str__(self):
        parts = [self.engine.name, self.layout, self.form, f"{self.threads} threads"]
        return ", ".join(part for part in parts if part)


def folder_bytes(path):
    return sum(file.stat().st_size for file in pathlib.Path(path).rglob("*")
               if file.is_file())


def fresh(path):
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


class Engine:
    name = ""
    title = ""

    def __init__(self, tools, work):
        self.tools = tools
        self.directory = work / self.name
        self.worker = None

    def arguments(self):
        return []

    def layouts(self):
        """What each layout means, by name."""
        return {}

    def start(self, directory, *more):
        return Worker(self.tools.worker, self.name, str(directory), *self.arguments(),
                      *more)

    def close(self):
        if self.worker is not None:
            self.worker.close()
            self.worker = None

    def answer(self, worker, text):
        file = self.directory.with_name("answer")
        worker.tell("answer", file, text)
        return file.read_text(encoding="utf-8").strip()

    def ingest_once(self, file, events):
        """Seconds to store events durably, in a new database."""
        directory = fresh(self.directory.with_name(self.name + "-ingest"))
        worker = self.start(directory)
        for text in self.before_ingest():
            worker.run(text)
        reply = worker.tell("ingest", file, BATCH, events, self.ingest_table)
        worker.close()
        shutil.rmtree(directory)
        if reply["events"] != events:
            raise SystemExit(f"peers: {self.name} was given {reply['events']} events")
        return reply["ms"] / 1000


class SqlPeer(Engine):
    """An engine that speaks SQL, with the same events in several layouts."""

    ingest_table = "ingested"
    integer_names = ""

    def __init__(self, tools, work):
        super().__init__(tools, work)
        self.sql = Sections(HERE / "sql" / f"{self.name}.sql")
        self.sizes = {}

    def layouts(self):
        return self.sql.layouts

    def ask(self, text):
        return self.answer(self.worker, text)

    def table(self, layout):
        return f"{layout}.ev"

    def before_ingest(self):
        return self.sql.statements("ingest")

    def load(self, file, events):
        self.worker = self.start(fresh(self.directory))
        self._obey("load", file=file)
        self.load_events(file, events)
        for layout in self.sql.layouts:
            self._obey("each layout before", layout=layout)
            self._obey(f"layout {layout}", layout=layout)
            self._obey("each layout after", layout=layout)
        self._obey("finish")
        self.sizes = {layout: self.layout_bytes(layout) for layout in self.sql.layouts}

    def _obey(self, heading, **places):
        for text in self.sql.statements(heading, dir=self.directory, **places):
            self.worker.run(text, os.cpu_count())

    def load_events(self, file, events):
        pass  # The section "load" did it.

    def layout_bytes(self, layout):
        return (self.directory / f"{layout}.db").stat().st_size

    def variants(self, query, scan, threads):
        found = []
        for layout in self.sql.layouts:
            integer = layout.endswith(("_int", "_zstd"))
            forms = self.sql.forms(
                query, scan, layout, t=self.table(layout),
                p="uid" if integer else "person",
                names=self.integer_names if integer else "",
                since=NOW_MS - 30 * 86_400_000, week0=FIRST_WEEK,
                week0_ms=MONDAY_MS + FIRST_WEEK * WEEK_MS, filter=SCAN_FILTER,
                where=f"WHERE {SCAN_FILTER}" if scan else "",
                **{"and": f"AND {SCAN_FILTER}" if scan else ""})
            for form, text in forms:
                found += [Variant(self, layout, name, more, threads)
                          for name, more in self.with_settings(layout, form, text)]
        return found

    def with_settings(self, layout, form, text):
        """(form, statement) of each way to run a form."""
        return [(form, text)]


class ClickHouse(SqlPeer):
    name = "clickhouse"
    title = "ClickHouse"
    ingest_table = "bench.ingested"
    integer_names = "JOIN bench.people AS names ON g.uid = names.uid"

    def arguments(self):
        return [self.tools.clickhouse]

    def table(self, layout):
        return f"bench.{layout}"

    def with_settings(self, layout, form, text):
        if layout in ("arrival", "arrival_int", "posthog"):
            return [(form, text)]
        return [(form, text), (f"{form} in order of the key",
                               text + " SETTINGS optimize_aggregation_in_order = 1")]

    def layout_bytes(self, layout):
        return int(self.ask("SELECT sum(bytes_on_disk) FROM system.parts WHERE active "
                            f"AND database = 'bench' AND table = '{layout}'"))

    def version(self):
        return self.ask("SELECT version()")


class DuckDb(SqlPeer):
    name = "duckdb"
    title = "DuckDB"
    integer_names = "JOIN staging.people USING (uid)"

    def arguments(self):
        return [self.tools.duckdb]

    def version(self):
        return self.ask("SELECT version()").removeprefix("v")


class Sqlite(SqlPeer):
    name = "sqlite"
    title = "SQLite"

    def load_events(self, file, events):
        self.worker.tell("ingest", file, 1_000_000, events, "events")

    def version(self):
        return self.ask("SELECT sqlite_version()")


SET_LEVEL = "set level interactions"


class Footfall(Engine):
    name = "footfall"
    title = "Footfall"
    ingest_table = "-"

    def arguments(self):
        return [NOW_MS]

    def before_ingest(self):
        # Batches alone; with sealing the whole input is measured.
        return [SET_LEVEL, "set seal_events 0"]

    def version(self):
        return self.tools.version

    def fill(self, directory, file, events, *more):
        """Stores and compacts; answers what that took. `more` goes to the worker."""
        worker = self.start(fresh(directory), *more)
        worker.run(SET_LEVEL)
        worker.tell("reset-peak")
        reply = worker.tell("ingest", file, BATCH, events, "-")
        if reply["events"] != events:
            raise SystemExit(f"peers: Footfall was given {reply['events']} events")
        compact_ms = worker.run("compact")
        peak = worker.tell("memory")["peak_bytes"]
        stats = json.loads(self.answer(worker, "store statistics"))
        worker.close()
        return {"events": events,
                "column_bytes": stats["chunk_bytes"] + stats["dictionaries"]["bytes"], "ingest_seconds": reply["ms"] / 1000,
                "ingest_processor_seconds": reply["processor_ms"] / 1000,
                "compact_seconds": compact_ms / 1000, "peak_bytes": peak,
                "bytes": folder_bytes(directory)}

    def load(self, file, events):
        self.loaded = self.fill(self.directory, file, events)
        self.sizes = {"": self.loaded["bytes"]}
        self.worker = self.start(self.directory)

    def variants(self, query, scan, threads):
        if query not in QUERIES:
            return []
        path = HERE / "definitions" / ("scan" if scan else "") / f"{query.lower()}.json"
        definition = json.loads(path.read_text(encoding="utf-8"))
        text = json.dumps(definition)
        if "report" in definition:
            text = definition["report"] + " " + json.dumps(definition["parameters"])
        return [Variant(self, "", "", text, count) for count in sorted({1, 2, threads})]


def leave_page_cache(path):
    """Drops the files of a folder from the kernel's cache of pages."""
    for file in pathlib.Path(path).rglob("*"):
        if not file.is_file():
            continue
        handle = os.open(file, os.O_RDONLY)
        try:
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)
