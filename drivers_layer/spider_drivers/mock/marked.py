"""What carries Spider's tokens."""

from __future__ import annotations

from collections.abc import Iterator

from ..contract import Marked
from .connection import TOKEN, Client

_KINDS = {"vpc": "vpcs", "subnet": "subnets", "security_group": "security_groups", "key_pair": "key_pairs", "vm": "vms"}


def listed(client: Client) -> Iterator[Marked]:
    names: dict[str, str] = {}
    for kind, word in _KINDS.items():
        for row in client.all(f"describe_{word}"):
            names[row["id"]] = row["name"]
            if TOKEN in row["tags"] and row.get("state") != "terminated":
                owner = row["vpc_id"] if kind == "subnet" else ""
                yield Marked(kind, row["id"], row["name"], row["tags"][TOKEN], owner=owner)
    for row in client.all("describe_addresses"):
        if TOKEN in row["tags"]:
            yield Marked("vm", row["id"], names.get(row["vm_id"], ""), row["tags"][TOKEN], "address", row["vm_id"])
