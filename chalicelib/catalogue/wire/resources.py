"""Resources in answers: today's fields in wire order, then what Cappuccino called the same things."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Self

from spider_drivers import contract

from .base import HIDDEN, IID, Answer, KeyValueOut, moment, number, pairs

if TYPE_CHECKING:
    from spider_drivers.contract import Gpu, Iid, Image, KeyPair, Rule, SecurityGroup, Spec, Subnet, Vm, Vpc

    from ..outcomes import IssuedKeyPair

_LISTS = frozenset({"TagList", "KeyValueList"})


class ImageInfo(Answer):
    omit_empty: ClassVar[frozenset[str]] = _LISTS

    IId: IID
    Name: str
    OSArchitecture: str
    OSPlatform: str
    OSDistribution: str
    OSDiskType: str
    OSDiskSizeGB: str
    ImageStatus: str
    KeyValueList: list[KeyValueOut]
    GuestOS: str
    Status: str

    @classmethod
    def of(cls, shape: Image) -> Self:
        return cls(
            IId=IID.of(shape.iid),
            Name=shape.iid.name,
            OSArchitecture=shape.architecture,
            OSPlatform=shape.platform,
            OSDistribution=shape.distribution or "NA",
            OSDiskType=shape.disk_type or "NA",
            OSDiskSizeGB=number(shape.disk_gib),
            ImageStatus=shape.status,
            KeyValueList=pairs(shape.details),
            GuestOS=shape.distribution or shape.platform,
            Status=shape.status,
        )


class VCpuInfo(Answer):
    Count: str
    ClockGHz: str
    Clock: str


class GpuInfo(Answer):
    Count: str
    Mfr: str
    Model: str
    MemSizeGB: str
    TotalMemSizeGB: str
    Mem: str

    @classmethod
    def of(cls, shape: Gpu) -> Self:
        each = None if shape.memory_mib is None else shape.memory_mib / 1024
        return cls(
            Count=str(shape.count),
            Mfr=shape.vendor or "NA",
            Model=shape.model or "NA",
            MemSizeGB=number(each),
            TotalMemSizeGB=number(None if each is None else each * shape.count),
            Mem=number(shape.memory_mib),
        )


class SpecInfo(Answer):
    omit_empty: ClassVar[frozenset[str]] = frozenset({"Gpu", "KeyValueList"})

    Region: str
    Name: str
    VCpu: VCpuInfo
    MemSizeMiB: str
    DiskSizeGB: str
    Gpu: list[GpuInfo]
    KeyValueList: list[KeyValueOut]
    Mem: str

    @classmethod
    def of(cls, shape: Spec) -> Self:
        clock = number(shape.clock_ghz)
        return cls(
            Region=shape.region,
            Name=shape.name,
            VCpu=VCpuInfo(Count=str(shape.vcpus), ClockGHz=clock, Clock=clock),
            MemSizeMiB=str(shape.memory_mib),
            DiskSizeGB=number(shape.disk_gib),
            Gpu=[GpuInfo.of(gpu) for gpu in shape.gpus],
            KeyValueList=pairs(shape.details),
            Mem=str(shape.memory_mib),
        )


class OriginalSpec(Answer):
    VMSpecInfo: Any

    @classmethod
    def of(cls, shape: Any) -> Self:
        return cls(VMSpecInfo=shape)


class SubnetInfo(Answer):
    omit_empty: ClassVar[frozenset[str]] = _LISTS

    IId: IID
    Zone: str
    IPv4_CIDR: str
    TagList: list[KeyValueOut]
    KeyValueList: list[KeyValueOut]

    @classmethod
    def of(cls, shape: Subnet) -> Self:
        return cls(
            IId=IID.of(shape.iid),
            Zone=shape.zone,
            IPv4_CIDR=shape.cidr,
            TagList=pairs(shape.tags),
            KeyValueList=pairs(shape.details),
        )


class VpcInfo(Answer):
    omit_empty: ClassVar[frozenset[str]] = _LISTS

    IId: IID
    IPv4_CIDR: str
    SubnetInfoList: list[SubnetInfo]
    TagList: list[KeyValueOut]
    KeyValueList: list[KeyValueOut]

    @classmethod
    def of(cls, shape: Vpc) -> Self:
        return cls(
            IId=IID.of(shape.iid),
            IPv4_CIDR=shape.cidr,
            SubnetInfoList=[SubnetInfo.of(subnet) for subnet in shape.subnets],
            TagList=pairs(shape.tags),
            KeyValueList=pairs(shape.details),
        )


class RuleInfo(Answer):
    Direction: str
    IPProtocol: str
    FromPort: str
    ToPort: str
    CIDR: str

    @classmethod
    def of(cls, shape: Rule) -> Self:
        return cls(
            Direction=shape.direction,
            IPProtocol=shape.protocol,
            FromPort=str(shape.from_port),
            ToPort=str(shape.to_port),
            CIDR=shape.cidr,
        )


class SecurityInfo(Answer):
    """`Direction` is Cappuccino's: that of the rules where they agree."""

    omit_empty: ClassVar[frozenset[str]] = _LISTS | {"Direction"}

    IId: IID
    VpcIID: IID
    SecurityRules: list[RuleInfo]
    TagList: list[KeyValueOut]
    KeyValueList: list[KeyValueOut]
    Direction: str

    @classmethod
    def of(cls, shape: SecurityGroup) -> Self:
        directions = {rule.direction for rule in shape.rules}
        return cls(
            IId=IID.of(shape.iid),
            VpcIID=IID.of(shape.vpc),
            SecurityRules=[RuleInfo.of(rule) for rule in shape.rules],
            TagList=pairs(shape.tags),
            KeyValueList=pairs(shape.details),
            Direction=directions.pop() if len(directions) == 1 else "",
        )


