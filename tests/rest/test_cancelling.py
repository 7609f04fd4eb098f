"""An operation is looked at while it goes on, and cancelled: in process, on the mock cloud and a virtual clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.house import VM, VPC, House
from tests.rest.support import Answer, ask

ASYNC = {"prefer": "respond-async"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.engine.close()


def change(house: House, method: str, path: str, info: Any = None) -> str:
    """Begins a change. The path of its operation."""
    body = {"ConnectionName": "mock", "ReqInfo": info}
    answer = ask(house.engine, method, f"/spider{path}", body, headers=ASYNC)
    assert answer.status == 202, answer
    return answer.headers["location"]


def begin_a_vm(house: House) -> tuple[str, dict[str, str]]:
    """The operation that creates one, and the cloud's contents before."""
    house.make_what_a_vm_needs()
    before = house.contents
    house.region(TransitionSeconds="60")
    return change(house, "POST", "/vm", VM), before


def pass_time(house: House, seconds: float) -> None:
    house.engine.queue.wait("", lambda: False, seconds)


def get(house: House, operation: str) -> Any:
    answer = ask(house.engine, "GET", operation)
    assert answer.status == 200, answer
    return answer.data


def cancel(house: House, operation: str, **headers: str) -> Answer:
    return ask(house.engine, "DELETE", operation, headers=headers)


def test_an_operation_tells_how_far_it_is(house: House) -> None:
    operation, before = begin_a_vm(house)
    shown = get(house, operation)
    assert (shown["State"], shown["Progress"], shown["Attempts"]) == ("RUNNING", "not begun", 0)
    assert {"Parts", "FinishedTime", "WaitsFor"}.isdisjoint(shown)
    pass_time(house, 10)
    shown = get(house, operation)
    assert (shown["State"], shown["RequestId"], shown["Parts"]) == ("RUNNING", "a-request", ["machine"])
    assert shown["Progress"] == f"waiting after try {shown['Attempts']}"
    assert shown["WaitsFor"] == "the VM is pending"
    assert float(shown["ElapsedTime"]) == 10
    assert shown["UpdatedTime"] <= shown["NextTryTime"] < shown["DeadlineTime"]
    (vm,) = house.contents.keys() - before.keys()
    assert vm not in json.dumps(shown)
    pass_time(house, 100)
    shown = get(house, operation)
    assert (shown["State"], shown["Progress"], shown["IId"]["NameId"]) == ("SUCCEEDED", "done", "vm-01")
    assert 60 <= float(shown["ElapsedTime"]) < 70
    assert {"NextTryTime", "DeadlineTime", "Problem"}.isdisjoint(shown)


def test_an_operation_whose_worker_has_died_says_so(house: House) -> None:
    operation, _ = begin_a_vm(house)
    assert house.engine._leases.take(operation.rpartition("/")[2])
    assert get(house, operation)["Progress"] == "try 1 is under way"
    house.clock.advance(house.settings.lease_seconds)
    assert get(house, operation)["Progress"] == "try 1 has died; another follows"


@pytest.mark.parametrize("seconds", [0, 0.5, 1, 2.5, 30, 59])
def test_a_cancelled_create_leaves_nothing_whenever_it_is_cancelled(house: House, seconds: float) -> None:
    operation, before = begin_a_vm(house)
    pass_time(house, seconds)
    answer = cancel(house, operation)
    assert (answer.status, answer.data["State"], answer.data["Progress"]) == (200, "FAILED", "cancelled")
    assert (answer.data["Problem"]["status"], answer.data["Problem"]["type"]) == (409, "urn:spider:problem:cancelled")
    assert house.contents == before
    assert ask(house.engine, "GET", "/spider/vm/vm-01?ConnectionName=mock").status == 404
    assert house.make("vm", VM).iid.name == "vm-01"


def test_cancelling_is_accepted_and_goes_on_behind(house: House) -> None:
    operation, before = begin_a_vm(house)
    pass_time(house, 10)
    answer = cancel(house, operation, **ASYNC)
    assert (answer.status, answer.headers["location"], answer.data["State"]) == (202, operation, "RUNNING")
    assert answer.data["Progress"].startswith("to be undone: ")
    pass_time(house, 100)
    assert get(house, operation)["State"] == "FAILED"
    assert house.contents == before


