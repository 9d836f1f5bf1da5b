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

everything=0
if [ "${1:-}" = --all ]; then everything=1; fi
# Tests that could run for minutes on a real model have a quick and a full form.
if [ "$everything" -eq 1 ]; then export RESTA_TEST_ALL=1; fi

# A program that has a process group of its own, as under timeout, keeps Ctrl-C from ending the rest.
trap 'exit 130' INT

number=0
phases=14
if [ "$everything" -eq 1 ]; then phases=18; fi
table=()
record() { # TITLE SECONDS STATUS COMMAND...
  local title=$1 took=$2 status=$3
  shift 3
  table+=("$(printf '%5d s  %s' "$took" "$title")")
  if [ "$status" -ne 0 ]; then
    printf '\n'
    die "make test failed in phase $number of $phases: $title (after $took s)." "The command was: $*"
  fi
  note "$title: $took s; $((phases - number)) phases left, $SECONDS s so far"
}

# A phase's function chains its commands with `|| return`: bash ignores `set -e` in whatever stands
# before `||`, as it does here, and a failure that is not the last command's would be lost.
phase() { # TITLE COMMAND...
  local title=$1 started=$SECONDS status=0
  shift
  number=$((number + 1))
  say "$number/$phases $title"
  "$@" || status=$?
  record "$title" "$((SECONDS - started))" "$status" "$@"
}

# All tests run optimised: a model's logits in unoptimised Swift take minutes.
build_tests() {
  local bin
  swift build --build-tests "${build_flags[@]}" || return
  bin=$(swift build "${build_flags[@]}" --show-bin-path) || return
  command_path="$bin/resta"
  [ -x "$command_path" ] || die "The build left no command at $command_path."
  # `swift test` locks the build folder while it runs, and calls it success when no test was found. On Linux
  # the bundle of tests is a program, which does neither: it ends with 69 then.
  runner=("$bin/restaPackageTests.xctest" --testing-library swift-testing)
  [ -f "${runner[0]}" ] || runner=(swift test --skip-build "${build_flags[@]}")
}

# A test that hangs must fail, and not use up all the time that a CI has; no phase takes so long on the
# slowest machine. (env: no limit.)
limited=(env)
if have timeout; then limited=(timeout --kill-after=10 3600); fi

tests() { # ARGUMENT...
  "${limited[@]}" "${runner[@]}" "$@"
}

# Suites that ask a server in the same process are about time, and would share it with hundreds of
# others that compute: on a slow machine a reply then comes too late.
asking_suites='^(RESTAVLLMTests\.|RESTAEvaluationTests\.Endpoint)'

# What has no phase of its own below runs here: a new target of tests cannot be forgotten.
run_pure_tests() {
  tests --skip '^(RESTALlamaTests|CommandTests|RESTAServerTests)\.' --skip "$asking_suites" || return
  tests --filter "$asking_suites"
}

# Suites whose tests die in a process of their own run apart from those that start programs: Swift
# Testing's monitor waits for any child, and Foundation's Process then may wait for its own for ever.
exit_suites='LlamaTests/(DamagedFiles|WrongFiles)/'

# Suites that compute on one thread, in halves that take as long as each other. Not those that are about
# time or use more threads, which spin while they wait for each other.
engine_halves=(
  'LlamaTests/(FastDecoder|GreedyEquivalence|KeptSequences)/'
  '(LongRunTests|LlamaTests/(Adapters|EmbeddingTables|ProductShapes|Sequences|Spans))/'
)

# Models are shared between tests but CPUs are few: engines that run side by side only wait for each
# other, so the suites that load models run one test at a time: two processes do, on a core each, and then
# one that has what is in neither. Beside the libraries' tests they took longer than one after the other, on
# two cores.
run_engine_tests() {
  local output other status=0
  output=$(mktemp)
  # Not by tests(): that would be a subshell, which can be killed while its tests go on.
  "${limited[@]}" "${runner[@]}" --no-parallel --filter "${engine_halves[1]}" >"$output" 2>&1 &
  other=$!
  # shellcheck disable=SC2064 # the process and the file of now
  trap "kill $other 2>/dev/null; rm -f '$output'" EXIT
  tests --no-parallel --filter "${engine_halves[0]}" || status=$?
  wait "$other" || status=$?
  trap - EXIT
  cat "$output"
  rm -f "$output"
  [ "$status" -eq 0 ] || return "$status"
  tests --no-parallel --filter '^RESTALlamaTests\.' --skip "$exit_suites" \
    --skip "${engine_halves[0]}" --skip "${engine_halves[1]}"
}

run_damaged_file_tests() {
  tests --no-parallel --filter "$exit_suites"
}

# Not beside the engine's: together they take as long as one after the other, on two cores.
run_command_tests() {
  RESTA_COMMAND="$command_path" tests --no-parallel --filter '^CommandTests\.'
}

# Help texts, shapes of JSON and of HTTP replies, against those that were recorded.
run_recorded() {
  python3 scripts/recorded.py "$command_path"
}

# In process first, beside nothing else: some of these tests are about time. Then from outside, as
# clients, attackers and a browser see it.
run_server_tests() {
  tests --filter '^RESTAServerTests\.' || return
  if [ "$everything" -eq 1 ]; then
    scripts/server-tests.sh "$command_path"
  else
    scripts/server-tests.sh "$command_path" --quick
  fi
}

# The core once more unoptimised, where the compiler's own assertions are on.
run_debug_tests() {
  swift test --package-path Tests/Unoptimised --scratch-path "$root/.build/unoptimised"
}

# The recipe's rules, statistics and bookkeeping, and the tools' arithmetic, without a model.
run_recipe_tests() {
  python_environment alignment-test "$root/Tools/alignment/requirements-test.txt" 200 "numpy" || return
  "$python" Tools/alignment/test_recipe.py || return
  "$python" Tools/meaning/test_meaning.py || return
  # The built-in prompts of the evaluation are what their script makes.
  "$python" Tools/evaluation-data/make.py --check
}

# A package of its own, which nothing else builds.
run_micro_benchmarks() {
  swift run --package-path Benchmarks --configuration release RESTABenchmarks 1
}

phase "Tools" scripts/install-tools.sh --browser
if [ "${LLAMA:-}" = system ]; then
  phase "llama.cpp (the system's)" pkg-config --modversion llama
else
  phase "llama.cpp" scripts/build-llama.sh
fi
phase "The reference program" scripts/build-greedy.sh
phase "Models" scripts/fetch-models.sh all
phase "Lint and its self-tests" make --no-print-directory lint
phase "Tests of the alignment recipe" run_recipe_tests
phase "The command and the tests, built" build_tests
phase "Documentation of the libraries" scripts/docs.sh --built
phase "Tests of the libraries, without a model" run_pure_tests
phase "Tests of the engine on real models" run_engine_tests
phase "Tests of the command" run_command_tests
phase "Tests of the engine on damaged files" run_damaged_file_tests
phase "What scripts rely on is as recorded" run_recorded
phase "Tests of the server" run_server_tests
if [ "$everything" -eq 1 ]; then
  phase "Tests of the core, unoptimised" run_debug_tests
  phase "Micro-benchmarks, built and run once" run_micro_benchmarks
  phase "A package that depends on this one" scripts/test-dependent.sh
  phase "Tests on vLLM servers" scripts/vllm-tests.sh "$command_path"
fi

say "All good, in $SECONDS s:"
printf '%s\n' "${table[@]}"
