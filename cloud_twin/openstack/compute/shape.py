"""What a server shows, by microversion (nova/api/openstack/compute/views/servers.py)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ...centre import Machine, State, Thing
from ...facade import Call
from .. import services
from ..account import PROJECT_ID, USER_ID
from ..times import micros, seconds
from .flavors import FLAVORS, links_of
from .microversions import Version

if TYPE_CHECKING:
    from ..facade import OpenStack

# Task states of a new server, each until so much of its time has passed.
BUILDING = ((0.4, "scheduling"), (1.0, "spawning"))
# nova/api/openstack/common.py, _STATE_MAP: by state of the VM, the default and what a task makes of it.
_STATUSES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "active": (
        "ACTIVE",
        {"rebooting": "REBOOT", "rebooting_hard": "HARD_REBOOT", "resize_prep": "RESIZE", "resize_finish": "RESIZE"},
    ),
    "building": ("BUILD", {}),
    "stopped": ("SHUTOFF", {"resize_prep": "RESIZE"}),
    "error": ("ERROR", {}),
    "suspended": ("SUSPENDED", {}),
    "paused": ("PAUSED", {}),
    "resized": ("VERIFY_RESIZE", {"resize_reverting": "REVERT_RESIZE"}),
}
_POWER = {"active": 1, "paused": 3, "stopped": 4, "suspended": 4, "resized": 1, "building": 0, "error": 0}
_WITH_PROGRESS = ("ACTIVE", "BUILD", "REBUILD", "RESIZE", "VERIFY_RESIZE", "MIGRATING")
NO_HOST = "No valid host was found. There are not enough hosts available."


def server_id(server: Thing) -> str:
    return server.key.partition("/")[2]


def vm_state(server: Machine) -> str:
    if server.state is State.MAKING:
        return "building"
    return "error" if server.state is State.FAILED else str(server.body["vm_state"])


def task_state(cloud: OpenStack, server: Machine) -> str | None:
    jobs = cloud.centre.under_way(server.key)
    if server.state is State.MAKING:
        done = cloud.centre.progress(jobs[0]) if jobs else 1.0
        return next(name for until, name in BUILDING if done < until or until == BUILDING[-1][0])
    task = next((job.body["task"] for job in reversed(jobs)), None)
    return None if task is None else str(task)


def status(cloud: OpenStack, server: Machine) -> str:
    default, tasks = _STATUSES[vm_state(server)]
    return tasks.get(task_state(cloud, server) or "", default)


def has_host(cloud: OpenStack, server: Machine) -> bool:
    """Whether it has been put somewhere."""
    return task_state(cloud, server) != BUILDING[0][1] and server.state is not State.FAILED


def basic(call: Call, server: Thing) -> dict[str, Any]:
    return {"id": server_id(server), "name": server.body["name"], "links": links(call, server)}


def shown(cloud: OpenStack, call: Call, server: Machine, version: Version, *, alone: bool) -> dict[str, Any]:
    """`alone`: not in a list."""
    body, state = server.body, status(cloud, server)
    made: dict[str, Any] = {
        "id": server_id(server),
        "name": body["name"],
        "status": state,
        "tenant_id": PROJECT_ID,
        "user_id": USER_ID,
        "metadata": body["metadata"],
        "hostId": host_id(server) if has_host(cloud, server) else "",
        "image": _image(call, body["image"]),
        "flavor": _flavor(call, body["flavor"], version),
        "created": seconds(server.made),
        "updated": seconds(body["updated"]),
        "addresses": addresses(cloud, server),
        "accessIPv4": body["accessIPv4"],
        "accessIPv6": body["accessIPv6"],
        "links": links(call, server),
        "OS-DCF:diskConfig": body["diskConfig"],
        "OS-EXT-AZ:availability_zone": body["zone"],
        "config_drive": "True" if body["config_drive"] else "",
        "key_name": body["key_name"],
        "OS-SRV-USG:launched_at": micros(body["launched"]) if body["launched"] else None,
        "OS-SRV-USG:terminated_at": None,
        "OS-EXT-STS:task_state": task_state(cloud, server),
        "OS-EXT-STS:vm_state": vm_state(server),
        "OS-EXT-STS:power_state": _POWER[vm_state(server)],
        "os-extended-volumes:volumes_attached": [],
    }
    if state in _WITH_PROGRESS:
        made["progress"] = 0
    if state == "ERROR" and alone:
        made["fault"] = {"code": body["fault"][0], "created": seconds(body["updated"]), "message": body["fault"][1]}
    if groups := _groups(cloud, server):
        made["security_groups"] = groups
    return made | _newer(server, version, alone=alone)


def _newer(server: Machine, version: Version, *, alone: bool) -> dict[str, Any]:
    body = server.body
    newer: dict[str, tuple[Version, Any]] = {
        "locked": ((2, 9), body["locked"]),
        "description": ((2, 19), body["server_description"]),
        "tags": ((2, 26), sorted(body["tags"])),
        "trusted_image_certificates": ((2, 63), None),
        "locked_reason": ((2, 73), body["locked_reason"]),
        "OS-EXT-SRV-ATTR:hostname": ((2, 90), body["hostname"]),
    }
    if alone:
        newer["server_groups"] = (2, 71), []
    return {name: value for name, (since, value) in newer.items() if version >= since}


def addresses(cloud: OpenStack, server: Machine, *, extended: bool = True) -> dict[str, list[dict[str, Any]]]:
    """By the networks' names: fixed ones, each with the floating one that leads to it."""
    made: dict[str, list[dict[str, Any]]] = {}
    if not has_host(cloud, server):
        return made
    floating = _floating(cloud)
    for port in ports_of(cloud, server):
        network = cloud.centre.get(f"networks/{port.body['network_id']}")
        mac = port.body["mac_address"]
        found = made.setdefault(network.body["name"], [])
        for one in port.body["fixed_ips"]:
            fixed = one["ip_address"]
            found.append(_address(fixed, "fixed", mac, extended=extended))
            if outside := floating.get((port.key.partition("/")[2], fixed)):
                found.append(_address(outside, "floating", mac, extended=extended))
    return made


