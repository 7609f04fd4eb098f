"""The history of calls (HisCall): one record for every call that a cloud has seen."""

from __future__ import annotations

from .gathering import History
from .rows import SHARDS

__all__ = ["SHARDS", "History"]
