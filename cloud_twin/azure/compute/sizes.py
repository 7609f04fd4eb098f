"""Sizes of machines: a choice of the real ones. https://learn.microsoft.com/azure/virtual-machines/sizes/overview"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...facade import Call
from .. import regions
from ..errors import ArmError

if TYPE_CHECKING:
    from ..facade import Azure

OS_DISK = 1047552  # MiB


@dataclass(frozen=True)
class Size:
    """`memory` and `scratch` in MiB. `family`: of which quotas speak."""

    name: str
    cores: int
    memory: int
    scratch: int
    disks: int
    interfaces: int
    family: str
    gpus: int = 0
    processor: str = "x64"


_ALL = (
    Size("Standard_B1ls", 1, 512, 4096, 2, 2, "standardBSFamily"),
    Size("Standard_B1s", 1, 1024, 4096, 2, 2, "standardBSFamily"),
    Size("Standard_B1ms", 1, 2048, 4096, 2, 2, "standardBSFamily"),
    Size("Standard_B2s", 2, 4096, 8192, 4, 3, "standardBSFamily"),
    Size("Standard_B2ms", 2, 8192, 16384, 4, 3, "standardBSFamily"),
    Size("Standard_B4ms", 4, 16384, 32768, 8, 4, "standardBSFamily"),
    Size("Standard_D1_v2", 1, 3584, 51200, 4, 2, "standardDv2Family"),
    Size("Standard_D2_v2", 2, 7168, 102400, 8, 2, "standardDv2Family"),
    Size("Standard_DS1_v2", 1, 3584, 7168, 4, 2, "standardDSv2Family"),
    Size("Standard_DS2_v2", 2, 7168, 14336, 8, 2, "standardDSv2Family"),
    Size("Standard_DS3_v2", 4, 14336, 28672, 16, 4, "standardDSv2Family"),
    Size("Standard_D2s_v3", 2, 8192, 16384, 4, 2, "standardDSv3Family"),
    Size("Standard_D4s_v3", 4, 16384, 32768, 8, 2, "standardDSv3Family"),
    Size("Standard_D2s_v5", 2, 8192, 0, 4, 2, "standardDSv5Family"),
    Size("Standard_D4s_v5", 4, 16384, 0, 8, 2, "standardDSv5Family"),
    Size("Standard_D8s_v5", 8, 32768, 0, 16, 4, "standardDSv5Family"),
    Size("Standard_D2ps_v5", 2, 8192, 0, 4, 2, "standardDPSv5Family", processor="Arm64"),
    Size("Standard_E2s_v5", 2, 16384, 0, 4, 2, "standardESv5Family"),
    Size("Standard_E4s_v5", 4, 32768, 0, 8, 2, "standardESv5Family"),
    Size("Standard_F2s_v2", 2, 4096, 16384, 4, 2, "standardFSv2Family"),
    Size("Standard_F4s_v2", 4, 8192, 32768, 8, 2, "standardFSv2Family"),
    Size("Standard_NC4as_T4_v3", 4, 28672, 180224, 8, 2, "Standard NCASv3_T4 Family", 1),
    Size("Standard_NC24ads_A100_v4", 24, 225280, 65536, 8, 2, "StandardNCADSA100v4Family", 1),
)
SIZES = {one.name.lower(): one for one in _ALL}


def found(name: str) -> Size:
    """Raises ArmError."""
    size = SIZES.get(name.lower())
    if size is None:
        raise ArmError(
            400,
            "InvalidParameter",
            f"The value {name} provided for the VM size is not valid. The valid sizes in the current region are: "
            f"{','.join(one.name for one in _ALL)}. Find out more on the valid VM sizes in each region at "
            "https://aka.ms/azure-regions.",
            target="vmSize",
        )
    return size


class Sizes:
    def __init__(self, arm: Azure) -> None:
        self._arm = arm

    def in_location(self, call: Call) -> Any:
        _known(call.values["location"])
        return {"value": [shown(one) for one in _ALL]}

    def skus(self, call: Call) -> Any:
        """Of all regions, or of one: `$filter=location eq 'westus'`, the only filter there is."""
        wanted = call.query.get("$filter", "")
        field, _, quoted = wanted.partition(" eq ")
        if wanted and (field.strip() != "location" or not quoted):
            text = f"The filter '{wanted}' is not supported. Only filter by location is supported."
            raise ArmError(400, "InvalidFilter", text)
        names = [regions.plain(quoted.strip(" '"))] if wanted else list(regions.REGIONS)
        known = [regions.REGIONS[name] for name in names if name in regions.REGIONS]
        return {"value": [_sku(size, region) for region in known for size in _ALL]}


def _known(location: str) -> None:
    if regions.plain(location) not in regions.REGIONS:
        raise ArmError(
            400,
            "NoRegisteredProviderFound",
            f"No registered resource provider found for location '{location}' and API version '' for type "
            "'locations/vmSizes'.",
        )


def shown(size: Size) -> dict[str, Any]:
    return {
        "name": size.name,
        "numberOfCores": size.cores,
        "osDiskSizeInMB": OS_DISK,
        "resourceDiskSizeInMB": size.scratch,
        "memoryInMB": size.memory,
        "maxDataDiskCount": size.disks,
    }


def _sku(size: Size, region: regions.Region) -> dict[str, Any]:
    zones = [str(number + 1) for number in range(region.zones)]
    capabilities = {
        "MaxResourceVolumeMB": size.scratch,
        "OSVhdSizeMB": OS_DISK,
        "vCPUs": size.cores,
        "MemoryPreservingMaintenanceSupported": True,
        "HyperVGenerations": "V1,V2",
        "MemoryGB": f"{size.memory / 1024:g}",
        "MaxDataDiskCount": size.disks,
        "CpuArchitectureType": size.processor,
        "LowPriorityCapable": True,
        "PremiumIO": "s" in size.name.partition("_")[2].lower(),
        "vCPUsAvailable": size.cores,
        **({"GPUs": size.gpus} if size.gpus else {}),
        "vCPUsPerCore": 1,
        "EncryptionAtHostSupported": True,
        "AcceleratedNetworkingEnabled": size.cores > 1,
        "RdmaEnabled": False,
        "MaxNetworkInterfaces": size.interfaces,
    }
    return {
        "resourceType": "virtualMachines",
        "name": size.name,
        "tier": "Standard",
        "size": size.name.removeprefix("Standard_"),
        "family": size.family,
        "locations": [region.name],
        "locationInfo": [{"location": region.name, "zones": zones, "zoneDetails": []}],
        "capabilities": [{"name": name, "value": str(value)} for name, value in capabilities.items()],
        "restrictions": [],
    }
