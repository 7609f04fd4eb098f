"""Tags: they travel in the call that creates, so that what a lost answer left behind can be found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAME = "Name"
TOKEN = "spider-token"


def specification(kinds: tuple[str, ...], name: str, token: str, tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """TagSpecifications for a create call. `kinds` are EC2's resource types."""
    every = {**tags, NAME: name, TOKEN: token}
    listed = [{"Key": key, "Value": value} for key, value in every.items()]
    return [{"ResourceType": kind, "Tags": listed} for kind in kinds]


def of(resource: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in resource.get("Tags", [])}


def name(resource: Mapping[str, Any]) -> str:
    return of(resource).get(NAME, "")


def users(resource: Mapping[str, Any]) -> dict[str, str]:
    """The tags without those that stand for name and token."""
    return {key: value for key, value in of(resource).items() if key not in (NAME, TOKEN)}


def where(filter_name: str, *values: str) -> list[dict[str, Any]]:
    """A list of one of EC2's filters; lists are joined by "and"."""
    return [{"Name": filter_name, "Values": list(values)}]


def by_token(token: str) -> list[dict[str, Any]]:
    return where(f"tag:{TOKEN}", token)