class KeyPairInfo(Answer):
    """Both halves are shown by the answers of the operation that created the pair, and hidden ever after."""

    omit_empty: ClassVar[frozenset[str]] = _LISTS | {"Fingerprint"}

    IId: IID
    Fingerprint: str
    PublicKey: str
    PrivateKey: str
    VMUserID: str
    TagList: list[KeyValueOut]
    KeyValueList: list[KeyValueOut]

    @classmethod
    def of(cls, shape: KeyPair | IssuedKeyPair) -> Self:
        from ..outcomes import IssuedKeyPair

        issued = isinstance(shape, IssuedKeyPair)
        pair = shape.key_pair if isinstance(shape, IssuedKeyPair) else shape
        return cls(
            IId=IID.of(pair.iid),
            Fingerprint=pair.fingerprint,
            PublicKey=pair.public_key if issued else HIDDEN,
            PrivateKey=shape.private_key if isinstance(shape, IssuedKeyPair) else HIDDEN,
            VMUserID=pair.vm_user,
            TagList=pairs(pair.tags),
            KeyValueList=pairs(pair.details),
        )


class PlaceInfo(Answer):
    omit_empty: ClassVar[frozenset[str]] = frozenset({"Zone"})

    Region: str
    Zone: str


class VmInfo(Answer):
    omit_empty: ClassVar[frozenset[str]] = _LISTS | {
        "PublicIPs",
        "PublicDNS",
        "PrivateIPs",
        "PrivateDNS",
        "SSHAccessPoint",
        "VMBootDisk",
        "VMBlockDisk",
    }

    IId: IID
    StartTime: str
    Region: PlaceInfo
    ImageType: str
    ImageIId: IID
    VMSpecName: str
    VpcIID: IID
    SubnetIID: IID
    SecurityGroupIIds: list[IID]
    KeyPairIId: IID
    RootDiskType: str
    RootDiskSize: str
    RootDeviceName: str
    VMBootDisk: str
    VMBlockDisk: str
    VMUserId: str
    NetworkInterface: str
    PublicIP: str
    PublicIPs: list[str]
    PublicDNS: str
    PrivateIP: str
    PrivateIPs: list[str]
    PrivateDNS: str
    Platform: str
    SSHAccessPoint: str
    AccessPoint: str
    TagList: list[KeyValueOut]
    KeyValueList: list[KeyValueOut]

    @classmethod
    def of(cls, shape: Vm) -> Self:
        access = f"{shape.public_ip}:{shape.ssh_port}" if shape.public_ip and shape.ssh_port else ""
        return cls(
            IId=IID.of(shape.iid),
            StartTime=moment(shape.started),
            Region=PlaceInfo(Region=shape.region, Zone=shape.zone),
            ImageType=shape.image_type,
            ImageIId=IID.of(shape.image),
            VMSpecName=shape.spec,
            VpcIID=IID.of(shape.vpc),
            SubnetIID=IID.of(shape.subnet),
            SecurityGroupIIds=[IID.of(group) for group in shape.security_groups],
            KeyPairIId=IID.of(shape.key_pair),
            RootDiskType=shape.root_disk_type,
            RootDiskSize="" if shape.root_disk_gib is None else str(shape.root_disk_gib),
            RootDeviceName=shape.root_device,
            VMBootDisk=shape.root_device,
            VMBlockDisk="",
            VMUserId=shape.user,
            NetworkInterface=shape.network_interface,
            PublicIP=shape.public_ip,
            PublicIPs=[shape.public_ip] if shape.public_ip else [],
            PublicDNS=shape.public_dns,
            PrivateIP=shape.private_ip,
            PrivateIPs=[shape.private_ip] if shape.private_ip else [],
            PrivateDNS=shape.private_dns,
            Platform="WINDOWS" if shape.platform == contract.Platform.WINDOWS else "LINUX/UNIX",
            SSHAccessPoint=access,
            AccessPoint="",
            TagList=pairs(shape.tags),
            KeyValueList=pairs(shape.details),
        )


class VmStatusInfo(Answer):
    IId: IID
    VmStatus: str

    @classmethod
    def of(cls, shape: tuple[Iid, StrEnum]) -> Self:
        return cls(IId=IID.of(shape[0]), VmStatus=str(shape[1]))
