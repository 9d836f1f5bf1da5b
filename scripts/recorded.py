#!/usr/bin/env python3
"""What a user's scripts rely on, recorded: every help text, and the shape of every JSON object that
the command prints or the server replies, as sorted `path type` lines, without values.

  recorded.py COMMAND [PART...]            compares; a difference is printed, and fails
  recorded.py --record COMMAND [PART...]   writes what is so now, and fails: look at the diff, commit it

Parts: help, json, http; without one, all. Models come from $RESTA_MODELS.
"""

import contextlib
import difflib
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
RECORDED = ROOT / "Tests" / "CommandTests" / "Recorded"
MODELS = pathlib.Path(os.environ.get("RESTA_MODELS", ROOT / ".models"))
MODEL = str(MODELS / "SmolLM2-135M-Instruct.Q4_0.gguf")
PROMPT = "Name three primary colours."
DEFENSE = ["--noise", "isotropic", "--sigma", "0.5", "--samples", "2", "--prefix", "3", "--seed", "1"]
LIMIT_S = 1200

CONFIGURATION = """\
name: recorded
max_tokens: 4
seeds: [1]
datasets:
  - {built_in: direct, split: test, limit: 1}
  - {built_in: benign, split: test, limit: 1}
defenses:
  - none
  - {type: resta, name: RESTA, noise: isotropic, sigma: 0.5, sigma_unit: relative, samples: 2, prefix: 2}
  - {type: smoothllm, copies: 2}
judges: [refusal-phrases, coherence]
"""

SWEEP = """\
name: recorded-sweep
max_tokens: 4
seeds: [1]
datasets:
  - {built_in: direct, split: development, limit: 1}
  - {built_in: benign, split: development, limit: 1}
defenses:
  - none
  - {type: resta, noise: isotropic, sigma: [0.4, 0.6], sigma_unit: relative, samples: 2, prefix: 2}
judges: [refusal-phrases]
"""


# Objects whose keys are what was found: these, ties and phrases, are another machine's others.
COUNTED = {"phrases", "tieBreaks"}


def shape(value, path="", into=None):
    """The sorted lines `path type`; a list's elements share one path."""
    into = set() if into is None else into
    kind = {dict: "object", list: "list", str: "string", bool: "bool", type(None): "null"}
    into.add(f"{path or '.'} {kind.get(type(value), 'number')}")
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in COUNTED:
                into.add(f"{path}.{key} object")
            elif key == "tie_rule" and not path.endswith(("settings", "defense")):
                into.add(f"{path}.{key} null or string")
            else:
                shape(inner, f"{path}.{key}", into)
    elif isinstance(value, list):
        for inner in value:
            shape(inner, f"{path}[]", into)
    return into


def shape_of_lines(text):
    into = set()
    for line in text.splitlines():
        if line.strip():
            shape(json.loads(line), "", into)
    return sorted(into)


class Recording:
    """One run: what is made is compared with what is there, or put there."""

    def __init__(self, record):
        self.record, self.differences, self.made = record, 0, 0

    def put(self, name, lines):
        self.made += 1
        path = RECORDED / f"{name}.txt"
        text = "".join(line.rstrip() + "\n" for line in lines)
        if self.record:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        was = path.read_text(encoding="utf-8") if path.exists() else ""
        if was == text:
            return
        self.differences += 1
        place = path.relative_to(ROOT)
        sys.stdout.writelines(
            difflib.unified_diff(
                was.splitlines(True), text.splitlines(True), f"{place} (recorded)", f"{place} (now)"))


class Command:
    """The built command, in a folder of its own."""

    def __init__(self, path, folder):
        self.path, self.folder = str(pathlib.Path(path).resolve()), folder
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith("RESTA_")}
        self.environment |= {"RESTA_MODELS": str(MODELS), "COLUMNS": "80", "NO_COLOR": "1"}

    def run(self, *arguments, stdin="", accept=(0,)):
        done = subprocess.run(
            [self.path, *arguments], input=stdin, capture_output=True, text=True, cwd=ROOT,
            env=self.environment, timeout=LIMIT_S)
        if done.returncode not in accept:
            sys.exit(f"resta {' '.join(arguments)}: exit code {done.returncode}\n{done.stderr[-2000:]}")
        return done.stdout


