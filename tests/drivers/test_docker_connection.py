"""The Docker driver uses what it is given and nothing else; it starts light."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest
from spider_drivers.contract import (
    Attempt,
    CallRecorder,
    ConnectionInfo,
    ImageRequest,
    Invalid,
    NoAnswer,
    Ref,
    Refused,
    SystemClock,
    Unreachable,
    VmRequest,
)
from spider_drivers.docker import DockerDriver
from spider_drivers.docker.address import Address

from cloud_twin.tls import Authority, Identity, server_context
from tests.drivers.docker_support import VERSION, Answer, Wire, connect, error, wire
from tests.servers import free_port

FOREIGN = {
    "DOCKER_HOST": "tcp://127.0.0.1:1",
    "DOCKER_TLS_VERIFY": "1",
    "DOCKER_CERT_PATH": "/nowhere",
    "DOCKER_API_VERSION": "1.24",
    "DOCKER_CONTEXT": "nowhere",
    "REQUESTS_CA_BUNDLE": "/nowhere.pem",
    "CURL_CA_BUNDLE": "/nowhere.pem",
}
PASSWORD = "log-in of a registry"


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        running.answers = [Answer(VERSION)]
        yield running


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def client(authority: Authority) -> Identity:
    return authority.client("spider")


@pytest.fixture
def secure(authority: Authority) -> Iterator[Wire]:
    """An Engine that knows its clients by their certificates."""
    with wire(server_context(authority.server(), clients=authority.certificate)) as running:
        running.answers = [Answer(VERSION)]
        yield running


@pytest.fixture
def open_tls(authority: Authority) -> Iterator[Wire]:
    """An Engine that speaks TLS to anybody."""
    with wire(server_context(authority.server())) as running:
        running.answers = [Answer(VERSION)]
        yield running


@pytest.fixture
def foreign_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All that docker's own clients would look at, each leading nowhere."""
    folder = tmp_path / ".docker"
    folder.mkdir()
    proxies = {"default": {"httpProxy": "http://127.0.0.1:1", "httpsProxy": "http://127.0.0.1:1"}}
    auths = {"https://index.docker.io/v1/": {"username": "somebody", "password": PASSWORD}}
    told = {"auths": auths, "proxies": proxies, "HttpHeaders": {"X-Of-The-Machine": "yes"}, "credsStore": "nowhere"}
    (folder / "config.json").write_text(json.dumps(told))
    for name, value in {**FOREIGN, "HOME": str(tmp_path), "DOCKER_CONFIG": str(folder)}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("foreign_environment")
def test_a_missing_host_is_not_taken_from_elsewhere() -> None:
    with pytest.raises(Invalid) as refused:
        connect("")
    assert refused.value.field == "Host"


@pytest.mark.usefixtures("foreign_environment")
def test_a_foreign_environment_changes_nothing(server: Wire) -> None:
    connect(server.url).connection.check()
    assert [request.path for request in server.seen] == ["/v1.41/version"]


