"""A server with scripted answers that speaks RESTA's API, for the tests of the playground.

It serves the three files of the page and answers by what the question is: see `SCRIPTS`. Requests are
held to the API as the real server holds them, so that a page which asks for too much fails here too.

    python3 Tools/playground/mock_server.py --port 8081      # to look at the page by hand
"""

import argparse
import json
import pathlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RESOURCES = pathlib.Path(__file__).parents[2] / "Sources/RESTAServer/Resources"

# Stricter than the real server's, so that the page needs no more than it is given: without trusted
# types no string can become markup at all.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)

PAGES = {
    "/": ("playground.html", "text/html; charset=utf-8"),
    "/playground.css": ("playground.css", "text/css; charset=utf-8"),
    "/playground.js": ("playground.js", "text/javascript; charset=utf-8"),
}

OPEN = {
    "model": "scripted-135m",
    "exposure": "votes",
    "defense": {"noise": "hard", "sigma": 0.4, "sigma_unit": "relative", "samples": 10, "prefix": 20,
                "sticky": False},
    "client": {"noise": ["isotropic", "hard", "soft", "orthogonal"], "sigma": {"min": 0.1, "max": 2},
               "samples": {"min": 1, "max": 32}, "prefix": {"min": 1, "max": "all"}, "off": True,
               "logprobs": False, "temperature": {"min": 0, "max": 1.5}},
    "limits": {"answer_tokens": 2048, "choices": 4},
}

FIXED = {
    **OPEN,
    "exposure": "settings",
    "client": {"noise": ["hard"], "sigma": {"min": 0.4, "max": 0.4}, "samples": {"min": 10, "max": 32},
               "prefix": {"min": 20, "max": 20}, "off": False, "logprobs": False,
               "temperature": {"min": 0, "max": 0}},
}

# No defence of the operator's own, but clients may ask for one.
BARE = {**OPEN, "exposure": "cost", "defense": None}

SILENT = {"model": "scripted-135m", "exposure": "none", "limits": {"answer_tokens": 2048, "choices": 4}}

COLOURS = [  # token, copies asked, the others' votes, how a tie was broken
    ("The", 6, [], None), (" three", 10, [(" primary", 4)], None), (" primary", 6, [], None),
    (" colours", 6, [], None), (" are", 6, [], None), (":", 6, [], None),
    ("\n\n", 8, [(" red", 2)], None), ("1", 6, [], None), (".", 6, [], None), (" Red", 6, [], None),
    (":", 10, [("\n", 3), (",", 1)], None), (" The", 9, [(" A", 2), (" Often", 1)], None),
    (" colour", 6, [], None), (" of", 6, [], None),
    (" fire", 10, [(" the", 4), (" blood", 1), (" roses", 1)], "log-probability"),
    (".", 9, [(" and", 2)], None),
]

HOSTILE = [
    ("<script>window.ran = 'script'</script>", 6, [], None),
    (" <img src=x onerror=\"window.ran = 'img'\">", 10, [("<b onmouseover=\"window.ran = 'b'\">", 4)], None),
    (" </div><style>body{display:none}</style>", 10, [("<svg onload=\"window.ran = 'svg'\">", 5)], "token-id"),
    (" &lt;b&gt; <iframe srcdoc=\"<script>parent.ran = 'frame'</script>\">", 6, [], None),
]

SPLIT = [("Zwölf", 6, [], None), ("", 6, [], None), (" 🦊🦊", 10, [("🐻", 3)], None), (" — ünï", 1, [], None)]

SHORT = {"undefended": "Red, blue and green.", "defended": COLOURS}
SCRIPTS = {
    "hostile": {"undefended": "".join(token[0] for token in HOSTILE), "defended": HOSTILE},
    "split": {"undefended": "Zwölf 🦊 — ünï", "defended": SPLIT},
}


