#!/usr/bin/env python3
"""Kills `footfall redact` with SIGKILL at random moments and goes on with it.

After each kill `footfall check` finds nothing. At the end events, reports and the totals
that the last run prints are those of a redaction that nothing interrupted.

redact_kill_test.py CLI GENERATE WORK_DIR; FOOTFALL_SLOW_TESTS=1 runs the long form, and
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
REPORTS = ("logins", "sessions", "page-views", "users")
POLICY = {
    "text": "mask",
    "censor": [{"selector": "button"}],
    "context": {"drop": ["city", "browser"]},
    "exclude": {"urls": ["*/settings*", "*/product/1*"]},
}


def fail(message):
    raise SystemExit(f"redact_kill_test: {message}")


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
        self.events_count, self.kills = (1_000_000, 40) if slow else (150_000, 12)
        self.cli, self.generate, self.work = cli, generate, work
        self.policy = os.path.join(work, "policy.json")
        seed = int(os.environ.get("FOOTFALL_CRASH_SEED", time.time_ns() % 1_000_000))
        print(f"seed {seed}")
        self.random = random.Random(seed)

    def path(self, name):
        return os.path.join(self.work, name)

    def prepare(self):
        with open(self.policy, "w", encoding="utf-8") as out:
            json.dump(POLICY, out)
        with open(self.path("events"), "wb") as out:
            generate = [self.generate, "--events", str(self.events_count), "--seed", "7"]
            if subprocess.run(generate, stdout=out).returncode != 0:
                fail("the generator failed")
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
        """All events and the reports; the order of events is that of arrival."""
        answers = [run(self.cli, "events", "export", "--now", NOW, "--db", db)]
        for name in REPORTS:
            report = ("report", "run", name, "--now", NOW, "--format", "ndjson")
            answers.append(run(self.cli, *report, "--db", db))
        return answers

    def check(self, db):
        check = json.loads(run(self.cli, "check", "--json", "--db", db))
        if check["ok"] is not True:
            fail(f"check: {check}")

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
                self.check(db)
            if done is None:
                done = json.loads(run(*self.redact(db)))
            # Or it was killed between its last write and its last word.
            if done == nothing:
                unheard += 1
            elif done != totals:
                fail(f"the totals are {done}, not {totals}")
            self.check(db)
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
