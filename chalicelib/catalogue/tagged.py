"""Shapes of tags of resources of any kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Named:
    """A resource of the type that CB-Spider has this word for."""

    word: str
    name: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of a resource, or (`key` "") all of them."""

    of: Named
    key: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class TagList:
    word: str
    tags: dict[str, str]
