#!/usr/bin/env python3
"""Writes the golden files of the chat-template tests with Python's jinja2, the reference.

    pip install -r Tools/golden/requirements.txt
    python3 Tools/golden/chat_templates.py [--templates DIR] [--gguf FILE ...]

DIR holds *.jinja files, default $RESTA_TEMPLATES or .deps/src/llama.cpp/models/templates; a GGUF
file (default: those in $RESTA_MODELS or .models) gives its own tokenizer.chat_template. Third-party templates are never copied into the golden
files: only a file's name, its SHA-256 and what it rendered to are.

Writes three files under Tests/RESTATemplatesTests/Golden/templates: expressions.json, builtin.json
and models.json. The rendering environment is that of Hugging Face transformers 4.5x,
utils/chat_template_utils.py (_compile_jinja_template).

Expected spans don't come from tracking scalars, as in Swift, but from a second way: the chat is
rendered again with each content between private-use sentinels, which for a template that trims are
within the whitespace at the content's ends. A case whose text less the sentinels isn't the plain
rendering (the template looks into the content) gets no expected spans.
"""

import argparse
import hashlib
import json
import os
import re
import struct
import sys
from datetime import datetime
from pathlib import Path

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from chat_template_cases.chats import chats
from chat_template_cases.snippets import PRELUDE, snippets

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "Tests/RESTATemplatesTests/Golden/templates"
BUILT_IN = ROOT / "Sources/RESTATemplates/BuiltInTemplates.swift"
NOW = datetime(2026, 2, 3, 4, 5, 6)
FORMAT = 1


class Generation(Extension):
    """`{% generation %}`, which Hugging Face uses to find assistant tokens; passes its body on."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    @jinja2.pass_eval_context
    def _body(self, context, caller):
        return caller()


def environment(now):
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators,
                          sort_keys=sort_keys)

    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    if now:
        env.globals["strftime_now"] = lambda format: NOW.strftime(format)
    # Not among the four functions of a chat template's world.
    for name in ("lipsum", "cycler", "joiner"):
        del env.globals[name]
    return env


def outcome(render):
    try:
        return {"text": render()}
    except Exception:  # whatever Python raises, Swift must fail too
        return {"error": True}


def mark(index, content, keeps_start, keeps_end):
    """Content with private-use sentinels that name its message, at its ends or within the
    whitespace at its ends."""
    start = 0 if keeps_start else len(content) - len(content.lstrip())
    end = len(content) if keeps_end else len(content.rstrip())
    end = max(start, end)
    return (content[:start] + chr(0xF0000 + index) + content[start:end] + chr(0xF1000 + index)
            + content[end:])


def unmark(text):
    """The text without its sentinels, and the spans between them; None where they don't pair."""
    spans, clean, opened, length = [], [], {}, 0
    for char in text:
        code = ord(char)
        if 0xF0000 <= code < 0xF1000:
            if opened:
                return None
            opened[code - 0xF0000] = length
        elif 0xF1000 <= code < 0xF2000:
            start = opened.pop(code - 0xF1000, None)
            if start is None:
                return None
            if length > start:
                spans.append([code - 0xF1000, start, length])
        else:
            clean.append(char)
            length += len(char.encode())
    return None if opened else ("".join(clean), spans)


def spans(render, messages, plain):
    """Message, start and end of each span in UTF-8 bytes, or None where this can't tell."""

    def marked(chosen):
        try:
            found = unmark(render(
                [dict(m, content=chosen.get(i, m["content"])) for i, m in enumerate(messages)]))
        except Exception:
            return None
        return found[1] if found and found[0] == plain else None

    chosen = {}
    for index, message in enumerate(messages):
        # The widest place for the sentinels at which the template does what it does without them.
        for keeps in ((True, True), (True, False), (False, True), (False, False)):
            chosen[index] = mark(index, message["content"], *keeps)
            if marked(chosen) is not None:
                break
        else:
            return None
    merged = []
    for span in marked(chosen):
        if merged and merged[-1][0] == span[0] and merged[-1][2] == span[1]:
            merged[-1][2] = span[2]
        else:
            merged.append(span)
    return merged


def run(source, chat, bos, eos):
    entry = {"chat": chat["name"], "addGenerationPrompt": chat["add_generation_prompt"],
             "now": chat.get("now", False), "variables": chat.get("variables", {})}
    env = environment(entry["now"])
    messages = chat["messages"]

    def render(messages):
        return env.from_string(source).render(
            **{"messages": messages, "tools": None, "documents": None, "bos_token": bos,
               "eos_token": eos, "add_generation_prompt": chat["add_generation_prompt"],
               **entry["variables"]})

    entry.update(outcome(lambda: render(messages)))
    if "text" in entry:
        found = spans(render, messages, entry["text"])
        if found is not None:
            entry["spans"] = found
    return entry


def template(label, source, bos, eos):
    return {"source": label, "sha256": hashlib.sha256(source.encode()).hexdigest(), "bos": bos,
            "eos": eos, "cases": [run(source, chat, bos, eos) for chat in chats()]}


