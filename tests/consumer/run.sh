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
  *clang*) limits=$(slim --variable=clang_cflags) sanitize= ;;
  *) limits=$(slim --variable=gcc_cflags) sanitize=-fsanitize=undefined ;;
esac
cd "$stage"
# Only slim is held to these: packages that it needs have warnings of their own.
flags=$(slim --cflags | sed -E 's/-I *([^ ]*eigen3)/-isystem \1/')
[ -z "$sanitize" ] || export UBSAN_OPTIONS=halt_on_error=1
# shellcheck disable=SC2046,SC2086  # flags are words
"$@" -std=c++20 -Og -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror $sanitize $limits $flags "$here/main.cpp" -o consumer \
  $(slim --libs) -lz -ljpeg -lpng

expected="trained $(slim --modversion)"
found=$(./consumer 2> progress) || { cat progress; echo "consumer: failed"; exit 1; }
found=$(printf '%s\n' "$found" | tail -n 1)
if [ "$found" != "$expected" ]; then
  cat progress
  echo "consumer: expected $expected, found $found"
  exit 1
fi
echo "1 passed, 0 failed"
