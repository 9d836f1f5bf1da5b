#!/usr/bin/env bash
# Builds the documentation of each library with DocC; a warning, such as a link that leads nowhere, fails.
#
#   docs.sh           builds the libraries first
#   docs.sh --built   takes the symbols from the release build as it is: `make test` has just made it
#
#   .build/docs/LIBRARY   an archive for `docc preview`, or for a web server
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

cd "$root"
use_llama
bin=$(swift build "${build_flags[@]}" --show-bin-path)
libraries=()
for catalog in Sources/*/Documentation.docc; do
  library=${catalog#Sources/}
  libraries+=("${library%%/*}")
done
[ "${#libraries[@]}" -gt 0 ] || die "No library has a Documentation.docc."
if [ "${1:-}" != --built ]; then
  for library in "${libraries[@]}"; do swift build "${build_flags[@]}" --target "$library"; done
fi
have docc || die "docc is missing: it comes with the Swift toolchain, beside swift."

# The module maps of the C libraries that our modules import, wherever the build or a package has them.
flags=(-I "$bin/Modules" -Xcc "-fmodule-map-file=$root/Sources/CLlama/module.modulemap")
read -r -a llama <<<"$(pkg-config --cflags llama)"
for flag in ${llama[@]+"${llama[@]}"}; do flags+=(-Xcc "${flag//\"/}"); done
while IFS= read -r map; do
  flags+=(-Xcc "-fmodule-map-file=$map" -Xcc -I -Xcc "$(dirname "$map")")
done < <(find "$bin" -maxdepth 2 -name module.modulemap -path '*.build/*')
while IFS= read -r map; do
  flags+=(-Xcc "-fmodule-map-file=$map" -Xcc -I -Xcc "$(dirname "$map")")
done < <(find "$root/.build/checkouts" -name module.modulemap -path '*/Sources/*')
target=$(swift -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p' | head -n 1)

for library in "${libraries[@]}"; do
  work="$root/.build/docs/symbols/$library"
  rm -rf "$work" "$root/.build/docs/$library"
  mkdir -p "$work"
  swift symbolgraph-extract -module-name "$library" "${flags[@]}" -target "$target" \
    -minimum-access-level public -output-dir "$work" >"$work.log" 2>&1 || {
    tail -n 20 "$work.log" >&2
    die "The symbols of $library could not be read."
  }
  # Extensions of other modules' types are those modules' own pages.
  find "$work" -name '*@*' -delete
  docc convert "Sources/$library/Documentation.docc" --additional-symbol-graph-dir "$work" \
    --output-path "$root/.build/docs/$library" --fallback-display-name "$library" \
    --fallback-bundle-identifier "resta.$library" --warnings-as-errors >"$work.log" 2>&1 || {
    grep -E 'error|warning|-->' "$work.log" >&2
    die "The documentation of $library has warnings."
  }
  note "$library: .build/docs/$library"
done
