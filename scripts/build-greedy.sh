#!/usr/bin/env bash
# Builds .deps/bin/greedy, the C program that the tests compare the engine with. Nothing happens when
# it is there and was built from the same source against the same llama.cpp.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

have pkg-config || die "pkg-config is missing." "Run scripts/install-tools.sh."
# From the root with relative paths: pkg-config and the shell disagree on how to quote a space.
cd "$root"
if [ "${LLAMA:-}" != system ]; then
  [ -f .deps/llama/lib/pkgconfig/llama.pc ] ||
    die "llama.cpp is not built." "Run scripts/build-llama.sh first."
  export PKG_CONFIG_PATH=.deps/llama/lib/pkgconfig
fi
pkg-config --exists llama || die "pkg-config does not find llama.cpp (llama.pc)." \
  "With LLAMA=system, point PKG_CONFIG_PATH at the folder that holds it."
read -r -a cflags <<<"$(pkg-config --cflags llama)"
read -r -a libraries <<<"$(pkg-config --libs llama)"

key=$(
  {
    sha256 Tools/greedy/greedy.c
    cat .deps/llama/resta-build-key 2>/dev/null || true
    printf '%s\n' "${LLAMA:-}" "${cflags[@]}" "${libraries[@]}"
    if [ "${LLAMA:-}" = system ]; then pkg-config --modversion llama; fi
  } | sha256
)
if [ -x .deps/bin/greedy ] && [ "$(cat .deps/bin/greedy.key 2>/dev/null)" = "$key" ]; then
  note "the reference program is built: .deps/bin/greedy"
  exit 0
fi
make_scratch
mkdir -p "$deps/bin"
"${CC:-cc}" -std=c11 -O2 -Wall -Wextra -Werror "${cflags[@]}" -c Tools/greedy/greedy.c \
  -o "$scratch/greedy.o" || die "Tools/greedy/greedy.c did not compile against llama.cpp."
# llama.cpp is C++, so the C++ compiler links.
"${CXX:-c++}" "$scratch/greedy.o" "${libraries[@]}" -o "$scratch/greedy" ||
  die "Tools/greedy/greedy.c did not link with llama.cpp."
rm -f .deps/bin/greedy.key
mv "$scratch/greedy" .deps/bin/greedy
printf '%s\n' "$key" >"$scratch/key"
mv "$scratch/key" .deps/bin/greedy.key
note "built .deps/bin/greedy"
