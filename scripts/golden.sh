#!/usr/bin/env bash
# Makes the golden vectors of the tests again, with the independent Python references in
# Tools/golden and the packages that their requirements files pin. No test run calls this.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

cd "$root"
shopt -s nullglob
programs=(Tools/golden/*.py)
requirements=()
for file in Tools/golden/requirements*.txt; do requirements+=(--requirement "$file"); done
[ "${#programs[@]}" -gt 0 ] || die "there is no generator in Tools/golden."
python="$deps/golden/bin/python3"
if ! [ -x "$python" ]; then
  rm -rf "$deps/golden"
  python3 -m venv "$deps/golden" || die "python3 has no venv." \
    "On Debian and Ubuntu: apt-get install python3-venv"
fi
if [ "${#requirements[@]}" -gt 0 ]; then
  "$python" -m pip install --quiet --disable-pip-version-check "${requirements[@]}" ||
    die "pip could not install what Tools/golden/requirements*.txt ask for."
fi
for program in "${programs[@]}"; do
  say "$program"
  "$python" "$program"
done
say "Changed:"
git status --short -- Tests
