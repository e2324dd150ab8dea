#!/usr/bin/env python3
"""Kills sealing and compaction with SIGKILL at random moments.

Events are ingested with small seals and merges all the time, and compacted now and then.
After each kill the store opens, `footfall check` finds nothing, and what was acknowledged
is there. At the end events and reports are those of a store that nothing interrupted and
that never sealed anything.

seal_kill_test.py CLI GENERATE WORK_DIR; FOOTFALL_SLOW_TESTS=1 runs the long form, and
FOOTFALL_CRASH_SEED repeats the random choices of a run.
"""

import os
import shutil
import subprocess

from harness import NOW, SLOW, check, fail, generate_events, main, report_rows, run
from harness import seeded_random

REPORTS = ("logins", "sessions", "page-views", "users", "active-users")


class Test:
    def __init__(self, cli, generate, work):
        self.events_count, self.kills = (400_000, 60) if SLOW else (60_000, 15)
        self.cli, self.generate, self.work = cli, generate, work
        self.random = seeded_random()

    def path(self, name):
        return os.path.join(self.work, name)

    def prepare(self):
        """Pieces of the input, and the answers of a store that seals nothing."""
        generate_events(self.generate, self.events_count, 11, self.path("events"))
        with open(self.path("events"), "rb") as events:
            lines = events.readlines()
        self.pieces = []
        size = len(lines) // 8
        for i in range(8):
            piece = self.path(f"piece{i}")
            end = len(lines) if i == 7 else (i + 1) * size
            with open(piece, "wb") as out:
                out.writelines(lines[i * size : end])
            self.pieces.append(piece)
        plain = self.path("plain")
        self.create(plain, "0")
        run(self.cli, "ingest", "--now", NOW, "--db", plain, self.path("events"))
        self.expected = self.answers(plain)

    def create(self, db, seal_events):
        settings = {"level": "interactions", "retention_days": "0",
                    "seal_events": seal_events}
        for key, value in settings.items():
            run(self.cli, "settings", "set", key, value, "--db", db)

    def answers(self, db):
        """The events in an order of their own, and the reports."""
        export = run(self.cli, "events", "export", "--now", NOW, "--db", db)
        reports = [report_rows(self.cli, db, name) for name in REPORTS]
        return [sorted(export.splitlines()), *reports]

    def kill_until_done(self, command, limit):
        """Runs the command again and again, until it ends before it is killed."""
        kills = 0
        while True:
            process = subprocess.Popen(command, stdout=subprocess.PIPE)
            try:
                out = process.communicate(timeout=self.random.uniform(0.005, limit))[0]
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
                limit *= 1.3
                check(self.cli, command[command.index("--db") + 1])
                continue
            if process.returncode != 0:
                fail(f"{' '.join(command)} ended with {process.returncode}")
            return kills, out

    def run(self):
        self.prepare()
        kills, rounds, runs_seen = 0, 0, 0
        while kills < self.kills:
            rounds += 1
            db = self.path(f"killed{rounds}")
            self.create(db, str(self.random.choice((300, 2000, 9000))))
            for piece in self.pieces:
                ingest = [self.cli, "ingest", "--now", NOW, "--db", db, piece]
                killed, _ = self.kill_until_done(ingest, 0.25)
                kills += killed
                runs_seen = max(runs_seen, check(self.cli, db)["runs"])
                if self.random.random() < 0.4:
                    compact = [self.cli, "compact", "--now", NOW, "--db", db]
                    killed, _ = self.kill_until_done(compact, 0.25)
                    kills += killed
            if self.answers(db) != self.expected:
                fail("events or reports differ from those of a store without chunks")
            leftover = os.path.join(db, "sealing")
            if os.path.isdir(leftover) and os.listdir(leftover):
                fail(f"files are left behind: {os.listdir(leftover)}")
            shutil.rmtree(db)
        if runs_seen < 2:
            fail("nothing was sealed")
        print(f"{kills} kills in {rounds} stores, up to {runs_seen} runs; answers equal")


if __name__ == "__main__":
    main(Test, 3, __doc__)
