#!/usr/bin/env python3
"""Counts what the house is made of, and fails where it grows out of its limits.

  house.py              prints the table; a limit that is passed is an error
  house.py --self-test  checks that each kind of fault is found

Sources only: lines and files in all and by target, files that are half a thought (under 25 lines) or
too much for one (over 400), type names that are there twice, the readers of JSON and of YAML, and links
of the documents to files that are not there.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

MOST_LINES = 41_000
MOST_FILES = 400
MEDIAN = range(80, 141)
LONGEST = 400
SHORT = 25
MOST_SHORT = 0.03
# Names that several targets' entry points share.
SHARED_NAMES = {"Main"}


def tracked(root, *patterns):
    """The files that git tracks, or would, and that are there."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.check_output(command, cwd=root, text=True).split("\n")
    return [root / name for name in names if name and (root / name).is_file()]


def code(text):
    """Swift without comments and without what is in string literals, roughly."""
    text = re.sub(r'"""[\s\S]*?"""', '""', text)
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)


def check(root):
    """Returns the table's lines and the faults."""
    sources = {file: file.read_text() for file in tracked(root, "Sources/*.swift")}
    lengths = sorted(text.count("\n") for text in sources.values())
    faults = []
    table = []
    targets = {}
    for file, text in sources.items():
        target = file.relative_to(root).parts[1]
        files, lines = targets.get(target, (0, 0))
        targets[target] = (files + 1, lines + text.count("\n"))
    for target, (files, lines) in targets.items():
        table.append(f"{files:5} files {lines:7} lines  {target}")
    if not lengths:
        return table, ["there are no sources"]
    median = lengths[len(lengths) // 2]
    short = [f for f, text in sources.items() if text.count("\n") < SHORT]
    table.append(
        f"{len(lengths):5} files {sum(lengths):7} lines  in all; median {median}, longest {lengths[-1]},"
        f" {len(short)} under {SHORT}"
    )
    if sum(lengths) > MOST_LINES:
        faults.append(f"{sum(lengths)} lines; at most {MOST_LINES}")
    if len(lengths) > MOST_FILES:
        faults.append(f"{len(lengths)} files; at most {MOST_FILES}")
    if len(lengths) > 20 and median not in MEDIAN:
        faults.append(f"the median file has {median} lines; {MEDIAN[0]} to {MEDIAN[-1]}")
    if len(short) > max(1, MOST_SHORT * len(lengths)):
        faults.append(f"{len(short)} files under {SHORT} lines: {', '.join(f.name for f in short)}")
    for file, text in sources.items():
        if text.count("\n") > LONGEST:
            faults.append(f"{file.relative_to(root)}: more than {LONGEST} lines")
    faults += types(root, sources) + readers(root, sources) + links(root)
    return table, faults


def types(root, sources):
    """Names of top-level types that are there twice."""
    places = {}
    pattern = re.compile(
        r"^(?:@\w+(?:\([^)]*\))? )*(?:public |package |indirect |final )*"
        r"(?:struct|class|enum|actor|protocol) (\w+)", re.M)
    for file, text in sources.items():
        for name in pattern.findall(code(text)):
            places.setdefault(name, []).append(str(file.relative_to(root)))
    return [
        f"the type {name} is there twice: {', '.join(files)}"
        for name, files in places.items() if len(files) > 1 and name not in SHARED_NAMES
    ]


def readers(root, sources):
    """One reader a format: whoever takes YAML or JSON apart by itself is the second one."""
    faults = []
    rules = {
        "YAML": (r"\bYams\.(compose|load)|YAMLDecoder\(", {"Sources/RESTADocuments/YAMLNode.swift"}),
        "JSON": (r"0xD800", {"Sources/RESTADocuments/JSONReader.swift"}),
    }
    for name, (pattern, allowed) in rules.items():
        found = {
            str(file.relative_to(root)) for file, text in sources.items()
            if re.search(pattern, code(text))
        }
        for file in sorted(found - allowed):
            faults.append(f"{file}: a second reader of {name}")
    return faults


def links(root):
    """Links of documents to files that the repository does not hold."""
    faults = []
    for document in tracked(root, "*.md"):
        for link in re.findall(r"\]\(([^)#\s]+)", document.read_text(errors="replace")):
            if re.match(r"[a-z]+:", link) or link.startswith("<"):
                continue
            if not (document.parent / link).exists():
                faults.append(f"{document.relative_to(root)}: a link to {link}, which is not there")
    return faults


def self_test():
    """Plants one fault of each kind."""
    planted = {
        "there twice": {"Sources/A/A.swift": "struct Same {}\n", "Sources/B/B.swift": "enum Same {}\n"},
        "second reader of YAML": {"Sources/A/A.swift": "let x = try Yams.compose(yaml: text)\n"},
        "second reader of JSON": {"Sources/A/A.swift": "if code >= 0xD800 {}\n"},
        "more than": {"Sources/A/A.swift": "// line\n" * (LONGEST + 1)},
        "which is not there": {"Sources/A/A.swift": "\n", "docs/a.md": "[b](b.md)\n"},
        "files under": {f"Sources/A/{n}.swift": "let a = 1\n" for n in range(3)},
    }
    wrong = 0
    for fault, files in planted.items():
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            if not any(fault in found for found in check(root)[1]):
                print(f"self-test: not found: {fault}", file=sys.stderr)
                wrong += 1
    print(f"    {len(planted)} planted faults of the house, {wrong} not found")
    return wrong


def main():
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(1 if self_test() else 0)
    if sys.argv[1:]:
        sys.exit(__doc__)
    table, faults = check(pathlib.Path(__file__).resolve().parent.parent)
    print("\n".join(f"    {line}" for line in table))
    for fault in faults:
        print(f"house: {fault}", file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
