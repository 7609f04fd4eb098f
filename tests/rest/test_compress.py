"""Which answers are compressed, for whom, and that each front sends them whole."""

from __future__ import annotations

import base64
import contextlib
import gzip
import http.client
import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from chalice.test import Client
from spider_drivers.contract import Iid, KeyPair, Spec

import app
from chalicelib.catalogue.outcomes import IssuedKeyPair, Operation
from chalicelib.catalogue.records import Listed
from chalicelib.engine.call import Call
from chalicelib.engine.settings import Settings
from chalicelib.rest.compress import LEAST, takes_gzip
from chalicelib.rest.events import LONGEST_TEXT, write_answer
from chalicelib.rest.handle import handle
from chalicelib.rest.http import HttpRequest, HttpResponse
from tests.rest.stand_in import StandIn
from tests.rest.support import Server
from tests.rest.test_events import rest_event, url_event

SPECS = "/spider/vmspec"
QUERY = "ConnectionName=c"
MANY = [Spec(f"spec-{number}", "r", 2, 4096) for number in range(100)]


def send(engine: StandIn, method: str = "GET", path: str = SPECS, accepted: str = "gzip", **more: Any) -> HttpResponse:
    headers = {"accept-encoding": accepted} if accepted else {}
    return handle(engine, HttpRequest(method=method, path=path, query=QUERY, headers=headers, request_id="r", **more))


def answering(engine: StandIn, monkeypatch: pytest.MonkeyPatch, result: Any) -> None:
    monkeypatch.setattr(engine, "perform", lambda call: result)


@pytest.fixture
def long(engine: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """An engine whose lists of specs are long."""
    answering(engine, monkeypatch, Listed(MANY))
    return engine


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("deflate, gzip, br", True),
        ("deflate, br", False),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0", False),
        ("gzip;q=0.0, *", False),
        ("gzip ; q=0.001", True),
        ("gzip;Q=1.000", True),
        ("gzip;q=0.5, identity", False),
        ("gzip;q=0.5, identity;q=0.5", True),
        ("gzip;q=0.4, identity;q=0.5", False),
        ("identity;q=0, gzip;q=0.1", True),
        ("identity", False),
        ("gzip;q=2", False),
        ("gzip;q=nan", False),
        ("gzip;level=9", False),
        (",,;;", False),
    ],
)
def test_who_takes_gzip(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted) is taken


def test_a_long_answer_is_compressed_for_those_who_take_it(long: StandIn) -> None:
    plain, packed = send(long, accepted=""), send(long)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Type"] == "application/json"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 10
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


def test_the_same_answer_is_compressed_to_the_same_bytes(long: StandIn) -> None:
    assert send(long).body == send(long).body