def built_in_templates():
    pattern = r'name: "([^"]+)",\s*source: #"""\n(.*?)\n( *)"""#'
    found = re.findall(pattern, BUILT_IN.read_text(encoding="utf-8"), re.S)
    if not found:
        sys.exit(f"no templates in {BUILT_IN}")
    for name, body, indent in found:
        lines = [line.removeprefix(indent) for line in body.split("\n")]
        yield name, "\n".join(lines)


class GGUF:
    """Just enough of the GGUF format (version 2 and 3) to read string metadata."""

    SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
    STRING, ARRAY = 8, 9

    def __init__(self, file):
        self.file = file

    def number(self, format):
        return struct.unpack("<" + format, self.file.read(struct.calcsize(format)))[0]

    def string(self):
        return self.file.read(self.number("Q")).decode("utf-8", "replace")

    def value(self, kind):
        if kind == self.STRING:
            return self.string()
        if kind == self.ARRAY:
            inner, count = self.number("I"), self.number("Q")
            if inner in self.SIZES:
                self.file.seek(self.SIZES[inner] * count, os.SEEK_CUR)
                return None
            return [self.value(inner) for _ in range(count)]
        data = self.file.read(self.SIZES[kind])
        return int.from_bytes(data, "little") if kind in (4, 5, 10, 11) else None

    def metadata(self):
        if self.file.read(4) != b"GGUF" or self.number("I") not in (2, 3):
            sys.exit("not a GGUF file of version 2 or 3")
        self.number("Q")
        count = self.number("Q")
        return {self.string(): self.value(self.number("I")) for _ in range(count)}


def gguf_template(path):
    with open(path, "rb") as file:
        data = GGUF(file).metadata()
    tokens = data["tokenizer.ggml.tokens"]

    def token(key):
        index = data.get(f"tokenizer.ggml.{key}_token_id")
        return tokens[index] if index is not None else ""

    return data.get("tokenizer.chat_template"), token("bos"), token("eos")


def write(name, entries, **more):
    OUT.mkdir(parents=True, exist_ok=True)
    document = {"format": FORMAT, "generator": "Tools/golden/chat_templates.py",
                "jinja2": jinja2.__version__, **more}
    # An entry's case a line: a changed expectation is a changed line.
    lines = [json.dumps(document)[:-1] + ', "entries": [']
    for index, entry in enumerate(entries):
        end = "," if index + 1 < len(entries) else ""
        parts = entry.pop("cases", None)
        if parts is None:
            lines.append(json.dumps(entry) + end)
            continue
        lines.append(json.dumps(entry)[:-1] + ', "cases": [')
        lines += [json.dumps(part) + ("," if part is not parts[-1] else "") for part in parts]
        lines.append("]}" + end)
    text = "\n".join(lines + ["]}"]) + "\n"
    json.loads(text)
    (OUT / name).write_text(text, encoding="ascii")
    # The hash beside it is what the Swift test checks: a golden file is never edited by hand.
    digest = hashlib.sha256(text.encode()).hexdigest()
    (OUT / (name + ".sha256")).write_text(f"{digest}  {name}\n", encoding="ascii")
    print(f"{name}: {len(entries)} entries")


def models(folder, files):
    entries = []
    for path in sorted(folder.glob("*.jinja")):
        # Bytes, no newline translation: as the Swift test reads it.
        entries.append(template(path.name, path.read_bytes().decode(), "<s>", "</s>"))
    seen = set()
    for path in files:
        source, bos, eos = gguf_template(path)
        # The quantisations of one model share a template.
        if source and source not in seen:
            seen.add(source)
            entries.append({**template(path.name, source, bos, eos), "gguf": True})
    return entries


def main():
    if jinja2.__version__ != "3.1.6":
        sys.exit(f"jinja2 is {jinja2.__version__}; the golden files are of 3.1.6")
    folder = os.environ.get("RESTA_TEMPLATES", ROOT / ".deps/src/llama.cpp/models/templates")
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--templates", type=Path, default=Path(folder))
    parser.add_argument("--gguf", type=Path, action="append")
    arguments = parser.parse_args()
    if not arguments.templates.is_dir():
        sys.exit(f"no folder {arguments.templates}; give --templates, or run `make llama` first")
    files = arguments.gguf
    if files is None:
        files = sorted(Path(os.environ.get("RESTA_MODELS", ROOT / ".models")).glob("*.gguf"))

    rendered = []
    for group, prelude, source, context in snippets():
        entry = {"group": group, "hasPrelude": prelude != "", "source": source, "context": context}
        entry.update(
            outcome(lambda: environment(True).from_string(prelude + source).render(**context)))
        rendered.append(entry)
    write("expressions.json", rendered, prelude=PRELUDE)
    talks = {chat["name"]: chat["messages"] for chat in chats()}
    write("builtin.json", [template(name, source, "<s>", "</s>")
                           for name, source in built_in_templates()], chats=talks)
    write("models.json", models(arguments.templates, files), chats=talks)


if __name__ == "__main__":
    main()
