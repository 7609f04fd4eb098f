"""Whether a port of a host answers, for `check/tcp` and `check/udp`."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import Any

from spider_drivers.contract import Invalid, NoAnswer, Unreachable

from ..catalogue.asked import Port
from . import deadline
from .call import Call
from .endpoints import complain
from .settings import Settings

SECONDS = 3.0  # for the name server, and for each address
MOST_ADDRESSES = 4

Address = tuple[socket.AddressFamily, Any]


class Ports:
    def __init__(self, settings: Settings) -> None:
        self._allowed = settings.endpoint_allow
        self._in_all = settings.wait_seconds

    def tcp(self, call: Call) -> str:
        """Raises Invalid for a host that may not be called, Unreachable for a port that takes no connection."""
        return self._check("TCP", call.body, _connect)

    def udp(self, call: Call) -> str:
        """A port that keeps silent may be open: UDP cannot tell. Raises as `tcp`."""
        return self._check("UDP", call.body, _send)

    def _check(self, protocol: str, port: Port, knock: Callable[[Address], str]) -> str:
        self._refuse(port.host, port.host, self._allowed)
        try:
            found = deadline.within(self._in_all, lambda: self._knocked(port, knock))
        except NoAnswer:
            raise Unreachable(f"{protocol} port {port} did not answer within {self._in_all:g} seconds") from None
        except OSError as error:
            complaint = error.strerror or "no answer in time"
            raise Unreachable(f"{protocol} port {port} did not answer: {complaint}") from error
        return f"{protocol} port {port} {found}"

    def _knocked(self, port: Port, knock: Callable[[Address], str]) -> str:
        """Raises the last address's OSError."""
        addresses = _addresses(port)
        for _, address in addresses:
            # A name may lead where its owner likes. What is called is the address that was looked at.
            self._refuse(address[0], port.host, "")
        *others, last = addresses[:MOST_ADDRESSES]
        for address in others:
            with contextlib.suppress(OSError):
                return knock(address)
        return knock(last)

    def _refuse(self, host: str, given: str, allowed: str) -> None:
        complaint = complain(host, allowed)
        if complaint:
            raise Invalid(f"HostName: the address {given} {complaint}", field="HostName")


def _addresses(port: Port) -> list[Address]:
    """At least one. Raises Unreachable."""
    try:
        found = deadline.within(SECONDS, lambda: socket.getaddrinfo(port.host, port.number, type=socket.SOCK_STREAM))
    except NoAnswer:
        raise Unreachable(f"the name server did not answer for {port.host} in time") from None
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"the host {port.host} has no address: {error}") from error
    return [(family, address) for family, _, _, _, address in found]


def _connect(address: Address) -> str:
    family, place = address
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(SECONDS)
        line.connect(place)
    return "is open"


def _send(address: Address) -> str:
    """A closed port is told by an ICMP message, which the socket raises as ConnectionRefusedError."""
    family, place = address
    with socket.socket(family, socket.SOCK_DGRAM) as line:
        line.settimeout(SECONDS)
        line.connect(place)
        line.send(b"")
        try:
            line.recv(1)
        except TimeoutError:
            return "is open, or its messages are dropped on the way"
    return "is open"
