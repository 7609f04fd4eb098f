"""Shapes of what some changes come to."""

from __future__ import annotations

from dataclasses import dataclass, field

from spider_drivers.contract import Iid, KeyPair


@dataclass(frozen=True, slots=True)
class Destroyed:
    """Of one kind: what is deleted, and why the rest is not, by name."""

    word: str
    deleted: tuple[Iid, ...]
    left: dict[str, str]


@dataclass(frozen=True, slots=True)
class IssuedKeyPair:
    """A key pair in the answers of the operation that created it, and nowhere else."""

    key_pair: KeyPair
    private_key: str = field(repr=False)
