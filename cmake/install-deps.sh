#!/usr/bin/env bash
# Installs the Debian packages that Footfall is built and tested with, as root or through
# sudo. Does nothing, and needs no network, when all of them are there.
set -euo pipefail

usage() {
  cat <<'EOT'
Usage: cmake/install-deps.sh [GROUP...]

Installs the Debian 12 packages of each group that are missing.

  build    compiler, CMake and the libraries that Footfall links (the default)
  test     what the tests need beside that: GoogleTest, ABI tools, Python, Node, Chromium
  bench    Google Benchmark, and SQLite to compare with
  dev      clang-format, clang-tidy and the runtimes of the fuzzers
  wasm     emscripten, for the capture core in the browser
EOT
}

declare -A packages=(
  [build]="g++ cmake ninja-build pkg-config ccache ca-certificates
           libabsl-dev librocksdb-dev libsimdjson-dev libre2-dev libsodium-dev
           libzstd-dev zstd liblz4-dev zlib1g-dev libcli11-dev libflatbuffers-dev libcurl4-openssl-dev tzdata"
  [test]="libgtest-dev libgmock-dev libbenchmark-dev libsqlite3-dev abigail-tools
          binutils jq git python3 python3-dev python3-venv python3-cffi python3-setuptools
          python3-wheel python3-pip python3-aiosmtpd openssl chromium fonts-liberation"
  [bench]="libbenchmark-dev libsqlite3-dev"
  [dev]="clang-14 clang-tidy-14 clang-format-14 libclang-rt-14-dev"
  [wasm]="emscripten"
)

groups=("$@")
[ ${#groups[@]} -gt 0 ] || groups=(build)
wanted=()
for group in "${groups[@]}"; do
  case "$group" in
    -h|--help) usage; exit 0 ;;
  esac
  if [ -z "${packages[$group]:-}" ]; then
    echo "install-deps: unknown group '$group'" >&2
    usage >&2
    exit 2
  fi
  # shellcheck disable=SC2206
  wanted+=(${packages[$group]})
  # A Node that was installed by other means serves as well as Debian's.
  if [ "$group" = test ]; then
    command -v node >/dev/null || wanted+=(nodejs)
    command -v npm >/dev/null || wanted+=(npm)
    [ -e /usr/include/node/node_api.h ] || [ -e /usr/local/include/node/node_api.h ] ||
      wanted+=(libnode-dev)
  fi
done

missing=()
for package in "${wanted[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
  [ "${state:0:2}" = ii ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "install-deps: run as root or install sudo; missing: ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
echo "install-deps: installing ${missing[*]}" >&2
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
