"""A connection's handlers, each made when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

Made = TypeVar("Made", covariant=True)


class lazily(cached_property[Made]):
    """Makes a handler, and loads its module, when it is first used: most requests use one. Like a connection it is for
    one thread at a time."""
