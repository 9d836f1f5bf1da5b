#!/bin/bash
# An evaluation as a Slurm job array: each task does one part, and a task that is requeued goes on
# where it was.
#
#   sbatch --array=1-16 Examples/cluster/slurm-array.sh mine.yaml --model model.gguf
#   resta eval merge evaluations/mine/results.sqlite evaluations/mine/results-*-of-16.sqlite
#   resta report evaluations/mine/results.sqlite
#
# A task that is submitted again alone does not know how many parts there are; PARTS tells it:
#
#   PARTS=16 sbatch --array=7 Examples/cluster/slurm-array.sh mine.yaml --model model.gguf
#
# On vLLM, tasks need next to no CPU, and several answers at a time keep the servers busy; a task uses one of
# the addresses by its number. (Every address in one --vllm-url works too: each task then uses all.)
#
#   sbatch --array=1-16 --cpus-per-task=1 --export=ALL,VLLM_URLS=http://gpu1:8000,VLLM_MODEL=target \
#     Examples/cluster/slurm-array.sh mine.yaml --model model.gguf --parallel 8
#   (several addresses: VLLM_URLS="http://gpu1:8000 http://gpu2:8000" sbatch --export=ALL …)
#SBATCH --job-name=resta-eval
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=08:00:00
#SBATCH --requeue
set -euo pipefail
: "${SLURM_ARRAY_TASK_ID:?run this with sbatch --array=1-N}"
parts=${PARTS:-$SLURM_ARRAY_TASK_MAX}
if [ -z "${PARTS:-}" ] && [ "${SLURM_ARRAY_TASK_COUNT:-$parts}" -ne "$parts" ]; then
  echo "error: $SLURM_ARRAY_TASK_COUNT tasks of an array that ends at $parts: set PARTS to the number of parts" >&2
  exit 2
fi
engine=(--threads "${SLURM_CPUS_PER_TASK:-1}")
if [ -n "${VLLM_URLS:-}" ]; then
  read -r -a urls <<<"$VLLM_URLS"
  engine=(--engine vllm --vllm-url "${urls[SLURM_ARRAY_TASK_ID % ${#urls[@]}]}"
    --vllm-model "${VLLM_MODEL:?the name under which the servers have the model}")
fi
exec resta eval run "$@" --shard "$SLURM_ARRAY_TASK_ID/$parts" "${engine[@]}"
