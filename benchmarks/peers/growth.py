"""The same work at several sizes."""

import shutil

import engines
import timing

# Larger inputs are generated into a pipe, and only Footfall is measured.
PEERS_UP_TO = 10_000_000
# A row for each of two million people is more than the default budget leaves a query.
ONLY_UP_TO_THAT = {"Q6"}


def medians(queries):
    """The best of each engine by query, of one thread and of the layouts measured."""
    best = {}
    for query, found in queries.items():
        for variant in found["variants"]:
            ms = best.setdefault(variant["engine"], {})
            if variant["threads"] == 1:
                ms[query] = min(ms.get(query, variant["median_ms"]), variant["median_ms"])
    return best


def row(events, loaded, opening_ms, peak_bytes, best):
    return {"events": events, "load": loaded, "open_ms": opening_ms,
            "query_peak_bytes": peak_bytes, "ms": best}


def measure_one(arguments, tools, work, events):
    people = max(1, events // 50)
    engines.fresh(work)
    file = work / "events.ndjson"
    footfall = engines.Footfall(tools, work)
    used = [footfall]
    thread = None
    if events <= PEERS_UP_TO:
        tools.generate(file, events, people)
        kinds = {kind.name: kind for kind in (engines.DuckDb, engines.ClickHouse)}
        used += [kinds[name](tools, work) for name in arguments.peers.split(",")
                 if name in kinds]
    else:
        thread = tools.stream(file, events, people)
    footfall.load(file, events)
    if thread is not None:
        thread.join()
    for engine in used[1:]:
        engine.load(file, events)
    opening_ms = footfall.worker.open_ms
    asked = [query for query in arguments.queries
             if events <= PEERS_UP_TO or query not in ONLY_UP_TO_THAT]
    queries = timing.time_queries(work, used, asked, False, 1,
                                 arguments.repeats, check=len(used) > 1)
    peak = footfall.worker.tell("memory")["peak_bytes"]
    for engine in used:
        engine.close()
    shutil.rmtree(work)
    return row(events, footfall.loaded, opening_ms, peak, medians(queries))


def measure(arguments, tools, out, result, say):
    """A row for each size, that of the main run included."""
    rows = [row(result["events"], result["footfall"], result["opening"]["open_ms"],
                result["footfall"]["query_peak_bytes"], medians(
                    {query: found for query, found in result["queries"].items()
                     if query in engines.QUERIES}))]
    for events in arguments.growth:
        if events != result["events"]:
            say(f"growth: {events:,} events")
            rows.append(measure_one(arguments, tools, out / "work" / "growth", events))
    return sorted(rows, key=lambda each: each["events"])
