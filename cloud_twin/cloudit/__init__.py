"""Cloudit, emulated on the wire: what `api.METHODS` lists, for any number of tenants of one account.

Never compared with a real Cloudit: there is none at hand, and its vendor publishes no reference of version 5. What it
serves is what clients of Cloudit are known to send and to read; what it says besides is guessed (docs/cloud-twin.md).
"""

from __future__ import annotations

from .facade import CloudIt

__all__ = ["CloudIt"]
