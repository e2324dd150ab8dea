#!/usr/bin/env python3
"""Kills imports of attributes with SIGKILL at random moments.

Each import gives the same people another number. After each kill `footfall check` finds
nothing, every batch that was acknowledged is there, and the others are there whole or not
at all. At the end an import goes through, and again changes nothing.

import_kill_test.py CLI IMPORT_ACK WORK_DIR; FOOTFALL_SLOW_TESTS=1 runs the long form, and
FOOTFALL_CRASH_SEED repeats the random choices of a run.
"""

import json
import os
import subprocess
import time

from harness import NOW, SLOW, check, fail, main, run, seeded_random

BATCH = 10_000


class Test:
    def __init__(self, cli, import_ack, work):
        self.people, self.kills = (100_000, 40) if SLOW else (60_000, 10)
        self.cli, self.import_ack = cli, import_ack
        self.db, self.file = os.path.join(work, "db"), os.path.join(work, "people.csv")
        self.random = seeded_random()

    def write_file(self, number):
        with open(self.file, "w", encoding="utf-8") as out:
            out.write("id,round\n")
            out.writelines(f"person{i:06d},{number}\n" for i in range(self.people))

    def stored(self):
        """What each person has, in the order of the file; None after the last."""
        rows = run(
            self.cli, "report", "run", "users", "--now", NOW, "--format", "ndjson",
            "--parameters", '{"attributes":["crm/round"]}', "--db", self.db,
        )
        people = [json.loads(line) for line in rows.splitlines()]
        if [row["person"] for row in people] != [
            f"person{i:06d}" for i in range(len(people))
        ]:
            fail("other people are stored than the first ones of the file")
        values = [row["crm/round"] for row in people]
        return values + [None] * (self.people - len(values))

    def run(self):
        before = [None] * self.people
        run(self.cli, "settings", "set", "level", "content", "--db", self.db)
        self.write_file(0)
        started = time.monotonic()
        elapsed = None
        killed, number = 0, 0
        while killed < self.kills:
            number += 1
            self.write_file(number)
            started = time.monotonic()
            process = subprocess.Popen(
                [self.import_ack, self.db, self.file], stdout=subprocess.PIPE
            )
            if elapsed is not None:
                time.sleep(self.random.uniform(0, elapsed))
                process.kill()
            out = process.communicate()[0].decode().split()
            if elapsed is None:
                elapsed = time.monotonic() - started
            done = "done" in out
            killed += not done
            acknowledged = self.people if done else int(out[-1]) if out else 0
            check(self.cli, self.db)
            now = self.stored()
            taken = next((i for i, value in enumerate(now) if value != number), self.people)
            if taken < acknowledged or (taken != self.people and taken % BATCH != 0):
                fail(f"{acknowledged} rows were acknowledged, and {taken} are stored")
            if now[taken:] != before[taken:]:
                fail(f"what follows row {taken} is not what was there before")
            before = now
        number += 1
        self.write_file(number)
        run(self.import_ack, self.db, self.file)
        if self.stored() != [number] * self.people:
            fail("the last import is not complete")
        again = json.loads(
            run(
                self.cli, "attributes", "import", self.file, "--integration", "crm",
                "--id", "id", "--map", "round:number", "--json", "--db", self.db,
            )
        )
        if again["unchanged"] != self.people or again["people_changed"] != 0:
            fail(f"importing again changed something: {again}")
        print(f"{killed} kills in {number} imports of {self.people} people")


if __name__ == "__main__":
    main(Test, 3, __doc__)
