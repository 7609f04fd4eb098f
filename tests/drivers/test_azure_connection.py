"""The Azure driver uses what it is given and nothing else; it starts light."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from spider_drivers.azure import AzureDriver
from spider_drivers.azure import connection as azure_connection
from spider_drivers.contract import CallRecorder, ConnectionInfo, Invalid, SystemClock, Unreachable

from cloud_twin.tls import Authority
from tests.drivers.azure_support import (
    CREDENTIAL,
    LOG_IN,
    SECRET,
    SUBSCRIPTION,
    TOKEN,
    Wire,
    authority,
    connect,
    shown,
    wire,
)

SUBSCRIBED = shown({"id": f"/subscriptions/{SUBSCRIPTION}", "subscriptionId": SUBSCRIPTION})
CHECK = [*LOG_IN, "GET subscriptions/{name}"]


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        running.answers = [SUBSCRIBED]
        yield running


@pytest.fixture
def foreign_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All that the SDK would look at, each leading nowhere."""
    (tmp_path / ".azure").mkdir()
    (tmp_path / ".azure" / "azureProfile.json").write_text('{"subscriptions": []}')
    variables = {
        "HOME": str(tmp_path),
        "AZURE_CLIENT_ID": "of-the-machine-itself",
        "AZURE_CLIENT_SECRET": "of-the-machine-itself",
        "AZURE_TENANT_ID": "of-the-machine-itself",
        "AZURE_SUBSCRIPTION_ID": "of-the-machine-itself",
        "AZURE_AUTHORITY_HOST": "https://127.0.0.1:1",
        "AZURE_REGIONAL_AUTHORITY_NAME": "nowhere",
        "REGION_NAME": "nowhere",
        "AZURE_CLOUD": "nonsense",
        "AZURE_SDK_CLOUD_CONF": "nonsense",
        "AZURE_HTTP_USER_AGENT": "of-the-machine-itself",
        "AZURE_SDK_TRACING_IMPLEMENTATION": "nonsense",
        "AZURE_TRACING_ENABLED": "true",
        "AZURE_TELEMETRY_DISABLED": "nonsense",
        "MSI_ENDPOINT": "http://127.0.0.1:1",
        "IDENTITY_ENDPOINT": "http://127.0.0.1:1",
        "REQUESTS_CA_BUNDLE": "/nowhere.pem",
        "CURL_CA_BUNDLE": "/nowhere.pem",
        "SSL_CERT_FILE": "/nowhere.pem",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def info(credential: dict[str, str], **region_keys: str) -> ConnectionInfo:
    return ConnectionInfo("azure", "AZURE", credential, region_keys)


@pytest.mark.usefixtures("foreign_environment")
@pytest.mark.parametrize("missing", ["ClientId", "ClientSecret", "TenantId", "SubscriptionId", "Region"])
def test_a_missing_key_is_not_taken_from_elsewhere(server: Wire, missing: str) -> None:
    credential = {key: value for key, value in CREDENTIAL.items() if key != missing}
    keys = {key: value for key, value in {"Region": "koreacentral", "Endpoint": server.url}.items() if key != missing}
    with pytest.raises(Invalid) as refused:
        AzureDriver().connect(info(credential, **keys), _recorder())
    assert refused.value.field == missing
    assert server.seen == server.logged_in == []


@pytest.mark.usefixtures("foreign_environment")
def test_a_foreign_environment_changes_nothing(server: Wire) -> None:
    azure = connect(server.url)
    azure.connection.check()
    assert [record.api for record in azure.records] == CHECK
    (call,) = server.seen
    assert call.path == f"/subscriptions/{SUBSCRIPTION}"
    assert "of-the-machine-itself" not in str(call.headers)
    token = server.logged_in[-1]
    assert token.path == f"/{CREDENTIAL['TenantId']}/oauth2/v2.0/token"
    assert CREDENTIAL["ClientId"] in token.body


def test_a_token_is_asked_for_the_endpoint_itself(server: Wire) -> None:
    connect(server.url).connection.check()
    assert f"{server.url}/.default".replace(":", "%3A").replace("/", "%2F") in server.logged_in[-1].body


def test_without_an_endpoint_it_is_the_public_cloud() -> None:
    arm = connect("").arm
    assert arm._endpoint == "https://management.azure.com"
    assert arm._scope == "https://management.azure.com/.default"
    assert set(arm._wire._origins) == {
        "https://management.azure.com:443",
        "https://login.microsoftonline.com:443",
    }


def test_the_log_in_of_another_cloud_may_be_elsewhere(server: Wire) -> None:
    with wire() as login:
        connect(server.url, AuthorityHost=login.url).connection.check()
        assert len(login.logged_in) == len(LOG_IN)
    assert server.logged_in == []
    assert len(server.seen) == 1


def test_entra_itself_tells_where_tokens_are_had(server: Wire) -> None:
    """In China the address of the log-in names another."""
    with wire() as other, wire() as login:
        login.tokens_at = other.url
        connect(server.url, AuthorityHost=login.url).connection.check()
        assert [one.path.rpartition("/")[2] for one in other.logged_in] == ["token"]


def test_connecting_makes_no_call(server: Wire) -> None:
    assert connect(server.url).records == []
    assert server.seen == server.logged_in == []


def test_loopback_needs_no_proxy(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, "http://127.0.0.1:1/")
    connect(server.url).connection.check()
    assert len(server.seen) == 1


def test_any_other_address_goes_by_the_user_s_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, "http://127.0.0.1:1/")
    azure = connect("https://management.example.test")
    with pytest.raises(Unreachable, match="127.0.0.1"):
        azure.connection.check()
    assert [record.api for record in azure.records] == LOG_IN[:1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Region", "no region"),
        ("ResourceGroup", "no/group"),
        ("Endpoint", "no URL"),
        ("Endpoint", "http://127.0.0.1:1"),
        ("AuthorityHost", "http://127.0.0.1:1"),
        ("CA", "no PEM"),
    ],
)
def test_a_key_that_cannot_be_used_is_named(field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        AzureDriver().connect(info(CREDENTIAL, **{"Region": "koreacentral", field: value}), _recorder())
    assert refused.value.field == field


@pytest.mark.parametrize("field", ["TenantId", "SubscriptionId"])
def test_an_id_that_would_lead_elsewhere_is_named(field: str) -> None:
    with pytest.raises(Invalid) as refused:
        AzureDriver().connect(info({**CREDENTIAL, field: "../other"}, Region="koreacentral"), _recorder())
    assert refused.value.field == field


def test_the_given_ca_is_trusted_and_no_other(server: Wire) -> None:
    connect(server.url).connection.check()
    for ca in (Authority().certificate, ""):
        azure = connect(server.url, CA=ca)
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            azure.connection.check()
    assert len(server.seen) == 1


def test_a_ca_of_the_environment_is_not_trusted(server: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(authority().certificate)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(file))
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        connect(server.url, CA="").connection.check()
    assert server.logged_in == []


def test_no_secret_is_shown(server: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    azure = connect(server.url)
    azure.connection.check()
    told = f"{azure.connection!r} {azure.arm!r} {azure.records} {caplog.text}"
    assert SECRET not in told
    assert TOKEN not in told


LOADED = """
import sys
from spider_drivers.azure import AzureDriver
from spider_drivers.contract import CallRecorder, ConnectionInfo, SystemClock
AzureDriver().capability()
print(*sys.modules)
keys = ("ClientId", "ClientSecret", "TenantId", "SubscriptionId")
info = ConnectionInfo("a", "AZURE", dict.fromkeys(keys, "x"), {"Region": "r"})
AzureDriver().connect(info, CallRecorder(SystemClock(), lambda _: None))
print(*sys.modules)
"""


def test_no_package_of_the_sdk_is_loaded_before_its_first_use() -> None:
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=30)
    before, connected = (set(line.split()) for line in run.stdout.splitlines())
    assert not {"azure.core", "azure.identity", "msal", "requests", "urllib3"} & before
    assert not {"azure.identity", "msal", "azure.mgmt.compute", "azure.mgmt.network", "azure.mgmt.resource"} & connected


def test_a_client_is_loaded_for_what_it_does_alone(server: Wire) -> None:
    azure = connect(server.url)
    azure.connection.check()
    assert azure.arm._clients.keys() == {"subscriptions"}


def test_a_missing_sdk_is_said_when_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(azure_connection, "find_spec", lambda _: None)
    with pytest.raises(ModuleNotFoundError, match=r"azure\.identity"):
        AzureDriver().connect(info(CREDENTIAL, Region="koreacentral"), _recorder())


def _proxies(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name.lower(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", url)
    monkeypatch.setenv("HTTPS_PROXY", url)


def _recorder() -> CallRecorder:
    return CallRecorder(SystemClock(), lambda _: None)
