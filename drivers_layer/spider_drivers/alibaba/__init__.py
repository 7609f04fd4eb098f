"""The Alibaba Cloud driver: ECS and VPC through aliyun-python-sdk, which is imported when a connection is opened."""

from __future__ import annotations

from ..contract import CallRecorder, Capability, CloudConnection, CloudDriver, ConnectionInfo
from .capability import CAPABILITY

VERSION = "0.1.0"


class AlibabaDriver(CloudDriver):
    """`page_size`: for tests, the largest page asked for in any list."""

    def __init__(self, *, page_size: int | None = None) -> None:
        self._page_size = page_size

    def version(self) -> str:
        return VERSION

    def capability(self) -> Capability:
        return CAPABILITY

    def connect(self, info: ConnectionInfo, recorder: CallRecorder) -> CloudConnection:
        """Raises Invalid when a key is missing or wrong. No call goes out."""
        from .connection import AlibabaConnection

        return AlibabaConnection(info, recorder, page_size=self._page_size)
