"""Ids and names that the Engine gives out itself."""

from __future__ import annotations

import secrets

_LEFT = ("bold", "calm", "eager", "focused", "gifted", "happy", "keen", "lucid", "modest", "nifty", "quirky", "vivid")
_RIGHT = ("curie", "darwin", "euler", "fermi", "gauss", "hopper", "kepler", "lovelace", "noether", "pascal", "turing")
SHORT = 12


def new() -> str:
    return secrets.token_hex(32)


def short(whole: str) -> str:
    return whole.removeprefix("sha256:")[:SHORT]


def name() -> str:
    """As a container is called that nobody has named."""
    return f"{secrets.choice(_LEFT)}_{secrets.choice(_RIGHT)}"
