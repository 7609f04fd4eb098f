"""Routes that a network has by itself: one to the internet, one to each subnetwork."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import Thing
from ..facade import Call
from . import lists
from .links import link, number_id, shown_time

if TYPE_CHECKING:
    from .facade import Gcp


def list_(cloud: Gcp, call: Call) -> dict[str, Any]:
    centre = cloud.centre
    found = [_to_internet(network) for network in centre.of_kind("networks")]
    found += [_to_subnetwork(subnetwork) for subnetwork in centre.of_kind("subnetworks")]
    return lists.answer(cloud, call, "compute#routeList", f"{cloud.scope(call)}/routes", found)


def _to_internet(network: Thing) -> dict[str, Any]:
    project = network.key.partition("/global/")[0]
    gateway = link(f"{project}/global/gateways/default-internet-gateway")
    made = _route(network, network.key, "Default route to the Internet.", "0.0.0.0/0", "default-route")
    return {**made, "priority": 1000, "nextHopGateway": gateway}


def _to_subnetwork(subnetwork: Thing) -> dict[str, Any]:
    network, cidr = subnetwork.body["network"], subnetwork.body["ipCidrRange"]
    words = f"Default local route to the subnetwork {cidr}."
    made = _route(subnetwork, network, words, cidr, "default-route-r")
    return {**made, "priority": 0, "nextHopNetwork": link(network)}


def _route(thing: Thing, network: str, description: str, cidr: str, name: str) -> dict[str, Any]:
    name = f"{name}-{thing.number:016x}"
    project = thing.key.split("/")[1]
    return {
        "kind": "compute#route",
        "id": number_id(500_000 + thing.number),
        "creationTimestamp": shown_time(thing.made),
        "name": name,
        "description": description,
        "network": link(network),
        "destRange": cidr,
        "selfLink": link(f"projects/{project}/global/routes/{name}"),
    }
