"""Where things are, and how the recipe reads and writes them.

Everything the recipe makes lands in one work folder, so that a step whose output is there is not
run again, and nothing half-written is ever taken for whole.
"""

import hashlib
import json
import os
import tempfile
from pathlib import Path

TOOL = Path(__file__).resolve().parent.parent
ROOT = TOOL.parent.parent
OWN_DATA = TOOL / "data"
WORK = Path(os.environ.get("ALIGNMENT_WORK", ROOT / ".deps" / "alignment-work"))
MODELS = Path(os.environ.get("RESTA_MODELS", ROOT / ".models"))
# Public evaluation data, which the user brings: JailbreakBench, AlpacaEval, XSTest.
PUBLIC_DATA = Path(os.environ.get("ALIGNMENT_DATA", WORK / "public"))
# What the command runs; the adapter is trained on these very weights.
MODEL = "SmolLM2-135M-Instruct.Q4_0.gguf"


def need(path: Path, remedy: str) -> Path:
    """The path, if it is there; else ends with what makes it."""
    if not path.exists():
        raise SystemExit(f"{path} is missing: run `{remedy}` first.")
    return path


def write_text(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name + ".")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(name, path)


def write_json(path: Path, value) -> None:
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def write_jsonl(path: Path, rows) -> None:
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def read_json(path: Path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def read_jsonl(path: Path) -> list:
    # Not splitlines(): that also breaks at characters that JSON leaves alone.
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file if line.strip()]


def read_lines(path: Path) -> list[str]:
    with open(path, encoding="utf-8") as file:
        return [line.strip() for line in file if line.strip()]


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
