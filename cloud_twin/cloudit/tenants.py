"""Tenants: each has a default subnet and a group for SSH from the first call on, and sees nothing of the others.

Both are known from a client: CB-Spider leaves "Default Network" alone, and starts servers in the group "SSH".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import State, Thing
from ..facade import Call
from .account import TENANTS
from .catalogue import fixed_id
from .errors import CloudItError, absent

if TYPE_CHECKING:
    from .facade import CloudIt

SUBNETS, GROUPS, SERVERS, ADAPTIVE_IPS = "subnets", "securitygroups", "servers", "adaptive-ips"
DEFAULT_SUBNET, DEFAULT_ADDRESS = "Default Network", "10.0.248.0"
DEFAULT_GROUP = "SSH"


def beginnings(tenant: str) -> tuple[str, str]:
    """Keys of what a tenant has by itself."""
    return (
        key(tenant, SUBNETS, fixed_id(tenant, DEFAULT_SUBNET)),
        key(tenant, GROUPS, fixed_id(tenant, DEFAULT_GROUP)),
    )


def key(tenant: str, collection: str, cloud_id: str) -> str:
    return f"{tenant}/{collection}/{cloud_id}"


def id_of(thing: Thing) -> str:
    return thing.key.rpartition("/")[2]


def of_call(call: Call) -> str:
    """Raises CloudItError for one that the account has not."""
    tenant = call.values["tenant"]
    if not TENANTS.fullmatch(tenant):
        raise CloudItError(403, "FORBIDDEN", f"The token is not good for the tenant '{tenant}'.")
    return tenant


def all_of(cloud: CloudIt, call: Call, collection: str) -> list[Thing]:
    """Oldest first."""
    prefix = f"{of_call(call)}/{collection}/"
    return sorted((one for one in cloud.centre.of_kind(collection) if one.key.startswith(prefix)), key=_number)


def named(cloud: CloudIt, call: Call, collection: str, cloud_id: str, kind: str) -> Thing:
    """Raises CloudItError."""
    found = cloud.centre.find(key(of_call(call), collection, cloud_id))
    if found is None:
        raise absent(kind, cloud_id)
    return found


def add_ready(cloud: CloudIt, thing: Thing) -> Thing:
    thing.state = State.READY
    return cloud.centre.add(thing)


def shown_time(thing: Thing) -> str:
    return thing.made.strftime("%Y-%m-%d %H:%M:%S")


def common(thing: Thing, **more: Any) -> dict[str, Any]:
    """What all objects show."""
    return {
        "id": id_of(thing),
        "tenantId": thing.key.partition("/")[0],
        "creator": "spider",
        "createdAt": shown_time(thing),
        **more,
    }


def _number(thing: Thing) -> int:
    return thing.number
