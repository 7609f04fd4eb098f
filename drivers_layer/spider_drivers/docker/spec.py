"""Specs: Docker has none, so these are classes of CPU and memory, as many of them as the Engine's host can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..contract import MissingReference, NotFound, Ref, Spec, SpecHandler
from .calls import Engine
from .errors import understood

_MIB = 1024**2


@dataclass(frozen=True)
class Size:
    """A container's limits."""

    vcpus: int
    memory_mib: int

    @property
    def name(self) -> str:
        gib, rest = divmod(self.memory_mib, 1024)
        return f"{self.vcpus}vcpu-{self.memory_mib}mib" if rest else f"{self.vcpus}vcpu-{gib}gib"

    def limits(self) -> dict[str, int]:
        """As the Engine's HostConfig has them."""
        return {"NanoCpus": self.vcpus * 1_000_000_000, "Memory": self.memory_mib * _MIB}


SIZES = (
    Size(1, 512),
    *(Size(vcpus, vcpus * each * 1024) for vcpus in (1, 2, 4, 8, 16, 32, 64) for each in (1, 2, 4)),
)


class DockerSpecs(SpecHandler):
    def __init__(self, engine: Engine, region: str) -> None:
        self._engine = engine
        self._region = region

    def list(self) -> list[Spec]:
        return [self._spec(size) for size in _fitting(self._engine)]

    def get(self, ref: Ref) -> Spec:
        return self._spec(found(self._engine, ref.id or ref.name))

    def raw_list(self) -> Any:
        return [_raw(size) for size in _fitting(self._engine)]

    def raw_get(self, ref: Ref) -> Any:
        return _raw(found(self._engine, ref.id or ref.name))

    def _spec(self, size: Size) -> Spec:
        details = {key: str(value) for key, value in size.limits().items()}
        return Spec(size.name, self._region, size.vcpus, size.memory_mib, details=details)


def found(engine: Engine, name: str, field: str | None = None) -> Size:
    """Raises NotFound, or MissingReference of `field` where a request names the spec."""
    for size in _fitting(engine):
        if size.name == name:
            return size
    text = f"the spec '{name}' does not exist, or is larger than the Docker Engine's host"
    raise MissingReference(text, field=field) if field else NotFound(text)


def _fitting(engine: Engine) -> list[Size]:
    info = engine.told("info")
    with understood():
        cpus, memory = int(info["NCPU"]), int(info["MemTotal"])
    return [size for size in SIZES if size.vcpus <= cpus and size.memory_mib * _MIB <= memory]


def _raw(size: Size) -> dict[str, Any]:
    return {"Name": size.name, **size.limits()}
