"""leak-test: planted secrets that survive the filter, and tests that prove nothing."""

import json
import pathlib
import subprocess

from program import ProgramTest, event, ndjson

SAMPLE = pathlib.Path(__file__).parents[2] / "examples/recorder/sample"
PASSWORD = "Kopje7!veldt"
HOSTILE = {
    "text": "allow",
    "allow_values": [{"all": True}],
    "allow_keystrokes": [{"selector": "input"}],
}


def typed(value, session="s"):
    return event(
        type="input",
        session=session,
        value=value,
        element={"tag": "input", "type": "password", "id": "pw"},
    )


def recording(text):
    """A page that shows `text` and into whose password field the password is typed."""
    field = {
        "type": 2, "tagName": "input", "attributes": {"type": "password"},
        "childNodes": [], "id": 4,
    }
    shown = {"type": 3, "textContent": text, "id": 3}
    html = {
        "type": 2, "tagName": "html", "attributes": {}, "childNodes": [shown, field],
        "id": 2,
    }
    return [
        {"type": 4, "data": {"href": "https://a.example/", "width": 8, "height": 6},
         "timestamp": 1},
        {"type": 2, "timestamp": 2,
         "data": {"node": {"type": 0, "childNodes": [html], "id": 1},
                  "initialOffset": {"left": 0, "top": 0}}},
        {"type": 3, "timestamp": 3,
         "data": {"source": 5, "text": PASSWORD, "isChecked": False, "id": 4}},
    ]


