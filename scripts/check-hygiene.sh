#!/usr/bin/env bash
# The repository's rules that neither the compiler nor the formatter checks. Each finding is a line
# `FILE:LINE: [rule] …`; any finding fails.
#
#   check-hygiene.sh              checks this repository: files that git tracks, or would
#   check-hygiene.sh --self-test  plants one fault of each kind and checks that it is found
#
# Brackets in the patterns keep this file from matching itself.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "$0")/.." && pwd)
max_bytes=1500000
# An adapter is what its file holds; each must stay small enough to clone without a thought.
max_adapter_bytes=5000000

# Which modules each target may import; * is any. CLlama holds no Swift. Our own stand in the order of
# Package.swift, and a line names only those above it: imports point one way.
allowed_imports() {
  case $1 in
  RESTATemplates) echo "-" ;;
  RESTA) echo "RESTATemplates Synchronization Glibc Musl Darwin" ;;
  RESTADocuments) echo "RESTA Foundation Yams" ;;
  RESTARefusals) echo "-" ;;
  RESTALlama) echo "RESTA CLlama Foundation Synchronization" ;;
  RESTAVLLM) echo "RESTA RESTADocuments Foundation Synchronization AsyncHTTPClient NIOCore NIOHTTP1" ;;
  RESTAEvaluation)
    echo "RESTA RESTADocuments RESTARefusals Foundation Synchronization GRDB AsyncHTTPClient NIOCore" \
      "NIOHTTP1 NIOHTTPCompression"
    ;;
  RESTAReport) echo "RESTA RESTADocuments RESTARefusals RESTAEvaluation Foundation Synchronization" ;;
  RESTAAttack) echo "RESTA RESTADocuments RESTARefusals RESTAEvaluation Foundation GRDB" ;;
  RESTAServer)
    echo "RESTA RESTADocuments Foundation Synchronization Hummingbird HummingbirdCore HummingbirdTLS" \
      "HTTPTypes NIOCore NIOHTTP1 NIOPosix NIOHTTPTypes NIOHTTPTypesHTTP1 NIOSSL ServiceLifecycle" \
      "Logging"
    ;;
  RESTATesting) echo "RESTA Foundation Synchronization" ;;
  RESTALocal)
    echo "RESTA RESTADocuments RESTARefusals RESTALlama ArgumentParser Foundation Synchronization" \
      "UnixSignals"
    ;;
  RESTADemo) echo "RESTALocal ArgumentParser Foundation" ;;
  RESTACommand) echo "*" ;;
  *) echo "" ;;
  esac
}

# One path a line. A deleted file is still in git's index.
list_files() {
  if [ -d .git ] || [ -f .git ]; then
    git ls-files --cached --others --exclude-standard
  else # an unpacked archive
    find . -type f -not -path './.*' | sed 's,^\./,,'
  fi | while IFS= read -r file; do if [ -f "$file" ]; then printf '%s\n' "$file"; fi; done
}

