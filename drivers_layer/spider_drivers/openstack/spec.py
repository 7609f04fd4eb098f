"""Specs: nova's flavors, by name."""

from __future__ import annotations

from typing import Any

from ..contract import Gpu, MissingReference, NotFound, Ref, Spec, SpecHandler, details
from .calls import OpenStack, Thing
from .errors import understood

FLAVORS = "compute/flavors/detail"
# "Attaching virtual GPU devices to guests" and "pci_passthrough:alias" in nova's documentation.
_VIRTUAL_GPUS, _PASSED_THROUGH = "resources:VGPU", "pci_passthrough:alias"


class OpenStackSpecs(SpecHandler):
    """Nova looks flavors up by id only: those of a connection are read once for the VMs it makes."""

    def __init__(self, cloud: OpenStack) -> None:
        self._cloud = cloud
        self._known: dict[str, Thing] = {}

    def list(self) -> list[Spec]:
        found = self._cloud.all(FLAVORS)
        with understood():
            return [self._spec(one) for one in found]

    def get(self, ref: Ref) -> Spec:
        found = self._described(ref.id or ref.name)
        with understood():
            return self._spec(found)

    def raw_list(self) -> Any:
        """`{"flavors": [...]}`, as nova answers."""
        return {"flavors": self._cloud.all(FLAVORS)}

    def raw_get(self, ref: Ref) -> Any:
        """One of raw_list's elements."""
        return self._described(ref.id or ref.name)

    def named(self, name: str) -> Thing:
        """What a request names. Raises MissingReference."""
        try:
            return self._known.get(name) or self._described(name)
        except NotFound as missing:
            raise MissingReference(missing.message, field="spec") from None

    def _described(self, name: str) -> Thing:
        self._known = {one.get("name", ""): one for one in self._cloud.all(FLAVORS)}
        if name not in self._known:
            raise NotFound(f"the flavor '{name}' does not exist")
        return self._known[name]

    def _spec(self, found: Thing) -> Spec:
        return Spec(
            name=found["name"],
            region=self._cloud.region,
            vcpus=found["vcpus"],
            memory_mib=found["ram"],
            disk_gib=found.get("disk") or None,
            gpus=_gpus(found.get("extra_specs") or {}),
            details=details.told(found, but=("name", "vcpus", "ram", "disk", "links")),
        )


def _gpus(extra: dict[str, str]) -> tuple[Gpu, ...]:
    """A name that the cloud's operator has given, and a number, stand behind the alias: `a100:2,nic:1`."""
    told = [Gpu(int(extra[_VIRTUAL_GPUS]))] if extra.get(_VIRTUAL_GPUS, "").isdecimal() else []
    for alias in extra.get(_PASSED_THROUGH, "").split(","):
        model, _, count = alias.partition(":")
        if "gpu" in model.lower() and count.isdecimal():
            told.append(Gpu(int(count), model=model))
    return tuple(told)
