#!/usr/bin/env bash
# Builds llama-bench and llama-server from the pinned llama.cpp as it comes, without our changes, into
# .deps/stock/bin: what `resta bench` measures beside the undefended model. A few minutes, once.
#
#   stock-llama.sh          both
#   stock-llama.sh NAME...  these programs of llama.cpp
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

programs=("$@")
if [ "${#programs[@]}" -eq 0 ]; then programs=(llama-bench llama-server); fi
bin="$deps/stock/bin"
log="$deps/logs/stock.log"
# The library's own flags (scripts/build-llama.sh): native, with llama.cpp's own threads.
flags=(
  -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=ON -DGGML_OPENMP=OFF
  -DGGML_CCACHE=OFF -DLLAMA_CURL=OFF -DLLAMA_BUILD_COMMON=ON -DLLAMA_BUILD_TOOLS=ON
  -DLLAMA_BUILD_SERVER=ON -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF
)

key=$({ printf '%s\n' "$LLAMA_PACKAGE_SHA256" "${flags[@]}" && native_machine; } | sha256)
missing=()
for program in "${programs[@]}"; do
  if [ "$(cat "$bin/$program.key" 2>/dev/null)" != "$key" ]; then
    missing+=("$program")
  fi
done
if [ "${#missing[@]}" -eq 0 ]; then
  note "llama.cpp as it comes is built: .deps/stock"
  exit 0
fi

for tool in cmake ninja "${CC:-cc}" "${CXX:-c++}"; do
  have "$tool" || die "$tool is missing." "Run scripts/install-tools.sh, or install it yourself."
done
make_scratch
mkdir -p "$bin" "$deps/logs"
need_disk "$deps" 1500 "Building llama.cpp as it comes"
archive="llama_cpp_python-$LLAMA_PACKAGE_VERSION.tar.gz"
say "Downloading llama.cpp $LLAMA_VERSION ($LLAMA_PACKAGE $LLAMA_PACKAGE_VERSION, 73 MiB)"
pip_download "$scratch" "$LLAMA_PACKAGE" "$LLAMA_PACKAGE_VERSION" "$LLAMA_PACKAGE_SHA256" sdist
tar -xzf "$scratch/$archive" -C "$scratch"
rm "$scratch/$archive"

failed() {
  tail -n 40 "$log" >&2
  die "building llama.cpp as it comes failed: $1." "The whole log: $log"
}
say "Building ${missing[*]} (a few minutes)"
# llama.cpp asks git for a commit: it must not find this repository's.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export GIT_CEILING_DIRECTORIES="$scratch"
cmake -S "$scratch/llama_cpp_python-$LLAMA_PACKAGE_VERSION/vendor/llama.cpp" -B "$scratch/build" \
  -G Ninja -Wno-dev "${flags[@]}" >"$log" 2>&1 || failed "cmake could not configure it"
jobs=()
if [ -n "${RESTA_JOBS:-}" ]; then jobs=(-j "$RESTA_JOBS"); fi
ninja -C "$scratch/build" ${jobs[@]+"${jobs[@]}"} "${missing[@]}" >>"$log" 2>&1 ||
  failed "it did not compile"
for program in "${missing[@]}"; do
  mv "$scratch/build/bin/$program" "$bin/$program"
  printf '%s\n' "$key" >"$bin/$program.key"
done
note "built: ${missing[*]/#/.deps/stock/bin/}"