# Swift without what is not code: comments and the contents of string literals become empty, line
# numbers stay. Good enough for words; not a parser.
code_only() { # FILE
  awk '
    {
      line = $0; out = ""
      while (line != "") {
        if (block > 0) {
          end = index(line, "*/"); start = index(line, "/*")
          if (start > 0 && (end == 0 || start < end)) { block++; line = substr(line, start + 2) }
          else if (end > 0) { block--; line = substr(line, end + 2) }
          else line = ""
        } else if (text) {
          end = index(line, "\"\"\"")
          if (end > 0) { text = 0; line = substr(line, end + 3) } else line = ""
        } else if (match(line, /#"([^"]|"+[^"#])*"+#|\/\/|\/\*|"""|"([^"\\]|\\.)*"/)) {
          token = substr(line, RSTART, RLENGTH)
          out = out substr(line, 1, RSTART - 1)
          line = substr(line, RSTART + RLENGTH)
          # awk takes the longest match, so an opening """ arrives as an empty string and a quote.
          if (token == "\"\"" && substr(line, 1, 1) == "\"") { text = 1; line = substr(line, 2) }
          else if (token == "\"\"\"") text = 1
          else if (token == "//") line = ""
          else if (token == "/*") block = 1
          else out = out "\"\""
        } else { out = out line; line = "" }
      }
      print out
    }' "$1"
}

report() { # RULE FILE, and on standard input lines `NUMBER:TEXT`
  local line
  while IFS= read -r line; do printf '%s:%s: [%s] %s\n' "$2" "${line%%:*}" "$1" "${line#*:}"; done
}

forbid_text() { # RULE FILE PATTERN
  grep -nIE -e "$3" "$2" | report "$1" "$2" || true
}

check_text() { # FILE
  forbid_text machine-path "$1" '(^|[^A-Za-z0-9_.~}/-])/(w[o]rk|r[o]ot|h[o]me|U[s]ers)/'
  forbid_text registry "$1" \
    'p[y]pi\.(org|io)|p[y]thonhosted|n[p]mjs\.|c[r]ates\.io|pr[o]xy\.golang|art[i]factory|//[^ "]*/sim[p]le(/|$)'
  case $1 in
  *.json | *.jsonl | *.csv | *.jinja) ;; # data
  *) forbid_text unfinished "$1" '(^|[^A-Za-z])(TO[D]O|FIX[M]E)([^A-Za-z]|$)' ;;
  esac
}

check_swift_code() { # FILE
  local rule pattern code
  code=$(code_only "$1")
  # Targets of tests are nobody's dependency; Package.swift says why they have a flag.
  if [ "$1" = Package.swift ]; then
    code=$(printf '%s\n' "$code" | sed '/^    swiftSettings: settings + \[\.unsafeFlags(.*\.when(configuration: \.release))\])$/s/unsafeFlags//')
  fi
  while read -r rule pattern; do
    case "$rule $1" in
    "unsafe Sources/RESTALlama/"*) continue ;;
    esac
    printf '%s\n' "$code" | grep -nE -e "$pattern" | report "$rule" "$1" || true
  done <<'RULES'
unsafe (^|[^A-Za-z0-9_])(unsafe|Unsafe|withUnsafe|unsafe[A-Z])|Unsafe[A-Za-z]*Pointer|nonisolated\(unsafe\)
force-try (^|[^A-Za-z0-9_])try!
trap (^|[^A-Za-z0-9_])fatalError *\(
RULES
}

check_imports() { # FILE
  local target allowed line module
  case $1 in
  Sources/*/*.swift)
    target=${1#Sources/}
    target=${target%%/*}
    allowed=$(allowed_imports "$target")
    if [ -z "$allowed" ]; then
      printf '%s:1: [imports] target %s is not in the table of scripts/check-hygiene.sh\n' \
        "$1" "$target"
      return
    fi
    ;;
  Tests/*.swift) allowed="*" ;;
  *) return ;;
  esac
  code_only "$1" | grep -nE '^ *(@[A-Za-z_]+(\([^)]*\))? +)*([a-z]+ +)?import +' |
    while IFS= read -r line; do
      module=$(printf '%s\n' "$line" |
        sed -E 's/.*import +((struct|class|enum|protocol|func|var|let|typealias|actor) +)?([A-Za-z0-9_]+).*/\3/')
      # Only one module may see C.
      case " $allowed " in
      *" $module "*) continue ;;
      *" * "*) if [ "$module" != CLlama ]; then continue; fi ;;
      esac
      printf '%s:%s: [imports] %s may not be imported here\n' "$1" "${line%%:*}" "$module"
    done || true
}

check() { # FOLDER: prints what it finds
  local file bytes most
  cd "$1"
  list_files | while IFS= read -r file; do
    bytes=$(wc -c <"$file")
    case $file in
    Adapters/*/*.gguf) most=$max_adapter_bytes ;;
    *) most=$max_bytes ;;
    esac
    if [ "$bytes" -gt "$most" ]; then
      printf '%s:1: [size] %d bytes; at most %d\n' "$file" "$bytes" "$most"
    fi
    check_text "$file"
    case $file in
    *.swift)
      check_swift_code "$file"
      check_imports "$file"
      ;;
    esac
  done
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
