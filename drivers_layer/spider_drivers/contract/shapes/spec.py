"""Machine types."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Gpu:
    count: int
    vendor: str = ""
    model: str = ""
    memory_mib: int | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """A machine type. `name` is the cloud's own name and id at once."""

    name: str
    region: str
    vcpus: int
    memory_mib: int
    clock_ghz: float | None = None
    disk_gib: int | None = None
    gpus: tuple[Gpu, ...] = ()
    details: dict[str, str] = field(default_factory=dict)
