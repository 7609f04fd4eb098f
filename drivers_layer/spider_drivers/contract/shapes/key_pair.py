"""Key pairs."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..capability import Capability
from . import Iid


@dataclass(frozen=True, slots=True)
class KeyPair:
    iid: Iid
    fingerprint: str = ""
    public_key: str = ""
    vm_user: str = "cb-user"
    tags: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeyPairRequest:
    """`public_key` is one line in OpenSSH form. The private half never reaches a driver."""

    name: str
    public_key: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    def check(self, capability: Capability) -> None:
        """Nothing but the name, which the engine checks for every kind."""

    def expected(self) -> KeyPair:
        return KeyPair(Iid(self.name, ""), public_key=self.public_key, tags=self.tags)
