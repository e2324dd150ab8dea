"""The page about policies names every attribute that recordings keep, and no other."""

import re
import sys
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1))


class PolicyPageTest(unittest.TestCase):
    def test_lists_the_attributes_of_the_table(self):
        table = (ROOT / "src/capture/attribute_rules.cc").read_text("utf-8")
        known = dict(re.findall(r'\{"([^"]+)", Kind::k(\w+)\}', table))
        self.assertGreater(len(known), 150)
        removed = {name for name, kind in known.items() if kind in {"Content", "Code", "Pixels"}}
        self.assertEqual(removed, {"content", "srcdoc", "rr_dataURL"})
        page = (ROOT / "src/capture/POLICY.md").read_text("utf-8")
        section = page.split("### Attributes that recordings keep")[1].split("\n### ")[0]
        listed = re.findall(r"`([^`]+)`", section)
        self.assertEqual(len(listed), len(set(listed)), "an attribute stands twice")
        self.assertEqual(set(listed), set(known) - removed)

    def test_names_every_key_of_the_schema(self):
        schema = (ROOT / "include/footfall/schema/policy.schema.json").read_text("utf-8")
        page = (ROOT / "src/capture/POLICY.md").read_text("utf-8")
        properties = re.search(r'"properties": \{\n(.*?)\n  \},\n', schema, re.DOTALL).group(1)
        keys = re.findall(r'^    "(\w+)": \{', properties, re.MULTILINE)
        self.assertGreater(len(keys), 10)
        for key in keys:
            if key != "version":
                self.assertRegex(page, rf"`{key}[`.]", key)


if __name__ == "__main__":
    unittest.main()
