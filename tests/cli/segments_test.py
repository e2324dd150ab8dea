"""segment list, show, save, delete, people, test and changes; report run --segment."""

import json

from program import NOW, ProgramTest

SAVERS = {
    "version": 1,
    "name": "savers",
    "title": "People who saved",
    "where": {
        "did": {
            "where": {"field": "event.name", "op": "is", "value": "saved"},
            "within": "30d",
        }
    },
}
LATER = "2026-01-21T12:00:00Z"


class SegmentTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.fill()
        self.on_store("segment", "save", "-", stdin=json.dumps(SAVERS))

    def save(self, name, where):
        text = json.dumps({"version": 1, "name": name, "where": where})
        return self.on_store("segment", "save", self.path(f"{name}.json", text))

    def test_save_list_show_delete(self):
        self.assertIn("savers  People who saved", self.on_store("segment", "list").out)
        listed = json.loads(self.on_store("segment", "list", "--json").out)
        self.assertEqual(listed, {"segments": [SAVERS]})
        shown = json.loads(self.on_store("segment", "show", "savers", "--json").out)
        self.assertEqual(shown, SAVERS)
        self.save("others", {"not": {"segment": "savers"}})
        error = self.error_of(
            "segment", "delete", "savers", "--db", self.db, code="FAILED_PRECONDITION"
        )
        self.assertIn("segment 'others'", error["message"])
        self.on_store("segment", "delete", "others")
        self.on_store("segment", "delete", "savers")
        self.error_of("segment", "show", "savers", "--db", self.db, code="NOT_FOUND")

    def test_a_wrong_rule_is_refused_with_its_path(self):
        text = json.dumps({**SAVERS, "where": {"any": [{"segment": "nobody"}]}})
        error = self.error_of(
            "segment", "save", "-", "--db", self.db, stdin=text, code="NOT_FOUND"
        )
        self.assertEqual(error["path"], "$.where.any[0]")

    def test_people(self):
        people = ["segment", "people", "savers", "--now", NOW]
        done = self.on_store(*people)
        self.assertEqual(done.out, "ana@example.com\nben@example.com\n")
        self.assertEqual(self.on_store(*people, "--count").out, "2\n")
        self.assertEqual(self.on_store(*people, "--limit", "1").out, "ana@example.com\n")
        after = self.on_store(*people, "--after", "ana@example.com", "--json")
        self.assertEqual(
            json.loads(after.out),
            {
                "segment": "savers",
                "now": "2025-11-21T12:00:00.000Z",
                "count": 2,
                "next": None,
                "people": ["ben@example.com"],
            },
        )
        self.run_program(*people, "--limit", "x", "--db", self.db, expect=2)

    def test_test(self):
        words = ["segment", "test", "savers", "ana@example.com", "--now"]
        self.assertEqual(self.on_store(*words, NOW).out, "true\n")
        self.assertEqual(self.on_store(*words, LATER).out, "false\n")
        as_json = self.on_store(*words, NOW, "--json").out
        self.assertEqual(json.loads(as_json), {"member": True})
        self.error_of(
            "segment", "test", "savers", "nobody", "--db", self.db, code="NOT_FOUND"
        )
        self.error_of(
            "segment", "test", "none", "ana@example.com", "--db", self.db, code="NOT_FOUND"
        )

    def test_changes(self):
        changes = ["segment", "changes", "savers", "--json", "--now"]
        first = json.loads(self.on_store(*changes, NOW).out)
        self.assertEqual(first["changes"], [])
        words = [*changes, LATER, "--after", first["cursor"]]
        second = json.loads(self.on_store(*words, "--limit", "1").out)
        self.assertEqual(
            [(change["person"], change["change"]) for change in second["changes"]],
            [("ana@example.com", "left")],
        )
        self.assertTrue(second["more"])
        third = json.loads(
            self.on_store(*changes, LATER, "--after", second["cursor"]).out
        )
        self.assertEqual([c["person"] for c in third["changes"]], ["ben@example.com"])
        self.assertFalse(third["more"])
        error = self.error_of(
            "segment", "changes", "savers", "--after", "x", "--db", self.db,
            code="INVALID_ARGUMENT",
        )
        self.assertEqual(error["path"], "$.after")

    def test_reports_take_a_segment(self):
        self.save("ana", {"field": "person.id", "op": "is", "value": "ana@example.com"})
        shape = self.report("users", "--segment", "ana")
        self.assertEqual([row[0] for row in shape["rows"]], ["ana@example.com"])
        self.error_of(
            "report", "run", "users", "--segment", "none", "--db", self.db,
            code="NOT_FOUND",
        )
