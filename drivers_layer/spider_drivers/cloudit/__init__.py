"""The Cloudit driver: a small HTTP client of Cloudit's own, for there is no SDK. httpx is imported when a connection is
opened. Never run against a real Cloudit: see docs/clouds/cloudit.md."""

from __future__ import annotations

from ..contract import CallRecorder, Capability, CloudConnection, CloudDriver, ConnectionInfo
from .capability import CAPABILITY

VERSION = "0.1.0"


class CloudItDriver(CloudDriver):
    """`page_size`: taken as by the other drivers, and of no effect: Cloudit's lists have no pages."""

    def __init__(self, *, page_size: int | None = None) -> None:
        self._page_size = page_size

    def version(self) -> str:
        return VERSION

    def capability(self) -> Capability:
        return CAPABILITY

    def mark(self, token: str) -> str:
        from . import marks

        return marks.of(token)

    def connect(self, info: ConnectionInfo, recorder: CallRecorder) -> CloudConnection:
        """Raises Invalid when a key is missing or wrong. No call goes out."""
        from .connection import CloudItConnection

        return CloudItConnection(info, recorder)
