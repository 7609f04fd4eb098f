"""Networks: bridges with a range of addresses each; `bridge`, `host` and `none` are there from the start."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from ..centre import Pool, State, Thing
from ..facade import Call
from . import filters, ids, reading, times
from .answers import as_json, nothing
from .errors import EngineError, no_network, unserved
from .reading import FLAG, OBJECT, TEXT, TEXT_MAP

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from .facade import Docker

DEFAULTS = ("bridge", "host", "none")
_DRIVERS = {"none": "null", "host": "host", "bridge": "bridge"}
_BRIDGE_OPTIONS = {
    "com.docker.network.bridge.default_bridge": "true",
    "com.docker.network.bridge.enable_icc": "true",
    "com.docker.network.bridge.enable_ip_masquerade": "true",
    "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
    "com.docker.network.bridge.name": "docker0",
    "com.docker.network.driver.mtu": "1500",
}
# "default-address-pools" of dockerd, as it has them where none are configured.
_POOLS = [f"172.{number}.0.0/16" for number in range(17, 32)] + [f"192.168.{n}.0/20" for n in range(0, 256, 16)]
_MEMBERS = {
    "Name": TEXT,
    "CheckDuplicate": FLAG,
    "Driver": TEXT,
    "Scope": TEXT,
    "EnableIPv6": FLAG,
    "IPAM": OBJECT,
    "Internal": FLAG,
    "Attachable": FLAG,
    "Ingress": FLAG,
    "ConfigOnly": FLAG,
    "ConfigFrom": OBJECT,
    "Options": TEXT_MAP,
    "Labels": TEXT_MAP,
}
_UNSERVED = ("EnableIPv6", "Ingress", "ConfigOnly", "ConfigFrom")
_FILTERS = frozenset({"dangling", "driver", "id", "label", "name", "scope", "type"})


def add_defaults(cloud: Docker) -> None:
    for name in reversed(DEFAULTS):
        body: dict[str, Any] = {"Name": name, "Driver": _DRIVERS[name]}
        if name == "bridge":
            body |= {"Options": _BRIDGE_OPTIONS, "Subnet": _POOLS[0]}
        _add(cloud, body)


def create(cloud: Docker, call: Call) -> Response:
    body = reading.body(call, "NetworkCreateRequest", _MEMBERS, status=400)
    _check(body)
    others = [one for one in _all(cloud) if one.body["Name"] == body["Name"]]
    if others and body.get("CheckDuplicate"):
        raise EngineError(409, f"network with name {body['Name']} already exists")
    thing = _add(cloud, {**body, **_addresses(cloud, body.get("IPAM") or {})})
    warning = ""
    if others:
        warning = f"Network with name {body['Name']} (id : {others[0].body['Id']}) already exists"
    return as_json({"Id": thing.body["Id"], "Warning": warning}, 201)


def _check(body: dict[str, Any]) -> None:
    """Raises EngineError."""
    name, driver = body.get("Name", ""), body.get("Driver") or "bridge"
    if not name.strip():
        raise EngineError(500, f"invalid name: {name}")
    if name in DEFAULTS:
        raise EngineError(403, f"operation is not permitted on predefined {name} network ")
    if driver in ("host", "null"):
        raise EngineError(403, f'only one instance of "{driver}" network is allowed')
    if driver != "bridge":
        raise EngineError(404, f'plugin "{driver}" not found')
    for member in _UNSERVED:
        if body.get(member):
            raise unserved(f"networks with {member}")


def _addresses(cloud: Docker, ipam: dict[str, Any]) -> dict[str, str]:
    """Subnet and, unless it is the first address of a range that was named, Gateway. Raises EngineError."""
    configs = ipam.get("Config") or []
    if len(configs) > 1 or (ipam.get("Driver") or "default") != "default":
        raise unserved("more than one range of addresses in a network, nor drivers of addresses")
    taken = [ipaddress.ip_network(one.body["Subnet"], strict=False) for one in _all(cloud) if one.body.get("Subnet")]
    if not configs or not configs[0].get("Subnet"):
        for pool in map(ipaddress.ip_network, _POOLS):
            if not any(pool.overlaps(one) for one in taken):
                return {"Subnet": str(pool), "Gateway": str(pool[1])}
        text = "could not find an available, non-overlapping IPv4 address pool among the defaults"
        raise EngineError(404, f"{text} to assign to the network")
    config = configs[0]
    for member in ("IPRange", "AuxiliaryAddresses"):
        if config.get(member):
            raise unserved(f"networks with {member}")
    try:
        wanted = ipaddress.IPv4Network(config["Subnet"], strict=False)
    except ValueError:
        why = f"Invalid subnet {config['Subnet']} : invalid CIDR address: {config['Subnet']}"
        raise EngineError(500, why) from None
    if any(wanted.overlaps(one) for one in taken):
        raise EngineError(403, "Pool overlaps with other one on this address space")
    given = config.get("Gateway")
    if given and ipaddress.ip_address(given) not in list(wanted.hosts()):
        raise EngineError(500, f"failed to allocate gateway ({given}): Requested address is out of range")
    return {key: config[key] for key in ("Subnet", "Gateway") if config.get(key)}


def _add(cloud: Docker, body: dict[str, Any]) -> Thing:
    network_id = ids.new()
    thing: Thing = cloud.centre.new("networks", f"networks/{network_id}", {**body, "Id": network_id})
    thing.state = State.READY
    cloud.centre.add(thing)
    if subnet := body.get("Subnet"):
        network = ipaddress.ip_network(subnet, strict=False)
        pool = Pool(str(network))
        cloud.centre.open_pool(thing.key, pool)
        pool.take(body.get("Gateway") or str(network[1]))
    return thing


def gateway(network: Thing) -> str:
    subnet = ipaddress.ip_network(network.body["Subnet"], strict=False)
    return str(network.body.get("Gateway") or subnet[1])


def prefix(network: Thing) -> int:
    return ipaddress.ip_network(network.body["Subnet"], strict=False).prefixlen


def list_(cloud: Docker, call: Call) -> list[dict[str, Any]]:
    given = reading.filters(call, _FILTERS)
    return [shown(one) for one in _all(cloud) if _fits(cloud, one, given)]


def _fits(cloud: Docker, network: Thing, given: filters.Given) -> bool:
    body = network.body
    builtin = body["Name"] in DEFAULTS
    used = "true" if builtin or cloud.centre.users(network.key) else "false"
    return (
        filters.matches(given, "name", body["Name"])
        and filters.matches(given, "id", body["Id"])
        and filters.labelled(given, body.get("Labels"))
        and filters.exactly(given, "driver", body.get("Driver") or "bridge")
        and filters.exactly(given, "scope", "local")
        and filters.exactly(given, "type", "builtin" if builtin else "custom")
        and not filters_out(given, "dangling", used)
    )


def filters_out(given: filters.Given, name: str, value: str) -> bool:
    """Whether `dangling=true` (or 1) is asked of what is not, or the other way round."""
    words = {"1": "true", "0": "false"}
    return name in given and any(words.get(word, word) == value for word in given[name])


def inspect(cloud: Docker, call: Call) -> dict[str, Any]:
    network = named(cloud, call.values["name"])
    connected = {}
    for one in cloud.centre.users(network.key):
        for endpoint in one.body["networks"].values():
            if endpoint["id"] == network.body["Id"] and endpoint["live"]:
                connected[one.body["Id"]] = _connected(network, one, endpoint["live"])
    return {**shown(network), "Containers": connected}


def _connected(network: Thing, container: Thing, live: dict[str, Any]) -> dict[str, str]:
    address = live.get("IPAddress")
    return {
        "Name": container.body["Name"],
        "EndpointID": live["EndpointID"],
        "MacAddress": live.get("MacAddress", ""),
        "IPv4Address": f"{address}/{prefix(network)}" if address else "",
        "IPv6Address": "",
    }


def shown(network: Thing) -> dict[str, Any]:
    body = network.body
    config = {key: body[key] for key in ("Subnet", "Gateway") if body.get(key)}
    options = (body.get("IPAM") or {}).get("Options")
    return {
        "Name": body["Name"],
        "Id": body["Id"],
        "Created": times.shown(network.made),
        "Scope": "local",
        "Driver": body.get("Driver") or "bridge",
        "EnableIPv6": False,
        "IPAM": {"Driver": "default", "Options": options, "Config": [config] if config else []},
        "Internal": body.get("Internal", False),
        "Attachable": body.get("Attachable", False),
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": {},
        "Options": body.get("Options") or {},
        "Labels": body.get("Labels") or {},
    }


def remove(cloud: Docker, call: Call) -> Response:
    network = named(cloud, call.values["name"], "network {} is ambiguous ({} matches found based on name)")
    name, network_id = network.body["Name"], network.body["Id"]
    if name in DEFAULTS:
        raise EngineError(403, f"{name} is a pre-defined network and cannot be removed")
    if cloud.centre.users(network.key):
        why = f"error while removing network: network {name} id {network_id} has active endpoints"
        raise EngineError(403, why)
    cloud.centre.remove(network.key)
    return nothing(204)


def prune(cloud: Docker, call: Call) -> dict[str, Any]:
    given = reading.filters(call, frozenset({"label", "until"}))
    gone = [
        one
        for one in _all(cloud)
        if one.body["Name"] not in DEFAULTS
        and not cloud.centre.users(one.key)
        and filters.labelled(given, one.body.get("Labels"))
    ]
    for one in gone:
        cloud.centre.remove(one.key)
    return {"NetworksDeleted": [one.body["Name"] for one in gone] or None}


def find(cloud: Docker, name: str) -> Thing | None:
    """By id, name, or the beginning of an id that no other has."""
    found = _all(cloud)
    for one in found:
        if one.body["Id"] == name:
            return one
    named_so = [one for one in found if one.body["Name"] == name]
    begun = [one for one in found if name and one.body["Id"].startswith(name)]
    return named_so[0] if named_so else begun[0] if len(begun) == 1 else None


def named(
    cloud: Docker, name: str, ambiguous: str = "{1} matches found based on name: network {0} is ambiguous"
) -> Thing:
    """Raises EngineError."""
    found = find(cloud, name)
    same = [one for one in _all(cloud) if one.body["Name"] == name]
    if len(same) > 1 and found and found.body["Id"] != name:
        raise EngineError(400, ambiguous.format(name, len(same)))
    if found is None:
        raise no_network(name)
    return found


def _all(cloud: Docker) -> list[Thing]:
    """In the order in which they were made."""
    return sorted(cloud.centre.of_kind("networks"), key=lambda one: one.number)
