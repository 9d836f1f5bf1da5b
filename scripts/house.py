#!/usr/bin/env python3
"""Counts what the house is made of, and fails where it grows out of its limits.

  house.py              prints the table; a limit that is passed is an error
  house.py --self-test  checks that each kind of fault is found

Sources only: lines and files in all and by target, files that are half a thought (under 25 lines) or
too much for one (over 400), type names that are there twice, the readers of JSON and of YAML, and what
documents link to or name that is not there.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

MOST_LINES = 57_500
MOST_FILES = 420
MEDIAN = range(80, 141)
LONGEST = 400
SHORT = 25
MOST_SHORT = 0.03
# Names that several targets' entry points share.
SHARED_NAMES = {"Main"}
# Files that documents name in backticks without their folder; and those among them that are the user's.
FILE_ENDINGS = "swift|py|sh|md|yaml|yml|jinja"
OTHERS_FILES = {"mine.yaml"}


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
    """What documents name that the repository does not hold: links, their sections, and paths and files
    that are only written down, in prose, in code or in a comment of an example."""
    files = {str(file.relative_to(root)) for file in tracked(root)}
    folders = {str(parent) for file in files for parent in pathlib.PurePath(file).parents}
    names = {pathlib.PurePath(file).name for file in files}
    tops = "|".join(sorted(re.escape(name) for name in folders if "/" not in name and name[0] != "."))
    path = re.compile(rf"(?<![\w./-])(?:\./|(?:\.\./)+)?((?:{tops})/[\w.*/+-]*[\w*/])") if tops else None
    faults = []
    for document in tracked(root, "*.md", "Examples/*"):
        place, text = document.relative_to(root), document.read_text(errors="replace")
        written = re.sub(r"[a-z]+://\S+", "", text)
        faults += [f"{place}: a path {name}, which is not there"
                   for name in sorted(set(path.findall(written) if path else []))
                   if not any(place_of(document, root, name))]
        if document.suffix != ".md":
            continue
        for link, section in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?", text):
            if re.match(r"[a-z]+:", link) or link.startswith("<"):
                continue
            target = document.parent / link if link else document
            if not target.exists():
                faults.append(f"{place}: a link to {link}, which is not there")
            elif section and target.suffix == ".md" and section not in sections(target):
                faults.append(f"{place}: a link to {link}#{section}, a section that is not there")
        for name in sorted(set(re.findall(rf"`(\w[\w+-]*\.(?:{FILE_ENDINGS}))`", text)) - OTHERS_FILES):
            if name not in names:
                faults.append(f"{place}: a file `{name}`, which is not there")
    return faults


def place_of(document, root, name):
    """The files that a path may mean: from the root, or from beside the document; `*` for any."""
    for folder in (root, document.parent):
        yield from folder.glob(name.rstrip("/"))


def sections(document):
    """The names by which links reach a document's headings, as GitHub makes them."""
    text = re.sub(r"^```[\s\S]*?^```", "", document.read_text(errors="replace"), flags=re.M)
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, flags=re.M)
    }


# A repository without a fault, to plant one in.
SOUND = {
    "Sources/A/Sound.swift": "let a = 1\n",
    "docs/sound.md": "# One two: `three`\n[a](sound.md#one-two-three) [b](../Sources/A) <https://a.b/docs/no.md>\n"
    "`Sound.swift`, Sources/A/*.swift, `mine.yaml`, Sources/A/, and docs/sound.md.\n",
}


def self_test():
    """Plants one fault of each kind."""
    planted = {
        "there twice": {"Sources/A/A.swift": "struct Same {}\n", "Sources/B/B.swift": "enum Same {}\n"},
        "second reader of YAML": {"Sources/A/A.swift": "let x = try Yams.compose(yaml: text)\n"},
        "second reader of JSON": {"Sources/A/A.swift": "if code >= 0xD800 {}\n"},
        "more than": {"Sources/A/A.swift": "// line\n" * (LONGEST + 1)},
        "a link to b.md": {"docs/a.md": "[b](b.md)\n"},
        "a link to a.md#four": {"docs/a.md": "# Three\n[four](a.md#four)\n"},
        "a path Examples/c.yaml": {"Examples/b.yaml": "# b\n", "README.md": "as `Examples/c.yaml` has\n"},
        "a path docs/d.md": {"docs/a.md": "```\nless ./docs/d.md\n```\n"},
        "a path scripts/e*.sh": {"scripts/a.sh": "\n", "Examples/b.yaml": "# see scripts/e*.sh\n"},
        "a file `Gone.swift`": {"CHANGELOG.md": "`Gone.swift` is there\n"},
        "": {},
        "files under": {f"Sources/A/{n}.swift": "let a = 1\n" for n in range(3)},
    }
    wrong = 0
    for fault, files in planted.items():
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
            for name, text in (SOUND | files).items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            found = check(root)[1]
            if not (any(fault in text for text in found) if fault else not found):
                print(f"self-test: not found: {fault}; but: {found}", file=sys.stderr)
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
