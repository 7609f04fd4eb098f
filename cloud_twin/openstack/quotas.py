"""How much the project may have: settings.quotas, by the names of nova's and neutron's quotas; else as given here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .account import PROJECT_ID
from .errors import ComputeError, NetworkError

if TYPE_CHECKING:
    from .facade import OpenStack
    from .network.kinds import Kind

NETWORK: Mapping[str, int] = {
    "network": 500,
    "subnet": 500,
    "subnetpool": -1,
    "port": 2000,
    "router": 500,
    "floatingip": 500,
    "rbac_policy": 10,
    "security_group": 500,
    "security_group_rule": 5000,
}
NETWORK_DEFAULTS: Mapping[str, int] = {
    "network": 100,
    "subnet": 100,
    "subnetpool": -1,
    "port": 500,
    "router": 10,
    "floatingip": 50,
    "rbac_policy": 10,
    "security_group": 10,
    "security_group_rule": 100,
}
COMPUTE: Mapping[str, int] = {
    "cores": 500,
    "instances": 200,
    "key_pairs": 500,
    "metadata_items": 128,
    "ram": 1000000,
    "server_group_members": 10,
    "server_groups": 10,
}
COMPUTE_DEFAULTS: Mapping[str, int] = {
    "cores": 20,
    "instances": 10,
    "key_pairs": 100,
    "metadata_items": 128,
    "ram": 51200,
    "server_group_members": 10,
    "server_groups": 10,
}


def limit(cloud: OpenStack, name: str) -> int:
    """-1: as many as one likes."""
    known = NETWORK if name in NETWORK else COMPUTE
    return cloud.settings.quotas.get(name, known[name])


def used(cloud: OpenStack, name: str) -> int:
    if name in NETWORK:
        # The router's ports are the project's too; what a gateway and a floating IP take outside is not.
        plural = {"security_group": "security-groups", "security_group_rule": "security-group-rules"}
        found = cloud.centre.of_kind(plural.get(name, f"{name}s"))
        return sum(one.body["project_id"] == PROJECT_ID for one in found)
    servers = cloud.centre.of_kind("servers")
    if name in ("cores", "ram"):
        return sum(one.body["flavor"]["vcpus" if name == "cores" else "ram"] for one in servers)
    return {"instances": len(servers)}.get(name, 0)


def check_network(cloud: OpenStack, kind: Kind, more: int) -> None:
    """Raises NetworkError."""
    most = limit(cloud, kind.name)
    if most >= 0 and used(cloud, kind.name) + more > most:
        raise NetworkError(409, "OverQuota", f"Quota exceeded for resources: ['{kind.name}'].")


def check_compute(cloud: OpenStack, wanted: Mapping[str, int]) -> None:
    """`wanted`: how much more of each. Raises ComputeError that names all that are not enough, as nova does."""
    over = {name: more for name, more in sorted(wanted.items()) if 0 <= limit(cloud, name) < used(cloud, name) + more}
    if not over:
        return
    asked = ", ".join(str(more) for more in over.values())
    had = ", ".join(str(used(cloud, name)) for name in over)
    most = ", ".join(str(limit(cloud, name)) for name in over)
    names = ", ".join(over)
    text = f"Quota exceeded for {names}: Requested {asked}, but already used {had} of {most} {names}"
    raise ComputeError(403, text)


def shown_usage(cloud: OpenStack, names: Mapping[str, int], words: tuple[str, str]) -> dict[str, Any]:
    """`words`: how the service calls what is used, and what is kept for changes under way."""
    return {name: {"limit": limit(cloud, name), words[0]: used(cloud, name), words[1]: 0} for name in names}