def _floating(cloud: OpenStack) -> dict[tuple[str, str], str]:
    """By port and fixed address. Nova hears of them from neutron, which takes its time."""
    heard = cloud.centre.clock.now() - timedelta(seconds=cloud.settings.transition_seconds)
    return {
        (one.body["port_id"], one.body["fixed_ip_address"]): one.body["floating_ip_address"]
        for one in cloud.centre.of_kind("floatingips")
        if one.body["port_id"] and one.body["associated"] <= heard
    }


def ports_of(cloud: OpenStack, server: Machine) -> list[Thing]:
    """In the order in which they were asked for."""
    found = (cloud.centre.find(f"ports/{port_id}") for port_id in server.body["ports"])
    return [port for port in found if port]


def links(call: Call, server: Thing) -> list[dict[str, str]]:
    here = server_id(server)
    return [
        {"rel": "self", "href": f"{services.version_url(call, 'compute')}/servers/{here}"},
        {"rel": "bookmark", "href": f"{services.base(call, 'compute')}/servers/{here}"},
    ]


def host_id(server: Machine) -> str:
    return hashlib.sha224(f"{PROJECT_ID}host of {server.body['zone']}".encode()).hexdigest()


def _address(address: str, kind: str, mac: str, *, extended: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"version": 6 if ":" in address else 4, "addr": address}
    return made | ({"OS-EXT-IPS:type": kind, "OS-EXT-IPS-MAC:mac_addr": mac} if extended else {})


def _groups(cloud: OpenStack, server: Machine) -> list[dict[str, str]]:
    """Those of its ports."""
    if not has_host(cloud, server):
        return []
    ids = {one for port in ports_of(cloud, server) for one in port.body["security_groups"]}
    names = sorted(str(cloud.centre.get(f"security-groups/{one}").body["name"]) for one in ids)
    return [{"name": name} for name in names]


def _image(call: Call, image_id: str) -> dict[str, Any]:
    href = f"{services.base(call, 'compute')}/images/{image_id}"
    return {"id": image_id, "links": [{"rel": "bookmark", "href": href}]}


def _flavor(call: Call, kept: Mapping[str, Any], version: Version) -> dict[str, Any]:
    """Since 2.47 what it was when the server was made, without its id."""
    if version < (2, 47):
        return {"id": kept["id"], "links": links_of(call, kept["id"])}
    flavor = FLAVORS[kept["id"]]
    return {
        "vcpus": flavor.vcpus,
        "ram": flavor.ram,
        "disk": flavor.disk,
        "ephemeral": 0,
        "swap": 0,
        "original_name": flavor.name,
        "extra_specs": {},
    }
