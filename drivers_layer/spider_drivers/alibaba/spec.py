"""Instance types: all that there are. Which of them a zone sells changes by the hour, and a create tells."""

from __future__ import annotations

from typing import Any

from ..contract import Gpu, Ref, Spec, SpecHandler, details, handling
from .calls import Acs, Thing
from .errors import understood

_EVERY = "ecs.DescribeInstanceTypes"


class AlibabaSpecs(SpecHandler):
    def __init__(self, acs: Acs) -> None:
        self._acs = acs

    def list(self) -> list[Spec]:
        found = self._acs.all(_EVERY)
        with understood():
            return [self._spec(one) for one in found]

    def get(self, ref: Ref) -> Spec:
        found = described(self._acs, handling.id_of(ref, "spec"))
        with understood():
            return self._spec(found)

    def raw_list(self) -> Any:
        """`{"InstanceTypes": {"InstanceType": [...]}}`, as `aliyun ecs DescribeInstanceTypes` prints it."""
        return {"InstanceTypes": {"InstanceType": self._acs.all(_EVERY)}}

    def raw_get(self, ref: Ref) -> Any:
        """One of raw_list's elements."""
        return described(self._acs, handling.id_of(ref, "spec"))

    def _spec(self, found: Thing) -> Spec:
        return Spec(
            name=found["InstanceTypeId"],
            region=self._acs.region,
            vcpus=found["CpuCoreCount"],
            memory_mib=round(found["MemorySize"] * 1024),
            clock_ghz=_ghz(found.get("CpuSpeedFrequency")),
            disk_gib=_local_gib(found),
            gpus=_gpus(found),
            details=details.told(found, but=("InstanceTypeId",)),
        )


def described(acs: Acs, name: str) -> Thing:
    """Raises NotFound."""
    for one in acs.all(_EVERY, InstanceTypes=[name]):
        if one.get("InstanceTypeId") == name:
            return one
    raise handling.missing("spec", name)


def _ghz(told: Any) -> float | None:
    return float(told) if told else None


def _local_gib(found: Thing) -> int | None:
    """ECS tells the number of local disks and what one of them holds."""
    return found.get("LocalStorageAmount", 0) * found.get("LocalStorageCapacity", 0) or None


def _gpus(found: Thing) -> tuple[Gpu, ...]:
    """`GPUSpec`: `NVIDIA V100`. `GPUMemorySize`: GiB of one."""
    count = found.get("GPUAmount", 0)
    if not count:
        return ()
    vendor, _, model = found.get("GPUSpec", "").partition(" ")
    memory = found.get("GPUMemorySize")
    return (Gpu(count, vendor, model, round(memory * 1024) if memory else None),)
