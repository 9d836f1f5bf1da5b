"""Malformed requests, drawn from a seeded generator: each with the statuses that are right for it.

A class is a function of a generator and a server; it sends one request, and gives the reply, the right
statuses, and what was sent for the message of a failure.
"""

import json
from dataclasses import dataclass

from client import CHAT, COMPLETIONS
from raw import CLOSED, GONE, chunked, exchange, head, leave, post
from serving import MARK

BODY_LIMIT = 65536
SETTINGS = {"limits": {"body_bytes": BODY_LIMIT, "answer_tokens": 4, "prompt_tokens": 400,
                       "read_seconds": 5, "choices": 2},
            "answer": {"max_tokens": 1}, "defense": {"prefix": 1}, "log": {"level": "info"}}

ODD = [b"null", b"true", b"-0", b"0.1e-7", b"1e999", b"NaN", b"Infinity", b"01", b"+1", b".5", b"1.",
       b"0x10", b"9" * 40, b"9" * 5000, b"[]", b"{}", b"\"\"", b"\"\\ud800\"", b"\"\\u00\"",
       b"\"\\x41\"", b"\"\x00\"", b"\"\x1f\"", b"'a'", b"undefined", b"[" * 5000,
       b"[" * 60 + b"]" * 60, b"[" * 5000 + b"]" * 5000, b"{\"a\":" * 5000 + b"1" + b"}" * 5000,
       b"// x\n1", b"/* x */ 1", b"\"\\", b"\"", b"\xef\xbb\xbf1", b"-", b"1e", b"[1,]", b"{,}"]


@dataclass
class Seen:
    status: object
    body: bytes
    right: set
    sent: bytes


def base(random):
    """A valid request that is cheap: few tokens, or a model that is not there."""
    body = {"max_tokens": 1, "temperature": 0, "stream": False, "stop": ["x", "y"], "n": 1,
            "seed": 12345, "user": "u", "top_p": 0.9}
    if random.random() < 0.7:
        body["model"] = "another-model"
    if random.random() < 0.5:
        return CHAT, {"messages": [{"role": "user", "content": MARK}], **body}
    return COMPLETIONS, {"prompt": MARK, **body}


def no_duplicates(pairs):
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def no_constants(name):
    raise ValueError(name)


