"""Ids, and the moments that answers show."""

from __future__ import annotations

import secrets
import string
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..centre import Thing

if TYPE_CHECKING:
    from .facade import Alibaba

_LETTERS = string.digits + string.ascii_lowercase
_LENGTHS = {"vpc": 21, "vsw": 21, "vrt": 21, "vtb": 21, "eip": 21}


def new_id(prefix: str) -> str:
    """As in i-bp67acfmxazb4ph9qv3w."""
    return f"{prefix}-{''.join(secrets.choice(_LETTERS) for _ in range(_LENGTHS.get(prefix, 20)))}"


def find(cloud: Alibaba, kind: str, thing_id: str, region: str) -> Thing | None:
    """Of the region only: no region knows what another has."""
    thing = cloud.centre.find(thing_id)
    return thing if thing and thing.kind == kind and thing.body["RegionId"] == region else None


def in_region(cloud: Alibaba, kind: str, region: str) -> list[Thing]:
    """The oldest first."""
    found = [one for one in cloud.centre.of_kind(kind) if one.body["RegionId"] == region]
    return sorted(found, key=lambda thing: thing.number)


def to_second(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_minute(moment: datetime) -> str:
    """As ECS shows times of instances."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
