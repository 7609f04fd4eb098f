"""Regions and credentials share EC2's client and nothing else."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import boto3.session
import pytest
from spider_drivers.aws import AwsDriver, client
from spider_drivers.aws.connection import AwsConnection
from spider_drivers.contract import CallRecord, CallRecorder, ConnectionInfo, SystemClock
from spider_drivers.contract.tls import shared_tls_context

from cloud_twin.serve import serving
from cloud_twin.tls import Authority, server_context
from tests.drivers.aws_support import Answer, Wire, wire

REGIONS = ("us-east-1", "eu-north-1", "ap-northeast-2", "sa-east-1")
CALLS = 10


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        yield running


def test_each_call_is_signed_by_its_own_connection_and_recorded_there(server: Wire) -> None:
    """Eight at once, of which no two have key and region in common."""
    opened = {(key, region): open_(server.url, key, region) for key in ("KEYONE", "KEYTWO") for region in REGIONS}
    run_at_once([connection.check for connection, _ in opened.values()])
    signed = sorted(scope_of(one) for one in server.signed)
    assert signed == sorted([*opened] * CALLS)
    for _, records in opened.values():
        assert [one.api for one in records] == ["DescribeAvailabilityZones"] * CALLS


def test_a_refusal_stays_with_the_connection_that_was_refused(server: Wire) -> None:
    (first, of_first), (second, of_second) = (open_(server.url, key, "us-east-1") for key in ("KEYONE", "KEYTWO"))
    server.answers = [Answer("no XML", 200), *server.answers]
    with pytest.raises(Exception, match="no answer of EC2"):
        first.check()
    second.check()
    assert [one.error_code for one in of_first] == ["ResponseParserError"]
    assert [one.error_code for one in of_second] == [""]


def test_without_a_caller_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", _never)
    monkeypatch.setattr("socket.create_connection", _never)
    with pytest.raises(LookupError):
        client._made().describe_vpcs()


def test_the_client_s_session_finds_no_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOFTHEMACHINEITSELF")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-machine-itself")
    assert client._session().get_credentials() is None


def test_many_regions_are_one_client(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    made = counted(monkeypatch, boto3.session.Session, "client")
    client._made.cache_clear()
    for region in REGIONS:
        open_(server.url, "KEYONE", region)[0].check()
    assert len(made) == 1


def test_authorities_are_read_once_for_all_connections_that_trust_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where botocore would read them, for each connection that it opens."""
    authority = Authority()
    read = counted(monkeypatch, ssl.SSLContext, "load_verify_locations")
    shared_tls_context.cache_clear()
    with serving(_an_empty_answer, tls=server_context(authority.server())) as url:
        for region in REGIONS:
            open_(url, "KEYONE", region, CA=authority.certificate)[0].check()
    assert len(read) == 1


def test_a_request_s_second_part_does_not_wait_for_the_receipt_of_the_first(
    server: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """40 ms on Linux, wherever the cloud is."""
    options: list[tuple[int, ...]] = []
    monkeypatch.setattr("socket.socket.setsockopt", lambda _, *option: options.append(option))
    open_(server.url, "KEYONE", "us-east-1")[0].check()
    assert (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1) in options


def open_(url: str, key: str, region: str, **region_keys: str) -> tuple[AwsConnection, list[CallRecord]]:
    """A connection, and the records of its calls."""
    records: list[CallRecord] = []
    info = ConnectionInfo(
        f"{key}-{region}",
        "AWS",
        {"ClientId": key, "ClientSecret": f"secret-of-{key}"},
        {"Region": region, "Endpoint": url, **region_keys},
    )
    connection = AwsDriver().connect(info, CallRecorder(SystemClock(), records.append))
    assert isinstance(connection, AwsConnection)
    return connection, records


def run_at_once(steps: list[Any]) -> None:
    """Each in a thread of its own, several times."""
    ready = threading.Barrier(len(steps))

    def run(step: Any) -> None:
        ready.wait()
        for _ in range(CALLS):
            step()

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def counted(monkeypatch: pytest.MonkeyPatch, owner: type, method: str) -> list[None]:
    """Has one element for each call from now on."""
    calls: list[None] = []
    original = getattr(owner, method)

    def called(self: Any, *given: Any, **named: Any) -> Any:
        calls.append(None)
        return original(self, *given, **named)

    monkeypatch.setattr(owner, method, called)
    return calls


def scope_of(authorization: str) -> tuple[str, str]:
    """Key and region of a signature: `AWS4-HMAC-SHA256 Credential=KEY/20260101/REGION/ec2/…`."""
    key, _, region, *_ = authorization.partition("Credential=")[2].split("/")
    return key, region


def _an_empty_answer(environ: Any, start_response: Any) -> list[bytes]:
    body = b"<DescribeAvailabilityZonesResponse/>"
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def _never(*_: Any, **__: Any) -> Any:
    raise AssertionError("a connection was opened")
