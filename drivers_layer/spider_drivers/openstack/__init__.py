"""The OpenStack driver: keystone, nova, neutron and glance through openstacksdk, which is imported when a connection is
opened."""

from __future__ import annotations

from ..contract import CallRecorder, Capability, CloudConnection, CloudDriver, ConnectionInfo
from .capability import CAPABILITY

VERSION = "0.1.0"


class OpenStackDriver(CloudDriver):
    """`page_size`: for tests, the largest page asked for in any list."""

    def __init__(self, *, page_size: int | None = None) -> None:
        self._page_size = page_size

    def version(self) -> str:
        return VERSION

    def capability(self) -> Capability:
        return CAPABILITY

    def connect(self, info: ConnectionInfo, recorder: CallRecorder) -> CloudConnection:
        """Raises Invalid when a key is missing or wrong. No call goes out."""
        from .connection import OpenStackConnection

        return OpenStackConnection(info, recorder, page_size=self._page_size)
