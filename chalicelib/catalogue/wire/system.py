"""Health, versions, what clouds can do, regions and zones, calls of a cloud's own."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator
from spider_drivers.contract import CA, ENDPOINT, Capability, RegionZone, Zone

from .. import asked
from .base import Answer, CheckedName, KeyValue, KeyValueOut, NameOrNone, OnConnection, Port, Request, Text, pairs

_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")

# CB-Spider's order of limits; the kinds without a name here are not Spider's (disk, NLB, …). A subnet's names are
# refused by no rule but the cloud's own.
_LIMITED = ("vpc", "", "security_group", "key_pair", "vm", "", "", "", "", "", "")


def _host(value: str) -> str:
    host = value.strip().removeprefix("[").removesuffix("]")
    if not _HOST.fullmatch(host):
        raise ValueError("is not the name or the address of a host")
    return host


def _port(value: int) -> int:
    if value < 1:
        raise ValueError(f"{value} is not a port: 1 to 65535")
    return value


class HostPort(Request):
    HostName: Annotated[str, AfterValidator(_host)]
    Port: Annotated[Port, AfterValidator(_port)]

    def read(self) -> asked.Port:
        return asked.Port(self.HostName, self.Port)


class OfProvider(Request):
    """A filter of lists, in any casing; "" lets all pass."""

    provider: Annotated[str, AfterValidator(lambda value: value.strip().upper())] = ""

    def read(self) -> str:
        return self.provider


class Preconfig(Request):
    """`RegionName` is Spider's own: CB-Spider always asks the cloud's default region."""

    DriverName: CheckedName
    CredentialName: CheckedName
    RegionName: NameOrNone = ""

    def read(self) -> asked.Preconfigured:
        return asked.Preconfigured(self.DriverName, self.CredentialName, self.RegionName)


class AnyCallReq(Request):
    FID: CheckedName
    IKeyValueList: list[KeyValue] = []


class AnyCall(OnConnection):
    """A key that repeats (`Tag` of AWS's createTags) becomes a JSON list of its values."""

    ReqInfo: AnyCallReq

    def read(self) -> asked.CloudCall:
        given: dict[str, list[str]] = {}
        for pair in self.ReqInfo.IKeyValueList:
            given.setdefault(pair.Key, []).append(pair.Value)
        return asked.CloudCall(self.ReqInfo.FID, {key: _one(values) for key, values in given.items()})


def _one(values: list[str]) -> str:
    return values[0] if len(values) == 1 else json.dumps([_parsed(value) for value in values])


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


class AnyCallInfo(Answer):
    FID: str
    IKeyValueList: list[KeyValueOut]
    OKeyValueList: list[KeyValueOut]

    @classmethod
    def of(cls, shape: asked.CloudCall) -> Self:
        return cls(FID=shape.name, IKeyValueList=pairs(shape.given), OKeyValueList=pairs(shape.told))


class SimpleMsg(Answer):
    message: str

    @classmethod
    def of(cls, shape: str) -> Self:
        return cls(message=shape)


class VersionInfo(Answer):
    Version: str

    @classmethod
    def of(cls, shape: str) -> Self:
        return cls(Version=shape)


class PlainText(Text):
    media_type: ClassVar[str] = "text/plain; charset=utf-8"

    @classmethod
    def of(cls, shape: str) -> Self:
        return cls(text=shape)


class CloudOsMetaInfo(Answer):
    """CB-Spider's lists of texts. Disk types and sizes are not known of a driver. `CredentialCSP` goes along with
    `Credential`: the cloud's own spelling of each key."""

    Region: list[str]
    Credential: list[str]
    CredentialCSP: list[str]
    RootDiskType: list[str]
    RootDiskSize: list[str]
    DiskType: list[str]
    DiskSize: list[str]
    IdMaxLength: list[str]
    DefaultRegionToQuery: list[str]

    @classmethod
    def of(cls, capability: Capability) -> Self:
        return cls(
            # Every driver takes these two, and CB-Spider has neither.
            Region=[key.name for key in capability.region_keys if key not in (ENDPOINT, CA)],
            Credential=[key.name for key in capability.credential_keys],
            CredentialCSP=[(*key.aliases, key.name)[0] for key in capability.credential_keys],
            RootDiskType=[],
            RootDiskSize=[],
            DiskType=[],
            DiskSize=[],
            IdMaxLength=[_limit(capability, kind) for kind in _LIMITED],
            DefaultRegionToQuery=list(capability.default_regions),
        )


def _limit(capability: Capability, kind: str) -> str:
    """0 is unknown, or no such kind."""
    return str(capability.kinds[kind].max_name if kind in capability.kinds else 0)


class DriverCapability(Answer):
    ZoneBasedControl: bool
    RegionZoneHandler: bool
    PriceInfoHandler: bool = False
    ImageHandler: bool
    VMSpecHandler: bool
    VPCHandler: bool
    SecurityHandler: bool
    KeyPairHandler: bool
    VMHandler: bool
    DiskHandler: bool = False
    MyImageHandler: bool = False
    NLBHandler: bool = False
    ClusterHandler: bool = False
    FileSystemHandler: bool = False
    QuotaInfoHandler: bool = False
    RDBMSHandler: bool = False
    DBSpecHandler: bool = False
    RDBMSMySQLHandler: bool = False
    RDBMSMariaDBHandler: bool = False
    RDBMSPostgreSQLHandler: bool = False
    PublicIPHandler: bool = False
    NICHandler: bool = False
    TagHandler: bool
    TagSupportResourceType: list[str]
    VPC_CIDR: bool
    EMULATED_VPC: bool = False
    SINGLE_VPC: bool

    @classmethod
    def of(cls, shape: asked.Ability) -> Self:
        can = shape.capability
        return cls(
            ZoneBasedControl=any(key.name == "Zone" for key in can.region_keys),
            RegionZoneHandler="region_zone" in can.kinds,
            ImageHandler="image" in can.kinds,
            VMSpecHandler="spec" in can.kinds,
            VPCHandler="vpc" in can.kinds,
            SecurityHandler="security_group" in can.kinds,
            KeyPairHandler="key_pair" in can.kinds,
            VMHandler="vm" in can.kinds,
            TagHandler=bool(can.tagged),
            TagSupportResourceType=list(shape.tagged),
            VPC_CIDR=can.vpc_cidr,
            SINGLE_VPC=can.single_vpc,
        )


class ZoneInfo(Answer):
    omit_empty: ClassVar[frozenset[str]] = frozenset({"KeyValueList"})

    Name: str
    DisplayName: str
    CSPDisplayName: str
    Status: str
    KeyValueList: list[KeyValueOut]

    @classmethod
    def of(cls, shape: Zone) -> Self:
        shown = shape.display_name or shape.name
        return cls(
            Name=shape.name,
            DisplayName=shown,
            CSPDisplayName=shown,
            Status=shape.status.value,
            KeyValueList=pairs(shape.details),
        )


class RegionZoneInfo(Answer):
    omit_empty: ClassVar[frozenset[str]] = frozenset({"ZoneList", "KeyValueList"})

    Name: str
    DisplayName: str
    CSPDisplayName: str
    ZoneList: list[ZoneInfo]
    KeyValueList: list[KeyValueOut]

    @classmethod
    def of(cls, shape: RegionZone) -> Self:
        shown = shape.display_name or shape.name
        return cls(
            Name=shape.name,
            DisplayName=shown,
            CSPDisplayName=shown,
            ZoneList=[ZoneInfo.of(zone) for zone in shape.zones],
            KeyValueList=pairs(shape.details),
        )


class OriginalRegions(Answer):
    RegionInfo: Any

    @classmethod
    def of(cls, shape: Any) -> Self:
        return cls(RegionInfo=shape)


class OriginalZones(Answer):
    ZoneInfo: Any

    @classmethod
    def of(cls, shape: Any) -> Self:
        return cls(ZoneInfo=shape)
