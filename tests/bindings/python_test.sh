#!/bin/sh
# Installs the Python package into a virtual environment and runs its tests:
# python_test.sh SOURCE_DIR BUILD_DIR WORK_DIR
set -eu
source=$1
build=$2
work=$3

# Debian's Python: another one on the PATH may lack cffi and wheel.
python=/usr/bin/python3
mkdir -p "$work"
test -x "$work/venv/bin/python" ||
  "$python" -m venv --system-site-packages "$work/venv"

# pip builds in the tree that it is given, so it gets a copy.
rm -rf "$work/package"
cp -R "$source/bindings/python" "$work/package"
FOOTFALL_BUILD_DIR=$build "$work/venv/bin/python" -m pip install --quiet \
  --disable-pip-version-check --no-index --no-build-isolation --force-reinstall \
  --no-deps "$work/package"

cd "$source/tests/bindings/python"
FOOTFALL_SOURCE_DIR=$source PYTHONDONTWRITEBYTECODE=1 \
  exec "$work/venv/bin/python" -m unittest discover
