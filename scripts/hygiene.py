#!/usr/bin/env python3
"""The rules of scripts/check-hygiene.sh, which lists the files, and plants faults to see that they are found.

  hygiene.py MAX_BYTES MAX_ADAPTER_BYTES    reads paths, one a line, and prints `FILE:LINE: [rule] …`

Brackets in the patterns keep this file from matching itself.
"""
import re
import sys

# Which modules each target may import; * is any. CLlama holds no Swift. Our own stand in the order of
# Package.swift, and a line names only those above it: imports point one way.
ALLOWED_IMPORTS = {
    "RESTATemplates": "",
    "RESTA": "RESTATemplates Synchronization Glibc Musl Darwin",
    "RESTADocuments": "RESTA Foundation Yams",
    "RESTARefusals": "",
    "RESTALlama": "RESTA CLlama Foundation Synchronization",
    "RESTAVLLM": "RESTA RESTADocuments Foundation Synchronization AsyncHTTPClient NIOCore NIOHTTP1",
    "RESTAEvaluation": "RESTA RESTADocuments RESTARefusals Foundation Synchronization GRDB AsyncHTTPClient"
                       " NIOCore NIOHTTP1 NIOHTTPCompression",
    "RESTAReport": "RESTA RESTADocuments RESTARefusals RESTAEvaluation Foundation Synchronization",
    "RESTAAttack": "RESTA RESTADocuments RESTARefusals RESTAEvaluation Foundation GRDB",
    "RESTAServer": "RESTA RESTADocuments Foundation Synchronization Hummingbird HummingbirdCore"
                   " HummingbirdTLS HTTPTypes NIOCore NIOHTTP1 NIOPosix NIOHTTPTypes NIOHTTPTypesHTTP1"
                   " NIOSSL ServiceLifecycle Logging",
    "RESTATesting": "RESTA Foundation Synchronization",
    "RESTALocal": "RESTA RESTADocuments RESTARefusals RESTALlama ArgumentParser Foundation Synchronization"
                  " UnixSignals",
    "RESTADemo": "RESTALocal ArgumentParser Foundation",
    "RESTACommand": "*",
}

TEXT_RULES = [
    ("machine-path", r"(^|[^A-Za-z0-9_.~}/-])/(w[o]rk|r[o]ot|h[o]me|U[s]ers)/"),
    ("registry", r"p[y]pi\.(org|io)|p[y]thonhosted|n[p]mjs\.|c[r]ates\.io|pr[o]xy\.golang|art[i]factory"
                 r'|//[^ "]*/sim[p]le(/|$)'),
    ("unfinished", r"(^|[^A-Za-z])(TO[D]O|FIX[M]E)([^A-Za-z]|$)"),
]
DATA = (".json", ".jsonl", ".csv", ".jinja")  # may say that something is unfinished

CODE_RULES = [
    ("unsafe", r"(^|[^A-Za-z0-9_])(unsafe|Unsafe|withUnsafe|unsafe[A-Z])|Unsafe[A-Za-z]*Pointer"
               r"|nonisolated\(unsafe\)"),
    ("force-try", r"(^|[^A-Za-z0-9_])try!"),
    ("trap", r"(^|[^A-Za-z0-9_])fatalError *\("),
]
# Targets of tests are nobody's dependency; Package.swift says why they have flags.
TEST_FLAGS = re.compile(r"^      \.unsafeFlags\(\[.*\], \.when\(configuration: \.release\)\)$")

IMPORT = re.compile(r"^ *(@[A-Za-z_]+(\([^)]*\))? +)*([a-z]+ +)?import +")
MODULE = re.compile(
    r".*import +((struct|class|enum|protocol|func|var|let|typealias|actor) +)?([A-Za-z0-9_]+)")

TOKEN = re.compile(r'#"([^"]|"+[^"#])*"+#|//|/\*|"""|"([^"\\]|\\.)*"')


def code_only(lines):
    """Swift without what is not code: comments and the contents of string literals become empty, line
    numbers stay. Good enough for words; not a parser."""
    comments, in_text, code = 0, False, []
    for line in lines:
        out = ""
        while line:
            if comments:
                end, start = line.find("*/"), line.find("/*")
                if start >= 0 and (end < 0 or start < end):
                    comments, line = comments + 1, line[start + 2:]
                elif end >= 0:
                    comments, line = comments - 1, line[end + 2:]
                else:
                    line = ""
            elif in_text:
                _, quotes, line = line.partition('"""')
                in_text = not quotes
            elif token := TOKEN.search(line):
                out, line = out + line[:token.start()], line[token.end():]
                if token[0] == '"""':
                    in_text = True
                elif token[0] == "//":
                    line = ""
                elif token[0] == "/*":
                    comments = 1
                else:
                    out += '""'
            else:
                out, line = out + line, ""
        code.append(out)
    return code


def matches(rule, pattern, lines):
    for number, line in enumerate(lines, 1):
        if re.search(pattern, line):
            yield number, rule, line


def swift(name, lines):
    code = code_only(lines)
    if name == "Package.swift":
        code = ["" if TEST_FLAGS.search(line) else line for line in code]
    for rule, pattern in CODE_RULES:
        if rule != "unsafe" or not name.startswith("Sources/RESTALlama/"):
            yield from matches(rule, pattern, code)
    yield from imports(name, code)


def imports(name, code):
    place = name.split("/")
    if place[0] == "Sources" and len(place) > 2:
        if place[1] not in ALLOWED_IMPORTS:
            yield 1, "imports", f"target {place[1]} is not in the table of scripts/hygiene.py"
            return
        allowed = ALLOWED_IMPORTS[place[1]].split()
    elif place[0] == "Tests":
        allowed = ["*"]
    else:
        return
    for number, line in enumerate(code, 1):
        if IMPORT.search(line):
            found = MODULE.match(line)
            module = found[3] if found else line
            # Only one module may see C.
            if module not in allowed and ("*" not in allowed or module == "CLlama"):
                yield number, "imports", f"{module} may not be imported here"


def check(name, most_bytes):
    """Yields line, rule and what is wrong."""
    with open(name, "rb") as file:
        data = file.read()
    if len(data) > most_bytes:
        yield 1, "size", f"{len(data)} bytes; at most {most_bytes}"
    # As bytes, whatever they say: one character each.
    lines = data.decode("latin-1").split("\n")
    if not lines[-1]:
        lines.pop()
    if b"\0" not in data:
        for rule, pattern in TEXT_RULES:
            if rule != "unfinished" or not name.endswith(DATA):
                yield from matches(rule, pattern, lines)
    if name.endswith(".swift"):
        yield from swift(name, lines)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    most, most_of_adapter = map(int, sys.argv[1:])
    sys.stdout.reconfigure(encoding="latin-1", errors="backslashreplace")
    for name in sys.stdin.read().split("\n")[:-1]:
        adapter = re.fullmatch(r"Adapters/.*/.*\.gguf", name)
        for number, rule, text in check(name, most_of_adapter if adapter else most):
            print(f"{name}:{number}: [{rule}] {text}")


if __name__ == "__main__":
    main()
