"""Subnets of a tenant: blocks of 10.0.0.0/16, a /22 each, addressed by their first address."""

from __future__ import annotations

import ipaddress
import uuid
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..centre import Pool, Thing
from ..facade import Call, json_response
from . import bodies, quotas, tenants
from .errors import absent, exists, in_use, invalid, protected

if TYPE_CHECKING:
    from .facade import CloudIt

PREFIX = "22"
# What CB-Spider's client lets through.
BLOCKS = tuple(f"10.0.{third}.0" for third in range(0, 252, 4))


def list_(cloud: CloudIt, call: Call) -> Any:
    return [shown(cloud, one) for one in tenants.all_of(cloud, call, tenants.SUBNETS)]


def detail(cloud: CloudIt, call: Call) -> Any:
    return shown(cloud, tenants.named(cloud, call, tenants.SUBNETS, call.values["id"], "subnet"))


def create(cloud: CloudIt, call: Call) -> Response:
    body = bodies.SUBNET.read(call.body)
    bodies.check_name(body["name"])
    if body["addr"] not in BLOCKS or body["prefix"] != PREFIX:
        raise invalid(f"'{body['addr']}/{body['prefix']}' is none of {BLOCKS[0]}/{PREFIX} to {BLOCKS[-1]}/{PREFIX}.")
    gateway = body.get("gateway") or _first(body["addr"])
    if gateway != _first(body["addr"]):
        raise invalid(f"The gateway '{gateway}' is not the first address of the subnet.")
    for other in tenants.all_of(cloud, call, tenants.SUBNETS):
        if other.body["addr"] == body["addr"]:
            raise exists(f"The address '{body['addr']}' is taken by the subnet '{other.body['name']}'.")
    quotas.check(cloud, call, tenants.SUBNETS)
    return json_response(shown(cloud, add(cloud, tenants.of_call(call), str(uuid.uuid4()), body)), 201)


def add(cloud: CloudIt, tenant: str, cloud_id: str, body: dict[str, Any]) -> Thing:
    kept = {"name": body["name"], "addr": body["addr"], "protection": body.get("protection", 0)}
    thing: Thing = cloud.centre.new(tenants.SUBNETS, tenants.key(tenant, tenants.SUBNETS, cloud_id), kept)
    tenants.add_ready(cloud, thing)
    # The network's own address and the gateway's.
    cloud.centre.open_pool(thing.key, Pool(f"{body['addr']}/{PREFIX}", first=2))
    return thing


def delete(cloud: CloudIt, call: Call) -> Response:
    """By the address, not by the id."""
    thing = of_address(cloud, call, call.values["addr"])
    if thing.body["protection"]:
        raise protected("subnet", thing.body["name"])
    if users := cloud.centre.users(thing.key):
        raise in_use("subnet", thing.body["name"], users[0].body["name"])
    cloud.centre.remove(thing.key)
    return Response(status=204)


def of_address(cloud: CloudIt, call: Call, address: str) -> Thing:
    """Raises CloudItError."""
    for one in tenants.all_of(cloud, call, tenants.SUBNETS):
        if one.body["addr"] == address:
            return one
    raise absent("subnet", address)


def shown(cloud: CloudIt, thing: Thing) -> dict[str, Any]:
    return tenants.common(
        thing,
        name=thing.body["name"],
        addr=thing.body["addr"],
        prefix=PREFIX,
        gateway=_first(thing.body["addr"]),
        protection=thing.body["protection"],
        state="active",
        vlan=100 + thing.number,
        nicCount=len(cloud.centre.users(thing.key)),
        description="",
    )


def _first(address: str) -> str:
    return str(ipaddress.ip_address(address) + 1)
