#!/usr/bin/env bash
# Measures in which number format the demo's model answers fastest on this machine when it is defended.
#
#   fastest-weights.sh          makes Q8_0 and F32 beside Q4_0 (700 MiB), measures and says which
#   fastest-weights.sh --show auto|q4_0|q8_0|f32
#                               prints the file; auto: the one that was fastest
#
# The formats are models of their own: published figures, and the demo's adapter, are of Q4_0, which
# stays the default whatever is fastest. RESTA_DEMO_WEIGHTS lets `make demo` use another one.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

name=${SMOLLM2_FILE%.Q4_1.gguf}
record="$models/.made/fastest"
if [ "${1:-}" = --show ]; then
  case ${2:-} in
  auto) file=$(cat "$record" 2>/dev/null) || die "Nothing was measured yet." "Run make weights." ;;
  q4_0) file="$models/$name.Q4_0.gguf" ;;
  q8_0) file="$models/$name.Q8_0.gguf" ;;
  f32) file="$models/$name.F32.gguf" ;;
  *) die "unknown format: ${2:-}" "RESTA_DEMO_WEIGHTS is auto, q4_0, q8_0 or f32." ;;
  esac
  [ -f "$file" ] || die "$file is missing." "Run make weights."
  printf '%s\n' "$file"
  exit
fi
command="$root/.build/release/resta-local"
[ -x "$command" ] || die "resta-local is not built." "Run make weights."
"$root/scripts/fetch-models.sh" default q8_0 f32

# Prompts and single steps favour different formats, so what is timed is what a user waits for. Rounds
# take turns, and the best of three counts: what disturbs a run makes it slower.
seconds() { # FILE -> of two defended answers of 50 tokens, to 20 and to 200 tokens
  "$command" bench decoders --model "$1" --user-tokens 20,200 --answer-tokens 50 --decoders fast \
    --repeats 1 --json 2>/dev/null |
    python3 -c 'import json, sys; print(sum(r["wall_s"] for r in json.load(sys.stdin)["runs"]))'
}
say "Measuring defended answers in three formats (a minute or two; leave the machine alone)"
times=()
for _ in 1 2 3; do
  for format in Q4_0 Q8_0 F32; do
    took=$(seconds "$models/$name.$format.gguf") || die "$format could not be measured." \
      "See: $command bench decoders --model $models/$name.$format.gguf"
    times+=("$took $format")
  done
done
printf '%s\n' "${times[@]}" | sort -n | awk '!seen[$2]++ { printf "%s %.2f\n", $2, $1 }' | {
  fastest=
  while read -r format time; do
    note "$format: $time s"
    fastest=${fastest:-$format}
  done
  mkdir -p "$models/.made"
  printf '%s\n' "$models/$name.$fastest.gguf" >"$record"
  say "$fastest answers fastest here; make demo uses Q4_0 unless RESTA_DEMO_WEIGHTS says otherwise"
}
