"""Instance types."""

from __future__ import annotations

from typing import Any

from ..contract import Gpu, Ref, Spec, SpecHandler, handling
from . import details
from .calls import Ec2

_EVERY = "describe_instance_types", "InstanceTypes"


class AwsSpecs(SpecHandler):
    def __init__(self, ec2: Ec2, region: str) -> None:
        self._ec2 = ec2
        self._region = region

    def get(self, ref: Ref) -> Spec:
        return self._spec(described(self._ec2, handling.id_of(ref, "spec")))

    def list(self) -> list[Spec]:
        return [self._spec(one) for one in self._ec2.all(*_EVERY)]

    def raw_list(self) -> Any:
        """`{"InstanceTypes": [...]}`, as `aws ec2 describe-instance-types` prints it."""
        return {"InstanceTypes": details.plain(self._ec2.all(*_EVERY))}

    def raw_get(self, ref: Ref) -> Any:
        """One of raw_list's elements."""
        return details.plain(described(self._ec2, handling.id_of(ref, "spec")))

    def _spec(self, found: dict[str, Any]) -> Spec:
        return Spec(
            name=found["InstanceType"],
            region=self._region,
            vcpus=found["VCpuInfo"]["DefaultVCpus"],
            memory_mib=found["MemoryInfo"]["SizeInMiB"],
            clock_ghz=found.get("ProcessorInfo", {}).get("SustainedClockSpeedInGhz"),
            # EC2's own figure, in GB: what its tables and CB-Spider show.
            disk_gib=found.get("InstanceStorageInfo", {}).get("TotalSizeInGB"),
            gpus=tuple(_gpu(gpu) for gpu in found.get("GpuInfo", {}).get("Gpus", [])),
            details=details.told(found, but=("InstanceType",)),
        )


def described(ec2: Ec2, name: str, field: str | None = None) -> dict[str, Any]:
    """Raises NotFound, or MissingReference of `field` where a request names the instance type."""
    found = ec2.call("describe_instance_types", {"Invalid": field}, InstanceTypes=[name])["InstanceTypes"]
    if not found:
        raise handling.missing("spec", name, field)
    return dict(found[0])


def _gpu(found: dict[str, Any]) -> Gpu:
    return Gpu(
        count=found.get("Count", 1),
        vendor=found.get("Manufacturer", ""),
        model=found.get("Name", ""),
        memory_mib=found.get("MemoryInfo", {}).get("SizeInMiB"),
    )
