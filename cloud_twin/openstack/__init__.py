"""OpenStack (Zed) on the wire: identity v3, compute v2.1, network v2.0 and image v2."""

from __future__ import annotations

from .facade import OpenStack

__all__ = ["OpenStack"]
