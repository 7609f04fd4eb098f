"""Key pairs. SystemId = KeyName: it is what RunInstances takes and DescribeInstances tells."""

from __future__ import annotations

from typing import Any

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
    converge,
    handling,
)
from . import building, details, tags
from .calls import Ec2

# "Create a key pair and import the public key to Amazon EC2", EC2 user guide.
_TYPES = ("ssh-rsa", "ssh-ed25519")
_FIELDS = {"InvalidKey": "public_key", "Invalid": "name"}


class AwsKeyPairs(KeyPairHandler):
    def __init__(self, ec2: Ec2) -> None:
        self._ec2 = ec2

    def list(self) -> list[KeyPair]:
        # DescribeKeyPairs has no pages.
        return [_key_pair(found) for found in self._ec2.call("describe_key_pairs", IncludePublicKey=True)["KeyPairs"]]

    def get(self, ref: Ref) -> KeyPair:
        return _key_pair(described(self._ec2, handling.id_of(ref, "key pair")))

    def create(self, request: KeyPairRequest, attempt: Attempt) -> KeyPair | Wait:
        if request.public_key.partition(" ")[0] not in _TYPES:
            raise Invalid(f"EC2 imports public keys of the types {' and '.join(_TYPES)} only", field="public_key")

        def make(_: str) -> str:
            self._ec2.call(
                "import_key_pair",
                _FIELDS,
                KeyName=request.name,
                PublicKeyMaterial=request.public_key.encode(),
                TagSpecifications=tags.specification(("key-pair",), request.name, attempt.token, request.tags),
            )
            return request.name

        parts = [Part("key", make, lambda: self._name_by_token(attempt.token))]
        return building.create(parts, attempt, lambda name: self.get(Ref(name, name)), lambda _: True)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        name = ref.id or attempt.parts.get("key") or self._name_by_token(ref.token)

        def remove(found: str) -> None:
            # EC2 grants the deletion of a key pair that is not there.
            self._ec2.call("delete_key_pair", KeyName=found)

        parts = [converge.removal(name, remove)] if name else []
        return converge.delete(parts, attempt, lag_seconds=building.LAG_SECONDS)

    def _name_by_token(self, token: str) -> str | None:
        filters = tags.by_token(token)
        found = self._ec2.call("describe_key_pairs", Filters=filters)["KeyPairs"] if token else []
        return found[0]["KeyName"] if found else None


def described(ec2: Ec2, name: str) -> dict[str, Any]:
    """Raises NotFound."""
    found = ec2.call("describe_key_pairs", KeyNames=[name], IncludePublicKey=True)["KeyPairs"]
    if not found:
        raise handling.missing("key pair", name)
    return dict(found[0])


def _key_pair(found: dict[str, Any]) -> KeyPair:
    return KeyPair(
        iid=Iid(found["KeyName"], found["KeyName"]),
        fingerprint=found.get("KeyFingerprint", ""),
        public_key=found.get("PublicKey", "").strip(),
        tags=tags.users(found),
        details=details.told(found, but=("KeyName", "KeyFingerprint", "PublicKey", "Tags")),
    )
