"""What Spider says of itself and of its clouds, in CB-Spider's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import NotFound, registry

from chalicelib.catalogue.asked import Ability
from chalicelib.catalogue.wire.base import write
from chalicelib.catalogue.wire.system import DriverCapability
from chalicelib.engine.about import VERSION

from .house import BY_NAME, House

ROOT = Path(__file__).resolve().parents[2]


def told(house: House, name: str, body: Any = None, path_name: str = "") -> Any:
    """The answer as on the wire."""
    action, result = BY_NAME[name], house.do(name, body, path_name)
    if action.envelope:
        return {action.envelope: [write(action.answer_model, one) for one in result]}
    return write(action.answer_model, result)


@pytest.mark.parametrize("path", ["readyz", "health", "healthcheck", "ping"])
def test_it_is_ready_while_its_store_answers(house: House, path: str) -> None:
    assert told(house, f"get_{path}") == {"message": "CB-Spider is ready"}


def test_the_version_is_that_of_the_drivers_shipped_with_it(house: House) -> None:
    assert (
        told(house, "get_version") == told(house, "get_ver") == {"Version": f"CB-Spider compatible; Spider {VERSION}"}
    )
    assert f'version = "{VERSION}"' in (ROOT / "drivers_layer/pyproject.toml").read_text()


def test_meta_information_of_a_cloud(house: House) -> None:
    assert told(house, "get_cloudos_metainfo", None, "aws") == {
        "Region": ["Region", "Zone"],
        "Credential": ["ClientId", "ClientSecret", "StsToken"],
        "CredentialCSP": ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"],
        "RootDiskType": [],
        "RootDiskSize": [],
        "DiskType": [],
        "DiskSize": [],
        "IdMaxLength": ["255", "0", "255", "255", "255", "0", "0", "0", "0", "0", "0"],
        "DefaultRegionToQuery": ["us-east-1"],
    }
    assert told(house, "get_cloudos_metainfo", None, "MOCK")["CredentialCSP"] == ["MockName"]


def test_every_installed_cloud_has_meta_information(house: House) -> None:
    for cloud in house.do("list_cloudos"):
        assert len(told(house, "get_cloudos_metainfo", None, cloud)["IdMaxLength"]) == 11


def test_an_unknown_cloud_has_none(house: House) -> None:
    with pytest.raises(NotFound, match="NIMBUS: does not exist!"):
        house.do("get_cloudos_metainfo", None, "NIMBUS")


def test_what_a_driver_can_do(house: House) -> None:
    can = told(house, "get_driver_capability", {"ConnectionName": "mock"})
    lacking = {
        *("PriceInfoHandler", "DiskHandler", "MyImageHandler", "NLBHandler", "ClusterHandler", "FileSystemHandler"),
        *("QuotaInfoHandler", "RDBMSHandler", "DBSpecHandler", "RDBMSMySQLHandler", "RDBMSMariaDBHandler"),
        *("RDBMSPostgreSQLHandler", "PublicIPHandler", "NICHandler", "EMULATED_VPC", "SINGLE_VPC"),
    }
    assert {name for name, value in can.items() if value is False} == lacking
    assert can["TagSupportResourceType"] == ["vpc", "subnet", "sg", "keypair", "vm"]
    assert list(can)[:2] == ["ZoneBasedControl", "RegionZoneHandler"]
    assert list(can)[-5:] == ["TagHandler", "TagSupportResourceType", "VPC_CIDR", "EMULATED_VPC", "SINGLE_VPC"]


def test_a_capability_is_the_drivers_own() -> None:
    docker = registry.driver("DOCKER").capability()
    can = write(DriverCapability, Ability(docker, ()))
    assert (can["ZoneBasedControl"], can["TagHandler"], can["TagSupportResourceType"]) == (False, False, [])
    assert can["SecurityHandler"], "it is kept by Spider"


def test_counts_of_connection_configs(house: House) -> None:
    names = {"ProviderName": "MOCK", "DriverName": "d", "CredentialName": "c", "RegionName": "r"}
    house.do("create_connection", {"ConfigName": "another", **names})
    assert told(house, "count_every_connection") == {"count": 2}
    assert told(house, "count_connection", None, "mock") == {"count": 2}
    assert told(house, "count_connection", None, "AWS") == {"count": 0}


def test_settings_of_one_provider(house: House) -> None:
    aws = [{"Key": "ClientId", "Value": "i"}, {"Key": "ClientSecret", "Value": "s"}]
    house.do("create_driver", {"DriverName": "e", "ProviderName": "AWS"})
    house.do("create_credential", {"CredentialName": "e", "ProviderName": "AWS", "KeyValueInfoList": aws})
    region = [{"Key": "Region", "Value": "eu-west-1"}]
    house.do("create_region", {"RegionName": "e", "ProviderName": "AWS", "KeyValueInfoList": region})
    names = {"DriverName": "e", "CredentialName": "e", "RegionName": "e"}
    house.do("create_connection", {"ConfigName": "e", "ProviderName": "AWS", **names})
    for kind in ("driver", "credential", "region", "connection"):
        assert len(house.do(f"list_{kind}")) == 2
        assert [one.name for one in house.do(f"list_{kind}", {"Provider": " aws "})] == ["e"]
        assert house.do(f"list_{kind}", {"provider": "NIMBUS"}) == []
