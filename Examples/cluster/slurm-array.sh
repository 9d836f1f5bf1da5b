#!/bin/bash
# An evaluation as a Slurm job array: each task does one part, and a task that is requeued goes on
# where it was.
#
#   sbatch --array=1-16 Examples/cluster/slurm-array.sh mine.yaml --model model.gguf
#   resta eval merge evaluations/mine/results.sqlite evaluations/mine/results-*-of-16.sqlite
#   resta report evaluations/mine/results.sqlite
#SBATCH --job-name=resta-eval
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=08:00:00
#SBATCH --requeue
set -euo pipefail
: "${SLURM_ARRAY_TASK_ID:?run this with sbatch --array=1-N}"
exec resta eval run "$@" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_MAX" \
  --threads "${SLURM_CPUS_PER_TASK:-1}"
