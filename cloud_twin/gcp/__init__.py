"""Compute Engine, emulated on the wire: what `api.METHODS` lists, for one project and its service account."""

from __future__ import annotations

from .facade import Gcp

__all__ = ["Gcp"]
