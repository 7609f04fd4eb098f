"""The Cloudit driver uses what it is given and nothing else; it starts light."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from spider_drivers.cloudit import CloudItDriver
from spider_drivers.contract import CallRecorder, ConnectionInfo, Invalid, SystemClock, Unreachable

from cloud_twin.tls import Authority, server_context
from tests.drivers.cloudit_support import connect, credential
from tests.drivers.docker_support import Answer, Wire, wire

PATH = "/cloudit/v5.0/ace/v1.0/tnt0009/clusters"
CLUSTERS = Answer([{"id": "c-1", "name": "cluster01"}])


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        running.answers = [CLUSTERS]
        yield running


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def secure(authority: Authority) -> Iterator[Wire]:
    with wire(server_context(authority.server())) as running:
        running.answers = [CLUSTERS]
        yield running


@pytest.mark.parametrize("missing", ["IdentityEndpoint", "AuthToken", "TenantId", "ClusterId"])
def test_a_missing_key_is_named_without_a_call(server: Wire, missing: str) -> None:
    for value in (None, "", "  "):
        given = {**credential(server.url), missing: value}
        with pytest.raises(Invalid) as refused:
            connect(server.url, {key: one for key, one in given.items() if one is not None}, Endpoint=server.url)
        assert refused.value.field == missing
    assert server.seen == []


def test_a_check_is_one_call_with_the_token_and_a_connection_of_its_own(server: Wire) -> None:
    cloudit = connect(server.url)
    assert server.seen == []
    cloudit.connection.check()
    (request,) = server.seen
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert (request.method, request.path) == ("GET", PATH)
    assert headers["x-auth-token"] == "token-of-nobody"
    assert (headers["accept"], headers["connection"]) == ("application/json", "close")
    assert cloudit.outcomes() == [("GET /ace/clusters", "")]


def test_the_user_s_name_and_password_are_never_sent(server: Wire) -> None:
    given = {**credential(server.url), "Username": "canary-user", "Password": "canary-password"}
    connect(server.url, given).connection.check()
    assert "canary" not in f"{server.seen[0].target} {server.seen[0].headers} {server.seen[0].body!r}"


def test_an_endpoint_of_the_region_takes_the_place_of_the_credential_s(server: Wire) -> None:
    connect("http://127.0.0.1:1", Endpoint=f"{server.url}/base/").connection.check()
    assert server.seen[0].path == f"/base{PATH}"


def test_a_tenant_stands_in_the_path_as_one_word(server: Wire) -> None:
    connect(server.url, {**credential(server.url), "TenantId": "a/../b"}).connection.check()
    assert server.seen[0].target == "/cloudit/v5.0/ace/v1.0/a%2F..%2Fb/clusters"


@pytest.mark.parametrize("name", ["cluster01", "CLUSTER01", "c-1"])
def test_a_cluster_is_known_by_name_or_id(server: Wire, name: str) -> None:
    connect(server.url, {**credential(server.url), "ClusterId": name}).connection.check()


def test_a_cluster_that_is_none_is_named_when_the_connection_is_checked(server: Wire) -> None:
    with pytest.raises(Invalid) as refused:
        connect(server.url, {**credential(server.url), "ClusterId": "moon"}).connection.check()
    assert refused.value.field == "ClusterId"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("IdentityEndpoint", "ftp://example.test"),
        ("IdentityEndpoint", "no URL"),
        ("Endpoint", "no URL"),
        ("Endpoint", "http://exa\x7fmple.test"),
        ("CA", "no PEM"),
        ("AuthToken", "two\nlines"),
        ("AuthToken", "Schlüssel"),
    ],
)
def test_a_key_that_cannot_be_used_is_named(field: str, value: str) -> None:
    given, keys = credential("http://127.0.0.1:1"), dict[str, str]()
    (given if field in given else keys)[field] = value
    with pytest.raises(Invalid) as refused:
        CloudItDriver().connect(ConnectionInfo("cloudit", "CLOUDIT", given, keys), _recorder())
    assert refused.value.field == field
    assert field != "AuthToken" or value not in f"{refused.value!r}"


def test_loopback_needs_no_proxy(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, "http://127.0.0.1:1/")
    connect(server.url).connection.check()
    assert len(server.seen) == 1


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_any_other_address_goes_by_the_user_s_proxy(server: Wire, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    _proxies(monkeypatch, server.url.replace("http://", scheme))
    connect("http://cloudit.example.test:9090").connection.check()
    assert [request.target for request in server.seen] == [f"http://cloudit.example.test:9090{PATH}"]


@pytest.mark.parametrize("proxy", ["gopher://somebody:canary@127.0.0.1:1", "socks5://canary@x:1"])
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    _proxies(monkeypatch, proxy)
    with pytest.raises(Invalid) as refused:
        connect("http://cloudit.example.test")
    assert "canary" not in f"{refused.value!r} {refused.value.__cause__!r}"


def test_over_tls_the_proxy_is_asked_for_a_tunnel(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    server.answers = [Answer("not there", 403)]
    with pytest.raises(Unreachable):
        connect("https://cloudit.example.test").connection.check()
    assert [(one.method, one.target) for one in server.seen] == [("CONNECT", "cloudit.example.test:443")]
    assert "token-of-nobody" not in str(server.seen[0].headers)


def test_an_address_that_needs_no_proxy_is_called_itself(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    monkeypatch.setenv("NO_PROXY", "cloudit.invalid")
    with pytest.raises(Unreachable):
        connect("http://cloudit.invalid").connection.check()
    assert server.seen == []


def test_the_given_ca_is_trusted(secure: Wire, authority: Authority) -> None:
    connect(secure.url, CA=authority.certificate.replace("\n", "\\n")).connection.check()
    assert len(secure.seen) == 1


def test_another_authority_is_not_trusted(secure: Wire) -> None:
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        connect(secure.url, CA=Authority().certificate).connection.check()
    assert secure.seen == []


def test_a_ca_of_the_environment_is_not_trusted(
    secure: Wire, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(authority.certificate)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(file))
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        connect(secure.url).connection.check()


def test_a_netrc_of_the_machine_is_not_read(server: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login of-the-machine password of-the-machine")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    connect(server.url).connection.check()
    assert "authorization" not in {name.lower() for name in server.seen[0].headers}


def test_a_connection_shows_no_secret(server: Wire) -> None:
    cloudit = connect(server.url)
    cloudit.connection.check()
    info = ConnectionInfo("cloudit", "CLOUDIT", credential(server.url), {})
    inner = cloudit.connection._cloudit
    shown = f"{info!r} {cloudit.connection!r} {vars(cloudit.connection)!r} {vars(inner)!r} {cloudit.records!r}"
    assert "token-of-nobody" not in shown
    assert "token-of-nobody" not in server.seen[0].target


def test_importing_the_driver_loads_no_client() -> None:
    code = "import sys, spider_drivers.cloudit as cloudit; cloudit.CloudItDriver().capability(); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert not {"httpx", "requests", "certifi"} & set(run.stdout.split())


def test_a_connection_needs_neither_requests_nor_an_sdk() -> None:
    code = (
        "import sys; from spider_drivers.contract import *; from spider_drivers.cloudit import CloudItDriver\n"
        "given = {'IdentityEndpoint': 'http://127.0.0.1:1', 'AuthToken': 'x', 'TenantId': 'x', 'ClusterId': 'x'}\n"
        "info = ConnectionInfo('c', 'CLOUDIT', given, {})\n"
        "CloudItDriver().connect(info, CallRecorder(SystemClock(), print)); print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert "httpx" in run.stdout.split()
    assert not {"requests", "urllib3"} & set(run.stdout.split())


def _proxies(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name.lower(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", url)
    monkeypatch.setenv("HTTPS_PROXY", url)


def _recorder() -> CallRecorder:
    return CallRecorder(SystemClock(), lambda _: None)
