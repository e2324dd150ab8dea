#!/usr/bin/env python3
"""Kills a writer with SIGKILL at random moments and looks at what is left.

After each kill every acknowledged event is stored exactly once, the batch in flight is
stored whole or not at all, and `footfall check` finds nothing. At the end the store
answers reports like one that was filled without interruption.

kill_test.py CLI GENERATE INGEST_ACK WORK_DIR; FOOTFALL_SLOW_TESTS=1 runs the long form,
and FOOTFALL_CRASH_SEED repeats the random choices of a run.
"""

import json
import os
import signal
import subprocess
import threading
import time

from harness import SLOW, check, fail, generate_events, main, report_rows, run
from harness import seeded_random

NOW_MS = 1_767_225_600_000  # harness.NOW.
BATCH_LINES = 1000
REPORTS = ("logins", "sessions", "page-views", "users")


def event_id(line):
    """The id of an event, which comes first in all that is read here."""
    if not line.startswith(b'{"id":"'):
        fail(f"an event without an id in front: {line[:80]!r}")
    return line[7 : line.index(b'"', 7)]


class Writer:
    """A run of ingest_ack, its acknowledgements collected as they come."""

    def __init__(self, program, db, events, first_line, to_be_killed=False):
        self.acknowledged = first_line
        self.results = []
        self.closed = False
        self.progress = threading.Condition()
        self.ended = False
        self.process = subprocess.Popen(
            [program, db, events, str(first_line), str(BATCH_LINES), str(NOW_MS)],
            # It closes the store when this ends.
            stdin=subprocess.PIPE if to_be_killed else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.progress:
                if line == b"closed\n":
                    self.closed = True
                elif line.endswith(b"}\n"):
                    lines, result = line.split(b" ", 1)
                    self.acknowledged = int(lines)
                    self.results.append(json.loads(result))
                self.progress.notify_all()
        with self.progress:
            self.ended = True
            self.progress.notify_all()

    def wait_for(self, batches):
        """Until that many batches are acknowledged or the program ended."""
        with self.progress:
            self.progress.wait_for(lambda: self.ended or len(self.results) >= batches)

    def kill(self):
        self.process.kill()
        code = self.wait()
        self.process.stdin.close()
        return code

    def wait(self):
        code = self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        return code


class Test:
    def __init__(self, cli, generate, ingest_ack, work):
        self.events_count, self.kills = (1_000_000, 20) if SLOW else (200_000, 5)
        self.cli, self.generate, self.ingest_ack = cli, generate, ingest_ack
        self.db = os.path.join(work, "killed")
        self.db_plain = os.path.join(work, "plain")
        self.events = os.path.join(work, "events.ndjson")
        self.random = seeded_random()

    def stored_ids(self):
        lines = run(self.cli, "events", "export", "--db", self.db).splitlines()
        ids = [event_id(line) for line in lines]
        if len(set(ids)) != len(ids):
            fail(f"{len(ids) - len(set(ids))} events are stored twice")
        return set(ids)

    def verify(self, acknowledged):
        """Compares the store with the lines acknowledged; answers the lines stored."""
        stored = self.stored_ids()
        missing = self.ids_before(acknowledged) - stored
        if missing:
            fail(f"{len(missing)} acknowledged events are missing: {missing.pop()}, ...")
        in_flight = min(acknowledged + BATCH_LINES, len(self.ids))
        for lines in (acknowledged, in_flight):
            if stored == self.ids_before(lines):
                break
        else:
            fail(
                f"{len(stored)} events are stored, neither {acknowledged} lines' worth"
                f" nor {in_flight}"
            )
        checked = check(self.cli, self.db)["events"]
        if checked != len(stored):
            fail(f"check of {len(stored)} events counts {checked}")
        return lines

    def ids_before(self, lines):
        return set(self.ids[:lines])

    def prepare(self):
        generate_events(self.generate, self.events_count, 7, self.events)
        with open(self.events, "rb") as lines:
            self.ids = [event_id(line) for line in lines]

    def count(self, results, key):
        return sum(result[key] for result in results)

    def run(self):
        self.prepare()
        # How long an uninterrupted run takes decides where the kills may fall.
        started = time.monotonic()
        plain = Writer(self.ingest_ack, self.db_plain, self.events, 0)
        if plain.wait() != 0 or not plain.closed:
            fail("the uninterrupted ingest failed")
        elapsed = time.monotonic() - started
        batches = len(plain.results)
        unique = len(set(self.ids))
        if self.count(plain.results, "accepted") != unique:
            fail(f"accepted {self.count(plain.results, 'accepted')}, not {unique}")
        lines = len(self.ids)
        print(f"{lines} events, {unique} ids, {batches} batches in {elapsed:.1f} s")

        acknowledged, in_flight_kept = 0, 0
        for kill in range(-3, self.kills):
            # Sending a few batches again, all duplicates, exercises the index of ids that
            # recovery rebuilds.
            first = max(0, acknowledged - BATCH_LINES * self.random.randrange(0, 4))
            writer = Writer(self.ingest_ack, self.db, self.events, first, True)
            left = (len(self.ids) - acknowledged) / BATCH_LINES
            share = left / (self.kills - kill + 1)
            if kill < 0 or kill % 5 == 3:
                # While it creates the store, or opens and recovers it.
                time.sleep(self.random.uniform(0, 0.1))
            else:
                writer.wait_for(int(self.random.uniform(0.2, 1.6) * share))
                time.sleep(self.random.uniform(0, 3 * elapsed / batches))
            if writer.kill() != -signal.SIGKILL:
                fail("the writer failed before it was killed")
            if self.count(writer.results, "rejected"):
                fail(f"rejected: {writer.results}")
            acknowledged = max(acknowledged, writer.acknowledged)
            if acknowledged == 0:
                continue
            stored = self.verify(acknowledged)
            in_flight_kept += stored > acknowledged
            acknowledged = stored
            batches_seen = len(writer.results)
            print(f"kill {kill + 1}: {batches_seen} batches, {stored} lines stored")

        writer = Writer(self.ingest_ack, self.db, self.events, 0)
        if writer.wait() != 0 or not writer.closed:
            fail("the last ingest failed")
        accepted = self.count(writer.results, "accepted")
        duplicates = self.count(writer.results, "duplicates")
        before = len(self.ids_before(acknowledged))
        if (accepted, duplicates) != (unique - before, len(self.ids) - unique + before):
            fail(f"the last ingest accepted {accepted} with {duplicates} duplicates")
        if self.verify(len(self.ids)) != len(self.ids):
            fail("events are missing at the end")
        for report in REPORTS:
            killed, whole = (
                report_rows(self.cli, db, report) for db in (self.db, self.db_plain)
            )
            if not whole or killed != whole:
                fail(f"report {report} differs from that of an uninterrupted ingest")
        print(
            f"{self.kills + 3} kills, {in_flight_kept} with the batch in flight kept;"
            f" {unique} events exactly once, {len(REPORTS)} reports equal"
        )


if __name__ == "__main__":
    main(Test, 4, __doc__)
