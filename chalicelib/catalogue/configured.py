"""Shapes of how a cloud is reached: drivers, credentials, regions and connection configs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Driver:
    name: str
    provider: str
    library: str


@dataclass(frozen=True, slots=True)
class Credential:
    """`values` are shown by nobody: answers carry the keys alone."""

    name: str
    provider: str
    values: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Region:
    name: str
    provider: str
    values: dict[str, str]
    zones: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    name: str
    provider: str
    driver: str
    credential: str
    region: str


Setting = Driver | Credential | Region | Connection
