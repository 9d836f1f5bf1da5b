#!/usr/bin/env bash
# Runs Tools/peer, RESTA in Python, in an environment of its own in .deps/peer.
#
#   peer.sh MODEL.gguf [OPTION...]    see Tools/peer/peer.py --help
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

[ "$#" -gt 0 ] || die "usage: scripts/peer.sh MODEL.gguf [OPTION...]"
python_environment peer "$root/Tools/peer/requirements.txt" 3000 "PyTorch and transformers"
model=$1
shift
exec "$python" "$root/Tools/peer/peer.py" --model "$model" "$@"
