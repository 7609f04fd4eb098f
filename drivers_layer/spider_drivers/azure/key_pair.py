"""Key pairs: SSH public keys, resources of Microsoft.Compute."""

from __future__ import annotations

from ..contract import (
    Attempt,
    Iid,
    Invalid,
    KeyPair,
    KeyPairHandler,
    KeyPairRequest,
    Part,
    Ref,
    Wait,
)
from . import building, details, resources, tags
from .calls import Arm, Thing
from .errors import Asked
from .resource_group import ResourceGroup

# "Create and use an SSH public-private key pair for Linux VMs in Azure".
_TYPES = ("ssh-rsa", "ssh-ed25519")


class AzureKeyPairs(KeyPairHandler):
    def __init__(self, arm: Arm, group: ResourceGroup) -> None:
        self._arm = arm
        self._group = group
        self._keys = resources.keys(arm)

    def list(self) -> list[KeyPair]:
        return [self._shape(found) for found in self._keys.listed()]

    def get(self, ref: Ref) -> KeyPair:
        return self._shape(self._keys.described(ref))

    def create(self, request: KeyPairRequest, attempt: Attempt) -> KeyPair | Wait:
        """Parts: key."""
        if request.public_key.partition(" ")[0] not in _TYPES:
            raise Invalid(f"Azure takes public keys of the types {' and '.join(_TYPES)} only", field="public_key")
        cloud_id = self._keys.id(request.name)

        def look() -> Thing:
            return self._keys.named(request.name)

        def make(_: str) -> str:
            return building.make(look, lambda: self._put(request, attempt.token), cloud_id, attempt.token)

        parts = [Part("key", make, lambda: building.ours(look, attempt.token))]
        return building.create(parts, attempt, lambda: self.get(Ref(request.name, cloud_id)), lambda _: None)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        part = self._keys.removal(ref, attempt, part="key")
        return building.delete([part] if part else [], attempt)

    def _put(self, request: KeyPairRequest, token: str) -> None:
        self._group.ensure()
        body = {
            "location": self._arm.place.location,
            "tags": {**request.tags, tags.TOKEN: token},
            "properties": {"publicKey": request.public_key},
        }
        asked = Asked(invalid="public_key")
        self._arm.call("compute.ssh_public_keys.create", self._arm.place.group, request.name, body, asked=asked)

    def _shape(self, found: Thing) -> KeyPair:
        return KeyPair(
            iid=Iid(found["name"], self._keys.spelled(found)),
            public_key=found["properties"].get("publicKey", "").strip(),
            tags=tags.users(found),
            details=details.told(found, but=("publicKey",)),
        )
