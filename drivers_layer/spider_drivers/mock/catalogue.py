"""What the cloud in memory offers to everybody: images, specs, regions and their zones, and a network for VMs that
name none. Nobody makes these and nobody deletes them."""

from __future__ import annotations

from functools import cache
from typing import Any

from .knobs import Knobs
from .memory import Row

REGIONS = ("default", "north", "south", "west")
# What a VM that names no subnet runs in. It is not the user's, so no list of VPCs and subnets shows it.
DEFAULT_SUBNET: Row = {"id": "subnet-default", "vpc_id": "vpc-default", "cidr": "172.31.0.0/16", "zone": ""}


def offered(kind: str, knobs: Knobs) -> list[Row] | None:
    """All of a kind, oldest first; None for a kind that users make."""
    if kind == "image":
        return _images(knobs.images)
    if kind == "spec":
        return _specs(knobs.specs)
    return _FIXED.get(kind)


@cache
def _images(count: int) -> list[Row]:
    return [_row(f"mock-vmimage-{n:02}", n, "image", os=f"Ubuntu 2{_of_5(n)}.04", disk_gib=8) for n in _to(count)]


@cache
def _specs(count: int) -> list[Row]:
    return [_spec(n, _of_5(n)) for n in _to(count)]


def _spec(n: int, size: int) -> Row:
    row_id, vcpus, memory_mib = f"mock-vmspec-{n:02}", 2**size, 4096 * size
    return _row(row_id, n, "spec", vcpus=vcpus, memory_mib=memory_mib, gpus=size // 5)


def _row(row_id: str, n: int, kind: str, **fields: Any) -> Row:
    return {"seq": n, "id": row_id, "tags": {}, **fields, "details": _details(row_id, n, kind)}


def _to(count: int) -> range:
    return range(1, count + 1)


def _of_5(n: int) -> int:
    return (n - 1) % 5 + 1


def _details(row_id: str, n: int, kind: str) -> dict[str, str]:
    """As much as clouds tell of what they offer."""
    return {
        "ResourceId": f"mock:{kind}:{row_id}",
        "Generation": str(_of_5(n)),
        "CurrentGeneration": str(_of_5(n) > 2).lower(),
        "Hypervisor": "mock",
        "SupportedVirtualizationTypes": "hvm, paravirtual",
        "SupportedRootDeviceTypes": "ssd, hdd",
        "SupportedBootModes": "legacy-bios, uefi",
        "SupportedArchitectures": "x86_64",
        "BaselineBandwidthMbps": str(500 * _of_5(n)),
        "NetworkPerformance": f"Up to {5 * _of_5(n)} Gigabit",
        "MaximumNetworkInterfaces": str(_of_5(n) + 1),
        "Ipv6Supported": "true",
        "EncryptionInTransitSupported": "false",
        "DedicatedHostsSupported": "true",
        "BurstablePerformanceSupported": "false",
    }


_FIXED: dict[str, list[Row]] = {
    "account": [{"seq": 1, "id": "account", "tags": {}}],
    "region": [
        {"seq": n, "id": region, "tags": {}, "display_name": f"Mock {region.title()}"}
        for n, region in enumerate(REGIONS, 1)
    ],
    "zone": [
        {"seq": 2 * n + m, "id": f"{region}-{m + 1}", "tags": {}, "region": region, "state": "available"}
        for n, region in enumerate(REGIONS, 1)
        for m in (0, 1)
    ],
}
