#!/usr/bin/env bash
# test.sh FOOTFALL GENERATE RECORDINGS WORK_DIR: the Node script writes the same events
# as `footfall filter`, for generated interactions and for each recording of a folder, and
# its comparison finds what is made to differ.
set -euo pipefail
footfall=$1 generate=$2 recordings=$3 work=$4
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$work"
mkdir -p "$work"

# filter FILE OUTPUT
filter() {
  "$footfall" filter "$1" >"$2" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
}
"$generate" --events 5000 --people 300 -o "$work/events.ndjson"
filter "$work/events.ndjson" "$work/filtered.ndjson"
[ "$(wc -l <"$work/filtered.ndjson")" -eq 5000 ]
node "$here/mask.mjs" "$work/events.ndjson" --verify "$work/filtered.ndjson"
compared=0
for recording in "$recordings"/*.ndjson; do
  # JSON.parse takes the last of two equal keys, Footfall refuses the event.
  [ "$(basename "$recording")" != duplicate.ndjson ] || continue
  filter "$recording" "$work/recording.ndjson"
  node "$here/mask.mjs" "$recording" --verify "$work/recording.ndjson"
  compared=$((compared + 1))
done
[ "$compared" -ge 10 ]

# differs FILE OUTPUT TEXT: the comparison fails, saying the text.
differs() {
  if node "$here/mask.mjs" "$1" --verify "$2" 2>"$work/message"; then exit 1; fi
  grep -qF "$3" "$work/message" || { cat "$work/message" >&2; exit 1; }
}
jq -c 'if input_line_number == 7 then .context.country = "XX" else . end' \
  "$work/filtered.ndjson" >"$work/other.ndjson"
differs "$work/events.ndjson" "$work/other.ndjson" \
  'event 7 of the output: $.context.country: '
head -n 4999 "$work/filtered.ndjson" >"$work/short.ndjson"
differs "$work/events.ndjson" "$work/short.ndjson" 'writes 5000 events, Footfall 4999'
# A measurement of the first events.
node "$here/mask.mjs" "$work/events.ndjson" --events 100 --repetitions 1 |
  jq -e '.events == 100 and .seconds > 0 and .json_seconds > 0' >/dev/null
rm -rf "$work"
