#!/usr/bin/env bash
# Runs Tools/peer, RESTA in Python, in an environment of its own in .deps/peer, which is made again
# when Tools/peer/requirements.txt changes.
#
#   peer.sh MODEL.gguf [OPTION...]    see Tools/peer/peer.py --help
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

[ "$#" -gt 0 ] || die "usage: scripts/peer.sh MODEL.gguf [OPTION...]"
requirements="$root/Tools/peer/requirements.txt"
python="$deps/peer/bin/python3"
key=$(sha256 "$requirements")
if ! [ -x "$python" ] || [ "$(cat "$deps/peer/requirements.key" 2>/dev/null)" != "$key" ]; then
  have python3 || die "python3 is missing." "Run scripts/install-tools.sh, or install it yourself."
  mkdir -p "$deps"
  need_disk "$deps" 3000 "the Python environment of the peer"
  say "Making .deps/peer: PyTorch and transformers (minutes, once)" >&2
  rm -rf "$deps/peer"
  python3 -m venv "$deps/peer" || die "python3 has no venv." \
    "On Debian and Ubuntu: apt-get install python3-venv"
  "$python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" >&2 ||
    die "pip could not install what Tools/peer/requirements.txt asks for."
  printf '%s\n' "$key" >"$deps/peer/requirements.key"
fi
model=$1
shift
exec "$python" "$root/Tools/peer/peer.py" --model "$model" "$@"
