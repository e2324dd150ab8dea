#!/usr/bin/env python3
"""Kills `footfall redact` with SIGKILL at random moments and goes on with it.

After each kill `footfall check` finds nothing. At the end events, reports and the totals
that the last run prints are those of a redaction that nothing interrupted.

redact_kill_test.py CLI GENERATE WORK_DIR; FOOTFALL_SLOW_TESTS=1 runs the long form, and
FOOTFALL_CRASH_SEED repeats the random choices of a run.
"""

import json
import os
import shutil
import signal
import subprocess
import time

from harness import NOW, SLOW, check, fail, generate_events, main, report_rows, run
from harness import seeded_random

REPORTS = ("logins", "sessions", "page-views", "users")
POLICY = {
    "text": "mask",
    "censor": [{"selector": "button"}],
    "context": {"drop": ["city", "browser"]},
    "exclude": {"urls": ["*/settings*", "*/product/1*"]},
}


class Test:
    def __init__(self, cli, generate, work):
        self.events_count, self.kills = (400_000, 30) if SLOW else (150_000, 12)
        self.cli, self.generate, self.work = cli, generate, work
        self.policy = os.path.join(work, "policy.json")
        self.random = seeded_random()

    def path(self, name):
        return os.path.join(self.work, name)

    def prepare(self):
        with open(self.policy, "w", encoding="utf-8") as out:
            json.dump(POLICY, out)
        generate_events(self.generate, self.events_count, 7, self.path("events"))
        base = self.path("base")
        run(self.cli, "settings", "set", "level", "interactions", "--db", base)
        run(self.cli, "settings", "set", "retention_days", "0", "--db", base)
        run(self.cli, "ingest", "--now", NOW, "--db", base, self.path("events"))
        # People then have what is no longer computed from stored events.
        run(self.cli, "settings", "set", "retention_days", "300", "--db", base)
        removed = json.loads(run(self.cli, "compact", "--json", "--now", NOW, "--db", base))
        if not removed["events_removed"]:
            fail("nothing had expired")

    def redact(self, db):
        return [self.cli, "redact", "--json", "--policy", self.policy, "--db", db]

    def answers(self, db):
        """All events, in the order of the store, and the reports."""
        export = run(self.cli, "events", "export", "--now", NOW, "--db", db)
        return [export, *(report_rows(self.cli, db, name) for name in REPORTS)]

    def run(self):
        self.prepare()
        plain = self.path("plain")
        shutil.copytree(self.path("base"), plain)
        started = time.monotonic()
        totals = json.loads(run(*self.redact(plain)))
        elapsed = time.monotonic() - started
        if not (totals["done"] and totals["changed"] and totals["dropped"]):
            fail(f"the redaction has nothing to do: {totals}")
        print(f"{totals['examined']} events in {elapsed:.1f} s: {json.dumps(totals)}")
        expected = self.answers(plain)

        left = totals["examined"] - totals["dropped"]
        nothing = {**totals, "examined": left, "changed": 0, "dropped": 0, "rules": {}}

        kills, rounds, unheard = 0, 0, 0
        while kills < self.kills or unheard == rounds:
            rounds += 1
            db = self.path(f"killed{rounds}")
            shutil.copytree(self.path("base"), db)
            done = None
            for _ in range(6):
                process = subprocess.Popen(self.redact(db), stdout=subprocess.PIPE)
                time.sleep(self.random.uniform(0, 0.6 * elapsed))
                process.kill()
                out = process.communicate()[0]
                if process.returncode == 0:
                    done = json.loads(out)
                    break
                if process.returncode != -signal.SIGKILL:
                    fail(f"redact ended with {process.returncode}")
                kills += 1
                check(self.cli, db)
            if done is None:
                done = json.loads(run(*self.redact(db)))
            # Or it was killed between its last write and its last word.
            if done == nothing:
                unheard += 1
            elif done != totals:
                fail(f"the totals are {done}, not {totals}")
            check(self.cli, db)
            if self.answers(db) != expected:
                fail("events or reports differ from those of one redaction")
            again = json.loads(run(*self.redact(db)))
            if again != nothing:
                fail(f"something was left: {again}")
            shutil.rmtree(db)
        print(
            f"{kills} kills in {rounds} redactions, {unheard} of them ended unheard;"
            " totals, events and reports equal"
        )


if __name__ == "__main__":
    main(Test, 3, __doc__)
