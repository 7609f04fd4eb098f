"""Spider never reaches a cloud as itself: what is missing in a credential is not taken from the machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.servers import clean_environment

from .spider import spider


def test_a_missing_key_is_a_400_in_a_machine_with_aws_variables(tmp_path: Path) -> None:
    assert "AWS_ACCESS_KEY_ID" in clean_environment()  # what every server here is started with
    with spider(tmp_path) as client:
        for given in ([], [{"Key": "ClientId", "Value": "x"}], [{"Key": "ClientSecret", "Value": ""}]):
            body: dict[str, Any] = {"CredentialName": "c", "ProviderName": "AWS", "KeyValueInfoList": given}
            answer = client.send("POST", "/credential", body)
            assert answer.status_code == 400
            assert answer.json()["field"] == "KeyValueInfoList"
            assert "missing" in answer.json()["message"]


def test_the_service_loads_no_cloud_sdk_but_botocore() -> None:
    program = """
import sys, pkgutil, importlib, chalicelib
for found in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
    if found.name != "chalicelib.rest.serve":
        importlib.import_module(found.name)
import app
from spider_drivers.contract import registry
for provider in registry.providers():
    registry.driver(provider).capability()
sdks = {"boto3", "google", "azure", "aliyunsdkcore", "openstack", "docker", "keystoneauth1", "moto"}
print(sorted(sdks & {name.partition(".")[0] for name in sys.modules}))
"""
    root = Path(__file__).resolve().parents[2]
    outcome = subprocess.run(
        [sys.executable, "-c", program], cwd=root, env={**os.environ}, capture_output=True, text=True, check=False
    )
    assert outcome.stdout.strip() == "[]", outcome.stderr


def test_ssh_is_loaded_when_a_command_is_run() -> None:
    code = "import sys, chalicelib.rest.serve, chalicelib.rest.opening; print('paramiko' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "False", ran.stderr


def test_app_imports_nothing_of_spider_but_rest() -> None:
    """import-linter cannot look at a single module."""
    import ast

    tree = ast.parse((Path(__file__).resolve().parents[2] / "app.py").read_text())
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    own = {name for name in modules if name.startswith(("chalicelib", "spider_drivers"))}
    assert own
    assert {name for name in own if not name.startswith("chalicelib.rest")} == set()
