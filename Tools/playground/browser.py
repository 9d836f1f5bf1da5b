"""A headless Chromium driven by the DevTools protocol: just what the playground's test needs."""

import base64
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.request

import websocket

KEYS = {  # name: (virtual key code, text)
    "Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, ""), "ArrowRight": (39, ""), "ArrowLeft": (37, ""),
    "End": (35, ""), "Home": (36, ""),
}

# Runs before the page's own script: `seen` is what the page asked and got.
SPY = """
window.seen = [];
window.violations = [];
addEventListener('securitypolicyviolation', (event) =>
  violations.push(event.violatedDirective + ' ' + event.blockedURI));
const fetched = window.fetch;
window.fetch = async (...call) => {
  const response = await fetched(...call);
  const record = { url: String(call[0]), body: call[1]?.body ?? null, text: null };
  seen.push(record);
  response.clone().text().then((text) => { record.text = text; }, () => {});
  return response;
};
"""


class Browser:
    def __init__(self):
        """Starts it, with one empty page."""
        executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
        if not executable:
            raise RuntimeError("no chromium: apt-get install -y chromium, or set CHROMIUM")
        self.profile = tempfile.mkdtemp(prefix="playground-")
        flags = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--mute-audio",
                 "--disable-extensions", "--disable-background-networking", "--disable-component-update",
                 "--hide-scrollbars", "--remote-debugging-port=0", f"--user-data-dir={self.profile}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium refuses to be sandboxed as root.
        self.process = subprocess.Popen([executable, *flags, "about:blank"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.ids = itertools.count(1)
        self.errors = []
        self.dialogs = []
        self.socket = websocket.create_connection(self._page(), timeout=300, suppress_origin=True)
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=SPY)

    def _page(self):
        port_file = pathlib.Path(self.profile, "DevToolsActivePort")
        for _ in range(3000):
            if port_file.exists() and port_file.read_text().strip():
                port = port_file.read_text().split()[0]
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as reply:
                    pages = [page for page in json.load(reply) if page["type"] == "page"]
                if pages:
                    return pages[0]["webSocketDebuggerUrl"]
            if self.process.poll() is not None:
                raise RuntimeError(f"chromium ended with {self.process.returncode}")
            time.sleep(0.1)
        raise RuntimeError("chromium did not start within five minutes")

    def close(self):
        try:
            self.call("Browser.close")
            self.socket.close()
            self.process.wait(5)
        except Exception:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, **parameters):
        number = next(self.ids)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self._note(message)

    def _note(self, message):
        """Keeps what went wrong on the page; an answered HTTP error is not one."""
        method, detail = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(detail["exceptionDetails"])[:500])
        elif method == "Runtime.consoleAPICalled" and detail["type"] in ["error", "warning", "assert"]:
            self.errors.append(json.dumps(detail["args"])[:500])
        elif method == "Log.entryAdded" and detail["entry"]["level"] == "error":
            if detail["entry"]["source"] != "network":
                self.errors.append(detail["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.dialogs.append(detail["message"])
            self.socket.send(json.dumps({"id": next(self.ids), "method": "Page.handleJavaScriptDialog",
                                         "params": {"accept": True}}))

    def value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, expression, seconds=300):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := self.value(expression):
                return value
            time.sleep(0.03)
        raise AssertionError(f"not within {seconds} s: {expression}\n{self.value('document.body.innerText')}")

    def open(self, url, ready="!document.getElementById('model').matches(':empty')"):
        self.errors.clear()
        self.dialogs.clear()
        self.call("Page.navigate", url=url)
        self.wait(f"document.readyState === 'complete' && location.href === {json.dumps(url)} && {ready}")

    def look(self, width=1280, height=860, scheme="light", motion="no-preference"):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": motion}])

    def shot(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def type(self, text):
        self.call("Input.insertText", text=text)

    def press(self, key, shift=False):
        code, text = KEYS[key]
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def point(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def click(self, selector):
        x, y = self.centre(f"document.querySelector({json.dumps(selector)})")
        for kind in ["mousePressed", "mouseReleased"]:
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def centre(self, node):
        return self.value(f"(() => {{ const node = {node}; node.scrollIntoView({{block: 'center'}}); "
                          "const box = node.getClientRects()[0]; "
                          "return [box.x + box.width / 2, box.y + box.height / 2]; })()")
