#!/bin/bash
# Installs the package into an empty directory, builds main.cpp against it with the flags of pkg-config, and runs it.
# usage: run.sh <build directory> <compiler command...>
set -euo pipefail

build_root=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

meson install -C "$build_root" --no-rebuild --quiet --destdir "$stage" > /dev/null
package=$(find "$stage" -name slim.pc)
export PKG_CONFIG_PATH=${package%/*}
# The stage is not where the package believes to be: let pkg-config take the prefix from the place of the file.
slim() { pkg-config --define-prefix "$@" slim; }

case "$("$@" --version)" in
  *clang*) limits=$(slim --variable=clang_cflags) ;;
  *) limits=$(slim --variable=gcc_cflags) ;;
esac
cd "$stage"
# shellcheck disable=SC2046,SC2086  # flags are words
"$@" -std=c++20 $limits $(slim --cflags) "$here/main.cpp" -o consumer $(slim --libs)

expected=$(slim --modversion)
found=$(./consumer)
if [ "$found" != "$expected" ]; then
  echo "consumer: expected version $expected, found $found"
  exit 1
fi
echo "1 passed, 0 failed"
