"""The Alibaba driver uses what it is given and nothing else; it starts light."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from spider_drivers.alibaba import AlibabaDriver
from spider_drivers.contract import CallRecorder, ConnectionInfo, Invalid, SystemClock, Unreachable

from cloud_twin.tls import Authority, server_context
from tests.drivers.alibaba_support import CREDENTIAL, KEYS, SECRET, ZONES, answer, connect, error, parameters
from tests.drivers.docker_support import Answer, Wire, wire

# All that the SDK would look at, each leading nowhere.
FOREIGN = {
    "ALIYUN_ACCESS_KEY_ID": "of-the-machine-itself",
    "ALIYUN_ACCESS_KEY_SECRET": "of-the-machine-itself",
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "of-the-machine-itself",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "of-the-machine-itself",
    "ALIBABA_CLOUD_ECS_METADATA": "of-the-machine-itself",
    "ALIBABA_CLOUD_CREDENTIALS_FILE": "/nowhere.ini",
    "ALIBABA_CLOUD_CA_BUNDLE": "/nowhere.pem",
    "REQUESTS_CA_BUNDLE": "/nowhere.pem",
    "CURL_CA_BUNDLE": "/nowhere.pem",
    "SSL_CERT_FILE": "/nowhere.pem",
    "DEBUG": "sdk",
}


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        running.answers = [ZONES]
        yield running


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def secure(authority: Authority) -> Iterator[Wire]:
    with wire(server_context(authority.server())) as running:
        running.answers = [ZONES]
        yield running


@pytest.fixture
def foreign_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / ".alibabacloud"
    folder.mkdir()
    (folder / "credentials.ini").write_text("[default]\ntype = access_key\naccess_key_id = of-the-machine-itself\n")
    for name, value in {**FOREIGN, "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("foreign_environment")
@pytest.mark.parametrize("missing", ["ClientId", "ClientSecret", "Region"])
def test_a_missing_key_is_not_taken_from_elsewhere(server: Wire, missing: str) -> None:
    given = {key: value for key, value in CREDENTIAL.items() if key != missing}
    keys = {key: value for key, value in {**KEYS, "Endpoint": server.url}.items() if key != missing}
    with pytest.raises(Invalid) as refused:
        AlibabaDriver().connect(ConnectionInfo("alibaba", "ALIBABA", given, keys), _recorder())
    assert refused.value.field == missing
    assert server.seen == []


@pytest.mark.usefixtures("foreign_environment")
@pytest.mark.parametrize("token", ["", "a+security/token="])
def test_a_foreign_environment_changes_nothing(
    server: Wire, token: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    given = {**CREDENTIAL, **({"StsToken": token} if token else {})}
    with caplog.at_level(logging.DEBUG):
        alibaba = connect(server.url, given)
        assert server.seen == []
        alibaba.connection.check()
    (request,) = server.seen
    sent = parameters(request)
    assert sent["Action"] == "DescribeZones"
    assert sent["AccessKeyId"] == CREDENTIAL["ClientId"]
    assert sent.get("SecurityToken", "") == token
    assert "of-the-machine-itself" not in f"{request.target} {request.headers}"
    # With DEBUG=sdk the SDK prints every call with its signature, and urllib3 logs it at DEBUG.
    shown = "".join(capfd.readouterr()) + "".join(map(str, caplog.messages))
    assert "AccessKeyId" not in shown
    assert sent["Signature"] not in shown


def test_without_an_endpoint_it_is_the_region_s_own_over_https() -> None:
    acs = connect("").connection._acs
    assert acs._address("ecs") == "https://ecs.ap-northeast-1.aliyuncs.com"
    assert acs._address("vpc") == "https://vpc.ap-northeast-1.aliyuncs.com"


def test_an_endpoint_takes_the_place_of_both_products(server: Wire) -> None:
    alibaba = connect(f"{server.url}/alibaba/")
    alibaba.connection.check()
    server.answers = [answer(VpcId="vpc-1")]
    alibaba.call("vpc.CreateVpc", CidrBlock="10.0.0.0/16")
    assert [(one.path, parameters(one)["Version"]) for one in server.seen] == [
        ("/alibaba/", "2014-05-26"),
        ("/alibaba/", "2016-04-28"),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Region", "no region"),
        ("Region", "x@example.test/"),
        ("Endpoint", "ftp://example.test"),
        ("Endpoint", "no URL"),
        ("CA", "no PEM"),
        ("StoppedMode", "Sleeping"),
    ],
)
def test_a_key_that_cannot_be_used_is_named(field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        AlibabaDriver().connect(ConnectionInfo("alibaba", "ALIBABA", CREDENTIAL, {**KEYS, field: value}), _recorder())
    assert refused.value.field == field


def test_a_zone_of_another_region_is_named_when_the_connection_is_checked(server: Wire) -> None:
    with pytest.raises(Invalid) as refused:
        connect(server.url, Zone="ap-northeast-1z").connection.check()
    assert refused.value.field == "Zone"


def test_a_region_that_is_none_is_named_when_the_connection_is_checked(server: Wire) -> None:
    server.answers = [error(404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.")]
    with pytest.raises(Invalid) as refused:
        connect(server.url, Region="moon").connection.check()
    assert refused.value.field == "Region"


def test_loopback_needs_no_proxy(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, "http://127.0.0.1:1/")
    connect(server.url).connection.check()
    assert len(server.seen) == 1


def test_any_other_address_goes_by_the_user_s_proxy(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    connect("http://ecs.example.test").connection.check()
    assert [request.target.partition("?")[0] for request in server.seen] == ["http://ecs.example.test/"]


def test_over_tls_the_proxy_is_asked_for_a_tunnel(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    server.answers = [Answer("not there", 403)]
    with pytest.raises(Unreachable):
        connect("").connection.check()
    assert [(one.method, one.target) for one in server.seen] == [("CONNECT", "ecs.ap-northeast-1.aliyuncs.com:443")]


def test_an_address_that_needs_no_proxy_is_called_itself(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    monkeypatch.setenv("NO_PROXY", "ecs.invalid")
    with pytest.raises(Unreachable):
        connect("http://ecs.invalid").connection.check()
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
    for name in ("ALIBABA_CLOUD_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(file))
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        connect(secure.url).connection.check()


def test_a_connection_shows_no_secret(server: Wire) -> None:
    alibaba = connect(server.url)
    alibaba.connection.check()
    info = ConnectionInfo("alibaba", "ALIBABA", CREDENTIAL, KEYS)
    shown = (
        f"{info!r} {alibaba.connection!r} {vars(alibaba.connection)!r} {alibaba.connection._acs!r} {alibaba.records!r}"
    )
    assert SECRET not in shown
    assert all(SECRET not in f"{request.target} {request.headers} {request.body!r}" for request in server.seen)


def test_importing_the_driver_loads_no_sdk() -> None:
    code = "import sys, spider_drivers.alibaba as a; a.AlibabaDriver().capability(); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert not {"aliyunsdkcore", "aliyunsdkecs", "requests", "urllib3"} & set(run.stdout.split())


def _proxies(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name.lower(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", url)
    monkeypatch.setenv("HTTPS_PROXY", url)


def _recorder() -> CallRecorder:
    return CallRecorder(SystemClock(), lambda _: None)
