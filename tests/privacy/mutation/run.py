#!/usr/bin/env python3
"""Disables each privacy rule in turn and requires that a privacy case fails.

Each entry of mutations.json replaces one snippet of src/capture, which must stand exactly
once in its file. The sources are copied, so the tree stays as it is. Needs g++, ccache
(optional), pkg-config and what the tests are built with.

usage: run.py [--jobs N] [--only WORD...] [--check]
  --only   the entries whose rule, name or file holds one of the words
  --check  does not build: tells only whether all snippets are where they should be
"""

import argparse
import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
TESTS = {
    "privacy_test": ["privacy_test"],
    "recording_test": ["recording_test", "recording_state_test", "recording_notation",
                       "recording_run", "replay_model", "random_page"],
}
BASE = ["json", "status", "strings"]
FLAGS = ["-std=c++20", "-O1", "-DFOOTFALL_PRIVACY_DIR=\"%s\"" % HERE.parent]
LIBRARIES = ["absl_statusor", "absl_strings", "simdjson", "gtest_main"]
TEST_SECONDS = 300


def compiler():
    return (["ccache"] if shutil.which("ccache") else []) + ["g++"]


def libraries():
    return subprocess.run(["pkg-config", "--libs", *LIBRARIES], check=True,
                          capture_output=True, text=True).stdout.split()


def capture_sources():
    """The files of the capture core, which links alone."""
    text = (ROOT / "src/capture/CMakeLists.txt").read_text()
    core = text[text.index("footfall_module(capture\n"):]
    return re.findall(r"\b(\w+)\.cc\b", core[:core.index(")")])


class Copy:
    """A copy of the sources with its objects."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        for module in ("base", "capture", "model"):
            shutil.copytree(ROOT / "src" / module, self.directory / "src" / module)
        shutil.copytree(ROOT / "tests/privacy", self.directory / "tests/privacy")
        self.capture = [self.directory / "src/capture" / (name + ".cc")
                        for name in capture_sources()]
        base = [self.directory / "src/base" / (name + ".cc") for name in BASE]
        for source in self.capture + base:
            self.compile(source)
        self.shared = self.capture + base
        for sources in TESTS.values():
            for name in sources:
                self.compile(self.directory / "tests/privacy" / (name + ".cc"))

    def compile(self, source):
        # The compiler is named relative paths only, so that copies share ccache.
        relative = source.relative_to(self.directory)
        subprocess.run([*compiler(), *FLAGS, "-I.", "-Isrc", "-c", str(relative), "-o",
                        str(relative.with_suffix(".o"))],
                       cwd=self.directory, check=True, capture_output=True, text=True)

    def run_tests(self):
        """The names of the cases and tests that failed; a crash counts as one."""
        failed = []
        for test, sources in TESTS.items():
            objects = [source.with_suffix(".o") for source in self.shared]
            objects += [self.directory / "tests/privacy" / (name + ".o")
                        for name in sources]
            program = self.directory / test
            subprocess.run(["g++", *map(str, objects), *libraries(), "-lpthread", "-o",
                            str(program)], check=True, capture_output=True, text=True)
            try:
                result = subprocess.run([str(program)], capture_output=True, text=True,
                                        errors="replace", timeout=TEST_SECONDS)
            except subprocess.TimeoutExpired:
                failed.append(test + ": no end")
                continue
            if result.returncode != 0:
                failed += re.findall(r"_test\.cc:\d+: (.*: .*)", result.stdout)
                failed += re.findall(r"^\[  FAILED  \] (\S+)", result.stdout, re.M)
                failed.append("%s: exit code %d" % (test, result.returncode))
        return failed

    def mutate(self, mutation):
        source = self.directory / "src/capture" / mutation["file"]
        text = source.read_text()
        source.write_text(text.replace(mutation["from"], mutation["to"]))
        try:
            dependents = [source] if source.suffix == ".cc" else self.capture
            for dependent in dependents:
                self.compile(dependent)
            return self.run_tests()
        finally:
            source.write_text(text)
            for dependent in dependents:
                self.compile(dependent)


def find_problems(mutations):
    problems = []
    for mutation in mutations:
        path = ROOT / "src/capture" / mutation["file"]
        found = path.read_text().count(mutation["from"]) if path.exists() else 0
        if found != 1:
            problems.append("%s: stands %d times in %s: %s" % (
                mutation["name"], found, mutation["file"], mutation["from"]))
    names = re.search(r"kRuleNames = \{(.*?)\};",
                      (ROOT / "src/capture/rules.h").read_text(), re.S).group(1)
    covered = {rule for mutation in mutations for rule in mutation["rules"]}
    for name in re.findall(r'"(\w+)"', names):
        if name not in covered:
            problems.append("no mutation for the rule " + name)
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[""])
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    mutations = json.loads((HERE / "mutations.json").read_text())
    problems = find_problems(mutations)
    if problems or arguments.check:
        print("\n".join(problems or ["%d mutations can be applied" % len(mutations)]))
        return 1 if problems else 0
    chosen = [m for m in mutations
              if any(word in " ".join([m["name"], m["file"], *m["rules"]])
                     for word in arguments.only)]
    survivors = []
    with tempfile.TemporaryDirectory() as directory:
        def work(job):
            copy = Copy(pathlib.Path(directory) / str(job))
            clean = set(copy.run_tests())
            left = ["the tests fail without a mutation"] if clean and job == 0 else []
            for mutation in chosen[job::arguments.jobs]:
                try:
                    failed = [name for name in copy.mutate(mutation) if name not in clean]
                except subprocess.CalledProcessError as error:
                    failed = []
                    print(error.stderr[-2000:], flush=True)
                print("%-9s %s: %s" % ("found" if failed else "SURVIVED",
                                       mutation["name"], failed[0] if failed else ""),
                      flush=True)
                if not failed:
                    left.append(mutation["name"])
            return left

        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for left in pool.map(work, range(arguments.jobs)):
                survivors += left
    print("%d mutations, %d not found" % (len(chosen), len(survivors)))
    print("\n".join(survivors))
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
