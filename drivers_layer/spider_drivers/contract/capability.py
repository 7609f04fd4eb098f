"""What a driver says of itself and its cloud."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a credential or a region, in CB-Spider's spelling; `aliases` are the cloud's own spellings. What a
    credential holds is `secret`, unless it is an id that stands in the ids of resources."""

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = True
    secret: bool = True


@dataclass(frozen=True, slots=True)
class KindCapability:
    """`lag_seconds`: how late the cloud's reads may show what a create has made.
    `permissions`: the cloud's permissions that each verb needs, by verb. A verb that some clouds lack (`add_subnet`,
    `remove_subnet`, `add_rules`, `remove_rules`) stands here only if this one can do it, with () if it needs none."""

    max_name: int = 255
    name_pattern: str = r".+"
    name_rule: str = ""
    lag_seconds: float = 0.0
    permissions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def complaint(self, name: str) -> str | None:
        """Why the cloud would refuse `name`, or None."""
        if len(name) > self.max_name:
            return f"is longer than {self.max_name} characters"
        if not re.fullmatch(self.name_pattern, name):
            return self.name_rule or f"does not match {self.name_pattern}"
        return None


# Region keys that every driver takes, so that private clouds, twins and tests need no code.
ENDPOINT = Key("Endpoint", required=False)
CA = Key("CA", ("CACertificate",), required=False)


@dataclass(frozen=True, slots=True)
class Capability:
    """`kinds` holds every kind of resource that the cloud offers, by name (vpc, security_group, …).
    `kept` names the kinds that the cloud lacks and the engine keeps on its behalf; they stand in `kinds` too.
    `tagged` names those whose tags can be changed. `default_network`: a VM that names no subnet gets a network.
    `default_regions`: where a credential without a region is asked for the cloud's regions.
    `marked`: the permissions that listing what carries Spider's tokens needs; None where the driver cannot.
    `unmarked`: kinds that have no room for a token at this cloud."""

    credential_keys: tuple[Key, ...]
    region_keys: tuple[Key, ...]
    kinds: Mapping[str, KindCapability]
    kept: frozenset[str] = frozenset()
    vpc_cidr: bool = True
    single_vpc: bool = False
    paged: bool = True
    tagged: frozenset[str] = frozenset()
    default_network: bool = False
    default_regions: tuple[str, ...] = ()
    marked: tuple[str, ...] | None = None
    unmarked: frozenset[str] = frozenset()

    def secrets(self, credential: Mapping[str, str]) -> tuple[str, ...]:
        """The values that must never be shown. A key that is not known here is taken for a secret."""
        known = {key.name for key in self.credential_keys if not key.secret}
        return tuple(value for name, value in credential.items() if name not in known)
