"""Calls of a cloud's own."""

from __future__ import annotations

import pytest
from spider_drivers.contract import Invalid, Unsupported

from .house import VPC, House
from .test_about import told


def anycall(house: House, fid: str, *pairs: tuple[str, str]) -> object:
    given = [{"Key": key, "Value": value} for key, value in pairs]
    return told(house, "call_any", {"ConnectionName": "mock", "ReqInfo": {"FID": fid, "IKeyValueList": given}})


def test_the_request_comes_back_with_the_answer(house: House) -> None:
    house.make("vpc", VPC)
    answer = anycall(house, "countAll", ("any", "thing"))
    assert answer == {
        "FID": "countAll",
        "IKeyValueList": [{"Key": "any", "Value": "thing"}],
        "OKeyValueList": [
            {"Key": "vpc", "Value": "1"},
            {"Key": "subnet", "Value": "1"},
            {"Key": "security_group", "Value": "0"},
            {"Key": "key_pair", "Value": "0"},
            {"Key": "vm", "Value": "0"},
        ],
    }


def test_no_input_is_needed(house: House) -> None:
    answer = told(house, "call_any", {"ConnectionName": "mock", "ReqInfo": {"FID": "countAll"}})
    assert answer["IKeyValueList"] == []


def test_an_unknown_call_names_those_that_there_are(house: House) -> None:
    with pytest.raises(Unsupported, match=r"no call 'launchMissiles': not implemented \(it has countAll\)") as refused:
        anycall(house, "launchMissiles")
    assert refused.value.field == "FID"


def test_a_call_without_a_name_is_invalid(house: House) -> None:
    with pytest.raises(Invalid, match="ReqInfo.FID: is empty!"):
        anycall(house, " ")
