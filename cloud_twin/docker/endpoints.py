"""A container's places in networks. Each has addresses while the container runs, and only then.

A container's body holds them by the network's name: `{"id": "" until it first ran, "asked": EndpointConfig,
"live": None or what it has now}`.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from ..centre import Exhausted, Taken, Thing
from ..facade import Call
from . import ids, networks, reading
from .answers import nothing
from .errors import EngineError, no_network
from .networks import gateway, prefix
from .reading import FLAG, OBJECT, TEXT

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from .facade import Docker

_PRIVATE = "container cannot be connected to multiple networks with one of the networks in private (none) mode"
_HOST = "container cannot be disconnected from host network or connected to host network"


def asked_for(cloud: Docker, mode: str, configs: dict[str, Any]) -> dict[str, Any]:
    """Those of a new container. `mode`: HostConfig.NetworkMode. Raises EngineError."""
    if len(configs) > 1:
        names = ", ".join(reversed(configs))
        raise EngineError(400, f"Container cannot be connected to network endpoints: {names}")
    name = "bridge" if mode in ("default", "") else mode
    network = networks.find(cloud, name)
    name = network.body["Name"] if network else name
    config = next(iter(configs.values()), None) or {}
    return {name: {"id": "", "asked": config, "live": None}}


def join_all(cloud: Docker, container: Thing) -> None:
    """As it starts. Raises EngineError, and then it is in none."""
    try:
        for name, endpoint in container.body["networks"].items():
            network = networks.find(cloud, endpoint["id"] or name) or networks.find(cloud, name)
            if network is None:
                raise no_network(endpoint["id"] or name)
            _join(cloud, container, network, endpoint)
    except EngineError:
        leave_all(cloud, container)
        raise


def leave_all(cloud: Docker, container: Thing) -> None:
    for endpoint in container.body["networks"].values():
        _leave(cloud, container, endpoint)


def _join(cloud: Docker, container: Thing, network: Thing, endpoint: dict[str, Any]) -> None:
    """Raises EngineError."""
    live: dict[str, Any] = {"EndpointID": ids.new()}
    if network.body.get("Subnet"):
        wanted = (endpoint["asked"].get("IPAMConfig") or {}).get("IPv4Address") or None
        address = _address(cloud, container, network, wanted)
        mac = "02:42:" + ":".join(f"{byte:02x}" for byte in ipaddress.IPv4Address(address).packed)
        live |= {"IPAddress": address, "IPPrefixLen": prefix(network), "Gateway": gateway(network), "MacAddress": mac}
    endpoint["live"], endpoint["id"] = live, network.body["Id"]
    container.uses.add(network.key)


def _address(cloud: Docker, container: Thing, network: Thing, wanted: str | None) -> str:
    """Raises EngineError."""
    try:
        return cloud.centre.take_address(container, network.key, wanted)
    except Taken:
        inside = ipaddress.ip_address(str(wanted)) in ipaddress.ip_network(network.body["Subnet"], strict=False)
        if inside:
            raise EngineError(403, "Address already in use") from None
        why = f"Invalid address {wanted}: It does not belong to any of this network's subnets"
        raise EngineError(500, why) from None
    except Exhausted:
        name, network_id = network.body["Name"], network.body["Id"]
        why = f"no available IPv4 addresses on this network's address pools: {name} ({network_id})"
        raise EngineError(403, why) from None


def _leave(cloud: Docker, container: Thing, endpoint: dict[str, Any]) -> None:
    live, endpoint["live"] = endpoint["live"], None
    key = f"networks/{endpoint['id']}"
    if live and live.get("IPAddress"):
        cloud.centre.release_address(container, key, live["IPAddress"])
    if live:
        container.uses.discard(key)


def shown(name: str, endpoint: dict[str, Any], aliases: list[str] | None) -> dict[str, Any]:
    """An element of NetworkSettings.Networks. `aliases`: by which others in the network find the container."""
    live, asked = endpoint["live"] or {}, endpoint["asked"]
    return {
        "IPAMConfig": asked.get("IPAMConfig"),
        "Links": asked.get("Links"),
        "Aliases": aliases,
        "NetworkID": endpoint["id"],
        "EndpointID": live.get("EndpointID", ""),
        "Gateway": live.get("Gateway", ""),
        "IPAddress": live.get("IPAddress", ""),
        "IPPrefixLen": live.get("IPPrefixLen", 0),
        "IPv6Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "MacAddress": live.get("MacAddress", ""),
        "DriverOpts": asked.get("DriverOpts"),
    }


def connect(cloud: Docker, call: Call) -> Response:
    members = {"Container": TEXT, "EndpointConfig": OBJECT}
    network, container = _both(cloud, call, reading.body(call, "NetworkConnect", members, status=400))
    places = container.body["networks"]
    name = network.body["Name"]
    if name == "host" or "host" in places:
        raise EngineError(400, _HOST)
    if name == "none" or "none" in places:
        raise EngineError(400, _PRIVATE)
    if name in places and (places[name]["live"] or container.body["state"] not in _LIVE):
        raise EngineError(403, f"endpoint with name {container.body['Name']} already exists in network {name}")
    endpoint = {"id": "", "asked": (call.body or {}).get("EndpointConfig") or {}, "live": None}
    if container.body["state"] in _LIVE:
        _join(cloud, container, network, endpoint)
    places[name] = endpoint
    return nothing(200)


def disconnect(cloud: Docker, call: Call) -> Response:
    members = {"Container": TEXT, "Force": FLAG}
    network, container = _both(cloud, call, reading.body(call, "NetworkDisconnect", members, status=400))
    name = network.body["Name"]
    if name == "host":
        raise EngineError(400, _HOST)
    endpoint = container.body["networks"].get(name)
    if endpoint is None:
        why = f"container {container.body['Id']} is not connected to network {name}"
        raise EngineError(500, why)
    _leave(cloud, container, endpoint)
    del container.body["networks"][name]
    return nothing(200)


def _both(cloud: Docker, call: Call, body: dict[str, Any]) -> tuple[Thing, Thing]:
    """Raises EngineError."""
    from .containers import named  # which imports this module

    network = networks.named(cloud, call.values["name"])
    return network, named(cloud, body.get("Container", ""))


_LIVE = ("running", "paused")
