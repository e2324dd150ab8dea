#!/usr/bin/env python3
"""Kills sealing and compaction with SIGKILL at random moments.

Events are ingested with small seals and merges all the time, and compacted now and then.
After each kill the store opens, `footfall check` finds nothing, and what was acknowledged
is there. At the end events and reports are those of a store that nothing interrupted and
that never sealed anything.

seal_kill_test.py CLI GENERATE WORK_DIR; FOOTFALL_SLOW_TESTS=1 runs the long form, and
FOOTFALL_CRASH_SEED repeats the random choices of a run.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

NOW = "2026-01-01T00:00:00Z"
REPORTS = ("logins", "sessions", "page-views", "users", "active-users")


def fail(message):
    raise SystemExit(f"seal_kill_test: {message}")


def run(*command):
    """Standard output of a command that has to succeed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        error = done.stderr.decode()
        fail(f"{' '.join(command)} ended with {done.returncode}: {error}")
    return done.stdout


class Test:
    def __init__(self, cli, generate, work):
        slow = os.environ.get("FOOTFALL_SLOW_TESTS") == "1"
        self.events_count, self.kills = (400_000, 60) if slow else (60_000, 15)
        self.cli, self.generate, self.work = cli, generate, work
        seed = int(os.environ.get("FOOTFALL_CRASH_SEED", time.time_ns() % 1_000_000))
        print(f"seed {seed}")
        self.random = random.Random(seed)

    def path(self, name):
        return os.path.join(self.work, name)

    def prepare(self):
        """Pieces of the input, and the answers of a store that seals nothing."""
        with open(self.path("events"), "wb") as out:
            generate = [self.generate, "--events", str(self.events_count), "--seed", "11"]
            if subprocess.run(generate, stdout=out).returncode != 0:
                fail("the generator failed")
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
        answers = [sorted(export.splitlines())]
        for name in REPORTS:
            report = ("report", "run", name, "--now", NOW, "--format", "ndjson")
            answers.append(run(self.cli, *report, "--db", db))
        return answers

    def check(self, db):
        check = json.loads(run(self.cli, "check", "--json", "--db", db))
        if check["ok"] is not True:
            fail(f"check: {check}")
        return check

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
                self.check(command[command.index("--db") + 1])
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
                runs_seen = max(runs_seen, self.check(db)["runs"])
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


def main():
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    work = sys.argv[3]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    Test(*sys.argv[1:]).run()
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
