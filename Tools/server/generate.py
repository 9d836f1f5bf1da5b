"""`resta generate`, to compare the server's answers with."""

import json
import subprocess
import tempfile

from serving import BASE, DEFENSE, command, environment, model


def generate(messages, env=None, **options):
    """What `resta generate --json` prints; options as its flags, `_` for `-`."""
    base = {"threads": BASE["model"]["threads"], "ctx": BASE["model"]["context"], **DEFENSE}
    flags = []
    for name, value in {**base, **options}.items():
        flags += [f"--{name.replace('_', '-')}", str(value)]
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(messages, file)
        file.flush()
        done = subprocess.run([command(), "generate", "--json", "--model", model(), "--messages",
                               file.name, *flags], capture_output=True, text=True, timeout=300,
                              env=environment(env), check=False)
    if done.returncode != 0:
        raise AssertionError(f"resta generate: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)
