#!/bin/sh
# Installs the Node package and runs its tests: node_test.sh SOURCE_DIR BUILD_DIR WORK_DIR
set -eu
source=$1
build=$2
work=$3

"$source/tests/npm_copy.sh" "$source/bindings/node" "$work/package"
cd "$work/package"
cp -R "$source/tests/bindings/node" test
FOOTFALL_BUILD_DIR=$build npm run --silent build

FOOTFALL_SOURCE_DIR=$source exec node --test test/*.test.mjs
