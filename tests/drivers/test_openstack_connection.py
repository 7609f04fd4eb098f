"""The OpenStack driver uses what it is given and nothing else, follows a cloud's catalogue but not everywhere, and
starts light."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from spider_drivers.contract import (
    Attempt,
    CallRecorder,
    ConnectionInfo,
    Invalid,
    Ref,
    Refused,
    SystemClock,
    Unreachable,
)
from spider_drivers.openstack import OpenStackDriver

from cloud_twin.tls import Authority, server_context
from tests.drivers.docker_support import Answer, Wire, wire
from tests.drivers.openstack_support import GIVEN, REGION, SERVERS, connect, log_in, refusal

VM = "0f0c2d4e-6a77-4b52-9f3c-8f6f2f0b7c11"
APPLICATION = {"ApplicationCredentialID": "1d0f", "ApplicationCredentialSecret": "canary-of-the-application"}
# All that OpenStack's own clients would look at, each leading nowhere.
FOREIGN = {
    "OS_CLOUD": "of-the-machine-itself",
    "OS_AUTH_URL": "http://127.0.0.1:1/v3",
    "OS_USERNAME": "of-the-machine-itself",
    "OS_PASSWORD": "of-the-machine-itself",
    "OS_USER_DOMAIN_NAME": "of-the-machine-itself",
    "OS_PROJECT_ID": "of-the-machine-itself",
    "OS_REGION_NAME": "of-the-machine-itself",
    "OS_CACERT": "/nowhere.pem",
    "OS_COMPUTE_API_VERSION": "1",
    "REQUESTS_CA_BUNDLE": "/nowhere.pem",
    "CURL_CA_BUNDLE": "/nowhere.pem",
    "SSL_CERT_FILE": "/nowhere.pem",
    "STATSD_HOST": "127.0.0.1",
}


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        log_in(running)
        yield running


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def secure(authority: Authority) -> Iterator[Wire]:
    with wire(server_context(authority.server())) as running:
        log_in(running)
        yield running


@pytest.fixture
def foreign_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").write_text(
        json.dumps({"clouds": {"of-the-machine-itself": {"profile": "vexxhost", "region_name": "elsewhere"}}})
    )
    for name, value in {**FOREIGN, "HOME": str(tmp_path), "OS_CLIENT_CONFIG_FILE": "clouds.yaml"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("foreign_environment")
@pytest.mark.parametrize("missing", ["IdentityEndpoint", "Username", "Password", "DomainName", "ProjectID", "Region"])
def test_a_missing_key_is_not_taken_from_elsewhere(server: Wire, missing: str) -> None:
    given = {key: value for key, value in _given(server).items() if key != missing}
    keys = {} if missing == "Region" else {"Region": REGION}
    _refused(given, keys, missing)
    assert server.seen == []


@pytest.mark.parametrize("missing", APPLICATION)
def test_an_application_credential_is_whole(server: Wire, missing: str) -> None:
    given = {**_given(server), **{key: value for key, value in APPLICATION.items() if key != missing}}
    _refused(given, {"Region": REGION}, missing)


def test_without_any_credential_both_kinds_are_named(server: Wire) -> None:
    error = _refused({"IdentityEndpoint": f"{server.url}/identity"}, {"Region": REGION}, "Username")
    assert "DomainName" in error.message
    assert "ApplicationCredentialSecret" in error.message


@pytest.mark.usefixtures("foreign_environment")
def test_a_foreign_environment_changes_nothing(server: Wire) -> None:
    os_ = connect(_given(server))
    assert server.seen == []
    os_.connection.check()
    (request,) = server.seen
    assert (request.method, request.path) == ("POST", "/identity/v3/auth/tokens")
    told = json.loads(request.body)["auth"]
    assert told["identity"]["password"]["user"] == {
        "name": GIVEN["Username"],
        "password": GIVEN["Password"],
        "domain": {"name": GIVEN["DomainName"]},
    }
    assert told["scope"] == {"project": {"id": GIVEN["ProjectID"]}}
    assert "of-the-machine-itself" not in f"{request.headers} {request.body!r}"


@pytest.mark.parametrize("ending", ["", "/", "/v3", "/v3/"])
def test_keystone_s_address_may_lack_the_version(server: Wire, ending: str) -> None:
    connect({**_given(server), "IdentityEndpoint": f"{server.url}/identity{ending}"}).connection.check()
    assert server.seen[0].path == "/identity/v3/auth/tokens"


def test_an_application_credential_logs_in(server: Wire) -> None:
    connect({"IdentityEndpoint": f"{server.url}/identity/v3", **APPLICATION}).connection.check()
    told = json.loads(server.seen[0].body)["auth"]
    assert told["identity"] == {
        "methods": ["application_credential"],
        "application_credential": {
            "id": APPLICATION["ApplicationCredentialID"],
            "secret": APPLICATION["ApplicationCredentialSecret"],
        },
    }
    assert "scope" not in told


def test_an_endpoint_takes_the_place_of_the_credential_s(server: Wire) -> None:
    given = {**GIVEN, "IdentityEndpoint": "http://127.0.0.1:1/v3"}
    connect(given, Endpoint=f"{server.url}/identity/v3").connection.check()
    assert len(server.seen) == 1


def test_one_log_in_serves_all_calls(server: Wire) -> None:
    os_ = connect(_given(server))
    log_in(server, SERVERS, SERVERS)
    os_.connection.vm.list()
    os_.connection.vm.list()
    assert os_.outcomes() == [
        ("POST identity/auth/tokens", ""),
        ("GET compute/servers/detail", ""),
        ("GET compute/servers/detail", ""),
    ]
    assert {request.headers.get("X-Auth-Token") for request in server.seen[1:]} == {"canary-of-the-token"}


def test_a_token_that_is_good_no_longer_is_renewed_once(server: Wire) -> None:
    os_ = connect(_given(server))
    gone = refusal(401, {"error": {"code": 401, "title": "Unauthorized", "message": "Log in."}})
    log_in(server, gone)
    server.answers += [server.answers[0], SERVERS]
    assert os_.connection.vm.list() == []
    assert [api for api, code in os_.outcomes() if not code].count("POST identity/auth/tokens") == 2
    log_in(server, gone)
    server.answers = [gone, server.answers[0], gone]
    with pytest.raises(Refused) as refused:
        os_.connection.vm.list()
    assert (refused.value.code, refused.value.text) == ("Unauthorized", "Log in.")


def test_a_wrong_password_is_refused_in_keystone_s_words(server: Wire) -> None:
    words = "The request you have made requires authentication."
    server.answers = [refusal(401, {"error": {"code": 401, "message": words, "title": "Unauthorized"}})]
    os_ = connect(_given(server))
    with pytest.raises(Refused) as refused:
        os_.connection.check()
    assert (refused.value.code, refused.value.text) == ("Unauthorized", words)
    assert os_.outcomes() == [("POST identity/auth/tokens", "Unauthorized")]


def test_a_credential_that_is_gone_says_nothing_of_what_is_there(server: Wire) -> None:
    """Else a VM would be taken for deleted."""
    words = "Could not find Application Credential: 1d0f."
    server.answers = [refusal(404, {"error": {"code": 404, "message": words, "title": "Not Found"}})]
    os_ = connect({"IdentityEndpoint": f"{server.url}/identity/v3", **APPLICATION})
    with pytest.raises(Refused):
        os_.connection.check()
    with pytest.raises(Refused) as refused:
        os_.connection.vm.delete(Ref("vm", VM), Attempt("token"))
    assert (refused.value.code, refused.value.text) == ("Not Found", words)


@pytest.mark.parametrize(
    "leading", ["http://169.254.169.254/latest", "http://2852039166/v2.1", "http://metadata.google.internal/compute"]
)
def test_a_catalogue_does_not_lead_to_a_metadata_service(server: Wire, leading: str) -> None:
    os_ = connect(_given(server))
    log_in(server, SERVERS, compute=leading)
    with pytest.raises(Refused, match="that is not allowed"):
        os_.connection.vm.list()
    assert len(server.seen) == 1


def test_a_redirection_does_not_lead_to_a_metadata_service(server: Wire) -> None:
    os_ = connect(_given(server))
    log_in(server, Answer("", 302, {"Location": "http://169.254.169.254/latest"}), image=f"{server.url}/image")
    with pytest.raises(Refused, match="that is not allowed"):
        os_.connection.image.list()
    assert len(server.seen) == 2


def test_only_a_keystone_on_this_host_leads_to_this_host(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    os_ = connect({**GIVEN, "IdentityEndpoint": "http://keystone.example.test/v3"})
    log_in(server, SERVERS)
    with pytest.raises(Refused, match="that is not allowed"):
        os_.connection.vm.list()
    assert len(server.seen) == 1


def test_each_address_goes_by_its_own_proxy(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    os_ = connect(_given(server))
    log_in(server, SERVERS, compute="http://nova.example.test/v2.1")
    os_.connection.vm.list()
    assert server.seen[0].target == "/identity/v3/auth/tokens", "loopback needs no proxy"
    assert server.seen[1].target.startswith("http://nova.example.test/v2.1/servers/detail")


@pytest.mark.parametrize("checked", [True, False])
def test_a_region_that_the_catalogue_lacks_is_named(server: Wire, checked: bool) -> None:
    os_ = connect(_given(server), Region="moon")
    with pytest.raises(Invalid) as refused:
        os_.connection.check() if checked else os_.connection.vm.list()
    assert refused.value.field == "Region"


def test_a_zone_that_is_none_is_named(server: Wire) -> None:
    zones = {"availabilityZoneInfo": [{"zoneName": "zone-1", "zoneState": {"available": True}, "hosts": None}]}
    log_in(server, Answer(zones))
    connect(_given(server), Zone="zone-1").connection.check()
    log_in(server, Answer(zones))
    with pytest.raises(Invalid) as refused:
        connect(_given(server), Zone="moon").connection.check()
    assert refused.value.field == "Zone"


@pytest.mark.parametrize(("field", "value"), [("Endpoint", "ftp://example.test"), ("Endpoint", "no"), ("CA", "no PEM")])
def test_a_key_that_cannot_be_used_is_named(server: Wire, field: str, value: str) -> None:
    _refused(_given(server), {"Region": REGION, field: value}, field)


def test_the_given_ca_is_trusted(secure: Wire, authority: Authority) -> None:
    connect(_given(secure), CA=authority.certificate.replace("\n", "\\n")).connection.check()
    assert len(secure.seen) == 1


def test_no_other_authority_is_trusted(
    secure: Wire, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(authority.certificate)
    for name in ("OS_CACERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(file))
    for os_ in (connect(_given(secure), CA=Authority().certificate), connect(_given(secure))):
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            os_.connection.check()
    assert secure.seen == []


def test_a_connection_shows_no_secret(server: Wire) -> None:
    given = _given(server)
    os_ = connect(given)
    log_in(server, SERVERS)
    os_.connection.vm.list()
    info = ConnectionInfo("openstack", "OPENSTACK", {**given, **APPLICATION}, {"Region": REGION})
    shown = f"{info!r} {os_.connection!r} {vars(os_.connection)!r} {vars(os_.cloud)!r} {os_.records!r}"
    assert "canary" not in shown


def test_importing_the_driver_loads_no_sdk() -> None:
    code = "import sys, spider_drivers.openstack as one; one.OpenStackDriver().capability(); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert not {"openstack", "keystoneauth1", "requests", "urllib3"} & set(run.stdout.split())


def _given(server: Wire) -> dict[str, str]:
    return {**GIVEN, "IdentityEndpoint": f"{server.url}/identity/v3"}


def _refused(given: dict[str, str], keys: dict[str, str], field: str) -> Invalid:
    recorder = CallRecorder(SystemClock(), lambda _: None)
    with pytest.raises(Invalid) as refused:
        OpenStackDriver().connect(ConnectionInfo("openstack", "OPENSTACK", given, keys), recorder)
    assert refused.value.field == field
    return refused.value


def _proxies(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name.lower(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", url)
    monkeypatch.setenv("HTTPS_PROXY", url)
