"""The store: ingest, people, events, upkeep."""

import dataclasses
import datetime
import gc
import io
import json
import os
import threading
import time
import unittest

import footfall
from footfall import _callbacks

from support import NOW, NOW_MS, StoreTest, track


class IngestTest(StoreTest):
    def test_every_kind_of_input(self):
        event = track("ana", 1)
        line = json.dumps(event) + "\n"
        inputs = {
            "text": line,
            "bytes": line.encode(),
            "bytearray": bytearray(line.encode()),
            "memoryview": memoryview(line.encode()),
            "array": json.dumps([event]),
            "one event": event,
            "list": [event],
            "generator": (e for e in [event]),
            "file": io.StringIO(line),
            "binary file": io.BytesIO(line.encode()),
        }
        for name, events in inputs.items():
            with self.subTest(name):
                self.assertEqual(self.ingest(events).accepted, 1)
        self.assertEqual(self.store.stats()["events"], len(inputs))

    def test_every_event_is_counted_once(self):
        good = track("ana", 1, id="evt-1")
        events = [good, good, {"type": "track"}, {**good, "id": "c", "type": "click"}]
        result = self.ingest("\n".join(map(json.dumps, events)), source="web")
        self.assertEqual(
            dataclasses.asdict(result) | {"rules": None, "errors": None},
            {"accepted": 1, "duplicates": 1, "dropped_level": 1, "dropped_policy": 0,
             "rejected": 1, "rules": None, "errors": None, "errors_omitted": 0},
        )
        (error,) = result.errors
        self.assertEqual((error["index"], error["line"]), (2, 3))
        self.assertTrue(error["reason"])

    def test_policy(self):
        policy = footfall.Policy({"exclude": {"urls": ["https://secret.example/*"]}})
        event = track("ana", 1, url="https://secret.example/a")
        self.assertEqual(self.ingest(event, policy=policy).dropped_policy, 1)
        self.assertEqual(self.ingest(event).accepted, 1)

    def test_stream(self):
        with self.store.ingest_stream(now=NOW) as stream:
            for i in range(10001):
                stream.write(track(f"p{i % 7}", i % 1000))
            self.assertEqual(stream.acknowledged, 10000)
        self.assertEqual(stream.result.accepted, 10001)
        self.assertEqual(stream.acknowledged, 10001)
        with self.assertRaises(footfall.FailedPreconditionError):
            stream.write(b"{}")

    def test_stream_left_by_an_exception_stores_nothing_more(self):
        with self.assertRaises(KeyError):
            with self.store.ingest_stream(now=NOW) as stream:
                stream.write(track("ana", 1))
                raise KeyError
        self.assertIsNone(stream.result)
        del stream
        self.assertEqual(self.store.stats()["events"], 0)

    def test_cancel(self):
        cancel = footfall.Cancel()
        cancel.request()
        with self.assertRaises(footfall.CancelledError) as raised:
            self.ingest(track("ana", 1), cancel=cancel)
        self.assertEqual((raised.exception.code, raised.exception.status),
                         ("CANCELLED", 1))
        self.assertEqual(self.store.stats()["events"], 0)

    def test_deadline(self):
        cancel = footfall.Cancel(timeout=0.001)
        time.sleep(0.05)
        with self.assertRaises(footfall.DeadlineExceededError) as raised:
            self.ingest(track("ana", 1), cancel=cancel)
        self.assertIsInstance(raised.exception, TimeoutError)

    def test_threads(self):
        def run(number):
            for i in range(20):
                self.ingest(track(f"p{number}", i))

        threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.store.stats()["events"], 80)
        self.assertEqual(self.store.metrics()["events_accepted"], 80)


class PeopleTest(StoreTest):
    def setUp(self):
        super().setUp()
        self.ingest([track("ana", 5), track("ana", 3), track("bo", 4)])

    def test_person(self):
        ana = self.store.person("ana")
        self.assertEqual((ana["person"], ana["identified"]), ("ana", True))
        self.assertEqual(ana["events"], 2)
        with self.assertRaises(footfall.NotFoundError) as raised:
            self.store.person("nobody")
        self.assertIsInstance(raised.exception, LookupError)

    def test_forget(self):
        receipt = self.store.forget("ana")
        self.assertEqual((receipt["person"], receipt["events"]), ("ana", 2))
        self.assertEqual((receipt["attributes"], receipt["external"]), ([], []))
        self.assertEqual([e["person"] for e in self.store.events(now=NOW)], ["bo"])
        with self.assertRaises(footfall.NotFoundError):
            self.store.forget("ana")

    def test_embedded_nul_is_refused(self):
        with self.assertRaisesRegex(ValueError, "NUL"):
            self.store.person("ana\0x")


