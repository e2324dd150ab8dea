"""People, events and the care of a store: person, events, settings ... restore."""

import datetime
import json
import os
import pathlib

from program import NOW, NOW_MS, ProgramTest, event, ndjson


class PeopleTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.fill()

    def test_show(self):
        shown = json.loads(self.on_store("person", "show", "ana@example.com", "--json").out)
        self.assertEqual(shown["person"], "ana@example.com")
        self.assertTrue(shown["identified"])
        text = self.on_store("person", "show", "ana@example.com").out
        self.assertRegex(text, r"(?m)^person +ana@example.com$")
        self.error_of("person", "show", "eve", "--db", self.db, code="NOT_FOUND")
        self.error_of("person", "show", "--db", self.db, expect=2)

    def export(self, person):
        done = self.on_store("person", "export", person, "--now", NOW)
        return json.loads(done.out)

    def test_export(self):
        exported = self.export("ana@example.com")
        self.assertEqual(exported["person"]["person"], "ana@example.com")
        self.assertEqual([event["id"] for event in exported["events"]], ["1", "2"])
        self.assertEqual(exported["exported_at"], "2025-11-21T12:00:00.000Z")
        file = self.path("ana.json")
        self.on_store("person", "export", "ana@example.com", "--now", NOW, "-o", file)
        self.assertEqual(json.loads(pathlib.Path(file).read_bytes()), exported)
        none = self.path("eve.json")
        self.error_of(
            "person", "export", "eve", "--db", self.db, "-o", none, code="NOT_FOUND"
        )
        self.assertFalse(pathlib.Path(none).exists())

    def test_export_follows_an_alias(self):
        counts = self.ingest(
            ndjson(
                event(id="v", person=None, anonymous="a-1", name="visit"),
                event(type="alias", person="ana@example.com", anonymous="a-1"),
            )
        )
        self.assertEqual(counts["rejected"], 0, counts)
        exported = self.export("anonymous:a-1")
        self.assertEqual(exported["person"]["person"], "ana@example.com")
        ids = {event.get("id") for event in exported["events"]}
        self.assertLessEqual({"1", "2", "v"}, ids)

    def test_quotes_in_an_id_cannot_widen_an_export(self):
        person = 'x","op":"is_not","value":"y'
        self.assertEqual(self.ingest(ndjson(event(id="q", person=person)))["accepted"], 1)
        events = self.export(person)["events"]
        self.assertEqual([event["id"] for event in events], ["q"])

    def test_forget(self):
        done = self.on_store("person", "forget", "ana@example.com", "--json")
        receipt = json.loads(done.out)
        self.assertRegex(receipt.pop("forgotten_at"), r"^\d{4}-.*Z$")
        self.assertEqual(
            receipt,
            {
                "person": "ana@example.com", "events": 2, "sessions": 1, "attributes": [],
                "anonymous_ids": [], "external": [],
            },
        )
        self.error_of("person", "show", "ana@example.com", "--db", self.db, code="NOT_FOUND")
        self.assertNotIn("ana@", self.on_store("events", "export", "--now", NOW).out)
        self.assertEqual(len(self.report("users")["rows"]), 1)
        self.error_of(
            "person", "forget", "ana@example.com", "--db", self.db, code="NOT_FOUND"
        )
        self.on_store("check")

    def test_events(self):
        done = self.on_store("events", "export", "--now", NOW)
        self.assertEqual([json.loads(x)["id"] for x in done.out.splitlines()], ["1", "2", "3"])
        rule = json.dumps({"field": "event.name", "op": "is", "value": "saved"})
        done = self.on_store("events", "export", "--now", NOW, "--where", rule)
        self.assertEqual([json.loads(x)["id"] for x in done.out.splitlines()], ["1", "3"])

        def times(*options):
            lines = self.on_store("events", "export", "--now", NOW, *options).out
            return sorted(json.loads(line)["time"] for line in lines.splitlines())

        last = datetime.datetime.fromtimestamp(
            times()[-1] / 1000, datetime.timezone.utc
        ).isoformat(timespec="milliseconds")
        self.assertEqual(times("--from", last), times()[-1:])
        self.assertEqual(times("--to", last), times()[:-1])
        error = self.error_of("events", "export", "--db", self.db, "--from", "2025-11-21",
                              "--tz", "Moon/Base", code="INVALID_ARGUMENT")
        self.assertEqual(error["path"], "$.timezone")
        file = self.path("e.ndjson")
        self.on_store("events", "export", "--now", NOW, "-o", file)
        # What was exported can be ingested again.
        second = self.path("second")
        done = self.run_program("ingest", "--db", second, "--now", NOW, "--json", file)
        self.assertEqual(json.loads(done.out)["accepted"], 3)
        export = ["events", "export", "--db", self.db, "--where"]
        error = self.error_of(*export, '{"field": "event.name"}', code="INVALID_ARGUMENT")
        self.assertTrue(error["path"].startswith("$"))
        self.error_of(*export, "{", code="INVALID_ARGUMENT")


