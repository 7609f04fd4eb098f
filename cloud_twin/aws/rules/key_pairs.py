"""Key pairs: names and formats."""

from __future__ import annotations

import re
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from moto.ec2.utils import public_key_parse

from ..call import Call, rule
from ..errors import Refusal, bad_value

LONGEST = 255
_NAME = re.compile(r"[!-~]([ -~]*[!-~])?")


@rule("CreateKeyPair", "ImportKeyPair")
def name_is_allowed(call: Call) -> None:
    """API reference, CreateKeyPair, KeyName: up to 255 ASCII characters, no blanks at an end."""
    name = call.given["KeyName"]
    if len(name) > LONGEST or not _NAME.fullmatch(name):
        raise bad_value(name, "keyName", f"Expecting at most {LONGEST} ASCII characters without blanks at an end.")


@rule("ImportKeyPair")
def key_is_one(call: Call) -> None:
    """RSA or ED25519 ("Create a key pair and import the public key to Amazon EC2", EC2 user guide).

    NOTE: "codes" has InvalidKeyPair.Format for this as well; the service answers this one (aws/aws-cdk#25929).
    """
    try:
        public_key_parse(call.given["PublicKeyMaterial"])
    except (ValueError, UnsupportedAlgorithm):
        raise Refusal("InvalidKey.Format", "Key is not in valid OpenSSH public key format") from None


@rule("DeleteKeyPair")
def key_pair_by_id(call: Call) -> None:
    """moto knows names only."""
    cloud_id, name = call.given.get("KeyPairId"), call.given.get("KeyName")
    if not cloud_id and not name:
        raise Refusal("MissingParameter", "The request must contain the parameter KeyName or KeyPairId")
    if cloud_id and not name:
        call.given["KeyName"] = next(iter(_names(call.cloud, [cloud_id])))


@rule("DescribeKeyPairs")
def key_pairs_by_id(call: Call) -> None:
    if call.given.get("KeyPairIds"):
        call.given["KeyNames"] = _names(call.cloud, call.given["KeyPairIds"])


@rule("DescribeKeyPairs")
def key_pairs_are_known(call: Call) -> None:
    for name in call.given.get("KeyNames", []):
        if name not in call.cloud.key_pairs:
            raise Refusal("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist")


def _names(cloud: Any, ids: list[str]) -> list[str]:
    names = {pair.id: name for name, pair in cloud.key_pairs.items()}
    for cloud_id in ids:
        if cloud_id not in names:
            raise Refusal("InvalidKeyPair.NotFound", f"The key pair ID '{cloud_id}' does not exist")
    return [names[cloud_id] for cloud_id in ids]
