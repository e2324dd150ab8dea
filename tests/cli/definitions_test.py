"""report list, history, restore, clone, favourite, drill, explain-person and prove; views,
comparison and the smallest group."""

import json

from program import NOW, ProgramTest, event, ndjson


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


class DefinitionsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        events = ndjson(
            event(name="view"),
            event(name="buy", time=event()["time"] + 1000),
            event(name="view", person="ben@example.com"),
        )
        self.run_program("ingest", "--db", self.db, "--now", NOW, "-", stdin=events)
        self.save(FUNNEL)

    def save(self, definition, expect=0):
        return self.on_store(
            "report", "save", "-", stdin=json.dumps(definition), expect=expect
        )

    def test_revisions(self):
        self.save({**FUNNEL, "title": "Two"})
        shown = json.loads(self.on_store("report", "show", "checkout", "--revision", 1).out)
        self.assertEqual(shown, FUNNEL)
        self.on_store("report", "restore", "checkout", 1, "--now", NOW)
        history = json.loads(self.on_store("report", "history", "checkout", "--json").out)
        self.assertEqual(
            [(row["revision"], row["title"]) for row in history["revisions"]],
            [(3, "One"), (2, "Two"), (1, "One")],
        )
        table = self.on_store("report", "history", "checkout").out
        self.assertIn("2025-11-21T12:00:00.000Z", table)
        self.on_store("report", "show", "checkout", "--revision", 9, expect=1)
        self.on_store("report", "restore", "none", 1, expect=1)

    def test_clones_views_and_favourites(self):
        clone = json.loads(
            self.on_store(
                "report", "clone", "logins", "buyers", "--param", "login_event=buy"
            ).out
        )
        self.assertEqual(clone["base"], "logins")
        rows = self.report("buyers")["rows"]
        self.assertEqual([row[0] for row in rows], ["ana@example.com"])
        self.save({"version": 1, "name": "v", "base": "checkout", "range": {"last": "1s"}})
        self.assertEqual([row[2] for row in self.report("v")["rows"]], [0, 0])
        self.on_store("report", "favourite", "v")

        def listed(*options):
            out = self.on_store("report", "list", "--json", *options).out
            return [row["name"] for row in json.loads(out)["reports"]]

        self.assertEqual(listed("--favourites"), ["v"])
        self.assertEqual(listed("--base", "checkout"), ["v"])
        self.assertIn("logins", listed("--tag", "integration_salesforce"))
        self.on_store("report", "favourite", "v", "--remove")
        self.assertEqual(listed("--favourites"), [])
        self.on_store("report", "delete", "checkout", expect=1)
        self.on_store("report", "clone", "logins", "buyers", expect=1)
        refused = self.save({"version": 1, "name": "w", "base": "none"}, expect=1)
        self.assertIn("$.base", refused.err)

    def test_drill(self):
        drill = ["report", "drill", "checkout", "--now", NOW]
        done = self.on_store(
            *drill, "--column", "dropped", "--row", '{"step":1}', "--format", "csv"
        )
        self.assertEqual(done.out.splitlines()[1].split(",")[0], "ben@example.com")
        self.on_store(*drill, "--column", "dropped", "--row", "[]", expect=2)
        self.on_store(*drill, "--column", "dropped", expect=1)
        self.on_store(*drill, "--row", '{"step":1}', expect=2)
        sessions = self.on_store(
            *drill, "--column", "people", "--row", '{"step":1}', "--list", "sessions",
            "--json",
        )
        self.assertEqual(len(json.loads(sessions.out)["rows"]), 2)

    def test_explain_person(self):
        explain = ["report", "explain-person", "ben@example.com", "checkout", "--now", NOW]
        self.assertEqual(
            self.on_store(*explain).out,
            "ben@example.com reached step 1 of 2\n"
            "1. view\n   taken    2025-11-21T11:00:00.000Z view\n"
            "2. buy\n   no event taken\n",
        )
        self.assertEqual(json.loads(self.on_store(*explain, "--json").out)["reached"], 1)
        self.on_store("report", "explain-person", "zoe", "checkout", expect=1)

    def test_prove(self):
        proof = json.loads(
            self.on_store("report", "prove", "checkout", "--now", NOW, "--json").out
        )
        self.assertEqual((proof["equal"], proof["events"]), (True, 3))
        self.on_store("report", "prove", "none", expect=1)
        self.on_store("report", "prove", "logins", "--memory", 0, expect=2)

    def test_filter_and_comparison(self):
        run = ["report", "run", "checkout", "--now", NOW, "--from", "2025-11-21", "--json"]
        where = json.dumps({"field": "person.id", "op": "is", "value": "ben@example.com"})
        shape = json.loads(self.on_store(*run, "--where", where, "--compare").out)
        names = [column["name"] for column in shape["columns"]]
        self.assertIn("previous_people", names)
        self.assertEqual(shape["rows"][0][names.index("change_people")], 1)
        self.assertEqual(shape["previous_range"]["to"], "2025-11-21T00:00:00.000Z")

    def test_smallest_group(self):
        self.run_program("settings", "set", "group_size_min", "3", "--db", self.db)
        shape = self.report("checkout")
        self.assertEqual((shape["rows"], shape["suppressed_rows"]), ([], 2))
        for words in (
            ["report", "run", "users", "--now", NOW],
            ["report", "drill", "checkout", "--column", "people", "--row", '{"step":1}'],
            ["report", "explain-person", "ben@example.com", "checkout"],
            ["events", "export"],
        ):
            done = self.on_store(*words, expect=1)
            self.assertIn("group_size_min", done.err)
