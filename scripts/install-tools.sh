#!/usr/bin/env bash
# Installs what building needs and this machine lacks, with apt-get; elsewhere says what to install.
# Asks the network only when something is missing. Swift itself it only checks.
#
#   install-tools.sh            what building needs
#   install-tools.sh --browser  that, and what the server's tests need: Chromium and openssl
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

wants_browser=0
if [ "${1:-}" = --browser ]; then wants_browser=1; fi

check_swift() {
  local version major minor
  have swift || die "Swift is not installed, or not in PATH." \
    "Swift 6.2 or later is needed: https://www.swift.org/install"
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' |
    head -n 1)
  [ -n "$version" ] || die "swift --version does not answer: the toolchain does not run here." \
    "Its own system packages may be missing: https://www.swift.org/install/linux"
  major=${version%%.*} minor=${version##*.}
  if [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; then
    die "Swift $version is too old." "Swift 6.2 or later is needed: https://www.swift.org/install"
  fi
}

# pip, or venv, which brings a pip of its own.
can_download() {
  python3 -m pip --version >/dev/null 2>&1 || python3 -c 'import ensurepip' >/dev/null 2>&1
}

# Fills `missing` with Debian's names. git is SwiftPM's.
find_missing() {
  missing=()
  have git || missing+=(git ca-certificates)
  if ! have "${CC:-cc}" || ! have "${CXX:-c++}"; then missing+=(g++); fi
  have make || missing+=(make)
  have pkg-config || missing+=(pkg-config)
  have python3 || missing+=(python3)
  can_download || missing+=(python3-pip)
  # The evaluation's store; elsewhere than on Linux it is part of the system.
  if [ "$(uname -s)" = Linux ] && have pkg-config && ! pkg-config --exists sqlite3; then
    missing+=(libsqlite3-dev)
  elif [ "$(uname -s)" = Linux ] && ! have pkg-config; then
    missing+=(libsqlite3-dev)
  fi
  # The tests of the alignment recipe run in an environment of their own.
  python3 -c 'import ensurepip' >/dev/null 2>&1 || missing+=(python3-venv)
  if [ "$wants_browser" -eq 1 ]; then
    have chromium || have chromium-browser || [ -n "${CHROMIUM:-}" ] || missing+=(chromium)
    have openssl || missing+=(openssl)
  fi
  if [ "${LLAMA:-}" != system ]; then
    have cmake || missing+=(cmake)
    have ninja || missing+=(ninja-build)
  fi
}

check_swift
find_missing
if [ "${#missing[@]}" -gt 0 ]; then
  if ! have apt-get; then
    if [ "$(uname -s)" = Darwin ]; then
      die "missing here (by Debian's names): ${missing[*]}" \
        "xcode-select --install && brew install cmake ninja pkgconf python"
    fi
    die "missing here (by Debian's names): ${missing[*]}" \
      "Install them with this system's package manager, then run it again."
  fi
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! have sudo || ! sudo -n true 2>/dev/null; then
      die "installing needs root." \
        "Run: sudo apt-get update && sudo apt-get install --yes ${missing[*]}"
    fi
    as_root=(sudo -n)
  fi
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  say "Installing ${missing[*]}"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  # Stale lists may still do, so only installing decides.
  "${as_root[@]}" apt-get update >"$log" 2>&1 || note "apt-get update failed; trying all the same"
  "${as_root[@]}" apt-get install --yes --no-install-recommends "${missing[@]}" >>"$log" 2>&1 || {
    tail -n 15 "$log" >&2
    die "apt-get could not install ${missing[*]}." \
      "It needs the network or a mirror (/etc/apt/sources.list); a missing or held package is" \
      "named above. Then run it again. (Ubuntu has no package chromium: CHROMIUM names a browser there.)"
  }
  wanted="${missing[*]}"
  find_missing
  [ "${#missing[@]}" -eq 0 ] || die "apt-get installed $wanted, but this is still missing: ${missing[*]}" \
    "Another program of that name may come first in PATH: $PATH"
fi
if [ "${LLAMA:-}" = system ] && ! pkg-config --exists llama; then
  die "LLAMA=system, but pkg-config does not find llama.cpp (llama.pc)." \
    "Point PKG_CONFIG_PATH at the folder that holds it, or leave LLAMA out to build our own."
fi
note "$(swift --version 2>/dev/null | grep -o 'Swift version [0-9.]*' | head -n 1), and all tools"
