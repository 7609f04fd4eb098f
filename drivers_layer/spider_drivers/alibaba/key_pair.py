"""Key pairs. SystemId = KeyPairName: it is what RunInstances takes and DescribeInstances tells, and it is unique."""

from __future__ import annotations

import contextlib
import json

from ..contract import (
    Attempt,
    Iid,
    Invalid,
    KeyPair,
    KeyPairHandler,
    KeyPairRequest,
    NotFound,
    Part,
    Ref,
    Wait,
    converge,
    details,
    handling,
)
from . import building, tags
from .calls import Acs, Thing
from .capability import LAG_SECONDS
from .errors import Fields, understood

# ImportKeyPair's page has more, of which OpenSSH makes none any more.
_TYPES = ("ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
_FIELDS: Fields = {"invalidpublickey": "public_key", "publickey": "public_key", "invalidtag": "tags", "invalid": "name"}


class AlibabaKeyPairs(KeyPairHandler):
    def __init__(self, acs: Acs) -> None:
        self._acs = acs

    def list(self) -> list[KeyPair]:
        found = self._acs.all("ecs.DescribeKeyPairs", IncludePublicKey=True)
        with understood():
            return [_key_pair(one) for one in found]

    def get(self, ref: Ref) -> KeyPair:
        found = described(self._acs, handling.id_of(ref, "key pair"))
        with understood():
            return _key_pair(found)

    def create(self, request: KeyPairRequest, attempt: Attempt) -> KeyPair | Wait:
        """Parts: key, visible. ImportKeyPair takes no ClientToken."""
        if request.public_key.partition(" ")[0] not in _TYPES:
            raise Invalid(f"ECS imports public keys of the types {', '.join(_TYPES)} only", field="public_key")

        def make(_: str) -> str:
            self._acs.call(
                "ecs.ImportKeyPair",
                _FIELDS,
                KeyPairName=request.name,
                PublicKeyBody=request.public_key.strip(),
                Tag=tags.made(attempt.token, request.tags),
            )
            return request.name

        return building.create(
            [Part("key", make, lambda: self._name_by_token(attempt.token))],
            attempt,
            lambda name: self.get(Ref(name, name)),
            lambda _: True,
            lag_seconds=LAG_SECONDS,
        )

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        name = ref.id or attempt.parts.get("key") or self._name_by_token(ref.token)

        def remove(found: str) -> None:
            with contextlib.suppress(NotFound):
                self._acs.call("ecs.DeleteKeyPairs", KeyPairNames=json.dumps([found]))

        return building.delete([converge.removal(name, remove)] if name else [], attempt)

    def _name_by_token(self, token: str) -> str | None:
        found = self._acs.all("ecs.DescribeKeyPairs", Tag=tags.by_token(token)) if token else []
        return str(found[0]["KeyPairName"]) if found else None


def described(acs: Acs, name: str, field: str | None = None) -> Thing:
    """Raises NotFound, or MissingReference of `field` where a request names the key pair."""
    # In a name * stands for any characters: what is found is compared.
    found = acs.all("ecs.DescribeKeyPairs", KeyPairName=name, IncludePublicKey=True)
    for one in found:
        if one.get("KeyPairName") == name:
            return one
    raise handling.missing("key pair", name, field)


def _key_pair(found: Thing) -> KeyPair:
    return KeyPair(
        iid=Iid(found["KeyPairName"], found["KeyPairName"]),
        fingerprint=found.get("KeyPairFingerPrint", ""),
        public_key=found.get("PublicKey", "").strip(),
        tags=tags.users(found),
        details=details.told(found, but=("KeyPairName", "KeyPairFingerPrint", "PublicKey", "Tags")),
    )
