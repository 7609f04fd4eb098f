"""Tags: they travel in the PUT that creates, so that what a lost answer left behind is known by its token.

Azure takes 50 tags on a resource, with values of up to 256 characters ("Use tags to organize your Azure resources").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .calls import Arm
from .errors import ANYTHING, Asked

OWN = "spider-"  # the beginning of keys that the driver keeps for itself
TOKEN = f"{OWN}token"
VPC = f"{OWN}vpc"
SUBNET_TAGS = f"{OWN}subnet-tags "  # and the subnet's name: subnets have no tags of their own

# Of a VM: what its entry in a list lacks.
GROUPS = f"{OWN}groups"
KEY_PAIR = f"{OWN}key-pair"
SUBNET = f"{OWN}subnet"
PRIVATE_IP = f"{OWN}private-ip"
PUBLIC_IP = f"{OWN}public-ip"

# Of a network security group that is a VM's own.
OF_VM = f"{OWN}of-vm"

LONGEST_VALUE = 256


def of(resource: Mapping[str, Any]) -> dict[str, str]:
    return dict(resource.get("tags") or {})


def token(resource: Mapping[str, Any]) -> str:
    return of(resource).get(TOKEN, "")


def users(resource: Mapping[str, Any]) -> dict[str, str]:
    """The tags without Spider's own."""
    return {key: value for key, value in of(resource).items() if not own(key)}


def own(key: str) -> bool:
    return key.casefold().startswith(OWN)  # Azure's names of tags mean the same in any case


def spread(key: str, text: str) -> dict[str, str]:
    """A text of any length, as the tags `key`, `key-2`, `key-3`, …; none for ""."""
    pieces = [text[at : at + LONGEST_VALUE] for at in range(0, len(text), LONGEST_VALUE)]
    return {key if number == 1 else f"{key}-{number}": piece for number, piece in enumerate(pieces, 1)}


def gathered(resource: Mapping[str, Any], key: str) -> str:
    """What `spread` has spread."""
    held, text, number = of(resource), "", 1
    while (piece := held.get(key if number == 1 else f"{key}-{number}")) is not None:
        text, number = text + piece, number + 1
    return text


def change(arm: Arm, cloud_id: str, operation: str, wanted: Mapping[str, str], asked: Asked = ANYTHING) -> None:
    """`operation`: Merge or Delete, which both do no harm when they are sent twice."""
    body = {"operation": operation, "properties": {"tags": dict(wanted)}}
    arm.begin("resources.tags.begin_update_at_scope", cloud_id.strip("/"), body, asked=asked)
