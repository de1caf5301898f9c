import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CONTAINER = {
    "name": "switchboard",
    "image": "cr.example/switchboard:1",
    "args": ["doctor"],
    "command": None,
    "env": [{"name": "SWITCHBOARD_CREDENTIAL", "value": "managed"}],
    "resources": {"cpu": 1, "memory": "2Gi"},
    "volumeMounts": [{"volumeName": "state", "mountPath": "/state"}],
}
JOB = {"id": "/subscriptions/s/jobs/switchboard-ask", "properties": {"template": {"containers": [CONTAINER]}}}
AZ = """#!{python}
import json, sys
from pathlib import Path
folder = Path({folder!r})
if sys.argv[1] == "rest":
    (folder / "rest.json").write_text(json.dumps(sys.argv[2:]))
    print("switchboard-ask-1")
else:
    print((folder / "job.json").read_text())
"""


@pytest.fixture
def az(tmp_path: Path) -> Path:
    """A folder with a program `az` that shows the job and writes down what it is asked to send."""
    (tmp_path / "job.json").write_text(json.dumps(JOB))
    program = tmp_path / "az"
    program.write_text(AZ.format(python=sys.executable, folder=str(tmp_path)))
    program.chmod(0o755)
    return tmp_path


def run(deploy: Path, *words: str, path: str) -> subprocess.CompletedProcess[str]:
    """The script with these words; `az` is found on this path alone."""
    env = {"PATH": path, "AZURE_RESOURCE_GROUP": "rg-shop"}
    command = [sys.executable, str(deploy / "ask.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def test_a_start_keeps_the_container_and_changes_its_arguments(deploy: Path, az: Path):
    """A start replaces the container, so identity, settings and size are sent again; the question is one argument."""
    done = run(deploy, "ask", "is checkout healthy?", "--json", path=f"{az}{os.pathsep}/usr/bin")
    assert (done.returncode, done.stdout) == (0, "switchboard-ask-1\n")
    sent = json.loads((az / "rest.json").read_text())
    kept = {name: CONTAINER[name] for name in ("name", "image", "env", "resources")}
    body = {"containers": [{**kept, "args": ["ask", "is checkout healthy?", "--json"]}]}
    assert json.loads(sent[sent.index("--body") + 1]) == body
    address = "https://management.azure.com/subscriptions/s/jobs/switchboard-ask/start?api-version=2025-01-01"
    assert sent[sent.index("--url") + 1] == address


def test_what_is_missing_is_named(deploy: Path, tmp_path: Path):
    """Without the Azure CLI the message names it; without a command there is help."""
    assert "az is not installed" in run(deploy, "doctor", path=str(tmp_path)).stderr
    assert run(deploy, path=str(tmp_path)).returncode == 2
