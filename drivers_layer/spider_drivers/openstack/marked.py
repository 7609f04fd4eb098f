"""What carries Spider's tokens: metadata of servers, descriptions of all else.

A key pair has room for neither. A router tells its VPC instead of a token, and goes along with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..contract import Marked
from . import marks
from .calls import OpenStack, Thing
from .groups import Groups
from .router import NETWORKS, PORTS
from .servers import ADDRESSES, Servers
from .subnets import SUBNETS


def listed(cloud: OpenStack) -> Iterator[Marked]:
    for one in _marked(cloud, NETWORKS, **{"router:external": False}):
        yield Marked("vpc", one["id"], one["name"], _token(one))
    for one in _marked(cloud, SUBNETS):
        yield Marked("subnet", one["id"], one["name"], _token(one), owner=one["network_id"])
    for one in Groups(cloud).all():
        if _token(one):
            yield Marked("security_group", one["id"], one["name"], _token(one))
    servers: dict[str, Thing] = {one["id"]: one for one in Servers(cloud).all()}
    for one in servers.values():
        if token := (one.get("metadata") or {}).get(marks.TOKEN):
            yield Marked("vm", one["id"], one["name"], token)
    ports: dict[str, Thing] = {one["id"]: one for one in cloud.all(PORTS)}
    for one in ports.values():
        if _token(one):
            yield Marked("vm", one["id"], one["name"], _token(one), "port", one.get("device_id") or "")
    for one in _marked(cloud, ADDRESSES):
        port = ports.get(one.get("port_id") or "", {})
        yield Marked("vm", one["id"], port.get("name") or "", _token(one), "address", port.get("device_id") or "")


def _marked(cloud: OpenStack, collection: str, **filters: bool) -> list[Thing]:
    return [one for one in cloud.all(collection, **filters) if _token(one)]


def _token(found: Thing) -> str:
    return marks.read(found).get(marks.TOKEN, "")