def statuses(body):
    """What is right for a body: 400 if it is no JSON object, else what its fields lead to."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=no_constants,
                           object_pairs_hook=no_duplicates)
    except (ValueError, RecursionError):
        return {400}
    return {200, 400, 404} if isinstance(value, dict) else {400}


def mutated(random, data):
    """The body with one to three faults."""
    for _ in range(random.randint(1, 3)):
        start = random.randrange(len(data) + 1)
        end = min(len(data), start + random.randint(1, 20))
        kind = random.randrange(8)
        if kind == 0:
            data = data[:start] + bytes([random.randrange(256)]) + data[start + 1:]
        elif kind == 1:
            data = data[:start] + data[end:]
        elif kind == 2:
            data = data[:end] + data[start:]
        elif kind == 3:
            data = data[:start] + random.randbytes(random.randint(1, 8)) + data[start:]
        elif kind == 4:
            data = data[:start]
        elif kind == 5:
            data = data[:start] + random.choice(ODD) + data[end:]
        elif kind == 6:
            data += random.choice([b"x", b"}", b"{}", b",", b"\x00", b"\n\n", data])
        else:
            data = data.replace(random.choice([b": ", b", ", b"\"", b"["]),
                                random.choice([b"", b":", b",,", b"'", b"\t"]), 1)
    return data[:BODY_LIMIT]


def fuzzed_json(random, server):
    path, body = base(random)
    if random.random() < 0.3:
        # A value of any field, whole.
        text = json.dumps(body).encode()
        name = random.choice(list(body))
        old = json.dumps(body[name]).encode()
        data = text.replace(b"\"%s\": " % name.encode() + old,
                            b"\"%s\": " % name.encode() + random.choice(ODD), 1)
    else:
        data = mutated(random, json.dumps(body).encode())
    return Seen(*exchange(server, post(server, path, data)), statuses(data), data)


NO_TEXT = [5, 1.5, True, {}, [], [5], [None]]
WRONG = {
    "messages": ["x", 5, {}, [], [1], [{}], [None], [{"role": "user"}], [{"role": 1, "content": "x"}],
                 [{"role": "owner", "content": "x"}], [{"content": "x"}],
                 [{"role": "user", "content": None}], [{"role": "user", "content": 5}],
                 [{"role": "user", "content": {}}], [{"role": "user", "content": []}],
                 [{"role": "user", "content": [5]}], [{"role": "user", "content": [{"type": "text"}]}],
                 [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}],
                 [{"role": "user", "content": "x", "name": 5}],
                 [{"role": "user", "content": "x", "tool_calls": [1]}]],
    "max_tokens": ["3", -3, 0, 1.5, True, [], {}, 1e30, 10 ** 30, 5],
    "max_completion_tokens": ["3", -3, 2],
    "temperature": ["hot", -0.1, 2.1, True, [], {}], "top_p": ["a", -1, 1.5, []],
    "top_k": ["a", -2, 1.5], "min_p": [-0.5, 1.5, "a"], "n": [0, -1, 1.5, "2", 100, True],
    "stop": [5, [5], ["a"] * 17, {}, [None], [""]], "seed": ["a", 1.5, 1e30, [], True],
    "stream": ["yes", 1, [], {}], "stream_options": [5, "x", {"include_usage": True}, []],
    "logprobs": ["yes", [], {}], "top_logprobs": ["a", -1, 21, 3], "model": [5, [], {}, True],
    "resta": [5, "x", [], {"nois": "hard"}, {"noise": "loud"}, {"noise": 5}, {"samples": "many"},
              {"samples": 1.5}, {"seed": 1}, {"votes": 1}, {"prefix": "some"}, {"sigma": "big"}],
    "prompt": [5, {}, [], [5], [[1, 2]], [None], "", [""], ["a"] * 50],
}


def wrong_types(random, server):
    path, body = base(random)
    body.pop("model", None)
    name = random.choice([n for n in WRONG if n != ("prompt" if path == CHAT else "messages")])
    body[name] = random.choice(WRONG[name])
    data = json.dumps(body).encode()
    status, reply = exchange(server, post(server, path, data))
    if status == 400 and not str(json.loads(reply)["error"]["param"]).startswith(name):
        status = f"400 for {json.loads(reply)['error']['param']}"
    return Seen(status, reply, {400}, data)


def bad_utf8(random, server):
    path, body = base(random)
    data = json.dumps(body).encode()
    at = data.index(MARK.encode()) + random.randrange(len(MARK)) if random.random() < 0.7 \
        else random.randrange(len(data) + 1)
    bad = random.choice([b"\xff", b"\x80", b"\xc3\x28", b"\xe2\x82", b"\xed\xa0\x80", b"\xc0\xaf",
                         b"\xf4\x90\x80\x80", b"\xf0\x9f", b"\xfe\xfe"])
    data = data[:at] + bad + data[at:]
    return Seen(*exchange(server, post(server, path, data)), {400}, data)


def another_type(random, server):
    path, body = base(random)
    data = json.dumps(body).encode()
    kind = random.choice([None, "text/plain", "application/x-www-form-urlencoded", "application/jso",
                          "multipart/form-data; boundary=x", "application/jsonp", "", "x" * 300])
    return Seen(*exchange(server, post(server, path, data, kind=kind)), {415}, str(kind).encode())


PATHS = {"/v1/chat/completions": "POST", "/v1/completions": "POST", "/v1/models": "GET",
         "/v1/resta": "GET", "/health": "GET", "/metrics": "GET", "/": "GET"}


def method_and_path(random, server):
    if random.random() < 0.5:
        path, right = random.choice(list(PATHS.items()))
        method = random.choice([m for m in ("GET", "POST", "PUT", "DELETE", "PATCH") if m != right])
        status, sent = {405}, f"{method} {path}"
    else:
        path = random.choice([
            "/v1", "/v1/", "/v1/chat", "/v1/chat/completions/x", "/v1/embeddings", "/v2/models",
            "/..", "/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/playground.js/x", "/v1/models/",
            "/%00", "/%ff%fe", "/%zz", "/a" * 400, "/?" + "q=1&" * 200, "/v1/models/another",
            "/resta.yaml", "/.git/config", "/index.php", "/%E2%98%83", "/v1/models/%2e%2e"])
        method, sent = random.choice(["GET", "POST"]), path
        status = {400, 404, 405}
        if path.startswith("/?") or path in ("/v1/models/", "/v1/chat/completions/"):
            status |= {200}
    body = b"{}" if method in ("POST", "PUT", "PATCH") else b""
    return Seen(*exchange(server, head(server, method, path, length=len(body)) + body), status,
                sent.encode())


def huge(random, server):
    """Over the limit, by the head alone, sent whole, or in chunks."""
    size = BODY_LIMIT + random.choice([1, 1000, BODY_LIMIT * 3])
    data = json.dumps({"prompt": "x" * size}).encode()
    kind = random.randrange(4)
    if kind == 0:
        declared = random.choice([BODY_LIMIT + 1, 10 ** 9, 2 ** 62])
        return Seen(*exchange(server, head(server, "POST", CHAT, length=declared)), {413}, b"declared")
    if kind == 1:
        sent = head(server, "POST", COMPLETIONS, "Transfer-Encoding: chunked") + chunked(data)
        return Seen(*exchange(server, sent), {413, CLOSED}, b"chunked")
    if kind == 2:
        # Few bytes are sent behind the limit, so the reply cannot be lost in a reset.
        sent = head(server, "POST", COMPLETIONS, "Transfer-Encoding: chunked") \
            + b"%x\r\n" % (BODY_LIMIT + 1) + b"x" * (BODY_LIMIT + 1)
        return Seen(*exchange(server, sent), {413}, b"one chunk")
    return Seen(*exchange(server, post(server, CHAT, data)), {413, CLOSED}, b"whole")


def broken_http(random, server):
    host = f"Host: 127.0.0.1:{server.port}\r\n".encode()
    post_line = b"POST /v1/completions HTTP/1.1\r\n" + host + b"Content-Type: application/json\r\n"
    cases = {
        "no method": b" / HTTP/1.1\r\n\r\n", "one word": b"GARBAGE\r\n\r\n",
        "unknown method": b"FOO / HTTP/1.1\r\n" + host + b"\r\n",
        "lower case": b"get /nothing HTTP/1.1\r\n" + host + b"\r\n",
        "version 9": b"GET /nothing HTTP/9.9\r\n" + host + b"\r\n",
        "no version": b"GET /nothing\r\n\r\n", "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "no host": b"GET /nothing HTTP/1.1\r\n\r\n",
        "no colon": b"GET /nothing HTTP/1.1\r\n" + host + b"broken\r\n\r\n",
        "space in a name": b"GET /nothing HTTP/1.1\r\n" + host + b"a b: c\r\n\r\n",
        "NUL": b"GET /nothing HTTP/1.1\r\n" + host + b"a: b\x00c\r\n\r\n",
        "NUL in the path": b"GET /noth\x00ing HTTP/1.1\r\n" + host + b"\r\n",
        "bare CR": b"GET /nothing HTTP/1.1\r\n" + host + b"a: b\rc: d\r\n\r\n",
        "length abc": post_line + b"Content-Length: abc\r\n\r\n{}",
        "length -1": post_line + b"Content-Length: -1\r\n\r\n{}",
        "length 2^70": post_line + b"Content-Length: 1180591620717411303424\r\n\r\n{}",
        "two lengths": post_line + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "length and chunks": post_line + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
                                         b"0\r\n\r\n",
        "encoding": post_line + b"Transfer-Encoding: gzip\r\n\r\n{}",
        "chunk zz": post_line + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "chunk overflow": post_line + b"Transfer-Encoding: chunked\r\n\r\n" + b"F" * 17 + b"\r\n{}\r\n",
        "chunk too long": post_line + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
        "long line": b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\n" + host + b"\r\n",
        "long field": b"GET /nothing HTTP/1.1\r\n" + host + b"a: " + b"b" * 200000 + b"\r\n\r\n",
        "many fields": b"GET /nothing HTTP/1.1\r\n" + host + b"a: b\r\n" * 20000 + b"\r\n",
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + random.randbytes(200),
        "noise": b"\xff" + random.randbytes(random.randint(1, 400)),
    }
    name = random.choice(list(cases))
    status, body = exchange(server, cases[name])
    # Never an answer, never the server's own fault.
    right = {CLOSED, 400, 403, 404, 405, 408, 413, 414, 431, 501, 505}
    return Seen(status, body, right, name.encode())


def pipelined(random, server):
    """A good request with something behind it: it is answered, or the connection is closed."""
    good = head(server, "GET", "/health", kind=None)
    tail = random.choice([b"\x00" * 100, b"GARBAGE\r\n\r\n", random.randbytes(300), good[:-2] + b"x",
                          head(server, "POST", CHAT, length=50) + b"{"])
    return Seen(*exchange(server, good + tail), {200, 400, CLOSED}, tail[:40])


def disconnect(random, server):
    """A client that goes away: in the head, behind it, in the body, behind the whole request."""
    path, body = base(random)
    if random.random() < 0.5:
        body.pop("model", None)
    if random.random() < 0.3:
        body["stream"] = True
    data = post(server, path, json.dumps(body).encode())
    end = random.choice([random.randrange(data.index(b"\r\n\r\n")), data.index(b"\r\n\r\n") + 4,
                         random.randrange(len(data)), len(data)])
    return Seen(*leave(server, data[:end]), {GONE}, b"")


# Shares of all requests, in per cent.
CLASSES = {fuzzed_json: 40, wrong_types: 20, bad_utf8: 6, another_type: 3, method_and_path: 8,
           huge: 3, broken_http: 9, pipelined: 2, disconnect: 9}
