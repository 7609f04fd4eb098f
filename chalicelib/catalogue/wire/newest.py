"""What all questions have in common whose answers come newest first."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo, field_validator

from .base import Instant
from .listing import NO_PAGE, Limit, Paged, position

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d\.\d{6}Z)?")
_ID = re.compile(r"[0-9a-f]{0,32}")

Word = Annotated[str, AfterValidator(str.strip)]


class NewestFirst(Paged):
    """`From` on, before `To`. A page ends with a moment and an id."""

    From: Instant = None
    To: Instant = None
    limit: Limit = 100

    @field_validator("page")
    @classmethod
    def _is_a_moment(cls, value: str) -> str:
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
