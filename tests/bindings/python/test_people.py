"""People: pages, exports, and attributes that integrations import."""

import io

import footfall

from support import NOW, StoreTest, track

CSV = 'Email,Tier,Seats\r\nana,gold,12\r\nzoe,"free, really",many\r\n'
CRM = {
    "integration": "crm",
    "id": "Email",
    "columns": [
        {"column": "Tier", "attribute": "tier"},
        {"column": "Seats", "attribute": "seats", "type": "number"},
    ],
    "now": NOW,
}


class PeopleTest(StoreTest):
    def setUp(self):
        super().setUp()
        self.ingest([track("ana", 5), track("ana", 3), track("bo", 4)])

    def test_attributes_are_imported_listed_and_read(self):
        result = self.store.import_attributes(CSV, **CRM)
        self.assertEqual(
            result,
            {
                "rows": 2, "people_created": 1, "people_changed": 1, "unchanged": 0,
                "duplicates": 0, "rejected": 0, "values_rejected": 1,
                "errors": [{"line": 3, "column": "Seats", "reason": "is not a number"}],
                "errors_omitted": 0,
            },
        )
        for again in (io.StringIO(CSV, newline=""), [CSV[:9].encode(), CSV[9:]]):
            result = self.store.import_attributes(again, **CRM)
            self.assertEqual((result["people_changed"], result["unchanged"]), (0, 2))
        self.assertEqual(
            [(a["integration"], a["attribute"], a["type"]) for a in self.store.attributes()],
            [("crm", "seats", "number"), ("crm", "tier", "string")],
        )
        ana = self.store.person("ana")
        self.assertEqual(
            ana["imported"],
            [
                {"integration": "crm", "attribute": "seats", "type": "number", "value": 12},
                {"integration": "crm", "attribute": "tier", "type": "string",
                 "value": "gold"},
            ],
        )
        self.assertEqual(len(ana["recent_sessions"]), 1)
        self.assertEqual(ana["segments"], [])

    def test_imports_are_refused_tried_out_and_stopped(self):
        dry = self.store.import_attributes(CSV, dry_run=True, **CRM)
        self.assertEqual(dry["people_created"], 1)
        self.assertEqual(self.store.attributes(), [])
        with self.assertRaises(footfall.InvalidArgumentError) as raised:
            self.store.import_attributes(CSV, **{**CRM, "columns": [{}]})
        self.assertEqual(raised.exception.path, "$.columns[0].column")
        with self.assertRaisesRegex(footfall.InvalidArgumentError, "no column 'Email'"):
            self.store.import_attributes("Mail\n", **CRM)
        cancel = footfall.Cancel()
        cancel.request()
        with self.assertRaises(footfall.CancelledError):
            self.store.import_attributes(CSV, cancel=cancel, **CRM)

    def test_pages_of_people(self):
        self.store.import_attributes(CSV, **CRM)
        page = self.store.people(limit=2, attributes=["crm/tier"], now=NOW)
        self.assertEqual(
            [(row["person"], row["events"], row["crm/tier"]) for row in page],
            [("ana", 2, "gold"), ("bo", 1, None)],
        )
        rest = self.store.people(limit=2, after="bo")
        self.assertEqual([row["person"] for row in rest], ["zoe"])
        rule = {"field": "person.crm/tier", "op": "starts_with", "value": "free"}
        self.assertEqual(len(self.store.people(where=rule)), 1)
        with self.assertRaises(footfall.InvalidArgumentError) as raised:
            self.store.people(limit=0)
        self.assertEqual(raised.exception.path, "$.limit")

    def test_an_export_has_everything_and_a_receipt_says_what_went(self):
        self.store.import_attributes(CSV, **CRM)
        everything = self.store.person_export("ana", now=NOW)
        self.assertEqual([e["person"] for e in everything["events"]], ["ana", "ana"])
        self.assertEqual(len(everything["person"]["imported"]), 2)
        with self.assertRaises(footfall.NotFoundError):
            self.store.person_export("nobody")

        def stop(piece):
            raise KeyError("stop")

        with self.assertRaises(KeyError):
            self.store.export_person("ana", stop)
        receipt = self.store.forget("ana")
        self.assertEqual(receipt["attributes"], ["crm/seats", "crm/tier"])
        self.assertEqual(receipt["events"], 2)
