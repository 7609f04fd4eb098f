"""External addresses. None can be reserved here: a machine has one of its own for as long as it runs, or none."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from ..centre import Machine, Pool, Taken
from ..facade import Call
from . import lists
from .catalogue.places import ZONES

if TYPE_CHECKING:
    from .facade import Gcp

EXTERNAL = "external"
# The addresses that RFC 2544 keeps for tests of networks: nobody's on the internet.
_RANGE = ipaddress.ip_network("198.18.0.0/15")


def open_pool(cloud: Gcp) -> None:
    cloud.centre.open_pool(EXTERNAL, Pool(str(_RANGE)))


def take_external(cloud: Gcp, machine: Machine) -> str:
    """One that nobody has had for long: it changes whenever a machine is stopped and started."""
    while True:
        offset = 1 + cloud.centre.number() * 7919 % (_RANGE.num_addresses - 2)
        try:
            return cloud.centre.take_address(machine, EXTERNAL, str(_RANGE[offset]))
        except Taken:
            continue


def aggregated(cloud: Gcp, call: Call) -> dict[str, Any]:
    scopes = ["global", *(f"regions/{region}" for region in ZONES)]
    return lists.aggregated(cloud, call, "compute#addressAggregatedList", "addresses", scopes, [])


def list_(cloud: Gcp, call: Call) -> dict[str, Any]:
    return lists.answer(cloud, call, "compute#addressList", f"{cloud.scope(call)}/addresses", [])


def aggregated_routers(cloud: Gcp, call: Call) -> dict[str, Any]:
    scopes = [f"regions/{region}" for region in ZONES]
    return lists.aggregated(cloud, call, "compute#routerAggregatedList", "routers", scopes, [])


def aggregated_rules(cloud: Gcp, call: Call) -> dict[str, Any]:
    scopes = ["global", *(f"regions/{region}" for region in ZONES)]
    return lists.aggregated(cloud, call, "compute#forwardingRuleAggregatedList", "forwardingRules", scopes, [])