def record_help(command, recording):
    waiting = [[]]
    while waiting:
        words = waiting.pop()
        text = command.run(*words, "--help")
        recording.put("help/" + ("-".join(["resta", *words])), text.splitlines())
        listed = text.partition("\nSUBCOMMANDS:\n")[2].partition("\n\n")[0]
        for name in re.findall(r"^  ([a-z][a-z-]*)(?: |$)", listed, re.MULTILINE):
            waiting.append([*words, name])


def record_json(command, recording):
    folder = pathlib.Path(command.folder)
    model = ["--model", MODEL]
    few = ["--max-tokens", "6"]
    bench = ["--user-tokens", "8", "--answer-tokens", "4", "--repeats", "1", "--stock", "none"]
    prompts = folder / "prompts.json"
    prompts.write_text(json.dumps([PROMPT, "What is a triangle?"]), encoding="utf-8")
    configuration, sweep = folder / "recorded.yaml", folder / "sweep.yaml"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    sweep.write_text(SWEEP, encoding="utf-8")
    output, swept = folder / "out", folder / "swept"
    store = str(output / "results.sqlite")

    def put(name, *arguments, stdin="", accept=(0,)):
        text = command.run(*arguments, stdin=stdin, accept=accept)
        try:
            lines = sorted(shape(json.loads(text)))
        except json.JSONDecodeError:
            lines = shape_of_lines(text)
        recording.put(f"json/{name}", lines)

    put("generate", "generate", PROMPT, "--json", *model, *DEFENSE, *few)
    put("generate-undefended", "generate", PROMPT, "--json", "--noise", "none", *model, *few)
    trace = folder / "votes.jsonl"
    command.run("generate", PROMPT, "--json", "--trace", str(trace), *model, *DEFENSE, *few)
    recording.put("json/trace", shape_of_lines(trace.read_text(encoding="utf-8")))
    put("chat", "chat", "--json", *model, *DEFENSE, *few, stdin="Hello\nAnd again\n")
    put("inspect", "inspect", PROMPT, "--json", *model, *DEFENSE)
    put("doctor", "doctor", "--json", *model, *DEFENSE, accept=(0, 1))
    put("compare", "compare", "--prompts", str(prompts), "--json", *model, *DEFENSE, *few)
    put("meaning", "meaning", "--prompts", str(prompts), "--json", *model, *DEFENSE, *few)
    put("bench", "bench", "--json", *bench, *model)
    put("demo", "demo", PROMPT, "--json", *few)
    put("serve-print-config", "serve", "--print-config", "--json")
    (folder / "none").mkdir()
    put("eval-data", "eval", "data", "--json", "--data", str(folder / "none"))
    put("eval-run-estimate", "eval", "run", str(configuration), "--dry-run", "--json", "--output", str(output))
    put("eval-run", "eval", "run", str(configuration), "--json", "--output", str(output))
    put("eval-status", "eval", "status", store, "--json")
    put("eval-export", "eval", "export", store, "--format", "jsonl")
    put("report", "report", store, "--json", "--output", str(folder / "page"))
    put("sweep", "sweep", str(sweep), "--json", "--output", str(swept))
    recording.put(
        "json/files-of-a-report",
        # A table of ties is there only where there were any.
        sorted(str(path.relative_to(output)) for path in output.rglob("*")
               if path.is_file() and path.name != "tie-breaks.csv"))



