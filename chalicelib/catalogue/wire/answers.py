"""What callers get beside resources: settings, outcomes, operations."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from spider_drivers.contract import Iid, Image, KeyPair, SecurityGroup, Subnet, Vm, VmStatus, Vpc

from ..records import (
    Connection,
    Credential,
    Deleted,
    Destroyed,
    Drift,
    Driver,
    Operation,
    Region,
    Stub,
    Tag,
    TagList,
    UsingResources,
)
from .base import HIDDEN, IID, Answer, KeyValueOut, moment, pairs
from .resources import ImageInfo, KeyPairInfo, SecurityInfo, SubnetInfo, VmInfo, VpcInfo


class AllIids(Answer):
    MappedList: list[IID]
    OnlySpiderList: list[IID]
    OnlyCSPList: list[IID]


class AllInfos(Answer):
    MappedInfoList: list[Any]
    OnlySpiderList: list[IID]
    OnlyCSPInfoList: list[Any]


class StubInfo(Answer):
    """What Spider knows of a resource that the cloud does not show."""

    IId: IID

    @classmethod
    def of(cls, shape: Stub) -> Self:
        return cls(IId=IID.of(shape.iid))


class Result(Answer):
    """The string "true"; never a boolean."""

    Result: str

    @classmethod
    def of(cls, shape: Deleted) -> Self:
        return cls(Result="true" if shape.done else "false")


class Status(Answer):
    Status: str

    @classmethod
    def of(cls, shape: VmStatus | Deleted) -> Self:
        if isinstance(shape, Deleted):
            return cls(Status=VmStatus.TERMINATED if shape.done else VmStatus.TERMINATING)
        return cls(Status=shape.value)


class Name(Answer):
    """An element of a plain list of words."""

    name: str

    @classmethod
    def of(cls, shape: str) -> Self:
        return cls(name=shape)

    def dump(self) -> Any:
        return self.name


class Output(Answer):
    """The standard output of a command, as a JSON string."""

    text: str

    @classmethod
    def of(cls, shape: str) -> Self:
        return cls(text=shape)

    def dump(self) -> Any:
        return self.text


class DriverInfo(Answer):
    DriverName: str
    ProviderName: str
    DriverLibFileName: str

    @classmethod
    def of(cls, shape: Driver) -> Self:
        return cls(DriverName=shape.name, ProviderName=shape.provider, DriverLibFileName=shape.library)


class CredentialInfo(Answer):
    CredentialName: str
    ProviderName: str
    KeyValueInfoList: list[KeyValueOut]

    @classmethod
    def of(cls, shape: Credential) -> Self:
        hidden = pairs(dict.fromkeys(shape.values, HIDDEN))
        return cls(CredentialName=shape.name, ProviderName=shape.provider, KeyValueInfoList=hidden)


class RegionInfo(Answer):
    RegionName: str
    ProviderName: str
    KeyValueInfoList: list[KeyValueOut]
    AvailableZoneList: list[str] | None

    @classmethod
    def of(cls, shape: Region) -> Self:
        return cls(
            RegionName=shape.name,
            ProviderName=shape.provider,
            KeyValueInfoList=pairs(shape.values),
            AvailableZoneList=None if shape.zones is None else list(shape.zones),
        )


class ConnectionConfigInfo(Answer):
    ConfigName: str
    ProviderName: str
    DriverName: str
    CredentialName: str
    RegionName: str

    @classmethod
    def of(cls, shape: Connection) -> Self:
        return cls(
            ConfigName=shape.name,
            ProviderName=shape.provider,
            DriverName=shape.driver,
            CredentialName=shape.credential,
            RegionName=shape.region,
        )


class Count(Answer):
    count: int

    @classmethod
    def of(cls, shape: int) -> Self:
        return cls(count=shape)


class AllList(Answer):
    AllList: AllIids

    @classmethod
    def of(cls, shape: Drift) -> Self:
        return cls(
            AllList=AllIids(
                MappedList=[IID.of(one) for one in shape.both],
                OnlySpiderList=[IID.of(one) for one in shape.only_spider],
                OnlyCSPList=[IID.of(one) for one in shape.only_cloud],
            )
        )


class AllInfoList(Answer):
    ResourceType: str
    AllListInfo: AllInfos

    @classmethod
    def of(cls, shape: Drift) -> Self:
        return cls(
            ResourceType=shape.word,
            AllListInfo=AllInfos(
                MappedInfoList=[told(one) for one in shape.both],
                OnlySpiderList=[IID.of(one) for one in shape.only_spider],
                OnlyCSPInfoList=[told(one) for one in shape.only_cloud],
            ),
        )


class IidOut(Answer):
    """A resource alone: `NameId` and `SystemId`."""

    NameId: str
    SystemId: str

    @classmethod
    def of(cls, shape: Iid) -> Self:
        return cls(NameId=shape.name, SystemId=shape.id)


class VmUses(Answer):
    VPC: IID
    SGList: list[IID]
    VMKey: IID


class VmUsingResources(Answer):
    Resources: VmUses

    @classmethod
    def of(cls, shape: UsingResources) -> Self:
        groups = [IID.of(one) for one in shape.security_groups]
        return cls(Resources=VmUses(VPC=IID.of(shape.vpc), SGList=groups, VMKey=IID.of(shape.key_pair)))


class CloudName(Answer):
    Name: str

    @classmethod
    def of(cls, shape: str) -> Self:
        return cls(Name=shape)


class AnyInfo(Answer):
    """A resource of any kind, as its own kind is written."""

    info: Any

    @classmethod
    def of(cls, shape: Any) -> Self:
        return cls(info=told(shape))

    def dump(self) -> Any:
        return self.info.dump()


class TagOut(Answer):
    Key: str
    Value: str

    @classmethod
    def of(cls, shape: Tag) -> Self:
        return cls(Key=shape.key, Value=shape.value)


class TagsOut(Answer):
    resourceType: str  # so on the wire
    tag: list[KeyValueOut]

    @classmethod
    def of(cls, shape: TagList) -> Self:
        return cls(resourceType=shape.word, tag=pairs(shape.tags))


class LeftOver(Answer):
    Name: str
    ErrorMsg: str


class DestroyedOfType(Answer):
    ResourceType: str
    IsAllDeleted: bool
    DeletedIIDList: list[IID]
    RemainedErrorInfoList: list[LeftOver]

    @classmethod
    def of(cls, shape: Destroyed) -> Self:
        return cls(
            ResourceType=shape.word,
            IsAllDeleted=not shape.left,
            DeletedIIDList=[IID.of(one) for one in shape.deleted],
            RemainedErrorInfoList=[LeftOver(Name=name, ErrorMsg=why) for name, why in shape.left.items()],
        )


class DestroyedInfo(Answer):
    IsAllDestroyed: bool
    DeletedAllListByResourceType: list[DestroyedOfType]

    @classmethod
    def of(cls, shape: list[Destroyed]) -> Self:
        return cls(
            IsAllDestroyed=not any(one.left for one in shape),
            DeletedAllListByResourceType=[DestroyedOfType.of(one) for one in shape],
        )


class OperationInfo(Answer):
    """Spider's own: CB-Spider has no operations."""

    omit_empty: ClassVar[frozenset[str]] = frozenset({"WaitsFor", "FinishedTime", "Result", "Problem"})

    OperationId: str
    State: str
    Verb: str
    ResourceType: str
    ConnectionName: str
    IId: IID
    Attempts: int
    WaitsFor: str
    CreatedTime: str
    UpdatedTime: str
    FinishedTime: str
    Result: Any
    Problem: Any

    @classmethod
    def of(cls, shape: Operation) -> Self:
        return cls(
            OperationId=shape.id,
            State=shape.state,
            Verb=shape.verb,
            ResourceType=shape.kind,
            ConnectionName=shape.connection,
            IId=IID.of(shape.iid),
            Attempts=shape.attempts,
            WaitsFor=shape.waits_for,
            CreatedTime=moment(shape.created),
            UpdatedTime=moment(shape.updated),
            FinishedTime=moment(shape.finished) if shape.finished else "",
            Result=shape.result,
            Problem=shape.problem,
        )


# A resource of any kind, by its shape.
_TOLD: dict[type[Any], type[Answer]] = {
    Image: ImageInfo,
    KeyPair: KeyPairInfo,
    SecurityGroup: SecurityInfo,
    Stub: StubInfo,
    Subnet: SubnetInfo,
    Vm: VmInfo,
    Vpc: VpcInfo,
}


def told(shape: Any) -> Answer:
    return _TOLD[type(shape)].of(shape)


def write(model: type[Answer], shape: Any) -> Any:
    """`shape` as JSON-like data; a stub is written as one whatever was asked for."""
    return (StubInfo.of(shape) if isinstance(shape, Stub) else model.of(shape)).dump()
