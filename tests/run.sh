#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

usage() {
  cat <<'EOT'
Usage: tests/run.sh [OPTION...]

Installs the missing Debian packages (as root or with sudo), builds Footfall and runs its
tests: once as a release build and once under the address and undefined-behaviour
sanitizers.

  --build-dir DIR   where to build (default: build/tests)
  --jobs N          parallel jobs (default: number of processors)
  --slow            run the long tests too, in the release build: browser recordings,
                    a million events, many kills
  --no-sanitizer    leave the sanitizer build out
  --filter REGEX    only the tests whose names match
  --help            this text

Exit code: 0 when all tests passed, 1 when one failed, 2 for wrong use.
EOT
}

build=$root/build/tests
jobs=$(nproc)
slow=OFF
sanitizer=1
filter=()
while [ $# -gt 0 ]; do
  case "$1" in
    --build-dir) build=$(realpath -m "${2:?--build-dir needs a directory}"); shift 2 ;;
    --jobs) jobs=${2:?--jobs needs a number}; shift 2 ;;
    --slow) slow=ON; shift ;;
    --no-sanitizer) sanitizer=0; shift ;;
    --filter) filter=(-R "${2:?--filter needs an expression}"); shift 2 ;;
    -h|--help) usage; exit 0 ;;
    *) echo "tests/run.sh: unknown option '$1'" >&2; usage >&2; exit 2 ;;
  esac
done

"$root/cmake/install-deps.sh" build test wasm

# run_suite NAME CMAKE_ARGUMENT...: configures, builds and tests in $build/NAME.
run_suite() {
  local name=$1
  shift
  echo "== $name: configure and build" >&2
  cmake -S "$root" -B "$build/$name" -G Ninja \
    -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_C_COMPILER_LAUNCHER=ccache "$@" >/dev/null
  cmake --build "$build/$name" -j "$jobs" -- --quiet
  echo "== $name: test" >&2
  # Some tests wait, for browsers and processes: one more keeps the processors busy.
  (cd "$build/$name" &&
    ctest --output-on-failure --no-tests=error -j $((jobs + 1)) "${filter[@]}")
}

# The compiler tells what a file depends on, so that ccache need not preprocess it first.
# Precompiled headers need that and the rest.
export CCACHE_DEPEND=1 CCACHE_SLOPPINESS=pch_defines,time_macros

run_suite release -DCMAKE_BUILD_TYPE=Release -DFOOTFALL_BUILD_BENCHMARKS=ON \
  -DFOOTFALL_WERROR=ON -DFOOTFALL_WASM_TESTS=ON -DFOOTFALL_SLOW_TESTS=$slow
if [ $sanitizer = 1 ]; then
  # The release build has shown that each file includes what it uses.
  run_suite sanitizer -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG="-Og -g1" \
    -DFOOTFALL_SANITIZE=address,undefined -DFOOTFALL_PRECOMPILE_TESTS=ON -DFOOTFALL_UNITY=ON
fi
