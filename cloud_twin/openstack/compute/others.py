"""What is only looked at: zones, limits, quotas, extensions, server groups."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...facade import Call
from .. import quotas
from ..account import PROJECT_ID
from ..errors import not_found
from . import microversions

if TYPE_CHECKING:
    from ..facade import OpenStack

ZONES = ("zone-1", "zone-2")
# What nova left to neutron and to the hypervisor, and showed as quotas until 2.36 and 2.57.
_NETWORKS = {"fixed_ips": -1, "floating_ips": -1, "security_group_rules": -1, "security_groups": -1}
_FILES = {"injected_file_content_bytes": 10240, "injected_file_path_bytes": 255, "injected_files": 5}


def zones(_: OpenStack, __: Call) -> dict[str, Any]:
    shown = [{"zoneName": one, "zoneState": {"available": True}, "hosts": None} for one in ZONES]
    return {"availabilityZoneInfo": shown}


def limits(cloud: OpenStack, call: Call) -> dict[str, Any]:
    version = microversions.asked(call.request)
    most = {
        "maxTotalInstances": quotas.limit(cloud, "instances"),
        "maxTotalCores": quotas.limit(cloud, "cores"),
        "maxTotalRAMSize": quotas.limit(cloud, "ram"),
        "maxServerMeta": quotas.limit(cloud, "metadata_items"),
        "maxTotalKeypairs": quotas.limit(cloud, "key_pairs"),
        "maxServerGroups": quotas.limit(cloud, "server_groups"),
        "maxServerGroupMembers": quotas.limit(cloud, "server_group_members"),
        "totalRAMUsed": quotas.used(cloud, "ram"),
        "totalCoresUsed": quotas.used(cloud, "cores"),
        "totalInstancesUsed": quotas.used(cloud, "instances"),
        "totalServerGroupsUsed": 0,
    }
    if version < (2, 57):
        most |= {"maxPersonality": 5, "maxPersonalitySize": 10240}
    if version < (2, 39):
        most["maxImageMeta"] = quotas.limit(cloud, "metadata_items")
    if version < (2, 36):
        most |= {"maxTotalFloatingIps": -1, "maxSecurityGroups": -1, "maxSecurityGroupRules": -1}
        most |= {"totalFloatingIpsUsed": 0, "totalSecurityGroupsUsed": 0}
    return {"limits": {"rate": [], "absolute": most}}


def quota(cloud: OpenStack, call: Call) -> dict[str, Any]:
    _check_project(cloud, call)
    shown = {name: quotas.limit(cloud, name) for name in quotas.COMPUTE}
    return {"quota_set": {"id": PROJECT_ID, **shown, **_older(call)}}


def quota_defaults(_: OpenStack, call: Call) -> dict[str, Any]:
    return {"quota_set": {"id": call.values["project"], **quotas.COMPUTE_DEFAULTS, **_older(call)}}


def quota_details(cloud: OpenStack, call: Call) -> dict[str, Any]:
    _check_project(cloud, call)
    shown = quotas.shown_usage(cloud, quotas.COMPUTE, ("in_use", "reserved"))
    older = {name: {"limit": most, "in_use": 0, "reserved": 0} for name, most in _older(call).items()}
    return {"quota_set": {"id": PROJECT_ID, **shown, **older}}


def server_groups(_: OpenStack, __: Call) -> dict[str, Any]:
    return {"server_groups": []}


@cache
def _extensions() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((Path(__file__).parent / "extensions.json").read_text())
    return found


def extensions(_: OpenStack, __: Call) -> dict[str, Any]:
    return {"extensions": _extensions()}


def extension(_: OpenStack, call: Call) -> dict[str, Any]:
    for one in _extensions():
        if one["alias"] == call.values["alias"]:
            return {"extension": one}
    raise not_found("The resource could not be found.")


def _older(call: Call) -> dict[str, int]:
    version = microversions.asked(call.request)
    return (_NETWORKS if version < (2, 36) else {}) | (_FILES if version < (2, 57) else {})


def _check_project(cloud: OpenStack, call: Call) -> None:
    if call.values["project"] != PROJECT_ID:
        raise cloud.forbidden(call, "os_compute_api:os-quota-sets:show")
