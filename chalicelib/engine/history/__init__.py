"""The history of calls (HisCall): one record for every call that a cloud has seen."""

from __future__ import annotations

from .gathering import History
from .merging import Merging
from .records import Records
from .rows import SHARDS
from .stats import Stats

__all__ = ["SHARDS", "History", "Merging", "Records", "Stats"]
