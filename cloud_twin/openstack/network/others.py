"""What is only looked at: extensions, quotas, and lists of what a project without agents and pools has none of."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...facade import Call
from .. import quotas
from ..account import PROJECT_ID
from ..errors import PageError
from .reading import disallowed

if TYPE_CHECKING:
    from ..facade import OpenStack

EMPTY = (
    "subnetpools",
    "address-scopes",
    "rbac-policies",
    "flavors",
    "agents",
    "availability_zones",
    "address-groups",
    "network-ip-availabilities",
)


@cache
def _extensions() -> list[dict[str, Any]]:
    """Those of a Zed with ML2 and routers, as it lists them."""
    found: list[dict[str, Any]] = json.loads((Path(__file__).parent / "extensions.json").read_text())
    return found


def extensions(_: OpenStack, __: Call) -> dict[str, Any]:
    return {"extensions": _extensions()}


def extension(_: OpenStack, call: Call) -> dict[str, Any]:
    alias = call.values["alias"]
    for one in _extensions():
        if one["alias"] == alias:
            return {"extension": one}
    raise PageError(404, more=f"Extension with alias {alias} does not exist")


def empty(_: OpenStack, call: Call) -> dict[str, Any]:
    return {call.request.path.rstrip("/").rpartition("/")[2].replace("-", "_"): []}


def quota(cloud: OpenStack, call: Call) -> dict[str, Any]:
    _check_project(call)
    return {"quota": {name: quotas.limit(cloud, name) for name in quotas.NETWORK}}


def quota_details(cloud: OpenStack, call: Call) -> dict[str, Any]:
    _check_project(call)
    return {"quota": quotas.shown_usage(cloud, quotas.NETWORK, ("used", "reserved"))}


def quota_defaults(_: OpenStack, call: Call) -> dict[str, Any]:
    _check_project(call)
    return {"quota": dict(quotas.NETWORK_DEFAULTS)}


def denied_quota(_: OpenStack, call: Call) -> dict[str, Any]:
    """Of all projects, and changes: an administrator's business."""
    verb = {"GET": "get", "PUT": "update", "DELETE": "delete"}[call.request.method]
    raise disallowed(f"rule:{verb}_quota")


def providers(_: OpenStack, __: Call) -> dict[str, Any]:
    names = ("dvrha", "dvr", "ha", "single_node")
    shown = [{"service_type": "L3_ROUTER_NAT", "name": name, "default": False} for name in names]
    return {"service_providers": shown}


def quota_project(_: OpenStack, __: Call) -> dict[str, Any]:
    return {"tenant": {"tenant_id": PROJECT_ID}}


def _check_project(call: Call) -> None:
    if call.values["project"] != PROJECT_ID:
        raise disallowed("rule:get_quota")
