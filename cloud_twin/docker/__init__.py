"""A Docker Engine: its API 1.41, as Engine 20.10 speaks it."""

from __future__ import annotations

from .facade import Docker

__all__ = ["Docker"]
