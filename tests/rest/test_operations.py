"""Changes as operations: accepted, repeated, looked up. No server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from spider_drivers.contract import Iid, Refused

from chalicelib.catalogue import outcomes
from chalicelib.engine import faults
from tests.rest.stand_in import StandIn
from tests.rest.support import ask

VPC = {"ConnectionName": "c", "ReqInfo": {"Name": "v", "IPv4_CIDR": "10.0.0.0/16"}}


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


def test_an_operations_error_is_shown_as_a_problem(engine: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    error = faults.kept(Refused("no", field="cidr", code="Bad.Range", text="said the cloud"))
    now = datetime.now(UTC)
    operation = outcomes.Operation(
        "op-1", "FAILED", "create", "vpc", "c", Iid("v", ""), 1, "", now, now, now, None, error
    )
    monkeypatch.setattr(engine, "perform", lambda call: operation)
    problem = ask(engine, "GET", "/spider/operation/op-1").data["Problem"]
    assert problem["message"] == "no: Bad.Range: said the cloud"
    assert (problem["status"], problem["code"], problem["field"]) == (502, "Bad.Range", "IPv4_CIDR")
    assert problem["operation"] == "op-1"
