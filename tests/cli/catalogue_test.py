"""catalogue put, show and history; tracked-event save, list and delete; their reports."""

import json

from program import NOW, NOW_MS, ProgramTest, event, ndjson

CATALOGUE = {
    "version": 1,
    "task_lists": [
        {
            "id": "first-day",
            "name": "First day",
            "tasks": [
                {"id": "profile", "name": "Profile"},
                {"id": "invite", "name": "Invite"},
            ],
        }
    ],
    "surveys": [{"id": "nps", "name": "How likely"}],
}
SAVED = {
    "version": 1,
    "name": "saved-it",
    "title": "Saved",
    "where": {"field": "event.name", "op": "is", "value": "saved"},
}


def content(name, content_id, **properties):
    return event(
        type="content", name=name, properties={"content_id": content_id, **properties}
    )


class CatalogueTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.ingest(
            ndjson(
                content("task.completed", "profile"),
                content("task.completed", "secret"),
                content("survey.submitted", "nps", score=9),
                event(name="saved", time=NOW_MS - 60_000),
            )
        )

    def put(self, catalogue):
        done = self.on_store(
            "catalogue", "put", "-", "--now", NOW, "--json", stdin=json.dumps(catalogue)
        )
        return json.loads(done.out)

    def test_put_show_history(self):
        error = self.error_of("catalogue", "show", "--db", self.db, code="NOT_FOUND")
        self.assertEqual(error["message"], "there is no catalogue")
        self.assertEqual(self.put({"version": 1}), {"revision": 1})
        self.assertEqual(self.put(CATALOGUE), {"revision": 2})
        self.assertEqual(self.put(CATALOGUE), {"revision": 2})
        shown = self.on_store("catalogue", "show").out
        self.assertEqual(shown, json.dumps(CATALOGUE, indent=2) + "\n")
        # What is shown can be put again.
        path = self.path("catalogue.json", shown)
        self.on_store("catalogue", "put", path)
        done = self.on_store("catalogue", "show", "--revision", "1", "--json")
        shape = json.loads(done.out)
        self.assertEqual(
            shape,
            {
                "revision": 1,
                "saved_at": "2025-11-21T12:00:00.000Z",
                "catalogue": {"version": 1},
            },
        )
        done = self.on_store("catalogue", "history", "--json")
        rows = json.loads(done.out)["revisions"]
        self.assertEqual(
            [(row["revision"], row["items"]) for row in rows], [(2, 4), (1, 0)]
        )
        table = self.on_store("catalogue", "history").out
        self.assertIn("2025-11-21T12:00:00.000Z", table)
        show = ["catalogue", "show", "--db", self.db, "--revision"]
        self.error_of(*show, "9", code="NOT_FOUND")
        self.run_program(*show, "0", expect=2)

    def test_a_bad_catalogue_changes_nothing(self):
        self.put(CATALOGUE)
        bad = {**CATALOGUE, "surveys": [{"id": "nps"}]}
        path = self.path("bad.json", json.dumps(bad))
        error = self.error_of("catalogue", "put", path, "--db", self.db)
        self.assertEqual(error["code"], "INVALID_ARGUMENT")
        self.assertEqual(error["path"], "$.surveys[0].name")
        self.assertEqual(json.loads(self.on_store("catalogue", "show").out), CATALOGUE)

    def test_reports_go_by_it(self):
        self.assertEqual(self.report("onboarding")["rows"][0][1:4], [2, 2, 1])
        self.put(CATALOGUE)
        self.assertEqual(self.report("onboarding")["rows"][0][1:4], [1, 2, 0.5])
        self.assertEqual(
            self.report("onboarding", "--total")["rows"], [[1, 0, 0]]
        )
        parameters = ["--param", "task_list=first-day"]
        self.assertEqual(self.report("onboarding", *parameters)["rows"][0][2], 2)
        rows = self.report("content", "--param", "in_catalogue=false")["rows"]
        self.assertEqual([row[0] for row in rows], ["secret"])
        self.assertEqual(self.report("nps", "--total")["rows"], [[1, 1, 0, 0, 100]])
        error = self.error_of(
            "report", "run", "onboarding", "--param", "task_list=x", "--db", self.db
        )
        self.assertEqual(error["path"], "$.parameters.task_list")

    def test_tracked_events(self):
        path = self.path("saved.json", json.dumps(SAVED))
        self.on_store("tracked-event", "save", path)
        listed = json.loads(self.on_store("tracked-event", "list", "--json").out)
        self.assertEqual(listed, {"tracked_events": [SAVED]})
        self.assertIn("saved-it  Saved", self.on_store("tracked-event", "list").out)
        self.assertEqual(
            self.report("tracked-events")["rows"],
            [["saved-it", 1, 1, 1, *["2025-11-21T11:59:00.000Z"] * 2]],
        )
        bad = json.dumps({**SAVED, "where": {"field": "nothing", "op": "is_set"}})
        save = ["tracked-event", "save", self.path("bad.json", bad), "--db", self.db]
        self.assertEqual(self.error_of(*save)["path"], "$.where.field")
        delete = ["tracked-event", "delete", "saved-it", "--db", self.db]
        self.run_program(*delete)
        self.error_of(*delete, code="NOT_FOUND")
        self.assertEqual(self.report("tracked-events")["rows"], [])
