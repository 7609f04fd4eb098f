"""What this cloud can do beside the rest."""

from __future__ import annotations

from collections.abc import Mapping

from .connection import Client
from .tag import KINDS


def count_all(client: Client) -> Mapping[str, str]:
    """How many resources there are, by kind: vpc, subnet, security_group, key_pair, vm. A terminated VM is none."""
    return {kind: str(_count(client, kind)) for kind in KINDS}


def _count(client: Client, kind: str) -> int:
    return sum(row.get("state") != "terminated" for row in client.all(f"describe_{kind}s"))
