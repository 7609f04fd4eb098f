"""The connections to one endpoint of EC2's."""

from __future__ import annotations

import socket
import ssl
from typing import Any

from botocore.httpsession import URLLib3Session

from ..contract import reach

CONNECT_SECONDS, READ_SECONDS = 5, 20
# As botocore's own clients: a request is sent in two parts, and the second would wait for the first one's receipt.
AT_ONCE = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Http(URLLib3Session):  # type: ignore[misc]  # botocore has no types
    """Kept open between calls, and shared with nobody.

    botocore takes no TLS context, and reads the certificate authorities anew for each connection: 18 ms of computing
    where they are the public ones. The two methods below are where it does so.
    """

    def __init__(self, url: str, tls: ssl.SSLContext) -> None:
        """`url`: decides which of the environment's proxies is on the way."""
        self._tls = tls
        super().__init__(proxies=reach.proxies(url), timeout=(CONNECT_SECONDS, READ_SECONDS), socket_options=[AT_ONCE])

    def _get_ssl_context(self) -> ssl.SSLContext:
        return self._tls

    def _setup_ssl_cert(self, *_: Any) -> None:
        """The context says whom to trust."""
