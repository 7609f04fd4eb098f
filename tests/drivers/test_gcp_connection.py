"""The GCP driver uses what it is given and nothing else; it starts light."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import CallRecorder, ConnectionInfo, Invalid, Ref, SystemClock, Unreachable
from spider_drivers.gcp import GcpDriver, services

from cloud_twin.tls import Authority, server_context
from tests.drivers.docker_support import Answer, Wire, wire
from tests.drivers.gcp_support import KEYS, ZONE, ZONE_ANSWER, connect, credential, error, private_key

# All that Google's libraries would look at, each leading nowhere.
FOREIGN = {
    "GOOGLE_APPLICATION_CREDENTIALS": "/nowhere.json",
    "GOOGLE_CLOUD_PROJECT": "of-the-machine-itself",
    "GOOGLE_CLOUD_QUOTA_PROJECT": "of-the-machine-itself",
    "GOOGLE_CLOUD_UNIVERSE_DOMAIN": "universe.invalid",
    "GOOGLE_API_USE_CLIENT_CERTIFICATE": "true",
    "GOOGLE_API_USE_MTLS_ENDPOINT": "nonsense",
    "GOOGLE_API_CERTIFICATE_CONFIG": "/nowhere.json",
    "GOOGLE_SDK_EXPERIMENTAL_PYTHON_REGIONAL_ACCESS_BOUNDARY_LOOKUP_ENABLED": "true",
    "CLOUDSDK_CONFIG": "/nowhere",
    "CLOUDSDK_CORE_PROJECT": "of-the-machine-itself",
    "GCE_METADATA_HOST": "127.0.0.1:1",
    "REQUESTS_CA_BUNDLE": "/nowhere.pem",
    "CURL_CA_BUNDLE": "/nowhere.pem",
    "SSL_CERT_FILE": "/nowhere.pem",
}
PATH = f"/compute/v1/projects/project/zones/{ZONE}"


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        running.answers = [ZONE_ANSWER]
        yield running


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def secure(authority: Authority) -> Iterator[Wire]:
    with wire(server_context(authority.server())) as running:
        running.answers = [ZONE_ANSWER]
        yield running


@pytest.fixture
def foreign_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "gcloud"
    folder.mkdir(parents=True)
    (folder / "application_default_credentials.json").write_text('{"type": "authorized_user"}')
    for name, value in {**FOREIGN, "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("foreign_environment")
@pytest.mark.parametrize("missing", ["PrivateKey", "ProjectID", "ClientEmail", "Region"])
def test_a_missing_key_is_not_taken_from_elsewhere(server: Wire, missing: str) -> None:
    given = {key: value for key, value in credential().items() if key != missing}
    keys = {key: value for key, value in {**KEYS, "Endpoint": server.url}.items() if key != missing}
    with pytest.raises(Invalid) as refused:
        GcpDriver().connect(ConnectionInfo("gcp", "GCP", given, keys), _recorder())
    assert refused.value.field == missing
    assert server.seen == []


@pytest.mark.usefixtures("foreign_environment")
def test_a_foreign_environment_changes_nothing(server: Wire) -> None:
    gcp = connect(server.url)
    assert server.seen == []
    gcp.connection.check()
    (request,) = server.seen
    assert (request.method, request.path) == ("GET", PATH)
    assert "of-the-machine-itself" not in str(request.headers)


def test_without_an_endpoint_it_is_google_s_own() -> None:
    gcp = connect("")
    assert gcp.connection._gce._transport("zones")._host == "https://compute.googleapis.com"


def test_an_endpoint_may_have_a_path(server: Wire) -> None:
    connect(f"{server.url}/google/").connection.check()
    assert server.seen[0].path == f"/google{PATH}"


def test_the_account_s_own_key_signs_the_token(server: Wire) -> None:
    gcp = connect(server.url)
    gcp.connection.check()
    gcp.connection.check()
    tokens = {request.headers["authorization"] for request in server.seen}
    assert len(tokens) == 1, "a token is good for an hour"
    header, claims = _token(tokens.pop())
    assert header == {"alg": "RS256", "typ": "JWT"}
    assert claims["iss"] == claims["sub"] == credential()["ClientEmail"]
    assert claims["scope"] == "https://www.googleapis.com/auth/compute"
    assert 0 < claims["exp"] - claims["iat"] <= 3600
    assert len(gcp.records) == len(server.seen) == 2, "nobody was asked for a token"


def test_a_given_key_id_is_in_the_token(server: Wire) -> None:
    connect(server.url, {**credential(), "PrivateKeyID": "0123abc"}).connection.check()
    header, _ = _token(server.seen[0].headers["authorization"])
    assert header["kid"] == "0123abc"


def test_line_breaks_may_be_two_characters(server: Wire) -> None:
    connect(server.url, {**credential(), "PrivateKey": private_key().replace("\n", "\\n")}).connection.check()
    assert len(server.seen) == 1


@pytest.mark.parametrize("broken", ["no PEM", "", "half", "public", "encrypted"])
def test_a_broken_key_is_named_and_not_shown(server: Wire, broken: str) -> None:
    pem = private_key()
    texts = {
        "half": pem[: len(pem) // 2] + "\n-----END PRIVATE KEY-----\n",
        "public": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "encrypted": pem.replace("BEGIN PRIVATE", "BEGIN ENCRYPTED PRIVATE"),
    }
    given = {**credential(), "PrivateKey": texts.get(broken, broken)}
    with pytest.raises(Invalid) as refused:
        connect(server.url, given)
    assert refused.value.field == "PrivateKey"
    shown = f"{refused.value!r} {refused.value.message} {refused.value.__cause__!r}"
    assert not any(line in shown for line in pem.splitlines())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Region", "no region"),
        ("Zone", "a/b"),
        ("ProjectID", "p/../q"),
        ("Endpoint", "ftp://example.test"),
        ("Endpoint", "no URL"),
        ("CA", "no PEM"),
    ],
)
def test_a_key_that_cannot_be_used_is_named(field: str, value: str) -> None:
    given, keys = credential(), dict(KEYS)
    (given if field in given else keys)[field] = value
    with pytest.raises(Invalid) as refused:
        GcpDriver().connect(ConnectionInfo("gcp", "GCP", given, keys), _recorder())
    assert refused.value.field == field


def test_a_zone_that_is_none_is_named_when_the_connection_is_checked(server: Wire) -> None:
    server.answers = [error(404, "notFound", "The resource 'projects/project/zones/moon' was not found")]
    with pytest.raises(Invalid) as refused:
        connect(server.url, Zone="moon").connection.check()
    assert refused.value.field == "Zone"


def test_a_zone_of_another_region_is_named_when_the_connection_is_checked(server: Wire) -> None:
    server.answers = [Answer({"kind": "compute#zone", "name": "us-east1-b", "region": "…/regions/us-east1"})]
    with pytest.raises(Invalid) as refused:
        connect(server.url, Zone="us-east1-b").connection.check()
    assert refused.value.field == "Zone"


def test_without_a_zone_the_region_is_asked_for(server: Wire) -> None:
    server.answers = [error(404, "notFound", "The resource 'projects/project/regions/us-central1' was not found")]
    with pytest.raises(Invalid) as refused:
        connect(server.url, Zone="").connection.check()
    assert refused.value.field == "Region"


def test_loopback_needs_no_proxy(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, "http://127.0.0.1:1/")
    connect(server.url).connection.check()
    assert len(server.seen) == 1


def test_any_other_address_goes_by_the_user_s_proxy(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    connect("http://gce.example.test").connection.check()
    assert [request.target for request in server.seen] == [f"http://gce.example.test{PATH}"]


def test_over_tls_the_proxy_is_asked_for_a_tunnel(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    server.answers = [Answer("not there", 403)]
    with pytest.raises(Unreachable):
        connect("").connection.check()
    assert [(one.method, one.target) for one in server.seen] == [("CONNECT", "compute.googleapis.com:443")]


def test_an_address_that_needs_no_proxy_is_called_itself(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    monkeypatch.setenv("NO_PROXY", "gce.invalid")
    with pytest.raises(Unreachable):
        connect("http://gce.invalid").connection.check()
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


def test_a_connection_shows_no_secret(server: Wire) -> None:
    gcp = connect(server.url)
    gcp.connection.check()
    lines = [line for line in private_key().splitlines() if "PRIVATE KEY" not in line]
    info = ConnectionInfo("gcp", "GCP", credential(), KEYS)
    shown = f"{info!r} {gcp.connection!r} {vars(gcp.connection)!r} {vars(gcp.connection._gce)!r} {gcp.records!r}"
    assert not any(line in shown for line in lines)
    sent = "".join(f"{request.target} {request.headers} {request.body!r}" for request in server.seen)
    assert not any(line in sent for line in lines)


def test_many_services_share_one_connection(server: Wire) -> None:
    """One session, so one TLS handshake, for all of the SDK's transports."""
    gcp = connect(server.url)
    server.answers = [Answer({"kind": "compute#thingList", "name": "thing", "selfLink": "x"})]
    gcp.connection.vpc.list()
    gcp.connection.vm.list()
    gcp.connection.region_zone.get(Ref("", "us-central1"))
    sessions = {id(transport._session) for transport in gcp.connection._gce._transports.values()}
    assert len(gcp.connection._gce._transports) == 5
    assert len(sessions) == 1


