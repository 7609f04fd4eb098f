"""How much of a kind a project may have: settings.quotas, by the names of Compute Engine's collections.

The words are those of real refusals (tests/cloud_twin/gcp/cases.py); a quota that is not set is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..centre import Failure

if TYPE_CHECKING:
    from .facade import Gcp

KINDS = ("networks", "subnetworks", "firewalls", "instances", "in_use_addresses", "cpus")


def exceeded(cloud: Gcp, kind: str, more: int = 1, where: str = "globally") -> Failure | None:
    """The failure of an operation that would make `more` of a kind."""
    limit = cloud.settings.quotas.get(kind)
    if limit is None or _held(cloud, kind) + more <= limit:
        return None
    return Failure("QUOTA_EXCEEDED", f"Quota '{kind.upper()}' exceeded.  Limit: {float(limit)} {where}.")


def _held(cloud: Gcp, kind: str) -> int:
    machines = cloud.centre.of_kind("instances")
    if kind == "cpus":
        return sum(int(one.body["cpus"]) for one in machines)
    if kind == "in_use_addresses":
        return sum(one.startswith("external") for machine in machines for one, _ in machine.addresses)
    return len(cloud.centre.of_kind(kind))