class EventsTest(StoreTest):
    def test_in_order_of_arrival_and_by_rule(self):
        self.ingest([track("ana", 5), track("bo", 9), track("ana", 3, name="é")])
        events = list(self.store.events(now=NOW))
        self.assertEqual([(e["person"], e["name"]) for e in events],
                         [("ana", "save"), ("bo", "save"), ("ana", "é")])
        self.assertEqual(events[0]["time"], NOW_MS - 300000)
        rule = {"field": "person.id", "op": "is", "value": "bo"}
        self.assertEqual([e["person"] for e in self.store.events(rule, now=NOW)], ["bo"])

    def test_expired_events_are_left_out(self):
        self.ingest(track("ana", 5))
        later = NOW + datetime.timedelta(days=366)
        self.assertEqual(list(self.store.events(now=later)), [])

    def test_bad_rule_has_a_path(self):
        with self.assertRaises(footfall.InvalidArgumentError) as raised:
            list(self.store.events({"all": [{"field": "event.name", "op": "like"}]}))
        self.assertTrue(raised.exception.path.startswith("$.all[0]"))

    def test_reader_may_stop_early_or_be_left_by_close(self):
        self.ingest([track("ana", 5, title="x" * 500) for _ in range(5000)])
        events = self.store.events(now=NOW)
        self.assertEqual(next(events)["person"], "ana")
        events.close()
        held = self.store.events(now=NOW)
        next(held)
        self.store.close()
        with self.assertRaises(footfall.CancelledError):
            list(held)
        self.assertEqual([t.name for t in threading.enumerate()
                          if t.name == "footfall-events"], [])

    def test_export_passes_pieces_and_exceptions(self):
        self.ingest([track("ana", 5), track("bo", 9)])
        def stop(piece):
            raise RuntimeError("enough")

        pieces = []
        self.store.export_events(pieces.append, now=NOW)
        self.assertEqual(len(b"".join(pieces).splitlines()), 2)
        with self.assertRaisesRegex(RuntimeError, "enough"):
            self.store.export_events(stop, now=NOW)
        self.assertEqual(_callbacks._callbacks, {})

    def test_a_range_of_events(self):
        self.ingest([track("ana", 5), track("bo", 9)])
        times = sorted(event["time"] for event in self.store.events(now=NOW))
        def instant(ms):
            return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc)

        later = list(self.store.events(from_=instant(times[1]), now=NOW))
        self.assertEqual([event["time"] for event in later], times[1:])
        earlier = list(self.store.events(to=instant(times[1]), now=NOW))
        self.assertEqual([event["time"] for event in earlier], times[:1])
        none = self.store.events(
            from_=datetime.date(2020, 1, 1), to="2020-01-02", timezone="Europe/Paris",
            now=NOW,
        )
        self.assertEqual(list(none), [])
        with self.assertRaisesRegex(footfall.InvalidArgumentError, "timezone"):
            list(self.store.events(timezone="Moon/Base", now=NOW))

    def test_cancel(self):
        self.ingest(track("ana", 5))
        cancel = footfall.Cancel()
        cancel.request()
        with self.assertRaises(footfall.CancelledError):
            list(self.store.events(now=NOW, cancel=cancel))


