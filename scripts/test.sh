#!/usr/bin/env bash
# Everything that decides whether the repository is in order: what `make test` and .ci/run do.
# Tests that need a model fail here without one: they are not skipped.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

cd "$root"
use_llama
export RESTA_REQUIRE_MODEL=1
export RESTA_MODELS="$models"
export RESTA_TEMPLATES="$deps/src/llama.cpp/models/templates"

number=0
table=()
phase() { # TITLE COMMAND...
  local title=$1 started=$SECONDS took status=0
  shift
  number=$((number + 1))
  say "$number/9 $title"
  "$@" || status=$?
  took=$((SECONDS - started))
  table+=("$(printf '%5d s  %s' "$took" "$title")")
  if [ "$status" -ne 0 ]; then
    printf '\n'
    die "make test failed in phase $number: $title (after $took s)." "The command was: $*"
  fi
  note "$title: $took s"
}

build_release() {
  swift build --configuration release --product resta
}

run_tests() {
  local folder
  folder=$(swift build --configuration release --show-bin-path) || return
  RESTA_COMMAND="$folder/resta" swift test --skip-build
}

phase "Tools" scripts/install-tools.sh
if [ "${LLAMA:-}" = system ]; then
  phase "llama.cpp (the system's)" pkg-config --modversion llama
else
  phase "llama.cpp" scripts/build-llama.sh
fi
phase "Models" scripts/fetch-models.sh all
phase "Self-test of the lint" scripts/check-hygiene.sh --self-test
phase "Lint" scripts/lint.sh
phase "Build, debug, with tests" swift build --build-tests
phase "Build, release" build_release
phase "Tests" run_tests
phase "A package that depends on this one" scripts/test-dependent.sh

say "All good, in $SECONDS s:"
printf '%s\n' "${table[@]}"
