"""Azure on the wire: Entra's tokens, and of Azure Resource Manager what a VM needs. What is served: api.py."""

from __future__ import annotations

from .facade import Azure

__all__ = ["Azure"]
