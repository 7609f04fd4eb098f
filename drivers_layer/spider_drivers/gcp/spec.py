"""Machine types of the zone where VMs go."""

from __future__ import annotations

from typing import Any

from ..contract import Gpu, MissingReference, NotFound, Ref, Spec, SpecHandler, details
from . import names
from .calls import Gce, Thing
from .errors import understood
from .zones import Zones


class GcpSpecs(SpecHandler):
    def __init__(self, gce: Gce, zones: Zones) -> None:
        self._gce = gce
        self._zones = zones

    def list(self) -> list[Spec]:
        found = self._gce.all("machineTypes.list", zone=self._zones.home())
        with understood():
            return [self._spec(one) for one in found]

    def get(self, ref: Ref) -> Spec:
        found = described(self._gce, self._zones.home(), ref)
        with understood():
            return self._spec(found)

    def raw_list(self) -> Any:
        """`{"items": [...]}`, as machineTypes.list answers."""
        return {"items": self._gce.all("machineTypes.list", zone=self._zones.home())}

    def raw_get(self, ref: Ref) -> Any:
        """One of raw_list's elements."""
        return described(self._gce, self._zones.home(), ref)

    def _spec(self, found: Thing) -> Spec:
        return Spec(
            name=found["name"],
            region=self._zones.region,
            vcpus=found["guestCpus"],
            memory_mib=found["memoryMb"],
            gpus=tuple(_gpu(one) for one in found.get("accelerators", ())),
            details=details.told(found, but=("name", "guestCpus", "memoryMb", "kind")),
        )


def described(gce: Gce, zone: str, ref: Ref, field: str | None = None) -> Thing:
    """Raises NotFound, or MissingReference of `field` where a request names the machine type."""
    try:
        return gce.call("machineTypes.get", zone=zone, machineType=names.id_of(ref, "the machine type"))
    except NotFound as missing:
        if field is None:
            raise
        raise MissingReference(missing.message, field=field, code=missing.code, text=missing.text) from None


def _gpu(found: Thing) -> Gpu:
    """Names are like nvidia-tesla-t4, and like ct5lp for Google's own accelerators."""
    model = str(found.get("guestAcceleratorType", ""))
    vendor = "NVIDIA" if model.startswith("nvidia-") else "Google" if model.startswith("ct") else ""
    return Gpu(count=int(found.get("guestAcceleratorCount", 1)), vendor=vendor, model=model)
