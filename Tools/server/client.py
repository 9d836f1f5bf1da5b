"""HTTP as the tests need it: every header and byte in sight, no retries."""

import http.client
import json
from dataclasses import dataclass

WAIT_SECONDS = 600
CHAT, COMPLETIONS = "/v1/chat/completions", "/v1/completions"


@dataclass
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """OpenAI's error object; its four keys must be there."""
        error = self.json()["error"]
        assert set(error) == {"message", "type", "param", "code"}, error
        assert isinstance(error["message"], str) and error["message"], error
        return error


def connection(server, timeout=WAIT_SECONDS):
    if server.tls:
        return http.client.HTTPSConnection("127.0.0.1", server.port, timeout=timeout,
                                           context=server.context)
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)


def prepared(server, body, key, headers):
    headers = dict(headers or {})
    key = server.key if key is None else key
    if key and "Authorization" not in headers:
        headers["Authorization"] = f"Bearer {key}"
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    return body, headers


def request(server, method, path, body=None, key=None, headers=None, timeout=WAIT_SECONDS):
    """One request on a connection of its own. `key=""` sends none."""
    body, headers = prepared(server, body, key, headers)
    link = connection(server, timeout)
    try:
        link.request(method, path, body, headers)
        answer = link.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        link.close()


def chat_body(prompt, **fields):
    return {"messages": [{"role": "user", "content": prompt}], **fields}


def chat(server, prompt, key=None, headers=None, **fields):
    """A chat completion; its text may not be in the log."""
    reply = request(server, "POST", CHAT, chat_body(prompt, **fields), key, headers)
    if reply.status == 200:
        server.remember(*(choice["message"]["content"] for choice in reply.json()["choices"]))
    return reply


class Stream:
    """A streamed answer. Iterate over its events: JSON, "[DONE]" last; comments are counted."""

    def __init__(self, server, path, body, key=None, timeout=WAIT_SECONDS):
        body, headers = prepared(server, {**body, "stream": True}, key, None)
        self.link = connection(server, timeout)
        self.link.request("POST", path, body, headers)
        self.answer = self.link.getresponse()
        self.status, self.headers = self.answer.status, self.answer.headers
        self.comments = 0

    def __iter__(self):
        data = None
        while line := self.answer.readline():
            line = line.rstrip(b"\r\n")
            if line.startswith(b":"):
                self.comments += 1
            elif line.startswith(b"data: "):
                data = line[6:].decode()
            elif not line and data is not None:
                yield data if data == "[DONE]" else json.loads(data)
                data = None
            elif line:
                raise AssertionError(f"no event stream: {line[:80]!r}")
        # Python reads past a missing last chunk; only behind one that is there nothing is left.
        if data is not None or (self.answer.chunked and self.answer.chunk_left is not None):
            raise AssertionError("the stream is cut off")
        self.link.close()

    def close(self):
        """Goes away in the middle."""
        self.answer.close()
        self.link.close()
