"""What callers send."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from spider_drivers.contract import (
    Direction,
    ImageRequest,
    ImageType,
    KeyPairRequest,
    Protocol,
    Ref,
    Rule,
    RulesRequest,
    SecurityGroupRequest,
    SubnetRequest,
    VmRequest,
    VpcRequest,
)

from .. import asked, configured
from .base import (
    CheckedName,
    Cidr,
    CidrOrNone,
    KeyValue,
    NameOrNone,
    OnConnection,
    Port,
    Provider,
    Request,
    TagList,
)

SUBNET_LIMIT = 80  # per VPC: its subnets are kept along with it, in one transaction of 100 rows at most


def pairs_read(given: list[KeyValue]) -> dict[str, str]:
    return {pair.Key: pair.Value for pair in given}


def _differ(names: list[str], what: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"names the {what} '{name}' more than once")


def _mode(value: str) -> str:
    if value.strip().upper() not in ("", "ON", "OFF"):
        raise ValueError(f"'{value}' is not ON or OFF")
    return value.strip().upper()


class Create(OnConnection):
    """`IDTransformMode` ON: the cloud's name has a suffix of its own; "" is as Spider is set."""

    IDTransformMode: Annotated[str, AfterValidator(_mode)] = ""

    @property
    def transform(self) -> str:
        return self.IDTransformMode


class Delete(OnConnection):
    """With `force`, a resource that is still being created is undone instead of refused, and one that the cloud does
    not delete is forgotten."""

    force: bool = False

    def read(self) -> bool:
        return self.force


class ImageReq(Request):
    Name: CheckedName


class ImageCreate(Create):
    ReqInfo: ImageReq

    def read(self) -> ImageRequest:
        return ImageRequest(self.ReqInfo.Name)


class SubnetReq(Request):
    Name: CheckedName
    IPv4_CIDR: Cidr
    Zone: str = ""
    TagList: TagList

    def read(self) -> SubnetRequest:
        return SubnetRequest(self.Name, self.IPv4_CIDR, self.Zone, pairs_read(self.TagList))


class SubnetAdd(OnConnection):
    ReqInfo: SubnetReq

    def read(self) -> SubnetRequest:
        return self.ReqInfo.read()


def _not_too_many(value: Any) -> Any:
    if isinstance(value, list) and len(value) > SUBNET_LIMIT:
        raise ValueError(f"has {len(value)} subnets; a VPC holds at most {SUBNET_LIMIT}")
    return value


class VpcReq(Request):
    Name: CheckedName
    IPv4_CIDR: CidrOrNone = ""
    SubnetInfoList: Annotated[list[SubnetReq], BeforeValidator(_not_too_many)] = []
    TagList: TagList

    @field_validator("SubnetInfoList")
    @classmethod
    def _names_differ(cls, value: list[SubnetReq]) -> list[SubnetReq]:
        _differ([subnet.Name for subnet in value], "subnet")
        return value


class VpcCreate(Create):
    ReqInfo: VpcReq

    def read(self) -> VpcRequest:
        info = self.ReqInfo
        subnets = tuple(subnet.read() for subnet in info.SubnetInfoList)
        return VpcRequest(info.Name, info.IPv4_CIDR, subnets, pairs_read(info.TagList))


def _direction(value: str) -> str:
    if value.strip().lower() not in set(Direction):
        raise ValueError(f"'{value}' is not a direction: inbound or outbound")
    return value.strip().lower()


def _protocol(value: str) -> str:
    word = "ALL" if value.strip() == "-1" else value.strip().upper()
    if word not in set(Protocol):
        raise ValueError(f"'{value}' is not a protocol: TCP, UDP, ICMP or ALL")
    return word


class RuleReq(Request):
    """Ports may be left out where the protocol has none."""

    Direction: Annotated[str, AfterValidator(_direction)] | None = None
    IPProtocol: Annotated[str, AfterValidator(_protocol)]
    FromPort: Port = -1
    ToPort: Port = -1
    CIDR: CidrOrNone = ""

    @model_validator(mode="after")
    def _ports_fit(self) -> RuleReq:
        if self.IPProtocol in ("TCP", "UDP"):
            if self.FromPort < 0 or self.ToPort < 0:
                raise ValueError(f"{self.IPProtocol} needs FromPort and ToPort, 0 to 65535")
            if self.FromPort > self.ToPort:
                raise ValueError(f"FromPort {self.FromPort} is above ToPort {self.ToPort}")
        return self

    def read(self, direction: str = "inbound") -> Rule:
        portless = self.IPProtocol == "ALL"
        return Rule(
            Direction(self.Direction or direction),
            Protocol(self.IPProtocol),
            -1 if portless else self.FromPort,
            -1 if portless else self.ToPort,
            self.CIDR or "0.0.0.0/0",
        )


class SecurityGroupReq(Request):
    """`Direction` is Cappuccino's default for rules that name none."""

    Name: CheckedName
    VPCName: CheckedName
    Direction: Annotated[str, AfterValidator(lambda value: _direction(value) if value else "inbound")] = "inbound"
    SecurityRules: list[RuleReq] = []
    TagList: TagList


class SecurityGroupCreate(Create):
    ReqInfo: SecurityGroupReq

    def read(self) -> SecurityGroupRequest:
        info = self.ReqInfo
        rules = dict.fromkeys(rule.read(info.Direction) for rule in info.SecurityRules)
        return SecurityGroupRequest(info.Name, Ref(info.VPCName), tuple(rules), pairs_read(info.TagList))


class RulesReq(Request):
    RuleInfoList: Annotated[list[RuleReq], Field(min_length=1)]


