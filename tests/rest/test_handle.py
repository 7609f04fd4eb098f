"""What is read from a request, and how the engine's answer is written. No server."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from spider_drivers.contract import Iid, Ref, Refused, VpcRequest

from chalicelib.catalogue import records
from chalicelib.engine import faults
from chalicelib.rest.body import LIMIT
from tests.rest.stand_in import StandIn
from tests.rest.support import ask

VPC = {"ConnectionName": "c", "ReqInfo": {"Name": "v", "IPv4_CIDR": "10.0.0.0/16"}}


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/spider/vpc/x", b'{"ConnectionName":"c"}'),
        ("/spider/vpc/x", b' \n{ "connectionname" : "c", "Unknown": [1] }\n'),
        ("/spider/vpc/x", b'\xef\xbb\xbf{"ConnectionName":"c"}'),
        ("/spider/vpc/x", b'{"ConnectionName":"other","ConnectionName":"c"}'),
        ("/spider/vpc/x", b'{"ConnectionName":"other","CONNECTIONNAME":"c"}'),
        ("/spider/vpc/x?ConnectionName=c", b""),
        ("/spider/vpc/x?connectionname=c", b"{}"),
        ("/spider/vpc/x?CONNECTIONNAME=c", b"null"),
        ("/spider/vpc/x?ConnectionName=c", b'{"ConnectionName":""}'),
        ("/spider/vpc/x?ConnectionName=c", b'{"connectionName":null}'),
        ("/spider/vpc/x?ConnectionName=other", b'{"ConnectionName":"c"}'),
        ("/spider/vpc/x?ConnectionName=c&ConnectionName=other", b""),
        ("/spider/vpc/x?ConnectionName=c&&a=&b", b""),
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_the_connection_comes_in_body_or_query(engine: StandIn, method: str, address: str, body: bytes) -> None:
    assert ask(engine, method, address, body).status == 200
    assert (engine.calls[0].connection, engine.calls[0].name) == ("c", "x")


@pytest.mark.parametrize("encoded", ["a+b", "a%20b"])
def test_the_query_is_decoded(engine: StandIn, encoded: str) -> None:
    ask(engine, "GET", f"/spider/vpc?ConnectionName={encoded}")
    assert engine.calls[0].connection == "a b"


@pytest.mark.parametrize(
    "address", ["/spider/vpc/x", "/spider/vpc/x?connection_name=c", "/spider/vpc/x?ConnectionName="]
)
def test_without_a_connection_the_complaint_is_cb_spiders(engine: StandIn, address: str) -> None:
    answer = ask(engine, "GET", address)
    assert (answer.status, answer.data["message"]) == (400, "connectionName is empty!")
    assert answer.data["field"] == "ConnectionName"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"ConnectionName": "c",}', "line 1 column"),
        (b'{\n"ConnectionName" "c"}', "line 2 column 18"),
        (b"ConnectionName=c", "line 1 column 1"),
        (b'{"a": 1} {"b": 2}', "line 1 column 10"),
        (b'"text"', "JSON object"),
        (b"[1]", "JSON object"),
        (b"0", "JSON object"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": "\xff"}', "byte 7"),
        (b'{"a":' * 100_000, "deep"),
        (b"[" * 100_000, "deep"),
        (b'{"a":' + b"9" * 5000 + b"}", "too long"),
        (b'{"a": "\x01"}', "line 1 column 8"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else value,
)
def test_a_body_that_is_no_json_object(engine: StandIn, body: bytes, where: str) -> None:
    answer = ask(engine, "POST", "/spider/vpc", body)
    assert answer.status == 400
    assert where in answer.data["message"]
    assert engine.calls == []


@pytest.mark.parametrize(
    "odd",
    [
        b'{"ConnectionName": "\\ud800"}',
        b'{"\\ud800": 1, "ConnectionName": "a\\u0000b"}',
        b'{"ConnectionName": 1e999}',
        b'{"ConnectionName": {"a": 1}}',
        b'{"ConnectionName": "' + b"x" * 100_000 + b'"}',
    ],
    ids=["surrogate", "control character", "infinity", "object", "long"],
)
def test_odd_values_are_the_callers_fault(engine: StandIn, odd: bytes) -> None:
    assert ask(engine, "GET", "/spider/vpc", odd).status == 400


def test_a_lone_surrogate_in_an_unknown_key_is_ignored(engine: StandIn) -> None:
    assert ask(engine, "GET", "/spider/vpc", b'{"\\ud800": "\\ud800", "ConnectionName": "c"}').status == 200


@pytest.mark.parametrize(
    "address", ["/spider/vpc/%zz", "/spider/vpc/%FF", "/spider/vpc?ConnectionName=%zz", "/spider/vpc?a=%FF"]
)
def test_a_broken_escape_is_a_problem(engine: StandIn, address: str) -> None:
    answer = ask(engine, "GET", address)
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["%00", "a%0Ab", "x" * 301, "+", "%E2%80%A8"])
def test_names_in_a_path_obey_the_rule_for_names(engine: StandIn, name: str) -> None:
    answer = ask(engine, "GET", f"/spider/driver/{name}")
    assert (answer.status, answer.data["field"]) == (400, "Name")


@pytest.mark.parametrize("body", [b'{"ConnectionName":"c"}', b"no JSON at all", b"\xff"])
def test_actions_without_a_request_ignore_the_body(engine: StandIn, body: bytes) -> None:
    assert ask(engine, "DELETE", "/spider/driver/d", body).data == {"Result": "true"}
    assert engine.calls[0].body is None


def test_a_large_body_is_refused_everywhere(engine: StandIn) -> None:
    for method, address in (("POST", "/spider/vpc"), ("DELETE", "/spider/driver/d")):
        answer = ask(engine, method, address, b" " * (LIMIT + 1))
        assert (answer.status, answer.data["status"]) == (413, 413)
    assert ask(engine, "GET", "/spider/driver", b" " * LIMIT).status == 200


def test_the_request_reaches_the_engine_in_the_contracts_shape(engine: StandIn) -> None:
    ask(engine, "POST", "/spider/vpc", VPC)
    call = engine.calls[0]
    assert call.action.name == "create_vpc"
    assert call.body == VpcRequest("v", "10.0.0.0/16")
    assert (call.connection, call.request_id, call.respond_async) == ("c", "a-request", False)


def test_a_control_verb_comes_in_the_query_beside_a_body(engine: StandIn) -> None:
    answer = ask(engine, "GET", "/spider/controlvm/x?Action=Suspend", {"ConnectionName": "c"})
    assert (engine.calls[0].body, answer.data) == ("suspend", {"Status": "Running"})


def test_head_never_controls_a_vm(engine: StandIn) -> None:
    answer = ask(engine, "HEAD", "/spider/controlvm/x?action=reboot&ConnectionName=c")
    assert (answer.status, engine.calls) == (405, [])


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


# -- operations


@pytest.mark.parametrize("prefer", ["respond-async", "Respond-Async", "wait=10, respond-async", "respond-async; x=1"])
def test_an_accepted_change(engine: StandIn, prefer: str) -> None:
    answer = ask(engine, "POST", "/spider/vpc", VPC, headers={"prefer": prefer}, mount="/api")
    assert answer.status == 202
    assert answer.data["IId"] == {"NameId": "v", "SystemId": "id-of-v"}
    assert answer.headers["location"] == "/api/spider/operation/op-1"
    assert answer.headers["spider-operation"] == "op-1"
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["preference-applied"] == "respond-async"


def test_an_accepted_delete_says_that_it_is_not_done(engine: StandIn) -> None:
    asynchronous = {"prefer": "respond-async"}
    assert ask(engine, "DELETE", "/spider/vpc/v?ConnectionName=c", headers=asynchronous).data == {"Result": "false"}
    assert ask(engine, "DELETE", "/spider/vm/v?ConnectionName=c", headers=asynchronous).data == {
        "Status": "Terminating"
    }
    assert ask(engine, "DELETE", "/spider/vpc/v?ConnectionName=c", headers={"prefer": "x"}).data == {"Result": "true"}


def test_reads_and_settings_are_no_operations(engine: StandIn) -> None:
    headers = {"prefer": "respond-async", "idempotency-key": "\n"}
    assert ask(engine, "GET", "/spider/vpc?ConnectionName=c", headers=headers).status == 200
    assert ask(engine, "DELETE", "/spider/driver/d", headers=headers).status == 200
    assert [(call.idempotency_key, call.fingerprint) for call in engine.calls] == [("", "")] * 2


@pytest.mark.parametrize("key", ["k", "a key with blanks", "~" * 255])
def test_an_idempotency_key(engine: StandIn, key: str) -> None:
    ask(engine, "POST", "/spider/vpc", VPC, headers={"idempotency-key": key})
    assert engine.calls[0].idempotency_key == key


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\xe9", "a\tb"])
def test_a_bad_idempotency_key(engine: StandIn, key: str) -> None:
    answer = ask(engine, "POST", "/spider/vpc", VPC, headers={"idempotency-key": key})
    assert (answer.status, answer.data["field"], engine.calls) == (400, "Idempotency-Key", [])


def fingerprint(engine: StandIn, method: str, address: str, body: Any) -> str:
    ask(engine, method, address, body)
    return engine.calls.pop().fingerprint


def test_equal_requests_have_equal_fingerprints(engine: StandIn) -> None:
    first = fingerprint(engine, "POST", "/spider/vpc", VPC)
    shuffled = {"reqinfo": {"ipv4_cidr": "10.0.0.0/16", "NAME": "v", "Extra": 1}, "connectionName": "c"}
    assert fingerprint(engine, "POST", "/spider/vpc", shuffled) == first
    assert fingerprint(engine, "POST", "/spider/vpc?connectionname=c", {"ReqInfo": VPC["ReqInfo"]}) == first
    assert len(first) == 64


def test_different_requests_have_different_fingerprints(engine: StandIn) -> None:
    other = {"ConnectionName": "c", "ReqInfo": {"Name": "v", "IPv4_CIDR": "10.1.0.0/16"}}
    prints = {
        fingerprint(engine, "POST", "/spider/vpc", VPC),
        fingerprint(engine, "POST", "/spider/vpc", other),
        fingerprint(engine, "POST", "/spider/vpc", {**VPC, "ConnectionName": "d"}),
        fingerprint(engine, "DELETE", "/spider/vpc/v", {"ConnectionName": "c"}),
        fingerprint(engine, "DELETE", "/spider/vpc/w", {"ConnectionName": "c"}),
        fingerprint(engine, "DELETE", "/spider/keypair/v", {"ConnectionName": "c"}),
    }
    assert len(prints) == 6


# -- failures


def test_what_nobody_expected_shows_nothing_of_itself(engine: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("spider").propagate = True
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


def test_an_operations_error_is_shown_as_a_problem(engine: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    error = faults.kept(Refused("no", field="cidr", code="Bad.Range", text="said the cloud"))
    now = datetime.now(UTC)
    operation = records.Operation(
        "op-1", "FAILED", "create", "vpc", "c", Iid("v", ""), 1, "", now, now, now, None, error
    )
    monkeypatch.setattr(engine, "perform", lambda call: operation)
    problem = ask(engine, "GET", "/spider/operation/op-1").data["Problem"]
    assert problem["message"] == "no: Bad.Range: said the cloud"
    assert (problem["status"], problem["code"], problem["field"]) == (502, "Bad.Range", "IPv4_CIDR")
    assert problem["operation"] == "op-1"


def test_references_arrive_as_names(engine: StandIn) -> None:
    body = {"ConnectionName": "c", "ReqInfo": {"Name": "g", "VPCName": "v"}}
    ask(engine, "POST", "/spider/securitygroup", body)
    assert engine.calls[0].body.vpc == Ref("v")
