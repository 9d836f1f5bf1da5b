"""What a vLLM server is told and what it answers, written a second time, apart from the command's engine.

Tensors go as a zip of the kind that torch.save writes, made here without torch, from the embedding table
in the folder that the server loads.
"""

import base64
import http.client
import io
import json
import socket
import struct
import time
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import numpy

STORAGES = {"f32": "FloatStorage", "bf16": "BFloat16Storage", "f16": "HalfStorage"}


def tensor_file(rows, kind="f32"):
    """`rows` as torch.save would write them: a zip with one folder, nothing compressed."""
    count, width = rows.shape
    if not numpy.isfinite(rows).all():
        raise ValueError("the rows hold NaN or infinity, which the server would take")
    if kind == "f32":
        data = rows.astype("<f4").tobytes()
    elif kind == "f16":
        data = rows.astype("<f2").tobytes()
    else:  # bf16: the upper half, rounded to nearest, ties to even
        bits = rows.astype("<f4").view("<u4").astype(numpy.uint64)
        data = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes()

    def text(value):
        return b"X" + struct.pack("<I", len(value)) + value.encode()

    def number(value):
        return b"J" + struct.pack("<i", value)

    pickle = (b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage")
              + b"ctorch\n" + STORAGES[kind].encode() + b"\n" + text("0") + text("cpu")
              + number(count * width) + b"tQ" + number(0) + number(count) + number(width) + b"\x86"
              + number(width) + number(1) + b"\x86\x89ccollections\nOrderedDict\n)Rt" + b"R.")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, part in (("data.pkl", pickle), ("byteorder", b"little"), ("data/0", data),
                           ("version", b"3\n")):
            archive.writestr(zipfile.ZipInfo(f"archive/{name}"), part)
    return file.getvalue()


def encoded(rows, kind="f32"):
    return base64.b64encode(tensor_file(rows, kind)).decode("ascii")


def embedding_table(folder):
    """The table of token embeddings in a folder's safetensors, as float32."""
    for file in sorted(Path(folder).glob("*.safetensors")):
        with open(file, "rb") as archive:
            length = struct.unpack("<Q", archive.read(8))[0]
            header = json.loads(archive.read(length))
        entry = header.get("model.embed_tokens.weight")
        if entry is None:
            continue
        if entry["dtype"] != "F32":
            raise ValueError(f"the embeddings in {file} are {entry['dtype']}, not F32")
        begin, end = entry["data_offsets"]
        flat = numpy.memmap(file, dtype="<f4", mode="r", offset=8 + length + begin,
                            shape=((end - begin) // 4,))
        return flat.reshape(entry["shape"])
    raise ValueError(f"{folder} has no model.embed_tokens.weight")


class Upstream:
    """A server; counts the bytes of what it is sent."""

    def __init__(self, url, model):
        parts = urlsplit(url)
        self.host, self.port, self.model = parts.hostname, parts.port, model
        self.uploaded = self.requests = 0

    def open(self, method, path, body=None, seconds=300):
        """A connection whose head has been read, and the reply; status other than 200 raises."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=seconds)
        data = None if body is None else json.dumps(body).encode()
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.request(method, path, data, {"Content-Type": "application/json"})
        self.uploaded += len(data or b"")
        self.requests += 1
        reply = connection.getresponse()
        if reply.status != 200:
            raise OSError(f"{path} answered {reply.status}: {reply.read()[:300]!r}")
        return connection, reply

    def post(self, path, body):
        connection, reply = self.open("POST", path, body)
        try:
            return json.loads(reply.read())
        finally:
            connection.close()

    def metrics(self):
        """Prometheus' lines: the sum over labels for each name."""
        connection, reply = self.open("GET", "/metrics")
        values = {}
        for line in reply.read().decode().splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                name = name.split("{", 1)[0]
                values[name] = values.get(name, 0.0) + float(value)
        connection.close()
        return values

    def chat_ids(self, messages):
        """The server's own tokens of the rendered prompt."""
        reply = self.post("/tokenize", {"model": self.model, "messages": messages,
                                        "add_generation_prompt": True})
        return reply["tokens"]

    def text_ids(self, text):
        reply = self.post("/tokenize", {"model": self.model, "prompt": text,
                                        "add_special_tokens": False})
        return reply["tokens"]

    def greedy(self, tokens, prompt=None, rows=None, kind="f32", **more):
        """Greedy tokens for one prompt of ids or for copies of rows, and why each ended."""
        reply = self.post("/v1/completions",
                          self.body(tokens, prompt, rows, kind) | more)
        choices = sorted(reply["choices"], key=lambda choice: choice["index"])
        return [(choice["token_ids"], choice["finish_reason"]) for choice in choices]

    def body(self, tokens, prompt=None, rows=None, kind="f32"):
        body = {"model": self.model, "max_tokens": tokens, "temperature": 0,
                "return_token_ids": True}
        if prompt is not None:
            body["prompt"] = prompt
        if rows is not None:
            body["prompt_embeds"] = [encoded(copy, kind) for copy in rows]
        return body

    def stream(self, tokens, rows, kind="f32", salt=None):
        """Token ids one by one from one copy; closing the generator closes the connection."""
        body = self.body(tokens, rows=[rows], kind=kind) | {"stream": True}
        if salt:
            body["cache_salt"] = salt
        connection, reply = self.open("POST", "/v1/completions", body)
        try:
            for line in reply:
                if not line.startswith(b"data: ") or line.startswith(b"data: [DONE]"):
                    continue
                event = json.loads(line[6:])
                if "error" in event:
                    raise OSError(f"the stream ended with {event['error']}")
                for choice in event["choices"]:
                    yield from choice.get("token_ids") or ()
        finally:
            connection.close()


def wait_until_ready(url, seconds=300):
    parts, deadline = urlsplit(url), time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.5)
    raise OSError(f"{url} is not ready after {seconds} s")
