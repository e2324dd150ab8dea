#!/usr/bin/env bash
# Measures Footfall beside DuckDB, ClickHouse and SQLite over the same events.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

usage() {
  cat <<'EOT'
Usage: benchmarks/peers/run.sh [OPTION...]

Installs the peers, builds Footfall and the data, checks that all answers are equal, runs
each query in turn over the engines, and writes result.json, result.md and SVG charts.
The default size takes about an hour and 20 GB of disk; --events 200000 about a minute.

  --events N           how many events (default: 10000000)
  --people N           how many people (default: a 50th of the events)
  --repeats N          each figure is the median of so many (default: 7)
  --threads N          threads of a query, 1 or 2 (default: 1)
  --ids                also measure ingest and size of events with ids
  --processor-time     processor time of the queries instead of the clock's, for a machine
                       that has other work; says nothing of two threads
  --peers LIST         of duckdb,clickhouse,sqlite (default: all)
  --queries LIST       of Q1 to Q7 (default: all)
  --ingest-events N    how many events the peers' ingest is measured with, at most
                       (default: 1000000)
  --growth LIST        further sizes, such as 1000000,100000000; above ten million only
                       Footfall is measured
  --out DIR            where to write (default: BUILD_DIR/peers)
  --build-dir DIR      where to build (default: build/benchmarks)
  --jobs N             parallel jobs of the build (default: number of processors)
  --help               this text
EOT
}

build=$root/build/benchmarks
out=
jobs=$(nproc)
passed_on=()
while [ $# -gt 0 ]; do
  case "$1" in
    --events|--people|--repeats|--threads|--peers|--queries|--ingest-events|--growth)
      passed_on+=("$1" "${2?$1 needs a value}"); shift 2 ;;
    --ids|--processor-time) passed_on+=("$1"); shift ;;
    --out) out=$(realpath -m "${2:?--out needs a directory}"); shift 2 ;;
    --build-dir) build=$(realpath -m "${2:?--build-dir needs a directory}"); shift 2 ;;
    --jobs) jobs=${2:?--jobs needs a number}; shift 2 ;;
    -h|--help) usage; exit 0 ;;
    *) echo "benchmarks/peers/run.sh: unknown option '$1'" >&2; usage >&2; exit 2 ;;
  esac
done
out=${out:-$build/peers}

"$root/cmake/install-deps.sh" build bench
command -v npm >/dev/null || {
  echo "benchmarks/peers/run.sh: npm is needed to install the peers" >&2
  exit 1
}
packages=$build/peers-packages
"$root/tests/npm_copy.sh" "$root/benchmarks/peers" "$packages"
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_C_COMPILER_LAUNCHER=ccache \
  -DFOOTFALL_BUILD_BENCHMARKS=ON -DFOOTFALL_BUILD_TESTS=OFF \
  -DFOOTFALL_BUILD_EXAMPLES=OFF >/dev/null
cmake --build "$build" -j "$jobs" --target footfall_peer_worker footfall_generate \
  -- --quiet >&2
version=$(sed -n 's/.*FOOTFALL_VERSION_STRING "\(.*\)".*/\1/p' \
  "$root/include/footfall/version.h")

mkdir -p "$out"
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$root/benchmarks/peers/bench.py" \
  --worker "$build/benchmarks/peers/footfall_peer_worker" \
  --generate "$build/benchmarks/generate/footfall_generate" \
  --packages "$packages" --version "$version" --out "$out" "${passed_on[@]}"
echo "== written to $out" >&2
