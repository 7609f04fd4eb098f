"""The bodies that requests may have. An unknown member, or one of another type, is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import invalid, unserved

LONGEST_NAME = 45


@dataclass(frozen=True)
class Body:
    """Members and their types; a Body for objects, a tuple of one Body for lists of them. `unserved`: what Cloudit
    would take besides."""

    required: Mapping[str, Any]
    optional: Mapping[str, Any] = field(default_factory=dict)
    unserved: tuple[str, ...] = ()

    def read(self, given: Any, where: str = "") -> dict[str, Any]:
        """Raises CloudItError."""
        if not isinstance(given, dict):
            raise invalid(f"{where or 'The body'} must be an object.")
        known = {**self.required, **self.optional}
        for name, value in given.items():
            if name in self.unserved:
                raise unserved(f"the member '{where}{name}'")
            if name not in known:
                raise invalid(f"'{where}{name}' is unknown.")
            _check(known[name], value, f"{where}{name}")
        for name, kind in self.required.items():
            if name not in given or (kind is str and not given[name]):
                raise invalid(f"'{where}{name}' is required.")
        return given


def _check(kind: Any, value: Any, where: str) -> None:
    if isinstance(kind, Body):
        kind.read(value, f"{where}.")
    elif isinstance(kind, tuple):
        if not isinstance(value, list):
            raise invalid(f"'{where}' must be a list.")
        for number, one in enumerate(value):
            _check(kind[0], one, f"{where}[{number}]")
    elif type(value) is not kind:
        raise invalid(f"'{where}' must be of the type {kind.__name__}.")


def check_name(name: str) -> None:
    if len(name) > LONGEST_NAME or name != name.strip():
        raise invalid(f"The name '{name}' is longer than {LONGEST_NAME} characters, or has blanks around it.")


_GROUP = Body({"id": str})
_RULE = {"name": str, "type": str, "port": str, "target": str, "protocol": str}
_OF_RULES = {"id": str, "secgroupId": str, "creator": str, "createdAt": str}

RULE = Body(_RULE, _OF_RULES)
SECURITY_GROUP = Body({"name": str}, {"rules": (RULE,), "protection": int})
NIC_GROUPS = Body({"secgroups": (_GROUP,)})
SUBNET = Body({"name": str, "addr": str, "prefix": str}, {"gateway": str, "protection": int})
ADAPTIVE_IP = Body({"ip": str, "name": str, "privateIp": str}, {"protection": int})
# sshPublicKey: servers show one, so something must set it; that it is this member is a guess.
SERVER = Body(
    {
        "templateId": str,
        "specId": str,
        "name": str,
        "hostName": str,
        "rootPassword": str,
        "subnetAddr": str,
        "secgroups": (_GROUP,),
        "clusterId": str,
    },
    {"description": str, "protection": int, "sshPublicKey": str},
    unserved=("snapshotId",),
)
