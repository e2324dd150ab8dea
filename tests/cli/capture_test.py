"""filter, ingest and policy: results, formats of input, and input that is wrong."""

import fcntl
import json
import os
import pathlib
import pty
import signal
import struct
import subprocess
import time

from program import NOW, NOW_MS, PROGRAM, ProgramTest, event, ndjson


class FilterTest(ProgramTest):
    def test_passwords_go_and_neighbours_stay_in_order(self):
        typed = event(
            type="input",
            value="Kopje7!secret",
            url="https://app.example/login?token=abc",
            element={"tag": "input", "type": "password", "id": "pw"},
        )
        text = ndjson(event(name="first"), typed, event(name="last"))
        done = self.run_program("filter", "-", stdin=text)
        names = [json.loads(line).get("name") for line in done.out.splitlines()]
        self.assertEqual(names, ["first", "last"])
        self.assertNotIn("Kopje7", done.out + done.err)
        self.assertRegex(done.err, r"accepted +2\n")
        self.assertRegex(done.err, r"dropped by policy +1\n")
        self.assertRegex(done.err, r"\n  password +1\n")

    def test_urls_lose_query_and_hash(self):
        text = ndjson(event(type="page_view", url="https://a.example/x?tab=1&k=2#part"))
        self.assertEqual(
            json.loads(self.run_program("filter", stdin=text).out)["url"],
            "https://a.example/x",
        )
        policy = self.path("p.json", '{"url": {"keep_query": ["tab"]}}')
        done = self.run_program("filter", "--policy", policy, stdin=text)
        self.assertEqual(json.loads(done.out)["url"], "https://a.example/x?tab=1")

    def test_level_drops_what_lies_above(self):
        text = ndjson(event(name="kept"), event(type="click", element={"tag": "a"}))
        for level, lines in (("content", 1), ("interactions", 2), ("dxa", 2)):
            done = self.run_program("filter", "--level", level, "--json", stdin=text)
            self.assertEqual(len(done.out.splitlines()), lines, level)
            self.assertEqual(json.loads(done.err)["dropped_level"], 2 - lines)
        self.assertEqual(len(self.run_program("filter", stdin=text).out.splitlines()), 2)

    def test_an_array_is_taken_as_well_as_lines(self):
        events = [event(name="a"), event(name="b")]
        array = self.run_program("filter", stdin=json.dumps(events, indent=1)).out
        self.assertEqual(array, self.run_program("filter", stdin=ndjson(*events)).out)
        self.assertEqual(len(array.splitlines()), 2)

    def test_counts_as_json(self):
        text = ndjson(event(), event(time=None))
        counts = json.loads(self.run_program("filter", "--json", stdin=text).err)
        self.assertEqual((counts["accepted"], counts["rejected"]), (1, 1))
        self.assertEqual(counts["errors"][0]["path"], "time")
        self.assertEqual((counts["errors"][0]["index"], counts["errors"][0]["line"]), (1, 2))
        self.assertEqual(counts["errors_omitted"], 0)

    def test_recordings(self):
        resize = {"type": 3, "data": {"source": 4, "width": 8, "height": 6}, "timestamp": 1}
        meta = {
            "type": 4,
            "data": {"href": "https://a.example/x?k=1", "width": 8, "height": 6},
            "timestamp": 2,
        }
        text = ndjson(meta, resize)
        by_format = self.run_program("filter", "--format", "rrweb", "--json", stdin=text)
        self.assertEqual(
            [json.loads(line) for line in by_format.out.splitlines()],
            [{**meta, "data": {**meta["data"], "href": "https://a.example/x"}}, resize],
        )
        counts = json.loads(by_format.err)
        self.assertEqual((counts["accepted"], counts["rules"]), (2, {"url_query": 1}))
        for given in (text, json.dumps([meta, resize])):
            self.assertEqual(self.run_program("filter", stdin=given).out, by_format.out)
        done = self.run_program("filter", "--format", "events", "--json", stdin=text)
        self.assertEqual(json.loads(done.err)["rejected"], 2)
        done = self.run_program("filter", "--level", "dxa", "--json", stdin=text)
        self.assertEqual((done.out, json.loads(done.err)["dropped_level"]), ("", 2))
        events = ndjson(event())
        self.assertEqual(
            self.run_program("filter", "--format", "events", stdin=events).out,
            self.run_program("filter", "--format", "auto", stdin=events).out,
        )

    def test_a_failed_filter_prints_no_counts(self):
        done = self.run_program("filter", self.path("none"), expect=1)
        self.assertEqual(len(done.err.splitlines()), 1, done.err)
        junk = self.path("junk.zst", b"this is not zstd at all")
        done = self.run_program("filter", junk, expect=1)
        self.assertEqual(len(done.err.splitlines()), 1, done.err)

    def test_files_and_compressed_files(self):
        plain = self.path("e.ndjson", ndjson(event(name="one")) * 20_000)
        packed = self.path("e.ndjson.zst")
        subprocess.run(["zstd", "-q", plain, "-o", packed], check=True)
        expected = self.run_program("filter", plain).out
        self.assertEqual(expected.count("\n"), 20_000)
        self.assertEqual(self.run_program("filter", packed).out, expected)
        # Two frames in one file are two parts of one stream.
        double = self.path("d.zst", pathlib.Path(packed).read_bytes() * 2)
        self.assertEqual(self.run_program("filter", double).out, expected * 2)

    def test_damaged_compressed_files(self):
        plain = self.path("e.ndjson", ndjson(*(event(name=str(i)) for i in range(5000))))
        packed = self.path("e.ndjson.zst")
        subprocess.run(["zstd", "-q", plain, "-o", packed], check=True)
        data = pathlib.Path(packed).read_bytes()
        short = self.path("short.zst", data[: len(data) // 2])
        done = self.run_program("filter", short, expect=1)
        self.assertIn("ends too early", done.err)
        junk = self.path("junk.zst", b"this is not zstd at all")
        self.assertIn("not valid zstd", self.run_program("filter", junk, expect=1).err)

    def test_files_that_cannot_be_read(self):
        error = self.error_of("filter", self.path("none"), code="NOT_FOUND")
        self.assertIn("No such file", error["message"])
        self.error_of("filter", str(self.folder), code="INVALID_ARGUMENT")

    def test_output_that_cannot_be_written(self):
        text = ndjson(event()) * 10_000
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [PROGRAM, "filter"], input=text.encode(), stdout=full, stderr=subprocess.PIPE
            )
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"No space left", done.stderr)
        self.assertIn(b"RESOURCE_EXHAUSTED", done.stderr)

    def test_wrong_policies_are_refused_with_their_path(self):
        unknown = self.path("p.json", '{"censor": [{"idd": "x"}]}')
        error = self.error_of("filter", "--policy", unknown, code="INVALID_ARGUMENT")
        self.assertEqual(error["path"], "$.censor[0].idd")
        broken = self.path("b.json", '{"censor": [')
        error = self.error_of("filter", "--policy", broken, code="INVALID_ARGUMENT")
        self.assertIsInstance(error["byte"], int)
        self.error_of("filter", "--policy", self.path("none"), code="NOT_FOUND")

    def test_ten_thousand_levels_of_nesting(self):
        deep = '{"time":1,"person":"a","type":"track","properties":{"x":'
        deep += "[" * 10_000 + "]" * 10_000 + "}}\n"
        done = self.run_program("filter", stdin=ndjson(event()) + deep + ndjson(event()))
        self.assertEqual(len(done.out.splitlines()), 2)
        self.assertIn("1 event was rejected", done.err)
        self.assertIn("line 2, byte ", done.err)

    def test_a_line_of_100_mb_keeps_its_neighbours(self):
        huge = self.path("huge.ndjson")
        with open(huge, "wb") as file:
            file.write(ndjson(event(name="before")).encode())
            file.write(b'{"time":1,"person":"a","type":"track","name":"')
            for _ in range(100):
                file.write(b"x" * 1_000_000)
            file.write(b'"}\n')
            file.write(ndjson(event(name="after")).encode())
        done = self.run_program("filter", "--json", huge)
        names = [json.loads(line)["name"] for line in done.out.splitlines()]
        self.assertEqual(names, ["before", "after"])
        counts = json.loads(done.err)
        self.assertEqual(counts["rejected"], 1)
        self.assertEqual(counts["errors"][0]["line"], 2)

    def test_memory_does_not_grow_with_the_line(self):
        def peak_kb(megabytes):
            path = self.path(f"{megabytes}.ndjson")
            with open(path, "wb") as file:
                file.write(b'{"time":1,"person":"a","type":"track","name":"')
                for _ in range(megabytes):
                    file.write(b"x" * 1_000_000)
                file.write(b'"}\n')
            measure = (
                "import resource,subprocess,sys;"
                "subprocess.run(sys.argv[1:],check=True,capture_output=True);"
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
            )
            done = self.run_program(
                "-c", measure, PROGRAM, "filter", path, program=["/usr/bin/python3"]
            )
            return int(done.out)

        self.assertLess(peak_kb(100), peak_kb(5) + 16_000)


