#!/usr/bin/env bash
# Builds and runs the README's library example in a package of its own that depends on this one by
# URL and version, as a user's would: no unsafe flags, only PKG_CONFIG_PATH.
#
#   test-dependent.sh [--working-tree]
#
# Takes the committed HEAD; with --working-tree, the files as they are.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

model="${RESTA_MODEL:-$models/SmolLM2-135M-Instruct.Q4_0.gguf}"
[ -f "$model" ] || die "there is no model $model." "Run scripts/fetch-models.sh first."
use_llama
# A git hook may run this: its repository is not the one meant below.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
trap 'exit 130' INT TERM HUP

# A fresh repository with one commit: the version tag stays out of ours, and a shallow clone will do.
mkdir "$temp/resta" "$temp/user" "$temp/user/Sources" "$temp/user/Sources/example"
if [ "${1:-}" = --working-tree ]; then
  (cd "$root" && git ls-files --cached --others --exclude-standard -z |
    while IFS= read -r -d '' file; do if [ -f "$file" ]; then printf '%s\0' "$file"; fi; done |
    tar --null -cf - -T -) | tar -xf - -C "$temp/resta"
else
  git -C "$root" archive HEAD | tar -xf - -C "$temp/resta"
fi
git_here() {
  git -C "$temp/resta" -c user.name=test -c user.email=test@localhost -c commit.gpgsign=false \
    -c tag.gpgsign=false -c core.hooksPath=/dev/null "$@"
}
git_here init --quiet
git_here add --all --force
git_here commit --quiet --message "The tree under test"
git_here tag 999.0.0

# The first Swift code after the marker.
awk '/^<!-- library example -->/ { marked = 1; next }
  marked && /^```swift/ { code = 1; next }
  code && /^```/ { exit }
  code { print }' "$temp/resta/README.md" >"$temp/user/Sources/example/main.swift"
[ -s "$temp/user/Sources/example/main.swift" ] || die "README.md has no library example." \
  "It is the first \`\`\`swift block after the line <!-- library example -->."

cat >"$temp/user/Package.swift" <<SWIFT
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "example",
  platforms: [.macOS(.v15)],
  dependencies: [.package(url: "file://$temp/resta", from: "999.0.0")],
  targets: [
    .executableTarget(
      name: "example",
      dependencies: [
        .product(name: "RESTA", package: "resta"),
        .product(name: "RESTALlama", package: "resta"),
      ])
  ]
)
SWIFT

note "building it"
# In the environment, so that it reaches the git that SwiftPM starts.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=protocol.file.allow GIT_CONFIG_VALUE_0=always
swift build --package-path "$temp/user" >"$temp/build.log" 2>&1 || {
  tail -n 40 "$temp/build.log" >&2
  die "a package that depends on this one does not build."
}
note "running it"
cd "$root"
status=0
RESTA_MODEL="$model" "$temp/user/.build/debug/example" "$model" \
  >"$temp/output" 2>"$temp/errors" </dev/null || status=$?
if [ "$status" -ne 0 ] || ! grep -q '[^[:space:]]' "$temp/output"; then
  tail -n 20 "$temp/output" "$temp/errors" >&2
  die "the README's library example fails (exit code $status), or prints nothing."
fi
sed 's/^/    | /' "$temp/output" | head -n 20
