"""What every tenant finds there: specs, templates, clusters."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..facade import Call
from .account import CLUSTER
from .errors import absent

if TYPE_CHECKING:
    from .facade import CloudIt

CREATED = "2025-01-15 09:00:00"


def fixed_id(*words: str) -> str:
    """The same in every twin."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("cloudit", *words))))


def _spec(name: str, cpu: int, mem: int, disk: int = 50, gpu: int = 0) -> dict[str, Any]:
    return {
        "id": fixed_id("specs", name),
        "name": name,
        "cpu": cpu,
        "mem": mem,
        "disk": disk,
        "gpu": gpu,
        "enabled": 1,
    }


def _template(name: str, os: str, cluster: str = CLUSTER) -> dict[str, Any]:
    return {
        "id": fixed_id("templates", cluster, name),
        "tenantId": "",
        "clusterId": fixed_id("clusters", cluster),
        "clusterName": cluster,
        "name": name,
        "os": os,
        "arch": "x86_64",
        "format": "qcow2",
        "size": 50,
        "realSize": 2,
        "refCount": 0,
        "createdAt": CREATED,
        "ownership": "PUBLIC",
        "templateType": "DEFAULT",
        "sourceType": "server",
        "state": "available",
        "enabled": 1,
        "protection": 1,
        "description": "",
        "poolId": fixed_id("pools", cluster),
        "poolName": f"pool-{cluster}",
        "creator": "admin",
    }


CLUSTERS = [{"id": fixed_id("clusters", name), "name": name} for name in (CLUSTER, "cluster02")]
SPECS = [_spec("micro-1", 1, 1), _spec("small-1", 1, 2), _spec("medium-2", 2, 4), _spec("gpu-8", 8, 32, gpu=1)]
# CentOS-7 is there once for each cluster: a name says which only together with the cluster.
TEMPLATES = [
    _template("CentOS-7", "CentOS 7", "cluster02"),
    _template("CentOS-7", "CentOS 7"),
    _template("Ubuntu-20.04", "Ubuntu 20.04"),
    _template("Windows-2019", "Windows Server 2019"),
]


def list_clusters(_: CloudIt, __: Call) -> Any:
    return CLUSTERS


def list_specs(_: CloudIt, __: Call) -> Any:
    return SPECS


def list_templates(_: CloudIt, __: Call) -> Any:
    return TEMPLATES


def get_template(_: CloudIt, call: Call) -> Any:
    return of_id(TEMPLATES, call.values["id"], "template")


def of_id(things: Iterable[dict[str, Any]], cloud_id: str, kind: str) -> dict[str, Any]:
    """Raises CloudItError."""
    for one in things:
        if one["id"] == cloud_id:
            return one
    raise absent(kind, cloud_id)
