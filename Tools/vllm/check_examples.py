#!/usr/bin/env python3
"""Checks the examples for vLLM as far as a machine without a cluster can.

YAML is read; in it, names that objects call each other by, and labels that select them, have to exist.
Shell scripts are parsed, and slurm-array.sh is run with Slurm's variables into a command that prints its
arguments.
"""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "Examples"
HELP = ROOT / "Tests/CommandTests/Recorded/help"


def objects(*files):
    return [item for file in files
            for item in yaml.safe_load_all((EXAMPLES / file).read_text(encoding="utf-8"))]


def template(item):
    return item["spec"].get("template")


class Examples(unittest.TestCase):
    def setUp(self):
        self.cluster = objects("vllm/kubernetes.yaml", "cluster/kubernetes-vllm-job.yaml")
        self.pods = [template(item) for item in self.cluster if template(item)]
        self.assertEqual(len(self.pods), 3)

    def selected(self, labels):
        return [pod for pod in self.pods
                if labels.items() <= pod["metadata"].get("labels", {}).items()]

    def test_selectors_select_what_they_are_meant_to(self):
        for item in self.cluster:
            name, spec = f"{item['kind']} {item['metadata']['name']}", item["spec"]
            with self.subTest(name):
                if item["kind"] == "Service":
                    self.assertEqual(len(self.selected(spec["selector"])), 1)
                elif item["kind"] == "NetworkPolicy":
                    allowed = [labels["podSelector"]["matchLabels"]
                               for rule in spec["ingress"] for labels in rule["from"]]
                    self.assertEqual([len(self.selected(labels)) for labels in allowed], [2])
                    self.assertEqual(self.selected(spec["podSelector"]["matchLabels"]),
                                     self.selected({"app": "vllm"}))
                elif item["kind"] in ("Deployment", "StatefulSet"):
                    self.assertLessEqual(spec["selector"]["matchLabels"].items(),
                                         spec["template"]["metadata"]["labels"].items())

    def test_volumes_and_ports_have_their_names(self):
        for pod in self.pods:
            volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
            for container in pod["spec"]["containers"]:
                mounts = {mount["name"] for mount in container["volumeMounts"]}
                self.assertEqual(mounts, volumes)
                ports = {port["name"] for port in container.get("ports", ())}
                for probe in ("readinessProbe", "startupProbe"):
                    if probe in container:
                        self.assertIn(container[probe]["httpGet"]["port"], ports)

    def test_clients_know_the_servers_by_their_names_and_key(self):
        stateful = next(item for item in self.cluster if item["kind"] == "StatefulSet")
        service = stateful["spec"]["serviceName"]
        urls = ",".join(f"http://{stateful['metadata']['name']}-{number}.{service}:8000"
                        for number in range(stateful["spec"]["replicas"]))
        server = stateful["spec"]["template"]["spec"]["containers"][0]
        served = next(argument.split("=", 1)[1] for argument in server["args"]
                      if argument.startswith("--served-model-name="))

        def key(container, variable):
            return next(entry["valueFrom"]["secretKeyRef"] for entry in container["env"]
                        if entry["name"] == variable)

        clients = self.selected({"vllm-client": "allowed"})
        self.assertEqual(len(clients), 2)
        for pod in clients:
            container = pod["spec"]["containers"][0]
            words = " ".join(container["args"]).replace("=", " ").split()
            self.assertEqual(words[words.index("--vllm-url") + 1], urls)
            self.assertEqual(words[words.index("--vllm-model") + 1], served)
            name = "--vllm-key" if "--vllm-key" in words else "model.vllm_key"
            self.assertEqual(words[words.index(name) + 1], "VLLM_API_KEY")
            self.assertEqual(key(container, "VLLM_API_KEY"), key(server, "VLLM_API_KEY"))

    def test_options_are_the_commands(self):
        for pod in self.selected({"vllm-client": "allowed"}):
            words = " ".join(pod["spec"]["containers"][0]["args"]).replace("=", " ").split()
            command = "resta-serve" if "serve" in words else "resta-eval-run"
            known = (HELP / f"{command}.txt").read_text(encoding="utf-8").split()
            for option in [word for word in words if word.startswith("--")]:
                self.assertIn(option, known)

    def test_scripts_are_bash(self):
        for file in [*EXAMPLES.glob("vllm/*.sh"), *EXAMPLES.glob("cluster/*.sh")]:
            done = subprocess.run(["bash", "-n", file], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)

    def slurm(self, **variables):
        """The arguments of the command that a task of the array runs."""
        with tempfile.TemporaryDirectory() as folder:
            command = Path(folder) / "resta"
            command.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
            command.chmod(0o755)
            environment = {"PATH": f"{folder}:{os.environ['PATH']}", "SLURM_ARRAY_TASK_ID": "3",
                           "SLURM_ARRAY_TASK_MAX": "16", "SLURM_CPUS_PER_TASK": "8", **variables}
            done = subprocess.run(["bash", EXAMPLES / "cluster/slurm-array.sh", "mine.yaml"],
                                  env=environment, capture_output=True, text=True, check=False)
            return done.returncode, done.stdout.split()

    def test_a_task_of_the_array_does_its_part_on_its_server(self):
        begin = ["eval", "run", "mine.yaml", "--shard", "3/16"]
        self.assertEqual(self.slurm(), (0, [*begin, "--threads", "8"]))
        self.assertEqual(
            self.slurm(VLLM_URLS="http://a:8000 http://b:8000", VLLM_MODEL="target"),
            (0, [*begin, "--engine", "vllm", "--vllm-url", "http://b:8000", "--vllm-model", "target"]))
        self.assertNotEqual(self.slurm(VLLM_URLS="http://a:8000")[0], 0)

    def test_the_other_job_is_yaml(self):
        self.assertEqual([item["kind"] for item in objects("cluster/kubernetes-job.yaml")], ["Job"])


if __name__ == "__main__":
    unittest.main()
