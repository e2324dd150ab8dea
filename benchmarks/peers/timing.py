"""Asks every engine every question in turn, and keeps how long that took."""

import statistics

import answers
import engines

# A form that is slower than this beside the best of its engine is not timed again.
FAR_BEHIND = 1.25
# So short a run is preceded by one that does not count, to be hot after other engines.
SHORT_MS = 50
# So long a run is repeated three times at most.
LONG_MS = 3000


def check_answers(query, variants, file):
    """Ends the program unless all variants answer the same. Answers Footfall's
    statistics of the run."""
    expected = None
    first = None
    notes = None
    for variant in variants:
        variant.engine.worker.threads(variant.threads)
        reply = variant.engine.worker.tell("answer", file, variant.text)
        if variant.engine.name == "footfall" and notes is None:
            notes = reply["statistics"]
        found = answers.canonical(query, variant.engine.name,
                                  file.read_text(encoding="utf-8"))
        if expected is None:
            expected, first = found, variant
            continue
        told = answers.difference(expected, found)
        if told is not None:
            raise SystemExit(f"{query}: the answers of {first} and {variant} differ: "
                             f"{told}")
    return {"rows": len(expected), "statistics": notes}


def measure(variant):
    ms = variant.run()
    if ms < SHORT_MS:
        ms = variant.run()
    variant.ms.append(ms)


def median(variant):
    return statistics.median(variant.ms)


def contenders(variants, every_layout):
    """The variants close to the best of their engine and number of threads and, with
    `every_layout`, the best one of each layout."""
    def engine(variant):
        return variant.engine.name, variant.threads

    def layout(variant):
        return variant.engine.name, variant.threads, variant.layout

    def best(key):
        found = {}
        for variant in sorted(variants, key=lambda each: each.ms[0]):
            found.setdefault(key(variant), variant)
        return found

    least = best(engine)
    kept = best(layout).values() if every_layout else []
    return [variant for variant in variants if variant in kept or
            variant.ms[0] <= FAR_BEHIND * least[engine(variant)].ms[0]]


def time_queries(work, engines_used, queries, scan, threads, repeats, check=True):
    """All variants of all queries, in turn; the answers compared first."""
    variants = {}
    notes = {}
    for query in queries:
        variants[query] = [variant for engine in engines_used
                           for variant in engine.variants(query, scan, threads)]
        if check:
            compared = query.removesuffix("sums")
            notes[query] = check_answers(compared, variants[query], work / "answer") \
                if compared == query else {}
    for query in queries:
        for variant in variants[query]:
            measure(variant)
        variants[query] = contenders(variants[query], every_layout=not scan)
        for variant in variants[query]:
            variant.long = variant.ms[0] > LONG_MS
            variant.ms.clear()
    for repeat in range(repeats):
        for query in queries:
            for variant in variants[query]:
                if repeat < 3 or not variant.long:
                    measure(variant)
    return {query: {**notes.get(query, {}), "variants": [
        {"engine": variant.engine.name, "layout": variant.layout, "form": variant.form,
         "threads": variant.threads, "median_ms": median(variant), "ms": variant.ms}
        for variant in variants[query]]} for query in queries}


def time_ingest(engines_used, file, with_ids, events, repeats):
    """Durable batches, each engine in turn into a new database."""
    seconds = {}
    for _ in range(repeats):
        for engine in engines_used:
            seconds.setdefault((engine, False), []).append(
                engine.ingest_once(file, events))
            if with_ids is not None:
                seconds.setdefault((engine, True), []).append(
                    engine.ingest_once(with_ids, events))
    return [{"engine": engine.name, "ids": ids, "events": events,
             "events_per_second": events / statistics.median(times), "seconds": times}
            for (engine, ids), times in seconds.items()]


def time_opening(engine, queries, repeats):
    """Opening and the first query, with the files dropped from the page cache."""
    found = {"open_ms": [], "cold": {query: [] for query in queries}}
    for query in queries:
        text = engine.variants(query, False, 1)[0].text
        for _ in range(repeats):
            engines.leave_page_cache(engine.directory)
            worker = engine.start(engine.directory)
            found["open_ms"].append(worker.open_ms)
            found["cold"][query].append(worker.run(text))
            worker.close()
    found["open_ms"] = statistics.median(found["open_ms"])
    found["cold"] = {query: statistics.median(ms) for query, ms in found["cold"].items()}
    return found
