"""Reads /metrics while other requests run."""

import re
import time

from client import connection

RUNNING, QUEUED = "resta_running", "resta_queued"


class Metrics:
    """/metrics over a connection that stays open, so that polling costs little."""

    def __init__(self, server):
        self.server = server
        self.link = connection(server)
        self.headers = {"Authorization": f"Bearer {server.key}"} if server.key else {}

    def __enter__(self):
        self.read()
        return self

    def __exit__(self, *_):
        self.link.close()

    def read(self):
        """Each name to the sum over its labels."""
        self.link.request("GET", "/metrics", headers=self.headers)
        answer = self.link.getresponse()
        body = answer.read().decode()
        assert answer.status == 200, answer.status
        sums = {}
        for line in body.splitlines():
            if line and not line.startswith("#"):
                name, value = re.fullmatch(r"([A-Za-z_:][\w:]*)(?:\{.*\})? (\S+)(?: \d+)?", line).groups()
                sums[name] = sums.get(name, 0) + float(value)
        return sums

    def value(self, name):
        return self.read().get(name, 0)

    def wait_for(self, name, test, seconds):
        """Polls every 5 ms until `test` holds of the value; the seconds it took."""
        started = time.monotonic()
        while True:
            value = self.value(name)
            took = time.monotonic() - started
            if test(value):
                return took
            if took > seconds:
                raise AssertionError(f"{name} is still {value} after {took:.3f} s")
            time.sleep(0.005)
