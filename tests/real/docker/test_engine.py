"""What the tests stand on: an Engine that knows its clients by their certificates."""

from __future__ import annotations

import dataclasses
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from cloud_twin import tls

from .engine import told


def test_a_client_without_a_certificate_is_refused_in_the_handshake() -> None:
    engine, _ = told()
    with pytest.raises((httpx.ReadError, httpx.ConnectError, httpx.RemoteProtocolError), match="(?i)certificate"):
        get(engine.host, tls.client_context(engine.credential()["CA"]))


def test_a_client_of_another_authority_is_refused_in_the_handshake() -> None:
    engine, _ = told()
    with pytest.raises((httpx.ReadError, httpx.ConnectError), match="(?i)alert"):
        get(engine.host, tls.client_context(engine.credential()["CA"], tls.Authority().client()))


def test_an_engine_of_another_authority_is_not_trusted(tmp_path: Path) -> None:
    engine, _ = told()
    tls.mutual(tmp_path)
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        dataclasses.replace(engine, certificates=tmp_path).client()


def test_it_keeps_to_this_machine() -> None:
    engine, _ = told()
    assert urlsplit(engine.host).hostname == "127.0.0.1"


def get(host: str, context: ssl.SSLContext) -> httpx.Response:
    return httpx.get(f"https://{urlsplit(host).netloc}/version", verify=context, trust_env=False)
