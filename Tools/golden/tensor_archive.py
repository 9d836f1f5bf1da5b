#!/usr/bin/env python3
"""Golden archives of embedding rows, as torch.save writes a tensor: what vLLM takes as prompt_embeds.

An implementation of its own, with Python's zipfile and with pickle's own reader as the check of what was
written; it shares nothing with the Swift code. Needs nothing but Python.

    python3 Tools/golden/tensor_archive.py           # writes Tests/RESTAVLLMTests/Golden/archives.json
    python3 Tools/golden/tensor_archive.py --check   # fails if what is there would change
"""

import argparse
import base64
import collections
import io
import json
import pathlib
import pickle
import pickletools
import struct
import sys
import zipfile

FILE = pathlib.Path(__file__).resolve().parents[2] / "Tests/RESTAVLLMTests/Golden/archives.json"
# Rows and columns, and the bits of their values: zeros of both signs, ties of rounding, the least and the
# greatest that bfloat16 can hold, and some of all sizes.
CASES = [
    (1, 1, [0x3F800000]),
    (2, 3, [0x00000000, 0x80000000, 0x3F808000, 0x3F818000, 0x00000001, 0x7F7F0000]),
    (3, 2, [0xC0490FDB, 0x40490FDB, 0x3EAAAAAB, 0xBF7FFFFF, 0x00800000, 0x477FE000]),
    (1, 300, [(0x3C000000 + index * 0x00012345) & 0x7F7FFFFF for index in range(300)]),
]


def data(bits, number):
    if number == "float32":
        return struct.pack(f"<{len(bits)}I", *bits)
    halves = []
    for value in bits:
        low, high = value & 0xFFFF, value >> 16
        halves.append(high + (low > 0x8000 or (low == 0x8000 and high & 1)))
    return struct.pack(f"<{len(bits)}H", *halves)


def description(rows, columns, number):
    """The tensor in pickle's protocol 2, opcode by opcode."""
    storage = {"float32": "FloatStorage", "bfloat16": "BFloat16Storage"}[number]

    def integer(value):
        return pickle.BININT + struct.pack("<i", value)

    def text(value):
        return pickle.BINUNICODE + struct.pack("<I", len(value)) + value.encode()

    def name(module, member):
        return pickle.GLOBAL + f"{module}\n{member}\n".encode()

    return b"".join([
        pickle.PROTO + b"\x02", name("torch._utils", "_rebuild_tensor_v2"), pickle.MARK,
        pickle.MARK, text("storage"), name("torch", storage), text("0"), text("cpu"),
        integer(rows * columns), pickle.TUPLE, pickle.BINPERSID,
        integer(0), integer(rows), integer(columns), pickle.TUPLE2,
        integer(columns), integer(1), pickle.TUPLE2, pickle.NEWFALSE,
        name("collections", "OrderedDict"), pickle.EMPTY_TUPLE, pickle.REDUCE,
        pickle.TUPLE, pickle.REDUCE, pickle.STOP,
    ])


def archive(rows, columns, bits, number):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as out:
        for name, content in [
            ("data.pkl", description(rows, columns, number)), ("byteorder", b"little"),
            ("data/0", data(bits, number)), ("version", b"3\n"),
        ]:
            info = zipfile.ZipInfo("archive/" + name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 0
            info.external_attr = 0
            out.writestr(info, content)
    return buffer.getvalue()


class Reader(pickle.Unpickler):
    """Reads a description back without torch."""

    def find_class(self, module, name):
        known = {("collections", "OrderedDict"): collections.OrderedDict,
                 ("torch._utils", "_rebuild_tensor_v2"): lambda *parts: parts}
        return known.get((module, name), f"{module}.{name}")

    def persistent_load(self, parts):
        return parts


def check(content, rows, columns, bits, number):
    """What was written is what a reader of such archives finds."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert parts.testzip() is None
        pickletools.dis(parts.read("archive/data.pkl"), io.StringIO())
        found = Reader(io.BytesIO(parts.read("archive/data.pkl"))).load()
        assert found[0][0] == "storage" and found[0][4] == rows * columns, found
        assert found[1:5] == (0, (rows, columns), (columns, 1), False), found
        assert len(parts.read("archive/data/0")) == len(bits) * (4 if number == "float32" else 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    cases = []
    for rows, columns, bits in CASES:
        for number in ["float32", "bfloat16"]:
            content = archive(rows, columns, bits, number)
            check(content, rows, columns, bits, number)
            cases.append({
                "rows": rows, "columns": columns, "number": number,
                "bits": "".join(f"{value:08x}" for value in bits),
                "archive": base64.b64encode(content).decode(),
            })
    text = json.dumps(cases, indent=1) + "\n"
    if arguments.check:
        sys.exit(0 if FILE.read_text() == text else f"{FILE.name} would change")
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text)


main()
