#!/bin/sh
# Copies a folder with a package.json into the build tree and installs its packages there,
# so that the sources stay clean: npm_copy.sh SOURCE WORK. Quick when nothing changed.
set -eu
source=$1
work=$2

mkdir -p "$work"
cd "$work"
# Packages stay until the lock file changes; everything else is copied afresh.
for entry in * .[!.]*; do
  case $entry in
    node_modules | build) ;;
    *) rm -rf "$entry" ;;
  esac
done
(cd "$source" && tar -cf - --exclude=./node_modules --exclude=./build .) | tar -xf -
if ! cmp -s package-lock.json node_modules/installed.json; then
  npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/installed.json
fi
