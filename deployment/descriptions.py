"""botocore's descriptions of AWS, without what is there for people: every cold start reads some of them."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any, Final

# botocore describes 400 services in 22 MB. The drivers call EC2, Spider itself the others.
SERVICES: Final = frozenset({"dynamodb", "ec2", "kms", "secretsmanager", "sqs"})
PACKAGES: Final = ("botocore", "boto3")


def shorten(tree: Path) -> None:
    """Of the services that are called, the newest version; of a service's model, what its calls are made of."""
    for data in (tree / package / "data" for package in PACKAGES):
        for service in [one for one in data.glob("*") if one.is_dir()]:
            _shorten_service(service)
    for endpoints in tree.glob("botocore/data/endpoints.json"):
        _keep_endpoints(endpoints)


def _shorten_service(folder: Path) -> None:
    if folder.name not in SERVICES:
        shutil.rmtree(folder)
        return
    *older, newest = sorted(folder.iterdir())
    for version in older:
        shutil.rmtree(version)
    for examples in newest.glob("examples-*.json"):
        examples.unlink()
    for model in newest.glob("service-*.json.gz"):
        told = json.loads(gzip.decompress(model.read_bytes()))
        model.write_bytes(gzip.compress(_written(_undocumented(told)), mtime=0))


def _undocumented(told: Any) -> Any:
    """A field that is called so is a description itself, and stays."""
    if isinstance(told, dict):
        return {
            key: _undocumented(value)
            for key, value in told.items()
            if key != "documentation" or not isinstance(value, str)
        }
    return [_undocumented(value) for value in told] if isinstance(told, list) else told


def _keep_endpoints(file: Path) -> None:
    told = json.loads(file.read_text())
    for partition in told["partitions"]:
        partition["services"] = {name: one for name, one in partition["services"].items() if name in SERVICES}
    file.write_bytes(_written(told))


def _written(told: Any) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode()
