#!/usr/bin/env bash
# Builds the pinned llama.cpp as static libraries into .deps/llama. Does nothing when that is done.
#
#   .deps/llama          headers, libraries and lib/pkgconfig/llama.pc
#   .deps/src/llama.cpp  the source; tests read its models/ folder
#   .deps/logs           what cmake and the compiler said
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

prefix="$deps/llama"
source_dir="$deps/src/llama.cpp"
log="$deps/logs/llama.log"

flags=(
  -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON
  -DCMAKE_INSTALL_LIBDIR=lib
  # For this machine's processor: the kernels that quantised models need are chosen at build time.
  -DGGML_NATIVE=ON
  # Its own thread pool needs no libgomp beside the executable.
  -DGGML_OPENMP=OFF -DGGML_CCACHE=OFF
  -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_TESTS=OFF
  -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_SERVER=OFF
  "-DLLAMA_BUILD_COMMIT=$LLAMA_PACKAGE-$LLAMA_PACKAGE_VERSION" -DLLAMA_BUILD_NUMBER=0
)
# What is changed in llama.cpp's CPU code, a line or two each; docs/engine.md has the measurements.
#
# Threads wait for each other by spinning. Where another process wants the CPU too, a thread that
# spins keeps the one that it waits for from running, and a token takes seconds instead of
# milliseconds. So they give the CPU away now and then.
patch_threads() { # CPU-FOLDER
  local yielding='{ static _Thread_local unsigned spins; if ((++spins \& 255) == 0) sched_yield(); }'
  replace "$1/ggml-cpu.c" -e "s/^    _mm_pause();\$/    _mm_pause(); $yielding/" \
    -e "s/^    __asm__ volatile(\"yield\" ::: \"memory\");\$/& $yielding/"
}
# Attention has three kernels, for one row, for some and for 64 or more, which round otherwise; with
# quantised weights that is enough to change tokens. With ours for all, a position's logits do not
# depend on what else is in the pass or in the cache, and the copies of a prompt can be compared with
# the prompt itself. What ours does not take (a mask for each head) llama.cpp computes row by row.
patch_attention() { # CPU-FOLDER
  cp "$root/scripts/llama-patches/attention.h" "$1/resta-attention.h"
  replace "$1/ops.cpp" -e 's/^#include "vec.h"$/&\
#include "resta-attention.h"/'
  replace "$1/ops.cpp" -e 's/^    const bool use_ref = params->use_ref;$/    const bool use_ref = true;\
    if (resta::attention(params, dst)) { return; }/'
}
# Attention sums over the cache in the order of its cells, so a sequence whose cells are out of order
# rounds otherwise: llama.cpp fills freed cells wherever they are. Ours are behind the sequence's own.
# llama.cpp's way is left for when the end of the cache is reached.
patch_cache() { # SOURCE-FOLDER
  cp "$root/scripts/llama-patches/cells.h" "$1/src/resta-cells.h"
  replace "$1/src/llama-kv-cache.cpp" -e 's/^#include "llama-kv-cache.h"$/&\
#include "resta-cells.h"/'
  replace "$1/src/llama-kv-cache.cpp" -e 's/^        uint32_t n_tested = 0;$/        if (!cont \&\& n_stream == 1 \&\& resta::cells_in_order(cells, ubatch, res.idxs[s])) { continue; }\
&/'
}
# Matrix products have one order of sums for every number of rows: scripts/llama-patches/products.sed.
patch_products() { # CPU-FOLDER
  local file pattern changes
  while read -r file changes pattern; do
    replace "$1/$file" -f "$root/scripts/llama-patches/products.sed"
    [ "$(grep -cE -- "$pattern" "$1/$file")" -eq "$changes" ] || patch_failed "$file"
  done <<'TABLE'
arch/x86/quants.c 9 acc = resta_add_block|shuffle_epi8\(halves
arch/x86/repack.cpp 4 cvtepi32_ps\(iacc_(min_)?sb\), _mm256_mul_ps
tiled/tiled-kernel.cpp 1 fmadd_ps\(result, d1_vec
llamafile/sgemm.cpp 1 if \(n < 2 && Atype
TABLE
}
patch_llama() { # SOURCE-FOLDER, as it was unpacked
  patch_threads "$1/ggml/src/ggml-cpu"
  patch_attention "$1/ggml/src/ggml-cpu"
  patch_products "$1/ggml/src/ggml-cpu"
  patch_cache "$1"
}
replace() { # FILE SED-ARGUMENTS...: changes it, or stops
  local file="$1"
  shift
  sed "$@" "$file" >"$file.new"
  if cmp -s "$file" "$file.new"; then patch_failed "$file"; fi
  mv "$file.new" "$file"
}
patch_failed() {
  die "the line to change was not found in llama.cpp's ${1##*/}." \
    "Another version of it? Adapt patch_llama in scripts/build-llama.sh."
}
# Names the source and what we changed in it: a tree with another name is unpacked again.
source_key=$({
  printf '%s\n' "$LLAMA_PACKAGE_SHA256"
  # shellcheck disable=SC2046 # a name each
  declare -f replace $(declare -F | awk '$3 ~ /^patch_/ { print $3 }')
  cat "$root"/scripts/llama-patches/*
} | sha256)
libraries="-lllama -lggml -lggml-cpu -lggml-base -lstdc++ -lm -lpthread"
if [ "$(uname -s)" = Darwin ]; then # Untested: nobody has run this on a Mac yet.
  flags+=(-DGGML_METAL_EMBED_LIBRARY=ON)
  libraries="-lllama -lggml -lggml-cpu -lggml-blas -lggml-metal -lggml-base -lc++ -framework \
Accelerate -framework Foundation -framework Metal -framework MetalKit"
fi

# Upstream's file lists too few libraries for a static build, in an order that does not link.
pkg_config_file() {
  # shellcheck disable=SC2016
  printf '%s\n' 'prefix=${pcfiledir}/../..' 'libdir=${prefix}/lib' 'includedir=${prefix}/include' \
    '' 'Name: llama' "Description: llama.cpp $LLAMA_VERSION, static, built by scripts/build-llama.sh" \
    "Version: ${LLAMA_VERSION%%-*}" 'Libs: -L"${libdir}" '"$libraries" 'Cflags: -I"${includedir}"'
}

# What the result depends on.
build_key() {
  {
    printf '%s\n' "$LLAMA_PACKAGE_VERSION $LLAMA_PACKAGE_SHA256" "${flags[@]}" "$source_key"
    pkg_config_file
    native_machine
  } | sha256
}

key=$(build_key)
if [ "$(cat "$prefix/resta-build-key" 2>/dev/null)" = "$key" ] &&
  [ -f "$source_dir/resta-source" ] &&
  [ "$(cat "$source_dir/resta-source")" = "$source_key" ]; then
  note "llama.cpp $LLAMA_VERSION is built: .deps/llama"
  exit 0
fi

make_scratch
mkdir -p "$deps/src" "$deps/logs"
need_disk "$deps" 700 "Building llama.cpp"
for tool in cmake ninja "${CC:-cc}" "${CXX:-c++}"; do
  have "$tool" || die "$tool is missing." "Run scripts/install-tools.sh, or install it yourself."
done

if [ "$(cat "$source_dir/resta-source" 2>/dev/null)" != "$source_key" ]; then
  archive="$deps/downloads/llama_cpp_python-$LLAMA_PACKAGE_VERSION.tar.gz"
  if [ -f "$archive" ] && [ "$(sha256 "$archive")" != "$LLAMA_PACKAGE_SHA256" ]; then
    note "the downloaded source is damaged; downloading it again"
    rm -f "$archive"
  fi
  if ! [ -f "$archive" ]; then
    say "Downloading llama.cpp $LLAMA_VERSION ($LLAMA_PACKAGE $LLAMA_PACKAGE_VERSION, 73 MiB)"
    pip_download "$scratch/download" "$LLAMA_PACKAGE" "$LLAMA_PACKAGE_VERSION" \
      "$LLAMA_PACKAGE_SHA256" sdist
    mkdir -p "$deps/downloads"
    mv "$scratch/download/${archive##*/}" "$archive"
  fi
  say "Unpacking it"
  inside="llama_cpp_python-$LLAMA_PACKAGE_VERSION/vendor/llama.cpp"
  # Left out: what neither the library's build nor a test of ours reads.
  for name in app benches ci docs examples media pocs skills tests tools AGENTS.md CLAUDE.md; do
    printf '%s\n' "$inside/$name"
  done >"$scratch/left-out"
  mkdir -p "$scratch/unpacked"
  tar -xzf "$archive" -C "$scratch/unpacked" -X "$scratch/left-out" "$inside"
  patch_llama "$scratch/unpacked/$inside"
  printf '%s\n' "$source_key" >"$scratch/unpacked/$inside/resta-source"
  rm -rf "$source_dir"
  mv "$scratch/unpacked/$inside" "$source_dir"
  rm -f "$archive"
fi

# Shows ninja's `[12/83] …` lines as one line that moves, or as a line every tenth.
show_progress() {
  local line last=0 now
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$log"
    case $line in
    \[*/*\]*) ;;
    *) continue ;;
    esac
    line=${line#[}
    line=${line%%]*}
    if [ -t 1 ]; then
      printf '\r    compiling %s ' "$line"
    else
      now=$((10 * ${line%/*} / ${line#*/}))
      if [ "$now" -gt "$last" ]; then note "compiling $line"; fi
      last=$now
    fi
  done
  if [ -t 1 ]; then printf '\n'; fi
}

failed() {
  printf '\n' >&2
  tail -n 40 "$log" >&2
  die "building llama.cpp failed: $1." "The whole log: $log" \
    "A killed compiler ('Killed', 'signal terminated') means too little memory: try RESTA_JOBS=1." \
    "Otherwise check the compiler (g++ 11 or later) and cmake (3.14 or later), then run it again."
}

# Kept until it is installed, so that an interrupted build goes on where it stopped.
build_dir="$deps/build/llama-${key:0:16}"
mkdir -p "$build_dir"
started=$SECONDS
jobs=()
if [ -n "${RESTA_JOBS:-}" ]; then jobs=(-j "$RESTA_JOBS"); fi
say "Building llama.cpp $LLAMA_VERSION (a minute or two, once)"
# llama.cpp asks git for a commit: it must not find this repository's.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export GIT_CEILING_DIRECTORIES="$deps/src"
cmake -S "$source_dir" -B "$build_dir" -G Ninja -Wno-dev "${flags[@]}" >"$log" 2>&1 ||
  failed "cmake could not configure it"
grep -qF -- "llama.cpp version: $LLAMA_VERSION" "$log" ||
  failed "the source is not version $LLAMA_VERSION, which scripts/pins.sh names"
ninja -C "$build_dir" ${jobs[@]+"${jobs[@]}"} 2>&1 | show_progress || failed "it did not compile"
cmake --install "$build_dir" --prefix "$scratch/llama" >>"$log" 2>&1 || failed "it did not install"
pkg_config_file >"$scratch/llama/lib/pkgconfig/llama.pc"
printf '%s\n' "$key" >"$scratch/llama/resta-build-key"
if [ -d "$prefix" ]; then mv "$prefix" "$scratch/llama.old"; fi
mv "$scratch/llama" "$prefix"
rm -rf "$deps/build"
note "built in $((SECONDS - started)) s: .deps/llama"
