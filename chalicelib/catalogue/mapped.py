"""Shapes of names and what they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spider_drivers.contract import Iid


@dataclass(frozen=True, slots=True)
class Registration:
    """A name for what exists at the cloud. `owner`: the name of the resource that it belongs to, "" where none was
    given."""

    name: str
    cloud_id: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Forgetting:
    """A name to be forgotten. `force`: though others use it."""

    force: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """Who knows what: Spider and the cloud, Spider alone, the cloud alone. Iids, or (`word` not "") shapes where the
    cloud knows them."""

    both: tuple[Any, ...]
    only_spider: tuple[Iid, ...]
    only_cloud: tuple[Any, ...]
    word: str = ""


@dataclass(frozen=True, slots=True)
class UsingResources:
    """What a VM of the cloud uses."""

    vpc: Iid
    security_groups: tuple[Iid, ...]
    key_pair: Iid
