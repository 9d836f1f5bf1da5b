"""Clients that send a byte now and then, to hold connections for long."""

import selectors
import time

from client import CHAT
from raw import connect, head, read_reply


class SlowClient:
    """Sends `fast` at once and `slow` byte by byte; notes when the server closed and what it said."""

    def __init__(self, server, name, fast, slow):
        self.name, self.slow, self.sent = name, slow, 0
        self.status, self.seconds = None, None
        self.link = connect(server)
        self.link.settimeout(60)
        if fast:
            self.link.sendall(fast)
        self.started = time.monotonic()

    def finish(self):
        """The reply that has come, or that the connection is closed."""
        self.seconds = time.monotonic() - self.started
        self.status, _ = read_reply(self.link)
        self.link.close()

    def send(self):
        try:
            self.link.sendall(self.slow[self.sent % len(self.slow)].to_bytes(1, "big"))
            self.sent += 1
        except OSError:
            pass  # closed: the selector says so


def clients(server, count):
    """`count` of each kind."""
    get = head(server, "GET", "/health", kind=None)
    post = head(server, "POST", CHAT, length=5000)
    kinds = {"silent": (b"", b""), "head": (b"", b"GET /health HTTP/1.1\r\nA: " + b"a" * 4000),
             "body": (post, b"{" + b" " * 4000), "silent body": (post, b""),
             "chunks": (head(server, "POST", CHAT, "Transfer-Encoding: chunked"), b"1\r\n \r\n"),
             "second head": (get, b"GET /health HTTP/1.1\r\nA: " + b"a" * 4000)}
    made = []
    for name, (fast, slow) in kinds.items():
        for _ in range(count):
            client = SlowClient(server, name, fast, slow)
            if name == "second head":
                assert read_reply(client.link)[0] == 200
                client.started = time.monotonic()
            made.append(client)
    return made


def trickle(everyone, interval, seconds):
    """Lets all of them send until each was closed or answered, or the time is up; those left over."""
    selector, open_clients = selectors.DefaultSelector(), set(everyone)
    for client in everyone:
        selector.register(client.link, selectors.EVENT_READ, client)
    deadline, next_byte = time.monotonic() + seconds, time.monotonic()
    while open_clients and time.monotonic() < deadline:
        for key, _ in selector.select(0.02):
            selector.unregister(key.fileobj)
            open_clients.discard(key.data)
            key.data.finish()
        if time.monotonic() >= next_byte:
            next_byte += interval
            for client in open_clients:
                if client.slow:
                    client.send()
    for client in open_clients:
        client.link.close()
    return open_clients
