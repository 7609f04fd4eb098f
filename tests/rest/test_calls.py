"""The history of calls over HTTP: its fields, its pages, its export."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import CloudError

from tests.engine.house import VPC, House
from tests.rest.support import Answer, ask

CLASSIC = ["CloudOS", "RegionZone", "ResourceType", "ResourceName", "CloudOSAPI", "ElapsedTime", "ErrorMSG"]
OURS = ["ConnectionName", "Start", "Code", "OperationId", "RequestId", "Attempt"]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """With some calls, the last of which the cloud has refused."""
    with tempfile.TemporaryDirectory() as home:
        found = House(Path(home))
        found.make("vpc", VPC, request_id="r-1")
        found.clock.advance(10)
        found.region(Fail="describe_images:InternalError")
        with pytest.raises(CloudError):
            found.on("list_image")
        yield found
        found.engine.close()


def told(house: House, address: str) -> Answer:
    answer = ask(house.engine, "GET", f"/spider{address}")
    assert answer.status == 200, answer.data
    return answer


def everything(house: House, address: str) -> Iterator[Any]:
    """As a client follows the Link headers."""
    following = f"/spider{address}"
    while following:
        answer = ask(house.engine, "GET", following)
        yield from answer.data["hiscall"] if isinstance(answer.data, dict) else answer.data
        found = re.fullmatch(r'<([^<>"\s]+)>; rel="next"', answer.headers.get("link", ""))
        following = found[1] if found else ""


def test_a_record_has_the_classic_fields_and_ours(house: House) -> None:
    newest, *others = told(house, "/hiscall").data["hiscall"]
    assert list(newest) == CLASSIC + OURS
    assert (newest["ResourceType"], newest["CloudOSAPI"], newest["Code"]) == (
        "VMIMAGE",
        "describe_images",
        "InternalError",
    )
    assert newest["ErrorMSG"].startswith("InternalError")
    made = next(one for one in others if one["CloudOSAPI"] == "create_vpc")
    assert (made["CloudOS"], made["ResourceType"], made["ResourceName"]) == ("MOCK", "VPC/SUBNET", "vpc-01")
    assert (made["ErrorMSG"], made["ConnectionName"], made["RequestId"], made["Attempt"]) == ("", "mock", "r-1", 1)
    assert re.fullmatch(r"\d+\.\d{4}", made["ElapsedTime"])
    assert re.fullmatch(r"2030-01-01T\d\d:\d\d:\d\d\.\d{6}Z", made["Start"])


def test_pages_hold_the_same_as_all_at_once_and_lines_the_same_as_the_list(house: House) -> None:
    whole = told(house, "/hiscall").data["hiscall"]
    assert len(whole) > 5
    assert list(everything(house, "/hiscall?limit=2")) == whole
    assert list(everything(house, "/hiscall/export?limit=3")) == whole
    assert told(house, "/hiscall/export").headers["content-type"] == "application/jsonl"


def test_filters_travel_from_page_to_page(house: House) -> None:
    filters = "from=2030-01-01T00:00:00%2B00:00&to=2030-01-02&resourcetype=vpc&connectionname=mock&minelapsed=0"
    found = list(everything(house, f"/hiscall?{filters}&limit=1"))
    assert len(found) > 3
    assert {one["ResourceType"] for one in found} == {"VPC/SUBNET"}
    assert [one["Code"] for one in everything(house, "/hiscall?errorsonly=true&limit=1")] == ["InternalError"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("From=then", "From"),
        ("To=2030-13-01", "To"),
        ("ResourceType=thing", "ResourceType"),
        ("limit=0", "limit"),
        ("page=x", "page"),
        ("MinElapsed=long", "MinElapsed"),
        ("ConnectionName=%00", "ConnectionName"),
    ],
)
def test_a_wrong_filter_is_named(house: House, query: str, field: str) -> None:
    for path in ("/hiscall", "/hiscall/export"):
        answer = ask(house.engine, "GET", f"/spider{path}?{query}")
        assert (answer.status, answer.data["field"]) == (400, field)
        assert answer.data["message"].startswith(f"{field}: ")
