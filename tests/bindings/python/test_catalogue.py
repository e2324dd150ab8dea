"""The content catalogue, tracked events, and reports that go by them."""

import footfall

from support import NOW, StoreTest, track

CATALOGUE = {
    "version": 1,
    "task_lists": [
        {"id": "start", "name": "Start", "tasks": [{"id": "t1", "name": "One"}]}
    ],
}
SAVES = {
    "version": 1,
    "name": "saves",
    "where": {"field": "event.name", "op": "is", "value": "save"},
}


def content(person, name, **properties):
    return track(person, 10, name=name, properties=properties) | {"type": "content"}


class CatalogueTest(StoreTest):
    def setUp(self):
        super().setUp()
        self.ingest(
            [
                content("ana", "task.completed", content_id="t1"),
                content("bo", "task.completed", content_id="t2"),
                content("bo", "survey.submitted", score=10),
                track("ana", 5),
            ]
        )

    def test_put_get_history(self):
        with self.assertRaises(footfall.NotFoundError):
            self.store.catalogue()
        self.assertEqual(self.store.catalogue_history(), [])
        self.assertEqual(self.store.catalogue_put({"version": 1}, now=NOW), 1)
        self.assertEqual(self.store.catalogue_put(CATALOGUE, now=NOW), 2)
        shape = self.store.catalogue()
        self.assertEqual((shape["revision"], shape["catalogue"]), (2, CATALOGUE))
        self.assertEqual(self.store.catalogue(1)["catalogue"], {"version": 1})
        self.assertEqual(
            [(row["revision"], row["current"]) for row in self.store.catalogue_history()],
            [(2, True), (1, False)],
        )
        with self.assertRaises(footfall.InvalidArgumentError) as caught:
            self.store.catalogue_put({"version": 1, "surveys": [{}]})
        self.assertEqual(caught.exception.path, "$.surveys[0].id")

    def test_reports(self):
        self.store.catalogue_put(CATALOGUE, now=NOW)
        onboarding = self.store.report("onboarding", now=NOW)
        self.assertEqual([row["person"] for row in onboarding], ["ana"])
        self.assertEqual(onboarding.to_pylist()[0]["completion_rate"], 1.0)
        nps = self.store.report("nps", now=NOW)
        self.assertEqual(
            nps.total.to_pylist(),
            [
                {
                    "answers": 1,
                    "promoters": 1,
                    "passives": 0,
                    "detractors": 0,
                    "nps": 100.0,
                }
            ],
        )

    def test_tracked_events(self):
        self.store.tracked_event_save(SAVES)
        self.assertEqual(self.store.tracked_event_list(), [SAVES])
        rows = self.store.report("tracked-events", now=NOW).to_pylist()
        self.assertEqual([(row["name"], row["events"]) for row in rows], [("saves", 1)])
        self.store.tracked_event_delete("saves")
        with self.assertRaises(footfall.NotFoundError):
            self.store.tracked_event_delete("saves")