def test_to_cancel_twice_is_no_mistake(house: House) -> None:
    operation, _ = begin_a_vm(house)
    first = cancel(house, operation)
    assert cancel(house, operation).data == first.data == get(house, operation)


def test_a_create_that_is_being_undone_may_be_cancelled(house: House) -> None:
    house.region(Fail="create_subnet:Refused,delete_vpc:Refused:always")
    operation = change(house, "POST", "/vpc", VPC)
    pass_time(house, 1)
    answer = cancel(house, operation)
    assert (answer.status, answer.data["State"]) == (202, "COMPENSATING")
    assert (answer.data["Problem"]["status"], answer.data["Parts"]) == (502, ["vpc"])
    assert answer.data["Progress"].startswith("undoing it: ")
    assert answer.data["DeadlineTime"] > answer.data["NextTryTime"]


def test_a_cancelled_subnet_is_removed_again(house: House) -> None:
    house.make("vpc", {**VPC, "SubnetInfoList": []})
    before = house.contents
    house.clock.advance(60)
    house.region(LagSeconds="20")
    operation = change(house, "POST", "/vpc/vpc-01/subnet", {"Name": "b", "IPv4_CIDR": "10.0.2.0/24"})
    pass_time(house, 1)
    assert len(house.contents) > len(before)
    assert cancel(house, operation).data["State"] == "FAILED"
    assert house.contents == before
    pass_time(house, 30)
    assert house.on("get_vpc", "vpc-01").subnets == ()


def test_a_create_whose_worker_has_died_is_cancelled_by_the_next(house: House) -> None:
    operation, before = begin_a_vm(house)
    assert house.engine._leases.take(operation.rpartition("/")[2])
    assert cancel(house, operation, **ASYNC).status == 202
    house.restart()
    house.clock.advance(2 * house.settings.sweep_seconds)
    house.engine.sweep()
    pass_time(house, 100)
    assert get(house, operation)["Progress"] == "cancelled"
    assert house.contents == before


def test_what_is_over_or_only_removes_cannot_be_cancelled(house: House) -> None:
    created = change(house, "POST", "/vpc", VPC)
    pass_time(house, 10)
    deleted = change(house, "DELETE", "/vpc/vpc-01")
    house.region(Fail="create_vpc:Refused")
    refused = change(house, "POST", "/vpc", {**VPC, "Name": "vpc-02"})
    for operation, why in ((created, "is over"), (deleted, "is a delete, which"), (refused, "is over")):
        if operation == refused:
            pass_time(house, 10)
        before = get(house, operation)
        answer = cancel(house, operation)
        assert (answer.status, answer.data["type"]) == (409, "urn:spider:problem:wrong-state")
        assert why in answer.data["message"]
        assert answer.data["operation"] == operation.rpartition("/")[2]
        assert get(house, operation) == before
    assert house.contents == {}


def test_a_create_that_succeeds_while_it_is_being_cancelled_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation, before = begin_a_vm(house)
    real = house.engine.operations.cancel

    def too_late(*given: Any) -> None:
        pass_time(house, 100)
        real(*given)

    monkeypatch.setattr(house.engine.operations, "cancel", too_late)
    answer = cancel(house, operation)
    assert (answer.status, "had succeeded" in answer.data["message"]) == (409, True)
    assert get(house, operation)["State"] == "SUCCEEDED"
    assert len(house.contents) > len(before)


def test_an_unknown_operation_is_missing(house: House) -> None:
    for method in ("GET", "DELETE"):
        answer = ask(house.engine, method, "/spider/operation/none")
        assert (answer.status, answer.data["type"]) == (404, "urn:spider:problem:missing")


def test_a_key_of_another_request_cannot_cancel(house: House) -> None:
    operation, _ = begin_a_vm(house)
    body = {"ConnectionName": "mock", "ReqInfo": {"Name": "key-02"}}
    assert ask(house.engine, "POST", "/spider/keypair", body, headers={"idempotency-key": "one"}).status == 200
    assert ask(house.engine, "DELETE", operation, headers={"idempotency-key": "one"}).status == 422
    assert get(house, operation)["State"] == "RUNNING"
