"""Key pairs: nova's, which belong to the user, not to the project. SystemId = name: a server takes and tells it.

A key pair carries nothing but its key: whether one of a name is ours, its fingerprint tells.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from ..contract import (
    INTENDED,
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
    details,
)
from . import building
from .calls import OpenStack, Thing, path
from .errors import Fields, understood

KEY_PAIRS = "compute/os-keypairs"
KEY_PAIR = "key pair"
_FIELDS: Fields = ((r"[Kk]eypair data|fingerprint|public_key", "public_key"), (r"name", "name"))


class OpenStackKeyPairs(KeyPairHandler):
    def __init__(self, cloud: OpenStack) -> None:
        self._cloud = cloud

    def list(self) -> list[KeyPair]:
        found = self._cloud.all(KEY_PAIRS)
        with understood():
            return [_key_pair(one["keypair"]) for one in found]

    def get(self, ref: Ref) -> KeyPair:
        found = described(self._cloud, ref.id or "")
        with understood():
            return _key_pair(found)

    def create(self, request: KeyPairRequest, attempt: Attempt) -> KeyPair | Wait:
        """Parts: intended (`fingerprint name`, noted before anything is made), key pair, visible."""
        intended = f"{fingerprint(request.public_key)} {request.name}"

        def make(_: str) -> str:
            body = {"name": request.name, "type": "ssh", "public_key": request.public_key.strip()}
            self._cloud.post(KEY_PAIRS, {"keypair": body}, _FIELDS)
            return request.name

        parts = [Part(INTENDED, lambda _: intended), Part(KEY_PAIR, make, lambda: self._made(intended))]
        return building.create(parts, attempt, lambda: self.get(Ref(request.name, request.name)), lambda _: True)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        name = ref.id or attempt.parts.get(KEY_PAIR) or self._made(attempt.parts.get(INTENDED, ""))
        if not name:
            return building.delete([], attempt)
        resource = path(KEY_PAIRS, name)
        return building.delete([building.removal(KEY_PAIR, lambda: building.deleted(self._cloud, resource))], attempt)

    def _made(self, intended: str) -> str | None:
        """The name, where the cloud shows what was intended."""
        digest, _, name = intended.partition(" ")
        try:
            return name if name and described(self._cloud, name).get("fingerprint") == digest else None
        except NotFound:
            return None


def described(cloud: OpenStack, name: str) -> Thing:
    """Raises NotFound."""
    if name in ("", ".", ".."):
        raise NotFound(f"the key pair '{name}' does not exist")
    return dict(cloud.get(path(KEY_PAIRS, name))["keypair"])


def fingerprint(public_key: str) -> str:
    """As nova tells it: MD5 of the key, in pairs of figures. Raises Invalid."""
    try:
        blob = base64.b64decode(public_key.split()[1], validate=True)
    except (IndexError, binascii.Error):
        raise Invalid("the public key is no line in OpenSSH's form", field="public_key") from None
    return hashlib.md5(blob, usedforsecurity=False).digest().hex(":")


def _key_pair(found: Thing) -> KeyPair:
    return KeyPair(
        iid=Iid(found["name"], found["name"]),
        fingerprint=found.get("fingerprint", ""),
        public_key=found.get("public_key", "").strip(),
        details=details.told({"type": found.get("type")}),
    )
