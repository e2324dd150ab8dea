#!/usr/bin/env bash
# Builds Footfall and shows its main job on events that a real browser recorded.
set -euo pipefail
export LC_ALL=C.UTF-8
root=$(cd "$(dirname "$0")/../.." && pwd)
sample=$root/examples/recorder/sample
out=$root/out
# The present of the recording: reports about the last 30 days count back from here.
now=2026-11-20T12:00:00Z

usage() {
  cat <<'EOT'
Usage: examples/quickstart/run.sh [OPTION...]

Installs the missing Debian packages (as root or with sudo), builds the library and the
command line, and runs the main job: events that were recorded in a browser are filtered,
stored and reported. Results go to out/, which is made anew each time.

  --build-dir DIR   where to build (default: build/quickstart)
  --jobs N          parallel jobs (default: number of processors)
  --help            this text

Exit code: 0 done, 1 when a step failed or a secret was found, 2 for wrong use.
EOT
}

build=$root/build/quickstart
jobs=$(nproc)
while [ $# -gt 0 ]; do
  case "$1" in
    --build-dir) build=$(realpath -m "${2:?--build-dir needs a directory}"); shift 2 ;;
    --jobs) jobs=${2:?--jobs needs a number}; shift 2 ;;
    -h|--help) usage; exit 0 ;;
    *) echo "quickstart: unknown option '$1'" >&2; usage >&2; exit 2 ;;
  esac
done

heading() { printf '\n=== %s\n' "$1"; }

# The strings of array $1 in secrets.json, one a line.
secrets() {
  sed -n "/^  \"$1\": \[/,/^  \]/ s/^    \"\(.*\)\",\{0,1\}\$/\1/p" "$sample/secrets.json"
}

# How many lines of file $1 occur, as they are, somewhere in the files or folders $2...
count_found() {
  local list=$1 found=0 secret
  shift
  while IFS= read -r secret; do
    if grep -rqaF -e "$secret" -- "$@"; then found=$((found + 1)); fi
  done < "$list"
  echo "$found"
}

# The bytes of the files in folder $1, and after each file its compressed blocks unpacked:
# text inside a block cannot be found otherwise. A block is a zstd frame, which zstd finds
# the end of by itself; what follows it is refused, and that is no error here.
unpacked_files() {
  local file offset
  for file in "$1"/*; do
    cat "$file"
    { LC_ALL=C grep -obUaP '\x28\xb5\x2f\xfd' "$file" || true; } | cut -d: -f1 |
      while IFS= read -r offset; do
        tail -c "+$((offset + 1))" "$file" | zstd -dcq 2> /dev/null || true
      done
  done
}

# The first $2 rows of report $1 as a table, cut at the width of the screen.
show_report() {
  local line count=0 width=${COLUMNS:-}
  if [ -z "$width" ]; then width=$([ -t 1 ] && tput cols 2>/dev/null || echo 150); fi
  heading "Report: $1"
  "$footfall" report run "$1" --now "$now" > "$work/table"
  while IFS= read -r line && [ $count -lt $(($2 + 2)) ]; do
    printf '%s\n' "${line:0:$width}"
    count=$((count + 1))
  done < "$work/table"
}

heading "Build"
"$root/cmake/install-deps.sh" build
# A folder that another command configured is used as it is.
if [ ! -e "$build/CMakeCache.txt" ]; then
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_C_COMPILER_LAUNCHER=ccache \
    -DFOOTFALL_BUILD_TESTS=OFF >/dev/null
fi
# Quiet, so that the screen keeps to the results; errors still show.
cmake --build "$build" -j "$jobs" --target footfall_cli -- --quiet
footfall=$build/examples/cli/footfall
"$footfall" version

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export FOOTFALL_DB=$out/sample.footfall
mkdir -p "$out"
rm -rf "$FOOTFALL_DB" "$out"/{logins.csv,sessions.ndjson,page-views.arrow}

heading "Ingest: examples/recorder/sample/events.ndjson.zst"
# A new store collects content events only; the sample holds interactions.
"$footfall" settings set level interactions
"$footfall" ingest --now "$now" "$sample/events.ndjson.zst" > "$work/counts"
"$footfall" stats > "$work/stats"
sed '/^removed or masked/,$d; s/^accepted/events accepted/' "$work/counts" > "$work/events"
awk '$1 == "people" || $1 == "sessions" { printf "%-20s%20s\n", $1, $2 }' "$work/stats"
awk '{ number = $NF; $NF = ""; printf "%-20s%20s\n", $0, number }' "$work/events"
echo "(most of what was dropped is key strokes, and steps of typing into one field)"

heading "What the filter removed or masked, by rule"
sed '1,/^removed or masked/d' "$work/counts"

heading "Search for what was typed"
secrets passwords > "$work/passwords"
{ secrets values; secrets one_time_codes; secrets cards; secrets properties; } > "$work/typed"
# The people's ids are what must be found everywhere: they show that the search works.
"$footfall" person list --now "$now" --format csv |
  sed -n '2,$ { /^anonymous:/d; s/,.*//p }' > "$work/people"
zstd -dcq "$sample/events.ndjson.zst" > "$work/raw"
"$footfall" filter "$work/raw" > "$work/filtered" 2> /dev/null
"$footfall" events export --now "$now" > "$work/stored"
unpacked_files "$FOOTFALL_DB" > "$work/files"
failed=0
row() { printf '%-34s%11s%14s%14s\n' "$@"; }
row "" passwords "typed values" "people's ids"
row "searched for" "$(wc -l < "$work/passwords")" "$(wc -l < "$work/typed")" \
  "$(wc -l < "$work/people")"
for place in raw filtered stored files; do
  case $place in
    raw) name="found in the raw input" path=$work/raw ;;
    filtered) name="found in the output of the filter" path=$work/filtered ;;
    stored) name="found in events read back" path=$work/stored ;;
    files) name="found in the store's files" path=$work/files ;;
  esac
  passwords=$(count_found "$work/passwords" "$path")
  typed=$(count_found "$work/typed" "$path")
  people=$(count_found "$work/people" "$path")
  row "$name" "$passwords" "$typed" "$people"
  if [ $place = raw ]; then
    [ "$passwords" = "$(wc -l < "$work/passwords")" ] && [ "$typed" -gt 0 ] || failed=1
  else
    [ "$passwords" = 0 ] && [ "$typed" = 0 ] || failed=1
  fi
  [ "$people" = "$(wc -l < "$work/people")" ] || failed=1
done
echo "(the raw input lacks spellings that nobody typed, such as cards without spaces)"
if [ $failed != 0 ]; then
  echo "quickstart: a secret was found, or the search does not work" >&2
  exit 1
fi

show_report logins 9
show_report sessions 6
show_report page-views 6
show_report active-users 6

heading "Files"
"$footfall" report run logins --now "$now" -o "$out/logins.csv"
"$footfall" report run sessions --now "$now" -o "$out/sessions.ndjson"
"$footfall" report run page-views --now "$now" -o "$out/page-views.arrow"
(cd "$root" && du -h --apparent-size -s out/*)

heading "Try next"
cd "$root"
program=${footfall#"$root"/}
cat <<EOT
  $program report run users --db out/sample.footfall --now $now
  $program person show ana.silva@acme.example --db out/sample.footfall
  $program --help
EOT
