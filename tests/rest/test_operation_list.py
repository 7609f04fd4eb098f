"""Operations listed over HTTP: what an element holds, pages, filters, refusals."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import Refused

from tests.engine.house import KEY, VPC, House
from tests.rest.support import ask


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A VPC, one that the cloud has refused, a key pair, and a VPC that is being deleted, oldest first."""
    with tempfile.TemporaryDirectory() as home:
        found = House(Path(home))
        found.make("vpc", VPC)
        found.clock.advance(60)
        found.region(Fail="create_vpc:Refused")
        with pytest.raises(Refused):
            found.make("vpc", {**VPC, "Name": "vpc-02"})
        found.region()
        found.clock.advance(1)
        found.make("key_pair", KEY)
        found.clock.advance(60)
        found.on("delete_vpc", "vpc-01", respond_async=True)
        yield found
        found.engine.close()


def listed(house: House, query: str) -> Iterator[Any]:
    """As a client follows the Link headers."""
    following = f"/spider/operation{query}"
    while following:
        answer = ask(house.engine, "GET", following)
        assert answer.status == 200, answer.data
        yield from answer.data["operation"]
        found = re.fullmatch(r'<([^<>"\s]+)>; rel="next"', answer.headers.get("link", ""))
        following = found[1] if found else ""


def summary(operations: Iterator[Any]) -> list[str]:
    return [f"{one['Verb']} {one['IId']['NameId']} {one['State']}" for one in operations]


ALL = [
    "delete vpc-01 RUNNING",
    "create key-01 SUCCEEDED",
    "create vpc-02 FAILED",
    "create vpc-01 SUCCEEDED",
]


def test_operations_come_newest_first_in_one_page_or_in_many(house: House) -> None:
    assert summary(listed(house, "")) == ALL
    for limit in (1, 2, 3, 4):
        assert summary(listed(house, f"?limit={limit}")) == ALL
        assert summary(listed(house, f"?connectionname=mock&limit={limit}")) == ALL


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("State=running", ALL[:1]),
        ("ResourceType=vpc&Verb=create", ALL[2:]),
        ("ResourceType=KeyPair", ALL[1:2]),
        ("From=2030-01-01T00:00:30Z&To=2030-01-01T00:01:30%2B00:00", ALL[1:3]),
        ("ConnectionName=other", []),
    ],
)
def test_filters_travel_from_page_to_page(house: House, query: str, found: list[str]) -> None:
    began = summary(listed(house, ""))
    assert began == ALL
    assert summary(listed(house, f"?{query}&limit=1")) == found


def test_an_element_is_the_operation_without_its_result(house: House) -> None:
    for one in listed(house, ""):
        whole = ask(house.engine, "GET", f"/spider/operation/{one['OperationId']}").data
        assert ("Result" in whole) == (one["State"] == "SUCCEEDED")
        whole.pop("Result", None)
        assert one == whole
    (failed,) = listed(house, "?State=FAILED")
    assert (failed["Problem"]["status"], failed["Problem"]["code"]) == (502, "OperationNotPermitted")


def test_operations_of_a_connection_that_is_gone_are_found(house: House) -> None:
    config = {"ConfigName": "mock", "ProviderName": "MOCK", "DriverName": "d", "CredentialName": "c", "RegionName": "r"}
    house.do("delete_connection", None, "mock")
    try:
        assert summary(listed(house, "")) == summary(listed(house, "?ConnectionName=mock")) == ALL
    finally:
        house.do("create_connection", config)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("From=then", "From"),
        ("State=thing", "State"),
        ("Verb=thing", "Verb"),
        ("ResourceType=thing", "ResourceType"),
        ("limit=0", "limit"),
        ("page=x", "page"),
        ("ConnectionName=%00", "ConnectionName"),
    ],
)
def test_a_wrong_filter_is_named(house: House, query: str, field: str) -> None:
    answer = ask(house.engine, "GET", f"/spider/operation?{query}")
    assert (answer.status, answer.data["field"]) == (400, field)
    assert answer.data["message"].startswith(f"{field}: ")
