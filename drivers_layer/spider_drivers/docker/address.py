"""Where an Engine is, and the address at which the ports that it publishes are reached."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from functools import cached_property
from urllib.parse import urlsplit

from ..contract import Invalid

LOOPBACK = "127.0.0.1"
_SCHEMES = ("unix", "tcp", "http", "https")
_PORTS = {"http": 2375, "https": 2376}


class Address:
    """`base_url`: http://…, https://…; with a Unix socket http+docker://localhost, and `socket_path` is its path."""

    def __init__(self, url: str, *, tls: bool, field: str = "Host") -> None:
        """`tls`: speak it whatever the scheme says. Raises Invalid naming `field`."""
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise Invalid(f"{field} cannot be used: {error}", field=field) from None
        if parts.scheme not in _SCHEMES or not (parts.path.strip("/") if parts.scheme == "unix" else host):
            raise Invalid(f"{field} is none of unix:///path, tcp://host:port, http://…, https://…", field=field)
        self.socket_path = parts.path if parts.scheme == "unix" else None
        if self.socket_path:
            self.base_url, self._host = "http+docker://localhost", LOOPBACK
            return
        scheme = "https" if tls or parts.scheme == "https" else "http"
        port = port or (_PORTS[scheme] if parts.scheme == "tcp" else None)
        named = f"[{host}]" if ":" in host else host
        self.base_url = f"{scheme}://{named}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
        self._host = host

    @property
    def local(self) -> bool:
        """Whether the Engine is on this host, by its address alone."""
        try:
            return ipaddress.ip_address(self._host).is_loopback
        except ValueError:
            return self._host == "localhost"

    @property
    def listen_ip(self) -> str:
        """Where the Engine is to publish ports: "" is every address of its host."""
        return LOOPBACK if self.local else ""

    @property
    def dns(self) -> str:
        """ "" where the Engine is named by a number, or is on this host."""
        return "" if self.local or self.ip == self._host else self._host

    @cached_property
    def ip(self) -> str:
        """Of the Engine's host; "" where its name cannot be resolved here."""
        if self.local:
            return LOOPBACK
        with contextlib.suppress(ValueError):
            return str(ipaddress.ip_address(self._host))
        with contextlib.suppress(OSError):
            return str(socket.getaddrinfo(self._host, None, socket.AF_INET)[0][4][0])
        return ""
