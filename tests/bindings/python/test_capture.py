"""Policies and the streaming filter."""

import io
import json
import os
import unittest

import footfall

from support import track


def lines(data):
    return [json.loads(line) for line in data.splitlines()]


PASSWORD = "Kopje7!veldt"


def page(text="salmon-harbour"):
    """A recorded page with a text and a password field."""
    field = {"type": 2, "tagName": "input", "attributes": {"type": "password"},
             "childNodes": [], "id": 4}
    shown = {"type": 3, "textContent": text, "id": 3}
    html = {"type": 2, "tagName": "html", "attributes": {},
            "childNodes": [shown, field], "id": 2}
    return [
        {"type": 4, "timestamp": 1,
         "data": {"href": "https://a.example/?tab=1", "width": 8, "height": 6}},
        {"type": 2, "timestamp": 2,
         "data": {"node": {"type": 0, "childNodes": [html], "id": 1},
                  "initialOffset": {"left": 0, "top": 0}}},
    ]


TYPED = {"type": 3, "timestamp": 3,
         "data": {"source": 5, "text": PASSWORD, "isChecked": False, "id": 4}}
ECHOED = {"type": 3, "timestamp": 4,
          "data": {"source": 0, "texts": [{"id": 3, "value": f"typed {PASSWORD}"}],
                   "attributes": [], "removes": [], "adds": []}}


def ndjson(*events):
    return "".join(json.dumps(event) + "\n" for event in events).encode()


class PolicyTest(unittest.TestCase):
    def test_default_has_no_findings(self):
        self.assertEqual(footfall.Policy().lint(), [])

    def test_lint_names_what_is_allowed(self):
        policy = footfall.Policy({"version": 1, "allow_values": [{"all": True}]})
        findings = policy.lint()
        self.assertEqual(len(findings), 1)
        self.assertEqual(findings[0]["severity"], "discouraged")
        self.assertTrue(findings[0]["path"].startswith("$.allow_values"))

    def test_unknown_key_is_refused_with_its_path(self):
        with self.assertRaises(footfall.InvalidArgumentError) as raised:
            footfall.Policy({"censor": [{"klass": "x"}]})
        self.assertEqual(raised.exception.code, "INVALID_ARGUMENT")
        self.assertTrue(raised.exception.path.startswith("$.censor[0]"))
        self.assertIsNone(raised.exception.byte)
        self.assertIsInstance(raised.exception, ValueError)

    def test_malformed_json_is_refused_with_its_byte(self):
        with self.assertRaises(footfall.InvalidArgumentError) as raised:
            footfall.Policy('{"version": 1,,}')
        self.assertEqual(raised.exception.byte, 14)

    def test_explain_names_rules_and_no_values(self):
        policy = footfall.Policy({"censor": [{"id": "salary"}]})
        click = track("ana", 1, type="click", url="https://a.example/?token=verysecret",
                      element={"tag": "b", "id": "salary", "text": "81000 euro"})
        (explained,) = policy.explain(click)
        self.assertEqual(explained["outcome"], "passed")
        rules = {row["rule"]: row["policy_path"] for row in explained["removed"]}
        self.assertEqual(rules, {"url_query": None, "censored": "$.censor[0]"})
        self.assertNotIn("verysecret", json.dumps(explained))
        first, second = policy.explain([click, {"type": "click"}])
        self.assertEqual(first, explained)
        self.assertEqual((second["outcome"], second["path"]), ("rejected", "time"))
        recorded = policy.explain(ndjson(*page()))
        self.assertEqual([one["outcome"] for one in recorded], ["passed", "passed"])


