# What the scripts share: messages, checksums, flags, temporary folders, downloads through pip.
# Sourced, never run. The caller has set -euo pipefail.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps="$root/.deps"
# shellcheck disable=SC2034 # for the scripts that source this
models="$root/.models"
# shellcheck source=scripts/pins.sh
source "$root/scripts/pins.sh"

# How the command, the demo and the tests are built: alike, so that one build folder serves all of them and
# nothing is built twice. The Makefile takes the flags from here. More than half of a binary would be
# information for debuggers.
# shellcheck disable=SC2034 # for the scripts that source this
build_flags=(--configuration release -debug-info-format none -Xswiftc -enable-testing)

say() { printf '==> %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
die() {
  printf 'error: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

sha256() { # FILE -> its SHA-256; with no FILE, that of standard input
  if have sha256sum; then sha256sum "$@"; else shasum -a 256 "$@"; fi | cut -d' ' -f1
}

# What a native build depends on beside its source: the processor's features, and the compiler. A folder that
# moves to another machine (or a CI cache) must be built again there.
native_machine() {
  uname -sm
  if [ -r /proc/cpuinfo ]; then
    awk -F: '/^(flags|Features)/ { print $2; exit }' /proc/cpuinfo
  else
    sysctl -n machdep.cpu.brand_string 2>/dev/null || true
  fi
  "${CC:-cc}" -dumpfullversion 2>/dev/null || true
}

# Puts our llama.cpp first in pkg-config's search, which is SwiftPM's too.
use_llama() {
  local ours="$deps/llama/lib/pkgconfig"
  if [ "${LLAMA:-}" = system ]; then return; fi
  case ":${PKG_CONFIG_PATH:-}:" in
  ":$ours:"*) ;;
  "::") export PKG_CONFIG_PATH="$ours" ;;
  *) export PKG_CONFIG_PATH="$ours:$PKG_CONFIG_PATH" ;;
  esac
}

# A fresh folder on the same file system as its final place, so that the closing `mv` is atomic.
# Removed when the script ends; folders that killed runs left behind are removed here.
make_scratch() {
  local old
  mkdir -p "$deps/tmp"
  for old in "$deps"/tmp/run.*; do
    if [ -d "$old" ] && ! kill -0 "${old##*.}" 2>/dev/null; then rm -rf "$old"; fi
  done
  scratch="$deps/tmp/run.$$"
  rm -rf "$scratch" # of a killed run that had our number
  mkdir -p "$scratch"
  trap 'rm -rf "$scratch"' EXIT
  trap 'exit 130' INT TERM HUP
}

need_disk() { # FOLDER MEBIBYTES WHAT-FOR
  local free
  free=$(df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }')
  if [ "$free" -lt "$2" ]; then
    die "$3 needs $2 MiB free in $1, and there are $free MiB." "Free some space and run it again."
  fi
}

# Debian's Python comes without pip; a throwaway environment then has one.
find_pip() {
  if [ "${#pip[@]}" -gt 0 ]; then return; fi
  have python3 || die "python3 is missing." "Run scripts/install-tools.sh, or install it yourself."
  if python3 -m pip --version >/dev/null 2>&1; then
    pip=(python3 -m pip)
    return
  fi
  if ! [ -x "$deps/venv/bin/pip" ]; then
    rm -rf "$deps/venv"
    python3 -m venv "$deps/venv" >/dev/null 2>&1 || {
      rm -rf "$deps/venv"
      die "python3 has neither pip nor venv." \
        "On Debian and Ubuntu: apt-get install python3-pip python3-venv"
    }
  fi
  pip=("$deps/venv/bin/python3" -m pip)
}
pip=()

# Downloads one file of one package into FOLDER; pip checks it against SHA256.
pip_download() { # FOLDER PACKAGE VERSION SHA256 sdist|wheel
  local folder=$1 package=$2 version=$3 hash=$4 kind=$5
  local requirements="$scratch/$package.txt" log="$scratch/$package.log"
  local only=(--only-binary :all:) quiet=(--quiet) status=0
  find_pip
  # Not `--no-binary :all:`: that would also build the build tools from source.
  if [ "$kind" = sdist ]; then only=(--no-binary "$package"); fi
  if [ -t 1 ]; then quiet=(); fi
  mkdir -p "$folder"
  printf '%s==%s --hash=sha256:%s\n' "$package" "$version" "$hash" >"$requirements"
  "${pip[@]}" download --no-deps --require-hashes "${only[@]}" --no-cache-dir --no-input \
    --disable-pip-version-check ${quiet[@]+"${quiet[@]}"} --dest "$folder" \
    --requirement "$requirements" 2>"$log" || status=$?
  if [ "$status" -ne 0 ]; then
    tail -n 15 "$log" >&2
    if grep -q 'DO NOT MATCH THE HASHES' "$log"; then
      die "$package $version is not the file that scripts/pins.sh pins." \
        "Don't use it: a mirror may serve a damaged or another file. Try again, or another mirror."
    fi
    die "pip could not download $package $version." \
      "This step needs a package registry: the network, or a mirror of it. pip takes its address" \
      "from its own configuration (pip config list) and from the environment: PIP_INDEX_URL," \
      "PIP_EXTRA_INDEX_URL, PIP_FIND_LINKS (a folder of files), PIP_CERT, HTTPS_PROXY." \
      "Then run the same command again: what is already here is kept."
  fi
}

# Sets `python` to the Python of the environment .deps/NAME, which holds what REQUIREMENTS pins; it is
# made again when that file changes. Where it takes one version of Python, `python_base` names it.
python_environment() { # NAME REQUIREMENTS MEBIBYTES WHAT-IT-HOLDS
  local folder="$deps/$1" key base="${python_base:-python3}"
  python="$folder/bin/python3"
  key=$(sha256 "$2")
  if [ -x "$python" ] && [ "$(cat "$folder/requirements.key" 2>/dev/null)" = "$key" ]; then return; fi
  have "$base" || die "$base is missing." "Run scripts/install-tools.sh, or install it yourself."
  mkdir -p "$deps"
  need_disk "$deps" "$3" "the Python environment .deps/$1"
  say "Making .deps/$1: $4 (minutes, once)" >&2
  rm -rf "$folder"
  "$base" -m venv "$folder" || die "$base has no venv." \
    "On Debian and Ubuntu: apt-get install $base-venv"
  "$python" -m pip install --quiet --disable-pip-version-check --requirement "$2" >&2 ||
    die "pip could not install what ${2#"$root"/} asks for." \
      "This needs a package registry: pip takes its address from its configuration (pip config" \
      "list) and from PIP_INDEX_URL, PIP_FIND_LINKS and HTTPS_PROXY. Then run the same again."
  printf '%s\n' "$key" >"$folder/requirements.key"
}
