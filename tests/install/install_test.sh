#!/usr/bin/env bash
# An outside C project finds the installed package through pkg-config, an outside CMake
# project through find_package, also after the installed tree was moved.
set -euo pipefail
root=$1 build=$2 work=$3/work
rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/prefix"
prefix=$work/prefix
libdir=$(dirname "$(find "$prefix" -name libfootfall.so)")
export PKG_CONFIG_PATH=$libdir/pkgconfig LD_LIBRARY_PATH=$libdir

echo "== pkg-config, C11"
# shellcheck disable=SC2046
gcc -std=c11 -Wall -Wextra -Werror -pedantic "$root/examples/embed_c/embed.c" \
  -o "$work/embed" $(pkg-config --cflags --libs footfall)
(cd "$work" && ./embed) >"$work/pkgconfig.out"
grep -q 'ana@example.com' "$work/pkgconfig.out"

echo "== the C example of the README, as printed"
sed -n '/^```c$/,/^```$/ { /^```/d; p }' "$root/README.md" >"$work/readme.c"
# shellcheck disable=SC2046
gcc -std=c11 -Wall -Wextra -Werror -pedantic "$work/readme.c" -o "$work/readme" \
  $(pkg-config --cflags --libs footfall)
mkdir "$work/readme-run" && (cd "$work/readme-run" && "$work/readme") >"$work/readme.out"
grep -q '^ana@example.com,' "$work/readme.out"

echo "== find_package"
cmake -S "$root/tests/install/outside" -B "$work/outside" -G Ninja \
  -DCMAKE_PREFIX_PATH="$prefix" -DEMBED_SOURCE="$root/examples/embed_c/embed.c" >/dev/null
cmake --build "$work/outside" >/dev/null
mkdir "$work/run" && (cd "$work/run" && "$work/outside/embed") >"$work/cmake.out"
cmp "$work/pkgconfig.out" "$work/cmake.out"

echo "== footfall::capture alone"
"$work/outside/filter_only" >"$work/filter.out"
grep -q '"type":"click"' "$work/filter.out"
if ldd "$work/outside/filter_only" | grep -qE 'rocksdb|curl'; then
  echo "the capture library alone pulls in the store" >&2
  exit 1
fi

echo "== what is installed"
for file in include/footfall/footfall.h include/footfall/footfall.hpp \
            share/footfall/schema/event.schema.json \
            share/footfall/schema/policy.schema.json \
            share/footfall/schema/rule.schema.json \
            share/footfall/schema/report.schema.json bin/footfall; do
  test -f "$prefix/$file" || { echo "not installed: $file" >&2; exit 1; }
done
"$prefix/bin/footfall" version
