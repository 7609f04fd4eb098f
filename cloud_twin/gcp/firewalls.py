"""Firewall rules of a network, to or from instances with a tag, a service account, or all."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

from ..centre import Effect, State, Thing
from ..facade import Call
from . import bodies, lists, operations, quotas, shapes
from .errors import bad_request, exists, invalid, invalid_field, required
from .links import NAME, check_name, find, link, number_id, shown_time
from .references import network_of

if TYPE_CHECKING:
    from .facade import Gcp

PRIORITY = 1000
LARGEST_PORT = LARGEST_PRIORITY = 65535
_PROTOCOLS = ("tcp", "udp", "icmp", "esp", "ah", "sctp", "ipip", "all")
_WITH_PORTS = ("tcp", "udp", "sctp", "6", "17", "132")
_NO_PROTOCOL = (
    'Must be one of ["ah", "all", "esp", "icmp", "ipip", "sctp", "tcp", "udp"] '
    "or an IP protocol number between 0 and 255."
)
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
# "VPC firewall rule limits", Cloud NGFW quotas.
_MOST = {
    "sourceTags": 30,
    "targetTags": 70,
    "sourceServiceAccounts": 10,
    "targetServiceAccounts": 10,
    "sourceRanges": 5000,
    "destinationRanges": 5000,
}
# "VPC firewall rules", VPC guide: who is meant is said by tags or by service accounts.
_TAGS = ("sourceTags", "targetTags")
_ACCOUNTS = ("sourceServiceAccounts", "targetServiceAccounts")


def insert(cloud: Gcp, call: Call) -> dict[str, Any]:
    body = shapes.whole(call.body, bodies.FIREWALL)
    if "name" not in body:
        raise required("resource.name")
    check_name(body["name"])
    key = f"{cloud.scope(call)}/firewalls/{body['name']}"
    kept = _checked(cloud, call, body)
    cloud.require_all(call, {"compute.firewalls.create": key, "compute.networks.updatePolicy": kept["network"]})
    if cloud.centre.find(key):
        raise exists(key)
    network = cloud.centre.get(kept["network"])
    operations.refuse_unready(network)
    failure = quotas.exceeded(cloud, "firewalls")
    thing: Thing = cloud.centre.new("firewalls", key, kept, uses={network.key})
    cloud.centre.add(thing)
    return operations.begin(cloud, call, "insert", thing, Effect.MAKE, failure=failure)


def patch(cloud: Gcp, call: Call) -> dict[str, Any]:
    """What is given takes the place of what was there."""
    thing = _named(cloud, call)
    body = shapes.whole(call.body, bodies.FIREWALL)
    if "name" not in body:
        raise required("resource.name")  # so says the discovery document: "required" in compute.firewalls.patch
    return _change(cloud, call, thing, {**_asked(thing), **body}, "patch")


def update(cloud: Gcp, call: Call) -> dict[str, Any]:
    """The whole rule is given anew."""
    thing = _named(cloud, call)
    return _change(cloud, call, thing, shapes.whole(call.body, bodies.FIREWALL), "update")


def add_defaults(cloud: Gcp, network: Thing) -> None:
    """The rules that a new project's default network has ("Pre-populated rules in the default network", VPC guide)."""
    internal = [{"IPProtocol": protocol, "ports": ["0-65535"]} for protocol in ("tcp", "udp")] + [
        {"IPProtocol": "icmp"}
    ]
    rules: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
        "default-allow-icmp": ("Allow ICMP from anywhere", "0.0.0.0/0", [{"IPProtocol": "icmp"}]),
        "default-allow-internal": ("Allow internal traffic on the default network", "10.128.0.0/9", internal),
        "default-allow-rdp": ("Allow RDP from anywhere", "0.0.0.0/0", [{"IPProtocol": "tcp", "ports": ["3389"]}]),
        "default-allow-ssh": ("Allow SSH from anywhere", "0.0.0.0/0", [{"IPProtocol": "tcp", "ports": ["22"]}]),
    }
    project = network.key.partition("/global/")[0]
    for name, (description, source, allowed) in rules.items():
        body = {
            "name": name,
            "description": description,
            "network": network.key,
            "priority": 65534,
            "direction": "INGRESS",
            "sourceRanges": [source],
            "allowed": allowed,
            "disabled": False,
            "logConfig": {"enable": False},
        }
        thing: Thing = cloud.centre.new("firewalls", f"{project}/global/firewalls/{name}", body, uses={network.key})
        thing.state = State.READY
        cloud.centre.add(thing)


def get(cloud: Gcp, call: Call) -> dict[str, Any]:
    return _shown(_named(cloud, call))


def list_(cloud: Gcp, call: Call) -> dict[str, Any]:
    found = [_shown(one) for one in cloud.centre.of_kind("firewalls")]
    return lists.answer(cloud, call, "compute#firewallList", f"{cloud.scope(call)}/firewalls", found)


def delete(cloud: Gcp, call: Call) -> dict[str, Any]:
    thing = _named(cloud, call)
    operations.refuse_while_busy(cloud, thing)
    return operations.begin(cloud, call, "delete", thing, Effect.REMOVE)


