"""Runs `resta generate --prompts` undefended, and keeps its lines.

Lines are written as they come, into a file named by all that decides them. So a run that was stopped
goes on where it was, and a run that is there is not done again.
"""

import fcntl
import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Callable

from .files import ROOT, WORK, sha256, write_json

MAX_TOKENS = 24


def command() -> str:
    return os.environ.get("RESTA_COMMAND", str(ROOT / ".build" / "release" / "resta"))


@cache
def version(path: str) -> str:
    return subprocess.run(
        [path, "--version"], check=True, capture_output=True, text=True).stdout.strip()


@cache
def _digest(path: Path, size: int, changed: int) -> str:
    return sha256(path)


def digest(path: Path) -> str:
    """A file's SHA-256, computed once unless the file changes."""
    status = path.stat()
    return _digest(path, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class Job:
    """All that decides the answers, which are greedy."""

    prompts: tuple[str, ...]
    model: Path
    adapter: Path | None = None
    scale: float = 1.0
    max_tokens: int = MAX_TOKENS

    def description(self) -> dict:
        return {
            "prompts": hashlib.sha256(json.dumps(self.prompts).encode()).hexdigest(),
            "max_tokens": self.max_tokens,
            "model": digest(self.model),
            "adapter": digest(self.adapter) if self.adapter else None,
            "scale": self.scale if self.adapter else None,
            # The version is the same for every build between two releases.
            "command": [version(command()), digest(Path(command()))],
        }

    def key(self) -> str:
        text = json.dumps(self.description(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def arguments(self) -> list[str]:
        adapter = ["--lora", f"{self.adapter}:{self.scale!r}"] if self.adapter else []
        return ["--model", str(self.model), *adapter, "--noise", "none", "--max-tokens", str(self.max_tokens)]


def whole_rows(file) -> list[dict]:
    """The file's rows, in order from index 0; what follows the last whole one is cut off."""
    rows, end = [], 0
    file.seek(0)
    for line in file:
        row = _row(line)
        if row is None or row.get("index") != len(rows):
            break
        rows.append(row)
        end += len(line)
    file.truncate(end)
    file.seek(end)
    return rows


def _row(line: bytes) -> dict | None:
    if not line.endswith(b"\n"):
        return None
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _print_progress(done: int, total: int) -> None:
    if done % 20 == 0 or done == total:
        print(f"answers: {done} of {total}", flush=True)


def answers(job: Job, progress: Callable[[int, int], None] = _print_progress) -> list[dict]:
    """A row for each prompt: what the command printed, or an `error`.

    `progress` is told how many there are, first those of an earlier run.
    """
    if not job.prompts:
        return []
    key = job.key()
    path = WORK / "runs" / f"{key}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"{path} is being written by another run.") from None
        rows = whole_rows(file)
        progress(len(rows), len(job.prompts))
        if len(rows) < len(job.prompts):
            write_json(path.with_suffix(".prompts"), list(job.prompts))
            write_json(path.with_suffix(".json"), job.description())
            _stream(job, path, file, rows, progress)
    return rows


def _stream(job, path, file, rows, progress) -> None:
    """Runs the command for the prompts that have no row yet."""
    arguments = [command(), "generate", "--prompts", str(path.with_suffix(".prompts")), "--json",
                 "--quiet", *job.arguments(), "--from", str(len(rows))]
    log = path.with_suffix(".log")
    with open(log, "wb") as errors, subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors) as process:
        try:
            for line in process.stdout:
                row = _row(line)
                if row is None or row.get("index") != len(rows):
                    process.kill()
                    break
                file.write(line)
                file.flush()
                rows.append(row)
                progress(len(rows), len(job.prompts))
        except BaseException:
            # Nobody reads what it would still print.
            process.kill()
            raise
    # It also fails when single prompts did; their rows say so.
    if len(rows) < len(job.prompts):
        reason = log.read_text(encoding="utf-8", errors="replace").strip()[-500:]
        raise SystemExit(
            f"resta answered {len(rows)} of {len(job.prompts)} prompts and stopped "
            f"({process.returncode}): {reason or 'it printed something else than rows'}")
