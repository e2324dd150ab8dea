"""redact."""

import json
import unittest

from program import NOW, ProgramTest, event, ndjson


class RedactTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.policy = self.path(
            "strict.json",
            json.dumps({"context": {"drop": ["city"]}, "exclude": {"urls": ["*/internal/*"]}}),
        )

    def fill(self):
        context = {"city": "Bonn", "country": "DE"}
        self.ingest(
            ndjson(
                event(id="1", name="saved", context=context),
                event(id="2", name="saved", person="ben@example.com",
                      url="https://app.example/internal/pay"),
                event(id="3", name="saved"),
            )
        )

    def redact(self, *words, **options):
        return self.on_store("redact", "--policy", self.policy, "--json", *words, **options)

    def exported(self):
        lines = self.on_store("events", "export", "--now", NOW).out.splitlines()
        return [json.loads(line) for line in lines]

    def test_counts_and_removes(self):
        self.fill()
        expected = {
            "examined": 3, "changed": 1, "dropped": 1,
            "rules": {"context": 1, "excluded_url": 1},
            "done": True, "records_done": 1, "records": 1,
        }
        self.assertEqual(json.loads(self.redact("--dry-run").out), expected)
        self.assertEqual(len(self.exported()), 3)
        self.assertEqual(json.loads(self.redact().out), expected)
        events = self.exported()
        self.assertEqual([one["id"] for one in events], ["1", "3"])
        self.assertEqual(events[0]["context"], {"country": "DE"})
        self.assertEqual(self.error_of("person", "show", "ben@example.com", "--db", self.db,
                                       code="NOT_FOUND")["path"], None)
        again = json.loads(self.redact("--seconds", "600").out)
        self.assertEqual((again["changed"], again["dropped"], again["rules"]), (0, 0, {}))

    def test_text(self):
        self.fill()
        out = self.on_store("redact", "--policy", self.policy).out
        self.assertIn("dropped", out)
        self.assertNotIn("{", out)

    def test_stopped(self):
        self.fill()
        done = self.redact("--seconds", "0.001", "--json", expect=1)
        self.assertIs(json.loads(done.out)["done"], False)
        self.assertIn("the same command goes on with it", done.err)
        self.assertIs(json.loads(self.redact().out)["done"], True)

    def test_refusals(self):
        missing = ["redact", "--db", self.path("none")]
        self.error_of(*missing, code="NOT_FOUND")
        self.fill()
        bad = self.path("bad.json", '{"context":{"drop":["town"]}}')
        error = self.error_of("redact", "--policy", bad, "--db", self.db,
                              code="INVALID_ARGUMENT")
        self.assertEqual(error["path"], "$.context.drop[0]")
        self.run_program("redact", "--seconds", "0", "--db", self.db, expect=2)


if __name__ == "__main__":
    unittest.main()
