"""Key pairs: a region's, by name. They may leave at any time: a machine has got its key, and still shows its name."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ..centre import State, Thing
from . import ids, lists, names, quotas, tags
from .errors import AlibabaError, invalid
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

KIND = "key_pairs"
MOST = 50
_MOST_NAMED = 100


def create(cloud: Alibaba, given: Given) -> dict[str, Any]:
    _check_name(cloud, given)
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    pair = _add(cloud, given, public.decode())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return {
        "KeyPairName": given.text("KeyPairName"),
        "KeyPairId": ids.new_id("ssh"),
        "KeyPairFingerPrint": pair.body["fingerprint"],
        "PrivateKeyBody": pem.decode(),
    }


def import_(cloud: Alibaba, given: Given) -> dict[str, Any]:
    _check_name(cloud, given)
    public = given.text("PublicKeyBody").strip()
    try:
        serialization.load_ssh_public_key(public.encode())
    except (ValueError, UnsupportedAlgorithm):
        text = "The PublicKeyBody format is not supported."
        raise AlibabaError(400, "InvalidPublicKeyBody.Malformed", text) from None
    pair = _add(cloud, given, public)
    return {"KeyPairName": given.text("KeyPairName"), "KeyPairFingerPrint": pair.body["fingerprint"]}


def describe_all(cloud: Alibaba, given: Given) -> dict[str, Any]:
    """KeyPairName is a whole name, or has asterisks at its ends."""
    found = [
        one
        for one in ids.in_region(cloud, KIND, given.region)
        if _fits(given.text("KeyPairName"), one.body["name"])
        and given.text("KeyPairFingerPrint") in ("", one.body["fingerprint"])
        and tags.fits(one, given)
    ]
    shown, page = lists.by_number(cloud, given, found, MOST)
    with_key = given.flag("IncludePublicKey")
    return {"KeyPairs": {"KeyPair": [_shown(one, with_key) for one in shown]}, **page}


def delete(cloud: Alibaba, given: Given) -> dict[str, Any]:
    """One that is not there counts as deleted."""
    wanted = given.json_texts("KeyPairNames")
    if not wanted or len(wanted) > _MOST_NAMED:
        raise invalid("KeyPairNames", "InvalidKeyPairNames.ValueNotSupported")
    for name in wanted:
        if pair := find(cloud, name, given.region):
            cloud.centre.remove(pair.key)
    return {}


def find(cloud: Alibaba, name: str, region: str) -> Thing | None:
    return cloud.centre.find(key(region, name))


def key(region: str, name: str) -> str:
    return f"key-pair/{region}/{name}"


def _fits(pattern: str, name: str) -> bool:
    text = pattern.strip("*")
    if not pattern.startswith("*") and not pattern.endswith("*"):
        return pattern in ("", name)
    if pattern.startswith("*") and pattern.endswith("*"):
        return text in name
    return name.endswith(text) if pattern.startswith("*") else name.startswith(text)


def _check_name(cloud: Alibaba, given: Given) -> None:
    """Raises AlibabaError."""
    name = given.text("KeyPairName")
    if not names.is_strict_name(name):
        raise AlibabaError(400, "InvalidKeyPairName.Malformed", "Specified Key Pair name is not valid.")
    if find(cloud, name, given.region):
        raise AlibabaError(400, "KeyPair.AlreadyExist", "The key pair already exist.")
    quotas.refuse_more(cloud, KIND, given.region)


def _add(cloud: Alibaba, given: Given, public: str) -> Thing:
    name = given.text("KeyPairName")
    digest = hashlib.md5(base64.b64decode(public.split()[1]), usedforsecurity=False).hexdigest()
    body = {
        "RegionId": given.region,
        "name": name,
        "public": public,
        # RFC 4716
        "fingerprint": ":".join(digest[at : at + 2] for at in range(0, 32, 2)),
        "tags": tags.read(given),
    }
    pair: Thing = cloud.centre.new(KIND, key(given.region, name), body)
    pair.state = State.READY
    return cloud.centre.add(pair)


def _shown(pair: Thing, with_key: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "KeyPairName": pair.body["name"],
        "KeyPairFingerPrint": pair.body["fingerprint"],
        "CreationTime": ids.to_second(pair.made),
        "ResourceGroupId": "",
        "Tags": tags.of_ecs(pair),
    }
    return made | ({"PublicKey": pair.body["public"]} if with_key else {})
