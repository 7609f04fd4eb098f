"""VPC networks: of custom mode, whose subnetworks are made by hand, or of auto mode, with one in every region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import Effect, Failure, State, Thing
from ..facade import Call
from . import bodies, lists, operations, quotas, shapes, subnetworks
from .catalogue.places import RANGES
from .errors import exists, invalid, invalid_field, required
from .links import check_name, find, link, name_of, number_id, shown_time

if TYPE_CHECKING:
    from .facade import Gcp

LEAST_MTU, MOST_MTU, MTU = 1300, 8896, 1460


def insert(cloud: Gcp, call: Call) -> dict[str, Any]:
    body = shapes.whole(call.body, bodies.NETWORK)
    if "name" not in body:
        raise required("resource.name")
    check_name(body["name"])
    mtu = body.get("mtu", MTU)
    if not LEAST_MTU <= mtu <= MOST_MTU:
        raise invalid_field("resource.mtu", mtu, f"Must be between {LEAST_MTU} and {MOST_MTU}, inclusive")
    if "autoCreateSubnetworks" not in body:
        # Networks without either mode are legacy ones, which can no longer be made ("Legacy networks", VPC guide).
        raise invalid("Legacy networks are deprecated and can no longer be created. Set autoCreateSubnetworks.")
    key = f"{cloud.scope(call)}/networks/{body['name']}"
    cloud.require_all(call, {"compute.networks.create": key})
    if cloud.centre.find(key):
        raise exists(key)
    thing: Thing = cloud.centre.new("networks", key, _kept(body, mtu))
    failure = quotas.exceeded(cloud, "networks")
    cloud.centre.add(thing)
    if body["autoCreateSubnetworks"] and not failure:
        add_auto_subnetworks(cloud, thing)
    return operations.begin(cloud, call, "insert", thing, Effect.MAKE, failure=failure)


def add_default(cloud: Gcp, project: str) -> Thing:
    """The network that a new project has."""
    body = {"name": "default", "description": "Default network for the project", "autoCreateSubnetworks": True}
    thing: Thing = cloud.centre.new("networks", f"{project}/global/networks/default", _kept(body, MTU))
    thing.state = State.READY
    cloud.centre.add(thing)
    add_auto_subnetworks(cloud, thing)
    return thing


def add_auto_subnetworks(cloud: Gcp, network: Thing) -> None:
    """One in every region, which leaves along with the network."""
    project = network.key.partition("/global/")[0]
    for region, cidr in RANGES.items():
        key = f"{project}/regions/{region}/subnetworks/{name_of(network.key)}"
        if cloud.centre.find(key):
            continue
        subnetworks.add(cloud, key, network.key, {"ipCidrRange": cidr}, goes_with=network.key)


def get(cloud: Gcp, call: Call) -> dict[str, Any]:
    return _shown(cloud, _named(cloud, call))


def list_(cloud: Gcp, call: Call) -> dict[str, Any]:
    found = [_shown(cloud, one) for one in cloud.centre.of_kind("networks")]
    return lists.answer(cloud, call, "compute#networkList", f"{cloud.scope(call)}/networks", found)


def delete(cloud: Gcp, call: Call) -> dict[str, Any]:
    """What stands in the way is said by the operation, not by the call's answer."""
    thing = _named(cloud, call)
    operations.refuse_while_busy(cloud, thing)
    users = sorted(one.key for one in cloud.centre.users(thing.key))
    failure = None
    if users:
        message = f"The network resource '{thing.key}' is already being used by '{users[0]}'"
        failure = Failure("RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", message)
    return operations.begin(cloud, call, "delete", thing, Effect.REMOVE, failure=failure)


def _named(cloud: Gcp, call: Call) -> Thing:
    return find(cloud, f"{cloud.scope(call)}/networks", call.values["network"])


def _kept(body: dict[str, Any], mtu: int) -> dict[str, Any]:
    order = body.get("networkFirewallPolicyEnforcementOrder", "AFTER_CLASSIC_FIREWALL")
    routing = {"routingMode": "REGIONAL", **body.get("routingConfig", {})}
    return {**body, "mtu": mtu, "networkFirewallPolicyEnforcementOrder": order, "routingConfig": routing}


def _shown(cloud: Gcp, thing: Thing) -> dict[str, Any]:
    subnets = [one.key for one in cloud.centre.of_kind("subnetworks") if one.body["network"] == thing.key]
    made = {
        "kind": "compute#network",
        "id": number_id(thing.number),
        "creationTimestamp": shown_time(thing.made),
        "selfLink": link(thing.key),
        "selfLinkWithId": link(f"{thing.key.rpartition('/')[0]}/{number_id(thing.number)}"),
        **thing.body,
    }
    # As the real service: no member where there is nothing to show.
    return made | ({"subnetworks": [link(key) for key in subnets]} if subnets else {})