class LeakTest(ProgramTest):
    def canaries(self, *canaries):
        return self.path("canaries.json", json.dumps(canaries))

    def leak_test(self, *words, expect=0, **options):
        done = self.run_program("leak-test", "--json", *words, expect=expect, **options)
        self.assertNotIn(PASSWORD, done.out + done.err)
        return json.loads(done.out)

    def test_passwords_survive_under_no_policy(self):
        file = self.path("e.ndjson", ndjson(typed(PASSWORD), event(name="other")))
        canaries = self.canaries(PASSWORD)
        hostile = self.path("hostile.json", json.dumps(HOSTILE))
        for words in ([], ["--policy", hostile]):
            result = self.leak_test("--canaries", canaries, *words, file)
            self.assertEqual((result["survived"], result["void"]), ([], []))
            self.assertEqual((result["recordings"], result["canaries"]), (1, 1))
            self.assertEqual(result["counters"]["accepted"], 1)
        done = self.run_program("leak-test", "--canaries", canaries, file)
        self.assertEqual(
            done.out,
            "0 canaries of 1 survived in 1 recording; 1 event passed the filter, "
            "0 rejected\n",
        )

    def test_what_survives_is_placed_and_fails(self):
        shown = "your order is salmon-harbour"
        plain = self.path("r.json", json.dumps(recording(shown)))
        second = self.path("r.ndjson", ndjson(*recording(shown.upper())))
        packed = self.path("r.ndjson.zst")
        subprocess.run(["zstd", "-q", second, "-o", packed], check=True)
        canaries = self.canaries({"id": "order", "text": "salmon-harbour"}, PASSWORD)
        result = self.leak_test("--canaries", canaries, plain, packed, expect=1)
        self.assertEqual(result["survived"], ["order"])
        self.assertEqual(result["void"], [])
        self.assertEqual(result["recordings"], 2)
        path = "data.node.childNodes[0].childNodes[0].textContent"
        place = {"canary": "order", "event": 1, "path": path}
        self.assertEqual(
            result["places"],
            [
                {**place, "recording": plain, "encoding": "plain", "line": 1},
                {**place, "recording": packed, "encoding": "case_folded", "line": 2},
            ],
        )
        done = self.run_program("leak-test", "--canaries", canaries, packed, expect=1)
        lines = [line.split() for line in done.out.splitlines()]
        self.assertEqual(
            lines[0], ["recording", "canary", "encoding", "event", "line", "path"]
        )
        self.assertEqual(lines[1], [packed, "order", "case_folded", "1", "2", path])
        self.assertNotIn("almon", done.out)
        self.assertIn("1 canary of 2 survived in 1 recording", done.out)

    def test_a_stricter_policy_passes(self):
        file = self.path("r.ndjson", ndjson(*recording("salmon-harbour")))
        policy = self.path("p.json", '{"text": "mask"}')
        canaries = self.canaries("salmon-harbour")
        self.leak_test("--canaries", canaries, file, expect=1)
        result = self.leak_test("--canaries", canaries, "--policy", policy, file)
        self.assertEqual((result["survived"], result["void"]), ([], []))

    def test_void_canaries_fail_unless_they_are_allowed(self):
        one = self.path("1.ndjson", ndjson(typed(PASSWORD)))
        two = self.path("2.ndjson", ndjson(typed("Grenadine#41")))
        canaries = self.canaries(PASSWORD, "Grenadine#41")
        self.assertEqual(self.leak_test("--canaries", canaries, one, two)["void"], [])
        result = self.leak_test("--canaries", canaries, one, expect=1)
        self.assertEqual((result["survived"], result["void"]), ([], ["#2"]))
        done = self.run_program("leak-test", "--canaries", canaries, one, expect=1)
        self.assertIn("void: #2 stands in no recording", done.out)
        result = self.leak_test("--canaries", canaries, "--allow-void", one)
        self.assertEqual(result["void"], ["#2"])

    def test_canaries_as_lines(self):
        file = self.path("e.ndjson", ndjson(typed(PASSWORD)))
        lines = self.path("c.txt", f"\n{PASSWORD}\r\n\nnot there\n")
        result = self.leak_test("--canaries", lines, file, expect=1)
        self.assertEqual((result["canaries"], result["void"]), (2, ["line 4"]))

    def test_canaries_that_are_refused(self):
        file = self.path("e.ndjson", ndjson(event()))
        for content, path in (
            ('["long enough", "abc"]', "$[1]"),
            ('[{"id": "x"}]', "$[0].text"),
            ("[]", "$"),
            ("long enough\n\nabc\n", "line 3"),
            ("", None),
            ('["broken', None),
        ):
            canaries = self.path("c", content)
            error = self.error_of(
                "leak-test", "--canaries", canaries, file, code="INVALID_ARGUMENT"
            )
            self.assertEqual(error["path"], path, content)
        self.error_of("leak-test", "--canaries", self.path("none"), file, code="NOT_FOUND")

    def test_files_that_cannot_be_read(self):
        canaries = self.canaries(PASSWORD)
        none = self.path("none")
        self.error_of("leak-test", "--canaries", canaries, none, code="NOT_FOUND")
        junk = self.path("junk.zst", b"this is not zstd at all")
        self.error_of("leak-test", "--canaries", canaries, junk, code="DATA_LOSS")

    def test_stdin_and_format(self):
        text = ndjson(typed(PASSWORD))
        canaries = self.canaries(PASSWORD)
        result = self.leak_test("--canaries", canaries, "-", stdin=text)
        self.assertEqual(result["survived"], [])
        result = self.leak_test(
            "--canaries", canaries, "--format", "rrweb", "-", stdin=text
        )
        self.assertEqual(result["counters"]["rejected"], 1)

    def test_the_recorded_sample(self):
        secrets = json.loads((SAMPLE / "secrets.json").read_text())
        canaries = self.canaries(
            *({"id": f"password {i}", "text": text}
              for i, text in enumerate(secrets["passwords"]))
        )
        hostile = self.path("hostile.json", json.dumps(HOSTILE))
        events = str(SAMPLE / "events.ndjson.zst")
        for words in ([], ["--policy", hostile]):
            result = self.leak_test("--canaries", canaries, *words, events)
            self.assertGreater(result["canaries"], 20)
            self.assertEqual((result["survived"], result["void"]), ([], []))
        # What is typed elsewhere does survive when it is allowed to.
        values = self.canaries(
            *({"id": f"value {i}", "text": text}
              for i, text in enumerate(secrets["values"]) if len(text) >= 8)
        )
        result = self.leak_test("--canaries", values, events)
        self.assertEqual(result["void"], [])
        self.assertEqual(result["survived"], [])
        result = self.leak_test(
            "--canaries", values, "--policy", hostile, events, expect=1
        )
        self.assertGreater(len(result["survived"]), 10)