@pytest.mark.usefixtures("foreign_environment")
def test_a_pull_is_anonymous_and_a_container_gets_no_proxy(server: Wire) -> None:
    """What `docker` would send along of ~/.docker/config.json is not the user's of Spider."""
    image = Answer({"Id": "sha256:1", "Size": 1, "Config": {}})
    server.answers = [error(404, "No such image"), Answer('{"status":"Pulling"}'), image, image, error(400, "enough")]
    docker = connect(server.url)
    docker.connection.image.create(ImageRequest("nginx"), Attempt("token"))
    with pytest.raises(Refused):
        docker.connection.vm.create(VmRequest("web", Ref("nginx", "nginx:latest")), Attempt("token"))
    sent = [f"{request.headers} {request.body!r}" for request in server.seen]
    assert len(sent) == 5
    for text in sent:
        assert "x-registry-auth" not in text.lower()
        assert "X-Of-The-Machine" not in text
        assert "proxy" not in text.lower()


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:2375", "docker.example.test", "ssh://host", "npipe:////./pipe/x", "tcp://", "unix://", "tcp://h:x"],
)
def test_a_host_of_another_form_is_named(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        connect(url)
    assert refused.value.field == "Host"


@pytest.mark.parametrize(
    ("url", "tls", "base"),
    [
        ("tcp://10.0.0.1", False, "http://10.0.0.1:2375"),
        ("tcp://10.0.0.1", True, "https://10.0.0.1:2376"),
        ("tcp://10.0.0.1:4243", True, "https://10.0.0.1:4243"),
        ("http://10.0.0.1:4243/", True, "https://10.0.0.1:4243"),
        ("https://docker.example.test/engine/", False, "https://docker.example.test/engine"),
        ("tcp://[::1]:2375", False, "http://[::1]:2375"),
        ("unix:///run/docker.sock", False, "http+docker://localhost"),
    ],
)
def test_hosts_as_docker_writes_them(url: str, tls: bool, base: str) -> None:
    assert Address(url, tls=tls).base_url == base


@pytest.mark.parametrize(
    ("url", "ip", "dns", "listen"),
    [
        ("unix:///run/docker.sock", "127.0.0.1", "", "127.0.0.1"),
        ("tcp://127.0.0.1:2375", "127.0.0.1", "", "127.0.0.1"),
        ("tcp://localhost:2375", "127.0.0.1", "", "127.0.0.1"),
        ("tcp://10.0.0.1:2375", "10.0.0.1", "", ""),
        ("tcp://docker.invalid:2375", "", "docker.invalid", ""),
    ],
)
def test_ports_are_published_where_the_engine_can_be_reached(url: str, ip: str, dns: str, listen: str) -> None:
    address = Address(url, tls=False)
    assert (address.ip, address.dns, address.listen_ip) == (ip, dns, listen)


def test_an_engine_on_a_socket_of_this_host(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with wire(socket_path=path) as running:
        running.answers = [Answer(VERSION)]
        connect(f"unix://{path}").connection.check()
        assert [request.path for request in running.seen] == ["/v1.41/version"]


def test_the_region_s_endpoint_replaces_the_host(server: Wire) -> None:
    connect(f"tcp://127.0.0.1:{free_port()}", {"Endpoint": server.url}).connection.check()
    assert len(server.seen) == 1


def test_the_region_s_ca_replaces_the_credential_s(open_tls: Wire, authority: Authority) -> None:
    connect(open_tls.url, {"CA": authority.certificate}, CA=Authority().certificate).connection.check()
    with pytest.raises(Unreachable):
        connect(open_tls.url, {"CA": Authority().certificate}, CA=authority.certificate).connection.check()


def test_the_client_s_certificate_is_shown(secure: Wire, authority: Authority, client: Identity) -> None:
    given = {"CA": authority.certificate, "ClientCertificate": client.certificate, "ClientKey": client.key}
    for url in (secure.url, secure.url.replace("https:", "tcp:")):
        connect(url, **given).connection.check()
    assert [request.client for request in secure.seen] == ["spider", "spider"]


def test_line_breaks_may_be_two_characters(secure: Wire, authority: Authority, client: Identity) -> None:
    given = {"CA": authority.certificate, "ClientCertificate": client.certificate, "ClientKey": client.key}
    connect(secure.url, **{key: pem.replace("\n", "\\n") for key, pem in given.items()}).connection.check()
    assert [request.client for request in secure.seen] == ["spider"]


def test_without_a_certificate_nothing_is_done(secure: Wire, authority: Authority) -> None:
    """TLS 1.3 lets the client send before the server has refused it: the refusal may be lost with the connection."""
    with pytest.raises((Unreachable, NoAnswer)):
        connect(secure.url, CA=authority.certificate).connection.vm.list()
    assert secure.seen == []


def test_a_given_ca_is_enough_for_tls(open_tls: Wire, authority: Authority) -> None:
    connect(open_tls.url.replace("https:", "tcp:"), CA=authority.certificate).connection.check()
    assert len(open_tls.seen) == 1


def test_another_authority_is_not_trusted(open_tls: Wire) -> None:
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        connect(open_tls.url, CA=Authority().certificate).connection.check()
    assert open_tls.seen == []


def test_a_ca_of_the_environment_is_not_trusted(
    open_tls: Wire, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(authority.certificate)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "DOCKER_CERT_PATH"):
        monkeypatch.setenv(name, str(file))
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        connect(open_tls.url).connection.check()


def test_a_given_ca_replaces_the_public_ones(
    open_tls: Wire, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "public.pem"
    file.write_text(authority.certificate)
    monkeypatch.setattr(certifi, "where", lambda: str(file))
    connect(open_tls.url).connection.check()
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        connect(open_tls.url, CA=Authority().certificate).connection.check()
    assert len(open_tls.seen) == 1


def test_a_certificate_for_another_host_is_refused(authority: Authority) -> None:
    with wire(server_context(authority.server("docker.example.test"))) as running, pytest.raises(Unreachable):
        connect(running.url, CA=authority.certificate).connection.check()


def test_no_key_stays_on_disk(
    secure: Wire, authority: Authority, client: Identity, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    modes: list[int] = []
    load = ssl.SSLContext.load_cert_chain

    def watched(context: ssl.SSLContext, file: Any, *args: Any, **kwargs: Any) -> None:
        modes.append(Path(file).stat().st_mode & 0o777)
        load(context, file, *args, **kwargs)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watched)
    given = {"CA": authority.certificate, "ClientCertificate": client.certificate, "ClientKey": client.key}
    docker = connect(secure.url, **given)
    assert list(tmp_path.iterdir()) == []
    docker.connection.check()
    with pytest.raises(Invalid):
        connect(secure.url, **{**given, "ClientKey": "no key"})
    assert list(tmp_path.iterdir()) == []
    assert modes == [0o600, 0o600]


def test_a_key_that_cannot_be_used_is_named_and_not_shown(authority: Authority, client: Identity) -> None:
    pem = {"CA": authority.certificate, "ClientCertificate": client.certificate, "ClientKey": client.key}
    wrong: list[tuple[str, dict[str, str]]] = [
        ("CA", {**pem, "CA": "no-such-pem"}),
        ("ClientCertificate", {**pem, "ClientCertificate": "no-such-pem"}),
        ("ClientKey", {**pem, "ClientKey": "no-such-pem"}),
        ("ClientKey", {**pem, "ClientKey": authority.client("other").key}),
        ("ClientKey", {**pem, "ClientKey": ""}),
        ("ClientCertificate", {**pem, "ClientCertificate": ""}),
        ("APIVersion", {"APIVersion": "newest"}),
        ("APIVersion", {"APIVersion": "v1.23"}),
    ]
    for field, given in wrong:
        with pytest.raises(Invalid) as refused:
            connect("tcp://127.0.0.1:1", **given)
        assert refused.value.field == field
        assert "no-such-pem" not in f"{refused.value!r} {refused.value.message}"


def test_the_version_is_the_highest_that_both_know(server: Wire) -> None:
    for spoken, wanted in (("1.24", "1.24"), ("1.41", "1.41"), ("1.9999", "1.45")):
        server.version = Answer({"ApiVersion": spoken})
        docker = connect(server.url)
        assert docker.records == []
        docker.connection.check()
        docker.connection.check()
        assert [request.path for request in server.seen[-2:]] == [f"/v{wanted}/version"] * 2
        assert [record.api for record in docker.records] == ["GET /version"] * 3


@pytest.mark.parametrize("version", ["1.38", "v1.38"])
def test_a_given_version_is_used_and_not_asked_for(server: Wire, version: str) -> None:
    docker = connect(server.url, APIVersion=version)
    docker.connection.check()
    assert [request.path for request in server.seen] == ["/v1.38/version"]
    assert len(docker.records) == 1


def test_a_version_that_the_engine_does_not_speak_shows_when_the_credential_is_checked(server: Wire) -> None:
    server.answers = [error(400, "client version 1.99 is too new. Maximum supported API version is 1.41")]
    with pytest.raises(Refused, match="too new"):
        connect(server.url, APIVersion="1.99").connection.check()


def test_loopback_needs_no_proxy(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, "http://127.0.0.1:1/")
    connect(server.url).connection.check()
    assert len(server.seen) == 1


def test_any_other_address_goes_by_the_user_s_proxy(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    connect("tcp://docker.example.test:2375", APIVersion="1.41").connection.check()
    assert [request.target for request in server.seen] == ["http://docker.example.test:2375/v1.41/version"]


def test_over_tls_the_proxy_is_asked_for_a_tunnel(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    server.answers = [Answer("not there", 403, foreign=True)]
    with pytest.raises(Unreachable):
        connect("https://docker.example.test:2376").connection.check()
    assert [(request.method, request.target) for request in server.seen] == [("CONNECT", "docker.example.test:2376")]


def test_an_address_that_needs_no_proxy_is_called_itself(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    monkeypatch.setenv("NO_PROXY", "docker.invalid")
    with pytest.raises(Unreachable):
        connect("tcp://docker.invalid:2375").connection.check()
    assert server.seen == []


@pytest.mark.parametrize(("told", "name"), [({}, "default"), ({"Region": "rack-7"}, "rack-7")])
def test_the_connection_s_region_is_told_without_a_call(server: Wire, told: dict[str, str], name: str) -> None:
    regions = connect(server.url, told).connection.region_zone
    assert [(region.name, region.zones) for region in regions.list()] == [(name, ())]
    assert regions.get(Ref(name, name)).name == name
    assert (regions.raw_regions(), regions.raw_zones()) == ({"Regions": [{"Name": name}]}, {"Zones": []})
    assert server.seen == []


def test_importing_the_driver_loads_no_sdk() -> None:
    program = (
        "import sys, spider_drivers.docker; print([name for name in ('docker', 'requests') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    assert found.stdout.strip() == "[]"


def test_a_connection_shows_no_secret(authority: Authority, client: Identity) -> None:
    given = {"Host": "tcp://127.0.0.1:1", "ClientCertificate": client.certificate, "ClientKey": client.key}
    info = ConnectionInfo("docker", "DOCKER", given, {})
    connection = DockerDriver().connect(info, CallRecorder(SystemClock(), lambda _: None))
    assert client.key not in f"{info!r} {connection!r} {vars(connection)!r}"


def _proxies(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name.lower(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", url)
    monkeypatch.setenv("HTTPS_PROXY", url)
