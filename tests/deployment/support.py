"""What the tests of stages deploy."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from deployment import archives, zips
from deployment.chalice_part import Json
from deployment.package import Package

LOGIN = {"UserName": "me", "PasswordSecret": "spider/login"}
TOPIC = {"AlarmTopic": "arn:aws:sns:us-east-1:000000000000:spider-alarms"}


def small(folder: Path, built: Json, note: str = "") -> Package:
    """Archives with a file each, as nobody runs them here."""
    made = []
    for name in ("layer", "function"):
        tree = folder / name
        tree.mkdir(parents=True, exist_ok=True)
        (tree / "module.py").write_text(f"# {name} {note}\n")
        path = folder / f"{name}.zip"
        made.append(archives.Archive(path, tree, zips.write(path, tree), Counter()))
    template = folder / "template.json"
    template.write_text(json.dumps(built))
    return Package(made[0], made[1], template)
