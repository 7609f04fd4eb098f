"""The statuses of all VMs over all connections, whatever state their clouds are in."""

from __future__ import annotations

from typing import Any

import pytest
from spider_drivers.contract import OutOfService
from spider_drivers.mock.vm import MockVms

from chalicelib.catalogue.wire.base import write
from chalicelib.catalogue.wire.resources import VmStatusInfo
from chalicelib.store import StoreUnavailable

from .house import BY_NAME, House
from .test_collector import connect


def told(house: House) -> dict[str, dict[str, Any]]:
    """As answered, by connection."""
    action = BY_NAME["list_all_vm_status"]
    answer = [write(action.answer_model, one) for one in house.do(action.name)]
    assert [one["ConnectionName"] for one in answer] == sorted(one["ConnectionName"] for one in answer)
    return {one["ConnectionName"]: one for one in answer}


def test_each_connection_tells_the_status_of_its_vms(house: House) -> None:
    house.make_all()
    connect(house, "another", Region="north")
    answer = told(house)
    assert answer["mock"] == {
        "ConnectionName": "mock",
        "ProviderName": "MOCK",
        "vmstatus": [write(VmStatusInfo, one) for one in house.on("list_vm_status")],
        "Message": "",
    }
    assert answer["mock"]["vmstatus"][0]["VmStatus"] == "Running"
    assert (answer["another"]["vmstatus"], answer["another"]["Message"]) == ([], "")


def test_one_that_cannot_tell_says_why_and_the_others_tell(house: House) -> None:
    house.make_all()
    connect(house, "refused", Region="north", Fail="describe_vms:UnauthorizedOperation:always")
    connect(house, "without-region", Region="north")
    house.do("delete_region", None, "without-region")
    answer = told(house)
    assert answer["mock"]["vmstatus"]
    assert answer["refused"]["Message"] == "describe_vms fails because it was told to"
    assert "does not exist!" in answer["without-region"]["Message"]
    assert [answer[name]["vmstatus"] for name in ("refused", "without-region")] == [[], []]


def test_a_driver_that_breaks_is_one_connections_trouble(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(house, "broken", Region="broken")
    real = MockVms.statuses

    def statuses(self: MockVms) -> Any:
        if self._client.region == "broken":
            raise ZeroDivisionError("hunter2")
        return real(self)

    monkeypatch.setattr(MockVms, "statuses", statuses)
    answer = told(house)
    assert answer["broken"]["Message"] == "internal error: ZeroDivisionError"
    assert answer["mock"]["Message"] == ""


def test_without_connections_there_is_nothing_to_tell(house: House) -> None:
    house.do("delete_connection", None, "mock")
    assert told(house) == {}


def test_a_store_that_does_not_answer_fails_the_whole(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(_: str) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(house.engine.connections, "target", unavailable)
    with pytest.raises(OutOfService):
        told(house)