class UpkeepTest(StoreTest):
    def test_settings(self):
        self.assertEqual(self.store.settings()["level"], "content")
        self.store.set("level", "interactions")
        self.store.set("retention_days", 30)
        settings = self.store.settings()
        self.assertEqual(settings["level"], "interactions")
        self.assertEqual(str(settings["retention_days"]), "30")
        for key, value in (("colour", "red"), ("level", "all"), ("retention_days", -1)):
            with self.assertRaises(footfall.InvalidArgumentError):
                self.store.set(key, value)

    def test_check_stats_metrics(self):
        self.ingest([track("ana", 5), {"type": "track"}])
        check = self.store.check()
        self.assertEqual((check["ok"], check["events"], check["people"],
                          check["problems"]), (True, 1, 1, []))
        stats = self.store.stats()
        self.assertEqual((stats["events"], stats["people"]), (1, 1))
        metrics = self.store.metrics()
        self.assertEqual((metrics["events_accepted"], metrics["events_rejected"],
                          metrics["batches_committed"]), (1, 1, 1))
        self.assertGreater(metrics["log_bytes_written"], 0)
        self.assertNotIn("struct_size", metrics)

    def test_seal_moves_events_into_chunks(self):
        self.ingest(track("ana", 5))
        self.ingest(track("bob", 6))
        before = self.store.stats()
        self.assertEqual(before["events_sealed"], 0)
        sealed = self.store.seal()
        self.assertEqual(sealed["events_sealed"], before["events"])
        self.assertEqual(self.store.seal(merge=True)["events_sealed"], 0)
        self.assertEqual(self.store.stats()["events_sealed"], before["events"])
        self.assertTrue(self.store.check()["ok"])

    def test_a_thread_of_the_store_seals(self):
        path = self.directory / "beside"
        with footfall.Store(path, background_sealing=True) as store:
            store.set("seal_events", 1)
            store.ingest([track("ana", 5)], now=NOW)
            deadline = time.monotonic() + 60
            while store.stats()["events_sealed"] == 0 and time.monotonic() < deadline:
                time.sleep(0.01)
            self.assertEqual(store.stats()["events_sealed"], 1)

    def test_compact_removes_what_expired(self):
        self.ingest(track("ana", 5))
        later = NOW + datetime.timedelta(days=400)
        self.assertEqual(self.store.compact(now=NOW)["events_removed"], 0)
        self.assertEqual(self.store.compact(now=later)["events_removed"], 1)
        self.assertEqual(self.store.stats()["events"], 0)
        with self.assertRaisesRegex(ValueError, "time zone"):
            self.store.compact(now=datetime.datetime(2025, 1, 1))

    def test_redact(self):
        drop = footfall.Policy({"context": {"drop": ["city"]}})
        event = track("ana", 5)
        self.ingest({**event, "context": {"city": "Bonn", "country": "DE"}})
        counts = self.store.redact(drop, dry_run=True)
        self.assertEqual(self.store.person("ana")["city"], "Bonn")
        self.assertEqual(self.store.redact(drop), counts)
        self.assertEqual(
            counts,
            {"examined": 1, "changed": 1, "dropped": 0, "rules": {"context": 1},
             "done": True, "records_done": 1, "records": 1},
        )
        self.assertIsNone(self.store.person("ana")["city"])
        self.assertEqual(self.store.redact()["changed"], 0)
        cancel = footfall.Cancel()
        cancel.request()
        self.assertFalse(self.store.redact(drop, cancel=cancel)["done"])
        self.assertTrue(self.store.redact(drop)["done"])

    def test_backup_and_restore(self):
        self.ingest(track("ana", 5))
        backup, copy = self.directory / "backup", self.directory / "copy"
        self.store.backup(backup)
        footfall.restore(backup, copy)
        with footfall.Store(copy, create=False) as restored:
            self.assertEqual(restored.stats()["events"], 1)
        for call in (lambda: self.store.backup(backup),
                     lambda: footfall.restore(backup, copy)):
            with self.assertRaises(footfall.AlreadyExistsError):
                call()

    def test_open_modes(self):
        path = self.directory / "db"
        with self.assertRaises(footfall.NotFoundError):
            footfall.Store(self.directory / "absent", create=False)
        with self.assertRaises(footfall.FailedPreconditionError):
            footfall.Store(path)
        with footfall.Store(path, read_only=True) as reader:
            self.ingest(track("ana", 5))
            self.assertEqual(len(reader.report("users", now=NOW)), 1)
            with self.assertRaises(footfall.Error):
                reader.ingest(track("ana", 5), now=NOW)
        with self.assertRaises(footfall.InvalidArgumentError):
            footfall.Store(self.directory / "small", memory_budget=1)

    def test_closed_store(self):
        with self.store as store:
            self.ingest(track("ana", 5))
        with self.assertRaises(footfall.FailedPreconditionError) as raised:
            store.stats()
        self.assertEqual(raised.exception.code, "FAILED_PRECONDITION")
        self.assertTrue(str(raised.exception).startswith("FAILED_PRECONDITION: "))

    def test_fork(self):
        child = os.fork()
        if child == 0:
            try:
                self.store.stats()
                code = 1
            except footfall.FailedPreconditionError:
                code = 0
            except BaseException:
                code = 2
            os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_log_is_called_and_let_go(self):
        logged = []
        path = self.directory / "logged"
        store = footfall.Store(path, log=lambda *line: logged.append(line))
        store.close()
        for severity, message in logged:
            self.assertIn(severity, ("info", "warning", "error"))
            self.assertNotIn("\n", message)
        del store
        gc.collect()
        self.assertEqual(_callbacks._callbacks, {})
        with self.assertRaises(footfall.NotFoundError):
            footfall.Store(self.directory / "no", create=False, log=print)
        self.assertEqual(_callbacks._callbacks, {})


if __name__ == "__main__":
    unittest.main()
