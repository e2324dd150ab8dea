"""What a run says, in markdown."""

import math

import targets
from engines import QUERIES

TITLES = {"footfall": "Footfall", "duckdb": "DuckDB", "clickhouse": "ClickHouse",
          "sqlite": "SQLite"}
MEANINGS = {
    "Q1": "events by name, all time",
    "Q2": "daily active people, last 30 days",
    "Q3": "funnel of 4 steps, window of 7 days",
    "Q4": "weekly retention over 8 weeks",
    "Q5": "sessions by gaps of 30 minutes: count, median",
    "Q6": "logins: first, last, last 30 days, by person",
    "Q7": "Q3 on one plan, by country",
}


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def ms(value):
    return "" if value is None else f"{value:,.3g}" if value < 100 else f"{value:,.0f}"


def times(ratio):
    return "" if ratio is None else f"{ratio:.1f}x" if ratio < 10 else f"{ratio:,.0f}x"


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def from_headers(result, found):
    """Whether Footfall answered without reading the events: under half a byte of each."""
    statistics = found.get("statistics") or {}
    return statistics.get("bytes_read", result["events"]) < 0.5 * result["events"]


def best(found, threads=1, **wanted):
    """The least median of the variants that are as wanted."""
    medians = [variant["median_ms"] for variant in found["variants"]
               if variant["threads"] == threads and
               all(variant[key] in values for key, values in wanted.items())]
    return min(medians, default=None)


def best_peer(result, found):
    return best(found, result["threads"], engine=[name for name in TITLES
                                                  if name != "footfall"])


def latency(result, key):
    threads = result["threads"]
    peers = sorted({variant["engine"] for found in result[key].values()
                    for variant in found["variants"]} - {"footfall"})
    rows = []
    ratios = []
    for query in QUERIES:
        found = result[key].get(query)
        if found is None:
            continue
        ours = best(found, threads, engine=["footfall"])
        peer = best_peer(result, found)
        ratio = peer / ours if peer and ours else None
        if ratio:
            ratios.append(ratio)
        mark = " *" if from_headers(result, found) else ""
        rows.append([f"{query} {MEANINGS[query]}{mark}", ms(ours),
                     *[ms(best(found, threads, engine=[name])) for name in peers],
                     times(ratio)])
    mean = geometric_mean(ratios)
    if mean:
        rows.append(["geometric mean", "", *["" for _ in peers], times(mean)])
    return table(["ms, the best of all layouts and forms", "Footfall",
                  *[TITLES[name] for name in peers], "best peer / Footfall"], rows)


def by_layout(result):
    rows = []
    for size in result["sizes"]:
        if size["engine"] == "footfall":
            continue
        cells = [ms(best(result["queries"][query], result["threads"],
                         engine=[size["engine"]], layout=[size["layout"]]))
                 if query in result["queries"] else "" for query in QUERIES]
        rows.append([f"{TITLES[size['engine']]}, {size['meaning'] or size['layout']}",
                     f"{size['bytes_per_event']:.1f}", *cells])
    return table(["layout, ms", "bytes an event", *QUERIES], rows)


def two_threads(result):
    rows = []
    for query in QUERIES:
        found = result["queries"].get(query)
        if found is None:
            continue
        one = best(found, 1, engine=["footfall"])
        two = best(found, 2, engine=["footfall"])
        rows.append([query, ms(one), ms(two), f"{one / two:.2f}x"])
    return table(["Footfall, ms", "1 thread", "2 threads", "faster"], rows)


def ingest(result):
    kinds = {"footfall": "Footfall: NDJSON, filter on",
             "clickhouse": "ClickHouse: NDJSON",
             "duckdb": "DuckDB: appender, parsed before",
             "sqlite": "SQLite: prepared statement, parsed before"}
    rows = [[kinds[row["engine"]], "yes" if row["ids"] else "no",
             f"{row['events_per_second']:,.0f}"] for row in result["ingest"]]
    return table(["durable batches of 10,000, one thread", "ids", "events/s"], rows)


def store(result):
    ours = result["footfall"]
    events = result["events"]
    total = ours["ingest_seconds"] + ours["compact_seconds"]
    rows = [["ingest of all events, sealing while it runs, events/s",
             f"{events / ours['ingest_seconds']:,.0f}"],
            ["the same with compaction at the end, events/s", f"{events / total:,.0f}"],
            ["bytes an event after compaction: columns and dictionaries",
             f"{ours['column_bytes'] / events:.2f}"],
            ["the whole folder, with people, their identifiers and sessions",
             f"{ours['bytes'] / events:.2f}"],
            ["peak memory of ingest and compaction, MiB",
             f"{ours['peak_bytes'] / 2**20:,.0f}"],
            ["peak memory of all queries, MiB",
             f"{ours['query_peak_bytes'] / 2**20:,.0f}"],
            ["opening, files not in memory, ms", ms(result["opening"]["open_ms"])]]
    if "footfall_with_ids" in result:
        with_ids = result["footfall_with_ids"]["bytes"] / events
        rows.insert(4, ["the index of event ids beside it",
                        f"{with_ids - ours['bytes'] / events:.2f}"])
    for query, cold in result["opening"]["cold"].items():
        rows.append([f"first query {query}, files not in memory, ms", ms(cold)])
    return table(["Footfall", ""], rows)


def growth(result):
    rows = []
    for row in result.get("growth", []):
        ours = row["ms"]["footfall"]
        peak = max(row["load"]["peak_bytes"], row["query_peak_bytes"])
        rows.append([f"{row['events']:,}",
                     f"{row['events'] / row['load']['ingest_seconds']:,.0f}",
                     f"{row['load']['bytes'] / row['events']:.2f}",
                     f"{peak / 2**20:,.0f}",
                     *[ms(ours.get(query)) for query in QUERIES]])
    if not rows:
        return ""
    head = ["events", "ingested/s", "bytes each", "peak MiB", *QUERIES]
    return "Growth of Footfall, milliseconds:\n\n" + table(head, rows) + "\n"


def logins_in_sums(result):
    found = result["queries"].get("Q6sums")
    rest = best_peer(result, found) if found else None
    if rest is None:
        return ""
    return (f"Q6 asks for a row for each person. Where only the sums over all people are "
            f"asked for, the best peer takes {ms(rest)} ms.\n\n")


def markdown(result):
    parts = result["machine"]
    versions = ", ".join(f"{title} {version}"
                         for title, version in result["versions"].items())
    head = (f"{result['date']}: {result['events']:,} events of {result['people']:,} "
            f"people; {parts['processor']}, {parts['processors']} processors, "
            f"{parts['memory_gib']} GiB, {parts['system']}. {versions}. "
            f"{result['threads']} thread{'s' if result['threads'] > 1 else ''}, medians "
            f"of {result['repeats']} interleaved runs"
            f"{', processor time' if result['processor_time'] else ''}; all answers "
            "were equal.\n\n")
    return (head + latency(result, "queries") +
            "\n\\* Footfall answers from what it keeps beside the events.\n\n" +
            logins_in_sums(result) +
            "With a filter that no header or bitmap answers "
            "(`properties.duration >= 1000`):\n\n" + latency(result, "scan") + "\n" +
            by_layout(result) + "\n" + two_threads(result) + "\n" + ingest(result) +
            "\n" + store(result) + "\n" + growth(result) +
            table(["target", "bar", "goal", "measured", "bar met", "goal met"],
                  targets.rows(result)))