def test_importing_the_driver_loads_no_sdk() -> None:
    code = "import sys, spider_drivers.gcp as gcp; gcp.GcpDriver().capability(); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert not {"google.auth", "google.cloud.compute_v1", "requests", "urllib3"} & set(run.stdout.split())


LOADED = """
import sys
from spider_drivers.gcp import services
def loaded():
    return sorted({name.split(".")[4] for name in sys.modules if name.startswith("google.cloud.compute_v1.services.")})
services.client("zoneOperations")
print(*loaded())
from google.cloud import compute_v1
print(compute_v1.gapic_version.__name__, len(loaded()))
print(compute_v1.ImagesClient.__name__, compute_v1.Network.__name__, "images" in loaded())
"""


def test_a_service_is_loaded_without_the_others_and_whoever_wants_all_gets_all() -> None:
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=60)
    one, none_more, all_of_them = run.stdout.splitlines()
    assert one == "zone_operations"
    assert none_more == "google.cloud.compute_v1.gapic_version 1"
    assert all_of_them == "ImagesClient Network True"


def test_a_service_that_is_none_is_told() -> None:
    with pytest.raises(ModuleNotFoundError, match="odd_things"):
        services.client("oddThings")


def _token(authorization: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a bearer's JWT."""
    kind, _, token = authorization.partition(" ")
    assert kind == "Bearer"
    header, claims, _ = (part + "=" * (-len(part) % 4) for part in token.split("."))
    return json.loads(base64.urlsafe_b64decode(header)), json.loads(base64.urlsafe_b64decode(claims))


def _proxies(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name.lower(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", url)
    monkeypatch.setenv("HTTPS_PROXY", url)


def _recorder() -> CallRecorder:
    return CallRecorder(SystemClock(), lambda _: None)
