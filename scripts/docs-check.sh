#!/usr/bin/env bash
# Lists public declarations without a documentation comment. The rule is the formatter's, and part
# of `make lint`; here it stands alone.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

cd "$root"
output=$(swift format lint --parallel --recursive Sources 2>&1) || {
  printf '%s\n' "$output" >&2
  die "swift format could not read the sources."
}
found=$(printf '%s\n' "$output" | grep -F '[AllPublicDeclarationsHaveDocumentation]' || true)
if [ -n "$found" ]; then
  printf '%s\n' "$found" >&2
  die "$(printf '%s\n' "$found" | wc -l) public declarations have no documentation."
fi
note "every public declaration is documented"
