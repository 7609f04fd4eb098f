"""Some dozens of instance types, with what the real ones have.

Source: "Overview of instance families" of the ECS guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .places import REGIONS

# GPUs and Arm are not everywhere: in each of these regions only in the last zone.
_RARE_REGIONS = ("cn-hangzhou", "cn-beijing", "cn-shanghai", "cn-shenzhen", "ap-southeast-1", "eu-central-1")


@dataclass(frozen=True)
class InstanceType:
    """`ghz` and `turbo_ghz` of its processor; `gpu`: name, number and GiB of each; `gbit`: of its network."""

    name: str
    family: str
    cpus: int
    memory_gib: float
    processor: str
    ghz: float
    turbo_ghz: float
    generation: str
    category: str
    arm: bool = False
    gpu: tuple[str, int, int] | None = None
    burstable: bool = False
    gbit: float = 1.0

    @property
    def rare(self) -> bool:
        return self.arm or self.gpu is not None

    def is_in(self, zone: str) -> bool:
        region = next(one for one in REGIONS.values() if zone in one.zones)
        return not self.rare or (region.id in _RARE_REGIONS and zone == region.zones[-1])


_SIZES = (
    ("large", 2),
    ("xlarge", 4),
    ("2xlarge", 8),
    ("3xlarge", 12),
    ("4xlarge", 16),
    ("6xlarge", 24),
    ("8xlarge", 32),
)
_PROCESSORS = {
    "6": ("Intel(R) Xeon(R) Platinum 8269CY", 2.5, 3.2, "ecs-5"),
    "7": ("Intel(R) Xeon(R) Platinum 8369B", 2.7, 3.5, "ecs-6"),
    "8i": ("Intel(R) Xeon(R) Platinum 8475B", 2.7, 3.2, "ecs-7"),
    "8y": ("YiTian 710", 2.75, 2.75, "ecs-7"),
}
_CATEGORIES = {"g": ("General-purpose", 4), "c": ("Compute-optimized", 2), "r": ("Memory-optimized", 8)}
_SHARED = ("Shared", "Intel(R) Xeon(R) Platinum 8269CY", 2.5, 3.2)


def _line(letter: str, generation: str) -> Iterator[InstanceType]:
    category, per_cpu = _CATEGORIES[letter]
    processor, ghz, turbo, number = _PROCESSORS[generation]
    family = f"ecs.{letter}{generation}"
    for size, cpus in _SIZES:
        arm = generation == "8y"
        yield InstanceType(
            f"{family}.{size}",
            family,
            cpus,
            cpus * per_cpu,
            processor,
            ghz,
            turbo,
            number,
            category,
            arm,
            gbit=cpus / 2,
        )


def _shared(family: str, size: str, cpus: int, memory: float, burstable: bool) -> InstanceType:
    category, processor, ghz, turbo = _SHARED
    return InstanceType(
        f"{family}-{size}",
        family,
        cpus,
        memory,
        processor,
        ghz,
        turbo,
        "ecs-5",
        category,
        burstable=burstable,
        gbit=0.2,
    )


def _gpu(name: str, cpus: int, memory: float, gpu: tuple[str, int, int]) -> InstanceType:
    family = name.rpartition("-")[0] if "-" in name else name.rpartition(".")[0]
    processor, ghz, turbo, number = _PROCESSORS["6" if "6" in family else "7"]
    return InstanceType(
        name, family, cpus, memory, processor, ghz, turbo, number, "GPU-accelerated", gpu=gpu, gbit=float(cpus)
    )


_ALL = (
    _shared("ecs.t5", "lc2m1.nano", 1, 0.5, True),
    _shared("ecs.t5", "lc1m1.small", 1, 1, True),
    _shared("ecs.t5", "lc1m2.small", 1, 2, True),
    _shared("ecs.t5", "c1m1.large", 2, 2, True),
    _shared("ecs.t6", "c2m1.large", 2, 1, True),
    _shared("ecs.t6", "c1m1.large", 2, 2, True),
    _shared("ecs.t6", "c1m2.large", 2, 4, True),
    _shared("ecs.t6", "c1m4.large", 2, 8, True),
    _shared("ecs.e", "c1m1.large", 2, 2, False),
    _shared("ecs.e", "c1m2.large", 2, 4, False),
    _shared("ecs.e", "c1m4.large", 2, 8, False),
    _shared("ecs.u1", "c1m1.large", 2, 2, False),
    _shared("ecs.u1", "c1m2.large", 2, 4, False),
    _shared("ecs.u1", "c1m2.xlarge", 4, 8, False),
    *(one for letter in _CATEGORIES for generation in _PROCESSORS for one in _line(letter, generation)),
    _gpu("ecs.gn6i-c4g1.xlarge", 4, 15, ("NVIDIA T4", 1, 16)),
    _gpu("ecs.gn6i-c8g1.2xlarge", 8, 31, ("NVIDIA T4", 1, 16)),
    _gpu("ecs.gn6i-c24g1.12xlarge", 48, 186, ("NVIDIA T4", 2, 16)),
    _gpu("ecs.gn6v-c8g1.2xlarge", 8, 32, ("NVIDIA V100", 1, 16)),
    _gpu("ecs.gn7i-c8g1.2xlarge", 8, 30, ("NVIDIA A10", 1, 24)),
    _gpu("ecs.gn7i-c32g1.32xlarge", 128, 752, ("NVIDIA A10", 4, 24)),
)
INSTANCE_TYPES: Mapping[str, InstanceType] = {one.name: one for one in _ALL}
