"""Where VMs are: in the connection's zone, or, where it names none, in any zone of its region."""

from __future__ import annotations

from ..contract import NotFound, Ref, Refused
from .calls import Gce, Thing
from .names import id_of, tail


class Zones:
    """`zone` "": none was named. Names of instances are unique in a zone only: of two in a region one is meant."""

    def __init__(self, gce: Gce, region: str, zone: str) -> None:
        self.region = region
        self.named = zone
        self._gce = gce
        self._home = zone

    def home(self) -> str:
        """Where new VMs go, and machine types are asked for: the zone, else the first of the region that is up."""
        if not self._home:
            zones = [one for one in self._gce.all("zones.list") if tail(one.get("region", "")) == self.region]
            up = sorted(one["name"] for one in zones if one.get("status") == "UP")
            if not up:
                raise Refused(f"no zone of the region {self.region} is up")
            self._home = up[0]
        return self._home

    def instances(self) -> list[Thing]:
        if self.named:
            return self._gce.all("instances.list", zone=self.named)
        return [one for one in self._gce.everywhere("instances") if self._holds(one)]

    def instance(self, ref: Ref) -> Thing:
        """Raises NotFound."""
        name = id_of(ref, "VM")
        if self.named:
            return self._gce.call("instances.get", zone=self.named, instance=name)
        for one in self.instances():
            if one["name"] == name:
                return one
        raise NotFound(f"the VM {name} does not exist in the region {self.region}")

    def _holds(self, instance: Thing) -> bool:
        """Zones are called after their region: us-central1-a."""
        return tail(instance.get("zone", "")).rpartition("-")[0] == self.region


def zone_of(instance: Thing) -> str:
    return tail(instance.get("zone", ""))
