#!/bin/sh
# Builds the package for browsers outside the sources: build_test.sh SOURCE_DIR WORK_DIR
set -eu
source=$1
work=$2

"$source/tests/npm_copy.sh" "$source/bindings/wasm" "$work/packages"
emcmake cmake -S "$source/bindings/wasm" -B "$work/build" -G Ninja \
  -DCMAKE_BUILD_TYPE=Release \
  -DFOOTFALL_SIMDJSON_SOURCE="$work/packages/node_modules/@nozbe/simdjson/src"
cmake --build "$work/build" -- --quiet
