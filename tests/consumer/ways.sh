#!/bin/bash
# Builds small.cpp in every way that docs/install.md describes, each from an empty directory, and runs it.
# usage: ways.sh <source directory> <build directory> <compiler command...>
set -uo pipefail

source_root=$1 build_root=$2
shift 2
export CXX="$*"
here=$source_root/tests/consumer
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
passed=0 failed=0

case "$("$@" --version)" in
  *clang*) limits=(-fconstexpr-steps=100000000) ;;
  *) limits=(-fconstexpr-ops-limit=1000000000 -fconstexpr-loop-limit=1000000 --param=ggc-min-heapsize=524288) ;;
esac

# way <name> <program> <commands that build it...>
way() {
  local name=$1 program=$2
  shift 2
  if "$@" > "$stage/log" 2>&1 && [ "$("$program")" = trained ]; then
    echo "ok     $name"
    passed=$((passed + 1))
  else
    echo "FAILED $name"
    cat "$stage/log"
    failed=$((failed + 1))
  fi
}

# The include directories of the packages that slim needs, as this build has found them.
packages=$(python3 - "$source_root/tests" "$build_root" << 'END'
import sys
sys.path.insert(0, sys.argv[1])
import compiling
command = compiling.command(sys.argv[2], 'c++')
print(*[word for word in command if 'slim' not in word and (word.startswith(('-I/', '-isystem/')) or word == '-isystem' or command[command.index(word) - 1] == '-isystem')])
END
)

one_file() {
  mkdir "$stage/alone" && cd "$stage/alone" &&
    python3 "$source_root/include/amalgamate.py" -o slim.hpp && sed 's,<slim/slim.hpp>,"slim.hpp",' "$here/small.cpp" > small.cpp &&
    $CXX -std=c++20 -O1 "${limits[@]}" -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror $packages small.cpp -o small
}
way 'one file' "$stage/alone/small" one_file

meson install -C "$build_root" --no-rebuild --quiet --destdir "$stage/root" > /dev/null || exit 1
prefix=$(dirname "$(dirname "$(dirname "$(find "$stage/root" -name slim-config.cmake)")")")
prefix=${prefix%/share}
library=$(find "$stage/root" -name 'libslim_kernels.*' | head -n 1)
export LD_LIBRARY_PATH=${library%/*}

if [ -n "$library" ]; then
  PKG_CONFIG_PATH=$(find "$stage/root" -name '*.pc' -printf '%h:')
  export PKG_CONFIG_PATH
  by_pkg_config() {
    $CXX -std=c++20 -O1 "${limits[@]}" $packages $(pkg-config --define-prefix --cflags slim-kernels) "$here/small.cpp" -o "$stage/by_pkg_config" \
      $(pkg-config --define-prefix --libs slim-kernels) -L"${library%/*}"
  }
  way 'pkg-config slim-kernels' "$stage/by_pkg_config" by_pkg_config
else
  echo 'skipped: pkg-config slim-kernels (meson setup -Dkernels=enabled builds the library)'
fi

by_meson() {
  mkdir -p "$stage/meson/subprojects" && cd "$stage/meson" && cp "$here/small.cpp" . && ln -s "$source_root" subprojects/slim &&
    printf "project('user', 'cpp', default_options: ['cpp_std=c++20'])\nexecutable('small', 'small.cpp', dependencies: dependency('slim', fallback: 'slim'))\n" > meson.build &&
    meson setup --buildtype=debug --force-fallback-for=slim -Dslim:kernels="$1" "build-$1" && ninja -C "build-$1" small
}
way 'Meson subproject' "$stage/meson/build-disabled/small" by_meson disabled

if command -v cmake > /dev/null; then
  by_cmake() {
    local directory=$stage/cmake-$1
    shift
    mkdir "$directory" && cd "$directory" && cp "$here/small.cpp" . && cat > CMakeLists.txt << END &&
cmake_minimum_required(VERSION 3.16)
project(user CXX)
$1
add_executable(plain small.cpp)
target_link_libraries(plain slim::slim)
if(TARGET slim::kernels)
  add_executable(fast small.cpp)
  target_link_libraries(fast slim::kernels)
  slim_precompile_headers(fast)
endif()
END
      cmake -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_PREFIX_PATH="$prefix" -S . -B build && ninja -C build && cp build/plain . &&
      if [ -e build/fast ]; then [ "$(build/fast)" = trained ]; else [ -z "$library" ]; fi
  }
  way 'CMake, installed' "$stage/cmake-installed/plain" by_cmake installed 'find_package(slim 0.1 REQUIRED)'
  way 'CMake, subdirectory' "$stage/cmake-subdirectory/plain" by_cmake subdirectory "add_subdirectory($source_root slim)"
else
  echo 'skipped: CMake (not installed)'
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
