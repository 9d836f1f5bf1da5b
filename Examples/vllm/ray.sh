#!/bin/bash
# One vLLM server over several machines with Ray, for a model that fits no single one: tensor parallel
# within a machine, pipeline parallel across them. RESTA sees one address.
#
#   on the first machine:   Examples/vllm/ray.sh head 8 2 HF-FOLDER     8 GPUs each, 2 machines
#   on each other machine:  Examples/vllm/ray.sh join FIRST-MACHINE
#   then, on the first:     resta serve --engine vllm --vllm-url http://127.0.0.1:8000 \
#                             --vllm-model target --model model.gguf
#
# Ray's ports (6379, 8265 and a range of high ones) let anybody who reaches them run programs: a network of
# these machines' own, or firewall rules, are not optional. HF-FOLDER is at the same path on all machines.
#
# A model that fits one machine is served better by a server on each and all their addresses in --vllm-url:
# nothing then crosses the network but text and embeddings, and a machine that dies takes only itself along.
set -euo pipefail
case ${1:-} in
head)
  gpus=${2:?GPUs of a machine} machines=${3:?machines} folder=${4:?HF-FOLDER}
  ray start --head --port 6379
  until [ "$(ray status 2>/dev/null | grep -c '^ 1 node_')" -ge "$machines" ]; do sleep 2; done
  VLLM_NO_USAGE_STATS=1 exec vllm serve "$folder" --served-model-name target --host 127.0.0.1 --port 8000 \
    --tensor-parallel-size "$gpus" --pipeline-parallel-size "$machines" \
    --distributed-executor-backend ray --enable-prompt-embeds --enable-prefix-caching
  ;;
join) exec ray start --address "${2:?the first machine}:6379" --block ;;
*)
  echo "usage: ray.sh head GPUS MACHINES HF-FOLDER | ray.sh join FIRST-MACHINE" >&2
  exit 2
  ;;
esac
