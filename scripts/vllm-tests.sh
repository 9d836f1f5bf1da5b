#!/usr/bin/env bash
# Tests of the vLLM engine on real servers, and of what docs/scale.md and the examples say about it.
#
#   vllm-tests.sh COMMAND [OPTION...]   options as Tools/vllm/test_vllm.py --help lists them
#
# Needs 3.5 GiB for .deps/vllm (made once) and 8 GiB of memory for two servers. Up to half an hour on two
# cores.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

command=${1:?usage: vllm-tests.sh COMMAND [OPTION...]}
shift
cd "$root"
[ -x "$command" ] || die "$command is missing." "Run make build."
scripts/vllm-server.sh install
scripts/vllm-server.sh model
python="$deps/vllm/bin/python3"
say "Numbers and examples"
"$python" Tools/vllm/scale.py --check docs/scale.md
"$python" Tools/vllm/check_examples.py
say "Embeddings against token ids, on a real server"
# A server that ran before stays; one that starts here ends here.
if ! scripts/vllm-server.sh status --port 8141 >/dev/null 2>&1; then
  trap 'scripts/vllm-server.sh stop --port 8141' EXIT
fi
scripts/vllm-server.sh start --port 8141
"$python" Tools/vllm/check_server.py --url http://127.0.0.1:8141 --model smollm2 \
  --folder "$models/vllm/${SMOLLM2_FILE%.Q4_1.gguf}.F32"
say "The command on two servers"
"$python" Tools/vllm/test_vllm.py --command "$command" "$@"
