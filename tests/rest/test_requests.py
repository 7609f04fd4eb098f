"""What is read from a request. No server."""

from __future__ import annotations

import pytest
from spider_drivers.contract import Ref, VpcRequest

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
        (b'{"a":' * 20_000, "deep"),
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


def test_half_of_a_surrogate_pair_is_refused_wherever_it_stands(engine: StandIn) -> None:
    answer = ask(engine, "GET", "/spider/vpc", b'{"\\ud800": "\\ud800", "ConnectionName": "c"}')
    assert answer.status == 400
    assert "surrogate" in answer.data["message"]


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


def test_references_arrive_as_names(engine: StandIn) -> None:
    body = {"ConnectionName": "c", "ReqInfo": {"Name": "g", "VPCName": "v"}}
    ask(engine, "POST", "/spider/securitygroup", body)
    assert engine.calls[0].body.vpc == Ref("v")
