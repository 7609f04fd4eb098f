"""Every command of docs/deployment.md, in order, in an AWS emulated by others that runs the functions itself and asks
IAM about each call. The cloud that VMs are made at is Cloud-Twin's EC2."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from tests.servers import DUMMY_CREDENTIALS, ROOT, clean_environment, ministack, twin
from tests.system.clouds import aws_at
from tests.system.test_docs import COMMANDS

HERE = Path(__file__).parent
# The addresses that a stage is told, as the emulator answers at them.
THERE = r"""
aws() { %(python)s %(here)s/aws_command.py "$@"; }
make() { %(python)s %(here)s/make_command.py %(folder)s "$@"; }
here() {
    echo "$1" | sed -E "s#https://([^.]*)\.(execute-api|lambda-url)\.[^/]*#$AWS_ENDPOINT_URL/_aws/\2/\1#"
}
"""


def script(folder: Path, cloud: str) -> str:
    """`folder`: where archives are built; `cloud`: EC2's address."""
    python = f"PYTHONPATH={shlex.quote(str(ROOT))} {shlex.quote(sys.executable)}"
    blocks = "\n".join(COMMANDS.findall((ROOT / "docs" / "deployment.md").read_text()))
    addresses = "endpoint=$(output EndpointURL) held=$(output HeldURL)spider"
    region = '{"Key": "Region", "Value": "us-east-1"}'
    (image,) = (line for line in blocks.splitlines() if line.startswith("image="))
    for told, meant in {
        addresses: f"{addresses}\nendpoint=$(here $endpoint) held=$(here $held)",
        region: f'{region}, {{"Key": "Endpoint", "Value": "{cloud}"}}',
        image: f"image={aws_at(cloud).image}",  # it has no parameters of Canonical's
        "curl -s ": "curl -s --fail-with-body ",
    }.items():
        assert told in blocks
        blocks = blocks.replace(told, meant)
    return "set -eux\n" + THERE % {"python": python, "here": HERE, "folder": folder} + blocks


@pytest.mark.timeout(1200)
def test_the_commands_do_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ministack(AUTH="true", NO_PROXY="127.0.0.1") as url, twin("aws") as cloud:
        before = cloud.contents("aws")
        environment = {**clean_environment(), "AWS_ENDPOINT_URL": url, "NO_PROXY": "127.0.0.1"}
        command = ["bash", "-c", script(tmp_path, cloud.plain)]
        ran = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
        assert ran.stdout.count('"message":"CB-Spider is ready"') == 2
        assert '"VmStatus":"Running"' in ran.stdout
        assert '"CloudOSAPI":"RunInstances"' in ran.stdout, "the history has what the operation called"
        assert '"CloudOSAPI" : "RunInstances()"' in ran.stdout, "the log has it"
        assert "spider-dev: Five workers died of a message" in ran.stdout, "its alarms are there"
        assert '"IsAllDestroyed":true' in ran.stdout
        assert cloud.contents("aws") == before
        for name, value in {**DUMMY_CREDENTIALS, "AWS_ENDPOINT_URL": url, "NO_PROXY": "127.0.0.1"}.items():
            monkeypatch.setenv(name, value)
        assert boto3.client("dynamodb").list_tables()["TableNames"] == []
        assert boto3.client("iam").list_users()["Users"] == []
