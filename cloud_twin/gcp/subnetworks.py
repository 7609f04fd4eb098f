"""Subnetworks: regional parts of a network, each with a range of its own."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from ..centre import Effect, Pool, State, Thing
from ..facade import Call
from . import bodies, fingerprints, lists, operations, quotas, shapes
from .catalogue.places import ZONES
from .errors import exists, in_use, invalid_field, invalid_usage, required
from .links import check_name, find, link, name_of, number_id, shown_time
from .references import network_of

if TYPE_CHECKING:
    from .facade import Gcp

# "Subnets", VPC guide: the first two and the last two addresses of a range are Google's.
_RESERVED = 2
_LONGEST_PREFIX = 29
_AUTO_RANGE = ipaddress.ip_network("10.128.0.0/9")
_SHORTEST_PREFIX = 4
# "Prohibited IPv4 subnet ranges", VPC guide.
_PROHIBITED = tuple(
    ipaddress.ip_network(cidr)
    for cidr in (
        "0.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "199.36.153.4/30",
        "199.36.153.8/30",
        "224.0.0.0/4",
        "255.255.255.255/32",
    )
)
_PREFIXES = range(_SHORTEST_PREFIX, _LONGEST_PREFIX + 1)


def insert(cloud: Gcp, call: Call) -> dict[str, Any]:
    body = shapes.whole(call.body, bodies.SUBNETWORK)
    for member in ("name", "network", "ipCidrRange"):
        if member not in body:
            raise required(f"resource.{member}")
    check_name(body["name"])
    key = f"{cloud.scope(call)}/subnetworks/{body['name']}"
    network = network_of(cloud, call, body["network"], "resource.network")
    # IAM reference: compute.networks.updatePolicy on the network; both are named together where both are missing.
    cloud.require_all(call, {"compute.subnetworks.create": key, "compute.networks.updatePolicy": network.key})
    if name_of(body.get("region", "")) not in ("", call.values["region"]):
        raise invalid_field("resource.region", body["region"], "The region is not the one of the request.")
    _check_range(cloud, network, body["ipCidrRange"])
    if cloud.centre.find(key):
        raise exists(key)
    operations.refuse_unready(network)
    failure = quotas.exceeded(cloud, "subnetworks")
    thing = add(cloud, key, network.key, body, state=State.MAKING)
    return operations.begin(cloud, call, "insert", thing, Effect.MAKE, failure=failure)


def add(
    cloud: Gcp,
    key: str,
    network: str,
    body: dict[str, Any],
    *,
    goes_with: str | None = None,
    state: State = State.READY,
) -> Thing:
    uses = set() if goes_with else {network}
    defaults = {"privateIpGoogleAccess": False, "enableFlowLogs": False, "purpose": "PRIVATE", "stackType": "IPV4_ONLY"}
    kept = {**defaults, **body, "name": name_of(key), "network": network}
    thing: Thing = cloud.centre.new("subnetworks", key, kept, uses=uses, goes_with=goes_with)
    thing.state = state
    cloud.centre.add(thing)
    cloud.centre.open_pool(key, Pool(body["ipCidrRange"], _RESERVED, _RESERVED))
    return thing


def get(cloud: Gcp, call: Call) -> dict[str, Any]:
    return _shown(_named(cloud, call))


def list_(cloud: Gcp, call: Call) -> dict[str, Any]:
    collection = f"{cloud.scope(call)}/subnetworks"
    found = [_shown(one) for one in cloud.centre.of_kind("subnetworks") if one.key.startswith(f"{collection}/")]
    return lists.answer(cloud, call, "compute#subnetworkList", collection, found)


def aggregated(cloud: Gcp, call: Call) -> dict[str, Any]:
    found = [_shown(one) for one in cloud.centre.of_kind("subnetworks")]
    scopes = [f"regions/{region}" for region in ZONES]
    return lists.aggregated(cloud, call, "compute#subnetworkAggregatedList", "subnetworks", scopes, found)


def delete(cloud: Gcp, call: Call) -> dict[str, Any]:
    thing = _named(cloud, call)
    operations.refuse_while_busy(cloud, thing)
    if users := sorted(one.key for one in cloud.centre.users(thing.key)):
        raise in_use("subnetwork", thing.key, users[0])
    if thing.goes_with:
        raise invalid_usage("Cannot delete auto subnetwork from an auto subnet mode network.")
    return operations.begin(cloud, call, "delete", thing, Effect.REMOVE)


def _named(cloud: Gcp, call: Call) -> Thing:
    return find(cloud, f"{cloud.scope(call)}/subnetworks", call.values["subnetwork"])


def _check_range(cloud: Gcp, network: Thing, given: str) -> None:
    """Raises GceError."""
    field = "resource.ipCidrRange"
    try:
        wanted = ipaddress.IPv4Network(given)
    except ValueError:
        raise invalid_field(field, given, "Must be a CIDR address range.") from None
    if wanted.prefixlen not in _PREFIXES or any(wanted.overlaps(one) for one in _PROHIBITED):
        raise invalid_field(field, given, f"IP CIDR range {given} is not a valid subnetwork range.")
    if network.body["autoCreateSubnetworks"] and wanted.overlaps(_AUTO_RANGE):
        why = f"Extended subnetworks in auto subnet mode networks cannot overlap with {_AUTO_RANGE}."
        raise invalid_field(field, given, why)
    for other in cloud.centre.of_kind("subnetworks"):
        if other.body["network"] == network.key and wanted.overlaps(ipaddress.IPv4Network(other.body["ipCidrRange"])):
            where = f"'{name_of(other.key)}' in region '{other.key.split('/')[3]}'"
            raise invalid_field(
                field, given, f"Invalid IPCidrRange: {given} conflicts with existing subnetwork {where}."
            )


def _shown(thing: Thing) -> dict[str, Any]:
    return {
        "kind": "compute#subnetwork",
        "id": number_id(thing.number),
        "creationTimestamp": shown_time(thing.made),
        "fingerprint": fingerprints.of([thing.key, thing.number]),
        "gatewayAddress": str(ipaddress.IPv4Network(thing.body["ipCidrRange"])[1]),
        "privateIpv6GoogleAccess": "DISABLE_GOOGLE_ACCESS",
        "selfLink": link(thing.key),
        **thing.body,
        "network": link(thing.body["network"]),
        "region": link(thing.key.rpartition("/subnetworks/")[0]),
    }
