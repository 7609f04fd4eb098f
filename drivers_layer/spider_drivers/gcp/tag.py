"""Tags of VMs: their labels. Networks, subnetworks and firewalls have none, and their description cannot be changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..contract import Attempt, Conflict, Part, Ref, TagHandler, Unsupported, Wait, converge
from . import labels, operations
from .calls import Gce, Thing
from .errors import Fields, NotReady
from .zones import Zones, zone_of

_FIELDS: Fields = ((r"[Ll]abel", "key"),)
_THERE = "there"


class GcpTags(TagHandler):
    """setLabels replaces all labels, if they are still those that were read."""

    def __init__(self, gce: Gce, zones: Zones) -> None:
        self._gce = gce
        self._zones = zones

    def add(self, kind: str, ref: Ref, key: str, value: str, attempt: Attempt) -> Wait | None:
        labels.check(key, value)
        return self._change(kind, ref, attempt, lambda shown: {**shown, key: value})

    def remove(self, kind: str, ref: Ref, key: str, attempt: Attempt) -> Wait | None:
        labels.check(key, "")
        return self._change(kind, ref, attempt, lambda shown: {one: shown[one] for one in shown if one != key})

    def _change(
        self, kind: str, ref: Ref, attempt: Attempt, wanted: Callable[[Mapping[str, str]], dict[str, str]]
    ) -> Wait | None:
        if kind != "vm":
            raise Unsupported(f"tags of the kind {kind} cannot be changed on this cloud")
        self._zones.instance(ref)

        def make(_: str) -> str:
            found = self._zones.instance(ref)
            shown = labels.of(found)
            return _THERE if wanted(shown) == shown else self._send(found, wanted(shown), attempt)

        def ready(operation: str) -> Wait | None:
            return None if operation == _THERE else operations.ended(self._gce, operation, _FIELDS)

        def complete(_: str) -> bool:
            shown = labels.of(self._zones.instance(ref))
            return wanted(shown) == shown

        try:
            parts = [Part("labels", make, ready=ready), converge.visible(lambda: "shown", complete)]
            return converge.create(parts, attempt)
        except (Conflict, NotReady) as changed:
            return Wait(operations.LOOK_AGAIN_SECONDS, changed.message)

    def _send(self, found: Thing, wanted: dict[str, str], attempt: Attempt) -> str:
        fingerprint = found.get("labelFingerprint", "")
        answer = self._gce.call(
            "instances.setLabels",
            _FIELDS,
            zone=zone_of(found),
            instance=found["name"],
            body={"labels": wanted, "labelFingerprint": fingerprint},
            requestId=attempt.client_token(f"labels {fingerprint}"),
        )
        return operations.path_of(answer)
