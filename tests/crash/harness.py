"""What the tests that kill processes share."""

import json
import os
import random
import shutil
import subprocess
import sys
import time

NOW = "2026-01-01T00:00:00Z"
SLOW = os.environ.get("FOOTFALL_SLOW_TESTS") == "1"


def fail(message):
    name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    raise SystemExit(f"{name}: {message}")


def run(*command):
    """Standard output of a command that has to succeed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        error = done.stderr.decode()
        fail(f"{' '.join(command)} ended with {done.returncode}: {error}")
    return done.stdout


def seeded_random():
    """A source of random numbers; FOOTFALL_CRASH_SEED repeats those of a run."""
    seed = int(os.environ.get("FOOTFALL_CRASH_SEED", time.time_ns() % 1_000_000))
    print(f"seed {seed}")
    return random.Random(seed)


def generate_events(generate, count, seed, path):
    with open(path, "wb") as out:
        command = [generate, "--events", str(count), "--seed", str(seed)]
        if subprocess.run(command, stdout=out).returncode != 0:
            fail("the generator failed")


def check(cli, db):
    """The report of `footfall check`, which must have found nothing."""
    report = json.loads(run(cli, "check", "--json", "--db", db))
    if report["ok"] is not True or report["problems"]:
        fail(f"check: {report}")
    return report


def report_rows(cli, db, name):
    return run(cli, "report", "run", name, "--now", NOW, "--format", "ndjson", "--db", db)


def main(test, arguments, usage):
    """Runs test(*arguments), the last of which is a folder made for it."""
    if len(sys.argv) != arguments + 1:
        print(usage, file=sys.stderr)
        raise SystemExit(2)
    work = sys.argv[-1]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    test(*sys.argv[1:]).run()
    shutil.rmtree(work)
