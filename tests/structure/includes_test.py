"""Checks which module includes which, as CONTRIBUTING.md says they may."""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else ".").resolve()

# What each module may include, itself aside.
ALLOWED = {
    "base": set(),
    "model": {"base"},
    "net": {"base"},
    "capture": {"base", "model"},
    "store": {"base", "model"},
    "query": {"base", "model", "store"},
    "report": {"base", "model", "store", "query"},
    "prove": {"base", "model", "store", "query", "report"},
    "runtime": {"base", "model", "capture", "store", "query", "report", "prove", "net"},
    "capi": {"base", "model", "capture", "store", "query", "report", "prove", "net", "runtime"},
}
# The capture core is also compiled for the browser: no Abseil and nothing of base.
CAPTURE_BEYOND_CORE = {
    f"{name}.{kind}"
    for name in ("counters_json", "leak_test", "leak_search", "leak_text", "sealed_state")
    for kind in ("cc", "h")
}
# Libraries that stand in one place each: where, and how their headers are known.
CONFINED = [
    (r"rocksdb/", lambda p: p.parts[0] == "store"),
    (r"curl/", lambda p: p.parts[0] == "net"),
    (r"simdjson\.h", lambda p: p.parts[0] == "capture" or p.match("base/json*")),
    (r"re2/", lambda p: p.parts[0] in ("model", "prove")),
    (r"sodium\.h", lambda p: p.parts[0] == "store" or p.match("capture/sealed_state*") or p.match("base/secret*")),
    (r"flatbuffers/", lambda p: p.match("report/arrow_ipc*")),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def includes(path):
    return [(quote, name) for quote, name in INCLUDE.findall(path.read_text("utf-8"))]


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".h", ".cc", ".c", ".hpp"} and "node_modules" not in path.parts:
                yield path


class IncludesTest(unittest.TestCase):
    def test_modules_include_only_what_lies_below_them(self):
        seen = 0
        for path in sources("src"):
            local = path.relative_to(ROOT / "src")
            module = local.parts[0]
            for _, name in includes(path):
                target = name.split("/")[0]
                if target in ALLOWED and target != module:
                    seen += 1
                    self.assertIn(target, ALLOWED[module], f"{local} includes {name}")
        self.assertGreater(seen, 50)

    def test_the_capture_core_stands_alone(self):
        seen = 0
        for path in sources("src/capture"):
            if path.name in CAPTURE_BEYOND_CORE:
                continue
            seen += 1
            for _, name in includes(path):
                self.assertFalse(
                    name.startswith(("absl/", "base/", "re2/", "footfall/")),
                    f"{path.name} includes {name}",
                )
                if name.startswith("model/"):
                    self.assertEqual(name, "model/event.h", path.name)
        self.assertGreater(seen, 4)

    def test_the_model_event_is_standard_library_only(self):
        for _, name in includes(ROOT / "src/model/event.h"):
            self.assertNotIn("/", name)

    def test_outside_libraries_stay_in_their_place(self):
        for path in sources("src"):
            local = path.relative_to(ROOT / "src")
            for _, name in includes(path):
                for pattern, may in CONFINED:
                    if re.match(pattern, name):
                        self.assertTrue(may(local), f"{local} includes {name}")

    def test_examples_and_bindings_use_the_public_headers_only(self):
        internal = set(ALLOWED)
        for path in sources("examples", "bindings"):
            # The module for browsers is the capture core itself, compiled anew.
            if path.is_relative_to(ROOT / "bindings/wasm"):
                continue
            for quote, name in includes(path):
                self.assertNotIn(
                    name.split("/")[0] if "/" in name else "", internal,
                    f"{path.relative_to(ROOT)} includes {name}",
                )

    def test_the_module_for_browsers_includes_the_capture_core_only(self):
        seen = 0
        for path in sources("bindings/wasm"):
            for quote, name in includes(path):
                if quote == '"':
                    seen += 1
                    self.assertTrue(name.startswith("capture/"), name)
                    self.assertNotIn(name.split("/")[1], CAPTURE_BEYOND_CORE, name)
        self.assertGreater(seen, 2)

    def test_only_tests_of_capi_include_it(self):
        for path in sources("src"):
            if path.relative_to(ROOT / "src").parts[0] == "capi":
                continue
            for _, name in includes(path):
                self.assertFalse(name.startswith("capi/"), f"{path} includes {name}")


if __name__ == "__main__":
    unittest.main(verbosity=1)
