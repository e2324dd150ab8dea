"""Policies and the streaming filter."""

import json
import unittest

import footfall

from support import track


def lines(data):
    return [json.loads(line) for line in data.splitlines()]


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


if __name__ == "__main__":
    unittest.main()
