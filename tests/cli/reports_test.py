"""report and person list: rows, formats, output files, statistics, definitions."""

import csv
import io
import json
import os
import pathlib
import pty
import struct
import subprocess

from program import NOW, PROGRAM, ProgramTest, event, ndjson

DEFINITION = {
    "version": 1,
    "name": "by-name",
    "title": "Events by name",
    "kind": "table",
    "rows": [{"field": "event.name"}],
    "columns": [{"name": "events", "agg": "count"}, {"name": "people", "agg": "count_people"}],
    "order_by": [{"column": "events", "desc": True}],
}


class RunTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.fill()

    def test_formats_agree(self):
        shape = self.report("logins")
        self.assertEqual(shape["report"], "logins")
        self.assertEqual(shape["now"], "2025-11-21T12:00:00.000Z")
        names = [column["name"] for column in shape["columns"]]
        self.assertEqual(
            names, ["person", "first_login", "last_login", "logins_last_30_days"]
        )
        self.assertEqual(
            shape["rows"],
            [
                ["ana@example.com", *["2025-11-21T11:00:00.000Z"] * 2, 1],
                ["ben@example.com", *["2025-11-21T11:00:00.000Z"] * 2, 1],
            ],
        )
        run = ["report", "run", "logins", "--now", NOW, "--format"]
        rows = list(csv.reader(io.StringIO(self.on_store(*run, "csv").out, newline="")))
        self.assertEqual(rows[0], names)
        self.assertEqual(rows[1:], [[str(cell) for cell in row] for row in shape["rows"]])
        lines = self.on_store(*run, "ndjson").out.splitlines()
        self.assertEqual([list(json.loads(line).values()) for line in lines], shape["rows"])
        table = self.on_store(*run, "table").out
        self.assertIn("ana@example.com", table)
        self.assertEqual(self.on_store("report", "run", "logins", "--now", NOW).out, table)
        stream = self.on_store(*run, "arrow").stdout
        self.assertEqual(stream[:4], b"\xff\xff\xff\xff")
        as_json = self.on_store("report", "run", "logins", "--now", NOW, "--json").out
        self.assertEqual(json.loads(as_json), shape)

    def test_the_extension_chooses_the_format(self):
        for extension in ("csv", "json", "ndjson", "html"):
            file = self.path("out." + extension)
            done = self.on_store("report", "run", "users", "--now", NOW, "-o", file)
            self.assertEqual(done.out, "")
            expected = self.on_store(
                "report", "run", "users", "--now", NOW, "--format", extension
            )
            self.assertEqual(pathlib.Path(file).read_bytes(), expected.stdout)
        self.assertEqual(
            sorted(path.name for path in self.folder.iterdir()),
            ["db", "out.csv", "out.html", "out.json", "out.ndjson"],
        )
        file = self.path("table.txt")
        self.run_program(
            "report", "run", "users", "--db", self.db, "-o", file, expect=2
        )
        self.on_store("report", "run", "users", "-o", file, "--format", "table")
        self.assertIn("ana@example.com", pathlib.Path(file).read_text("utf-8"))

    def test_arrow_files_frame_the_stream(self):
        file = self.path("out.arrow")
        self.on_store("report", "run", "users", "--now", NOW, "-o", file)
        data = pathlib.Path(file).read_bytes()
        stream = self.on_store("report", "run", "users", "--now", NOW, "--format", "arrow")
        self.assertEqual(data[:8], b"ARROW1\0\0")
        self.assertEqual(data[-6:], b"ARROW1")
        self.assertEqual(data[8 : 8 + len(stream.stdout)], stream.stdout)
        footer = int.from_bytes(data[-10:-6], "little")
        self.assertEqual(len(data), 8 + len(stream.stdout) + footer + 10)
        # The one block of the footer frames the one batch, up to the end mark. Blocks are
        # the fourth field of the footer's table.
        at = len(data) - 10 - footer
        table = at + struct.unpack_from("<I", data, at)[0]
        fields = table - struct.unpack_from("<i", data, table)[0]
        blocks = table + struct.unpack_from("<H", data, fields + 4 + 2 * 3)[0]
        blocks += struct.unpack_from("<I", data, blocks)[0]
        count, start, head, _, body = struct.unpack_from("<iqiiq", data, blocks)
        self.assertEqual((count, start % 8), (1, 0))
        self.assertEqual(data[start : start + 4], b"\xff\xff\xff\xff")
        self.assertEqual(struct.unpack_from("<i", data, start + 4)[0], head - 8)
        self.assertEqual(start + head + body, 8 + len(stream.stdout) - 8)
        other = self.path("out.bin")
        self.on_store(
            "report", "run", "users", "--now", NOW, "-o", other, "--format", "arrow"
        )
        self.assertEqual(pathlib.Path(other).read_bytes(), stream.stdout)

    def test_arrow_does_not_go_to_a_terminal(self):
        parent, child = pty.openpty()
        done = subprocess.run(
            [PROGRAM, "report", "run", "users", "--db", self.db, "--format", "arrow"],
            stdout=child,
            stderr=subprocess.PIPE,
        )
        os.close(child)
        os.close(parent)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"terminal", done.stderr)

    def test_an_output_that_cannot_be_written_leaves_nothing(self):
        error = self.error_of(
            "report", "run", "users", "--db", self.db, "-o", self.path("no/dir.csv"),
            code="NOT_FOUND",
        )
        self.assertIn("no/dir.csv", error["message"])
        self.assertEqual([path.name for path in self.folder.iterdir()], ["db"])

    def test_range_zone_and_now(self):
        events = [event(id=f"d{i}", time=f"2025-11-0{i}T23:30:00Z") for i in range(1, 6)]
        self.assertEqual(self.ingest(ndjson(*events))["accepted"], 5)
        days = [
            row[0]
            for row in self.report(
                "active-users", "--from", "2025-11-02", "--to", "2025-11-04"
            )["rows"]
        ]
        self.assertEqual(days, ["2025-11-02", "2025-11-03"])
        shape = self.report(
            "active-users", "--from", "2025-11-02", "--to", "2025-11-04", "--tz", "Europe/Paris"
        )
        self.assertEqual(shape["timezone"], "Europe/Paris")
        self.assertEqual(shape["range"]["from"], "2025-11-01T23:00:00.000Z")
        self.assertEqual([row[0] for row in shape["rows"]], ["2025-11-02", "2025-11-03"])
        later = self.on_store(
            "report", "run", "logins", "--now", "2026-01-21", "--format", "json"
        )
        self.assertEqual([row[3] for row in json.loads(later.out)["rows"]], [0, 0])

    def test_parameters(self):
        rows = self.report("logins", "--param", "login_event=opened")["rows"]
        self.assertEqual([row[0] for row in rows], ["ana@example.com"])
        same = self.report("logins", "--parameters", '{"login_event": "opened"}')["rows"]
        self.assertEqual(same, rows)
        run = ["report", "run", "logins", "--db", self.db]
        error = self.error_of(*run, "--param", "nonsense=1", code="INVALID_ARGUMENT")
        self.assertIn("nonsense", error["message"] + str(error["path"]))
        self.error_of(*run, "--parameters", "{", code="INVALID_ARGUMENT")
        self.error_of(*run, "--param", "no-equals", expect=2)
        self.error_of(*run, "--param", "a=1", "--parameters", "{}", expect=2)

    def test_repeat_and_stats(self):
        done = self.on_store(
            "report", "run", "logins", "--now", NOW, "--repeat", "3", "--stats"
        )
        stats = json.loads(done.err)
        self.assertEqual(len(stats["elapsed_ms"]), 3)
        self.assertTrue(all(isinstance(one, (int, float)) for one in stats["elapsed_ms"]))
        self.assertEqual(stats["rows"], 2)
        self.assertEqual(
            set(stats),
            {"elapsed_ms", "rows", "threads", "chunks_read", "chunks_pruned", "bytes_read",
             "rows_read", "records_read", "stages_ms"},
        )
        self.assertEqual(stats["rows_read"], 3)
        self.assertTrue(all(ms >= 0 for ms in stats["stages_ms"].values()))
        self.assertEqual(done.out.count("ana@example.com"), 1)
        self.run_program("report", "run", "users", "--db", self.db, "--repeat", "0", expect=2)

    def test_threads_do_not_change_the_answer(self):
        expected = self.report("users")["rows"]
        for threads in ("1", "2", "5"):
            self.assertEqual(self.report("users", "--threads", threads)["rows"], expected)

    def test_explain(self):
        explain = ["report", "explain", "logins", "--now", NOW]
        explained = json.loads(self.on_store(*explain, "--json", "--to", "2025-12-01").out)
        self.assertEqual(
            list(explained),
            ["version", "report", "kind", "now", "range", "timezone", "plan", "stats"],
        )
        self.assertEqual(explained["report"], "logins")
        self.assertEqual(explained["plan"]["kind"], "logins")
        self.assertEqual(
            explained["range"], {"from": None, "to": "2025-12-01T00:00:00.000Z"}
        )
        self.assertEqual(explained["stats"]["rows"], 2)
        self.assertEqual(explained["stats"]["rows_read"], 3)
        text = self.on_store(*explain).out
        self.assertRegex(text, r"(?m)^report +logins$")
        self.assertRegex(text, r"(?m)^  rows_read +3$")
        self.assertNotIn("ana@example.com", text)
        self.error_of("report", "explain", "none", "--db", self.db, code="NOT_FOUND")
        self.error_of("report", "explain", "logins", "--db", self.db, "--tz", "x", expect=2)
        self.error_of(
            "report", "explain", "--definition", "-", "--db", self.db,
            stdin='{"version": 1}', code="INVALID_ARGUMENT",
        )
        self.error_of(
            "report", "explain", "--definition", "-", "--db", self.db,
            stdin="", code="INVALID_ARGUMENT",
        )

    def test_total(self):
        error = self.error_of(
            "report", "run", "users", "--db", self.db, "--total", code="NOT_FOUND"
        )
        self.assertIn("total", error["message"])

    def test_bad_runs(self):
        run = ["report", "run", "--db", self.db]
        self.error_of(*run, "no-such-report", code="NOT_FOUND")
        self.error_of(
            *run, "logins", "--tz", "Mars/Base", expect=2, code="INVALID_ARGUMENT"
        )
        self.error_of(*run, "logins", "--from", "yesterday", expect=2)
        self.error_of(*run, expect=2)
        self.error_of(*run, "logins", "--definition", "x.json", expect=2)
        error = self.error_of(*run, "logins", "--segment", "premium", code="NOT_FOUND")
        self.assertEqual(error["path"], "$.segment")
        self.error_of(*run, "logins", "--format", "xml", expect=2)
        self.error_of(*run, "logins", "--now", "noon", expect=2)
        self.error_of(
            "report", "run", "logins", "--db", self.path("none"), code="NOT_FOUND"
        )
        self.error_of("report", "run", "logins", expect=2)

    def test_the_store_may_come_from_the_environment(self):
        done = self.run_program(
            "report", "run", "logins", "--now", NOW, env={"FOOTFALL_DB": self.db}
        )
        self.assertIn("ben@example.com", done.out)

    def test_times_given_to_now(self):
        expected = self.report("logins")["now"]
        for now in ("1763726400000", "2025-11-21T13:00:00+01:00", "2025-11-21T12:00:00.000Z"):
            done = self.on_store("report", "run", "logins", "--now", now, "--json")
            self.assertEqual(json.loads(done.out)["now"], expected, now)
        for now in ("2025-02-29", "2025-11-21T25:00:00Z", "2025-11-21T12:00:00", "", "1e3"):
            self.error_of("report", "run", "logins", "--db", self.db, f"--now={now}", expect=2)


class DefinitionsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.fill()
        self.file = self.path("by-name.json", json.dumps(DEFINITION))

    def test_run_without_saving(self):
        rows = self.report("--definition", self.file)["rows"]
        self.assertEqual(rows, [["saved", 2, 2], ["opened", 1, 1]])
        done = self.on_store(
            "report", "run", "--definition", "-", "--now", NOW, "--format", "csv",
            stdin=json.dumps(DEFINITION),
        )
        self.assertEqual(done.out, "event.name,events,people\r\nsaved,2,2\r\nopened,1,1\r\n")
        self.error_of("report", "run", "by-name", "--db", self.db, code="NOT_FOUND")

    def test_save_show_run_delete(self):
        done = self.on_store("report", "save", self.file)
        self.assertEqual((done.out, done.err), ("", ""))
        self.assertEqual(len(self.report("by-name")["rows"]), 2)
        shown = self.on_store("report", "show", "by-name").out
        self.assertEqual(json.loads(shown), DEFINITION)
        self.on_store("report", "save", "-", stdin=shown)
        names = {
            one["name"]: one["builtin"]
            for one in json.loads(self.on_store("report", "list", "--json").out)["reports"]
        }
        self.assertEqual(list(names), sorted(names))
        self.assertFalse(names["by-name"])
        for name in ("logins", "page-views", "sessions", "users", "active-users"):
            self.assertTrue(names[name])
        table = self.on_store("report", "list").out.splitlines()
        self.assertEqual(
            table[0].split(),
            ["name", "title", "kind", "builtin", "base", "favourite", "tags"],
        )
        self.assertEqual(len(table), 1 + len(names))
        self.on_store("report", "delete", "by-name")
        self.error_of("report", "delete", "by-name", "--db", self.db, code="NOT_FOUND")
        self.error_of("report", "show", "by-name", "--db", self.db, code="NOT_FOUND")

    def test_wrong_definitions(self):
        save = ["report", "save", "-", "--db", self.db]
        cases = {
            "$.kind": {**DEFINITION, "kind": "pie"},
            "$.colour": {**DEFINITION, "colour": 1},
            "$.columns[0].agg": {**DEFINITION, "columns": [{"name": "x", "agg": "guess"}]},
            "$.version": {**DEFINITION, "version": 2},
        }
        for path, definition in cases.items():
            error = self.error_of(
                *save, stdin=json.dumps(definition), code="INVALID_ARGUMENT"
            )
            self.assertEqual(error["path"], path)
        error = self.error_of(*save, stdin='{"version": 1,', code="INVALID_ARGUMENT")
        self.assertIsInstance(error["byte"], int)
        self.error_of(*save, stdin=json.dumps({**DEFINITION, "name": "logins"}))
        self.error_of("report", "delete", "logins", "--db", self.db)
        error = self.error_of(
            "report", "save", self.path("none"), "--db", self.db, code="NOT_FOUND"
        )
        self.error_of(
            "report", "save", self.file, "--db", self.path("absent"), code="NOT_FOUND"
        )
        self.assertFalse(pathlib.Path(self.path("absent")).exists())


class PersonListTest(ProgramTest):
    def test_lists_people_like_the_report(self):
        self.fill()
        done = self.on_store("person", "list", "--now", NOW, "--format", "csv")
        self.assertEqual(
            done.out,
            self.on_store("report", "run", "users", "--now", NOW, "--format", "csv").out,
        )
        self.assertEqual(len(done.out.splitlines()), 3)
