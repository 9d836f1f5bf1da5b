#!/usr/bin/env bash
# Everything that decides whether the repository is in order: what `make test` and .ci/run do.
# Tests that need a model fail here without one: they are not skipped.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

cd "$root"
use_llama
export RESTA_REQUIRE_MODEL=1
# Tests that expect a process to die should not wait for a debugger to look at it.
export GGML_NO_BACKTRACE=1 SWIFT_BACKTRACE=enable=no
export RESTA_MODELS="$models"
export RESTA_TEMPLATES="$deps/src/llama.cpp/models/templates"

number=0
phases=16
table=()
phase() { # TITLE COMMAND...
  local title=$1 started=$SECONDS took status=0
  shift
  number=$((number + 1))
  say "$number/$phases $title"
  "$@" || status=$?
  took=$((SECONDS - started))
  table+=("$(printf '%5d s  %s' "$took" "$title")")
  if [ "$status" -ne 0 ]; then
    printf '\n'
    die "make test failed in phase $number: $title (after $took s)." "The command was: $*"
  fi
  note "$title: $took s"
}

# All tests run optimised: a model's logits in unoptimised Swift take minutes. A build folder of its
# own, because tests need other flags than the command, and alternating flags would build twice.
test_flags=(--configuration release -Xswiftc -enable-testing --scratch-path "$root/.build/testing")

# The command is built along with them, with the same optimisations as users have: a build of its own
# would compile every dependency once more.
build_tests() {
  swift build --build-tests "${test_flags[@]}"
  command_path="$(swift build "${test_flags[@]}" --show-bin-path)/resta"
  [ -x "$command_path" ] || die "The build left no command at $command_path."
}

# Models are shared between tests but CPUs are few: engines that run side by side only wait for each
# other, so the suites that load models run one test at a time.
run_pure_tests() {
  swift test --skip-build "${test_flags[@]}" --filter '^(RESTATests|RESTATestingTests|RESTAEvaluationTests)\.'
}

# Suites whose tests die in a process of their own run apart from those that start programs: Swift
# Testing's monitor waits for any child, and Foundation's Process then may wait for its own for ever.
exit_suites='LlamaTests/(DamagedFiles|WrongFiles)/'

run_engine_tests() {
  limited swift test --skip-build "${test_flags[@]}" --no-parallel \
    --filter '^RESTALlamaTests\.' --skip "$exit_suites"
}

run_damaged_file_tests() {
  limited swift test --skip-build "${test_flags[@]}" --no-parallel --filter "$exit_suites"
}

# A test that hangs must fail, and not use up all the time that a CI has.
limited() {
  if have timeout; then timeout --kill-after=10 1200 "$@"; else "$@"; fi
}

run_command_tests() {
  RESTA_COMMAND="$command_path" limited swift test --skip-build "${test_flags[@]}" --no-parallel \
    --filter '^CommandTests\.'
}

# In process first, beside nothing else: some of these tests are about time. Then from outside, as
# clients, attackers and a browser see it.
run_server_tests() {
  limited swift test --skip-build "${test_flags[@]}" --filter '^RESTAServerTests\.'
  scripts/server-tests.sh "$command_path"
}

# The core once more unoptimised, where the compiler's own assertions are on.
run_debug_tests() {
  swift test --package-path Tests/Unoptimised --scratch-path "$root/.build/unoptimised"
}

# The recipe's rules, statistics and bookkeeping, without a model.
run_recipe_tests() {
  python_environment alignment-test "$root/Tools/alignment/requirements-test.txt" 200 "numpy"
  "$python" Tools/alignment/test_evaluation.py
  # The built-in prompts of the evaluation are what their script makes.
  "$python" Tools/evaluation-data/make.py --check
}

# A package of its own, which nothing else builds.
run_micro_benchmarks() {
  swift run --package-path Benchmarks --configuration release RESTABenchmarks 1
}

phase "Tools" scripts/install-tools.sh
if [ "${LLAMA:-}" = system ]; then
  phase "llama.cpp (the system's)" pkg-config --modversion llama
else
  phase "llama.cpp" scripts/build-llama.sh
fi
phase "The reference program" scripts/build-greedy.sh
phase "Models" scripts/fetch-models.sh all
phase "Self-test of the lint" scripts/check-hygiene.sh --self-test
phase "Lint" scripts/lint.sh
phase "Tests of the alignment recipe" run_recipe_tests
phase "The command and the tests, built" build_tests
phase "Tests of the core" run_pure_tests
phase "Tests of the engine on real models" run_engine_tests
phase "Tests of the engine on damaged files" run_damaged_file_tests
phase "Tests of the command" run_command_tests
phase "Tests of the server" run_server_tests
phase "Tests of the core, unoptimised" run_debug_tests
phase "Micro-benchmarks, built and run once" run_micro_benchmarks
phase "A package that depends on this one" scripts/test-dependent.sh

say "All good, in $SECONDS s:"
printf '%s\n' "${table[@]}"