class Rules(OnConnection):
    ReqInfo: RulesReq

    def read(self) -> RulesRequest:
        return RulesRequest(tuple(dict.fromkeys(rule.read() for rule in self.ReqInfo.RuleInfoList)))


class KeyPairReq(Request):
    Name: CheckedName
    TagList: TagList


class KeyPairCreate(Create):
    ReqInfo: KeyPairReq

    def read(self) -> KeyPairRequest:
        return KeyPairRequest(self.ReqInfo.Name, tags=pairs_read(self.ReqInfo.TagList))


def _image_type(value: str) -> str:
    for word in ImageType:
        if value.strip().lower() in ("", word.lower()):
            return word
    raise ValueError(f"'{value}' is not an image type: PublicImage or MyImage")


def _gib(value: Any) -> Any:
    text = str(value).strip().lower()
    if text in ("", "default"):
        return None
    if not text.isdigit() or not 0 < int(text) <= 65536:
        raise ValueError(f"'{value}' is not a disk size in GB")
    return int(text)


class VmReq(Request):
    """`VMUserPasswd` matters on Windows only; clients send it always."""

    Name: CheckedName
    ImageType: Annotated[str, AfterValidator(_image_type)] = "PublicImage"
    ImageName: CheckedName
    VMSpecName: CheckedName
    VPCName: NameOrNone = ""
    SubnetName: NameOrNone = ""
    SecurityGroupNames: list[CheckedName] = []
    KeyPairName: str = ""
    RootDiskType: Annotated[str, AfterValidator(lambda value: "" if value.lower() == "default" else value)] = ""
    RootDiskSize: Annotated[int | None, BeforeValidator(_gib)] = None
    VMUserPasswd: str = ""
    TagList: TagList

    @field_validator("SecurityGroupNames")
    @classmethod
    def _names_differ(cls, value: list[str]) -> list[str]:
        _differ(value, "security group")
        return value

    @model_validator(mode="after")
    def _is_somewhere(self) -> VmReq:
        """In a subnet of a VPC, or in neither: the cloud's default network."""
        for name, other in (("VPCName", "SubnetName"), ("SubnetName", "VPCName")):
            if getattr(self, other) and not getattr(self, name):
                raise ValueError(f"{name} is empty!")
        return self


class VmStart(Create):
    ReqInfo: VmReq

    def read(self) -> VmRequest:
        info = self.ReqInfo
        return VmRequest(
            name=info.Name,
            image=Ref(info.ImageName),
            spec=info.VMSpecName,
            vpc=Ref(info.VPCName),
            subnet=Ref(info.SubnetName),
            security_groups=tuple(Ref(name) for name in info.SecurityGroupNames),
            key_pair=Ref(info.KeyPairName),
            image_type=ImageType(info.ImageType),
            root_disk_type=info.RootDiskType,
            root_disk_gib=info.RootDiskSize,
            password=info.VMUserPasswd,
            tags=pairs_read(info.TagList),
        )


CONTROLS = ("suspend", "resume", "reboot")


def _control(value: str) -> str:
    word = value.strip().lower()
    if word not in CONTROLS:
        raise ValueError(f"{value} is not a valid action!! ({', '.join(CONTROLS)})")
    return word


class Control(OnConnection):
    action: Annotated[str, AfterValidator(_control)]

    def read(self) -> str:
        return self.action


def _key_text(value: Any) -> Any:
    """The key comes as a list of lines, or as one text whose line breaks may be the two characters backslash, n."""
    if isinstance(value, list):
        value = "\n".join(str(line) for line in value)
    return value.replace("\\n", "\n") if isinstance(value, str) else value


def _address(value: str) -> str:
    host, colon, port = value.strip().rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) <= 65535:
        raise ValueError(f"'{value}' is not host:port")
    return value.strip()


class SshRun(Request):
    UserName: CheckedName
    PrivateKey: Annotated[str, BeforeValidator(_key_text)]
    ServerPort: Annotated[str, AfterValidator(_address)]
    Command: str

    def read(self) -> asked.Command:
        host, _, port = self.ServerPort.rpartition(":")
        return asked.Command(host.strip("[]"), int(port), self.UserName, self.PrivateKey, self.Command)


class DriverIn(Request):
    DriverName: CheckedName
    ProviderName: Provider
    DriverLibFileName: str = ""

    def read(self) -> configured.Driver:
        return configured.Driver(self.DriverName, self.ProviderName, self.DriverLibFileName)


class CredentialIn(Request):
    CredentialName: CheckedName
    ProviderName: Provider
    KeyValueInfoList: list[KeyValue] = []

    def read(self) -> configured.Credential:
        return configured.Credential(self.CredentialName, self.ProviderName, pairs_read(self.KeyValueInfoList))


class RegionIn(Request):
    RegionName: CheckedName
    ProviderName: Provider
    KeyValueInfoList: list[KeyValue] = []
    AvailableZoneList: list[str] | None = None

    def read(self) -> configured.Region:
        zones = None if self.AvailableZoneList is None else tuple(self.AvailableZoneList)
        return configured.Region(self.RegionName, self.ProviderName, pairs_read(self.KeyValueInfoList), zones)


class ConnectionConfigIn(Request):
    ConfigName: CheckedName
    ProviderName: Provider
    DriverName: CheckedName
    CredentialName: CheckedName
    RegionName: CheckedName

    def read(self) -> configured.Connection:
        return configured.Connection(
            self.ConfigName, self.ProviderName, self.DriverName, self.CredentialName, self.RegionName
        )
