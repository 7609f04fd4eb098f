"""Who knows what: adopting and forgetting, look-ups by the cloud's id, tags, destroying."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator
from spider_drivers.contract import Iid

from .. import mapped, outcomes, tagged
from .answers import told
from .base import IID, Answer, CheckedName, KeyValue, KeyValueOut, OnConnection, Request, pairs


def _word(value: str) -> str:
    return value.strip().lower()


Word = Annotated[str, AfterValidator(_word)]


class TagReq(Request):
    ResourceType: Word = ""
    ResourceName: str = ""
    Tag: KeyValue | None = None


class RegisterReq(Request):
    """`CSPId` is what the cloud calls it."""

    Name: CheckedName
    CSPId: CheckedName
    VPCName: str = ""

    def read(self) -> mapped.Registration:
        return mapped.Registration(self.Name, self.CSPId, self.VPCName)


class Register(OnConnection):
    ReqInfo: RegisterReq

    def read(self) -> mapped.Registration:
        return self.ReqInfo.read()


class SubnetRegisterReq(RegisterReq):
    VPCName: CheckedName


class SubnetRegister(OnConnection):
    ReqInfo: SubnetRegisterReq

    def read(self) -> mapped.Registration:
        return self.ReqInfo.read()


class CloudIdReq(Request):
    CSPId: str = ""


class OfCloudId(OnConnection):
    """The id stands in `ReqInfo`, or in the query."""

    ReqInfo: CloudIdReq = Field(default_factory=CloudIdReq)
    CSPId: str = ""

    @model_validator(mode="after")
    def _has_id(self) -> OfCloudId:
        if not self.read().strip():
            raise ValueError("ReqInfo.CSPId is empty!")
        return self

    def read(self) -> str:
        return self.ReqInfo.CSPId or self.CSPId


class OfType(OnConnection):
    ResourceType: Word

    def read(self) -> str:
        return self.ResourceType


class AddTagReq(TagReq):
    ResourceType: Annotated[Word, Field(min_length=1)]
    ResourceName: CheckedName
    Tag: KeyValue


class AddTag(OnConnection):
    ReqInfo: AddTagReq

    def read(self) -> tagged.Tag:
        info = self.ReqInfo
        return tagged.Tag(tagged.Named(info.ResourceType, info.ResourceName), info.Tag.Key, info.Tag.Value)


class OfTag(OnConnection):
    """Whose tag it is stands in `ReqInfo`, or in the query."""

    ReqInfo: TagReq | None = None
    ResourceType: Word = ""
    ResourceName: str = ""

    @model_validator(mode="after")
    def _names_one(self) -> OfTag:
        if not (self.read().of.word and self.read().of.name):
            raise ValueError("ResourceType and ResourceName are needed")
        return self

    def read(self) -> tagged.Tag:
        info = self.ReqInfo or TagReq()
        named = tagged.Named(info.ResourceType or self.ResourceType, info.ResourceName or self.ResourceName)
        return tagged.Tag(named)


class UnregisterReq(Request):
    VPCName: str = ""


class Unregister(OnConnection):
    """`force`: though others use it. A subnet's VPC stands in `ReqInfo`, or in the query."""

    ReqInfo: UnregisterReq = Field(default_factory=UnregisterReq)
    VPCName: str = ""
    force: bool = False

    def read(self) -> mapped.Forgetting:
        return mapped.Forgetting(self.force, self.ReqInfo.VPCName or self.VPCName)


class AllIids(Answer):
    MappedList: list[IID]
    OnlySpiderList: list[IID]
    OnlyCSPList: list[IID]


class AllInfos(Answer):
    MappedInfoList: list[Any]
    OnlySpiderList: list[IID]
    OnlyCSPInfoList: list[Any]


class Count(Answer):
    count: int

    @classmethod
    def of(cls, shape: int) -> Self:
        return cls(count=shape)


class AllList(Answer):
    AllList: AllIids

    @classmethod
    def of(cls, shape: mapped.Drift) -> Self:
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
    def of(cls, shape: mapped.Drift) -> Self:
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
    def of(cls, shape: mapped.UsingResources) -> Self:
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
    def of(cls, shape: tagged.Tag) -> Self:
        return cls(Key=shape.key, Value=shape.value)


class TagsOut(Answer):
    resourceType: str  # so on the wire
    tag: list[KeyValueOut]

    @classmethod
    def of(cls, shape: tagged.TagList) -> Self:
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
    def of(cls, shape: outcomes.Destroyed) -> Self:
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
    def of(cls, shape: list[outcomes.Destroyed]) -> Self:
        return cls(
            IsAllDestroyed=not any(one.left for one in shape),
            DeletedAllListByResourceType=[DestroyedOfType.of(one) for one in shape],
        )
