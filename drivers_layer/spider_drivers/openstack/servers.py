"""Nova's servers, and the ports and floating addresses that go with them, as they are found again."""

from __future__ import annotations

from dataclasses import dataclass

from ..contract import NotFound
from . import marks
from .calls import OpenStack, Thing, path
from .server import listed

SERVERS, DETAILED = "compute/servers", "compute/servers/detail"
ADDRESSES = "network/floatingips"


@dataclass(frozen=True)
class Servers:
    cloud: OpenStack

    def all(self) -> list[Thing]:
        return [one for one in self.cloud.all(DETAILED) if listed(one)]

    def described(self, cloud_id: str) -> Thing:
        """Raises NotFound, also for what is deleted and kept for a while."""
        found: Thing = self.cloud.get(path(SERVERS, cloud_id))["server"]
        if not listed(found):
            raise NotFound(f"the VM {cloud_id} is deleted")
        return found

    def id_by_token(self, token: str) -> str | None:
        """Of the server that the operation with this token has made. Nova does not look for metadata."""
        for one in self.all() if token else ():
            if (one.get("metadata") or {}).get(marks.TOKEN) == token:
                return str(one["id"])
        return None

    def made(self, collection: str, token: str) -> list[str]:
        """Ids of what the operation with this token has made of neutron's."""
        found = self.cloud.all(collection, description=marks.by_token(token)) if token else []
        return [str(one["id"]) for one in found]
