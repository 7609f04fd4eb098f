"""The history of calls: what callers ask it for, and a record in its answers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field
from spider_drivers.contract import CallRecord

from .. import called, recorded
from .base import Answer, NameOrNone, Text
from .newest import NewestFirst, Word

Cloud = Annotated[str, AfterValidator(lambda value: value.strip().upper())]
# The classic line has () behind the name.
Api = Annotated[str, AfterValidator(lambda value: value.strip().removesuffix("()"))]


class Calls(NewestFirst):
    """Those to which every filter given applies. `From` on, before `To`; `MinElapsed` in seconds."""

    ConnectionName: NameOrNone = ""
    CloudOS: Cloud = ""
    Region: Word = ""
    ResourceType: Word = ""
    CloudOSAPI: Api = ""
    OperationId: NameOrNone = ""
    MinElapsed: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    ErrorsOnly: bool = False

    def read(self) -> called.CallsAsked:
        return called.CallsAsked(
            connection=self.ConnectionName,
            cloud=self.CloudOS,
            region=self.Region,
            resource_type=self.ResourceType,
            api=self.CloudOSAPI,
            operation=self.OperationId,
            since=self.From,
            until=self.To,
            min_elapsed=self.MinElapsed,
            errors_only=self.ErrorsOnly,
            limit=self.limit,
            after=self.after(),
        )


class CallInfo(Answer):
    """The fields of CB-Spider's call log in its spelling, then Spider's own."""

    CloudOS: str
    RegionZone: str
    ResourceType: str
    ResourceName: str
    CloudOSAPI: str
    ElapsedTime: str
    ErrorMSG: str
    ConnectionName: str
    Start: str
    Code: str
    OperationId: str
    RequestId: str
    Attempt: int

    @classmethod
    def of(cls, shape: CallRecord) -> Self:
        scope = shape.scope
        return cls(
            CloudOS=scope.cloud,
            RegionZone=recorded.region_zone(shape),
            ResourceType=scope.resource_type,
            ResourceName=scope.resource_name,
            CloudOSAPI=shape.api,
            ElapsedTime=recorded.elapsed_time(shape),
            ErrorMSG=recorded.error_message(shape),
            ConnectionName=scope.connection,
            Start=shape.started.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            Code=shape.error_code,
            OperationId=scope.operation,
            RequestId=scope.request,
            Attempt=scope.attempt,
        )


class CallLines(Text):
    """JSON Lines (https://jsonlines.org): one record on each line."""

    media_type: ClassVar[str] = "application/jsonl"

    @classmethod
    def of(cls, shape: Iterable[CallRecord]) -> Self:
        return cls(text="".join(f"{json.dumps(CallInfo.of(one).dump(), ensure_ascii=False)}\n" for one in shape))
