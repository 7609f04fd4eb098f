"""Tags: they travel in the call that creates, so that what a lost answer left behind can be found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAME = "Name"
OWN = "spider-"  # the beginning of keys that the driver keeps for itself
TOKEN = f"{OWN}token"


def specification(kinds: tuple[str, ...], name: str, token: str, tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """TagSpecifications for a create call. `kinds` are EC2's resource types."""
    every = listed({**tags, NAME: name, TOKEN: token})
    return [{"ResourceType": kind, "Tags": every} for kind in kinds]


def listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """As EC2 takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def of(resource: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in resource.get("Tags", [])}


def name(resource: Mapping[str, Any]) -> str:
    return of(resource).get(NAME, "")


def users(resource: Mapping[str, Any]) -> dict[str, str]:
    """The tags without Spider's own."""
    return {key: value for key, value in of(resource).items() if not own(key)}


def own(key: str) -> bool:
    """Whether it stands for the name, or for what the driver keeps."""
    return key == NAME or key.startswith(OWN)


def where(filter_name: str, *values: str) -> list[dict[str, Any]]:
    """A list of one of EC2's filters; lists are joined by "and"."""
    return [{"Name": filter_name, "Values": list(values)}]


def by_token(token: str) -> list[dict[str, Any]]:
    return where(f"tag:{TOKEN}", token)
