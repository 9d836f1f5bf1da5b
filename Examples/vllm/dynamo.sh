#!/bin/bash
# NVIDIA Dynamo in front of vLLM workers: it routes, RESTA sees one address. --enable-prompt-embeds is
# passed on to the workers (Dynamo's documentation, "Prompt Embeddings").
#
#   Examples/vllm/dynamo.sh HF-FOLDER [OPTION OF dynamo.vllm...]     a frontend and one worker here
#   resta doctor --engine vllm --vllm-url http://127.0.0.1:8000 --vllm-model target --model model.gguf
#
# Two things to know. RESTA asks /tokenize at its start, which Dynamo's frontend had as an open pull request
# (ai-dynamo/dynamo 9012) when this was written: without it the start fails and says so, and the workers'
# machines can each run `vllm serve` instead (kubernetes.yaml, one address a server in --vllm-url). And a
# router that looks at token ids sees none in embeddings: streams of one answer may meet different workers,
# so a prefix that one has cached is computed again on another.
set -euo pipefail
folder=${1:?usage: dynamo.sh HF-FOLDER [OPTION OF dynamo.vllm...]}
shift
python3 -m dynamo.frontend --http-host 127.0.0.1 --http-port 8000 &
frontend=$!
trap 'kill "$frontend" 2>/dev/null || true' EXIT
python3 -m dynamo.vllm --model "$folder" --served-model-name target --enable-prompt-embeds "$@"
