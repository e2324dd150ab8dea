"""Attributes of people: import, list, and pages of people."""

import gzip
import json

from program import NOW, ProgramTest

CSV = (
    "Email,Tier,Seats,Since\r\n"
    'ana@example.com,"gold, large",12,2025-01-31\r\n'
    "zoe@example.com,free,many,\r\n"
    ",free,1,\r\n"
)
CRM = ("--integration", "crm", "--id", "Email", "--now", NOW)
MAPS = ("--map", "Tier=tier", "--map", "Seats=seats:number", "--map", "Since:date")


class AttributesTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.fill()
        self.file = self.path("people.csv", CSV)

    def import_file(self, *words, **options):
        return self.on_store("attributes", "import", *CRM, *words, **options)

    def test_import_and_list(self):
        done = self.import_file(*MAPS, self.file, "--json")
        self.assertEqual(
            json.loads(done.out),
            {
                "rows": 3, "people_created": 1, "people_changed": 1, "unchanged": 0,
                "duplicates": 0, "rejected": 1, "values_rejected": 1,
                "errors": [
                    {"line": 3, "column": "Seats", "reason": "is not a number"},
                    {"line": 4, "column": "Email", "reason": "has no id"},
                ],
                "errors_omitted": 0,
            },
        )
        # Again, compressed, from stdin, and for people.
        file = self.path("people.csv.gz", gzip.compress(CSV.encode()))
        self.assertEqual(
            json.loads(self.import_file(*MAPS, file, "--json").out)["unchanged"], 2
        )
        done = self.import_file(*MAPS, "-", stdin=CSV)
        self.assertRegex(done.out, r"(?m)^unchanged +2$")
        self.assertIn("line 3: Seats: is not a number\nline 4: Email: has no id\n", done.err)
        listed = json.loads(self.on_store("attributes", "list", "--json").out)
        self.assertEqual(
            [(a["integration"], a["attribute"], a["type"]) for a in listed["attributes"]],
            [("crm", "Since", "date"), ("crm", "seats", "number"), ("crm", "tier", "string")],
        )
        self.assertRegex(
            self.on_store("attributes", "list").out, r"(?m)^crm +seats +number +2025-11-21T"
        )
        shown = json.loads(self.on_store("person", "show", "ana@example.com", "--json").out)
        self.assertEqual(
            [(a["attribute"], a["value"]) for a in shown["imported"]],
            [("Since", "2025-01-31"), ("seats", 12), ("tier", "gold, large")],
        )
        self.on_store("check")

    def test_import_refuses(self):
        none = self.path("none.csv")
        self.error_of(
            "attributes", "import", none, *CRM, "--db", self.db, code="NOT_FOUND"
        )
        error = self.error_of(
            "attributes", "import", self.file, *CRM, "--map", "Mail", "--db", self.db,
            code="INVALID_ARGUMENT",
        )
        self.assertEqual(error["message"], "line 1: the header has no column 'Mail'")
        self.on_store("settings", "set", "imported_attributes_max", "2")
        error = self.error_of(
            "attributes", "import", self.file, *CRM, "--db", self.db,
            code="RESOURCE_EXHAUSTED",
        )
        self.assertIn("'crm/Since' would be number 3", error["message"])
        self.assertEqual(
            json.loads(self.on_store("attributes", "list", "--json").out),
            {"attributes": []},
        )

    def test_a_dry_run_stores_nothing(self):
        done = self.import_file(*MAPS, "--dry-run", "--json", self.file)
        self.assertEqual(json.loads(done.out)["people_created"], 1)
        self.error_of("person", "show", "zoe@example.com", "--db", self.db, code="NOT_FOUND")

    def test_pages_of_people(self):
        self.import_file(*MAPS, self.file)

        def page(*words):
            done = self.on_store("person", "list", "--format", "ndjson", *words)
            return [json.loads(line) for line in done.out.splitlines()]

        first = page("--limit", "2", "--attribute", "crm/tier", "--attribute", "email")
        self.assertEqual(
            [(row["person"], row["events"], row["crm/tier"], row["email"]) for row in first],
            [
                ("ana@example.com", 2, "gold, large", "ana@example.com"),
                ("ben@example.com", 1, None, "ben@example.com"),
            ],
        )
        rest = page("--limit", "2", "--after", "ben@example.com")
        self.assertEqual([row["person"] for row in rest], ["zoe@example.com"])
        rule = '{"field":"person.crm/seats","op":">","value":10}'
        rows = page("--where", rule)
        self.assertEqual([row["person"] for row in rows], ["ana@example.com"])
        table = self.on_store("person", "list", "--where", rule).out
        self.assertRegex(table, r"(?m)^ana@example.com +true")
        error = self.error_of(
            "person", "list", "--where", '{"field":"person.x"}', "--db", self.db,
            code="INVALID_ARGUMENT",
        )
        self.assertTrue(error["path"].startswith("$.where"))