class FilterTest(unittest.TestCase):
    def test_stream_cut_anywhere(self):
        events = [track("ana", 1), track("bo", 2)]
        data = "".join(json.dumps(e) + "\n" for e in events).encode()
        stream = footfall.Filter()
        out = b"".join(stream.write(data[i : i + 7]) for i in range(0, len(data), 7))
        out += stream.finish()
        self.assertEqual([e["person"] for e in lines(out)], ["ana", "bo"])
        counters = stream.counters()
        self.assertEqual((counters["accepted"], counters["rejected"]), (2, 0))
        with self.assertRaises(footfall.FailedPreconditionError):
            stream.write(b"{}")

    def test_typed_values_and_passwords_go(self):
        field = {"tag": "input", "type": "password", "id": "pw", "value": "hunter2"}
        stream = footfall.Filter(footfall.Policy())
        event = track("ana", 1, url="https://a.example/x?secret=1")
        out = stream.write(json.dumps({**event, "type": "input", "element": field}))
        out += stream.write("\n" + json.dumps(event))
        out += stream.finish()
        self.assertNotIn(b"hunter2", out)
        self.assertEqual([e["url"] for e in lines(out)], ["https://a.example/x"])
        self.assertEqual(stream.counters()["dropped_policy"], 1)

    def test_level(self):
        stream = footfall.Filter(level="content")
        out = stream.write(json.dumps({**track("ana", 1), "type": "click"}))
        self.assertEqual(out + stream.finish(), b"")
        self.assertEqual(stream.counters()["dropped_level"], 1)
        with self.assertRaises(ValueError):
            footfall.Filter(level="everything")

    def test_event_bytes_max(self):
        stream = footfall.Filter(event_bytes_max=100)
        stream.write(json.dumps(track("ana", 1, title="x" * 200)))
        stream.finish()
        self.assertEqual(stream.counters()["rejected"], 1)

    def test_recordings(self):
        for kind in ("rrweb", "auto"):
            stream = footfall.Filter(format=kind)
            out = stream.write(ndjson(*page(), TYPED, ECHOED)) + stream.finish()
            self.assertEqual(lines(out)[0]["data"]["href"], "https://a.example/")
            self.assertNotIn(b"Kopje7", out)
            self.assertEqual(stream.counters()["rejected"], 0)
        with self.assertRaises(ValueError):
            footfall.Filter(format="xml")

    def test_set_policy(self):
        stream = footfall.Filter(format="rrweb")
        meta = ndjson(page()[0])
        self.assertNotIn(b"tab=1", stream.write(meta))
        stream.set_policy(footfall.Policy({"url": {"keep_query": ["tab"]}}))
        self.assertIn(b"tab=1", stream.write(meta))
        stream.set_policy(None)
        self.assertNotIn(b"tab=1", stream.write(meta))
        stream.finish()
        with self.assertRaises(footfall.FailedPreconditionError):
            stream.set_policy(None)

    def test_save_and_restore(self):
        key = os.urandom(32)
        first = footfall.Filter(format="rrweb")
        first.write(ndjson(*page(), TYPED))
        state = first.save(key)
        self.assertNotIn(b"Kopje7", state)
        second = footfall.Filter.restore(key, state)
        out = second.write(ndjson(ECHOED))
        self.assertEqual(out, first.write(ndjson(ECHOED)))
        self.assertEqual(len(lines(out)), 1)
        self.assertNotIn(b"Kopje7", out)
        self.assertEqual(second.counters()["accepted"], 1)
        with self.assertRaises(footfall.InvalidArgumentError):
            footfall.Filter.restore(os.urandom(32), state)
        with self.assertRaises(footfall.InvalidArgumentError):
            footfall.Filter.restore(b"short", state)
        with self.assertRaises(footfall.DataLossError):
            footfall.Filter.restore(key, b"no state")
        first.write(b'{"type":')
        with self.assertRaises(footfall.FailedPreconditionError):
            first.save(key)
        with self.assertRaises(footfall.FailedPreconditionError):
            footfall.Filter().save(key)


class LeakTest(unittest.TestCase):
    def test_what_survives_and_what_does_not(self):
        recording = ndjson(*page(), TYPED)
        canaries = [{"id": "shown", "text": "SALMON-harbour"}, PASSWORD, "not there"]
        for given in (recording, io.BytesIO(recording), [recording[:99], recording[99:]]):
            result = footfall.leak_test(given, canaries)
            self.assertEqual(result["canaries"], 3)
            self.assertEqual(result["survived"], ["shown"])
            self.assertEqual(result["void"], ["#3"])
            (place,) = result["places"]
            self.assertEqual((place["encoding"], place["event"]), ("case_folded", 1))
            self.assertNotIn("almon", json.dumps(result))
        masked = footfall.leak_test(
            recording, canaries, footfall.Policy({"text": "mask"}), format="rrweb"
        )
        self.assertEqual(masked["survived"], [])

    def test_refusals(self):
        with self.assertRaises(footfall.InvalidArgumentError) as raised:
            footfall.leak_test(b"", ["long enough", "abc"])
        self.assertEqual(raised.exception.path, "$[1]")
        with self.assertRaises(ValueError):
            footfall.leak_test(b"", ["long enough"], format="xml")


if __name__ == "__main__":
    unittest.main()
