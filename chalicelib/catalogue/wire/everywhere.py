"""Answers about all connections at once. Spider's own: CB-Spider asks one at a time."""

from __future__ import annotations

from typing import Self

from ..asked import ConnectionStatuses
from .base import Answer
from .resources import VmStatusInfo


class AllVmStatusInfo(Answer):
    """Of one connection. `Message`: "" or why its cloud has not told."""

    ConnectionName: str
    ProviderName: str
    vmstatus: list[VmStatusInfo]
    Message: str

    @classmethod
    def of(cls, shape: ConnectionStatuses) -> Self:
        return cls(
            ConnectionName=shape.connection,
            ProviderName=shape.provider,
            vmstatus=[VmStatusInfo.of(one) for one in shape.statuses],
            Message=shape.message,
        )
