"""Charts, pages and compressed files."""

import fcntl
import gzip
import json
import os
import pathlib
import pty
import struct
import subprocess
import termios
import xml.etree.ElementTree

from program import NOW, NOW_MS, PROGRAM, ProgramTest, event, ndjson

FUNNEL = ["funnel", "--steps", "opened,saved", "--window", "7d", "--now", NOW]
UTF8 = {"LC_ALL": "C.UTF-8"}


def unzstd(path):
    return subprocess.run(["zstd", "-dc", path], check=True, capture_output=True).stdout


class ChartsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.ingest(
            ndjson(
                *(event(id=f"o{i}", person=f"p{i}@example.com", name="opened") for i in range(8)),
                *(
                    event(
                        id=f"s{i}", person=f"p{i}@example.com", name="saved",
                        time=NOW_MS - 1800_000,
                    )
                    for i in range(4)
                ),
            )
        )

    def chart(self, *words, env=None):
        done = self.on_store(*FUNNEL, "--format", "chart", *words, env=env or UTF8)
        return done.out.splitlines()

    def test_a_chart_in_blocks_or_in_ascii(self):
        lines = self.chart("--width", "68")
        self.assertEqual(
            lines[3:],
            [
                "                               people  of first  of previous  median",
                "1 opened ████████████████████       8    100.0%",
                "2 saved  ██████████                 4     50.0%        50.0%  30 min",
            ],
        )
        for words, env in ((["--ascii"], UTF8), ([], {"LC_ALL": "C"})):
            ascii_lines = self.chart("--width", "68", *words, env=env)
            self.assertEqual(ascii_lines[:4], lines[:4])
            self.assertEqual(
                ascii_lines[4:], [line.replace("█", "#") for line in lines[4:]]
            )

    def test_the_width_of_a_chart(self):
        for width in (60, 120):
            lines = self.chart("--width", str(width))
            self.assertEqual(len(lines[4]), width - len("  of previous  median"))
        for wrong in ("39", "10001", "wide"):
            self.run_program(*FUNNEL, "--db", self.db, "--width", wrong, expect=2)
        parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 70, 0, 0))
        subprocess.run(
            [PROGRAM, *FUNNEL, "--db", self.db, "--format", "chart"],
            stdout=child, check=True, timeout=60, env={**os.environ, **UTF8},
        )
        os.close(child)
        shown = os.read(parent, 65536).decode().replace("\r\n", "\n").splitlines()
        os.close(parent)
        self.assertEqual(shown, self.chart("--width", "70"))

    def test_pictures(self):
        file = self.path("funnel.svg")
        self.assertEqual(self.on_store(*FUNNEL, "-o", file).out, "")
        picture = pathlib.Path(file).read_bytes()
        self.assertEqual(self.on_store(*FUNNEL, "--format", "svg").stdout, picture)
        root = xml.etree.ElementTree.fromstring(picture)
        texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
        self.assertIn("1 opened", texts)
        self.assertIn("50.0%", texts)
        self.on_store("report", "run", "active-users", "--now", NOW, "--format", "svg")
        self.on_store("retention", "--now", NOW, "--format", "svg")

    def test_what_has_no_chart(self):
        for kind in ("svg", "chart"):
            error = self.error_of(
                "report", "run", "users", "--db", self.db, "--format", kind,
                code="INVALID_ARGUMENT",
            )
            self.assertIn("has no chart", error["message"])
        file = pathlib.Path(self.path("users.svg"))
        self.error_of("report", "run", "users", "--db", self.db, "-o", str(file))
        self.assertFalse(file.exists())

    def test_a_page(self):
        page = self.on_store(*FUNNEL, "--format", "html").out
        self.assertTrue(page.startswith("<!doctype html>"))
        self.assertEqual(page.count("<tr>"), 3)
        self.assertIn(">opened</td>", page)


class CompressionTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.fill()

    def test_reports(self):
        for extension in ("csv", "ndjson", "json", "html", "arrow"):
            plain = self.path("out." + extension)
            run = ["report", "run", "users", "--now", NOW, "-o"]
            self.on_store(*run, plain)
            expected = pathlib.Path(plain).read_bytes()
            self.assertGreater(len(expected), 100)
            self.on_store(*run, plain + ".gz")
            packed = pathlib.Path(plain + ".gz").read_bytes()
            self.assertEqual(gzip.decompress(packed), expected)
            self.on_store(*run, plain + ".zst")
            self.assertEqual(unzstd(plain + ".zst"), expected)
            # The same bytes every time, so that a copy can be compared.
            self.on_store(*run, self.path("again." + extension + ".gz"))
            again = pathlib.Path(self.path("again." + extension + ".gz")).read_bytes()
            self.assertEqual(again, packed)
        file = self.path("named.gz")
        self.run_program("report", "run", "users", "--db", self.db, "-o", file, expect=2)
        self.on_store("report", "run", "users", "-o", file, "--format", "csv")
        self.assertTrue(gzip.decompress(pathlib.Path(file).read_bytes()).startswith(b"person,"))

    def test_events_there_and_back(self):
        events = [
            event(id=f"e{i}", person=f"p{i % 97}@example.com", name="n" * (i % 50) + "x")
            for i in range(6000)
        ]
        self.ingest(ndjson(*events))
        plain = self.on_store("events", "export", "--now", NOW).stdout
        self.assertGreater(len(plain), 600_000)
        for ending, unpack in ((".gz", self.gunzip), (".zst", unzstd)):
            file = self.path("events.ndjson" + ending)
            self.on_store("events", "export", "--now", NOW, "-o", file)
            self.assertEqual(unpack(file), plain)
            self.assertLess(pathlib.Path(file).stat().st_size, len(plain) / 10)
            other = self.path("other" + ending)
            done = self.run_program("ingest", "--db", other, "--now", NOW, "--json", file)
            self.assertEqual(json.loads(done.out)["accepted"], 6003)
        person = self.path("ana.ndjson.gz")
        self.on_store("person", "export", "ana@example.com", "--now", NOW, "-o", person)
        self.assertIn(b"ana@example.com", self.gunzip(person))

    @staticmethod
    def gunzip(path):
        return subprocess.run(["gzip", "-dc", path], check=True, capture_output=True).stdout

    def test_gzip_input(self):
        text = ndjson(*(event(id=f"g{i}", name=f"name-{i}") for i in range(3000)))
        whole = gzip.compress(text.encode())
        ingest = ["ingest", "--db", self.path("gz"), "--now", NOW, "--json"]
        # Several compressed files on end are one file.
        half = len(text) // 2
        parts = gzip.compress(text[:half].encode()) + gzip.compress(text[half:].encode())
        for name, data in (("a.ndjson.gz", whole), ("b.ndjson.gz", parts)):
            done = self.run_program(*ingest, self.path(name, data))
            counts = json.loads(done.out)
            self.assertEqual(counts["accepted"] + counts["duplicates"], 3000)
        cut = self.path("cut.ndjson.gz", whole[: len(whole) // 2])
        error = self.error_of("filter", cut, code="DATA_LOSS")
        self.assertIn("cut.ndjson.gz: the compressed data ends too early", error["message"])
        junk = self.path("junk.gz", b"this is not gzip at all")
        error = self.error_of("filter", junk, code="DATA_LOSS")
        self.assertIn("junk.gz: not valid gzip data", error["message"])
        self.run_program("filter", self.path("empty.gz", b""))

    def test_an_output_that_fails_leaves_nothing(self):
        error = self.error_of(
            "events", "export", "--db", self.db, "--now", NOW, "--where", '{"all": 1}',
            "-o", self.path("e.ndjson.gz"),
        )
        self.assertIn("all", error["message"] + str(error["path"]))
        self.assertEqual([path.name for path in self.folder.iterdir()], ["db"])
