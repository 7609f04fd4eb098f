"""What stands in the way of deleting: looked for before anything is changed."""

from __future__ import annotations

from collections.abc import Iterator

from .calls import Gce, Thing
from .names import of_network, tail

# Compute Engine makes these along with a network and its subnetworks, and takes them away with them.
_OWN_ROUTES = "default-route-"


def instances_in(gce: Gce, network: str) -> Iterator[Thing]:
    """Instances of all zones with an interface in the network of that name."""
    for instance in gce.everywhere("instances"):
        if any(tail(one.get("network", "")) == network for one in instance.get("networkInterfaces", ())):
            yield instance


def network_users(gce: Gce, network: Thing) -> Iterator[str]:
    """Names of what keeps a network from being deleted, other than its subnetworks."""
    name, own = network["name"], set(network.get("subnetworks", ()))
    yield from (one["name"] for one in instances_in(gce, name))
    yield from (one["name"] for one in gce.all("firewalls.list", filter=of_network(name)))
    routes = (one["name"] for one in gce.all("routes.list", filter=of_network(name)))
    yield from (route for route in routes if not route.startswith(_OWN_ROUTES))
    for collection in ("routers", "forwardingRules", "addresses"):
        for one in gce.everywhere(collection):
            if tail(one.get("network", "")) == name or one.get("subnetwork") in own:
                yield one["name"]
    yield from (peering["name"] for peering in network.get("peerings", ()))
