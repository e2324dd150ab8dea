"""The targets of the engine beside what a run measured."""

import summary
from engines import QUERIES

# The layouts sorted by person: with ids as a host has them, and those with integers made
# of them beforehand as well. The streamed forms rely on the order of rows.
PERSON_SORTED = ["person"]
ANY_PERSON_SORTED = ["person", "person_int", "person_zstd"]
STREAMED = "streamed"


def row(what, bar, goal, measured, text, at_least=True):
    """One target; without `measured` it is not one of this run."""
    def met(limit):
        if measured is None or limit is None:
            return "not measured" if measured is None else ""
        return "yes" if (measured >= limit if at_least else measured <= limit) else "no"

    def show(limit):
        return "" if limit is None else text.format(limit)

    return [what, show(bar), show(goal),
            "" if measured is None else text.format(measured), met(bar), met(goal)]


def mean_ratio(result, key):
    ratios = []
    for query in QUERIES:
        found = result[key].get(query)
        if found is None:
            return None
        peer = summary.best_peer(result, found)
        ours = summary.best(found, result["threads"], engine=["footfall"])
        if peer is None or ours is None:
            return None
        ratios.append(peer / ours)
    return summary.geometric_mean(ratios)


def person_sorted(result, query, layouts, streamed):
    """DuckDB's best over tables sorted by person, beside Footfall."""
    found = result["queries"].get(query)
    if found is None:
        return None
    peers = [variant["median_ms"] for variant in found["variants"]
             if variant["engine"] == "duckdb" and variant["layout"] in layouts and
             variant["threads"] == result["threads"] and
             (streamed or variant["form"] != STREAMED)]
    ours = summary.best(found, result["threads"], engine=["footfall"])
    return min(peers) / ours if peers and ours else None


def two_threads(result, query):
    found = result["queries"].get(query)
    if found is None:
        return None
    return (summary.best(found, 1, engine=["footfall"]) /
            summary.best(found, 2, engine=["footfall"]))


def ingest_rate(result, engine):
    for entry in result["ingest"]:
        if entry["engine"] == engine and not entry["ids"]:
            return entry["events_per_second"] / 1e6
    return None


def sustained_rate(events, filled):
    """Million events a second, until the store is compacted."""
    return events / (filled["ingest_seconds"] + filled["compact_seconds"]) / 1e6


def growth_of(result, per_event):
    """The most by which the time of an event at the largest size is over that at the
    smallest."""
    rows = result.get("growth", [])
    if len(rows) < 2:
        return None
    first, last = per_event(rows[0]), per_event(rows[-1])
    return max(last[name] / first[name] for name in first if name in last)


def query_growth(each):
    return {query: ms / each["events"] for query, ms in each["ms"]["footfall"].items()}


def ingest_growth(each):
    return {"ingest": each["load"]["ingest_seconds"] / each["events"]}


def rows(result):
    ours = result["footfall"]
    events = result["events"]
    largest = (result.get("growth") or [{"events": events, "load": ours,
                                         "query_peak_bytes": ours["query_peak_bytes"],
                                         "open_ms": result["opening"]["open_ms"]}])[-1]
    peak = max(largest["load"]["peak_bytes"], largest["query_peak_bytes"]) / 2**20
    rate = ingest_rate(result, "footfall")
    clickhouse = ingest_rate(result, "clickhouse")
    found = [
        row("Q1 to Q7 against the best peer of any layout, geometric mean", 8, 20,
            mean_ratio(result, "queries"), "{:.1f}x"),
        row("the same with the scan forced", 4, 8, mean_ratio(result, "scan"), "{:.1f}x"),
    ]
    for query, bar in (("Q3", 25), ("Q5", 30)):
        found.append(row(f"{query} against DuckDB sorted by person", bar, 60,
                         person_sorted(result, query, PERSON_SORTED, False),
                         "{:.1f}x"))
        found.append(row(f"{query} against it with integers for ids", None, None,
                         person_sorted(result, query, ANY_PERSON_SORTED, False),
                         "{:.1f}x"))
        found.append(row(f"{query} against that with SQL that relies on the order of rows",
                         None, None,
                         person_sorted(result, query, ANY_PERSON_SORTED, True),
                         "{:.1f}x"))
    found += [
        row("bytes an event after compaction, columns and dictionaries, without ids",
            8.0, 7.0, ours["column_bytes"] / events, "{:.2f}", False),
        row("the whole folder", None, None, ours["bytes"] / events, "{:.2f}", False),
        row("durable ingest, batches of 10,000, million events/s", 0.8, 1.5, rate,
            "{:.2f}"),
        row("the same against ClickHouse", 2.7, None,
            rate / clickhouse if rate and clickhouse else None, "{:.1f}x"),
        row(f"ingest of {events:,} with sealing and compaction, million events/s", 0.5,
            1.0, sustained_rate(events, ours), "{:.2f}"),
        row("the same with a second thread that seals", None, None,
            sustained_rate(events, result["footfall_sealing_thread"]), "{:.2f}"),
        row("two threads against one, Q3", 1.7, 1.9, two_threads(result, "Q3"),
            "{:.2f}x"),
        row("two threads against one, Q5", 1.7, 1.9, two_threads(result, "Q5"),
            "{:.2f}x"),
        row("growth: time of an event, worst of the queries, largest size / smallest",
            1.15, 1.0, growth_of(result, query_growth), "{:.2f}", False),
        row("growth: the same of ingest", 1.15, 1.0, growth_of(result, ingest_growth),
            "{:.2f}", False),
        row(f"peak memory at {largest['events']:,} events, MiB", 400, 300, peak,
            "{:,.0f}", False),
        row(f"opening at {largest['events']:,} events, ms", 200, 50, largest["open_ms"],
            "{:.1f}", False),
        ["filter beside simdjson: interactions, recordings", "50%, 35%", "70%, 60%", "",
         "see benchmarks/run.sh", ""],
    ]
    return found