class CareTest(ProgramTest):
    def test_settings(self):
        done = self.on_store("settings", "set", "retention_days", "30")
        self.assertEqual((done.out, done.err), ("", ""))
        settings = json.loads(self.on_store("settings", "list", "--json").out)
        self.assertEqual(settings["retention_days"], 30)
        self.assertEqual(settings["level"], "content")
        self.assertEqual(settings["dedup_window_days"], 7)
        text = self.on_store("settings").out
        self.assertRegex(text, r"(?m)^retention_days +30$")
        self.assertEqual(text, self.on_store("settings", "list").out)
        self.on_store("settings", "set", "level", "dxa")
        settings = json.loads(self.on_store("settings", "--json").out)
        self.assertEqual(settings["level"], "interactions")
        change = ["settings", "set", "--db", self.db]
        error = self.error_of(*change, "colour", "red", code="INVALID_ARGUMENT")
        self.assertIn("colour", error["message"] + str(error["path"]))
        self.error_of(*change, "level", "everything", code="INVALID_ARGUMENT")
        self.error_of(*change, "retention_days", "many", code="INVALID_ARGUMENT")
        self.error_of(*change, "level", expect=2)

    def test_retention_and_compact(self):
        self.ingest(
            ndjson(event(id="old", time=NOW_MS - 40 * 86400_000), event(id="new"))
        )
        self.on_store("settings", "set", "retention_days", "30")
        done = self.on_store("compact", "--now", NOW, "--json")
        self.assertEqual(json.loads(done.out)["events_removed"], 1)
        lines = self.on_store("events", "export", "--now", NOW).out.splitlines()
        self.assertEqual([json.loads(line)["id"] for line in lines], ["new"])

    def test_stats_and_check(self):
        self.fill()
        stats = json.loads(self.on_store("stats", "--json").out)
        self.assertEqual((stats["events"], stats["people"]), (3, 2))
        self.assertRegex(self.on_store("stats").out, r"(?m)^events +3$")
        check = json.loads(self.on_store("check", "--json").out)
        self.assertTrue(check["ok"])
        self.assertEqual((check["events"], check["problems"]), (3, []))
        self.assertRegex(self.on_store("check").out, r"(?m)^ok +true$")

    def test_commands_on_an_absent_store(self):
        for words in (
            ["stats"],
            ["check"],
            ["compact"],
            ["backup", self.path("b")],
            ["settings", "list"],
            ["events", "export"],
            ["person", "show", "a"],
            ["person", "forget", "a"],
            ["report", "list"],
        ):
            self.error_of(*words, "--db", self.db, code="NOT_FOUND")
            self.assertFalse(os.path.exists(self.db), words)
            self.error_of(*words, expect=2)

    def test_backup_and_restore(self):
        self.fill()
        backup = self.path("backup")
        self.on_store("backup", backup)
        self.error_of("backup", backup, "--db", self.db, code="ALREADY_EXISTS")
        self.ingest(ndjson(event(id="later")))
        second = self.path("second")
        self.run_program("restore", backup, "--db", second)
        self.error_of("restore", backup, "--db", second, code="ALREADY_EXISTS")
        self.error_of("restore", self.path("none"), "--db", self.path("third"))
        done = self.run_program("events", "export", "--now", NOW, "--db", second)
        self.assertEqual([json.loads(x)["id"] for x in done.out.splitlines()], ["1", "2", "3"])

    def damage(self, folder):
        """Flips a byte in the middle of each data file of `folder`."""
        changed = 0
        for path in pathlib.Path(folder).rglob("*"):
            if path.suffix in {".sst", ".blob", ".log"} and path.stat().st_size > 0:
                data = bytearray(path.read_bytes())
                data[len(data) // 2] ^= 0xFF
                path.write_bytes(data)
                changed += 1
        self.assertGreater(changed, 0)

    def test_damage_is_found(self):
        self.ingest(ndjson(*(event(id=str(i), name="n" * 50) for i in range(2000))))
        backup = self.path("backup")
        self.on_store("backup", backup)
        # A backup shares files with its store, so one change damages both.
        self.damage(self.db)
        done = self.run_program("check", "--db", self.db, "--json", expect=1)
        self.assertEqual(json.loads(done.err.splitlines()[-1])["error"]["code"], "DATA_LOSS")
        self.error_of("restore", backup, "--db", self.path("new"), code="DATA_LOSS")
        self.assertFalse(os.path.exists(self.path("new")))

    def test_a_folder_that_is_no_store(self):
        os.mkdir(self.db)
        self.path("db/notes.txt", "something of mine")
        self.error_of("stats", "--db", self.db)
        self.assertEqual(os.listdir(self.db), ["notes.txt"])

    def test_an_unwritable_folder(self):
        if os.geteuid() == 0:
            # Root writes anywhere but where the kernel says no.
            self.error_of("settings", "set", "level", "dxa", "--db", "/proc/footfall")
            return
        parent = self.folder / "locked"
        parent.mkdir(mode=0o500)
        self.error_of(
            "settings", "set", "level", "dxa", "--db", parent / "db",
            code="PERMISSION_DENIED",
        )

