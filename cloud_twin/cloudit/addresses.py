"""Public addresses: free ones, and adaptive IPs, which lead from one of them to a server's private address."""

from __future__ import annotations

import ipaddress
import uuid
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..centre import Effect, Machine, Pool, Power, State, Taken, Thing
from ..facade import Call, json_response
from . import bodies, quotas, tenants
from .errors import absent, exists, invalid, protected, wrong_state

if TYPE_CHECKING:
    from .facade import CloudIt

PUBLIC = "public"
# Of the addresses that RFC 2544 keeps for tests of networks. All tenants share them.
_RANGE = ipaddress.ip_network("198.19.200.0/25")


def open_pool(cloud: CloudIt) -> None:
    cloud.centre.open_pool(PUBLIC, Pool(str(_RANGE), first=2))


def list_free(cloud: CloudIt, _: Call) -> Any:
    taken, gateway = cloud.centre.pool(PUBLIC).taken, str(_RANGE[1])
    more = {"gateway": gateway, "prefix": str(_RANGE.prefixlen), "netmask": str(_RANGE.netmask), "state": "free"}
    return [{"addr": str(one), **more} for one in list(_RANGE.hosts())[1:] if str(one) not in taken]


def list_(cloud: CloudIt, call: Call) -> Any:
    return [_shown(cloud, one) for one in tenants.all_of(cloud, call, tenants.ADAPTIVE_IPS)]


def detail(cloud: CloudIt, call: Call) -> Any:
    return _shown(cloud, tenants.named(cloud, call, tenants.ADAPTIVE_IPS, call.values["id"], "adaptive IP"))


def create(cloud: CloudIt, call: Call) -> Response:
    body = bodies.ADAPTIVE_IP.read(call.body)
    bodies.check_name(body["name"])
    server = _server_at(cloud, call, body["privateIp"])
    if server.state is not State.READY or server.power is not Power.ON:
        raise wrong_state(server.body["name"], "not running")
    if of_server(cloud, server):
        raise exists(f"The private address '{body['privateIp']}' has an adaptive IP already.")
    quotas.check(cloud, call, tenants.ADAPTIVE_IPS)
    kept = {"ip": body["ip"], "name": body["name"], "server": server.key, "protection": body.get("protection", 0)}
    key = tenants.key(tenants.of_call(call), tenants.ADAPTIVE_IPS, str(uuid.uuid4()))
    thing: Thing = cloud.centre.new(tenants.ADAPTIVE_IPS, key, kept, uses={server.key})
    try:
        cloud.centre.take_address(thing, PUBLIC, body["ip"])
    except Taken:
        raise exists(f"The address '{body['ip']}' is not free.") from None
    except ValueError:
        raise invalid(f"The address '{body['ip']}' is none.") from None
    cloud.centre.add(thing)
    cloud.centre.begin("create", thing, Effect.MAKE, cloud.settings.transition_seconds)
    return json_response(_shown(cloud, thing), 201)


def delete(cloud: CloudIt, call: Call) -> Response:
    """By the address, not by the id."""
    wanted = call.values["ip"]
    for one in tenants.all_of(cloud, call, tenants.ADAPTIVE_IPS):
        if one.body["ip"] == wanted and one.state is not State.LEAVING:
            if one.body["protection"]:
                raise protected("adaptive IP", wanted)
            cloud.centre.begin("delete", one, Effect.REMOVE, cloud.settings.transition_seconds)
            return Response(status=202)
    raise absent("adaptive IP", wanted)


def of_server(cloud: CloudIt, server: Thing) -> Thing | None:
    found = [one for one in cloud.centre.users(server.key) if one.kind == tenants.ADAPTIVE_IPS]
    return found[0] if found else None


def _server_at(cloud: CloudIt, call: Call, address: str) -> Machine:
    """Raises CloudItError."""
    for one in tenants.all_of(cloud, call, tenants.SERVERS):
        if one.body["privateIp"] == address and isinstance(one, Machine):
            return one
    raise absent("private address", address)


def _shown(cloud: CloudIt, thing: Thing) -> dict[str, Any]:
    server = cloud.centre.get(thing.body["server"])
    return tenants.common(
        thing,
        ip=thing.body["ip"],
        name=thing.body["name"],
        privateIp=server.body["privateIp"],
        vmName=server.body["name"],
        state={State.MAKING: "creating", State.LEAVING: "deleting"}.get(thing.state, "active"),
        protection=thing.body["protection"],
        rules=None,
        ruleCount=0,
        description="",
    )