def vote_of(position, token, asked, others, tie):
    lead = asked - sum(count for _, count in others)
    counts = [{"token_id": 100 + position, "text": token, "count": lead}]
    counts += [{"token_id": 900 + index, "text": text, "count": count}
               for index, (text, count) in enumerate(others)]
    best = max((count for _, count in others), default=0)
    return {"position": position, "token_id": 100 + position, "text": token, "counts": counts,
            "asked": asked, "margin": lead - best, "tie_rule": tie, "stopped_at_lead": None}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path in PAGES:
            name, kind = PAGES[self.path]
            body = (self.server.resources / name).read_bytes()
            self.reply(200, body, kind, {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})
        elif self.path == "/v1/resta":
            self.server.asked += 1
            if self.server.asked <= self.server.loading:
                self.fail(503, "The model is being loaded.", "model_loading", {"Retry-After": "1"})
            else:
                self.reply(200, json.dumps(self.server.information).encode())
        else:
            self.fail(404, f"No {self.path} here.", "unknown_url")

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body)
        complaint = self.complaint(body)
        if complaint:
            return self.fail(400, complaint, "resta_not_allowed")
        question = body["messages"][-1]["content"]
        is_defended = body["resta"].get("noise") != "none"
        if "busy" in question and not (self.server.patience and is_defended):
            self.server.patience = True
            return self.fail(429, "All 16 places are taken.", "queue_full", {"Retry-After": "7"})
        if "key" in question:
            return self.fail(401, "No valid API key.", "invalid_api_key")
        if "limit" in question:
            return self.fail(400, "resta.samples: at least 10.", "resta_limit")
        self.stream(question, body, is_defended)

    def complaint(self, body):
        """What the real server would refuse: what its operator does not allow, and broken alternation."""
        information, asked = self.server.information, body["resta"]
        client, defense = information.get("client", {}), information.get("defense") or {"noise": "none"}
        if self.headers["Content-Type"] != "application/json" or not body.get("stream"):
            return "Not what the page should send."
        if asked.get("votes") and information["exposure"] != "votes":
            return "resta.votes is not allowed."
        roles = [message["role"] for message in body["messages"] if message["role"] != "system"]
        if roles != ["user", "assistant"] * (len(roles) // 2) + ["user"]:
            return "messages: user and assistant do not alternate."
        if asked.get("noise") == "none":
            return None if client.get("off") and set(asked) == {"noise"} else "resta.noise is not allowed."
        if asked.get("noise", defense.get("noise")) not in [defense.get("noise"), *client.get("noise", [])]:
            return "resta.noise is not allowed."
        for key in ["sigma", "samples", "prefix"]:
            if key not in asked:
                continue
            low, high = (client.get(key, {}).get(end, 0) for end in ["min", "max"])
            value = float("inf") if asked[key] == "all" else asked[key]
            if not low <= value <= (float("inf") if high == "all" else high):
                return f"resta.{key} is not allowed."
        return None

    # The stream: in pieces of the network that suit no reader.

    def stream(self, question, body, is_defended):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.is_split = "split" in question
        self.is_slow = "slow" in question or "story" in question
        exposure = self.server.information["exposure"]
        script = next((SCRIPTS[key] for key in SCRIPTS if key in question), SHORT)
        column = "defended" if is_defended else "undefended"
        tokens = script[column]
        if isinstance(tokens, str):
            tokens = [(word, 0, [], None) for word in tokens.replace(" ", "\0 ").split("\0")]
        if self.is_slow:
            tokens = [(f" word{index}", 6, [], None) for index in range(4000)]
        pause = 0.05 if self.is_slow else self.server.pause
        try:
            self.begin(body, question, exposure, is_defended)
            for position, (text, asked, others, tie) in enumerate(tokens):
                time.sleep(pause)
                if position == 3 and "broken" in question:
                    self.event({"error": {"message": "The engine failed.", "type": "server_error",
                                          "param": None, "code": "internal_error"}})
                    return self.piece("data: [DONE]\n\n")
                if position == 3 and "garbage" in question:
                    return self.piece("data: {\"choices\"\n\n")
                if position == 3 and "cut" in question:
                    return
                extra = {}
                if body["resta"].get("votes") and asked and position < 20:
                    extra = {"resta": {"vote": vote_of(position, text, asked, others, tie)}}
                self.choice({"content": text}, extra)
            if is_defended and body["resta"].get("votes"):
                end = vote_of(len(tokens), "<|im_end|>", 6, [], None)
                self.choice({"content": ""}, {"resta": {"vote": end}})
            if is_defended and not self.is_split:
                self.choice({"content": " It is the first that a child names."}, {})
            self.end(exposure, is_defended, len(tokens), "length" if "long" in question else "stop")
        except (BrokenPipeError, ConnectionResetError):
            self.server.left.append(question)

    def begin(self, body, question, exposure, is_defended):
        for _ in range(4 if self.is_slow else 1):
            self.piece(": keep-alive\n\n")
            time.sleep(self.server.pause * 3)
        first = {"role": "assistant", "content": ""}
        head, extra = {}, {}
        if exposure != "none":
            settings = {**(self.server.information["defense"] or {}), **body["resta"]}
            settings.pop("votes", None)
            head = {"resta": {"settings": settings}}
        if body["resta"].get("votes"):
            words = ["<|im_start|>", "user", "\n", *question.replace(" ", "\0 ").split("\0"), "<|im_end|>", "\n"]
            extra = {"resta": {"prompt": [{"text": word, "perturbed": 2 < index < len(words) - 2}
                                          for index, word in enumerate(words)]}}
        self.choice(first, extra, head)

    def end(self, exposure, is_defended, length, reason):
        extra = {"resta": {}}
        if exposure in ["cost", "votes"]:
            times = 7 if is_defended else 1
            extra["resta"]["cost"] = {
                "passes": 30 * times, "tokens_processed": 57 * times, "prefill_s": 0.05 * times,
                "decode_s": 0.1 * times, "first_token_s": 0.06 * times, "wall_s": 0.15 * times}
        if exposure == "votes" and is_defended:
            extra["resta"]["seed"] = 6536229675497550
        self.choice({}, extra, finish=reason)
        self.event({"choices": [], "usage": {"prompt_tokens": 35, "completion_tokens": length,
                                             "total_tokens": 35 + length}})
        self.piece("data: [DONE]\n\n")

    def choice(self, delta, extra, head=None, finish=None):
        choice = {"index": 0, "delta": delta, "finish_reason": finish, **extra}
        self.event({"choices": [choice], "usage": None, **(head or {})})

    def event(self, chunk):
        chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted-135m",
                 **chunk}
        text = json.dumps(chunk, ensure_ascii=False, indent=1 if self.is_split else None)
        self.piece("".join(f"data: {line}\n" for line in text.split("\n")) + "\n")

    def piece(self, text):
        """Sends one event; when `is_split`, with CRLF, in pieces that break characters and CRLFs."""
        if not self.is_split:
            self.wfile.write(text.encode())
            return
        data = text.replace("\n", "\r\n").encode()
        cuts = [index + 1 for index, byte in enumerate(data) if byte >= 0x80 or byte == 0x0D]
        cuts = sorted({0, 3, len(data), *cuts})
        for start, end in zip(cuts, cuts[1:]):
            self.wfile.write(data[start:end])
            time.sleep(0.001)

    # Whole replies.

    def reply(self, status, body, kind="application/json", headers=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.close_connection = True
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def fail(self, status, message, code, headers=None):
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
        self.reply(status, json.dumps({"error": error}).encode(), headers=headers)


class MockServer(ThreadingHTTPServer):
    """One server with one operator's mind; starts at once, on a free port unless told.

    `requests` are the bodies that came, `left` the questions whose reader went away.
    """

    daemon_threads = True

    def __init__(self, information=None, *, port=0, resources=RESOURCES, pause=0.03, loading=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.information = information or OPEN
        self.resources = pathlib.Path(resources)
        self.pause = pause
        self.loading = loading
        self.asked = 0
        self.patience = False
        self.requests = []
        self.left = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        threading.Thread(target=self.serve_forever, daemon=True).start()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Serves the playground with scripted answers.")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--operator", choices=["open", "fixed", "bare", "silent"], default="open")
    arguments = parser.parse_args()
    minds = {"open": OPEN, "fixed": FIXED, "bare": BARE, "silent": SILENT}
    print(MockServer(minds[arguments.operator], port=arguments.port).url, flush=True)
    threading.Event().wait()