@contextlib.contextmanager
def server(command):
    """`resta serve` on loopback, on a port that the system picks."""
    running = subprocess.Popen(
        [command.path, "serve", "--port", "0", "--model", MODEL], cwd=ROOT, env=command.environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        address = None
        said = []
        for line in running.stderr:
            said.append(line)
            found = re.search(r"Listening on https?://([^ ]+):(\d+)", line)
            address = (found[1].strip("[]"), int(found[2])) if found else address
            if "Ready" in line:
                break
        if address is None:
            sys.exit("resta serve did not say where it listens:\n" + "".join(said[-5:]))
        yield address
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            running.kill()


def record_http(command, recording):
    ask = {"messages": [{"role": "user", "content": PROMPT}], "max_tokens": 6, "seed": 1}
    whole = {"logprobs": True, "top_logprobs": 2}
    counted = {"stream": True, "stream_options": {"include_usage": True}}
    exchanges = [
        ("models", "GET", "/v1/models", None), ("resta", "GET", "/v1/resta", None),
        ("health", "GET", "/health", None), ("metrics", "GET", "/metrics", None),
        ("chat", "POST", "/v1/chat/completions", ask),
        ("chat-logprobs", "POST", "/v1/chat/completions", ask | whole),
        ("chat-streamed", "POST", "/v1/chat/completions", ask | {"stream": True}),
        ("chat-streamed-usage", "POST", "/v1/chat/completions", ask | counted),
        ("completion", "POST", "/v1/completions", {"prompt": PROMPT, "max_tokens": 4}),
        ("completion-streamed", "POST", "/v1/completions", {"prompt": PROMPT, "max_tokens": 4, "stream": True}),
        ("error-field", "POST", "/v1/chat/completions", ask | {"max_tokens": "many"}),
        ("error-path", "GET", "/v1/nothing", None),
        ("error-method", "GET", "/v1/chat/completions", None),
    ]
    with server(command) as (host, port):
        for name, method, path, body in exchanges:
            connection = http.client.HTTPConnection(host, port, timeout=LIMIT_S)
            data = None if body is None else json.dumps(body)
            headers = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, path, data, headers)
            reply = connection.getresponse()
            text = reply.read().decode("utf-8")
            lines = [f"status {reply.status}"]
            lines += sorted({f"header {key.lower()}" for key, _ in reply.getheaders()})
            kind = reply.getheader("Content-Type", "")
            lines.append(f"type {kind}")
            if "json" in kind:
                lines += sorted(shape(json.loads(text)))
            elif "event-stream" in kind:
                lines += streamed(text)
            recording.put(f"http/{name}", lines)
            connection.close()


def streamed(text):
    """The shape of all chunks together; the first and the last chunk's, and how it ends."""
    events = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    chunks = [json.loads(event) for event in events if event != "[DONE]"]
    together = set()
    for chunk in chunks:
        shape(chunk, "", together)
    lines = sorted(together)
    lines += [f"first{line}" for line in sorted(shape(chunks[0]))]
    lines += [f"last{line}" for line in sorted(shape(chunks[-1]))]
    return [*lines, f"ends with {events[-1]}"] if events[-1] == "[DONE]" else lines


def main():
    arguments = sys.argv[1:]
    record = "--record" in arguments
    arguments = [word for word in arguments if word != "--record"]
    if not arguments:
        sys.exit(__doc__)
    path, parts = arguments[0], arguments[1:] or ["help", "json", "http"]
    ways = {"help": record_help, "json": record_json, "http": record_http}
    if set(parts) - set(ways) or not os.access(path, os.X_OK):
        sys.exit(__doc__)
    recording = Recording(record)
    with tempfile.TemporaryDirectory() as folder:
        for part in parts:
            ways[part](Command(path, folder), recording)
    if record:
        sys.exit(f"{recording.made} recorded. A recording run fails, so that nobody mistakes it for a test.")
    if recording.differences:
        sys.exit(
            f"{recording.differences} of {recording.made} differ from what is recorded. If that is meant: "
            "scripts/recorded.py --record COMMAND, and a line in CHANGELOG.md.")
    print(f"    {recording.made} help texts and shapes are as recorded")


if __name__ == "__main__":
    main()