def _change(cloud: Gcp, call: Call, thing: Thing, body: dict[str, Any], verb: str) -> dict[str, Any]:
    operations.refuse_while_busy(cloud, thing)
    if body.get("name", thing.body["name"]) != thing.body["name"]:
        raise invalid_field("resource.name", body["name"], "The name of a firewall cannot be changed.")
    kept = _checked(cloud, call, {**body, "name": thing.body["name"]})
    for member in ("network", "direction"):
        if kept[member] != thing.body[member]:
            raise invalid_field(f"resource.{member}", kept[member], f"The {member} of a firewall cannot be changed.")
    gone = dict.fromkeys(thing.body.keys() - kept.keys())
    return operations.begin(cloud, call, verb, thing, Effect.CHANGE, change={**gone, **kept})


def _named(cloud: Gcp, call: Call) -> Thing:
    return find(cloud, f"{cloud.scope(call)}/firewalls", call.values["firewall"])


def _asked(thing: Thing) -> dict[str, Any]:
    return {
        **{name: value for name, value in thing.body.items() if value is not None},
        "network": link(thing.body["network"]),
    }


def _checked(cloud: Gcp, call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """As it is kept. Raises GceError."""
    network = network_of(cloud, call, body.get("network", "global/networks/default"), "resource.network")
    kept = {"priority": PRIORITY, "direction": "INGRESS", "disabled": False, "logConfig": {"enable": False}, **body}
    kept = {name: value for name, value in kept.items() if value != []} | {"network": network.key}
    if not 0 <= kept["priority"] <= LARGEST_PRIORITY:
        raise invalid_field(
            "resource.priority", kept["priority"], f"Must be between 0 and {LARGEST_PRIORITY}, inclusive"
        )
    _check_protocols(kept)
    _check_who(kept)
    return kept


def _check_protocols(body: dict[str, Any]) -> None:
    if ("allowed" in body) == ("denied" in body):
        raise invalid("Exactly one of 'resource.allowed' and 'resource.denied' must be specified.")
    member = "allowed" if "allowed" in body else "denied"
    for index, one in enumerate(body[member]):
        field = f"resource.{member}[{index}]"
        protocol = one.get("IPProtocol", "").lower()
        if not protocol:
            raise required(f"{field}.IPProtocol")
        if protocol not in _PROTOCOLS and not (protocol.isdecimal() and int(protocol) <= 255):
            raise invalid_field(f"{field}.IPProtocol", one["IPProtocol"], _NO_PROTOCOL)
        one["IPProtocol"] = protocol
        if one.get("ports") == []:
            del one["ports"]
        if "ports" in one and protocol not in _WITH_PORTS:
            raise invalid_field(f"{field}.ports", one["ports"], f"Ports are not allowed for protocol {protocol}.")
        for number, ports in enumerate(one.get("ports", [])):
            _check_ports(f"{field}.ports[{number}]", ports)


def _check_ports(field: str, given: str) -> None:
    found = _PORTS.fullmatch(given)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not 0 <= first <= last <= LARGEST_PORT:
        raise invalid_field(field, given, "Invalid port range specification.")


def _check_who(body: dict[str, Any]) -> None:
    egress = body["direction"] == "EGRESS"
    if egress and any(member in body for member in ("sourceTags", "sourceServiceAccounts", "sourceRanges")):
        raise bad_request("Should not specify source range/tag for egress direction.")
    if any(member in body for member in _TAGS) and any(member in body for member in _ACCOUNTS):
        raise invalid("Service accounts and tags cannot be used together in one firewall rule.")
    for member, most in _MOST.items():
        if len(body.get(member, [])) > most:
            raise invalid_field(f"resource.{member}", "", f"Too many elements: at most {most} are allowed.")
    for member in _TAGS:
        for index, tag in enumerate(body.get(member, [])):
            if not re.fullmatch(NAME, tag):
                raise invalid_field(f"resource.{member}[{index}]", tag, f"Must be a match of regex '{NAME}'")
    for member in ("sourceRanges", "destinationRanges"):
        for index, given in enumerate(body.get(member, [])):
            _check_cidr(f"resource.{member}[{index}]", given)
    if egress:
        body.setdefault("destinationRanges", ["0.0.0.0/0"])
    elif not any(member in body for member in ("sourceRanges", "sourceTags", "sourceServiceAccounts")):
        body["sourceRanges"] = ["0.0.0.0/0"]


def _check_cidr(field: str, given: str) -> None:
    try:
        ipaddress.ip_network(given)
    except ValueError:
        raise invalid_field(field, given, "Must be a valid IPV4 or IPV6 CIDR address range.") from None


def _shown(thing: Thing) -> dict[str, Any]:
    body = {name: value for name, value in thing.body.items() if value is not None}
    return {
        "kind": "compute#firewall",
        "id": number_id(thing.number),
        "creationTimestamp": shown_time(thing.made),
        "selfLink": link(thing.key),
        **body,
        "network": link(body["network"]),
    }
