"""Segments: who is in them, one by one and over time."""

import datetime

import footfall

from support import NOW, StoreTest, track

SAVERS = {
    "version": 1,
    "name": "savers",
    "where": {
        "did": {
            "where": {"field": "event.name", "op": "is", "value": "save"},
            "within": "30d",
        }
    },
}
LATER = NOW + datetime.timedelta(days=40)


class SegmentTest(StoreTest):
    def setUp(self):
        super().setUp()
        self.ingest([track("ana", 10), track("bo", 20), track("cy", 5, name="view")])
        self.store.segment_save(SAVERS)

    def test_save_list_show_delete(self):
        self.assertEqual(self.store.segment_list(), [SAVERS])
        self.assertEqual(self.store.segment_show("savers"), SAVERS)
        with self.assertRaises(footfall.InvalidArgumentError) as caught:
            self.store.segment_save({**SAVERS, "where": {"segment": "savers"}})
        self.assertEqual(caught.exception.path, "$.where")
        self.store.segment_delete("savers")
        with self.assertRaises(footfall.NotFoundError):
            self.store.segment_show("savers")

    def test_people(self):
        people = self.store.segment_people("savers", now=NOW, threads=2)
        self.assertEqual((people["count"], people["people"]), (2, ["ana", "bo"]))
        self.assertIsNone(people["next"])
        page = self.store.segment_people("savers", now=NOW, limit=1)
        self.assertEqual((page["people"], page["next"]), (["ana"], "ana"))
        page = self.store.segment_people("savers", now=NOW, after=page["next"])
        self.assertEqual(page["people"], ["bo"])

    def test_test(self):
        self.assertIs(self.store.segment_test("savers", "ana", now=NOW), True)
        self.assertIs(self.store.segment_test("savers", "cy", now=NOW), False)
        self.assertIs(self.store.segment_test("savers", "ana", now=LATER), False)
        self.assertIs(self.store.segment_test("savers", "nobody", now=NOW), False)
        self.ingest([track("cy", 1)])
        self.assertIs(self.store.segment_test("savers", "cy", now=NOW), True)
        with self.assertRaises(footfall.NotFoundError):
            self.store.segment_test("none", "ana", now=NOW)

    def test_changes(self):
        begin = self.store.segment_changes("savers", now=NOW)
        self.assertEqual(begin["changes"], [])
        self.ingest([track("cy", 1)])
        changes = self.store.segment_changes("savers", after=begin["cursor"], now=NOW)
        self.assertEqual(
            [(c["person"], c["change"]) for c in changes["changes"]], [("cy", "entered")]
        )
        page = self.store.segment_changes(
            "savers", after=changes["cursor"], limit=2, now=LATER
        )
        self.assertEqual([c["change"] for c in page["changes"]], ["left", "left"])
        self.assertTrue(page["more"])
        with self.assertRaises(footfall.OutOfRangeError):
            self.store.segment_changes("savers", after="1-0", now=LATER)

    def test_reports_take_a_segment(self):
        rows = self.store.report("users", segment="savers", now=NOW)
        self.assertEqual([row["person"] for row in rows], ["ana", "bo"])
        explained = self.store.report_explain("users", segment="savers", now=NOW)
        self.assertEqual(explained["stats"]["rows"], 2)
