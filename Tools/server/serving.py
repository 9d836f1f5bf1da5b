"""Starts and stops `resta serve` for the tests.

RESTA_COMMAND is the command, RESTA_MODELS the folder with the model. Settings are a dictionary of
sections, written as JSON, which YAML contains. Every log is checked when its server stops: it may hold
no prompt, answer, key or secret that the tests have sent or got.
"""

import http.client
import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from client import request

# In every prompt of the tests, so that a log that holds one is found.
MARK = "quokka"
# Far more than they take on a slow machine.
START_SECONDS, EXIT_SECONDS = 600, 300
MODEL_FILE = "SmolLM2-135M-Instruct.Q4_0.gguf"


def command():
    return os.environ.get("RESTA_COMMAND", "resta")


def model():
    return str(Path(os.environ.get("RESTA_MODELS", ".models")) / MODEL_FILE)


def environment(extra=None):
    """This process's, without the settings that somebody may have exported."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("RESTA_SERVE_", "RESTA_API_KEYS", "RESTA_NOISE_SECRET"))}
    return kept | (extra or {})


def merged(first, second):
    """`second` over `first`, section by section."""
    return {name: {**first.get(name, {}), **second[name]} if isinstance(second.get(name), dict)
            else second.get(name, first.get(name)) for name in {**first, **second}}


# A cheap defence that still shows everything.
DEFENSE = {"noise": "hard", "sigma": 0.8, "sigma_unit": "relative", "samples": 3, "prefix": 4}
BASE = {"defense": DEFENSE, "model": {"threads": 2, "context": 4096},
        "limits": {"request_seconds": 900, "queue_seconds": 900, "idle_seconds": 900},
        "answer": {"max_tokens": 16}, "log": {"level": "debug"}}


def settings_file(folder, settings):
    file = Path(folder) / "resta.yaml"
    file.write_text(json.dumps(merged(BASE, settings or {})), encoding="utf-8")
    return str(file)


def effective(settings, flags=(), env=None):
    """What --print-config prints."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [command(), "serve", "--config", settings_file(folder, settings), *flags,
             "--print-config"], capture_output=True, text=True, timeout=600, env=environment(env),
            check=False)
    if done.returncode != 0:
        raise AssertionError(f"--print-config: exit {done.returncode}\n{done.stderr}")
    return done.stdout


class Server:
    """A running `resta serve`; a context manager."""

    def __init__(self, settings=None, flags=(), env=None, secrets=(), exit_seconds=EXIT_SECONDS):
        self.folder = tempfile.TemporaryDirectory()
        self.forbidden = {MARK, *secrets}
        self.exit_seconds = exit_seconds
        self.key = None
        file = settings_file(self.folder.name, settings)
        self.log_file = Path(self.folder.name) / "log"
        started = time.monotonic()
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen(
                [command(), "serve", "--port", "0", "--model", model(), "--config", file, *flags],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(env))
        try:
            self.base = self.address()
            self.port = int(self.base.rsplit(":", 1)[1])
            self.tls = self.base.startswith("https:")
            self.context = None
            self.started = started
        except BaseException:
            self.kill()
            raise

    def address(self):
        """The address that it says it listens on."""
        begin, deadline = "Listening on ", time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for line in self.log().splitlines():
                if line.startswith("{"):
                    line = str(json.loads(line).get("message", ""))
                if begin in line:
                    return line.split(begin, 1)[1].split()[0].rstrip("/\"")
            if self.process.poll() is not None:
                raise AssertionError(f"exit {self.process.returncode}, not listening:\n{self.log()}")
            time.sleep(0.01)
        raise AssertionError(f"not listening after {START_SECONDS} s:\n{self.log()}")

    def wait_until_ready(self):
        """Waits for /health to be 200; what it answered until then."""
        seen, deadline = [], time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            status = request(self, "GET", "/health").status
            if status not in seen:
                seen.append(status)
            if status == 200:
                return seen
            assert status == 503, f"/health is {status}"
            time.sleep(0.02)
        raise AssertionError(f"/health was only ever {seen}")

    def log(self):
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def remember(self, *texts):
        """Texts that the log may not hold. Short ones could be there by chance."""
        self.forbidden.update(text for text in texts if text and len(text.strip()) >= 12)

    def check_log(self):
        log = self.log()
        leaked = sorted(text for text in self.forbidden if text in log)
        if leaked:
            lines = [line for line in log.splitlines() if leaked[0] in line]
            raise AssertionError(f"the log holds {leaked[0]!r}: {lines[:2]}")

    def resident_bytes(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def cpu_seconds(self):
        """What the process has used; waiting for work uses none, computing uses all it can get."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def used_in(self, seconds):
        """The CPU seconds that it uses in the next seconds."""
        before = self.cpu_seconds()
        time.sleep(seconds)
        return self.cpu_seconds() - before

    def rests(self):
        """Whether it computes no more; asked again where a slow machine still tidies up."""
        return any(self.used_in(0.2) < 0.1 for _ in range(5))

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds):
        """Waits for the end; the exit code."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running {seconds} s after SIGTERM:\n{self.tail()}") from None

    def tail(self):
        return "\n".join(self.log().splitlines()[-15:])

    def stop(self):
        """Stops it, and raises if it does not stop well or its log holds what it may not."""
        try:
            if self.process.poll() is not None:
                raise AssertionError(f"had stopped, exit {self.process.returncode}:\n{self.tail()}")
            self.terminate()
            code = self.wait(self.exit_seconds)
            if code != 0:
                raise AssertionError(f"exit {code} after SIGTERM:\n{self.tail()}")
            self.check_log()
        finally:
            self.kill()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()

    def __enter__(self):
        try:
            self.wait_until_ready()
        except OSError as error:
            log = self.log()
            self.kill()
            raise AssertionError(f"it ended before it was ready ({error}):\n{log}") from error
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.stop()
        else:
            print(self.tail())
            self.kill()


def despite_stalls(check):
    """Makes a check that a machine which stands still for seconds may spoil; what is wrong fails each time."""
    for _ in range(4):
        try:
            return check()
        except (AssertionError, OSError, http.client.HTTPException) as spoilt:
            print(f"    once more, because of: {spoilt}")
    return check()


def serve_class(case, settings=None, **rest):
    """A server for all tests of a class, at `case.server`."""
    case.server = Server(settings, **rest).__enter__()
    case.addClassCleanup(case.server.stop)
    return case.server
