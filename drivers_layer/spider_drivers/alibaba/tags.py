"""Tags: they travel in the call that creates, so that what a lost answer left behind can be found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OWN = "spider-"  # the beginning of keys that the driver keeps for itself
TOKEN = f"{OWN}token"


def made(token: str, tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags of a create call."""
    return listed({**tags, TOKEN: token})


def listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """As the SDK takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def of(resource: Mapping[str, Any]) -> dict[str, str]:
    """VPC says `Key` and `Value`, ECS `TagKey` and `TagValue`."""
    found = (resource.get("Tags") or {}).get("Tag") or []
    return {str(one.get("TagKey", one.get("Key"))): str(one.get("TagValue", one.get("Value", ""))) for one in found}


def users(resource: Mapping[str, Any]) -> dict[str, str]:
    """The tags without Spider's own."""
    return {key: value for key, value in of(resource).items() if not own(key)}


def own(key: str) -> bool:
    return key.startswith(OWN)


def by_token(token: str) -> list[dict[str, str]]:
    """The filter of a list."""
    return listed({TOKEN: token})
