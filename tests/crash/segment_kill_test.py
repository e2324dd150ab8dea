#!/usr/bin/env python3
"""Kills `footfall segment changes` with SIGKILL at random moments.

A consumer follows a segment over four simulated weeks of events: it asks for the changes after
its cursor, page by page, is killed while it asks, and sometimes loses an answer that it
had. After each round its picture of the segment is that of `segment people`. At the end it
has been told each change once, and the whole log is byte by byte that of a store where
nothing was killed.

segment_kill_test.py CLI GENERATE WORK_DIR; FOOTFALL_SLOW_TESTS=1 runs the long form, and
FOOTFALL_CRASH_SEED repeats the random choices of a run.
"""

import datetime
import json
import os
import signal
import subprocess
import time

from harness import SLOW, check, fail, main, run, seeded_random

START = datetime.datetime(2025, 6, 1, tzinfo=datetime.timezone.utc)
ROUNDS, DAYS = 14, 2  # Within the 30 days that changes are kept.
PAGE = 50


class Test:
    def __init__(self, cli, generate, work):
        self.events_count, self.kills = (12_000, 24) if SLOW else (6_000, 8)
        self.cli, self.generate, self.work = cli, generate, work
        self.random = seeded_random()

    def path(self, name):
        return os.path.join(self.work, name)

    def now(self, number):
        return (START + datetime.timedelta(days=(number + 1) * DAYS)).isoformat()

    def prepare(self):
        """The events of each round, and a segment of people who come and go."""
        command = [self.generate, "--events", str(self.events_count), "--seed", "31",
                   "--start", START.date().isoformat(), "--days", str(ROUNDS * DAYS)]
        generated = run(*command, "--people", str(self.events_count // 30))
        pieces = [[] for _ in range(ROUNDS)]
        names = {}
        for line in generated.splitlines():
            event = json.loads(line)
            days = (event["time"] / 1000 - START.timestamp()) / 86_400
            pieces[min(int(days // DAYS), ROUNDS - 1)].append(line)
            names[event.get("name")] = names.get(event.get("name"), 0) + 1
        names.pop(None, None)
        self.pieces = []
        for number, lines in enumerate(pieces):
            self.pieces.append(self.path(f"piece{number}"))
            with open(self.pieces[-1], "wb") as out:
                out.write(b"\n".join(lines))
        rule = {"did": {"where": {"field": "event.name", "op": "is",
                                  "value": max(names, key=names.get)},
                        "count": {"op": ">=", "value": 2}, "within": "4d"}}
        segment = {"version": 1, "name": "busy", "where": rule}
        with open(self.path("segment"), "w", encoding="utf-8") as out:
            json.dump(segment, out)

    def create(self, name):
        db = self.path(name)
        run(self.cli, "settings", "set", "level", "interactions", "--db", db)
        run(self.cli, "settings", "set", "retention_days", "0", "--db", db)
        run(self.cli, "segment", "save", self.path("segment"), "--db", db)
        return db

    def changes(self, db, number, after=None, kill_within=None):
        """What the program answers, or nothing when it was killed before it did."""
        command = [self.cli, "segment", "changes", "busy", "--json", "--db", db,
                   "--now", self.now(number), "--limit", str(PAGE)]
        if after is not None:
            command += ["--after", after]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if kill_within is not None:
            time.sleep(self.random.uniform(0, kill_within))
            process.kill()
        out, error = process.communicate()
        if process.returncode == -signal.SIGKILL:
            return None
        if process.returncode != 0:
            fail(f"{' '.join(command)} ended with {process.returncode}: {error.decode()}")
        return json.loads(out)

    def people(self, db, number):
        people, after = [], []
        while True:
            page = json.loads(run(self.cli, "segment", "people", "busy", "--json",
                                  "--db", db, "--now", self.now(number), *after))
            people += page["people"]
            if page["next"] is None:
                return set(people)
            after = ["--after", page["next"]]

    def ingest(self, db, number):
        run(self.cli, "ingest", "--db", db, "--now", self.now(number),
            self.pieces[number])

    def begin(self, db):
        """The cursor to begin with, and who is in the segment then."""
        self.ingest(db, 0)
        return self.changes(db, 0)["cursor"], self.people(db, 0)

    def read_log(self, db, cursor):
        """All changes after the cursor."""
        log = []
        while True:
            page = self.changes(db, ROUNDS - 1, after=cursor)
            log += page["changes"]
            cursor = page["cursor"]
            if not page["more"]:
                return log

    def undisturbed(self):
        db = self.create("plain")
        cursor, _ = self.begin(db)
        for number in range(1, ROUNDS):
            self.ingest(db, number)
            started = time.monotonic()
            self.changes(db, number)
            length = time.monotonic() - started
        return self.read_log(db, cursor), length

    def follow(self, db, length):
        """Follows the segment; answers what the consumer was told, and the kills."""
        cursor, members = self.begin(db)
        told, kills, again = [], 0, 0
        for number in range(1, ROUNDS):
            self.ingest(db, number)
            more = True
            while more:
                within = 1.5 * length if self.random.random() < 0.5 else None
                page = self.changes(db, number, after=cursor, kill_within=within)
                if page is None:
                    kills += 1
                    check(self.cli, db)
                    continue
                if self.random.random() < 0.2:
                    again += 1  # The consumer crashes before it has written this down.
                    continue
                for change in page["changes"]:
                    person, entered = change["person"], change["change"] == "entered"
                    if entered == (person in members):
                        fail(f"{change} of somebody who is{'' if entered else ' not'} in")
                    (members.add if entered else members.remove)(person)
                told += page["changes"]
                cursor, more = page["cursor"], page["more"]
            if members != self.people(db, number):
                fail(f"the consumer has other members than the segment in round {number}")
        return told, kills, again

    def run(self):
        self.prepare()
        expected, length = self.undisturbed()
        kinds = {change["change"] for change in expected}
        if kinds != {"entered", "left"} or len(expected) < 5 * PAGE:
            fail(f"only {len(expected)} changes: {kinds}")
        kills, again, stores = 0, 0, 0
        while kills < self.kills:
            stores += 1
            db = self.create(f"killed{stores}")
            told, killed, repeated = self.follow(db, length)
            if told != expected:
                fail(f"{len(told)} changes were told instead of {len(expected)}")
            if self.read_log(db, expected[0]["cursor"]) != expected[1:]:
                fail("the log differs from that of a store where nothing was killed")
            check(self.cli, db)
            kills += killed
            again += repeated
        print(f"{kills} kills in {stores} stores, {again} answers lost by the consumer; "
              f"{len(expected)} changes, each told once")


if __name__ == "__main__":
    main(Test, 3, __doc__)
