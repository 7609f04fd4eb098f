"""Regions and zones on a connection, and before there is one."""

from __future__ import annotations

from collections import Counter

import pytest
from spider_drivers.contract import Invalid, NotFound, Unsupported
from spider_drivers.mock.connection import MockConnection

from chalicelib.store import CALLS
from tests.system.clouds import of_the_twin

from .house import House
from .test_about import told

BEFORE = {"DriverName": "d", "CredentialName": "c"}
ON = {"ConnectionName": "mock"}


def recorded(house: House) -> Counter[tuple[str, str, str]]:
    """(connection or "", region, resource type) of the calls that the cloud got."""
    day = house.clock.now().date().isoformat()
    rows = [row for shard in range(8) for row in house.engine.store.query(CALLS, f"{day}#{shard}").items]
    return Counter((row.get("connection") or "", row["region"], row["resource_type"]) for row in rows)


def test_regions_are_told_in_cb_spiders_shape(house: House) -> None:
    listed = told(house, "list_region_zone", ON)["regionzone"]
    assert listed
    for region in listed:
        assert list(region)[:3] == ["Name", "DisplayName", "CSPDisplayName"]
        for zone in region.get("ZoneList", []):
            assert list(zone)[:4] == ["Name", "DisplayName", "CSPDisplayName", "Status"]
            assert zone["Status"] in ("Available", "Unavailable", "StatusNotSupported")
        assert told(house, "get_region_zone", ON, region["Name"]) == region
    assert set(recorded(house)) == {("mock", "", "REGIONZONE")}


def test_original_forms_are_wrapped(house: House) -> None:
    assert list(told(house, "list_original_region", ON)) == ["RegionInfo"]
    assert list(told(house, "list_original_zone", ON)) == ["ZoneInfo"]
    assert told(house, "list_original_region", ON)["RegionInfo"]


def test_an_unknown_region_is_not_found(house: House) -> None:
    with pytest.raises(NotFound, match="'nowhere' does not exist in connection 'mock'"):
        house.do("get_region_zone", ON, "nowhere")
    with pytest.raises(NotFound, match="'nowhere' does not exist for credential 'c'"):
        house.do("get_preconfigured_region_zone", BEFORE, "nowhere")


def test_what_is_told_before_a_connection_is_what_is_told_on_it(house: House) -> None:
    regions = told(house, "list_region_zone", ON)
    name = regions["regionzone"][0]["Name"]
    raw = told(house, "list_original_region", ON)
    house.do("delete_connection", None, "mock")
    house.do("delete_region", None, "r")
    before = recorded(house)
    assert told(house, "list_preconfigured_region_zone", BEFORE) == regions
    assert told(house, "get_preconfigured_region_zone", BEFORE, name) == regions["regionzone"][0]
    assert told(house, "list_preconfigured_original_region", BEFORE) == raw
    assert set(recorded(house) - before) == {("", "", "REGIONZONE")}


def test_the_region_to_ask_is_the_one_named_else_the_credentials_own(house: House) -> None:
    house.region(Region="own")
    named = [{"Key": "Region", "Value": "named"}]
    house.do("create_region", {"RegionName": "s", "ProviderName": "MOCK", "KeyValueInfoList": named})
    secret = [{"Key": "MockName", "Value": house.mock_name}]
    house.do("create_credential", {"CredentialName": "new", "ProviderName": "MOCK", "KeyValueInfoList": secret})

    def asked(**more: str) -> set[str]:
        before = recorded(house)
        house.do("list_preconfigured_original_region", {**BEFORE, **more})
        return {region for _, region, _ in recorded(house) - before}

    assert asked() == {"own"}
    assert asked(RegionName="s") == {"named"}
    assert asked(CredentialName="new") == {""}, "no connection config has it"


def test_driver_and_credential_must_be_there_and_of_one_provider(house: House) -> None:
    for body in ({**BEFORE, "DriverName": "x"}, {**BEFORE, "CredentialName": "x"}, {**BEFORE, "RegionName": "x"}):
        with pytest.raises(NotFound, match="^x: does not exist!"):
            house.do("get_preconfigured_region_zone", body, "nowhere")
    house.do("create_driver", {"DriverName": "aws", "ProviderName": "AWS"})
    with pytest.raises(Invalid, match="'c' is for MOCK, not for AWS"):
        house.do("list_preconfigured_region_zone", {**BEFORE, "DriverName": "aws"})
    for empty in ("DriverName", "CredentialName"):
        with pytest.raises(Invalid, match=f"{empty}: is empty!"):
            house.do("list_preconfigured_region_zone", {**BEFORE, empty: ""})


def test_a_cloud_without_regions_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # A connection that came out without the handler, as a driver's that has none.
    real = MockConnection.__init__

    def without(self: MockConnection, info: object, recorder: object) -> None:
        real(self, info, recorder)  # type: ignore[arg-type]  # handed on as they come
        self.region_zone = None  # type: ignore[assignment]  # what no type allows

    monkeypatch.setattr(MockConnection, "__init__", without)
    for name in ("list_region_zone", "list_original_region", "list_original_zone"):
        with pytest.raises(Unsupported, match="not implemented"):
            house.do(name, ON)


def test_regions_of_aws_are_told_with_a_region_of_the_users_choice(house: House) -> None:
    with of_the_twin("AWS") as cloud:
        for kind, values in (("credential", cloud.credential), ("region", cloud.region)):
            pairs = [{"Key": key, "Value": value} for key, value in values.items()]
            name = {f"{kind.capitalize()}Name": "aws"}
            house.do(f"create_{kind}", {**name, "ProviderName": "AWS", "KeyValueInfoList": pairs})
        house.do("create_driver", {"DriverName": "aws", "ProviderName": "AWS"})
        before = {"DriverName": "aws", "CredentialName": "aws", "RegionName": "aws"}
        regions = told(house, "list_preconfigured_region_zone", before)["regionzone"]
        zones = {region["Name"]: [zone["Name"] for zone in region["ZoneList"]] for region in regions}
        assert cloud.region["Zone"] in zones[cloud.region["Region"]]
        assert len(regions) > 10, "all of the account's, each with its zones"

        house.do("create_connection", {"ConfigName": "aws", "ProviderName": "AWS", **before})
        assert told(house, "list_region_zone", {"ConnectionName": "aws"})["regionzone"] == regions
        del before["RegionName"]
        raw = told(house, "list_preconfigured_original_region", before)["RegionInfo"]["Regions"]
        assert {one["RegionName"] for one in raw} >= set(zones)
