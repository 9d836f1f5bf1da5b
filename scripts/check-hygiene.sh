#!/usr/bin/env bash
# The repository's rules that neither the compiler nor the formatter checks: scripts/hygiene.py has them. Each
# finding is a line `FILE:LINE: [rule] …`; any finding fails.
#
#   check-hygiene.sh              checks this repository: files that git tracks, or would
#   check-hygiene.sh --self-test  plants one fault of each kind and checks that it is found
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "$0")/.." && pwd)
max_bytes=1500000
# An adapter is what its file holds; each must stay small enough to clone without a thought.
max_adapter_bytes=5000000

# One path a line. A deleted file is still in git's index.
list_files() {
  if [ -d .git ] || [ -f .git ]; then
    git ls-files --cached --others --exclude-standard
  else # an unpacked archive
    find . -type f -not -path './.*' | sed 's,^\./,,'
  fi | while IFS= read -r file; do if [ -f "$file" ]; then printf '%s\n' "$file"; fi; done
}

check() { # FOLDER: prints what it finds
  (cd "$1" && list_files | python3 "$root/scripts/hygiene.py" "$max_bytes" "$max_adapter_bytes")
}

# A folder with one file, so with one finding, at most.
plant() { # RULE|none FILE TEXT
  local folder="$temp/planted" found
  rm -rf "$folder"
  mkdir -p "$folder/$(dirname "$2")"
  printf '%b\n' "$3" >"$folder/$2"
  found=$(check "$folder" | sed -nE 's/^[^ ]*: \[([a-z-]+)\].*/\1/p' | sort -u)
  planted=$((planted + 1))
  if [ "${found:-none}" != "$1" ]; then
    printf 'self-test: expected %s, found %s: %s: %s\n' "$1" "${found:-none}" "$2" "$3" >&2
    wrong=$((wrong + 1))
  fi
}

self_test() {
  # The faults, written so that checking this very file does not find them.
  local slash=/ bang='!' open='('
  temp=$(mktemp -d)
  trap 'rm -rf "$temp"' EXIT
  planted=0 wrong=0
  plant machine-path docs/a.md "see ${slash}home/somebody/model.gguf"
  plant machine-path Sources/RESTA/A.swift "let path = \"${slash}work/main\""
  plant none docs/a.md "see ~${slash}work/main and docs${slash}work/a"
  plant registry docs/a.md "from https:${slash}/p""ypi.org"
  plant registry scripts/a.sh "pip --index-url http:${slash}/mirror.local/sim""ple/"
  plant unfinished Sources/RESTA/A.swift "/${slash} TO""DO: later"
  plant unfinished scripts/a.sh "# FIX""ME"
  plant none Tests/RESTATests/Golden/a.json "{\"text\": \"TO""DO\"}"
  plant unsafe Sources/RESTA/A.swift 'let x = unsafe y.pointee'
  plant unsafe Sources/RESTA/A.swift 'func f(_ p: UnsafePointer<Int>) {}'
  plant unsafe Sources/RESTACommand/A.swift 'x.withUnsafeBufferPointer(f)'
  plant unsafe Sources/RESTATesting/A.swift 'nonisolated(unsafe) var x = 1'
  plant unsafe Tests/RESTATests/A.swift '/* a */ unsafeBitCast(x, to: Int.self)'
  plant unsafe Package.swift 'let a = 1, settings = [.unsafeFlags(["-O"])]'
  plant none Sources/RESTALlama/A.swift 'let x = unsafe y.pointee'
  plant none Tests/RESTATests/A.swift 'let x = #"{"a": "unsafe", "b": "unsafe"}"#'
  plant unsafe Tests/RESTATests/A.swift 'let x = #"a"#, y = unsafe z'
  plant none Sources/RESTA/A.swift '// unsafe\nlet x = "unsafe", y = """\n  unsafe "quoted"\n  """\n/* try\n unsafe */'
  plant unsafe Sources/RESTA/A.swift 'let x = """\n  a\n  """\nlet y = unsafe x'
  plant force-try Sources/RESTA/A.swift "let x = try$bang f()"
  plant force-try Tests/RESTATests/A.swift "let url = \"a//b\"; let x = try$bang f()"
  plant trap Sources/RESTALlama/A.swift "fatalError$open\"no\")"
  plant size docs/a.txt "$(head -c $((max_bytes + 1)) /dev/zero | tr '\0' a)"
  plant size Adapters/a/a.gguf "$(head -c $((max_adapter_bytes + 1)) /dev/zero | tr '\0' a)"
  plant none Adapters/a/a.gguf "$(head -c $((max_bytes + 1)) /dev/zero | tr '\0' a)"
  plant imports Sources/RESTA/A.swift 'import Foundation'
  plant imports Sources/RESTA/A.swift 'public import struct Foundation.URL'
  plant imports Sources/RESTA/A.swift '@preconcurrency import RESTALlama'
  plant imports Sources/RESTATesting/A.swift 'import RESTALlama'
  plant imports Sources/RESTAEvaluation/A.swift 'import RESTALlama'
  plant imports Sources/RESTALlama/A.swift 'import RESTACommand'
  plant imports Sources/RESTAServer/A.swift 'import RESTALlama'
  plant imports Sources/RESTAServer/A.swift 'import RESTAEvaluation'
  plant imports Sources/RESTACommand/A.swift 'internal import CLlama'
  plant imports Tests/RESTALlamaTests/A.swift 'import CLlama'
  plant imports Sources/Other/A.swift 'import RESTA'
  plant imports Sources/RESTATemplates/A.swift 'import RESTA'
  plant imports Sources/RESTA/A.swift 'import RESTADocuments'
  plant imports Sources/RESTAEvaluation/A.swift 'import RESTAReport'
  plant imports Sources/RESTALocal/A.swift 'import RESTAServer'
  plant none Sources/RESTA/A.swift "import Glibc"
  plant none Sources/RESTA/A.swift '@_exported public import RESTATemplates\nimport Synchronization'
  plant none Sources/RESTALlama/A.swift 'public import RESTA\nimport CLlama'
  plant none Tests/RESTATests/A.swift '@testable import RESTA'
  # The folder that git sees: staged, untracked, and not what it ignores.
  rm -rf "$temp/planted"
  mkdir -p "$temp/planted/Sources/RESTA"
  git -C "$temp/planted" init --quiet
  printf 'import CLlama\n' >"$temp/planted/Sources/RESTA/New.swift"
  printf 'import CLlama\n' >"$temp/planted/Ignored.swift"
  printf 'Ignored.swift\n' >"$temp/planted/.gitignore"
  planted=$((planted + 1))
  if [ "$(check "$temp/planted" | wc -l)" -ne 1 ]; then
    printf 'self-test: an untracked file is not checked, or an ignored one is\n' >&2
    wrong=$((wrong + 1))
  fi
  printf '    %d planted cases, %d wrong\n' "$planted" "$wrong"
  [ "$wrong" -eq 0 ]
}

unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
case ${1:-} in
--self-test) self_test ;;
"")
  found=$(check "$root")
  if [ -n "$found" ]; then
    printf '%s\n' "$found" >&2
    exit 1
  fi
  printf '    no finding\n'
  ;;
*)
  printf 'usage: %s [--self-test]\n' "$0" >&2
  exit 2
  ;;
esac
