"""Which Docker Engine the demo uses, and what it says when it uses none."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cloud_twin import tls
from cloud_twin.serve import serving
from tests.servers import free_port

from .engine import DEFAULT_HOST, Engine, NoEngine, find

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def version_only(**about: str) -> WSGIApplication:
    """So much of an Engine as says what it is."""
    text = json.dumps({"ApiVersion": "1.44", "Os": "linux", "Arch": "amd64", **about}).encode()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        found = environ["PATH_INFO"].endswith("/version")
        start_response("200 OK" if found else "404 Not Found", [("Content-Type", "application/json")])
        return [text]

    return app


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path is short enough for a socket's."""
    with tempfile.TemporaryDirectory(prefix="spider-") as folder:
        yield Path(folder)


@pytest.fixture
def engine() -> Iterator[str]:
    with serving(version_only()) as url:
        yield url.replace("http:", "tcp:")


def context(home: Path, name: str, **endpoint: Any) -> Path:
    """Docker's folder for a context, made as `docker context create` makes it; answers where certificates belong."""
    folder = hashlib.sha256(name.encode()).hexdigest()
    meta = home / "contexts" / "meta" / folder
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    return home / "contexts" / "tls" / folder / "docker"


def test_docker_host_is_used(engine: str) -> None:
    found = find({"DOCKER_HOST": engine})
    assert found == Engine(engine)
    assert found.credential() == {"Host": engine}


def test_docker_host_over_mutual_tls(tmp_path: Path) -> None:
    with serving(version_only(), tls=tls.mutual(tmp_path)) as url:
        host = url.replace("https:", "tcp:")
        given = {"DOCKER_HOST": host, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)}
        found = find({**given, "REQUESTS_CA_BUNDLE": "/nowhere"})
    assert found.credential() == {
        "Host": host,
        "CA": (tmp_path / "ca.pem").read_text(),
        "ClientCertificate": (tmp_path / "cert.pem").read_text(),
        "ClientKey": (tmp_path / "key.pem").read_text(),
    }


def test_the_current_context_is_used(engine: str, tmp_path: Path) -> None:
    context(tmp_path, "desktop", Host=engine)
    with pytest.raises(NoEngine, match="No Docker Engine found here"):
        find({"DOCKER_CONFIG": str(tmp_path)}, "unix:///nowhere/docker.sock")
    (tmp_path / "config.json").write_text('{"currentContext": "desktop"}')
    assert find({"DOCKER_CONFIG": str(tmp_path)}) == Engine(engine)
    assert find({"DOCKER_CONFIG": str(tmp_path), "DOCKER_HOST": engine, "DOCKER_CONTEXT": "other"}) == Engine(engine)


def test_a_context_over_mutual_tls(tmp_path: Path) -> None:
    certificates = context(tmp_path, "far", Host="")
    with serving(version_only(), tls=tls.mutual(certificates)) as url:
        (tmp_path / "contexts/meta" / certificates.parent.name / "meta.json").write_text(
            json.dumps({"Endpoints": {"docker": {"Host": url.replace("https:", "tcp:")}}})
        )
        assert find({"DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "far"}).certificates == certificates


def test_none_at_all_is_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(NoEngine, match="^No Docker Engine found here$"):
        find({"HOME": str(tmp_path)}, "unix:///nowhere/docker.sock")


def test_a_context_that_names_no_engine_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoEngine, match="context gone names no Engine"):
        find({"HOME": str(tmp_path), "DOCKER_CONTEXT": "gone"}, DEFAULT_HOST)


@pytest.mark.parametrize("host", ["ssh://somebody@elsewhere", "npipe:////./pipe/docker_engine"])
def test_an_engine_that_is_not_reached_by_http_is_told(host: str) -> None:
    with pytest.raises(NoEngine, match="not by HTTP"):
        find({"DOCKER_HOST": host})


def test_nobody_listening_is_told() -> None:
    with pytest.raises(NoEngine, match=r"does not answer \(Connection refused\)"):
        find({"DOCKER_HOST": f"tcp://127.0.0.1:{free_port()}"})


def test_a_socket_that_is_not_for_this_user_is_told(short: Path) -> None:
    path = short / "docker.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        path.chmod(0)
        with not_root(), pytest.raises(NoEngine, match=r"refuses this user \(permission denied\)"):
            find({"DOCKER_HOST": f"unix://{path}"})


@contextlib.contextmanager
def not_root() -> Iterator[None]:
    """No permission holds root up."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(me)


@pytest.mark.parametrize(
    ("app", "why"),
    [
        (version_only(Os="windows"), "runs containers of windows"),
        (lambda _, start: [start("200 OK", [("Content-Type", "text/html")]), b"<html>"][1:], "does not answer"),
        (lambda _, start: [start("403 Forbidden", [("Content-Type", "text/plain")]), b"no"][1:], "does not answer"),
    ],
    ids=["windows", "no engine", "forbidden"],
)
def test_what_is_no_engine_for_linux_is_told(app: WSGIApplication, why: str) -> None:
    with serving(app) as url, pytest.raises(NoEngine, match=why):
        find({"DOCKER_HOST": url.replace("http:", "tcp:")})
