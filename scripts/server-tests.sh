#!/usr/bin/env bash
# Tests of the built server from outside: OpenAI's own client, keys and limits, faults, and the
# playground in a browser.
#
#   server-tests.sh COMMAND           all of it, in minutes
#   server-tests.sh COMMAND --quick   fewer requests where it is about their number
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

cd "$root"
export RESTA_COMMAND="${1:?usage: server-tests.sh COMMAND [--quick]}"
export RESTA_MODELS="${RESTA_MODELS:-$models}"
quick=()
if [ "${2:-}" = --quick ]; then quick=(--quick); fi

scripts/install-tools.sh --browser

python_environment server-tests "$root/Tools/server/requirements.txt" 100 "the openai client"
say "OpenAI's client"
"$python" Tools/server/test_openai.py
say "Keys, limits, noise and origins"
"$python" Tools/server/test_auth.py
say "Faults"
"$python" Tools/server/test_faults.py ${quick[@]+"${quick[@]}"}

python_environment playground-tests "$root/Tools/playground/requirements.txt" 30 "websocket-client"
say "The playground in a browser"
log=$(mktemp)
"$RESTA_COMMAND" serve --port 0 --playground \
  --model "$RESTA_MODELS/SmolLM2-135M-Instruct.Q4_0.gguf" 2>"$log" &
server=$!
# shellcheck disable=SC2317 # by the trap
stop() {
  kill "$server" 2>/dev/null || true
  rm -f "$log"
}
trap stop EXIT
for ((tenth = 0; tenth < 6000; tenth++)); do
  if grep -q Ready: "$log"; then break; fi
  kill -0 "$server" 2>/dev/null || die "resta serve ended: $(tail -n 3 "$log")"
  sleep 0.1
done
address=$(sed -n 's/.*Listening on \(http[^ ]*\).*/\1/p' "$log" | head -n 1)
[ -n "$address" ] || die "resta serve did not say where it listens: $(tail -n 3 "$log")"
"$python" Tools/playground/test_playground.py --server "$address"
