"""Checks of ports, on sockets of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from spider_drivers.contract import Invalid, Unreachable

from chalicelib.engine import ports

from .house import House
from .test_about import told


def check(house: House, protocol: str, host: str, port: object) -> str:
    message: str = told(house, f"check_{protocol}", {"hostname": host, "PORT": port})["message"]
    return message


@pytest.fixture
def closed() -> Iterator[int]:
    """A port that is bound and not listened at, so that nobody else takes it."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        yield line.getsockname()[1]


def test_an_open_tcp_port(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert check(house, "tcp", "127.0.0.1", str(port)) == f"TCP port 127.0.0.1:{port} is open"
        assert check(house, "tcp", " localhost ", port) == f"TCP port localhost:{port} is open"


def test_a_closed_tcp_port(house: House, closed: int) -> None:
    with pytest.raises(Unreachable, match=f"TCP port 127.0.0.1:{closed} did not answer: Connection refused"):
        check(house, "tcp", "127.0.0.1", closed)


def test_a_udp_port_that_answers(house: House) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)

        def echo() -> None:
            _, sender = server.recvfrom(16)
            server.sendto(b"here", sender)

        answering = threading.Thread(target=echo)
        answering.start()
        port = server.getsockname()[1]
        assert check(house, "udp", "127.0.0.1", port) == f"UDP port 127.0.0.1:{port} is open"
        answering.join()


def test_a_udp_port_that_keeps_silent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "SECONDS", 0.1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        assert "is open, or its messages are dropped" in check(house, "udp", "127.0.0.1", server.getsockname()[1])


def test_a_closed_udp_port(house: House) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
    with pytest.raises(Unreachable, match="Connection refused"):
        check(house, "udp", "127.0.0.1", port)


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
@pytest.mark.parametrize(
    ("host", "port"),
    [
        *(("", 22), (" ", 22), ("a b", 22), ("http://a", 22), ("a/b", 22), ("a@b", 22), ("é", 22), ("x" * 300, 22)),
        *(("127.0.0.1", ""), ("127.0.0.1", "0"), ("127.0.0.1", "-1"), ("127.0.0.1", "65536"), ("127.0.0.1", "ssh")),
    ],
)
def test_bad_input_is_invalid(house: House, protocol: str, host: str, port: object) -> None:
    with pytest.raises(Invalid):
        check(house, protocol, host, port)


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
@pytest.mark.parametrize(
    "host",
    [
        *("169.254.169.254", "[fe80::1]", "2852039166", "0xa9fea9fe", "::ffff:169.254.169.254", "100.100.100.200"),
        *("metadata.google.internal", "0251.0376.0251.0376", "169.254.43518", "fd00:ec2:0:0::254"),
    ],
)
def test_metadata_services_are_never_called(
    house: House, protocol: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[object] = []
    monkeypatch.setattr(ports, "_connect", called.append)
    monkeypatch.setattr(ports, "_send", called.append)
    with pytest.raises(Invalid, match="is not allowed") as refused:
        check(house, protocol, host, 80)
    assert (refused.value.field, called) == ("HostName", [])


def test_a_name_that_leads_to_a_metadata_service_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 80))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [address])
    with pytest.raises(Invalid, match="the address harmless.example is not allowed"):
        check(house, "tcp", "harmless.example", 80)


def test_the_allow_list_is_kept(tmp_path: Path) -> None:
    house = House(tmp_path, endpoint_allow="*.example.org")
    with pytest.raises(Invalid, match="SPIDER_ENDPOINT_ALLOW"):
        check(house, "tcp", "127.0.0.1", 22)
    house.engine.close()


def test_a_host_without_an_address(house: House) -> None:
    with pytest.raises(Unreachable, match="has no address"):
        check(house, "tcp", "nothing.invalid", 22)


def test_a_name_server_that_does_not_answer_is_not_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr(ports, "SECONDS", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: never.wait(30))
    with pytest.raises(Unreachable, match="the name server did not answer"):
        check(house, "tcp", "slow.example", 22)
    never.set()
