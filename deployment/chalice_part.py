"""What Chalice makes of `app.py` and `.chalice/config.json`: the functions with their events, and the API's routes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .wheels import CannotBuild

Json = dict[str, Any]

API: Final = "APIHandler"
_ANY_REGION: Final = {"AWS_DEFAULT_REGION": "us-east-1"}  # Chalice wants one, and writes none


@dataclass(frozen=True)
class Packaged:
    """`functions`: SAM's properties by logical id. `retention`: days. `stage`: API Gateway's. `settings`: of the stage,
    as they are in config.json."""

    functions: dict[str, Json]
    retention: int
    routes: Json
    endpoint: str
    stage: str
    settings: Json


def package(source: Path, stage: str) -> Packaged:
    """Raises CannotBuild, naming the stages that there are."""
    config = json.loads((source / ".chalice" / "config.json").read_text())
    if stage not in config["stages"]:
        raise CannotBuild(f"no stage '{stage}' in .chalice/config.json (there: {', '.join(config['stages'])})")
    made = _run(source, stage)["Resources"]
    api = made["RestAPI"]["Properties"]
    return Packaged(
        functions={name: one["Properties"] for name, one in made.items() if one["Type"] == "AWS::Serverless::Function"},
        retention=config["stages"][stage]["log_retention_in_days"],
        routes=api["DefinitionBody"],
        endpoint=api["EndpointConfiguration"],
        stage=api["StageName"],
        settings=config["stages"][stage],
    )


def _run(source: Path, stage: str) -> Json:
    """In a copy without requirements: what Chalice would pack is not looked at."""
    with tempfile.TemporaryDirectory(prefix="spider-chalice-") as folder:
        project = Path(folder)
        shutil.copy(source / "app.py", project)
        for name in ("chalicelib", ".chalice"):
            shutil.copytree(source / name, project / name, ignore=shutil.ignore_patterns("__pycache__", "deploy*"))
        tool = Path(sys.executable).parent / "chalice"
        command = [str(tool), "--project-dir", folder, "package", "--stage", stage, str(project / "out")]
        done = subprocess.run(command, env={**os.environ, **_ANY_REGION}, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CannotBuild(f"chalice package failed:\n{done.stderr.strip()}")
        read: Json = json.loads((project / "out" / "sam.json").read_text())
        return read
