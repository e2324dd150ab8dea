#!/usr/bin/env bash
# Compares the ABI of the stub with the committed baseline, and shows that a break would be
# seen: the same stub against headers in which one field is taken out must differ.
#
# To accept an intended change:
#   abidw --no-corpus-path --no-comp-dir-path --no-show-locs \
#     --out-file tests/abi/baseline.abi STUB
set -euo pipefail
root=$1 stub=$2 cc=$3 work=$4/abidiff
baseline=$root/tests/abi/baseline.abi

abidiff "$baseline" "$stub"
echo "the ABI equals the baseline"

rm -rf "$work"
mkdir -p "$work"
cp -r "$root/include/footfall" "$work/footfall"
sed -i '/uint64_t memory_budget_bytes;/d' "$work/footfall/store.h"
! cmp -s "$work/footfall/store.h" "$root/include/footfall/store.h"
"$cc" -shared -fPIC -g -O0 -fno-eliminate-unused-debug-types -I "$work" \
  -Wl,-soname,libfootfall_abi_stub.so -o "$work/broken.so" "$root/tests/abi/stub.c"
if abidiff "$baseline" "$work/broken.so" >"$work/report.txt"; then
  echo "a field was removed and abidiff did not see it" >&2
  exit 1
fi
grep -q memory_budget_bytes "$work/report.txt"
echo "a removed field is reported"
