#!/usr/bin/env bash
# Builds the benchmarks, makes their input, runs them and writes down the medians.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

usage() {
  cat <<'EOT'
Usage: benchmarks/run.sh [OPTION...]

Measures the privacy filter beside simdjson and a Node script, and durable ingest and
opening of a store. Writes one JSON file and prints a summary of it in markdown. Takes
about five minutes.

  --build-dir DIR    where to build and to keep the input (default: build/benchmarks)
  --out FILE         the JSON file (default: BUILD_DIR/benchmarks.json)
  --events N         size of the input (default: 1000000)
  --repetitions N    each figure is the median of so many (default: 5)
  --recording FILE   rrweb events as NDJSON, to measure the filter of recordings with
  --jobs N           parallel jobs of the build (default: number of processors)
  --help             this text
EOT
}

build=$root/build/benchmarks
out=
events=1000000
repetitions=5
recording=
jobs=$(nproc)
while [ $# -gt 0 ]; do
  case "$1" in
    --build-dir) build=$(realpath -m "${2:?--build-dir needs a directory}"); shift 2 ;;
    --out) out=$(realpath -m "${2:?--out needs a file}"); shift 2 ;;
    --events) events=${2:?--events needs a number}; shift 2 ;;
    --repetitions) repetitions=${2:?--repetitions needs a number}; shift 2 ;;
    --recording) recording=$(realpath "${2:?--recording needs a file}"); shift 2 ;;
    --jobs) jobs=${2:?--jobs needs a number}; shift 2 ;;
    -h|--help) usage; exit 0 ;;
    *) echo "benchmarks/run.sh: unknown option '$1'" >&2; usage >&2; exit 2 ;;
  esac
done
out=${out:-$build/benchmarks.json}

"$root/cmake/install-deps.sh" build bench
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_C_COMPILER_LAUNCHER=ccache \
  -DFOOTFALL_BUILD_BENCHMARKS=ON -DFOOTFALL_BUILD_TESTS=OFF \
  -DFOOTFALL_BUILD_EXAMPLES=ON >/dev/null
cmake --build "$build" -j "$jobs" --target capture_bench \
  recording_bench segment_bench store_bench footfall_generate footfall_cli \
  -- --quiet >&2

work=$build/work
mkdir -p "$work"
people=$((events / 50 > 0 ? events / 50 : 1))
make_input() {
  echo "== $1: $events events of $people people" >&2
  "$build/benchmarks/generate/footfall_generate" --events "$events" --people "$people" \
    "${@:2}" -o "$work/$1"
}
make_input ids.ndjson
make_input plain.ndjson --no-ids
export FOOTFALL_BENCH_EVENTS=$work/ids.ndjson
export FOOTFALL_BENCH_EVENTS_NO_IDS=$work/plain.ndjson
export FOOTFALL_BENCH_DIR=$work

rm -f "$work"/result.*.json
# measure NAME PROGRAM OPTION...
measure() {
  echo "== $1" >&2
  "$build/benchmarks/$2" --benchmark_repetitions="$repetitions" \
    --benchmark_report_aggregates_only=true --benchmark_out="$work/result.$1.json" \
    "${@:3}" >&2
}
# measure_peer NAME FILE: the same work in a Node script, by processor time too, once it
# has written the same events.
measure_peer() {
  echo "== $1 peer" >&2
  "$build/examples/cli/footfall" filter "$2" \
    >"$work/filtered.ndjson" 2>"$work/filter.log" ||
    { cat "$work/filter.log" >&2; exit 1; }
  node "$root/benchmarks/filter_peer/mask.mjs" "$2" --verify "$work/filtered.ndjson"
  rm "$work/filtered.ndjson" "$work/filter.log"
  node "$root/benchmarks/filter_peer/mask.mjs" "$2" \
    --repetitions "$repetitions" >"$work/peer.$1.json"
}
# In turn, so that the ratio between them holds on a busy machine too.
measure filter capture_bench --benchmark_enable_random_interleaving=true
# capture_bench reads as many of the events.
head -n 200000 "$work/ids.ndjson" >"$work/first.ndjson"
measure_peer filter "$work/first.ndjson"
rm "$work/first.ndjson"
jq -rn --slurpfile ours "$work/result.filter.json" --slurpfile peer "$work/peer.filter.json" '
  ($ours[0].benchmarks[] | select(.name == "BM_FilterToNdjson_median").items_per_second) as $rate
  | "filter to NDJSON: \($rate / $peer[0].events_per_second * 10 | round / 10) times the rate" +
    " of benchmarks/filter_peer/mask.mjs, of which JSON.parse and JSON.stringify take" +
    " \($peer[0].json_seconds / $peer[0].seconds * 100 | round)%"'
if [ -n "$recording" ]; then
  export FOOTFALL_BENCH_RECORDING=$recording
  measure recording recording_bench --benchmark_enable_random_interleaving=true
  measure_peer recording "$recording"
  jq -rn --slurpfile ours "$work/result.recording.json" \
    --slurpfile peer "$work/peer.recording.json" '
    def rate(name): $ours[0].benchmarks[] | select(.name == name + "_median").bytes_per_second;
    "recording: \(rate("BM_FilterRecording") / 1e6 | round) MB/s," +
      " \(rate("BM_FilterRecording") / rate("BM_SimdjsonWalk") * 100 | round)% of simdjson," +
      " \(rate("BM_FilterRecording") / $peer[0].bytes_per_second * 10 | round / 10) times" +
      " the rate of benchmarks/filter_peer/mask.mjs, of which JSON.parse and" +
      " JSON.stringify take \($peer[0].json_seconds / $peer[0].seconds * 100 | round)%"'
  rm "$work/result.recording.json"
fi
# Each in a process of its own, so that the peak of memory is its own.
number=0
"$build/benchmarks/store_bench" --benchmark_list_tests 2>/dev/null |
  while read -r name; do
    number=$((number + 1))
    measure "store-$number" store_bench --benchmark_filter="^$name\$" </dev/null
  done
echo "== segments" >&2
"$build/benchmarks/segment_bench" "$work" >"$work/segments.json"
jq -r '"| segment | threads | beside ingest | p50 µs | p99 µs |", "|---|---:|---|---:|---:|",
  (.runs[] | "| \(.segment) | \(.threads) | \(.ingest) | \(.p50_us) | \(.p99_us) |")' \
  "$work/segments.json"
/usr/bin/python3 "$root/benchmarks/summarize.py" "$work/ids.ndjson" "$out" \
  "$work"/result.*.json
echo "== written to $out" >&2
