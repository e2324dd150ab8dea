"""Saved reports, and what is behind the numbers of a report."""

import footfall

from support import NOW, StoreTest, track


def named(name):
    return {"field": "event.name", "op": "is", "value": name}


FUNNEL = {
    "version": 1,
    "name": "checkout",
    "title": "One",
    "kind": "funnel",
    "window": "7d",
    "steps": [{"name": name, "where": named(name)} for name in ("view", "buy")],
}


class DefinitionTest(StoreTest):
    def setUp(self):
        super().setUp()
        self.ingest(
            [track("ana", 10, "view"), track("ana", 9, "buy"), track("bo", 5, "view")]
        )
        self.store.report_save(FUNNEL)

    def test_revisions(self):
        self.store.report_save({**FUNNEL, "title": "Two"})
        history = self.store.report_history("checkout")
        self.assertEqual(
            [(row["revision"], row["title"], row["current"]) for row in history],
            [(2, "Two", True), (1, "One", False)],
        )
        self.assertEqual(self.store.report_revision("checkout", 1), FUNNEL)
        self.store.report_restore("checkout", 1, now=NOW)
        self.assertEqual(self.store.report_show("checkout"), FUNNEL)
        latest = self.store.report_history("checkout")[0]
        self.assertEqual(
            (latest["revision"], latest["saved_at"]), (3, "2025-11-21T08:00:00.000Z")
        )
        with self.assertRaises(footfall.NotFoundError):
            self.store.report_revision("checkout", 9)

    def test_clones_and_views(self):
        clone = self.store.report_clone(
            "logins", "buyers", parameters={"login_event": "buy"}, now=NOW
        )
        self.assertEqual((clone["name"], clone["base"]), ("buyers", "logins"))
        rows = list(self.store.report("buyers", now=NOW))
        self.assertEqual([row["person"] for row in rows], ["ana"])
        self.store.report_save(
            {"version": 1, "name": "bo-only", "base": "checkout", "where":
             {"field": "person.id", "op": "is", "value": "bo"}}
        )
        rows = list(self.store.report("bo-only", now=NOW))
        self.assertEqual([row["people"] for row in rows], [1, 0])
        with self.assertRaises(footfall.FailedPreconditionError):
            self.store.report_delete("checkout")
        with self.assertRaises(footfall.AlreadyExistsError):
            self.store.report_clone("logins", "buyers")

    def test_find(self):
        self.store.report_set_favourite("checkout")
        names = [row["name"] for row in self.store.report_find(favourite=True)]
        self.assertEqual(names, ["checkout"])
        self.store.report_set_favourite("checkout", False)
        self.assertEqual(self.store.report_find(favourite=True), [])
        tagged = self.store.report_find(tag="integration_salesforce")
        self.assertIn("logins", [row["name"] for row in tagged])
        self.assertNotIn("users", [row["name"] for row in tagged])

    def test_drill(self):
        dropped = self.store.report_drill("checkout", "dropped", {"step": 1}, now=NOW)
        self.assertEqual([row["person"] for row in dropped], ["bo"])
        moments = self.store.report_drill(
            {
                "version": 1,
                "name": "r",
                "kind": "table",
                "columns": [{"name": "n", "agg": "count_people"}],
            },
            "n",
            list="moments",
            now=NOW,
        )
        self.assertEqual([row["name"] for row in moments], ["view", "buy", "view"])
        with self.assertRaises(footfall.InvalidArgumentError) as caught:
            self.store.report_drill("checkout", "people", now=NOW)
        self.assertEqual(caught.exception.path, "$.row")
        with self.assertRaises(TypeError):
            self.store.report_drill("checkout", "people", nothing=1)

    def test_explain_person(self):
        explained = self.store.report_explain_person("checkout", "bo", now=NOW)
        self.assertEqual(explained["reached"], 1)
        self.assertIsNone(explained["steps"][1]["taken"])
        with self.assertRaises(footfall.NotFoundError):
            self.store.report_explain_person("checkout", "zoe", now=NOW)

    def test_prove(self):
        proof = self.store.report_prove("checkout", now=NOW)
        self.assertEqual((proof["equal"], proof["events"]), (True, 3))
        self.assertEqual(proof["mismatches"], [])
        with self.assertRaises(footfall.ResourceExhaustedError):
            self.store.report_prove("checkout", now=NOW, memory_bytes=100)

    def test_filter_and_comparison(self):
        rows = list(
            self.store.report(
                "checkout", now=NOW, from_="2025-11-21", compare=True,
                where={"field": "person.id", "op": "is", "value": "bo"},
            )
        )
        self.assertEqual(
            [(row["people"], row["previous_people"], row["change_people"]) for row in rows],
            [(1, 0, 1), (0, 0, 0)],
        )

    def test_smallest_group(self):
        self.store.set("group_size_min", 3)
        with self.assertRaises(footfall.FailedPreconditionError):
            self.store.report("users", now=NOW)
        with self.assertRaises(footfall.FailedPreconditionError):
            self.store.report_drill("checkout", "people", {"step": 1}, now=NOW)
        self.assertEqual(list(self.store.report("checkout", now=NOW)), [])