class IngestTest(ProgramTest):
    def test_counts_as_text_and_json(self):
        file = self.path("e.ndjson", ndjson(event(id="1"), event(id="1"), event(id="2")))
        done = self.on_store("ingest", "--now", NOW, file)
        self.assertRegex(done.out, r"accepted +2\n")
        self.assertRegex(done.out, r"duplicates +1\n")
        self.assertEqual(done.err, "")
        counts = json.loads(self.on_store("ingest", "--now", NOW, "--json", file).out)
        self.assertEqual((counts["accepted"], counts["duplicates"]), (0, 3))
        self.assertEqual(
            set(counts),
            {
                "accepted",
                "duplicates",
                "dropped_level",
                "dropped_policy",
                "rejected",
                "rules",
                "errors",
                "errors_omitted",
            },
        )

    def test_files_are_summed(self):
        first = self.path("a.ndjson", ndjson(event(name="a"), event(type="nonsense")))
        second = self.path("b.ndjson", ndjson(event(name="b"), event(person=None), event()))
        done = self.on_store("ingest", "--now", NOW, "--json", first, second)
        counts = json.loads(done.out)
        self.assertEqual((counts["accepted"], counts["rejected"]), (3, 2))
        places = [(e["file"], e["line"], e["path"]) for e in counts["errors"]]
        self.assertEqual(places[0], (first, 2, "type"))
        self.assertEqual(places[1][:2], (second, 2))

    def test_rejected_events_are_named(self):
        file = self.path("e.ndjson", ndjson(event(), event(time="soon"), event()))
        done = self.on_store("ingest", "--now", NOW, file)
        self.assertIn("1 event was rejected:\n", done.err)
        self.assertRegex(done.err, rf"{file}, line 2, byte \d+: time: \w+")
        many = self.path("many.ndjson", ndjson(*(event(time=None) for _ in range(130))))
        done = self.on_store("ingest", "--now", NOW, many)
        self.assertIn("130 events were rejected:\n", done.err)
        self.assertIn("and 125 more", done.err)
        counts = json.loads(
            self.on_store("ingest", "--now", NOW, "--json", many, many).out
        )
        self.assertEqual((len(counts["errors"]), counts["errors_omitted"]), (100, 160))

    def test_dropped_by_level_says_what_to_do(self):
        text = ndjson(event(type="click", element={"tag": "a"}))
        done = self.on_store("ingest", "--now", NOW, "-", stdin=text)
        self.assertRegex(done.out, r"dropped by level +1\n")
        self.assertIn("settings set level interactions", done.err)
        self.on_store("settings", "set", "level", "interactions")
        self.assertEqual(self.ingest(text)["accepted"], 1)

    def test_bad_neighbours(self):
        good = ndjson(event(id="good")).encode()
        cases = {
            b'{"time": 1763722800000, "person": "a"': "",
            b'{"time": 1763722800000, "person": "\xff\xfe", "type": "track"}\n': "",
            b"not json\n": "",
            b"[1, 2]\n": "",
            b"7\n": "",
            ndjson(event(time="yesterday")).encode(): "time",
            ndjson(event(time=1e300)).encode(): "time",
            ndjson(event(time=[1])).encode(): "time",
            ndjson(event(time=None)).encode(): "time",
            ndjson(event(time=NOW_MS + 25 * 3600_000)).encode(): "time",
            ndjson(event(time=NOW_MS - 366 * 86400_000)).encode(): "time",
            ndjson(event(person=[7])).encode(): "person",
            ndjson(event(type="unheard")).encode(): "type",
            ndjson(event(type=None)).encode(): "type",
            ndjson(event(properties=3)).encode(): "properties",
            b'{"time":1763722800000,"time":2,"person":"a","type":"track"}\n': "time",
        }
        for number, (bad, path) in enumerate(cases.items()):
            with self.subTest(bad=bad):
                self.db = str(self.folder / f"db{number}")
                end = b"" if bad.endswith(b"\n") else b"\n"
                counts = self.ingest(good + bad + end + ndjson(event(id="x")).encode())
                self.assertEqual(counts["accepted"], 2, counts)
                self.assertGreaterEqual(counts["rejected"], 1)
                error = counts["errors"][0]
                self.assertEqual(error["line"], 2)
                self.assertGreaterEqual(error["byte"], len(good))
                self.assertTrue(error["reason"])
                if path:
                    self.assertEqual(error["path"], path)

    def test_truncated_input(self):
        counts = self.ingest(ndjson(event()) + '{"time": 17637228')
        self.assertEqual((counts["accepted"], counts["rejected"]), (1, 1))
        counts = self.ingest("[" + json.dumps(event()) + ",")
        self.assertEqual(counts["accepted"], 1)
        self.assertEqual(counts["rejected"], 1)

    def test_empty_input(self):
        self.assertEqual(self.ingest("")["accepted"], 0)
        self.assertEqual(self.ingest("\n\n")["rejected"], 0)
        self.assertEqual(self.ingest("[]")["rejected"], 0)

    def test_recordings_are_never_stored(self):
        recording = [
            {"type": 4, "timestamp": NOW_MS, "data": {"href": "https://a.example/"}},
            {"type": 3, "timestamp": NOW_MS, "data": {"source": 5, "text": "hunter2"}},
        ]
        counts = self.ingest(json.dumps(recording))
        self.assertEqual((counts["accepted"], counts["rejected"]), (0, 2))
        self.assertIn("recording", counts["errors"][0]["reason"])
        self.assertNotIn("hunter2", json.dumps(counts))

    def test_one_missing_file_stores_nothing(self):
        good = self.path("e.ndjson", ndjson(event()))
        error = self.error_of(
            "ingest", "--db", self.db, good, self.path("none"), code="NOT_FOUND"
        )
        self.assertIn("none", error["message"])
        self.assertFalse(pathlib.Path(self.db).exists())

    def test_a_wrong_policy_creates_no_store(self):
        policy = self.path("p.json", '{"mask": 1}')
        error = self.error_of(
            "ingest", "--db", self.db, "--policy", policy, "-", code="INVALID_ARGUMENT"
        )
        self.assertEqual(error["path"], "$.mask")
        self.assertFalse(pathlib.Path(self.db).exists())

    def test_a_damaged_file_keeps_what_came_before(self):
        plain = self.path("e", ndjson(*(event(id=str(i)) for i in range(30_000))))
        packed = self.path("e.zst")
        subprocess.run(["zstd", "-q", plain, "-o", packed], check=True)
        data = pathlib.Path(packed).read_bytes()
        short = self.path("short.zst", data[: len(data) * 3 // 4])
        done = self.on_store("ingest", "--now", NOW, "--json", short, expect=1)
        counts = json.loads(done.out)
        self.assertGreater(counts["accepted"], 0)
        self.assertEqual(json.loads(done.err)["error"]["code"], "DATA_LOSS")
        # Ids make the repetition complete it.
        counts2 = json.loads(self.on_store("ingest", "--now", NOW, "--json", packed).out)
        self.assertEqual(counts["accepted"] + counts2["accepted"], 30_000)

    def test_interrupt_keeps_what_is_acknowledged(self):
        process = subprocess.Popen(
            [PROGRAM, "ingest", "--db", self.db, "--now", NOW, "--json", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        process.stdin.write(ndjson(*(event(id=str(i)) for i in range(25_000))).encode())
        process.stdin.flush()
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, err)
        self.assertEqual(json.loads(err)["error"]["code"], "CANCELLED")
        accepted = json.loads(out)["accepted"]
        self.assertGreaterEqual(accepted, 10_000)
        stats = json.loads(self.on_store("stats", "--json").out)
        self.assertEqual(stats["events"], accepted)

    def test_progress_only_on_a_terminal(self):
        file = self.path("e.ndjson", ndjson(*(event(id=str(i)) for i in range(30_000))))
        parent, child = pty.openpty()
        process = subprocess.Popen(
            [PROGRAM, "ingest", "--db", self.db, "--now", NOW, file],
            stdout=subprocess.PIPE,
            stderr=child,
        )
        os.close(child)
        shown = b""
        try:
            while piece := os.read(parent, 65536):
                shown += piece
        except OSError:
            pass  # The end of a terminal is an error on Linux.
        os.close(parent)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        lines = shown.split(b"\r\x1b[K")
        self.assertRegex(lines[1], rb"^\[#*\.*\] +\d+%  [\d.]+ MB  \d+ events  \d+ events/s$")
        self.assertEqual(lines[-1], b"", "the line is removed in the end")
        self.assertEqual(self.on_store("ingest", "--now", NOW, file).err, "")

    def test_stores_that_cannot_be_opened(self):
        text = ndjson(event())
        file = self.path("file", "x")
        for folder in (f"{file}/db", file):
            self.error_of("ingest", "--db", folder, "-", stdin=text)
        self.error_of("ingest", "--db", "/proc/no-such-place/db", "-", stdin=text)

    def wait_for_lock(self, path):
        """Waits until another process holds the lock of a store, without taking it."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with open(path, "rb") as file:
                # struct flock of 64-bit Linux: type, whence, start, length, process.
                asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
                kind = struct.unpack("hhqqi4x", fcntl.fcntl(file, fcntl.F_GETLK, asked))[0]
            if kind != fcntl.F_UNLCK:
                return
            time.sleep(0.02)
        self.fail("no process took the lock of the store")

    def test_a_second_writer_is_refused(self):
        self.fill()
        writer = subprocess.Popen(
            [PROGRAM, "ingest", "--db", self.db, "--now", NOW, "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            self.wait_for_lock(os.path.join(self.db, "LOCK"))
            done = subprocess.run(
                [PROGRAM, "ingest", "--db", self.db, "--json", "-"],
                input=b"",
                capture_output=True,
            )
            self.assertEqual(done.returncode, 1)
            error = json.loads(done.stderr)["error"]
            self.assertEqual(error["code"], "FAILED_PRECONDITION")
            # Readers are welcome beside it.
            self.assertEqual(len(self.report("logins")["rows"]), 2)
        finally:
            writer.communicate(timeout=60)


class PolicyTest(ProgramTest):
    def test_the_default_policy_has_no_findings(self):
        file = self.path("p.json", "{}")
        done = self.run_program("policy", "lint", file)
        self.assertEqual(done.out, "Nothing is allowed beyond the DEFAULT policy.\n")
        done = self.run_program("policy", "lint", file, "--json")
        self.assertEqual(json.loads(done.out), {"findings": []})

    def test_what_is_allowed_is_named(self):
        text = '{"allow_values": [{"all": true}], "url": {"keep_query": ["q"]}}'
        done = self.run_program("policy", "lint", "-", "--json", stdin=text)
        findings = json.loads(done.out)["findings"]
        self.assertIn(
            ("$.allow_values[0]", "discouraged"),
            [(finding["path"], finding["severity"]) for finding in findings],
        )
        done = self.run_program("policy", "lint", "-", stdin=text)
        self.assertEqual(done.out.splitlines()[0].split(), ["severity", "path", "message"])
        self.assertEqual(len(done.out.splitlines()), 1 + len(findings))

    def test_refusals(self):
        error = self.error_of(
            "policy", "lint", "-", stdin='{"text": "hide"}', code="INVALID_ARGUMENT"
        )
        self.assertEqual(error["path"], "$.text")
        self.error_of("policy", "lint", self.path("none"), code="NOT_FOUND")
        self.error_of("policy", "lint", "-", stdin="", code="INVALID_ARGUMENT")


class ExplainTest(ProgramTest):
    EVENT = event(
        type="click",
        url="https://a.example/x?token=verysecret",
        element={"tag": "b", "id": "salary", "text": "81000 euro"},
    )

    def test_rules_are_named_and_values_are_not(self):
        policy = self.path("p.json", '{"censor": [{"id": "salary"}]}')
        # One event may span lines.
        for text in (json.dumps(self.EVENT), json.dumps(self.EVENT, indent=1)):
            done = self.run_program(
                "policy", "explain", "--policy", policy, "--json", "-", stdin=text
            )
            (explained,) = json.loads(done.out)["events"]
            self.assertEqual(explained["outcome"], "passed")
            rules = {row["rule"]: row for row in explained["removed"]}
            self.assertEqual(rules["censored"]["policy_path"], "$.censor[0]")
            self.assertEqual(rules["url_query"]["path"], "url")
            self.assertIsNone(rules["url_query"]["policy_path"])
            self.assertNotIn("verysecret", done.out)
            self.assertNotIn("81000", done.out)

    def test_text(self):
        broken = event(time=None)
        file = self.path("e.ndjson", ndjson(self.EVENT, broken, event()))
        done = self.run_program("policy", "explain", file)
        lines = done.out.splitlines()
        self.assertEqual(lines[0], "event 1: passed")
        self.assertEqual(lines[1].split(), ["rule", "effect", "path", "policy_path"])
        self.assertIn(["url_query", "removed", "url", "-"], [line.split() for line in lines])
        self.assertRegex(done.out, r"(?m)^event 2: rejected: time: .+")
        self.assertEqual(lines[-1], "event 3: passed")
        self.assertNotIn("verysecret", done.out)

    def test_recordings(self):
        meta = {
            "type": 4,
            "data": {"href": "https://a.example/?k=1", "width": 8, "height": 6},
            "timestamp": 2,
        }
        text = json.dumps([meta, {"type": 6, "data": {"plugin": "x"}, "timestamp": 3}])
        done = self.run_program("policy", "explain", "--json", stdin=text)
        first, second = json.loads(done.out)["events"]
        self.assertIn("url_query", [row["rule"] for row in first["removed"]])
        self.assertEqual(second["outcome"], "dropped_policy")

    def test_refusals(self):
        self.error_of("policy", "explain", self.path("none"), code="NOT_FOUND")
        self.error_of("policy", "explain", "-", stdin="  ", code="INVALID_ARGUMENT")
        bad = self.path("p.json", '{"text": "hide"}')
        error = self.error_of(
            "policy", "explain", "--policy", bad, stdin="{}", code="INVALID_ARGUMENT"
        )
        self.assertEqual(error["path"], "$.text")
