"""The package itself: completeness, versions, what the README shows."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import footfall
from footfall import _core
from footfall._footfall import lib

from support import SOURCE, api_functions, code_blocks

# Functions of the C ABI that Python needs no binding for, with the reason.
EXCLUDED = {
    "footfall_result_format": "footfall_result_format_with does the same",
}


class PackageTest(unittest.TestCase):
    def test_every_function_is_bound_or_excluded(self):
        functions = api_functions()
        self.assertGreater(len(functions), 50)
        package = pathlib.Path(footfall.__file__).parent
        sources = "".join(p.read_text() for p in package.glob("*.py"))
        used = set(re.findall(r"\blib\.(footfall_\w+)", sources))
        self.assertEqual(functions - used, set(EXCLUDED))
        self.assertEqual([name for name in functions if not hasattr(lib, name)], [])

    def test_versions_agree(self):
        header = (SOURCE / "include/footfall/version.h").read_text()
        version = re.search(r'VERSION_STRING "([^"]+)"', header).group(1)
        self.assertEqual(footfall.__version__, version)
        project = (SOURCE / "bindings/python/pyproject.toml").read_text()
        self.assertIn(f'\nversion = "{version}"\n', project)

    def test_patch_versions_may_differ(self):
        _core._check_version(1000, 1007)
        with self.assertRaisesRegex(ImportError, "libfootfall 0.1.0 but 0.2.0 was"):
            _core._check_version(1000, 2000)

    def test_import_refuses_another_version(self):
        with tempfile.TemporaryDirectory() as directory:
            stub = os.path.join(directory, "stub.so")
            subprocess.run(
                ["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", stub],
                input="int footfall_version_number(void) { return 3002001; }",
                check=True, text=True,
            )
            run = subprocess.run(
                [sys.executable, "-c", "import footfall"],
                env={**os.environ, "LD_PRELOAD": stub}, cwd=directory,
                capture_output=True, text=True,
            )
        self.assertEqual(run.returncode, 1)
        self.assertIn("ImportError: footfall was compiled for libfootfall 0.1.0 but "
                      "3.2.1 was loaded", run.stderr)

    def test_is_typed_and_exports_what_it_says(self):
        self.assertTrue((pathlib.Path(footfall.__file__).parent / "py.typed").exists())
        for name in footfall.__all__:
            self.assertTrue(hasattr(footfall, name), name)

    def test_readme_examples_run_as_printed(self):
        own = code_blocks(SOURCE / "bindings/python/README.md", "python")
        self.assertEqual(len(own), 1)
        root = SOURCE / "README.md"
        blocks = own + (code_blocks(root, "python") if root.exists() else [])
        for block in blocks:
            self.assertLessEqual(len(block.splitlines()), 12)
            with tempfile.TemporaryDirectory() as directory:
                run = subprocess.run(
                    [sys.executable, "-c", block], cwd=directory,
                    capture_output=True, text=True,
                )
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertIn("ana@example.com", run.stdout)


if __name__ == "__main__":
    unittest.main()
