"""Reports and their results."""

import csv
import datetime
import importlib.util
import io
import json
import unittest

import footfall

from support import NOW, StoreTest, instant, read_arrow, track

DAILY = {
    "version": 1,
    "name": "daily",
    "title": "Daily",
    "kind": "table",
    "rows": [{"time": "day"}, {"field": "properties.plan"}],
    "columns": [
        {"name": "events", "agg": "count"},
        {"name": "average", "agg": "avg", "of": "properties.amount"},
        {"name": "latest", "agg": "last_time"},
    ],
}

FUNNEL = {
    "version": 1,
    "name": "funnel",
    "kind": "funnel",
    "window": "7d",
    "steps": [
        {"name": "pro", "where": {"field": "properties.plan", "op": "is", "value": "pro"}},
        {"name": "again", "where": {"field": "properties.plan", "op": "is_set"}},
    ],
}


class ReportTest(StoreTest):
    def setUp(self):
        super().setUp()
        self.ingest([
            track("ana", 10, properties={"plan": "pro", "amount": 2}),
            track("ana", 9, properties={"plan": "pro", "amount": 3}),
            track("bo", 24 * 60, name="sign\"in, é"),
        ])

    def test_built_in(self):
        logins = self.store.report("logins", now=NOW)
        self.assertEqual(len(logins), 2)
        self.assertEqual(logins.to_pylist(), [
            {"person": "ana", "first_login": instant(10), "last_login": instant(10),
             "logins_last_30_days": 1},
            {"person": "bo", "first_login": instant(1440), "last_login": instant(1440),
             "logins_last_30_days": 1},
        ])
        self.assertEqual(list(logins), logins.to_pylist())
        self.assertEqual(logins.columns, [
            ("person", "string"), ("first_login", "timestamp"),
            ("last_login", "timestamp"), ("logins_last_30_days", "int64"),
        ])
        self.assertIsNone(logins.total)
        self.assertEqual(logins.stats()["rows"], 2)

    def test_funnel_with_threads(self):
        table = self.store.report(FUNNEL, now=NOW, threads=2)
        self.assertEqual([row["people"] for row in table], [1, 1])
        self.assertEqual([row["name"] for row in table], ["pro", "again"])
        stats = table.stats()
        self.assertGreaterEqual(stats["threads"], 1)
        self.assertIn("finish", stats["stages_ms"])
        with self.assertRaises(footfall.InvalidArgumentError):
            self.store.report(FUNNEL, now=NOW, threads=257)

    def test_explain(self):
        explained = self.store.report_explain(FUNNEL, now=NOW)
        self.assertEqual(explained["report"], "funnel")
        self.assertEqual(explained["plan"]["kind"], "funnel")
        self.assertEqual(explained["stats"]["rows"], 2)
        explained = self.store.report_explain("logins", now=NOW, from_="2025-11-01")
        self.assertEqual(explained["plan"]["kind"], "logins")
        self.assertEqual(explained["range"]["from"], "2025-11-01T00:00:00.000Z")
        with self.assertRaises(footfall.NotFoundError):
            self.store.report_explain("none")

    def test_parameters(self):
        logins = self.store.report(
            "logins", now=NOW, parameters={"login_event": "sign\"in, é"})
        self.assertEqual([row["person"] for row in logins], ["bo"])

    def test_definition_with_every_type_and_missing_values(self):
        table = self.store.report(DAILY, now=NOW)
        self.assertEqual(table.to_pylist(), [
            {"day": datetime.date(2025, 11, 20), "properties.plan": None, "events": 1,
             "average": None, "latest": instant(1440)},
            {"day": datetime.date(2025, 11, 21), "properties.plan": "pro", "events": 2,
             "average": 2.5, "latest": instant(9)},
        ])

    def test_range_and_time_zone(self):
        definition = {**DAILY, "rows": ["person"]}

        def run(**options):
            rows = self.store.report(definition, now=NOW, **options)
            return [row["person"] for row in rows]

        self.assertEqual(run(from_=datetime.date(2025, 11, 21)), ["ana"])
        self.assertEqual(run(from_="2025-11-20", to="2025-11-21"), ["bo"])
        self.assertEqual(run(to=instant(1440)), [])
        self.assertEqual(run(to=instant(1439)), ["bo"])
        # In Auckland the event of 08:00 UTC on the 20th is still on the 20th, at 21:00.
        self.assertEqual(
            run(to=datetime.date(2025, 11, 21), timezone="Pacific/Auckland"), ["bo"])
        with self.assertRaises(footfall.InvalidArgumentError):
            run(timezone="Mars/Olympus")
        with self.assertRaisesRegex(ValueError, "time zone"):
            run(to=datetime.datetime(2025, 11, 21))

    def test_arrow_stream_equals_pylist(self):
        for report in ("logins", "users", "sessions", DAILY):
            table = self.store.report(report, now=NOW)
            columns, rows = read_arrow(table)
            self.assertEqual([name for name, _ in columns],
                             [column.name for column in table.columns])
            self.assertEqual(rows, table.to_pylist())
            self.assertEqual(len(rows), len(table))

    def test_arrow_stream_that_nobody_reads_or_that_outlives_the_store(self):
        table = self.store.report("logins", now=NOW)
        table.__arrow_c_stream__()
        self.store.close()
        self.store = footfall.Store(self.directory / "other")  # Frees the first.
        self.assertEqual(len(read_arrow(table)[1]), 2)

    def test_formats(self):
        logins = self.store.report("logins", now=NOW)
        rows = list(csv.reader(io.StringIO(logins.to_csv())))
        self.assertEqual(rows[0][0], "person")
        self.assertEqual(rows[1], ["ana", "2025-11-21T07:50:00.000Z",
                                   "2025-11-21T07:50:00.000Z", "1"])
        self.assertEqual(json.loads(logins.format("json"))["report"], "logins")
        self.assertEqual(len(logins.format("ndjson").splitlines()), 2)
        self.assertIn("ana", str(logins))
        self.assertTrue(logins.format("arrow").startswith(b"\xff\xff\xff\xff"))
        self.assertTrue(logins.format("arrow-file").startswith(b"ARROW1\0\0"))
        self.assertTrue(logins.format("html").startswith("<!doctype html>"))
        with self.assertRaises(ValueError):
            logins.format("xml")

    def test_charts(self):
        days = self.store.report("active-users", now=NOW)
        self.assertTrue(days.format("svg").startswith("<svg xmlns="))
        self.assertIn("</svg>", days.format("svg"))
        self.assertIn("█", days.format("chart"))
        chart = days.format("chart", width=60, ascii=True)
        self.assertIn("#", chart)
        self.assertTrue(chart.isascii())
        self.assertLessEqual(max(map(len, chart.splitlines())), 60)
        with self.assertRaisesRegex(footfall.InvalidArgumentError, "has no chart"):
            self.store.report("logins", now=NOW).format("svg")
        with self.assertRaises(footfall.InvalidArgumentError):
            days.format("chart", width=10_001)

    def test_pandas(self):
        table = self.store.report(DAILY, now=NOW)
        if importlib.util.find_spec("pandas") is None:
            with self.assertRaisesRegex(ImportError, "pandas"):
                table.to_pandas()
            return
        frame = table.to_pandas()
        self.assertEqual(list(frame.columns), [c.name for c in table.columns])
        self.assertEqual(list(frame["events"]), [1, 2])
        self.assertEqual(frame["latest"][0].to_pydatetime(), instant(1440))
        self.assertTrue(frame["average"].isna()[0])
        self.assertEqual(frame["day"].dtype.kind, "M")

    def test_saved(self):
        self.store.report_save(DAILY)
        self.assertEqual(self.store.report_show("daily")["title"], "Daily")
        listed = {r["name"]: r for r in self.store.report_list()}
        self.assertFalse(listed["daily"]["builtin"])
        self.assertTrue(listed["logins"]["builtin"])
        self.assertEqual(len(self.store.report("daily", now=NOW)), 2)
        self.store.report_delete("daily")
        for call in (self.store.report, self.store.report_show,
                     self.store.report_delete):
            with self.assertRaises(footfall.NotFoundError):
                call("daily")

    def test_errors_name_the_place(self):
        with self.assertRaises(footfall.InvalidArgumentError) as raised:
            self.store.report({**DAILY, "columns": [{"name": "x", "agg": "guess"}]})
        self.assertTrue(raised.exception.path.startswith("$.columns[0]"))
        with self.assertRaises(footfall.InvalidArgumentError) as raised:
            self.store.report_save('{"version": 1, "name": }')
        self.assertEqual(raised.exception.byte, 23)
        with self.assertRaises(footfall.InvalidArgumentError):
            self.store.report_save({**DAILY, "name": "logins"})

    def test_cancel(self):
        cancel = footfall.Cancel()
        cancel.request()
        with self.assertRaises(footfall.CancelledError):
            self.store.report("users", now=NOW, cancel=cancel)


if __name__ == "__main__":
    unittest.main()
