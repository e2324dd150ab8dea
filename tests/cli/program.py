"""Runs the command line as a process, on a store in a new temporary folder."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["FOOTFALL_PROGRAM"]
NOW = "2025-11-21T12:00:00Z"
NOW_MS = 1763726400000


def event(**members):
    """A valid event an hour before NOW; None removes a member."""
    base = {"time": NOW_MS - 3600_000, "person": "ana@example.com", "type": "track"}
    base.update(members)
    return {key: value for key, value in base.items() if value is not None}


def ndjson(*events):
    return "".join(json.dumps(one) + "\n" for one in events)


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="footfall-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.db = str(self.folder / "db")

    def path(self, name, content=None):
        """The path of a file in the folder; written first when content is given."""
        path = self.folder / name
        if isinstance(content, str):
            path.write_text(content, "utf-8")
        elif content is not None:
            path.write_bytes(content)
        return str(path)

    def run_program(self, *words, stdin=b"", expect=0, env=None, program=None):
        """Runs `footfall WORDS`; a process that does not exit with `expect` fails."""
        if isinstance(stdin, str):
            stdin = stdin.encode()
        environment = {k: v for k, v in os.environ.items() if k != "FOOTFALL_DB"}
        environment.update(env or {})
        done = subprocess.run(
            [*(program or [PROGRAM]), *map(str, words)],
            input=stdin,
            capture_output=True,
            env=environment,
            timeout=300,
        )
        self.assertEqual(
            done.returncode, expect, f"{words}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        )
        done.out = done.stdout.decode("utf-8", "replace")
        done.err = done.stderr.decode("utf-8", "replace")
        return done

    def on_store(self, *words, **options):
        return self.run_program(*words, "--db", self.db, **options)

    def error_of(self, *words, expect=1, code=None, **options):
        """The object that --json prints for an error; stdout must be empty."""
        done = self.run_program(*words, "--json", expect=expect, **options)
        lines = [line for line in done.err.splitlines() if line.startswith('{"error"')]
        self.assertEqual(len(lines), 1, done.err)
        error = json.loads(lines[0])
        self.assertEqual(set(error), {"error"})
        self.assertEqual(set(error["error"]), {"code", "message", "path", "byte"})
        self.assertTrue(error["error"]["message"])
        if code is not None:
            self.assertEqual(error["error"]["code"], code, done.err)
        return error["error"]

    def ingest(self, text, *words, **options):
        """Ingests `text` through stdin and answers the counts."""
        done = self.on_store(
            "ingest", "--now", NOW, "--json", "-", *words, stdin=text, **options
        )
        return json.loads(done.out)

    def fill(self):
        """A store with three events of two people."""
        counts = self.ingest(
            ndjson(
                event(id="1", name="saved", properties={"plan": "pro"}),
                event(id="2", name="opened", time=NOW_MS - 3000_000),
                event(id="3", name="saved", person="ben@example.com", session="s"),
            )
        )
        self.assertEqual(counts["accepted"], 3)

    def report(self, *words):
        done = self.on_store("report", "run", *words, "--now", NOW, "--format", "json")
        return json.loads(done.out)
