#!/usr/bin/env bash
# Runs a step of Tools/alignment, the recipe of the aligned test model, in an environment of its own in
# .deps/alignment. Without a step: what steps there are.
#
#   align.sh STEP [OPTION...]    see Tools/alignment/README.md
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

python_environment alignment "$root/Tools/alignment/requirements.txt" 9000 "PyTorch, transformers, peft"
export RESTA_MODELS="${RESTA_MODELS:-$models}" PYTHONWARNINGS=ignore
if [ "$#" -eq 0 ]; then set -- --help; fi
exec "$python" "$root/Tools/alignment/run.py" "$@"
