"""The Docker driver: containers of a Docker Engine as VMs. The docker SDK is imported when a connection is opened."""

from __future__ import annotations

from ..contract import CallRecorder, Capability, CloudConnection, CloudDriver, ConnectionInfo
from .capability import CAPABILITY

VERSION = "0.1.0"


class DockerDriver(CloudDriver):
    def version(self) -> str:
        return VERSION

    def capability(self) -> Capability:
        return CAPABILITY

    def connect(self, info: ConnectionInfo, recorder: CallRecorder) -> CloudConnection:
        """Raises Invalid when a key is missing or wrong. No call goes out."""
        from .connection import DockerConnection

        return DockerConnection(info, recorder)
