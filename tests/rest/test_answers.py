"""How the engine's answers and failures are written. No server."""

from __future__ import annotations

import logging

import pytest

from tests.rest.stand_in import StandIn
from tests.rest.support import ask


@pytest.mark.parametrize("envelope", ["driver", "vpc", "securitygroup", "cloudos", "vmstatus"])
def test_lists_have_their_envelope_even_when_empty(
    engine: StandIn, envelope: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "perform", lambda call: [])
    assert ask(engine, "GET", f"/spider/{envelope}?ConnectionName=c").data == {envelope: []}


def test_sshrun_answers_a_json_string(engine: StandIn) -> None:
    body = {"UserName": "u", "PrivateKey": ["k"], "ServerPort": "h:22", "Command": "hostname"}
    assert ask(engine, "POST", "/spider/sshrun", body).data == 'it said "hostname"'


def test_every_answer_forbids_caching_and_allows_other_origins(engine: StandIn) -> None:
    for address in ("/spider/cloudos", "/spider/nothing", "/spider/vpc"):
        answer = ask(engine, "GET", address)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["x-request-id"] == "a-request"
        assert answer.data is not None


def test_a_preflight_needs_neither_login_nor_route(engine: StandIn) -> None:
    answer = ask(engine, "OPTIONS", "/spider/whatever")
    assert (answer.status, answer.data) == (204, None)
    assert "DELETE" in answer.headers["access-control-allow-methods"]
    assert "Authorization" in answer.headers["access-control-allow-headers"]


def test_what_nobody_expected_shows_nothing_of_itself(
    engine: StandIn, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("spider"), "propagate", True)
    with caplog.at_level(logging.ERROR, "spider.rest"):
        answer = ask(engine, "GET", "/spider/driver/crash")
    assert answer.status == 500
    assert "hunter2" not in str(answer.data)
    assert "a-request" in answer.data["message"]
    assert "ZeroDivisionError" in caplog.text
    assert "a-request" in caplog.text


def test_an_answer_that_cannot_be_written_is_a_failure_too(engine: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "perform", lambda call: object())
    assert ask(engine, "GET", "/spider/driver/d").status == 500
