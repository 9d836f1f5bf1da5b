"""Bytes over a socket, for requests that no HTTP library would send."""

import http.client
import json
import socket

CLOSED, HANG, GONE = "closed", "hang", "gone"


def connect(server, timeout=300):
    return socket.create_connection(("127.0.0.1", server.port), timeout=timeout)


def head(server, method, path, *fields, length=None, kind="application/json"):
    """The head of a request, with the fields that a good one has."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}"]
    if kind:
        lines.append(f"Content-Type: {kind}")
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join([*lines, *fields]) + "\r\n\r\n").encode("latin-1")


def post(server, path, body, *fields, kind="application/json"):
    return head(server, "POST", path, *fields, length=len(body), kind=kind) + body


def chunked(body, size=16384):
    parts = [body[start:start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def read_reply(link):
    """(status, body) of one reply, or why there is none."""
    answer = http.client.HTTPResponse(link)
    try:
        answer.begin()
        return answer.status, answer.read()
    except TimeoutError:
        return HANG, b""
    except (http.client.HTTPException, ConnectionError):
        return CLOSED, b""
    finally:
        answer.close()


def exchange(server, data, timeout=300):
    """Sends everything and reads one reply. A server may answer, and close, before it has read all."""
    with connect(server, timeout) as link:
        try:
            link.sendall(data)
        except ConnectionError:
            pass
        except TimeoutError:
            return HANG, b""
        return read_reply(link)


def await_continue(server, header, body):
    """Sends the header, and the body once the server asks for it: whether it did, and the reply."""
    with connect(server) as link:
        link.sendall(header)
        first = link.recv(4096)
        if not first.startswith(b"HTTP/1.1 100 "):
            return False, int(first.split()[1])
        link.sendall(body)
        return True, read_reply(link)[0]


def leave(server, data):
    """Sends and goes away without waiting for a reply."""
    with connect(server) as link:
        try:
            link.sendall(data)
        except ConnectionError:
            pass
    return GONE, b""


def is_error_object(body):
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return False
    return set(error) == {"message", "type", "param", "code"} and bool(error["message"])
