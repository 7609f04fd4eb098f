"""Cloudit's answers as plain text."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from ..contract import details

# Never shown, whoever asks.
_SECRET = frozenset({"rootPassword"})


def told(resource: Mapping[str, Any], *, but: Container[str] = ()) -> dict[str, str]:
    """As contract.details.told."""
    return {key: value for key, value in details.told(resource, but=but).items() if key not in _SECRET}
