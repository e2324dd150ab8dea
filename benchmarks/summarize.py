"""Puts the medians of all results into one JSON file and prints a summary.

summarize.py EVENTS OUT RESULT...
"""

import json
import os
import sys


def medians(paths):
    """The medians in result files of Google Benchmark, by name without aggregate."""
    found = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
        for entry in result["benchmarks"]:
            if entry.get("error_occurred"):
                raise SystemExit(f"summarize: {entry['name']}: {entry['error_message']}")
            if entry.get("aggregate_name") == "median":
                found[entry["run_name"].split("/iterations:")[0]] = entry
    return result["context"], found


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|---" + "|---:" * (len(head) - 1) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def thousands(number):
    return f"{round(number):,}"


def filter_summary(capture):
    walk = capture["BM_SimdjsonWalk"]["bytes_per_second"]
    names = {
        "BM_SimdjsonWalk": "simdjson On-Demand, all fields",
        "BM_Filter": "filter, events handed to the store",
        "BM_FilterToNdjson": "filter, events written as NDJSON",
    }
    return [
        {
            "what": what,
            "gb_per_second": capture[name]["bytes_per_second"] / 1e9,
            "events_per_second": capture[name]["items_per_second"],
            "share_of_simdjson": capture[name]["bytes_per_second"] / walk,
        }
        for name, what in names.items()
    ]


def ingest_summary(store):
    rows = []
    for name, entry in store.items():
        if not name.startswith("BM_Ingest/"):
            continue
        arguments = dict(part.split(":") for part in name.split("/")[1:] if ":" in part)
        rows.append(
            {
                "batch": int(arguments["batch"]),
                "writers": int(arguments["writers"]),
                "ids": arguments["ids"] == "1",
                "events": int(entry["events"]),
                "events_per_second": entry["items_per_second"],
                "syncs": entry["syncs"],
                "peak_rss_mb": entry["peak_rss_mb"],
                "bytes_per_event": entry["bytes_per_event"],
            }
        )
    return sorted(rows, key=lambda row: (row["batch"], row["writers"], row["ids"]))


def open_summary(store):
    return [
        {
            "mode": mode,
            "events": int(store[name]["events"]),
            "ms": store[name]["real_time"],
            "peak_rss_mb": store[name]["peak_rss_mb"],
        }
        for mode, name in (
            ("read-only", "BM_Open/write:0"),
            ("read and write", "BM_Open/write:1"),
        )
    ]


def main():
    if len(sys.argv) < 4:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    events_path, out = sys.argv[1:3]
    context, found = medians(sys.argv[3:])
    with open(events_path, "rb") as events:
        lines = sum(1 for _ in events)
    summary = {
        "date": context["date"][:10],
        "processors": context["num_cpus"],
        "input": {
            "events": lines,
            "bytes_per_event": os.path.getsize(events_path) / lines,
        },
        "filter": filter_summary(found),
        "ingest": ingest_summary(found),
        "open": open_summary(found),
    }
    with open(out, "w", encoding="utf-8") as file:
        json.dump(summary, file, indent=1)
        file.write("\n")

    print(
        f"{thousands(lines)} events of {summary['input']['bytes_per_event']:.0f} bytes,"
        f" {summary['processors']} processors, {summary['date'][:7]}.\n"
    )
    table(
        ["filter, one thread", "GB/s", "events/s", "share of simdjson"],
        [
            [
                row["what"],
                f"{row['gb_per_second']:.2f}",
                thousands(row["events_per_second"]),
                f"{row['share_of_simdjson']:.0%}",
            ]
            for row in summary["filter"]
        ],
    )
    table(
        ["ingest: events a batch", "writers", "ids", "events/s", "log writes",
         "peak RSS, MB", "bytes an event"],
        [
            [
                thousands(row["batch"]),
                str(row["writers"]),
                "yes" if row["ids"] else "no",
                thousands(row["events_per_second"]),
                thousands(row["syncs"]),
                thousands(row["peak_rss_mb"]),
                f"{row['bytes_per_event']:.1f}",
            ]
            for row in summary["ingest"]
        ],
    )
    table(
        ["open a store", "events", "ms", "peak RSS, MB"],
        [
            [row["mode"], thousands(row["events"]), f"{row['ms']:.1f}",
             thousands(row["peak_rss_mb"])]
            for row in summary["open"]
        ],
    )


if __name__ == "__main__":
    main()
