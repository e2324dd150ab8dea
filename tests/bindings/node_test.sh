#!/bin/sh
# Installs the Node package and runs its tests: node_test.sh SOURCE_DIR BUILD_DIR WORK_DIR
set -eu
source=$1
build=$2
work=$3

mkdir -p "$work/package"
cd "$work/package"
# Dependencies stay until the lock file changes; everything else is copied afresh.
for entry in * .[!.]*; do
  case $entry in
    node_modules | build) ;;
    *) rm -rf "$entry" ;;
  esac
done
(cd "$source/bindings/node" &&
  tar -cf - --exclude=./node_modules --exclude=./build .) | tar -xf -
cp -R "$source/tests/bindings/node" test
if ! cmp -s package-lock.json node_modules/installed.json; then
  npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/installed.json
fi
FOOTFALL_BUILD_DIR=$build npm run --silent build

FOOTFALL_SOURCE_DIR=$source exec node --test test/*.test.mjs
