"""A few dozen machine types, with what the real ones have.

Sources: "General-purpose machine family", "Compute-optimized …", "Accelerator-optimized …" of the Compute Engine guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

GIB = 1024
# "GPU regions and zones" of the guide, shortened; zones without the first generation of shared cores: Milan and later.
_A2_ZONES = ("us-central1-a", "us-central1-b", "us-central1-c", "us-central1-f", "asia-northeast1-a", "europe-west4-a")
_T2A_ZONES = ("us-central1-a", "us-central1-b", "us-central1-f", "europe-west4-a", "asia-southeast1-b")
_N1_NOT_IN = (
    "africa-south1",
    "europe-southwest1",
    "europe-west8",
    "europe-west9",
    "me-central1",
    "us-east5",
    "us-south1",
)


@dataclass(frozen=True)
class MachineType:
    """`gpu`: name and number of its accelerators. `zones`: None for all."""

    name: str
    cpus: int
    memory_mib: int
    shared: bool = False
    arm: bool = False
    gpu: tuple[str, int] | None = None
    zones: tuple[str, ...] | None = None

    @property
    def family(self) -> str:
        return self.name.partition("-")[0]

    @property
    def description(self) -> str:
        cores = "1 vCPU" if self.cpus == 1 else f"{self.cpus} vCPUs"
        shared = " (shared physical core)" if self.shared else ""
        memory = f"{self.memory_mib / GIB:g} GB RAM"
        return f"{cores}{shared}, {memory}" + (f", {self.gpu[1]} {self.gpu[0]}" if self.gpu else "")

    def is_in(self, zone: str) -> bool:
        if self.zones is not None:
            return zone in self.zones
        return not (self.family in ("n1", "f1", "g1") and zone.rpartition("-")[0] in _N1_NOT_IN)


def _line(
    family: str,
    per_cpu_mib: Mapping[str, float],
    cpus: tuple[int, ...],
    arm: bool = False,
    zones: tuple[str, ...] | None = None,
) -> Iterator[MachineType]:
    for word, memory in per_cpu_mib.items():
        for count in cpus:
            yield MachineType(f"{family}-{word}-{count}", count, int(count * memory), arm=arm, zones=zones)


_ALL = (
    MachineType("f1-micro", 1, 614, shared=True),
    MachineType("g1-small", 1, 1740, shared=True),
    MachineType("e2-micro", 2, GIB, shared=True),
    MachineType("e2-small", 2, 2 * GIB, shared=True),
    MachineType("e2-medium", 2, 4 * GIB, shared=True),
    *_line("e2", {"standard": 4 * GIB, "highmem": 8 * GIB, "highcpu": GIB}, (2, 4, 8, 16)),
    MachineType("n1-standard-1", 1, 3840),
    *_line("n1", {"standard": 3840, "highmem": 6656, "highcpu": 921.6}, (2, 4, 8, 16, 32)),
    *_line("n2", {"standard": 4 * GIB, "highmem": 8 * GIB, "highcpu": GIB}, (2, 4, 8, 16)),
    *_line("n2d", {"standard": 4 * GIB}, (2, 4, 8)),
    *_line("c2", {"standard": 4 * GIB}, (4, 8, 16)),
    *_line("t2a", {"standard": 4 * GIB}, (1, 2, 4, 8), arm=True, zones=_T2A_ZONES),
    MachineType("a2-highgpu-1g", 12, 85 * GIB, gpu=("nvidia-tesla-a100", 1), zones=_A2_ZONES),
    MachineType("a2-highgpu-2g", 24, 170 * GIB, gpu=("nvidia-tesla-a100", 2), zones=_A2_ZONES),
    MachineType("a2-highgpu-4g", 48, 340 * GIB, gpu=("nvidia-tesla-a100", 4), zones=_A2_ZONES),
    MachineType("a2-highgpu-8g", 96, 680 * GIB, gpu=("nvidia-tesla-a100", 8), zones=_A2_ZONES),
    MachineType("a2-megagpu-16g", 96, 1360 * GIB, gpu=("nvidia-tesla-a100", 16), zones=_A2_ZONES),
)
MACHINE_TYPES: Mapping[str, MachineType] = {one.name: one for one in _ALL}
