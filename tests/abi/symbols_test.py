"""The library exports exactly the functions that the headers declare."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))
LIBRARY = sys.argv.pop(1)


def declared():
    names = set()
    for header in (ROOT / "include/footfall").glob("*.h"):
        text = re.sub(r"//.*", "", header.read_text("utf-8"))
        text = re.sub(r"#define FOOTFALL_API.*", "", text)
        names |= set(re.findall(r"FOOTFALL_API[^;(]*?\b(footfall_\w+)\s*\(", text))
    return names


class SymbolsTest(unittest.TestCase):
    def test_exports_are_the_declared_functions(self):
        output = subprocess.run(
            ["nm", "-D", "--defined-only", LIBRARY],
            check=True, capture_output=True, text=True,
        ).stdout
        exported = {line.split()[-1].split("@")[0] for line in output.splitlines()}
        self.assertGreater(len(declared()), 50)
        self.assertEqual(exported, declared())


if __name__ == "__main__":
    unittest.main(verbosity=1)
