"""The history of calls: what callers ask it for, and a record in its answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from spider_drivers.contract import CallRecord

from .. import called
from .base import Answer, Instant, NameOrNone, Text
from .listing import NO_PAGE, Limit, Paged, position

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d\.\d{6}Z)?")
_ID = re.compile(r"[0-9a-f]{0,32}")

Word = Annotated[str, AfterValidator(str.strip)]
Cloud = Annotated[str, AfterValidator(lambda value: value.strip().upper())]
# The classic line has () behind the name.
Api = Annotated[str, AfterValidator(lambda value: value.strip().removesuffix("()"))]


class Calls(Paged):
    """Those to which every filter given applies. `From` on, before `To`; `MinElapsed` in seconds."""

    ConnectionName: NameOrNone = ""
    CloudOS: Cloud = ""
    Region: Word = ""
    ResourceType: Word = ""
    CloudOSAPI: Api = ""
    OperationId: NameOrNone = ""
    From: Instant = None
    To: Instant = None
    MinElapsed: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    ErrorsOnly: bool = False
    limit: Limit = 100

    @field_validator("page")
    @classmethod
    def _is_of_calls(cls, value: str) -> str:
        moment, call_id = position(value) if value else ("2000-01-01", "")
        if not (_MOMENT.fullmatch(moment) and _ID.fullmatch(call_id)):
            raise ValueError(NO_PAGE)
        return value

    @field_validator("To")
    @classmethod
    def _is_after_from(cls, value: datetime | None, others: ValidationInfo) -> datetime | None:
        since = others.data.get("From")
        if value and since and value <= since:
            raise ValueError("is not after From")
        return value

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
            RegionZone=called.region_zone(shape),
            ResourceType=scope.resource_type,
            ResourceName=scope.resource_name,
            CloudOSAPI=shape.api,
            ElapsedTime=called.elapsed_time(shape),
            ErrorMSG=called.error_message(shape),
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
