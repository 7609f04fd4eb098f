"""Cloud-Twin's Docker Engine says what a real one says: status, type, members and words of each call's answer."""

from __future__ import annotations

import http.client
import secrets
from urllib.parse import urlsplit

import pytest

from cloud_twin import tls
from cloud_twin.serve import serving
from cloud_twin.twin import Twin
from tests.cloud_twin.docker.dialogue import Said, Talk, run
from tests.system.docker_cloud import remove

from .driver import free_network
from .engine import told


@pytest.fixture(scope="module")
def name() -> str:
    return f"spider-alike-{secrets.token_hex(3)}"


@pytest.fixture(scope="module")
def prefix() -> str:
    """The first two numbers of addresses that nobody has."""
    return ".".join(free_network(told()[0].client()).split(".")[:2])


@pytest.fixture(scope="module")
def real(name: str, prefix: str) -> list[Said]:
    engine, _ = told()
    credential, place = engine.credential(), urlsplit(engine.host).netloc
    identity = tls.Identity(credential["ClientCertificate"], credential["ClientKey"])
    context = tls.client_context(credential["CA"], identity)
    talk = Talk(lambda: http.client.HTTPSConnection(place, context=context), prefix)
    try:
        run(talk, name)
    finally:
        remove(engine.client(), name)
    return talk.said


@pytest.fixture(scope="module")
def emulated(name: str, prefix: str) -> list[Said]:
    twin = Twin("docker")
    twin.clouds["docker"].settings.transition_seconds = 0.0
    with serving(twin) as url:
        talk = Talk(lambda: http.client.HTTPConnection(urlsplit(url).netloc), prefix)
        run(talk, name)
    return talk.said


def test_every_answer_of_the_twin_is_the_engine_s(real: list[Said], emulated: list[Said]) -> None:
    assert len(real) > 200
    assert [one.call for one in emulated] == [one.call for one in real]
    for expected, found in zip(real, emulated, strict=True):
        assert found == expected
