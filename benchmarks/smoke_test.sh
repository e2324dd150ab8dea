#!/usr/bin/env bash
# smoke_test.sh GENERATE CAPTURE_BENCH RECORDING_BENCH STORE_BENCH SEGMENT_BENCH WORK_DIR:
# each benchmark runs once over a few events. A benchmark compares its counts itself and
# reports an error where they differ.
set -euo pipefail
generate=$1 capture=$2 recording=$3 store=$4 segment=$5 work=$6
rm -rf "$work"
mkdir -p "$work"
"$generate" --events 300 --people 20 -o "$work/ids.ndjson"
"$generate" --events 300 --people 20 --no-ids -o "$work/plain.ndjson"
export FOOTFALL_BENCH_EVENTS=$work/ids.ndjson
export FOOTFALL_BENCH_EVENTS_NO_IDS=$work/plain.ndjson
export FOOTFALL_BENCH_DIR=$work
export FOOTFALL_BENCH_RECORDING=$work/recording.ndjson
cat >"$FOOTFALL_BENCH_RECORDING" <<'EOT'
{"type":4,"data":{"href":"https://app.example/","width":9,"height":9},"timestamp":1}
{"type":2,"data":{"node":{"type":0,"childNodes":[{"type":2,"tagName":"p","attributes":{},"childNodes":[{"type":3,"textContent":"hello","id":3}],"id":2}],"id":1},"initialOffset":{"left":0,"top":0}},"timestamp":2}
EOT

# expect PROGRAM COUNT: it reports that many benchmarks and none of them failed.
expect() {
  local out=$work/result.json
  "$1" --benchmark_min_time=0.01 --benchmark_out="$out" >/dev/null
  jq -e --argjson count "$2" \
    '(.benchmarks | length) == $count and all(.benchmarks[]; .error_occurred != true)' \
    "$out" >/dev/null || { cat "$out" >&2; exit 1; }
}
expect "$capture" 3
expect "$recording" 3
expect "$store" 14
"$segment" "$work" 200 50 |
  jq -e '.people == 200 and (.runs | length) == 12 and all(.runs[]; .tests >= 50)' >/dev/null
# An input that is not of events must fail, or nothing above means much.
printf '{}\n{}\n' >"$work/ids.ndjson"
"$capture" --benchmark_filter='BM_Filter$' --benchmark_min_time=0.01 \
  --benchmark_out="$work/bad.json" >/dev/null
jq -e '.benchmarks[0].error_occurred == true' "$work/bad.json" >/dev/null
rm -rf "$work"
