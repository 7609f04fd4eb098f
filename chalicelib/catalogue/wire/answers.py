"""What callers get beside resources: settings, outcomes, operations."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from spider_drivers.contract import Image, KeyPair, SecurityGroup, Subnet, Vm, VmStatus, Vpc

from ..configured import Connection, Credential, Driver, Region
from ..outcomes import Operation
from ..records import Deleted, Stub
from .base import HIDDEN, IID, Answer, KeyValueOut, StubInfo, moment, pairs
from .resources import ImageInfo, KeyPairInfo, SecurityInfo, SubnetInfo, VmInfo, VpcInfo


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


class OperationInfo(Answer):
    """Spider's own: CB-Spider has no operations."""

    omit_empty: ClassVar[frozenset[str]] = frozenset(
        {"WaitsFor", "Parts", "NextTryTime", "DeadlineTime", "FinishedTime", "Result", "Problem"}
    )

    OperationId: str
    State: str
    Verb: str
    ResourceType: str
    ConnectionName: str
    IId: IID
    Progress: str
    Attempts: int
    WaitsFor: str
    Parts: list[str]
    CreatedTime: str
    UpdatedTime: str
    NextTryTime: str
    DeadlineTime: str
    FinishedTime: str
    ElapsedTime: str
    RequestId: str
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
            Progress=shape.progress,
            Attempts=shape.attempts,
            WaitsFor=shape.waits_for,
            Parts=list(shape.parts),
            CreatedTime=moment(shape.created),
            UpdatedTime=moment(shape.updated),
            NextTryTime=moment(shape.next_try) if shape.next_try else "",
            DeadlineTime=moment(shape.deadline) if shape.deadline else "",
            FinishedTime=moment(shape.finished) if shape.finished else "",
            ElapsedTime=f"{shape.elapsed:.4f}",
            RequestId=shape.request_id,
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
