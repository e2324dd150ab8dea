#!/usr/bin/env bash
# smoke_test.sh WORKER GENERATE PACKAGES WORK_DIR: a small run over all engines, which
# ends with an error when any two answers differ.
set -euo pipefail
worker=$1 generate=$2 packages=$3 work=$4
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$work"
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/bench.py" --worker "$worker" \
  --generate "$generate" --packages "$packages" --version smoke --out "$work" \
  --events 20000 --repeats 1 --ingest-repeats 1 --ids --growth 5000 >"$work.md"
# Every question was answered by every engine, with and without the filter.
jq -e '[.queries, .scan | to_entries[] | select(.key != "Q6sums") | .value |
        {rows, engines: ([.variants[].engine] | unique | length)}] |
       length == 14 and all(.[]; .rows > 0 and .engines == 4)' "$work/result.json" \
  >/dev/null
jq -e '(.sizes | length) > 12 and (.ingest | length) == 8 and (.growth | length) == 2 and
       .footfall_with_ids.bytes > .footfall.bytes and
       .footfall_sealing_thread.column_bytes > 0' "$work/result.json" >/dev/null
for chart in latency scan growth; do
  /usr/bin/python3 -c 'import sys, xml.dom.minidom as x
root = x.parse(sys.argv[1]).documentElement
assert root.getElementsByTagName("title") and root.getElementsByTagName("desc")
assert not root.getElementsByTagName("script")' "$work/$chart.svg"
done
# Answers that differ must end the run, or nothing above means much.
python=$(mktemp -d)
trap 'rm -rf "$python"' EXIT
cp -r "$here"/* "$python"
sed -i 's/30 \* 86_400_000/29 * 86_400_000/' "$python/engines.py"
if PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$python/bench.py" --worker "$worker" \
  --generate "$generate" --packages "$packages" --version smoke --out "$work/wrong" \
  --events 20000 --repeats 1 --ingest-repeats 1 --peers sqlite --queries Q2 \
  >/dev/null 2>"$work.error"; then
  echo "smoke_test.sh: a wrong answer went unnoticed" >&2
  exit 1
fi
grep -q '^Q2: the answers of footfall, .* and sqlite, .* differ' "$work.error"
rm -rf "$work" "$work.md" "$work.error"
