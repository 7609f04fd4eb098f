"""The Azure driver: Azure Resource Manager through Microsoft's SDK, whose packages are imported at their first use."""

from __future__ import annotations

from ..contract import CallRecorder, Capability, CloudConnection, CloudDriver, ConnectionInfo
from .capability import CAPABILITY

VERSION = "0.1.0"


class AzureDriver(CloudDriver):
    def version(self) -> str:
        return VERSION

    def capability(self) -> Capability:
        return CAPABILITY

    def connect(self, info: ConnectionInfo, recorder: CallRecorder) -> CloudConnection:
        """Raises Invalid when a key is missing or wrong. No call goes out."""
        from .connection import AzureConnection

        return AzureConnection(info, recorder)
