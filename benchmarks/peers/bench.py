"""Measures Footfall beside other engines over the same events; see run.sh.

bench.py --worker PROGRAM --generate PROGRAM --packages DIR --out DIR [OPTION...]
"""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading

import charts
import engines
import growth
import summary
import timing

def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser()
    for name in ("worker", "generate", "packages", "out", "version"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--people", type=int)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int, choices=(1, 2), default=1)
    parser.add_argument("--ids", action="store_true")
    parser.add_argument("--processor-time", action="store_true")
    parser.add_argument("--peers", default="duckdb,clickhouse,sqlite")
    parser.add_argument("--queries", default=",".join(engines.QUERIES))
    parser.add_argument("--ingest-events", type=int, default=1_000_000)
    parser.add_argument("--ingest-repeats", type=int, default=3)
    parser.add_argument("--growth", default="")
    arguments = parser.parse_args()
    arguments.queries = arguments.queries.split(",")
    arguments.growth = [int(size) for size in arguments.growth.split(",") if size]
    if set(arguments.queries) - set(engines.QUERIES):
        parser.error("--queries takes Q1 to Q7, parted by commas")
    return arguments


class Tools:
    """Where the programs and libraries are."""

    def __init__(self, arguments):
        modules = pathlib.Path(arguments.packages) / "node_modules"
        self.worker = arguments.worker
        self.query_clock = "processor_ms" if arguments.processor_time else "ms"
        self.generator = arguments.generate
        self.version = arguments.version
        self.clickhouse = str(modules / "@chdb/lib-linux-x64-gnu/libchdb.so")
        self.duckdb = str(modules / "@duckdb/node-bindings-linux-x64/libduckdb.so")

    def generate(self, file, events, people, ids=False):
        command = [self.generator, "--events", str(events), "--people", str(people),
                   "-o", str(file)]
        subprocess.run(command + ([] if ids else ["--no-ids"]), check=True)

    def stream(self, pipe, events, people):
        """Generates into a pipe while the caller reads it: no file of that size."""
        os.mkfifo(pipe)
        thread = threading.Thread(target=self.generate, args=(pipe, events, people))
        thread.start()
        return thread


def machine():
    model = "unknown"
    for line in open("/proc/cpuinfo", encoding="utf-8"):
        if line.startswith("model name"):
            model = line.split(":")[1].strip()
            break
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    system = "unknown"
    for line in open("/etc/os-release", encoding="utf-8"):
        if line.startswith("PRETTY_NAME="):
            system = line.split("=")[1].strip().strip('"')
    return {"processor": model, "processors": os.cpu_count(),
            "memory_gib": round(pages / 2**30), "system": system}


def main():
    arguments = parse_arguments()
    out = pathlib.Path(arguments.out)
    work = out / "work"
    work.mkdir(parents=True, exist_ok=True)
    tools = Tools(arguments)
    events = arguments.events
    people = arguments.people or max(1, events // 50)
    known = {kind.name: kind for kind in (engines.DuckDb, engines.ClickHouse,
                                          engines.Sqlite)}
    wanted = [name for name in arguments.peers.split(",") if name]
    if set(wanted) - set(known):
        raise SystemExit(f"peers: --peers takes {', '.join(known)}")

    say(f"{events:,} events of {people:,} people")
    file = work / "events.ndjson"
    tools.generate(file, events, people)
    with_ids = None
    if arguments.ids:
        with_ids = work / "events-with-ids.ndjson"
        tools.generate(with_ids, events, people, ids=True)
    footfall = engines.Footfall(tools, work)
    used = [footfall] + [known[name](tools, work) for name in wanted]

    result = {
        "date": datetime.date.today().isoformat(), "machine": machine(),
        "events": events, "people": people, "threads": arguments.threads,
        "repeats": arguments.repeats, "processor_time": arguments.processor_time,
        "bytes_per_line": file.stat().st_size / events,
    }
    say("ingest in batches of 10,000")
    result["ingest"] = timing.time_ingest(
        used, file, with_ids, min(events, arguments.ingest_events),
        arguments.ingest_repeats)
    for engine in used:
        say(f"loading {engine.title}")
        engine.load(file, events)
    if with_ids is not None:
        store = work / "footfall-with-ids"
        result["footfall_with_ids"] = footfall.fill(store, with_ids, events)
        shutil.rmtree(store)
    store = work / "footfall-sealing-thread"
    result["footfall_sealing_thread"] = footfall.fill(store, file, events,
                                                      "sealing-thread")
    shutil.rmtree(store)
    result["versions"] = {engine.title: engine.version() for engine in used}
    result["sizes"] = [
        {"engine": engine.name, "layout": layout, "bytes_per_event": size / events,
         "meaning": engine.layouts().get(layout, "")}
        for engine in used for layout, size in engine.sizes.items()]
    result["footfall"] = footfall.loaded

    say("queries: comparing the answers, then measuring")
    more = ["Q6sums"] if "Q6" in arguments.queries else []
    result["queries"] = timing.time_queries(
        work, used, arguments.queries + more, False, arguments.threads,
        arguments.repeats)
    say("queries with a filter that forces a scan")
    result["scan"] = timing.time_queries(
        work, used, arguments.queries, True, arguments.threads, arguments.repeats)
    result["footfall"]["query_peak_bytes"] = \
        footfall.worker.tell("memory")["peak_bytes"]
    for engine in used:
        engine.close()
    result["opening"] = timing.time_opening(
        footfall, arguments.queries, min(5, arguments.repeats))
    if arguments.growth:
        result["growth"] = growth.measure(arguments, tools, out, result, say)
    shutil.rmtree(work)

    (out / "result.json").write_text(json.dumps(result, indent=1) + "\n",
                                     encoding="utf-8")
    text = summary.markdown(result)
    (out / "result.md").write_text(text, encoding="utf-8")
    charts.write(result, out)
    print(text)


if __name__ == "__main__":
    main()
