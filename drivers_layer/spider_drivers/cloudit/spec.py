"""Specs of servers."""

from __future__ import annotations

from typing import Any

from ..contract import Gpu, Ref, Spec, SpecHandler
from . import details, names
from .calls import Cloudit, Thing
from .errors import understood

MIB_PER_GIB = 1024


class CloudItSpecs(SpecHandler):
    """By name or id."""

    def __init__(self, cloudit: Cloudit, region: str) -> None:
        self._cloudit = cloudit
        self._region = region

    def list(self) -> list[Spec]:
        found = self._cloudit.all("ace/specs")
        with understood():
            return [self._spec(one) for one in found]

    def get(self, ref: Ref) -> Spec:
        found = self.described(ref)
        with understood():
            return self._spec(found)

    def raw_list(self) -> Any:
        """As Cloudit answers, with members spelled as the driver reads them."""
        return self._cloudit.all("ace/specs")

    def raw_get(self, ref: Ref) -> Any:
        """One of raw_list's elements."""
        return self.described(ref)

    def described(self, ref: Ref, field: str | None = None) -> Thing:
        """Raises NotFound, or MissingReference of `field` where a request names the spec."""
        wanted = ref.id or ref.name
        found = names.matching(self._cloudit.all("ace/specs"), wanted)
        if not found:
            raise names.absent("spec", wanted, field)
        return found[0]

    def _spec(self, found: Thing) -> Spec:
        gpus, disk = int(found.get("gpu") or 0), int(found.get("disk") or 0)
        return Spec(
            name=found["name"],
            region=self._region,
            vcpus=int(found["cpu"]),
            memory_mib=int(float(found["mem"]) * MIB_PER_GIB),
            disk_gib=disk or None,
            gpus=(Gpu(count=gpus),) if gpus else (),
            details=details.told(found, but=("name", "cpu", "mem", "disk", "gpu")),
        )
