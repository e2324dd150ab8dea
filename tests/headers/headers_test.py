"""Checks the public headers as text: coverage by the C++ wrapper, docstrings, prefixes."""

import pathlib
import re
import sys
import unittest

FOLDER = pathlib.Path(sys.argv.pop(1))
HEADERS = sorted(FOLDER.glob("*.h"))
FUNCTION = re.compile(r"^FOOTFALL_API [^;]*?\b(footfall_\w+)\(", re.MULTILINE)


def functions():
    return [
        (header.name, name)
        for header in HEADERS
        for name in FUNCTION.findall(header.read_text("utf-8"))
    ]


class HeadersTest(unittest.TestCase):
    def test_the_wrapper_calls_every_function(self):
        wrapper = (FOLDER / "footfall.hpp").read_text("utf-8")
        # Comments name functions too; only code counts.
        code = re.sub(r"//.*", "", wrapper)
        # An error's code is the status that the failed call returned.
        not_needed = {"footfall_error_code"}
        self.assertGreater(len(functions()), 40)
        for header, name in functions():
            if name not in not_needed:
                self.assertRegex(code, rf"\b{name}\b", f"{header}: {name} is not wrapped")

    def test_every_function_says_since_when_it_exists(self):
        for header in HEADERS:
            text = header.read_text("utf-8")
            marks = len(re.findall(r"^/// \\since \d+\.\d+$", text, re.MULTILINE))
            self.assertEqual(marks, len(FUNCTION.findall(text)), header.name)

    def test_the_umbrella_includes_every_header(self):
        umbrella = (FOLDER / "footfall.h").read_text("utf-8")
        for header in HEADERS:
            if header.name != "footfall.h":
                self.assertIn(f'#include "footfall/{header.name}"', umbrella)

    def test_macros_have_the_prefix(self):
        for header in HEADERS:
            for name in re.findall(r"#define (\w+)", header.read_text("utf-8")):
                if not name.startswith("ARROW_"):
                    self.assertTrue(name.startswith("FOOTFALL_"), f"{header.name}: {name}")


if __name__ == "__main__":
    unittest.main()
