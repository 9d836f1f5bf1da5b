#!/bin/bash
# vLLM and, in front of it, RESTA's server, on one machine. vLLM listens on loopback only: with prompt
# embeddings it is for trusted callers, and what strangers reach is `resta serve`.
#
#   Examples/vllm/one-machine.sh HF-FOLDER MODEL.gguf [OPTION OF vllm serve...]
#   Examples/vllm/one-machine.sh meta-llama/Llama-3.1-70B-Instruct llama.gguf --tensor-parallel-size 8
#
# MODEL.gguf is for its tokenizer, template and embedding table, which must be the folder's (any file of the
# model whose token_embd is F32, F16 or BF16); `resta doctor --engine vllm …` checks that they are. On this
# repository's machine without a GPU, scripts/vllm-server.sh start takes the place of `vllm serve`.
set -euo pipefail
folder=${1:?usage: one-machine.sh HF-FOLDER MODEL.gguf [OPTION OF vllm serve...]}
model=${2:?usage: one-machine.sh HF-FOLDER MODEL.gguf [OPTION OF vllm serve...]}
shift 2

# Tokens of a copy must not depend on what else is in its batch, or the same votes may fall differently:
# VLLM_BATCH_INVARIANT=1 (a beta, on GPUs) makes them independent; without it near-ties may flip.
VLLM_NO_USAGE_STATS=1 VLLM_BATCH_INVARIANT=${VLLM_BATCH_INVARIANT:-1} \
  vllm serve "$folder" --served-model-name target --host 127.0.0.1 --port 8000 \
  --enable-prompt-embeds --enable-prefix-caching "$@" &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
until curl --fail --silent --output /dev/null http://127.0.0.1:8000/health; do
  kill -0 "$server" || exit 1
  sleep 2
done
resta serve --engine vllm --vllm-url http://127.0.0.1:8000 --vllm-model target --model "$model"
