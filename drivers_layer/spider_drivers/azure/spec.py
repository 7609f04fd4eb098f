"""VM sizes, from the list of what Microsoft.Compute offers in a region (Resource SKUs).

The list is long (a few thousand entries, one call), so what asks for one size alone takes it from the last list, which
is kept as long as the connection.
"""

from __future__ import annotations

from typing import Any

from ..contract import Gpu, MissingReference, NotFound, Ref, Spec, SpecHandler
from . import details
from .calls import Arm, Thing

_MIB_PER_GIB = 1024


class AzureSpecs(SpecHandler):
    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self._known: dict[str, Thing] = {}

    def list(self) -> list[Spec]:
        return [self._spec(one) for one in self._listed().values()]

    def get(self, ref: Ref) -> Spec:
        return self._spec(self._one(ref.id or ref.name))

    def raw_list(self) -> Any:
        """`{"value": [...]}`, as Resource SKUs answers it, without what is no VM size."""
        return {"value": list(self._listed().values())}

    def raw_get(self, ref: Ref) -> Any:
        """One of raw_list's elements."""
        return self._one(ref.id or ref.name)

    def check(self, name: str) -> None:
        """Raises MissingReference."""
        try:
            self._one(name)
        except NotFound as missing:
            raise MissingReference(missing.message, field="spec") from None

    def _one(self, name: str) -> Thing:
        """Raises NotFound."""
        found = (self._known or self._listed()).get(name.casefold())
        if found is None:
            raise NotFound(f"spec {name} does not exist in {self._arm.place.location}")
        return found

    def _listed(self) -> dict[str, Thing]:
        location = self._arm.place.location
        found = self._arm.all("compute.resource_skus.list", filter=f"location eq '{location}'")
        sizes = [one for one in found if one.get("resourceType") == "virtualMachines"]
        self._known = {one["name"].casefold(): one for one in sizes}
        return self._known

    def _spec(self, found: Thing) -> Spec:
        capable = _capabilities(found)
        gpus, disk = _number(capable, "GPUs"), _number(capable, "MaxResourceVolumeMB")
        return Spec(
            name=found["name"],
            region=self._arm.place.location,
            vcpus=int(_number(capable, "vCPUs")),
            memory_mib=int(_number(capable, "MemoryGB") * _MIB_PER_GIB),
            # The temporary disk's: the root disk's size is a VM's own.
            disk_gib=int(disk / _MIB_PER_GIB) or None,
            gpus=(Gpu(int(gpus)),) if gpus >= 1 else (),
            details=capable | details.told(found, but=("capabilities", "resourceType")),
        )


def _capabilities(found: Thing) -> dict[str, str]:
    return {one["name"]: str(one["value"]) for one in found.get("capabilities") or []}


def _number(capable: dict[str, str], name: str) -> float:
    try:
        return float(capable.get(name, "0"))
    except ValueError:
        return 0.0
