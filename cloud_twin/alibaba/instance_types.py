"""Instance types and their families."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import lists
from .catalogue.instance_types import INSTANCE_TYPES, InstanceType
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

BY_TOKEN, DEFAULT_SIZE = range(1, 1601), 1600


def describe_all(cloud: Alibaba, given: Given) -> dict[str, Any]:
    """Of Alibaba Cloud, not of a region. Without MaxResults all are on one page."""
    found = [one.name for one in INSTANCE_TYPES.values() if _fits(one, given)]
    shown, page = lists.names_by_token(cloud, given, found, BY_TOKEN, DEFAULT_SIZE)
    return {"InstanceTypes": {"InstanceType": [_shown(INSTANCE_TYPES[name]) for name in shown]}, **page}


def families(cloud: Alibaba, given: Given) -> dict[str, Any]:
    found = {one.family: one.generation for one in INSTANCE_TYPES.values()}
    shown = [
        {"InstanceTypeFamilyId": family, "Generation": generation}
        for family, generation in found.items()
        if given.text("Generation") in ("", generation)
    ]
    return {"InstanceTypeFamilies": {"InstanceTypeFamily": shown}}


def _fits(one: InstanceType, given: Given) -> bool:
    wanted = given.texts("InstanceTypes")
    return (
        (not wanted or one.name in wanted)
        and given.text("InstanceTypeFamily") in ("", one.family)
        and given.text("CpuArchitecture").upper() in ("", _architecture(one))
        and given.number("MinimumCpuCoreCount") <= one.cpus <= given.number("MaximumCpuCoreCount", one.cpus)
        and one.memory_gib >= float(given.values.get("MinimumMemorySize", 0))
        and one.memory_gib <= float(given.values.get("MaximumMemorySize", one.memory_gib))
    )


def _architecture(one: InstanceType) -> str:
    return "ARM" if one.arm else "X86"


def _shown(one: InstanceType) -> dict[str, Any]:
    gpu, count, gpu_gib = one.gpu or ("", 0, 0)
    made: dict[str, Any] = {
        "InstanceTypeId": one.name,
        "InstanceTypeFamily": one.family,
        "InstanceCategory": one.category,
        "InstanceFamilyLevel": "CreditEntryLevel" if one.burstable else "EnterpriseLevel",
        "CpuCoreCount": one.cpus,
        "CpuArchitecture": _architecture(one),
        "CpuSpeedFrequency": one.ghz,
        "CpuTurboFrequency": one.turbo_ghz,
        "PhysicalProcessorModel": one.processor,
        "MemorySize": float(one.memory_gib),
        "GPUAmount": count,
        "GPUSpec": gpu,
        "GPUMemorySize": float(gpu_gib),
        "InstanceBandwidthRx": int(one.gbit * 1024 * 1000),
        "InstanceBandwidthTx": int(one.gbit * 1024 * 1000),
        "InstancePpsRx": 300000,
        "InstancePpsTx": 300000,
        "DiskQuantity": 17,
        "EniQuantity": 2,
        "EniTotalQuantity": 2,
        "EniPrivateIpAddressQuantity": 6,
        "EniIpv6AddressQuantity": 6,
        "EniTrunkSupported": False,
        "EriQuantity": 0,
        "LocalStorageCategory": "",
        "NvmeSupport": "unsupported",
        "PrimaryEniQueueNumber": 2,
        "SecondaryEniQueueNumber": 2,
        "NetworkCardQuantity": 1,
        "CpuOptions": {"Core": max(1, one.cpus // 2), "ThreadsPerCore": 1 if one.arm or one.cpus == 1 else 2},
        "SupportedBootModes": {"SupportedBootMode": ["UEFI"] if one.arm else ["BIOS", "UEFI"]},
    }
    return made | ({"BaselineCredit": 10, "InitialCredit": 60} if one.burstable else {})
