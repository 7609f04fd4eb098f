"""What tests/cloud_twin/docker/test_answers.py compares the twin's Engine with is what a real one says."""

from __future__ import annotations

import http.client
import secrets
from urllib.parse import urlsplit

from cloud_twin import tls
from tests.cloud_twin.docker.dialogue import run
from tests.cloud_twin.docker.talk import Talk, recorded
from tests.system.docker_cloud import remove

from .driver import free_network
from .engine import told


def test_the_record_of_an_engine_s_answers_is_true() -> None:
    engine, _ = told()
    client, credential, place = engine.client(), engine.credential(), urlsplit(engine.host).netloc
    identity = tls.Identity(credential["ClientCertificate"], credential["ClientKey"])
    context = tls.client_context(credential["CA"], identity)
    name = f"spider-alike-{secrets.token_hex(3)}"
    talk = Talk(
        lambda: http.client.HTTPSConnection(place, context=context), ".".join(free_network(client).split(".")[:2])
    )
    try:
        run(talk, name)
    finally:
        remove(client, name)
    for expected, found in zip(recorded(), talk.said, strict=True):
        assert found == expected
