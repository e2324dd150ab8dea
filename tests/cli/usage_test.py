"""Help, versions, wrong use and completion."""

import json
import subprocess

from program import PROGRAM, ProgramTest

COMMANDS = [
    ["filter"],
    ["ingest"],
    ["policy", "lint"],
    ["policy", "explain"],
    ["leak-test"],
    *(["report", verb] for verb in ("list", "show", "save", "delete", "run", "explain")),
    ["funnel"],
    ["retention"],
    ["paths"],
    *(["person", verb] for verb in ("list", "show", "export", "forget")),
    ["attributes", "import"],
    ["attributes", "list"],
    ["events", "export"],
    ["settings"],
    ["settings", "list"],
    ["settings", "set"],
    ["catalogue", "put"],
    ["catalogue", "show"],
    ["catalogue", "history"],
    ["tracked-event", "list"],
    ["tracked-event", "save"],
    ["tracked-event", "delete"],
    ["stats"],
    ["check"],
    ["compact"],
    ["backup"],
    ["restore"],
    ["version"],
    ["completion", "bash"],
]


class UsageTest(ProgramTest):
    def test_every_command_has_a_page_of_help(self):
        for words in COMMANDS:
            done = self.run_program(*words, "--help")
            self.assertEqual(done.err, "")
            self.assertIn(f"Usage: footfall {' '.join(words)}", done.out)
            self.assertIn("Examples:\n  ", done.out)
            self.assertIn("Exit status:\n  0  done\n  1  failed", done.out)
            self.assertIn("2  wrong use", done.out)
            self.assertLessEqual(max(map(len, done.out.splitlines())), 90, words)

    def test_the_program_lists_its_commands(self):
        done = self.run_program("--help")
        for words in COMMANDS:
            self.assertRegex(done.out, rf"(?m)^  {words[0]} +[A-Z]")

    def test_versions(self):
        done = self.run_program("version", "--json")
        versions = json.loads(done.out)
        self.assertEqual(versions["version"], versions["library"])
        self.assertEqual(
            self.run_program("--version").out, f"footfall {versions['version']}\n"
        )
        self.assertEqual(
            self.run_program("version").out,
            f"footfall {versions['version']} (library {versions['library']})\n",
        )

    def test_help_that_cannot_be_written_fails(self):
        for words in (["--help"], ["filter", "--help"], ["--version"], ["version"]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run(
                    [PROGRAM, *words], stdout=full, stderr=subprocess.PIPE, timeout=60
                )
            self.assertEqual(done.returncode, 1, words)
            self.assertIn(b"No space left", done.stderr)

    def test_a_wrong_range_or_zone_is_wrong_use(self):
        self.fill()
        for command in (["report", "run", "logins"], ["person", "list"]):
            for option, value in (
                ("--from", "yesterday"), ("--to", "2025-13-01"), ("--tz", "Mars/Base"),
            ):
                words = [*command, "--db", self.db, option, value]
                done = self.run_program(*words, expect=2)
                self.assertIn(f"footfall: {option}: '{value}' is not a", done.err)
                self.assertIn("--help", done.err)
                error = self.error_of(*words, expect=2, code="INVALID_ARGUMENT")
                self.assertTrue(error["message"].startswith(option))
        # In a definition it is no matter of the command line.
        file = self.path("d.json", '{"name": "x", "kind": "table", "timezone": "Mars"}')
        self.error_of("report", "run", "--db", self.db, "--definition", file, expect=1)

    def test_an_unknown_command_is_named(self):
        for words in (["dance"], ["report", "dance"]):
            done = self.run_program(*words, expect=2)
            self.assertIn("there is no command 'dance'", done.err)

    def test_wrong_use(self):
        for words in (
            [],
            ["dance"],
            ["report"],
            ["report", "dance"],
            ["stats", "--dance"],
            ["attributes", "import", "x.csv", "--db", self.db, "--id", "id"],
            ["attributes", "import", "x.csv", "--db", self.db, "--integration", "crm"],
            ["person", "list", "--db", self.db, "--limit", "0"],
            ["person", "list", "--db", self.db, "--where", "rule"],
            ["ingest", "--db", self.db],
            ["filter", "a", "b"],
            ["filter", "--level", "high"],
            ["filter", "--format", "xml"],
            ["policy", "explain", "a", "b"],
            ["leak-test", "recording.ndjson"],
            ["leak-test", "--canaries", "c.txt"],
            ["leak-test", "--canaries", "c.txt", "--format", "xml", "r.ndjson"],
            ["completion", "fish"],
            ["funnel", "--db", self.db],
            ["funnel", "--db", self.db, "--steps", "a,b"],
            ["funnel", "--db", self.db, "--steps", "a,b", "--window", "1d", "--order", "x"],
            ["retention", "--db", self.db, "--bucket", "hour"],
            ["retention", "--db", self.db, "--periods", "0"],
            ["paths", "--db", self.db],
            ["paths", "--db", self.db, "--anchor", "a", "--steps", "11"],
            ["report", "run", "logins", "--db", self.db, "--threads", "0"],
            ["report", "run", "logins", "--db", self.db, "--threads", "257"],
            ["report", "explain", "--db", self.db],
        ):
            done = self.run_program(*words, expect=2)
            self.assertEqual(done.out, "", words)
            self.assertTrue(done.err.startswith("footfall: "), done.err)
            self.assertIn("--help", done.err)
            error = self.error_of(*words, expect=2, code="INVALID_ARGUMENT")
            self.assertNotIn("\n", error["message"])

    def complete(self, *words):
        """What bash offers for the last of `words`."""
        script = self.path("completion.bash", self.run_program("completion", "bash").out)
        line = (
            f"source {script}; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _footfall; "
            "printf '%s\\n' \"${COMPREPLY[@]}\""
        )
        done = subprocess.run(
            ["bash", "-c", line, "bash", "footfall", *words],
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_completion(self):
        self.assertEqual(self.complete("st"), ["stats"])
        self.assertIn("report", self.complete(""))
        self.assertEqual(self.complete("report", "s"), ["show", "save"])
        self.assertEqual(self.complete("report", "run", "page"), ["page-views"])
        self.assertEqual(self.complete("report", "explain", "log"), ["logins"])
        self.assertEqual(self.complete("funnel", "--order", "se"), ["sequential"])
        self.assertEqual(self.complete("retention", "--bucket", "m"), ["month"])
        self.assertEqual(self.complete("report", "run", "--form"), ["--format"])
        self.assertEqual(
            self.complete("report", "run", "logins", "--format", "n"), ["ndjson"]
        )
        self.assertEqual(self.complete("filter", "--level", "i"), ["interactions"])
        self.assertEqual(self.complete("filter", "--format", "r"), ["rrweb"])
        self.assertEqual(self.complete("leak-test", "--format", "e"), ["events"])
        self.assertEqual(self.complete("policy", ""), ["lint", "explain"])
        self.assertEqual(self.complete("settings", "set", "ret"), ["retention_days"])
        self.assertEqual(self.complete("ingest", "--db", ""), [])
        self.assertEqual(self.complete("check", "--"), ["--help", "--db", "--json"])
