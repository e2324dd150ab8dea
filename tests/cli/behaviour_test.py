"""funnel, retention and paths: the short forms, and the definitions they stand for."""

import json

from program import NOW, NOW_MS, ProgramTest, event, ndjson

HOUR = 3600_000
DAY = 24 * HOUR


def is_name(name):
    return {"field": "event.name", "op": "is", "value": name}


class BehaviourTest(ProgramTest):
    def setUp(self):
        super().setUp()
        at = NOW_MS - 20 * DAY
        shop = {"app": "shop", "session": "s"}
        counts = self.ingest(
            ndjson(
                event(name="view", time=at, **shop, properties={"plan": "pro"}),
                event(name="cart", time=at + HOUR, **shop),
                event(name="buy", time=at + 2 * HOUR, **shop),
                event(name="view", time=at + 8 * DAY, **shop),
                event(name="view", person="ben", time=at, **shop, properties={"plan": "free"}),
                event(name="help", person="ben", time=at + 1, **shop),
                event(name="cart", person="ben", time=at + HOUR, **shop),
                event(name="view", person="cleo", time=at, app="crm", session="s"),
            )
        )
        self.assertEqual(counts["accepted"], 8)

    def short(self, *words, **options):
        return json.loads(
            self.on_store(*words, "--now", NOW, "--format", "json", **options).out
        )

    def rows(self, *words, columns):
        shape = self.short(*words)
        at = [[one["name"] for one in shape["columns"]].index(name) for name in columns]
        return [[row[i] for i in at] for row in shape["rows"]]

    def funnel(self, *words):
        return self.rows(
            "funnel", "--steps", "view,cart,buy", *words, columns=["name", "people"]
        )

    def test_funnel(self):
        shape = self.short("funnel", "--steps", "view,cart,buy", "--window", "7d")
        self.assertEqual((shape["report"], shape["kind"]), ("funnel", "funnel"))
        self.assertEqual(
            [one["name"] for one in shape["columns"]],
            ["step", "name", "people", "share_of_first", "share_of_previous", "median_ms",
             "p90_ms"],
        )
        third = 1 / 3
        self.assertEqual(
            shape["rows"],
            [
                [1, "view", 3, 1, 1, None, None],
                [2, "cart", 2, 2 * third, 2 * third, HOUR, HOUR],
                [3, "buy", 1, third, 0.5, HOUR, HOUR],
            ],
        )

    def test_funnel_options(self):
        window = ["--window", "7d"]
        self.assertEqual(
            self.funnel("--window", "30m"), [["view", 3], ["cart", 0], ["buy", 0]]
        )
        for exclude in ("help", json.dumps(is_name("help"))):
            self.assertEqual(
                self.funnel(*window, "--exclude", exclude),
                [["view", 3], ["cart", 1], ["buy", 1]],
            )
        self.assertEqual(
            self.funnel(*window, "--order", "strict"), [["view", 3], ["cart", 1], ["buy", 1]]
        )
        crm = json.dumps({"field": "app", "op": "is", "value": "crm"})
        self.assertEqual(
            self.funnel(*window, "--where", crm), [["view", 1], ["cart", 0], ["buy", 0]]
        )
        bought = json.dumps({"did": {"where": is_name("buy")}})
        self.assertEqual(
            self.funnel(*window, "--segment", bought), [["view", 1], ["cart", 1], ["buy", 1]]
        )
        by_plan = self.rows(
            "funnel", "--steps", "view,cart", *window, "--break-down", "properties.plan",
            columns=["properties.plan", "step", "people"],
        )
        self.assertEqual(
            by_plan,
            [["free", 1, 1], ["free", 2, 1], ["pro", 1, 1], ["pro", 2, 1], [None, 1, 1],
             [None, 2, 0]],
        )
        last = self.rows(
            "funnel", "--steps", "view,cart", *window, "--break-down", "properties.plan",
            "--attribution", "last", columns=["properties.plan", "step", "people"],
        )
        self.assertEqual(
            last, [[None, 1, 2], [None, 2, 1], ["free", 1, 1], ["free", 2, 1]]
        )
        members = self.rows(
            "funnel", "--steps", "view,cart,buy", *window, "--members",
            columns=["person", "steps"],
        )
        self.assertEqual(members, [["ana@example.com", 3], ["ben", 2], ["cleo", 1]])

    def test_a_short_form_equals_its_definition(self):
        definition = {
            "version": 1,
            "name": "funnel",
            "kind": "funnel",
            "steps": [{"name": name, "where": is_name(name)} for name in ("view", "cart")],
            "window": "2d",
            "order": "any",
        }
        short = ["funnel", "--steps", "view,cart", "--window", "2d", "--order", "any"]
        self.assertEqual(
            self.short(*short),
            self.short("report", "run", "--definition", "-", stdin=json.dumps(definition)),
        )

    def test_names_are_quoted(self):
        rows = self.rows(
            "funnel", "--steps", 'view,a"b\\', "--window", "1d", columns=["name", "people"]
        )
        self.assertEqual(rows, [["view", 3], ['a"b\\', 0]])

    def test_retention(self):
        columns = ["cohort", "people", "k", "returned", "share"]
        self.assertEqual(
            self.rows("retention", "--bucket", "week", "--periods", "2", columns=columns),
            [["2025-10-27", 3, 0, 3, 1], ["2025-10-27", 3, 1, 1, 1 / 3]],
        )
        self.assertEqual(
            self.rows(
                "retention", "--start", "cart", "--return", "view", "--periods", "2",
                columns=columns,
            ),
            [["2025-10-27", 2, 0, 0, 0], ["2025-10-27", 2, 1, 1, 0.5]],
        )

    def test_paths(self):
        columns = ["step", "from", "to", "sessions"]
        self.assertEqual(
            self.rows("paths", "--anchor", "view", "--steps", "1", columns=columns),
            [[1, "view", "$end", 1], [1, "view", "cart", 1], [1, "view", "help", 1]],
        )
        self.assertEqual(
            self.rows(
                "paths", "--anchor", json.dumps(is_name("cart")), "--direction", "before",
                "--by", "event.name", "--steps", "1", columns=columns,
            ),
            [[1, "cart", "help", 1], [1, "cart", "view", 1]],
        )

    def test_wrong_options_are_wrong_use(self):
        cases = {
            "--window": ["funnel", "--steps", "a,b", "--window", "soon"],
            "--steps": ["funnel", "--steps", "a", "--window", "1d"],
            "--steps[1].name": ["funnel", "--steps", "a," + "n" * 129, "--window", "1d"],
            "--break-down.field": [
                "funnel", "--steps", "a,b", "--window", "1d", "--break-down", "plan",
            ],
            "--exclude": ["funnel", "--steps", "a,b", "--window", "1d", "--exclude", "{"],
            "--where": ["retention", "--where", '{"field":"app","op":"is_set"},"x":{}'],
            "--where.op": ["retention", "--where", '{"field": "app"}'],
            "--return.op": ["retention", "--return", '{"field": "app", "op": "like"}'],
            "--segment": ["retention", "--segment", '{"field": "app", "op": "is_set"}'],
            "--by": ["paths", "--anchor", "a", "--by", "name"],
            "--from": ["paths", "--anchor", "a", "--from", "yesterday"],
        }
        for option, words in cases.items():
            error = self.error_of(*words, "--db", self.db, expect=2, code="INVALID_ARGUMENT")
            self.assertTrue(error["message"].startswith(option + ":"), error["message"])
        error = self.error_of(
            "retention", "--segment", "nobody", "--db", self.db, code="NOT_FOUND"
        )
        self.assertEqual(error["path"], "$.segment")