def test_a_short_answer_stays_as_it_is(engine: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for length, packed in ((LEAST - 1, False), (LEAST, True)):
        answering(engine, monkeypatch, {"x": "a" * (length - len('{"VMSpecInfo":{"x":""}}'))})
        response = send(engine, path="/spider/vmorgspec")
        assert ("Content-Encoding" in response.headers) is packed
        assert packed or len(response.body) == length


def test_a_private_key_is_never_compressed(engine: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = IssuedKeyPair(KeyPair(Iid("k", "k"), "aa", "ssh-rsa AAAA"), "a private key" * 200)
    answering(engine, monkeypatch, pair)
    body = json.dumps({"ReqInfo": {"Name": "k"}}).encode()
    response = send(engine, "POST", "/spider/keypair", body=body)
    assert len(response.body) > LEAST
    assert "Content-Encoding" not in response.headers


def test_an_operation_that_shows_a_private_key_is_not_compressed(
    engine: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = datetime(2030, 1, 1, tzinfo=UTC)
    result = {"PrivateKey": "secret" * 400}
    operation = Operation("o", "SUCCEEDED", "create", "key_pair", "c", Iid("k", ""), 1, "", then, then, then, result)
    answering(engine, monkeypatch, operation)
    response = send(engine, path="/spider/operation/o")
    assert len(response.body) > LEAST
    assert "Content-Encoding" not in response.headers


def test_a_list_of_operations_which_shows_no_results_is_compressed(
    engine: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = datetime(2030, 1, 1, tzinfo=UTC)
    operation = Operation("o", "SUCCEEDED", "create", "key_pair", "c", Iid("k", ""), 1, "", then, then, then)
    answering(engine, monkeypatch, Listed([operation] * 20))
    response = send(engine, path="/spider/operation")
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(response.body))["operation"]) == 20


# -- too long


def limited(engine: StandIn, limit: int) -> StandIn:
    engine.settings = Settings(home=engine.settings.home, answer_limit=limit)
    return engine


def test_an_answer_that_is_longer_than_can_be_sent_names_limit(long: StandIn) -> None:
    limited(long, 2000)
    assert send(long).status == 200
    response = send(long, accepted="")
    problem = json.loads(response.body)
    assert (response.status, problem["field"], problem["type"]) == (422, "limit", "urn:spider:problem:answer-too-long")
    assert "at most 2000 can be sent: ask for fewer elements with limit, or accept gzip" in problem["message"]
    limited(long, 100)
    assert "accept gzip" not in json.loads(send(long).body)["message"]
    assert send(long, "HEAD").status == 422


def test_an_answer_exactly_as_long_as_can_be_sent_is_sent(long: StandIn) -> None:
    length = len(send(long).body)
    assert send(limited(long, length)).status == 200
    assert send(limited(long, length - 1)).status == 422


def test_a_list_without_pages_names_no_limit(engine: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(engine, monkeypatch, {"x": "a" * 100})
    problem = json.loads(send(limited(engine, 10), path="/spider/vmorgspec/x").body)
    assert (problem["status"], "field" in problem) == (422, False)


def test_a_change_is_answered_however_long_its_answer_is(engine: StandIn) -> None:
    """It has been made."""
    body = json.dumps({"ReqInfo": {"Name": "v"}}).encode()
    assert send(limited(engine, 1), "POST", "/spider/vpc", body=body).status == 200


# -- on every front


class Long(StandIn):
    def perform(self, call: Call) -> Any:
        return Listed(MANY) if call.action.name == "list_spec" else super().perform(call)


@pytest.mark.parametrize("event", [partial(rest_event, resource=SPECS), url_event], ids=["REST API", "URL"])
def test_lambda_sends_it_in_base64(monkeypatch: pytest.MonkeyPatch, engine: StandIn, event: Any) -> None:
    monkeypatch.setattr(app, "_open", lambda: Long(engine.settings))
    accepted = (("Accept-Encoding", "gzip"), ("Accept", "application/json"))
    answer = app.app(event(SPECS, headers=accepted), None)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True)
    assert answer["headers"]["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(base64.b64decode(answer["body"])))["vmspec"]) == 100
    answer = app.app(event(SPECS, headers=()), None)
    assert (answer["isBase64Encoded"], len(json.loads(answer["body"])["vmspec"])) == (False, 100)


def test_lambda_sends_what_is_very_long_in_base64_and_never_text_of_twice_its_length() -> None:
    request = HttpRequest(method="GET", path="/", request_id="r")
    body = b'"' * (LONGEST_TEXT + 1)
    answer = write_answer(request, HttpResponse(200, {}, body))
    assert base64.b64decode(answer["body"]) == body
    assert not write_answer(request, HttpResponse(200, {}, body[1:]))["isBase64Encoded"]


def test_lambda_carries_the_longest_answer_that_is_allowed_there() -> None:
    limit = Settings.from_env({"AWS_LAMBDA_FUNCTION_NAME": "spider"}).answer_limit
    request = HttpRequest(method="GET", path="/", request_id="r")
    answer = write_answer(request, HttpResponse(200, {"X": "y" * 8000}, b"\x00" * limit))
    assert len(json.dumps(answer)) < 6_291_556


def test_chalice_hands_out_the_bytes(monkeypatch: pytest.MonkeyPatch, engine: StandIn) -> None:
    monkeypatch.setattr(app, "_open", lambda: Long(engine.settings))
    client = Client(app.app)
    answer = client.http.get(f"{SPECS}?{QUERY}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.body))["vmspec"]) == 100


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_server_sends_the_length_of_what_it_sends(
    server: Server, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    answering(server.engine, monkeypatch, Listed(MANY))
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        connection.request(method, f"{SPECS}?{QUERY}", headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        body = response.read()
    assert response.getheader("Content-Encoding") == "gzip"
    length = int(response.getheader("Content-Length") or 0)
    assert len(body) == (length if method == "GET" else 0)
    assert LEAST > length > 100


def test_an_answer_without_a_body_has_no_encoding(engine: StandIn) -> None:
    response = send(engine, "OPTIONS")
    assert (response.status, response.body) == (204, b"")
    assert "Content-Encoding" not in response.headers
