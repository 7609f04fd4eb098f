"""Pages of a list: a token stands for the last element seen, so that what comes and goes meanwhile shifts nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from .centre import Thing


def page(things: Sequence[Thing], size: int, token: str = "") -> tuple[list[Thing], str]:
    """`things` in the order of their keys. Answers the page, and the next one's token ("" after the last). Raises
    ValueError for a token that was never given out."""
    after = _read(token) if token else ""
    rest = [thing for thing in things if thing.key > after]
    shown = rest[:size]
    return shown, _written(shown[-1].key) if len(rest) > size else ""


def _written(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _read(token: str) -> str:
    try:
        return base64.b64decode(token.encode(), b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise ValueError(f"'{token}' is no token of a page") from None
